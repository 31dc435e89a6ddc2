"""Filled radii, Huff's rule, whole units and quantiles by arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geo.catchment import filled_s, huff, quantiles, whole_units


def test_a_capacity_is_used_up_by_the_nearest_people_first() -> None:
    travel_s = np.array([300.0, 100.0, 200.0, np.inf])
    people = np.array([40.0, 30.0, 20.0, 500.0])
    assert filled_s(travel_s, people, 50) == 200
    assert filled_s(travel_s, people, 51) == 300
    assert filled_s(travel_s, people, 90) == 300


def test_a_capacity_that_nobody_uses_up_has_no_radius() -> None:
    assert filled_s(np.array([10.0, np.inf]), np.array([40.0, 500.0]), 50) == np.inf
    assert filled_s(np.zeros(0), np.zeros(0), 1) == np.inf


def test_near_and_large_offers_draw_more() -> None:
    share = huff(np.array([[60.0, 120.0], [120.0, 120.0]]), np.array([1.0, 3.0]))
    assert share[:, 0] == pytest.approx([4 / 7, 3 / 7])
    assert share[:, 1] == pytest.approx([1 / 4, 3 / 4])


def test_next_door_counts_as_a_minute_and_nowhere_as_nobody() -> None:
    share = huff(np.array([[0.0, np.inf], [60.0, np.inf]]), np.array([1.0, 1.0]))
    assert share[:, 0] == pytest.approx([0.5, 0.5])
    assert share[:, 1].tolist() == [0, 0]


def test_quantiles_weigh_people() -> None:
    values, weight = np.array([5.0, 1.0, 9.0]), np.array([1.0, 8.0, 1.0])
    assert quantiles(values, weight, (0.5, 0.9, 1.0)).tolist() == [1, 5, 9]
    assert np.isnan(quantiles(values, np.zeros(3), (0.5,))).all()


@given(
    arrays(float, st.integers(0, 40), elements=st.floats(0, 9)), st.randoms(use_true_random=False)
)
def test_whole_units_keep_the_sum(demand: np.ndarray, random: object) -> None:
    rng = np.random.default_rng(random.randrange(1000))  # type: ignore[attr-defined]
    xy = rng.uniform(0, 2000, (len(demand), 2))
    units = whole_units(demand, rng.integers(0, 3, len(demand)).astype(np.int32), xy)
    assert abs(units.sum() - demand.sum()) <= 0.5 + 1e-9
    assert (np.abs(units - demand) < 1 + 1e-9).all()


def test_homes_with_little_demand_share_a_unit() -> None:
    units = whole_units(np.full(100, 0.1), np.zeros(100, np.int32), np.zeros((100, 2)))
    assert (units.sum(), units.max()) == (10, 1)
