"""
Names of grid cells as the census offices write them.

A cell is named by its lower left corner in ETRS89-LAEA (EPSG:3035), north before east. Zensus 2022
writes metres and the system (`CRS3035RES100mN2689100E4337000`), Zensus 2011 and the INSPIRE grids
before it count in cells (`100mN26891E43370`, `1kmN3218E4182`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.errors import PopulationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

GRID_CRS = "EPSG:3035"
_SIZES_M = {"100m": 100, "1km": 1_000, "1000m": 1_000, "10km": 10_000, "10000m": 10_000}
_LONG = re.compile(r"CRS([0-9]+)RES([0-9]+m|[0-9]+km)N([0-9]+)E([0-9]+)")
_SHORT = re.compile(r"([0-9]+m|[0-9]+km)N([0-9]+)E([0-9]+)")


@dataclass(frozen=True)
class IdForm:
    """
    How the ids of a file are built: all of one length, digits at the same places.

    `north` and `east` are where their digits stand, `unit_m` what a step of them is, `size_m` the
    width of a cell.
    """

    prefix: str
    length: int
    north: slice
    east: slice
    unit_m: int
    size_m: int


def id_form(text: str, *, file: str) -> IdForm:
    """
    Learn the form of a file's ids from one of them.

    Raises
    ------
    PopulationError
        If it is no id of a census grid, or one of a grid in another system than EPSG:3035.
    """
    if long := _LONG.fullmatch(text):
        if long[1] != "3035":
            raise PopulationError(
                f"{file}: its cells are named in EPSG:{long[1]} ({text}), but census grids are "
                f"read in {GRID_CRS}; take the office's own grid (ETRS89-LAEA), as published"
            )
        size, first = long[2], 3
    elif short := _SHORT.fullmatch(text):
        long, size, first = short, short[1], 2
    else:
        raise PopulationError(
            f"{file}: {text[:60]!r} is no id of a census cell, such as "
            "CRS3035RES100mN2689100E4337000 or 100mN26891E43370"
        )
    if size not in _SIZES_M:
        raise PopulationError(
            f"{file}: cells of {size} ({text}) are not known; read are grids of 100 m, 1 km and "
            "10 km"
        )
    size_m = _SIZES_M[size]
    return IdForm(
        prefix=text[: long.start(first)],
        length=len(text),
        north=slice(*long.span(first)),
        east=slice(*long.span(first + 1)),
        unit_m=1 if first == 3 else size_m,
        size_m=size_m,
    )


def corners_of(ids: Sequence[str] | NDArray[np.object_], form: IdForm) -> NDArray[np.float64]:
    """
    Read the lower left corners out of ids.

    Returns
    -------
    corner
        Shape (n, 2), x, y in metres of EPSG:3035; NaN where an id is not of this form.
    """
    try:
        text = np.asarray(ids, dtype="S")
    except UnicodeEncodeError:  # no id is like that; which one, the caller finds by its NaN
        text = np.array([str(i).encode("ascii", "replace") for i in ids], dtype="S")
    width = text.dtype.itemsize
    corner = np.full((len(text), 2), np.nan)
    if width < form.length:
        return corner
    letters = np.ascontiguousarray(text).view(np.uint8).reshape(len(text), width)
    fits = (letters[:, form.length :] == 0).all(axis=1) & (letters[:, form.length - 1] != 0)
    prefix = np.frombuffer(form.prefix.encode(), np.uint8)
    fits &= (letters[:, : len(prefix)] == prefix).all(axis=1)
    fits &= letters[:, form.north.stop] == ord("E")
    for axis, place in enumerate((form.east, form.north)):
        digits = letters[:, place].astype(np.int64) - ord("0")
        fits &= ((digits >= 0) & (digits <= 9)).all(axis=1)
        powers = 10 ** np.arange(digits.shape[1] - 1, -1, -1, dtype=np.int64)
        corner[:, axis] = digits @ powers * form.unit_m
    corner[~fits] = np.nan
    return corner
