"""Calendars: single dates, series, exceptions, clocks; and events written out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from geo.errors import ParameterError
from layers.errors import SourceError
from layers.sources.calendar import read_calendar
from layers.sources.calendar_out import write_events

BERLIN = ZoneInfo("Europe/Berlin")
FIRST, LAST = date(2026, 3, 1), date(2026, 5, 31)
PLACE = "GEO:52.28;8.04\nLOCATION:Am Wall 3\\, 49080 Osnabrück"


def event(body, *, uid="1", place=PLACE, summary="Repair-Café"):
    return (
        f"BEGIN:VEVENT\nUID:{uid}\nDTSTAMP:20260101T000000Z\nSUMMARY:{summary}\n{place}\n{body}\n"
        "END:VEVENT\n"
    )


def calendar(*events, name="Repair-Café Nord"):
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nX-WR-CALNAME:{name}\n{''.join(events)}"
    return f"{text}END:VCALENDAR\n".replace("\n", "\r\n").encode()


@pytest.fixture
def read(options):
    def make(*events, **keys):
        keys = {"first_day": FIRST, "last_day": LAST, **keys}
        return read_calendar(calendar(*events), options(**keys))

    return make


def days(reading):
    return [e.start.date().isoformat() for r in reading.records for e in r.events]


def test_a_single_date_is_an_event_of_its_place(read):
    reading = read(event("DTSTART:20260502T120000Z\nDTEND:20260502T150000Z"))
    (record,) = reading.records
    assert (record.name, record.categories) == ("Repair-Café Nord", ("repair_cafe",))
    assert (record.lon, record.lat, record.street, record.city) == (
        8.04,
        52.28,
        "Am Wall",
        "Osnabrück",
    )
    (told,) = record.events
    assert (told.start, told.end) == (
        datetime(2026, 5, 2, 12, tzinfo=UTC), datetime(2026, 5, 2, 15, tzinfo=UTC),
    )  # fmt: skip
    assert reading.kind == "icalendar"


def test_a_series_keeps_its_hour_when_the_clocks_change(read):
    reading = read(event("DTSTART;TZID=Europe/Berlin:20260103T140000\nDURATION:PT3H\n"
                         "RRULE:FREQ=MONTHLY;BYDAY=1SA"))  # fmt: skip
    assert days(reading) == ["2026-03-07", "2026-04-04", "2026-05-02"]
    starts = [e.start for e in reading.records[0].events]
    assert {s.hour for s in starts} == {14}
    assert [s.utcoffset().seconds // 3600 for s in starts] == [1, 2, 2]


def test_exceptions_and_moved_dates_are_kept_apart(read):
    series = event("DTSTART;TZID=Europe/Berlin:20260103T140000\nRRULE:FREQ=MONTHLY;BYDAY=1SA\n"
                   "EXDATE;TZID=Europe/Berlin:20260404T140000")  # fmt: skip
    moved = event("RECURRENCE-ID;TZID=Europe/Berlin:20260502T140000\n"
                  "DTSTART;TZID=Europe/Berlin:20260509T140000")  # fmt: skip
    assert days(read(series, moved)) == ["2026-03-07", "2026-05-09"]


def test_the_end_of_a_series_counts_in_utc_and_by_number(read):
    body = "DTSTART;TZID=Europe/Berlin:20260301T140000\nRRULE:FREQ=WEEKLY;{}"
    assert len(days(read(event(body.format("COUNT=3"))))) == 3
    assert len(days(read(event(body.format("UNTIL=20260315T130000Z"))))) == 3
    assert len(days(read(event(body.format("UNTIL=20260315"))))) == 3


def test_all_day_events_and_floating_times_have_no_zone_of_their_own(read):
    whole = read(event("DTSTART;VALUE=DATE:20260502\nDTEND;VALUE=DATE:20260504"))
    (told,) = whole.records[0].events
    assert told.all_day
    assert (told.end - told.start).days == 2
    floating = read(event("DTSTART:20260502T120000"), timezone="Europe/Berlin")
    assert floating.records[0].events[0].start == datetime(2026, 5, 2, 12, tzinfo=BERLIN)


def test_what_is_cancelled_or_at_another_time_is_skipped_and_counted(read):
    gone = event("DTSTART:20260502T120000Z\nSTATUS:CANCELLED", uid="2")
    late = event("DTSTART:20270502T120000Z", uid="3")
    reading = read(gone, late, event("DTSTART:20260502T120000Z"))
    assert reading.skipped == {"cancelled": 1, "not between the two days": 1}
    assert (reading.rows, len(reading.records)) == (3, 1)


def test_dates_at_two_places_are_two_records(read):
    other = event("DTSTART:20260503T120000Z", uid="2", place="LOCATION:Markt 1\\, 49074 Osnabrück",
                  summary="Solawi-Treffen")  # fmt: skip
    reading = read(event("DTSTART:20260502T120000Z"), other)
    assert [(r.name, len(r.events), r.is_placed) for r in reading.records] == [
        ("Repair-Café", 1, True), ("Solawi-Treffen", 1, False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("RRULE:FREQ=SECONDLY\nDTSTART:20260502T120000Z", "more often than daily"),
        ("DTSTART:20260502T120000Z\nDTEND:20260401T120000Z", "ends before it begins"),
        ("DESCRIPTION:nichts", "no readable dates"),
    ],
)
def test_an_event_that_cannot_be_is_named_and_the_rest_is_read(read, body, reason):
    reading = read(event(body, uid="2", summary="Schlecht"), event("DTSTART:20260502T120000Z"))
    assert [(f.line, f.text) for f in reading.faults] == [(1, "Schlecht")]
    assert reason in reading.faults[0].reason
    assert len(reading.records) == 1


def test_broken_properties_count_as_absent(read):
    broken = event("DTSTART:20260502T120000Z\nLAST-MODIFIED:gestern\nRECURRENCE-ID:nie",
                   place="GEO:52;x\nLOCATION:Am Wall 3\\, 49080 Osnabrück")  # fmt: skip
    (record,) = read(broken).records
    assert (record.is_placed, record.city, len(record.events)) == (False, "Osnabrück", 1)


def test_without_days_the_newest_stamp_counts(options):
    data = calendar(event("DTSTART:20260110T120000Z"), event("DTSTART:20280110T120000Z", uid="2"))
    reading = read_calendar(data, options())
    assert (reading.as_of, days(reading)) == (date(2026, 1, 1), ["2026-01-10"])


def test_what_is_no_calendar_is_refused(options):
    with pytest.raises(SourceError, match="no calendar that can be read"):
        read_calendar(b"Guten Tag", options())
    with pytest.raises(ParameterError, match="'Mond/Meer' is not known"):
        read_calendar(calendar(event("DTSTART:20260502T120000Z")), options(timezone="Mond/Meer"))


def test_events_that_are_written_are_read_back(read, options):
    reading = read(event("DTSTART;TZID=Europe/Berlin:20260103T140000\nDURATION:PT3H\n"
                         "RRULE:FREQ=MONTHLY;BYDAY=1SA\nDESCRIPTION:Bitte <b>klingeln</b>"),
                   event("DTSTART;VALUE=DATE:20260502", uid="2"))  # fmt: skip
    stamp = datetime(2026, 2, 1, tzinfo=UTC)
    about = {"name": "Repair-Café Nord", "attribution": "Stadt Osnabrück", "stamp": stamp}
    data = write_events(reading.records, **about)
    assert data == write_events(reading.records, **about)
    assert b"X-WR-CALDESC:Stadt Osnabr\xc3\xbcck" in data
    again = read_calendar(data, options(first_day=FIRST, last_day=LAST))

    def told(reading):
        return [
            (e.title, e.start, e.end, e.all_day, e.place) for r in reading.records for e in r.events
        ]

    assert told(again) == told(reading)
    assert len(told(again)) == 4
    assert (again.records[0].lon, again.records[0].lat) == (8.04, 52.28)
