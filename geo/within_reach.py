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

from geo.reach.arrival import list_meetings
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
    Ints = NDArray[np.int64]


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
        met = _met(engine, demand, chunk, seeds.shift)
        with engine.spread(seeds, leaving=False) as lanes:
            tally(
                lanes, demand.a, demand.b, demand.to_a, demand.to_b, seeds.shift,
                met.point, met.lane, met.value, weight, group, limit[first : first + len(chunk)],
                sums[0], sums[1], sums[2], begin[:-1], people_of,
            )  # fmt: skip
        counted[:, first : first + len(chunk)] = sums.transpose(0, 2, 1)
        per_supply += np.split(people_of, begin[1:-1]) if by_supply else []
    return WithinReach(counted[0], counted[1], counted[2], per_supply)


def _without_numbers(seeds: Seeds) -> Seeds:
    ticks = (seeds.value >> NUMBER_BITS).astype(np.int32)
    return Seeds(seeds.place, seeds.lane, ticks, seeds.metres, seeds.lanes)


class _Met(NamedTuple):
    """People who meet a supply along their own edge, by ascending row."""

    point: Ints
    lane: NDArray[np.int32]
    value: Ints


def _met(engine: Engine, demand: Ends, sets: Sequence[Ends], shift: int) -> _Met:
    edge, fraction, leg = (
        np.concatenate([getattr(ends, name) for ends in sets])
        for name in ("edge", "fraction", "leg")
    )
    arguments = (
        demand.order, demand.by_edge, demand.fraction, demand.leg, edge, fraction, leg,
        engine.streets.forward_s, engine.streets.backward_s,
    )  # fmt: skip
    room = 0
    while True:
        point, place, ticks = (np.empty(room, np.int64) for _ in range(3))
        count = list_meetings(*arguments, point, place, ticks)
        if count <= room:
            break
        room = count
    lane = np.repeat(np.arange(len(sets), dtype=np.int32), [len(s) for s in sets])
    number = np.concatenate([np.arange(len(s)) for s in sets])
    order = np.argsort(point, kind="stable")
    place = place[order]
    below = number[place] if shift else 0
    return _Met(point[order], lane[place], (ticks[order] << shift) + below)
