"""
Eliminates the nodes of a network one after the other, which adds shortcuts among those that remain.

Nodes are numbered by their rank, the place in the order of elimination. An arc joins a node to one
of higher rank, and carries a weight for each direction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.reach.compiled import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ranks = NDArray[np.int32]
    Rows = NDArray[np.int64]
    Ticks = NDArray[np.int32]


@kernel("i4[] i4[] i4[] int")
def fill(start: Ranks, neighbour: Ranks, order: Ranks, most: int) -> tuple[Rows, Ranks]:
    r"""
    Find between which nodes an elimination leaves arcs.

    upper(v) = {u > v : u neighbours v} ∪ ⋃ upper(c) \ {v} over the children c of v, where the
    parent of a node is the least of its upper nodes (the elimination tree, Liu 1990).

    Parameters
    ----------
    start, neighbour
        Shapes (n + 1,), (arcs,): the neighbours of each node in compressed rows, by node.
    order
        Shape (n,): the node of each rank.
    most
        Arcs at which the elimination is given up.

    Returns
    -------
    start, head
        Shapes (n + 1,), (m,): the upper nodes of each rank in ascending order, by rank; `head` is
        empty where there were more than `most`.
    """
    nodes = len(order)
    rank = np.empty(nodes, np.int32)
    for v in range(nodes):
        rank[order[v]] = v
    child = np.full(nodes, -1, np.int32)  # the first child of each, and the next one beside it
    beside = np.full(nodes, -1, np.int32)
    seen = np.full(nodes, -1, np.int32)
    row = np.zeros(nodes + 1, np.int64)
    head = np.empty(most, np.int32)
    end = 0
    for v in range(nodes):
        row[v] = end
        if most - end < nodes - v - 1 and most - end < _room(
            start, order[v], row, child, beside, v
        ):
            return row, head[:0].copy()
        for k in range(start[order[v]], start[order[v] + 1]):
            u = rank[neighbour[k]]
            if u > v and seen[u] != v:
                seen[u] = v
                head[end] = u
                end += 1
        c = child[v]
        while c >= 0:
            for k in range(row[c], row[c + 1]):
                u = head[k]
                if u != v and seen[u] != v:
                    seen[u] = v
                    head[end] = u
                    end += 1
            c = beside[c]
        row[v + 1] = end
        if end > row[v]:
            head[row[v] : end].sort()
            parent = head[row[v]]
            beside[v] = child[parent]
            child[parent] = v
    return row, head[:end].copy()


@kernel("i4[] int i8[]= i4[]= i4[]= int")
def _room(start: Ranks, node: int, row: Rows, child: Ranks, beside: Ranks, v: int) -> int:
    """Return how many upper nodes a node has at most."""
    room = int(start[node + 1] - start[node])
    c = child[v]
    while c >= 0:
        room += int(row[c + 1] - row[c])
        c = beside[c]
    return room


@kernel("i8[] i4[] i4[] i4[] i4[] i4[] i4[] f8[] i4[]= i4[]= f8[]= f8[]=")
def weigh(
    start: Rows, head: Ranks, rank: Ranks, a: Ranks, b: Ranks, forward: Ticks, backward: Ticks,
    length_m: Floats, up: Ticks, down: Ticks, up_m: Floats, down_m: Floats,
) -> None:  # fmt: skip
    """
    Give arcs the weights of the network's edges; of parallel ones the fastest, then the shortest.

    Parameters
    ----------
    start, head
        Shapes (n + 1,), (m,): the arcs, by rank.
    rank
        Shape (n,), by node.
    a, b, forward, backward, length_m
        Shapes (e,): the edges, in ticks and metres.
    up, down, up_m, down_m
        Shapes (m,), written: ticks and metres from the lower node to the upper one, and back.
        Metres of shape (0,) are left out.
    """
    with_m = len(up_m) > 0
    for e in range(len(a)):
        v, u = rank[a[e]], rank[b[e]]
        if v == u:
            continue
        rising, sinking = forward[e], backward[e]
        if v > u:
            v, u = u, v
            rising, sinking = sinking, rising
        low, high = start[v], start[v + 1]
        while high - low > 1:
            middle = (low + high) // 2
            if head[middle] <= u:
                low = middle
            else:
                high = middle
        if rising < up[low] or (with_m and rising == up[low] and length_m[e] < up_m[low]):
            up[low] = rising
            if with_m:
                up_m[low] = length_m[e]
        if sinking < down[low] or (with_m and sinking == down[low] and length_m[e] < down_m[low]):
            down[low] = sinking
            if with_m:
                down_m[low] = length_m[e]


@kernel("i8[] i4[] i4[]= i4[]= bool")
def customise(start: Rows, head: Ranks, up: Ticks, down: Ticks, directed: bool) -> None:
    """
    Let every arc know the fastest way over nodes below both its ends (min-plus elimination).

    For v ascending and upper nodes u < w of v: w(u, w) = min(w(u, w), w(u, v) + w(v, w)), and the
    same from w to u.

    Parameters
    ----------
    start, head
        Shapes (n + 1,), (m,): the arcs, by rank.
    up, down
        Shapes (m,), in ticks, changed in place; where not `directed` both are one array.
    """
    for v in range(len(start) - 1):
        for i in range(start[v], start[v + 1]):
            rising, sinking = up[i], down[i]
            k = start[head[i]]
            for j in range(i + 1, start[v + 1]):
                w = head[j]
                while head[k] != w:
                    k += 1
                over = np.int32(sinking + up[j])
                if over < up[k]:
                    up[k] = over
                if directed:
                    over = np.int32(down[j] + rising)
                    if over < down[k]:
                        down[k] = over


@kernel("i8[] i4[] i4[]= i4[]= f8[]= f8[]=")
def customise_metres(
    start: Rows, head: Ranks, up: Ticks, down: Ticks, up_m: Floats, down_m: Floats
) -> None:
    """
    Do as `customise` does, both directions apart, and measure the ways: of equally fast ones the
    shortest counts.
    """  # noqa: D205
    for v in range(len(start) - 1):
        for i in range(start[v], start[v + 1]):
            k = start[head[i]]
            for j in range(i + 1, start[v + 1]):
                w = head[j]
                while head[k] != w:
                    k += 1
                over, over_m = np.int32(down[i] + up[j]), down_m[i] + up_m[j]
                if over < up[k] or (over == up[k] and over_m < up_m[k]):
                    up[k], up_m[k] = over, over_m
                over, over_m = np.int32(down[j] + up[i]), down_m[j] + up_m[i]
                if over < down[k] or (over == down[k] and over_m < down_m[k]):
                    down[k], down_m[k] = over, over_m
