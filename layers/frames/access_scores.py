"""Offers per head within reach: a row for each district."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.frames.columns import area_shapes, numbers, reason_of, shaped, texts

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from layers.access_scores import ScoresReport


def districts(report: ScoresReport) -> gpd.GeoDataFrame:
    """Make a row for each finest district: offers per 10,000 people, and against the mean."""
    coverage, scores = report.coverage, report.by_district
    why = coverage.unknown
    columns = {
        "id": texts(score.district_id for score in scores),
        "name": texts(score.name for score in scores),
        "per_10000": numbers(score.per_10000 for score in scores),
        "relative": numbers(score.relative for score in scores),
        "reason": texts(reason_of(s.per_10000, coverage.atlas, unknown=why) for s in scores),
    }
    return shaped(columns, area_shapes(coverage.atlas), coverage.atlas)


TABLES: dict[str, Callable[[ScoresReport], gpd.GeoDataFrame]] = {"districts": districts}
