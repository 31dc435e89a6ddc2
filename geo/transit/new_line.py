"""
A line that does not exist, through stops that do: what a scenario adds to a timetable.

Rides take the straight way between stops, longer by `DETOUR` as streets are, at a speed that the
asker may say, and a halt at each stop. These are settings of ours, not measurements: a line that
shall be built needs times of its own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.errors import ParameterError
from geo.transit.changes import LEAST_HEADWAY_S, stops_named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.transit.timetable import Timetable

DETOUR = 1.3  # our own setting: metres of street for each metre of straight way
SPEED_KMH = 20.0  # our own setting: a bus in a town, between two halts
LEAST_KMH, MOST_KMH = 3.0, 200.0
HALT_S = 20
MOST_STOPS = 60
BUS = 3  # route_type of GTFS


def with_line_added(
    timetable: Timetable,
    name: str,
    stops: Sequence[str],
    *,
    every_s: int,
    from_s: int,
    until_s: int,
    speed_kmh: float = SPEED_KMH,
) -> Timetable:
    """
    Let a new line run through stops in their order and back, at even intervals, on every day.

    Parameters
    ----------
    name
        What the line is called; it may be one that exists.
    stops
        Ids or names, 2 to `MOST_STOPS`; of several stops of a name the one nearest to the stop
        before counts.
    every_s
        Seconds between two departures from either end.
    from_s, until_s
        Seconds of the service day; the first one leaves at `from_s`, the last one before `until_s`.
    speed_kmh
        Between two halts.

    Raises
    ------
    ParameterError
        If a stop is not known or follows itself, or the times or the speed are none.
    """
    if every_s < LEAST_HEADWAY_S or not 0 <= from_s < until_s:
        raise ParameterError(
            f"`every_s` is {every_s} from {from_s} until {until_s}; use at least "
            f"{LEAST_HEADWAY_S} s and a span that ends after it starts",
            parameter="every_s",
        )
    if not LEAST_KMH <= speed_kmh <= MOST_KMH:
        raise ParameterError(
            f"`speed_kmh` is {speed_kmh:g} but must be {LEAST_KMH:g} to {MOST_KMH:g}",
            parameter="speed_kmh",
        )
    course = _course(timetable, stops)
    metres = np.hypot(*np.diff(timetable.stop_xy[course], axis=0).T) * DETOUR
    took_s = np.ceil(metres / (speed_kmh / 3.6)).astype(np.int64)
    leaves = np.arange(from_s, until_s, every_s)
    there = _calls(course, took_s)
    back = _calls(course[::-1], took_s[::-1])
    size, ways = len(course), (there, back)
    starts = np.repeat(leaves, size)
    is_last = np.tile(np.arange(size) == size - 1, len(leaves))
    is_first = np.tile(np.arange(size) == 0, len(leaves))
    trips = 2 * len(leaves)
    number = np.repeat([0, 1], len(leaves))

    def of_calls(each: int) -> NDArray[np.int64]:
        return np.concatenate([starts + np.tile(way[each], len(leaves)) for way in ways])

    ends = [timetable.stop_name[course[-1]], timetable.stop_name[course[0]]]
    old_lines, old_signs = len(timetable.line_id), len(timetable.headsign)
    made = {
        "call_stop": np.concatenate([np.tile(way[0], len(leaves)) for way in ways]),
        "call_arrival_s": of_calls(1),
        "call_departure_s": of_calls(2),
        "call_boards": np.tile(~is_last, 2),
        "call_alights": np.tile(~is_first, 2),
        "trip_line": np.full(trips, old_lines),
        "trip_headsign": old_signs + number,
        "trip_service": np.full(trips, len(timetable.runs)),
        "trip_block": np.full(trips, -1),
        "trip_by_headway": np.ones(trips, bool),
        "line_type": np.array([BUS]),
    }
    arrays: dict[str, Any] = {}
    for key, new in made.items():
        old = getattr(timetable, key)
        arrays[key] = np.concatenate([old, new.astype(old.dtype)])
    return replace(
        timetable,
        **arrays,
        trip_start=np.r_[
            timetable.trip_start, timetable.trip_start[-1] + size * np.arange(1, trips + 1)
        ].astype(np.int64),
        runs=np.vstack([timetable.runs, np.ones((1, timetable.runs.shape[1]), bool)]),
        line_id=(*timetable.line_id, f"scenario:{old_lines}"),
        line_name=(*timetable.line_name, name),
        headsign=(*timetable.headsign, *ends),
    )


def _course(timetable: Timetable, stops: Sequence[str]) -> NDArray[np.int64]:
    """Return the rows of the stops in their order."""
    if not 2 <= len(stops) <= MOST_STOPS:
        raise ParameterError(
            f"`stops` names {len(stops)}; a line has 2 to {MOST_STOPS}", parameter="stops"
        )
    course: list[int] = []
    for stop in stops:
        rows = stops_named(timetable, stop)
        if course:
            off = np.hypot(*(timetable.stop_xy[rows] - timetable.stop_xy[course[-1]]).T)
            rows = rows[np.argsort(off, kind="stable")]
        if course and rows[0] == course[-1]:
            raise ParameterError(
                f"`stops` names {stop!r} twice in succession; name it once", parameter="stops"
            )
        course.append(int(rows[0]))
    return np.array(course, np.int64)


def _calls(course: NDArray[np.int64], took_s: NDArray[np.int64]) -> NDArray[np.int64]:
    """Shape (3, n): stop, seconds after the start of arrival and of departure."""
    arrives = np.r_[0, np.cumsum(took_s + HALT_S) - HALT_S]
    leaves = np.r_[0, arrives[1:] + HALT_S]
    leaves[-1] = arrives[-1]
    return np.array([course, arrives, leaves])
