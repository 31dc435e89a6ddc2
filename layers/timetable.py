"""
A region's public transport: the timetable of its Atlas over its walking streets.

The feed lies in the region's folder and is named in `region.toml`, so that every build reads it
anew; without one a region has no mode `transit`.
"""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from geo.errors import ParameterError
from geo.transit.days import report_day, usual_day
from geo.transit.limits import Limits
from geo.transit.transit import Transit
from geo.transit.window import Window, zero_of
from layers.clock import public_holidays

if TYPE_CHECKING:
    from geo.network import Network, Snapped
    from geo.region import Region
    from geo.transit.timetable import Timetable
    from layers.atlas import Atlas
    from layers.when import When

TRANSIT = "transit"
WALK = "walk"
USUAL_SPAN_S = 7200
_MOMENT_S = 3600
_DAY_MIN = 24 * 60
_KEPT = 4
_Key = tuple[int, int, int, Limits]

# Part of the week: weekday (0 is Monday), wall clock, seconds. Beside each other they show what a
# single one hides: evenings and Sundays have half the service of an afternoon.
WINDOWS: dict[str, tuple[int, time, int]] = {
    "weekday": (1, time(16), USUAL_SPAN_S),
    "evening": (1, time(20), USUAL_SPAN_S),
    "saturday": (5, time(10), USUAL_SPAN_S),
    "sunday": (6, time(14), USUAL_SPAN_S),
}
_kept: OrderedDict[_Key, Transit] = OrderedDict()
_lock = threading.Lock()


def timetable_of(atlas: Atlas) -> Timetable:
    """
    Return the timetable of a region.

    Raises
    ------
    ParameterError
        If it has none.
    """
    if atlas.timetable is None or WALK not in atlas.networks:
        raise ParameterError(
            f"`mode` {TRANSIT!r} needs a timetable, and region {atlas.region.id!r} has none; add "
            f"one with `umkreis region timetable {atlas.region.id} --gtfs FILE`",
            parameter="mode",
        )
    return atlas.timetable


def transit_of(atlas: Atlas, *, limits: Limits | None = None) -> Transit:
    """
    Return the public transport of a region; the last few stay ready, with their windows.

    Raises
    ------
    ParameterError
        If the region has no timetable.
    """
    timetable = timetable_of(atlas)
    return _transit(atlas.networks[WALK], timetable, atlas.demand[WALK], limits or Limits())


def _transit(walk: Network, timetable: Timetable, demand: Snapped, limits: Limits) -> Transit:
    key = (id(walk), id(timetable), id(demand), limits)  # which live as long as what is kept
    with _lock:
        if key not in _kept:
            # a scenario's timetable has the same walks as the one asked last, which it changes
            alike = next((t for (*_, k), t in reversed(_kept.items()) if k == limits
                          and t.walk is walk and t.demand is demand), None)  # fmt: skip
            _kept[key] = (
                alike.with_timetable(timetable)
                if alike
                else Transit(walk, timetable, demand, limits=limits)
            )
        _kept.move_to_end(key)
        while len(_kept) > _KEPT:
            _kept.popitem(last=False)
        return _kept[key]


def usual_window(timetable: Timetable, part: str = "weekday") -> Window:
    """
    Return a window of `WINDOWS` on the first usual day that the timetable covers.

    Raises
    ------
    ParameterError
        If the part is not known, or the timetable has no such weekday.
    """
    if part not in WINDOWS:
        raise ParameterError(
            f"`window` {part!r} is not known; use one of {', '.join(WINDOWS)} or a day and a span "
            "such as 2026-11-24T16:00/18:00",
            parameter="window",
        )
    weekday, start, span_s = WINDOWS[part]
    day = usual_day(timetable, weekday)
    if day is None:
        raise ParameterError(
            f"`window` {part!r}: the timetable covers no such day; name one from "
            f"{timetable.about.valid_from} to {timetable.about.valid_until}",
            parameter="window",
        )
    return Window(day, start, span_s)


def usual_windows(timetable: Timetable) -> dict[str, Window]:
    """Return the windows of the week that stand beside each other, without those of no service."""
    found = {}
    for part in WINDOWS:
        with contextlib.suppress(ParameterError):  # a feed of weekdays has no Sunday
            found[part] = usual_window(timetable, part)
    return found


