"""Second offers in reach: a row for each district; and how many depend on each offer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.frames.columns import (
    area_shapes,
    counts,
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

    from layers.resilience import ResilienceReport


def districts(report: ResilienceReport) -> gpd.GeoDataFrame:
    """Make a row for each finest district: people with one offer in reach, and with two."""
    once, twice = report.once, report.twice
    first = tally_columns(once.by_district, unknown=once.unknown)
    second = tally_columns(twice.by_district, unknown=once.unknown)
    columns = {
        "id": first["id"],
        "name": first["name"],
        "residents": first["residents"],
        "covered_once": first["covered"],
        "covered_twice": second["covered"],
        "share_once": first["share"],
        "share_twice": second["share"],
        "reason": texts(a or b for a, b in zip(first["reason"], second["reason"], strict=True)),
    }
    return shaped(columns, area_shapes(once.atlas), once.atlas)


def offers(report: ResilienceReport) -> gpd.GeoDataFrame:
    """Make a row for each offer, the most critical first: who loses cover if it closes."""
    atlas, critical = report.once.atlas, report.critical
    rows = [each.offer for each in critical]
    columns = offer_columns(atlas, rows) | {
        "lose": counts(each.lose for each in critical),
        "reason": texts(reason_of(each.lose, atlas) for each in critical),
    }
    return shaped(columns, offer_points(atlas, rows), atlas)


TABLES: dict[str, Callable[[ResilienceReport], gpd.GeoDataFrame]] = {
    "districts": districts,
    "offers": offers,
}
