"""
Reads iCalendar (RFC 5545): the dates of an offer, single ones and series, written out one by one.

A record is a place where something takes place: events with the same position, or location, are its
dates. A series is written out between two days, with its exceptions and moved dates; wall clock
stays wall clock when the clocks change. What repeats more often than daily is no date of an offer.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import icalendar
from dateutil.rrule import rrulestr
from icalendar.prop import vBroken, vGeo

from geo.errors import ParameterError
from layers.errors import SourceError
from layers.sources.facts import parts_of
from layers.sources.record import Fault, RecordEvent, derived_id, shortened
from layers.sources.rows import Row, RowReader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.sources.bounded import ReadOptions
    from layers.sources.record import Reading

SOURCE = "calendar"
MAX_BYTES = 20_000_000
MAX_EVENTS = 20_000
MAX_DATES = 1_000  # of one series between the two days
MAX_SECONDS = 20.0  # for all series: some rules name days that never come, and are searched long
BEFORE_DAYS, AFTER_DAYS = 30, 400
_TOO_OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}
_GONE = {"CANCELLED"}


@dataclass
class _Window:
    first: datetime
    last: datetime
    zone: ZoneInfo
    until: float = 0.0
    moved: dict[str, set[datetime]] = field(default_factory=lambda: defaultdict(set))


def read_calendar(data: bytes, options: ReadOptions) -> Reading:
    """
    Read a calendar's dates.

    Parameters
    ----------
    data
        The file.
    options
        `first_day` and `last_day` bound what is told, both included. Without them they are around
        `as_of`, or around the newest stamp of the file.

    Returns
    -------
    reading
        `rows` counts events; those that share a place with another are skipped as "a date of the
        same place", those without a date between the two days as such.

    Raises
    ------
    SourceError
        If it is no calendar, or has too many events.
    """
    if len(data) > MAX_BYTES:
        raise SourceError(f"`source` is a calendar of more than {MAX_BYTES:,} bytes; shorten it")
    calendar = _parsed(data)
    events = list(calendar.walk("VEVENT"))
    if len(events) > MAX_EVENTS:
        raise SourceError(f"`source` has more than {MAX_EVENTS:,} events; shorten it")
    window, as_of = _window(events, options)
    reader = RowReader(SOURCE, options)
    skipped: Counter[str] = Counter()
    for event in events:
        if (moved := _moment(event, "RECURRENCE-ID")) is not None:
            window.moved[_text(event, "UID")].add(_wall(moved, window.zone))
    places: dict[object, list[tuple[int, Any, list[RecordEvent]]]] = defaultdict(list)
    for number, event in enumerate(events, start=1):
        if (dates := _dates(number, event, window, reader, skipped)) is not None:
            places[_place_of(event)].append((number, event, dates))
    name = _text(calendar, "X-WR-CALNAME") or _text(calendar, "NAME")
    rows = [_row(told, name if len(places) == 1 else "") for told in places.values()]
    skipped["a date of the same place"] = sum(len(told) - 1 for told in places.values())
    notes = reader.read(rows)
    return reader.reading(
        "icalendar", len(events), notes=notes, counts_in="event", as_of=as_of,
        skipped={reason: count for reason, count in skipped.items() if count},
    )  # fmt: skip


def _parsed(data: bytes) -> Any:
    try:
        return icalendar.Calendar.from_ical(data.decode("utf-8-sig"))
    except (
        ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError, OverflowError,
        OSError,  # the name of a zone is looked for as a file
    ) as exc:  # fmt: skip
        raise SourceError(f"`source` is no calendar that can be read ({exc})") from exc


def _window(events: list[Any], options: ReadOptions) -> tuple[_Window, date | None]:
    stamps = [_moment(e, key) for e in events for key in ("DTSTAMP", "LAST-MODIFIED")]
    as_of = options.as_of or max((_day(stamp) for stamp in stamps if stamp), default=None)
    if as_of is None and (options.first_day is None or options.last_day is None):
        raise SourceError("`source` says of no event when it was made; give `as_of`")
    first = options.first_day or _moved(as_of, -BEFORE_DAYS)
    last = options.last_day or _moved(as_of, AFTER_DAYS)
    try:
        zone = ZoneInfo(options.timezone)
    except (ZoneInfoNotFoundError, ValueError) as exc:
        raise ParameterError(
            f"`timezone` {options.timezone!r} is not known; give one such as Europe/Berlin",
            parameter="timezone",
        ) from exc
    until = time.monotonic() + MAX_SECONDS
    start = datetime(first.year, first.month, first.day)  # noqa: DTZ001 (wall clock throughout)
    end = datetime(last.year, last.month, last.day) + timedelta(days=1)  # noqa: DTZ001
    return _Window(start, end, zone, until), as_of


def _moved(day: date | None, days: int) -> date:
    assert day is not None  # noqa: S101 (checked by the caller)
    return day + timedelta(days=days)


def _dates(
    number: int, event: Any, window: _Window, reader: RowReader, skipped: Counter[str]
) -> list[RecordEvent] | None:
    """Return an event's dates between the two days; None where there are none or it is faulty."""
    title = _text(event, "SUMMARY")
    if _text(event, "STATUS").upper() in _GONE:
        skipped["cancelled"] += 1
        return None
    try:
        found = list(_occurrences(event, window))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as exc:
        reader.faults.append(Fault(number, shortened(title), f"has no readable dates ({exc})"))
        return None
    if not found:
        skipped["not between the two days"] += 1
        return None
    if len(found) > MAX_DATES:
        reader.faults.append(Fault(number, shortened(title), f"has more than {MAX_DATES:,} dates"))
        return None
    return found


