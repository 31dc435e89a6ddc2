"""
Finds the districts of a region among the administrative relations below it.

A whole district, state or country falls into its municipalities (level 8), a municipality into
its parts (levels 9 to 11). A level is used where its relations fill the region; one that holds only
some parts would leave the people of the others nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geo import crs as crs_module
from geo.polygons import polygonal
from geo.region_relation import close_relations, read_relations

if TYPE_CHECKING:
    from pathlib import Path

    from geo.region_relation import AdminRelation, Closed

MUNICIPALITY_LEVEL = 8
FILLED_SHARE = 0.9  # of the region's area that a level must cover
_LEVELS = (8, 9, 10, 11)
_INSIDE_SHARE = 0.5  # of a relation's own area that must lie in the region
_SMALLEST_HOLE_M2 = 10_000.0  # a hectare; less is a border drawn twice


@dataclass(frozen=True)
class Below:
    """
    The districts of one level, None where no level fills the region, and what is to say of it.

    `districts` is in lon/lat with `district_id` (the official key, else `r` and the OSM id),
    `name`, `shape_source`, and the relation's `tags`.
    """

    districts: gpd.GeoDataFrame | None
    level: int
    said: list[str]


@dataclass(frozen=True)
class Holes:
    """Parts of a region in no district: their number and area in square metres."""

    count: int
    area_m2: float


def districts_below(extract: Path, shape: shapely.Geometry, *, level: int, crs: str) -> Below:
    """
    Read the districts of a region from its extract.

    Parameters
    ----------
    extract
        Best the clipped one: every relation of it is closed.
    shape
        The region in lon/lat.
    level
        The region's `admin_level`; 0 where it has none.
    crs
        In metres, to compare areas.
    """
    levels = [one for one in _LEVELS if one > level]
    relations = [r for r in read_relations(extract) if r.level in levels]
    closed = close_relations(extract, relations)
    region = crs_module.geometry_to_metric(shape, crs)
    said: list[str] = []
    for one in levels:
        own = [r for r in relations if r.level == one]
        inside = _inside(own, closed, region, crs)
        said += _open_ones(own, closed, shape)
        if len(inside) < 2:
            continue
        covered = shapely.area(
            shapely.intersection(shapely.union_all(inside.geometry.to_numpy()), region)
        ) / shapely.area(region)
        if covered >= FILLED_SHARE:
            return Below(inside.to_crs(crs_module.LONLAT), one, said)
        said.append(
            f"{len(inside)} relations of admin_level {one} fill only {covered:.0%} of the region "
            "and are not used"
        )
    return Below(None, 0, said)


def _inside(
    relations: list[AdminRelation], closed: dict[int, Closed], region: shapely.Geometry, crs: str
) -> gpd.GeoDataFrame:
    solid = [r for r in relations if closed[r.id].shape is not None]
    shapes = np.array([closed[r.id].shape for r in solid], object)
    shapes = crs_module.geometry_to_metric(shapes, crs) if len(solid) else shapes
    share = shapely.area(shapely.intersection(shapes, region)) / shapely.area(shapes)
    rows = np.flatnonzero(share >= _INSIDE_SHARE)
    keys = [solid[i].key for i in rows]
    has_keys = all(keys) and len(set(keys)) == len(keys)
    frame = gpd.GeoDataFrame(
        {
            "district_id": keys if has_keys else [f"r{solid[i].id}" for i in rows],
            "name": [solid[i].name for i in rows],
            "shape_source": [f"OpenStreetMap admin_level={solid[i].level}" for i in rows],
            "tags": [solid[i].tags for i in rows],
        },
        geometry=shapes[rows],
        crs=crs,
    )
    return frame.sort_values("district_id", ignore_index=True)


def _open_ones(
    relations: list[AdminRelation], closed: dict[int, Closed], shape: shapely.Geometry
) -> list[str]:
    """Name the relations with a part inside that do not close; neighbours only touch the border."""
    within = shapely.buffer(shape, -0.001)  # about 100 m
    return [
        f"{relation} is left out: {closed[relation.id].fault}"
        for relation in relations
        if closed[relation.id].shape is None
        and shapely.intersects(closed[relation.id].lines, within).any()
    ]


def holes(districts: gpd.GeoDataFrame, region: shapely.Geometry) -> Holes:
    """Count the parts of a region from a hectare on that lie in no district; all in metres."""
    rest = shapely.difference(region, shapely.union_all(districts.geometry.to_numpy()))
    parts = shapely.get_parts(polygonal(np.array([rest], object))[0])
    area = shapely.area(parts)
    large = area >= _SMALLEST_HOLE_M2
    return Holes(int(large.sum()), float(area[large].sum()))
