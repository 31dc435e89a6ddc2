"""
What a scenario assumes of public transport: another timetable, made of one, which stays as it is.

A line runs more often, a stop moves or closes, a line goes on to a further place. The new timetable
is one more day to prepare and one more scan: nothing else has to be computed again.
"""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from geo.transit.timetable import Timetable

    Ints = NDArray[np.int64]

LEAST_HEADWAY_S = 60
_CALLS = ("call_stop", "call_arrival_s", "call_departure_s", "call_boards", "call_alights")
_TRIPS = ("trip_line", "trip_headsign", "trip_service", "trip_block", "trip_by_headway")


def lines_named(timetable: Timetable, line: str) -> Ints:
    """
    Return the rows of lines of a name or id that have trips.

    Raises
    ------
    ParameterError
        If there is none, with those of a name like it.
    """
    used = np.unique(timetable.trip_line)
    found = [k for k in used if line in (timetable.line_name[k], timetable.line_id[k])]
    if not found:
        names = sorted({timetable.line_name[k] for k in used})
        near = difflib.get_close_matches(line, names, n=3, cutoff=0.3) or names[:3]
        raise ParameterError(
            f"`line` {line!r} is not in the timetable; is {' or '.join(near)} meant?",
            parameter="line",
        )
    return np.array(found, np.int64)


def stops_named(timetable: Timetable, stop: str) -> Ints:
    """
    Return the stops of an id, or of a name (both directions).

    Raises
    ------
    ParameterError
        If there is none, with those of a name like it.
    """
    if stop in timetable.stop_id:
        return np.array([timetable.stop_id.index(stop)])
    found = np.flatnonzero(np.array(timetable.stop_name, object) == stop)
    if not len(found):
        names = sorted(set(timetable.stop_name))
        near = difflib.get_close_matches(stop, names, n=3, cutoff=0.3) or names[:3]
        raise ParameterError(
            f"`stop` {stop!r} is not in the timetable; is {' or '.join(near)} meant?",
            parameter="stop",
        )
    return found


def with_headway(
    timetable: Timetable, line: str, *, every_s: int, from_s: int, until_s: int
) -> Timetable:
    """
    Let a line run at even intervals, every day that it runs.

    In each direction the most frequent course of a service takes the place of all trips of the line
    that leave their first stop in the span; it needs as long as their median one. What leaves
    before or after stays as it is.

    Parameters
    ----------
    line
        Name or id; several lines of a name all change.
    every_s
        Seconds between two of them.
    from_s, until_s
        Seconds of the service day; the first one leaves at `from_s`, the last one before `until_s`.

    Raises
    ------
    ParameterError
        If the line is not known or does not run in the span, or the times are none.
    """
    if every_s < LEAST_HEADWAY_S or not 0 <= from_s < until_s:
        raise ParameterError(
            f"`every_s` is {every_s} from {from_s} until {until_s}; use at least "
            f"{LEAST_HEADWAY_S} s and a span that ends after it starts",
            parameter="every_s",
        )
    rows = lines_named(timetable, line)
    first_s = timetable.trip_first_s
    inside = np.isin(timetable.trip_line, rows) & (first_s >= from_s) & (first_s < until_s)
    if not inside.any():
        raise ParameterError(
            f"`line` {line!r} has no trip in that span; take one in which it runs",
            parameter="line",
        )
    templates = []
    keys = np.column_stack([timetable.trip_line, timetable.trip_service])[inside]
    for of_line, service in np.unique(keys, axis=0):
        mine = inside & (timetable.trip_line == of_line) & (timetable.trip_service == service)
        templates += _templates(timetable, np.flatnonzero(mine))
    leaves = np.arange(from_s, until_s, every_s)
    trip = np.repeat(np.array(templates, np.int64), len(leaves))
    shift = np.tile(leaves, len(templates)) - first_s[trip]
    kept = np.flatnonzero(~inside)
    return _of_trips(
        timetable, np.r_[kept, trip], np.r_[np.zeros(len(kept), np.int64), shift], len(kept)
    )


