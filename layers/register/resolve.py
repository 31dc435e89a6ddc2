"""
Which value holds where claims differ, and what of it everybody may see.

The rule, field by field: a correction by hand first, then what the initiative itself says, then a
suggestion that was accepted; then the claims of records that their source still holds, in the order
of the entry (its own source before those merged into it); then records that are gone. Values that
only make sense together are taken from one claim: a position, a street with its number, a postcode
with its town. Notices, events and links of all claims stand together. No value is lost:
`provenance` shows each with its source, the one that holds first.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from layers.notices import Notice
from layers.offers import Offer
from layers.osm_tags import website_of
from layers.register.entry import (
    DATE_FIELDS,
    FACT,
    FIELDS,
    INITIATIVE,
    PEOPLE,
    PERSONAL_FIELDS,
    SHARED_FIELDS,
    SUGGESTION,
    Claim,
    Entry,
    Link,
)
from layers.register.values import json_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from layers.register.entry import Value

_TOGETHER: Final = {
    "lat": "lon",
    "housenumber": "street",
    "city": "postcode",
}
_WEB: Final = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_SAME_PLACE_M: Final = 50.0  # sources that differ by less do not disagree
_M_PER_DEGREE: Final = 111_195.0
_NEVER_PUBLIC: Final = frozenset({"contact_name"})
_PERSONAL: Final = frozenset(PERSONAL_FIELDS)
_WITH_LEAVE: Final = _PERSONAL - _NEVER_PUBLIC
_RANK: Final = {source: rank for rank, source in enumerate(PEOPLE)}
_KEEP_TO_THEMSELVES: Final = (INITIATIVE, SUGGESTION)
_SHOWN: Final = frozenset(FIELDS) - {"kinds", "lon", "lat", "contact_name"}
_SEARCHED: Final = ("name", "description", "street", "address", "city", "postcode")


@dataclass(frozen=True, slots=True)
class Said:
    """
    One value of a field with its provenance.

    `said_on` is the source's date at which it first said so, `gone_on` the one at which it no
    longer held the record; `holds` tells whether this value is the one that counts.
    """

    value: Value
    source: str
    source_id: str
    licence: str
    said_on: date | None
    gone_on: date | None
    holds: bool


def ranked(claims: Iterable[Claim]) -> list[Claim]:
    """Return claims in the order in which their values count."""
    return sorted(
        claims, key=lambda claim: (_RANK.get(claim.source, len(_RANK)), claim.gone_on is not None)
    )


def values_of(
    entry: Entry, *, may_use: Callable[[Claim, str], bool] | None = None
) -> Mapping[str, Value]:
    """
    Return the value that holds for each field.

    Parameters
    ----------
    entry
        Any entry.
    may_use
        Tells which fields of which claim may be used; all where it is None.

    Returns
    -------
    values
        Without fields that no claim tells, or that a correction says there are none.
    """
    if may_use is None and len(entry.claims) == 1 and entry.claims[0].source not in PEOPLE:
        return entry.claims[0].values  # by far the most entries: nothing to choose from
    claims = ranked(entry.claims)
    values: dict[str, Value] = {}
    owner: dict[str, Claim] = {}
    for claim in claims:
        for name, value in claim.values.items():
            if may_use is not None and not may_use(claim, name):
                if claim.source in _KEEP_TO_THEMSELVES and name in _PERSONAL:
                    owner.setdefault(name, claim)  # then no list tells it in their place
                continue
            if name in SHARED_FIELDS:
                kept = values.setdefault(name, [])
                kept += [item for item in value or () if item not in kept]
            elif owner.setdefault(_TOGETHER.get(name, name), claim) is claim:
                values[name] = value
    return {name: value for name, value in values.items() if value not in (None, [])}


def public_values(
    entry: Entry, *, allows: Callable[[str], bool] | None = None
) -> Mapping[str, Value]:
    """
    Return the values that everybody may see.

    The name of a contact person is never among them; phone and email only where their source
    publishes them itself.

    Parameters
    ----------
    entry
        Any entry.
    allows
        Tells whether claims under a licence may be used; all where it is None.
    """
    if allows is None and not any(_withholds(claim) for claim in entry.claims):
        return values_of(entry)
    return values_of(
        entry,
        may_use=lambda claim, name: (
            name not in _NEVER_PUBLIC
            and (name not in _WITH_LEAVE or claim.has_public_contacts)
            and (allows is None or allows(claim.licence))
        ),
    )


def provenance(entry: Entry) -> dict[str, tuple[Said, ...]]:
    """Return all values of each field with who said them; the one that holds comes first."""
    said: dict[str, list[Said]] = {}
    owner: dict[str, Claim] = {}
    for claim in ranked(entry.claims):
        for name, value in claim.values.items():
            first = owner.setdefault(_TOGETHER.get(name, name), claim) is claim
            said.setdefault(name, []).append(
                Said(
                    value,
                    claim.source,
                    claim.source_id,
                    claim.licence,
                    claim.said_on(name),
                    claim.gone_on,
                    holds=first or name in SHARED_FIELDS,
                )
            )
    return {name: tuple(values) for name, values in sorted(said.items())}


def disagreements(entry: Entry) -> tuple[str, ...]:
    """
    Return the fields of which sources that still hold the offer say different things.

    Case and white space do not count, nor do places less than 50 m apart.
    """
    alive = [claim for claim in entry.claims if claim.gone_on is None]
    names = {name for claim in alive for name in claim.values} - set(SHARED_FIELDS)
    found = {
        name
        for name in names - {"lon", "lat"}
        if len({_compared(claim.values[name]) for claim in alive if name in claim.values}) > 1
    }
    places = [(c.values["lon"], c.values["lat"]) for c in alive if c.values.get("lon") is not None]
    if any(_apart_m(places[0], place) > _SAME_PLACE_M for place in places[1:]):
        found.add("lon")
    return tuple(sorted(found))


def exists_on(values: Mapping[str, Value], day: date) -> bool | None:
    """
    Tell whether an offer existed on a day; None where nothing tells when it opened.

    When it was recorded plays no part: an old shop that is newly recorded did not open that day.
    """
    opened, closed = values.get("opened_on"), values.get("closed_on")
    if closed and date.fromisoformat(closed) <= day:
        return False
    if not opened:
        return None
    return date.fromisoformat(opened) <= day


def links_of(entry: Entry, values: Mapping[str, Value]) -> tuple[Link, ...]:
    """Return the links that start at an entry: those set by hand, then those its sources tell."""
    told = (Link(kind, target) for kind, target in values.get("links", ()))
    return tuple(dict.fromkeys((*entry.links, *told)))


def offer_of(entry: Entry, *, on: date | None = None) -> Offer:
    """
    Return an entry as the Atlas and its questions know it, with what everybody may see.

    Parameters
    ----------
    entry
        With a place and a category.
    on
        The day on which notices must not have expired; None keeps all.
    """
    values = public_values(entry)
    first = ranked(entry.claims)[0] if len(entry.claims) == 1 else _own_claim(entry)
    notices = tuple(map(Notice.from_record, values.get("notices", ())))
    days = {name: date.fromisoformat(values[name]) for name in DATE_FIELDS if name in values}
    return Offer(
        id=entry.id,
        categories=tuple(values["categories"]),
        name=values.get("name", ""),
        lon=values["lon"],
        lat=values["lat"],
        street=values.get("street") or values.get("address", ""),
        housenumber=values.get("housenumber", ""),
        postcode=values.get("postcode", ""),
        city=values.get("city", ""),
        website=_website(values.get("website", "")),
        phone=values.get("phone", ""),
        email=values.get("email", ""),
        opening_hours=values.get("opening_hours", ""),
        wheelchair=values.get("wheelchair", ""),
        capacity=values.get("capacity"),
        facts=_facts(values),
        description=values.get("description", ""),
        gives=tuple(values.get("gives", ())),
        needs=tuple(values.get("needs", ())),
        notices=tuple(n for n in notices if on is None or n.until >= on),
        source=first.source,
        source_id=first.source_id,
        licence=licence_of(entry),
        as_of=first.as_of,
        aliases=(*entry.aliases, *values.get("aliases", ())),
        links=tuple((link.kind, link.target) for link in links_of(entry, values)),
        **days,
    )


def _website(text: str) -> str:
    """Return an address that a page may link to; whoever entered it, no other scheme gets there."""
    return text if _WEB.fullmatch(text) else website_of({"website": text})


def licence_of(entry: Entry) -> str:
    """Return the licences of an entry's claims as one expression."""
    if len(entry.claims) == 1:
        return entry.claims[0].licence
    return " AND ".join(sorted({claim.licence for claim in entry.claims if claim.licence}))


