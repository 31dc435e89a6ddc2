"""Keeps shapes what they are meant to be: polygons or multipolygons, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

_POLYGON_TYPES = (3, 6)  # shapely's type ids of Polygon and MultiPolygon


def polygonal(geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    """
    Drop the points and lines that cutting and mending leave behind.

    Parameters
    ----------
    geometry
        Shape (n,).

    Returns
    -------
    polygons
        Shape (n,): a polygon or multipolygon each, empty where nothing has an area.
    """
    result = geometry.copy()
    for i in np.flatnonzero(~np.isin(shapely.get_type_id(geometry), _POLYGON_TYPES)):
        parts = shapely.get_parts(geometry[i])
        is_polygon = np.isin(shapely.get_type_id(parts), _POLYGON_TYPES)
        result[i] = shapely.union_all(parts[is_polygon]) if is_polygon.any() else shapely.Polygon()
    return result
