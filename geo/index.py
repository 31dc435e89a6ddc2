"""
Where is what: a box and nearest-neighbour index that may change.

It wraps rtree behind a lock, because libspatialindex is not safe to read from several threads:
eight readers without one abort the process. For sets that never change `shapely.STRtree` is faster.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
from rtree import index

from geo.errors import ParameterError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


class SpatialIndex:
    """
    Points by their position; ids are the caller's integers.

    Parameters
    ----------
    ids
        Shape (n,), each once.
    xy
        Shape (n, 2), any one coordinate system.
    """

    def __init__(self, ids: ArrayLike, xy: ArrayLike) -> None:
        self._lock = threading.Lock()
        points = np.asarray(xy, float).reshape(-1, 2)
        self._xy = {int(i): (x, y) for i, (x, y) in zip(np.asarray(ids), points, strict=True)}
        if len(self._xy) != len(points):
            raise ParameterError(
                "`ids` holds an id twice; give each point its own", parameter="ids"
            )
        entries = [(i, (x, y, x, y), None) for i, (x, y) in self._xy.items()]
        # a stream builds a packed tree at once; an empty stream is an error in rtree
        self._tree = index.Index(iter(entries)) if entries else index.Index()

    def __len__(self) -> int:
        return len(self._xy)

    def insert(self, point_id: int, x: float, y: float) -> None:
        """Add a point, or move the one with this id."""
        with self._lock:
            self._remove(point_id)
            self._xy[point_id] = (x, y)
            self._tree.insert(point_id, (x, y, x, y))

    def delete(self, point_id: int) -> bool:
        """Remove a point; False if there is none with this id."""
        with self._lock:
            return self._remove(point_id)

    def _remove(self, point_id: int) -> bool:
        if (old := self._xy.pop(point_id, None)) is None:
            return False
        self._tree.delete(point_id, (*old, *old))
        return True

    def within(self, box: tuple[float, float, float, float]) -> NDArray[np.int64]:
        """
        Find the points inside a box.

        Parameters
        ----------
        box
            Least x, least y, greatest x, greatest y; its edges belong to it.

        Returns
        -------
        ids
            Ascending.
        """
        with self._lock:
            return np.sort(np.fromiter(self._tree.intersection(box), np.int64))

    def nearest(self, x: float, y: float, k: int) -> NDArray[np.int64]:
        """
        Find the `k` points nearest to a place by straight line.

        Returns
        -------
        ids
            Nearest first, at most `k`; equal distances by ascending id.
        """
        if k < 1 or not self._xy:
            return np.empty(0, np.int64)
        with self._lock:  # rtree returns more than k on ties; they are cut here
            found = np.fromiter(self._tree.nearest((x, y, x, y), k), np.int64)
            xy = np.array([self._xy[i] for i in found])
        distance = np.hypot(xy[:, 0] - x, xy[:, 1] - y)
        return found[np.lexsort((found, distance))][:k]
