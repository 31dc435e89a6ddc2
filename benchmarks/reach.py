"""
The reach engine beside its peers, on the demo region and on generated ones, in one run each.

    python -m benchmarks.generate 3 k3
    python -m benchmarks.reach k3 …

Folders are named after the number of copies a side; networks are kept there for the next run. Times
are of the processor, the best of several, so that a busy machine changes them little.
Peers get the whole street graph, as they hold it: every vertex of a street is a node. Supply are
30 · k² ends of streets a category, k² the number of copies; residents stand around streets.
"""

from __future__ import annotations

import gc
import importlib
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.measure import EXTRACT, peak_mb, row
from geo.network import Network
from geo.osm import read_streets
from geo.reach.elimination import fill
from geo.reach.hierarchy import Hierarchy
from geo.reach.order import elimination_order, neighbours
from geo.reach.seeds import Seeds, Streets
from geo.snapping import EdgeFinder, straight_tails

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

CRS = "EPSG:25833"
CATEGORIES = 40
HOMES = 15_337  # of one copy
DISTRICTS = 12
SLOW_PEERS_NODES = 500_000  # beyond these networkx and pandana take minutes and gigabytes
MODES = ("walk", "bike", "car")


def best_s(work: Callable[[], Any], *, times: int = 5) -> float:
    """Return the processor seconds of the fastest of several runs."""
    taken = []
    for _ in range(times):
        start = process_time()
        work()
        taken.append(process_time() - start)
    return min(taken)


class Region:
    """A region's networks, and random places on them."""

    def __init__(self, extract: Path, copies: int, kept: Path) -> None:
        self.extract, self.copies, self._kept = extract, copies, kept
        self._streets = None

    def network(self, mode: str) -> Network:
        """Open a network, built at the first run and kept beside the extract."""
        folder = self._kept / mode
        if not folder.is_dir():
            if self._streets is None:
                self._streets = read_streets(self.extract)
            start = process_time()
            made = Network.build(self._streets, mode=mode, crs=CRS)
            print(
                f"\n{mode}: network of {self.extract.name} built in {process_time() - start:.1f} s"
            )
            made.save(folder)
            del made
            gc.collect()
        return Network.open(folder)

    def supplies(self, network: Network, *, seed: int) -> list[Ints]:
        """Draw the edges of each category's offers, which stand at an end of these."""
        rng = np.random.default_rng(seed)
        count = 30 * self.copies
        return [rng.choice(len(network.a), count, replace=False) for _ in range(CATEGORIES)]


class Whole:
    """The whole street graph: each vertex of a street is a node, those of crossings come first."""

    forward_s: Floats
    backward_s: Floats

    def __init__(self, network: Network) -> None:
        arrays = network._arrays
        start, metres = arrays["vertex_start"], np.asarray(arrays["vertex_m"])
        number = np.arange(int(start[-1])) + len(network.xy)
        number[start[:-1]], number[start[1:] - 1] = network.a, network.b
        tail = straight_tails(start)
        edge = np.searchsorted(start, tail, "right") - 1
        step = metres[tail + 1] - metres[tail]
        share = np.divide(step, network.length_m[edge], where=step > 0, out=np.zeros(len(step)))
        self.length_m = np.maximum(step, 1e-6)
        one, other = number[tail], number[tail + 1]
        used = np.flatnonzero(one != other)
        nodes, place = np.unique(np.concatenate([one[used], other[used]]), return_inverse=True)
        self.nodes, self.node = len(nodes), nodes
        self.one, self.other = place[: len(used)], place[len(used) :]
        self.length_m = self.length_m[used]
        # before seconds were rounded to ticks: at the mode's speed, if that is the edge's
        plain_s = network.length_m * 3.6 / network.leg_kmh
        for name in ("forward_s", "backward_s"):
            whole_s = getattr(network, name)
            exact_s = np.where(np.abs(whole_s - plain_s) < 1 / 1024, plain_s, whole_s)
            setattr(self, name, np.maximum(share * exact_s[edge], 1e-6)[used])

    def towards(self) -> csr_array:
        """Return the graph to search from offers: against the direction of travel."""
        tail = np.concatenate([self.other, self.one])
        head = np.concatenate([self.one, self.other])
        seconds = np.concatenate([self.forward_s, self.backward_s])
        order = np.flatnonzero(np.isfinite(seconds))
        order = order[np.lexsort((seconds[order], head[order], tail[order]))]
        tail, head, seconds = tail[order], head[order], seconds[order]
        first = np.r_[True, (np.diff(tail) != 0) | (np.diff(head) != 0)]
        shape = (self.nodes, self.nodes)
        return csr_array((seconds[first], (tail[first], head[first])), shape=shape)

    def places(self, network_nodes: Ints) -> Ints:
        """Return the nodes of this graph that crossings are."""
        return np.searchsorted(self.node, np.unique(network_nodes))


