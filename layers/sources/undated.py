"""
Files that are the same bytes whenever they are written.

Spreadsheets, documents and GeoPackages note the second in which they were made. Two files of the
same answer would differ by that alone, and nobody could tell by a checksum that nothing changed.
What a file says of its date is the date of its data.
"""

from __future__ import annotations

import io
import re
import sqlite3
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

_STAMP: Final = (1980, 1, 1, 0, 0, 0)  # the first that a zip can hold
_CORE: Final = "docProps/core.xml"
_WRITTEN: Final = re.compile(rb"<dcterms:(created|modified)\b[^>]*>[^<]*</dcterms:\1>")


def undated_office(data: bytes) -> bytes:
    """Return a workbook or document of Office Open XML without the time it was written."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            if name == _CORE:  # both are optional (ECMA-376, part 2, 11)
                content = _WRITTEN.sub(b"", content)
            new.writestr(zipfile.ZipInfo(name, _STAMP), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def undate_geopackage(path: Path, day: date | None) -> None:
    """Let a GeoPackage say that it was last changed at the beginning of a day; None: of 1980."""
    moment = f"{day.isoformat() if day else '1980-01-01'}T00:00:00.000Z"
    with closing(sqlite3.connect(path)) as base:
        base.execute("UPDATE gpkg_contents SET last_change = ?", (moment,))
        if base.execute(
            "SELECT 1 FROM sqlite_master WHERE name = 'gpkg_metadata_reference'"
        ).fetchone():
            base.execute("UPDATE gpkg_metadata_reference SET timestamp = ?", (moment,))
        base.commit()
