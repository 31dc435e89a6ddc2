"""
The database under the register: SQLite by default, PostgreSQL where one is named.

One code path for both. Every write transaction first raises the counter in `meta`; on PostgreSQL
that row's lock makes writers queue, on SQLite `BEGIN IMMEDIATE` does, so changes become visible in
the order of their numbers and a reader that has seen one has seen all before it. SQLite writes
ahead (WAL) and waits for the disk with each commit (`synchronous=FULL`): what was acknowledged is
kept, also when the process is killed.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import make_url

from layers.accounts import schema as _accounts  # noqa: F401 (its tables belong to METADATA)
from layers.errors import RegisterAwayError, RegisterError
from layers.register import (
    schema_letters,  # noqa: F401 (its tables belong to METADATA)
    schema_practice,  # noqa: F401
    schema_submissions,  # noqa: F401
)
from layers.register.schema import CHANGE, META, METADATA, REGION, VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection, Engine, Table

_BUSY_S: Final = 60.0  # a writer waits so long for the others, at most
_CACHE_KIB: Final = 32_768  # of pages: a portion of an import fits in
_CONNECTED_WITHIN_S: Final = 5
_PRIMARY: Final = 0xFF  # of SQLite's result codes: the kind, without its details
_MIGRATION_LOCK: Final = 0x756D6B  # any number: of PostgreSQL's advisory locks
_WRITE: Final = "umkreis_write"


@dataclass
class Change:
    """
    A write transaction under way.

    `rev` and `recorded_at` are its own; `is_empty` is set where it turned out that nothing changes:
    then all of it is undone, the number too.
    """

    connection: Connection
    region: str
    rev: int
    recorded_at: str
    is_empty: bool = False


class Database:
    """
    An engine with the rules of the register.

    Parameters
    ----------
    url
        An address of SQLAlchemy, or the path of a SQLite file, whose folder is made where missing.

    Raises
    ------
    RegisterError
        If it is of another kind than SQLite and PostgreSQL, cannot be reached, or was written by a
        newer version.
    """

    def __init__(self, url: str | Path) -> None:
        self.url = _url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _engine(self.url, is_sqlite=self.is_sqlite)
        self._writing = self.engine.execution_options(**{_WRITE: True})
        # SQLite's readers see one state anyhow
        one_state = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        self._reading = self.engine.execution_options(**one_state)
        try:
            self.migrate()
        except (sa.exc.DBAPIError, sqlite3.DatabaseError) as exc:
            place = self.url.render_as_string(hide_password=True)
            raise RegisterAwayError(
                f"the register {place} cannot be opened: {_said(exc)}; "
                "UMKREIS_DATABASE_URL names it"
            ) from exc

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the database throughout."""
        with self._reading.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a write transaction that is no change: of tables, or of all that they hold."""
        with self._writing.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def changing(self, region: str, *, who: str, what: str, why: str = "") -> Iterator[Change]:
        """
        Give a write transaction with the next number; all of it happens, or nothing.

        The time of a change is never before that of an earlier one, also when the clock goes back.

        Raises
        ------
        RegisterError
            If the database is out of reach, full, or busy for a minute.
        """
        try:
            with self._changing(region, who=who, what=what, why=why) as change:
                yield change
        except sa.exc.OperationalError as exc:
            raise RegisterAwayError(
                f"the register cannot be written at the moment: {str(exc.orig).strip()}; nothing "
                "of this change was; try again"
            ) from exc

    @contextmanager
    def _changing(self, region: str, *, who: str, what: str, why: str) -> Iterator[Change]:
        now = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        later = sa.case((META.c.recorded_at < now, now), else_=META.c.recorded_at)
        counted = (
            sa.update(META)
            .values(rev=META.c.rev + 1, recorded_at=later)
            .returning(META.c.rev, META.c.recorded_at)
        )
        with self._writing.connect() as connection, connection.begin() as transaction:
            rev, recorded_at = connection.execute(counted).one()
            change = Change(connection, region, rev, recorded_at)
            yield change
            if change.is_empty:
                transaction.rollback()
                return
            row = {"rev": rev, "region": region, "recorded_at": recorded_at}
            connection.execute(CHANGE.insert(), {**row, "who": who, "what": what, "why": why})
            known = connection.execute(
                sa.update(REGION).where(REGION.c.id == region).values(rev=rev)
            )
            if not known.rowcount:
                connection.execute(REGION.insert(), {"id": region, "rev": rev})

    def migrate(self) -> None:
        """
        Bring the tables to this version; several processes may try at once.

        Raises
        ------
        RegisterError
            If a newer version wrote them.
        """
        if self._version() != VERSION:
            with self.writing() as connection:
                if not self.is_sqlite:
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
                _upgrade(connection)
        if not self.is_sqlite:
            self._make_view()

    def settle(self) -> None:
        """Let the database look at its tables after they have grown, so that it plans well."""
        with self.writing() as connection:
            if self.is_sqlite:  # as many rows as tell enough
                connection.exec_driver_sql("PRAGMA analysis_limit=1000")
            connection.exec_driver_sql("ANALYZE")

    def scrub(self) -> None:
        """
        Remove from the files what was overwritten or deleted, as far as the database can.

        Raises
        ------
        RegisterError
            If somebody else reads SQLite's write-ahead file all the time.
        """
        if self.is_sqlite:
            driver = self.engine.raw_connection()
            try:
                _scrub_sqlite(driver.driver_connection)  # type: ignore[arg-type]
            finally:
                driver.close()
            return
        with self.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            for table in METADATA.tables:
                connection.exec_driver_sql(f'VACUUM (FULL, ANALYZE) "{table}"')
            # where the planner keeps samples of values; skipped where that is not ours to do
            connection.exec_driver_sql("VACUUM FULL pg_catalog.pg_statistic")

    def _version(self) -> str | None:
        with self.engine.connect() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            found = connection.exec_driver_sql("SELECT version_num FROM alembic_version")
            return found.scalar()

    def _make_view(self) -> None:
        """Make a view with geometry where PostGIS is at hand, for a city's own GIS."""
        with self.writing() as connection:
            has = "SELECT count(*) FROM pg_extension WHERE extname = 'postgis'"
            made = "SELECT count(*) FROM pg_views WHERE viewname = 'offer_geometry'"
            if connection.exec_driver_sql(has).scalar() and not (
                connection.exec_driver_sql(made).scalar()
            ):
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
                connection.exec_driver_sql(_VIEW)


