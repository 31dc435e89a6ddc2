"""
Whole reports of all categories × four modes, against as many bare searches.

A report holds totals, districts and offers as they are published. A bare search is scipy's
multi-source Dijkstra (`min_only`) over the same contracted graph, from the nodes next to the same
offers, with nothing else: no access legs, no nearest offer, no people.

    python -m benchmarks.reports
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.measure import demo_atlas, median_s, row
from layers.coverage import answer
from layers.question import ask

if TYPE_CHECKING:
    from geo.network import Network
    from layers.atlas import Atlas


def reversed_graph(network: Network) -> csr_array:
    """Return the reversed graph of a network; of parallel edges the fastest."""
    a, b = np.asarray(network.a, np.int64), np.asarray(network.b, np.int64)
    tail, head = np.concatenate([b, a]), np.concatenate([a, b])
    seconds = np.concatenate([network.forward_s, network.backward_s])
    used = np.isfinite(seconds)
    tail, head, seconds = tail[used], head[used], seconds[used]
    order = np.lexsort((seconds, head, tail))
    tail, head, seconds = tail[order], head[order], seconds[order]
    first = np.r_[True, (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])]
    n = len(network.xy)
    return csr_array((seconds[first], (tail[first], head[first])), shape=(n, n))


def whole_reports(atlas: Atlas) -> int:
    """Ask every category in every mode, and read what a report publishes."""
    questions = [
        ask(atlas, category=c.id, mode=mode, minutes=15)
        for mode in atlas.networks
        for c in atlas.taxonomy.categories
    ]
    reports = answer(atlas, questions)
    return sum(len(r.by_district) + len(r.by_offer) + (r.totals is not None) for r in reports)


def main() -> None:
    """Measure both and print a row."""
    with demo_atlas() as atlas:
        graphs = {mode: reversed_graph(network) for mode, network in atlas.networks.items()}
        sources = {
            mode: [
                np.unique(network.a[supply.edge[supply.placed]])
                for c in atlas.taxonomy.categories
                if (supply := atlas.supply[mode].take(atlas.offers_of(c))) is not None
            ]
            for mode, network in atlas.networks.items()
        }

        def bare_searches() -> None:
            for mode, graph in graphs.items():
                for nodes in sources[mode]:
                    if len(nodes):
                        dijkstra(graph, indices=nodes, min_only=True)

        count = len(atlas.taxonomy.categories) * len(atlas.networks)
        searches = sum(len(nodes) > 0 for each in sources.values() for nodes in each)
        ours = median_s(lambda: whole_reports(atlas), times=5)
        bare = median_s(bare_searches, times=5)
    per_search = bare / searches * count  # categories without an offer search nothing
    row(
        f"{count} whole reports ÷ as many bare scipy searches", f"{ours * 1e3:.0f} ms",
        f"{per_search * 1e3:.0f} ms", f"{ours / per_search:.2f}", "≤ 2",
    )  # fmt: skip
    print(
        f"  ({searches} categories × modes have offers; their bare searches: {bare * 1e3:.0f} ms)"
    )


if __name__ == "__main__":
    main()
