"""Contours of small rasters: their area, their rings, and that they are always valid."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from geo.contour import contour


def draw(values: np.ndarray, cell_m: float = 1.0) -> shapely.MultiPolygon:
    return contour(np.asarray(values, float), origin=(0.0, 0.0), cell_m=cell_m)


def test_a_disc_has_the_area_of_a_disc() -> None:
    y, x = np.mgrid[-60:61, -60:61]
    area = contour(40 - np.hypot(x, y), origin=(-600.0, -600.0), cell_m=10.0)
    assert area.area == pytest.approx(np.pi * 400**2, rel=1e-3)
    assert area.centroid.distance(shapely.Point(0, 0)) < 1e-6


def test_a_hole_and_the_island_in_it_are_kept() -> None:
    y, x = np.mgrid[-60:61, -60:61]
    distance = np.hypot(x, y)
    area = draw(np.where(distance < 10, 10 - distance, np.minimum(distance - 30, 50 - distance)))
    assert [len(part.interiors) for part in sorted(area.geoms, key=lambda g: -g.area)] == [1, 0]
    assert area.area == pytest.approx(np.pi * (50**2 - 30**2 + 10**2), rel=0.01)


def test_corners_that_meet_diagonally_are_not_joined() -> None:
    area = draw(np.array([[1.0, -1.0], [-1.0, 1.0]]))
    assert len(area.geoms) == 2
    assert area.is_valid


def test_where_nothing_is_inside_the_area_is_empty() -> None:
    assert draw(np.full((3, 4), -2.0)).is_empty
    assert draw(np.zeros((0, 0))).is_empty


def test_a_raster_that_is_inside_throughout_is_closed_at_its_rim() -> None:
    area = draw(np.full((3, 4), 5.0))
    assert area.covers(shapely.box(0, 0, 3, 2))
    assert area.bounds == pytest.approx((-1, -1, 4, 3), abs=0.02)


@given(arrays(float, array_shapes(min_dims=2, max_dims=2, max_side=9), elements=st.integers(-2, 2)))
def test_any_raster_gives_a_valid_area_with_the_right_cells(values: np.ndarray) -> None:
    area = draw(values)
    assert area.is_valid
    row, column = np.mgrid[: values.shape[0], : values.shape[1]]
    inside = shapely.contains_xy(area, column.ravel(), row.ravel())
    assert np.array_equal(inside, values.ravel() >= 0)
