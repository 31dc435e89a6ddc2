"""
Public transport: the scan, the people, a new day, a larger network, and a search origin by origin.

The peer is our own compiled forward scan, one for each origin and departure, all categories at
once, with the same walks and changes; its answers must be the same. Processor seconds, one thread.

    python -m benchmarks.transit [FEED.zip STREETS.osm.pbf CRS DAY]

Without a feed the demo region gets a generated timetable (`benchmarks.timetable`).
"""

from __future__ import annotations

import statistics as summing
import sys
import tempfile
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

import numba
import numpy as np

from benchmarks.measure import peak_mb, row
from benchmarks.timetable import walk_of, write_timetable
from geo.network import Network
from geo.osm import read_streets
from geo.transit.events import NEVER, Events
from geo.transit.gtfs import read_gtfs
from geo.transit.residents import statistics
from geo.transit.scan import lane_type, padded, scan
from geo.transit.transit import Transit
from geo.transit.walks import final_walks
from geo.transit.window import Window

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.transit.rides import Rides
    from geo.transit.timetable import Timetable

CATEGORIES, OFFERS, LIMIT_S = 40, 30, 1800
PEER_ORIGINS = 12
COPIES = 4


def seconds_of(run: Callable[[], object], *, times: int) -> float:
    """Return the least processor seconds of a call: what else runs here only adds to them."""
    run()
    took = []
    for _ in range(times):
        start = process_time()
        run()
        took.append(process_time() - start)
    return min(took)


@numba.njit(nogil=True)
def forward(vehicle, from_stop, to_stop, departs, arrives, boards, alights, change_start,
            change_stop, change_s, ready, seated, final_s, best, leaves, until):  # fmt: skip
    """Scan rides in order of departure from one origin; `ready` are its first stops."""
    lanes = len(best)
    for i in range(np.searchsorted(departs, leaves), len(departs)):
        if departs[i] > until:
            break
        v = vehicle[i]
        if not seated[v] and not (boards[i] and ready[from_stop[i]] <= departs[i]):
            continue
        seated[v] = True
        if not alights[i] or arrives[i] > until:
            continue
        s = to_stop[i]
        for lane in range(lanes):
            best[lane] = min(best[lane], arrives[i] + final_s[s, lane])
        for k in range(change_start[s], change_start[s + 1]):
            there = arrives[i] + change_s[k]
            if there < ready[change_stop[k]]:
                ready[change_stop[k]] = there


class Peer:
    """The compiled search of one origin after the other."""

    def __init__(self, transit: Transit, window: Window, final_s: np.ndarray) -> None:
        rides, self.first_s, _ = transit.rides(window)
        order = np.argsort(rides.departure_s, kind="stable")
        names = ("vehicle", "from_stop", "to_stop", "departure_s", "arrival_s", "boards", "alights")
        self.rides = [np.ascontiguousarray(getattr(rides, name)[order]) for name in names]
        changes = transit.changes
        self.changes = (changes.start, changes.stop, changes.seconds)
        self.vehicles, self.transit, self.window = rides.vehicles, transit, window
        self.final_s = np.ascontiguousarray(final_s.T)

    def best_s(self, person: int, walk_s: np.ndarray) -> np.ndarray:
        """Return the travel time of each departure and category."""
        access, cap_s = self.transit.access, self.transit.limits.cap_s
        near = slice(access.start[person], access.start[person + 1])
        found = np.empty((self.window.count, len(walk_s)), np.int64)
        for step in range(self.window.count):
            leaves = self.first_s + step * self.window.step_s
            ready = np.full(len(self.transit.stops), NEVER, np.int32)
            ready[access.stop[near]] = leaves + access.seconds[near]
            best = np.full(len(walk_s), NEVER, np.int32)
            forward(*self.rides, *self.changes, ready, np.zeros(self.vehicles, np.bool_),
                    self.final_s, best, leaves, leaves + cap_s)  # fmt: skip
            took = best - leaves
            found[step] = np.minimum(np.where(took <= cap_s, took, NEVER), walk_s)
        return found


