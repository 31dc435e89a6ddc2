"""
Questions about points on the edges of a network: the nearest place, and all pairs within a limit.

A journey starts and ends on edges, not at nodes. A place starts a lane of the reach engine
(`geo.reach`) from both ends of its edge; a point reads its answer off both ends of its own, and
meets who stands on the same edge along it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geo.once import cached_property
from geo.reach.arrival import arrive, arrive_measured, meet
from geo.reach.lanes import MOST_BYTES
from geo.reach.seeds import Seeds
from geo.ticks import NEVER, NUMBER_BITS, TICKS_PER_S, seconds_of, whole_ticks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.reach.engine import Engine

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Ticks = NDArray[np.int32]

_NOWHERE = NEVER << NUMBER_BITS
_MOST_LANES = 64
_FEW_LANES = 8  # whole pieces of memory that a processor reads at once


@dataclass(frozen=True, eq=False)
class Ends:
    """
    Points on edges, as a search sees them; all shapes (n,).

    `a`, `b` are the places in the lanes of the edge's nodes, `to_a`, `to_b` the ticks between point
    and node with the leg (`NEVER` where closed or not placed); `edge` is −1 for a point that was
    not placed.
    """

    edge: NDArray[np.int32]
    fraction: Floats
    a: NDArray[np.int32]
    b: NDArray[np.int32]
    to_a: Ticks
    to_b: Ticks
    leg: Ticks
    leg_m: Floats

    def __len__(self) -> int:
        return len(self.edge)

    @cached_property
    def order(self) -> Ints:
        """The points in the order of their edges."""
        return np.argsort(self.edge, kind="stable")

    @cached_property
    def by_edge(self) -> NDArray[np.int32]:
        """The edges of the points in that order."""
        return self.edge[self.order]

    @cached_property
    def sorted(self) -> Ends:
        """The points in that order."""
        return self._at(self.order)

    def rows(self, first: int, last: int) -> Ends:
        """Return some of the points."""
        return self._at(slice(first, last))

    def _at(self, at: slice | Ints) -> Ends:
        return Ends(
            self.edge[at], self.fraction[at], self.a[at], self.b[at], self.to_a[at],
            self.to_b[at], self.leg[at], self.leg_m[at],
        )  # fmt: skip


def metres_to_nodes(ends: Ends, engine: Engine) -> tuple[Floats, Floats]:
    """Return the metres between each point and both nodes of its edge, the leg included."""
    length = engine.streets.length_m[np.maximum(ends.edge, 0)]
    along = ends.fraction * length
    return along + ends.leg_m, length - along + ends.leg_m


class Meetings(NamedTuple):
    """Pairs of points on the same edge, and the way between them along it, legs included."""

    first: Ints
    second: Ints
    ticks: Ints
    length_m: Floats


def meetings(first: Ends, second: Ends, engine: Engine) -> Meetings:
    """Find all pairs that share an edge, and travel along it from `first` to `second`."""
    streets = engine.streets
    order, sorted_edge = second.order, second.by_edge
    candidates = np.flatnonzero(np.isin(first.edge, second.edge) & (first.edge >= 0))
    low = np.searchsorted(sorted_edge, first.edge[candidates], "left")
    count = np.searchsorted(sorted_edge, first.edge[candidates], "right") - low
    i = np.repeat(candidates, count)
    within = np.arange(len(i)) - np.repeat(np.cumsum(count) - count, count)
    j = order[np.repeat(low, count) + within]
    edge = first.edge[i]
    step = second.fraction[j] - first.fraction[i]
    along_s = np.where(step > 0, streets.forward_s[edge], streets.backward_s[edge])
    along_s[step == 0] = 0.0  # 0 × inf
    ticks = whole_ticks(np.abs(step) * along_s).astype(np.int64) + first.leg[i] + second.leg[j]
    metres = np.abs(step) * streets.length_m[edge] + first.leg_m[i] + second.leg_m[j]
    return Meetings(i, j, np.minimum(ticks, NEVER), metres)


def seeds_of(sets: Sequence[Ends], engine: Engine, *, with_length: bool) -> Seeds:
    """Start a lane for each set, from both ends of its points' edges, with the points' numbers."""
    sizes = [len(ends) for ends in sets]
    lane = np.repeat(np.arange(len(sets), dtype=np.int32), sizes)
    number = np.concatenate([np.arange(size) for size in sizes])
    nothing = np.zeros(0)
    pairs = [metres_to_nodes(e, engine) if with_length else (nothing, nothing) for e in sets]
    return Seeds(
        place=_both(*_columns(sets, "a", "b")),
        lane=np.tile(lane, 2),
        value=(_both(*_columns(sets, "to_a", "to_b")).astype(np.int64) << NUMBER_BITS)
        + np.tile(number, 2),
        metres=_both(*([pair[k] for pair in pairs] for k in (0, 1))),
        lanes=len(sets),
    )


def _columns(sets: Sequence[Ends], *names: str) -> list[list[NDArray[Any]]]:
    return [[getattr(ends, name) for ends in sets] for name in names]


def _both(one: list[NDArray[Any]], other: list[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate([*one, *other])


def split(value: Ints) -> tuple[Floats, NDArray[np.int32]]:
    """Split values into seconds and the number of the place, −1 where nothing was reached."""
    seconds = seconds_of(value >> NUMBER_BITS)
    number = (value & ((1 << NUMBER_BITS) - 1)).astype(np.int32)
    number[value >= _NOWHERE] = -1
    return seconds, number


class Found(NamedTuple):
    """The nearest supply: `seconds`, `number` and `length_m` (None if not asked for), (k, n)."""

    seconds: Floats
    number: NDArray[np.int32]
    length_m: Floats | None


def nearest(
    engine: Engine, demand: Ends, supplies: Sequence[Ends], *, with_length: bool = False
) -> Found:
    """Find the nearest point of each set of supplies for each point of demand."""
    shape = (len(supplies), len(demand))
    value = np.empty(shape, np.int64)
    length = np.empty(shape if with_length else (len(supplies), 0))
    step = lanes_at_once(engine, np.dtype(np.int64))
    for first in range(0, len(supplies), step):
        chunk = supplies[first : first + step]
        at = slice(first, first + len(chunk))
        nearest_values(engine, demand, chunk, value[at], length[at])
        for row, supply in enumerate(chunk, start=first):
            _meet(engine, demand, supply, value[row], length[row])
    seconds, number = split(value)
    if not with_length:
        return Found(seconds, number, None)
    length[number < 0] = np.inf
    return Found(seconds, number, length)


def nearest_values(
    engine: Engine, demand: Ends, supplies: Sequence[Ends], value: Ints, length: Floats
) -> None:
    """Write values and, if there is room for them, metres over the nodes, shapes (k, n)."""
    with_length = length.shape == value.shape
    seeds = seeds_of(supplies, engine, with_length=with_length)
    ends = demand.a, demand.b, demand.to_a, demand.to_b
    if with_length:
        metres_to = metres_to_nodes(demand, engine)
        with engine.spread_measured(seeds, leaving=False) as (lanes, metres):
            arrive_measured(lanes, metres, *ends, *metres_to, NUMBER_BITS, value, length)
    else:
        with engine.spread(seeds, leaving=False) as lanes:
            arrive(lanes, *ends, NUMBER_BITS, value)


def _meet(engine: Engine, demand: Ends, supply: Ends, value: Ints, length: Floats) -> None:
    """Replace in place what is shorter along a shared edge."""
    streets = engine.streets
    meet(
        demand.order, demand.by_edge, demand.fraction, demand.leg, demand.leg_m,
        supply.edge, supply.fraction, supply.leg, supply.leg_m,
        streets.forward_s, streets.backward_s, streets.length_m, NUMBER_BITS, value, length,
    )  # fmt: skip


def node_seconds(engine: Engine, points: Ends, *, leaving: bool, limit_s: float) -> Floats:
    """Return the seconds between each node and the nearest of the points, inf beyond the limit."""
    seeds = Seeds(
        place=np.concatenate([points.a, points.b]),
        lane=np.zeros(2 * len(points), np.int32),
        value=np.concatenate([points.to_a, points.to_b]),
        metres=np.zeros(0),
        lanes=1,
    )
    limit = limit_in_ticks(limit_s)
    with engine.spread(seeds, leaving=leaving, limit=limit) as lanes:
        ticks = lanes[engine.place, 0]
    ticks[ticks > limit] = NEVER
    return seconds_of(ticks)


def limit_in_ticks(limit_s: float) -> int:
    """Return the most ticks that lie within a limit."""
    return int(min(np.floor(limit_s * TICKS_PER_S), NEVER - 1))


class FoundPairs(NamedTuple):
    """Pairs within a limit, sorted by source and target; `length_m` is NaN if not asked for."""

    source: Ints
    target: Ints
    seconds: Floats
    length_m: Floats


def pairs_within(
    engine: Engine, sources: Ends, targets: Ends, limit_s: float, *, with_length: bool = True
) -> FoundPairs:
    """
    Find all pairs whose travel takes at most `limit_s`.

    One lane for each point of the smaller side: away from the sources, or towards the targets.
    """
    met = meetings(sources, targets, engine)
    limit = limit_in_ticks(limit_s)
    if len(sources) <= len(targets):
        return _pairs_from(
            engine, sources, targets, met, limit, leaving=True, with_length=with_length
        )
    swapped = Meetings(met.second, met.first, met.ticks, met.length_m)
    target, source, seconds, length = _pairs_from(
        engine, targets, sources, swapped, limit, leaving=False, with_length=with_length
    )
    order = np.lexsort((target, source))
    return FoundPairs(source[order], target[order], seconds[order], length[order])


def _pairs_from(
    engine: Engine, roots: Ends, others: Ends, met: Meetings, limit: int, *, leaving: bool,
    with_length: bool,
) -> FoundPairs:  # fmt: skip
    nothing = np.zeros(0)
    parts = [FoundPairs(nothing.astype(np.int64), nothing.astype(np.int64), nothing, nothing)]
    step = lanes_at_once(engine, np.dtype(np.int32), points=len(others))
    for first in range(0, len(roots), step):
        some = roots.rows(first, first + step)
        ticks = np.empty((len(some), len(others)), np.int32)
        length = np.empty(ticks.shape if with_length else (len(some), 0))
        _from_each(engine, some, others, ticks, length, leaving=leaving, limit=limit)
        here = np.flatnonzero((met.first >= first) & (met.first < first + len(some)))
        row, column = met.first[here] - first, met.second[here]
        better = met.ticks[here] < ticks[row, column]
        at = row[better], column[better]
        ticks[at] = met.ticks[here][better]
        if with_length:
            length[at] = met.length_m[here][better]
        row, column = np.nonzero(ticks <= limit)
        metres = length[row, column] if with_length else np.full(len(row), np.nan)
        parts.append(FoundPairs(row + first, column, seconds_of(ticks[row, column]), metres))
    return FoundPairs(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _from_each(
    engine: Engine, roots: Ends, others: Ends, ticks: Ticks, length: Floats, *, leaving: bool,
    limit: int,
) -> None:  # fmt: skip
    """Write the ticks and, if there is room for them, metres between roots and others, (k, n)."""
    with_length = length.shape == ticks.shape
    seeds = Seeds(
        place=np.concatenate([roots.a, roots.b]),
        lane=np.tile(np.arange(len(roots), dtype=np.int32), 2),
        value=np.concatenate([roots.to_a, roots.to_b]),
        metres=np.concatenate(metres_to_nodes(roots, engine)) if with_length else np.zeros(0),
        lanes=len(roots),
    )
    ends = others.a, others.b, others.to_a, others.to_b
    if with_length:
        metres_to = metres_to_nodes(others, engine)
        with engine.spread_measured(seeds, leaving=leaving) as (lanes, metres):
            arrive_measured(lanes, metres, *ends, *metres_to, 0, ticks, length)
    else:
        with engine.spread(seeds, leaving=leaving, limit=limit) as lanes:
            arrive(lanes, *ends, 0, ticks)


def lanes_at_once(engine: Engine, dtype: np.dtype[Any], *, points: int = 0) -> int:
    """Return how many lanes fit into the memory that one sweep may take."""
    fitting = MOST_BYTES // (dtype.itemsize * (len(engine.place) + points + 1))
    return int(np.clip(fitting - fitting % _FEW_LANES, _FEW_LANES, _MOST_LANES))
