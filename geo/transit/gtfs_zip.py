"""
The tables of a GTFS feed, read out of its zip file.

Nothing is extracted, so that no name in the archive can lead anywhere; what a table may weigh is
bounded while it is read, not by what the archive says of itself. Everything is text here: blank
padding, byte order marks and quotes are gone, and every value that a reader wants is there, empty
where the feed has no such column.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.archive import unpacking
from geo.transit.errors import TimetableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Self

MAX_TABLE_BYTES = 2 * 2**30  # of any table but stop_times, which is read in parts
MAX_TIMES_BYTES = 24 * 2**30  # all of Germany's have about 2
LARGEST_RATIO = 200  # unpacked ÷ packed; tables of times come to 20, a bomb to 1,000
_SMALL_BYTES = 10_000_000  # below that the ratio does not matter
ROWS_AT_ONCE = 500_000
_NEEDED = ("stops", "trips", "stop_times", "routes")


class _Bounded(io.RawIOBase):
    """A file that must not be longer than a number of bytes, whatever its archive says."""

    def __init__(self, file: Any, name: str, most: int) -> None:
        self._file, self._name, self._left = file, name, most

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer, at most up to the bound."""
        data = self._file.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise TimetableError(f"`gtfs` {self._name} is larger than any timetable; refused")
        buffer[: len(data)] = data
        return len(data)


class Feed:
    """
    A zip file with the tables of a feed, in its root or in one folder.

    Raises
    ------
    TimetableError
        If it is no zip file, or lacks a table that every feed has.
    """

    def __init__(self, path: Path) -> None:
        with unpacking(
            lambda why: TimetableError(f"`gtfs` {path.name} is no zip file that can be read: {why}")
        ):
            self._zip = zipfile.ZipFile(path)
        self.name = path.name
        names = [PurePosixPath(name) for name in self._zip.namelist()]
        stops = sorted((n for n in names if n.name == "stops.txt"), key=lambda n: len(n.parts))
        folder = stops[0].parent if stops else PurePosixPath()
        self._refuse_bombs()
        self._members = {n.name: str(n) for n in names if n.parent == folder}
        missing = [f"{table}.txt" for table in _NEEDED if f"{table}.txt" not in self._members]
        if not self.has("calendar") and not self.has("calendar_dates"):
            missing.append("calendar.txt or calendar_dates.txt")
        if missing:
            self._zip.close()
            raise TimetableError(
                f"`gtfs` {path.name} has no {', no '.join(missing)}; a GTFS feed is a zip file "
                "that holds stops.txt, routes.txt, trips.txt, stop_times.txt and a calendar"
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self._zip.close()

    def _refuse_bombs(self) -> None:
        for entry in self._zip.infolist():
            packed, unpacked = entry.compress_size, entry.file_size
            if unpacked > _SMALL_BYTES and unpacked > LARGEST_RATIO * max(packed, 1):
                self._zip.close()
                raise TimetableError(
                    f"`gtfs` {self.name}: {entry.filename} would unpack {packed:,} bytes to "
                    f"{unpacked:,}, which no table does; it is not read"
                )

    def has(self, table: str, ending: str = "txt") -> bool:
        """Tell whether the feed has a file."""
        return f"{table}.{ending}" in self._members

    def read(self, table: str, columns: Sequence[str]) -> pd.DataFrame:
        """Return the columns of a table as text; no rows where there is no such table."""
        if not self.has(table):
            return pd.DataFrame({name: pd.Series(dtype=object) for name in columns})
        parts = list(self.parts(table, columns, most=MAX_TABLE_BYTES))
        return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]

    def parts(
        self, table: str, columns: Sequence[str], *, most: int = MAX_TIMES_BYTES
    ) -> Iterator[pd.DataFrame]:
        """Return a table in parts of `ROWS_AT_ONCE` rows."""
        member = f"{table}.txt"
        wanted = set(columns)
        with unpacking(self._broken(member)):
            try:
                with self._zip.open(self._members[member]) as packed:
                    bounded = io.BufferedReader(_Bounded(packed, member, most), 2**20)
                    reader = pd.read_csv(
                        bounded,
                        dtype=object,
                        keep_default_na=False,
                        na_filter=False,
                        encoding="utf-8-sig",
                        encoding_errors="replace",
                        skipinitialspace=True,
                        usecols=lambda name: name.strip() in wanted,
                        chunksize=ROWS_AT_ONCE,
                    )
                    for part in reader:
                        yield _filled(part, columns)
            except pd.errors.EmptyDataError:
                yield _filled(pd.DataFrame(), columns)

    def _broken(self, member: str) -> Callable[[str], TimetableError]:
        def refuse(why: str) -> TimetableError:
            return TimetableError(
                f"`gtfs` {self.name}: {member} cannot be read ({why.splitlines()[0]}); "
                "check the feed with a GTFS validator"
            )

        return refuse


def _filled(part: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    part = part.rename(columns=str.strip)
    for name in columns:
        if name not in part:
            part[name] = ""
    return part[list(columns)]


def stripped(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return texts without blanks around them, fast where few differ."""
    codes, texts = pd.factorize(column)
    clean = pd.Series([str(text).strip() for text in texts], dtype=object)
    return pd.Series(clean.to_numpy()[codes], index=column.index, dtype=object)
