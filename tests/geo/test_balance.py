"""The best allocation: against linear programming, by re-solving, and what is always kept."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog

from geo import balance as balance_module
from geo.balance import Balance, balance
from geo.errors import ParameterError


def solve(travel_s: object, demand: object, capacity: object) -> Balance:
    return balance(np.array(travel_s, float), np.array(demand), np.array(capacity))


def best_by_linprog(
    travel_s: np.ndarray, demand: np.ndarray, capacity: np.ndarray
) -> tuple[float, float]:
    """Return the most units that can be served, and the least seconds to serve so many."""
    offers, homes = travel_s.shape
    pairs = np.argwhere(np.isfinite(travel_s))
    if not len(pairs):
        return 0.0, 0.0
    rows = np.zeros((offers + homes, len(pairs)))
    rows[pairs[:, 0], np.arange(len(pairs))] = 1
    rows[offers + pairs[:, 1], np.arange(len(pairs))] = 1
    limits = np.concatenate([capacity, demand])
    most = -linprog(-np.ones(len(pairs)), rows, limits, method="highs").fun
    cost = travel_s[pairs[:, 0], pairs[:, 1]]
    equal = np.ones((1, len(pairs)))
    least = linprog(cost, rows, limits, equal, [round(most)], method="highs").fun
    return most, least


def test_a_full_offer_sends_on_those_for_whom_it_matters_least() -> None:
    # both homes are nearest to offer 0, which has one place; the second loses less by going on
    found = solve([[10, 20], [100, 30]], [1, 1], [1, 5])
    assert list(zip(found.home, found.offer, found.units, strict=True)) == [(0, 0, 1), (1, 1, 1)]
    assert found.total_s == 40
    assert found.left.tolist() == [0, 4]


def test_one_more_place_saves_what_the_one_sent_on_loses() -> None:
    found = solve([[10, 20], [100, 30]], [1, 1], [1, 5])
    assert found.one_more_s.tolist() == [-10, 0]
    assert found.one_more_served.tolist() == [False, False]


def test_where_places_lack_as_many_as_possible_are_served() -> None:
    # to serve both, the home that only reaches offer 0 must have it
    found = solve([[1, 5], [2, np.inf]], [1, 1], [1, 1])
    assert found.served.tolist() == [1, 1]
    assert found.total_s == 7
    short = solve([[1, 5]], [1, 1], [1])
    assert (short.unserved.tolist(), short.total_s) == ([0, 1], 1)
    assert (short.one_more_served.tolist(), short.one_more_s.tolist()) == ([True], [5])


def test_a_chain_of_moves_is_worth_something_where_nobody_is_sent_on() -> None:
    # a place at offer 2 draws from 1, whose place then helps the home that was sent from 0 to 1
    travel = [[1, 1, 50], [9, 9, 5], [99, 99, 6]]
    found = solve(travel, [1, 1, 1], [1, 2, 0])
    assert found.total_s == 1 + 9 + 5
    assert found.one_more_s.tolist() == [-8, 0, 0]


def test_without_homes_or_places_nobody_is_served() -> None:
    assert solve(np.zeros((2, 0)), np.zeros(0, int), [1, 2]).total_s == 0
    nothing = solve(np.zeros((0, 3)), [1, 2, 3], np.zeros(0, int))
    assert nothing.unserved.tolist() == [1, 2, 3]
    closed = solve([[1, 2]], [3, 4], [0])
    assert (closed.unserved.tolist(), closed.one_more_served.tolist()) == ([3, 4], [True])


@st.composite
def problems(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    offers, homes = draw(st.integers(1, 4)), draw(st.integers(1, 6))
    seconds = st.one_of(st.integers(0, 30).map(float), st.just(np.inf))
    travel_s = draw(arrays(float, (offers, homes), elements=seconds))
    demand = draw(arrays(np.int64, homes, elements=st.integers(0, 5)))
    return travel_s, demand, draw(arrays(np.int64, offers, elements=st.integers(0, 8)))


@settings(max_examples=150, deadline=None)
@given(problems())
def test_units_are_kept_and_no_allocation_is_better(
    problem: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    travel_s, demand, capacity = problem
    found = balance(travel_s, demand, capacity)
    assert np.array_equal(found.served + found.unserved, demand)
    used = np.bincount(found.offer, found.units, minlength=len(capacity))
    assert np.array_equal(used + found.left, capacity)
    assert (found.left >= 0).all()
    assert (found.unserved >= 0).all()
    assert np.isfinite(travel_s[found.offer, found.home]).all()
    most, least = best_by_linprog(travel_s, demand, capacity)
    assert found.served.sum() == pytest.approx(most)
    assert found.total_s == pytest.approx(least)


@settings(max_examples=100, deadline=None)
@given(problems())
def test_one_more_place_is_worth_what_solving_again_shows(
    problem: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    travel_s, demand, capacity = problem
    found = balance(travel_s, demand, capacity)
    for j in range(len(capacity)):
        again = balance(travel_s, demand, capacity + np.eye(len(capacity), dtype=np.int64)[j])
        assert again.served.sum() - found.served.sum() == found.one_more_served[j]
        assert again.total_s - found.total_s == found.one_more_s[j]


@pytest.mark.parametrize("share", [0.5, 0.95, 1.0, 1.4])
def test_the_quick_way_finds_what_the_whole_graph_gives(
    monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    rng = np.random.default_rng(11)
    homes, offers = rng.uniform(0, 1000, (600, 2)), rng.uniform(0, 1000, (15, 2))
    travel_s = np.hypot(*(homes[None] - offers[:, None]).transpose(2, 0, 1))
    demand = rng.integers(0, 9, 600)
    weight = rng.uniform(0.2, 2, 15)
    capacity = np.floor(weight / weight.sum() * demand.sum() * share).astype(np.int64)
    whole = balance(travel_s, demand, capacity)
    monkeypatch.setattr(balance_module, "_SAMPLE", 40)
    quick = balance(travel_s, demand, capacity)
    assert quick.total_s == whole.total_s
    assert np.array_equal(quick.one_more_s, whole.one_more_s)


def test_negative_units_are_refused() -> None:
    with pytest.raises(ParameterError, match="`capacity` holds -1"):
        solve([[1.0]], [1], [-1])
    with pytest.raises(ParameterError, match="`demand` holds -2"):
        solve([[1.0]], [-2], [1])


def test_too_many_pairs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(balance_module, "MAX_PAIRS", 3)
    with pytest.raises(ParameterError, match="2 homes and 2 offers are more than 3 pairs"):
        solve([[1, 2], [3, 4]], [1, 1], [1, 1])
