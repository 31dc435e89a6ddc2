"""
Nested dissection by straight lines: the order of elimination where METIS is not installed.

A set of nodes is cut across one of four directions, where few nodes on one side have a neighbour on
the other: these separate the two parts. The four lists of nodes are sorted once; parts keep their
nodes in the same order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.reach.compiled import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Nodes = NDArray[np.int32]
    Bytes = NDArray[np.int8]

_LEAF = 8  # nodes that are eliminated as they stand
_DIRECTIONS = ((1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, -1.0))
_EARLIEST = 0.3  # share of the nodes on the smaller side of a cut
_FIRST, _SECOND, _BETWEEN = 0, 1, 2


def bisect(start: Nodes, neighbour: Nodes, xy: Floats) -> Nodes:
    """
    Order nodes by nested dissection along straight lines.

    Parameters
    ----------
    start, neighbour
        Shapes (n + 1,), (arcs,): the neighbours of each node in compressed rows.
    xy
        Shape (n, 2), in metres.

    Returns
    -------
    order
        Shape (n,): the nodes, the first one to be eliminated first.
    """
    lists = np.stack(
        [np.argsort(xy @ np.array(way), kind="stable").astype(np.int32) for way in _DIRECTIONS]
    )
    dissect(start, neighbour, lists)
    order: Nodes = lists[0].copy()
    return order


@kernel("i4[] i4[] i4[] int int i4[] int i4[]= i4[,]=")
def count_separating(
    start: Nodes, neighbour: Nodes, listed: Nodes, low: int, high: int, part: Nodes, number: int,
    place: Nodes, sides: NDArray[np.int32],
) -> None:  # fmt: skip
    """
    Count what separates at each cut, as differences from the cut before.

    A node at i whose last neighbour is at m > i separates at the cuts i + 1 … m, and one whose
    first neighbour is at m < i at the cuts m + 1 … i. Parameters as in `best_cut`; `sides` is
    written, a row for each side of a cut.
    """
    for i in range(low, high):
        place[listed[i]] = i
        sides[0, i - low] = 0
        sides[1, i - low] = 0
    for i in range(low, high):
        v, least, most = listed[i], i, i
        for k in range(start[v], start[v + 1]):
            u = neighbour[k]
            if part[u] == number:
                least = min(least, place[u])
                most = max(most, place[u])
        if most > i:
            sides[0, i + 1 - low] += 1
            if most + 1 < high:
                sides[0, most + 1 - low] -= 1
        if least < i:
            sides[1, least + 1 - low] += 1
            if i + 1 < high:
                sides[1, i + 1 - low] -= 1


@kernel("i4[] i4[] i4[] int int i4[] int i4[]= i4[,]=")
def best_cut(
    start: Nodes, neighbour: Nodes, listed: Nodes, low: int, high: int, part: Nodes, number: int,
    place: Nodes, sides: NDArray[np.int32],
) -> tuple[int, int, float]:  # fmt: skip
    """
    Find where a list of nodes is cut best.

    Cut at c, the nodes before c with a neighbour from c on separate, or those from c on with a
    neighbour before c. The least of |separator| / (nodes before · nodes after) counts.

    Parameters
    ----------
    start, neighbour
        The neighbours of each node.
    listed, low, high
        The nodes `listed[low:high]` in the order of their direction.
    part, number
        Shape (n,): the part that each node is in; neighbours in others do not count.
    place, sides
        Shapes (n,), (2, n + 1): room to work in.

    Returns
    -------
    cut, side, score
        The place of the first node after the cut; 0 where those before it separate, else 1.
    """
    count_separating(start, neighbour, listed, low, high, part, number, place, sides)
    size = high - low
    margin = max(int(size * _EARLIEST), 1)
    cut, side, score = low + size // 2, 0, np.inf
    sums = np.zeros(2, np.int64)
    for c in range(1, size):
        for s in range(2):
            sums[s] += sides[s, c]
            if margin <= c <= size - margin:
                this = sums[s] / (float(c) * (size - c))
                if this < score:
                    cut, side, score = low + c, s, this
    return cut, side, score


@kernel("i4[]= int int i1[] i4[]=")
def part_list(listed: Nodes, low: int, high: int, kind: Bytes, spare: Nodes) -> int:
    """
    Move nodes of the first part to the front, those between to the end, each in their order.

    `kind` (n,) is the part of each node. Returns how many are in the first part.
    """
    first = 0
    for i in range(low, high):
        if kind[listed[i]] == _FIRST:
            spare[first] = listed[i]
            first += 1
    at = first
    for which in (_SECOND, _BETWEEN):
        for i in range(low, high):
            if kind[listed[i]] == which:
                spare[at] = listed[i]
                at += 1
    for i in range(low, high):
        listed[i] = spare[i - low]
    return first


@kernel("i4[] i4[] i4[] int int int int i4[] int i1[]=")
def tell_apart(
    start: Nodes, neighbour: Nodes, listed: Nodes, low: int, high: int, cut: int, side: int,
    part: Nodes, number: int, kind: Bytes,
) -> int:  # fmt: skip
    """Write which part each node belongs to after a cut; return how many lie between."""
    for i in range(low, high):
        kind[listed[i]] = _FIRST if i < cut else _SECOND
    between = 0
    here, there = (low, cut) if side == 0 else (cut, high)
    other = _SECOND if side == 0 else _FIRST
    for i in range(here, there):
        v = listed[i]
        for k in range(start[v], start[v + 1]):
            u = neighbour[k]
            if part[u] == number and kind[u] == other:
                kind[v] = _BETWEEN
                between += 1
                break
    return between


@kernel("i4[] i4[] i4[,]=")
def dissect(start: Nodes, neighbour: Nodes, lists: NDArray[np.int32]) -> None:
    """
    Order nodes: order(S) = order(A), order(B), C for a cut of S into parts A and B, with C between.

    `lists` (4, n) are the nodes along each direction, and each is an order afterwards.
    """
    nodes = lists.shape[1]
    part = np.zeros(nodes, np.int32)
    place, spare = np.empty(nodes, np.int32), np.empty(nodes, np.int32)
    sides = np.empty((2, nodes + 1), np.int32)
    kind = np.empty(nodes, np.int8)
    todo = np.empty((nodes + 2, 2), np.int64)
    todo[0] = 0, nodes
    left, number = 1, 0
    while left:
        left -= 1
        low, high = todo[left]
        if high - low <= _LEAF:
            continue
        number += 1
        for i in range(low, high):
            part[lists[0, i]] = number
        best, cut, side, score = 0, 0, 0, np.inf
        for d in range(len(lists)):
            at = best_cut(start, neighbour, lists[d], low, high, part, number, place, sides)
            if at[2] < score:
                best, cut, side, score = d, at[0], at[1], at[2]
        between = tell_apart(
            start, neighbour, lists[best], low, high, cut, side, part, number, kind
        )
        first = 0
        for d in range(len(lists)):
            first = part_list(lists[d], low, high, kind, spare)
        todo[left] = low, low + first
        todo[left + 1] = low + first, high - between
        left += 2
