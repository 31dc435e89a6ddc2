"""
Points on a network, and what a network answers about them, as plain arrays.

A point keeps its exact place on its edge and the straight way to it (the access leg).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Snapped:
    """
    Points on the edges of a network, in the order of the input, shapes (n,).

    Attributes
    ----------
    edge
        Edge, −1 for a point farther from every edge than the maximum snap distance.
    fraction
        Place along the edge, 0 at its start, 1 at its end.
    leg_m
        Straight way from the point to its place; inf where `edge` is −1.
    network_id
        The network that the points were snapped to.
    """

    edge: NDArray[np.int32]
    fraction: Floats
    leg_m: Floats
    network_id: str

    def __len__(self) -> int:
        return len(self.edge)

    @property
    def placed(self) -> NDArray[np.bool_]:
        """Return which points are on the network."""
        return self.edge >= 0

    def take(self, rows: ArrayLike) -> Snapped:
        """Return the points at `rows` (a mask or indices)."""
        at = np.asarray(rows)
        at = at if at.dtype == bool else at.astype(np.int64)  # an empty list is no mask
        return Snapped(self.edge[at], self.fraction[at], self.leg_m[at], self.network_id)


@dataclass(frozen=True)
class Nearest:
    """
    The nearest supply of each of k sets for each of n points.

    `travel_s` (k, n) is inf and `supply` (k, n) −1 where none is reached; `distance_m` (k, n) is
    the length of the fastest path, inf there, None where not asked for.
    """

    travel_s: Floats
    supply: NDArray[np.int32]
    distance_m: Floats | None


@dataclass(frozen=True)
class Pairs:
    """
    Pairs of points within a limit, sorted by source and target, shapes (p,).

    `source`, `target` are rows of the input; `travel_s`, `distance_m` include both access legs;
    `distance_m` is NaN where it was not asked for.
    """

    source: NDArray[np.int64]
    target: NDArray[np.int64]
    travel_s: Floats
    distance_m: Floats


@dataclass(frozen=True)
class Pieces:
    """
    Straight pieces of edges, in the network's order, shapes (p,).

    `start_xy` and `end_xy` (p, 2) are in metres, `from_m` and `to_m` the metres of both ends along
    the edge.
    """

    edge: NDArray[np.int64]
    start_xy: Floats
    end_xy: Floats
    from_m: Floats
    to_m: Floats
