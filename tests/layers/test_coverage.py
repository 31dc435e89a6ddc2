"""
Coverage: arithmetic answers in the toy region, invariants, golden figures of the demo.

In the toy region every way is along the grid: 15 m from the house to its street, then as many
metres east or west and north or south as the offer is away. People walk 80 m a minute.
"""

import math
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.coverage import COVERED, UNCOVERED, answer, coverage
from layers.errors import UnknownCategoryError
from layers.living import with_offers
from layers.offers import Offer, Offers
from layers.question import ask
from tests.toyregion import HOSTILE_NAME, HOUSES, toy_lonlat, toy_xy

METRES_A_MINUTE = 80.0
BAKERY, GREENGROCER = (100.0, 100.0), (0.0, 400.0)
STREET_Y = np.round(HOUSES[:, 1] / 100) * 100
PEOPLE = np.where(HOUSES[:, 0] < 200, 10.0, 20.0)


def way_m(offer: tuple[float, float]) -> np.ndarray:
    """Metres from each house to an offer on a crossing."""
    return 15 + abs(HOUSES[:, 0] - offer[0]) + abs(STREET_Y - offer[1])


NEAREST_M = np.minimum(way_m(BAKERY), way_m(GREENGROCER))


def food(atlas: Atlas, minutes: float):
    return coverage(atlas, category="greengrocer_bakery", mode="walk", minutes=minutes)


def in_order_of_houses(atlas: Atlas, values: np.ndarray) -> np.ndarray:
    """Sort values by resident into the order of `HOUSES`."""
    distance = np.linalg.norm(atlas.population.xy[:, None] - toy_xy(HOUSES)[None], axis=2)
    return values[distance.argmin(axis=0)]


def test_travel_time_is_the_way_along_the_grid_with_both_legs(toy_atlas: Atlas):
    travel_min = in_order_of_houses(toy_atlas, food(toy_atlas, 10).travel_s) / 60
    np.testing.assert_allclose(travel_min, NEAREST_M / METRES_A_MINUTE, atol=0.001)


@pytest.mark.parametrize("minutes", [1, 2, 3, 4, 5, 6, 8])
def test_covered_people_are_those_whose_way_is_at_most_the_limit(toy_atlas: Atlas, minutes: float):
    # half a metre more than the limit, so that centimetres of the file do not matter
    report = food(toy_atlas, minutes + 0.5 / METRES_A_MINUTE)
    expected = PEOPLE[minutes * METRES_A_MINUTE + 0.5 >= NEAREST_M].sum()
    assert report.exact[:, COVERED].sum() == pytest.approx(expected, rel=0.005)


def test_an_offer_exactly_at_the_limit_is_covered(toy_atlas: Atlas):
    farthest_s = float(food(toy_atlas, 10).travel_s.max())
    assert food(toy_atlas, farthest_s / 60).exact[:, UNCOVERED].sum() == 0


def test_people_are_conserved_in_every_report(toy_atlas: Atlas):
    for minutes in (0.5, 2, 4, 200):
        assert food(toy_atlas, minutes).exact.sum() == pytest.approx(960)


def test_published_parts_add_up_to_the_published_residents(toy_atlas: Atlas):
    totals = food(toy_atlas, 4).totals
    assert totals.residents == 960
    assert totals.covered + totals.uncovered + totals.unreachable + totals.unplaced == 960
    assert totals.share == round(totals.covered / 960, 3)


def test_each_resident_counts_for_the_nearest_offer(toy_atlas: Atlas):
    by_name = {o.name: o.covered for o in food(toy_atlas, 60).by_offer}
    ahead_m = way_m(BAKERY) - way_m(GREENGROCER)
    nearer, as_near = PEOPLE[ahead_m > 1].sum(), PEOPLE[abs(ahead_m) <= 1].sum()
    assert nearer - 5 <= by_name[HOSTILE_NAME] <= nearer + as_near + 5
    assert sum(by_name.values()) == pytest.approx(960, abs=20)


