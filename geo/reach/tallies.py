"""
People by district who reach a place within a limit, counted straight from the lanes.

There is no table of people and categories in between: the lanes of both nodes of somebody's edge
are read once, for all categories. People are taken in the order of their edges, so that neighbours
read the same lanes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geo.reach.arrival import along
from geo.reach.compiled import kernel
from geo.ticks import NEVER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Edges = NDArray[np.int32]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Places = NDArray[np.int32]
    Ticks = NDArray[np.int32]
    Lanes = NDArray[Any]


@kernel(
    "i4[,] i4[] f8[] i4[] i4[] i4[] i4[] i4[] int i4[] f8[] i4[] i4[] i4[] f8[] f8[] f8[] i4[] "
    "i4[] f8[,]= f8[,]= f8[,]= i8[] f8[]=",
    "i8[,] i4[] f8[] i4[] i4[] i4[] i4[] i4[] int i4[] f8[] i4[] i4[] i4[] f8[] f8[] f8[] i4[] "
    "i4[] f8[,]= f8[,]= f8[,]= i8[] f8[]=",
)
def tally(
    lanes: Lanes, edge: Edges, fraction: Floats, leg: Ticks, a: Places, b: Places, to_a: Ticks,
    to_b: Ticks, shift: int, place_edge: Edges, place_fraction: Floats, place_leg: Ticks,
    place_lane: Places, place_number: Places, forward_s: Floats, backward_s: Floats,
    weight: Floats, group: Places, limit: Ticks, within: Floats, farther: Floats, never: Floats,
    first_place: Ints, by_place: Floats,
) -> None:  # fmt: skip
    """
    Add up people by group and lane: within the limit, farther, and who reaches nothing.

    Parameters
    ----------
    lanes, shift
        As in `geo.reach.arrival.arrive`.
    edge, fraction, leg, a, b, to_a, to_b
        Shapes (p,): points in ascending order of their edges, as `arrive` and `meet` take them.
    place_edge, place_fraction, place_leg, place_lane, place_number
        Shapes (q,): the places of all lanes in ascending order of their edges, their lanes, and
        their numbers in these. Who stands on the edge of one meets it along the edge.
    forward_s, backward_s
        Shapes (e,), by edge.
    weight, group
        Shapes (p,): how many people each point stands for, and which group they belong to.
    limit
        Shape (k,), in ticks.
    within, farther, never
        Shape (groups, k), added to.
    first_place, by_place
        Shapes (k,), (places,): where the places of each lane begin, and people within the limit by
        their nearest place, added to. Without numbers below the tick they are not counted.
    """
    count = lanes.shape[1]
    best = np.empty(count, lanes.dtype)
    below = (1 << shift) - 1
    first = 0
    for i in range(len(a)):
        via_a, via_b = lanes[a[i]], lanes[b[i]]
        at_a = lanes.dtype.type(to_a[i]) << shift
        at_b = lanes.dtype.type(to_b[i]) << shift
        for k in range(count):
            best[k] = min(via_a[k] + at_a, via_b[k] + at_b)
        while first < len(place_edge) and place_edge[first] < edge[i]:
            first += 1
        j = first
        while edge[i] >= 0 and j < len(place_edge) and place_edge[j] == edge[i]:
            step = place_fraction[j] - fraction[i]
            ticks = along(step, forward_s[edge[i]], backward_s[edge[i]])
            ticks += int(leg[i]) + int(place_leg[j])
            value = (ticks << shift) + (int(place_number[j]) & below)
            best[place_lane[j]] = min(best[place_lane[j]], value)
            j += 1
        g, people = group[i], weight[i]
        for k in range(count):
            took = best[k] >> shift
            within[g, k] += people if took <= limit[k] else 0.0
            never[g, k] += people if took >= NEVER else 0.0
            farther[g, k] += people if limit[k] < took < NEVER else 0.0
        if shift:
            for k in range(count):
                if best[k] >> shift <= limit[k]:
                    by_place[first_place[k] + (best[k] & below)] += people