def _said(exc: sa.exc.DBAPIError | sqlite3.Error) -> str:
    """Return what the database said; SQLAlchemy does not wrap what happens while it connects."""
    return str(exc.orig if isinstance(exc, sa.exc.DBAPIError) else exc).strip()


_VIEW: Final = """
CREATE OR REPLACE VIEW offer_geometry AS
SELECT region, id, category, categories, rev, body::jsonb #>> '{properties,name}' AS name,
       body::jsonb -> 'properties' AS properties,
       ST_SetSRID(ST_MakePoint(lon, lat), 4326)::geometry(Point, 4326) AS geom
FROM offer WHERE is_public
"""


def insert_rows(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add many rows, whose values stand in the order of the table's columns."""
    if not rows:
        return
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    if connection.dialect.name == "postgresql":
        import psycopg  # who keeps a register in SQLite does not wait for it

        driver: Any = connection.connection.driver_connection
        copying = f'COPY "{table.name}" ({names}) FROM STDIN'
        try:
            with driver.cursor() as cursor, cursor.copy(copying) as to:
                for row in rows:
                    to.write_row(row)
        except (psycopg.DataError, psycopg.IntegrityError) as exc:
            raise sa.exc.DataError(copying, None, exc) from exc
        return
    places = ", ".join("?" * len(table.columns))
    statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({places})'  # noqa: S608 (our names)
    connection.exec_driver_sql(statement, list(rows))


def _url(url: str | Path) -> sa.URL:
    text = str(url)
    if "://" not in text:
        return sa.URL.create("sqlite", database=text)
    try:
        made = make_url(text)
    except sa.exc.ArgumentError as exc:
        raise RegisterError(
            "`UMKREIS_DATABASE_URL` is no address such as "
            "postgresql+psycopg://USER@HOST/NAME or sqlite:///FILE"
        ) from exc
    if made.get_backend_name() == "postgresql":
        return made.set(drivername="postgresql+psycopg")
    if made.get_backend_name() != "sqlite":
        raise RegisterError(
            f"`UMKREIS_DATABASE_URL` names {made.get_backend_name()}; the register lies in "
            "SQLite or PostgreSQL"
        )
    return made


def _engine(url: sa.URL, *, is_sqlite: bool) -> Engine:
    if not is_sqlite:
        patience = {"connect_timeout": _CONNECTED_WITHIN_S}
        return sa.create_engine(url, pool_pre_ping=True, connect_args=patience)
    if not url.database or url.database == ":memory:":
        raise RegisterError("the register needs a file; one in memory is lost with the process")
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url, connect_args={"timeout": _BUSY_S})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = (
        None  # transactions begin where we say, not where the driver thinks
    )
    deadline = time.monotonic() + _BUSY_S
    while True:
        try:  # two processes that make the file at once: the busy timeout does not cover this
            connection.execute("PRAGMA journal_mode=WAL")
            break
        except sqlite3.OperationalError as exc:
            is_busy = exc.sqlite_errorcode & _PRIMARY == sqlite3.SQLITE_BUSY
            if not is_busy or time.monotonic() > deadline:  # a full disk does not pass by waiting
                raise
            time.sleep(0.02)
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON")
    connection.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")


def _scrub_sqlite(connection: sqlite3.Connection) -> None:
    connection.execute("VACUUM")
    deadline = time.monotonic() + _BUSY_S
    while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
        if time.monotonic() > deadline:
            raise RegisterError(
                "erased values may still stand in the write-ahead file, which somebody is reading; "
                "erase once more when it is quiet"
            )
        time.sleep(0.05)


def _begin_sqlite(connection: Connection) -> None:
    # A reader that becomes a writer later would find the database locked
    is_write = connection.get_execution_options().get(_WRITE)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")


def _upgrade(connection: Connection) -> None:
    from alembic import command  # imported where needed: it takes longer than most commands
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    folder = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as exc:
        raise RegisterError(
            "the register was written by a newer version of Umkreis; update Umkreis, or name "
            "another database in UMKREIS_DATABASE_URL"
        ) from exc
