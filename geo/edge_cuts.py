"""
Edges that are cut into pieces, and who stands on which piece.

An edge that is cut stays under its number, and its pieces come after all other edges, so that only
whoever stands on such an edge has to be looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.snapping import EdgeFinder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Arrays = Mapping[str, NDArray[Any]]

SAME_PLACE_M = 0.01


def edge_line(arrays: Arrays, edge: int) -> shapely.LineString:
    """Return the line of an edge."""
    first, last = arrays["vertex_start"][edge : edge + 2].tolist()
    return shapely.LineString(arrays["vertex_xy"][first:last])


class Cuts:
    """
    Places at which edges are cut, and the pieces that they become.

    `edge` and `fraction` may name a place twice, and the ends of an edge: there nothing is cut.
    """

    def __init__(self, arrays: Arrays, edge: Ints, fraction: Floats) -> None:
        self._a, self._b, self._length_m = arrays["a"], arrays["b"], arrays["length_m"]
        self._first_node = len(arrays["xy"])
        inner = ~self._at_end(edge, fraction)
        places = np.unique(np.column_stack([edge[inner], fraction[inner]]), axis=0)
        self.edge, self.fraction = places[:, 0].astype(np.int64), places[:, 1]
        self.cut_edge, count = np.unique(self.edge, return_counts=True)
        start = np.cumsum(count + 1) - (count + 1)
        self._piece = len(self._a) + start
        self._key = np.searchsorted(self.cut_edge, self.edge) + self.fraction / 2
        self._count_before = np.cumsum(count) - count

    def _at_end(self, edge: Ints, fraction: Floats) -> NDArray[np.bool_]:
        nearer = np.minimum(fraction, 1 - fraction)
        return np.asarray(nearer * self._length_m[edge] <= SAME_PLACE_M)

    def node(self, edge: int, fraction: float) -> int:
        """Return the node at a place that was cut, or at the end of an edge."""
        if self._at_end(np.array([edge]), np.array([fraction]))[0]:
            return int((self._a if fraction < 0.5 else self._b)[edge])
        key = np.searchsorted(self.cut_edge, edge) + fraction / 2
        return self._first_node + int(np.searchsorted(self._key, key))

    def pieces(self) -> list[tuple[int, float, float, int, int]]:
        """List edge, both fractions and both nodes of each piece, in the order of their numbers."""
        found = []
        for edge in self.cut_edge.tolist():
            rows = np.flatnonzero(self.edge == edge)
            bounds = [0.0, *self.fraction[rows].tolist(), 1.0]
            nodes = [int(self._a[edge]), *(self._first_node + rows).tolist(), int(self._b[edge])]
            found += [
                (edge, bounds[k], bounds[k + 1], nodes[k], nodes[k + 1])
                for k in range(len(rows) + 1)
            ]
        return found

    def carry(self, edge: NDArray[np.int32], fraction: Floats) -> tuple[NDArray[np.int32], Floats]:
        """Put places on edges that were cut onto the pieces."""
        at = np.flatnonzero(np.isin(edge, self.cut_edge))
        if not len(at):
            return edge, fraction
        row = np.searchsorted(self.cut_edge, edge[at])
        passed = np.searchsorted(self._key, row + fraction[at] / 2)
        bounds = np.r_[self.fraction, 0.0]
        rank = passed - self._count_before[row]
        last = np.diff(np.r_[self._count_before, len(self.edge)])[row]
        low = np.where(rank > 0, bounds[passed - 1], 0.0)
        high = np.where(rank < last, bounds[passed], 1.0)
        carried, share = np.array(edge), np.array(fraction)
        carried[at] = self._piece[row] + rank
        share[at] = np.clip((fraction[at] - low) / (high - low), 0.0, 1.0)
        return carried, share


class GrownFinder:
    """The finder of a changed network: that of the network before, and one of new streets."""

    def __init__(
        self, before: EdgeFinder | GrownFinder, cuts: Cuts, arrays: Arrays, first: int
    ) -> None:
        self._before, self._cuts, self._arrays, self._first = before, cuts, arrays, first
        vertex = int(arrays["vertex_start"][first])
        own = {name: arrays[name][vertex:] for name in ("vertex_xy", "vertex_m")}
        own |= {name: arrays[name][first:] for name in ("no_stop", "length_m")}
        own["vertex_start"] = arrays["vertex_start"][first:] - vertex
        self._new = EdgeFinder(own) if len(own["no_stop"]) else None
        self._box = _box(own["vertex_xy"])
        self._whole: EdgeFinder | None = None

    def place(
        self, points: Floats, *, max_leg_m: float
    ) -> tuple[NDArray[np.int32], Floats, Floats]:
        """As `EdgeFinder.place`."""
        return self.carry(points, *self._before.place(points, max_leg_m=max_leg_m), max_leg_m)

    def carry(
        self, points: Floats, edge: NDArray[np.int32], fraction: Floats, leg_m: Floats,
        max_leg_m: float,
    ) -> tuple[NDArray[np.int32], Floats, Floats]:  # fmt: skip
        """Put points of the network before on this one, on a new street where that is nearer."""
        edge, fraction = self._cuts.carry(edge, fraction)
        if self._new is None:
            return edge, fraction, leg_m
        reach = np.minimum(leg_m, max_leg_m)[:, None]
        low, high = self._box
        near = np.flatnonzero(((points >= low - reach) & (points <= high + reach)).all(axis=1))
        new_edge, new_fraction, new_leg_m = self._new.place(points[near], max_leg_m=max_leg_m)
        better = new_leg_m < leg_m[near]
        rows = near[better]
        edge, fraction, leg_m = np.array(edge), np.array(fraction), np.array(leg_m)
        edge[rows] = new_edge[better] + self._first
        fraction[rows], leg_m[rows] = new_fraction[better], new_leg_m[better]
        return edge, fraction, leg_m

    def pieces_within(
        self, bounds: tuple[float, float, float, float]
    ) -> tuple[NDArray[np.int64], Floats, Floats, Floats, Floats]:
        """As `EdgeFinder.pieces_within`."""
        if self._whole is None:  # two threads may make it twice, to the same end
            self._whole = EdgeFinder(self._arrays)
        return self._whole.pieces_within(bounds)


def _box(xy: Floats) -> tuple[Floats, Floats]:
    return (
        (xy.min(axis=0), xy.max(axis=0)) if len(xy) else (np.full(2, np.inf), np.full(2, -np.inf))
    )
