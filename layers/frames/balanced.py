"""The best allocation as tables: a row for each offer; and for each district."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.frames.columns import (
    area_shapes,
    counts,
    numbers,
    offer_columns,
    offer_points,
    reason_of,
    shaped,
    tally_columns,
    texts,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from layers.balanced import BalancedReport


def areas(report: BalancedReport) -> gpd.GeoDataFrame:
    """Make a row for each offer; its shape is where those live whom it mostly serves, or None."""
    return shaped(_columns(report), [each.shape for each in report.by_offer], report.atlas)


def offers(report: BalancedReport) -> gpd.GeoDataFrame:
    """Make a row for each offer, as a point."""
    rows = [each.offer for each in report.by_offer]
    return shaped(_columns(report), offer_points(report.atlas, rows), report.atlas)


def _columns(report: BalancedReport) -> dict[str, object]:
    found = report.by_offer
    return offer_columns(report.atlas, (each.offer for each in found)) | {
        "capacity": counts(each.capacity for each in found),
        "assigned": counts(each.assigned for each in found),
        "residents": counts(each.residents for each in found),
        "nearest_residents": counts(each.nearest_residents for each in found),
        "huff_residents": counts(each.huff_residents for each in found),
        "p50_min": numbers(each.p50_min for each in found),
        "p90_min": numbers(each.p90_min for each in found),
        "max_min": numbers(each.max_min for each in found),
        "one_more_min": numbers(each.one_more_min for each in found),
        "reason": texts(reason_of(each.residents, report.atlas) for each in found),
    }


def districts(report: BalancedReport) -> gpd.GeoDataFrame:
    """Make a row for each finest district: `covered` are served, `uncovered` are not."""
    columns = tally_columns(report.by_district, unknown="")
    return shaped(columns, area_shapes(report.atlas), report.atlas)


TABLES: dict[str, Callable[[BalancedReport], gpd.GeoDataFrame]] = {
    "areas": areas,
    "offers": offers,
    "districts": districts,
}
