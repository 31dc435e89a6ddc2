"""Medians of people."""

import numpy as np
import pytest

from geo.median import weighted_median, weighted_median_by


@pytest.mark.parametrize(
    ("values", "weight", "median"),
    [
        ([1, 2, 3], [1, 1, 1], 2),
        ([3, 1, 2], [1, 1, 10], 2),
        ([1, 100], [1, 99], 100),
        ([5], [0.5], 5),
        ([1, np.inf], [1, 3], np.inf),
    ],
)
def test_half_of_the_people_lie_on_either_side(values, weight, median):
    assert weighted_median(np.array(values, float), np.array(weight, float)) == median


def test_groups_with_fewer_than_25_people_have_no_median():
    group = np.array([0, 0, 1, 1, 3], np.int32)
    values = np.array([4.0, 8.0, 1.0, 2.0, 9.0])
    weight = np.array([20.0, 30.0, 10.0, 14.0, 25.0])
    medians = weighted_median_by(group, values, weight, 4)
    assert medians[[0, 3]].tolist() == [8, 9]
    assert np.isnan(medians[[1, 2]]).all()
