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
from pyproj import CRS, Proj, Transformer
from pyproj.exceptions import CRSError as ProjCRSError
from pyproj.exceptions import ProjError

from geo.errors import CRSError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

LONLAT = "OGC:CRS84"  # WGS 84, longitude first: RFC 7946, section 4
LARGEST_SCALE_ERROR = 0.02  # a projection further off here was made for elsewhere
_WAY_OUT = "name the region's projected CRS in metres, such as EPSG:25832 or EPSG:25833"


def check_metric(crs: str) -> str:
    """
    Return `crs` if it is projected and in metres.

    Raises
    ------
    CRSError
        If it is unknown, geographic, in other units, or a Mercator projection such as EPSG:3857,
        whose metres are 1.7 times too long in Germany.
    """
    try:
        parsed = CRS.from_user_input(crs)
    except ProjCRSError as exc:
        raise CRSError(f"`crs` {crs!r} is not known; {_WAY_OUT}") from exc
    if not parsed.is_projected or any(a.unit_name != "metre" for a in parsed.axis_info[:2]):
        raise CRSError(f"`crs` {crs!r} is not projected in metres; {_WAY_OUT}")
    method = parsed.coordinate_operation.method_name if parsed.coordinate_operation else ""
    if "Mercator" in method and not method.startswith(("Transverse", "Hotine", "Oblique")):
        raise CRSError(f"`crs` {crs!r} ({method}) does not measure metres; {_WAY_OUT}")
    return crs


def check_fits(crs: str, bounds: tuple[float, float, float, float]) -> None:
    """
    Refuse a CRS that was made for elsewhere.

    Parameters
    ----------
    crs
        Projected CRS in metres.
    bounds
        West, south, east, north in degrees: where it is to measure.

    Raises
    ------
    CRSError
        If it makes lengths wrong by more than `LARGEST_SCALE_ERROR` at a corner or in the middle.
    """
    west, south, east, north = bounds
    lon = np.array([west, east, west, east, (west + east) / 2])
    lat = np.array([south, south, north, north, (south + north) / 2])
    factors = Proj(crs).get_factors(lon, lat)
    scale = np.concatenate([factors.meridional_scale, factors.parallel_scale])
    error = np.abs(scale - 1)
    if not np.all(error <= LARGEST_SCALE_ERROR):  # NaN and inf are no scale either
        raise CRSError(
            f"`crs` {crs!r} makes lengths wrong by {np.max(error):.0%} at lon {lon[4]:.2f}, "
            f"lat {lat[4]:.2f}; {_WAY_OUT}, that fits there"
        )


@lru_cache(maxsize=64)
def _transformer(source: str, target: str) -> Transformer:
    try:
        # always_xy: x before y and lon before lat, whatever the authority's axis order says
        return Transformer.from_crs(source, target, always_xy=True)
    except ProjError as exc:  # of a building site's own system, say
        raise CRSError(f"no way is known from {source[:60]} to {target[:60]}; {_WAY_OUT}") from exc


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


def reproject(geometry: Any, source: str, target: str) -> Any:
    """Take a geometry, or an array of them, from one CRS to another, x (east, lon) first."""
    return _transform(geometry, source, target)


def move_points(xy: NDArray[np.float64], source: str, target: str) -> NDArray[np.float64]:
    """Take points, shape (n, 2), from one CRS to another, x (east, lon) first."""
    x, y = _transformer(source, target).transform(xy[:, 0], xy[:, 1])
    return np.column_stack([x, y])


@lru_cache(maxsize=64)
def is_northing_first(crs: str) -> bool:
    """Whether the authority's axis order puts north before east, as that of EPSG:4326 does."""
    return CRS.from_user_input(crs).axis_info[0].direction.lower() == "north"


def wkt_of(crs: str) -> str:
    """Return the definition of a CRS as WKT 2 (ISO 19162), for programs that want no code."""
    return str(CRS.from_user_input(crs).to_wkt())


def _transform(geometry: Any, source: str, target: str) -> Any:
    transformer = _transformer(source, target)

    def project(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    return shapely.transform(shapely.force_2d(geometry), project)
