"""
Nearest offer of every resident, one category, one mode: ours beside its peers, in one run.

    python -m benchmarks.nearest

Demand are the buildings of the demo region, snapped beforehand; supply are 30 of them; the network
is in memory. networkx and pandana get the very same nodes and edges (lengths, not seconds), with
each offer at its nearest node, which spares them the access legs and the edges' ends that our
answer includes. scipy is its bare search on the same graph. Each time is the best of several.
"""

from __future__ import annotations

import importlib
import resource
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.router import REGIONS
from geo.crs import geometry_to_metric
from geo.network import MODES, Network
from geo.osm import read_buildings, read_streets

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

OFFERS = 30
SETS = 40


def best_s(work: Callable[[], Any], *, times: int) -> float:
    """Return the seconds of the fastest of several runs."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def peak_mb() -> float:
    """Return the largest memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def report(what: str, seconds: float, ours: float) -> None:
    """Print a time and how many times ours fits into it."""
    print(f"  {what:<52} {seconds * 1000:9.2f} ms  {seconds / ours:7.1f} x ours")


def time_networkx(network: Network, node: NDArray[np.int64], ours: float) -> None:
    """Time networkx's multi-source search on the same graph."""
    try:
        nx = importlib.import_module("networkx")
    except ImportError:
        print("  networkx is not installed; left out")
        return
    graph = nx.DiGraph()
    for a, b, m in zip(network.a.tolist(), network.b.tolist(), network.length_m, strict=True):
        for tail, head in ((a, b), (b, a)):
            if m < graph.get_edge_data(tail, head, {"m": np.inf})["m"]:
                graph.add_edge(tail, head, m=m)
    sources = set(node.tolist())
    report(
        "networkx multi_source_dijkstra",
        best_s(lambda: nx.multi_source_dijkstra(graph, sources, weight="m"), times=5),
        ours,
    )


def time_pandana(network: Network, node: NDArray[np.int64], ours: float) -> None:
    """Time pandana's nearest query alone, after its own preparation."""
    try:
        pandana = importlib.import_module("pandana")
        pandas = importlib.import_module("pandas")
    except ImportError:
        print("  pandana is not installed; left out")
        return
    ends = [pandas.Series(np.array(x)) for x in (network.a, network.b)]
    weights = pandas.DataFrame({"m": network.length_m})
    x, y = (pandas.Series(np.array(v)) for v in network.xy.T)
    start = time.perf_counter()
    peer = pandana.Network(x, y, *ends, weights)
    far = 50_000.0  # beyond the longest way in the region
    peer.set_pois("offers", far, 1, *(pandas.Series(v) for v in network.xy[node].T))
    print(f"  (pandana's preparation {time.perf_counter() - start:.2f} s)")
    report(
        "pandana nearest_pois, without a limit",
        best_s(lambda: peer.nearest_pois(far, "offers", num_pois=1), times=5),
        ours,
    )
    peer.set_pois("near", 5000.0, 1, *(pandas.Series(v) for v in network.xy[node].T))
    report(
        "pandana nearest_pois within 5 km",
        best_s(lambda: peer.nearest_pois(5000.0, "near", num_pois=1), times=5),
        ours,
    )


def time_scipy(network: Network, node: NDArray[np.int64], ours: float) -> None:
    """Time the bare search from the same nodes."""
    tail, head, ticks, _ = network._engine.streets.arcs(leaving=False)
    order = np.lexsort((ticks, head, tail))
    tail, head, ticks = tail[order], head[order], ticks[order]
    fastest = np.r_[True, (np.diff(tail) != 0) | (np.diff(head) != 0)]
    nodes = len(network.xy)
    graph = csr_array((ticks[fastest] / 1024, (tail[fastest], head[fastest])), shape=(nodes, nodes))
    report(
        "scipy dijkstra(min_only=True), bare",
        best_s(lambda: dijkstra(graph, indices=node, min_only=True), times=50),
        ours,
    )


def main() -> None:
    """Print build times, then the nearest offer beside its peers."""
    region = REGIONS["neubrandenburg"]
    start = time.perf_counter()
    streets = read_streets(region.extract)
    print(f"streets read in {time.perf_counter() - start:.2f} s")
    start = time.perf_counter()
    networks = {m: Network.build(streets, mode=m, crs=region.crs) for m in MODES}
    print(f"four networks built in {time.perf_counter() - start:.2f} s")
    shapes = geometry_to_metric(read_buildings(region.extract).geometry, region.crs)
    doors = shapely.get_coordinates(shapely.centroid(shapes))
    for mode in ("walk", "car"):
        network = networks[mode]
        network.snap(doors[:1])  # builds the tree
        start = time.perf_counter()
        demand = network.snap(doors)
        taken = time.perf_counter() - start
        print(f"\n{network}\n  {len(demand)} buildings snapped in {taken * 1000:.0f} ms")
        draw = np.random.default_rng(1)
        offers = demand.take(draw.choice(np.flatnonzero(demand.placed), OFFERS, replace=False))
        sets = [
            demand.take(draw.choice(np.flatnonzero(demand.placed), OFFERS, replace=False))
            for _ in range(SETS)
        ]
        ours = best_s(lambda d=demand, o=offers, n=network: n.to_nearest(d, [o]), times=50)
        report(f"to_nearest, {len(demand)} residents, {OFFERS} offers", ours, ours)
        with_distance = best_s(
            lambda d=demand, o=offers, n=network: n.to_nearest(d, [o], with_distance=True),
            times=20,
        )
        report("to_nearest, with distances", with_distance, ours)
        many = best_s(lambda d=demand, s=sets, n=network: n.to_nearest(d, s), times=5)
        report(f"to_nearest, {SETS} sets at once, a set", many / SETS, ours)
        print(f"  peak memory before the peers {peak_mb():.0f} MB")
        near = np.where(offers.fraction < 0.5, network.a[offers.edge], network.b[offers.edge])
        node = np.unique(near).astype(np.int64)
        time_scipy(network, node, ours)
        time_networkx(network, node, ours)
        time_pandana(network, node, ours)


if __name__ == "__main__":
    main()