def test_several_categories_mean_any_of_them(toy_atlas: Atlas):
    both = coverage(
        toy_atlas, category=["greengrocer_bakery", "village_shop"], mode="walk", minutes=3
    )
    alone = food(toy_atlas, 3)
    assert len(both.offers) == 3
    assert both.exact[:, COVERED].sum() > alone.exact[:, COVERED].sum()


def test_metres_along_the_network_and_minutes_agree_on_foot(toy_atlas: Atlas):
    by_m = coverage(toy_atlas, category="greengrocer_bakery", mode="walk", metres=320.5)
    by_min = food(toy_atlas, 320.5 / METRES_A_MINUTE)
    assert (by_m.state == by_min.state).all()


def test_straight_line_reaches_at_least_as_far_as_streets(toy_atlas: Atlas):
    line = coverage(toy_atlas, category="greengrocer_bakery", mode="line", metres=250)
    streets = coverage(toy_atlas, category="greengrocer_bakery", mode="walk", metres=250)
    assert ((streets.state == COVERED) <= (line.state == COVERED)).all()
    expected = np.minimum(*(np.hypot(*(HOUSES - at).T) for at in (BAKERY, GREENGROCER)))
    np.testing.assert_allclose(in_order_of_houses(toy_atlas, line.distance_m), expected, atol=0.1)


def test_no_offer_in_known_data_is_uncovered_not_unknown(toy_atlas: Atlas):
    report = coverage(toy_atlas, category="library", mode="walk", minutes=15)
    assert report.unknown == ""
    assert report.totals.covered == 0
    assert report.totals.uncovered == 960
    assert report.totals.share == 0.0
    assert report.gaps[0].nearest_offer == -1


def test_a_category_that_no_source_can_tell_is_unknown_never_zero(toy_atlas: Atlas):
    report = coverage(toy_atlas, category="csa_depot")
    assert report.unknown == "no_source"
    assert report.totals.residents == 960
    assert report.totals.share is None
    assert report.totals.covered is None
    assert report.gaps == []
    assert report.ranking == []
    assert report.by_offer == []
    assert report.scattered is None
    assert np.isnan(report.median_min).all()


def test_municipalities_are_the_sums_of_their_districts(toy_atlas: Atlas):
    report = food(toy_atlas, 4)
    names = {t.name: t.residents for t in report.by_municipality}
    assert names == {"Altöd": 320, "Neuöd": 640}
    assert [t.name for t in report.by_district] == ["Altöd", "Süd", "Nord"]


def test_ranking_starts_with_the_least_covered_district(toy_atlas: Atlas):
    report = food(toy_atlas, 4)
    shares = [report.by_district[i].lowest_share for i in report.ranking]
    assert shares == sorted(shares)
    assert len(shares) == 3


def test_gaps_hold_the_uncovered_people(toy_atlas: Atlas):
    report = food(toy_atlas, 3)
    in_gaps = sum(g.residents for g in report.gaps)
    assert in_gaps == pytest.approx(
        report.exact[:, UNCOVERED].sum(), abs=25 + 10 * len(report.gaps)
    )
    assert all(g.travel_min > 3 for g in report.gaps)


def test_every_uncovered_person_near_an_exit_is_edge_uncertain(toy_atlas: Atlas):
    # the toy town has no street out of its data: nothing beyond could change a verdict
    assert food(toy_atlas, 3).totals.edge_uncertain == 0


def test_category_gives_mode_and_limit_where_none_is_asked(toy_atlas: Atlas):
    question = coverage(toy_atlas, category="greengrocer_bakery").question
    assert (question.mode, question.minutes, question.metres) == ("walk", 12, None)


@pytest.mark.parametrize("minutes", [0, 1e-320, -1, math.nan, math.inf, 1e9])
def test_limits_out_of_bounds_are_refused(toy_atlas: Atlas, minutes: float):
    with pytest.raises(
        ParameterError, match=r"`minutes` is .* must be at least 0.001 and at most 240"
    ):
        food(toy_atlas, minutes)


