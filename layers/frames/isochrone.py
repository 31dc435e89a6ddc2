"""How far one gets as a table: a row for each limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.frames.columns import counts, numbers, reason_of, shaped, texts

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from layers.isochrone import ReachAreas


def areas(found: ReachAreas) -> gpd.GeoDataFrame:
    """Make a row for each limit, in the order asked."""
    columns = {
        "limit_min": numbers(area.minutes for area in found),
        "residents": counts(area.residents for area in found),
        "reaches_edge": [area.reaches_edge for area in found],
        "reason": texts(reason_of(area.residents, found.atlas) for area in found),
    }
    return shaped(columns, [area.shape for area in found], found.atlas)


TABLES: dict[str, Callable[[ReachAreas], gpd.GeoDataFrame]] = {"areas": areas}
