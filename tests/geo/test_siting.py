"""Next sites against brute force: every choice of candidates is tried."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import ParameterError
from geo.siting import fewest_sites, least_travel, most_covered


def pairs(cover: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    person, site = np.nonzero(cover)
    return person, site


def random_town(seed: int, people: int, sites: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distances of people to sites in a square of 1 km, people's weights, and existing ways."""
    draw = np.random.default_rng(seed)
    far = draw.random((people, 1, 2)) - draw.random((1, sites, 2))
    travel_s = np.round(np.abs(far).sum(axis=2) * 1000)
    return travel_s, draw.integers(0, 9, people).astype(float), draw.integers(0, 1500, people) * 1.0


def covered_by(cover: np.ndarray, weight: np.ndarray, choice: tuple[int, ...]) -> float:
    return float(weight[cover[:, list(choice)].any(axis=1)].sum())


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), sites=st.integers(1, 8), new=st.integers(1, 4))
def test_most_covered_is_the_best_of_all_choices(seed: int, sites: int, new: int):
    travel_s, weight, existing_s = random_town(seed, 30, sites)
    new = min(new, sites)
    cover = (travel_s <= 400) & (existing_s > 400)[:, None]
    found = most_covered(*pairs(cover), weight, candidates=sites, new=new)
    best = max(covered_by(cover, weight, choice) for choice in combinations(range(sites), new))
    assert found.value == pytest.approx(best)
    assert found.value == pytest.approx(covered_by(cover, weight, tuple(found.chosen)))
    assert found.proven


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    sites=st.integers(1, 8),
    new=st.integers(1, 3),
    exists=st.booleans(),
)
def test_least_travel_is_the_best_of_all_choices(seed: int, sites: int, new: int, exists: bool):
    travel_s, weight, existing_s = random_town(seed, 30, sites)
    existing_s = existing_s if exists else np.full(30, np.inf)
    new = min(new, sites)

    def total(choice: tuple[int, ...]) -> float:
        return float((weight * np.minimum(existing_s, travel_s[:, list(choice)].min(axis=1))).sum())

    person, site = pairs(travel_s < existing_s[:, None])
    found = least_travel(
        person, site, travel_s[person, site], existing_s, weight, candidates=sites, new=new
    )
    best = min(total(choice) for choice in combinations(range(sites), new))
    if exists and not len(found.chosen):
        assert best == pytest.approx(float((weight * existing_s).sum()))
    else:
        assert total(tuple(found.chosen)) == pytest.approx(best)
    assert found.proven


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), sites=st.integers(1, 8), share=st.floats(0.05, 1))
def test_fewest_sites_are_the_least_of_all_choices(seed: int, sites: int, share: float):
    travel_s, weight, _ = random_town(seed, 30, sites)
    cover = travel_s <= 400
    needed = share * covered_by(cover, weight, tuple(range(sites)))
    found = fewest_sites(*pairs(cover), weight, candidates=sites, needed=needed)
    if needed == 0:
        assert len(found.chosen) == 0
        return
    for count in range(1, sites + 1):
        best = max(covered_by(cover, weight, c) for c in combinations(range(sites), count))
        if best >= needed - 1e-6:
            break
    assert len(found.chosen) <= count
    assert found.value == pytest.approx(best)
    assert found.proven


def trap() -> np.ndarray:
    """Greedy takes the middle site (4 of 6 people) first; the outer two cover all six."""
    return np.array([[1, 0, 0], [1, 1, 0], [1, 1, 0], [0, 1, 1], [0, 1, 1], [0, 0, 1]], bool)


def test_greedy_is_not_good_enough_and_not_what_is_answered():
    found = most_covered(*pairs(trap()), np.ones(6), candidates=3, new=2)
    assert sorted(found.chosen) == [0, 2]
    assert (found.value, found.gap) == (6, 0)


