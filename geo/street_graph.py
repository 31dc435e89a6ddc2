"""
Turns ways into the edges of one mode's street graph.

Ways become segments between neighbouring nodes. A node that the mode may not pass cuts every way
through it (each loose end gets a node of its own). Across a square mapped as an area people walk
along its rim and straight between the streets that meet it, where the line stays inside. A way that
is for the ends of a journey only is cut half-way between its public entrances, so that each place
on it is reached from its nearest entrance and nobody passes through. Of what remains, the largest
part in which everybody gets everywhere and back is kept; the rest is counted.

Segments in a row become edges: `geo.street_chains`.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.crs import to_metric
from geo.errors import NetworkError
from geo.slope_streets import Hills, add_slopes, way_course
from geo.street_access import Speeds, way_passage
from geo.street_barriers import node_is_open
from geo.street_chains import Edges, Segments, join_chains

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.elevation import Elevation
    from geo.osm import Streets

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Built:
    """
    Edges and what was left out on the way.

    `left_out` counts by name; `dropped_share` is the length of open ways outside the largest part
    as a share of all open ways; `hills` what heights did, None where none are known.
    """

    edges: Edges
    left_out: dict[str, int]
    dropped_share: float
    hills: Hills | None = None


def build_edges(
    streets: Streets, *, mode: str, crs: str, speeds: Speeds, elevation: Elevation | None = None
) -> Built:
    """
    Build the edges of one mode; flat without `elevation`.

    Raises
    ------
    NetworkError
        If no way is open to the mode, or none there and back.
    """
    left_out: dict[str, int] = {}
    segments = _open_segments(streets, mode=mode, crs=crs, speeds=speeds, left_out=left_out)
    hills = None
    if elevation is not None and mode != "car":
        segments, hills = add_slopes(segments, elevation, mode=mode, speeds=speeds)
        segments = segments.take((segments.forward_kmh > 0) | (segments.backward_kmh > 0))
    _cut_ends_only(segments, left_out)
    segments = segments.take(segments.u != segments.v)
    if len(segments.u) == 0:
        raise NetworkError(
            f"no way of the {len(streets.way_id)} in `streets` is open to mode {mode!r}; "
            "check that the extract covers the region and holds highways"
        )
    segments, dropped_share = _largest_part(segments, left_out)
    if len(segments.u) == 0:
        raise NetworkError(
            f"the ways open to mode {mode!r} are one-way streets that nobody comes back from; "
            "check that the extract covers the region"
        )
    edges = join_chains(segments)
    _log.info("%s: %d nodes, %d edges, left out %s", mode, len(edges.xy), len(edges.a), left_out)
    return Built(edges, left_out, dropped_share, hills)


def _open_segments(
    streets: Streets, *, mode: str, crs: str, speeds: Speeds, left_out: dict[str, int]
) -> Segments:
    passages = [way_passage(tags, mode=mode, speeds=speeds) for tags in streets.tag_sets]
    by_set = np.array(passages, float).reshape(-1, 5)
    is_open = (by_set[:, 0] > 0) | (by_set[:, 1] > 0)
    way = np.flatnonzero(is_open[streets.tag_set])
    left_out["closed_ways"] = len(streets.way_id) - len(way)
    course = np.array([way_course(tags) for tags in streets.tag_sets], np.int8)
    count = np.diff(streets.node_start)[way]
    offset = np.cumsum(count) - count
    row = np.repeat(streets.node_start[way] - offset, count) + np.arange(int(count.sum()))
    node_id, first, node = np.unique(streets.node_id[row], return_index=True, return_inverse=True)
    xy = to_metric(streets.lon[row][first], streets.lat[row][first], crs)
    inner = np.ones(len(row), bool)
    inner[(offset + count - 1)[count > 0]] = False
    tail = np.flatnonzero(inner)
    row_way = np.repeat(np.arange(len(way)), count)
    values = by_set[streets.tag_set[way]][row_way[tail]]
    segments = Segments(
        u=node[tail],
        v=node[tail + 1],
        forward_kmh=values[:, 0],
        backward_kmh=values[:, 1],
        ends_only=values[:, 2] > 0,
        no_stop=values[:, 3] > 0,
        name=streets.name[way][row_way[tail]],
        xy=xy,
        node_id=node_id,
        course=course[streets.tag_set[way]][row_way[tail]],
    )
    _time_ferries(segments, row_way[tail], values[:, 4])
    by_set = np.column_stack([by_set, course])
    is_area = np.array([tags.get("area") == "yes" for tags in streets.tag_sets], bool)
    closed_ring = (node[offset] == node[offset + count - 1]) & is_area[streets.tag_set[way]]
    rings = [
        (
            int(streets.way_id[way[i]]),
            node[offset[i] : offset[i] + count[i]],
            by_set[streets.tag_set[way[i]]],
        )
        for i in np.flatnonzero(closed_ring & (count > 3))
    ]
    _cut_at_barriers(segments, streets, mode, left_out)
    return _with_chords(segments, rings) if rings else segments


def _time_ferries(segments: Segments, way: Ints, duration_s: Floats) -> None:
    timed = duration_s > 0
    if timed.any():
        length = np.bincount(way, segments.length_m)
        kmh = length[way[timed]] / duration_s[timed] * 3.6
        segments.forward_kmh[timed] = kmh
        segments.backward_kmh[timed] = kmh


def _cut_at_barriers(
    segments: Segments, streets: Streets, mode: str, left_out: dict[str, int]
) -> None:
    shut_sets = np.array([not node_is_open(tags, mode=mode) for tags in streets.tag_sets], bool)
    shut_ids = streets.barrier_node_id[shut_sets[streets.barrier_tag_set]]
    shut = np.isin(segments.node_id, shut_ids)
    left_out["barriers_cut"] = int(np.count_nonzero(shut))
    segments.cut(shut[segments.u], shut[segments.v])


def _with_chords(segments: Segments, rings: list[tuple[int, Ints, Floats]]) -> Segments:
    """Add the straight lines across squares between the streets that meet them."""
    groups: dict[int, list[tuple[Ints, Floats]]] = {}
    for number, (way_id, nodes, passage) in enumerate(rings):
        # rings of one relation share its negative id
        groups.setdefault(way_id if way_id < 0 else number, []).append((nodes, passage))
    uses = np.bincount(np.concatenate([segments.u, segments.v]), minlength=len(segments.xy))
    tails: list[Ints] = []
    heads: list[Ints] = []
    passages: list[Floats] = []
    for group in groups.values():
        u, v = _chords([nodes for nodes, _ in group], segments.xy, uses)
        tails.append(u)
        heads.append(v)
        passages.append(np.tile(group[0][1], (len(u), 1)))
    values = np.concatenate(passages)
    _log.info("%d squares crossed by %d straight lines", len(groups), len(values))
    return Segments(
        u=np.concatenate([segments.u, *tails]),
        v=np.concatenate([segments.v, *heads]),
        forward_kmh=np.concatenate([segments.forward_kmh, values[:, 0]]),
        backward_kmh=np.concatenate([segments.backward_kmh, values[:, 1]]),
        ends_only=np.concatenate([segments.ends_only, values[:, 2] > 0]),
        no_stop=np.concatenate([segments.no_stop, values[:, 3] > 0]),
        name=np.concatenate([segments.name, np.full(len(values), -1, np.int32)]),
        xy=segments.xy,
        node_id=segments.node_id,
        course=np.concatenate([segments.course, values[:, 5].astype(np.int8)]),
    )


def _chords(rings: list[Ints], xy: Floats, uses: Ints) -> tuple[Ints, Ints]:
    """Find the straight lines inside a square between the nodes where something else meets it."""
    square = shapely.build_area(
        shapely.multilinestrings([shapely.linestrings(xy[r]) for r in rings])
    )
    own_ends = np.concatenate([np.repeat(ring, 2)[1:-1] for ring in rings])
    corners, own = np.unique(own_ends, return_counts=True)
    corners = corners[uses[corners] > own]
    i, j = np.triu_indices(len(corners), 1)
    u, v = corners[i], corners[j]
    neighbours = {frozenset(pair) for ring in rings for pair in pairwise(ring.tolist())}
    fresh = np.array(
        [frozenset(p) not in neighbours for p in zip(u.tolist(), v.tolist(), strict=True)], bool
    )
    u, v = u[fresh], v[fresh]
    shapely.prepare(square)
    inside = shapely.covers(square, shapely.linestrings(np.stack([xy[u], xy[v]], axis=1)))
    return u[inside], v[inside]


def _cut_ends_only(segments: Segments, left_out: dict[str, int]) -> None:
    """Cut ways for the ends of a journey between the areas of their public entrances."""
    private = np.flatnonzero(segments.ends_only)
    left_out["ends_only_cut"] = 0
    if len(private) == 0:
        return
    nodes = len(segments.xy)
    public = np.unique(
        np.concatenate([segments.u[~segments.ends_only], segments.v[~segments.ends_only]])
    )
    # loaded where it is needed: who only asks need not wait for it
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    u, v = segments.u[private], segments.v[private]
    entrances = public[np.isin(public, np.concatenate([u, v]))]
    if len(entrances) == 0:
        return
    length = np.maximum(segments.length_m[private], 1e-3)
    tail, head = np.concatenate([u, v]), np.concatenate([v, u])
    order = np.lexsort((np.tile(length, 2), head, tail))
    tail, head, weight = tail[order], head[order], np.tile(length, 2)[order]
    first = np.r_[True, (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])]
    graph = csr_array((weight[first], (tail[first], head[first])), shape=(nodes, nodes))
    distance, _, entrance = dijkstra(
        graph, indices=entrances, min_only=True, return_predecessors=True
    )
    apart = entrance[u] != entrance[v]
    at_v = apart & (distance[v] >= distance[u])
    cut_u, cut_v = np.zeros(len(segments.u), bool), np.zeros(len(segments.u), bool)
    cut_u[private[apart & ~at_v]] = True
    cut_v[private[at_v]] = True
    left_out["ends_only_cut"] = int(np.count_nonzero(apart))
    segments.cut(cut_u, cut_v)


def _largest_part(segments: Segments, left_out: dict[str, int]) -> tuple[Segments, float]:
    """Keep the longest part in which every node reaches every other, and number its nodes."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    forward, backward = segments.forward_kmh > 0, segments.backward_kmh > 0
    tail = np.concatenate([segments.u[forward], segments.v[backward]])
    head = np.concatenate([segments.v[forward], segments.u[backward]])
    nodes = len(segments.xy)
    graph = csr_array((np.ones(len(tail), np.int8), (tail, head)), shape=(nodes, nodes))
    _, part = connected_components(graph, connection="strong")
    inside = part[segments.u] == part[segments.v]
    length = segments.length_m
    by_part = np.bincount(part[segments.u[inside]], length[inside], minlength=int(part.max()) + 1)
    kept = inside & (part[segments.u] == int(np.argmax(by_part)))
    left_out["island_segments"] = int(np.count_nonzero(~kept))
    left_out["islands"] = int(np.count_nonzero(by_part)) - 1
    used, node = np.unique(
        np.concatenate([segments.u[kept], segments.v[kept]]), return_inverse=True
    )
    segments = segments.take(kept)
    segments.u, segments.v = np.split(node, 2)
    segments.xy, segments.node_id = segments.xy[used], segments.node_id[used]
    total = float(length.sum())
    return segments, float(length[~kept].sum()) / total if total > 0 else 0.0
