"""
A region as tables: offers, districts, municipalities, people by cells, streets.

Nobody's house is told: people stand in the fixed cells of 100 m, in tens, withheld where few live
there, and with them a second cell of the district where the difference would tell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.disclosure import publish_parts
from geo.gaps import CELL_M
from layers.frames.columns import (
    area_shapes,
    counts,
    is_counted,
    numbers,
    offer_columns,
    offer_points,
    reason_of,
    shaped,
    texts,
)
from layers.tally import whole

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from layers.atlas import Atlas

_EVERYWHERE = (-1e9, -1e9, 1e9, 1e9)


def offers(atlas: Atlas) -> gpd.GeoDataFrame:
    """Make a row for each offer; texts are empty where nothing is stated."""
    found = list(atlas.offers)
    rows = np.arange(len(found))
    columns = offer_columns(atlas, rows) | {
        "categories": texts("; ".join(offer.categories) for offer in found),
        "layer": texts(atlas.taxonomy.category(o.categories[0]).layer for o in found),
        "address": texts(offer.address for offer in found),
        "opening_hours": texts(offer.opening_hours for offer in found),
        "website": texts(offer.website for offer in found),
        "wheelchair": texts(offer.wheelchair for offer in found),
        "source": texts(offer.source for offer in found),
        "licence": texts(offer.licence for offer in found),
        "as_of": texts("" if o.as_of is None else o.as_of.isoformat() for o in found),
    }
    return shaped(columns, offer_points(atlas, rows), atlas)


def districts(atlas: Atlas) -> gpd.GeoDataFrame:
    """Make a row for each finest district, with the people that its source counts."""
    return _areas(atlas, "district")


def municipalities(atlas: Atlas) -> gpd.GeoDataFrame:
    """Make a row for each municipality, with the people that its source counts."""
    return _areas(atlas, "municipality")


def _areas(atlas: Atlas, level: str) -> gpd.GeoDataFrame:
    region = atlas.region
    areas = region.finest if level == "district" else region.municipalities
    columns = {
        "id": texts(areas["district_id"]),
        "name": texts(areas["name"]),
        "level": texts(areas["level"]),
        "parent_id": texts(areas["parent_id"]),
        "population": counts(None if np.isnan(n) else n for n in areas["population"].astype(float)),
        "area_km2": areas.geometry.area.to_numpy() / 1e6,
        "share_inside": areas["share_inside"].to_numpy(),
    }
    return shaped(columns, area_shapes(atlas, level), atlas)


def cells(atlas: Atlas) -> gpd.GeoDataFrame:
    """Make a row for each cell in which somebody may live, with the people there in tens."""
    population = atlas.population
    corner, cell = np.unique(np.floor(population.xy / CELL_M), axis=0, return_inverse=True)
    homes = np.bincount(cell, minlength=len(corner))
    people = _published(atlas, cell, len(corner)) if is_counted(atlas) else [None] * len(corner)
    left, bottom = (corner * CELL_M).T
    columns = {
        "homes": homes,
        "residents": counts(people),
        "reason": texts(reason_of(count, atlas) for count in people),
    }
    return shaped(columns, shapely.box(left, bottom, left + CELL_M, bottom + CELL_M), atlas)


def _published(atlas: Atlas, cell: np.ndarray[tuple[int], np.dtype[np.int64]],
               count: int) -> list[int | None]:  # fmt: skip
    """Publish the people of each cell as parts of the district in which most of its homes lie."""
    population = atlas.population
    assumed = np.where(population.is_assumed, atlas.people, 0.0)
    counted = np.bincount(cell, atlas.people - assumed, minlength=count)
    told = np.bincount(cell, assumed, minlength=count)
    districts = len(atlas.finest_areas)
    pairs, homes = np.unique(cell * districts + population.district, return_counts=True)
    district = np.zeros(count, np.int64)
    order = np.argsort(homes, kind="stable")
    district[pairs[order] // districts] = pairs[order] % districts
    published = np.zeros(count)
    for each in np.unique(district):
        rows = np.flatnonzero(district == each)
        published[rows] = publish_parts(counted[rows], smallest=population.smallest_published)
    return [whole(people) for people in (published + told).tolist()]


def streets(atlas: Atlas) -> gpd.GeoDataFrame:
    """Make a row for each edge of the streets on foot, or of the region's first mode."""
    if not atlas.networks:
        return shaped({"edge": [], "mode": texts([]), "length_m": []}, [], atlas)
    mode = "walk" if "walk" in atlas.networks else next(iter(atlas.networks))
    pieces = atlas.networks[mode].pieces_within(_EVERYWHERE)
    edge, place = np.unique(pieces.edge, return_inverse=True)
    first = np.flatnonzero(np.diff(pieces.edge, prepend=-1))
    xy = np.insert(pieces.end_xy, first, pieces.start_xy[first], axis=0)
    of_edge = np.insert(place, first, place[first])
    lines = shapely.linestrings(xy, indices=of_edge)
    columns = {
        "edge": edge,
        "mode": texts([mode] * len(edge)),
        "length_m": numbers(shapely.length(lines)),
    }
    return shaped(columns, lines, atlas)


TABLES: dict[str, Callable[[Atlas], gpd.GeoDataFrame]] = {
    "offers": offers,
    "districts": districts,
    "municipalities": municipalities,
    "cells": cells,
    "streets": streets,
}
