"""A process that does what is to fail, and databases of both kinds; SOAK=1 asks for more rounds."""

import os
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.faults.deeds import Doer
from tests.postgres import new_database, programs, server
from tests.server.conftest import toy_settings  # noqa: F401 (a fixture)

ROUNDS = 100 if os.environ.get("SOAK") else 4


@pytest.fixture(scope="session")
def doer() -> Iterator[Doer]:
    started = Doer()
    yield started
    started.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed: tools/install-postgres.sh installs it")
    with server(folder) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Makes addresses of databases that are not there yet, or are empty."""
    number = count()
    if request.param == "sqlite":
        return lambda: f"sqlite:///{tmp_path / f'register{next(number)}.sqlite'}"
    url = request.getfixturevalue("postgres")
    return lambda: new_database(url, f"{tmp_path.name}-{next(number)}")


def rounds_of(steps: int) -> list[int]:
    """Choose the steps to be killed at, spread over all that there are; both ends among them."""
    most = min(ROUNDS, steps)
    return sorted({1 + round(i * (steps - 1) / max(most - 1, 1)) for i in range(most)})
