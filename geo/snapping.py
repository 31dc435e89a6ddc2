"""
Places points on the nearest point of the nearest edge.

To the edge and not to the node: a house in the middle of a long block would otherwise be put up to
half a block away. Ties go to the first edge in the network's order, so that the answer is the same
every time. Motorways, ferries and tunnels take nobody up between their ends.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def straight_tails(vertex_start: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the vertices from which a straight piece starts: all but the last of each edge."""
    is_tail = np.ones(int(vertex_start[-1]), bool)
    is_tail[vertex_start[1:] - 1] = False
    return np.flatnonzero(is_tail)


class EdgeTree:
    """
    Finds the nearest edge by the straight pieces of its polyline; may be used from many threads.

    The tree is built when it is first asked, as an opened network may never be.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._no_stop = arrays["no_stop"]
        self._start = arrays["vertex_start"]
        self._xy = arrays["vertex_xy"]
        self._along_m = arrays["vertex_m"]
        self._length_m = arrays["length_m"]
        self._built: tuple[shapely.STRtree, NDArray[np.int64]] | None = None
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
        tree, tail = self._tree()
        finite = np.flatnonzero(np.isfinite(points).all(axis=1))
        if len(tail) and len(finite):
            found, distance = tree.query_nearest(
                shapely.points(points[finite]), max_distance=max_leg_m, return_distance=True
            )
            order = np.lexsort((found[1], found[0]))
            row, piece = found[0][order], tail[found[1][order]]
            first = np.r_[True, row[1:] != row[:-1]][: len(row)]
            row, piece = finite[row[first]], piece[first]
            leg_m[row] = distance[order][first]
            edge[row], fraction[row] = self._on_edge(points[row], piece)
        return edge, fraction, leg_m

    def pieces_within(
        self, bounds: tuple[float, float, float, float]
    ) -> tuple[NDArray[np.int64], Floats, Floats, Floats, Floats]:
        """Return edge, both ends and the metres along the edge of both ends of pieces in a box."""
        tree, tail = self._tree()
        at = tail[np.sort(tree.query(shapely.box(*bounds)))]
        return (
            self._edge_of(at), self._xy[at], self._xy[at + 1],
            self._along_m[at], self._along_m[at + 1],
        )  # fmt: skip

    def _tree(self) -> tuple[shapely.STRtree, NDArray[np.int64]]:
        """Return the tree of the pieces that points may snap to, and their first vertices."""
        if self._built is None:
            with self._lock:
                if self._built is None:
                    tail = straight_tails(self._start)
                    tail = tail[~self._no_stop[self._edge_of(tail)]]
                    lines = np.stack([self._xy[tail], self._xy[tail + 1]], axis=1)
                    self._built = (shapely.STRtree(shapely.linestrings(lines)), tail)
        return self._built

    def _edge_of(self, vertex: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.searchsorted(self._start, vertex, "right") - 1

    def _on_edge(self, points: Floats, tail: NDArray[np.int64]) -> tuple[NDArray[np.int64], Floats]:
        start, step = self._xy[tail], self._xy[tail + 1] - self._xy[tail]
        square = np.maximum((step**2).sum(axis=1), 1e-12)
        share = np.clip(((points - start) * step).sum(axis=1) / square, 0.0, 1.0)
        from_m, to_m = self._along_m[tail], self._along_m[tail + 1]
        along = np.where(share == 1.0, to_m, from_m + share * (to_m - from_m))
        edge = self._edge_of(tail)
        length = self._length_m[edge]
        return edge, np.where(length > 0, along / np.where(length > 0, length, 1.0), 0.0)
