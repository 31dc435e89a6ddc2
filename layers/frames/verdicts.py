"""How sure the verdicts are: a row for each area."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.frames.columns import area_shapes, numbers, shaped, tally_columns, texts

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from layers.verdicts import Verdicts


def areas(found: Verdicts) -> gpd.GeoDataFrame:
    """Make a row for each area of the level: its verdict, and the share as it was asked."""
    report = found.report
    tallies = report.by_district if found.by == "district" else report.by_municipality
    columns = tally_columns(tallies, unknown=report.unknown)
    kept = {
        "id": columns["id"],
        "name": columns["name"],
        "verdict": texts(each.verdict for each in found),
        "residents": columns["residents"],
        "share": numbers(columns["share"]),
        "reason": columns["reason"],
    }
    return shaped(kept, area_shapes(report.atlas, found.by), report.atlas)


TABLES: dict[str, Callable[[Verdicts], gpd.GeoDataFrame]] = {"areas": areas}
