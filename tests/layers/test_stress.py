"""Stress cases: each is the question that it says, and none makes supply better."""

import numpy as np

from layers.atlas import Atlas
from layers.coverage import COVERED, coverage
from layers.scenario_atlas import apply
from layers.stress import stress_cases
from tests.layers.test_scenario import FOOD, scenario
from tests.toyregion import HOUSES


def shares(cases) -> dict[str, float]:
    return {
        case.case: float(case.report.once.exact[:, COVERED].sum() / case.report.once.exact.sum())
        for case in cases
    }


def test_cases_are_the_questions_that_they_say(demo_atlas: Atlas):
    question = {"category": FOOD, "minutes": 3}
    cases = stress_cases(demo_atlas, None, mode="car", **question)
    share = shares(cases)
    assert list(share) == ["today", "without_car", "sunday", "all"]
    by_bike = coverage(demo_atlas, mode="bike", **question)
    without = cases[1].report.once
    assert (without.state[by_bike.state == COVERED] == COVERED).all()
    assert share["today"] > share["without_car"] > share["all"]
    on_sunday = coverage(demo_atlas, mode="car", at="Su", **question)
    assert (cases[2].report.once.state == on_sunday.state).all()


def test_two_offers_by_two_modes_are_two(toy_atlas: Atlas):
    cases = stress_cases(toy_atlas, None, category=FOOD, mode="car", minutes=2)
    once, twice = cases[1].report.once, cases[1].report.twice
    assert ((twice.state == COVERED) <= (once.state == COVERED)).all()
    assert len(once.state) == len(HOUSES)


def test_all_but_today_hold_in_the_scenario(toy_atlas: Atlas):
    changed = apply(toy_atlas, scenario({"do": "close_offer", "offer": "osm:n1001"}))
    cases = stress_cases(toy_atlas, changed, category=FOOD, mode="car", minutes=1)
    offers = {case.case: len(case.report.once.offers) for case in cases}
    assert offers == {"today": 2, "scenario": 1, "without_car": 1, "sunday": 0, "all": 0}
    assert np.isfinite(cases[0].report.once.travel_s).all()
