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

from geo.reach.seeds import Seeds
from geo.search import Found, meetings, metres_to_nodes, seeds_of, split
from geo.ticks import NEVER, NUMBER_BITS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.reach.engine import Engine
    from geo.search import Ends

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Spread = tuple[Ints, Floats]  # values by place, and metres or nothing

_NOWHERE = NEVER << NUMBER_BITS
_NUMBER = (1 << NUMBER_BITS) - 1


def second_nearest(
    engine: Engine,
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
    engine
        Of the network.
    demand, supply
        Shapes (n,) and (m,).
    first
        Shape (n,): the nearest supply of each point, −1 for none.

    Returns
    -------
    found
        Shapes (1, n). Ties go to the lower number.
    """
    seeds = seeds_of([supply], engine, with_length=with_length)
    once = _spread(engine, seeds, with_length=with_length)
    twice = _spread(engine, _borders(engine, once, seeds), with_length=with_length)
    best = np.full(len(demand), _NOWHERE)
    length = np.zeros(len(best))
    for place, to_node, to_node_m in zip(
        (demand.a, demand.b),
        (demand.to_a, demand.to_b),
        metres_to_nodes(demand, engine),
        strict=True,
    ):
        for value, metres in (once, twice):
            over = value[place] + (to_node.astype(np.int64) << NUMBER_BITS)
            over_m = metres[place] + to_node_m if with_length else length
            better = (over < best) | ((over == best) & (over_m < length))
            better &= (over & _NUMBER) != first
            best[better], length[better] = over[better], over_m[better]
    met = meetings(demand, supply, engine)
    value = (met.ticks << NUMBER_BITS) + met.second
    value[met.second == first[met.first]] = _NOWHERE
    order = np.argsort(-value, kind="stable")  # the least is written last
    better = order[value[order] < best[met.first[order]]]
    best[met.first[better]], length[met.first[better]] = value[better], met.length_m[better]
    seconds, number = split(best[np.newaxis])
    length[number[0] < 0] = np.inf
    return Found(seconds, number, length[np.newaxis] if with_length else None)


def _spread(engine: Engine, seeds: Seeds, *, with_length: bool) -> Spread:
    if with_length:
        with engine.spread_measured(seeds, leaving=False) as (lanes, metres):
            return lanes[:, 0].copy(), metres[:, 0]
    with engine.spread(seeds, leaving=False) as lanes:
        return lanes[:, 0].copy(), np.zeros(0)


def _borders(engine: Engine, once: Spread, seeds: Seeds) -> Seeds:
    """Where a second supply arrives first: across borders, and at its own street."""
    reached, length = once
    tail, head, ticks, metres = engine.streets.arcs(leaving=False)
    tail, head = engine.place[tail], engine.place[head]
    nearest = reached & _NUMBER
    across = np.flatnonzero((reached[tail] < _NOWHERE) & (nearest[tail] != nearest[head]))
    own = np.flatnonzero((seeds.value < _NOWHERE) & (seeds.value & _NUMBER != nearest[seeds.place]))
    value = reached[tail] + (ticks.astype(np.int64) << NUMBER_BITS)
    return Seeds(
        place=np.concatenate([head[across], seeds.place[own]]),
        lane=np.zeros(len(across) + len(own), np.int32),
        value=np.concatenate([value[across], seeds.value[own]]),
        metres=np.concatenate([(length[tail] + metres)[across], seeds.metres[own]])
        if len(length)
        else length,
        lanes=1,
    )
