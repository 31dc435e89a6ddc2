"""
Looks through the texts of a PBF before the reading library sees them.

libosmium keeps texts as C does, up to a zero byte. A text that has one inside makes it step through
the tags of an object out of step, beyond its memory, and the whole process ends without a word. No
text of OpenStreetMap has one, so a file that does is damaged or made for that.

Only the table of texts of each block is looked at; unpacking takes about 3 s for 100 MB.
"""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING

from geo.archive import unpacking
from geo.errors import ExtractError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LARGEST_HEAD, LARGEST_BLOB = 64 << 10, 32 << 20  # bytes; the format's own limits
_RAW, _ZLIB, _TYPE, _SIZE = 1, 3, 1, 3
_OTHER_PACKING = (4, 6, 7)  # lzma, lz4, zstd: their blocks are not looked into
_TABLE, _TEXT = 1, 1


def check_texts(path: Path) -> None:
    """
    Refuse an extract with a zero byte in a text; a file that did not change is read once.

    Raises
    ------
    ExtractError
        If there is one, or the file is not made of blocks.
    """
    about = path.stat()
    _check(path, about.st_size, about.st_mtime_ns, about.st_ino)


@lru_cache(maxsize=64)
def _check(path: Path, _size: int, _changed: int, _inode: int) -> None:
    def damaged(why: str) -> ExtractError:
        return ExtractError(
            f"`extract` {path.name} cannot be read as OpenStreetMap data ({why}); "
            "it may be truncated or damaged: fetch it again and compare its checksum",
            path=str(path),
        )

    with unpacking(damaged):
        for number, block in enumerate(_blocks(path), start=1):
            if _has_zero(_first(block, _TABLE)):
                raise damaged(f"block {number} has a text with a zero byte")


def _blocks(path: Path) -> Iterator[bytes]:
    """Unpack the blocks that hold data, one after the other."""
    with path.open("rb") as file:
        while size := file.read(4):
            (length,) = struct.unpack(">I", size)
            if length > LARGEST_HEAD:
                raise ValueError("the head of a block is too large")
            head = dict(_fields(file.read(length)))
            blob = dict(_fields(file.read(_whole(head.get(_SIZE), LARGEST_BLOB))))
            if head.get(_TYPE) != b"OSMData" or any(kind in blob for kind in _OTHER_PACKING):
                continue
            raw, packed = blob.get(_RAW), blob.get(_ZLIB)
            if isinstance(raw, bytes):
                yield raw
            elif isinstance(packed, bytes):
                yield zlib.decompressobj().decompress(packed, LARGEST_BLOB)


def _whole(value: bytes | int | None, most: int) -> int:
    if not isinstance(value, int) or value > most:
        raise ValueError("a block has no size that it may have")
    return value


def _first(message: bytes, number: int) -> bytes:
    value = next((v for n, v in _fields(message) if n == number), b"")
    return value if isinstance(value, bytes) else b""


def _has_zero(table: bytes) -> bool:
    # the first text is empty, by the format; its length is the only zero of most tables
    if table.count(0) == int(table.startswith(b"\x0a\x00")):
        return False
    return any(isinstance(text, bytes) and 0 in text for n, text in _fields(table) if n == _TEXT)


def _fields(message: bytes) -> Iterator[tuple[int, bytes | int]]:
    """Take a message of Protocol Buffers apart."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        kind = tag & 7
        if kind == 0:
            number, at = _varint(message, at)
            yield tag >> 3, number
            continue
        if kind == 2:
            size, at = _varint(message, at)
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
        else:
            raise ValueError("a field of a kind that does not exist")
        if at + size > len(message):
            raise ValueError("a field that is longer than its block")
        yield tag >> 3, message[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            break
        value |= (data[at] & 127) << shift
        at += 1
        if data[at - 1] < 128:
            return value, at
    raise ValueError("a number without an end")
