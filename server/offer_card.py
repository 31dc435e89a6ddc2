"""
The card of an offer, for the list of residents and for its own page.

It says what the source says, in the order in which people ask: is it open, how do I get in touch,
where is it, can I get in, what is there, and who says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from layers.opening import WORDS, opening
from layers.when import When
from server.hours_phrase import has_hours, opening_phrase
from server.offer_icons import icon_of
from server.resident_filters import color_of
from server.sentences import label

if TYPE_CHECKING:
    from collections.abc import Iterable

    from layers.atlas import Atlas
    from layers.offers import Offer
    from layers.vocabulary import Fact
    from server.texts import Texts

_OSM_KINDS = {"n": "node", "w": "way", "r": "relation"}
_OSM_ID = re.compile(r"[nwr]\d+")
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


def card_of(atlas: Atlas, offer: Offer, now: datetime, texts: Texts) -> Card:
    """Return the card of an offer as it is now."""
    categories = [atlas.taxonomy.category(c) for c in offer.categories]
    names = [label(texts, category) for category in categories]
    gives, needs = _exchange(atlas, offer, texts)
    source, source_url, report_url = _origin(atlas, offer, texts)
    then = opening(offer.opening_hours, When(now.isoformat(), moment=now), atlas.region)
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
        state=WORDS[then.state],
        hours=opening_phrase(texts, then, now)
        if offer.opening_hours or has_hours(categories[0])
        else "",
        hours_text=offer.opening_hours,
        days=[],
        calendar_url="",
        phones=_phones(offer.phone),
        email=offer.email if _MAIL.fullmatch(offer.email) else "",
        website=offer.website,
        website_name=re.sub(r"^https?://(www\.)?|/$", "", offer.website),
        wheelchair=_wheelchair(offer, texts),
        description=offer.description,
        facts=list(_facts(offer, (f for c in categories for f in c.facts), texts)),
        own_words=bool(offer.gives or offer.needs),
        gives=gives,
        needs=needs,
        source=source,
        source_url=source_url,
        report_url=report_url,
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


def _exchange(atlas: Atlas, offer: Offer, texts: Texts) -> tuple[list[str], list[str]]:
    """Name what it gives and needs: its own words, else what its kinds usually do."""
    resources = {r.id: r for r in atlas.taxonomy.resources}
    categories = [atlas.taxonomy.category(c) for c in offer.categories]
    gives = offer.gives or tuple(r for c in categories for r in c.gives)
    needs = offer.needs or tuple(r for c in categories for r in c.needs)

    def names(ids: Iterable[str]) -> list[str]:
        return [label(texts, resources[i]) for i in dict.fromkeys(ids) if not resources[i].weak]

    return names(gives), names(needs)


def _origin(atlas: Atlas, offer: Offer, texts: Texts) -> tuple[str, str, str]:
    """Say who says so and since when; its page there, and where to report a mistake."""
    as_of = texts.day(offer.as_of or atlas.region.as_of)
    known = {"osm": "OpenStreetMap"}
    name = known.get(offer.source, offer.source or "–")
    source = f"{texts.gettext('Source: {name}', name=name)}, {as_of}"
    if offer.source != "osm" or not _OSM_ID.fullmatch(offer.source_id):
        return source, "", ""
    kind, number = _OSM_KINDS[offer.source_id[0]], offer.source_id[1:]
    place = f"{_MAX_ZOOM}/{offer.lat:.5f}/{offer.lon:.5f}"
    return (
        source,
        f"https://www.openstreetmap.org/{kind}/{number}",
        f"https://www.openstreetmap.org/note/new#map={place}",
    )
