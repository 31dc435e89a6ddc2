"""
Shortest paths over a street graph: the search behind `geo.network`.

Seconds are kept in whole ticks of 1/1024 s. Sums of ticks are exact in floating point, so an answer
depends neither on the order of addition nor on the search, and a tie is a tie. A supply's number
rides along in the bits below the tick, so that the least value is the nearest supply and, among
equals, the one with the lower index; no second pass decides it.

A journey starts and ends on edges, not at nodes. Each set of points becomes one more node of the
graph (a root) with an arc to both ends of each point's edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.errors import NetworkError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

TICKS_PER_S = 1024.0
INDEX_UNIT = 2.0**-32  # 2^21 s in ticks and 2^22 supplies share the 53 bits of a double
MAX_SUPPLIES = 2**22 - 1
MAX_TRAVEL_S = 2.0**21  # 24 days
_CELLS_AT_ONCE = 2**23  # distances held by one search: 64 MB
_MAX_ROOTS = 64


def to_ticks(seconds: Floats) -> Floats:
    """Round seconds to whole ticks, still in seconds."""
    ticks: Floats = np.rint(seconds * TICKS_PER_S) / TICKS_PER_S
    return ticks


@dataclass(frozen=True)
class Arcs:
    """
    A directed graph in compressed rows, at most one arc from a node to another.

    Row i has the arcs `start[i]` to `start[i + 1] - 1`, sorted by `node`; `seconds` are whole ticks
    above 0, `length_m` is the length of the same arc.
    """

    start: NDArray[np.int32]
    node: NDArray[np.int32]
    seconds: Floats
    length_m: Floats


def arcs_of(tail: Ints, head: Ints, seconds: Floats, length_m: Floats, *, nodes: int) -> Arcs:
    """
    Build the rows; of parallel arcs the fastest stays, and loops go, as no shortest path uses one.

    An arc with infinite seconds is none.
    """
    used = np.flatnonzero(np.isfinite(seconds) & (tail != head))
    order = used[np.lexsort((length_m[used], seconds[used], head[used], tail[used]))]
    tail, head = tail[order], head[order]
    first = np.ones(len(order), bool)
    first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    order, tail, head = order[first], tail[first], head[first]
    start = np.searchsorted(tail, np.arange(nodes + 1))
    return Arcs(start.astype(np.int32), head.astype(np.int32), seconds[order], length_m[order])


@dataclass(frozen=True)
class EdgeCosts:
    """Seconds along each edge in both directions (inf where closed) and its length."""

    forward_s: Floats
    backward_s: Floats
    length_m: Floats


class Ends(NamedTuple):
    """
    Points on edges, as a search sees them; all shapes (n,).

    `a`, `b` are the nodes of the edge (0 for a point that was not placed), `a_s`, `b_s` the seconds
    between point and node with the leg (inf where closed or not placed); `edge` is −1 for a point
    that was not placed.
    """

    edge: NDArray[np.int32]
    fraction: Floats
    a: NDArray[np.int32]
    b: NDArray[np.int32]
    a_s: Floats
    b_s: Floats
    leg_s: Floats
    leg_m: Floats


def metres_to_nodes(ends: Ends, costs: EdgeCosts) -> tuple[Floats, Floats]:
    """Return the metres between each point and both nodes of its edge, the leg included."""
    length = costs.length_m[np.maximum(ends.edge, 0)]
    along = ends.fraction * length
    return along + ends.leg_m, length - along + ends.leg_m


class Meetings(NamedTuple):
    """Pairs of points on the same edge, and the way between them along it, legs included."""

    first: Ints
    second: Ints
    seconds: Floats
    length_m: Floats


def meetings(first: Ends, second: Ends, costs: EdgeCosts) -> Meetings:
    """Find all pairs that share an edge, and travel along it from `first` to `second`."""
    order = np.argsort(second.edge, kind="stable")
    sorted_edge = second.edge[order]
    present = np.zeros(len(costs.length_m) + 1, bool)  # the last place is edge −1
    present[second.edge] = True
    present[-1] = False
    candidates = np.flatnonzero(present[first.edge])
    low = np.searchsorted(sorted_edge, first.edge[candidates], "left")
    count = np.searchsorted(sorted_edge, first.edge[candidates], "right") - low
    i = np.repeat(candidates, count)
    within = np.arange(len(i)) - np.repeat(np.cumsum(count) - count, count)
    j = order[np.repeat(low, count) + within]
    edge = first.edge[i]
    step = second.fraction[j] - first.fraction[i]
    along = np.where(step > 0, costs.forward_s[edge], costs.backward_s[edge])
    along[step == 0] = 0.0  # 0 × inf
    seconds = to_ticks(np.abs(step) * along) + first.leg_s[i] + second.leg_s[j]
    metres = np.abs(step) * costs.length_m[edge] + first.leg_m[i] + second.leg_m[j]
    return Meetings(i, j, seconds, metres)


class Tree(NamedTuple):
    """Travel from each root to each node, (k, nodes): encoded seconds, metres (0 if not asked)."""

    seconds: Floats
    length_m: Floats


class Seeds(NamedTuple):
    """Where a search starts: nodes, encoded seconds to get there (inf: never), metres; (s,)."""

    node: Ints
    seconds: Floats
    length_m: Floats


def seeds_of(ends: Ends, costs: EdgeCosts) -> Seeds:
    """Start from both ends of each point's edge; the point's number is encoded below the tick."""
    number = np.arange(1.0, len(ends.a) + 1) * INDEX_UNIT
    return Seeds(
        np.concatenate([ends.a, ends.b]).astype(np.int64),
        np.concatenate([ends.a_s + number, ends.b_s + number]),
        np.concatenate(metres_to_nodes(ends, costs)),
    )


def grow(
    arcs: Arcs,
    roots: Sequence[Seeds],
    *,
    limit_s: float = np.inf,
    with_length: bool = False,
) -> Tree:
    """Search from each set of seeds; what is encoded in their seconds rides along."""
    nodes, k = len(arcs.start) - 1, len(roots)
    extra = arcs_of(
        np.repeat(np.arange(k), [len(seeds.node) for seeds in roots]),
        np.concatenate([seeds.node for seeds in roots]) + k,
        np.concatenate([seeds.seconds for seeds in roots]),
        np.concatenate([seeds.length_m for seeds in roots]),
        nodes=k,
    )
    start = np.concatenate([arcs.start, len(arcs.node) + extra.start[1:]])
    node = np.concatenate([arcs.node, extra.node - k])
    weight = np.concatenate([arcs.seconds, extra.seconds])
    size = nodes + k
    graph = csr_array((weight, node, start), shape=(size, size))
    found = dijkstra(
        graph, indices=np.arange(nodes, size), limit=limit_s, return_predecessors=with_length
    )
    if not with_length:
        return Tree(found[:, :nodes], np.broadcast_to(np.zeros(1), (k, nodes)))
    length = np.concatenate([arcs.length_m, extra.length_m])
    return Tree(found[0][:, :nodes], _lengths(start, node, length, found[1])[:, :nodes])


def _lengths(
    start: NDArray[np.int32], node: NDArray[np.int32], length_m: Floats, parent: NDArray[np.int32]
) -> Floats:
    """Add up the length of the path from each row's root, by doubling the step to the parent."""
    k, size = parent.shape
    row = np.repeat(np.arange(size), np.diff(start))
    key = row * np.int64(size) + node  # sorted, as rows are in order and sorted by node
    child = np.flatnonzero(parent.ravel() >= 0)
    above = parent.ravel()[child].astype(np.int64)
    pointer = np.arange(k * size)
    pointer[child] = child - child % size + above
    metres = np.zeros(k * size)
    metres[child] = length_m[np.searchsorted(key, above * size + child % size)]
    while True:
        further = pointer[pointer]
        if np.array_equal(further, pointer):
            return metres.reshape(k, size)
        metres += metres[pointer]
        pointer = further


