"""
From one place at one moment to many: how long each takes by public transport, waiting included.

One forward scan over the rides (Dibbelt et al. 2018), with the walks, changes and limits of
`geo.transit.transit`; then the final walks from all stops at once. Walking the whole way counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.transit.events import NEVER
from geo.transit.journey import seconds_of
from geo.transit.rides import rides_between
from geo.transit.walks import access_of, seconds_up

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

    from geo.network import Snapped
    from geo.transit.events import Changes
    from geo.transit.rides import Rides
    from geo.transit.transit import Transit


def travel_from(
    transit: Transit, home: Snapped, offers: Snapped, moment: datetime, *, limit_s: float
) -> NDArray[np.float64]:
    """
    Find how long it takes to each of many places when leaving one at a moment.

    Parameters
    ----------
    home
        One point, snapped to the walking network.
    offers
        m points, snapped to the same.
    moment
        With its time zone.
    limit_s
        Longer journeys count as none.

    Returns
    -------
    travel_s
        Shape (m,): whole seconds from leaving until the door; `inf` beyond the limit.

    Raises
    ------
    OutsideValidityError
        If the timetable does not cover that day.
    ParameterError
        If the moment has no time zone.
    """
    day, now_s = seconds_of(transit, moment)
    best = np.full(len(offers), NEVER, np.int64)
    on_foot = transit.walk.within(home, offers, limit_s, with_distance=False)
    np.minimum.at(best, on_foot.target, seconds_up(on_foot.travel_s))
    within_s = int(min(limit_s, transit.limits.cap_s))
    rides = rides_between(transit.timetable, day, now_s, now_s + within_s)
    access = access_of(transit.walk, home, transit.stops, transit.limits.access_s, outward=True)
    ready = dict(zip(access.stop.tolist(), (access.seconds + now_s).tolist(), strict=True))
    arrival = _arrivals(rides, transit.changes, ready)
    if arrival:
        stop, at_s = np.array(list(arrival.items()), np.int64).T
        final = transit.walk.within(
            transit.stops.take(stop), offers, transit.limits.final_s, with_distance=False
        )
        took = at_s[final.source] - now_s + seconds_up(final.travel_s)
        np.minimum.at(best, final.target[took <= within_s], took[took <= within_s])
    return np.where(best <= limit_s, best, np.inf).astype(float)


def _arrivals(rides: Rides, changes: Changes, ready: dict[int, int]) -> dict[int, int]:
    """Return the earliest second at which one gets off at each stop."""
    order = np.argsort(rides.departure_s, kind="stable").tolist()
    vehicle, boards, alights = (x.tolist() for x in (rides.vehicle, rides.boards, rides.alights))
    from_stop, to_stop = rides.from_stop.tolist(), rides.to_stop.tolist()
    departs, arrives = rides.departure_s.tolist(), rides.arrival_s.tolist()
    start, other, change_s = changes.start.tolist(), changes.stop, changes.seconds
    seated: set[int] = set()
    arrival: dict[int, int] = {}
    for i in order:
        if boards[i] and ready.get(from_stop[i], NEVER) <= departs[i]:
            seated.add(vehicle[i])
        stop = to_stop[i]
        if vehicle[i] not in seated or not alights[i] or arrives[i] >= arrival.get(stop, NEVER):
            continue
        arrival[stop] = arrives[i]
        for k in range(start[stop], start[stop + 1]):
            to, at_s = int(other[k]), arrives[i] + int(change_s[k])
            if at_s < ready.get(to, NEVER):
                ready[to] = at_s
    return arrival
