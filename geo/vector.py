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
import numpy as np
import shapely
import shapely.geometry

from geo.crs import LONLAT
from geo.errors import RegionError
from geo.polygons import polygonal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Names of WGS 84 and of ETRS89, which is the same within a metre
_LONLAT_NAMES = ("CRS84", "4326", "WGS84", "WGS 84", "4258", "ETRS89")
_MOST_FAULTS = 10  # named one by one


def read_geojson(path: Path) -> gpd.GeoDataFrame:
    """
    Read polygons and their properties.

    Returns
    -------
    frame
        One row a feature, properties as columns (as `id` the feature's own where no property has
        that name), valid 2D polygons or multipolygons in lon/lat.

    Raises
    ------
    RegionError
        If the file is missing, is no GeoJSON, is in another CRS, or holds no polygon; a shape that
        is no polygon or whose coordinates are no degrees, with the number of its feature.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=_refuse_constant)
        features = list(_features(data))
    except OSError as exc:
        raise RegionError(f"there is no file {path.name} in {path.parent}") from exc
    except UnicodeDecodeError as exc:
        raise RegionError(f"{path.name} is not in UTF-8 ({exc}); save it so") from exc
    except (ValueError, RecursionError) as exc:
        raise RegionError(f"{path.name} is not valid GeoJSON: {exc}") from exc
    if not isinstance(data, dict):
        raise RegionError(f"{path.name} is not GeoJSON: its top is a {type(data).__name__}")
    _check_crs(data.get("crs"), path)
    if not features:
        raise RegionError(f"{path.name} holds no features; it needs polygons")
    faults: list[str] = []
    shapes = [_polygon(f, number, faults) for number, f in enumerate(features, start=1)]
    if faults:
        more = len(faults) - _MOST_FAULTS
        rest = f"; and {more} more" if more > 0 else ""
        raise RegionError(f"{path.name}: " + "; ".join(faults[:_MOST_FAULTS]) + rest)
    rows = [_properties(feature) for feature in features]
    return gpd.GeoDataFrame(rows, geometry=shapes, crs=LONLAT)


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _check_crs(member: Any, path: Path) -> None:
    """Refuse a file whose old `crs` member (GeoJSON 2008, section 3) names other coordinates."""
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else member
    if isinstance(name, str) and not name.upper().endswith(_LONLAT_NAMES):
        raise RegionError(f"{path.name} is in {name}; convert it to WGS 84 lon/lat (RFC 7946)")


def _features(data: Any) -> Iterator[dict[str, Any]]:
    kind = data.get("type") if isinstance(data, dict) else None
    if kind == "FeatureCollection":
        parts = data.get("features")
        for part in parts if isinstance(parts, list) else ():
            yield from _features(part)
    elif kind == "Feature":
        yield data
    elif isinstance(data, dict) and "coordinates" in data:
        yield {"geometry": data, "properties": {}}


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    own = {"id": feature["id"]} if "id" in feature else {}
    properties = feature.get("properties")
    return {**own, **properties} if isinstance(properties, dict) else own


def _polygon(feature: dict[str, Any], number: int, faults: list[str]) -> shapely.Geometry | None:
    if feature.get("geometry") is None:
        faults.append(f"feature {number} has no geometry")
        return None
    try:
        shape = shapely.force_2d(shapely.geometry.shape(feature["geometry"]))
    except (
        AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError,
        shapely.errors.ShapelyError,
    ) as exc:  # fmt: skip
        faults.append(f"feature {number} has no readable geometry ({exc})")
        return None
    if shape.geom_type not in ("Polygon", "MultiPolygon"):
        faults.append(f"feature {number} is a {shape.geom_type}; only polygons are districts")
        return None
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        faults.append(f"feature {number} has coordinates beyond degrees ({west:.0f}, {south:.0f})")
        return None
    valid = polygonal(np.array([shapely.make_valid(shape)], object))[0]
    if valid.is_empty:
        faults.append(f"feature {number} has no area")
        return None
    return valid
