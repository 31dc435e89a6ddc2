"""
Changes the arrays of a network: edges are cut, stretches closed, new streets joined to it.

Nothing that stands in the arrays moves. An edge that is cut stays under its number as a dead one
(closed, and nobody is put on it); its pieces come after all others, so that whoever stands on the
network is carried over by looking at the few edges that were cut. A new street is cut where it is
joined, and joined by straight pieces: it meets nothing that it merely crosses.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
import shapely.ops

from geo.edge_cuts import SAME_PLACE_M, Cuts, edge_line
from geo.reach.hierarchy import PREPARED
from geo.ticks import to_ticks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from geo.street_stretch import Stretch

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Arrays = Mapping[str, NDArray[Any]]

_LEAST_S = 1 / 1024  # a tick


@dataclass(frozen=True)
class Join:
    """
    Where a new street meets another one.

    It leaves the street `along_m` from its start, and goes straight to `fraction` of the network's
    edge `edge`, or to `other_m` along the new street number `other` where that is not −1.
    """

    along_m: float
    gap_m: float
    edge: int = -1
    fraction: float = 0.0
    other: int = -1
    other_m: float = 0.0


@dataclass(frozen=True)
class NewStreet:
    """A line in metres of the network's CRS, open in both directions at one speed."""

    line: shapely.LineString
    kmh: float
    name: str
    joins: tuple[Join, ...]


@dataclass(frozen=True)
class Changed:
    """
    The arrays of a changed network.

    `first_new` is the first edge of new streets; `digest` tells the change, and is empty where no
    edge was cut and none added.
    """

    arrays: dict[str, NDArray[Any]]
    cuts: Cuts
    first_new: int
    names: list[str]
    digest: str


def change(
    arrays: Arrays, names: Sequence[str], closed: Sequence[Stretch], opened: Sequence[NewStreet]
) -> Changed:
    """Close stretches of a network and join new streets to it; the arrays given do not change."""
    joins = [join for street in opened for join in street.joins if join.other < 0]
    cuts = Cuts(
        arrays,
        np.concatenate(
            [np.array([j.edge for j in joins], np.int64), *(np.tile(s.edge, 2) for s in closed)]
        ),
        np.concatenate(
            [
                np.array([j.fraction for j in joins], float),
                *(np.r_[s.start, s.end] for s in closed),
            ]
        ),
    )
    grown = _Grown(arrays, list(names), nodes=len(arrays["xy"]))
    pieces = cuts.pieces()
    grown.add_nodes(_points_at(arrays, cuts))
    for piece in pieces:
        grown.add_piece(*piece)
    first_new = len(arrays["a"]) + len(pieces)
    _add_streets(grown, cuts, opened)
    laid_out = grown.arrays()
    shut = _closed_numbers(arrays, pieces, closed)
    for name in ("forward_s", "backward_s"):
        laid_out[name][np.r_[shut, cuts.cut_edge]] = np.inf
    laid_out["no_stop"][cuts.cut_edge] = True
    laid_out["exit_edge"], laid_out["exit_fraction"] = cuts.carry(
        arrays["exit_edge"], arrays["exit_fraction"]
    )
    for name in [key for key in laid_out if key.startswith(PREPARED)]:
        del laid_out[name]  # prepared anew when it is asked
    digest = ""
    if pieces or opened:
        told = hashlib.sha256(np.sort(shut).data)
        for name in ("a", "b", "forward_s", "backward_s", "vertex_xy"):
            told.update(np.ascontiguousarray(laid_out[name][len(arrays[name]) :]).data)
        digest = told.hexdigest()[:16]
    return Changed(laid_out, cuts, first_new, grown.names, digest)


def _closed_numbers(
    arrays: Arrays, pieces: list[tuple[int, float, float, int, int]], closed: Sequence[Stretch]
) -> Ints:
    """Find the edges and pieces that lie in a stretch that closes."""
    first = len(arrays["a"])
    by_edge: dict[int, list[tuple[int, float]]] = {}
    for number, (edge, low, high, _, _) in enumerate(pieces, start=first):
        by_edge.setdefault(edge, []).append((number, (low + high) / 2))
    shut: list[int] = []
    for stretch in closed:
        for edge, one, other in zip(
            stretch.edge.tolist(), stretch.start.tolist(), stretch.end.tolist(), strict=True
        ):
            parts = by_edge.get(edge, [(edge, 0.5)])
            shut += [
                number for number, middle in parts if min(one, other) < middle < max(one, other)
            ]
    return np.unique(np.array(shut, np.int64))


def _points_at(arrays: Arrays, cuts: Cuts) -> Floats:
    points = [
        shapely.line_interpolate_point(edge_line(arrays, edge), fraction, normalized=True)
        for edge, fraction in zip(cuts.edge.tolist(), cuts.fraction.tolist(), strict=True)
    ]
    xy: Floats = shapely.get_coordinates(points).reshape(-1, 2)
    return xy


