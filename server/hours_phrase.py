"""Hours as people say them: open until 18:00, closed until Saturday 14:00, not known."""

from __future__ import annotations

from datetime import datetime, timedelta

from babel.dates import format_date, format_time

from layers.opening import CLOSED, OPEN, Opening
from layers.vocabulary import Category
from server.texts import Texts

_WEEK = timedelta(days=6)


def moment_phrase(texts: Texts, moment: datetime, now: datetime) -> str:
    """Name a moment as shortly as it is clear from now on: 18:00, Sat 14:00, 5 Dec 14:00."""
    time = format_time(moment, "HH:mm", locale=texts.language)
    if moment.date() == now.date():
        return time
    within_week = moment - now < _WEEK
    day = format_date(moment, "EEE" if within_week else "d. MMM", locale=texts.language)
    return f"{day.rstrip('.') if within_week else day} {time}"


def has_hours(category: Category) -> bool:
    """Say whether people ask for the hours of such an offer: of a bus stop nobody does."""
    return category.role not in ("point", "attribute")


def opening_phrase(
    texts: Texts, then: Opening, now: datetime, *, next_opening: datetime | None = None
) -> str:
    """Say whether an offer is open now, until when, or when it opens next."""
    change = then.next_change
    if then.state == OPEN:
        if change is None:
            return texts.gettext("open")
        return texts.gettext("open until {time}", time=moment_phrase(texts, change, now))
    if then.state == CLOSED:
        opens = next_opening or change
        if opens is None:
            return texts.gettext("closed")
        return texts.gettext("closed, next: {time}", time=moment_phrase(texts, opens, now))
    return texts.gettext("hours unknown") if not change else texts.gettext("hours not certain")
