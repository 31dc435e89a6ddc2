"""
Public transport against a plain search from `stop_times`, departure by departure.

Every median, best and share must be the same to the second. Windows: an afternoon, over midnight,
the morning after, the night when the clocks change, and changes of one second.

    python -m benchmarks.transit_exact FEED.zip STREETS.osm.pbf
"""

from __future__ import annotations

import statistics
import sys
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geo.network import Network
from geo.osm import read_streets
from geo.transit.events import NEVER
from geo.transit.gtfs import read_gtfs
from geo.transit.limits import Limits
from geo.transit.transit import Transit
from geo.transit.walks import final_walks
from geo.transit.window import Window
from tests.transit_oracle import INF, PlainFeed, PlainSearch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.network import Snapped

LANES = 40
OFFERS = 30
STEPS = 2
LIMIT_S = 1800


@dataclass(frozen=True)
class Case:
    """One window of departures, a quarter of an hour apart, with its limits."""

    name: str
    window: Window
    limits: Limits


def cases_of(days: dict[str, date]) -> list[Case]:
    """Return the windows to try on days by name."""
    span, step = STEPS * 900, 900
    return [
        Case("afternoon", Window(days["weekday"], time(16), span, step), Limits()),
        Case("over midnight", Window(days["saturday"], time(22, 53), span, step), Limits()),
        Case("after midnight", Window(days["sunday"], time(0, 7), span, step), Limits()),
        Case("clocks put back", Window(days["clocks"], time(1, 3), span, step), Limits()),
        Case("change in 1 s", Window(days["weekday"], time(7), span, step),
             Limits(change_s=1, transfer_s=900)),
        Case("change in 3 min", Window(days["weekday"], time(16, 0, 17), span, step),
             Limits(change_s=180, access_s=600, cap_s=3600)),
    ]  # fmt: skip


def differences(
    transit: Transit, feed: PlainFeed, window: Window, supplies: list[Snapped],
    people: NDArray[np.int64],
) -> tuple[int, int]:  # fmt: skip
    """Return how many of the values of some people differ, and how many there are."""
    limits, ids = transit.limits, transit.timetable.stop_id
    mine = transit.of(transit.demand.take(people))
    found = mine.times(supplies, window=window, limits_s=[LIMIT_S] * len(supplies))
    changes, access = mine.changes, mine.access
    neighbours = {
        ids[s]: [
            (ids[changes.stop[k]], int(changes.seconds[k]))
            for k in range(changes.start[s], changes.start[s + 1])
        ]
        for s in range(len(ids))
    }
    final = final_walks(transit.walk, transit.stops, supplies, limits.final_s, outward=True)
    walk = final_walks(transit.walk, mine.demand, supplies, np.inf, outward=True)
    final_of = {
        stop: [(lane, int(final[lane, s])) for lane in np.flatnonzero(final[:, s] < NEVER)]
        for s, stop in enumerate(ids)
    }
    plain = PlainSearch(feed.runs(window.day), neighbours, final_of)
    start = transit.first_s(window)
    wrong = total = 0
    for i in range(len(people)):
        near = [
            (ids[access.stop[k]], int(access.seconds[k]))
            for k in range(access.start[i], access.start[i + 1])
        ]
        walks = [w if w < NEVER else INF for w in walk[:, i].tolist()]
        by_step = [
            plain.travel_s(near, walks, start + j * window.step_s, limits.cap_s)
            for j in range(window.count)
        ]
        for lane in range(len(supplies)):
            took = [row[lane] for row in by_step]
            expected = (
                statistics.median_low(took), min(took), sum(t <= LIMIT_S for t in took) / len(took)
            )  # fmt: skip
            got = (found.median_s[lane, i], found.best_s[lane, i], found.share[lane, i])
            wrong += sum(
                not (e >= INF and np.isinf(g)) and abs(e - g) > 1e-6
                for e, g in zip(expected, got, strict=True)
            )
            total += 3
    return wrong, total


def main() -> int:
    """Compare `PEOPLE` origins in each window and print a row each."""
    feed_path, streets_path = Path(sys.argv[1]), Path(sys.argv[2])
    origins = int(sys.argv[3]) if len(sys.argv) > 3 else 350
    timetable = read_gtfs(feed_path, crs="EPSG:25832", attribution="the feed's publisher")
    walk = Network.build(read_streets(streets_path), mode="walk", crs="EPSG:25832")
    random = np.random.default_rng(9)
    demand = walk.snap(walk.xy[random.choice(len(walk.xy), 4000, replace=False)])
    supplies = [walk.snap(walk.xy[random.choice(len(walk.xy), OFFERS)]) for _ in range(LANES)]
    feed = PlainFeed(feed_path)
    days = {"weekday": date(2016, 11, 15), "saturday": date(2016, 11, 12),
            "sunday": date(2016, 11, 13), "clocks": date(2016, 10, 30)}  # fmt: skip
    failed = queries = 0
    for case in cases_of(days):
        transit = Transit(walk, timetable, demand, limits=case.limits)
        people = random.choice(np.flatnonzero(transit.has_stop), origins, replace=False)
        wrong, total = differences(transit, feed, case.window, supplies, people)
        print(f"| {case.name}, {origins} origins | {wrong} of {total} differ |",
              flush=True)  # fmt: skip
        failed += wrong
        queries += origins
    print(f"{queries} origins, {queries * STEPS} searches, {LANES} categories: {failed} differ")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
