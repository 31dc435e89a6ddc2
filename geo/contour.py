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

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_S, _E, _N, _W = range(4)
# By the corners that are inside (south-west 1, south-east 2, north-east 4, north-west 8): the sides
# of the square from which and to which the line runs, with the inside on its left
_RUNS: dict[int, tuple[tuple[int, int], ...]] = {
    1: ((_S, _W),), 2: ((_E, _S),), 3: ((_E, _W),), 4: ((_N, _E),), 5: ((_S, _W), (_N, _E)),
    6: ((_N, _S),), 7: ((_N, _W),), 8: ((_W, _N),), 9: ((_S, _N),), 10: ((_E, _S), (_W, _N)),
    11: ((_E, _N),), 12: ((_W, _E),), 13: ((_S, _E),), 14: ((_W, _S),),
}  # fmt: skip
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
    start, end = _segments(inside)
    if not len(start):
        return shapely.MultiPolygon()
    crossing, successor = _chain(start, end)
    at = _places(padded, crossing)
    order, ring = _rings(successor)
    xy = at[order] * cell_m + np.asarray(origin) - cell_m
    return _polygons(xy, ring, inside, crossing[order])


def _segments(inside: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Return the crossings, which are edges of the raster, at both ends of each piece of line."""
    columns = inside.shape[1]
    corner = inside.astype(np.uint8)
    code = corner[:-1, :-1] + 2 * corner[:-1, 1:] + 4 * corner[1:, 1:] + 8 * corner[1:, :-1]
    square = np.flatnonzero((code > 0) & (code < 15))
    code = code.ravel()[square]
    first = square // (columns - 1) * columns + square % (columns - 1)  # its south-west corner
    # even: the edge east of a corner; odd: the edge north of it
    sides = np.stack([2 * first, 2 * (first + 1) + 1, 2 * (first + columns), 2 * first + 1])
    starts, ends = [], []
    for kind, runs in _RUNS.items():
        at = np.flatnonzero(code == kind)
        for side, other in runs:
            starts.append(sides[side, at])
            ends.append(sides[other, at])
    return np.concatenate(starts), np.concatenate(ends)


def _chain(start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Return the crossings, and for each the place of the next one: each is left exactly once."""
    order = np.argsort(start)
    crossing = start[order]
    return crossing, np.searchsorted(crossing, end[order])


def _places(values: Floats, crossing: Ints) -> Floats:
    """Return column and row where the line crosses, shape (n, 2)."""
    columns = values.shape[1]
    corner, is_north = crossing // 2, crossing % 2
    flat = values.ravel()
    here, there = flat[corner], flat[corner + np.where(is_north, columns, 1)]
    share = np.clip(here / (here - there), _NEAREST_CORNER, 1 - _NEAREST_CORNER)
    column, row = corner % columns, corner // columns
    return np.column_stack([column + share * (1 - is_north), row + share * is_north])


def _rings(successor: Ints) -> tuple[Ints, Ints]:
    """Return the crossings ring by ring in walking order, and the number of their ring."""
    every = np.arange(len(successor))
    least, jump = every, successor
    while True:  # the step doubles: each ring is named by its least crossing
        lower = np.minimum(least, least[jump])
        if np.array_equal(lower, least):
            break
        least, jump = lower, jump[jump]
    is_last = successor == least
    left, jump = np.where(is_last, 0, 1), np.where(is_last, every, successor)
    while not is_last[jump].all():
        left, jump = left + left[jump], jump[jump]
    ring = np.cumsum(least == every)[least] - 1
    end = np.cumsum(np.bincount(ring))
    order = np.empty_like(every)
    order[end[ring] - 1 - left] = every
    return order, ring[order]


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
