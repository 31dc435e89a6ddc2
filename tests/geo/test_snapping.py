"""Points snap to the nearest piece exactly as a search over all pieces says."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.snapping import EdgeFinder

places = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda p: (p[0] * 25.0, p[1] * 25.0))
lines = st.lists(places, min_size=2, max_size=6)
far = st.floats(-3000, 4000)


def finder_of(drawn: list[list[tuple[float, float]]], no_stop: list[bool]) -> EdgeFinder:
    xy = np.array([place for line in drawn for place in line], float)
    start = np.cumsum([0, *map(len, drawn)])
    along = [np.r_[0, np.cumsum(np.hypot(*np.diff(np.array(line), axis=0).T))] for line in drawn]
    return EdgeFinder({
        "no_stop": np.array(no_stop), "vertex_start": start, "vertex_xy": xy,
        "vertex_m": np.concatenate(along), "length_m": np.array([metres[-1] for metres in along]),
    })  # fmt: skip


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    drawn=st.lists(lines, min_size=1, max_size=12),
    points=st.lists(st.one_of(places, st.tuples(far, far)), min_size=1, max_size=20),
    most_m=st.sampled_from([40.0, 500.0, 1e5, np.inf]),
    data=st.data(),
)
def test_the_nearest_piece_is_that_of_a_search_over_all(drawn, points, most_m, data) -> None:
    no_stop = data.draw(st.lists(st.booleans(), min_size=len(drawn), max_size=len(drawn)))
    at = np.array(points)
    edge, fraction, leg_m = finder_of(drawn, no_stop).place(at, max_leg_m=most_m)
    open_ones = [i for i, closed in enumerate(no_stop) if not closed]
    for row, point in enumerate(shapely.points(at)):
        legs = [shapely.distance(shapely.LineString(drawn[i]), point) for i in open_ones]
        least = min(legs, default=np.inf)
        if least > most_m or not legs:
            assert (edge[row], leg_m[row], fraction[row]) == (-1, np.inf, 0)
            continue
        assert leg_m[row] == least  # to the last bit
        assert edge[row] == open_ones[legs.index(least)]
        line = shapely.LineString(drawn[edge[row]])
        spot = line.interpolate(fraction[row], normalized=True)
        assert shapely.distance(spot, point) == pytest.approx(least, abs=1e-6)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(
    drawn=st.lists(lines, min_size=1, max_size=12),
    box=st.tuples(st.floats(-200, 900), st.floats(-200, 900), st.floats(0, 900), st.floats(0, 900)),
)
def test_all_pieces_that_meet_a_box_are_found(drawn, box) -> None:
    left, bottom, wide, high = box
    bounds = (left, bottom, left + wide, bottom + high)
    edge, start, end, from_m, to_m = finder_of(drawn, [False] * len(drawn)).pieces_within(bounds)
    found = list(zip(edge, map(tuple, start.tolist()), map(tuple, end.tolist()), strict=True))
    every = [(number, *ends) for number, line in enumerate(drawn) for ends in pairwise(line)]
    assert [piece for piece in every if piece in found] == found
    for number, one, other in every:
        if shapely.LineString([one, other]).intersects(shapely.box(*bounds)):
            assert (number, one, other) in found
    low, high = np.minimum(start, end), np.maximum(start, end)
    assert ((low <= bounds[2:]) & (high >= bounds[:2])).all()
    assert to_m - from_m == pytest.approx(np.hypot(*(end - start).T))


def test_without_streets_nothing_is_found() -> None:
    finder = finder_of([[(0.0, 0.0), (50.0, 0.0)]], [True])
    edge, _, leg_m = finder.place(np.array([[10.0, 0.0]]), max_leg_m=500)
    assert (edge.tolist(), leg_m.tolist()) == ([-1], [np.inf])
    assert len(finder.pieces_within((-1e9, -1e9, 1e9, 1e9))[0]) == 0


def test_a_point_without_coordinates_is_passed_over() -> None:
    finder = finder_of([[(0.0, 0.0), (50.0, 0.0)]], [False])
    at = np.array([[np.nan, 0.0], [10.0, 3.0], [np.inf, 1.0]])
    edge, fraction, leg_m = finder.place(at, max_leg_m=500)
    assert edge.tolist() == [-1, 0, -1]
    assert fraction.tolist() == [0.0, 0.2, 0.0]
    assert leg_m.tolist() == [np.inf, 3.0, np.inf]
