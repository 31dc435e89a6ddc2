"""
Writes offers as files that spreadsheets and GIS open: CSV, Excel, GeoJSON, GeoPackage, GeoParquet.

A text that begins like a formula stays a text: in Excel by the type of its cell, in CSV by the
apostrophe that spreadsheets themselves use. Coordinates are WGS 84, longitude first.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from geo.crs import LONLAT
from geo.errors import ParameterError
from layers.sources.table import FORMULA
from layers.sources.undated import undate_geopackage, undated_office

if TYPE_CHECKING:
    from collections.abc import Callable

    from layers.sources.export import About, Cell, ExportTable

LAYER = "offers"
_NUMBERS = ("lon", "lat", "capacity")


def write_offers(table: ExportTable, kind: str) -> bytes:
    """
    Return offers as a file.

    Parameters
    ----------
    table
        From `layers.sources.export.export_table`.
    kind
        One of `WRITERS`.

    Raises
    ------
    ParameterError
        If there is no such format, or GeoParquet is asked for and pyarrow is not installed.
    """
    if kind not in WRITERS:
        raise ParameterError(
            f"`format` {kind!r} is not known; known are {', '.join(WRITERS)}", parameter="format"
        )
    return WRITERS[kind](table)


def write_csv(table: ExportTable) -> bytes:
    """Return a table in UTF-8 with the mark by which spreadsheets know it; cells in quotes."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(table.columns)
    for row in table.rows:
        writer.writerow([_csv_cell(value) for value in row])
    return file.getvalue().encode("utf-8-sig")


def write_xlsx(table: ExportTable) -> bytes:
    """Return a workbook: the offers, and a second sheet that says whose they are."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(LAYER)
    sheet.freeze_panes = "C2"
    sheet.append([xlsx_cell(sheet, name, bold=True) for name in table.columns])
    for row in table.rows:
        sheet.append([xlsx_cell(sheet, value) for value in row])
    about = book.create_sheet("about")
    for key, text in table.about.to_texts().items():
        about.append([xlsx_cell(about, key, bold=True), xlsx_cell(about, text)])
    file = io.BytesIO()
    book.save(file)
    return undated_office(file.getvalue())


def write_geojson(table: ExportTable) -> bytes:
    """Return a FeatureCollection (RFC 7946); who is to be named stands at its top."""
    features = []
    for row in table.dicts():
        lon, lat = row.pop("lon"), row.pop("lat")
        point = {"type": "Point", "coordinates": [lon, lat]} if lon is not None else None
        told = {name: value for name, value in row.items() if value is not None}
        features.append(
            {"type": "Feature", "id": told.pop("id", None), "geometry": point, "properties": told}
        )
    collection = {
        "type": "FeatureCollection",
        **table.about.to_texts(),
        "features": features,
    }
    return json.dumps(collection, ensure_ascii=False, allow_nan=False).encode()


def write_geopackage(table: ExportTable) -> bytes:
    """Return a GeoPackage with one layer; who is to be named stands in its metadata."""
    with tempfile.TemporaryDirectory(prefix="umkreis-") as folder:
        path = Path(folder) / "offers.gpkg"
        pyogrio.write_dataframe(
            _frame(table),
            path,
            layer=LAYER,
            driver="GPKG",
            dataset_metadata=table.about.to_texts(),
            layer_options={"DESCRIPTION": _description(table.about)},
        )
        undate_geopackage(path, table.about.as_of)
        return path.read_bytes()


def write_geoparquet(table: ExportTable) -> bytes:
    """
    Return GeoParquet; who is to be named stands in the metadata of its schema.

    Raises
    ------
    ParameterError
        If pyarrow is not installed: it is large and an option of its own, `umkreis[parquet]`.
    """
    try:
        from pyarrow import parquet
    except ImportError as exc:
        raise ParameterError(
            "`format` geoparquet needs pyarrow; install umkreis[parquet], or choose gpkg",
            parameter="format",
        ) from exc
    file = io.BytesIO()
    _frame(table).to_parquet(file, index=False)
    written = parquet.read_table(io.BytesIO(file.getvalue()))
    told = {key.encode(): text.encode() for key, text in table.about.to_texts().items()}
    target = io.BytesIO()
    parquet.write_table(
        written.replace_schema_metadata({**(written.schema.metadata or {}), **told}), target
    )
    return target.getvalue()


WRITERS: dict[str, Callable[[ExportTable], bytes]] = {
    "csv": write_csv,
    "xlsx": write_xlsx,
    "geojson": write_geojson,
    "gpkg": write_geopackage,
    "geoparquet": write_geoparquet,
}


def _frame(table: ExportTable) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(list(table.rows), columns=list(table.columns))
    points = gpd.points_from_xy(frame["lon"].astype(float), frame["lat"].astype(float))
    columns = {
        name: frame[name].astype(float if name in _NUMBERS else object)
        for name in frame.columns
        if name not in ("lon", "lat")
    }
    return gpd.GeoDataFrame(columns, geometry=points, crs=LONLAT)


def _description(about: About) -> str:
    return ". ".join(about.to_texts().values())


def _csv_cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(value)
    text = str(value)
    return f"'{text}" if FORMULA.match(text) else text


def xlsx_cell(sheet: Any, value: Cell, *, bold: bool = False) -> Any:
    """Make a cell of a sheet; a text stays a text, whatever it begins with."""
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub(" ", value)
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.data_type = "s"  # else a text that begins with = would be a formula
    if bold:
        cell.font = Font(bold=True)
    return cell