def copies(timetable: Timetable, count: int) -> Timetable:
    """Put so many towns of the same timetable side by side, 200 km from each other."""
    n, stops, calls = len(timetable.trip_line), len(timetable.stop_xy), len(timetable.call_stop)
    tiled = {name: np.tile(getattr(timetable, name), count) for name in (
        "trip_line", "trip_headsign", "trip_service", "trip_by_headway", "call_arrival_s",
        "call_departure_s", "call_boards", "call_alights")}  # fmt: skip
    return replace(
        timetable, **tiled,
        stop_xy=np.vstack(
            [timetable.stop_xy + np.array([k * 200_000.0, 0.0]) for k in range(count)]
        ),
        stop_station=np.full(stops * count, -1, np.int32),
        trip_start=np.r_[0, np.concatenate([timetable.trip_start[1:] + k * calls
                                            for k in range(count)])],
        trip_block=np.full(n * count, -1, np.int32),
        call_stop=np.concatenate([timetable.call_stop + k * stops for k in range(count)]).astype(
            np.int32),
        transfers=np.zeros((0, 4), np.int32), seats=np.zeros((0, 3), np.int32),
        stop_id=timetable.stop_id * count, stop_name=timetable.stop_name * count,
    )  # fmt: skip


def many(transit: Transit, window: Window, final_s: np.ndarray) -> None:
    """Measure the scan of a larger network."""
    big = copies(transit.timetable, COPIES)
    stops, changes = len(transit.stops), transit.changes
    tiled = type(changes)(
        np.r_[0, np.concatenate([changes.start[1:] + k * len(changes.stop)
                                 for k in range(COPIES)])],
        np.concatenate([changes.stop + k * stops for k in range(COPIES)]).astype(np.int32),
        np.tile(changes.seconds, COPIES),
    )  # fmt: skip
    larger = Transit(transit.walk, big, transit.demand, limits=transit.limits)
    rides, first_s, last_s = larger.rides(window)
    events = Events.of(rides, tiled, first_s=first_s, last_s=last_s)
    lanes = lanes_of(np.tile(final_s, COPIES), events)
    took = seconds_of(lambda: scan(events, lanes), times=7)
    departures = int(big.departures_by_day[(window.day - big.about.first_day).days])
    row(f"{COPIES} copies: {len(big.stop_xy):,} stops, {departures:,} departures a day, scan",
        f"{took * 1000:.1f} ms", "", "", f"<= 25 ms; whole process {peak_mb():.0f} MB")  # fmt: skip


def lanes_of(final_s: np.ndarray, events: Events) -> np.ndarray:
    """Turn final walks (k, s) into lanes."""
    kind, never = lane_type(events.last_s)
    lanes = np.full((final_s.shape[1], padded(len(final_s))), never, kind)
    lanes[:, : len(final_s)] = np.minimum(final_s, never).T
    return lanes


