"""
Isochrones of random homes of the demo region, beside the usual way: reached streets, buffered.

The peer unites the reached pieces of street, each buffered by 50 m; it gets the search and the
pieces for nothing, fills what lies between parallel streets, and knows no access leg. Both shapes
are held against the homes that the network itself reaches (Jaccard index). Ours is drawn twice: the
second time the streets nearest to each spot are known, as they are once somebody asked near by.
Processor seconds. Last the reach of every offer of the category that has most.

    python -m benchmarks.isochrone
"""

from __future__ import annotations

from time import process_time
from typing import TYPE_CHECKING

import numpy as np
import shapely

from benchmarks.measure import demo_atlas, row
from geo.isochrone import isochrones
from geo.street_grid import grid_of
from layers.radius import reach_radii

if TYPE_CHECKING:
    from geo.network import Network, Snapped
    from layers.atlas import Atlas

QUESTIONS = (("walk", 5.0), ("walk", 10.0), ("walk", 15.0), ("bike", 10.0), ("car", 10.0))
PLACES = 25
BUFFER_M = 50.0


def buffered(network: Network, place: Snapped, limit_s: float) -> tuple[shapely.Geometry, float]:
    """Unite the buffered pieces whose edge is reached, and say how long the uniting took."""
    node_s = network.node_seconds(place, leaving=True, limit_s=limit_s)
    reached = np.isfinite(node_s[network.a]) & np.isfinite(node_s[network.b])
    pieces = network.pieces_within(tuple(np.r_[network.xy.min(0), network.xy.max(0)]))
    used = reached[pieces.edge]
    lines = np.stack([pieces.start_xy[used], pieces.end_xy[used]], axis=1)
    start = process_time()
    shape = shapely.union_all(shapely.buffer(shapely.linestrings(lines), BUFFER_M, quad_segs=4))
    return shape, process_time() - start


def measure(atlas: Atlas, mode: str, minutes: float) -> None:
    """Draw both for the same homes and print a row."""
    network, people = atlas.networks[mode], atlas.demand[mode]
    homes = np.random.default_rng(5).choice(np.flatnonzero(people.placed), PLACES)
    limit_s = minutes * 60
    isochrones(network, people.take(homes[:1]), [limit_s], leaving=True)
    figures = []
    for home in homes:
        place = people.take([home])
        truth = np.zeros(len(people), bool)
        truth[network.within(place, people, limit_s).target] = True
        took = []
        grid_of(network).forget()
        for _ in range(2):
            start = process_time()
            ours = isochrones(network, place, [limit_s], leaving=True)[0].shape
            took.append(process_time() - start)
        theirs, their_s = buffered(network, place, limit_s)
        alike = []
        for shape in (ours, theirs):
            shapely.prepare(shape)
            inside = shapely.contains_xy(shape, atlas.population.xy)
            alike.append((inside & truth).sum() / (inside | truth).sum())
        figures.append((*took, their_s, *alike))
    first, again, their_s = np.median(np.array(figures)[:, :3], axis=0) * 1000
    alike = np.mean(np.array(figures)[:, 3:], axis=0)
    row(f"isochrone, {mode}, {minutes:g} min, search included",
        f"{first:.1f} ms, near by again {again:.1f} ms",
        f"buffered streets, search not included: {their_s:.1f} ms", f"{their_s / again:.1f} ×",
        f"homes as the network says: {alike[0]:.3f}, buffered {alike[1]:.3f}")  # fmt: skip


def measure_radii(atlas: Atlas, mode: str) -> None:
    """Draw the reach of every offer of the largest category twice and print a row."""
    category = max(atlas.taxonomy.categories, key=lambda each: len(atlas.offers_of(each)))
    took = []
    grid_of(atlas.networks[mode]).forget()
    for _ in range(2):
        start = process_time()
        reach_radii(atlas, category=category.id, mode=mode, minutes=15)
        took.append(process_time() - start)
    offers = len(atlas.offers_of(category))
    row(f"reach of {offers} offers, {mode}, 15 min, people counted",
        f"{took[0]:.2f} s, again {took[1]:.2f} s", "", "", "")  # fmt: skip


def main() -> None:
    """Print a row for each mode and limit."""
    with demo_atlas() as atlas:
        for mode, minutes in QUESTIONS:
            measure(atlas, mode, minutes)
        for mode in ("walk", "car"):
            measure_radii(atlas, mode)


if __name__ == "__main__":
    main()
