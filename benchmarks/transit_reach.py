"""
What public transport adds: the share of street nodes near seeded offers, on foot and by it.

Thirty offers at seeded street nodes, thirty minutes, the mean of several draws; a weekday's
afternoon and evening, a Saturday, a Sunday.

    python -m benchmarks.transit_reach [FEED.zip STREETS.osm.pbf CRS]

Without a feed the demo region gets a generated timetable (`benchmarks.timetable`).
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.timetable import walk_of, write_timetable
from geo.network import Network
from geo.osm import read_streets
from geo.transit.gtfs import read_gtfs
from geo.transit.transit import Transit
from layers.timetable import usual_windows

OFFERS, DRAWS, LIMIT_S = 30, 20, 1800
ROW = "| {:34} | {:>7} | {:>12} | {:>7} | {:>10} |"


def region(feed: str, streets: str, crs: str) -> tuple[Network, Path]:
    """Read the streets of a feed's region."""
    return Network.build(read_streets(Path(streets)), mode="walk", crs=crs), Path(feed)


def main() -> None:
    """Print the table, for all nodes and for those that have a stop near."""
    given = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        if given:
            walk, feed = region(*given)
        else:
            walk, feed = walk_of("neubrandenburg"), Path(folder) / "feed.zip"
            write_timetable(walk, feed)
        timetable = read_gtfs(feed, crs=walk.crs, attribution="benchmark")
    people = walk.snap(walk.xy)
    transit = Transit(walk, timetable, people)
    random = np.random.default_rng(1)
    chosen = [random.choice(len(walk.xy), OFFERS, replace=False) for _ in range(DRAWS)]
    supplies = [people.take(nodes) for nodes in chosen]
    near = transit.has_stop
    print(f"{len(near):,} nodes, {near.mean():.0%} with a stop in 15 minutes; {DRAWS} draws")
    print(ROW.format("", "on foot", "half of them", "best", "departures"))
    for part, window in usual_windows(timetable).items():
        found = transit.times(supplies, window=window, limits_s=[LIMIT_S] * DRAWS)
        for name, at in (("all nodes", np.ones(len(near), bool)), ("with a stop", near)):
            shares = (
                np.mean(found.walk_s[:, at] <= LIMIT_S),
                np.mean(found.median_s[:, at] <= LIMIT_S),
                np.mean(found.best_s[:, at] <= LIMIT_S),
                found.share[:, at].mean(),
            )
            told = [f"{100 * share:.1f} %" for share in shares]
            print(ROW.format(f"{part} {window.day} {name}", *told))


if __name__ == "__main__":
    main()
