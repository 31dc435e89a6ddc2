"""Regions side by side: a row for each; their fields; what makes them hard to compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from geo.crs import geometry_to_lonlat
from layers.frames.columns import counts, numbers, plain, reason_of, shaped, texts

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    import pandas as pd

    from layers.atlas import Atlas
    from layers.compare import Comparison, RegionFigures


def regions(comparison: Comparison) -> gpd.GeoDataFrame:
    """
    Make a row for each region, in the order asked; shapes are in degrees.

    `access_per_10000` are offers per 10,000 people within reach of the median resident. `reason`
    says why there is no answer or no share.
    """
    found = comparison.regions
    people = [None if row.residents is None else round(row.residents) for row in found]
    columns = {
        "id": texts(row.atlas.region.id for row in found),
        "name": texts(row.name for row in found),
        "residents": counts(people),
        "offers": counts(row.offers for row in found),
        "per_10000": numbers(row.per_10000 for row in found),
        "access_per_10000": numbers(row.access for row in found),
        "share": numbers(None if row.count is None else row.count.share for row in found),
        "median_min": numbers(row.median_min for row in found),
        "median_m": numbers(row.median_m for row in found),
        "data_as_of": texts(
            "" if row.data_as_of is None else row.data_as_of.isoformat() for row in found
        ),
        "reason": texts(_reason(row) for row in found),
    }
    shapes = [geometry_to_lonlat(row.atlas.region.boundary, row.atlas.region.crs) for row in found]
    return shaped(columns, [shapely.force_2d(s) for s in shapes], *_atlases(found), crs="EPSG:4326")


def _reason(row: RegionFigures) -> str:
    return row.unknown or reason_of(None if row.count is None else row.count.covered, row.atlas)


def fields(comparison: Comparison) -> pd.DataFrame:
    """Make a row for each field of each region: its offers, and per 10,000 residents."""
    rows = [(row, each) for row in comparison.regions for each in row.fields]
    return plain(
        {
            "id": texts(row.atlas.region.id for row, _ in rows),
            "name": texts(row.name for row, _ in rows),
            "field": texts(each.field.id for _, each in rows),
            "offers": counts(each.offers for _, each in rows),
            "per_10000": numbers(each.per_10000 for _, each in rows),
            "categories_known": counts(each.known for _, each in rows),
            "categories": counts(each.categories for _, each in rows),
        },
        *_atlases(comparison.regions),
    )


def caveats(comparison: Comparison) -> pd.DataFrame:
    """Make a row for each thing that makes figures hard to compare."""
    found = comparison.caveats
    return plain(
        {
            "kind": texts(each.kind for each in found),
            "regions": texts("; ".join(each.regions) for each in found),
        },
        *_atlases(comparison.regions),
    )


def _atlases(found: tuple[RegionFigures, ...]) -> list[Atlas]:
    return [row.atlas for row in found]


TABLES: dict[str, Callable[[Comparison], pd.DataFrame]] = {
    "regions": regions,
    "fields": fields,
    "caveats": caveats,
}
