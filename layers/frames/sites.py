"""Next sites as tables: the chosen places; who gains where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from layers.frames.columns import area_shapes, counts, is_counted, reason_of, shaped, texts

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from layers.site_report import SitesReport


def sites(report: SitesReport) -> gpd.GeoDataFrame:
    """
    Make a row for each chosen place, the one that adds most first.

    `gained` are people newly within reach, or served with capacities; `offer_id` is the offer that
    would take the new one in, empty for a street corner.
    """
    atlas, found = report.before.atlas, report.sites
    columns = {
        "rank": list(range(1, len(found) + 1)),
        "district": texts(_district(report, site.district) for site in found),
        _unit(report): counts(site.gained for site in found),
        "offer_id": texts("" if s.offer < 0 else atlas.offers[s.offer].id for s in found),
        "near": texts("" if s.landmark < 0 else atlas.offers[s.landmark].name for s in found),
        "near_m": [site.landmark_m for site in found],
        "reason": texts(reason_of(site.gained, atlas) for site in found),
    }
    return shaped(columns, [shapely.Point(site.x, site.y) for site in found], atlas)


def districts(report: SitesReport) -> gpd.GeoDataFrame:
    """Make a row for each finest district: who comes within the limit, whose way gets shorter."""
    atlas, gains = report.before.atlas, report.by_district
    columns = {
        "id": texts(gain.district_id for gain in gains),
        "name": texts(gain.name for gain in gains),
        _unit(report): counts(gain.gained for gain in gains),
        "shorter": counts(gain.shorter for gain in gains),
        "reason": texts(reason_of(gain.gained, atlas) for gain in gains),
    }
    return shaped(columns, area_shapes(atlas), atlas)


def _unit(report: SitesReport) -> str:
    return "gained" if is_counted(report.before.atlas) else "gained_buildings"


def _district(report: SitesReport, row: int) -> str:
    return report.before.atlas.finest_areas[row][1] if row >= 0 else ""


TABLES: dict[str, Callable[[SitesReport], gpd.GeoDataFrame]] = {
    "sites": sites,
    "districts": districts,
}
