"""
Uncovered people grouped into contiguous areas.

People are put on a fixed grid of 100 m cells. Cells with uncovered people whose centres lie at most
`link_m` apart belong to the same gap, so that a street or a park does not tear a quarter in two.
A gap's shape is its cells, rounded; it never shows where a single house is.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

CELL_M = 100.0
LINK_M = 210.0  # cells one apart, also diagonally, with at most one empty cell between in a row
# Grown and shrunk, cells close up; their steps go, then the corners. People stay inside: a house in
# the corner of a cell at the end of a row may lie a few metres beyond the line
_GROW_M = 100.0
_SHRINK_M = 65.0
_STEPS_M = 30.0
_SIMPLIFY_M = 4.0
_ROWS = 2**21  # more rows of cells than any projected CRS has


@dataclass(frozen=True)
class Gaps:
    """
    Gaps by falling weight.

    Attributes
    ----------
    geometry
        Shape (g,): polygons or multipolygons in metres.
    weight
        Shape (g,): people (or buildings) in each.
    member
        Shape (n,): gap of each input point, −1 for those in no gap.
    scattered
        People (or buildings) in areas with fewer than `smallest`, which are no gap.
    """

    geometry: NDArray[np.object_]
    weight: NDArray[np.float64]
    member: NDArray[np.int32]
    scattered: float


def find_gaps(
    xy: NDArray[np.float64],
    weight: NDArray[np.float64],
    *,
    smallest: float,
    link_m: float = LINK_M,
    grain_m: float = CELL_M,
) -> Gaps:
    """
    Group uncovered points into contiguous areas.

    Parameters
    ----------
    xy
        Shape (n, 2), metres: uncovered points only.
    weight
        Shape (n,): people, or one per building.
    smallest
        Areas with less weight are counted as scattered.
    link_m
        Cells at most this far apart belong together, metres; where `grain_m` is larger, so is this.
    grain_m
        How wide the cells are of whose people only the middle is known: people of a census cell of
        1 km are drawn on 1 km.
    """
    scale = grain_m / CELL_M
    grouped = _group(xy / scale, weight, smallest, link_m)
    shapes = _shapes(grouped.centre, grouped.gap_of_cell, len(grouped.weight))
    return Gaps(
        geometry=shapely.transform(shapes, lambda points: points * scale) if scale > 1 else shapes,
        weight=grouped.weight,
        member=grouped.member,
        scattered=grouped.scattered,
    )


def gap_members(
    xy: NDArray[np.float64],
    weight: NDArray[np.float64],
    *,
    smallest: float,
    link_m: float = LINK_M,
    grain_m: float = CELL_M,
) -> NDArray[np.int32]:
    """
    Return the `member` of `find_gaps`, without their shapes, which take most of its time.

    Parameters
    ----------
    xy, weight, smallest, link_m, grain_m
        As of `find_gaps`.
    """
    return _group(xy / (grain_m / CELL_M), weight, smallest, link_m).member


@dataclass(frozen=True)
class _Grouped:
    """Cells, the gap of each (−1 for none), and what `Gaps` tells of them."""

    centre: NDArray[np.float64]
    gap_of_cell: NDArray[np.int32]
    weight: NDArray[np.float64]
    member: NDArray[np.int32]
    scattered: float


def _group(
    xy: NDArray[np.float64], weight: NDArray[np.float64], smallest: float, link_m: float
) -> _Grouped:
    if not len(xy):
        nothing = np.empty(0, np.int32)
        return _Grouped(np.empty((0, 2)), nothing, np.empty(0), nothing, 0.0)
    # loaded where it is needed: who only asks need not wait for it
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    column, row = np.floor(xy / CELL_M).astype(np.int64).T
    # one number per cell sorts much faster than pairs
    cell, cell_of = np.unique(column * _ROWS + (row + _ROWS // 2), return_inverse=True)
    centre = np.column_stack([cell // _ROWS, cell % _ROWS - _ROWS // 2])
    centre = (centre + 0.5) * CELL_M
    near = cKDTree(centre).query_pairs(link_m, output_type="ndarray")
    links = coo_array((np.ones(len(near), np.int8), near.T), shape=(len(cell), len(cell)))
    count, area_of_cell = connected_components(links, directed=False)
    area_of = area_of_cell[cell_of]
    total = np.bincount(area_of, weight, minlength=count).astype(float)
    order = np.argsort(-total, kind="stable")
    kept = order[total[order] >= smallest]
    rank = np.full(count, -1, np.int32)
    rank[kept] = np.arange(len(kept))
    return _Grouped(
        centre, rank[area_of_cell], total[kept], rank[area_of], float(total[rank < 0].sum())
    )


def rows_by_gap(gap: NDArray[np.int32], count: int) -> list[NDArray[np.int64]]:
    """Return the rows of each gap, ascending; `gap` is −1 for those in none."""
    order = np.argsort(gap, kind="stable")
    starts = np.searchsorted(gap[order], np.arange(count + 1))
    return [order[first:last] for first, last in pairwise(starts)]


def _shapes(centre: NDArray[np.float64], gap: NDArray[np.int32], count: int) -> NDArray[np.object_]:
    half = CELL_M / 2
    boxes = shapely.box(*(centre - half).T, *(centre + half).T)
    # cells never overlap, so their common edges can simply be dropped
    shapes = [shapely.coverage_union_all(boxes[cells]) for cells in rows_by_gap(gap, count)]
    grown = shapely.buffer(np.array(shapes, object), _GROW_M, quad_segs=2)
    closed = shapely.buffer(grown, -_SHRINK_M, quad_segs=2)
    plain: NDArray[np.object_] = shapely.simplify(closed, _STEPS_M)
    round_ = np.array([_cut_corners(shape) for shape in plain], object)
    # two rings that nearly touch might cross once their corners are gone
    round_ = np.where(shapely.is_valid(round_), round_, plain)
    simple: NDArray[np.object_] = shapely.simplify(round_, _SIMPLIFY_M)
    return simple


def _cut_corners(shape: shapely.Polygon | shapely.MultiPolygon) -> shapely.Geometry:
    polygons = [
        shapely.Polygon(_round_ring(part.exterior), [_round_ring(r) for r in part.interiors])
        for part in shapely.get_parts(shape)
    ]
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def _round_ring(ring: shapely.LinearRing) -> NDArray[np.float64]:
    """Replace each corner by two, a quarter along its edges, twice (Chaikin 1974)."""
    xy: NDArray[np.float64] = shapely.get_coordinates(ring)[:-1]
    for _ in range(2):
        ahead = np.roll(xy, -1, axis=0)
        xy = np.stack([0.75 * xy + 0.25 * ahead, 0.25 * xy + 0.75 * ahead], axis=1).reshape(-1, 2)
    return xy
