"""
What runs in a stretch of time: the rides from one call to the next, in the order of each vehicle.

A day's service is its own and that of the days around it: a trip of yesterday at 25:10 is today's
at 1:10. Service days begin twelve hours before noon, so that the shift between two of them is
86,400 seconds, and 82,800 or 90,000 where clocks change between. Trips of one block, and those that
`transfers.txt` joins, are one vehicle: whoever sits in it stays seated.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from geo.transit.timetable import LEAVE_SEAT, STAY_SEATED
from geo.transit.window import zero_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.transit.timetable import Timetable

    Ints = NDArray[np.int32]


@dataclass(frozen=True)
class Rides:
    """
    Rides, shapes (r,), in the order of vehicle and time; seconds of the named day.

    Attributes
    ----------
    vehicle
        Ascending numbers, without gaps.
    trip
        The trip that each one ends in, as a row of the timetable.
    from_stop, to_stop, departure_s, arrival_s
        Where and when.
    boards, alights
        Whether people get on at its start, and off at its end.
    by_headway
        How many of them follow no timetable but a headway.
    """

    vehicle: Ints
    trip: Ints
    from_stop: Ints
    to_stop: Ints
    departure_s: Ints
    arrival_s: Ints
    boards: NDArray[np.bool_]
    alights: NDArray[np.bool_]
    by_headway: int

    def __len__(self) -> int:
        return len(self.vehicle)

    @property
    def vehicles(self) -> int:
        """How many vehicles there are."""
        return int(self.vehicle[-1]) + 1 if len(self) else 0

    def only(self, usable: NDArray[np.bool_]) -> Rides:
        """Return some of the rides; vehicles keep their numbers."""
        return Rides(
            self.vehicle[usable], self.trip[usable], self.from_stop[usable], self.to_stop[usable],
            self.departure_s[usable], self.arrival_s[usable], self.boards[usable],
            self.alights[usable], self.by_headway,
        )  # fmt: skip

    def mirrored(self, at_s: int) -> Rides:
        """Return the rides with time and direction reversed; `at_s` becomes 0."""
        back = slice(None, None, -1)
        return Rides(
            vehicle=(self.vehicles - 1 - self.vehicle[back]).astype(np.int32),
            trip=self.trip[back],
            from_stop=self.to_stop[back],
            to_stop=self.from_stop[back],
            departure_s=at_s - self.arrival_s[back],
            arrival_s=at_s - self.departure_s[back],
            boards=self.alights[back],
            alights=self.boards[back],
            by_headway=self.by_headway,
        )


def rides_between(timetable: Timetable, day: date, first_s: int, last_s: int) -> Rides:
    """Return the rides that leave at `first_s` or later and are there at `last_s` or before."""
    trip, shift = _running(timetable, day, first_s, last_s)
    vehicle_of, order = _vehicles(timetable, trip, shift)
    trip, shift, vehicle_of = trip[order], shift[order], vehicle_of[order]
    start, size = timetable.trip_start[trip], np.diff(timetable.trip_start)[trip]
    before = np.cumsum(size) - size
    call = np.repeat(start - before, size) + np.arange(size.sum())
    vehicle = np.repeat(vehicle_of, size)
    moved = np.repeat(shift, size)
    arrival_s = timetable.call_arrival_s[call] + moved
    departure_s = timetable.call_departure_s[call] + moved
    # from one trip of a vehicle to its next one people only sit, however long both say it stands
    of_row = np.repeat(np.arange(len(trip)), size)
    goes_on = of_row[1:] != of_row[:-1]
    departure_s[:-1][goes_on] = arrival_s[:-1][goes_on]
    arrival_s[1:][goes_on] = np.maximum(arrival_s[1:], arrival_s[:-1])[goes_on]
    rides = (
        (vehicle[1:] == vehicle[:-1]) & (departure_s[:-1] >= first_s) & (arrival_s[1:] <= last_s)
    )
    here = np.flatnonzero(rides)
    there = here + 1
    of_trip = np.repeat(trip, size)
    _, numbers = np.unique(vehicle[here], return_inverse=True)
    return Rides(
        vehicle=numbers.astype(np.int32),
        trip=of_trip[there].astype(np.int32),
        from_stop=timetable.call_stop[call[here]],
        to_stop=timetable.call_stop[call[there]],
        departure_s=departure_s[here].astype(np.int32),
        arrival_s=arrival_s[there].astype(np.int32),
        boards=timetable.call_boards[call[here]],
        alights=timetable.call_alights[call[there]],
        by_headway=int(timetable.trip_by_headway[of_trip[there]].sum()),
    )


def _running(
    timetable: Timetable, day: date, first_s: int, last_s: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the trips of all service days that meet a stretch of time, and each one's shift."""
    about = timetable.about
    zero = zero_of(day, about.timezone)
    latest = int(timetable.trip_last_s.max(initial=0))
    found, shifts = [], []
    for back in range(-(last_s // 82_800) - 1, latest // 82_800 + 2):
        service_day = day - timedelta(days=back)
        column = (service_day - about.first_day).days
        if not 0 <= column < timetable.runs.shape[1]:
            continue
        shift = int((zero_of(service_day, about.timezone) - zero).total_seconds())
        runs = timetable.runs[:, column][timetable.trip_service]
        runs = runs & (timetable.trip_last_s + shift >= first_s)
        runs &= timetable.trip_first_s + shift <= last_s
        trips = np.flatnonzero(runs)
        found.append(trips)
        shifts.append(np.full(len(trips), shift))
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    return np.concatenate(found), np.concatenate(shifts)


def _vehicles(
    timetable: Timetable, trip: NDArray[np.int64], shift: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the vehicle of each running trip, and the order of vehicle and time."""
    block = timetable.trip_block[trip].astype(np.int64)
    alone = block < 0
    key = np.where(alone, len(timetable.trip_line) + np.arange(len(trip)), block)
    leaves, ends = timetable.trip_first_s[trip] + shift, timetable.trip_last_s[trip] + shift
    # within a block a day is a day: its trips of yesterday are another vehicle's
    order = np.lexsort((leaves, shift, key))
    first, second = order[:-1], order[1:]
    joined = (key[first] == key[second]) & (shift[first] == shift[second])
    joined &= ends[first] <= leaves[second]
    apart = timetable.seats[timetable.seats[:, 2] == LEAVE_SEAT]
    if len(apart):
        pairs = set(zip(apart[:, 0].tolist(), apart[:, 1].tolist(), strict=True))
        joined &= np.array(
            [pair not in pairs for pair in zip(trip[first], trip[second], strict=True)], bool
        )
    vehicle = np.empty(len(trip), np.int64)
    vehicle[order] = np.cumsum(np.r_[True, ~joined][: len(order)])
    seats = timetable.seats[timetable.seats[:, 2] == STAY_SEATED]
    if len(seats):
        vehicle = _joined_by_rule(seats, trip, shift, leaves, ends, vehicle)
    return vehicle, np.lexsort((leaves, vehicle))


def _joined_by_rule(
    seats: Ints, trip: NDArray[np.int64], shift: NDArray[np.int64], leaves: NDArray[np.int64],
    ends: NDArray[np.int64], vehicle: NDArray[np.int64],
) -> NDArray[np.int64]:  # fmt: skip
    """Join vehicles where a trip goes on as another one; the first rule of a trip counts."""
    row_of = {(int(t), int(s)): row for row, (t, s) in enumerate(zip(trip, shift, strict=True))}
    goes_on, comes_from = set[int](), set[int]()
    for before, after, _ in seats.tolist():
        for day_shift in np.unique(shift).tolist():
            first, second = row_of.get((before, day_shift)), row_of.get((after, day_shift))
            if first is None or second is None or ends[first] > leaves[second]:
                continue
            if first in goes_on or second in comes_from or vehicle[first] == vehicle[second]:
                continue
            is_last = ends[first] >= ends[vehicle == vehicle[first]].max()
            is_first = leaves[second] <= leaves[vehicle == vehicle[second]].min()
            if is_last and is_first:
                goes_on.add(first)
                comes_from.add(second)
                vehicle = np.where(vehicle == vehicle[second], vehicle[first], vehicle)
    return vehicle
