"""
The calls of trips at stops: the one large table of a feed.

It is read in parts, and only rows at the region's stops stay. What needs the rest of a trip (a call
without a time lies between two that have one; a trip by headway counts from its first call) is read
once more, for those trips alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.transit.errors import TimetableError
from geo.transit.gtfs_values import BAD_TIME, NO_TIME, times, whole_numbers
from geo.transit.gtfs_zip import stripped

if TYPE_CHECKING:
    from collections import Counter

    from numpy.typing import NDArray

    from geo.transit.gtfs_zip import Feed

    Ints = NDArray[np.int32]

MAX_CALLS = 60_000_000  # at the region's stops; all of Germany has about half as many
REGULAR, NONE, BY_PHONE, WITH_DRIVER = 0, 1, 2, 3  # pickup_type and drop_off_type
_COLUMNS = (
    "trip_id", "stop_id", "stop_sequence", "arrival_time", "departure_time", "pickup_type",
    "drop_off_type",
)  # fmt: skip
_FLEX = ("location_id", "location_group_id", "start_pickup_drop_off_window")


@dataclass
class Calls:
    """Calls in the order of trip and sequence, columns of the same length."""

    trip: Ints
    stop: Ints
    sequence: Ints
    arrival_s: Ints
    departure_s: Ints
    pickup: NDArray[np.int8]
    drop_off: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.trip)

    def take(self, rows: NDArray[np.generic]) -> Calls:
        """Return the calls at `rows` (a mask or indices)."""
        return Calls(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


@dataclass
class TripEnds:
    """Of each trip, whole: the least and the largest sequence, when it leaves, lines by phone."""

    first_sequence: NDArray[np.int64]
    last_sequence: NDArray[np.int64]
    by_phone: NDArray[np.bool_]
    flexible: NDArray[np.bool_]


def read_calls(
    feed: Feed, stops: pd.Index[str], kept: NDArray[np.bool_], trips: pd.Index[str],
    counts: Counter[str], *, only: NDArray[np.bool_] | None = None,
) -> tuple[Calls, TripEnds]:  # fmt: skip
    """
    Read calls at the kept stops; with `only`, all calls of those trips, wherever they are.

    Rows of unknown stops or trips, without a sequence or with times that are none, are counted and
    left out.
    """
    parts: list[Calls] = []
    ends = TripEnds(
        np.full(len(trips), np.iinfo(np.int64).max), np.full(len(trips), -1),
        np.zeros(len(trips), bool), np.zeros(len(trips), bool),
    )  # fmt: skip
    total = 0
    for part in feed.parts("stop_times", [*_COLUMNS, *_FLEX]):
        calls = _part(part, stops, trips, ends, counts, is_again=only is not None)
        calls = calls.take(kept[calls.stop] if only is None else only[calls.trip])
        total += len(calls)
        if total > MAX_CALLS:
            raise TimetableError(
                f"`gtfs` {feed.name} has more than {MAX_CALLS:,} calls at the region's stops; "
                "cut the feed to the region and to fewer days"
            )
        parts.append(calls)
    calls = Calls(
        *(np.concatenate([getattr(p, name) for p in parts]) for name in Calls.__dataclass_fields__)
    )
    return _in_order(calls, counts, is_again=only is not None), ends


def _part(
    part: pd.DataFrame, stops: pd.Index[str], trips: pd.Index[str], ends: TripEnds,
    counts: Counter[str], *, is_again: bool,
) -> Calls:  # fmt: skip
    trip = trips.get_indexer(pd.Index(stripped(part.trip_id))).astype(np.int32)
    stop_text = stripped(part.stop_id)
    stop = stops.get_indexer(pd.Index(stop_text)).astype(np.int32)
    flexible = np.any([(stripped(part[name]) != "").to_numpy() for name in _FLEX], axis=0)
    sequence = whole_numbers(part.stop_sequence, blank=-1)
    arrival_s, departure_s = times(part.arrival_time), times(part.departure_time)
    pickup = whole_numbers(part.pickup_type, blank=REGULAR)
    drop_off = whole_numbers(part.drop_off_type, blank=REGULAR)
    is_bad_time = (arrival_s == BAD_TIME) | (departure_s == BAD_TIME)
    if not is_again:
        known = trip >= 0
        ends.flexible[trip[known & flexible]] = True
        ends.by_phone[trip[known & ((pickup == BY_PHONE) | (drop_off == BY_PHONE))]] = True
        np.minimum.at(ends.first_sequence, trip[known], sequence[known])
        np.maximum.at(ends.last_sequence, trip[known], sequence[known])
        counts["calls_read"] += len(part)
        counts["calls_flexible"] += int(flexible.sum())
        counts["calls_of_unknown_trips"] += int((~known).sum())
        counts["calls_at_unknown_stops"] += int(((stop < 0) & ~flexible).sum())
        counts["calls_with_broken_times"] += int((is_bad_time & (stop >= 0)).sum())
        counts["calls_without_sequence"] += int((sequence < 0).sum())
    good = (trip >= 0) & (stop >= 0) & (sequence >= 0) & ~is_bad_time & ~flexible
    arrival_s = np.where(arrival_s == NO_TIME, departure_s, arrival_s)
    departure_s = np.where(departure_s == NO_TIME, arrival_s, departure_s)
    calls = Calls(
        trip, stop, sequence.astype(np.int32), arrival_s.astype(np.int32),
        departure_s.astype(np.int32), pickup.astype(np.int8), drop_off.astype(np.int8),
    )  # fmt: skip
    return calls.take(good)


def _in_order(calls: Calls, counts: Counter[str], *, is_again: bool) -> Calls:
    """Sort by trip and sequence; of two calls with the same the first stays."""
    calls = calls.take(np.lexsort((calls.sequence, calls.trip)))
    twice = np.zeros(len(calls), bool)
    twice[1:] = (calls.trip[1:] == calls.trip[:-1]) & (calls.sequence[1:] == calls.sequence[:-1])
    if not is_again:
        counts["calls_twice"] += int(twice.sum())
    return calls.take(~twice)


def interpolated(calls: Calls, stop_xy: NDArray[np.float64]) -> Calls:
    """
    Fill in the times of calls that have none, by the straight way between those that have.

    Calls before the first time of a trip or after its last one stay without.
    """
    untimed = calls.arrival_s == NO_TIME
    if not untimed.any():
        return calls
    is_new = np.r_[True, calls.trip[1:] != calls.trip[:-1]]
    step_m = np.hypot(*np.diff(stop_xy[calls.stop], axis=0, prepend=stop_xy[calls.stop[:1]]).T)
    step_m = np.where(is_new, 0.0, step_m + 1.0)  # a metre each: two calls at one place move on
    # a long way between trips, so that one line holds them all
    at = np.cumsum(step_m) + np.cumsum(is_new) * 1e7
    timed = np.flatnonzero(~untimed)
    if not len(timed):
        return calls
    after = np.searchsorted(timed, np.flatnonzero(untimed))
    before_row, after_row = (
        timed[np.maximum(after - 1, 0)],
        timed[np.minimum(after, len(timed) - 1)],
    )
    row = np.flatnonzero(untimed)
    inside = (
        (after > 0) & (after < len(timed))
        & (calls.trip[before_row] == calls.trip[row]) & (calls.trip[after_row] == calls.trip[row])
    )  # fmt: skip
    row, before_row, after_row = row[inside], before_row[inside], after_row[inside]
    share = (at[row] - at[before_row]) / (at[after_row] - at[before_row])
    from_s, to_s = calls.departure_s[before_row], calls.arrival_s[after_row]
    filled = np.rint(from_s + share * (to_s - from_s)).astype(np.int32)
    made = calls.take(np.arange(len(calls)))
    made.arrival_s[row] = filled
    made.departure_s[row] = filled
    return made


def backward_trips(calls: Calls, trip_count: int) -> NDArray[np.bool_]:
    """Tell for each trip whether it is somewhere before it left."""
    faulty = calls.departure_s < calls.arrival_s
    faulty[1:] |= (calls.trip[1:] == calls.trip[:-1]) & (
        calls.arrival_s[1:] < calls.departure_s[:-1]
    )
    is_backward = np.zeros(trip_count, bool)
    is_backward[calls.trip[faulty]] = True
    return is_backward
