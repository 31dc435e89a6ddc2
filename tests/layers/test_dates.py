"""Opening hours written out, in the region's own time."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from geo.region import Region
from layers.dates import is_rare, next_date, next_opening, spans_of
from layers.offers import Offer
from layers.opening import HOLIDAY, OPEN, UNKNOWN

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2024, 5, 6)


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BERLIN)


def test_every_opening_has_its_start_and_end(toy_region: Region):
    spans = spans_of("Mo-Fr 08:00-12:00,14:00-18:00", toy_region, MONDAY, 2)
    assert [(s.start, s.end) for s in spans] == [
        (local(2024, 5, 6, 8), local(2024, 5, 6, 12)),
        (local(2024, 5, 6, 14), local(2024, 5, 6, 18)),
        (local(2024, 5, 7, 8), local(2024, 5, 7, 12)),
        (local(2024, 5, 7, 14), local(2024, 5, 7, 18)),
    ]
    assert {s.state for s in spans} == {OPEN}


def test_a_night_goes_on_after_the_last_day_and_before_the_first(toy_region: Region):
    spans = spans_of("Mo-Su 20:00-02:00", toy_region, MONDAY, 1)
    assert [(s.start, s.end) for s in spans] == [
        (local(2024, 5, 6, 0), local(2024, 5, 6, 2)),  # of the night before
        (local(2024, 5, 6, 20), local(2024, 5, 7, 2)),
    ]


def test_always_open_is_one_span(toy_region: Region):
    (span,) = spans_of("24/7", toy_region, MONDAY, 7)
    assert span.start == local(2024, 5, 6)
    assert span.end >= local(2024, 5, 13)


def test_a_holiday_that_is_not_mentioned_is_unknown_when_it_would_be_open(toy_region: Region):
    ascension = date(2024, 5, 9)
    (span,) = spans_of("Mo-Sa 09:00-13:00", toy_region, ascension, 1)
    assert (span.start, span.end) == (local(2024, 5, 9, 9), local(2024, 5, 9, 13))
    assert (span.state, span.reason) == (UNKNOWN, HOLIDAY)
    assert spans_of("Mo-Sa 09:00-13:00; PH off", toy_region, ascension, 1) == ()
    (sunday,) = spans_of("Mo-Sa 09:00-13:00; PH 10:00-11:00", toy_region, ascension, 1)
    assert (sunday.start.hour, sunday.state) == (10, OPEN)


def test_the_night_when_the_clocks_change_keeps_the_time_of_the_wall(toy_region: Region):
    spring = spans_of("Su 01:00-05:00", toy_region, date(2024, 3, 31), 1)
    assert spring[0].end - spring[0].start == timedelta(hours=4)  # of the wall
    assert spring[0].end.timestamp() - spring[0].start.timestamp() == 3 * 3600
    skipped = spans_of("Su 02:30-05:00", toy_region, date(2024, 3, 31), 1)
    assert skipped[0].start == local(2024, 3, 31, 3, 30)  # 02:30 does not exist


@pytest.mark.parametrize("text", ["", "nach Vereinbarung!!", "Mo-Xx 25:00"])
def test_what_is_not_understood_has_no_dates(toy_region: Region, text: str):
    assert spans_of(text, toy_region, MONDAY, 7) == ()
    assert next_opening(text, toy_region, local(2024, 5, 6, 9)) is None


def test_the_next_opening_may_be_weeks_away(toy_region: Region):
    monday = local(2024, 5, 6, 9)
    assert next_opening("Sa[2] 14:00-17:00", toy_region, monday) == local(2024, 5, 11, 14)
    after = local(2024, 5, 11, 15)
    assert next_opening("Sa[2] 14:00-17:00", toy_region, after) == local(2024, 6, 8, 14)
    assert next_opening("Dec 24 10:00-12:00", toy_region, monday) is None  # beyond nine weeks
    # not the holiday of which nobody knows, but the day after
    assert next_opening("Th,Fr 09:00-12:00", toy_region, local(2024, 5, 8, 9)) == local(
        2024, 5, 10, 9
    )


def test_the_next_date_is_the_one_that_has_not_ended(toy_region: Region):
    offer = Offer(
        "umk:a", ("repair_cafe",), "A", 13.7, 54.5, facts={"meeting_times": "We[1] 19:00-21:00"}
    )
    found = next_date(offer, toy_region, local(2024, 5, 1, 20))
    assert found is not None
    name, span = found
    assert (name, span.start) == ("meeting_times", local(2024, 5, 1, 19))
    later = next_date(offer, toy_region, local(2024, 5, 1, 21))
    assert later is not None
    assert later[1].start == local(2024, 6, 5, 19)


@pytest.mark.parametrize(
    ("text", "rare"),
    [
        ("Sa 08:00-13:00", True),
        ("Sa[2] 14:00-17:00", True),
        ("Tu,Fr 13:00-15:00", True),
        ("Tu,Th,Fr 13:00-15:00", False),  # three days
        ("Fr-Sa 09:00-16:00", False),  # fourteen hours
        ("Mo-Fr 08:00-18:00", False),
        ("24/7", False),
    ],
)
def test_hours_like_dates_are_told_from_those_of_a_shop(text: str, rare: bool):
    assert is_rare(text, MONDAY) is rare
