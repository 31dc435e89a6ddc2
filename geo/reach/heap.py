"""
The search that stands in where an elimination would add too many arcs: Dijkstra's, with a heap.

It answers lane by lane what the sweep answers for all of them, to the same numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geo.reach.compiled import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Nodes = NDArray[np.int32]
    Rows = NDArray[np.int64]
    Ticks = NDArray[np.int32]
    Lanes = NDArray[Any]


@kernel("i8[]= i4[]= int int int")
def push(keys: Ints, nodes: Nodes, size: int, key: int, node: int) -> None:
    """Add a node to a heap of `size` nodes, the least key first."""
    at = size
    while at > 0:
        above = (at - 1) // 2
        if keys[above] <= key:
            break
        keys[at], nodes[at] = keys[above], nodes[above]
        at = above
    keys[at], nodes[at] = key, node


@kernel("i8[]= i4[]= int")
def pop(keys: Ints, nodes: Nodes, size: int) -> None:
    """Take the first node off a heap of `size` nodes; what was last finds its place."""
    last = size - 1
    key, node = keys[last], nodes[last]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= last:
            break
        if below + 1 < last and keys[below + 1] < keys[below]:
            below += 1
        if keys[below] >= key:
            break
        keys[at], nodes[at] = keys[below], nodes[below]
        at = below
    keys[at], nodes[at] = key, node


@kernel(
    "i8[] i4[] i4[] f8[] int int i4[,]= f8[,]= int i4[]",
    "i8[] i4[] i4[] f8[] int int i8[,]= f8[,]= int i4[]",
)
def settle(
    start: Rows, head: Nodes, weight: Ticks, weight_m: Floats, shift: int, limit: int,
    lanes: Lanes, metres: Floats, lane: int, sown: Nodes,
) -> None:  # fmt: skip
    """
    Search on in one lane: d(u) = min(d(u), d(v) + w) over nodes v by ascending d.

    Parameters
    ----------
    start, head, weight, weight_m
        Shapes (n + 1,), (m,): arcs in compressed rows in the direction of the search, their ticks
        and metres.
    shift
        How many bits of a lane lie below the tick.
    limit
        What is farther than this is not searched on from.
    lanes, metres
        Shape (n, k), changed in place; metres of shape (0, 0) are not measured. Of equally fast
        ways the shortest counts.
    lane
        Which one.
    sown
        Shape (s,): the nodes that the lane starts from.
    """
    with_m = metres.shape[0] > 0
    keys = np.empty(len(head) + len(sown) + 1, np.int64)
    nodes = np.empty(len(keys), np.int32)
    size = 0
    for v in sown:
        push(keys, nodes, size, lanes[v, lane], v)
        size += 1
    while size:
        key, v = keys[0], nodes[0]
        pop(keys, nodes, size)
        size -= 1
        if key > limit:
            break
        if key > lanes[v, lane]:
            continue  # a shorter way was found meanwhile
        for i in range(start[v], start[v + 1]):
            u = head[i]
            over = key + (np.int64(weight[i]) << shift)
            if over < lanes[u, lane]:
                lanes[u, lane] = over
                if with_m:
                    metres[u, lane] = metres[v, lane] + weight_m[i]
                push(keys, nodes, size, over, u)
                size += 1
            elif with_m and over == lanes[u, lane]:
                metres[u, lane] = min(metres[u, lane], metres[v, lane] + weight_m[i])
