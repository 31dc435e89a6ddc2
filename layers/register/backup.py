"""
Backups: the whole register in one file, taken while others write, put back in one step.

A backup is itself a register: a SQLite file, whichever database it was taken of. So it can be put
back into either, which is also the way from SQLite to PostgreSQL; it can be opened and looked at;
and no program besides this one is needed. Beside `FILE` lies `FILE.sha256`, which `sha256sum -c`
understands: a copy that was cut off or damaged is refused.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from layers.errors import RegisterError
from layers.leftovers import sweep
from layers.register.database import Database, insert_rows
from layers.register.schema import META, METADATA, OFFER, REVISION
from layers.register.schema_letters import PASSING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection, Table

_AT_ONCE: Final = 5_000  # rows that are held in memory
_SUM: Final = ".sha256"
_UNDER_WAY: Final = ".umkreis-backup-"
_BEING_READ: Final = "umkreis-restore-"
_DIGITS: Final = 64
# what a database says of values that do not fit; when it is out of reach it says something else
_UNFIT: Final = (sa.exc.IntegrityError, sa.exc.DataError, sa.exc.InterfaceError, OverflowError)


@dataclass(frozen=True, slots=True)
class Backup:
    """
    A backup: its file, the change up to which it knows everything, and what it holds.

    `revisions` are the states of all entries that ever were, `entries` those that stand.
    """

    file: Path
    rev: int
    entries: int
    revisions: int
    bytes: int
    sha256: str


def backup(database: Database, file: Path) -> Backup:
    """Do what `Register.backup` says."""
    if file.exists():
        raise RegisterError(f"`file` {file} is there already; name another one, or remove it first")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        sweep(file.parent, _UNDER_WAY)
        # in a folder that is open to its owner alone: it holds the names and contacts of people
        with tempfile.TemporaryDirectory(prefix=_UNDER_WAY, dir=file.parent) as folder:
            part = Path(folder) / file.name
            (_copy_sqlite if database.is_sqlite else _copy_rows)(database, part)
            part.chmod(0o600)
            _wait_for_disk(part)
            made = _described(part, file)
            file.with_name(file.name + _SUM).write_text(f"{made.sha256}  {file.name}\n", "utf-8")
            part.replace(file)
    except (OSError, sqlite3.Error, sa.exc.SQLAlchemyError) as exc:
        raise RegisterError(f"`file` {file} cannot be written: {exc}") from exc
    return made


def restore(database: Database, file: Path, *, keeps_access: bool = False) -> Backup:
    """Do what `Register.restore_backup` says."""
    from layers.accounts.restored import ended_access  # accounts are written in terms of us

    _check_sum(file)
    with _opened(file) as kept:
        made = _described(kept, file)
        copy = Database(kept)  # brings an older version's tables to this one's
        try:
            _fill(database, copy, file, around=nullcontext if keeps_access else ended_access)
        finally:
            copy.close()
    database.settle()
    return made


def _fill(
    database: Database,
    source: Database,
    file: Path,
    *,
    around: Callable[[Connection], AbstractContextManager[Any]] = nullcontext,
) -> None:
    """Let a database hold what another one holds, in one transaction; `file` is the backup."""
    with source.reading() as told, database.writing() as connection, around(connection):
        # the lock that every change takes first; SQLite has taken it with the transaction
        connection.execute(sa.update(META).values(rev=META.c.rev))
        for table in METADATA.sorted_tables:
            if table.info.get(PASSING):
                continue
            connection.execute(sa.delete(table))
            for rows in _portions(told, table, file):
                try:
                    insert_rows(connection, table, rows)
                except _UNFIT as exc:
                    raise _unlike(file, table, exc) from exc


def _portions(told: Connection, table: Table, file: Path) -> Iterator[list[tuple[Any, ...]]]:
    """Read a table; whoever can send a backup can send one with other columns or values in it."""
    try:
        streamed = told.execution_options(stream_results=True).execute(sa.select(table))
        for rows in streamed.partitions(_AT_ONCE):
            yield [tuple(row) for row in rows]
    except (sa.exc.SQLAlchemyError, ValueError, TypeError, OverflowError) as exc:
        raise _unlike(file, table, exc) from exc


def _unlike(file: Path, table: Table, exc: Exception) -> RegisterError:
    why = str(getattr(exc, "orig", None) or exc).splitlines()[0]
    return RegisterError(
        f"`file` {file} holds a table {table.name!r} that no register has ({why}); it was changed "
        "after it was written: take another one"
    )


def _copy_sqlite(database: Database, part: Path) -> None:
    """Copy pages: readers and writers go on, and the copy is one committed state."""
    live = database.engine.raw_connection()
    try:
        with closing(sqlite3.connect(part)) as copy:
            live.driver_connection.backup(copy)  # type: ignore[union-attr]
            copy.execute("PRAGMA secure_delete=ON")
            for table in METADATA.sorted_tables:
                if table.info.get(PASSING):
                    copy.execute(f'DELETE FROM "{table.name}"')  # noqa: S608 (our names)
            copy.commit()
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without others beside it
    finally:
        live.close()


def _copy_rows(database: Database, part: Path) -> None:
    copy = Database(part)
    try:
        _fill(copy, database, part)
    finally:
        copy.close()
    with closing(sqlite3.connect(part)) as alone:
        alone.execute("PRAGMA journal_mode=DELETE")


def _wait_for_disk(part: Path) -> None:
    with part.open("rb") as written:
        os.fsync(written.fileno())


def _described(part: Path, file: Path) -> Backup:
    """Look at a backup's file; it is refused where it is damaged or none."""
    try:
        with closing(sqlite3.connect(f"file:{part}?mode=ro", uri=True)) as copy:
            if (found := copy.execute("PRAGMA integrity_check(1)").fetchone()[0]) != "ok":
                raise RegisterError(f"`file` {file} is damaged: {found}")
            rev = copy.execute(f"SELECT rev FROM {META.name}").fetchone()[0]  # noqa: S608
            entries, revisions = (
                copy.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0]  # noqa: S608
                for table in (OFFER, REVISION)
            )
    except (sqlite3.Error, TypeError, ValueError) as exc:
        raise RegisterError(f"`file` {file} is no backup of a register: {exc}") from exc
    return Backup(file, rev, entries, revisions, part.stat().st_size, _sha256(part))


def _check_sum(file: Path) -> None:
    beside = file.with_name(file.name + _SUM)
    try:
        wanted = beside.read_text("utf-8")[:_DIGITS]
        found = _sha256(file)
    except (OSError, ValueError) as exc:
        raise RegisterError(
            f"`file` {file} cannot be checked: {exc}; a backup and the {beside.name} that was "
            "made with it belong together"
        ) from exc
    if wanted != found:
        raise RegisterError(
            f"`file` {file} is not what was written: its SHA-256 is {found[:12]}…, {beside.name} "
            f"says {wanted[:12]}…; take another copy of it"
        )


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


@contextmanager
def _opened(file: Path) -> Iterator[Path]:
    """Give a copy that may be changed."""
    sweep(Path(tempfile.gettempdir()), _BEING_READ)
    with tempfile.TemporaryDirectory(prefix=_BEING_READ) as folder:
        copy = Path(folder) / "register.sqlite"
        with file.open("rb") as old, copy.open("wb") as new:
            while block := old.read(1 << 20):
                new.write(block)
        yield copy