def seeds_of(engine: Hierarchy, sets: list[Ints], dtype: type) -> Seeds:
    """Start a lane for each set of nodes."""
    lane = np.repeat(np.arange(len(sets), dtype=np.int32), [len(s) for s in sets])
    place = engine.place[np.concatenate(sets)]
    return Seeds(place, lane, np.zeros(len(lane), dtype), np.zeros(0), len(sets))


def sweep(engine: Hierarchy, seeds: Seeds) -> NDArray[Any]:
    """Run a question; what is returned holds until the next one."""
    with engine.spread(seeds, leaving=False) as lanes:
        return lanes


def measure_preparation(network: Network) -> None:
    """Print what it takes to prepare a network that is in memory."""
    streets = Streets.of(network._arrays)
    graph = neighbours(streets.a, streets.b, nodes=len(streets.xy))
    edges = len(graph[1]) // 2
    for name, metis in (("METIS", True), ("straight cuts", False)):
        start = process_time()
        order = elimination_order(*graph, streets.xy, metis=metis)
        order_s = process_time() - start
        arcs = len(fill(*graph, order, 20 * edges)[1])
        made = Hierarchy.of(streets, order=order)
        if made is None:
            row(f"order by {name}", f"{order_s:.2f} s", "", f"{arcs / edges:.1f} arcs an edge", "")
            continue
        fill_s = best_s(lambda o=order, e=edges: fill(*graph, o, 20 * e), times=2)
        weights_s = best_s(lambda m=made: m.changed(streets), times=3)
        row(f"order by {name}; arcs; weights of one mode",
            f"{order_s:.2f}, {fill_s:.2f}, {weights_s:.2f} s", "",
            f"{arcs / edges:.1f} arcs an edge", "8 s; 0.6 s")  # fmt: skip


def measure_nearest(network: Network, whole: Whole, sets: list[Ints]) -> tuple[float, float]:
    """Print one category and forty beside scipy; return our seconds for both."""
    engine = network._engine
    nodes = [np.unique(np.asarray(network.a)[edges]) for edges in sets]
    graph = whole.towards()
    sources = whole.places(nodes[0])
    scipy_s = best_s(lambda: dijkstra(graph, indices=sources, min_only=True), times=2)
    one, many = (seeds_of(engine, nodes[:n], np.int32) for n in (1, CATEGORIES))
    sweep(engine, many)
    one_s, many_s = (best_s(lambda s=s: sweep(engine, s)) for s in (one, many))
    truth = dijkstra(graph, indices=sources, min_only=True)
    ours = sweep(engine, one)[engine.place, 0] / 1024
    is_crossing = whole.node < len(network.xy)
    theirs = truth[is_crossing]
    off = np.abs(theirs - ours[whole.node[is_crossing]]) - 2e-6 * theirs
    apart = off[np.isfinite(theirs)].max()
    where = f"{whole.nodes:,} street nodes"
    row(f"one category, {where}, against scipy `min_only`", f"{one_s * 1000:.2f} ms",
        f"{scipy_s * 1000:.0f} ms",
        f"{scipy_s / one_s:.0f} ×, at most {apart * 1000:.1f} ms apart", "50 ×; 10 ms")  # fmt: skip
    matrix = np.zeros((len(network.xy), CATEGORIES), np.int32)
    stream_s = best_s(lambda: np.add(matrix, 1, out=matrix))
    row(f"{CATEGORIES} categories at once against as many", f"{many_s * 1000:.1f} ms",
        f"{scipy_s * CATEGORIES:.1f} s", f"{scipy_s * CATEGORIES / many_s:.0f} ×, "
        f"{many_s / (2 * stream_s):.1f} × reading and writing the labels twice; touched "
        f"{6 * len(engine.head) / len(engine.order):.0f} times by a sweep",
        "500 ×; 2 ×")  # fmt: skip
    numbered_s = best_s(lambda: sweep(engine, seeds_of(engine, nodes, np.int64)))
    row("the same with the number of the nearest", f"{numbered_s * 1000:.1f} ms", "", "", "")
    spots = np.random.default_rng(7).choice(len(network.xy), (48, 1))
    each = seeds_of(engine, list(spots), np.int32)
    row("one place to all, 48 at a time, each",
        f"{best_s(lambda: sweep(engine, each)) / 48 * 1000:.2f} ms", "", "", "2 ms")  # fmt: skip
    measure_networkit(whole, sources, one_s)
    if whole.nodes < SLOW_PEERS_NODES:
        measure_networkx(whole, sources, one_s)
        measure_pandana(network, whole, sources, one_s)
    return one_s, many_s


