"""
People by district who reach a place within a limit, counted straight from the lanes.

There is no table of people and categories in between: the lanes of both nodes of somebody's edge
are read once, for all categories.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geo.reach.compiled import kernel
from geo.ticks import NEVER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Places = NDArray[np.int32]
    Ticks = NDArray[np.int32]
    Lanes = NDArray[Any]


@kernel(
    "i4[,] i4[] i4[] i4[] i4[] int i8[] i4[] i8[] f8[] i4[] i4[] f8[,]= f8[,]= f8[,]= i8[] f8[]=",
    "i8[,] i4[] i4[] i4[] i4[] int i8[] i4[] i8[] f8[] i4[] i4[] f8[,]= f8[,]= f8[,]= i8[] f8[]=",
)
def tally(
    lanes: Lanes, a: Places, b: Places, to_a: Ticks, to_b: Ticks, shift: int, met: Ints,
    met_lane: Places, met_value: Lanes, weight: Floats, group: Places, limit: Ticks,
    within: Floats, farther: Floats, never: Floats, first_place: Ints, by_place: Floats,
) -> None:  # fmt: skip
    """
    Add up people by group and lane: within the limit, farther, and who reaches nothing.

    Parameters
    ----------
    lanes, a, b, to_a, to_b, shift
        As in `geo.reach.arrival.arrive`.
    met, met_lane, met_value
        Shapes (q,): points that meet a place along their own edge, in ascending order, the place's
        lane, and the value.
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
    next_met = 0
    for i in range(len(a)):
        via_a, via_b = lanes[a[i]], lanes[b[i]]
        at_a = lanes.dtype.type(to_a[i]) << shift
        at_b = lanes.dtype.type(to_b[i]) << shift
        for k in range(count):
            best[k] = min(via_a[k] + at_a, via_b[k] + at_b)
        while next_met < len(met) and met[next_met] == i:
            k = met_lane[next_met]
            best[k] = min(best[k], met_value[next_met])
            next_met += 1
        g, people = group[i], weight[i]
        for k in range(count):
            ticks = best[k] >> shift
            within[g, k] += people if ticks <= limit[k] else 0.0
            never[g, k] += people if ticks >= NEVER else 0.0
            farther[g, k] += people if limit[k] < ticks < NEVER else 0.0
        if shift:
            for k in range(count):
                if best[k] >> shift <= limit[k]:
                    by_place[first_place[k] + (best[k] & below)] += people
