"""
Isochrones: the area within so many minutes of a place, by the same rule as every other measure.

A spot lies within reach when a home there would: it snaps to the nearest street, and the way along
the streets and the straight access legs together take at most the limit. The other bank of a river
without a bridge is nearest to a street that is not reached, hence outside, however near it is.

Each cell of a fine raster takes the travel time of the nearest street (`geo.street_grid`) and the
exact leg to it, and the limit is contoured (`geo.contour`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.contour import contour
from geo.errors import ParameterError
from geo.network import MAX_LEG_M, part_of
from geo.street_grid import TILE, grid_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.network import Network, Snapped

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bounds = tuple[float, float, float, float]

FINE_CELL_M = 5.0  # for areas of a few streets, where each house weighs
FINE_CELLS = 60_000
CELL_M = 10.0  # doubled until the raster is small enough
MOST_CELLS = 250_000
_EXTREMES = 16  # edges on each side that are looked at first


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
    bounds = streets.bounds(longest_s)
    if bounds is None:
        return [Isochrone(limit_s, shapely.MultiPolygon(), CELL_M) for limit_s in limits_s]
    cell_m = _cell_m(bounds)
    travel_s, origin = _raster(streets, bounds, cell_m)
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
        self.network = network
        self.grid = grid_of(network)
        self._places = places.take(places.placed)
        node_s = network.node_seconds(self._places, leaving=leaving, limit_s=limit_s)
        # an edge is walked away from its nodes, or towards them by the times of the other direction
        pair = np.asarray(network.forward_s), np.asarray(network.backward_s)
        self._from_a_s, self._from_b_s = pair if leaving else pair[::-1]
        self._a_s, self._b_s = node_s[network.a], node_s[network.b]
        self._length_m = np.asarray(network.length_m)
        self.metre_s = 3.6 / network.leg_kmh

    def travel_s(self, edge: NDArray[Any], share: Floats) -> Floats:
        """Return the seconds at spots of edges, shapes (n,); inf where not reached."""
        from_a, from_b = self._from_a_s[edge], self._from_b_s[edge]
        travel_s: Floats = np.minimum(
            self._a_s[edge] + part_of(share, from_a), self._b_s[edge] + part_of(1.0 - share, from_b)
        )
        places = self._places
        for own, at, leg_m in zip(places.edge, places.fraction, places.leg_m, strict=True):
            row = np.flatnonzero(edge == own)  # spots on a place's own edge meet it along the edge
            step = share[row] - at
            whole = np.where(step > 0, from_a[row], from_b[row])
            met = part_of(np.abs(step), whole) + leg_m * self.metre_s
            travel_s[row] = np.minimum(travel_s[row], met)
        return travel_s

    def bounds(self, limit_s: float) -> Bounds | None:
        """Return the box of all spots within the limit, None without any."""
        own = self._places.edge
        nearest_s = np.minimum(self._a_s, self._b_s)
        np.put(nearest_s, own, 0.0)
        edges = np.flatnonzero(nearest_s <= limit_s)
        # as if the whole edge were as near as its nearer end
        leg_m = np.minimum((limit_s - nearest_s[edges]) / self.metre_s, MAX_LEG_M)[:, None]
        most = np.hstack([self.grid.low[edges] - leg_m, -self.grid.high[edges] - leg_m])
        if not len(edges) or np.isinf(most.min()):
            return None
        count = min(_EXTREMES, len(edges))
        extreme = np.unique(np.argpartition(most, count - 1, axis=0)[:count])
        box = self._box(edges[extreme], limit_s)
        wider = np.setdiff1d(np.flatnonzero((most < box).any(axis=1)), extreme)
        box = np.minimum(box, self._box(edges[wider], limit_s))
        if np.isinf(box).any():
            return None
        return (float(box[0]), float(box[1]), float(-box[2]), float(-box[3]))

    def _box(self, edges: Ints, limit_s: float) -> Floats:
        """Return left, bottom, −right, −top of the spots that edges bring within the limit."""
        pieces, at = self.grid.pieces, self.grid.pieces_of(edges)
        edge, length = pieces.edge[at], self._length_m[pieces.edge[at]]
        travel_s = np.full(len(at), np.inf)
        for along_m in (pieces.from_m[at], pieces.to_m[at]):
            share = np.divide(along_m, length, where=length > 0, out=np.zeros(len(at)))
            travel_s = np.minimum(travel_s, self.travel_s(edge, share))
        # a place in the middle of a long piece may reach neither of its ends
        left_s = np.where(np.isin(edge, self._places.edge), limit_s, limit_s - travel_s)
        within = left_s >= 0
        at = at[within]
        leg_m = np.minimum(left_s[within] / self.metre_s, MAX_LEG_M)[:, None]
        start, end = pieces.start_xy[at], pieces.end_xy[at]
        low, high = np.minimum(start, end) - leg_m, np.maximum(start, end) + leg_m
        return np.asarray(np.hstack([low, -high]).min(axis=0, initial=np.inf))


def _cell_m(bounds: Bounds) -> float:
    left, bottom, right, top = bounds
    area_m2 = (right - left) * (top - bottom)
    if area_m2 <= FINE_CELLS * FINE_CELL_M**2:
        return FINE_CELL_M
    cell_m = CELL_M
    while area_m2 > MOST_CELLS * cell_m**2:
        cell_m *= 2
    return cell_m


def _raster(streets: _Streets, bounds: Bounds, cell_m: float) -> tuple[Floats, tuple[float, float]]:
    """Return the travel time at the middle of each cell from the south-west on, and the first."""
    # whole multiples of the cell: the same spot gets the same cell whatever is asked
    column, row, last_column, last_row = (int(np.floor(edge / cell_m)) for edge in bounds)
    total_s = np.empty((last_row - row + 1, last_column - column + 1))
    columns = range(column // TILE, last_column // TILE + 1)
    rows = range(row // TILE, last_row // TILE + 1)
    tiles = streets.grid.tiles(streets.network, cell_m, columns, rows)
    edge, share = (np.concatenate([tile[k] for tile in tiles.values()]) for k in (0, 1))
    sample_s = streets.travel_s(edge, share)
    first = 0
    for (i, j), tile in tiles.items():
        own_s = np.append(sample_s[first : first + len(tile.edge)], np.inf)  # the last for −1
        first += len(tile.edge)
        up, tile_up = _overlap(row, last_row, j * TILE)
        right, tile_right = _overlap(column, last_column, i * TILE)
        part = tile_up, tile_right
        total_s[up, right] = own_s[tile.nearest[part]] + tile.leg_m[part] * streets.metre_s
    return total_s, ((column + 0.5) * cell_m, (row + 0.5) * cell_m)


def _overlap(first: int, last: int, tile: int) -> tuple[slice, slice]:
    """Return where the cells of a tile lie among those from first to last, and which they are."""
    low, high = max(first, tile), min(last + 1, tile + TILE)
    return slice(low - first, high - first), slice(low - tile, high - tile)
