"""Next sites in the toy town, where every choice can be tried, and in the demo region."""

from itertools import combinations

import numpy as np
import pytest

from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.candidates import CORNERS, SPACES, find_candidates
from layers.coverage import COVERED, coverage
from layers.errors import UnknownCategoryError
from layers.sites import next_sites

CAFE = {"category": "repair_cafe", "mode": "walk", "minutes": 2.5}


def reached_by(atlas: Atlas, **question) -> tuple[np.ndarray, np.ndarray]:
    """Travel times to each street corner (n, c), and whom an existing offer covers."""
    before = coverage(atlas, **question)
    places = find_candidates(atlas, question["mode"], kinds=[CORNERS], without=before.offers)
    sets = [places.at.take([i]) for i in range(len(places.offer))]
    nearest = atlas.networks[question["mode"]].to_nearest(atlas.demand[question["mode"]], sets)
    return nearest.travel_s.T, before.state == COVERED


@pytest.mark.parametrize("new", [1, 2, 3])
def test_toy_sites_are_the_best_of_all_choices(toy_atlas: Atlas, new: int):
    travel_s, covered = reached_by(toy_atlas, **CAFE)
    best = max(
        toy_atlas.people[(travel_s[:, choice] <= 150).any(axis=1) & ~covered].sum()
        for choice in map(list, combinations(range(travel_s.shape[1]), new))
    )
    report = next_sites(toy_atlas, **CAFE, new=new)
    assert report.siting.value == pytest.approx(best)
    assert report.siting.proven
    assert report.gained == pytest.approx(best, abs=5)


@pytest.mark.parametrize("new", [1, 2])
def test_toy_mean_way_is_the_least_of_all_choices(toy_atlas: Atlas, new: int):
    travel_s, _ = reached_by(toy_atlas, **CAFE)
    existing_s = coverage(toy_atlas, **CAFE).travel_s
    least = min(
        np.average(
            np.minimum(existing_s, travel_s[:, choice].min(axis=1)), weights=toy_atlas.people
        )
        for choice in map(list, combinations(range(travel_s.shape[1]), new))
    )
    report = next_sites(toy_atlas, **CAFE, new=new, objective="least_time")
    assert report.mean_min_after == pytest.approx(least / 60)
    assert report.mean_min_after < report.mean_min_before
    assert report.siting.proven


def test_toy_fewest_sites_are_one_less_than_would_do(toy_atlas: Atlas):
    report = next_sites(toy_atlas, **CAFE, objective="fewest_sites", share=0.8)
    count = len(report.sites)
    assert report.siting.proven
    assert report.before.exact[:, 0].sum() + report.siting.value >= 0.8 * 960 - 1e-6
    fewer = next_sites(toy_atlas, **CAFE, new=count - 1)
    assert fewer.before.exact[:, 0].sum() + fewer.siting.value < 0.8 * 960


def test_gains_by_district_and_by_site_add_up(toy_atlas: Atlas):
    report = next_sites(toy_atlas, **CAFE, new=2)
    assert sum(g.gained for g in report.by_district) == pytest.approx(report.gained, abs=20)
    assert sum(s.gained for s in report.sites) == pytest.approx(report.gained, abs=10)
    assert [g.name for g in report.by_district] == ["Altöd", "Süd", "Nord"]


def test_a_site_is_a_crossing_inside_the_region_and_says_what_is_near(toy_atlas: Atlas):
    site = next_sites(toy_atlas, **CAFE, new=1).sites[0]
    assert site.offer == -1
    assert ((site.x + 1) % 100, (site.y + 1) % 100) == pytest.approx((1, 1), abs=0.05)
    assert site.district >= 0
    assert toy_atlas.offers[site.landmark].name
    assert site.landmark_m < 400


def test_offers_take_in_the_new_one_but_not_their_own_kind(toy_atlas: Atlas):
    report = next_sites(toy_atlas, **CAFE, new=1, candidates=["greengrocer_bakery", "repair_cafe"])
    kinds = {toy_atlas.offers[i].categories[0] for i in report.candidates.offer.tolist()}
    assert kinds == {"greengrocer_bakery"}
    assert report.sites[0].offer in report.candidates.offer
    assert report.candidates.grid_m == 0


def test_where_all_are_covered_no_site_is_chosen(toy_atlas: Atlas):
    report = next_sites(toy_atlas, **{**CAFE, "minutes": 60}, new=2)
    assert report.sites == ()
    assert report.gained == 0
    assert report.siting.proven


