"""Opening hours of a form are valid ones, and come back as they were filled in."""

import pytest

from layers.opening import hours_of
from layers.submissions.hours import DAYS, HoursForm, Line, read_hours, write_hours

WEEK = DAYS[:5]


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (HoursForm(), ""),
        (
            HoursForm(
                (
                    Line(WEEK, "9:00", "12:00"),
                    Line(WEEK, "14:00", "18:00"),
                    Line(("Sa",), "9:00", "12:00"),
                ),
                closed_on_holidays=True,
            ),
            "Mo-Fr 09:00-12:00,14:00-18:00; Sa 09:00-12:00; PH off",
        ),
        (HoursForm((Line(("Fr", "Sa"), "18:00", "02:00"),)), "Fr,Sa 18:00-02:00"),
        (HoursForm((Line(("Mo", "We"), "10.00", "00:00"),)), "Mo,We 10:00-24:00"),
        (HoursForm((Line(("Su", "PH"), "10:00", "16:00"),)), "Su,PH 10:00-16:00"),
        (HoursForm(is_always=True), "24/7"),
        (HoursForm(by_arrangement=True), '"by appointment"'),
        (
            HoursForm((Line(("Mo",), "10:00", "12:00"),), by_arrangement=True),
            'Mo 10:00-12:00 || "by appointment"',
        ),
        (
            HoursForm((Line(("Mo",), "10:00", "12:00"),), note='"hinten" klingeln'),
            "Mo 10:00-12:00 open \"'hinten' klingeln\"",
        ),
    ],
)
def test_hours_are_written_as_openstreetmap_does_and_read_again(form, text):
    written = write_hours(form)
    assert (written.text, written.faults) == (text, [])
    assert not text or hours_of(text).problem == ""
    again = read_hours(text)
    assert again is not None
    assert write_hours(again).text == text


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (Line((), "09:00", "12:00"), "no_days"),
        (Line(("Xx",), "09:00", "12:00"), "no_days"),
        (Line(("Mo",), "", "12:00"), "no_times"),
        (Line(("Mo",), "09:00", "09:00"), "no_times"),
        (Line(("Mo",), "25:00", "26:00"), "no_times"),
        (Line(("Mo",), "24:00", "12:00"), "no_times"),
        (Line(("Mo",), "9 Uhr", "12:00"), "no_times"),
        (Line(("Tu", "Mo"), "11:00", "13:00"), "overlap"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(line, why):
    form = HoursForm((Line(("Mo",), "08:00", "12:00"), line))
    assert write_hours(form).faults == [(1, why)]


def test_holidays_are_open_or_closed_but_not_both():
    form = HoursForm((Line(("PH",), "10:00", "12:00"),), closed_on_holidays=True)
    assert write_hours(form).faults == [(-1, "holidays")]


@pytest.mark.parametrize(
    "text",
    [
        "Apr-Oct Mo-Fr 08:00-12:00",
        "Mo[1] 10:00-12:00",
        "Mo-Fr 08:00+",
        "sunrise-sunset",
        "Mo-Fr 08:00-12:00; Dec 24 off",
        "SH off",
        "no idea",
    ],
)
def test_what_the_form_cannot_say_is_not_read_into_it(text):
    assert read_hours(text) is None


def test_hours_of_others_come_into_the_form():
    form = read_hours("Mo-Fr 9:00-12:00, Fr 14:00-16:00")
    assert form is not None
    assert write_hours(form).text == "Mo-Th 09:00-12:00; Fr 09:00-12:00,14:00-16:00"
