"""Opening hours: hand-worked cases, and each known error of the library guarded."""

import time
from collections import Counter
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import numpy as np
import osmium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opening_hours import OpeningHours

from layers.clock import clock_of, public_holidays
from layers.opening import (
    CLOSED,
    CONTRADICTORY,
    FALLBACK,
    HOLIDAY,
    NO_END,
    NOT_EVERY_WEEK,
    NOT_STATED,
    NOT_UNDERSTOOD,
    OPEN,
    SCHOOL_HOLIDAYS,
    UNKNOWN,
    hours_of,
    opening,
)
from layers.when import parse_when

BERLIN = ZoneInfo("Europe/Berlin")
REGION = SimpleNamespace(
    timezone="Europe/Berlin", country="DE", subdivision="MV", as_of=date(2016, 7, 1)
)
BAKERY = "Mo-Fr 06:00-18:00; Sa 06:00-12:00"
BAR = "Mo-Fr 17:00-03:00; Sa-Su 18:00-03:00"


def ask(text: str, at: str, region=REGION):
    return opening(text, parse_when(at, region), region)


@pytest.mark.parametrize(
    ("at", "word"),
    [
        ("2026-11-24T05:59", "closed"),
        ("2026-11-24T06:00", "open"),
        ("2026-11-24T17:59", "open"),
        ("2026-11-24T18:00", "closed"),
        ("2026-11-28T11:59", "open"),  # a Saturday
        ("2026-11-28T12:00", "closed"),
        ("2026-11-29T10:00", "closed"),
        ("2026-11-24T05:30+00:00", "open"),  # 6:30 in Berlin
        ("Sa", "open"),
        ("saturday_afternoon", "closed"),
        ("Sa 11:00-12:00", "open"),
        ("Sa 11:30-13:00", "closed"),  # half an hour of it
        ("Su", "closed"),
        ("weekday_evening", "closed"),
        ("weekday_early", "open"),
        ("Su 10:00-12:00; Mo 10:00-12:00", "open"),
    ],
)
def test_bakery_is_arithmetic(at: str, word: str):
    assert ask(BAKERY, at).word == word


def test_next_change_is_when_it_opens_or_closes():
    assert ask(BAKERY, "2026-11-24T10:00").next_change == datetime(2026, 11, 24, 18, tzinfo=BERLIN)
    assert ask(BAKERY, "2026-11-28T12:00").next_change == datetime(2026, 11, 30, 6, tzinfo=BERLIN)
    assert ask("24/7", "2026-11-24T10:00").next_change is None
    assert ask(BAKERY, "Sa").next_change is None


@pytest.mark.parametrize(
    ("text", "at", "word"),
    [
        (BAR, "2026-11-28T02:59", "open"),  # Friday's night lasts into Saturday
        (BAR, "2026-11-28T03:00", "closed"),
        (BAR, "2026-11-30T02:00", "open"),  # Sunday's into Monday
        ("Mo-Su 22:00-03:00; We off", "2026-11-25T01:00", "open"),  # Tuesday's night
        ("Mo-Su 22:00-03:00; We off", "2026-11-26T01:00", "closed"),  # Wednesday is off
        ("Mo-Su 22:00-03:00; We 10:00-12:00", "2026-11-26T01:00", "closed"),
        ("Fr 20:00-26:00", "2026-11-28T01:30", "open"),
        ("Mo-Su 00:00-01:00,18:00-24:00", "2026-11-24T00:30", "open"),
        ("Mo 22:00-00:00", "2026-11-23T23:59", "open"),
        ("Mo 22:00-00:00", "2026-11-24T00:00", "closed"),
        (BAR, "night", "open"),
        ("Su 22:00-04:00", "Mo 00:00-04:00", "open"),
    ],
)
def test_a_night_belongs_to_the_day_before(text: str, at: str, word: str):
    assert ask(text, at).word == word


def test_the_library_still_errs_at_midnight():
    saturday_1_am = datetime(2026, 11, 28, 1)  # noqa: DTZ001
    assert not OpeningHours(BAR).is_open(saturday_1_am), "the guard can go"


