"""
Writes events as iCalendar (RFC 5545), so that they can be subscribed to and read elsewhere.

Opening times as a calendar are written by `layers.calendar`; these are the dated events that
sources tell of, each of which has a stable id of its own.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import icalendar

from layers.sources.record import derived_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from layers.sources.record import RecordEvent, SourceRecord

PRODUCT = "-//Umkreis//Events//EN"


def write_events(
    records: Iterable[SourceRecord], *, name: str, attribution: str, stamp: datetime
) -> bytes:
    """
    Return the events of records as one calendar.

    Parameters
    ----------
    records
        Their events in their order; each has its record's place as position and, where it names
        none of its own, its address as location.
    name
        Of the calendar.
    attribution
        Whose data these are, written into the calendar's description.
    stamp
        When it was made, with a time zone: the same calendar twice is the same bytes.
    """
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    if attribution:
        calendar.add("x-wr-caldesc", attribution)
    for record in records:
        for event in record.events:
            calendar.add_component(_event(record, event, stamp.astimezone(UTC)))
    return bytes(calendar.to_ical())


def _event(record: SourceRecord, event: RecordEvent, stamp: datetime) -> icalendar.Event:
    entry = icalendar.Event()
    # One date of a series has the start in its id, so that no two have the same
    entry.add("uid", derived_id(event.uid, event.start.isoformat()))
    entry.add("dtstamp", stamp)
    entry.add("dtstart", _moment(event.start, all_day=event.all_day))
    if event.end is not None:
        entry.add("dtend", _moment(event.end, all_day=event.all_day))
    entry.add("summary", event.title or record.name)
    if place := event.place or _address(record):
        entry.add("location", place)
    if record.lon is not None and record.lat is not None:
        entry.add("geo", (record.lat, record.lon))
    if website := event.website or record.website:
        entry.add("url", website)
    if event.description:
        entry.add("description", event.description)
    return entry


def _moment(moment: datetime, *, all_day: bool) -> date | datetime:
    if all_day:
        return moment.date()
    return moment.astimezone(UTC) if moment.tzinfo else moment


def _address(record: SourceRecord) -> str:
    street = f"{record.street} {record.housenumber}".strip()
    town = f"{record.postcode} {record.city}".strip()
    return ", ".join(filter(None, (street, town))) or record.address
