"""
Takes an Excel workbook apart: values as they were last computed, dates as ISO days, merged cells.

The workbook is read as a stream, after its archive has been measured. What a formula gave last is
its value; a formula that nobody computed gives nothing. The value of merged cells
counts for every row that they span, in their first column.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from defusedxml.ElementTree import iterparse

from layers.errors import SourceError
from layers.sources.bounded import MAX_WORKBOOK_BYTES, opened_zip

if TYPE_CHECKING:
    from zipfile import ZipFile

MAX_COLUMNS = 200
MAX_ROWS_EMPTY = 100_000  # between two rows
MAX_SPAN = 10_000  # rows of one merged cell
_ERROR = re.compile(r"#(REF|N/A|NAME\?|VALUE|DIV/0|NUM|NULL)!?")
_MERGE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}mergeCell"


@dataclass
class Sheet:
    """
    A sheet's rows as texts.

    `rows` are cells by row number from 1, without empty rows; `notes` say what was done.
    """

    name: str
    rows: list[tuple[int, list[str]]]
    notes: list[str] = field(default_factory=list)


def read_sheet(data: bytes, *, layer: str = "", max_rows: int) -> Sheet:
    """
    Read one sheet of a workbook.

    Parameters
    ----------
    data
        The file.
    layer
        Name of the sheet; "" for the first one that has rows.
    max_rows
        More are refused.

    Raises
    ------
    SourceError
        If it is no workbook, a bomb, has no such sheet, or too many rows.
    """
    import openpyxl  # only workbooks wait for it

    with opened_zip(data, max_unpacked=MAX_WORKBOOK_BYTES) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            raise SourceError("`source` is an archive, but no Excel workbook (.xlsx)")
        try:
            book = openpyxl.load_workbook(
                io.BytesIO(data), read_only=True, data_only=True, keep_links=False
            )
            return _read(book, archive, layer=layer, max_rows=max_rows)
        except SourceError:
            raise
        except Exception as exc:  # openpyxl raises whatever a broken part makes it stumble over
            raise SourceError(
                f"`source` is a workbook that cannot be read ({type(exc).__name__}: {exc}); "
                "open and save it in a spreadsheet, or send it as CSV"
            ) from exc


def _read(book: Any, archive: ZipFile, *, layer: str, max_rows: int) -> Sheet:
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    if layer and layer not in sheets:
        raise SourceError(f"`layer` {layer!r} is no sheet; there are {', '.join(sheets)}")
    chosen = [sheets[layer]] if layer else list(sheets.values())
    for sheet in chosen:
        read = _rows(sheet, max_rows=max_rows)
        if read.rows or sheet is chosen[-1]:
            break
    else:
        raise SourceError("`source` is a workbook without a sheet")
    others = [name for name in sheets if name != read.name]
    if others and not layer:
        read.notes.append(f"sheet {read.name!r} was read, not {', '.join(map(repr, others))}")
    # openpyxl tells no merged cells of a stream, and only here where its part lies
    _fill_merged(read, archive, sheet._worksheet_path)
    return read


def _rows(sheet: Any, *, max_rows: int) -> Sheet:
    # What a file says of its size may be a million rows of which ten exist
    sheet.reset_dimensions()
    read = Sheet(sheet.title, [])
    errors = 0
    last = 0
    for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
        cells = [_text(value) for value in values[:MAX_COLUMNS]]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            errors += sum(bool(_ERROR.fullmatch(cell)) for cell in cells)
            read.rows.append((number, ["" if _ERROR.fullmatch(c) else c for c in cells]))
            last = number
        if len(read.rows) > max_rows:
            raise SourceError(f"`source` has more than {max_rows:,} rows; split it")
        if number > last + MAX_ROWS_EMPTY:
            read.notes.append(f"nothing was read below row {last}: it is empty for long")
            break
    if errors:
        read.notes.append(f"{errors} cells hold an error of a formula and count as empty")
    return read


def _text(value: object) -> str:
    """Return a cell as text; whole numbers without a fraction, days in ISO form."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()


def _fill_merged(sheet: Sheet, archive: ZipFile, path: str) -> None:
    """Write the value of merged cells into every row that they span."""
    from openpyxl.utils.cell import range_boundaries

    by_number = dict(sheet.rows)
    filled = 0
    for reference in _merged(archive, path.lstrip("/")):
        west, north, _, south = range_boundaries(reference)
        if west is None or south is None or not 0 < south - north < MAX_SPAN:
            continue
        top = by_number.get(north, [])
        value = top[west - 1] if len(top) >= west else ""
        for number in range(north + 1, south + 1):
            cells = by_number.get(number)
            if value and cells is not None and len(cells) >= west and not cells[west - 1]:
                cells[west - 1] = value
                filled += 1
    if filled:
        sheet.notes.append(f"the value of merged cells was taken for {filled} rows below")


def _merged(archive: ZipFile, path: str) -> list[str]:
    references = []
    with archive.open(path) as file:
        for _, element in iterparse(file, forbid_dtd=True):
            if element.tag == _MERGE:
                references.append(element.get("ref", ""))
            element.clear()
    return [reference for reference in references if reference]
