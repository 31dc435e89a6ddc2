"""
Buildings of an extract that people live in, with their floor area, as candidates for people.

Which buildings are homes is judged in `geo.residential`; how many live in each is the business of
whoever knows counts (`geo.population`, `geo.population_areas`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geo import crs as crs_module
from geo import osm
from geo.errors import PopulationError
from geo.residential import (
    JUDGED_KEYS,
    LAND_WITHOUT_HOMES,
    is_building,
    is_land_without_homes,
    judge_building,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from geo.region import Region


@dataclass(frozen=True)
class Homes:
    """
    Candidate buildings of the study area.

    Attributes
    ----------
    xy
        Shape (n, 2): a point inside each, metres of the region's CRS.
    district
        Shape (n,): row in `region.finest`; −1 beyond, where such ones were asked for.
    floor_m2
        Shape (n,): 0 where nobody lives.
    reserve_m2
        Shape (n,): floor area if nothing but tag and size counted.
    tagged, levels_tagged
        Shape (n,): its own tag calls it a home; its storeys are tagged.
    broken
        Outlines left out because the extract lacks a part of them.
    """

    xy: NDArray[np.float64]
    district: NDArray[np.int32]
    floor_m2: NDArray[np.float64]
    reserve_m2: NDArray[np.float64]
    tagged: NDArray[np.bool_]
    levels_tagged: NDArray[np.bool_]
    broken: int

    def with_reserve(
        self, group: NDArray[np.int64], count: int
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """
        Where no building of a group looks like a home, use all that tag and size allow.

        Parameters
        ----------
        group
            Shape (n,): what each belongs to, 0 … `count` − 1; −1 for none.
        count
            How many groups there are.

        Returns
        -------
        floor_m2, fallback
            Shape (n,): the floor area, and which buildings are such a reserve.
        """
        inside = group >= 0
        empty = np.bincount(group[inside], self.floor_m2[inside], minlength=count) == 0
        fallback = inside & np.append(empty, False)[group] & (self.reserve_m2 > 0)
        return np.where(fallback, self.reserve_m2, self.floor_m2), fallback


def read_homes(
    region: Region,
    extract: Path,
    *,
    also: Callable[[NDArray[np.float64]], NDArray[np.bool_]] | None = None,
) -> Homes:
    """
    Read buildings and land use of an extract.

    Parameters
    ----------
    region, extract
        Where, and from which file.
    also
        Called with points, shape (n, 2) in metres of the region's CRS: which buildings beyond the
        region's districts are wanted as well.

    Raises
    ------
    PopulationError
        If the study area holds no building at all.
    """
    areas = osm.read_areas(
        extract,
        keys=("building", *LAND_WITHOUT_HOMES),
        keep=lambda tags: is_building(tags) or is_land_without_homes(tags),
        tag_keys=JUDGED_KEYS,
    )
    buildings = areas.select([is_building(tags) for tags in areas.tags])
    land = areas.select([is_land_without_homes(tags) for tags in areas.tags])
    return find_homes(region, buildings, land, also=also)


def find_homes(
    region: Region,
    buildings: osm.Areas,
    land: osm.Areas,
    *,
    also: Callable[[NDArray[np.float64]], NDArray[np.bool_]] | None = None,
) -> Homes:
    """
    Judge buildings.

    Parameters
    ----------
    region
        Its districts say where.
    buildings
        Outlines in lon/lat.
    land
        Areas on which undecided buildings are no homes, in lon/lat.
    also
        As in `read_homes`.

    Raises
    ------
    PopulationError
        If the study area holds no building at all.
    """
    outline = crs_module.geometry_to_metric(buildings.geometry, region.crs)
    inside = shapely.point_on_surface(outline)
    xy = shapely.get_coordinates(inside).reshape(-1, 2)
    district = region.locate(xy)
    if not (district >= 0).any():
        raise PopulationError(
            f"region {region.id!r}: its extract maps no building inside the study area, so people "
            "cannot be placed; use an extract with buildings"
        )
    wanted = district >= 0
    if also is not None:
        wanted |= also(xy)
    kept = np.flatnonzero(wanted & _first_of_its_shape(outline))
    length_m = shapely.length(outline[kept])
    homes = [
        judge_building(buildings.tags[i], footprint_m2=area, outline_m=length)
        for i, area, length in zip(kept, shapely.area(outline[kept]), length_m, strict=True)
    ]
    reserve_m2 = np.array([home.floor_m2 for home in homes], float)
    tagged = np.array([home.is_tagged for home in homes], bool)
    elsewhere = ~_stands_on(inside[kept], land, region.crs)
    return Homes(
        xy=xy[kept],
        district=district[kept],
        floor_m2=reserve_m2 * (tagged | elsewhere),
        reserve_m2=reserve_m2,
        tagged=tagged,
        levels_tagged=np.array([home.has_levels for home in homes], bool),
        broken=buildings.broken,
    )


def _first_of_its_shape(outline: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Leave out a building drawn twice, as the way and as the relation around it and its courts."""
    first = np.zeros(len(outline), bool)
    boxes = shapely.bounds(outline).round(1)
    first[np.unique(boxes, axis=0, return_index=True)[1]] = True
    return first


def _stands_on(points: NDArray[np.object_], land: osm.Areas, crs: str) -> NDArray[np.bool_]:
    on = np.zeros(len(points), bool)
    if len(land.tags):
        tree = shapely.STRtree(crs_module.geometry_to_metric(land.geometry, crs))
        on[tree.query(points, predicate="intersects")[0]] = True
    return on


def quality_of(
    region: Region, homes: Homes, lived_in: NDArray[np.bool_], fallback: NDArray[np.bool_]
) -> pd.DataFrame:
    """Say of each finest district on how many homes its people rest, and what tags tell of them."""
    d = len(region.finest)
    inside = homes.district >= 0
    lived_in, fallback = lived_in & inside, fallback & inside
    buildings = np.bincount(homes.district[lived_in], minlength=d)

    def share(of: NDArray[np.bool_]) -> NDArray[np.float64]:
        hits = np.bincount(homes.district[lived_in], of[lived_in].astype(float), minlength=d)
        with np.errstate(invalid="ignore"):
            return np.asarray(hits / buildings)

    return pd.DataFrame(
        {
            "district_id": region.finest["district_id"],
            "buildings": buildings,
            "tagged_share": share(homes.tagged),
            "levels_share": share(homes.levels_tagged),
            "fallback": np.bincount(homes.district[fallback], minlength=d) > 0,
        }
    )