@pytest.mark.parametrize(
    ("text", "at", "word"),
    [
        ("Sa[2] 10:00-12:00", "2026-11-14T10:30", "open"),
        ("Sa[2] 10:00-12:00", "2026-11-21T10:30", "closed"),
        ("Mar-Oct: Tu-Su 11:00-18:00", "2026-11-24T12:00", "closed"),
        ("Mar-Oct: Tu-Su 11:00-18:00", "2026-07-07T12:00", "open"),
    ],
)
def test_what_is_monthly_or_seasonal_is_open_on_its_dates(text: str, at: str, word: str):
    assert ask(text, at).word == word


@pytest.mark.parametrize(
    "text",
    [
        "Sa[2] 10:00-12:00",
        "Sa[-1] 10:00-12:00",
        "Mar-Oct: Sa 11:00-18:00",
        "week 1-53/2 Sa 10:00-12:00",
    ],
)
def test_what_is_not_so_every_week_is_not_open_in_general(text: str):
    answer = ask(text, "Sa")
    assert (answer.state, answer.reason) == (CLOSED, NOT_EVERY_WEEK)


def test_other_days_of_a_partly_monthly_value_are_open_every_week():
    assert ask("Tu 10:00-18:00, We 10:00-16:00; Sa[1] 10:00-16:00", "Tu").state == OPEN


@pytest.mark.parametrize("day", ["2026-10-31", "2026-03-08", "2026-04-03"])
def test_a_holiday_that_the_hours_do_not_mention_is_unknown(day: str):
    answer = ask("Mo-Su 08:00-20:00", f"{day}T10:00")
    assert (answer.state, answer.reason) == (UNKNOWN, HOLIDAY)
    assert answer.next_change == datetime.fromisoformat(day).replace(tzinfo=BERLIN) + timedelta(1)


@pytest.mark.parametrize(
    ("text", "at", "word"),
    [
        ("Mo-Su 10:00-18:00; PH off", "2026-10-31T11:00", "closed"),  # Reformation Day, MV
        ("Mo-Su 10:00-18:00; PH off", "2026-11-01T11:00", "open"),  # All Saints, not in MV
        ("Mo-Su 10:00-18:00; ph OFF", "2026-12-26T11:00", "closed"),
        ("Mo-Sa 08:00-18:00; Su,PH 10:00-12:00", "2026-10-31T09:00", "closed"),
        ("Mo-Sa 08:00-18:00; Su,PH 10:00-12:00", "2026-10-31T11:00", "open"),
        ("Mo-Fr 08:00-18:00, PH 10:00-12:00", "2026-12-26T11:00", "open"),
        ("Apr-Sep: Mo-Fr,PH 08:00-18:00", "2026-10-31T09:00", "closed"),
        ("Apr-Sep: Mo-Fr,PH 08:00-18:00", "2026-05-01T09:00", "open"),
        ("24/7", "2026-12-25T03:00", "open"),
        ("24/7; PH off", "2026-12-25T03:00", "closed"),
        ("PH 10:00-12:00", "2026-11-24T11:00", "closed"),
    ],
)
def test_holidays_are_those_of_the_state(text: str, at: str, word: str):
    assert ask(text, at).word == word


def test_another_state_has_other_holidays():
    bavaria = SimpleNamespace(**{**vars(REGION), "subdivision": "BY"})
    assert ask("Mo-Su 10:00-18:00; PH off", "2026-11-01T11:00", bavaria).word == "closed"
    assert ask("Mo-Su 10:00-18:00; PH off", "2026-10-31T11:00", bavaria).word == "open"


def test_a_country_without_known_holidays_has_none():
    assert public_holidays("XX", "", 2026) is None
    nowhere = SimpleNamespace(**{**vars(REGION), "country": "XX", "subdivision": ""})
    assert ask(BAKERY, "2026-12-25T10:00", nowhere).word == "open"


