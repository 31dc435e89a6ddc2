"""
The second nearest supply of every point: who would be there if the nearest closed.

One further search. Where the nearest supply of a node differs from that of its neighbour, the
neighbour's is a way to a second one; from all such borders, and from supplies whose own street
belongs to another, a search finds the second for every node. A path from the border on never leads
back to what is nearest there: the neighbour's own nearest would come first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.search import (
    INDEX_UNIT,
    Arcs,
    EdgeCosts,
    Ends,
    Found,
    Seeds,
    Tree,
    decode,
    grow,
    meetings,
    metres_to_nodes,
    seeds_of,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def second_nearest(
    arcs: Arcs,
    costs: EdgeCosts,
    demand: Ends,
    supply: Ends,
    first: NDArray[np.int32],
    *,
    with_length: bool = False,
) -> Found:
    """
    Find the second nearest supply for each point of demand.

    Parameters
    ----------
    arcs
        Of the reversed graph.
    demand, supply
        Shapes (n,) and (m,).
    first
        Shape (n,): the nearest supply of each point, −1 for none.

    Returns
    -------
    found
        Shapes (1, n). Ties go to the lower number.
    """
    seeds = seeds_of(supply, costs)
    once = grow(arcs, [seeds], with_length=with_length)
    twice = grow(arcs, [_borders(arcs, once, seeds)], with_length=with_length)
    best = np.full(len(demand.a), np.inf)
    length = np.zeros(len(best))
    for node, leg_s, leg_m in zip(
        (demand.a, demand.b),
        (demand.a_s, demand.b_s),
        metres_to_nodes(demand, costs),
        strict=True,
    ):
        for tree in (once, twice):
            value = tree.seconds[0, node] + leg_s
            better = (value < best) & (_number(value) != first)
            best[better] = value[better]
            length[better] = (tree.length_m[0, node] + leg_m)[better]
    met = meetings(demand, supply, costs)
    value = np.where(met.second == first[met.first], np.inf, _encode(met.seconds, met.second))
    order = np.argsort(-value, kind="stable")  # the least is written last
    better = order[value[order] < best[met.first[order]]]
    best[met.first[better]], length[met.first[better]] = value[better], met.length_m[better]
    seconds, number = decode(best[np.newaxis])
    length[number[0] < 0] = np.inf
    return Found(seconds, number, length[np.newaxis] if with_length else None)


def _borders(arcs: Arcs, once: Tree, seeds: Seeds) -> Seeds:
    """Where a second supply arrives first: across borders, and at its own street."""
    reached, length = once.seconds[0], once.length_m[0]
    tail = np.repeat(np.arange(len(reached)), np.diff(arcs.start))
    nearest = _number(reached)
    across = np.flatnonzero(np.isfinite(reached[tail]) & (nearest[tail] != nearest[arcs.node]))
    own = np.flatnonzero(
        np.isfinite(seeds.seconds) & (_number(seeds.seconds) != nearest[seeds.node])
    )
    return Seeds(
        np.concatenate([arcs.node[across].astype(np.int64), seeds.node[own]]),
        np.concatenate([(reached[tail] + arcs.seconds)[across], seeds.seconds[own]]),
        np.concatenate([(length[tail] + arcs.length_m)[across], seeds.length_m[own]]),
    )


def _number(encoded: Floats) -> NDArray[np.int32]:
    return decode(encoded)[1]


def _encode(seconds: Floats, number: NDArray[np.int64]) -> Floats:
    return seconds + (number + 1) * INDEX_UNIT
