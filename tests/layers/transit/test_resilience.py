"""Second offers, the loss of each offer and stress by public transport, against a plain search."""

from pathlib import Path

import numpy as np
import pytest

from geo.transit.limits import Limits
from geo.transit.window import Window
from layers.atlas import Atlas
from layers.coverage import COVERED, UNCOVERED, UNREACHABLE, coverage
from layers.dependence import without_each
from layers.districts import find_area
from layers.question import ask
from layers.resilience import resilience, resilience_of, variety, without_car
from layers.stability import stability
from layers.stress import stress_cases
from layers.timetable import transit_of
from layers.transit_coverage import transit_coverage
from layers.verdicts import verdicts
from tests.toytransit import TEN
from tests.transit_by_step import by_step, lower_median

ANY = ["repair_cafe", "greengrocer_bakery", "village_shop"]
ASKED = {"category": ANY, "mode": "transit", "window": TEN}


def plain(region: tuple[Atlas, Path], report) -> np.ndarray:
    """Seconds to each offer, by person and departure."""
    places = report.atlas.supply["walk"].take(report.offers)
    return by_step(transit_of(report.atlas), region[1], report.question.window, places)


@pytest.mark.parametrize("minutes", [2.5, 4.0])
def test_a_second_offer_outlasts_the_loss_of_any(region: tuple[Atlas, Path], minutes: float):
    report = resilience(region[0], **ASKED, minutes=minutes)
    took, offers = plain(region, report.once), len(report.once.offers)
    assert offers == 4
    limit_s = minutes * 60
    covered = lower_median(took.min(axis=0)) <= limit_s
    assert ((report.once.state == COVERED) == covered).all()
    left = np.array([lower_median(np.delete(took, k, 0).min(axis=0)) for k in range(offers)])
    assert np.array_equal(report.twice.travel_s, left.max(axis=0))
    assert ((report.twice.state == COVERED) == (left.max(axis=0) <= limit_s)).all()
    lose = ((left > limit_s) & covered) @ region[0].people
    assert report.lose == pytest.approx(lose)
    assert lose.sum() > 0


def test_somebody_may_depend_on_two_offers(region: tuple[Atlas, Path]):
    report = resilience(region[0], **ASKED, minutes=2.5)
    travel_s, lost = without_each(report.once)
    assert np.array_equal(travel_s, report.twice.travel_s)
    assert (np.bincount(lost.person, minlength=len(report.once.state)) >= 0).all()
    people = region[0].people
    told = {row.offer: row.lose for row in report.critical}
    for place, row in enumerate(report.once.offers.tolist()):
        exact = people[lost.person[lost.offer == place]].sum()
        assert told[row] is None or abs(told[row] - exact) <= 5


def test_without_its_only_offer_nobody_is_covered(atlas: Atlas):
    report = resilience(atlas, category="repair_cafe", mode="transit", window=TEN, minutes=10)
    assert np.isinf(report.twice.travel_s).all()
    assert (report.twice.state == UNCOVERED).all()
    (only,) = report.critical
    assert only.lose == report.once.totals.covered


def test_two_offers_that_take_turns_are_both_needed(atlas: Atlas, monkeypatch: pytest.MonkeyPatch):
    """One is in time at three of ten departures, the other at three others: only both suffice."""
    report = coverage(atlas, **ASKED, minutes=4)
    kept = report.offers

    def turns(_atlas, _mode, offers, **_asked):
        found = np.full((len(offers), len(report.state)), 999.0)
        for lane, rows in enumerate(offers):
            found[lane] = 999.0 if {kept[0], kept[1]} - set(rows.tolist()) else 100.0
        return type("Found", (), {"travel_s": found})

    monkeypatch.setattr("layers.dependence.nearest_offers", turns)
    _, lost = without_each(report)
    covered = np.flatnonzero(report.state == COVERED)
    assert sorted(lost.person[lost.offer == 0]) == sorted(lost.person[lost.offer == 1])
    assert set(lost.person.tolist()) == set(covered.tolist())


