"""
What takes place within reach of a place in the coming days, day by day.

Dates are the hours of offers that are open rarely (a market, a monthly repair café; not a shop),
and what offers state as dates. Notices that still hold stand beside them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from geo.errors import ParameterError
from layers.agenda_rides import RiddenReach
from layers.dates import (
    OPENING_HOURS,
    Span,
    date_texts,
    holidays_among,
    is_rare,
    spans_of,
)
from layers.nearby import DEFAULT_MINUTES, OfferInReach, reach_of
from layers.opening import hours_of
from layers.timetable import TRANSIT
from layers.wishes import Wishes, fitting_offers

if TYPE_CHECKING:
    from datetime import datetime

    import numpy as np
    from numpy.typing import NDArray

    from layers.atlas import Atlas
    from layers.notices import Notice
    from layers.offers import Offer

MOST_DAYS = 31
DEFAULT_DAYS = 7


@dataclass(frozen=True)
class Entry:
    """When an offer is open or something takes place there; `told_by` says where that stands."""

    hit: OfferInReach
    span: Span
    told_by: str


@dataclass(frozen=True)
class Day:
    """A day with its entries by time, then by travel time; maybe none."""

    date: date
    is_holiday: bool
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class LeftOut:
    """
    Offers in reach that have no entry.

    `many_hours` are open too often to be dates, of `unknown_hours` no times are known, `no_date`
    have none in these days. `no_timetable` are dates on days that the timetable does not cover.
    """

    many_hours: int = 0
    unknown_hours: int = 0
    no_date: int = 0
    no_timetable: int = 0


@dataclass(frozen=True)
class Agenda:
    """Days, also empty ones; the notices that hold, the one that ends first before the others."""

    days: tuple[Day, ...]
    notices: tuple[tuple[OfferInReach, Notice], ...]
    left_out: LeftOut


def agenda(
    atlas: Atlas,
    *,
    lon: float,
    lat: float,
    moment: datetime,
    mode: str = "walk",
    minutes: float = DEFAULT_MINUTES,
    speed_kmh: float | None = None,
    wishes: Wishes | None = None,
    days: int = DEFAULT_DAYS,
    all_hours: bool = False,
) -> Agenda:
    """
    List what takes place within reach, from a moment on.

    Parameters
    ----------
    atlas
        The region.
    lon, lat, mode, minutes, speed_kmh
        As in `layers.nearby.look_around`; by `transit` each date has its own departures
        (`layers.agenda_rides`), and notices are reached by leaving at once.
    moment
        In the region's time; what has ended by then is left out.
    wishes
        What is looked for; everything by default.
    days
        How many, the moment's own among them.
    all_hours
        Also offers that are open often.

    Raises
    ------
    UnknownCategoryError
        If the taxonomy has no such category.
    OutsideValidityError
        If the timetable does not cover the day of the moment.
    ParameterError
        If something is not allowed, or the place lies outside the data or far from any street.
    """
    if not 1 <= days <= MOST_DAYS:
        raise ParameterError(f"`days` is {days} but must be 1 to {MOST_DAYS}", parameter="days")
    fitting = fitting_offers(atlas, wishes or Wishes())
    reader = _Reader(atlas, moment, days, all_hours)
    if mode == TRANSIT:
        hits, entries, left_out = _ridden(
            reader, fitting.fit, lon=lon, lat=lat, minutes=minutes, speed_kmh=speed_kmh
        )
    else:
        hits = reach_of(
            atlas, fitting.fit, lon=lon, lat=lat, mode=mode, minutes=minutes, speed_kmh=speed_kmh
        )
        entries = [entry for hit in hits for entry in reader.entries(hit)]
        left_out = reader.left_out
    entries.sort(key=lambda e: (e.span.start, e.hit.travel_s, e.hit.offer, e.told_by))
    first = moment.date()
    off_days = holidays_among(atlas.region.country, atlas.region.subdivision, first, days)
    return Agenda(
        days=tuple(
            Day(day, day in off_days, tuple(e for e in entries if _day_of(e, first) == day))
            for day in (first + timedelta(days=k) for k in range(days))
        ),
        notices=_notices(atlas, hits, first),
        left_out=left_out,
    )


def _ridden(
    reader: _Reader,
    rows: NDArray[np.int64],
    *,
    lon: float,
    lat: float,
    minutes: float,
    speed_kmh: float | None,
) -> tuple[list[OfferInReach], list[Entry], LeftOut]:
    """Return what is reached by leaving at once, the dates that are, and what has none."""
    if speed_kmh is not None:
        raise ParameterError(
            "`speed_kmh` is for mode walk or stepfree, not 'transit'; leave it out",
            parameter="speed_kmh",
        )
    ridden = RiddenReach(reader.atlas, lon=lon, lat=lat, minutes=minutes)
    hits = ridden.leaving(reader.moment, rows)
    of_all = _Reader(reader.atlas, reader.moment, reader.days, reader.all_hours)
    somewhere = (OfferInReach(row, math.inf, math.nan) for row in rows.tolist())
    dates = [entry for hit in somewhere for entry in of_all.entries(hit)]
    entries, without = ridden.in_time(dates, reader.moment)
    has_date = {entry.hit.offer for entry in dates}
    for hit in hits:
        if hit.offer not in has_date:
            reader.entries(hit)
    return hits, entries, replace(reader.left_out, no_timetable=without)


def _day_of(entry: Entry, first: date) -> date:
    return max(entry.span.start.date(), first)


class _Reader:
    """Writes the dates of offers out, and counts those without."""

    def __init__(self, atlas: Atlas, moment: datetime, days: int, all_hours: bool) -> None:
        self.atlas, self.moment, self.days = atlas, moment, days
        self.all_hours = all_hours
        as_of = atlas.region.as_of
        self.monday = as_of - timedelta(days=as_of.weekday())
        self.left_out = LeftOut()

    def entries(self, hit: OfferInReach) -> list[Entry]:
        """Return the entries of an offer."""
        offer = self.atlas.offers[hit.offer]
        texts = list(date_texts(offer))
        if self._counts(offer):
            texts.insert(0, (OPENING_HOURS, offer.opening_hours))
        known = [(name, text) for name, text in texts if hours_of(text).taken is not None]
        found = [
            Entry(hit, span, name)
            for name, text in known
            for span in spans_of(text, self.atlas.region, self.moment.date(), self.days)
            if span.end > self.moment
        ]
        if not found:
            self._count(self._reason(offer, is_known=bool(known)))
        return found

    def _counts(self, offer: Offer) -> bool:
        if hours_of(offer.opening_hours).taken is None:
            return False
        return self.all_hours or is_rare(offer.opening_hours, self.monday)

    def _reason(self, offer: Offer, *, is_known: bool) -> str:
        if is_known:
            return "no_date"
        is_stated = hours_of(offer.opening_hours).taken is not None
        return "many_hours" if is_stated else "unknown_hours"

    def _count(self, reason: str) -> None:
        self.left_out = replace(self.left_out, **{reason: getattr(self.left_out, reason) + 1})


def _notices(
    atlas: Atlas, hits: list[OfferInReach], day: date
) -> tuple[tuple[OfferInReach, Notice], ...]:
    held = [
        (hit, notice)
        for hit in hits
        for notice in atlas.offers[hit.offer].notices
        if notice.until >= day
    ]
    return tuple(sorted(held, key=lambda pair: (pair[1].until, pair[0].travel_s)))
