"""Who falls short, how far: a row for each district."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.frames.columns import FEW_PEOPLE, area_shapes, counts, numbers, shaped, tally_columns

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from layers.equity import EquityReport


def districts(report: EquityReport) -> gpd.GeoDataFrame:
    """Make a row for each finest district: who falls short, by how many minutes, and FGT."""
    coverage, short = report.coverage, report.by_district
    columns = tally_columns([row.tally for row in short], unknown=coverage.unknown)
    told = [
        reason or ("" if row.fgt1 is not None else FEW_PEOPLE)
        for reason, row in zip(columns["reason"], short, strict=True)
    ]
    kept = {name: columns[name] for name in ("id", "name", "residents", "share")} | {
        "short": counts(row.short for row in short),
        "missing_min": numbers(row.missing_min for row in short),
        "fgt0": numbers(row.fgt0 for row in short),
        "fgt1": numbers(row.fgt1 for row in short),
        "fgt2": numbers(row.fgt2 for row in short),
        "reason": told,
    }
    return shaped(kept, area_shapes(coverage.atlas), coverage.atlas)


TABLES: dict[str, Callable[[EquityReport], gpd.GeoDataFrame]] = {"districts": districts}
