"""
Changes an input where its format has a joint: a value of JSON, a cell, an entry, a field.

Bytes that are changed blindly end in "no JSON" or "no zip" nearly always, and never reach what
reads the content. Each function takes bytes and a generator and returns other bytes; what is not of
its format comes back as it was.
"""

from __future__ import annotations

import copy
import io
import json
import sqlite3
import struct
import tempfile
import zipfile
import zlib
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from layers.package import Package, PackageError, from_zip, to_zip

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    Mutator = Callable[[bytes, Random], bytes]

VALUES: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**400, 0.5, -0.0, 1e308, 1e-320,
    float("nan"), float("inf"), "", " ", "0", "-1", "1e999", "nan", "\x00", "\ud800", "\u202e",
    "a" * 5000, "=1+1", "../../etc/passwd", "https://[::1", "2024-02-30", "0000-01-01",
    "9999-12-31", "24:00", "{{7*7}}", [], {}, [[]], [None], {"": None}, [1, 2],
    [1e400, "x"], [[[[[[]]]]]],
)  # fmt: skip
TEXTS: Final = (
    "", " ", "0", "-1", "1", "1,5", "1.5", "1e309", "-1e309", "nan", "inf", "99999999999999999999",
    "0" * 400, "9" * 400, "\x00", '"', '""', "'", "\\", ";", ",", "\t", "\r", "\n", "|", "=1+1",
    "\u0660\u0661", "\u00b2", "\ufeff", "\u202e", "a" * 5000, "(" * 300, "[" * 3000, "true",
    "24:00", "99:99:99", "-1:00:00", "00:00", "00000000", "20240230", "99991231", "0001-01-01",
    "9999-12-31", "2024-02-29T23:59:60Z", "Mo-Su", "PH", "week 1-53/2", "sunrise", "../x",
    "/etc/passwd", "EPSG:4326", "Europe/Berlin", "Foo/Bar", "P1D", "FREQ=DAILY", "BYDAY=5MO",
    "COUNT=0", "1/0",
)  # fmt: skip
_DEEPEST = 40


def mutate_json(data: bytes, rng: Random) -> bytes:
    """Replace, drop, double, exchange or wrap a value anywhere in a document."""
    try:
        top = [json.loads(data)]
    except (ValueError, RecursionError):
        return data
    places: list[tuple[Any, Any]] = []
    stack: list[tuple[Any, int]] = [(top, 0)]
    while stack:
        value, depth = stack.pop()
        keys = list(value) if isinstance(value, dict) else range(len(value))
        for key in keys:
            places.append((value, key))
            if isinstance(value[key], list | dict) and depth < _DEEPEST:
                stack.append((value[key], depth + 1))
    for _ in range(rng.choice((1, 1, 2, 3))):
        at, key = rng.choice(places)
        with suppress(KeyError, IndexError, OverflowError):
            _change_json(at, key, rng.choice(places), rng)
    return json.dumps(top[0] if top else None).encode("utf-8", "surrogatepass")


def _change_json(at: Any, key: Any, other: tuple[Any, Any], rng: Random) -> None:
    match rng.randrange(7):
        case 0 | 1:
            at[key] = copy.deepcopy(rng.choice(VALUES))
        case 2:
            del at[key]
        case 3:
            at[key] = copy.deepcopy(other[0][other[1]])
        case 4:
            at[key] = rng.choice(([at[key]], {"type": at[key]}, [at[key]] * rng.choice((2, 50))))
        case 5 if isinstance(at[key], int | float):
            at[key] = rng.choice((-at[key], at[key] * 1000, at[key] + 0.1, str(at[key])))
        case _ if isinstance(at, dict):
            at[rng.choice((*at, "id", "type", "", "a" * 300))] = at.pop(key)
        case _:
            at.insert(key, copy.deepcopy(at[key]))


def mutate_table(data: bytes, rng: Random) -> bytes:
    """Change cells, rows and columns of a text whose cells stand between signs."""
    lines = data.split(b"\n")
    sign = max((b";", b",", b"\t"), key=lines[0].count)
    rows = [line.split(sign) for line in lines]
    for _ in range(rng.choice((1, 1, 2, 4))):
        row = rng.choice(rows)
        cell = rng.randrange(len(row))
        match rng.randrange(8):
            case 0 | 1 | 2:
                row[cell] = _text(rng)
            case 3:
                other = rng.choice(rows)
                row[cell] = rng.choice(other) if other else b""
            case 4:
                row.insert(cell, _text(rng)) if rng.random() < 0.5 or len(row) < 2 else row.pop(
                    cell
                )
            case 5:
                rows.insert(rng.randrange(len(rows) + 1), list(row))
            case 6 if len(rows) > 1:
                rows.remove(row)
            case _:
                row[cell] = b'"' + row[cell] + rng.choice((b'"', b"", b'""'))
    return b"\n".join(sign.join(row) for row in rows)


