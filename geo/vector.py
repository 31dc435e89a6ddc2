"""
Reads GeoJSON (RFC 7946) as people really write it.

FeatureCollections may be nested, points may carry a height, the old `crs` member may stand there.
The text is parsed here and never handed to GDAL by file name: a file that only calls itself
`.geojson` could make GDAL open others.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely
import shapely.geometry

from geo.crs import LONLAT
from geo.errors import RegionError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LONLAT_NAMES = ("CRS84", "4326", "WGS84")


def read_geojson(path: Path) -> gpd.GeoDataFrame:
    """
    Read polygons and their properties.

    Returns
    -------
    frame
        One row a feature, properties as columns, valid 2D polygons in lon/lat.

    Raises
    ------
    RegionError
        If the file is missing, is no GeoJSON, is in another CRS, or holds no polygon; a shape that
        is no polygon or whose coordinates are no degrees, with the number of its feature.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=_refuse_constant)
    except FileNotFoundError as exc:
        raise RegionError(f"there is no file {path.name} in {path.parent}") from exc
    except (ValueError, RecursionError) as exc:
        raise RegionError(f"{path.name} is not valid GeoJSON: {exc}") from exc
    if not isinstance(data, dict):
        raise RegionError(f"{path.name} is not GeoJSON: its top is a {type(data).__name__}")
    crs_name = str((data.get("crs") or {}).get("properties", {}).get("name", LONLAT))
    if not any(name in crs_name for name in _LONLAT_NAMES):
        raise RegionError(f"{path.name} is in {crs_name}; convert it to WGS 84 lon/lat (RFC 7946)")
    features = list(_features(data))
    faults: list[str] = []
    shapes = [_polygon(f, number, faults) for number, f in enumerate(features, start=1)]
    if faults:
        raise RegionError(f"{path.name}: " + "; ".join(faults))
    if not features:
        raise RegionError(f"{path.name} holds no features; it needs polygons")
    return gpd.GeoDataFrame(
        [f.get("properties") or {} for f in features], geometry=shapes, crs=LONLAT
    )


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _features(data: Any) -> Iterator[dict[str, Any]]:
    kind = data.get("type") if isinstance(data, dict) else None
    if kind == "FeatureCollection":
        for part in data.get("features", []):
            yield from _features(part)
    elif kind == "Feature":
        yield data
    elif isinstance(data, dict) and "coordinates" in data:
        yield {"geometry": data, "properties": {}}


def _polygon(feature: dict[str, Any], number: int, faults: list[str]) -> shapely.Geometry | None:
    try:
        shape = shapely.force_2d(shapely.geometry.shape(feature["geometry"]))
    except (AttributeError, KeyError, TypeError, ValueError, shapely.errors.ShapelyError) as exc:
        faults.append(f"feature {number} has no readable geometry ({exc})")
        return None
    if shape.geom_type not in ("Polygon", "MultiPolygon"):
        faults.append(f"feature {number} is a {shape.geom_type}; only polygons are districts")
        return None
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        faults.append(f"feature {number} has coordinates beyond degrees ({west:.0f}, {south:.0f})")
        return None
    return shapely.make_valid(shape)