def test_people_count_by_their_weight():
    weight = np.array([1, 1, 1, 1, 1, 50.0])
    assert most_covered(*pairs(trap()), weight, candidates=3, new=1).chosen.tolist() == [2]


def test_sites_that_add_nothing_are_not_chosen():
    cover = np.array([[1, 1, 0], [1, 0, 0]], bool)  # the third covers nobody
    found = most_covered(*pairs(cover), np.ones(2), candidates=3, new=3)
    assert found.chosen.tolist() == [0]
    assert found.proven


def test_nobody_left_to_cover_needs_no_site():
    nothing = np.zeros(0, np.int64)
    assert len(most_covered(nothing, nothing, np.ones(4), candidates=3, new=2).chosen) == 0
    assert len(fewest_sites(nothing, nothing, np.ones(4), candidates=3, needed=0).chosen) == 0


@pytest.mark.parametrize("new", [0, -1, 4])
def test_a_number_of_sites_out_of_bounds_is_refused(new: int):
    with pytest.raises(ParameterError, match=rf"`new` is {new} but must be at least 1 .* 3"):
        most_covered(*pairs(trap()), np.ones(6), candidates=3, new=new)


def test_a_share_that_no_choice_covers_is_refused():
    with pytest.raises(ParameterError, match="7 more people, all candidates together cover 6"):
        fewest_sites(*pairs(trap()), np.ones(6), candidates=3, needed=7)


def test_people_who_reach_some_candidates_only_have_no_mean():
    alone = np.array([0]), np.array([1]), np.array([60.0]), np.array([np.inf])
    with pytest.raises(ParameterError, match="only some of the candidates"):
        least_travel(*alone, np.ones(1), candidates=2, new=1)


def test_without_time_the_gap_is_told():
    travel_s, weight, _ = random_town(3, 400, 60)
    found = most_covered(*pairs(travel_s <= 200), weight, candidates=60, new=6, time_limit_s=0.0)
    assert len(found.chosen) == 6
    assert found.gap > 0
    assert not found.proven
    exact = most_covered(*pairs(travel_s <= 200), weight, candidates=60, new=6)
    assert found.value <= exact.value + 1e-9 <= found.bound + 1e-6


def test_whoever_needs_nobody_gets_no_site():
    found = fewest_sites(*pairs(np.ones((3, 2), bool)), np.ones(3), candidates=2, needed=0.0)
    assert (len(found.chosen), found.value, found.bound, found.fewest) == (0, 0, 0, 0)


def test_a_hundred_and_thirty_candidates_are_told_apart():
    # each covers a person of its own, the 97th a crowd
    cover, weight = np.eye(130, dtype=bool), np.ones(130)
    weight[97] = 50
    found = most_covered(*pairs(cover), weight, candidates=130, new=2)
    assert (97 in found.chosen.tolist(), found.value) == (True, 51)


def test_exactly_as_many_as_are_needed_are_enough():
    cover = np.eye(4, dtype=bool)
    found = fewest_sites(*pairs(cover), np.full(4, 10.0), candidates=4, needed=30.0)
    assert (len(found.chosen), found.value, found.fewest) == (3, 30, 3)


def test_people_without_weight_need_not_reach_every_candidate():
    # nobody lives in the second row, which reaches no offer and one candidate of two
    person, site = np.array([0, 0, 1]), np.array([0, 1, 0])
    existing_s, weight = np.array([900.0, np.inf]), np.array([5.0, 0.0])
    found = least_travel(
        person, site, np.array([100.0, 200, 50]), existing_s, weight, candidates=2, new=1
    )
    assert (found.chosen.tolist(), found.value) == ([0], 4000)


def test_half_a_second_decides_where_nothing_else_does():
    person, site = np.array([0, 0]), np.array([0, 1])
    found = least_travel(
        person, site, np.array([99.9, 99.5]), np.array([100.0]), np.ones(1), candidates=2, new=1
    )
    assert (found.chosen.tolist(), found.value) == ([1], 0.5)
