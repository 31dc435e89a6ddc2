"""
What the reach engine must answer: scipy's Dijkstra in float64, on the network as it stands.

Each point becomes a node of the graph, with an arc to or from both ends of its edge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.network import part_of

if TYPE_CHECKING:
    from geo.network import Network, Snapped

FASTEST_S = 1e-9  # a zero would be no arc


def travel_s(network: Network, demand: Snapped, supply: Snapped) -> np.ndarray:
    """Return the seconds from each point of demand to each one of supply, shape (n, m)."""
    nodes, n, m = len(network.xy), len(demand), len(supply)
    arcs = [
        (network.a, network.b, network.forward_s),
        (network.b, network.a, network.backward_s),
        *_arcs_of(network, demand, nodes + np.arange(n), leaving=True),
        *((head, tail, s) for tail, head, s in
          _arcs_of(network, supply, nodes + n + np.arange(m), leaving=False)),
    ]  # fmt: skip
    graph = _graph(arcs, nodes + n + m)
    found = np.full((n, m), np.inf)
    if n and m:
        found = dijkstra(graph, indices=nodes + np.arange(n))[:, nodes + n :]
    return np.minimum(found, _along_the_same_edge(network, demand, supply))


def _graph(arcs: list, size: int) -> csr_array:
    """Put arcs (tail, head, seconds) into a matrix; of parallel ones the fastest stays."""
    tail, head, seconds = (np.concatenate(column) for column in zip(*arcs, strict=True))
    used = np.isfinite(seconds) & (tail != head)
    order = np.lexsort((seconds[used], head[used], tail[used]))
    tail, head, seconds = tail[used][order], head[used][order], seconds[used][order]
    first = np.r_[True, (np.diff(tail) != 0) | (np.diff(head) != 0)][: len(tail)]
    values = np.maximum(seconds[first], FASTEST_S)
    return csr_array((values, (tail[first], head[first])), shape=(size, size))


def _arcs_of(network: Network, points: Snapped, number: np.ndarray, *, leaving: bool):
    """Yield arcs from points to the ends of their edges; for arrivals, with the reverse's cost."""
    edge = np.maximum(points.edge, 0)
    to_a, to_b = network.backward_s[edge], network.forward_s[edge]
    if not leaving:
        to_a, to_b = to_b, to_a
    leg_s = points.leg_m * 3.6 / network.leg_kmh
    yield number, network.a[edge], part_of(points.fraction, to_a) + leg_s
    yield number, network.b[edge], part_of(1 - points.fraction, to_b) + leg_s


def _along_the_same_edge(network: Network, demand: Snapped, supply: Snapped) -> np.ndarray:
    step = supply.fraction[None, :] - demand.fraction[:, None]
    edge = np.maximum(demand.edge, 0)
    whole = np.where(step > 0, network.forward_s[edge][:, None], network.backward_s[edge][:, None])
    along = np.multiply(np.abs(step), whole, where=step != 0, out=np.zeros_like(step))
    legs = (demand.leg_m[:, None] + supply.leg_m[None, :]) * 3.6 / network.leg_kmh
    same = (demand.edge[:, None] == supply.edge[None, :]) & (demand.edge[:, None] >= 0)
    return np.where(same, along + legs, np.inf)


def node_seconds(network: Network, points: Snapped, *, leaving: bool) -> np.ndarray:
    """Return the seconds between each node and the nearest of the points."""
    arcs = [
        (network.a, network.b, network.forward_s),
        (network.b, network.a, network.backward_s),
    ]
    place = len(network.xy)
    for tail, head, seconds in _arcs_of(
        network, points, np.full(len(points), place), leaving=leaving
    ):
        arcs.append((tail, head, seconds) if leaving else (head, tail, seconds))
    graph = _graph(arcs, place + 1)
    return dijkstra(graph if leaving else graph.T.tocsr(), indices=place)[:-1]
