"""Travel times of each person and departure by the plain search, with opening hours if need be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.transit.events import NEVER
from geo.transit.walks import final_walks
from tests.transit_oracle import INF, PlainFeed, PlainSearch

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from geo.network import Snapped
    from geo.transit.transit import Transit
    from geo.transit.window import Window

    Ints = NDArray[np.int64]


def by_step(transit: Transit, feed_path: Path, window: Window, places: Snapped) -> Ints:
    """
    Seconds from leaving until the door of each place, shape (places, people, departures).

    One search for each person and departure; `INF` where nothing is reached.
    """
    ids, changes, access = transit.timetable.stop_id, transit.changes, transit.access
    known = set(ids)  # a feed may name stops that it does not have
    each = [places.take([k]) for k in range(len(places))]
    final = final_walks(transit.walk, transit.stops, each, transit.limits.final_s, outward=True)
    walk = final_walks(transit.walk, transit.demand, each, np.inf, outward=True)
    search = PlainSearch(
        [
            [call for call in run if call.stop in known]
            for run in PlainFeed(feed_path).runs(window.day)
        ],
        {
            ids[s]: [
                (ids[changes.stop[k]], int(changes.seconds[k]))
                for k in range(changes.start[s], changes.start[s + 1])
            ]
            for s in range(len(ids))
        },
        {
            stop: [(k, int(final[k, s])) for k in np.flatnonzero(final[:, s] < NEVER)]
            for s, stop in enumerate(ids)
        },
    )
    start = transit.first_s(window)
    took = np.empty((len(places), len(transit.demand), window.count), np.int64)
    for person in range(len(transit.demand)):
        near = [
            (ids[access.stop[k]], int(access.seconds[k]))
            for k in range(access.start[person], access.start[person + 1])
        ]
        on_foot = [w if w < NEVER else INF for w in walk[:, person].tolist()]
        for step in range(window.count):
            leaves_s = start + step * window.step_s
            took[:, person, step] = search.travel_s(near, on_foot, leaves_s, transit.limits.cap_s)
    return took


def while_open(took: Ints, window: Window, opens_s: int, closes_s: int) -> Ints:
    """Wait at a door until it opens; who comes after `closes_s` finds it closed."""
    left = np.arange(window.count) * window.step_s
    there = np.maximum(left + took, opens_s)
    return np.where(there <= closes_s, there - left, INF)


def lower_median(took: Ints) -> NDArray[np.float64]:
    """The lower median over the departures (the last axis), inf where nothing is reached."""
    middle = np.sort(took, axis=-1)[..., (took.shape[-1] - 1) // 2]
    return np.where(middle >= INF, np.inf, middle.astype(float))
