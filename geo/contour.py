"""
The line where a raster passes zero, as valid polygons with their holes (marching squares).

Two corners that are inside and meet only diagonally are never joined, and the line crosses an edge
of the raster strictly between its ends. So no ring ever touches another or itself, and polygons are
valid by construction: nothing is mended afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.reach.compiled import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_S, _E, _N, _W = range(4)
# By the corners that are inside (south-west 1, south-east 2, north-east 4, north-west 8): the sides
# of the square from which and to which the line runs, with the inside on its left, up to twice
_RUNS = np.array([
    (-1, -1, -1, -1), (_S, _W, -1, -1), (_E, _S, -1, -1), (_E, _W, -1, -1),
    (_N, _E, -1, -1), (_S, _W, _N, _E), (_N, _S, -1, -1), (_N, _W, -1, -1),
    (_W, _N, -1, -1), (_S, _N, -1, -1), (_E, _S, _W, _N), (_E, _N, -1, -1),
    (_W, _E, -1, -1), (_S, _E, -1, -1), (_W, _S, -1, -1), (-1, -1, -1, -1),
], np.int8)  # fmt: skip
_NEAREST_CORNER = 0.01  # share of a cell


def contour(values: Floats, *, origin: tuple[float, float], cell_m: float) -> shapely.MultiPolygon:
    """
    Draw the area where a raster is not negative.

    Parameters
    ----------
    values
        Shape (rows, columns), finite; row 0 is the southernmost. Beyond the raster all is outside.
    origin
        x, y of the middle of the first cell.
    cell_m
        Width and height of a cell.

    Returns
    -------
    area
        A valid MultiPolygon, empty where nothing is inside.
    """
    padded = np.full(np.add(values.shape, 2), min(float(values.min(initial=0.0)), -1e-9))
    padded[1:-1, 1:-1] = values
    inside = padded >= 0
    crossing, ring = _rings(inside)
    if not len(crossing):
        return shapely.MultiPolygon()
    xy = _places(padded, crossing) * cell_m + np.asarray(origin) - cell_m
    return _polygons(xy, ring, inside, crossing)


def _rings(inside: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Return the crossings ring by ring in walking order, and the number of their ring."""
    following = np.full(2 * inside.size, -1, np.int32)
    crossing, ring = np.empty((2, len(following)), np.int32)
    count = walk_rings(inside.view(np.uint8), _RUNS, following, crossing, ring)
    return crossing[:count].astype(np.int64), ring[:count].astype(np.int64)


@kernel("u1[,] i1[,] i4[]= i4[]= i4[]=")
def walk_rings(
    inside: NDArray[np.uint8], runs: NDArray[np.int8], following: NDArray[np.int32],
    crossing: NDArray[np.int32], ring: NDArray[np.int32],
) -> int:  # fmt: skip
    """
    Join the pieces of line of all squares of a raster into rings.

    A crossing is an edge of the raster on which the line passes: 2 c is the edge to the east of
    corner c, 2 c + 1 the one to the north of it. Each that is passed is left exactly once.

    Parameters
    ----------
    inside
        Shape (rows, columns): 1 for corners that are inside.
    runs
        Shape (16, 4): `_RUNS`.
    following
        Shape (2 · corners,), −1 everywhere: room to work in.
    crossing, ring
        Shape (2 · corners,), written: the crossings of the rings, each ring from its least one on,
        and the number of the ring.

    Returns
    -------
    count
        How many crossings there are in all rings.
    """
    rows, columns = inside.shape
    for y in range(rows - 1):
        for x in range(columns - 1):
            code = (
                inside[y, x] + 2 * inside[y, x + 1]
                + 4 * inside[y + 1, x + 1] + 8 * inside[y + 1, x]
            )  # fmt: skip
            if code in (0, 15):
                continue
            first = y * columns + x
            sides = (2 * first, 2 * (first + 1) + 1, 2 * (first + columns), 2 * first + 1)
            following[sides[runs[code, 0]]] = sides[runs[code, 1]]
            if runs[code, 2] >= 0:
                following[sides[runs[code, 2]]] = sides[runs[code, 3]]
    count, number = 0, 0
    for least in range(len(following)):
        at = least
        if following[at] < 0:
            continue
        while following[at] >= 0:
            crossing[count], ring[count] = at, number
            following[at], at = -1, following[at]
            count += 1
        number += 1
    return count


def _places(values: Floats, crossing: Ints) -> Floats:
    """Return column and row where the line crosses, shape (n, 2)."""
    columns = values.shape[1]
    corner, is_north = crossing // 2, crossing % 2
    flat = values.ravel()
    here, there = flat[corner], flat[corner + np.where(is_north, columns, 1)]
    share = np.clip(here / (here - there), _NEAREST_CORNER, 1 - _NEAREST_CORNER)
    column, row = corner % columns, corner // columns
    return np.column_stack([column + share * (1 - is_north), row + share * is_north])


def _polygons(
    xy: Floats, ring: Ints, inside: NDArray[np.bool_], crossing: Ints
) -> shapely.MultiPolygon:
    """Make rings that run counter-clockwise shells, and give the others to the shell around."""
    first = np.flatnonzero(np.diff(ring, prepend=-1))
    last = np.append(first[1:], len(ring)) - 1
    following = np.arange(1, len(ring) + 1)
    following[last] = first
    local = xy - xy[0]  # small numbers keep the sums exact
    doubled = local[:, 0] * local[following, 1] - local[following, 0] * local[:, 1]
    area = np.add.reduceat(doubled, first) / 2
    rings = shapely.linearrings(xy, indices=ring)
    shell, hole = np.flatnonzero(area > 0), np.flatnonzero(area < 0)
    shell_of = np.full(len(first), -1)
    shell_of[shell] = np.arange(len(shell))
    outer = shell_of[_shells(inside, crossing, ring, is_hole=area < 0)[hole]]
    owner = np.r_[np.arange(len(shell)), outer]
    order = np.argsort(owner, kind="stable")  # each shell before its holes
    polygons = shapely.polygons(rings[np.r_[shell, hole]][order], indices=owner[order])
    return shapely.MultiPolygon(polygons.tolist())


def _shells(
    inside: NDArray[np.bool_], crossing: Ints, ring: Ints, *, is_hole: NDArray[np.bool_]
) -> Ints:
    """
    Return the ring around each ring: itself, and for a hole the shell that it lies in.

    Going west from the westernmost spot of a hole all is inside, up to another ring farther west.
    """
    around = np.arange(len(is_hole))
    order = np.argsort(crossing)
    order = order[crossing[order] % 2 == 0]  # along each row, from west to east
    corner, number = crossing[order] // 2, ring[order]
    leaves = np.flatnonzero(is_hole[number] & inside.ravel()[corner])  # inside to the west of it
    column = corner[leaves] % inside.shape[1]
    leaves = leaves[np.lexsort((column, number[leaves]))]
    hole, at = np.unique(number[leaves], return_index=True)
    around[hole] = number[leaves[at] - 1]
    while is_hole[around].any():
        around = around[around]
    return around
