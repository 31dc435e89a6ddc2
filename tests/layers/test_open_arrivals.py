"""Arriving while an offer is open, held against the plain search."""

from dataclasses import replace
from datetime import date, time
from pathlib import Path

import numpy as np
import pytest

from geo.errors import ParameterError
from geo.transit.window import Window
from layers.atlas import Atlas
from layers.coverage import COVERED, UNCOVERED, coverage
from layers.offers import Offers
from layers.open_arrivals import open_arrivals
from layers.timetable import timetable_of, transit_of, window_at
from layers.transit_coverage import DEPENDS, transit_beside
from layers.when import parse_when
from tests.toytransit import TEN, build_toy_with_timetable
from tests.transit_by_step import by_step, lower_median, while_open

ASKED = {"category": "repair_cafe", "mode": "transit", "window": TEN}
WINDOW = Window.parse(TEN)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def built(state: Path, taxonomy_path: Path) -> Atlas:
    return build_toy_with_timetable(state, taxonomy_path)


def with_hours(atlas: Atlas, hours: str) -> Atlas:
    """The toy region with other hours of its repair café."""
    offers = [
        replace(offer, opening_hours=hours) if "repair_cafe" in offer.categories else offer
        for offer in atlas.offers
    ]
    return replace(atlas, offers=Offers.of(offers))


def plain_median(atlas: Atlas, state: Path, opens_s: int, closes_s: int):
    (row,) = atlas.offers_of(atlas.taxonomy.category("repair_cafe"))
    place = atlas.supply["walk"].take([row])
    took = by_step(transit_of(atlas), state / "feed.zip", WINDOW, place)
    return lower_median(while_open(took, WINDOW, opens_s, closes_s))[0]


@pytest.mark.parametrize(
    ("hours", "opens_s", "closes_s"),
    [
        ("Tu 16:00-16:09", 0, 9 * 60 - 1),
        ("Tu 10:00-18:00", 0, 10**6),
        ("Tu 16:12-18:00", 12 * 60, 10**6),  # who is early waits at the door
        ("Tu 16:20-16:21", 20 * 60, 21 * 60 - 1),
    ],
)
def test_an_arrival_counts_while_the_offer_is_open(
    hours: str, opens_s: int, closes_s: int, built: Atlas, state: Path
):
    atlas = with_hours(built, hours)
    report = coverage(atlas, **ASKED, minutes=12, at="Tu 16:00-18:00")
    expected = plain_median(atlas, state, opens_s, closes_s)
    assert np.array_equal(report.travel_s, expected)
    assert ((report.state == COVERED) == (expected <= 720)).all()


def test_who_comes_after_closing_is_not_covered_and_not_cut_off(built: Atlas):
    closing = with_hours(built, "Tu 10:00-16:08")
    always = coverage(built, **ASKED, minutes=15)
    report = coverage(closing, **ASKED, minutes=15, at="Tu 16:00-18:00")
    assert (report.state == COVERED).sum() < (always.state == COVERED).sum()
    assert set(report.state.tolist()) == {COVERED, UNCOVERED}
    assert len(report.offers) == 1
    (beside,) = transit_beside(report)
    assert np.array_equal(beside.median.travel_s, report.travel_s)
    late = (beside.on_foot.travel_s <= 900) & (beside.share < 1)  # at the last minutes it is closed
    assert late.any()
    assert (beside.class_of[late & (beside.share > 0)] == DEPENDS).all()


def test_an_offer_that_is_shut_all_the_while_is_no_supply(built: Atlas):
    report = coverage(with_hours(built, "Mo 10:00-18:00"), **ASKED, at="Tu")
    assert report.hours is not None
    assert (len(report.offers), len(report.hours.closed)) == (0, 1)
    assert report.unknown == ""
    assert (report.state == UNCOVERED).all()


@pytest.mark.parametrize("hours", ["", "by arrangement, perhaps"])
def test_unknown_hours_are_unknown_counted_and_named(hours: str, built: Atlas):
    report = coverage(with_hours(built, hours), **ASKED, minutes=7.5, at="Tu")
    assert report.unknown == "no_hours"
    assert report.hours is not None
    assert len(report.hours.unknown) == 1
    assert sum(report.hours.reasons.values()) == 1
    assert report.with_unknown is not None
    always = coverage(built, **ASKED, minutes=7.5)
    assert np.array_equal(report.with_unknown.travel_s, always.travel_s)


