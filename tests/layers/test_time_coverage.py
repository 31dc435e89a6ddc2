"""
Coverage at a time, and a whole week, in the toy region.

The bakery states `Mo-Fr 06:00-18:00; Sa 06:00-12:00`, the greengrocer states nothing.
"""

import math
import time
from dataclasses import replace

import numpy as np
import pytest

from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.coverage import COVERED, answer, coverage
from layers.offers import Offers
from layers.open_offers import Knowledge
from layers.question import ask
from layers.week import HOURS_A_WEEK, week

FOOD = {"category": "greengrocer_bakery", "mode": "walk", "minutes": 4}


def covered(report) -> float:
    return report.exact[:, COVERED].sum()


def with_hours(atlas: Atlas, hours: dict[str, str]) -> Atlas:
    """Give offers of the toy region other hours, by name."""
    offers = [replace(o, opening_hours=hours.get(o.name, o.opening_hours)) for o in atlas.offers]
    return replace(atlas, offers=Offers.of(offers))


def test_open_offers_count_and_those_without_hours_stand_apart(toy_atlas: Atlas):
    report = coverage(toy_atlas, **FOOD, at="Sa")
    assert [toy_atlas.offers[int(i)].name for i in report.offers] == ["Bäckerei Groß & Söhne"]
    assert (len(report.hours.unknown), len(report.hours.closed)) == (1, 0)
    assert report.hours.reasons == {"hours: not stated": 1}
    whenever = coverage(toy_atlas, **FOOD)
    assert covered(report.with_unknown) == covered(whenever)
    assert 0 < covered(report) < covered(whenever)
    assert whenever.hours is whenever.with_unknown is None


def test_closed_offers_count_in_neither(toy_atlas: Atlas):
    report = coverage(toy_atlas, **FOOD, at="Su")
    assert (len(report.hours.open), len(report.hours.unknown), len(report.hours.closed)) == (
        0,
        1,
        1,
    )
    assert covered(report) == 0
    assert report.unknown == ""
    assert 0 < covered(report.with_unknown) < covered(coverage(toy_atlas, **FOOD))


@pytest.mark.parametrize("at", ["Sa", "Su", "night", "2024-05-07T10:00", "2024-05-09T10:00"])
def test_people_are_conserved_and_more_offers_cover_no_fewer(toy_atlas: Atlas, at: str):
    report = coverage(toy_atlas, **FOOD, at=at)
    assert report.exact.sum() == pytest.approx(960)
    assert report.with_unknown.exact.sum() == pytest.approx(960)
    assert covered(report) <= covered(report.with_unknown)
    found = report.hours
    assert len(found.open) + len(found.unknown) + len(found.closed) == 2


def test_nothing_known_of_the_time_is_unknown_never_zero(toy_atlas: Atlas):
    report = coverage(toy_atlas, category="repair_cafe", mode="walk", minutes=10, at="Sa")
    assert report.unknown == "no_hours"
    assert report.totals.share is None
    assert report.with_unknown.totals.share > 0
    assert report.gaps == []


def test_on_a_holiday_the_bakery_is_unknown(toy_atlas: Atlas):
    ascension = coverage(toy_atlas, **FOOD, at="2024-05-09T10:00")
    assert len(ascension.hours.open) == 0
    assert ascension.hours.reasons["holiday: not stated"] == 1


def test_a_country_whose_holidays_nobody_knows_says_so(toy_atlas: Atlas):
    moment = "2026-11-28T10:00"
    assert coverage(toy_atlas, **FOOD, at=moment).hours.holidays_known is True
    assert coverage(toy_atlas, **FOOD, at="Sa").hours.holidays_known is None
    elsewhere = replace(toy_atlas, region=replace(toy_atlas.region, country="XK", subdivision="Q"))
    assert coverage(elsewhere, **FOOD, at=moment).hours.holidays_known is False
    unknown_state = replace(toy_atlas, region=replace(toy_atlas.region, subdivision="QQ"))
    assert coverage(unknown_state, **FOOD, at=moment).hours.holidays_known is False


def test_a_monthly_offer_is_not_open_in_general(toy_atlas: Atlas):
    atlas = with_hours(toy_atlas, {"Repair-Café Öd": "Sa[2] 10:00-14:00"})
    cafe = {"category": "repair_cafe", "mode": "walk", "minutes": 10}
    general = coverage(atlas, **cafe, at="Sa")
    assert (len(general.hours.closed), general.hours.not_every_week) == (1, 1)
    assert covered(general) == 0
    second_saturday = coverage(atlas, **cafe, at="2024-05-11T11:00")
    assert covered(second_saturday) == covered(coverage(atlas, **cafe)) > 0