def measure(walk: Network, timetable: Timetable, window: Window) -> None:
    """Print a row for each figure."""
    random = np.random.default_rng(1)
    transit = Transit(walk, timetable, walk.snap(walk.xy))
    supplies = [walk.snap(walk.xy[random.choice(len(walk.xy), OFFERS)]) for _ in range(CATEGORIES)]
    _ = transit.access

    def new_day() -> Events:
        rides, first_s, last_s = transit.rides(window)
        return Events.of(rides, transit.changes, first_s=first_s, last_s=last_s)

    took = seconds_of(new_day, times=7)
    events = new_day()
    rides: Rides = transit.rides(window)[0]
    row(f"a new window: {len(rides):,} rides, {len(events.arc):,} arcs", f"{took * 1000:.0f} ms",
        "", "", "<= 50 ms")  # fmt: skip
    final_s = final_walks(walk, transit.stops, supplies, transit.limits.final_s, outward=True)
    walk_s = final_walks(walk, transit.demand, supplies, np.inf, outward=True)
    by_count = {}
    for count in (1, 16, CATEGORIES):
        lanes = lanes_of(final_s[:count], events)
        by_count[count] = seconds_of(lambda lanes=lanes: scan(events, lanes), times=15)
    one, all_ = by_count[1], by_count[CATEGORIES]
    row("scan, 1 / 16 / 40 categories",
        " / ".join(f"{took * 1000:.1f}" for took in by_count.values()) + " ms", "",
        f"{all_ / one:.1f} x one", "<= 3 ms, 3 x")  # fmt: skip
    lanes = lanes_of(final_s, events)
    arrival_s = scan(events, lanes)
    kind, never = lane_type(events.last_s)
    walks = np.zeros((len(transit.demand), lanes.shape[1]), kind)
    walks[:, :CATEGORIES] = np.minimum(walk_s, never).T
    limit = np.full(lanes.shape[1], LIMIT_S, kind)
    near = int(transit.has_stop.sum())

    def people() -> object:
        return statistics(
            transit.access, events.first_row, events.row_at_s, arrival_s, walks, limit,
            steps=window.count, step_s=window.step_s, cap_s=transit.limits.cap_s, never=never,
        )  # fmt: skip

    took = seconds_of(people, times=5)
    row(f"people, {CATEGORIES} categories x {window.count} departures, {near:,} near a stop",
        f"{took * 1e6 / near:.1f} us each", "", "", "<= 10 us")  # fmt: skip
    ours = (took + all_) / near
    peer = Peer(transit, window, final_s)
    found = transit.times(supplies, window=window, limits_s=[LIMIT_S] * CATEGORIES)
    origins = random.choice(np.flatnonzero(transit.has_stop), PEER_ORIGINS, replace=False)
    peer.best_s(origins[0], walk_s[:, origins[0]])
    each = []
    for origin in origins:
        start = process_time()
        by_step = peer.best_s(origin, walk_s[:, origin])
        each.append(process_time() - start)
        middle = np.sort(by_step, axis=0)[(window.count - 1) // 2]
        told = np.where(middle >= NEVER, np.inf, middle)
        if not np.array_equal(told, found.median_s[:, origin]):
            raise SystemExit(f"origin {origin}: the peer answers something else")
    row("the same by a compiled search of each origin and departure", f"{ours * 1e6:.1f} us each",
        f"{summing.median(each) * 1000:.1f} ms each", f"{summing.median(each) / ours:.0f} x",
        ">= 500 x")  # fmt: skip
    many(transit, window, final_s)
    for name, at in (("afternoon", window), ("evening", replace(window, start=time(21)))):
        found = transit.times(supplies, window=at, limits_s=[LIMIT_S] * CATEGORIES)
        shares = [float((x <= LIMIT_S).mean()) for x in
                  (found.walk_s, found.median_s, found.best_s)]  # fmt: skip
        print(f"within 30 minutes of {OFFERS} offers, {name}: on foot {shares[0]:.1%}, "
              f"median {shares[1]:.1%}, best {shares[2]:.1%}")  # fmt: skip


def main() -> None:
    """Measure a feed of one's own, or the demo region with a generated one."""
    if len(sys.argv) > 1:
        feed, streets, crs, day = sys.argv[1:5]
        timetable = read_gtfs(Path(feed), crs=crs, attribution="the feed's publisher")
        walk = Network.build(read_streets(Path(streets)), mode="walk", crs=crs)
        measure(walk, timetable, Window(date.fromisoformat(day), time(16), 7200))
        return
    walk = walk_of("neubrandenburg")
    with tempfile.TemporaryDirectory() as folder:
        feed_path = Path(folder) / "feed.zip"
        write_timetable(walk, feed_path, lines=40)
        measure(
            walk, read_gtfs(feed_path, crs=walk.crs), Window(date(2026, 11, 24), time(16), 7200)
        )


if __name__ == "__main__":
    main()
