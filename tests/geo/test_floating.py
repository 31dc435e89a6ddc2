"""Floating catchments against pysal `access` and by arithmetic."""

import numpy as np
import pandas as pd
import pytest
from access import fca, weights
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import ParameterError
from geo.floating import Decay, by_thirds, supply_per_head, within_limit


def random_pairs(seed: int, people: int = 200, supplies: int = 12):
    draw = np.random.default_rng(seed)
    travel_s = draw.random((people, supplies)) * 3600
    person, supply = np.nonzero(travel_s <= 2400)
    return (
        person, supply, travel_s[person, supply],
        draw.integers(1, 90, people).astype(float), draw.integers(1, 9, supplies).astype(float),
    )  # fmt: skip


def by_access(person, supply, travel_s, people, amount, weight_fn) -> np.ndarray:
    """Return what pysal's `access` answers to the same pairs."""
    demand = pd.DataFrame({"demand": people}, index=pd.Index(np.arange(len(people)), name="geoid"))
    supplies = pd.DataFrame({"supply": amount}, index=pd.Index(range(len(amount)), name="geoid"))
    cost = pd.DataFrame({"origin": person, "dest": supply, "cost": travel_s / 60})
    found = fca.two_stage_fca(
        demand, supplies, cost, max_cost=40, demand_index=True, weight_fn=weight_fn
    )
    return found.reindex(range(len(people)), fill_value=0.0).to_numpy()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_e2sfca_is_what_pysal_access_answers(seed: int):
    pairs = random_pairs(seed)
    theirs = by_access(*pairs, weights.step_fn({10: 1, 20: 0.68, 30: 0.22}))
    np.testing.assert_allclose(supply_per_head(*pairs, by_thirds(1800)), theirs, rtol=0, atol=1e-9)


def test_2sfca_is_what_pysal_access_answers():
    pairs = random_pairs(4)
    theirs = by_access(*pairs, None)
    ours = supply_per_head(*pairs, within_limit(2400))
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-9)


def test_two_houses_share_one_offer_and_one_has_another():
    person, supply = np.array([0, 1, 1]), np.array([0, 0, 1])
    travel_s = np.array([300.0, 900.0, 60.0])
    got = supply_per_head(
        person, supply, travel_s, np.array([10.0, 20.0]), np.array([1.0, 2.0]), by_thirds(1800)
    )
    assert got == pytest.approx([1 / 23.6, 0.68 / 23.6 + 2 / 20])


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), limit_s=st.floats(1, 4000))
def test_what_people_get_is_what_there_is(seed: int, limit_s: float):
    person, supply, travel_s, people, amount = random_pairs(seed, 40, 6)
    decay = by_thirds(limit_s)
    got = supply_per_head(person, supply, travel_s, people, amount, decay)
    reached = np.unique(supply[travel_s <= limit_s])
    assert (got * people).sum() == pytest.approx(amount[reached].sum())


def test_the_end_of_a_zone_belongs_to_it_and_beyond_the_last_nothing_counts():
    decay = by_thirds(1800)
    assert decay(np.array([0, 600, 601, 1200, 1800, 1800.1, np.inf])).tolist() == [
        1, 1, 0.68, 0.68, 0.22, 0, 0,
    ]  # fmt: skip
    assert decay.limit_s == 1800


def test_supply_that_nobody_lives_near_is_given_to_no_one():
    nobody = supply_per_head(
        np.array([0]), np.array([0]), np.array([60.0]), np.zeros(2), np.ones(2), within_limit(300)
    )
    assert nobody.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("until_s", "weight"),
    [((), ()), ((600, 300), (1, 1)), ((0,), (1,)), ((60,), (-1,)), ((9,), ())],
)
def test_zones_that_make_no_sense_are_refused(until_s: tuple, weight: tuple):
    with pytest.raises(ParameterError, match="`decay` has zones until"):
        Decay(until_s, weight)
