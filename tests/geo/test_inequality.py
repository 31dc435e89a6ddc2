"""Inequality of access, worked by hand and against definitions written out."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.inequality import concentration_index, foster_greer_thorbecke, palma_ratio


def test_depth_of_the_shortfall_by_hand():
    # limit 10 min: 15, 20 and 40 min are 0.5, 1 and 3 limits too far; 40 people are within
    shortfall = np.array([0.5, 1.0, 3.0, 0.0, -0.2])
    weight = np.array([10.0, 20, 30, 25, 15])
    index = [foster_greer_thorbecke(shortfall, weight, alpha=a) for a in (0, 1, 2)]
    assert index == pytest.approx([0.6, 1.15, 2.925])


def test_nobody_short_has_no_depth_and_nobody_at_all_has_no_index():
    assert foster_greer_thorbecke(np.zeros(3), np.ones(3), alpha=2) == 0
    assert math.isnan(foster_greer_thorbecke(np.zeros(0), np.zeros(0), alpha=1))


def gini(level: np.ndarray, weight: np.ndarray) -> float:
    """Mean difference of all pairs ÷ twice the mean."""
    apart = np.abs(level[:, None] - level[None]) * np.outer(weight, weight)
    total = weight.sum()
    return apart.sum() / (2 * total**2 * (level * weight).sum() / total)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_ranked_by_access_itself_it_is_the_gini_coefficient(seed: int):
    draw = np.random.default_rng(seed)
    level, weight = draw.integers(0, 6, 12) + 0.5, draw.integers(1, 50, 12).astype(float)
    assert concentration_index(level, weight, level) == pytest.approx(gini(level, weight))


def test_sign_tells_who_has_more():
    level, weight = np.array([1.0, 2, 3]), np.ones(3)
    assert concentration_index(level, weight, np.array([1, 2, 3])) == pytest.approx(2 / 9)
    assert concentration_index(level, weight, np.array([3, 2, 1])) == pytest.approx(-2 / 9)
    assert concentration_index(np.ones(3), weight, level) == pytest.approx(0)
    assert concentration_index(level, weight, np.ones(3)) == pytest.approx(0)
    assert math.isnan(concentration_index(np.zeros(3), weight, level))


def test_palma_compares_exactly_ten_and_forty_percent():
    level, weight = np.arange(1.0, 11), np.full(10, 7.0)
    assert palma_ratio(level, weight, level) == pytest.approx(10 / 2.5)
    # the second district holds a part of the lowest 40 % and a part of the highest 10 %
    assert palma_ratio(
        np.array([2.0, 4, 8]), np.array([30.0, 65, 5]), np.arange(3)
    ) == pytest.approx(6 / 2.5)


def test_palma_says_where_the_lowest_have_nothing():
    assert palma_ratio(np.array([0.0, 1]), np.ones(2), np.arange(2)) == math.inf
    assert math.isnan(palma_ratio(np.zeros(2), np.ones(2), np.arange(2)))
