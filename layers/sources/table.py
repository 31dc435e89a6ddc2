"""
Reads tables: CSV and Excel lists, whoever made them.

The header is the row among the first ones that names the most columns, so that a title above it
does no harm. A row that repeats the header, or only says a sum, is no offer and is counted as
skipped.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from layers.errors import SourceError
from layers.sources.columns import ColumnReader
from layers.sources.csv_rows import SEPARATORS, decode, read_lines, split_lines
from layers.sources.record import shortened
from layers.sources.rows import Row, RowReader
from layers.sources.xlsx_rows import read_sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from layers.sources.bounded import ReadOptions
    from layers.sources.columns import Columns
    from layers.sources.record import Fault, Reading

SOURCE = "table"
_FIRST_ROWS = 20  # the header is among these
_FEWEST_COLUMNS = 2
# a cell that begins so is computed by a spreadsheet, some of which take full-width signs as well
FORMULA = re.compile(r"\s*'*\s*[=+@\-＝＋－＠]")
_SUMS = ("summe", "gesamt", "total", "sum", "anzahl")

Cells = list[str]


def read_csv(data: bytes, options: ReadOptions) -> Reading:
    """
    Read the offers of a CSV table.

    Returns
    -------
    reading
        `counts_in` is "line": where a row begins in the file.

    Raises
    ------
    SourceError
        If it is no text, has no header that is understood, or too many rows.
    ParameterError
        If `options.columns` or `options.crs` do not fit.
    """
    text, note = decode(data)
    lines = split_lines(text)
    columns = ColumnReader(options.taxonomy, options.columns)
    separator, skip = _separator(lines, columns)
    rows: list[tuple[int, Cells]] = []
    faults: list[Fault] = []
    for line in read_lines(lines[skip:], separator):
        if line.fault:
            fault = line.fault
            faults.append(type(fault)(fault.line + skip, fault.text, fault.reason))
        else:
            rows.append((line.number + skip, line.cells))
    notes = (note,) if note else ()
    return _read_table("csv", rows, columns, options, "line", faults, notes)


def read_xlsx(data: bytes, options: ReadOptions) -> Reading:
    """
    Read the offers of an Excel workbook; `counts_in` is "row", as Excel counts.

    Raises
    ------
    SourceError
        If it is no workbook that can be read, or is refused.
    ParameterError
        If `options.columns` or `options.crs` do not fit.
    """
    sheet = read_sheet(data, layer=options.layer, max_rows=options.max_rows)
    columns = ColumnReader(options.taxonomy, options.columns)
    return _read_table("xlsx", sheet.rows, columns, options, "row", [], tuple(sheet.notes))


def header_of(text: str, columns: ColumnReader) -> int:
    """Count the columns that the likeliest header of a text names: 0 where it is no table."""
    lines = split_lines(text)[: _FIRST_ROWS + 1]
    separator, skip = _separator(lines, columns)
    return max((columns.known(r.cells) for r in read_lines(lines[skip:], separator)), default=0)


def _separator(lines: Sequence[str], columns: ColumnReader) -> tuple[str, int]:
    """Return what separates cells, and how many lines only say that (`sep=;`)."""
    if lines and lines[0].lower().startswith("sep=") and len(lines[0].strip()) == 5:
        return lines[0].strip()[4], 1
    first = lines[:_FIRST_ROWS]

    def fit(separator: str) -> tuple[int, int]:
        cells = [line.cells for line in read_lines(first, separator)]
        return max(map(columns.known, cells), default=0), max(map(len, cells), default=0)

    return max(SEPARATORS, key=fit), 0


def _read_table(
    kind: str,
    rows: list[tuple[int, Cells]],
    reader: ColumnReader,
    options: ReadOptions,
    counts_in: str,
    faults: list[Fault],
    notes: tuple[str, ...],
) -> Reading:
    if not rows:
        raise SourceError("`source` is an empty table")
    at = _header(rows, reader)
    line, header = rows[at]
    if any(fault.line < line for fault in faults):
        raise SourceError(f"`source` line {faults[0].line}: {faults[0].reason}")
    columns = reader.read(header)
    if len(rows) - at > options.max_rows:
        raise SourceError(f"`source` has more than {options.max_rows:,} rows; split it")
    if at:
        notes += (f"the header stands in {counts_in} {line}; what is above it was left out",)
    records = RowReader(SOURCE, options, faults=list(faults))
    skipped: Counter[str] = Counter()
    told = list(_rows(rows[at + 1 :], columns, header, records, skipped))
    notes += columns.notes + records.read(told)
    listed = len(rows) - at - 1 + len(faults)
    return records.reading(kind, listed, notes=notes, skipped=dict(skipped), counts_in=counts_in)


def _header(rows: list[tuple[int, Cells]], reader: ColumnReader) -> int:
    """Return the index of the header."""
    first = rows[:_FIRST_ROWS]
    corrected = {column.strip().casefold() for column in reader.corrections}

    def known(cells: Cells) -> int:
        return reader.known(cells) + sum(cell.strip().casefold() in corrected for cell in cells)

    best = max(range(len(first)), key=lambda i: (known(first[i][1]), -i))
    if known(first[best][1]) < _FEWEST_COLUMNS:
        raise SourceError(
            "`source` has no header that is understood; its first row is "
            f"{shortened('; '.join(first[0][1]))!r}. Name columns such as name, category, lon, "
            "lat or address, or say with `columns` what they hold"
        )
    return best


def _rows(
    rows: list[tuple[int, Cells]],
    columns: Columns,
    header: Cells,
    records: RowReader,
    skipped: Counter[str],
) -> Iterator[Row]:
    others = [
        (i, name)
        for i, name in enumerate(columns.names)
        if i not in columns.fields and i not in columns.left_out
    ]
    fields = list(columns.fields.items())
    for line, cells in rows:
        if cells == header:
            skipped["the header again"] += 1
            continue
        if _is_sum(cells):
            skipped["a sum"] += 1
            continue
        count = len(cells)
        told = {name: _clean(cells[i], name) for i, name in fields if i < count and cells[i]}
        raw = {name: cells[i].strip() for i, name in others if i < count and cells[i].strip()}
        row = Row(line, told, raw)
        if any(cell.strip() for cell in cells[len(columns.names) :]):
            records.fault(
                row, f"{count} cells, but the header has {len(columns.names)} columns; "
                "is a separator inside a cell that has no quotes?",
            )  # fmt: skip
            continue
        yield row


def _clean(text: str, name: str) -> str:
    if text[:1] == "'" and FORMULA.match(text):  # as spreadsheets mark a text
        text = text[1:]
    if name == "description":
        return "\n".join(" ".join(line.split()) for line in text.strip().splitlines())
    return " ".join(text.split())


def _is_sum(cells: Cells) -> bool:
    told = [cell.strip() for cell in cells if cell.strip()]
    return len(told) <= 2 and told[0].rstrip(":").casefold() in _SUMS