def measure_networkit(whole: Whole, sources: Ints, ours_s: float) -> None:
    """Print networkit's search from one more node, joined to all sources."""
    try:
        nk = importlib.import_module("networkit")
    except ImportError:
        print("networkit is not installed; left out")
        return
    graph = whole.towards().tocoo()
    tail = np.concatenate([graph.row, np.full(len(sources), whole.nodes)])
    head = np.concatenate([graph.col, sources])
    weight = np.concatenate([graph.data, np.zeros(len(sources))])
    start = process_time()
    made = nk.GraphFromCoo(
        (weight, (tail.astype(np.uint64), head.astype(np.uint64))), n=whole.nodes + 1,
        weighted=True, directed=True,
    )  # fmt: skip
    build_s = process_time() - start
    search_s = best_s(lambda: nk.distance.Dijkstra(made, whole.nodes, False).run(), times=2)
    row("… networkit, from one more node", f"{ours_s * 1000:.2f} ms", f"{search_s * 1000:.0f} ms "
        f"(its graph {build_s:.1f} s)", f"{search_s / ours_s:.0f} ×", "")  # fmt: skip


def measure_networkx(whole: Whole, sources: Ints, ours_s: float) -> None:
    """Print networkx's search from several sources."""
    nx = importlib.import_module("networkx")
    graph = nx.DiGraph()
    coo = whole.towards().tocoo()
    graph.add_weighted_edges_from(zip(coo.row.tolist(), coo.col.tolist(), coo.data, strict=True))
    some = set(sources.tolist())
    search_s = best_s(lambda: nx.multi_source_dijkstra_path_length(graph, some), times=1)
    row("… networkx", f"{ours_s * 1000:.2f} ms", f"{search_s * 1000:.0f} ms",
        f"{search_s / ours_s:.0f} ×", "")  # fmt: skip


def measure_pandana(network: Network, whole: Whole, sources: Ints, ours_s: float) -> None:
    """Print pandana's query after its own preparation, within 5 km."""
    try:
        pandana = importlib.import_module("pandana")
        pandas = importlib.import_module("pandas")
    except ImportError:
        print("pandana is not installed; left out")
        return
    xy = np.zeros((whole.nodes, 2))
    xy[whole.node < len(network.xy)] = network.xy[whole.node[whole.node < len(network.xy)]]
    start = process_time()
    made = pandana.Network(
        pandas.Series(xy[:, 0]), pandas.Series(xy[:, 1]), pandas.Series(whole.one),
        pandas.Series(whole.other), pandas.DataFrame({"m": whole.length_m}),
    )  # fmt: skip
    made.set_pois("offers", 5000.0, 1, *(pandas.Series(v) for v in xy[sources].T))
    build_s = process_time() - start
    search_s = best_s(lambda: made.nearest_pois(5000.0, "offers", num_pois=1), times=2)
    row("… pandana, within 5 km", f"{ours_s * 1000:.2f} ms",
        f"{search_s * 1000:.0f} ms (prepared in {build_s:.1f} s)",
        f"{search_s / ours_s:.0f} ×", "")  # fmt: skip