def decode(encoded: Floats) -> tuple[Floats, NDArray[np.int32]]:
    """Split into seconds and the number of the point, −1 where nothing was reached."""
    seconds = np.floor(encoded * TICKS_PER_S) / TICKS_PER_S
    unreached = np.isinf(encoded)
    below = np.subtract(encoded, seconds, where=~unreached, out=np.zeros_like(encoded))
    longest = float(np.max(seconds, initial=0.0, where=~unreached))
    if longest >= MAX_TRAVEL_S:
        raise NetworkError(
            f"a journey takes {longest:.0f} s, more than the {MAX_TRAVEL_S:.0f} s that a network "
            "may span; build a smaller region"
        )
    return seconds, (below / INDEX_UNIT).astype(np.int32) - 1


class Found(NamedTuple):
    """The nearest supply: `seconds`, `number` and `length_m` (None if not asked for), (k, n)."""

    seconds: Floats
    number: NDArray[np.int32]
    length_m: Floats | None


def nearest(
    arcs: Arcs,
    costs: EdgeCosts,
    demand: Ends,
    supplies: Sequence[Ends],
    *,
    with_length: bool = False,
) -> Found:
    """
    Find the nearest point of each set of supplies for each point of demand.

    `arcs` are those of the reversed graph, as the search runs from supply to demand.
    """
    shape = (len(supplies), len(demand.a))
    seconds, number = np.empty(shape), np.empty(shape, np.int32)
    length = np.zeros(shape) if with_length else None
    a_m, b_m = metres_to_nodes(demand, costs) if with_length else (demand.leg_m, demand.leg_m)
    step = _roots_at_once(arcs)
    for first in range(0, len(supplies), step):
        chunk = supplies[first : first + step]
        tree = grow(arcs, [seeds_of(s, costs) for s in chunk], with_length=with_length)
        for row, supply in enumerate(chunk):
            via_a = tree.seconds[row, demand.a] + demand.a_s
            via_b = tree.seconds[row, demand.b] + demand.b_s
            best = np.minimum(via_a, via_b)
            if length is not None:
                along_a = tree.length_m[row, demand.a] + a_m
                along_b = tree.length_m[row, demand.b] + b_m
                length[first + row] = np.where(via_a <= via_b, along_a, along_b)
            _meet(best, None if length is None else length[first + row], demand, supply, costs)
            seconds[first + row], number[first + row] = decode(best)
    if length is not None:
        length[number < 0] = np.inf
    return Found(seconds, number, length)


