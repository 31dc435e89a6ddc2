"""
Which offers are open when people arrive by public transport.

Who leaves within a window arrives at minutes of its own, so that a time is no question of one
moment: an arrival counts while its offer is open, and who comes too early waits at the door. The
hours are those of the window's own day, with its public holidays. As for those who walk, no time
to stay is asked for: one arrives before the closing minute. Where hours are not known at some
minute, the offer may be open then, and is counted apart.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from geo.transit.hours import OpenHours
from layers.clock import clock_of, knows_holidays
from layers.open_offers import OpenOffers
from layers.opening import OPEN, UNKNOWN, hours_of
from layers.timetable import timetable_of, transit_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from geo.transit.window import Window
    from layers.atlas import Atlas
    from layers.opening import ByMinute

    Rows = NDArray[np.int64]

_FOREVER_S = 10**7  # beyond any journey
_MINUTE_S = 60


class OpenSet(NamedTuple):
    """
    Offers with when they are open: rows of `atlas.offers` and, for each, seconds of the window.

    A row that opens twice stands in it twice.
    """

    rows: Rows
    hours: OpenHours

    def without(self, row: int) -> OpenSet:
        """Leave an offer out."""
        kept = self.rows != row
        return OpenSet(
            self.rows[kept], OpenHours(self.hours.open_s[kept], self.hours.close_s[kept])
        )

    def and_always(self, count: int) -> OpenHours:
        """Return the hours with further offers that are always open."""
        return OpenHours(
            np.concatenate([self.hours.open_s, np.zeros(count, np.int64)]),
            np.concatenate([self.hours.close_s, np.full(count, _FOREVER_S)]),
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class OpenArrivals(OpenOffers):
    """
    Offers by whether one can arrive while they are open.

    `open` are open at some minute of the window or of the journeys after it, `unknown` may be.
    `surely` and `perhaps` say when.
    """

    surely: OpenSet
    perhaps: OpenSet


def open_arrivals(atlas: Atlas, rows: Rows, window: Window, *, limit_s: float) -> OpenArrivals:
    """
    Find when offers are open for those who leave within a window; each value is read once.

    Parameters
    ----------
    rows
        Of `atlas.offers`.
    limit_s
        Arrivals are looked at until so long after the window, or the longest journey.
    """
    zone = ZoneInfo(timetable_of(atlas).about.timezone)
    moment = datetime.combine(window.day, window.start, zone)
    minutes = horizon_min(atlas, window.span_s, limit_s=limit_s)
    told = told_by_minute(atlas, rows, moment, minutes)
    return arrivals_of(atlas, rows, told, moment, lead_s=window.start.second)


def horizon_min(atlas: Atlas, span_s: int, *, limit_s: float) -> int:
    """Return how many minutes after the first departure are looked at."""
    longest_s = span_s + max(float(transit_of(atlas).limits.cap_s), limit_s)
    return int(longest_s // _MINUTE_S) + 2


def told_by_minute(atlas: Atlas, rows: Rows, moment: datetime, minutes: int) -> dict[str, ByMinute]:
    """Return what each different value of opening hours says from a moment on."""
    clock = clock_of(atlas.region, moment)
    texts = {atlas.offers[int(row)].opening_hours for row in rows}
    return {text: hours_of(text).by_minute(clock, minutes) for text in texts}


def arrivals_of(
    atlas: Atlas, rows: Rows, told: Mapping[str, ByMinute], moment: datetime, *, lead_s: int = 0
) -> OpenArrivals:
    """Sort offers by what their hours tell; people leave `lead_s` after the first minute."""
    texts = [atlas.offers[int(row)].opening_hours for row in rows]
    is_open = np.array([(told[text].states == OPEN).any() for text in texts], bool)
    may_be = np.array([(told[text].states >= UNKNOWN).any() for text in texts], bool)
    surely = [_spans(told[text].states == OPEN, lead_s) for text in texts]
    perhaps = [_spans(told[text].states >= UNKNOWN, lead_s) for text in texts]
    unknown = ~is_open & may_be
    return OpenArrivals(
        open=rows[is_open],
        unknown=rows[unknown],
        closed=rows[~may_be],
        not_every_week=0,
        reasons=dict(
            Counter(told[t].reason for t, silent in zip(texts, unknown, strict=True) if silent)
        ),
        holidays_known=knows_holidays(atlas.region, moment),
        surely=_set_of(rows, surely),
        perhaps=_set_of(rows, perhaps),
    )


def _spans(minutes: NDArray[np.bool_], lead_s: int) -> list[tuple[int, int]]:
    """Return when runs of minutes begin and end, in seconds; the last second is inside."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], minutes.astype(np.int8), [0]])))
    spans = []
    for first, end in edges.reshape(-1, 2).tolist():
        closes = _FOREVER_S if end == len(minutes) else end * _MINUTE_S - lead_s - 1
        spans.append((max(first * _MINUTE_S - lead_s, 0), closes))
    return spans


def _set_of(rows: Rows, spans: Sequence[Sequence[tuple[int, int]]]) -> OpenSet:
    count = [len(each) for each in spans]
    flat = np.array([span for each in spans for span in each], np.int64).reshape(-1, 2)
    return OpenSet(np.repeat(rows, count), OpenHours(flat[:, 0], flat[:, 1]))
