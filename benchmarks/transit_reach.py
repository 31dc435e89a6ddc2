"""
What public transport adds: the share of street nodes near seeded offers, on foot and by it.

Thirty offers at seeded street nodes, thirty minutes, the mean of several draws; a weekday's
afternoon and evening, a Saturday, a Sunday. The table is printed and written to
`build/transit_reach.md`, a map of the first draw to `build/transit_reach.html`: cells by how at
least half of their street nodes come to an offer in time, on foot or by transit at which times.

    python -m benchmarks.transit_reach [FEED.zip STREETS.osm.pbf CRS | demo]

Left out, the feed and the streets of Rhein-Neckar beside the checkout
(`../shared/data/test-only/rnv`) are taken, and nothing is done where they are not there. With
`demo` the demo region gets a generated timetable (`benchmarks.timetable`).
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from benchmarks.measure import ROOT
from benchmarks.timetable import walk_of, write_timetable
from geo.network import Network
from geo.osm import read_streets
from geo.transit.gtfs import read_gtfs
from geo.transit.transit import Transit
from layers.timetable import usual_windows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geo.transit.timetable import Timetable

OFFERS, DRAWS, LIMIT_S = 30, 20, 1800
CELL_M = 400.0
RNV = ROOT.parent / "shared/data/test-only/rnv"
RNV_CRS = "EPSG:25832"
HEADS = ("leaving", "nodes", "on foot", "half of them", "best", "departures")
ROW = "| {:30} | {:>8} | {:>7} | {:>12} | {:>7} | {:>10} |"
REACHED = "reached"


@dataclass(frozen=True)
class Part:
    """A window's figures, and who is within the limit in the first draw."""

    name: str
    rows: list[tuple[str, ...]]
    by_foot: NDArray[np.bool_]
    by_median: NDArray[np.bool_]


def region(feed: str, streets: str, crs: str) -> tuple[Network, Path]:
    """Read the streets of a feed's region."""
    return Network.build(read_streets(Path(streets)), mode="walk", crs=crs), Path(feed)


def parts_of(
    walk: Network, timetable: Timetable
) -> tuple[list[Part], NDArray[np.int64], NDArray[np.bool_]]:
    """Return figures by window, the nodes of the first draw's offers, and which have a stop."""
    people = walk.snap(walk.xy)
    transit = Transit(walk, timetable, people)
    random = np.random.default_rng(1)
    chosen = [random.choice(len(walk.xy), OFFERS, replace=False) for _ in range(DRAWS)]
    supplies = [people.take(nodes) for nodes in chosen]
    near = transit.has_stop
    parts = []
    for name, window in usual_windows(timetable).items():
        found = transit.times(supplies, window=window, limits_s=[LIMIT_S] * DRAWS)
        rows = []
        for whom, at in (("all", np.ones(len(near), bool)), ("stop near", near)):
            shares = (
                np.mean(found.walk_s[:, at] <= LIMIT_S),
                np.mean(found.median_s[:, at] <= LIMIT_S),
                np.mean(found.best_s[:, at] <= LIMIT_S),
                found.share[:, at].mean(),
            )
            told = (f"{100 * share:.1f} %" for share in shares)
            rows.append((f"{name} {window.day}", whom, *told))
        by_foot, by_median = (x[0] <= LIMIT_S for x in (found.walk_s, found.median_s))
        parts.append(Part(f"{name} {window}", rows, by_foot, by_median))
    return parts, chosen[0], near


def table_of(parts: list[Part], head: str) -> Iterator[str]:
    """Write the table, all nodes before those with a stop near."""
    yield head
    yield ""
    yield ROW.format(*HEADS)
    yield "|---|---|---|---|---|---|"
    for k in range(2):
        for part in parts:
            yield ROW.format(*part.rows[k])


def cells_of(walk: Network, parts: list[Part]) -> gpd.GeoDataFrame:
    """Return cells by how at least half of their street nodes come to an offer in time."""
    cell, of_node = np.unique(np.floor(walk.xy / CELL_M), axis=0, return_inverse=True)
    of_node = of_node.reshape(-1)
    nodes = np.bincount(of_node)

    def most(within: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return np.bincount(of_node, within) * 2 >= nodes

    on_foot = most(parts[0].by_foot)
    times = {part.name: most(part.by_median) for part in parts}
    ridden = np.array(list(times.values()))
    how = np.select(
        [on_foot, ridden.all(axis=0), ridden.any(axis=0)],
        ["1 on foot", "2 by transit at all four times", "3 by transit, not at all times"],
        "4 not within 30 minutes",
    )
    west, south = (cell * CELL_M).T
    boxes = shapely.box(west, south, west + CELL_M, south + CELL_M)
    columns = {REACHED: how, "street nodes": nodes, **times}
    return gpd.GeoDataFrame(columns, geometry=boxes, crs=walk.crs)


def write_map(walk: Network, parts: list[Part], offers: NDArray[np.int64], path: Path) -> None:
    """Write the map of the first draw as one file that asks nothing of elsewhere."""
    from server.maps import show  # loads what draws, which the table does without

    places = shapely.points(walk.xy[offers])
    layers = {
        "Street nodes": cells_of(walk, parts),
        "Offers": gpd.GeoDataFrame(
            {REACHED: ["offer"] * len(offers)}, geometry=places, crs=walk.crs
        ),
    }
    title = "Within 30 minutes of 30 seeded offers: on foot and by public transport"
    show(layers, column=REACHED, title=title).save(path)


def main() -> None:
    """Print the table, for all nodes and for those that have a stop near; write it and the map."""
    given = sys.argv[1:]
    if not given and not (RNV / "rnv.osm.pbf").is_file():
        print("no feed: name one, or take `demo`; nothing is measured")
        return
    with tempfile.TemporaryDirectory() as folder:
        if given == ["demo"]:
            walk, feed = walk_of("neubrandenburg"), Path(folder) / "feed.zip"
            write_timetable(walk, feed)
        elif given:
            walk, feed = region(*given)
        else:
            walk, feed = region(str(RNV / "rnv-2016-gtfs.zip"), str(RNV / "rnv.osm.pbf"), RNV_CRS)
        timetable = read_gtfs(feed, crs=walk.crs, attribution="benchmark")
    parts, offers, near = parts_of(walk, timetable)
    head = (
        f"{len(near):,} street nodes, {near.mean():.0%} with a stop in 15 minutes; "
        f"{OFFERS} offers, {DRAWS} draws"
    )
    lines = list(table_of(parts, head))
    print("\n".join(lines))
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    (build / "transit_reach.md").write_text("\n".join([*lines, ""]), encoding="utf-8")
    write_map(walk, parts, offers, build / "transit_reach.html")
    print("build/transit_reach.md, build/transit_reach.html")


if __name__ == "__main__":
    main()