def mutate_lines(data: bytes, rng: Random) -> bytes:
    """Change lines of a text of keys and values, and words in them."""
    lines = data.split(b"\n")
    for _ in range(rng.choice((1, 1, 2, 4))):
        at = rng.randrange(len(lines))
        line = lines[at]
        match rng.randrange(7):
            case 0 | 1:
                sign = rng.choice((b"=", b":", b" ", b",", b";"))
                head, found, tail = line.partition(sign)
                lines[at] = (
                    head + found + _text(rng) if rng.random() < 0.7 else _text(rng) + found + tail
                )
            case 2:
                words = line.split(b" ")
                words[rng.randrange(len(words))] = _text(rng)
                lines[at] = b" ".join(words)
            case 3:
                lines.insert(rng.randrange(len(lines) + 1), line)
            case 4 if len(lines) > 1:
                del lines[at]
            case 5:
                lines[at] = rng.choice(lines)
            case _:
                cut = rng.randrange(len(line) + 1)
                lines[at] = line[:cut] + _text(rng) + line[cut:]
    return b"\n".join(lines)


def mutate_zip(data: bytes, rng: Random) -> bytes:
    """Change, drop, double or rename an entry of an archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [(name, archive.read(name)) for name in archive.namelist()]
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, RuntimeError, EOFError):
        return data
    if not entries:
        return data
    at = rng.randrange(len(entries))
    name, content = entries[at]
    match rng.randrange(10):
        case 0:
            del entries[at]
        case 1:
            entries.append((name, content[: rng.randrange(len(content) + 1)]))
        case 2:
            entries[at] = (rng.choice(("x", "../x", name.upper(), f"a/{name}", name[:-1])), content)
        case _:
            entries[at] = (name, _by_name(name, content)(content, rng))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            with suppress(UserWarning, ValueError):
                archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _by_name(name: str, content: bytes) -> Mutator:
    if name.endswith((".txt", ".csv")):
        return mutate_table
    if content.startswith((b"{", b"[")):
        return mutate_json
    return mutate_xml if content.lstrip()[:1] == b"<" else mutate_lines


def mutate_xml(data: bytes, rng: Random) -> bytes:
    """Change the text between two tags, an attribute, or a whole element."""
    parts = data.split(b"<")
    at = rng.randrange(len(parts))
    head, found, tail = parts[at].partition(b">")
    match rng.randrange(5):
        case 0 | 1:
            parts[at] = head + found + _text(rng).replace(b"<", b"")
        case 2:
            words = head.split(b'"')
            words[rng.randrange(len(words))] = _text(rng).replace(b'"', b"")
            parts[at] = b'"'.join(words) + found + tail
        case 3:
            del parts[at]
        case _:
            parts.insert(at, rng.choice(parts))
    return b"<".join(parts)


def mutate_package(data: bytes, rng: Random) -> bytes:
    """Change a file of a package, whose manifest then tells its new checksum."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "p.zip"
        file.write_bytes(data)
        try:
            package = from_zip(file)
        except (PackageError, OSError):
            return data
    files = dict(package.files)
    if not files:
        return data
    name = rng.choice(list(files))
    change = mutate_json if name.endswith(".json") else mutate_lines
    files[name] = change(files[name].encode(), rng).decode("utf-8", "replace")
    changed = Package(
        package.region, package.name, package.version, package.made_on, files, package.licences
    )
    return to_zip(changed)


