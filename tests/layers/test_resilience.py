"""Resilience: second nearest and criticality against brute force, arithmetic in the toy region."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.coverage import COVERED, coverage
from layers.question import ask
from layers.resilience import resilience, variety, without_car
from layers.scenario_atlas import apply
from tests.layers.test_coverage import (
    BAKERY,
    GREENGROCER,
    METRES_A_MINUTE,
    PEOPLE,
    in_order_of_houses,
    way_m,
)
from tests.layers.test_scenario import FOOD, add, scenario

MINUTES = 4 + 0.5 / METRES_A_MINUTE
LIMIT_M = MINUTES * METRES_A_MINUTE


def brute(atlas: Atlas, **question) -> tuple[np.ndarray, np.ndarray]:
    """Way to the second nearest offer and people who lose cover, by closing each offer."""
    once = coverage(atlas, category=FOOD, **question)
    is_line = once.question.mode == "line"
    second = np.full(len(once.state), np.inf)
    lose = []
    for row in once.offers:
        closed = {"do": "close_offer", "offer": atlas.offers[row].id}
        without = coverage(apply(atlas, scenario(closed)), category=FOOD, **question)
        lost = (once.state == COVERED) & (without.state != COVERED)
        lose.append(atlas.people[lost].sum())
        mine = once.offers[once.supply] == row
        way = without.distance_m if is_line else without.travel_s
        second[mine] = way[mine]
    return second, np.array(lose)


def test_the_second_nearest_is_the_farther_of_two(toy_atlas: Atlas):
    report = resilience(toy_atlas, category=FOOD, mode="walk", minutes=60)
    way = in_order_of_houses(toy_atlas, report.twice.travel_s) / 60 * METRES_A_MINUTE
    np.testing.assert_allclose(way, np.maximum(way_m(BAKERY), way_m(GREENGROCER)), atol=0.1)
    assert (report.twice.supply + report.once.supply == 1).all()  # of two offers, the other one


def test_an_offer_is_critical_for_those_who_reach_no_other(toy_atlas: Atlas):
    report = resilience(toy_atlas, category=FOOD, mode="walk", minutes=MINUTES)
    bakery, greengrocer = way_m(BAKERY) <= LIMIT_M, way_m(GREENGROCER) <= LIMIT_M
    expected = [PEOPLE[bakery & ~greengrocer].sum(), PEOPLE[greengrocer & ~bakery].sum()]
    assert report.lose == pytest.approx(expected, rel=0.005)
    assert report.twice.exact[:, COVERED].sum() == pytest.approx(
        PEOPLE[bakery & greengrocer].sum(), rel=0.005
    )


def test_the_ranking_starts_with_the_most_critical_offer(toy_atlas: Atlas):
    ranked = resilience(toy_atlas, category=FOOD, mode="walk", minutes=MINUTES).critical
    assert [c.offer_id for c in ranked] == ["osm:n1001", "osm:n1003"]
    assert ranked[0].lose > ranked[1].lose > 25
    assert ranked[0].lose % 10 == 0


spots = st.tuples(st.integers(-40, 440), st.integers(-40, 440))


@given(
    places=st.lists(spots, max_size=7),
    mode=st.sampled_from(["walk", "bike", "line"]),
    limit_m=st.integers(50, 700),
)
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_second_nearest_and_criticality_are_those_of_closing_each_offer(
    toy_atlas: Atlas, places, mode, limit_m
):
    atlas = apply(toy_atlas, scenario(*(add(*place) for place in places)))
    question = {"mode": mode, "metres": float(limit_m)}
    report = resilience(atlas, category=FOOD, **question)
    second, lose = brute(atlas, **question)
    found = report.twice.distance_m if mode == "line" else report.twice.travel_s
    np.testing.assert_array_equal(found, second)
    np.testing.assert_allclose(report.lose, lose)
    assert (report.twice.supply != report.once.supply).all()


def test_every_offer_of_the_demo_is_as_critical_as_closing_it(demo_atlas: Atlas):
    question = {"mode": "walk", "minutes": 10}
    report = resilience(demo_atlas, category=FOOD, **question)
    second, lose = brute(demo_atlas, **question)
    assert len(lose) == 35
    assert report.lose == pytest.approx(lose)
    np.testing.assert_array_equal(report.twice.travel_s, second)
    assert report.once.totals.share == 0.581
    assert report.twice.totals.share == 0.425


@pytest.mark.parametrize("category", ["library", "village_shop"])
def test_with_one_offer_or_none_nobody_has_a_second(toy_atlas: Atlas, category: str):
    report = resilience(toy_atlas, category=category, mode="walk", minutes=60)
    assert report.twice.totals.covered == 0
    assert report.twice.totals.residents == 960
    assert len(report.critical) == len(report.once.offers) <= 1
    assert [c.lose for c in report.critical] in ([], [960])


def test_two_offers_in_one_place_stand_in_for_each_other(toy_atlas: Atlas):
    atlas = apply(toy_atlas, scenario(add(*BAKERY)))
    report = resilience(atlas, category=FOOD, mode="walk", minutes=MINUTES)
    by_id = {c.offer_id: c.lose for c in report.critical}
    assert by_id["osm:n1001"] == by_id["scenario:1"] == 0


def test_what_nobody_knows_is_critical_for_nobody(toy_atlas: Atlas):
    report = resilience(toy_atlas, category="csa_depot", mode="walk", minutes=15)
    assert report.critical == []
    assert report.twice.totals.covered is None


def test_people_are_told_by_the_number_of_categories_they_reach(toy_atlas: Atlas):
    found = variety(toy_atlas, field="local_business", mode="walk", minutes=MINUTES)
    ids = [q.categories[0].id for q in found.questions]
    assert FOOD in ids
    assert len(found.by_count) == len(ids) + 1
    assert sum(count or 0 for count in found.by_count) == pytest.approx(960, abs=50)
    food = resilience(toy_atlas, category=FOOD, mode="walk", minutes=MINUTES)
    assert (found.reached >= (food.once.state == COVERED)).all()
    assert (found.reached_twice <= found.reached).all()
    assert found.every.once.totals.residents == 960
    assert found.every.once.totals.covered == 0  # no library, no second-hand shop, …


def test_a_field_that_no_source_tells_counts_nobody(toy_atlas: Atlas):
    found = variety(toy_atlas, layer="essentials", mode="walk", minutes=60)
    assert set(found.questions).isdisjoint(found.unknown)
    assert found.by_count[0] == 960  # no supermarket, no pharmacy, … in the toy region


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "give `layer` or `field`, one of them"),
        ({"layer": "essentials", "field": "essentials"}, "one of them"),
        ({"layer": "essential"}, "`layer` 'essential' is not known; there are .*essentials"),
        ({"field": "food"}, "`field` 'food' is not known; there are production"),
        ({"field": "essentials", "minutes": 0}, "`minutes` is 0"),
    ],
)
def test_what_cannot_be_asked_is_refused(toy_atlas: Atlas, options, message: str):
    with pytest.raises(ParameterError, match=message):
        variety(toy_atlas, **options)


def test_without_a_car_fewer_people_are_covered(demo_atlas: Atlas):
    found = without_car(demo_atlas, ask(demo_atlas, category="supermarket", mode="car", minutes=10))
    assert list(found.by_mode) == ["walk", "stepfree", "bike", "car"]
    share = {mode: report.totals.share for mode, report in found.by_mode.items()}
    assert share["stepfree"] <= share["walk"] < share["bike"] < share["car"]
    others = [found.by_mode[m].state == COVERED for m in ("walk", "stepfree", "bike")]
    alone = (found.by_mode["car"].state == COVERED) & ~np.any(others, axis=0)
    assert found.car_only == pytest.approx(demo_atlas.people[alone].sum(), abs=5)
    assert found.car_only > 1000


def test_on_a_sunday_only_what_is_open_counts(toy_atlas: Atlas):
    monday, sunday = (
        resilience(toy_atlas, category=FOOD, mode="walk", minutes=MINUTES, at=at)
        for at in ("Mo 10:00-11:00", "Su")
    )
    assert [c.offer_id for c in monday.critical] == ["osm:n1001"]  # the other one's are not known
    assert monday.lose == pytest.approx([PEOPLE[way_m(BAKERY) <= LIMIT_M].sum()], rel=0.005)
    assert sunday.critical == []


def test_what_nobody_knows_is_known_without_a_car_neither(toy_atlas: Atlas):
    found = without_car(toy_atlas, ask(toy_atlas, category="csa_depot", mode="walk", minutes=5))
    assert found.car_only is None
    assert set(found.by_mode) == set(toy_atlas.networks)


def test_only_offers_that_are_open_then_make_variety(toy_atlas: Atlas):
    whole = variety(toy_atlas, layer="trade", mode="walk", minutes=60)
    sunday = variety(toy_atlas, layer="trade", mode="walk", minutes=60, at="sunday")
    assert whole.reached.max() == 2  # food and the village shop
    assert sunday.reached.max() < 2


def test_who_reaches_two_offers_of_every_kind_is_who_reaches_most_twice(toy_atlas: Atlas):
    report = variety(toy_atlas, layer="trade", mode="walk", minutes=60)
    everyone = report.reached_twice == len(report.questions)
    assert (report.every.twice.state == COVERED).tolist() == everyone.tolist()
    assert (report.every.once.state == COVERED).tolist() == (
        report.reached == len(report.questions)
    ).tolist()
