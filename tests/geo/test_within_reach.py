"""People within reach are those whom the nearest supply of each, one by one, gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import NetworkError
from tests.geo.reach.test_engine import Question, network_of, points, questions


@settings(max_examples=60, deadline=None, derandomize=True)
@given(question=questions(), by_supply=st.booleans(), seed=st.integers(0, 99))
def test_counts_are_those_of_the_nearest(question: Question, by_supply: bool, seed: int) -> None:
    network, demand, supplies = question.network, question.demand, question.supplies
    rng = np.random.default_rng(seed)
    weight, group = rng.uniform(0, 9, len(demand)), rng.integers(0, 3, len(demand))
    limits_s = rng.choice([0.0, 30.0, 300.0, 90_000.0], len(supplies))
    counted = network.within_reach(
        demand, supplies, limits_s=limits_s, weight=weight, group=group, groups=3,
        by_supply=by_supply,
    )  # fmt: skip
    nearest = network.to_nearest(demand, supplies)
    for k, limit_s in enumerate(limits_s):
        near = nearest.travel_s[k] <= limit_s
        gone = nearest.supply[k] < 0
        for counts, who in (
            (counted.within, near),
            (counted.farther, ~near & ~gone),
            (counted.never, gone),
        ):
            expected = np.bincount(group[who], weight[who], minlength=3)
            assert counts[k] == pytest.approx(expected, rel=1e-12)
        if by_supply:
            mine = np.bincount(nearest.supply[k][near], weight[near], minlength=len(supplies[k]))
            assert counted.by_supply[k] == pytest.approx(mine, rel=1e-12)
    assert len(counted.by_supply) == (len(supplies) if by_supply else 0)


def test_in_the_demo_region_all_categories_are_counted_alike(demo_atlas) -> None:
    network, demand = demo_atlas.networks["car"], demo_atlas.demand["car"]
    sets = [
        demo_atlas.supply["car"].take(demo_atlas.offers_of(c))
        for c in demo_atlas.taxonomy.categories
    ]
    district = demo_atlas.population.district
    counted = network.within_reach(
        demand, sets, limits_s=np.full(len(sets), 480.0), weight=demo_atlas.people, group=district,
        groups=len(demo_atlas.region.finest),
    )  # fmt: skip
    nearest = network.to_nearest(demand, sets)
    for k in range(len(sets)):
        near = nearest.travel_s[k] <= 480
        expected = np.bincount(district[near], demo_atlas.people[near], len(counted.within[k]))
        assert counted.within[k] == pytest.approx(expected, rel=1e-12)
    everybody = (counted.within + counted.farther + counted.never).sum(axis=1)
    assert everybody == pytest.approx(np.full(len(sets), demo_atlas.people.sum()))


def test_a_limit_that_is_no_time_is_refused() -> None:
    network = network_of([0], [1], [10], [10], nodes=2)
    here = points(network, [0], [0.5], [0.0])
    with pytest.raises(NetworkError, match="`limits_s` holds inf to inf"):
        network.within_reach(here, [here], limits_s=[np.inf], weight=[1.0], group=[0], groups=1)