@pytest.mark.parametrize("text", ["Mo-Fr 08:00-18:00; SH off", "Mo-Fr 08:00-18:00; PH,SH off"])
def test_school_holidays_are_not_known(text: str):
    answer = ask(text, "2026-11-24T10:00")
    assert (answer.state, answer.reason) == (UNKNOWN, SCHOOL_HOLIDAYS)
    assert ask(text, "2026-11-24T19:00").state == CLOSED  # closed either way


def test_a_time_that_the_clocks_skip_is_refused():
    with pytest.raises(ValueError, match=r"`at` '2026-03-29T02:30' does not exist.*03:30"):
        parse_when("2026-03-29T02:30", REGION)


def test_hours_within_the_skipped_hour_do_not_come():
    hours = "02:00-03:00; PH off"
    answer = ask(hours, "2026-03-29T01:30")
    assert answer.state == CLOSED
    assert answer.next_change == datetime(2026, 3, 30, 2, tzinfo=BERLIN)
    assert ask("02:30-06:00; PH off", "2026-03-29T01:30").next_change == datetime(
        2026, 3, 29, 3, tzinfo=BERLIN
    )


def test_the_hour_that_comes_twice_is_open_twice():
    for at in ("2026-10-25T02:30", "2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00"):
        answer = ask("02:00-03:00; PH off", at)
        assert answer.state == OPEN
        assert answer.next_change.isoformat() == "2026-10-25T03:00:00+01:00"
    again = ask("02:00-02:30; PH off", "2026-10-25T02:45+02:00")
    assert again.next_change.isoformat() == "2026-10-25T02:00:00+01:00"


@pytest.mark.parametrize(
    ("text", "at", "state"),
    [
        ('"by appointment"', "2026-11-24T10:00", UNKNOWN),
        ('"by appointment"', "Sa", UNKNOWN),
        ('Mo-Fr 08:00-12:00 "nach Vereinbarung"', "2026-11-24T10:00", UNKNOWN),
        ('Mo-Fr 08:00-12:00 "nach Vereinbarung"', "2026-11-24T13:00", CLOSED),
        ('Mo-Fr 08:00-12:00 open "ring the bell"', "2026-11-24T10:00", OPEN),
        ('Mo-Fr 08:00-12:00; Tu off "on holiday; back soon"', "2026-11-24T10:00", CLOSED),
        ("Mo-Fr 08:00-12:00 unknown", "2026-11-24T10:00", UNKNOWN),
    ],
)
def test_a_comment_is_not_open(text: str, at: str, state: int):
    assert ask(text, at).state == state


def test_a_comment_is_the_reason():
    assert ask('"by appointment"', "2026-11-24T10:00").reason == "comment: by appointment"


@pytest.mark.parametrize(
    ("text", "at", "state"),
    [
        ('Mo-Fr 08:00-12:00 || "on call"', "2026-11-24T10:00", OPEN),
        ('Mo-Fr 08:00-12:00 || "on call"', "2026-11-24T14:00", UNKNOWN),
        ("Mo-Fr 08:00-12:00 || unknown", "2026-11-24T14:00", UNKNOWN),
        ("Mo-Fr 08:00-12:00 || 13:00-15:00", "2026-11-24T14:00", OPEN),
        ("Mo-Fr 08:00-12:00 || 13:00-15:00", "2026-11-24T16:00", CLOSED),
        ("Mo-Fr 08:00-12:00; Tu off || 13:00-15:00", "2026-11-24T14:00", UNKNOWN),
    ],
)
def test_a_fallback_holds_where_nothing_else_does(text: str, at: str, state: int):
    assert ask(text, at).state == state


def test_several_days_of_one_month_are_read():
    hours = "08:00-12:00; Dec 24,31 off; PH off"
    words = [ask(hours, f"2026-12-{day}T10:00").word for day in (23, 24, 30, 31)]
    assert words == ["open", "closed", "open", "closed"]


