"""
One journey written out: which line from which stop at what time.

A plain connection scan with what came before each boarding (Dibbelt et al. 2018), forwards for the
earliest arrival and, on mirrored time, backwards for the latest start that still has it. It takes
the same walks, changes and limits as `geo.transit.transit`, so that it arrives to the second when
that says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from geo.errors import ParameterError
from geo.transit.days import check_day
from geo.transit.events import NEVER
from geo.transit.rides import Rides, rides_between
from geo.transit.walks import access_of, final_walks
from geo.transit.window import clock_at, zero_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from geo.network import Snapped
    from geo.transit.events import Changes
    from geo.transit.transit import Transit

NIGHT_ENDS = time(4)
_LOOKED_BACK_S = (4 * 3600, 8 * 3600, 16 * 3600)
_TRIES = 40  # rides that walking beats, one after the other: places that near are walked to


@dataclass(frozen=True)
class Leg:
    """A ride: the line, where it goes, and where and when one gets on and off."""

    line: str
    line_type: int
    headsign: str
    from_stop: str
    to_stop: str
    leaves: datetime
    arrives: datetime


@dataclass(frozen=True)
class Journey:
    """
    A way from door to door; without legs the whole of it is walked.

    `leaves` and `arrives` are at the doors; `walk_s` is all walking, changes left out.
    """

    leaves: datetime
    arrives: datetime
    walk_s: int
    legs: tuple[Leg, ...]

    @property
    def travel_s(self) -> int:
        """Seconds from door to door."""
        return round((self.arrives.astimezone(UTC) - self.leaves.astimezone(UTC)).total_seconds())


@dataclass(frozen=True)
class _Found:
    """The second of arrival, and the rides where one gets on and off, in order."""

    at_s: int
    rides: tuple[tuple[int, int], ...]


_Chain = tuple[int, int, "_Chain | None"]  # got on at a ride, off at a ride, and what came before


def next_journey(transit: Transit, home: Snapped, offer: Snapped, moment: datetime) -> Journey:
    """
    Find the journey that arrives first when leaving at a moment, and its latest start.

    Parameters
    ----------
    home, offer
        One point each, snapped to the walking network.
    moment
        With its time zone.

    Raises
    ------
    OutsideValidityError
        If the timetable does not cover that day.
    ParameterError
        If there is no way at all, or the moment has no time zone.
    """
    day, now_s = seconds_of(transit, moment)
    cap_s, walk_s = transit.limits.cap_s, _walk(transit, home, offer)
    rides = rides_between(transit.timetable, day, now_s, now_s + cap_s)
    access, final = _ends(transit, home, offer)
    found = _earliest(rides, transit.changes, access, final, now_s)
    if found is None or found.at_s > now_s + min(cap_s, walk_s):
        if walk_s >= NEVER:
            raise ParameterError("there is no way between both places", parameter="offer")
        return _walked(transit, day, now_s, walk_s)
    if found.at_s == now_s + walk_s:
        return _walked(transit, day, now_s, walk_s)
    back = _latest(rides, transit.changes, access, final, found.at_s)
    leaves_s, legs = (now_s, found.rides) if back is None else (found.at_s - back.at_s, back.rides)
    return _journey(transit, day, rides, legs, leaves_s, found.at_s, (access, final))


def last_journey(
    transit: Transit, offer: Snapped, home: Snapped, day: date, *, until: time = NIGHT_ENDS
) -> Journey | None:
    """
    Find the last way home of an evening: the latest start from an offer, by rides.

    Parameters
    ----------
    day
        The evening's; the night ends at `until` of the next day.

    Returns
    -------
    journey
        None where no ride from noon on brings one home sooner than walking.

    Raises
    ------
    OutsideValidityError
        If the timetable does not cover that day.
    """
    check_day(transit.timetable, day)
    zone = ZoneInfo(transit.timetable.about.timezone)
    end = datetime.combine(day + timedelta(days=1), until, zone).astimezone(UTC)
    end_s = int((end - zero_of(day, zone.key)).total_seconds())
    access, final = _ends(transit, offer, home)
    # a ride that ends no sooner than the whole way on foot is not one that anybody waits for
    most_s = min(_walk(transit, offer, home) - 1, transit.limits.cap_s)
    by_s = end_s
    for back_s in _LOOKED_BACK_S:
        rides = rides_between(transit.timetable, day, end_s - back_s, end_s)
        for _ in range(_TRIES):
            if (found := _latest(rides, transit.changes, access, final, by_s)) is None:
                break
            leaves_s = by_s - found.at_s
            first = _earliest(rides, transit.changes, access, final, leaves_s)
            at_s, legs = (by_s, found.rides) if first is None else (first.at_s, first.rides)
            if at_s - leaves_s <= most_s:
                return _journey(transit, day, rides, legs, leaves_s, at_s, (access, final))
            by_s = at_s - 1
    return None


def seconds_of(transit: Transit, moment: datetime) -> tuple[date, int]:
    """
    Return the day of a moment, and the seconds of that service day.

    Raises
    ------
    OutsideValidityError
        If the timetable does not cover that day.
    ParameterError
        If the moment has no time zone.
    """
    if moment.tzinfo is None:
        raise ParameterError("`moment` has no time zone; give it the region's", parameter="moment")
    zone = transit.timetable.about.timezone
    day = moment.astimezone(ZoneInfo(zone)).date()
    check_day(transit.timetable, day)
    return day, int((moment.astimezone(UTC) - zero_of(day, zone)).total_seconds())


def _walk(transit: Transit, home: Snapped, offer: Snapped) -> int:
    return int(final_walks(transit.walk, home, [offer], np.inf, outward=True)[0, 0])


def _ends(transit: Transit, start: Snapped, end: Snapped) -> tuple[dict[int, int], dict[int, int]]:
    """Return the stops near the start, and near the end, with the seconds of their walks."""
    limits, found = transit.limits, []
    for place, limit_s, outward in (
        (start, limits.access_s, True),
        (end, limits.final_s, False),
    ):
        access = access_of(transit.walk, place, transit.stops, limit_s, outward=outward)
        found.append(dict(zip(access.stop.tolist(), access.seconds.tolist(), strict=True)))
    return found[0], found[1]


def _earliest(
    rides: Rides, changes: Changes, access: Mapping[int, int], final: Mapping[int, int],
    leaves_s: int,
) -> _Found | None:  # fmt: skip
    """Scan the rides by departure; of one vehicle in its order."""
    order = np.argsort(rides.departure_s, kind="stable").tolist()
    vehicle, boards, alights = (x.tolist() for x in (rides.vehicle, rides.boards, rides.alights))
    from_stop, to_stop = rides.from_stop.tolist(), rides.to_stop.tolist()
    departs, arrives = rides.departure_s.tolist(), rides.arrival_s.tolist()
    start = changes.start.tolist()
    ready = {stop: leaves_s + walk for stop, walk in access.items()}
    came: dict[int, _Chain | None] = dict.fromkeys(ready)
    seat: dict[int, tuple[int, _Chain | None]] = {}
    best, last = NEVER, None
    for i in order:
        if departs[i] >= best:
            break
        of, there = vehicle[i], to_stop[i]
        if of not in seat and boards[i] and ready.get(from_stop[i], NEVER) <= departs[i]:
            seat[of] = (i, came[from_stop[i]])
        if of not in seat or not alights[i]:
            continue
        boarded, before = seat[of]
        if arrives[i] + final.get(there, NEVER) < best:
            best, last = arrives[i] + final[there], (boarded, i, before)
        for k in range(start[there], start[there + 1]):
            other, at_s = int(changes.stop[k]), arrives[i] + int(changes.seconds[k])
            if at_s < ready.get(other, NEVER):
                ready[other], came[other] = at_s, (boarded, i, before)
    return None if last is None else _Found(best, _legs_of(last))


def _legs_of(chain: _Chain | None) -> tuple[tuple[int, int], ...]:
    legs = []
    while chain is not None:
        legs.append(chain[:2])
        chain = chain[2]
    return tuple(reversed(legs))


def _latest(
    rides: Rides, changes: Changes, access: Mapping[int, int], final: Mapping[int, int], by_s: int
) -> _Found | None:
    """Find the latest start that is there in time; `at_s` counts back from that time."""
    mirrored = rides.mirrored(by_s)
    usable = mirrored.departure_s >= 0
    found = _earliest(mirrored.only(usable), changes.mirrored(), final, access, 0)
    if found is None:
        return None
    number = np.flatnonzero(usable)
    last = len(rides) - 1
    legs = [(int(last - number[off]), int(last - number[on])) for on, off in found.rides]
    return _Found(found.at_s, tuple(reversed(legs)))


def _walked(transit: Transit, day: date, leaves_s: int, walk_s: int) -> Journey:
    zone = transit.timetable.about.timezone
    return Journey(
        clock_at(day, leaves_s, zone), clock_at(day, leaves_s + walk_s, zone), walk_s, ()
    )


def _journey(
    transit: Transit, day: date, rides: Rides, legs: tuple[tuple[int, int], ...], leaves_s: int,
    arrives_s: int, ends: tuple[Mapping[int, int], Mapping[int, int]],
) -> Journey:  # fmt: skip
    timetable, zone = transit.timetable, transit.timetable.about.timezone
    told = []
    for on, off in legs:
        trip = int(rides.trip[on])
        line = int(timetable.trip_line[trip])
        told.append(
            Leg(
                line=timetable.line_name[line],
                line_type=int(timetable.line_type[line]),
                headsign=timetable.headsign[int(timetable.trip_headsign[trip])],
                from_stop=timetable.stop_name[int(rides.from_stop[on])],
                to_stop=timetable.stop_name[int(rides.to_stop[off])],
                leaves=clock_at(day, int(rides.departure_s[on]), zone),
                arrives=clock_at(day, int(rides.arrival_s[off]), zone),
            )
        )
    walk_s = ends[0][int(rides.from_stop[legs[0][0]])] + ends[1][int(rides.to_stop[legs[-1][1]])]
    return Journey(
        clock_at(day, leaves_s, zone), clock_at(day, arrives_s, zone), walk_s, tuple(told)
    )