def test_an_answer_from_greedy_is_never_better(demo_atlas: Atlas):
    question = {"category": "pharmacy", "mode": "walk", "minutes": 8}
    travel_s, covered = reached_by(demo_atlas, **question)
    reached, people = travel_s <= 480, np.where(covered, 0.0, demo_atlas.people)
    greedy, left = 0.0, people.copy()
    for _ in range(4):
        added = left @ reached
        greedy += added.max()
        left[reached[:, added.argmax()]] = 0
    report = next_sites(demo_atlas, **question, new=4)
    assert report.siting.value >= greedy - 1e-6
    assert report.siting.proven
    assert report.candidates.grid_m > 250
    assert 100 < len(report.candidates.offer) <= 500


def test_demo_shared_spaces_for_a_repair_cafe(demo_atlas: Atlas):
    report = next_sites(demo_atlas, category="repair_cafe", new=2, candidates=[SPACES])
    assert len(report.candidates.offer) == 20
    assert [s.offer >= 0 for s in report.sites] == [True, True]
    assert report.mean_min_before is None
    assert report.gained == 30_380


def test_gains_do_not_tell_of_the_few_who_are_left_without(demo_atlas: Atlas):
    """All but a few of one district's 3,016 people gain; rounding would not hide the few."""
    report = next_sites(demo_atlas, category="repair_cafe", new=1)
    (site,) = report.sites
    at = demo_atlas.networks["walk"].snap(np.array([[site.x, site.y]]))
    is_near = (
        demo_atlas.networks["walk"].to_nearest(demo_atlas.demand["walk"], [at]).travel_s[0] <= 1200
    )
    district = demo_atlas.population.district
    left = np.bincount(district[~is_near], demo_atlas.people[~is_near], minlength=36)
    gained = np.bincount(district[is_near], demo_atlas.people[is_near], minlength=36)
    few = (left > 0) & (left < 25) & (gained > 0)
    assert few.any()
    told = np.array([row.gained for row in report.by_district], float)
    assert np.isnan(told[few]).all()
    assert np.isnan(told).sum() > few.sum()  # the sum must not tell
    assert report.gained == 21_930


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"new": 0}, "`new` is 0 but must be 1 to 50"),
        ({"new": None}, "`new` is missing"),
        ({"new": 51}, "`new` is 51"),
        ({"new": 26}, "`new` is 26 but must be at least 1 and at most the number of candidates"),
        ({"candidates": ["library"]}, "there is none in the region; try `corners`"),
        ({"objective": "all"}, "use one of most_people, least_time, fewest_sites"),
        ({"share": 0.5}, "`share` belongs to `fewest_sites`"),
        ({"objective": "fewest_sites"}, "`new` is what `fewest_sites` answers"),
        ({"objective": "fewest_sites", "new": None, "share": 1.5}, "`share` is 1.5 but must be"),
        ({"mode": "line", "minutes": None}, "`mode` line has no travel time"),
        ({"minutes": 0}, "`minutes` is 0 but must be at least 0.001"),
        ({"category": "csa_depot"}, "no source tells of csa_depot here"),
        ({"at": "Sa 25:00"}, "`at`"),
        (
            {"at": "Sa"},
            "of no offer of repair_cafe is it known whether it is open then; leave `at`",
        ),
        ({"people": "older"}, r"`people` 'older' is not known here: .* has no age groups"),
        ({"people": "cats"}, "`people` 'cats' is not known; use all"),
    ],
)
def test_what_cannot_be_asked_is_refused(toy_atlas: Atlas, change: dict, message: str):
    with pytest.raises(ParameterError, match=message):
        next_sites(toy_atlas, **{**CAFE, "new": 1, **change})


def test_only_offers_that_are_open_then_exist(toy_atlas: Atlas):
    bakery = {"category": "greengrocer_bakery", "mode": "walk", "minutes": 2.5}
    always = next_sites(toy_atlas, **bakery, new=1)
    sunday = next_sites(toy_atlas, **bakery, new=1, at="Su 03:00-04:00")
    assert len(sunday.before.offers) < len(always.before.offers)
    assert sunday.gained > always.gained
    assert sunday.before.question.when.text == "Su 03:00-04:00"


def test_an_offer_that_is_closed_then_is_no_candidate_of_its_own_kind(toy_atlas: Atlas):
    with pytest.raises(ParameterError, match="there is none in the region"):
        next_sites(
            toy_atlas, category="greengrocer_bakery", mode="walk", new=1,
            at="Su 03:00-04:00", candidates=["greengrocer_bakery"],
        )  # fmt: skip


def test_an_unknown_kind_of_candidates_is_refused(toy_atlas: Atlas):
    with pytest.raises(UnknownCategoryError, match="corner"):
        next_sites(toy_atlas, **CAFE, new=1, candidates=["corner"])
