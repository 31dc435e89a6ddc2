"""
Hours as people say them: open until 18:00, closed until Saturday 14:00, not known.

The scripts say the same of what is near a place (`server/static/offers_list.js`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from babel.dates import format_date, format_time

from layers.atlas import Atlas
from layers.dates import next_date, next_opening
from layers.offers import Offer
from layers.opening import CLOSED, OPEN, WORDS, Opening
from layers.vocabulary import Category
from layers.when import When
from server.texts import Texts

DATED = "dated"
_WEEK = timedelta(days=6)


@dataclass(frozen=True)
class Said:
    """What is said of hours; `state` is open, closed, unknown or dated, for the looks."""

    text: str
    state: str


def moment_phrase(texts: Texts, moment: datetime, now: datetime) -> str:
    """Name a moment as shortly as it is clear from now on: 18:00, Sat 14:00, 5 Dec 14:00."""
    time = format_time(moment, "HH:mm", locale=texts.language)
    if moment.date() == now.date():
        return time
    if moment - now < _WEEK:
        day = format_date(moment, "EEE", locale=texts.language).rstrip(".")
    else:
        day = format_date(moment, "d. MMM", locale=texts.language)
    return f"{day} {time}"


def has_hours(category: Category) -> bool:
    """Say whether people ask for the hours of such an offer: of a bus stop nobody does."""
    return category.role not in ("point", "attribute")


def hours_said(
    atlas: Atlas, offer: Offer, then: Opening, texts: Texts, when: When, now: datetime
) -> Said:
    """
    Say whether an offer is open, until when, or when it is next.

    Parameters
    ----------
    atlas, offer
        The region and its offer.
    then
        Whether it is open at the time that is asked.
    texts
        The language.
    when, now
        The time that is asked, and that of the clock.
    """
    at = when.moment or now
    dated = next_date(offer, atlas.region, at)
    if dated is not None:
        time = moment_phrase(texts, dated[1].start, at)
        return Said(texts.gettext("next: {time}", time=time), DATED)
    word = WORDS[then.state]
    change = then.next_change
    if then.state == OPEN:
        if change is None:
            return Said(texts.gettext("open"), word)
        time = moment_phrase(texts, change, at)
        return Said(texts.gettext("open until {time}", time=time), word)
    if then.state == CLOSED:
        opens = next_opening(offer.opening_hours, atlas.region, at) if when.moment else None
        if opens is None:
            return Said(texts.gettext("closed"), word)
        time = moment_phrase(texts, opens, at)
        return Said(texts.gettext("closed, next: {time}", time=time), word)
    if offer.opening_hours:
        return Said(texts.gettext("hours not certain"), word)
    category = atlas.taxonomy.category(offer.categories[0])
    return Said(texts.gettext("hours unknown") if has_hours(category) else "", word)
