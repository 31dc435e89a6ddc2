"""Coverage as tables: districts, municipalities, gaps, offers; ages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.ages import by_age
from layers.frames.columns import (
    area_shapes,
    counts,
    is_counted,
    numbers,
    offer_columns,
    offer_points,
    plain,
    reason_of,
    shaped,
    tally_columns,
    texts,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    import pandas as pd

    from layers.coverage import CoverageReport


def districts(report: CoverageReport) -> gpd.GeoDataFrame:
    """Make a row for each finest district, in the region's order."""
    columns = tally_columns(report.by_district, unknown=report.unknown)
    reason = columns.pop("reason")
    columns |= {"median_min": report.median_min, "reason": reason}
    return shaped(columns, area_shapes(report.atlas), report.atlas)


def municipalities(report: CoverageReport) -> gpd.GeoDataFrame:
    """Make a row for each municipality, in the region's order."""
    columns = tally_columns(report.by_municipality, unknown=report.unknown)
    return shaped(columns, area_shapes(report.atlas, "municipality"), report.atlas)


def gaps(report: CoverageReport) -> gpd.GeoDataFrame:
    """Make a row for each contiguous area of uncovered people, the largest first."""
    atlas, found = report.atlas, report.gaps
    nearest = [None if gap.nearest_offer < 0 else atlas.offers[gap.nearest_offer] for gap in found]
    columns = {
        "rank": list(range(1, len(found) + 1)),
        "residents": counts(gap.residents for gap in found),
        "districts": texts("; ".join(gap.districts) for gap in found),
        "nearest_id": texts("" if offer is None else offer.id for offer in nearest),
        "nearest_name": texts("" if offer is None else offer.name for offer in nearest),
        "median_min": numbers(gap.travel_min for gap in found),
        "median_m": numbers(gap.distance_m for gap in found),
        "reason": texts(reason_of(gap.residents, atlas) for gap in found),
    }
    if not is_counted(atlas):
        columns["buildings"] = counts(gap.buildings for gap in found)
    return shaped(columns, [gap.shape for gap in found], atlas)


def offers(report: CoverageReport) -> gpd.GeoDataFrame:
    """
    Make a row for each offer that counts, with the covered people to whom it is the nearest.

    `reason` is `many_nearest` by public transport, where that changes from minute to minute.
    """
    atlas, rows = report.atlas, report.offers
    told = {tally.offer: tally.covered for tally in report.by_offer}
    covered = [told.get(int(row)) for row in rows]
    why = report.unknown or ("many_nearest" if not told else "")
    columns = offer_columns(atlas, rows) | {
        "covered": counts(covered),
        "reason": texts(reason_of(count, atlas, unknown=why) for count in covered),
    }
    return shaped(columns, offer_points(atlas, rows), atlas)


def ages(report: CoverageReport) -> pd.DataFrame:
    """Make a row for each age group; none where nothing is known of ages."""
    return plain(tally_columns(by_age(report), unknown=report.unknown), report.atlas)


TABLES: dict[str, Callable[[CoverageReport], pd.DataFrame]] = {
    "districts": districts,
    "municipalities": municipalities,
    "gaps": gaps,
    "offers": offers,
    "ages": ages,
}
