"""
Makes a timetable of nothing but a region's own streets: lines with headways, as a GTFS feed.

Stops stand at crossings, about 400 m apart; a line follows the shortest way along stops between two
of them that lie far from each other, both ways, at 20 km/h and 20 s a stop, with a headway of its
own: half as often from 20:00 on and before 6:00, half as often all day on Saturdays, a third on
Sundays, when the first one leaves at 8:00; a last one after midnight, on Sundays at 22:00. The same
seed gives the same bytes.

    python -m benchmarks.timetable REGION FEED.zip [--lines 12] [--seed 1]
"""

from __future__ import annotations

import argparse
import zipfile
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.measure import ROOT
from geo.crs import to_lonlat
from geo.network import Network
from geo.osm import read_streets
from geo.region_file import load_region

if TYPE_CHECKING:
    from numpy.typing import NDArray

SPACING_M = 400.0
NEXT_STOP_S = 900.0  # walking: farther stops are not neighbours
SPEED_M_S = 20 / 3.6
DWELL_S = 20
HEADWAYS_MIN = (10, 15, 20, 30, 60)
LESS_OFTEN = {"weekday": 1, "saturday": 2, "sunday": 3}
THIN = 2  # so much less often again in the evening and early in the morning
DAYS = {"weekday": "1,1,1,1,1,0,0", "saturday": "0,0,0,0,0,1,0", "sunday": "0,0,0,0,0,0,1"}
FIRST_S, LAST_S = 5 * 3600, 23 * 3600
DAY_S, EVENING_S = 6 * 3600, 20 * 3600
SUNDAY_FIRST_S, SUNDAY_LAST_S = 8 * 3600, 22 * 3600
NIGHT_S = 24 * 3600 + 30 * 60


def clock(seconds: int) -> str:
    """Write seconds as GTFS does, also beyond 24:00."""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def leaves_of(service: str, headway_s: int, offset_s: int) -> list[int]:
    """Return when a line leaves its first stop on a day of a service, in seconds, ascending."""
    every_s = headway_s * LESS_OFTEN[service]
    if service == "sunday":
        first_s, last_s = SUNDAY_FIRST_S, SUNDAY_LAST_S
    else:
        first_s, last_s = FIRST_S, NIGHT_S
    leaves = []
    at_s = first_s + offset_s
    while at_s < min(last_s, LAST_S):
        leaves.append(at_s)
        is_thin = not DAY_S <= at_s < EVENING_S
        at_s += every_s * (THIN if is_thin else 1)
    return [*leaves, last_s + offset_s]


def stops_of(walk: Network) -> NDArray[np.float64]:
    """Return the places of stops: the crossing nearest to the middle of each cell that has one."""
    cell = np.floor(walk.xy / SPACING_M)
    off = np.hypot(*(walk.xy - (cell + 0.5) * SPACING_M).T)
    order = np.lexsort((off, cell[:, 1], cell[:, 0]))
    is_first = np.r_[True, (np.diff(cell[order], axis=0) != 0).any(axis=1)]
    return walk.xy[order[is_first]]


