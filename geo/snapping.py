"""
Places points on the nearest point of the nearest edge.

To the edge and not to the node: a house in the middle of a long block would otherwise be put up to
half a block away. Ties go to the first edge in the network's order, so that the answer is the same
every time. Motorways, ferries and tunnels take nobody up between their ends.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.reach.nearest_piece import find_pieces, list_pieces

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from numpy.typing import NDArray

    Bounds = tuple[float, float, float, float]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_CELL_M = 60.0  # most streets between crossings lie in two or three
_MOST_CELLS = 2**25


def straight_tails(vertex_start: Ints) -> Ints:
    """Return the vertices from which a straight piece starts: all but the last of each edge."""
    is_tail = np.ones(int(vertex_start[-1]), bool)
    is_tail[vertex_start[1:] - 1] = False
    return np.flatnonzero(is_tail)


class _Grid(NamedTuple):
    """
    The pieces that points may snap to, by cell.

    `tail` and `edge` (p,) are the first vertex and the edge of each; cells lie row by row from
    `low`, and have the pieces `piece[start[c]:start[c + 1]]`.
    """

    tail: Ints
    edge: NDArray[np.int32]
    low: Floats
    cell_m: float
    columns: int
    rows: int
    start: Ints
    piece: NDArray[np.int32]

    def cells_of(self, points: Floats) -> Ints:
        """Return the cell of each point, the nearest one for those outside."""
        column, row = np.floor((points - self.low) / self.cell_m).T
        row, column = np.clip(row, 0, self.rows - 1), np.clip(column, 0, self.columns - 1)
        cells: Ints = (row * self.columns + column).astype(np.int64)
        return cells


class EdgeFinder:
    """
    Finds the nearest edge by the straight pieces of its polyline; may be used from many threads.

    Its grid is made when it is first asked, as an opened network may never be.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._no_stop = arrays["no_stop"]
        self._start = arrays["vertex_start"]
        self._xy: Floats = np.asarray(arrays["vertex_xy"])
        self._along_m = arrays["vertex_m"]
        self._length_m = arrays["length_m"]
        self._made: _Grid | None = None
        self._lock = threading.Lock()

    def place(
        self, points: Floats, *, max_leg_m: float
    ) -> tuple[NDArray[np.int32], Floats, Floats]:
        """
        Return edge, fraction along it and straight distance of points, shapes (n,).

        The edge is −1 and the distance inf where no edge is within `max_leg_m`, or where the point
        has no coordinates.
        """
        edge = np.full(len(points), -1, np.int32)
        fraction = np.zeros(len(points))
        leg_m = np.full(len(points), np.inf)
        grid = self._grid()
        finite = np.flatnonzero(np.isfinite(points).all(axis=1))
        if len(grid.tail) and len(finite):
            points = np.ascontiguousarray(points)
            piece = np.full(len(points), -1, np.int32)
            order = finite[np.argsort(grid.cells_of(points[finite]), kind="stable")]
            find_pieces(
                points, order, grid.low, self._xy, grid.tail, grid.cell_m, grid.columns, grid.rows,
                grid.start, grid.piece, max_leg_m, piece, leg_m,
            )  # fmt: skip
            at = np.flatnonzero(piece >= 0)
            edge[at] = grid.edge[piece[at]]
            fraction[at] = self._share(points[at], grid.tail[piece[at]], edge[at])
        return edge, fraction, leg_m

    def pieces_within(self, bounds: Bounds) -> tuple[Ints, Floats, Floats, Floats, Floats]:
        """
        Return edge, both ends and the metres along the edge of both ends of pieces in a box.

        All that meet it are there, and a few that only come near its corners.
        """
        grid = self._grid()
        near = _pieces_near(grid, bounds)
        at = grid.tail[near]
        start, end = self._xy[at], self._xy[at + 1]
        left, bottom, right, top = bounds
        meets = (np.minimum(start, end) <= (right, top)).all(axis=1)
        meets &= (np.maximum(start, end) >= (left, bottom)).all(axis=1)
        at = at[meets]
        edge = grid.edge[near[meets]].astype(np.int64)
        return edge, start[meets], end[meets], self._along_m[at], self._along_m[at + 1]

    def _grid(self) -> _Grid:
        """Return the grid of the pieces that points may snap to."""
        if self._made is None:
            with self._lock:
                if self._made is None:
                    self._made = self._make()
        return self._made

    def _make(self) -> _Grid:
        tail = straight_tails(self._start)
        edge = np.searchsorted(self._start, tail, "right") - 1
        kept = ~self._no_stop[edge]
        tail, edge = tail[kept], edge[kept].astype(np.int32)
        ends = np.concatenate([self._xy[tail], self._xy[tail + 1]])
        low, high = (ends.min(axis=0), ends.max(axis=0)) if len(ends) else np.zeros((2, 2))
        size_m = high - low
        cell_m = max(_CELL_M, float(np.sqrt(size_m[0] * size_m[1] / _MOST_CELLS)))
        columns, rows = (int(side) + 1 for side in size_m // cell_m)
        start = np.zeros(columns * rows + 1, np.int64)
        about = (low, self._xy, tail, cell_m, columns, rows)
        entries = list_pieces(*about, start, np.empty(0, np.int32))
        np.cumsum(start, out=start)
        piece = np.empty(entries, np.int32)
        if entries:
            list_pieces(*about, start[:-1].copy(), piece)
        return _Grid(tail, edge, low, cell_m, columns, rows, start, piece)

    def _share(self, points: Floats, tail: Ints, edge: NDArray[np.int32]) -> Floats:
        """Return the fraction along their edges of the nearest spots of pieces."""
        start, step = self._xy[tail], self._xy[tail + 1] - self._xy[tail]
        square = np.maximum((step**2).sum(axis=1), 1e-12)
        share = np.clip(((points - start) * step).sum(axis=1) / square, 0.0, 1.0)
        from_m, to_m = self._along_m[tail], self._along_m[tail + 1]
        along = np.where(share == 1.0, to_m, from_m + share * (to_m - from_m))
        length = self._length_m[edge]
        return np.where(length > 0, along / np.where(length > 0, length, 1.0), 0.0)


def _pieces_near(grid: _Grid, bounds: Bounds) -> NDArray[np.int32]:
    """Return all pieces that may meet a box, in ascending order."""
    corners = (np.array(bounds).reshape(2, 2) - grid.low) // grid.cell_m
    most = (grid.columns - 1, grid.rows - 1)
    (left, bottom), (right, top) = np.clip(corners, 0, most).astype(np.int64).tolist()
    if (right - left + 1) * (top - bottom + 1) * 2 > grid.columns * grid.rows:
        return np.arange(len(grid.tail), dtype=np.int32)
    rows = np.arange(bottom, top + 1) * grid.columns
    parts = [
        grid.piece[grid.start[row + left] : grid.start[row + right + 1]] for row in rows.tolist()
    ]
    return np.unique(np.concatenate(parts))
