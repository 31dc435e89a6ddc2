"""Uncovered people grouped into areas."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.gaps import find_gaps, gap_members


def street(x: float, y: float, houses: int) -> np.ndarray:
    return np.column_stack([x + 20.0 * np.arange(houses), np.full(houses, y)])


def test_two_villages_are_two_gaps_the_larger_first():
    xy = np.vstack([street(0, 0, 10), street(2000, 0, 20)])
    gaps = find_gaps(xy, np.full(30, 3.0), smallest=25)
    assert gaps.weight.tolist() == [60, 30]
    assert gaps.member.tolist() == [1] * 10 + [0] * 20


def test_a_street_between_does_not_tear_a_gap():
    xy = np.vstack([street(10, 50, 10), street(10, 250, 10)])  # one empty row of cells between
    assert len(find_gaps(xy, np.full(20, 3.0), smallest=25).weight) == 1


def test_a_lone_farm_is_scattered_not_a_gap():
    xy = np.vstack([street(0, 0, 20), [[5000, 5000]]])
    gaps = find_gaps(xy, np.full(21, 4.0), smallest=25)
    assert gaps.scattered == pytest.approx(4)
    assert gaps.member[-1] == -1
    assert gaps.weight.sum() + gaps.scattered == pytest.approx(84)


def test_shape_covers_its_people_and_does_not_depend_on_a_single_house():
    xy = street(10, 50, 10)
    shape = find_gaps(xy, np.full(10, 3.0), smallest=25).geometry[0]
    assert shapely.contains_xy(shape, xy).all()
    moved = xy - [7, 3]  # within the same cells
    assert find_gaps(moved, np.full(10, 3.0), smallest=25).geometry[0].equals(shape)


def test_outlines_have_no_steps():
    along = 50 + 100.0 * np.arange(8)
    xy = np.column_stack([along, along])  # cells that touch at their corners only
    shape = find_gaps(xy, np.full(8, 5.0), smallest=25).geometry[0]
    assert shapely.contains_xy(shape, xy).all()
    hull = shapely.convex_hull(shape)
    assert hull.area / shape.area < 1.05


@given(st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=60))
def test_outlines_are_valid_and_hold_every_cell(cells):
    xy = np.array(sorted(cells), float) * 100 + 50
    gaps = find_gaps(xy, np.full(len(xy), 25.0), smallest=25)
    assert shapely.is_valid(gaps.geometry).all()
    assert shapely.contains_xy(gaps.geometry[gaps.member], xy).all()


def test_nobody_uncovered_gives_no_gap():
    gaps = find_gaps(np.empty((0, 2)), np.empty(0), smallest=25)
    assert len(gaps.weight) == 0
    assert gaps.scattered == 0


def test_people_of_whom_the_cell_alone_is_known_are_drawn_as_wide_as_it_is():
    xy = np.array([[500.0, 500.0], [1500.0, 500.0], [9500.0, 500.0]])
    people = np.array([30.0, 30.0, 30.0])
    dots = find_gaps(xy, people, smallest=25)
    wide = find_gaps(xy, people, smallest=25, grain_m=1_000)
    assert (len(dots.geometry), len(wide.geometry)) == (3, 2)
    assert wide.weight.tolist() == [60, 30]
    one_dot, one_cell = dots.geometry[2], wide.geometry[1]
    assert shapely.area(one_cell) == pytest.approx(100 * shapely.area(one_dot), rel=0.02)
    assert shapely.covers(one_cell, shapely.box(9_100, 100, 9_900, 900))
    assert gap_members(xy, people, smallest=25, grain_m=1_000).tolist() == wide.member.tolist()


def test_an_outline_is_as_wide_as_its_cells_and_lies_around_their_middle():
    # four cells from 0 to 200, with their people in the middles
    xy = np.array([(x, y) for x in (50.0, 150) for y in (50.0, 150)])
    (shape,) = find_gaps(xy, np.full(4, 10.0), smallest=25).geometry
    assert shapely.centroid(shape).coords[0] == pytest.approx((100, 100), abs=10)
    left, bottom, right, top = shape.bounds  # 35 m beyond the cells, less what corners lose
    assert [right - left, top - bottom] == pytest.approx([250, 250], abs=15)
    assert shapely.get_num_coordinates(shape) > 12  # corners are cut twice
    assert 200 * 200 < shape.area < 270 * 270
    assert shape.geom_type == "Polygon"


def test_a_group_of_exactly_the_smallest_is_a_gap():
    xy = np.array([(50.0, 50), (150, 50), (5000, 5000), (9000, 9000)])
    gaps = find_gaps(xy, np.array([20.0, 5, 24.9, 0.1]), smallest=25)
    assert gaps.weight.tolist() == [25]
    assert gaps.member.tolist() == [0, 0, -1, -1]
    assert gaps.scattered == pytest.approx(25)


def test_without_people_there_is_a_place_for_nobody():
    gaps = find_gaps(np.empty((0, 2)), np.empty(0), smallest=25)
    assert (gaps.member.shape, gaps.weight.shape, gaps.geometry.shape) == ((0,), (0,), (0,))
    assert gap_members(np.empty((0, 2)), np.empty(0), smallest=25).shape == (0,)
