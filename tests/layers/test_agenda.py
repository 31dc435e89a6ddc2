"""The coming days near a place, and an offer's calendar."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from geo.errors import ParameterError
from layers.agenda import Agenda, agenda
from layers.atlas import Atlas
from layers.build import build_atlas
from layers.calendar import calendar, escape, has_dates
from layers.errors import NoDatesError
from layers.offers import Offer
from layers.opening import HOLIDAY, UNKNOWN
from layers.wishes import Wishes

ROOT = Path(__file__).parents[2]
MONDAY = datetime(2024, 5, 6, 10, tzinfo=ZoneInfo("Europe/Berlin"))
FROM = {"lon": 13.7789, "lat": 54.5099, "mode": "bike", "minutes": 60}


@pytest.fixture(scope="module")
def initiatives(taxonomy_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """The shipped region of initiatives, with its dates and notices."""
    target = tmp_path_factory.mktemp("atlas") / "toy"
    return build_atlas(ROOT / "data/regions/toy", taxonomy_path, target, base_map=False)


def lines_of(atlas: Atlas, found: Agenda) -> list[tuple[str, str, str]]:
    return [
        (f"{day.date:%a}", f"{entry.span.start:%H:%M}", atlas.offers[entry.hit.offer].name)
        for day in found.days
        for entry in day.entries
    ]


def test_a_week_has_the_dates_of_seven_days(initiatives: Atlas):
    found = agenda(initiatives, moment=MONDAY, **FROM)
    assert [day.date.day for day in found.days] == [6, 7, 8, 9, 10, 11, 12]
    assert lines_of(initiatives, found) == [
        ("Tue", "13:00", "Tafel Musterstadt"),
        ("Tue", "17:00", "Offene Werkstatt"),
        ("Thu", "15:00", "Leihladen Dingsda"),
        ("Thu", "16:00", "Depot West"),
        ("Thu", "17:00", "Offene Werkstatt"),
        ("Fri", "13:00", "Tafel Musterstadt"),
        ("Sat", "08:00", "Wochenmarkt"),
        ("Sat", "14:00", "Repair-Café Musterstadt"),
    ]
    told_by = {e.told_by for day in found.days for e in day.entries}
    assert told_by == {"opening_hours", "meeting_times", "delivery_times"}


def test_a_holiday_is_said_and_what_it_does_to_hours(initiatives: Atlas):
    thursday = agenda(initiatives, moment=MONDAY, **FROM).days[3]  # Ascension
    assert thursday.is_holiday
    assert {(e.span.state, e.span.reason) for e in thursday.entries} == {(UNKNOWN, HOLIDAY)}


def test_everything_in_reach_is_listed_or_counted(initiatives: Atlas):
    found = agenda(initiatives, moment=MONDAY, **FROM)
    listed = {e.hit.offer for day in found.days for e in day.entries}
    left = found.left_out
    assert len(listed) + left.many_hours + left.unknown_hours + left.no_date == 38
    assert (left.many_hours, left.no_date) == (10, 2)  # no first Wednesday, no third Monday


def test_shops_come_only_when_they_are_asked_for(initiatives: Atlas):
    found = agenda(initiatives, moment=MONDAY, all_hours=True, **FROM)
    assert found.left_out.many_hours == 0
    assert ("Mon", "07:00", "Dorfladen Musterdorf") in lines_of(initiatives, found)


def test_what_has_ended_is_left_out_and_what_goes_on_is_not(initiatives: Atlas):
    at = MONDAY.replace(day=7, hour=14)
    goes_on = lines_of(initiatives, agenda(initiatives, moment=at, days=1, **FROM))
    assert goes_on[0] == ("Tue", "13:00", "Tafel Musterstadt")
    ended = agenda(initiatives, moment=at.replace(hour=15), days=1, **FROM)
    assert lines_of(initiatives, ended) == [("Tue", "17:00", "Offene Werkstatt")]


def test_notices_that_hold_come_with_the_one_that_ends_first(initiatives: Atlas):
    found = agenda(initiatives, moment=MONDAY, **FROM)
    days = [notice.until for _, notice in found.notices]
    assert days == sorted(days)
    assert days[0] == date(2024, 5, 20)
    assert all("(vorbei)" not in notice.text for _, notice in found.notices)


def test_wishes_narrow_the_week(initiatives: Atlas):
    wishes = Wishes(categories=["repair_cafe"])
    found = agenda(initiatives, moment=MONDAY, wishes=wishes, **FROM)
    assert lines_of(initiatives, found) == [("Sat", "14:00", "Repair-Café Musterstadt")]
    assert [notice.resource for _, notice in found.notices] == ["room"]


@pytest.mark.parametrize("days", [0, 32])
def test_days_out_of_bounds_are_refused(initiatives: Atlas, days: int):
    with pytest.raises(ParameterError, match=f"`days` is {days} but must be 1 to 31"):
        agenda(initiatives, moment=MONDAY, days=days, **FROM)


def unfolded(text: str) -> list[str]:
    """What a calendar program reads."""
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    return text.replace("\r\n ", "").rstrip().split("\r\n")


def events_of(text: str) -> list[dict[str, str]]:
    events: list[dict[str, str]] = []
    for line in unfolded(text):
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            events.append({})
        elif events:
            events[-1][name] = value
    return events


def calendar_of(atlas: Atlas, name: str, **options):
    offer = next(offer for offer in atlas.offers if offer.name == name)
    return calendar(atlas, offer, first_day=date(2024, 5, 6), **options)


def test_a_monthly_date_is_written_out(initiatives: Atlas):
    text = calendar_of(initiatives, "Repair-Café Musterstadt", weeks=10)
    lines = unfolded(text)
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert lines[-1] == "END:VCALENDAR"
    events = events_of(text)
    assert [e["DTSTART"] for e in events] == [
        "20240511T120000Z", "20240608T120000Z", "20240713T120000Z",
    ]  # fmt: skip
    assert events[0]["DTEND"] == "20240511T150000Z"
    assert events[0]["SUMMARY"] == "Repair-Café Musterstadt: Termine"
    assert events[0]["STATUS"] == "CONFIRMED"
    assert len({e["UID"] for e in events}) == 3


def test_an_event_keeps_its_uid_from_calendar_to_calendar(initiatives: Atlas):
    early = {e["DTSTART"]: e["UID"] for e in events_of(calendar_of(initiatives, "Wochenmarkt"))}
    offer = next(offer for offer in initiatives.offers if offer.name == "Wochenmarkt")
    again = calendar(initiatives, offer, first_day=date(2024, 5, 20), language="en")
    late = {e["DTSTART"]: e["UID"] for e in events_of(again)}
    assert len(early.keys() & late.keys()) == 6
    assert all(late[start] == uid for start, uid in early.items() if start in late)


def test_a_holiday_is_tentative(initiatives: Atlas):
    events = events_of(calendar_of(initiatives, "Leihladen Dingsda", weeks=1))
    assert [(e["STATUS"], e["SUMMARY"]) for e in events] == [("TENTATIVE", "Leihladen Dingsda?")]


def test_texts_are_escaped_and_folded(initiatives: Atlas):
    hostile = Offer(
        "umk:x", ("repair_cafe",), "A; B, C\\D\r\nEND:VCALENDAR\x00" + "ö" * 80, 13.78, 54.51,
        street="Weg", housenumber="1", city="Ort", opening_hours="Mo 10:00-12:00",
        website="https://a.example/x\r\nATTENDEE:evil", description="eins\nzwei",
    )  # fmt: skip
    text = calendar(initiatives, hostile, first_day=date(2024, 5, 6), weeks=1)
    (event,) = events_of(text)
    assert event["SUMMARY"].startswith(r"A\; B\, C\\D\nEND:VCALENDAR ö")
    assert event["DESCRIPTION"] == r"eins\nzwei"
    assert event["LOCATION"] == r"Weg 1\, Ort"
    assert event["URL"] == "https://a.example/xATTENDEE:evil"
    assert unfolded(text).count("END:VCALENDAR") == 1
    assert "ATTENDEE" not in event


def test_escaping_is_that_of_the_standard():
    assert escape("a\\b;c,d\ne\tf") == r"a\\b\;c\,d\ne f"


def test_always_open_is_one_event(initiatives: Atlas):
    events = events_of(calendar_of(initiatives, "Radecke", weeks=1))
    assert len(events) == 1
    assert events[0]["DTSTART"] == "20240505T220000Z"


@pytest.mark.parametrize(
    ("name", "weeks", "match"),
    [
        ("Givebox", 8, "states no times that are understood"),
        ("Tauschring Musterstadt", 3, "has no date in the 3 weeks from 2024-05-06 on"),
    ],
)
def test_no_dates_are_an_error_with_its_reason(
    initiatives: Atlas, name: str, weeks: int, match: str
):
    with pytest.raises(NoDatesError, match=match):
        calendar_of(initiatives, name, weeks=weeks)


def test_which_offers_have_dates(initiatives: Atlas):
    with_dates = [offer.name for offer in initiatives.offers if has_dates(offer)]
    assert "Tauschring Musterstadt" in with_dates
    assert "Gemeindesaal" not in with_dates  # its free times are no dates


def test_times_are_right_over_the_change_of_clocks(initiatives: Atlas):
    offer = next(o for o in initiatives.offers if o.name == "Wochenmarkt")
    text = calendar(initiatives, offer, first_day=date(2024, 10, 21), weeks=2)
    starts = [e["DTSTART"] for e in events_of(text)]
    assert starts == ["20241026T060000Z", "20241102T070000Z"]
    assert all(re.fullmatch(r"\d{8}T\d{6}Z", s) for s in starts)
    assert datetime.strptime(starts[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).hour == 6