def _meet(
    best: Floats, length: Floats | None, demand: Ends, supply: Ends, costs: EdgeCosts
) -> None:
    """Replace in place what is shorter along the shared edge."""
    met = meetings(demand, supply, costs)
    value = met.seconds + (met.second + 1) * INDEX_UNIT
    order = np.lexsort((value, met.first))
    who = met.first[order]
    order = order[np.r_[True, who[1:] != who[:-1]][: len(who)]]
    better = order[value[order] < best[met.first[order]]]
    best[met.first[better]] = value[better]
    if length is not None:
        length[met.first[better]] = met.length_m[better]


def node_seconds(arcs: Arcs, costs: EdgeCosts, points: Ends, *, limit_s: float) -> Floats:
    """Return the seconds between each node and the nearest of the points, inf beyond the limit."""
    if not len(points.a):
        return np.full(len(arcs.start) - 1, np.inf)
    tree = grow(arcs, [seeds_of(points, costs)], limit_s=limit_s + 1 / TICKS_PER_S)
    seconds: Floats = decode(tree.seconds)[0][0]
    return seconds


class FoundPairs(NamedTuple):
    """Pairs within a limit, sorted by source and target; `length_m` is NaN if not asked for."""

    source: Ints
    target: Ints
    seconds: Floats
    length_m: Floats


def pairs_within(
    arcs: Arcs,
    reverse: Arcs,
    costs: EdgeCosts,
    sources: Ends,
    targets: Ends,
    limit_s: float,
    *,
    with_length: bool = True,
) -> FoundPairs:
    """
    Find all pairs whose travel takes at most `limit_s`.

    One search for each point of the smaller side: from the sources, or on the reversed graph from
    the targets.
    """
    met = meetings(sources, targets, costs)
    if len(sources.a) <= len(targets.a):
        return _pairs_from(arcs, costs, sources, targets, met, limit_s, with_length=with_length)
    swapped = Meetings(met.second, met.first, met.seconds, met.length_m)
    target, source, seconds, length = _pairs_from(
        reverse, costs, targets, sources, swapped, limit_s, with_length=with_length
    )
    order = np.lexsort((target, source))
    return FoundPairs(source[order], target[order], seconds[order], length[order])


def _pairs_from(
    arcs: Arcs,
    costs: EdgeCosts,
    roots: Ends,
    others: Ends,
    met: Meetings,
    limit_s: float,
    *,
    with_length: bool,
) -> FoundPairs:
    a_m, b_m = metres_to_nodes(others, costs)
    nothing = np.zeros(0)
    parts = [FoundPairs(nothing.astype(np.int64), nothing.astype(np.int64), nothing, nothing)]
    step = _roots_at_once(arcs)
    for first in range(0, len(roots.a), step):
        last = min(first + step, len(roots.a))
        # the root's number below the tick must not push a pair over the limit
        tree = grow(
            arcs,
            [seeds_of(_row(roots, i), costs) for i in range(first, last)],
            limit_s=limit_s + 1 / TICKS_PER_S,
            with_length=with_length,
        )
        via_a = tree.seconds[:, others.a] + others.a_s
        via_b = tree.seconds[:, others.b] + others.b_s
        seconds = np.floor(np.minimum(via_a, via_b) * TICKS_PER_S) / TICKS_PER_S
        here = np.flatnonzero((met.first >= first) & (met.first < last))
        row, column = met.first[here] - first, met.second[here]
        better = met.seconds[here] < seconds[row, column]
        at = row[better], column[better]
        seconds[at] = met.seconds[here][better]
        row, column = np.nonzero(seconds <= limit_s)
        metres = np.full(len(row), np.nan)
        if with_length:
            along_a = tree.length_m[:, others.a] + a_m
            along_b = tree.length_m[:, others.b] + b_m
            length = np.where(via_a <= via_b, along_a, along_b)
            length[at] = met.length_m[here][better]
            metres = length[row, column]
        parts.append(FoundPairs(row + first, column, seconds[row, column], metres))
    return FoundPairs(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _roots_at_once(arcs: Arcs) -> int:
    return int(np.clip(_CELLS_AT_ONCE // len(arcs.start), 1, _MAX_ROOTS))


def _row(ends: Ends, i: int) -> Ends:
    one = slice(i, i + 1)
    return Ends(
        ends.edge[one], ends.fraction[one], ends.a[one], ends.b[one], ends.a_s[one],
        ends.b_s[one], ends.leg_s[one], ends.leg_m[one],
    )  # fmt: skip
