"""Questions by public transport: what takes them, and what says that it does not."""

import numpy as np
import pytest

from geo.errors import ParameterError
from geo.transit.errors import OutsideValidityError
from geo.transit.window import Window
from layers.atlas import Atlas
from layers.balanced import balanced
from layers.chains import rooms_and_groups
from layers.coverage import COVERED, coverage
from layers.equity import equity
from layers.question import ask
from layers.resilience import without_car
from layers.scenario import ScenarioError, check_scenario
from layers.scenario_atlas import apply
from layers.timetable import transit_of, usual_windows
from layers.transit_coverage import transit_beside, transit_coverage
from tests.toyregion import toy_lonlat
from tests.toytransit import TEN

ASKED = {"category": "repair_cafe", "mode": "transit", "window": TEN}
REPAIR = {"category": "repair_cafe"}


def test_coverage_by_transit_is_the_median_of_a_window(atlas: Atlas):
    report = coverage(atlas, **ASKED, minutes=7.5)
    alone = transit_coverage(atlas, category="repair_cafe", window=Window.parse(TEN), minutes=7.5)
    assert np.array_equal(report.travel_s, alone.median.travel_s)
    assert report.totals == alone.median.totals
    assert str(report.question) == f"repair_cafe within 7.5 min transit leaving {TEN}"
    walking = coverage(atlas, **REPAIR, mode="walk", minutes=7.5)
    assert (report.state == COVERED).sum() > (walking.state == COVERED).sum()


def test_without_a_limit_half_an_hour_counts_and_without_a_window_a_weekday(atlas: Atlas):
    question = coverage(atlas, **REPAIR, mode="transit").question
    assert question.minutes == 30
    assert str(question.window) == "2026-10-06T16:00/18:00"


def test_what_stands_beside_a_report_is_of_its_own_offers(atlas: Atlas):
    report = coverage(atlas, **ASKED, minutes=5, at="Tu")
    (beside,) = transit_beside(report)
    assert np.array_equal(beside.median.offers, report.offers)
    assert np.array_equal(beside.median.travel_s, report.travel_s)
    windows = usual_windows(transit_of(atlas).timetable)
    assert list(windows) == ["weekday", "evening", "saturday", "sunday"]
    assert [each.window for each in transit_beside(report, list(windows.values()))] == [
        *windows.values()
    ]


def test_nobody_is_told_which_offer_a_ride_leads_to(atlas: Atlas):
    report = coverage(atlas, **ASKED, minutes=1)
    assert report.by_offer == []
    assert report.gaps
    assert {gap.nearest_offer for gap in report.gaps} == {-1}


@pytest.mark.parametrize(
    "measure",
    [
        lambda atlas: rooms_and_groups(atlas, mode="transit"),
        lambda atlas: balanced(atlas, **REPAIR, mode="transit", capacity={"": 40}, demand=1),
    ],
)
def test_a_measure_that_does_not_take_transit_says_so(measure, atlas: Atlas):
    with pytest.raises(ParameterError, match="'transit' is not answered by this measure"):
        measure(atlas)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"mode": "transit", "metres": 500}, "`metres` have no meaning in public transport"),
        ({"mode": "walk", "window": TEN}, "`window` goes with `mode` transit alone"),
        ({"mode": "transit", "window": "noon"}, "use one of weekday, evening, saturday, sunday"),
        ({"mode": "transit", "window": "2026-11-24T16:00/"}, "write a day and a span"),
    ],
)
def test_what_contradicts_itself_is_refused(asked, message: str, atlas: Atlas):
    with pytest.raises(ParameterError, match=message):
        coverage(atlas, **REPAIR, **asked)


def test_a_day_outside_the_timetable_is_refused_before_anything_is_searched(atlas: Atlas):
    with pytest.raises(OutsideValidityError, match="nearest Tuesday that it covers"):
        ask(atlas, **REPAIR, mode="transit", window="2027-05-04T16:00/18:00", with_transit=True)


def test_a_region_without_a_timetable_says_how_to_add_one(toy_atlas: Atlas):
    with pytest.raises(ParameterError, match="umkreis region timetable toy --gtfs FILE"):
        coverage(toy_atlas, **REPAIR, mode="transit")