def mutate_sqlite(data: bytes, rng: Random) -> bytes:
    """Change a value of a table, or the tables themselves."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "r.sqlite"
        file.write_bytes(data)
        with (
            suppress(sqlite3.Error, UnicodeError, OverflowError),
            closing(sqlite3.connect(file)) as base,
        ):
            tables = [
                row[0] for row in base.execute("SELECT name FROM sqlite_master WHERE type='table'")
            ]
            table = rng.choice(tables)
            columns = [row[1] for row in base.execute(f'PRAGMA table_info("{table}")')]
            column = rng.choice(columns)
            value = rng.choice(
                [*TEXTS, *(v for v in VALUES if v is None or isinstance(v, int | float))]
            )
            statement = rng.choice((
                f'UPDATE "{table}" SET "{column}" = ?',  # noqa: S608
                f'UPDATE "{table}" SET "{column}" = ?',  # noqa: S608
                f'DELETE FROM "{table}"',  # noqa: S608
                f'DROP TABLE "{table}"',
                f'ALTER TABLE "{table}" DROP COLUMN "{column}"',
                f'ALTER TABLE "{table}" RENAME COLUMN "{column}" TO "other"',
                f'CREATE TRIGGER t AFTER DELETE ON "{table}" BEGIN SELECT 1; END',
            ))  # fmt: skip
            base.execute(statement, (value,) if "?" in statement else ())
            base.commit()
        return file.read_bytes()


def mutate_pbf(data: bytes, rng: Random) -> bytes:
    """Change a field of a message inside a blob, at any depth, and pack it again."""
    try:
        blobs = _blobs(data)
    except (ValueError, LookupError, TypeError, struct.error, zlib.error):
        return data
    if not blobs:
        return data
    at = rng.randrange(len(blobs))
    kind, content = blobs[at]
    match rng.randrange(10):
        case 0:
            del blobs[at]
        case 1:
            blobs.insert(rng.randrange(len(blobs) + 1), (kind, content))
        case 2:
            blobs[at] = (rng.choice((b"OSMHeader", b"OSMData", b"X")), content)
        case _:
            for _ in range(rng.choice((1, 1, 2, 4))):
                content = _mutate_message(content, rng, 0)
            blobs[at] = (kind, content)
    return b"".join(_packed(kind, content) for kind, content in blobs)


def _blobs(data: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 0
    while at < len(data):
        (size,) = struct.unpack_from(">I", data, at)
        head = {number: value for number, _, value in _fields(data[at + 4 : at + 4 + size])}
        at += 4 + size
        blob = {number: value for number, _, value in _fields(data[at : at + head[3]])}
        at += head[3]
        raw = blob.get(1)
        found.append((head[1], raw if raw is not None else zlib.decompress(blob[3])))
    return found


def _packed(kind: bytes, content: bytes) -> bytes:
    body = _field(2, 0, len(content)) + _field(3, 2, zlib.compress(content))
    head = _field(1, 2, kind) + _field(3, 0, len(body))
    return struct.pack(">I", len(head)) + head + body


def _fields(data: bytes) -> list[tuple[int, int, Any]]:
    """Take a message of Protocol Buffers apart: number, wire type, value."""
    found: list[tuple[int, int, Any]] = []
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        kind = tag & 7
        if kind == 0:
            value, at = _varint(data, at)
        elif kind == 2:
            size, at = _varint(data, at)
            value, at = data[at : at + size], at + size
            if len(value) < size:
                raise ValueError("cut")
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
            value, at = data[at : at + size], at + size
        else:
            raise ValueError("no message")
        found.append((tag >> 3, kind, value))
    return found


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
        if shift > 63:
            raise ValueError("too long")


def _field(number: int, kind: int, value: Any) -> bytes:
    head = _as_varint(number << 3 | kind)
    if kind == 0:
        return head + _as_varint(value)
    return head + (_as_varint(len(value)) + value if kind == 2 else value)


def _as_varint(value: int) -> bytes:
    value &= 2**64 - 1
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


_NUMBERS = (0, 1, 2, 127, 128, 2**31 - 1, 2**31, 2**32, 2**63 - 1, 2**64 - 1, 100, 1_800_000_000)


def _mutate_message(data: bytes, rng: Random, depth: int) -> bytes:
    try:
        fields = _fields(data)
    except (ValueError, IndexError):
        return _mutate_packed(data, rng)
    if not fields:
        return data
    at = rng.randrange(len(fields))
    number, kind, value = fields[at]
    if kind == 2 and depth < 5 and rng.random() < 0.85:
        fields[at] = (number, kind, _mutate_message(value, rng, depth + 1))
    else:
        match rng.randrange(6):
            case 0:
                del fields[at]
            case 1:
                fields.insert(at, rng.choice(fields))
            case 2:
                fields[at] = (rng.choice((number + 1, max(1, number - 1))), kind, value)
            case _ if kind == 0:
                fields[at] = (
                    number,
                    0,
                    rng.choice((*_NUMBERS, value + 1, value ^ 1 << rng.randrange(40))),
                )
            case _ if kind == 2:
                fields[at] = (number, 2, _mutate_packed(value, rng))
            case _:
                fields[at] = (number, kind, bytes(rng.randrange(256) for _ in value))
    return b"".join(_field(*field) for field in fields)


def _mutate_packed(data: bytes, rng: Random) -> bytes:
    """Change one number of a packed list, or a text."""
    numbers, at = [], 0
    with suppress(ValueError, IndexError):
        while at < len(data):
            value, at = _varint(data, at)
            numbers.append(value)
    if not numbers or rng.random() < 0.2:
        return _text(rng)
    where = rng.randrange(len(numbers))
    match rng.randrange(4):
        case 0:
            del numbers[where]
        case 1:
            numbers.insert(where, numbers[where])
        case _:
            numbers[where] = rng.choice((*_NUMBERS, numbers[where] + 1, numbers[where] ^ 1))
    return b"".join(map(_as_varint, numbers))


def _text(rng: Random) -> bytes:
    return rng.choice(TEXTS).encode()


def after_first_line(inner: Mutator) -> Mutator:
    """Return a mutator that leaves the first line, which names the kind of what follows."""

    def change(data: bytes, rng: Random) -> bytes:
        head, found, tail = data.partition(b"\n")
        return head + found + inner(tail, rng)

    return change


def either(*inner: Mutator) -> Mutator:
    """Return a mutator that takes one of several at random."""

    def change(data: bytes, rng: Random) -> bytes:
        return rng.choice(inner)(data, rng)

    return change