@dataclass
class _Grown:
    """Collects what comes after the nodes, edges and vertices of a network."""

    base: Arrays
    names: list[str]
    nodes: int
    xy: list[Floats] = field(default_factory=list)
    rows: list[tuple[int, int, float, float, float, bool]] = field(default_factory=list)
    lines: list[Floats] = field(default_factory=list)
    along: list[Floats] = field(default_factory=list)
    line_names: list[NDArray[np.int32]] = field(default_factory=list)

    def add_nodes(self, xy: Floats) -> int:
        """Add nodes; return the first one's number."""
        first = self.nodes
        self.xy.append(xy)
        self.nodes += len(xy)
        return first

    def number_of(self, name: str) -> int:
        """Return the number of a street's name; a new one is added."""
        if name and name not in self.names:
            self.names.append(name)
        return self.names.index(name) if name else -1

    def add_edge(
        self, line: Floats, ends: tuple[int, int], seconds: tuple[float, float] | float, *,
        name: NDArray[np.int32] | int, no_stop: bool = False,
    ) -> None:  # fmt: skip
        """Add an edge; `seconds` along and against it, or km/h for both."""
        along = np.r_[0.0, np.cumsum(np.hypot(*np.diff(line, axis=0).T))]
        if not isinstance(seconds, tuple):
            seconds = (float(along[-1]) * 3.6 / seconds,) * 2
        forward, backward = (max(float(to_ticks(np.array(s))), _LEAST_S) for s in seconds)
        self.rows.append((*ends, float(along[-1]), forward, backward, no_stop))
        self.lines.append(line)
        self.along.append(along)
        by_vertex = np.full(len(line), name, np.int32) if isinstance(name, int) else name
        by_vertex[-1] = -1
        self.line_names.append(by_vertex)

    def add_piece(self, edge: int, low: float, high: float, a: int, b: int) -> None:
        """Add a piece of an edge of the network before."""
        base = self.base
        first, last = base["vertex_start"][edge : edge + 2].tolist()
        length = float(base["length_m"][edge])
        part = shapely.ops.substring(edge_line(base, edge), low * length, high * length)
        line = shapely.get_coordinates(part)
        along = low * length + np.r_[0.0, np.cumsum(np.hypot(*np.diff(line, axis=0).T))]
        at = np.searchsorted(base["vertex_m"][first:last], along + SAME_PLACE_M / 2, "right") - 1
        name = np.array(base["vertex_name"][first:last][at])
        seconds = (
            float(base["forward_s"][edge]) * (high - low),
            float(base["backward_s"][edge]) * (high - low),
        )
        self.add_edge(line, (a, b), seconds, name=name, no_stop=bool(base["no_stop"][edge]))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return all arrays but those of arcs, with what was added."""
        base, count = self.base, len(self.rows)
        columns = list(zip(*self.rows, strict=True)) if count else [()] * 6
        added = dict(
            zip(("a", "b", "length_m", "forward_s", "backward_s", "no_stop"), columns, strict=True)
        )
        grown = dict(base)
        for name, values in added.items():
            grown[name] = np.r_[base[name], np.array(values, base[name].dtype)]
        ends = np.cumsum([len(line) for line in self.lines], dtype=np.int64)
        grown["vertex_start"] = np.r_[base["vertex_start"], base["vertex_start"][-1] + ends]
        for name, parts in (
            ("xy", self.xy),
            ("vertex_xy", self.lines),
            ("vertex_m", self.along),
            ("vertex_name", self.line_names),
        ):
            grown[name] = np.concatenate([base[name], *parts])
        return grown


def _add_streets(grown: _Grown, cuts: Cuts, opened: Sequence[NewStreet]) -> None:
    """Give each new street a node at its ends and at each join, and edges between them."""
    nodes_of: list[list[tuple[float, int]]] = [[] for _ in opened]

    def node_on(number: int, along_m: float, *, or_else: int = -1) -> int:
        """Return the node at a place of a street; where there is none, that one or a new one."""
        for other_m, node in nodes_of[number]:
            if abs(other_m - along_m) <= SAME_PLACE_M:
                return node
        node = or_else
        if node < 0:
            node = grown.add_nodes(_point(opened[number].line, along_m))
        nodes_of[number].append((along_m, node))
        return node

    spurs = []
    for number, street in enumerate(opened):
        for join in street.joins:
            if join.other < 0:
                end = cuts.node(join.edge, join.fraction)
            else:
                end = node_on(join.other, join.other_m)
            touches = join.gap_m <= SAME_PLACE_M
            start = node_on(number, join.along_m, or_else=end if touches else -1)
            spurs.append((number, start, end))
        node_on(number, 0.0)
        node_on(number, street.line.length)
    for street, places in zip(opened, nodes_of, strict=True):
        for (low, a), (high, b) in pairwise(sorted(places)):
            part = shapely.get_coordinates(shapely.ops.substring(street.line, low, high))
            grown.add_edge(part, (a, b), street.kmh, name=grown.number_of(street.name))
    where = np.concatenate([grown.base["xy"], *grown.xy])
    for number, start, end in spurs:
        if start != end:
            street = opened[number]
            name = grown.number_of(street.name)
            grown.add_edge(where[[start, end]], (start, end), street.kmh, name=name)


def _point(line: shapely.LineString, along_m: float) -> Floats:
    xy: Floats = shapely.get_coordinates(shapely.line_interpolate_point(line, along_m))
    return xy
