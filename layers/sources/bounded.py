"""
Takes what others send within limits: bytes, entries of archives, depth of JSON.

A file is measured before it is read, and an archive before it is unpacked: what its index says, and
what really comes out, may not be more than allowed.
"""

from __future__ import annotations

import io
import json
import re
import stat
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.archive import unpacking
from layers.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from layers.taxonomy import Taxonomy

MAX_BYTES = 200_000_000
MAX_ROWS = 1_000_000
MAX_UNPACKED_BYTES = 500_000_000
MAX_WORKBOOK_BYTES = 200_000_000  # unpacked: its texts are all held at once
MAX_RATIO = 200  # unpacked to packed: texts come to 20, a bomb to 1,000
MAX_ENTRIES = 1_000
_SMALL_BYTES = 10_000_000  # below that the ratio does not matter
_CHUNK = 1 << 20
# What may be a half character or a zero byte, in UTF-8 as in UTF-16
_UNSTORABLE = re.compile(rb"\\\x00?u\x00?(?:[dD]|0\x00?0\x00?0\x00?0)")

Bounds = tuple[float, float, float, float]
Source = Path | bytes


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """
    What holds for all readers; each takes what concerns it.

    Attributes
    ----------
    taxonomy
        Tells categories, resources and facts.
    bounds
        West, south, east, north in degrees, where offers must lie. What lies elsewhere is a fault;
        and they tell swapped coordinates and zones apart. None: anywhere.
    crs
        Of the coordinates, where the file does not say; such as `EPSG:25832`.
    columns
        Field by column, to correct what is recognised: `{"Bezeichnung": "name", "Notiz": ""}`; ""
        leaves a column out.
    category
        Id of the category of all rows that tell none.
    layer
        Name of the sheet or layer; "" for the only or first one.
    timezone
        Of calendars without one.
    first_day, last_day
        Between these days events are told; None: from 30 days before the reading's own date, for
        400 days.
    as_of, licence, attribution
        Of the source, where it does not tell.
    max_bytes, max_rows
        Limits.
    """

    taxonomy: Taxonomy
    bounds: Bounds | None = None
    crs: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    category: str = ""
    layer: str = ""
    timezone: str = "Europe/Berlin"
    first_day: date | None = None
    last_day: date | None = None
    as_of: date | None = None
    licence: str = ""
    attribution: str = ""
    max_bytes: int = MAX_BYTES
    max_rows: int = MAX_ROWS


def read_bytes(source: Source, *, max_bytes: int = MAX_BYTES) -> bytes:
    """
    Return what is in a file, or the bytes themselves.

    Raises
    ------
    SourceError
        If there is no such file, if it is no plain file, or larger than allowed: it is not read
        then.
    """
    if isinstance(source, Path):
        check_size(source, max_bytes=max_bytes)
        with source.open("rb") as file:
            data = file.read(max_bytes + 1)  # it may have grown since
    else:
        data = source
    if len(data) > max_bytes:
        raise _too_large(len(data), max_bytes)
    return data


def check_size(path: Path, *, max_bytes: int = MAX_BYTES) -> None:
    """Raise SourceError if there is no plain file, or one larger than allowed."""
    try:
        status = path.stat()
    except OSError as exc:
        raise SourceError(f"`source` {path.name} cannot be read ({exc.strerror})") from exc
    if not stat.S_ISREG(status.st_mode):
        raise SourceError(f"`source` {path.name} is no plain file")
    if status.st_size > max_bytes:
        raise _too_large(status.st_size, max_bytes)


def head_of(source: Source, *, length: int = 65_536) -> bytes:
    """Return the first bytes."""
    if isinstance(source, bytes):
        return source[:length]
    with source.open("rb") as file:
        return file.read(length)


def _too_large(size: int, max_bytes: int) -> SourceError:
    return SourceError(
        f"`source` has {size:,} bytes, at most {max_bytes:,} are read; split it, or leave out "
        "columns that are not needed"
    )


def parse_json(data: bytes) -> Any:
    """
    Parse JSON; NaN and infinities become None, so that only their row is faulty.

    Halves of characters and zero bytes, which no file and no database can keep, become replacement
    characters.

    Raises
    ------
    SourceError
        If it is no JSON in UTF-8 or UTF-16, or nested deeper than Python can follow.
    """
    try:
        value = json.loads(decoded_json(data), parse_constant=lambda _: None)
        return _storable(value) if _UNSTORABLE.search(data) else value
    except RecursionError as exc:
        raise SourceError("`source` is JSON that is nested too deeply") from exc
    except ValueError as exc:
        raise SourceError(f"`source` is no JSON in UTF-8: {exc}") from exc


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")
    if isinstance(value, list):
        return [_storable(part) for part in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(part) for key, part in value.items()}
    return value


def decoded_json(data: bytes) -> str:
    """Return the text of JSON, with or without a byte order mark."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16")
    return data.decode("utf-8-sig")


@contextmanager
def opened_zip(data: bytes, *, max_unpacked: int = MAX_UNPACKED_BYTES) -> Iterator[zipfile.ZipFile]:
    """
    Open an archive that is no bomb by what its index says.

    `zipfile` stops at the size that the index says, so that a false index ends in an error.

    Raises
    ------
    SourceError
        If it is broken, encrypted, has too many entries, or would unpack to more than allowed.
    """
    with (
        unpacking(
            lambda why: SourceError(f"`source` is an archive that cannot be unpacked ({why})")
        ),
        zipfile.ZipFile(io.BytesIO(data)) as archive,
    ):
        _check_entries(archive.infolist(), packed=len(data), max_unpacked=max_unpacked)
        yield archive


def _check_entries(entries: list[zipfile.ZipInfo], *, packed: int, max_unpacked: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES:
        raise SourceError(f"`source` is an archive of {len(entries):,} files, at most 1,000 are")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise SourceError("`source` is an encrypted archive; send it without a password")
    if unpacked > max_unpacked or (
        unpacked > _SMALL_BYTES and unpacked > MAX_RATIO * max(1, packed)
    ):
        raise SourceError(
            f"`source` is an archive of {packed:,} bytes that would unpack to {unpacked:,}; "
            "that is refused"
        )


def unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    """Write one entry to a file, never more than its index says."""
    left = entry.file_size
    with archive.open(entry) as source, target.open("wb") as file:
        while chunk := source.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise SourceError(f"`source`: {entry.filename} is larger than its archive says")
            file.write(chunk)
