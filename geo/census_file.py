"""
Opens tables of the census offices as they are downloaded: CSV, or a zip with a CSV inside.

Nothing is extracted: a zip is read as a stream within bounds, so that a small file that unpacks to
a huge one costs time and no disk. The last bytes are kept, to tell a whole file from one that ends
in the middle of a row.
"""

from __future__ import annotations

import codecs
import io
import zipfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.archive import unpacking
from geo.errors import PopulationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO

LARGEST_BYTES = 4 * 2**30  # unpacked; the 100 m grid of all of Germany has 1.4 GB at most
LARGEST_RATIO = 300  # unpacked ÷ packed; the official tables have 5 to 60
_BUFFER = 1 << 20
_TAIL = 4096
_HEAD = 1 << 16
_TABLES = (".csv", ".txt")
_SEPARATORS = ";\t,"
_SEPARATOR_BYTES = (b";", b"\t", b",")
REMARKS = "werterl"  # `werterlaeuternde_Zeichen`: remarks on a value, mostly empty
_WAY_OUT = "it may be downloaded in part; load it again and compare its size with the office's page"


@dataclass
class CensusTable:
    """
    An open table.

    Attributes
    ----------
    name
        The file's, and the member's where it is a zip.
    stream
        Binary, at its beginning (behind a byte order mark).
    columns
        The names of the header.
    separator
        Between columns.
    """

    name: str
    stream: _Bounded
    columns: list[str]
    separator: str

    def check_end(self) -> None:
        """
        Refuse a table whose last row is not whole; to be called when all is read.

        Raises
        ------
        PopulationError
            If it ends in the middle of a row.
        """
        last = self.stream.tail.rstrip(b"\r\n\x00 ").rpartition(b"\n")[2]
        fields = last.count(self.separator.encode()) + 1
        may_be_empty = self.columns[-1].lower().startswith(REMARKS)
        is_cut = last.endswith(self.separator.encode()) and not self.has_end and not may_be_empty
        if last and (fields < len(self.columns) or is_cut):
            raise PopulationError(
                f"{self.name} ends in the middle of a row ({_text(last)[:60]!r}); {_WAY_OUT}"
            )

    @property
    def has_end(self) -> bool:
        """Whether the last row ends with a line break, as those of the offices do."""
        return self.stream.tail.endswith((b"\n", b"\r"))


class _Bounded(io.RawIOBase):
    """Hands bytes on, keeps the last ones and stops at `LARGEST_BYTES`."""

    def __init__(self, inner: IO[bytes], name: str, *, start: bytes) -> None:
        self._inner, self._name, self._start = inner, name, _without_dashes(start, b"")
        self._read = len(start)
        self.tail = start[-_TAIL:]

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        if self._start:
            taken = min(len(view), len(self._start))
            view[:taken] = self._start[:taken]
            self._start = self._start[taken:]
            return taken
        with unpacking(lambda why: _damaged(self._name, why)):
            data = self._inner.read(len(view))
        data = _without_dashes(data, self.tail[-1:])
        view[: len(data)] = data
        self._read += len(data)
        if self._read > LARGEST_BYTES:
            raise PopulationError(
                f"{self._name} unpacks to more than {LARGEST_BYTES >> 30} GB and is not read on; "
                "a census grid has less"
            )
        if data:
            self.tail = (self.tail + data)[-_TAIL:] if len(data) < _TAIL else data[-_TAIL:]
        return len(data)


def _without_dashes(data: bytes, before: bytes) -> bytes:
    """Write the dash of cp1252 at the beginning of a field as a hyphen: it is no UTF-8."""
    if b"\x96" not in data:
        return data
    if before in _SEPARATOR_BYTES and data[:1] == b"\x96":
        data = b"-" + data[1:]
    for separator in _SEPARATOR_BYTES:
        data = data.replace(separator + b"\x96", separator + b"-")
    return data


@contextmanager
def open_table(path: Path, *, member: str = "") -> Iterator[CensusTable]:
    """
    Open a CSV table, or the one in a zip.

    Parameters
    ----------
    path
        The file.
    member
        The name of the table in a zip with several; the end of it will do.

    Raises
    ------
    PopulationError
        If the file is missing, empty, a damaged zip, a zip with no or several tables, or unpacks to
        more than any census grid.
    """
    try:
        file = path.open("rb")
    except OSError as exc:
        raise PopulationError(f"there is no file {path.name} in {path.parent}") from exc
    with file:
        if file.read(4) == b"PK\x03\x04":
            with _open_zip(path, member) as (inner, name):
                yield _begin(inner, name)
        else:
            file.seek(0)
            yield _begin(file, path.name)


def tables_in(path: Path) -> list[str]:
    """Return the names of the tables in a zip; none where the file is no readable zip."""
    broken = unpacking(lambda why: _damaged(path.name, why))
    with suppress(PopulationError), broken, zipfile.ZipFile(path) as archive:
        return [n for n in archive.namelist() if n.lower().endswith(_TABLES)]
    return []


@contextmanager
def _open_zip(path: Path, member: str) -> Iterator[tuple[IO[bytes], str]]:
    with unpacking(
        lambda why: PopulationError(f"{path.name} is a damaged zip ({why}); {_WAY_OUT}")
    ):
        archive = zipfile.ZipFile(path)
    with archive:
        tables = [i for i in archive.infolist() if i.filename.lower().endswith(_TABLES)]
        if member:
            tables = [i for i in tables if i.filename.endswith(member)]
        names = ", ".join(i.filename for i in tables)
        if len(tables) != 1:
            have = names or ", ".join(i.filename for i in archive.infolist()[:10])
            called = f" called {member}" if member else ""
            raise PopulationError(
                f"{path.name} holds {len(tables) or 'no'} tables{called}"
                f' ({have}); name the one to read as `member`, such as member = "…_100m-Gitter.csv"'
            )
        table = tables[0]
        if table.file_size > LARGEST_BYTES or table.file_size > LARGEST_RATIO * max(
            table.compress_size, 1
        ):
            raise PopulationError(
                f"{path.name} unpacks {table.compress_size:,} bytes to {table.file_size:,}, more "
                "than a census grid does; it is not read"
            )
        if table.flag_bits & 1:
            raise PopulationError(f"{path.name} is locked with a password; unlock it first")
        with unpacking(lambda why: _damaged(path.name, why)):
            inner = archive.open(table)
        with inner:
            yield inner, f"{path.name} ({table.filename})"


def _begin(inner: IO[bytes], name: str) -> CensusTable:
    with unpacking(lambda why: _damaged(name, why)):
        head = inner.read(_HEAD)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise PopulationError(f"{name} is in UTF-16; save it as UTF-8")
    head = head.removeprefix(codecs.BOM_UTF8)
    line = head.partition(b"\n")[0]
    if not line.strip():
        raise PopulationError(f"{name} is empty; {_WAY_OUT}")
    if b"\x00" in line or len(line) > _TAIL:
        raise PopulationError(
            f"{name} is no table of text with a header; give a census grid as CSV"
        )
    header = _text(line).strip("\r\n ")
    separator = max(_SEPARATORS, key=header.count)
    columns = [column.strip().strip('"') for column in header.split(separator)]
    return CensusTable(name, _Bounded(inner, name, start=head), columns, separator)


def _damaged(name: str, why: str) -> PopulationError:
    return PopulationError(f"{name} is damaged ({why}); {_WAY_OUT}")


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def buffered(table: CensusTable) -> io.BufferedReader:
    """Read in large pieces."""
    return io.BufferedReader(table.stream, _BUFFER)
