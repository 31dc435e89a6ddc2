"""
What streets must answer, by networkx: every point becomes a node of a graph drawn from the ways.

It shares nothing with `geo`: not how points find their street, nor how ways become edges.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import networkx as nx
import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from tests.toytown import Town

Place = tuple[float, float]
DRIVE_S_PER_M = 3.6 / 25  # a residential street by car
LEG_S_PER_M = 3.6 / 4.8  # on foot
TOLERANCE_S = 0.05  # 1/1024 s on each edge of a path

places = st.tuples(st.integers(0, 6), st.integers(0, 6)).map(lambda p: (p[0] * 70.0, p[1] * 70.0))
ways = st.tuples(st.lists(places, min_size=2, max_size=5), st.sampled_from(["yes", "-1", "no"]))
dots = st.tuples(st.floats(-60, 480), st.floats(-60, 480))


@dataclass
class Segment:
    u: Place
    v: Place
    oneway: str


def town_of(drawn: list[tuple[list[Place], str]]) -> tuple[Town, list[Segment]]:
    town = Town()
    segments = []
    for points, oneway in drawn:
        town.way(*points, tags={"highway": "residential", "oneway": oneway})
        segments += [Segment(u, v, oneway) for u, v in pairwise(points) if u != v]
    return town, segments


def distance(p: Place, q: Place) -> float:
    return float(np.hypot(p[0] - q[0], p[1] - q[1]))


def graph_of(segments: list[Segment]) -> nx.DiGraph:
    graph: nx.DiGraph = nx.DiGraph()
    for segment in segments:
        connect(graph, segment.u, segment.v, segment.oneway, distance(segment.u, segment.v))
    return graph


def connect(graph: nx.DiGraph, u: object, v: object, oneway: str, metres: float) -> None:
    for tail, head, closed in ((u, v, "-1"), (v, u, "yes")):
        if oneway != closed and metres < graph.get_edge_data(tail, head, {"m": np.inf})["m"]:
            graph.add_edge(tail, head, m=metres)


def kept_segments(segments: list[Segment]) -> list[Segment]:
    """Keep the longest strongly connected part; a draw between two is not drawn."""
    parts = list(nx.strongly_connected_components(graph_of(segments)))
    inside = [[s for s in segments if s.u in part and s.v in part] for part in parts]
    length = sorted(sum(distance(s.u, s.v) for s in some) for some in inside)
    assume(length[-1] > 0 and (len(length) == 1 or length[-1] - length[-2] > 1))
    return max(inside, key=lambda some: sum(distance(s.u, s.v) for s in some))


def foot_of(dot: Place, segment: Segment) -> tuple[float, float]:
    """Return the distance to a segment and the fraction along it."""
    p, u, v = np.array(dot), np.array(segment.u), np.array(segment.v)
    fraction = float(np.clip((p - u) @ (v - u) / ((v - u) @ (v - u)), 0, 1))
    return float(np.hypot(*(u + fraction * (v - u) - p))), fraction


def reference(
    segments: list[Segment],
    demand: list[Place],
    supply: list[Place],
    *,
    s_per_m: float = DRIVE_S_PER_M,
    max_leg_m: float = np.inf,
) -> np.ndarray:
    """Return seconds from demand to supply, by putting every point into the graph as a node."""
    graph = graph_of(segments)
    on: dict[int, list[tuple[float, tuple[str, int]]]] = {}
    legs: dict[tuple[str, int], float] = {}
    for kind, dots_ in (("d", demand), ("s", supply)):
        for number, dot in enumerate(dots_):
            feet = [foot_of(dot, segment) for segment in segments]
            leg = min(foot[0] for foot in feet)
            near = [i for i, foot in enumerate(feet) if foot[0] < leg + 1e-3]
            ends = [i for i in near if feet[i][1] < 1e-9 or feet[i][1] > 1 - 1e-9]
            spots = {segments[i].u if feet[i][1] < 1e-9 else segments[i].v for i in ends}
            # the same distance to several streets only where they meet
            assume(len(near) == 1 or (ends == near and len(spots) == 1))
            key = (kind, number)
            legs[key] = leg
            if spots:
                connect(graph, key, spots.pop(), "no", 0.0)
            else:
                on.setdefault(near[0], []).append((feet[near[0]][1], key))
    for i, found in on.items():
        chain = sorted([(0.0, segments[i].u), *found, (1.0, segments[i].v)], key=lambda x: x[0])
        length = distance(segments[i].u, segments[i].v)
        for (f, u), (g, v) in pairwise(chain):
            connect(graph, u, v, segments[i].oneway, (g - f) * length)
            if f == g:  # two points on one spot reach each other even against a one-way street
                connect(graph, u, v, "no", 0.0)
    table = np.full((len(demand), len(supply)), np.inf)
    for i in range(len(demand)):
        away = nx.single_source_dijkstra_path_length(graph, ("d", i), weight="m")
        for j in range(len(supply)):
            metres = away.get(("s", j), np.inf)
            legs_m = legs["d", i] + legs["s", j]
            table[i, j] = metres * s_per_m + legs_m * LEG_S_PER_M
            if max(legs["d", i], legs["s", j]) > max_leg_m:
                table[i, j] = np.inf
    return table
