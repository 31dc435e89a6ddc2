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
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from geo.contour import contour
from geo.errors import ParameterError
from geo.network import MAX_LEG_M, Snapped, part_of
from geo.reach.compiled import kernel
from geo.street_grid import TILE, grid_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.network import Network

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
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
    known: StreetTimes | None = None,
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
    known
        Seconds along the streets where they are known already, as by public transport.

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
    placed = places.take(places.placed)
    if known is None:
        node_s = network.node_seconds(placed, leaving=leaving, limit_s=longest_s)
        known = StreetTimes(node_s, placed, np.zeros(len(placed)))
    else:  # the places are spots as well
        known = known.with_spots(placed, np.zeros(len(placed)))
    streets = _Streets(network, known, longest_s, leaving=leaving)
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


class StreetTimes(NamedTuple):
    """
    Seconds to where people go along the streets: to nodes, shape (nodes,), and spots, shape (p,).

    Spots are snapped to the network; their leg is walked as well.
    """

    node_s: Floats
    spots: Snapped
    spot_s: Floats

    def with_spots(self, more: Snapped, more_s: Floats) -> StreetTimes:
        """Return the same times with further spots."""
        one, other = self.spots, more
        both = Snapped(
            np.concatenate([one.edge, other.edge]),
            np.concatenate([one.fraction, other.fraction]),
            np.concatenate([one.leg_m, other.leg_m]),
            one.network_id,
        )
        return StreetTimes(self.node_s, both, np.concatenate([self.spot_s, more_s]))


class _Streets:
    """Travel time at any spot of a street, from or to the nearest of the places."""

    def __init__(
        self, network: Network, known: StreetTimes, limit_s: float, *, leaving: bool
    ) -> None:
        self.network = network
        self.grid = grid_of(network)
        near = np.flatnonzero(known.spot_s <= limit_s)
        self._spots, self._spot_s = known.spots.take(near), known.spot_s[near]
        node_s = known.node_s
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
        spots = self._spots
        order = np.argsort(edge, kind="stable")
        first, last = (np.searchsorted(edge[order], spots.edge, side) for side in ("left", "right"))
        for k, (at, leg_m) in enumerate(zip(spots.fraction, spots.leg_m, strict=True)):
            row = order[first[k] : last[k]]  # on a spot's own edge one meets it along the edge
            step = share[row] - at
            whole = np.where(step > 0, from_a[row], from_b[row])
            met = self._spot_s[k] + part_of(np.abs(step), whole) + leg_m * self.metre_s
            travel_s[row] = np.minimum(travel_s[row], met)
        return travel_s

    def bounds(self, limit_s: float) -> Bounds | None:
        """Return the box of all spots within the limit, None without any."""
        own = np.zeros(len(self._a_s), np.uint8)
        own[self._spots.edge] = 1
        pieces = self.grid.pieces
        box = np.full(4, np.inf)
        reached_box(
            self._a_s, self._b_s, self._from_a_s, self._from_b_s, self._length_m, own,
            self.grid.start, pieces.start_xy, pieces.end_xy, pieces.from_m, pieces.to_m,
            limit_s, self.metre_s, MAX_LEG_M, box,
        )  # fmt: skip
        if np.isinf(box).any():
            return None
        return (float(box[0]), float(box[1]), float(-box[2]), float(-box[3]))


@kernel("f8[] f8[] f8[] f8[] f8[] u1[] i8[] f8[,] f8[,] f8[] f8[] float float float f8[]=")
def reached_box(
    a_s: Floats, b_s: Floats, from_a_s: Floats, from_b_s: Floats, length_m: Floats,
    own: NDArray[np.uint8], start: Ints, start_xy: Floats, end_xy: Floats, from_m: Floats,
    to_m: Floats, limit_s: float, metre_s: float, most_leg_m: float, box: Floats,
) -> None:  # fmt: skip
    """
    Find the box of all spots that streets bring within a limit.

    A piece of street whose nearer end is reached at t brings what lies within
    min((limit − t) / metre_s, most_leg_m) of it.

    Parameters
    ----------
    a_s, b_s, from_a_s, from_b_s, length_m, own
        Shapes (e,): seconds to both nodes of each edge, seconds along it from each of them (inf
        where closed), metres, and 1 where a place stands on it: it may reach neither end of a long
        piece.
    start
        Shape (e + 1,): where the pieces of each edge begin.
    start_xy, end_xy, from_m, to_m
        Shapes (p, 2), (p,): both ends of each piece, and how far along their edge they lie.
    box
        Left, bottom, −right, −top, lowered.
    """
    for e in range(len(a_s)):
        if own[e] == 0 and min(a_s[e], b_s[e]) > limit_s:
            continue
        for p in range(start[e], start[e + 1]):
            left_s = limit_s
            if own[e] == 0:
                nearest_s = np.inf
                for along_m in (from_m[p], to_m[p]):
                    share = along_m / length_m[e] if length_m[e] > 0 else 0.0
                    if share > 0:
                        nearest_s = min(nearest_s, a_s[e] + share * from_a_s[e])
                    else:
                        nearest_s = min(nearest_s, a_s[e])
                    if share < 1:
                        nearest_s = min(nearest_s, b_s[e] + (1 - share) * from_b_s[e])
                    else:
                        nearest_s = min(nearest_s, b_s[e])
                left_s = limit_s - nearest_s
            if left_s < 0:
                continue
            leg_m = min(left_s / metre_s, most_leg_m)
            for k in range(2):
                box[k] = min(box[k], min(start_xy[p, k], end_xy[p, k]) - leg_m)
                box[k + 2] = min(box[k + 2], -max(start_xy[p, k], end_xy[p, k]) - leg_m)


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
        own_s = sample_s[first : first + len(tile.edge)]
        first += len(tile.edge)
        place = i * TILE - column, j * TILE - row
        lay_tile(tile.nearest, tile.leg_m, own_s, streets.metre_s, *place, total_s)
    return total_s, ((column + 0.5) * cell_m, (row + 0.5) * cell_m)


@kernel("i4[,] f4[,] f8[] float int int f8[,]=")
def lay_tile(
    nearest: NDArray[np.int32], leg_m: NDArray[np.float32], sample_s: Floats, metre_s: float,
    column: int, row: int, total_s: Floats,
) -> None:  # fmt: skip
    """
    Lay the travel times of a tile's cells into a raster: that of the nearest sample and the leg.

    Parameters
    ----------
    nearest, leg_m
        Shape (TILE, TILE): as `geo.street_grid.Tile` has them.
    sample_s
        Shape (s,): the travel time of each sample of the tile.
    column, row
        Where the first cell of the tile lies in the raster; it may lie beyond it.
    total_s
        Shape (rows, columns), written where the tile covers it; inf where no street is near.
    """
    height, width = nearest.shape
    for y in range(max(0, -row), min(height, total_s.shape[0] - row)):
        for x in range(max(0, -column), min(width, total_s.shape[1] - column)):
            sample = nearest[y, x]
            total_s[row + y, column + x] = (
                np.inf if sample < 0 else sample_s[sample] + leg_m[y, x] * metre_s
            )
