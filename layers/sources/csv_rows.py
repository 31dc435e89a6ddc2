"""
Takes a CSV file apart as spreadsheets write it: any separator, any encoding, any line end.

A quote that is opened and never closed would swallow all that follows. So rows are read one by one:
a quoted cell may go over lines, but only as far as the row comes out right. Where it does not, the
line with the quote is a fault and the next line is a row again.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from layers.errors import SourceError
from layers.sources.record import Fault, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SEPARATORS = (";", ",", "\t", "|")
_MOST_LINES = 100  # of one row: more is a quote that nobody closed
MAX_LINE = 1_000_000  # characters; more is no row of a list
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
_UNCLOSED = "unexpected end of data"


@dataclass(frozen=True)
class Line:
    """A row's first line, counted from 1, and its cells; none where it is a fault."""

    number: int
    cells: list[str]
    fault: Fault | None = None


def decode(data: bytes) -> tuple[str, str]:
    """
    Return the text of a table, and a note where it is not in UTF-8.

    Raises
    ------
    SourceError
        If it is in none of UTF-8, UTF-16 with a byte order mark, and cp1252; or no text at all.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _decoded(data, "utf-16"), "read as UTF-16"
    if b"\x00" in data[:65_536]:
        raise SourceError("`source` is no text: it holds zero bytes")
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        text = data.decode("utf-8-sig", "replace")
    broken = text.count("\ufffd")
    if sum(not c.isascii() for c in text) > 2 * broken:  # in UTF-8, but for a few bytes
        line = text[: text.index("\ufffd")].count("\n") + 1
        return text, f"{broken} characters cannot be read, the first in line {line}"
    return _decoded(data, "cp1252"), "read as cp1252 (Windows), because it is not in UTF-8"


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as exc:
        line = data[: exc.start].count(b"\n") + 1
        raise SourceError(
            f"`source` is in no encoding that is known (line {line}); save it as UTF-8"
        ) from exc


def split_lines(text: str) -> list[str]:
    """Return the lines with their ends; only CR, LF and CRLF end a line."""
    lines = _LINE.findall(text)
    while lines and not lines[-1]:
        lines.pop()
    return lines


def read_lines(lines: Sequence[str], separator: str) -> Iterator[Line]:
    """Yield rows; lines without any cell are left out."""
    cells_of_row = 0
    at = 0
    while at < len(lines):
        taken, cells, fault = _row(lines, at, separator, cells_of_row)
        if fault:
            yield Line(at + 1, [], Fault(at + 1, shortened(lines[at]), fault))
        elif any(cell.strip() for cell in cells):
            cells_of_row = max(cells_of_row, len(cells)) if at < _MOST_LINES else cells_of_row
            yield Line(at + 1, cells)
        at += taken


def _row(
    lines: Sequence[str], at: int, separator: str, cells_of_row: int
) -> tuple[int, list[str], str]:
    """Return how many lines a row takes, its cells, and what is wrong with it."""
    line = lines[at]
    if len(line) > MAX_LINE:
        return 1, [], f"is longer than {MAX_LINE:,} characters"
    if '"' not in line:
        return 1, line.rstrip("\r\n").split(separator), ""
    cells, fault = _parse(line, separator)
    if fault != _UNCLOSED:
        return 1, cells, fault
    quotes = line.count('"')
    for end in range(at + 1, min(at + _MOST_LINES, len(lines))):
        quotes += lines[end].count('"')
        if quotes % 2:
            continue
        cells, fault = _parse("".join(lines[at : end + 1]), separator)
        if not fault and (not cells_of_row or len(cells) <= cells_of_row):
            return end - at + 1, cells, ""
        break
    return 1, [], "a quote is opened and not closed"


def _parse(text: str, separator: str) -> tuple[list[str], str]:
    # csv gives up on long cells; rows are bounded by the size of the file
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    try:
        return next(csv.reader([text], delimiter=separator, strict=True), []), ""
    except csv.Error as exc:
        return [], _UNCLOSED if _UNCLOSED in str(exc) else f"its quotes do not fit ({exc})"
