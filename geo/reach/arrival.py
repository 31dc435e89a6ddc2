"""
From the nodes to the doors: what lanes say of points that stand somewhere on edges.

A point is reached over either node of its edge, or straight along the edge from a place on the same
one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geo.reach.compiled import kernel
from geo.ticks import NEVER, TICKS_PER_S

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Edges = NDArray[np.int32]
    Places = NDArray[np.int32]
    Ticks = NDArray[np.int32]
    Lanes = NDArray[Any]


@kernel("i4[,] i4[] i4[] i4[] i4[] int i4[,]=", "i8[,] i4[] i4[] i4[] i4[] int i8[,]=")
def arrive(
    lanes: Lanes, a: Places, b: Places, to_a: Ticks, to_b: Ticks, shift: int, found: Lanes
) -> None:
    """
    Answer for points: found(k, i) = min(d_k(a_i) + to_a_i, d_k(b_i) + to_b_i).

    Parameters
    ----------
    lanes
        Shape (n, k).
    a, b, to_a, to_b
        Shapes (p,): the places of the nodes of each point's edge, and the ticks between, the leg
        included.
    shift
        How many bits of a lane lie below the tick.
    found
        Shape (k, p), written.
    """
    for i in range(len(a)):
        via_a, via_b = lanes[a[i]], lanes[b[i]]
        at_a = lanes.dtype.type(to_a[i]) << shift
        at_b = lanes.dtype.type(to_b[i]) << shift
        for k in range(lanes.shape[1]):
            found[k, i] = min(via_a[k] + at_a, via_b[k] + at_b)


@kernel(
    "i4[,] f8[,] i4[] i4[] i4[] i4[] f8[] f8[] int i4[,]= f8[,]=",
    "i8[,] f8[,] i4[] i4[] i4[] i4[] f8[] f8[] int i8[,]= f8[,]=",
)
def arrive_measured(
    lanes: Lanes, metres: Floats, a: Places, b: Places, to_a: Ticks, to_b: Ticks, to_a_m: Floats,
    to_b_m: Floats, shift: int, found: Lanes, found_m: Floats,
) -> None:  # fmt: skip
    """Answer as `arrive` does, with the metres; of equally fast ways the shortest counts."""
    for i in range(len(a)):
        at_a = lanes.dtype.type(to_a[i]) << shift
        at_b = lanes.dtype.type(to_b[i]) << shift
        for k in range(lanes.shape[1]):
            via_a, via_b = lanes[a[i], k] + at_a, lanes[b[i], k] + at_b
            a_m, b_m = metres[a[i], k] + to_a_m[i], metres[b[i], k] + to_b_m[i]
            if via_a < via_b or (via_a == via_b and a_m <= b_m):
                found[k, i], found_m[k, i] = via_a, a_m
            else:
                found[k, i], found_m[k, i] = via_b, b_m


@kernel("i4[] int")
def first_on(by_edge: Edges, edge: int) -> int:
    """Return the place of the first point on an edge, or of the first one behind it."""
    low, high = 0, len(by_edge)
    while low < high:
        middle = (low + high) // 2
        if by_edge[middle] < edge:
            low = middle + 1
        else:
            high = middle
    return low


@kernel("float float float")
def along(step: float, forward_s: float, backward_s: float) -> int:
    """Return the ticks of a part of an edge, backwards where the step is below 0."""
    if step == 0:
        return 0
    seconds = step * forward_s if step > 0 else -step * backward_s
    return NEVER if seconds == np.inf else int(np.rint(seconds * TICKS_PER_S))


@kernel("i8[] i4[] f8[] i4[] f8[] i4[] f8[] i4[] f8[] f8[] f8[] f8[] int i8[]= f8[]=")
def meet(
    order: Ints, by_edge: Edges, fraction: Floats, leg: Ticks, leg_m: Floats, place_edge: Edges,
    place_fraction: Floats, place_leg: Ticks, place_leg_m: Floats, forward_s: Floats,
    backward_s: Floats, length_m: Floats, shift: int, found: Lanes, found_m: Floats,
) -> None:  # fmt: skip
    """
    Let points meet places on the same edge: found_i = min(found_i, way along it) for each place.

    Parameters
    ----------
    order, by_edge
        Shapes (p,): the points in the order of their edges, and these edges.
    fraction, leg, leg_m
        Shapes (p,): where the points stand on their edges, and the legs in ticks and metres.
    place_edge, place_fraction, place_leg, place_leg_m
        Shapes (q,): the same of the places.
    forward_s, backward_s, length_m
        Shapes (e,), by edge.
    shift
        How many bits of a value lie below the tick: there stands the place's number.
    found, found_m
        Shapes (p,), changed in place; metres of shape (0,) are not measured.
    """
    for j in range(len(place_edge)):
        edge = place_edge[j]
        if edge < 0:
            continue
        low = first_on(by_edge, edge)
        while low < len(by_edge) and by_edge[low] == edge:
            i = order[low]
            low += 1
            step = place_fraction[j] - fraction[i]
            ticks = along(step, forward_s[edge], backward_s[edge]) + int(leg[i]) + int(place_leg[j])
            value = (ticks << shift) + j
            if value < found[i]:
                found[i] = value
                if len(found_m):
                    found_m[i] = abs(step) * length_m[edge] + leg_m[i] + place_leg_m[j]
