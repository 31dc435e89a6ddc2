"""
One question: a pass up and a pass down over the arcs, for several lanes side by side.

A lane holds one number per node: the ticks to the nearest place of a category, or a tick with the
number of that place below it (`geo.ticks`). Lanes of a node lie next to each other in memory, so
that one arc is read once for all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.reach.compiled import kernel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ranks = NDArray[np.int32]
    Rows = NDArray[np.int64]
    Ticks = NDArray[np.int32]
    Lanes = NDArray[Any]  # int32 or int64


@kernel("i4[,]= i4[] i4[] i4[] u1[]=", "i8[,]= i4[] i4[] i8[] u1[]=")
def sow(lanes: Lanes, node: Ranks, lane: Ranks, value: Lanes, reached: NDArray[np.uint8]) -> None:
    """
    Start lanes from places: lanes[node, lane] = min(lanes[node, lane], value).

    `lanes` (n, k) and `reached` (n,) are written; `node`, `lane`, `value` have shape (s,).
    """
    for i in range(len(node)):
        v, k = node[i], lane[i]
        if value[i] < lanes[v, k]:
            lanes[v, k] = value[i]
            reached[v] = 1


@kernel("i8[] i4[] i4[] int i4[,]= u1[]=", "i8[] i4[] i4[] int i8[,]= u1[]=")
def rise(
    start: Rows, head: Ranks, weight: Ticks, shift: int, lanes: Lanes, reached: NDArray[np.uint8]
) -> None:
    """
    Pass up: for v ascending and each upper node u of v, d(u) = min(d(u), d(v) + w).

    Parameters
    ----------
    start, head
        Shapes (n + 1,), (m,): the arcs, by rank.
    weight
        Shape (m,), in ticks: from v to u, or from u to v where travel goes to the places.
    shift
        How many bits of a lane lie below the tick.
    lanes
        Shape (n, k), changed in place.
    reached
        Shape (n,): 1 where a lane holds anything; others are passed over, and it is written.
    """
    for v in range(len(start) - 1):
        if reached[v] == 0:
            continue
        row = lanes[v]
        for i in range(start[v], start[v + 1]):
            step = lanes.dtype.type(weight[i]) << shift
            upper = lanes[head[i]]
            reached[head[i]] = 1
            for k in range(lanes.shape[1]):
                over = lanes.dtype.type(row[k] + step)
                upper[k] = min(over, upper[k])


@kernel("i8[] i4[] i4[] int i4[,]=", "i8[] i4[] i4[] int i8[,]=")
def sink(start: Rows, head: Ranks, weight: Ticks, shift: int, lanes: Lanes) -> None:
    """
    Pass down: for v descending and each upper node u of v, d(v) = min(d(v), d(u) + w).

    Parameters as in `rise`; the weights are those of the other direction.
    """
    for v in range(len(start) - 2, -1, -1):
        row = lanes[v]
        for i in range(start[v], start[v + 1]):
            step = lanes.dtype.type(weight[i]) << shift
            upper = lanes[head[i]]
            for k in range(lanes.shape[1]):
                over = lanes.dtype.type(upper[k] + step)
                row[k] = min(over, row[k])


@kernel("i8[] i4[] i4[] int i4[]= u1[]=", "i8[] i4[] i4[] int i8[]= u1[]=")
def rise_one(
    start: Rows, head: Ranks, weight: Ticks, shift: int, lane: Lanes, reached: NDArray[np.uint8]
) -> None:
    """Pass up as `rise` does, in a single lane of shape (n,)."""
    for v in range(len(start) - 1):
        if reached[v] == 0:
            continue
        for i in range(start[v], start[v + 1]):
            u = head[i]
            over = lane.dtype.type(lane[v] + (lane.dtype.type(weight[i]) << shift))
            lane[u] = min(over, lane[u])
            reached[u] = 1


@kernel("i8[] i4[] i4[] int i4[]=", "i8[] i4[] i4[] int i8[]=")
def sink_one(start: Rows, head: Ranks, weight: Ticks, shift: int, lane: Lanes) -> None:
    """Pass down as `sink` does, in a single lane of shape (n,)."""
    for v in range(len(start) - 2, -1, -1):
        best = lane[v]
        for i in range(start[v], start[v + 1]):
            over = lane.dtype.type(lane[head[i]] + (lane.dtype.type(weight[i]) << shift))
            best = min(over, best)
        lane[v] = best


@kernel("i4[,]= f8[,]= i4[] i4[] i4[] f8[] u1[]=", "i8[,]= f8[,]= i4[] i4[] i8[] f8[] u1[]=")
def sow_measured(
    lanes: Lanes, metres: Floats, node: Ranks, lane: Ranks, value: Lanes, value_m: Floats,
    reached: NDArray[np.uint8],
) -> None:  # fmt: skip
    """Do as `sow` does, with the metres of each start; of equal values the fewest count."""
    for i in range(len(node)):
        v, k = node[i], lane[i]
        if value[i] < lanes[v, k] or (value[i] == lanes[v, k] and value_m[i] < metres[v, k]):
            lanes[v, k], metres[v, k] = value[i], value_m[i]
            reached[v] = 1


@kernel(
    "i8[] i4[] i4[] f8[] int i4[,]= f8[,]= u1[]=",
    "i8[] i4[] i4[] f8[] int i8[,]= f8[,]= u1[]=",
)
def rise_measured(
    start: Rows, head: Ranks, weight: Ticks, weight_m: Floats, shift: int, lanes: Lanes,
    metres: Floats, reached: NDArray[np.uint8],
) -> None:  # fmt: skip
    """
    Pass up as `rise` does, and measure the ways: the least pair (d, metres) counts.

    `weight_m` (m,) are the metres of each arc, `metres` (n, k) those of each lane, changed too.
    """
    for v in range(len(start) - 1):
        if reached[v] == 0:
            continue
        for i in range(start[v], start[v + 1]):
            step, step_m = lanes.dtype.type(weight[i]) << shift, weight_m[i]
            u = head[i]
            reached[u] = 1
            for k in range(lanes.shape[1]):
                over, over_m = lanes.dtype.type(lanes[v, k] + step), metres[v, k] + step_m
                if over < lanes[u, k] or (over == lanes[u, k] and over_m < metres[u, k]):
                    lanes[u, k], metres[u, k] = over, over_m


@kernel("i8[] i4[] i4[] f8[] int i4[,]= f8[,]=", "i8[] i4[] i4[] f8[] int i8[,]= f8[,]=")
def sink_measured(
    start: Rows, head: Ranks, weight: Ticks, weight_m: Floats, shift: int, lanes: Lanes,
    metres: Floats,
) -> None:  # fmt: skip
    """Pass down as `sink` does, and measure the ways as `rise_measured` does."""
    for v in range(len(start) - 2, -1, -1):
        for i in range(start[v], start[v + 1]):
            step, step_m = lanes.dtype.type(weight[i]) << shift, weight_m[i]
            u = head[i]
            for k in range(lanes.shape[1]):
                over, over_m = lanes.dtype.type(lanes[u, k] + step), metres[u, k] + step_m
                if over < lanes[v, k] or (over == lanes[v, k] and over_m < metres[v, k]):
                    lanes[v, k], metres[v, k] = over, over_m