def _occurrences(event: Any, window: _Window) -> Iterator[RecordEvent]:
    if (start := _moment(event, "DTSTART")) is None:
        raise ValueError("it does not say when it begins")
    all_day = not isinstance(start, datetime)
    zone = (start.tzinfo if isinstance(start, datetime) else None) or window.zone
    begin = _wall(start, zone)
    length = _length(event, begin, zone, all_day=all_day)
    uid = _text(event, "UID") or derived_id(_text(event, "SUMMARY"), begin.isoformat())
    for day in _starts(event, begin, window, zone, uid):
        if day + (length or timedelta(0)) < window.first or day >= window.last:
            continue
        aware = day if all_day else day.replace(tzinfo=zone)
        yield RecordEvent(
            uid=uid,
            title=_text(event, "SUMMARY"),
            start=aware,
            end=aware + length if length is not None else None,
            all_day=all_day,
            place=_text(event, "LOCATION"),
            website=_text(event, "URL"),
            description=_text(event, "DESCRIPTION"),
        )


def _length(event: Any, begin: datetime, zone: Any, *, all_day: bool) -> timedelta | None:
    if (end := _moment(event, "DTEND")) is not None:
        length = _wall(end, zone) - begin
    elif (duration := _one(event, "DURATION")) is not None:
        length = duration.dt
    else:
        return timedelta(days=1) if all_day else None
    if length < timedelta(0):
        raise ValueError("it ends before it begins")
    return length


def _starts(
    event: Any, begin: datetime, window: _Window, zone: Any, uid: str
) -> Iterator[datetime]:
    """Yield the wall-clock starts of an event or series, without what is cancelled or moved."""
    if "RRULE" not in event and "RDATE" not in event:
        yield begin
        return
    if time.monotonic() > window.until:
        raise ValueError(f"the series of this calendar took longer than {MAX_SECONDS:.0f} s")
    left_out = {_wall(day, zone) for day in _listed(event, "EXDATE")}
    if "RECURRENCE-ID" not in event:
        left_out |= window.moved.get(uid, set())
    more = {_wall(day, zone) for day in _listed(event, "RDATE")}
    starts = {begin, *more}
    for rule in _all(event, "RRULE"):
        starts |= set(_of_rule(rule, begin, window, zone))
    yield from sorted(starts - left_out)


