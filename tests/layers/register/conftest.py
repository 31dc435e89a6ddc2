"""Registers on both databases, and records to put into them."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from layers.register import Register, Source
from layers.sources.record import SourceRecord
from tests.postgres import emptied, new_database, programs, server

OSM = Source("osm", "OpenStreetMap", "ODbL-1.0", "© OpenStreetMap", True, date(2026, 1, 1))


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server that runs as long as the tests."""
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed: tools/install-postgres.sh installs it")
    with server(folder) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_register(postgres: str) -> str:
    """The address of a register on it."""
    url = new_database(postgres, "register")
    Register.open(url).close()
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def register_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty register."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'register.sqlite'}"
    return emptied(request.getfixturevalue("postgres_register"))


@pytest.fixture
def register(register_url: str) -> Iterator[Register]:
    with Register.open(register_url) as opened:
        yield opened


@pytest.fixture
def record() -> Callable[..., SourceRecord]:
    """Makes records: a bakery at (13.2, 53.5) unless told otherwise."""

    def make(source_id: str = "n1", **told: object) -> SourceRecord:
        values = {"name": "Bäckerei", "categories": ("bakery",), "lon": 13.2, "lat": 53.5, **told}
        return SourceRecord("osm", source_id, 0, **values)  # type: ignore[arg-type]

    return make


@pytest.fixture
def osm() -> Source:
    return OSM
