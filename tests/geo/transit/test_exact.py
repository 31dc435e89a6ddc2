"""Against a plain search from `stop_times`: no value may differ by a second."""

from datetime import date, time
from pathlib import Path

import numpy as np
import pytest

from benchmarks.timetable import write_timetable
from benchmarks.transit_exact import differences
from geo.network import Network
from geo.transit.events import NEVER
from geo.transit.gtfs import read_gtfs
from geo.transit.limits import Limits
from geo.transit.residents import Access, statistics
from geo.transit.transit import Transit
from geo.transit.walks import final_walks
from geo.transit.window import Window
from tests.toytown import CRS, Town
from tests.transit_oracle import INF, PlainFeed, PlainSearch

BLOCKS, BLOCK_M, LANES = 14, 180.0, 12


@pytest.fixture(scope="module")
def walk() -> Network:
    town, line = Town(), [k * BLOCK_M for k in range(BLOCKS)]
    for fixed in line:
        town.way(*((x, fixed) for x in line))
        town.way(*((fixed, y) for y in line))
    return Network.build(town.streets(), mode="walk", crs=CRS)


@pytest.fixture(scope="module")
def feed_path(walk: Network, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("feeds") / "feed.zip"
    write_timetable(walk, path, lines=9, seed=3, first_day=date(2026, 10, 1), days=90)
    return path


@pytest.fixture(scope="module")
def supplies(walk: Network):
    random = np.random.default_rng(4)
    return [walk.snap(walk.xy[random.choice(len(walk.xy), 3)]) for _ in range(LANES)]


def transit_of(walk: Network, feed_path: Path, limits: Limits) -> Transit:
    timetable = read_gtfs(feed_path, crs=CRS)
    random = np.random.default_rng(5)
    homes = walk.xy[random.choice(len(walk.xy), 60)] + random.uniform(-80, 80, (60, 2))
    return Transit(walk, timetable, walk.snap(homes), limits=limits)


def test_a_generated_timetable_is_the_same_each_time(walk, feed_path, tmp_path):
    again = tmp_path / "again.zip"
    write_timetable(walk, again, lines=9, seed=3, first_day=date(2026, 10, 1), days=90)
    assert again.read_bytes() == feed_path.read_bytes()
    timetable = read_gtfs(again, crs=CRS)
    assert len(set(timetable.trip_line.tolist())) == 9
    assert timetable.about.counts["trips_backwards"] == 0


@pytest.mark.parametrize(
    ("day", "start", "limits"),
    [
        (date(2026, 11, 24), time(16, 1), Limits()),
        (date(2026, 11, 28), time(23, 31), Limits()),  # into Sunday
        (date(2026, 11, 29), time(0, 2), Limits(access_s=300)),  # Saturday's last ones
        (date(2026, 10, 25), time(0, 5), Limits()),  # the clocks are put back at 3
        (date(2026, 11, 24), time(7, 0, 30), Limits(change_s=1, transfer_s=900)),
        (date(2026, 11, 29), time(9), Limits(change_s=240, cap_s=2400, final_s=200)),
    ],
)
def test_every_median_best_and_share_is_that_of_a_plain_search(
    walk, feed_path, supplies, day, start, limits
):
    transit = transit_of(walk, feed_path, limits)
    window = Window(day, start, 6 * 450, 450)
    feed = PlainFeed(feed_path)
    wrong, total = differences(transit, feed, window, supplies, np.arange(40))
    assert (wrong, total) == (0, 40 * LANES * 3)
    times = transit.times(supplies, window=window, limits_s=[1800] * LANES)
    assert (times.best_s < times.walk_s).any()  # rides matter here


def test_the_way_home_starts_as_late_as_it_can(walk, feed_path, supplies):
    transit = transit_of(walk, feed_path, Limits(change_s=60, cap_s=7200))
    ids, stops = transit.timetable.stop_id, range(len(transit.stops))
    plain = PlainSearch(
        PlainFeed(feed_path).runs(date(2026, 11, 24)),
        {
            ids[s]: [
                (ids[transit.changes.stop[k]], int(transit.changes.seconds[k]))
                for k in range(transit.changes.start[s], transit.changes.start[s + 1])
            ]
            for s in stops
        },
        final_s := {stop: [] for stop in ids},
    )
    access, checked = transit.access, 0
    to_stops = final_walks(transit.walk, transit.stops, supplies, 900, outward=False)
    for home in range(8):
        for minute in (0, 37):
            at_home = Window(date(2026, 11, 24), time(17, minute), 60)
            found = transit.times(supplies, window=at_home, limits_s=[1800] * LANES, homeward=True)
            deadline = transit.first_s(at_home)
            for stop in final_s.values():
                stop.clear()
            for k in range(access.start[home], access.start[home + 1]):
                final_s[ids[access.stop[k]]].append((0, int(access.seconds[k])))
            for lane in range(LANES):
                took, on_foot = found.median_s[lane, home], found.walk_s[lane, home]
                if took >= on_foot:
                    continue
                near = [(ids[s], int(w)) for s, w in enumerate(to_stops[lane]) if w < NEVER]
                start = deadline - int(took)
                late = [plain.travel_s(near, [INF], start + more, 7200)[0] for more in (0, 1)]
                assert start + late[0] <= deadline < start + 1 + late[1]
                checked += 1
    assert checked > 30


def test_statistics_are_those_of_sorted_departures():
    random = np.random.default_rng(6)
    people, stops, lanes, steps, cap, never = 30, 5, 16, 45, 1500, 40_000
    rows = np.sort(random.integers(0, 4000, (stops, 12)), axis=1)
    first_row = np.arange(stops + 1, dtype=np.int32) * 13
    row_at_s = np.column_stack([rows, np.full(stops, NEVER)]).ravel().astype(np.int32)
    later = np.minimum.accumulate(
        random.integers(300, 6000, (stops, 12, lanes))[:, ::-1], axis=1
    )[:, ::-1]  # fmt: skip
    arrival = np.full((stops, 13, lanes), never)
    arrival[:, :12] = np.maximum(later, rows[:, :, None])
    arrival = np.minimum.accumulate(arrival[:, ::-1], axis=1)[:, ::-1]
    count = random.integers(0, 4, people)
    start = np.r_[0, np.cumsum(count)]
    stop = random.integers(0, stops, start[-1]).astype(np.int32)
    seconds = random.integers(0, 600, start[-1]).astype(np.int32)
    walk = random.integers(200, 5000, (people, lanes))
    walk[random.random((people, lanes)) < 0.2] = never
    limit = random.integers(200, 2000, lanes)
    median, best, within = statistics(
        Access(start, stop, seconds), first_row, row_at_s,
        arrival.reshape(-1, lanes).astype(np.uint16), walk.astype(np.uint16),
        limit.astype(np.uint16), steps=steps, step_s=60, cap_s=cap, never=never,
    )  # fmt: skip
    for i in range(people):
        took = np.full((steps, lanes), never)
        for step in range(steps):
            for k in range(start[i], start[i + 1]):
                row = np.searchsorted(rows[stop[k]], step * 60 + seconds[k])
                there = arrival[stop[k], row] - step * 60
                took[step] = np.minimum(took[step], np.where(there <= cap, there, never))
            took[step] = np.minimum(took[step], walk[i])
        assert np.array_equal(median[i], np.sort(took, axis=0)[(steps - 1) // 2])
        assert np.array_equal(best[i], took.min(axis=0))
        assert np.array_equal(within[i], (took <= limit).sum(axis=0))