def test_an_end_that_is_not_stated_may_be_later(built: Atlas):
    atlas = with_hours(built, "Tu 10:00-16:08+")
    report = coverage(atlas, **ASKED, minutes=15, at="Tu")
    assert report.with_unknown is not None
    more = report.with_unknown.state == COVERED
    assert more.sum() > (report.state == COVERED).sum()


def test_hours_are_those_of_the_day_with_its_holidays(built: Atlas):
    atlas = with_hours(built, "Mo-Sa 09:00-18:00; PH off")
    (row,) = atlas.offers_of(atlas.taxonomy.category("repair_cafe"))
    rows = np.array([row])
    unity = Window(date(2026, 10, 3), time(10), 3600)  # a Saturday, and a public holiday
    other = Window(date(2026, 10, 10), time(10), 3600)
    assert len(open_arrivals(atlas, rows, unity, limit_s=600).closed) == 1
    assert len(open_arrivals(atlas, rows, other, limit_s=600).open) == 1


def test_an_offer_that_opens_twice_stands_twice(built: Atlas):
    atlas = with_hours(built, "Tu 15:00-16:02,16:30-17:00")
    rows = atlas.offers_of(atlas.taxonomy.category("repair_cafe"))
    found = open_arrivals(atlas, rows, WINDOW, limit_s=600)
    assert found.surely.hours.open_s.tolist() == [0, 1800]
    assert found.surely.hours.close_s.tolist() == [119, 3599]
    half = open_arrivals(atlas, rows, replace(WINDOW, start=time(16, 0, 30)), limit_s=600)
    assert half.surely.hours.open_s.tolist() == [0, 1770]


@pytest.mark.parametrize(
    ("at", "leaving"),
    [
        ("sunday", "2026-10-04T14:00/16:00"),
        ("weekday_evening", "2026-10-06T20:00/22:00"),
        ("saturday", "2026-10-03T10:00/12:00"),
        ("weekday_daytime", "2026-10-06T09:00/11:00"),  # 16 to 18 does not lie in it
        ("saturday_afternoon", "2026-10-03T14:00/16:00"),
        ("night", "2026-10-06T22:00/00:00"),
        ("Fr 07:30-08:15", "2026-10-02T07:30/08:15"),
        ("2026-11-24T16:20", "2026-11-24T16:20/17:20"),
    ],
)
def test_people_leave_when_offers_are_to_be_open(at: str, leaving: str, built: Atlas):
    when = parse_when(at, built.region)
    assert str(window_at(timetable_of(built), when)).split("T")[1] == leaving.split("T")[1]
    asked = coverage(built, category="repair_cafe", mode="transit", at=at).question
    assert asked.window is not None
    assert asked.window.day.weekday() == date.fromisoformat(leaving[:10]).weekday()


@pytest.mark.parametrize(
    ("at", "is_met"),
    [("Tu", True), ("Tu 16:09-18:00", True), ("Tu 17:00-18:00", False), ("Su", False),
     ("Mo 22:00-16:30", True), ("2026-11-24T16:05", True), ("2026-11-24T17:05", False)],
)  # fmt: skip
def test_a_window_outside_the_time_asked_is_refused(at: str, is_met: bool, built: Atlas):
    if is_met:
        assert str(coverage(built, **ASKED, at=at).question.window) == TEN
        return
    with pytest.raises(ParameterError, match=r"lies outside `at` .* leave `window` out"):
        coverage(built, **ASKED, at=at)


def test_a_night_reaches_into_the_next_day(built: Atlas):
    asked = {"category": "repair_cafe", "mode": "transit", "at": "Mo 22:00-06:00"}
    early = coverage(built, **asked, window="2026-11-24T05:00/06:00").question
    assert early.window is not None
    with pytest.raises(ParameterError, match="lies outside `at`"):
        coverage(built, **asked, window="2026-11-24T06:00/07:00")
