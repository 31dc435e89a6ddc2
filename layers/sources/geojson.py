"""
Reads GeoJSON of offers as people write it, in any CRS that it names.

FeatureCollections may be nested, coordinates may be texts, the old `crs` member may stand there.
The text is parsed here and never handed to GDAL.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
import shapely.geometry

from layers.errors import SourceError
from layers.sources.bounded import parse_json
from layers.sources.features import MapFeature, read_features
from layers.sources.json_fields import degrees_at, dicts_at, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.sources.bounded import ReadOptions
    from layers.sources.places import Pair
    from layers.sources.record import Reading

MAX_CORNERS = 100_000  # of one offer's shape, of which a point is wanted
_TYPES = ("FeatureCollection", "Feature")


def read_geojson_offers(data: bytes, options: ReadOptions) -> Reading:
    """
    Read the offers of a GeoJSON file.

    Raises
    ------
    SourceError
        If it is no GeoJSON, is nested too deeply, or has too many features.
    ParameterError
        If options do not fit to it.
    """
    collection = parse_json(data)
    if not is_geojson(collection):
        raise SourceError("`source` is no GeoJSON: it is neither FeatureCollection nor Feature")
    try:
        features = [_feature(feature) for feature in _flat(collection)]
    except RecursionError as exc:
        raise SourceError("`source` is GeoJSON that is nested too deeply") from exc
    attribution = text_at(collection, "attribution", "copyright")
    return read_features(
        "geojson", features, options, crs=_crs(collection.get("crs")), attribution=attribution
    )


def is_geojson(value: Any) -> bool:
    """Tell whether parsed JSON is GeoJSON with features."""
    return isinstance(value, dict) and value.get("type") in _TYPES


def _flat(data: Any) -> Iterator[Any]:
    """Yield what stands in the list of features, however it is nested; also what is no feature."""
    if is_geojson(data) and data["type"] == "FeatureCollection":
        for part in dicts_at(data, "features"):
            yield from _flat(part)
    elif isinstance(data, dict) and "coordinates" in data and "geometry" not in data:
        yield {"geometry": data}
    else:
        yield data


def _crs(member: Any) -> str | None:
    """Return the CRS that the old `crs` member names (GeoJSON 2008, section 3)."""
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else member
    return name if isinstance(name, str) else None


def _feature(feature: Any) -> MapFeature:
    if not isinstance(feature, dict):
        return MapFeature("", {}, None, "no feature")
    properties = feature.get("properties")
    pair, reason = _place(feature.get("geometry"))
    told = properties if isinstance(properties, dict) else {}
    return MapFeature(text_at(feature, "id"), {str(k): v for k, v in told.items()}, pair, reason)


def _corners(coordinates: Any) -> int:
    """Count places in nested lists, as far as it matters."""
    n, waiting = 0, [coordinates]
    while waiting and n <= MAX_CORNERS:
        values = waiting.pop()
        if isinstance(values, list):
            if values and isinstance(values[0], list):
                waiting += values
            else:
                n += 1
    return n


def _place(geometry: Any) -> tuple[Pair | None, str]:
    """Return a point of a geometry, or why there is none."""
    if not isinstance(geometry, dict):
        return None, "no geometry"
    values = geometry.get("coordinates")
    if geometry.get("type") == "Point":
        told = dict(zip("xy", values, strict=False)) if isinstance(values, list) else {}
        x, y = degrees_at(told, "x"), degrees_at(told, "y")
        if x is None or y is None:
            return None, f"a point whose coordinates are {str(values)[:40]}"
        return (x, y), ""
    if _corners(values) > MAX_CORNERS:
        return None, f"a geometry of more than {MAX_CORNERS:,} corners"
    try:
        with np.errstate(invalid="ignore"):
            shape = shapely.force_2d(shapely.geometry.shape(geometry))
            inside = shape if shape.is_empty else shapely.point_on_surface(shape)
    except (
        AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError, RecursionError,
        shapely.errors.ShapelyError,
    ) as exc:  # fmt: skip
        return None, f"a geometry that cannot be read ({str(exc)[:60]})"
    if inside.is_empty or not math.isfinite(inside.x) or not math.isfinite(inside.y):
        return None, "a geometry that is empty or lies nowhere"
    return (inside.x, inside.y), ""