def courses_of(
    walk: Network, stop_xy: NDArray[np.float64], *, lines: int, seed: int
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return the stops of each line, and the metres from each to the next."""
    random = np.random.default_rng(seed)
    placed = walk.snap(stop_xy)
    pairs = walk.within(placed, placed, NEXT_STOP_S)
    used = pairs.source != pairs.target
    way = np.maximum(pairs.distance_m[used], 1.0)
    graph = csr_array((way, (pairs.source[used], pairs.target[used])), shape=(len(stop_xy),) * 2)
    graph = csr_array(graph.power(1.5))  # many short hops before a long one: a bus that halts
    courses: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    for start in random.permutation(len(stop_xy)):
        if len(courses) == lines:
            break
        cost, before = dijkstra(graph, indices=start, return_predecessors=True)
        far = np.flatnonzero(np.isfinite(cost) & (cost >= 0.5 * cost[np.isfinite(cost)].max()))
        course = [int(random.choice(far))]
        while course[-1] != start:
            course.append(int(before[course[-1]]))
        if len(course) < 3:
            continue
        ways = [float(graph[a, b]) ** (1 / 1.5) for a, b in pairwise(course)]
        courses.append((np.array(course), np.rint(ways).astype(np.int64)))
    return courses


def write_timetable(
    walk: Network, path: Path, *, lines: int = 12, seed: int = 1,
    first_day: date = date(2026, 1, 1), days: int = 365,
) -> None:  # fmt: skip
    """Write a feed of lines over a walking network."""
    stop_xy = stops_of(walk)
    courses = courses_of(walk, stop_xy, lines=lines, seed=seed)
    random = np.random.default_rng(seed + 1)
    lonlat = to_lonlat(stop_xy, walk.crs)
    last_day = first_day + timedelta(days=days - 1)
    span = f"{first_day:%Y%m%d},{last_day:%Y%m%d}"
    tables = {
        "agency": ["agency_id,agency_name,agency_url,agency_timezone",
                   "m,Made up,https://example.org,Europe/Berlin"],
        "feed_info": ["feed_publisher_name,feed_publisher_url,feed_lang,feed_start_date,"
                      "feed_end_date,feed_version", f"Made up,https://example.org,de,{span},1"],
        "calendar": ["service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,"
                     "start_date,end_date", *(f"{s},{d},{span}" for s, d in DAYS.items())],
        "stops": ["stop_id,stop_name,stop_lat,stop_lon",
                  *(f"s{i},Stop {i},{lat:.8f},{lon:.8f}" for i, (lon, lat) in enumerate(lonlat))],
        "routes": ["route_id,route_short_name,route_type"],
        "trips": ["route_id,service_id,trip_id,trip_headsign"],
        "stop_times": ["trip_id,arrival_time,departure_time,stop_id,stop_sequence"],
    }  # fmt: skip
    for number, (course, ways) in enumerate(courses, start=1):
        tables["routes"].append(f"l{number},{number},3")
        headway_s = 60 * int(random.choice(HEADWAYS_MIN))
        offset_s = 60 * int(random.integers(0, headway_s // 60))
        for service in LESS_OFTEN:
            leaves = leaves_of(service, headway_s, offset_s)
            for back, stops, metres in ((0, course, ways), (1, course[::-1], ways[::-1])):
                ride = np.r_[0, np.cumsum(np.ceil(metres / SPEED_M_S).astype(int) + DWELL_S)]
                for start in leaves:
                    trip = f"{number}-{service}-{back}-{start}"
                    tables["trips"].append(f"l{number},{service},{trip},Stop {stops[-1]}")
                    tables["stop_times"] += [
                        f"{trip},{clock(start + after - min(DWELL_S, after))},"
                        f"{clock(start + after)},s{stop},{place}"
                        for place, (stop, after) in enumerate(
                            zip(stops, ride.tolist(), strict=True)
                        )
                    ]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, rows in tables.items():
            info = zipfile.ZipInfo(f"{name}.txt", (2020, 1, 1, 0, 0, 0))
            packed.writestr(info, "\n".join([*rows, ""]), zipfile.ZIP_DEFLATED)


def walk_of(region: str) -> Network:
    """Build the walking network of a shipped region."""
    loaded = load_region(ROOT / "data/regions" / region / "region.toml")
    if loaded.extract is None:
        raise SystemExit(f"region {region} has no streets")
    return Network.build(read_streets(loaded.extract), mode="walk", crs=loaded.crs)


def main() -> None:
    """Write a feed for a shipped region."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("region")
    parser.add_argument("feed", type=Path)
    parser.add_argument("--lines", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    write_timetable(walk_of(asked.region), asked.feed, lines=asked.lines, seed=asked.seed)


if __name__ == "__main__":
    main()
