"""
A coverage report as a file that spreadsheets and GIS open: Excel, GeoPackage.

Each has the districts, the gaps and the offers, and says what its figures rest on.
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import shapely

from layers.coverage import CoverageReport
from layers.sources.undated import undate_geopackage, undated_office
from layers.sources.write import xlsx_cell
from server import answers, models

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GEOPACKAGE = "application/geopackage+sqlite3"

Rows = list[dict[str, Any]]


def coverage_xlsx(report: CoverageReport, *, by: str) -> bytes:
    """Return a workbook with a sheet for each table; a text is a text, whatever it begins with."""
    out = answers.coverage_out(report, by=by)
    book = openpyxl.Workbook(write_only=True)
    for name, rows in {**_tables(report, out), "about": _about(out)}.items():
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "C2"
        if rows:
            sheet.append([xlsx_cell(sheet, column, bold=True) for column in rows[0]])
        for row in rows:
            sheet.append([xlsx_cell(sheet, _plain(value)) for value in row.values()])
    file = io.BytesIO()
    book.save(file)
    return undated_office(file.getvalue())


def coverage_gpkg(report: CoverageReport, *, by: str) -> bytes:
    """Return a GeoPackage with a layer for each table, in the region's CRS."""
    out = answers.coverage_out(report, by=by)
    told = {row["what"]: str(row["is"]) for row in _about(out)}
    with tempfile.TemporaryDirectory(prefix="umkreis-") as folder:
        path = Path(folder) / "coverage.gpkg"
        for layer, table in _with_shapes(report, out, by).items():
            if len(table):
                table.to_file(path, layer=layer, driver="GPKG", dataset_metadata=told)
        undate_geopackage(path, report.atlas.region.as_of)
        return path.read_bytes()


def _with_shapes(
    report: CoverageReport, out: models.CoverageOut, by: str
) -> dict[str, gpd.GeoDataFrame]:
    region = report.atlas.region
    areas = region.finest if by == "district" else region.municipalities
    shapes = {
        "districts": areas.geometry.to_numpy(),
        "gaps": [gap.shape for gap in report.gaps],
        "offers": shapely.points(report.atlas.offer_xy[report.offers]),
    }
    return {
        name: gpd.GeoDataFrame(
            [{key: _plain(value) for key, value in row.items()} for row in rows],
            geometry=shapes[name] if rows else [],
            crs=region.crs,
        )
        for name, rows in _tables(report, out).items()
    }


def _tables(report: CoverageReport, out: models.CoverageOut) -> dict[str, Rows]:
    offers = report.atlas.offers
    rows = [int(row) for row in report.offers] if out.by_offer else []
    return {
        "districts": [row.model_dump() for row in out.by_district],
        "gaps": [
            {
                **gap.model_dump(exclude={"geometry", "nearest_offer"}),
                "nearest_offer": gap.nearest_offer.name if gap.nearest_offer else None,
            }
            for gap in out.gaps
        ],
        "offers": [
            {**offer.model_dump(), "category": offers[row].categories[0]}
            for offer, row in zip(out.by_offer, rows, strict=True)
        ],
    }


def _about(out: models.CoverageOut) -> Rows:
    """Say what was asked and what the figures rest on."""
    told = out.assumptions.model_dump(mode="json", exclude={"population"})
    told |= {f"population_{name}": v for name, v in out.assumptions.population.model_dump().items()}
    head = {"region": out.region, "categories": out.categories, "answer": out.answer}
    about = {**head, **told, "attributions": out.attributions}
    return [{"what": name, "is": _plain(value)} for name, value in about.items()]


def _plain(value: Any) -> Any:
    """Write what is no single value as text."""
    if isinstance(value, list | tuple):
        return "; ".join(map(str, value))
    if isinstance(value, dict):
        return "; ".join(f"{name} {each}" for name, each in value.items())
    return value