def test_minutes_and_metres_together_are_refused(toy_atlas: Atlas):
    with pytest.raises(ParameterError, match="not both"):
        ask(toy_atlas, category="library", minutes=5, metres=400)


def test_minutes_have_no_meaning_in_a_straight_line(toy_atlas: Atlas):
    with pytest.raises(ParameterError, match="give `metres`"):
        ask(toy_atlas, category="library", mode="line", minutes=5)


def test_an_unknown_category_names_the_nearest(toy_atlas: Atlas):
    with pytest.raises(UnknownCategoryError, match="did you mean 'library'"):
        coverage(toy_atlas, category="libary")


def test_reports_and_what_they_rest_on_print_in_one_line(toy_atlas: Atlas):
    assert repr(food(toy_atlas, 4)) == (
        "<CoverageReport toy, greengrocer_bakery within 4 min walk, 2 offers, "
        f"{food(toy_atlas, 4).totals.share:.1%} of 960 residents covered>"
    )
    assert "not known (no_source)" in repr(coverage(toy_atlas, category="csa_depot"))
    assert repr(toy_atlas) == (
        "<Atlas toy, data of 2024-05-01, 64 homes, 4 offers, walk, stepfree, bike, car>"
    )
    assert repr(toy_atlas.region) == (
        "<Region toy (Ödland), 3 districts, data of 2024-05-01, EPSG:25833>"
    )
    assert repr(toy_atlas.population) == "<Population of 960 residents, 64 homes>"


def test_no_category_is_refused(toy_atlas: Atlas):
    with pytest.raises(ParameterError, match="`category` is missing"):
        coverage(toy_atlas, category=[])


def test_an_unknown_mode_lists_the_modes(toy_atlas: Atlas):
    with pytest.raises(ParameterError, match="'fly' is not known; use one of walk, stepfree"):
        coverage(toy_atlas, category="library", mode="fly")


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    minutes=st.floats(0.1, 60),
    more=st.floats(0, 60),
    mode=st.sampled_from(["walk", "stepfree", "bike", "car"]),
)
def test_a_larger_limit_never_lowers_coverage(demo_atlas: Atlas, minutes, more, mode):
    near, far = answer(
        demo_atlas,
        [
            ask(demo_atlas, category="greengrocer_bakery", mode=mode, minutes=m)
            for m in (minutes, minutes + more)
        ],
    )
    assert ((near.state == COVERED) <= (far.state == COVERED)).all()
    assert near.exact.sum() == pytest.approx(far.exact.sum(), rel=1e-12)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_one_more_category_never_lowers_coverage(demo_atlas: Atlas, data):
    ids = [c.id for c in demo_atlas.taxonomy.categories]
    few = data.draw(st.lists(st.sampled_from(ids), min_size=1, max_size=3, unique=True))
    more = [*few, data.draw(st.sampled_from(ids))]
    mode = data.draw(st.sampled_from(["walk", "bike"]))
    fewer, all_ = answer(
        demo_atlas, [ask(demo_atlas, category=c, mode=mode, minutes=10) for c in (few, more)]
    )
    assert (all_.travel_s <= fewer.travel_s).all()


def test_several_questions_at_once_answer_like_one_by_one(demo_atlas: Atlas):
    asked = [("library", "walk"), ("pharmacy", "bike"), ("pharmacy", "walk")]
    questions = [ask(demo_atlas, category=c, mode=m, minutes=10) for c, m in asked]
    questions.append(ask(demo_atlas, category="pharmacy", mode="walk", metres=800))
    for question, report in zip(questions, answer(demo_atlas, questions), strict=True):
        alone = answer(demo_atlas, [question])[0]
        assert report.totals == alone.totals
        np.testing.assert_array_equal(report.distance_m, alone.distance_m)