@pytest.mark.parametrize(
    ("at", "state"),
    [
        ("2026-11-24T19:00", OPEN),  # it says that it opens then
        ("2026-11-24T20:00", UNKNOWN),
        ("2026-11-25T03:00", UNKNOWN),
        ("2026-11-25T05:00", CLOSED),
        ("2026-11-24T18:59", CLOSED),
        ("weekday_evening", UNKNOWN),
        ("Su 10:00-18:00", CLOSED),
    ],
)
def test_an_open_end_is_unknown_after_its_start(at: str, state: int):
    answer = ask("Mo-Sa 19:00+", at)
    assert answer.state == state
    assert answer.reason == (NO_END if state == UNKNOWN and "T" in at else "")


def test_an_open_end_after_a_range_is_open_within_it():
    assert ask("Mo-Fr 12:00-16:00+", "2026-11-24T15:00").state == OPEN
    assert ask("Mo-Fr 12:00-16:00+", "2026-11-24T17:00").state == UNKNOWN


@pytest.mark.parametrize(
    "text",
    ["Mo-Fr 9-18", "immer", "Mo-Fr 08:00-18:00;; Sa", "Mo 25:00-26:00", "sunrise-sunset",
     "PH -1 day 08:00-10:00", "Mo-Fr 10:00-16:00/01:30", ")(", '"', "Mo-Fr 08:00-18:00 ||", ";",
     "{{7*7}}", "\x00", "0\n0", "Mo\nFr 08:00", "Mo-Fr 08：00-18：00",
     "Dec 26:00+PH unknown; Apr PH 26:00+"],
)  # fmt: skip
def test_what_is_not_understood_is_unknown(text: str):
    for at in ("2026-11-24T10:00", "Sa"):
        assert ask(text, at).state == UNKNOWN
        assert ask(text, at).reason == NOT_UNDERSTOOD


@pytest.mark.parametrize("text", ["", "  "])
def test_what_is_not_stated_is_unknown(text: str):
    assert ask(text, "Sa").reason == NOT_STATED


@pytest.mark.parametrize("text", ["Mo-Fr 08:00-18:00; Mo-Fr off", "24/7; Mo-Su off"])
def test_hours_that_undo_themselves_are_unknown(text: str):
    answer = ask(text, "2026-11-24T10:00")
    assert (answer.state, answer.reason) == (UNKNOWN, CONTRADICTORY)


def test_closed_for_good_is_closed():
    assert ask("off", "Sa").state == CLOSED
    assert ask('closed "sold"', "2026-11-24T10:00").state == CLOSED


@pytest.mark.parametrize(
    "text",
    ["Mo," * 40_000 + "Mo", "Mo-Fr 08:00-18:00;" * 20_000 + "Sa", "(" * 100_000, '"' * 50_001,
     "easter Fr", "easter +1 day Sa[2] 10:00-12:00;" * 30 + "Sa", "Feb 30 10:00-12:00",
     "week 1-53/2 Mo 22:00-03:00," * 35, "08:00+," * 140 + "09:00+", "SH,PH;" * 160 + "Mo"],
)  # fmt: skip
def test_hostile_texts_take_no_time(text: str):
    started = time.perf_counter()
    for at in ("2026-11-24T10:00", "Sa"):
        assert ask(text, at).state in (OPEN, UNKNOWN, CLOSED)
    assert time.perf_counter() - started < 2.0


TOKENS = ["Mo", "-", "Fr", " ", "08:00", "-18:00", ";", ",", "||", "PH", "SH", " off", "Sa[2]",
          "Dec ", "24", "31", "week 1-53/2", "easter", " +1 day", "2026 ", "+", '"x"', "sunset",
          "24/7", "[", "]", "99:99", "26:00", "/02:00", " unknown", "22:00-03:00"]  # fmt: skip


@given(st.lists(st.sampled_from(TOKENS), max_size=8).map("".join) | st.text(max_size=30))
@settings(max_examples=300, deadline=None)
def test_every_text_has_an_answer(text: str):
    assert ask(text, "2026-11-24T10:00").word in ("open", "closed", "unknown")
    assert ask(text, "Fr 22:00-02:00").word in ("open", "closed", "unknown")


