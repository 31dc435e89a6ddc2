"""Supply radii of the toy region's offers: reach, filled, balanced, rings, and their refusals."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from geo.errors import ParameterError
from layers.balanced import balanced
from layers.coverage import coverage
from layers.errors import UnknownCategoryError, UnknownOfferError
from layers.radius import filled_radii, reach_radii, ring_radii

if TYPE_CHECKING:
    from layers.atlas import Atlas

FOOD = "greengrocer_bakery"  # the bakery at (100, 100), the greengrocer at (0, 400)
BAKERY, GREENGROCER = "osm:n1001", "osm:n1003"


def test_reach_is_the_area_within_the_limit_with_its_people(toy_atlas: Atlas) -> None:
    report = reach_radii(toy_atlas, category=FOOD, mode="walk", minutes=15)
    assert [toy_atlas.offers[r.offer].id for r in report.radii] == [BAKERY, GREENGROCER]
    assert [r.residents for r in report.radii] == [960, 960]
    near = reach_radii(toy_atlas, category=FOOD, mode="walk", minutes=3)
    assert 100 < (near.radii[0].residents or 0) < 500
    assert near.radii[0].minutes == 3


def test_a_filled_radius_holds_the_capacity(toy_atlas: Atlas) -> None:
    report = filled_radii(toy_atlas, category=FOOD, mode="walk", capacity={"": 300})
    for radius in report.radii:
        assert radius.used_up
        assert radius.minutes is not None
        one = coverage(toy_atlas, category=FOOD, mode="walk", minutes=radius.minutes)
        reached = one.atlas.networks["walk"].to_nearest(
            toy_atlas.demand["walk"], [toy_atlas.supply["walk"].take([radius.offer])]
        )
        within = reached.travel_s[0] <= radius.minutes * 60 + 1e-6
        just_before = reached.travel_s[0] < radius.minutes * 60 - 1e-6
        assert toy_atlas.people[within].sum() >= 295
        assert toy_atlas.people[just_before].sum() < 300


def test_a_capacity_for_more_than_all_people_has_no_edge(toy_atlas: Atlas) -> None:
    radius = filled_radii(toy_atlas, category=FOOD, mode="walk", capacity={"": 5000}).radii[0]
    assert (radius.used_up, radius.minutes, radius.shape) == (False, None, None)


def test_a_capacity_for_few_people_tells_nothing_of_them(toy_atlas: Atlas) -> None:
    radius = filled_radii(toy_atlas, category=FOOD, mode="walk", capacity={"": 24}).radii[0]
    assert (radius.minutes, radius.residents, radius.shape) == (None, None, None)


def test_more_demand_of_each_fills_a_smaller_radius(toy_atlas: Atlas) -> None:
    def minutes(demand: float) -> float:
        report = filled_radii(
            toy_atlas, category="repair_cafe", capacity={"": 60}, demand=demand, mode="walk"
        )
        return report.radii[0].minutes or 0.0

    assert 0 < minutes(0.2) < minutes(0.1)


def test_balance_keeps_every_unit_and_no_capacity_is_exceeded(toy_atlas: Atlas) -> None:
    report = balanced(toy_atlas, category=FOOD, mode="walk", capacity={"": 300})
    assert report.demand_units == 960
    assert (report.served_units, report.unserved_units) == (600, 360)
    assert [s.assigned for s in report.by_offer] == [300, 300]
    assert [s.left for s in report.by_offer] == [0, 0]
    assert [s.one_more_served for s in report.by_offer] == [True, True]
    told = report.by_district
    assert sum(t.residents or 0 for t in told) == 960
    assert sum(t.covered or 0 for t in told) == pytest.approx(600, abs=20)
    for tally in told:
        assert tally.residents == (tally.covered or 0) + (tally.uncovered or 0)


def test_with_room_for_all_everybody_goes_to_the_nearest(toy_atlas: Atlas) -> None:
    report = balanced(toy_atlas, category=FOOD, mode="walk", capacity={"": 5000})
    assert report.unserved_units == 0
    nearest = report.travel_s.argmin(axis=0)
    assert np.array_equal(np.sort(report.best.home), np.arange(64))
    same = report.travel_s[report.best.offer, report.best.home]
    assert same == pytest.approx(report.travel_s[nearest, np.arange(64)], abs=1.0)
    # homes as far from both offers may go to either
    assert sum(s.residents or 0 for s in report.by_offer) == 960
    assert [s.one_more_min for s in report.by_offer] == [0, 0]


def test_a_full_offer_sends_people_on(toy_atlas: Atlas) -> None:
    entered = {BAKERY: 100.0, GREENGROCER: 5000.0}
    bakery, greengrocer = balanced(toy_atlas, category=FOOD, mode="walk", capacity=entered).by_offer
    assert (bakery.assigned, bakery.left) == (100, 0)
    assert (bakery.nearest_residents or 0) > 500
    assert bakery.one_more_min < 0
    assert greengrocer.residents == 860
    assert bakery.p50_min <= bakery.p90_min <= bakery.max_min < greengrocer.max_min  # type: ignore[operator]


def test_nobody_is_sent_beyond_a_limit(toy_atlas: Atlas) -> None:
    report = balanced(toy_atlas, category=FOOD, mode="walk", minutes=4, capacity={"": 5000})
    within = coverage(toy_atlas, category=FOOD, mode="walk", minutes=4).totals
    assert report.served_units == pytest.approx(within.covered, abs=10)
    assert max(s.max_min or 0 for s in report.by_offer) <= 4


def test_huff_shares_out_everybody(toy_atlas: Atlas) -> None:
    report = balanced(toy_atlas, category=FOOD, mode="walk", capacity={"": 5000})
    assert sum(s.huff_residents or 0 for s in report.by_offer) == pytest.approx(960, abs=10)


def test_few_assigned_people_are_withheld(toy_atlas: Atlas) -> None:
    entered = {BAKERY: 5000.0, GREENGROCER: 7.0}
    bakery, greengrocer = balanced(toy_atlas, category=FOOD, mode="walk", capacity=entered).by_offer
    assert (greengrocer.residents, greengrocer.max_min, greengrocer.shape) == (None, None, None)
    assert bakery.residents is None  # a difference would tell it


def test_a_ring_is_a_straight_line_that_counts_the_people_of_the_data(toy_atlas: Atlas) -> None:
    report = ring_radii(toy_atlas, category=FOOD)
    assert [r.ring_km for r in report.radii] == [25, 50, 100] * 2
    assert {r.residents for r in report.radii} == {960}
    assert report.radii[0].reaches_edge
    assert report.radii[0].shape is not None
    assert report.radii[0].shape.area == pytest.approx(np.pi * 25_000**2, rel=1e-3)
    assert report.question.mode == "line"


def test_a_category_without_offers_serves_nobody(toy_atlas: Atlas) -> None:
    assert reach_radii(toy_atlas, category="library").radii == []
    report = balanced(toy_atlas, category="library", mode="walk")
    assert (report.by_offer, report.served_units, report.unserved_units) == ([], 0, 960)
    assert {t.unreachable for t in report.by_district} == {0}


@pytest.mark.parametrize(
    ("asked", "match"),
    [
        ({}, "`capacity` is missing: 2 of 2 offers"),
        ({"capacity": {BAKERY: 5}}, "1 of 2 offers .* 'osm:n1003'"),
        ({"capacity": {"": 0}}, "`capacity` is 0 but must be a whole number above 0"),
        ({"capacity": {"": -3}}, "`capacity` is -3"),
        ({"capacity": {"": float("inf")}}, "`capacity` is inf"),
        ({"capacity": {"": float("nan")}}, "`capacity` is nan"),
        ({"capacity": {"": 2.5}}, "`capacity` is 2.5"),
        ({"capacity": {BAKERY: -1, "": 5}}, "`capacity` of 'osm:n1001' is -1"),
        ({"capacity": {"": 5}, "demand": 0}, "`demand` is 0"),
        ({"capacity": {"": 5}, "demand": float("nan")}, "`demand` is nan"),
        ({"capacity": {"": 5}, "mode": "line"}, "'line' has no streets"),
        ({"category": "repair_cafe", "capacity": {"": 5}}, "`demand` is missing; say how many"),
        ({"category": "village_shop", "capacity": {"": 5}}, "told in m², which people do not use"),
    ],
)
def test_what_cannot_be_balanced_or_filled_is_refused(
    toy_atlas: Atlas, asked: dict[str, Any], match: str
) -> None:
    question = {"category": FOOD, **asked}
    for measure in (balanced, filled_radii):
        with pytest.raises(ParameterError, match=match):
            measure(toy_atlas, **question)


def test_where_nobody_is_counted_a_reach_has_no_people_and_nothing_is_used_up(
    toy_atlas: Atlas,
) -> None:
    population = toy_atlas.population
    basis = replace(population.basis, unit="buildings")
    unknown = np.full(len(population.residents), np.nan)
    nobody = replace(population, basis=basis, residents=unknown)
    empty = replace(toy_atlas, population=nobody)
    assert [r.residents for r in reach_radii(empty, category=FOOD).radii] == [None, None]
    for measure in (balanced, filled_radii):
        with pytest.raises(ParameterError, match="no people are counted in Ödland"):
            measure(empty, category=FOOD, capacity={"": 5})


def test_unknown_names_are_refused(toy_atlas: Atlas) -> None:
    with pytest.raises(UnknownOfferError, match="osm:n5"):
        balanced(toy_atlas, category=FOOD, capacity={"osm:n5": 5})
    with pytest.raises(UnknownCategoryError, match="bakry"):
        reach_radii(toy_atlas, category="bakry")
