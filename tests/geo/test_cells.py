"""People counted over fixed cells."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geo.cells import Cells


@pytest.fixture(scope="module")
def cells() -> Cells:
    xy = np.array([[10.0, 10.0], [90.0, 90.0], [150.0, 50.0], [-10.0, 50.0]])
    return Cells.of(xy, np.array([40.0, 7.0, 12.0, 100.0]))


def test_people_of_a_cell_are_counted_together(cells: Cells) -> None:
    assert dict(zip(map(tuple, cells.xy.tolist()), cells.people.tolist(), strict=True)) == {
        (50.0, 50.0): 47.0, (150.0, 50.0): 12.0, (-50.0, 50.0): 100.0,
    }  # fmt: skip


def test_a_cell_counts_as_a_whole_by_its_middle(cells: Cells) -> None:
    middle, beside = shapely.box(45, 45, 55, 55), shapely.box(0, 0, 45, 100)
    assert cells.publish_inside([middle, beside]).tolist() == [50.0, 0.0]


def test_few_people_are_withheld(cells: Cells) -> None:
    assert np.isnan(cells.publish_inside([shapely.box(100, 0, 200, 100)])).tolist() == [True]


def test_moving_a_shape_by_a_house_changes_nothing(cells: Cells) -> None:
    shapes = [shapely.box(x, 0, x + 120, 100) for x in (-10, -5, 0, 5, 10)]
    assert set(cells.publish_inside(shapes)) == {50.0}


def test_an_empty_shape_holds_nobody(cells: Cells) -> None:
    assert cells.publish_inside([shapely.MultiPolygon()]).tolist() == [0.0]


def test_a_hole_is_left_out(cells: Cells) -> None:
    around = shapely.box(-100, 0, 200, 100).difference(shapely.box(0, 0, 100, 100))
    assert cells.publish_inside([around]).tolist() == [110.0]