@given(
    days=st.lists(st.sampled_from(["Mo", "Tu-Th", "Fr", "Sa", "Su"]), min_size=1, unique=True),
    first=st.integers(0, 600),
    length=st.integers(1, 600),
    minute=st.integers(0, 10_079),
)
@settings(deadline=None)
def test_plain_hours_are_answered_as_by_the_library(
    days: list[str], first: int, length: int, minute: int
):
    last = first + length
    text = f"{','.join(days)} {first // 60:02}:{first % 60:02}-{last // 60:02}:{last % 60:02}"
    at = datetime(2026, 11, 9) + timedelta(minutes=minute)  # noqa: DTZ001
    expected = "open" if OpeningHours(text).is_open(at) else "closed"
    assert ask(text, at.isoformat()).word == expected


def test_all_values_of_the_demo_extract_are_understood(demo_region):
    tagged = osmium.FileProcessor(str(demo_region.extract))
    tagged = tagged.with_filter(osmium.filter.KeyFilter("opening_hours"))
    texts = [each.tags["opening_hours"] for each in tagged]
    assert len(texts) == 79
    assert Counter(hours_of(text).problem for text in texts) == {"": 79}
    words = Counter(ask(text, "2026-11-24T10:30").word for text in texts)
    assert (words["open"], words["closed"], words["unknown"]) == (62, 17, 0)


def test_an_hour_of_the_week_counts_what_is_open_for_half_of_it():
    when = parse_when("Sa 11:00-12:00; Sa 12:00-13:00", REGION)
    states = hours_of("Sa 06:00-12:30").in_each(when.windows, date(2016, 7, 1), least_min=30)
    assert np.array_equal(states, [OPEN, OPEN])
    states = hours_of("Sa 06:00-12:29").in_each(when.windows, date(2016, 7, 1), least_min=30)
    assert np.array_equal(states, [OPEN, CLOSED])


@pytest.mark.parametrize(
    ("text", "states"),
    [
        ("Tu 10:00-12:00; week 01-53/2 Mo 10:00-12:00", [CLOSED, OPEN]),
        ("Mo,Tu 10:00-12:00; Jun Mo 10:00-12:00 unknown", [UNKNOWN, OPEN]),
        ("Mo,Tu 10:00-12:00; Jun Tu off", [OPEN, CLOSED]),
    ],
)
def test_what_is_not_so_every_week_is_closed_and_what_is_unknown_once_is_unknown(
    text: str, states: list[int]
):
    when = parse_when("Mo 10:00-12:00; Tu 10:00-12:00", REGION)
    found = hours_of(text).in_each(when.windows, date(2026, 1, 1), least_min=30)
    assert found.tolist() == states


def test_minutes_tell_why_the_first_unknown_one_is_unknown():
    clock = clock_of(REGION, datetime(2026, 11, 24, 7, 0, tzinfo=BERLIN))
    told = hours_of("Mo-Fr 08:00-12:00; SH off").by_minute(clock, 120)
    assert told.states.tolist() == [CLOSED] * 60 + [UNKNOWN] * 60
    assert told.reason == SCHOOL_HOLIDAYS
    assert hours_of("Mo-Fr 08:00-12:00").by_minute(clock, 120).reason == ""


def test_hours_that_are_stated_as_unknown_say_so():
    answer = ask("Mo-Fr 08:00-12:00 unknown", "2026-11-24T10:00")
    assert (answer.state, answer.reason) == (UNKNOWN, "hours: stated as unknown")
    answer = ask("Mo-Fr 08:00-10:00 || unknown", "2026-11-24T11:00")
    assert (answer.state, answer.reason) == (UNKNOWN, FALLBACK)


@pytest.mark.parametrize(("word", "state"), [("", OPEN), (" unknown", UNKNOWN)])
def test_the_first_minute_of_the_week_counts(word: str, state: int):
    when = parse_when("Mo 00:00-01:00", REGION)
    hours = hours_of(f"Mo 00:00-01:00{word}")
    assert hours.in_each(when.windows, date(2026, 1, 1), least_min=60).tolist() == [state]