def window_of(
    timetable: Timetable,
    text: str | None,
    when: When | None = None,
    region: Region | None = None,
) -> Window:
    """
    Read a window that an asker wrote: a day and a span, a part of `WINDOWS`, or nothing.

    Without one people leave in that of `when` (`window_at`), or on a weekday.

    Raises
    ------
    ParameterError
        If it cannot be read, or lies outside `when`.
    """
    if text is None and when is not None:
        return window_at(timetable, when, region)
    if text is None or text in WINDOWS or "/" not in text:
        window = usual_window(timetable, text or "weekday")
    else:
        window = Window.parse(text)
    if when is not None and not _meets(window, when):
        raise ParameterError(
            f"`window` {window} lies outside `at` {when.text}: offers are open when people arrive; "
            "leave `window` out to leave at that time, or leave `at` out",
            parameter="window",
        )
    return window


def window_at(timetable: Timetable, when: When, region: Region | None = None) -> Window:
    """
    Return when people leave who are to find offers open at a time.

    An hour from a moment on. Of a part of the week that of `WINDOWS` which lies in it, else its
    first two hours on its first day from Tuesday on, on the first usual one that the feed covers.

    Raises
    ------
    ParameterError
        If the timetable covers no such day.
    """
    if when.moment is not None:
        local = when.moment.astimezone(ZoneInfo(timetable.about.timezone))
        return Window(local.date(), local.time(), _MOMENT_S)  # `time` keeps which of two hours
    for weekday, start, span_s in WINDOWS.values():
        first = start.hour * 60 + start.minute
        if any(
            w.weekday == weekday and w.start_min <= first and first + span_s // 60 <= w.end_min
            for w in when.windows
        ):
            return Window(covered_day(timetable, weekday, region), start, span_s)
    usual = min(when.windows, key=lambda w: ((w.weekday - 1) % 7, w.start_min))
    span_s = min((usual.end_min - usual.start_min) * 60, USUAL_SPAN_S)
    start = time(*divmod(usual.start_min, 60))
    return Window(covered_day(timetable, usual.weekday, region), start, span_s)


def covered_day(timetable: Timetable, weekday: int, region: Region | None = None) -> date:
    """
    Return the first usual day of a weekday (0 is Monday) that the timetable covers.

    With a region it is no public holiday and no day on which the clocks change, where there is
    another one. A weekday on which nothing ever runs is a day as well: without a bus one walks.

    Raises
    ------
    ParameterError
        If the timetable covers no such day at all.
    """
    about = timetable.about
    first = about.valid_from + timedelta(days=(weekday - about.valid_from.weekday()) % 7)
    if first > about.valid_until:
        raise ParameterError(
            f"`at`: the timetable covers no {first:%A}, only {about.valid_from} to "
            f"{about.valid_until}; ask for a time of those days",
            parameter="at",
        )
    if region is not None:
        count = (about.valid_until - first).days // 7 + 1
        for day in (first + timedelta(days=7 * k) for k in range(count)):
            told = report_day(timetable, day)
            runs = told.departures > 0 and not told.is_unusual
            if runs and _is_ordinary(day, region, about.timezone):
                return day
    return usual_day(timetable, weekday) or first


def _is_ordinary(day: date, region: Region, timezone: str) -> bool:
    off_days = public_holidays(region.country, region.subdivision, day.year) or ()
    next_day = day + timedelta(days=1)
    lasts = zero_of(next_day, timezone) - zero_of(day, timezone)
    before = zero_of(day, timezone) - zero_of(day - timedelta(days=1), timezone)
    return day not in off_days and lasts == before == timedelta(days=1)


def _meets(window: Window, when: When) -> bool:
    """Whether people leave at a time that was asked for."""
    first = window.start.hour * 60 + window.start.minute
    if when.moment is not None:
        moment = when.moment
        start = datetime.combine(window.day, window.start, moment.tzinfo)
        return start <= moment < start + timedelta(seconds=window.span_s)
    last = first + -(-window.span_s // 60)
    for part in when.windows:
        # the night before may last into the day, and the window into the next one
        later = (window.day.weekday() - part.weekday + 1) % 7 - 1
        shift = later * _DAY_MIN
        if later <= 1 and first + shift < part.end_min and part.start_min < last + shift:
            return True
    return False
