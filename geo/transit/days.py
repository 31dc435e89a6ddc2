"""
What a timetable says of a day: whether it covers it, and whether it is a day like others.

A day outside the validity raises: it would have no departures and silently equal walking. A day
with far fewer departures than its weekday usually has (a holiday, a strike, the end of a feed) is
told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from geo.transit.errors import OutsideValidityError

if TYPE_CHECKING:
    from geo.transit.timetable import Timetable

UNUSUAL_SHARE = 0.8  # rnv 2016: a holiday has 0.55, other days of a weekday 0.96 to 1.04


@dataclass(frozen=True)
class DayReport:
    """
    Departures of a day, and the median of the same weekday in the timetable.

    `usual` is NaN where the timetable holds no such weekday with departures.
    """

    day: date
    departures: int
    usual: float

    @property
    def is_unusual(self) -> bool:
        """Whether the day has far fewer departures than its weekday."""
        return bool(self.departures < UNUSUAL_SHARE * self.usual)


def check_day(timetable: Timetable, day: date) -> None:
    """
    Refuse a day that the timetable does not cover.

    Raises
    ------
    OutsideValidityError
        With the nearest valid day of the same weekday that has departures.
    """
    about = timetable.about
    if not about.valid_from <= day <= about.valid_until:
        nearest = nearest_like(timetable, day)
        raise OutsideValidityError(day, about.valid_from, about.valid_until, nearest)


def nearest_like(timetable: Timetable, day: date) -> date | None:
    """Return the nearest covered day of the same weekday, a usual one where there is one."""
    about, departures = timetable.about, timetable.departures_by_day
    alike = [
        (other, int(departures[k]))
        for k, other in enumerate(timetable.days)
        if other.weekday() == day.weekday()
        and departures[k] > 0
        and about.valid_from <= other <= about.valid_until
    ]
    if not alike:
        return None
    usual = float(np.median([count for _, count in alike]))
    return min(
        alike, key=lambda pair: (pair[1] < UNUSUAL_SHARE * usual, abs((pair[0] - day).days))
    )[0]


def report_day(timetable: Timetable, day: date) -> DayReport:
    """Compare a day with its weekday."""
    about, departures = timetable.about, timetable.departures_by_day
    alike = [
        int(departures[k])
        for k, other in enumerate(timetable.days)
        if other.weekday() == day.weekday()
        and departures[k] > 0
        and about.valid_from <= other <= about.valid_until
    ]
    row = (day - about.first_day).days
    count = int(departures[row]) if 0 <= row < len(departures) else 0
    return DayReport(day, count, float(np.median(alike)) if alike else float("nan"))


def usual_day(timetable: Timetable, weekday: int, *, after: date | None = None) -> date | None:
    """Return the first usual day of a weekday (0 is Monday), from a day on where there is one."""
    start = max(after or timetable.about.valid_from, timetable.about.valid_from)
    return nearest_like(timetable, start + timedelta(days=(weekday - start.weekday()) % 7))
