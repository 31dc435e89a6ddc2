"""
On which days each service of a feed runs: its weeks and the exceptions from them.

A feed may have either file or both: exceptions alone are a calendar too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.transit.errors import TimetableError
from geo.transit.gtfs_values import day_of
from geo.transit.gtfs_zip import stripped

if TYPE_CHECKING:
    from collections import Counter

    from numpy.typing import NDArray

    from geo.transit.gtfs_zip import Feed

LONGEST_DAYS = 20 * 366
MOST_SERVICE_DAYS = 100_000_000  # services × days; all of Germany's have a quarter of that
_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ADDED, _REMOVED = "1", "2"


@dataclass(frozen=True)
class Calendar:
    """Services by id; `runs` (v, d) tells on which day from `first_day` on each one runs."""

    services: pd.Index[str]
    first_day: date
    runs: NDArray[np.bool_]


def read_calendar(feed: Feed, counts: Counter[str]) -> Calendar:
    """
    Read calendar.txt and calendar_dates.txt.

    Raises
    ------
    TimetableError
        If no service runs on any day, or the calendar spans more than twenty years.
    """
    weeks = feed.read("calendar", ["service_id", *_WEEK, "start_date", "end_date"])
    exceptions = feed.read("calendar_dates", ["service_id", "date", "exception_type"])
    spans = [(day_of(a), day_of(b)) for a, b in zip(weeks.start_date, weeks.end_date, strict=True)]
    exception_days = [day_of(text) for text in exceptions["date"]]
    counts["calendar_rows_broken"] += sum(a is None or b is None for a, b in spans)
    counts["calendar_rows_broken"] += sum(day is None for day in exception_days)
    known = [day for span in spans if None not in span for day in span if day]
    known += [day for day in exception_days if day]
    if not known:
        raise TimetableError(f"`gtfs` {feed.name} has no service on any day in its calendar")
    first, last = min(known), max(known)
    if (days := (last - first).days + 1) > LONGEST_DAYS:
        raise TimetableError(
            f"`gtfs` {feed.name}: the calendar goes from {first} to {last}, which is more than "
            "twenty years; correct the dates that are wrong"
        )
    week_id, exception_id = stripped(weeks.service_id), stripped(exceptions.service_id)
    services = pd.Index(pd.unique(pd.concat([week_id, exception_id])))
    if len(services) * days > MOST_SERVICE_DAYS:
        raise TimetableError(
            f"`gtfs` {feed.name}: the calendar has {len(services):,} services over {days:,} days, "
            "more than any timetable; cut it to the days that are needed"
        )
    runs = np.zeros((len(services), days), bool)
    weekday = (first.weekday() + np.arange(days)) % 7
    on = np.column_stack([stripped(weeks[name]) == "1" for name in _WEEK]).reshape(-1, 7)
    for row, service in enumerate(services.get_indexer(pd.Index(week_id))):
        start, end = spans[row]
        if start is not None and end is not None:
            part = slice((start - first).days, (end - first).days + 1)
            runs[service, part] |= on[row][weekday[part]]
    kind = stripped(exceptions.exception_type)
    for service, day, what in zip(
        services.get_indexer(pd.Index(exception_id)), exception_days, kind, strict=True
    ):
        if day is not None and what in (_ADDED, _REMOVED):
            runs[service, (day - first).days] = what == _ADDED
        elif day is not None:
            counts["calendar_rows_broken"] += 1
    return _trimmed(services, first, runs, feed.name)


def _trimmed(services: pd.Index[str], first: date, runs: NDArray[np.bool_], name: str) -> Calendar:
    """Leave out days without any service before the first and after the last one."""
    used = np.flatnonzero(runs.any(axis=0))
    if not len(used):
        raise TimetableError(f"`gtfs` {name} has no service on any day in its calendar")
    part = slice(int(used[0]), int(used[-1]) + 1)
    return Calendar(services, first + timedelta(days=part.start), runs[:, part])
