"""The opening hours of a usual week, for paper that hangs for months."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from babel.dates import format_date

from layers.dates import holidays_among
from server.offer_card import Day, card_of

if TYPE_CHECKING:
    from layers.atlas import Atlas
    from layers.offers import Offer
    from server.texts import Texts

_WEEKS = 4


def usual_week(atlas: Atlas, offer: Offer, now: datetime, texts: Texts) -> list[Day]:
    """
    Return Monday to Sunday with their times; empty where no two weeks are sure to be alike.

    Four weeks from now on are written out as a card writes them. Public holidays do not count;
    a week with every second Saturday, or one in which summer ends, is no usual one.
    """
    monday = now - timedelta(days=now.weekday())
    days = _WEEKS * 7
    off = holidays_among(atlas.region.country, atlas.region.subdivision, monday.date(), days)
    seen: list[set[str]] = [set() for _ in range(7)]
    for week in range(_WEEKS):
        first = monday + timedelta(weeks=week)
        for weekday, day in enumerate(card_of(atlas, offer, first, texts).days):
            if (first + timedelta(days=weekday)).date() not in off:
                seen[weekday].add(day.times)
    if any(len(times) != 1 for times in seen):
        return []
    names = [
        format_date((monday + timedelta(days=k)).date(), "EEEE", locale=texts.language)
        for k in range(7)
    ]
    return [Day(name, times.pop()) for name, times in zip(names, seen, strict=True)]
