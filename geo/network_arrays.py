"""
Turns built edges into the arrays that a `geo.network.Network` is saved as.

`xy` are nodes; `a`, `b`, `length_m`, `forward_s`, `backward_s`, `no_stop` are by edge; `vertex_*`
are the polylines of the edges, and the names of their pieces; `exit_*` are the places where streets
leave the data. `reach_*` is what was prepared for questions (`geo.reach.hierarchy`).
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.snapping import straight_tails
from geo.ticks import to_ticks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.street_graph import Built

    Floats = NDArray[np.float64]


def network_arrays(built: Built) -> dict[str, NDArray[Any]]:
    """Measure the edges."""
    edges = built.edges
    start = edges.vertex_start
    tail = straight_tails(start)
    step = np.zeros(len(edges.vertex_xy))
    step[tail + 1] = np.hypot(*(edges.vertex_xy[tail + 1] - edges.vertex_xy[tail]).T)
    vertex_m = _cumulated(step, start)
    length_m = vertex_m[start[1:] - 1]
    pace = np.ones((len(length_m), 2)) if edges.pace is None else edges.pace
    return {
        "xy": edges.xy,
        "a": edges.a.astype(np.int32),
        "b": edges.b.astype(np.int32),
        "length_m": length_m,
        "forward_s": _edge_seconds(length_m * pace[:, 0], edges.forward_kmh),
        "backward_s": _edge_seconds(length_m * pace[:, 1], edges.backward_kmh),
        "no_stop": edges.no_stop,
        "vertex_start": start,
        "vertex_xy": edges.vertex_xy,
        "vertex_m": vertex_m,
        "vertex_name": edges.vertex_name.astype(np.int32),
    }


def _cumulated(step: Floats, start: NDArray[np.int64]) -> Floats:
    """Add up steps within each edge, starting again at each edge so that no error is carried on."""
    total = np.cumsum(step)
    count = np.diff(start)
    return np.maximum(total - np.repeat(total[start[:-1]], count), 0.0)


def _edge_seconds(length_m: Floats, kmh: Floats) -> Floats:
    """Return whole ticks above 0, inf where closed."""
    seconds = np.full(len(length_m), np.inf)
    is_open = kmh > 0
    seconds[is_open] = np.maximum(to_ticks(length_m[is_open] * 3.6 / kmh[is_open]), 1 / 1024)
    return seconds


def exit_places(
    arrays: dict[str, NDArray[Any]],
    vertex_id: NDArray[np.int64],
    cut_node_id: NDArray[np.int64],
    extent: shapely.Polygon | shapely.MultiPolygon | None,
) -> tuple[NDArray[np.int32], Floats]:
    """Find the vertices at clipped ways or not inside the extent, and where edges cross its rim."""
    xy, metres = arrays["vertex_xy"], arrays["vertex_m"]
    leaves = np.isin(vertex_id, cut_node_id)
    tail = straight_tails(arrays["vertex_start"])
    crossing = np.zeros(0, np.int64)
    along = np.zeros(0)
    if extent is not None:
        shapely.prepare(extent)
        outside = ~shapely.contains_xy(extent, xy)
        leaves |= outside
        crossing = tail[outside[tail] != outside[tail + 1]]
        inner = shapely.points(xy[np.where(outside[crossing], crossing + 1, crossing)])
        lines = shapely.linestrings(np.stack([xy[crossing], xy[crossing + 1]], axis=1))
        rim = shapely.intersection(lines, extent.boundary)
        place = shapely.get_point(shapely.shortest_line(inner, rim), 1)
        along = metres[crossing] + shapely.line_locate_point(lines, place)
        # a vertex on the rim itself may miss it by a rounding
        outer = np.where(outside[crossing], crossing, crossing + 1)
        along = np.where(np.isnan(along), metres[outer], along)
    vertex = np.flatnonzero(leaves)
    at = np.r_[vertex, crossing]
    edge = np.searchsorted(arrays["vertex_start"], at, "right") - 1
    length = arrays["length_m"][edge]
    fraction = np.r_[metres[vertex], along] / np.where(length > 0, length, 1.0)
    place_of = np.unique(np.column_stack([edge, np.clip(fraction, 0.0, 1.0)]), axis=0)
    return place_of[:, 0].astype(np.int32), place_of[:, 1].copy()


def checksum(arrays: dict[str, NDArray[Any]], about: dict[str, Any]) -> str:
    """Return the same 16 digits for the same network."""
    digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
    for name in sorted(arrays):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(arrays[name]).data)
    return digest.hexdigest()[:16]
