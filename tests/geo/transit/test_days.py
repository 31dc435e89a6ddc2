from datetime import date, time

import pytest

from geo.errors import ParameterError
from geo.transit.days import nearest_like, report_day, usual_day
from geo.transit.window import Window, clock_at, seconds_into, zero_of
from tests.gtfsfile import more, timetable_of

BERLIN = "Europe/Berlin"


def test_a_holiday_has_far_fewer_departures_than_its_weekday(tmp_path):
    timetable = timetable_of(tmp_path)
    report = report_day(timetable, date(2026, 12, 25))
    assert (report.departures, report.usual) == (2, 4.0)
    assert report.is_unusual
    assert not report_day(timetable, date(2026, 12, 18)).is_unusual


def test_the_nearest_day_offered_is_a_usual_one(tmp_path):
    timetable = timetable_of(tmp_path, calendar_dates=more("calendar_dates", "WD,20270330,2",
                                                           "EX,20270330,1"))  # fmt: skip
    # the last Tuesday has one departure: the one before it is offered
    assert nearest_like(timetable, date(2027, 5, 4)) == date(2027, 3, 23)


def test_a_weekday_without_departures_has_no_usual_day(tmp_path):
    timetable = timetable_of(tmp_path, calendar_dates=None)
    assert usual_day(timetable, 5) is None
    assert usual_day(timetable, 1, after=date(2026, 11, 20)) == date(2026, 11, 24)
    assert nearest_like(timetable, date(2027, 6, 5)) is None


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-10-25", 1), ("2027-03-28", -1), ("2026-11-24", 0)]
)
def test_a_service_day_begins_twelve_hours_before_noon(day, hours):
    start = zero_of(date.fromisoformat(day), BERLIN)
    assert start.astimezone(clock_at(date(2026, 1, 1), 0, BERLIN).tzinfo).hour == hours % 24


def test_seconds_of_a_day_follow_its_clock():
    assert seconds_into(date(2026, 11, 24), time(16), BERLIN) == 57_600
    assert seconds_into(date(2026, 10, 25), time(2, 30), BERLIN) == 5400
    assert seconds_into(date(2026, 10, 25), time(2, 30, fold=1), BERLIN) == 9000
    assert clock_at(date(2026, 10, 25), 9000, BERLIN).strftime("%H:%M %Z") == "02:30 CET"


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("2026-11-24T16:00/18:00", Window(date(2026, 11, 24), time(16), 7200)),
        ("2026-11-24T22:30/00:30", Window(date(2026, 11, 24), time(22, 30), 7200)),
    ],
)
def test_a_window_is_read_and_written(text, window):
    assert Window.parse(text) == window
    assert str(window) == text


@pytest.mark.parametrize(
    "text", ["", "16:00/18:00", "2026-11-24/18:00", "2026-11-24T16:00", "2026-11-24T16:00/x",
             "2026-11-24T16:00/16:00", "2026-11-24T06:00/19:00", "2026-11-24T16:00+01:00/18:00"],
)  # fmt: skip
def test_what_is_no_window_is_refused(text):
    with pytest.raises(ParameterError, match="`window`"):
        Window.parse(text)


def test_departures_are_counted_up_to_the_end():
    assert Window(date(2026, 11, 24), time(16), 7200).count == 120
    assert Window(date(2026, 11, 24), time(16), 90).count == 2
