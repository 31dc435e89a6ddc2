"""Accounts on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from layers.accounts.account import Account
from layers.accounts.users import add_user
from layers.register.database import Database
from tests.postgres import emptied, new_database, programs, server


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a database of accounts on a PostgreSQL server of these tests' own."""
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed: tools/install-postgres.sh installs it")
    with server(folder) as url:
        made = new_database(url, "accounts")
        Database(made).close()
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    url: str | Path = tmp_path / "register.sqlite"
    if request.param == "postgresql":
        url = emptied(request.getfixturevalue("postgres_url"))
    made = Database(url)
    yield made
    made.close()


@pytest.fixture
def ada(database: Database) -> Account:
    return add_user(database, "Ada@Example.org", role="planner", who="operator")
