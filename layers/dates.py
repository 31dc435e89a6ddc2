"""
Opening hours written out: from when until when on which day, in the region's own time.

A public holiday of which the hours say nothing may be like any other day or not: what would be open
then is unknown there, with that reason. Hours that are like dates (a market, a monthly meeting) are
told from those of a shop by how rare they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from layers.clock import public_holidays
from layers.opening import CLOSED, HOLIDAY, OPEN, UNKNOWN, hours_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.region import Region
    from layers.offers import Offer

# Facts of the type `times` that say when something takes place (a free room does not)
DATE_FACTS = ("meeting_times", "delivery_times")
OPENING_HOURS = "opening_hours"
LOOKAHEAD_DAYS = 63  # nine weeks: every date that comes once in two months
RARE_HOURS_A_WEEK = 12.0
RARE_DAYS_A_WEEK = 2.0
_DAY_MIN = 24 * 60
_WEEKS = 52


@dataclass(frozen=True, slots=True)
class Span:
    """From when until when, in the region's time; `state` is OPEN or UNKNOWN, with a reason."""

    start: datetime
    end: datetime
    state: int
    reason: str = ""


def spans_of(text: str, region: Region, first_day: date, days: int) -> tuple[Span, ...]:
    """
    Write opening hours out.

    Parameters
    ----------
    text
        In the syntax of OpenStreetMap.
    region
        Tells zone and holidays.
    first_day, days
        What begins on one of these days is written to its end; what began before, from the first
        day on. What goes on for longer ends a day after the last one.

    Returns
    -------
    spans
        By time; none where the hours are not stated or not understood.
    """
    return _spans(text, region.timezone, region.country, region.subdivision, first_day, days)


@lru_cache(maxsize=4096)
def _spans(
    text: str, timezone: str, country: str, subdivision: str, first_day: date, days: int
) -> tuple[Span, ...]:
    hours = hours_of(text)
    if hours.taken is None:
        return ()
    off_days = holidays_among(country, subdivision, first_day, days + 1)
    states, reasons = hours.on_dates(first_day, days + 1, off_days)
    states[reasons.not_stated & (states == OPEN)] = UNKNOWN
    edges = np.r_[0, np.flatnonzero(np.diff(states)) + 1, len(states)].tolist()
    zone = ZoneInfo(timezone)
    found = []
    for start, end in pairwise(edges):
        state = int(states[start])
        if state == CLOSED or start >= days * _DAY_MIN:
            continue
        reason = ""
        if state == UNKNOWN:
            reason = HOLIDAY if reasons.not_stated[start] else reasons[start]
        found.append(
            Span(_local(first_day, start, zone), _local(first_day, end, zone), state, reason)
        )
    return tuple(found)


def _local(first_day: date, minute: int, zone: ZoneInfo) -> datetime:
    """Return a time of the wall clock; one that the clocks skip is put an hour on."""
    wall = datetime(first_day.year, first_day.month, first_day.day, tzinfo=zone)
    return (wall + timedelta(minutes=minute)).astimezone(UTC).astimezone(zone)


def holidays_among(country: str, subdivision: str, first_day: date, days: int) -> frozenset[date]:
    """Return the public holidays of some days; none where nobody knows them."""
    all_days = [first_day + timedelta(days=k) for k in range(days)]
    years = {day.year for day in all_days}
    known = (public_holidays(country, subdivision, year) or frozenset() for year in years)
    return frozenset().union(*known) & frozenset(all_days)


def next_opening(
    text: str, region: Region, moment: datetime, *, days: int = LOOKAHEAD_DAYS
) -> datetime | None:
    """Return when it is surely open next after a moment; None where nobody knows."""
    spans = spans_of(text, region, moment.date(), days)
    return next((s.start for s in spans if s.state == OPEN and s.start > moment), None)


def date_texts(offer: Offer) -> Iterator[tuple[str, str]]:
    """Yield name and text of the facts in which an offer says when something takes place."""
    for name in DATE_FACTS:
        if isinstance(text := offer.facts.get(name), str):
            yield name, text


def next_date(offer: Offer, region: Region, moment: datetime) -> tuple[str, Span] | None:
    """Return the next of an offer's dates that has not ended, and in which fact it stands."""
    found = [
        (name, span)
        for name, text in date_texts(offer)
        for span in spans_of(text, region, moment.date(), LOOKAHEAD_DAYS)
        if span.end > moment
    ]
    return min(found, key=lambda pair: pair[1].start, default=None)


@lru_cache(maxsize=4096)
def is_rare(text: str, monday: date) -> bool:
    """
    Tell whether hours are like dates: on few days and for few hours a week, over a year.

    Parameters
    ----------
    text
        Understood hours.
    monday
        From when on; ordinary weeks, without holidays.
    """
    minutes = hours_of(text).ordinary(monday, _WEEKS * 7) != CLOSED
    by_day = minutes.reshape(-1, _DAY_MIN).any(axis=1)
    hours = minutes.sum() / 60 / _WEEKS
    return bool(hours <= RARE_HOURS_A_WEEK and by_day.sum() / _WEEKS <= RARE_DAYS_A_WEEK)
