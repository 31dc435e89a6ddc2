"""
How far it is from people to supply: along a network, or in a straight line.

This is the one way in which every measure asks. Along a network the fastest way counts; in a
straight line the shortest. Ties go to the lower supply index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.network import Nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def nearest_in_line(
    demand_xy: NDArray[np.float64], supplies_xy: Sequence[NDArray[np.float64]]
) -> Nearest:
    """
    Find the nearest supply point of each set by straight line.

    Parameters
    ----------
    demand_xy
        Shape (n, 2), metres.
    supplies_xy
        k arrays of shape (m_k, 2), metres; m_k may be 0.

    Returns
    -------
    nearest
        `distance_m` (k, n) in metres, `inf` for an empty set; `supply` (k, n), −1 there; `travel_s`
        is NaN: a straight line has no speed.
    """
    shape = (len(supplies_xy), len(demand_xy))
    distance_m = np.full(shape, np.inf)
    supply = np.full(shape, -1, np.int32)
    for row, supply_xy in enumerate(supplies_xy):
        if len(supply_xy):
            distance_m[row], supply[row] = _nearest_of(demand_xy, supply_xy)
    return Nearest(travel_s=np.full(shape, np.nan), supply=supply, distance_m=distance_m)


def _nearest_of(
    demand_xy: NDArray[np.float64], supply_xy: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    # loaded where it is needed: who only asks need not wait for it
    from scipy.spatial import cKDTree

    # the tree breaks ties at will: of points in the same place it knows the first alone
    places, first = np.unique(supply_xy, axis=0, return_index=True)
    tree = cKDTree(places)
    distance_m, place = tree.query(demand_xy, k=[1, 2])
    supply = first[place[:, 0]].astype(np.int32)
    for i in np.flatnonzero(distance_m[:, 0] == distance_m[:, 1]):
        near = tree.query_ball_point(demand_xy[i], np.nextafter(distance_m[i, 0], np.inf))
        exact = np.hypot(*(places[near] - demand_xy[i]).T)
        supply[i] = first[near][exact == exact.min()].min()
    return distance_m[:, 0], supply


def second_nearest_in_line(
    demand_xy: NDArray[np.float64], supply_xy: NDArray[np.float64], first: NDArray[np.int32]
) -> Nearest:
    """
    Find the second nearest supply point by straight line.

    Parameters
    ----------
    demand_xy, supply_xy
        Shapes (n, 2) and (m, 2), metres.
    first
        Shape (n,): the nearest supply of each point.

    Returns
    -------
    nearest
        As of `nearest_in_line`, for one set.

    Notes
    -----
    Supplies are halved once for each binary digit of their number, so that for each point some
    halves hold its second nearest and not its nearest.
    """
    count, people = len(supply_xy), np.arange(len(demand_xy))
    best = np.full(len(people), np.inf)
    second = np.full(len(people), -1, np.int32)
    numbers = np.arange(count)
    for digit in range(max(count - 1, 0).bit_length()):
        halves = [np.flatnonzero((numbers >> digit) & 1 == one) for one in (0, 1)]
        found = nearest_in_line(demand_xy, [supply_xy[half] for half in halves])
        half = 1 - ((first >> digit) & 1)
        way, place = np.asarray(found.distance_m), found.supply
        for one in (0, 1):
            mine = np.flatnonzero((half == one) & (place[one] >= 0))
            number = halves[one][place[one, mine]].astype(np.int32)
            better = (way[one, mine] < best[mine]) | (
                (way[one, mine] == best[mine]) & (number < second[mine])
            )
            best[mine[better]], second[mine[better]] = way[one, mine[better]], number[better]
    return Nearest(np.full((1, len(people)), np.nan), second[np.newaxis], best[np.newaxis])
