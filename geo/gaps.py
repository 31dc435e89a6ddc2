"""
Uncovered people grouped into contiguous areas.

People are put on a fixed grid of 100 m cells. Cells with uncovered people whose centres lie at most
`link_m` apart belong to the same gap, so that a street or a park does not tear a quarter in two.
A gap's shape is its cells, rounded; it never shows where a single house is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

CELL_M = 100.0
LINK_M = 210.0  # cells one apart, also diagonally, with at most one empty cell between in a row
_ROUNDING_M = 60.0
_SIMPLIFY_M = 5.0
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
        Cells at most this far apart belong together, metres.
    """
    if not len(xy):
        return Gaps(np.empty(0, object), np.empty(0), np.empty(0, np.int32), 0.0)
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
    return Gaps(
        geometry=_shapes(centre, rank[area_of_cell], len(kept)),
        weight=total[kept],
        member=rank[area_of],
        scattered=float(total[rank < 0].sum()),
    )


def _shapes(centre: NDArray[np.float64], gap: NDArray[np.int32], count: int) -> NDArray[np.object_]:
    half = CELL_M / 2
    boxes = shapely.box(*(centre - half).T, *(centre + half).T)
    # cells never overlap, so their common edges can simply be dropped
    shapes = [shapely.coverage_union_all(boxes[gap == g]) for g in range(count)]
    grown = shapely.buffer(np.array(shapes, object), _ROUNDING_M, quad_segs=2)
    smooth = shapely.buffer(grown, -_ROUNDING_M / 2, quad_segs=2)
    simple: NDArray[np.object_] = shapely.simplify(smooth, _SIMPLIFY_M)
    return simple