def test_variety_counts_categories_by_bus(atlas: Atlas):
    field = atlas.taxonomy.category("repair_cafe").field
    riding = variety(atlas, field=field, mode="transit", window=TEN, minutes=7.5)
    walking = variety(atlas, field=field, mode="walk", minutes=7.5)
    assert (riding.reached >= walking.reached).all()
    assert riding.reached.sum() > walking.reached.sum()
    assert {str(q.window) for q in riding.questions} == {TEN}


def test_without_cars_people_also_take_the_bus(atlas: Atlas):
    asked = {"category": ANY, "minutes": 4, "at": "Tu"}
    cases = {case.case: case for case in stress_cases(atlas, None, mode="car", **asked)}
    assert cases["without_car"].modes == ("walk", "stepfree", "bike", "transit")
    assert cases["today"].modes == ("car",)
    own = {case.case: case for case in stress_cases(atlas, None, **ASKED, minutes=4)}
    assert "without_car" not in own
    sunday = own["sunday"].report.once.question
    assert str(sunday.window) == "2026-10-04T14:00/16:00"


def test_two_modes_with_different_offers_are_two(atlas: Atlas):
    """Covered twice without a car where no single offer is needed by every mode that covers."""
    question = ask(atlas, category=ANY, mode="car", minutes=4)
    by_mode = without_car(atlas, question).by_mode
    case = {c.case: c for c in stress_cases(atlas, None, category=ANY, mode="car", minutes=4)}
    reports = [resilience_of(by_mode[mode]) for mode in case["without_car"].modes]
    twice = case["without_car"].report.twice.state == COVERED
    for person in range(len(twice)):
        needed = [
            {int(r.once.offers[k]) for k in r.depends.offer[r.depends.person == person]}
            for r in reports
            if r.once.state[person] == COVERED
        ]
        assert twice[person] == (bool(needed) and not set.intersection(*needed))


def test_verdicts_and_stability_agree_by_bus(region: tuple[Atlas, Path]):
    atlas = region[0]
    report = coverage(atlas, **ASKED, minutes=4)
    found = verdicts(report)
    for each in found:
        one = stability(report, find_area(atlas, each.area_id))
        assert one.verdict == each.verdict
        assert [v.id for v in one.variants][:6] == [
            "asked", "limit_less", "limit_more", "slower", "faster", "equal_buildings",
        ]  # fmt: skip


def test_the_offer_left_out_is_the_one_that_most_depend_on(atlas: Atlas):
    report = coverage(atlas, **ASKED, minutes=4)
    area = find_area(atlas, atlas.region.id)
    (lost,) = [v for v in stability(report, area).variants if v.id == "without_offer"]
    most = resilience_of(report).critical[0]
    assert lost.offer == most.offer
    before, after = area.tally_of(report).covered, lost.tally.covered
    assert None not in (before, after, most.lose)
    assert abs((before or 0) - (after or 0) - (most.lose or 0)) <= 20


def test_slower_people_walk_slower_and_ride_as_fast(atlas: Atlas):
    question = {"category": "repair_cafe", "window": Window.parse(TEN), "minutes": 7}
    usual = transit_coverage(atlas, **question)
    slow = transit_coverage(atlas, **question, limits=Limits(pace=1.25))
    # both are rounded up to whole seconds
    assert slow.on_foot.travel_s == pytest.approx(1.25 * usual.on_foot.travel_s, abs=1.3)
    home = int(usual.median.travel_s.argmax())
    # 120 s of ride and the waiting stay as they are
    assert slow.best.travel_s[home] <= 1.25 * usual.best.travel_s[home]
    report = coverage(atlas, category="repair_cafe", mode="transit", window=TEN, minutes=7.5)
    found = stability(report, find_area(atlas, atlas.region.id)).variants
    covered = {v.id: v.tally.covered for v in found}
    assert covered["slower"] <= covered["asked"] <= covered["faster"]


def test_nobody_is_called_cut_off_whom_a_bus_brings(atlas: Atlas):
    report = coverage(atlas, **ASKED, minutes=4)
    assert not (report.state == UNREACHABLE).any()
