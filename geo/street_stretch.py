"""
A stretch of street: parts of edges one after the other, from one place to another.

Between two places it is the shortest way along streets in metres, whatever their direction: who
points at both ends of a street means the street between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
import shapely.ops

from geo.edge_cuts import edge_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Arrays = Mapping[str, NDArray[Any]]
    Place = tuple[int, float]  # edge, fraction


@dataclass(frozen=True)
class Stretch:
    """
    Parts of edges, in the order of travel, shapes (p,).

    Each goes from `start` to `end`, as fractions of `edge`; `end` < `start` against its direction.
    """

    edge: NDArray[np.int64]
    start: NDArray[np.float64]
    end: NDArray[np.float64]

    @classmethod
    def of_edge(cls, edge: int) -> Stretch:
        """Return a whole edge."""
        return cls(np.array([edge]), np.zeros(1), np.ones(1))


def stretch_between(
    arrays: Arrays, here: Place, there: Place, *, longest_m: float
) -> Stretch | None:
    """Find the shortest stretch between two places; None where it is longer than `longest_m`."""
    length = arrays["length_m"]
    (first, start), (last, end) = here, there
    ways: list[tuple[float, list[tuple[int, float, float]]]] = []
    if first == last:
        ways.append((abs(end - start) * float(length[first]), [(first, start, end)]))
    graph = _Undirected(arrays, here, longest_m)
    for node, to_fraction in graph.ends(first):
        out_m = abs(to_fraction - start) * float(length[first])
        tree = graph.from_node(node)
        for target, from_fraction in graph.ends(last):
            in_m = abs(end - from_fraction) * float(length[last])
            total = out_m + float(tree[0][target]) + in_m
            if total <= longest_m:
                inner = graph.path(tree[1], target)
                parts = [(first, start, to_fraction), *inner, (last, from_fraction, end)]
                ways.append((total, parts))
    metres, parts = min(ways, key=lambda way: way[0], default=(np.inf, []))
    if metres > longest_m:
        return None
    parts = [part for part in parts if part[1] != part[2]]
    columns = np.array(parts, float).reshape(-1, 3).T
    return Stretch(columns[0].astype(np.int64), columns[1], columns[2])


class _Undirected:
    """The streets around a place as a graph without directions, by metres."""

    def __init__(self, arrays: Arrays, here: Place, longest_m: float) -> None:
        # loaded where it is needed: who only asks need not wait for it
        from scipy.sparse import csr_array

        self._a, self._b = arrays["a"], arrays["b"]
        self._longest_m = longest_m
        xy = arrays["xy"]
        near = (
            np.abs(xy - xy[self._a[here[0]]]) <= longest_m + float(arrays["length_m"][here[0]])
        ).all(axis=1)
        is_street = np.isfinite(arrays["forward_s"]) | np.isfinite(arrays["backward_s"])
        edge = np.flatnonzero(is_street & near[self._a] & near[self._b] & (self._a != self._b))
        a, b = self._a[edge].astype(np.int64), self._b[edge].astype(np.int64)
        tail, head, edge = np.r_[a, b], np.r_[b, a], np.r_[edge, edge]
        length = arrays["length_m"][edge]
        order = np.lexsort((length, head, tail))
        tail, head, edge, length = tail[order], head[order], edge[order], length[order]
        kept = np.r_[True, (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])][: len(tail)]
        self._nodes = len(xy)
        self._key, self._edge = tail[kept] * self._nodes + head[kept], edge[kept]  # sorted
        # a street of no length must not vanish from a sparse graph
        weight = np.maximum(length[kept], 1e-6)
        self._graph = csr_array((weight, (tail[kept], head[kept])), shape=(len(xy), len(xy)))

    def ends(self, edge: int) -> list[tuple[int, float]]:
        """Return both nodes of an edge with their fraction of it."""
        return [(int(self._a[edge]), 0.0), (int(self._b[edge]), 1.0)]

    def from_node(self, node: int) -> tuple[Floats, NDArray[np.int32]]:
        """Return metres to each node, inf beyond the longest, and the node before each."""
        from scipy.sparse.csgraph import dijkstra

        metres, before = dijkstra(
            self._graph, indices=node, limit=self._longest_m, return_predecessors=True
        )
        return metres, before

    def path(self, before: NDArray[np.int32], target: int) -> list[tuple[int, float, float]]:
        """Return the whole edges that lead to a node."""
        parts = []
        node = target
        while (previous := int(before[node])) >= 0:
            key = previous * self._nodes + node
            edge = int(self._edge[np.searchsorted(self._key, key)])
            forward = int(self._a[edge]) == previous
            parts.append((edge, 0.0, 1.0) if forward else (edge, 1.0, 0.0))
            node = previous
        return parts[::-1]


def stretch_line(arrays: Arrays, stretch: Stretch) -> shapely.MultiLineString:
    """Return the line of a stretch, a part an edge."""
    parts = [
        shapely.ops.substring(edge_line(arrays, edge), start, end, normalized=True)
        for edge, start, end in zip(
            stretch.edge.tolist(), stretch.start.tolist(), stretch.end.tolist(), strict=True
        )
    ]
    return shapely.MultiLineString([part for part in parts if part.geom_type == "LineString"])


def stretch_length_m(arrays: Arrays, stretch: Stretch) -> float:
    """Return the metres of a stretch."""
    return float((np.abs(stretch.end - stretch.start) * arrays["length_m"][stretch.edge]).sum())


def stretch_names(arrays: Arrays, names: Sequence[str], stretch: Stretch) -> list[str]:
    """Return the names of the streets of a stretch, the one of most metres first."""
    metres: dict[str, float] = {}
    for edge, start, end in zip(
        stretch.edge.tolist(), stretch.start.tolist(), stretch.end.tolist(), strict=True
    ):
        first, last = arrays["vertex_start"][edge : edge + 2].tolist()
        at = arrays["vertex_m"][first:last]
        low, high = np.sort([start, end]) * arrays["length_m"][edge]
        inside = np.minimum(at[1:], high) - np.maximum(at[:-1], low)
        for name, part in zip(
            arrays["vertex_name"][first : last - 1].tolist(), inside.tolist(), strict=True
        ):
            if name >= 0 and part > 0:
                metres[names[name]] = metres.get(names[name], 0.0) + part
    return sorted(metres, key=lambda name: (-metres[name], name))