def test_demo_streets_are_never_shorter_than_the_straight_line(demo_atlas: Atlas):
    streets, line = (
        coverage(demo_atlas, category="greengrocer_bakery", mode=m, metres=1000)
        for m in ("walk", "line")
    )
    assert (streets.distance_m >= line.distance_m - 0.01).all()
    assert streets.totals.share < line.totals.share


def test_demo_bakers_butchers_greengrocers_within_ten_minutes(demo_atlas: Atlas):
    report = food(demo_atlas, 10)
    assert len(report.offers) == 35
    assert report.totals.residents == 75_679
    assert report.totals.share == pytest.approx(0.58, abs=0.02)
    rows = {t.name: t for t in report.by_district}
    assert rows["Katharinenviertel"].share > 0.95
    assert rows["Wulkenzin"].covered == 0
    assert rows["Wulkenzin"].uncovered == 1643


def test_demo_people_near_the_edge_are_marked(demo_atlas: Atlas):
    report = coverage(demo_atlas, category="greengrocer_bakery", mode="bike", minutes=15)
    assert 0 < report.totals.edge_uncertain < report.totals.uncovered


def test_no_two_demo_reports_tell_together_what_one_withholds(demo_atlas: Atlas):
    questions = [
        ask(demo_atlas, category=c.id, mode=mode, **limit)
        for c in demo_atlas.taxonomy.categories[::4]
        for mode in ("walk", "bike")
        for limit in ({"minutes": 5}, {"minutes": 15}, {"metres": 1000})
    ]
    residents = set()
    for report in answer(demo_atlas, questions):
        rows = [report.totals, *report.by_municipality, *report.by_district]
        residents.add(tuple(row.residents for row in rows))
        for row in rows:
            counts = (row.covered, row.uncovered, row.unreachable, row.unplaced)
            assert all(n is None or n == 0 or n >= 25 for n in (*counts, row.edge_uncertain))
            assert (row.covered is None) == (row.uncovered is None)
            if row.covered is not None:
                assert sum(n or 0 for n in counts) == row.residents
                assert row.covered % 10 == 0 or row.uncovered == 0 or row.covered == 25
        assert all(o.covered is None or o.covered % 10 == 0 for o in report.by_offer)
        assert all(gap.residents % 10 == 0 for gap in report.gaps)
    assert len(residents) == 1


def test_half_of_a_district_is_as_near_as_its_median(toy_atlas: Atlas):
    report = food(toy_atlas, 10)
    weight, district = toy_atlas.people, toy_atlas.population.district
    for row, median_min in enumerate(report.median_min):
        own, minutes = weight * (district == row), report.travel_s / 60
        assert own[minutes <= median_min + 1e-9].sum() >= own.sum() / 2
        assert own[minutes < median_min - 1e-9].sum() < own.sum() / 2
    in_line = coverage(toy_atlas, category="greengrocer_bakery", mode="line", metres=300)
    assert np.isnan(in_line.median_min).all()


def test_where_nobody_knows_no_offer_has_people(toy_atlas: Atlas):
    report = coverage(toy_atlas, category="csa_depot", mode="walk", minutes=5)
    assert (report.unknown, report.by_offer) == ("no_source", [])


def test_gaps_of_people_count_no_buildings(toy_atlas: Atlas):
    gaps = food(toy_atlas, 2).gaps
    assert gaps
    assert {gap.buildings for gap in gaps} == {0}


@pytest.mark.parametrize(("days", "unknown"), [(1461, ""), (1462, "too_old")])
def test_a_list_tells_for_as_long_as_its_kind_lasts(toy_atlas: Atlas, days: int, unknown: str):
    as_of = toy_atlas.region.as_of - timedelta(days=days)  # a depot stays for four years
    depot = Offer("own:1", ("csa_depot",), "Depot", *toy_lonlat((100, 100))[0], as_of=as_of)
    atlas = with_offers(toy_atlas, Offers.of([*toy_atlas.offers, depot]))
    report = coverage(atlas, category="csa_depot", mode="walk", minutes=5)
    assert report.unknown == unknown
    assert len(report.by_offer) == (0 if unknown else 1)
