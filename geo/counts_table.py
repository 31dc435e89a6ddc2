"""
Reads a small CSV table of counts by districts, such as an office's list of municipalities.

Ids keep their leading zeros: everything is read as text. A municipality may stand there twice if
both rows say the same.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pandas as pd

from geo.errors import RegionError

if TYPE_CHECKING:
    from pathlib import Path

LARGEST_BYTES = 20_000_000  # 11,000 municipalities with all their columns have 2 MB
_SEPARATORS = ";\t,"


def is_table(path: Path) -> bool:
    """Whether a file is a table of text and no JSON, by its first sign."""
    try:
        with path.open("rb") as file:
            return not file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))
    except OSError:
        return False


def read_table_of_counts(path: Path) -> pd.DataFrame:
    """
    Read a table as texts; None where a cell is empty.

    Raises
    ------
    RegionError
        If it is too large, no CSV, or says two things of one id (its first column of ids).
    """
    if path.stat().st_size > LARGEST_BYTES:
        raise RegionError(f"{path.name} is larger than a table of municipalities; cut it down")
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    header = text.partition("\n")[0]
    try:
        frame = pd.read_csv(
            io.StringIO(text),
            sep=max(_SEPARATORS, key=header.count),
            dtype=str,
            keep_default_na=False,
        )
    except ValueError as exc:  # pandas' ParserError is one
        raise RegionError(f"{path.name} is no CSV table with a header: {exc}") from exc
    frame.columns = frame.columns.str.strip()
    frame = frame.astype(object).where(frame != "", None)
    ids = next(
        (c for c in frame if str(c).lower() in ("district_id", "ags", "ars", "rs", "id")), None
    )
    numbers = [c for c in frame if ids is not None and _is_of_counts(str(c))]
    # 164898.0 is how spreadsheets and pandas write whole numbers; three digits would be a thousand
    for column in numbers:
        frame[column] = frame[column].str.replace(r"^([0-9]+)[.,]0$", r"\1", regex=True)
    if ids is not None and numbers:
        frame = frame.drop_duplicates([ids, *numbers], ignore_index=True)
    return frame


def _is_of_counts(column: str) -> bool:
    return column.lower().startswith(("population", "ewz", "einwohner", "insgesamt"))