def test_several_questions_are_answered_each_as_if_alone(toy_atlas: Atlas):
    questions = [
        ask(toy_atlas, **FOOD, at=at) for at in (None, "Sa", None, "Su", "2024-05-07T05:00")
    ]
    questions.append(ask(toy_atlas, category="library", mode="line", metres=500, at="Sa"))
    together = answer(toy_atlas, questions)
    for question, report in zip(questions, together, strict=True):
        alone = answer(toy_atlas, [question])[0]
        assert np.array_equal(report.exact, alone.exact)
        assert np.array_equal(report.offers, alone.offers)
        if question.when is not None:
            assert np.array_equal(report.with_unknown.exact, alone.with_unknown.exact)


def test_a_time_that_is_none_is_refused(toy_atlas: Atlas):
    with pytest.raises(ParameterError, match="`at` 'soon' has a day that is not known"):
        coverage(toy_atlas, **FOOD, at="soon")


def test_what_is_known_of_the_offers_is_counted(toy_atlas: Atlas):
    known = coverage(toy_atlas, **FOOD).knowledge
    assert known == Knowledge(
        offers=2, with_name=2, with_hours=1, hours_not_understood=0, with_address=0,
        with_capacity=None,
    )  # fmt: skip
    atlas = with_hours(toy_atlas, {"Bäckerei Groß & Söhne": "9 bis 18 Uhr"})
    assert coverage(atlas, **FOOD).knowledge.hours_not_understood == 1
    assert coverage(atlas, **FOOD).knowledge.with_hours == 0


def test_a_week_has_the_bakery_s_hours(toy_atlas: Atlas):
    report = week(toy_atlas, **FOOD)
    assert len(report.hours) == HOURS_A_WEEK
    open_hours = [(h.weekday, h.hour) for h in report.hours if h.offers_open]
    assert len(open_hours) == 5 * 12 + 6
    assert (0, 5) not in open_hours
    assert (0, 6) in open_hours
    assert (5, 11) in open_hours
    assert (5, 12) not in open_hours
    assert {h.offers_unknown for h in report.hours} == {1}
    assert report.offers_without_hours == 1
    assert report.searches == 4  # bakery, both, none, greengrocer


def test_a_week_s_hours_are_those_of_coverage(toy_atlas: Atlas):
    hours = {(h.weekday, h.hour): h for h in week(toy_atlas, **FOOD).hours}
    for at, key in (("Tu 10:00-11:00", (1, 10)), ("Su 10:00-11:00", (6, 10))):
        report = coverage(toy_atlas, **FOOD, at=at)
        assert hours[key].tally == report.totals
        assert hours[key].tally_with_unknown == report.with_unknown.totals


def test_a_week_of_which_nothing_is_known_has_no_share(toy_atlas: Atlas):
    report = week(toy_atlas, category="repair_cafe", mode="walk", minutes=10)
    assert report.unknown == "no_hours"
    assert {h.tally.share for h in report.hours} == {None}
    assert week(toy_atlas, category="csa_depot").unknown == "no_source"


def test_a_week_of_the_demo_region_takes_less_than_a_second(demo_atlas: Atlas):
    asked = {"category": "supermarket", "mode": "walk", "minutes": 15}
    week(demo_atlas, **asked)
    seconds = math.inf
    for _ in range(3):
        started = time.perf_counter()
        report = week(demo_atlas, **asked)
        seconds = min(seconds, time.perf_counter() - started)
    assert seconds < 1
    noon = next(h for h in report.hours if (h.weekday, h.hour) == (1, 12))
    assert noon.offers_open > 0
    assert noon.tally.share <= noon.tally_with_unknown.share


def test_a_week_is_asked_with_its_mode_and_limit(toy_atlas: Atlas):
    by_bike = week(toy_atlas, category="greengrocer_bakery", mode="bike", minutes=2)
    assert (by_bike.question.mode, by_bike.question.minutes) == ("bike", 2)
    in_line = week(toy_atlas, category="greengrocer_bakery", mode="line", metres=250)
    assert (in_line.question.mode, in_line.question.metres) == ("line", 250)
    assert by_bike.hours[10].tally != in_line.hours[10].tally
