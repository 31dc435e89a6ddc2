"""
Divides a municipality among its places, where no official quarters exist.

Each spot belongs to the nearest place (Voronoi cells, cut to the municipality). Places of one name
are one quarter: a suburb is often mapped twice, as its outline and as the node of its label. Such
quarters are marked as what they are. Official quarters come from a file; what they leave of their
municipality is one more quarter, because people live there, too.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo import crs as crs_module
from geo.districts import districts_from_file, refuse_overlaps
from geo.errors import RegionError
from geo.polygons import polygonal
from geo.region import DISTRICT_COLUMNS

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from geo.osm import Features

_REST_SHARE = 0.001  # of a municipality: less is a border drawn twice


def add_quarters(
    municipalities: gpd.GeoDataFrame, places: Features, *, kinds: str
) -> gpd.GeoDataFrame:
    """
    Append the quarters of each municipality that has two or more places of the kinds.

    Parameters
    ----------
    municipalities
        Rows with `DISTRICT_COLUMNS`, cut to the study area.
    places
        Named places, in degrees.
    kinds
        Values of `place=*`, several separated by `;`.

    Returns
    -------
    districts
        The municipalities, then the quarters by id; populations of quarters are NaN.

    Raises
    ------
    RegionError
        If no municipality has two such places.
    """
    wanted = [i for i, tags in enumerate(places.tags) if tags["place"] in kinds.split(";")]
    xy = crs_module.to_metric(places.lon[wanted], places.lat[wanted], municipalities.crs)
    rows: list[dict[str, Any]] = []
    for municipality in municipalities.itertuples():
        inside = np.flatnonzero(shapely.intersects_xy(municipality.geometry, xy))
        names = [places.tags[wanted[i]]["name"] for i in inside]
        if len(set(names)) < 2:
            continue
        for name, geometry in _cells(names, xy[inside], municipality.geometry).items():
            first = wanted[inside[names.index(name)]]
            rows.append(
                _quarter(
                    f"{municipality.district_id}.{places.feature_id[first]}",
                    name,
                    municipality.district_id,
                    f"nearest place={places.tags[first]['place']} (Voronoi cell)",
                    geometry,
                )
            )
    if not rows:
        raise RegionError(
            f"`quarters` {kinds!r}: no municipality has two such places of different names; the "
            f"extract has {_count_kinds(places) or 'no named place'}; name other kinds, or leave "
            "the key out"
        )
    return _joined(municipalities, rows)


def add_quarters_from_file(municipalities: gpd.GeoDataFrame, path: Path) -> gpd.GeoDataFrame:
    """
    Append the quarters of a file, each to the municipality that holds most of it.

    Parameters
    ----------
    municipalities
        Rows with `DISTRICT_COLUMNS`, cut to the study area.
    path
        GeoJSON with `district_id` and `name`.

    Returns
    -------
    districts
        The municipalities, then the quarters by id, cut to their municipality; what they leave of
        it is one more, `NAME (rest)`. Populations of quarters are NaN.

    Raises
    ------
    RegionError
        If the file cannot be read, quarters overlap, have a municipality's id, or none lies in a
        municipality.
    """
    frame = districts_from_file(path)
    shapes = crs_module.geometry_to_metric(frame.geometry.to_numpy(), municipalities.crs)
    frame = frame.set_geometry(gpd.GeoSeries(shapes, crs=municipalities.crs))
    refuse_overlaps(frame, path.name)
    if taken := sorted(set(frame["district_id"]) & set(municipalities["district_id"])):
        raise RegionError(
            f"`quarters` {path.name}: {', '.join(taken[:10])} are ids of municipalities; give "
            "quarters ids of their own"
        )
    towns = municipalities.geometry.to_numpy()
    parts = shapely.intersection(shapes[:, None], towns[None, :])
    parent = shapely.area(parts).argmax(axis=1)
    cut = polygonal(parts[np.arange(len(shapes)), parent])
    rows: list[dict[str, Any]] = []
    for town, municipality in enumerate(municipalities.itertuples()):
        own = [i for i in np.flatnonzero(parent == town) if shapely.area(cut[i]) > 0]
        rows += [
            _quarter(
                frame["district_id"][i], frame["name"][i], municipality.district_id,
                frame["shape_source"][i], cut[i],
            )
            for i in own
        ]  # fmt: skip
        rest = shapely.difference(municipality.geometry, shapely.union_all(cut[own]))
        if own and shapely.area(rest) > _REST_SHARE * shapely.area(municipality.geometry):
            rest = polygonal(np.array([rest], object))[0]
            id_, name = f"{municipality.district_id}.rest", f"{municipality.name} (rest)"
            source = f"what {path.name} leaves"
            rows.append(_quarter(id_, name, municipality.district_id, source, rest))
    if not rows:
        raise RegionError(f"`quarters` {path.name}: none of them lies in a municipality")
    return _joined(municipalities, rows)


def _quarter(
    district_id: str, name: str, parent_id: str, shape_source: str, geometry: shapely.Geometry
) -> dict[str, Any]:
    return {
        "district_id": district_id,
        "name": name,
        "level": "quarter",
        "parent_id": parent_id,
        "population": math.nan,
        "population_year": math.nan,
        "population_source": "",
        "share_inside": 1.0,
        "shape_source": shape_source,
        "geometry": geometry,
    }


def _joined(municipalities: gpd.GeoDataFrame, rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    quarters = gpd.GeoDataFrame(rows, crs=municipalities.crs)
    quarters = quarters.sort_values("district_id", ignore_index=True)
    both = pd.concat([municipalities, quarters], ignore_index=True)
    return gpd.GeoDataFrame(both[list(DISTRICT_COLUMNS)], crs=municipalities.crs)


def _cells(
    names: list[str], xy: NDArray[np.float64], area: shapely.Geometry
) -> dict[str, shapely.Geometry]:
    """Divide `area` among the names; of several places at one spot the first has it."""
    _, first = np.unique(xy.round(2), axis=0, return_index=True)
    kept = np.sort(first)
    points = shapely.multipoints(xy[kept])
    parts = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=area, ordered=True))
    cells = polygonal(shapely.intersection(parts, area))
    by_name: dict[str, list[shapely.Geometry]] = {}
    for i, cell in zip(kept, cells, strict=True):
        by_name.setdefault(names[i], []).append(cell)
    return {name: shapely.union_all(own) for name, own in by_name.items()}


def _count_kinds(places: Features) -> str:
    kinds = pd.Series([tags["place"] for tags in places.tags], dtype=object).value_counts()
    return ", ".join(f"{count} {kind}" for kind, count in kinds.items())