def feature_text(entry: Entry, values: Mapping[str, Value]) -> str:
    """
    Return an entry as the text of a GeoJSON feature.

    Parameters
    ----------
    entry
        The entry.
    values
        What of it may be seen, from `public_values`; with a place.
    """
    own = _own_claim(entry)
    properties: dict[str, Any] = {"name": values.get("name", "")}
    facts: dict[str, Any] = {}
    for name, value in values.items():
        if name in _SHOWN:
            properties[name] = value
        elif name.startswith(FACT):
            facts[name[len(FACT) :]] = value
    if facts:
        properties["facts"] = facts
    if entry.aliases:
        properties["aliases"] = [*entry.aliases, *values.get("aliases", ())]
    properties["source"] = own.source
    properties["source_id"] = own.source_id
    if licence := licence_of(entry):
        properties["licence"] = licence
    if own.as_of is not None:
        properties["as_of"] = own.as_of.isoformat()
    place = {"type": "Point", "coordinates": [values["lon"], values["lat"]]}
    return json_text(
        {"type": "Feature", "id": entry.id, "geometry": place, "properties": properties}
    )


def searched_text(values: Mapping[str, Value]) -> str:
    """Return the words by which an entry is found, in one line and without case."""
    words = " ".join(str(values[name]) for name in _SEARCHED if name in values)
    return " ".join(words.casefold().split())


def _withholds(claim: Claim) -> bool:
    hidden = _NEVER_PUBLIC if claim.has_public_contacts else _PERSONAL
    return not hidden.isdisjoint(claim.values)


def _own_claim(entry: Entry) -> Claim:
    """Return the claim of the source that an entry is told to come from."""
    return next((claim for claim in entry.claims if claim.source not in PEOPLE), entry.claims[0])


def _facts(values: Mapping[str, Value]) -> dict[str, Any]:
    facts = {k[len(FACT) :]: v for k, v in values.items() if k.startswith(FACT)}
    return {k: tuple(v) if isinstance(v, list) else v for k, v in facts.items()}


def _compared(value: Value) -> str:
    if isinstance(value, str):
        return " ".join(value.casefold().split())
    return json_text(sorted(map(str, value)) if isinstance(value, list) else value)


def _apart_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    dx = (a[0] - b[0]) * math.cos(math.radians(a[1]))
    return math.hypot(dx, a[1] - b[1]) * _M_PER_DEGREE
