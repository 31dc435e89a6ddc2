"""
Coordinate reference systems of Part 2: which ones, their addresses, and the order of their axes.

Everything is kept in longitude and latitude (OGC:CRS84). An authority's own axis order counts when
answering: EPSG:4326 is latitude first.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.crs import LONLAT, is_northing_first, reproject
from geo.errors import ParameterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
_COMMON = ("EPSG:4326", "EPSG:25832", "EPSG:25833", "EPSG:3857")
_METRES_DECIMALS, _DEGREES_DECIMALS = 2, 7


def supported(own: str) -> list[str]:
    """List the addresses of a collection's CRS; `own` is its region's."""
    codes = [*_COMMON, *([own] if own.startswith("EPSG:") and own not in _COMMON else [])]
    return [CRS84, *(_EPSG + code.removeprefix("EPSG:") for code in codes)]


def parse_crs(address: str | None, own: str, *, parameter: str) -> str:
    """
    Return the address that is meant; CRS84 where none is given.

    Raises
    ------
    ParameterError
        If the collection cannot be had in it.
    """
    if address is None:
        return CRS84
    known = supported(own)
    if address in known:
        return address
    raise ParameterError(
        f"`{parameter}` {address!r} is not supported; there are {', '.join(known)}",
        parameter=parameter,
    )


def _code(address: str) -> str:
    return LONLAT if address == CRS84 else f"EPSG:{address.removeprefix(_EPSG)}"


@lru_cache(maxsize=32)
def _swapped(address: str) -> bool:
    return address != CRS84 and is_northing_first(_code(address))


def to_crs(geometries: NDArray[np.object_], address: str) -> NDArray[np.object_]:
    """Project geometries from CRS84, axes in the authority's order."""
    if address == CRS84:
        return geometries
    code = _code(address)
    projected = reproject(geometries, LONLAT, code)
    decimals = _DEGREES_DECIMALS if code == "EPSG:4326" else _METRES_DECIMALS

    def order(points: NDArray[np.float64]) -> NDArray[np.float64]:
        rounded = np.round(points, decimals)
        return rounded[:, ::-1] if _swapped(address) else rounded

    ordered: Any = shapely.transform(projected, order)
    return np.asarray(ordered, object)


def box_of(bbox: str, address: str, *, parameter: str = "bbox") -> shapely.Geometry:
    """
    Parse a box of four or six numbers into a shape in CRS84.

    A box whose west lies east of its east crosses the antimeridian. Heights are passed over, as
    everything here lies on the ground.

    Raises
    ------
    ParameterError
        If it is no box.
    """
    rule = "give four numbers: lower left corner, upper right corner, in the axis order of the CRS"
    try:
        numbers = [float(part) for part in bbox.split(",")]
    except ValueError as exc:
        raise ParameterError(
            f"`{parameter}` {bbox!r} holds what is no number; {rule}", parameter=parameter
        ) from exc
    if len(numbers) == 6:
        numbers = [numbers[i] for i in (0, 1, 3, 4)]
    if len(numbers) != 4 or not np.all(np.isfinite(numbers)):
        raise ParameterError(
            f"`{parameter}` {bbox!r} is not four or six numbers; {rule}", parameter=parameter
        )
    if _swapped(address):
        numbers = [numbers[i] for i in (1, 0, 3, 2)]
    west, south, east, north = numbers
    if south > north:
        raise ParameterError(
            f"`{parameter}` {bbox!r} has swapped corners; {rule}", parameter=parameter
        )
    is_degrees = address == CRS84 or _code(address) == "EPSG:4326"
    if is_degrees and not (min(west, east) >= -180 and max(west, east) <= 180 and south >= -90):
        raise ParameterError(f"`{parameter}` {bbox!r} lies beyond degrees", parameter=parameter)
    if west > east:
        if not is_degrees:
            raise ParameterError(
                f"`{parameter}` {bbox!r} has swapped corners; {rule}", parameter=parameter
            )
        parts = [shapely.box(west, south, 180, north), shapely.box(-180, south, east, north)]
        return shapely.MultiPolygon(parts)
    box = shapely.box(west, south, east, north)
    if address == CRS84:
        return box
    # sides bend between two systems: a point every few hundred metres keeps them
    dense = shapely.segmentize(box, max((east - west) / 32, (north - south) / 32, 1e-9))
    return reproject(dense, _code(address), LONLAT)
