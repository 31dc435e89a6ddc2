"""
An offer's opening times and dates as iCalendar (RFC 5545), written out day by day.

Written out and not as rules of recurrence: holidays, months and every second week are right in any
calendar program. Times are in UTC (form 2 of clause 3.3.5), so that no time zone has to be defined.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from layers.dates import OPENING_HOURS, date_texts, spans_of
from layers.errors import NoDatesError
from layers.opening import UNKNOWN, hours_of
from layers.wishes import facts_of_region

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.atlas import Atlas
    from layers.dates import Span
    from layers.offers import Offer
    from layers.vocabulary import Language

DEFAULT_WEEKS = 8
MOST_WEEKS = 52
_LINE_OCTETS = 75  # clause 3.1
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def has_dates(offer: Offer) -> bool:
    """Whether an offer states times that are understood."""
    return any(hours_of(text).taken is not None for _, text in _texts(offer))


def calendar(
    atlas: Atlas,
    offer: Offer,
    *,
    first_day: date,
    weeks: int = DEFAULT_WEEKS,
    language: Language = "de",
) -> str:
    """
    Write an offer's times as iCalendar.

    Parameters
    ----------
    atlas, offer
        The region and one of its offers.
    first_day, weeks
        What is written out.
    language
        Of what the taxonomy names: kind of offer, dates. What is not certain ends in "?".

    Raises
    ------
    NoDatesError
        If it states no times that are understood, or none in these weeks.
    """
    if not has_dates(offer):
        raise NoDatesError(offer.id, "states no times that are understood")
    events = [
        line
        for told_by, text in _texts(offer)
        for span in spans_of(text, atlas.region, first_day, weeks * 7)
        for line in _event(atlas, offer, told_by, span, first_day, language)
    ]
    if not events:  # a calendar has at least one component (clause 3.6)
        raise NoDatesError(offer.id, f"has no date in the {weeks} weeks from {first_day} on")
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Umkreis//Opening times//EN",
        "CALSCALE:GREGORIAN",
        *events,
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _texts(offer: Offer) -> Iterator[tuple[str, str]]:
    if offer.opening_hours.strip():
        yield OPENING_HOURS, offer.opening_hours
    yield from date_texts(offer)


def _event(
    atlas: Atlas,
    offer: Offer,
    told_by: str,
    span: Span,
    first_day: date,
    language: Language,
) -> list[str]:
    """Write one event; the same time of the same offer has the same UID in every calendar."""
    is_unknown = span.state == UNKNOWN
    title = _title(atlas, offer, told_by, language) + "?" * is_unknown
    begins = _utc(span.start)
    uid = f"{offer.id}.{told_by}.{begins}@{atlas.region.id}.umkreis"
    optional = {"LOCATION": offer.address, "DESCRIPTION": offer.description}
    lines = [
        "BEGIN:VEVENT",
        f"UID:{escape(uid)}",
        # when this text was made; by the day, so that the same question gives the same text
        f"DTSTAMP:{first_day:%Y%m%d}T000000Z",
        f"DTSTART:{begins}",
        f"DTEND:{_utc(span.end)}",
        f"SUMMARY:{escape(title)}",
        f"STATUS:{'TENTATIVE' if is_unknown else 'CONFIRMED'}",
        "TRANSP:TRANSPARENT",  # that a shop is open makes nobody busy
        f"GEO:{offer.lat:.6f};{offer.lon:.6f}",
    ]
    lines += [f"{name}:{escape(text)}" for name, text in optional.items() if text]
    if offer.website:
        lines.append(f"URL:{_one_line(offer.website)}")
    return [*lines, "END:VEVENT"]


def _title(atlas: Atlas, offer: Offer, told_by: str, language: Language) -> str:
    name = offer.name or atlas.taxonomy.category(offer.categories[0]).label(language)
    if told_by == OPENING_HOURS:
        return name
    return f"{name}: {facts_of_region(atlas)[told_by].label(language)}"


def escape(text: str) -> str:
    """Escape a TEXT value (clause 3.3.11); other control characters become spaces."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(c if c == "\n" or c.isprintable() else " " for c in plain)
    return kept.translate(_ESCAPED)


def _one_line(text: str) -> str:
    return "".join(c for c in text if c.isprintable() and not c.isspace())


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _folded(line: str) -> str:
    """Fold a line after 75 octets, never inside a character (clause 3.1)."""
    parts, length = [""], 0
    for character in line:
        octets = len(character.encode())
        if length + octets > _LINE_OCTETS:
            parts.append(" ")
            length = 1
        parts[-1] += character
        length += octets
    return "\r\n".join(parts)
