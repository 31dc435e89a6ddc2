"""Walks that public transport needs, in whole seconds: to stops, between them, from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.transit.events import NEVER, Changes
from geo.transit.residents import Access
from geo.transit.timetable import FORBIDDEN, TIMED, TIMED_LEAST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.network import Network, Snapped
    from geo.transit.timetable import Timetable

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int32]

_M_PER_S = 1 / 3.6  # of one km/h
_SUPPLIES_AT_ONCE = 16  # each may pair with everybody


def seconds_up(travel_s: Floats, pace: float = 1.0) -> Ints:
    """Round seconds at a pace up to whole ones; `NEVER` where there is no way."""
    return np.where(np.isfinite(travel_s), np.ceil(travel_s * pace), NEVER).astype(np.int32)


def access_of(
    walk: Network,
    demand: Snapped,
    stops: Snapped,
    limit_s: int,
    *,
    outward: bool,
    pace: float = 1.0,
) -> Access:
    """Find the stops within a walk of people; with `outward` people walk to them."""
    if limit_s == 0 or not len(stops):
        return Access(np.zeros(len(demand) + 1, np.int64), *(np.zeros(0, np.int32),) * 2)
    if outward:
        pairs = walk.within(demand, stops, limit_s / pace, with_distance=False)
        person, stop, travel_s = pairs.source, pairs.target, pairs.travel_s
    else:
        pairs = walk.within(stops, demand, limit_s / pace, with_distance=False)
        order = np.lexsort((pairs.source, pairs.target))
        person, stop = pairs.target[order], pairs.source[order]
        travel_s = pairs.travel_s[order]
    start = np.searchsorted(person, np.arange(len(demand) + 1))
    return Access(start.astype(np.int64), stop.astype(np.int32), seconds_up(travel_s, pace))


def changes_of(
    walk: Network,
    timetable: Timetable,
    stops: Snapped,
    transfer_s: int,
    change_s: int,
    *,
    pace: float = 1.0,
) -> Changes:
    """
    Find where one can change to, from each stop, and in how many seconds.

    A change takes the walk along streets and `change_s`. Platforms of one station that no street
    joins take the straight way. `transfers.txt` comes before both: the least time of type 2 is the
    whole change, a timed one (type 1) takes its walk alone, type 3 forbids it.
    """
    count = len(stops)
    here = [np.arange(count)]
    there = [np.arange(count)]
    seconds = [np.full(count, change_s)]
    if transfer_s > 0 and stops.placed.any():
        pairs = walk.within(stops, stops, transfer_s / pace, with_distance=False)
        other = pairs.source != pairs.target
        here.append(pairs.source[other])
        there.append(pairs.target[other])
        seconds.append(seconds_up(pairs.travel_s[other], pace) + change_s)
    first, second = _of_one_station(timetable.stop_station)
    way_m = np.hypot(*(timetable.stop_xy[first] - timetable.stop_xy[second]).T)
    here.append(first)
    there.append(second)
    seconds.append(seconds_up(way_m / (walk.leg_kmh * _M_PER_S), pace) + change_s)
    from_stop, to_stop, took = map(np.concatenate, (here, there, seconds))
    order = np.lexsort((took, to_stop, from_stop))
    # streets before the straight way only where they are shorter: nobody walks around a station
    first_of_pair = np.r_[True, (np.diff(from_stop[order]) != 0) | (np.diff(to_stop[order]) != 0)]
    keep = order[first_of_pair[: len(order)]]
    from_stop, to_stop, took = from_stop[keep], to_stop[keep], took[keep]
    if len(timetable.transfers):
        from_stop, to_stop, took = _with_rules(
            timetable.transfers, from_stop, to_stop, took, change_s, count
        )
    return Changes.of(
        from_stop.astype(np.int32), to_stop.astype(np.int32), took.astype(np.int32), stops=count
    )


def _of_one_station(station: Ints) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return all ordered pairs of different stops that share a station."""
    pairs = [
        (a, b)
        for number in np.unique(station[station >= 0])
        for members in [np.flatnonzero(station == number)]
        for a in members
        for b in members
        if a != b
    ]
    both = np.array(pairs, np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _with_rules(
    rules: Ints, from_stop: NDArray[np.int64], to_stop: NDArray[np.int64], took: NDArray[np.int64],
    change_s: int, count: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:  # fmt: skip
    walked = dict(zip((from_stop * count + to_stop).tolist(), took.tolist(), strict=True))
    for here, there, kind, least in rules.tolist():
        key = here * count + there
        if kind == FORBIDDEN:
            walked.pop(key, None)
        elif kind == TIMED_LEAST:
            walked[key] = least
        elif kind == TIMED and key in walked:
            walked[key] -= change_s
    keys = np.array(list(walked), np.int64)
    return keys // count, keys % count, np.array(list(walked.values()), np.int64)


def final_walks(
    walk: Network,
    ends: Snapped,
    supplies: Sequence[Snapped],
    limit_s: float,
    *,
    outward: bool,
    pace: float = 1.0,
) -> Ints:
    """
    Measure the walk between points and the nearest supply of each set, shape (k, n).

    From points to supply with `outward`, else the other way; `NEVER` beyond the limit.
    """
    shape = (len(supplies), len(ends))
    if not len(supplies) or not len(ends):
        return np.full(shape, NEVER, np.int32)
    if outward:
        found = seconds_up(walk.to_nearest(ends, supplies).travel_s, pace)
    else:
        found = np.stack(
            [_from_nearest(walk, ends, supply, limit_s, pace=pace) for supply in supplies]
        )
    return np.where(found <= limit_s, found, NEVER).astype(np.int32)


def _from_nearest(
    walk: Network, ends: Snapped, supply: Snapped, limit_s: float, *, pace: float
) -> Ints:
    """Measure the walk from the nearest supply, shape (n,)."""
    if np.array_equal(walk.forward_s, walk.backward_s):  # there and back are the same
        return seconds_up(walk.to_nearest(ends, [supply]).travel_s[0], pace)
    found = np.full(len(ends), np.inf)
    for first in range(0, len(supply), _SUPPLIES_AT_ONCE):
        part = supply.take(np.arange(first, min(first + _SUPPLIES_AT_ONCE, len(supply))))
        pairs = walk.within(part, ends, limit_s / pace, with_distance=False)
        np.minimum.at(found, pairs.target, pairs.travel_s)
    return seconds_up(found, pace)
