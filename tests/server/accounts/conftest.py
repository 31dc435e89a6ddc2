"""A database of accounts, and people who work with it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from layers.register.database import Database
from tests.server.accounts.people import database_at


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = database_at(tmp_path)
    yield made
    made.close()
