"""The spatial index: boxes, neighbours, changes, threads."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from geo.errors import ParameterError
from geo.index import SpatialIndex


@pytest.fixture
def grid() -> SpatialIndex:
    xy = [(x, y) for y in range(5) for x in range(5)]
    return SpatialIndex(range(25), xy)


def test_box_edges_belong_to_the_box(grid: SpatialIndex):
    assert grid.within((1, 1, 2, 2)).tolist() == [6, 7, 11, 12]


def test_nearest_cuts_ties_by_ascending_id(grid: SpatialIndex):
    # four neighbours lie at distance 1: rtree alone would return five points
    assert grid.nearest(2, 2, 2).tolist() == [12, 7]


def test_insert_moves_a_point_with_the_same_id(grid: SpatialIndex):
    grid.insert(24, 10.0, 10.0)
    assert grid.within((9, 9, 11, 11)).tolist() == [24]
    assert grid.within((4, 4, 4, 4)).tolist() == []
    assert len(grid) == 25


def test_deleted_point_is_gone(grid: SpatialIndex):
    assert grid.delete(12)
    assert not grid.delete(12)
    assert 12 not in grid.nearest(2, 2, 24)


def test_empty_index_answers_with_nothing():
    empty = SpatialIndex([], np.empty((0, 2)))
    assert empty.nearest(0, 0, 3).tolist() == []
    assert empty.within((0, 0, 1, 1)).tolist() == []


def test_two_points_in_the_same_place_are_both_found():
    twins = SpatialIndex([1, 2], [(3, 3), (3, 3)])
    assert twins.nearest(0, 0, 5).tolist() == [1, 2]


def test_the_same_id_twice_is_refused():
    with pytest.raises(ParameterError, match="an id twice"):
        SpatialIndex([1, 1], [(0, 0), (1, 1)])


def test_readers_and_a_writer_in_threads_do_not_abort(grid: SpatialIndex):
    def read(seed: int) -> int:
        rng = np.random.default_rng(seed)
        return sum(len(grid.nearest(*rng.uniform(0, 5, 2), 3)) for _ in range(300))

    def write(_: int) -> int:
        for i in range(300):
            grid.insert(100 + i % 7, i % 5, i % 3)
        return 900

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(read, range(7))) + list(pool.map(write, range(1)))
    assert results == [900] * 8
