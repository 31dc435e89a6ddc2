"""
Isochrones: the area within so many minutes of a place, by the same rule as every other measure.

A spot lies within reach when a home there would: it snaps to the nearest street, and the way along
the streets and the straight access legs together take at most the limit. The other bank of a river
without a bridge is nearest to a street that is not reached, hence outside, however near it is.

Streets are put on a fine raster with their travel time, each cell takes the nearest street's time
and the exact leg to it, and the limit is contoured (`geo.contour`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.ndimage import distance_transform_edt

from geo.contour import contour
from geo.errors import ParameterError
from geo.network import MAX_LEG_M, part_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.network import Network, Pieces, Snapped

    Floats = NDArray[np.float64]
    Bounds = tuple[float, float, float, float]

FINE_CELL_M = 5.0  # for areas of a few streets, where each house weighs
FINE_CELLS = 60_000
CELL_M = 10.0  # doubled until the raster is small enough
MOST_CELLS = 250_000


@dataclass(frozen=True)
class Isochrone:
    """
    Where one gets within a limit.

    `shape` is a valid MultiPolygon in metres of the network's CRS, empty where nothing is reached;
    `cell_m` is the width of the raster that it was drawn from.
    """

    limit_s: float
    shape: shapely.MultiPolygon
    cell_m: float


def isochrones(
    network: Network,
    places: Snapped,
    limits_s: Sequence[float],
    *,
    leaving: bool,
) -> list[Isochrone]:
    """
    Draw the area within each limit of the nearest of some places.

    Parameters
    ----------
    network
        Street graph of one mode.
    places
        Snapped to `network`; a place too far from every street reaches nothing.
    limits_s
        Seconds, finite and above 0, in any order.
    leaving
        True for where one gets from the places, False for where one comes from to them: one-way
        streets make the difference.

    Returns
    -------
    isochrones
        One per limit, in the order of `limits_s`; that of a larger limit contains that of a smaller
        one. Spots farther than `MAX_LEG_M` from every street are outside.

    Raises
    ------
    NetworkError
        If the places were snapped to another network.
    ParameterError
        If a limit is not finite and above 0.
    """
    for limit_s in limits_s:
        if not 0 < limit_s < np.inf:
            raise ParameterError(
                f"`limits_s` holds {limit_s:g}; use finite seconds above 0", parameter="limits_s"
            )
    longest_s = max(limits_s, default=0.0)
    streets = _Streets(network, places, longest_s, leaving=leaving)
    pieces, bounds = streets.reached(longest_s)
    if bounds is None:
        return [Isochrone(limit_s, shapely.MultiPolygon(), CELL_M) for limit_s in limits_s]
    cell_m = _cell_m(bounds)
    travel_s, origin = _raster(streets, pieces, bounds, cell_m)
    # where a reached street borders on an unreached one the line runs midway
    band_s = cell_m * streets.metre_s
    return [
        Isochrone(
            limit_s,
            contour(np.clip(limit_s - travel_s, -band_s, band_s), origin=origin, cell_m=cell_m),
            cell_m,
        )
        for limit_s in limits_s
    ]


class _Streets:
    """Travel time at any spot of a street, from or to the nearest of the places."""

    def __init__(self, network: Network, places: Snapped, limit_s: float, *, leaving: bool) -> None:
        self._network = network
        self._places = places.take(places.placed)
        self._node_s = network.node_seconds(self._places, leaving=leaving, limit_s=limit_s)
        # an edge is walked away from its nodes, or towards them by the times of the other direction
        pair = (network.forward_s, network.backward_s)
        self._from_a_s, self._from_b_s = pair if leaving else pair[::-1]
        self.metre_s = 3.6 / network.leg_kmh

    def travel_s(self, edge: NDArray[np.int64], along_m: Floats) -> Floats:
        """Return the seconds at spots of edges, shapes (n,); inf where not reached."""
        network, places = self._network, self._places
        length = network.length_m[edge]
        share = np.divide(along_m, length, where=length > 0, out=np.zeros(len(edge)))
        from_a, from_b = self._from_a_s[edge], self._from_b_s[edge]
        travel_s = np.minimum(
            self._node_s[network.a[edge]] + part_of(share, from_a),
            self._node_s[network.b[edge]] + part_of(1.0 - share, from_b),
        )
        for own, at, leg_m in zip(places.edge, places.fraction, places.leg_m, strict=True):
            row = np.flatnonzero(edge == own)  # spots on a place's own edge meet it along the edge
            step = share[row] - at
            whole = np.where(step > 0, from_a[row], from_b[row])
            met = part_of(np.abs(step), whole) + leg_m * self.metre_s
            travel_s[row] = np.minimum(travel_s[row], met)
        return travel_s

    def reached(self, limit_s: float) -> tuple[Pieces, Bounds | None]:
        """Return the pieces of streets around, and the box of all spots within the limit."""
        pieces = self._network.pieces_within(self._box(limit_s))
        travel_s = np.minimum(
            self.travel_s(pieces.edge, pieces.from_m), self.travel_s(pieces.edge, pieces.to_m)
        )
        # a place in the middle of a long piece may reach neither of its ends
        own = np.isin(pieces.edge, self._places.edge)
        left_s = np.where(own, limit_s, limit_s - travel_s)
        at = np.flatnonzero(left_s >= 0)
        if not len(at):
            return pieces, None
        leg_m = np.minimum(left_s[at] / self.metre_s, MAX_LEG_M)[:, None]
        low = (np.minimum(pieces.start_xy[at], pieces.end_xy[at]) - leg_m).min(axis=0)
        high = (np.maximum(pieces.start_xy[at], pieces.end_xy[at]) + leg_m).max(axis=0)
        return pieces, (float(low[0]), float(low[1]), float(high[0]), float(high[1]))

    def _box(self, limit_s: float) -> Bounds:
        """Return a box around every street within the limit, its neighbours included."""
        network = self._network
        reached = self._node_s <= limit_s
        own = np.unique(self._places.edge)
        edge = np.union1d(np.flatnonzero(reached[network.a] | reached[network.b]), own)
        if not len(edge):
            return (0.0, 0.0, 0.0, 0.0)
        node, length = np.stack([network.a[edge], network.b[edge]]), network.length_m[edge]
        whole = np.stack([self._from_a_s[edge], self._from_b_s[edge]])
        left_s = np.maximum(limit_s - self._node_s[node], 0.0)
        part = np.divide(left_s, whole, where=whole > 0, out=np.ones_like(whole))
        along = np.where(np.isin(edge, own), 1.0, np.minimum(part, 1.0)) * length
        radius = (along + MAX_LEG_M)[..., None]
        low = (network.xy[node] - radius).min(axis=(0, 1))
        high = (network.xy[node] + radius).max(axis=(0, 1))
        return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def _cell_m(bounds: Bounds) -> float:
    left, bottom, right, top = bounds
    area_m2 = (right - left) * (top - bottom)
    if area_m2 <= FINE_CELLS * FINE_CELL_M**2:
        return FINE_CELL_M
    cell_m = CELL_M
    while area_m2 > MOST_CELLS * cell_m**2:
        cell_m *= 2
    return cell_m


def _raster(
    streets: _Streets, pieces: Pieces, bounds: Bounds, cell_m: float
) -> tuple[Floats, tuple[float, float]]:
    """Return the travel time at the middle of each cell from the south-west on, and the first."""
    # whole multiples of the cell: the same spot gets the same cell whatever is asked
    column, row, last_column, last_row = (int(np.floor(edge / cell_m)) for edge in bounds)
    shape = (last_row - row + 1, last_column - column + 1)
    xy, travel_s = _sample(streets, pieces, bounds, cell_m)
    at_x, at_y = xy[:, 0] / cell_m, xy[:, 1] / cell_m
    at_column, at_row = np.floor(at_x).astype(np.int64), np.floor(at_y).astype(np.int64)
    inside = np.flatnonzero(
        (at_column >= column) & (at_column <= last_column) & (at_row >= row) & (at_row <= last_row)
    )
    # of several spots in a cell the one nearest to its middle stands there: it is written last
    off = np.maximum(np.abs(at_x - at_column - 0.5), np.abs(at_y - at_row - 0.5))
    inside = inside[np.argsort(-off[inside], kind="stable")]
    sample = np.full(shape, -1, np.int64)
    sample[at_row[inside] - row, at_column[inside] - column] = inside
    at = distance_transform_edt(sample < 0, return_distances=False, return_indices=True)
    nearest = sample[at[0], at[1]]
    x = (np.arange(shape[1]) + column + 0.5) * cell_m
    y = (np.arange(shape[0]) + row + 0.5) * cell_m
    leg_m = np.hypot(xy[nearest, 0] - x, xy[nearest, 1] - y[:, None])
    total_s = np.where(leg_m <= MAX_LEG_M, travel_s[nearest] + leg_m * streets.metre_s, np.inf)
    return total_s, (float(x[0]), float(y[0]))


def _sample(
    streets: _Streets, pieces: Pieces, bounds: Bounds, cell_m: float
) -> tuple[Floats, Floats]:
    """Return spots along the pieces that meet a box, one a cell, and their travel time."""
    low = np.minimum(pieces.start_xy, pieces.end_xy)
    high = np.maximum(pieces.start_xy, pieces.end_xy)
    left, bottom, right, top = bounds
    piece = np.flatnonzero(
        (low[:, 0] <= right) & (high[:, 0] >= left) & (low[:, 1] <= top) & (high[:, 1] >= bottom)
    )
    step = pieces.to_m[piece] - pieces.from_m[piece]
    count = np.ceil(step / cell_m).astype(np.int64) + 1
    number = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    share = (number / np.repeat(np.maximum(count - 1, 1), count))[:, None]
    at = np.repeat(piece, count)
    xy = pieces.start_xy[at] * (1 - share) + pieces.end_xy[at] * share
    along_m = pieces.from_m[at] + share[:, 0] * np.repeat(step, count)
    return xy, streets.travel_s(pieces.edge[at], along_m)
