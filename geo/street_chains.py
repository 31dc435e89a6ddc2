"""
Joins segments that follow each other into edges, and lays them out in memory.

A street is mapped in short straight segments. Between two junctions, segments that share speed and
direction become one edge: a polyline on which time is proportional to length. A search then visits
a third of the nodes. Where slopes make time and length part, an edge ends earlier
(`geo.slope_chains`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.slope_chains import even_starts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass
class Segments:
    """
    Straight pieces between two nodes; all shapes (s,), nodes as rows of `xy` (n, 2).

    `node_id` is the OSM id of each node, 0 for a loose end where a barrier or a private way is cut;
    `name` the number of the street's name, −1 where it has none. `course` says what its height
    follows (`geo.slope_streets`); `pace` (s, 2) is the time along and against it ÷ that on the
    flat, None where no heights are known.
    """

    u: Ints
    v: Ints
    forward_kmh: Floats
    backward_kmh: Floats
    ends_only: NDArray[np.bool_]
    no_stop: NDArray[np.bool_]
    name: NDArray[np.int32]
    xy: Floats
    node_id: Ints
    course: NDArray[np.int8]
    pace: Floats | None = None

    @property
    def length_m(self) -> Floats:
        """Return the lengths in metres."""
        length: Floats = np.hypot(*(self.xy[self.v] - self.xy[self.u]).T)
        return length

    def take(self, rows: NDArray[np.bool_] | Ints) -> Segments:
        """Keep some of the segments, and all nodes."""
        return Segments(
            self.u[rows], self.v[rows], self.forward_kmh[rows], self.backward_kmh[rows],
            self.ends_only[rows], self.no_stop[rows], self.name[rows], self.xy, self.node_id,
            self.course[rows], None if self.pace is None else self.pace[rows],
        )  # fmt: skip

    def cut(self, at_u: NDArray[np.bool_], at_v: NDArray[np.bool_]) -> None:
        """Give the chosen ends of segments a node of their own at the same place."""
        for ends, chosen in ((self.u, at_u), (self.v, at_v)):
            rows = np.flatnonzero(chosen)
            self.xy = np.concatenate([self.xy, self.xy[ends[rows]]])
            self.node_id = np.concatenate([self.node_id, np.zeros(len(rows), np.int64)])
            ends[rows] = len(self.xy) - len(rows) + np.arange(len(rows))


@dataclass(frozen=True)
class Edges:
    """
    The edges of a street graph, shapes (e,) over nodes `xy` (n, 2).

    Edge i runs from node `a[i]` to `b[i]` through the vertices `vertex_start[i]` to
    `vertex_start[i + 1] - 1`, both ends included; `vertex_id` is their OSM id or 0, `vertex_name`
    the name of the piece that starts there, −1 where there is none. `pace` (e, 2) is as in
    `Segments`.
    """

    xy: Floats
    a: Ints
    b: Ints
    forward_kmh: Floats
    backward_kmh: Floats
    no_stop: NDArray[np.bool_]
    vertex_start: Ints
    vertex_xy: Floats
    vertex_id: Ints
    vertex_name: NDArray[np.int32]
    pace: Floats | None = None


def join_chains(segments: Segments) -> Edges:
    """
    Join segments that follow each other through nodes without a choice into edges.

    Half-edge 2 i runs along segment i, 2 i + 1 against it; the start of each chain and the rank in
    it are found by doubling the step to the half-edge before.
    """
    count = len(segments.u)
    tail = np.stack([segments.u, segments.v], axis=1).ravel()
    head = tail.reshape(-1, 2)[:, ::-1].ravel()
    ahead = np.stack([segments.forward_kmh, segments.backward_kmh], axis=1).ravel()
    behind = ahead.reshape(-1, 2)[:, ::-1].ravel()
    no_stop = np.repeat(segments.no_stop, 2)

    half = np.arange(2 * count)
    by_head = np.argsort(head, kind="stable")
    degree = np.bincount(head, minlength=len(segments.xy))
    two = by_head[degree[head[by_head]] == 2].reshape(-1, 2)
    i, j = two[:, 0], two[:, 1]
    alike = (
        (i != (j ^ 1))
        & (ahead[i] == behind[j])
        & (behind[i] == ahead[j])
        & (no_stop[i] == no_stop[j])
    )
    i, j = i[alike], j[alike]
    if len(i) == len(segments.xy):  # a single ring: it begins somewhere
        i, j = i[1:], j[1:]
    previous = half.copy()
    previous[j ^ 1], previous[i ^ 1] = i, j
    rank = (previous != half).astype(np.int64)
    while True:
        further = previous[previous]
        if np.array_equal(further, previous):
            break
        rank += rank[previous]
        previous = further
    # of the two directions of a chain, the one whose first half-edge comes first in the data
    along = np.where(previous[0::2] < previous[1::2], half[0::2], half[1::2])
    order = along[np.lexsort((rank[along], previous[along]))]
    first = np.flatnonzero(rank[order] == 0)
    if segments.pace is not None:
        pace = _directed_pace(segments.pace, order)
        kmh = np.column_stack([ahead[order], behind[order]])
        seconds = segments.length_m[order // 2, None] * pace * 3.6
        seconds = np.divide(seconds, kmh, where=kmh > 0, out=np.zeros_like(seconds))
        first = even_starts(first, segments.length_m[order // 2], seconds)
    return _ordered(segments, tail, head, ahead, behind, no_stop, order, first)


def _directed_pace(pace: Floats, half_edges: Ints) -> Floats:
    """Return the pace along and against half-edges, shape (h, 2)."""
    along = pace[half_edges // 2]
    return np.where((half_edges % 2 == 1)[:, None], along[:, ::-1], along)


def _edge_pace(segments: Segments, order: Ints, first: Ints) -> Floats | None:
    """Return the mean pace of chains by length, shape (e, 2)."""
    if segments.pace is None:
        return None
    length = np.maximum(segments.length_m[order // 2], 1e-9)[:, None]
    total = np.add.reduceat(length * _directed_pace(segments.pace, order), first, axis=0)
    mean: Floats = total / np.add.reduceat(length, first, axis=0)
    return mean


def _ordered(
    segments: Segments, tail: Ints, head: Ints, ahead: Floats, behind: Floats,
    no_stop: NDArray[np.bool_], order: Ints, first: Ints,
) -> Edges:  # fmt: skip
    """Lay nodes along a space-filling curve and edges after their nodes: neighbours in memory."""
    pace = _edge_pace(segments, order, first)
    count = np.diff(np.r_[first, len(order)])
    a, b = tail[order[first]], head[order[first + count - 1]]
    kept = np.unique(np.concatenate([a, b]))
    kept = kept[np.argsort(_curve(segments.xy[kept]), kind="stable")]
    number = np.full(len(segments.xy), -1, np.int64)
    number[kept] = np.arange(len(kept))
    a, b = number[a], number[b]
    by_node = np.lexsort((np.maximum(a, b), np.minimum(a, b)))
    first, count = first[by_node], count[by_node]
    vertex_start = np.r_[0, np.cumsum(count + 1)]
    inner = np.repeat(first - vertex_start[:-1] - 1, count + 1) + np.arange(vertex_start[-1])
    vertex = head[order[np.maximum(inner, 0)]]
    vertex[vertex_start[:-1]] = tail[order[first]]
    vertex_name = segments.name[order[np.minimum(inner + 1, len(order) - 1)] // 2]
    vertex_name[vertex_start[1:] - 1] = -1
    return Edges(
        xy=segments.xy[kept],
        a=a[by_node],
        b=b[by_node],
        forward_kmh=ahead[order[first]],
        backward_kmh=behind[order[first]],
        no_stop=no_stop[order[first]],
        vertex_start=vertex_start,
        vertex_xy=segments.xy[vertex],
        vertex_id=segments.node_id[vertex],
        vertex_name=vertex_name,
        pace=None if pace is None else pace[by_node],
    )


def _curve(xy: Floats) -> Ints:
    """Return the place of points on a Morton curve over 2^16 × 2^16 cells."""
    low = xy.min(axis=0)
    span = max(float((xy.max(axis=0) - low).max()), 1e-9)
    cell = ((xy - low) / span * 65535).astype(np.int64)
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        cell = (cell | (cell << shift)) & mask
    curve: Ints = cell[:, 0] | (cell[:, 1] << 1)
    return curve
