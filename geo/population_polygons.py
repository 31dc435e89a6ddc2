"""
Reads the areas of a statistics office (blocks, Statistische Bezirke) with people and ages.

Blocks leave holes (streets, parks, water), which is no fault: nobody is counted there, and homes in
a hole are told. Areas that overlap are one: people would live twice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo import crs as crs_module
from geo.census_ages import AGE_GROUPS, find_age_columns, shares_from_classes
from geo.census_grid import COUNT_NAMES
from geo.districts import refuse_overlaps
from geo.errors import PopulationError, RegionError
from geo.vector import read_geojson

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_COUNTS = (*COUNT_NAMES, "ewz", "bevoelkerung", "insgesamt")
_IDS = ("id", "district_id", "nr", "block", "name")
_SECRET_TEXTS = ("", "-", "–", "—", ".", "x", "/")
_MOST_SHOWN = 5


@dataclass(frozen=True, eq=False)
class CountedPolygons:
    """
    Areas with people.

    Attributes
    ----------
    shape
        Shape (n,): in metres of the region's CRS.
    residents
        Shape (n,): NaN where secret.
    age_shares
        Shape (n, 3), NaN where unknown; None where the file tells no ages.
    """

    shape: NDArray[np.object_]
    residents: Floats
    age_shares: Floats | None


def read_polygons(path: Path, crs: str, *, columns: Mapping[str, str]) -> CountedPolygons:
    """
    Read areas with people from GeoJSON.

    Parameters
    ----------
    path
        GeoJSON in lon/lat.
    crs
        Of the region, in which the shapes are given.
    columns
        `residents`, `id`, and `under_18`, `18_to_64`, `65_and_older` to the file's own names.

    Raises
    ------
    RegionError
        If the file is no GeoJSON of polygons in WGS 84, or areas overlap.
    PopulationError
        If it has no column of people, or a count is negative or no number.
    """
    frame = read_geojson(path)
    properties = [str(column) for column in frame.columns.drop("geometry")]
    if lost := [name for name in columns.values() if name not in properties]:
        raise PopulationError(
            f"{path.name} has no property {', '.join(lost)} as `columns` says; it has "
            f"{', '.join(properties) or 'none'}"
        )
    lower = {name.lower(): name for name in properties}
    count = columns.get("residents") or next((lower[n] for n in _COUNTS if n in lower), "")
    if not count:
        raise PopulationError(
            f"{path.name}: no property of people ({', '.join(_COUNTS)}); it has "
            f'{", ".join(properties) or "none"}. Name it: columns = {{ residents = "…" }}'
        )
    own = columns.get("id") or next((lower[n] for n in _IDS if n in lower), "")
    ids = [str(v) for v in frame[own]] if own else [f"{i}" for i in range(1, len(frame) + 1)]
    faults: list[str] = []
    residents = _numbers(frame, count, ids, faults)
    ages = find_age_columns(properties, {k: columns[k] for k in AGE_GROUPS if k in columns})
    by_class = [_numbers(frame, name, ids, faults) for name in ages.classes]
    if faults:
        more = f"; and {len(faults) - _MOST_SHOWN} more" if len(faults) > _MOST_SHOWN else ""
        raise PopulationError(f"{path.name}: {'; '.join(faults[:_MOST_SHOWN])}{more}")
    shape = crs_module.geometry_to_metric(frame.geometry.to_numpy(), crs)
    _refuse_overlaps(frame.assign(name=ids).set_geometry(shape, crs=crs), path)
    shares = None
    if ages.classes:
        counts = np.column_stack(by_class)
        shares = shares_from_classes(counts, list(ages.classes.values()), residents)
    return CountedPolygons(shape, residents, shares)


def _refuse_overlaps(frame: gpd.GeoDataFrame, path: Path) -> None:
    try:
        refuse_overlaps(frame, path.name)
    except RegionError as exc:
        text = str(exc).partition("overlap: ")[2].partition("; mend")[0]
        pairs = text.split(", ")
        more = f" and {len(pairs) - _MOST_SHOWN} more pairs" if len(pairs) > _MOST_SHOWN else ""
        raise PopulationError(
            f"{path.name}: areas overlap, so people would count twice: "
            f"{', '.join(pairs[:_MOST_SHOWN])}{more}; mend their shapes"
        ) from exc


def _numbers(frame: gpd.GeoDataFrame, name: str, ids: list[str], faults: list[str]) -> Floats:
    return np.array(
        [_number(v, name, own, faults) for v, own in zip(frame[name], ids, strict=True)], float
    )


def _number(value: Any, name: str, own: str, faults: list[str]) -> float:
    """Return a count; NaN where it is secret, with a fault where it is none."""
    if value is None or (isinstance(value, str) and value.strip() in _SECRET_TEXTS):
        return math.nan
    try:
        number = float(value) if not isinstance(value, bool) else math.inf
    except (TypeError, ValueError):
        number = math.inf
    if math.isnan(number):
        return number
    if number in (-1, -9):
        return math.nan
    if not 0 <= number < math.inf:
        faults.append(f"{name} of {own} is {value!r}, no count of people")
    return number


def spread_points(shape: shapely.Geometry, grid_m: float) -> Floats:
    """
    Cover a shape with points of a fixed grid, for people of whom no house is known.

    Returns
    -------
    xy
        Shape (k, 2): whole multiples of the grid's width, in a fixed order; one point inside where
        the shape is too small for any.
    """
    west, south, east, north = shape.bounds
    x = np.arange(math.ceil(west / grid_m), math.floor(east / grid_m) + 1) * grid_m
    y = np.arange(math.ceil(south / grid_m), math.floor(north / grid_m) + 1) * grid_m
    xy = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    inside: Floats = xy[shapely.contains_xy(shape, xy)]
    if not len(inside):
        inside = shapely.get_coordinates(shape.representative_point())
    return inside
