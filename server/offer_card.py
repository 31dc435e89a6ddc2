"""
The card of an offer, for the list of residents and for its own page.

It says what the source says, in the order in which people ask: is it open, how do I get in touch,
where is it, can I get in, what is there, and who says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from babel.dates import format_date

from layers.calendar import has_dates
from layers.dates import (
    DATE_FACTS,
    LOOKAHEAD_DAYS,
    Span,
    date_texts,
    holidays_among,
    spans_of,
)
from layers.notices import GIVES, NEEDS
from layers.opening import UNKNOWN, hours_of, opening
from layers.partners import notices_of, resources_of
from layers.register.entry import INITIATIVE, SUGGESTION
from layers.when import When
from server.hours_phrase import hours_said
from server.offer_icons import icon_of
from server.offer_source import source_url
from server.resident_filters import color_of
from server.sentences import label

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from layers.atlas import Atlas
    from layers.offers import Offer
    from layers.vocabulary import Fact
    from server.texts import Texts

_DAYS = 7
_DATES = 3
_MAIL = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\".]+")
_MAX_ZOOM = 19


@dataclass(frozen=True)
class Day:
    """One line of the table of hours."""

    name: str
    times: str
    today: bool = False


@dataclass(frozen=True)
class Card:
    """What a card shows; what is not known is empty."""

    id: str
    category: str
    name: str
    kinds: list[str]
    icon: str
    color: str
    lon: float
    lat: float
    address: str
    state: str
    hours: str
    hours_text: str
    days: list[Day]
    dates: list[str]
    calendar_url: str
    phones: list[tuple[str, str]]
    email: str
    website: str
    website_name: str
    wheelchair: str
    description: str
    facts: list[tuple[str, str]]
    gives: list[str]
    needs: list[str]
    own_words: bool
    notices: list[str] = field(default_factory=list)
    source: str = ""
    source_url: str = ""
    report_url: str = ""
    report_subject: str = ""
    correct_path: str = ""


def card_of(atlas: Atlas, offer: Offer, now: datetime, texts: Texts) -> Card:
    """Return the card of an offer as it is now."""
    categories = [atlas.taxonomy.category(c) for c in offer.categories]
    names = [label(texts, category) for category in categories]
    when = When(now.isoformat(), moment=now)
    then = opening(offer.opening_hours, when, atlas.region)
    said = hours_said(atlas, offer, then, texts, when, now)
    return Card(
        id=offer.id,
        category=categories[0].id,
        name=offer.name or names[0],
        kinds=names if offer.name else names[1:],
        icon=icon_of(categories[0].id),
        color=color_of(atlas, categories[0]),
        lon=offer.lon,
        lat=offer.lat,
        address=offer.address,
        state=said.state,
        hours=said.text,
        hours_text=offer.opening_hours,
        days=_days(atlas, offer, now, texts),
        dates=_dates(atlas, offer, now, texts),
        calendar_url=_calendar_url(atlas, offer),
        phones=_phones(offer.phone),
        email=offer.email if _MAIL.fullmatch(offer.email) else "",
        website=offer.website,
        website_name=re.sub(r"^https?://(www\.)?|/$", "", offer.website),
        wheelchair=_wheelchair(offer, texts),
        description=offer.description,
        facts=list(_facts(offer, (f for c in categories for f in c.facts), texts)),
        own_words=bool(offer.gives or offer.needs),
        gives=_resources(atlas, resources_of(atlas, offer, GIVES), texts),
        needs=_resources(atlas, resources_of(atlas, offer, NEEDS), texts),
        notices=_notices(atlas, offer, now, texts),
        source=_source(atlas, offer, texts),
        source_url=source_url(offer) or "",
        report_url=_report_url(offer),
        correct_path=f"/r/{atlas.region.id}/submit",
        report_subject=f"Umkreis {atlas.region.id}: {offer.name or names[0]} ({offer.id})",
    )


def _phones(text: str) -> list[tuple[str, str]]:
    """Return each number as it is written and as it is dialled."""
    numbers = [part.strip() for part in re.split(r"[;,]", text) if part.strip()]
    dialled = [(number, re.sub(r"[^0-9+]", "", number.replace("(0)", ""))) for number in numbers]
    return [(number, digits) for number, digits in dialled if len(digits) > 3]


def _wheelchair(offer: Offer, texts: Texts) -> str:
    said = {
        "yes": texts.gettext("Step-free, fit for wheelchairs"),
        "limited": texts.gettext("Partly fit for wheelchairs"),
        "no": texts.gettext("Not fit for wheelchairs"),
    }
    return said.get(offer.wheelchair, "")


def _facts(offer: Offer, facts: Iterable[Fact], texts: Texts) -> Iterable[tuple[str, str]]:
    for fact in dict.fromkeys(facts):
        if fact.type == "times" and fact.id in DATE_FACTS:
            continue  # they stand among the dates
        value = offer.facts.get(fact.id)
        if value is None or value == ():
            continue
        yield label(texts, fact), _value(fact, value, texts)


def _value(fact: Fact, value: object, texts: Texts) -> str:
    if isinstance(value, bool):
        return texts.gettext("yes") if value else texts.gettext("no")
    if isinstance(value, int | float):
        return texts.number(value)
    named = {choice.id: label(texts, choice) for choice in fact.choices}
    parts = map(str, value) if isinstance(value, tuple) else (str(value),)
    return ", ".join(named.get(part, part) for part in parts)


def _days(atlas: Atlas, offer: Offer, now: datetime, texts: Texts) -> list[Day]:
    """Write the opening hours of seven days from today on; none where they are not understood."""
    if hours_of(offer.opening_hours).taken is None:
        return []
    region, first = atlas.region, now.date()
    whole = spans_of(offer.opening_hours, region, first, _DAYS)
    spans = [part for span in whole for part in _by_day(span)]
    off_days = holidays_among(region.country, region.subdivision, first, _DAYS)
    days = []
    for day in (first + timedelta(days=k) for k in range(_DAYS)):
        times = [_span(s, texts) for s in spans if s.start.date() == day]
        name = format_date(day, "EEEE, d. MMM", locale=texts.language)
        if day in off_days:
            holiday = texts.gettext("public holiday")
            name = f"{name} ({holiday})"
        days.append(Day(name, ", ".join(times) or texts.gettext("closed"), today=day == first))
    return days


def _dates(atlas: Atlas, offer: Offer, now: datetime, texts: Texts) -> list[str]:
    """Write the next days on which something takes place."""
    spans = [
        span
        for _, text in date_texts(offer)
        for span in spans_of(text, atlas.region, now.date(), LOOKAHEAD_DAYS)
        if span.end > now
    ]
    spans.sort(key=lambda span: span.start)
    named = [format_date(s.start, "EEEE, d. MMMM", locale=texts.language) for s in spans[:_DATES]]
    return [f"{day}, {_span(s, texts)}" for day, s in zip(named, spans, strict=False)]


def _by_day(span: Span) -> Iterator[Span]:
    """Part what lasts longer than a day at midnight; a night belongs to its evening."""
    while span.end - span.start > timedelta(days=1):
        midnight = datetime.combine(
            span.start.date() + timedelta(days=1), time(), tzinfo=span.start.tzinfo
        )
        yield replace(span, end=midnight)
        span = replace(span, start=midnight)
    yield span


def _span(span: Span, texts: Texts) -> str:
    if span.end - span.start >= timedelta(days=1):
        said = texts.gettext("all day")
    else:
        end = "24:00" if span.end.time() == time() else f"{span.end:%H:%M}"
        said = f"{span.start:%H:%M}–{end}"
    if span.state != UNKNOWN:
        return said
    doubt = texts.gettext("not certain")
    return f"{said} ({doubt})"


def _calendar_url(atlas: Atlas, offer: Offer) -> str:
    if not has_dates(offer):
        return ""
    return f"/api/v1/regions/{atlas.region.id}/offers/{quote(offer.id, safe=':')}/calendar"


def _resources(atlas: Atlas, ids: Iterable[str], texts: Texts) -> list[str]:
    """Name what is given or needed, apart from what everybody gives and needs."""
    known = {r.id: r for r in atlas.taxonomy.resources}
    return [label(texts, known[i]) for i in ids if not known[i].weak]


def _notices(atlas: Atlas, offer: Offer, now: datetime, texts: Texts) -> list[str]:
    """Write what it gives or needs for a while, as long as that holds."""
    known = {r.id: label(texts, r) for r in atlas.taxonomy.resources}
    said = {GIVES: "gives: {what}", NEEDS: "needs: {what}"}
    lines = []
    for kind in (GIVES, NEEDS):
        for notice in notices_of(offer, kind, now.date()):
            what = texts.gettext(said[kind], what=notice.text or known[notice.resource])
            until = texts.gettext("until {date}", date=texts.day(notice.until))
            lines.append(f"{what}, {until}")
    return lines


def _source(atlas: Atlas, offer: Offer, texts: Texts) -> str:
    """Say who says so, and since when."""
    as_of = texts.day(offer.as_of or atlas.region.as_of)
    name = {
        "osm": "OpenStreetMap",
        INITIATIVE: texts.gettext("the initiative itself"),
        SUGGESTION: texts.gettext("suggested by people, checked here"),
    }.get(offer.source, offer.source or "–")
    source = texts.gettext("Source: {name}", name=name)
    return f"{source}, {as_of}"


def _report_url(offer: Offer) -> str:
    """Return where a mistake can be reported: a note at the place, which needs no account."""
    if offer.source != "osm":
        return ""
    place = f"{_MAX_ZOOM}/{offer.lat:.5f}/{offer.lon:.5f}"
    return f"https://www.openstreetmap.org/note/new#map={place}"