def test_without_cars_there_are_buses(atlas: Atlas, toy_atlas: Atlas):
    question = ask(atlas, **REPAIR, mode="car", minutes=5)
    cases = without_car(atlas, question)
    assert list(cases.by_mode)[-1] == "transit"
    assert str(cases.by_mode["transit"].question.window) == "2026-10-06T16:00/18:00"
    assert "transit" not in without_car(toy_atlas, question).by_mode


def test_equity_counts_the_minutes_that_rides_leave_missing(atlas: Atlas):
    riding = equity(atlas, **ASKED, minutes=5)
    walking = equity(atlas, **REPAIR, mode="walk", minutes=5)
    assert riding.region.fgt1 is not None
    assert walking.region.fgt1 is not None
    assert riding.region.fgt1 < walking.region.fgt1


def tried(atlas: Atlas, **change: object) -> Atlas:
    return apply(atlas, check_scenario({"version": 1, "changes": [change]}))


def covered(atlas: Atlas) -> int:
    return int((coverage(atlas, **ASKED, minutes=5).state == COVERED).sum())


def test_a_bus_every_two_minutes_covers_more(atlas: Atlas):
    more = tried(
        atlas, do="change_headway", line="1", every_min=2, **{"from": "15:00", "until": "18:00"}
    )
    assert covered(more) > covered(atlas)
    assert atlas.timetable is not None
    assert atlas.timetable.trip_count == 4  # the region's own stays


def test_a_closed_stop_covers_less_and_shares_the_walks(atlas: Atlas):
    asked = {**ASKED, "minutes": 7.5}
    own = transit_of(atlas)
    closed = tried(atlas, do="close_stop", stop="Stop a")
    before, after = coverage(atlas, **asked), coverage(closed, **asked)
    assert (after.state == COVERED).sum() < (before.state == COVERED).sum()
    assert transit_of(closed).changes is own.changes


def test_a_stop_moves_and_a_line_goes_on(atlas: Atlas):
    ((lon, lat),) = toy_lonlat(np.array([(100.0, 100.0)]))
    moved = tried(atlas, do="move_stop", stop="a", lon=lon, lat=lat)
    extended = tried(
        atlas, do="extend_line", line="1", at_stop="Stop c", ride_min=1, lon=lon, lat=lat,
        name="Neu",
    )  # fmt: skip
    assert moved.timetable is not None
    assert extended.timetable is not None
    assert np.hypot(*(moved.timetable.stop_xy - transit_of(atlas).timetable.stop_xy).T).max() > 100
    assert extended.timetable.stop_name[-1] == "Neu"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"do": "change_headway", "line": "9", "every_min": 10}, "`line` '9' is not in the timet"),
        ({"do": "change_headway", "line": "1", "every_min": 0}, "not minutes from 1 to 240"),
        (
            {"do": "change_headway", "line": "1", "every_min": 9, "from": "7 Uhr"},
            "not a time such as 06:00",
        ),
        (
            {
                "do": "change_headway",
                "line": "1",
                "every_min": 9,
                "from": "09:00",
                "until": "08:00",
            },
            "`until` is not after `from`",
        ),
        ({"do": "close_stop", "stop": "Stop z"}, "`stop` 'Stop z' is not in the timetable"),
        ({"do": "move_stop", "stop": "a", "lon": 1, "lat": 50}, "lie outside the data"),
        (
            {"do": "extend_line", "line": "1", "at_stop": "a", "ride_min": 0, "lon": 1, "lat": 5},
            "not minutes above 0 to 120",
        ),
    ],
)
def test_faults_of_a_timetable_scenario_are_told(change, message: str, atlas: Atlas):
    with pytest.raises(ScenarioError, match=message):
        tried(atlas, **change)


def test_a_scenario_of_a_line_needs_a_timetable(toy_atlas: Atlas):
    with pytest.raises(ScenarioError, match="umkreis region timetable toy"):
        tried(toy_atlas, do="close_stop", stop="Stop a")