def measure_tallies(region: Region) -> None:
    """Print forty categories by three modes, counted by district."""
    total_s, by_clock_s = 0.0, 0.0
    for mode in MODES:
        network = region.network(mode)
        homes = network.snap(homes_near(network, HOMES * region.copies))
        draw = np.random.default_rng(3)
        weight = draw.uniform(0, 9, len(homes))
        group = (np.arange(len(homes)) * DISTRICTS * region.copies // len(homes)).astype(np.int32)
        at = [
            network.snap(homes_near(network, 30 * region.copies, seed=k)) for k in range(CATEGORIES)
        ]
        ask = {"limits_s": np.full(CATEGORIES, 900.0), "weight": weight, "group": group,
               "groups": DISTRICTS * region.copies}  # fmt: skip
        network.within_reach(homes, at, **ask)
        start = perf_counter()
        total_s += best_s(
            lambda n=network, h=homes, a=at, q=ask: n.within_reach(h, a, **q), times=3
        )
        by_clock_s += (perf_counter() - start) / 3
        del network, homes, at
        gc.collect()
    goal = "10 ms" if region.copies == 1 else "1 s, 2 GB"
    row(f"{CATEGORIES} categories × {len(MODES)} modes, people by district",
        f"{total_s * 1000:.1f} ms", "", f"by the clock {by_clock_s * 1000:.0f} ms, peak of the "
        f"whole run {peak_mb():.0f} MB", goal)  # fmt: skip


def homes_near(network: Network, count: int, *, seed: int = 0) -> Floats:
    """Draw places around vertices of streets."""
    draw = np.random.default_rng(seed)
    xy = network._arrays["vertex_xy"]
    return np.asarray(xy[draw.integers(0, len(xy), count)]) + draw.normal(0, 25, (count, 2))


def measure_snapping(network: Network, count: int) -> None:
    """Print the snapping of points beside shapely's tree, and whether both are alike."""
    points = homes_near(network, count)
    finder = EdgeFinder(network._arrays)
    made_s = best_s(lambda: finder.place(points[:1], max_leg_m=500), times=1)
    ours_s = best_s(lambda: finder.place(points, max_leg_m=500), times=2)
    _, start_xy, end_xy, _, _ = finder.pieces_within((-1e9, -1e9, 1e9, 1e9))
    start = process_time()
    tree = shapely.STRtree(shapely.linestrings(np.stack([start_xy, end_xy], axis=1)))
    tree_s = process_time() - start
    start = process_time()
    found, leg_m = tree.query_nearest(
        shapely.points(points), max_distance=500, return_distance=True, all_matches=False
    )
    theirs_s = process_time() - start
    legs = np.full(count, np.inf)
    legs[found[0]] = leg_m
    same = np.array_equal(legs, finder.place(points, max_leg_m=500)[2])
    row(f"{count:,} points snapped to {len(start_xy):,} pieces, against `STRtree.query_nearest`",
        f"{ours_s:.2f} s (its grid {made_s:.2f} s)",
        f"{theirs_s:.1f} s (its tree {tree_s:.1f} s)",
        f"{theirs_s / ours_s:.0f} ×, distances {'equal' if same else 'differ'}",
        "15 ×")  # fmt: skip


def main() -> None:
    """Print the table of each region, and how times grow from one to the next."""
    folders = [Path(name) for name in sys.argv[1:]]
    scratch = tempfile.TemporaryDirectory()
    regions = [Region(EXTRACT, 1, Path(scratch.name))]
    for folder in folders:
        extract = next(folder.glob("*.osm.pbf"))
        regions.append(Region(extract, int(folder.name.lstrip("k")) ** 2, folder / "networks"))
    grown: list[tuple[int, float, float]] = []
    for region in regions:
        network = region.network("walk")
        print(f"\n{region.extract.name} × {region.copies}: {network}")
        whole = Whole(network)
        times = measure_nearest(network, whole, region.supplies(network, seed=1))
        grown.append((whole.nodes, *times))
        del whole
        measure_snapping(network, HOMES * region.copies)
        measure_preparation(network)
        del network
        gc.collect()
        measure_tallies(region)
    for (few, one_s, many_s), (more, one_more_s, many_more_s) in pairwise(grown):
        size = np.log(more / few)
        one, many = (np.log(one_more_s / one_s) / size, np.log(many_more_s / many_s) / size)
        row("growth with the nodes: one category, forty", f"n^{one:.2f}, n^{many:.2f}", "", "",
            "n^1.1")  # fmt: skip


if __name__ == "__main__":
    main()
