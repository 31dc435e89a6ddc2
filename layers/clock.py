"""
The wall clock of a region, its nights when the clocks change, and its public holidays.

Holidays are those of the country's state, from the package `holidays`. Where it does not know the
country, every day counts as none, and reports of a moment say so (`knows_holidays`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import holidays
import numpy as np

from geo.once import cached_property

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.region import Region

HORIZON_DAYS = 8  # how far ahead the next change is looked for


@lru_cache(maxsize=512)
def public_holidays(country: str, subdivision: str, year: int) -> frozenset[date] | None:
    """Return the public holidays of a country's state; None where nobody knows them."""
    try:
        found = holidays.country_holidays(country, subdiv=subdivision or None, years=year)
    except NotImplementedError:
        return None
    return frozenset(found)


@dataclass(frozen=True)
class Clock:
    """
    The wall clock of a region from a moment on.

    The hour that the clocks skip is not on it; the hour that they repeat is on it twice.
    """

    moment: datetime
    country: str = ""
    subdivision: str = ""

    @cached_property
    def first_day(self) -> date:
        """The day before the moment's: its night may last into it."""
        return self.moment.date() - timedelta(days=1)

    @cached_property
    def instants(self) -> NDArray[np.int64]:
        """Minutes of the wall clock since `first_day`, minute by minute from the moment on."""
        origin = datetime(*self.first_day.timetuple()[:3], tzinfo=UTC)
        walls = []
        for step in range(HORIZON_DAYS * 48):  # clocks change at a full or half hour of UTC
            start = self._start.replace(minute=0) + timedelta(minutes=30 * step)
            wall = start.astimezone(self.moment.tzinfo).replace(tzinfo=UTC)
            walls.append(int((wall - origin).total_seconds()) // 60)
        minutes: NDArray[np.int64] = (np.array(walls)[:, None] + np.arange(30)).ravel()
        return minutes[self._start.minute :]

    @cached_property
    def _start(self) -> datetime:
        return self.moment.astimezone(UTC).replace(second=0, microsecond=0)

    def at(self, minute: int) -> datetime:
        """Return the moment so many minutes after the first one."""
        return (self._start + timedelta(minutes=minute)).astimezone(self.moment.tzinfo)

    @property
    def days(self) -> list[date]:
        """All days that it shows."""
        return [self.first_day + timedelta(days=k) for k in range(HORIZON_DAYS + 3)]

    def holidays(self, years: Sequence[int]) -> frozenset[date]:
        """Return the public holidays of those years; none where nobody knows them."""
        found = (public_holidays(self.country, self.subdivision, year) for year in years)
        return frozenset().union(*(days for days in found if days))


def knows_holidays(region: Region, moment: datetime) -> bool:
    """Tell whether the public holidays of a region are known in the year of a moment."""
    year = moment.astimezone(ZoneInfo(region.timezone)).year
    return public_holidays(region.country, region.subdivision, year) is not None


def clock_of(region: Region, moment: datetime) -> Clock:
    """Return the clock of a region from a moment on."""
    zone = ZoneInfo(region.timezone)
    return _clock(moment.astimezone(zone), region.country, region.subdivision)


@lru_cache(maxsize=16)  # a question asks the same clock for every offer
def _clock(moment: datetime, country: str, subdivision: str) -> Clock:
    return Clock(moment, country, subdivision)
