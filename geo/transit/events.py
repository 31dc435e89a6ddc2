"""
What a stretch of time needs before any offer is known: events in order, and which rides follow.

Two events a ride, a departure and an arrival, latest first. Departures of a stop are consecutive
rows, earliest first, and end in a row that nobody can catch. An arrival is followed by the rows
that can be caught there or at a stop near by: of each stop only the first one (the later ones are
in its minimum), and only where it became catchable since the next later arrival at the same stop
(the rest is in that stop's minimum). That halves them and needs stops in descending time, over all
arrivals at which people get off.

A change takes at least a second: a ride of no time and a change of no time would form a circle.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.reach.compiled import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.transit.rides import Rides

    Ints = NDArray[np.int32]

NEVER = 2**30  # seconds, as a whole number that still adds up
LEAST_CHANGE_S = 1


@dataclass(frozen=True)
class Changes:
    """
    Stops where one can change to, from each stop, with the seconds that it takes.

    `start` (s + 1,) rows of `stop` and `seconds`; a stop is among its own unless that is forbidden.
    """

    start: NDArray[np.int64]
    stop: Ints
    seconds: Ints

    @classmethod
    def of(cls, from_stop: Ints, to_stop: Ints, seconds: Ints, *, stops: int) -> Changes:
        """Order pairs by their first stop; seconds are at least `LEAST_CHANGE_S`."""
        order = np.lexsort((to_stop, from_stop))
        start = np.searchsorted(from_stop[order], np.arange(stops + 1))
        least = np.maximum(seconds[order], LEAST_CHANGE_S)
        return cls(start, to_stop[order].astype(np.int32), least.astype(np.int32))

    def mirrored(self) -> Changes:
        """Return the changes with direction reversed."""
        stops = len(self.start) - 1
        from_stop = np.repeat(np.arange(stops, dtype=np.int32), np.diff(self.start))
        return Changes.of(self.stop, from_stop, self.seconds, stops=stops)


@dataclass(frozen=True)
class Events:
    """
    Rides as events, latest first, shapes (e,); seconds from the first departure of the question.

    Attributes
    ----------
    row
        Row of a departure, −1 for an arrival.
    stop, vehicle, at_s
        Where, of which vehicle, when.
    first_row
        Shape (s + 1,): departures of a stop are `first_row[i]` to `first_row[i + 1] - 2`.
    row_at_s
        When each row leaves, `NEVER` for the last one of each stop.
    arc_start, arc
        Arrival i is followed by the rows `arc[arc_start[i]:arc_start[i + 1]]`.
    vehicles
        How many there are.
    last_s
        After which nothing counts.
    """

    row: Ints
    stop: Ints
    vehicle: Ints
    at_s: Ints
    first_row: Ints
    row_at_s: Ints
    arc_start: NDArray[np.int64]
    arc: Ints
    vehicles: int
    last_s: int

    @classmethod
    def of(cls, rides: Rides, changes: Changes, *, first_s: int, last_s: int) -> Events:
        """Order the rides; `first_s` becomes 0."""
        stops, count = len(changes.start) - 1, len(rides)
        at_s = np.empty(2 * count, np.int32)
        at_s[0::2], at_s[1::2] = rides.departure_s, rides.arrival_s
        at_s -= first_s
        used = np.empty(2 * count, bool)
        used[0::2], used[1::2] = rides.boards, rides.alights
        # of one vehicle at the same second the later event first, whatever its stop
        backwards = np.flatnonzero(used)[::-1]
        order = backwards[np.argsort(-at_s[backwards], kind="stable")]
        is_departure = order % 2 == 0
        ride = order // 2
        stop = np.where(is_departure, rides.from_stop[ride], rides.to_stop[ride]).astype(np.int32)
        departures = np.flatnonzero(is_departure)[::-1]
        departures = departures[np.argsort(stop[departures], kind="stable")]
        at_stop = np.bincount(stop[departures], minlength=stops)
        first_row = np.r_[0, np.cumsum(at_stop + 1)].astype(np.int32)
        row = np.full(len(order), -1, np.int32)
        row[departures] = np.arange(len(departures)) + stop[departures]
        row_at_s = np.full(first_row[-1], NEVER, np.int32)
        row_at_s[row[departures]] = at_s[order[departures]]
        arc_start, arc = _arcs(
            row, stop, at_s[order], first_row, row_at_s, changes.start, changes.stop,
            changes.seconds,
        )  # fmt: skip
        return cls(
            row=row,
            stop=stop,
            vehicle=rides.vehicle[ride],
            at_s=at_s[order],
            first_row=first_row,
            row_at_s=row_at_s,
            arc_start=arc_start,
            arc=arc,
            vehicles=rides.vehicles,
            last_s=last_s - first_s,
        )


@kernel("i4[] i4[] i4[] i4[] i4[] i8[] i4[] i4[]")
def _arcs(
    row: Ints, stop: Ints, at_s: Ints, first_row: Ints, row_at_s: Ints,
    near_start: NDArray[np.int64], near_stop: Ints, near_s: Ints,
) -> tuple[NDArray[np.int64], Ints]:  # fmt: skip
    """For each arrival the rows that became catchable since the next later arrival there."""
    follows = first_row[near_stop + 1] - 1  # by pair of stops: the first row that is caught
    start = np.zeros(len(row) + 1, np.int64)
    arc = np.empty(max(1024, 4 * len(row)), np.int32)
    count = 0
    for i in range(len(row)):
        if row[i] < 0:
            first, last = near_start[stop[i]], near_start[stop[i] + 1]
            if count + last - first > len(arc):
                longer = np.empty(2 * len(arc) + last - first, np.int32)
                longer[:count] = arc[:count]
                arc = longer
            for pair in range(first, last):
                caught = follows[pair]
                least = first_row[near_stop[pair]]
                while caught > least and row_at_s[caught - 1] >= at_s[i] + near_s[pair]:
                    caught -= 1
                if caught < follows[pair]:
                    follows[pair] = caught
                    arc[count] = caught
                    count += 1
        start[i + 1] = count
    return start, arc[:count].copy()