def _of_rule(rule: Any, begin: datetime, window: _Window, zone: Any) -> list[datetime]:
    parts = {key.upper(): value for key, value in rule.items()}
    if str(parts.get("FREQ", [""])[0]).upper() in _TOO_OFTEN:
        raise ValueError("it repeats more often than daily")
    if "UNTIL" in parts:  # in UTC, while the series is reckoned by wall clock
        until = parts["UNTIL"][0]
        day = _wall(until, zone) if isinstance(until, datetime) else _end_of(until)
        rule = icalendar.vRecur({**rule, "UNTIL": [day]})
    series = rrulestr(rule.to_ical().decode(), dtstart=begin)
    found: list[datetime] = []
    for day in series.xafter(window.first - timedelta(days=32), inc=True):
        if day >= window.last or len(found) > MAX_DATES:
            break
        found.append(day)
    return found


def _listed(event: Any, name: str) -> Iterator[Any]:
    for part in _all(event, name):
        for value in part.dts:
            day = value.dt
            yield day[0] if isinstance(day, tuple) else day


def _row(told: list[tuple[int, Any, list[RecordEvent]]], calendar: str) -> Row:
    number, event, _ = told[0]
    titles = Counter(_text(e, "SUMMARY") for _, e, _ in told)
    name = calendar or titles.most_common(1)[0][0]
    cells = {
        "id": derived_id(name, _text(event, "LOCATION"), *_degrees(event)),
        "name": name,
        "address": _text(event, "LOCATION"),
        "website": _text(event, "URL"),
        "category": ";".join(dict.fromkeys(word for _, e, _ in told for word in _words(e))),
    }
    position = _degrees(event)
    lonlat = (position[0], position[1]) if len(position) == 2 else None
    dates = tuple(sorted((d for _, _, ds in told for d in ds), key=lambda d: d.start.isoformat()))
    return Row(number, cells, {}, lonlat, text=name, more={"events": dates})


def _place_of(event: Any) -> object:
    return _degrees(event) or _text(event, "LOCATION").casefold() or _text(event, "SUMMARY")


def _degrees(event: Any) -> tuple[float, ...]:
    geo = _one(event, "GEO")
    return (float(geo.longitude), float(geo.latitude)) if isinstance(geo, vGeo) else ()


def _words(event: Any) -> tuple[str, ...]:
    cats = [c for part in _all(event, "CATEGORIES") for c in getattr(part, "cats", ())]
    return tuple(w for c in cats for w in parts_of(str(c)))


def _one(thing: Any, name: str) -> Any:
    """Return a property that can be read, the first where several stand there; None for none."""
    return next(iter(_all(thing, name)), None)


def _all(thing: Any, name: str) -> list[Any]:
    """Return all properties of a name that can be read."""
    value = thing.get(name, [])
    values = value if isinstance(value, list) else [value]
    return [v for v in values if not isinstance(v, vBroken)]


def _text(thing: Any, name: str) -> str:
    value = _one(thing, name)
    return "" if value is None else " ".join(str(value).replace("\x00", " ").split())


def _moment(event: Any, name: str) -> date | datetime | None:
    """Return a day or moment; None where there is none, or none that can be read."""
    value = getattr(_one(event, name), "dt", None)
    return value if isinstance(value, date) else None


def _wall(moment: date | datetime, zone: Any) -> datetime:
    """Return the wall clock of a zone; a day is its midnight, what floats stays."""
    if not isinstance(moment, datetime):
        return datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001
    return moment.astimezone(zone).replace(tzinfo=None) if moment.tzinfo else moment


def _end_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 23, 59, 59)  # noqa: DTZ001


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