def _templates(timetable: Timetable, trips: Ints) -> list[int]:
    """Return a trip for each direction: of its most frequent course, the one of median length."""
    courses: dict[tuple[int, ...], list[int]] = {}
    for trip in trips.tolist():
        part = slice(timetable.trip_start[trip], timetable.trip_start[trip + 1])
        courses.setdefault(tuple(timetable.call_stop[part].tolist()), []).append(trip)
    chosen: list[int] = []
    directions: list[list[str]] = []
    ordered = sorted(courses.items(), key=lambda each: (-len(each[1]), -len(each[0]), each[0]))
    for course, members in ordered:
        names = [timetable.stop_name[stop] for stop in course]
        if not any(_is_same_way(names, other) for other in directions):
            directions.append(names)
            took = timetable.trip_last_s[members] - timetable.trip_first_s[members]
            chosen.append(members[int(np.argsort(took, kind="stable")[(len(took) - 1) // 2])])
    return chosen


def _is_same_way(names: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether two courses pass what they share in the same order."""
    place = {name: k for k, name in enumerate(other)}
    shared = [place[name] for name in dict.fromkeys(names) if name in place]
    steps = np.sign(np.diff(shared))
    return bool(steps.sum() > 0) if len(steps) else bool(shared)


def without_stop(timetable: Timetable, stop: str) -> Timetable:
    """Close a stop, by id or name: vehicles pass it, nobody gets on or off."""
    open_here = ~np.isin(timetable.call_stop, stops_named(timetable, stop))
    return replace(
        timetable,
        call_boards=timetable.call_boards & open_here,
        call_alights=timetable.call_alights & open_here,
    )


def with_stop_moved(timetable: Timetable, stop: str, xy: ArrayLike) -> Timetable:
    """Put a stop elsewhere, in metres of the timetable's CRS; times stay as they are."""
    place = _place(xy)
    stop_xy = timetable.stop_xy.copy()
    stop_xy[stops_named(timetable, stop)] = place
    return replace(timetable, stop_xy=stop_xy)


def with_line_extended(
    timetable: Timetable, line: str, *, at_stop: str, to_xy: ArrayLike, ride_s: int, name: str
) -> Timetable:
    """
    Let a line go on from its last stop to a new one, and start there on the way back.

    Parameters
    ----------
    line, at_stop
        Trips of the line that end or start at that stop go on, or start further out.
    to_xy
        Where the new stop lies, in metres of the timetable's CRS.
    ride_s
        Seconds between both.
    name
        What the new stop is called.

    Raises
    ------
    ParameterError
        If line or stop are not known, no trip ends there, or the ride takes no time.
    """
    if not 0 < ride_s <= 6 * 3600:
        raise ParameterError(
            f"`ride_s` is {ride_s}; use seconds above 0 and up to six hours", parameter="ride_s"
        )
    place, ends = _place(to_xy), stops_named(timetable, at_stop)
    of_line = np.isin(timetable.trip_line, lines_named(timetable, line))
    first_call, last_call = timetable.trip_start[:-1], timetable.trip_start[1:] - 1
    goes_on = of_line & np.isin(timetable.call_stop[last_call], ends)
    starts = of_line & np.isin(timetable.call_stop[first_call], ends)
    if not goes_on.any() and not starts.any():
        raise ParameterError(
            f"`at_stop` {at_stop!r} is no end of line {line!r}; name its first or last stop",
            parameter="at_stop",
        )
    new = len(timetable.stop_xy)
    calls = {key: getattr(timetable, key).copy() for key in _CALLS}
    calls["call_boards"][last_call[goes_on]] = True
    calls["call_alights"][first_call[starts]] = True
    after, before = last_call[goes_on] + 1, first_call[starts]
    there_s = timetable.call_departure_s[last_call[goes_on]] + ride_s
    from_s = timetable.call_arrival_s[first_call[starts]] - ride_s
    count_on, count_from = len(after), len(before)
    added = {
        "call_stop": np.full(count_on + count_from, new),
        "call_arrival_s": np.r_[there_s, from_s],
        "call_departure_s": np.r_[there_s, from_s],
        "call_boards": np.r_[np.zeros(count_on, bool), np.ones(count_from, bool)],
        "call_alights": np.r_[np.ones(count_on, bool), np.zeros(count_from, bool)],
    }
    at = np.r_[after, before]
    # where one trip ends as the next begins, its end comes first
    order = np.argsort(at, kind="stable")
    made: dict[str, Any] = {
        key: np.insert(calls[key], at[order], added[key][order].astype(calls[key].dtype))
        for key in _CALLS
    }
    size = np.diff(timetable.trip_start) + goes_on + starts
    return replace(
        timetable,
        **made,
        trip_start=np.r_[0, np.cumsum(size)].astype(np.int64),
        stop_xy=np.vstack([timetable.stop_xy, place]),
        stop_station=np.r_[timetable.stop_station, np.int32(-1)].astype(np.int32),
        stop_id=(*timetable.stop_id, f"scenario:{new}"),
        stop_name=(*timetable.stop_name, name),
    )


def _place(xy: ArrayLike) -> NDArray[np.float64]:
    place = np.asarray(xy, float).reshape(-1)
    if place.shape != (2,) or not np.isfinite(place).all():
        raise ParameterError("`xy` is no place; give x and y in metres", parameter="xy")
    return place


def _of_trips(timetable: Timetable, trip: Ints, shift_s: Ints, own: int) -> Timetable:
    """Make a timetable of trips, moved by seconds; the first `own` are themselves."""
    size = np.diff(timetable.trip_start)[trip]
    start = np.r_[0, np.cumsum(size)].astype(np.int64)
    call = np.repeat(timetable.trip_start[trip] - start[:-1], size) + np.arange(start[-1])
    moved = np.repeat(shift_s, size)
    calls = {key: getattr(timetable, key)[call] for key in _CALLS}
    for key in ("call_arrival_s", "call_departure_s"):
        calls[key] = (calls[key] + moved).astype(np.int32)
    trips = {key: getattr(timetable, key)[trip] for key in _TRIPS}
    trips["trip_block"] = np.where(np.arange(len(trip)) < own, trips["trip_block"], -1).astype(
        np.int32
    )  # who sits in what is assumed has to get off at its end
    number = np.full(timetable.trip_count, -1)
    number[trip[:own]] = np.arange(own)
    seats = timetable.seats.copy()
    seats[:, 0], seats[:, 1] = number[seats[:, 0]], number[seats[:, 1]]
    seats = seats[(seats[:, :2] >= 0).all(axis=1)]
    return replace(timetable, **calls, **trips, trip_start=start, seats=seats)
