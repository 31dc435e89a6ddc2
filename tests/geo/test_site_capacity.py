"""Next sites under capacities against every choice, each served by linear programming."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from geo.errors import ParameterError
from geo.site_capacity import most_served


def served(reach: np.ndarray, units: np.ndarray, capacity: np.ndarray) -> float:
    """Most units that places can serve, by linear programming."""
    home, place = np.nonzero(reach)
    if not len(home):
        return 0.0
    pairs = np.arange(len(home))
    limits = np.zeros((sum(reach.shape), len(home)))
    limits[home, pairs] = 1
    limits[len(units) + place, pairs] = 1
    return -linprog(-np.ones(len(home)), A_ub=limits, b_ub=np.r_[units, capacity]).fun


@settings(max_examples=80, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    existing=st.integers(0, 3),
    candidates=st.integers(1, 6),
    new=st.integers(1, 3),
    room=st.integers(1, 25),
)
def test_most_served_is_the_best_of_all_choices(seed, existing, candidates, new, room):
    draw = np.random.default_rng(seed)
    new = min(new, candidates)
    reach = draw.random((12, existing + candidates)) < 0.3
    units = draw.integers(0, 9, 12)
    capacity = np.r_[draw.integers(0, 20, existing), np.full(candidates, room)].astype(np.int64)

    def with_sites(choice: tuple[int, ...]) -> float:
        open_ = [*range(existing), *(existing + site for site in choice)]
        return served(reach[:, open_], units, capacity[open_])

    found = most_served(*np.nonzero(reach), units, capacity, existing=existing, new=new)
    best = max(map(with_sites, combinations(range(candidates), new)))
    assert found.before == pytest.approx(with_sites(()))
    assert found.before + found.siting.value == pytest.approx(best)
    assert with_sites(tuple(found.siting.chosen)) == pytest.approx(best)
    assert found.added.sum() == found.siting.value
    assert found.siting.proven


def town() -> tuple[np.ndarray, np.ndarray]:
    """Ten homes of one person: all reach site 0, the last three also site 1."""
    reach = np.zeros((10, 2), bool)
    reach[:, 0] = True
    reach[7:, 1] = True
    return np.nonzero(reach)


def test_a_second_site_where_the_first_is_full_is_worth_its_room():
    found = most_served(*town(), np.ones(10, int), np.array([6, 6]), existing=0, new=2)
    assert found.siting.chosen.tolist() == [0, 1]
    assert found.added.tolist() == [6, 3]
    assert found.siting.proven


def test_an_existing_offer_that_is_full_leaves_people_to_serve():
    everyone = np.tile(np.arange(10), 2), np.repeat([0, 1], 10)
    found = most_served(*everyone, np.ones(10, int), np.array([4, 5]), existing=1, new=1)
    assert (found.before, found.siting.value) == (4, 5)


def test_with_room_for_all_it_is_the_problem_without_capacities():
    found = most_served(*town(), np.ones(10, int), np.array([99, 99]), existing=0, new=2)
    assert found.siting.chosen.tolist() == [0]
    assert found.siting.value == 10


def test_two_sites_in_one_place_may_both_be_needed():
    both = np.tile(np.arange(10), 2), np.repeat([0, 1], 10)
    found = most_served(*both, np.ones(10, int), np.array([4, 4]), existing=0, new=2)
    assert found.siting.value == 8


def test_nobody_in_reach_needs_no_site():
    nothing = np.zeros(0, np.int64)
    found = most_served(nothing, nothing, np.ones(3, int), np.array([5, 5]), existing=1, new=1)
    assert found.siting.chosen.tolist() == []
    assert found.siting.proven


def test_without_time_a_choice_comes_with_its_gap():
    draw = np.random.default_rng(4)
    reach = np.abs(draw.random((300, 1)) - draw.random((1, 40))) < 0.05
    units, capacity = draw.integers(1, 9, 300), np.full(40, 150)
    pairs = np.nonzero(reach)
    hasty = most_served(*pairs, units, capacity, existing=2, new=5, time_limit_s=0.0)
    exact = most_served(*pairs, units, capacity, existing=2, new=5)
    assert len(hasty.siting.chosen) == 5
    assert hasty.siting.value <= exact.siting.value <= hasty.siting.bound
    assert not hasty.siting.proven


@pytest.mark.parametrize("new", [0, 3])
def test_a_number_of_sites_out_of_bounds_is_refused(new: int):
    with pytest.raises(ParameterError, match=rf"`new` is {new} but must be at least 1 .* 2"):
        most_served(*town(), np.ones(10, int), np.array([6, 6]), existing=0, new=new)


def test_candidates_of_different_size_are_refused():
    with pytest.raises(ParameterError, match="differs between candidates"):
        most_served(*town(), np.ones(10, int), np.array([6, 7]), existing=0, new=1)
