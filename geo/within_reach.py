"""
People within reach by group, for many categories of a region at once.

For totals nobody needs to know how long each resident takes: people are counted straight from the
lanes of a sweep (`geo.reach.tallies`), a block of categories at a time, so that memory does not
grow with people times categories.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.reach.seeds import Seeds
from geo.reach.tallies import tally
from geo.search import lanes_at_once, seeds_of
from geo.ticks import NUMBER_BITS, TICKS_PER_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.reach.engine import Engine
    from geo.search import Ends

    Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class WithinReach:
    """
    People by what they reach, for each of k sets of supply and g groups.

    Attributes
    ----------
    within, farther, never
        Shape (k, g): whose nearest supply is within the limit, farther, and who reaches none.
    by_supply
        One array a set, shape (m,): people within the limit by their nearest supply; empty where
        that was not asked for.
    """

    within: Floats
    farther: Floats
    never: Floats
    by_supply: list[Floats]


def within_reach(
    engine: Engine,
    demand: Ends,
    supplies: Sequence[Ends],
    limits_s: Floats,
    weight: Floats,
    group: NDArray[np.int32],
    groups: int,
    *,
    by_supply: bool,
) -> WithinReach:
    """Count people by group who reach a point of each set; see `Network.within_reach`."""
    limit = np.floor(limits_s * TICKS_PER_S).astype(np.int32)
    people = demand.sorted
    weight, group = weight[demand.order], group[demand.order]
    streets = engine.streets
    counted = np.zeros((3, len(supplies), groups))
    per_supply: list[Floats] = []
    step = lanes_at_once(engine, np.dtype(np.int64 if by_supply else np.int32))
    for first in range(0, len(supplies), step):
        chunk = supplies[first : first + step]
        seeds = seeds_of(chunk, engine, with_length=False)
        if not by_supply:
            seeds = _without_numbers(seeds)
        begin = np.cumsum([0, *(len(s) for s in chunk)])
        sums = np.zeros((3, groups, len(chunk)))
        people_of = np.zeros(begin[-1] if by_supply else 0)
        at = _places(chunk)
        with engine.spread(seeds, leaving=False) as lanes:
            tally(
                lanes, people.edge, people.fraction, people.leg, people.a, people.b, people.to_a,
                people.to_b, seeds.shift, at.edge, at.fraction, at.leg, at.lane, at.number,
                streets.forward_s, streets.backward_s, weight, group,
                limit[first : first + len(chunk)], sums[0], sums[1], sums[2], begin[:-1], people_of,
            )  # fmt: skip
        counted[:, first : first + len(chunk)] = sums.transpose(0, 2, 1)
        per_supply += np.split(people_of, begin[1:-1]) if by_supply else []
    return WithinReach(counted[0], counted[1], counted[2], per_supply)


def _without_numbers(seeds: Seeds) -> Seeds:
    ticks = (seeds.value >> NUMBER_BITS).astype(np.int32)
    return Seeds(seeds.place, seeds.lane, ticks, seeds.metres, seeds.lanes)


class _Places(NamedTuple):
    """The points of all sets in the order of their edges, shapes (q,)."""

    edge: NDArray[np.int32]
    fraction: Floats
    leg: NDArray[np.int32]
    lane: NDArray[np.int32]
    number: NDArray[np.int32]


def _places(sets: Sequence[Ends]) -> _Places:
    sizes = [len(ends) for ends in sets]
    lane = np.repeat(np.arange(len(sets), dtype=np.int32), sizes)
    number = np.concatenate([np.arange(size, dtype=np.int32) for size in sizes])
    edge = np.concatenate([ends.edge for ends in sets])
    order = np.argsort(edge, kind="stable")
    fraction = np.concatenate([ends.fraction for ends in sets])
    leg = np.concatenate([ends.leg for ends in sets])
    return _Places(edge[order], fraction[order], leg[order], lane[order], number[order])
