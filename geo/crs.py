"""
The only place where coordinates change system.

Every region has one projected CRS in metres. Longitude and latitude exist while reading and while
answering, always in the order lon, lat; nothing is ever measured in them or in EPSG:3857.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError as ProjCRSError

from geo.errors import CRSError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

LONLAT = "OGC:CRS84"  # WGS 84, longitude first: RFC 7946, section 4
WEB_MERCATOR = 3857


def check_metric(crs: str) -> str:
    """
    Return `crs` if it is projected and in metres.

    Raises
    ------
    CRSError
        If it is unknown, geographic, in other units, or EPSG:3857, whose metres are up to 1.7 times
        too long in Germany.
    """
    way_out = "name the region's projected CRS in metres, such as EPSG:25832 or EPSG:25833"
    try:
        parsed = CRS.from_user_input(crs)
    except ProjCRSError as exc:
        raise CRSError(f"`crs` {crs!r} is not known; {way_out}") from exc
    if parsed.to_epsg() == WEB_MERCATOR:
        raise CRSError(f"`crs` EPSG:3857 does not measure metres; {way_out}")
    if not parsed.is_projected or any(a.unit_name != "metre" for a in parsed.axis_info[:2]):
        raise CRSError(f"`crs` {crs!r} is not projected in metres; {way_out}")
    return crs


@lru_cache(maxsize=64)
def _transformer(source: str, target: str) -> Transformer:
    # always_xy: x before y and lon before lat, whatever the authority's axis order says
    return Transformer.from_crs(source, target, always_xy=True)


def to_metric(lon: ArrayLike, lat: ArrayLike, crs: str) -> NDArray[np.float64]:
    """
    Project degrees to metres.

    Parameters
    ----------
    lon, lat
        Degrees in WGS 84, shape (n,).
    crs
        Projected CRS in metres.

    Returns
    -------
    xy
        Shape (n, 2) in metres.
    """
    x, y = _transformer(LONLAT, crs).transform(np.asarray(lon, float), np.asarray(lat, float))
    return np.column_stack([x, y])


def to_lonlat(xy: ArrayLike, crs: str) -> NDArray[np.float64]:
    """
    Unproject metres to degrees.

    Parameters
    ----------
    xy
        Shape (n, 2) in metres of `crs`.

    Returns
    -------
    lonlat
        Shape (n, 2), longitude first, WGS 84.
    """
    points = np.asarray(xy, float).reshape(-1, 2)
    lon, lat = _transformer(crs, LONLAT).transform(points[:, 0], points[:, 1])
    return np.column_stack([lon, lat])


def geometry_to_metric(geometry: Any, crs: str) -> Any:
    """Project a lon/lat geometry, or an array of them, to metres of `crs`; 3D points become 2D."""
    return _transform(geometry, LONLAT, crs)


def geometry_to_lonlat(geometry: Any, crs: str) -> Any:
    """Unproject a geometry in metres of `crs`, or an array of them, to lon/lat."""
    return _transform(geometry, crs, LONLAT)


def _transform(geometry: Any, source: str, target: str) -> Any:
    transformer = _transformer(source, target)

    def project(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    return shapely.transform(shapely.force_2d(geometry), project)
