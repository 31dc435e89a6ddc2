"""
The offers of a region as a list to read: by name, in pages, with all filters but the place.

A place never reaches this list; what is near one is asked of the interface by POST.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from geo.region import Region
from layers.atlas import Atlas
from layers.offers import Offer
from layers.open_offers import open_offers
from layers.opening import opening
from layers.when import When, parse_when
from layers.wishes import Wishes, fitting_offers
from server.hours_phrase import hours_said
from server.offer_icons import icon_of
from server.resident_asked import NOW, ResidentAsked, wanted_facts
from server.resident_filters import color_of
from server.sentences import label
from server.texts import Texts

PAGE_LENGTH = 50


@dataclass(frozen=True)
class Item:
    """An offer as a line of the list; `state` is open, closed or unknown."""

    id: str
    name: str
    kind: str
    icon: str
    color: str
    address: str
    hours: str
    state: str


BLANK = Item("", "", "", "dot", "#000000", "", "", "")  # what scripts fill in


def now_in(region: Region) -> datetime:
    """Return the time of the region's wall clock."""
    return datetime.now(UTC).astimezone(ZoneInfo(region.timezone)).replace(second=0, microsecond=0)


def when_asked(asked: ResidentAsked, region: Region, now: datetime) -> When:
    """Return when offers shall be open; now where nothing is asked."""
    text = now.isoformat() if asked.open in ("", NOW) else asked.open
    return parse_when(text, region, parameter="open")


def wishes_of(asked: ResidentAsked, atlas: Atlas) -> Wishes:
    """Return what is looked for, apart from where and when."""
    return Wishes(
        categories=asked.categories,
        q=asked.q,
        facts=wanted_facts(asked.has, atlas),
        wheelchair=("yes", "limited") if asked.wheelchair else (),
    )


@dataclass(frozen=True, eq=False)
class Listed:
    """Rows of the offers that fit, and of how many others only the hours are not known."""

    rows: NDArray[np.int64]
    hours_unknown: int = 0


def list_offers(atlas: Atlas, asked: ResidentAsked, when: When) -> Listed:
    """List the offers that fit all filters, by name; those without one last."""
    rows, hours_unknown = fitting_offers(atlas, wishes_of(asked, atlas)).fit, 0
    if asked.open:
        told = open_offers(atlas, rows, when)
        rows = np.concatenate([told.open, told.unknown]) if asked.unknown else told.open
        hours_unknown = 0 if asked.unknown else len(told.unknown)
    names = [name_key(atlas.offers[int(row)]) for row in rows]
    order = sorted(range(len(rows)), key=lambda i: (names[i], int(rows[i])))
    return Listed(rows[order], hours_unknown)


def name_key(offer: Offer) -> tuple[bool, str]:
    """Return what offers are sorted by: their names without accents, those without one last."""
    plain = unicodedata.normalize("NFKD", offer.name.replace("ß", "ss"))
    return not offer.name, "".join(c for c in plain if not unicodedata.combining(c)).casefold()


def items_of(
    atlas: Atlas, rows: Sequence[int] | NDArray[np.int64], when: When, now: datetime, texts: Texts
) -> list[Item]:
    """Return offers as lines of the list."""
    return [_item(atlas, atlas.offers[int(row)], when, now, texts) for row in rows]


def _item(atlas: Atlas, offer: Offer, when: When, now: datetime, texts: Texts) -> Item:
    category = atlas.taxonomy.category(offer.categories[0])
    kind = label(texts, category)
    then = opening(offer.opening_hours, when, atlas.region)
    said = hours_said(atlas, offer, then, texts, when, now)
    return Item(
        id=offer.id,
        name=offer.name or kind,
        kind=kind if offer.name else "",
        icon=icon_of(category.id),
        color=color_of(atlas, category),
        address=offer.address,
        hours=said.text,
        state=said.state,
    )


def markers_of(atlas: Atlas, rows: NDArray[np.int64], texts: Texts) -> list[list[Any]]:
    """Return what a map needs of offers: id, lon, lat, category, name."""
    labels = {c.id: label(texts, c) for c in atlas.taxonomy.categories}
    offers = [atlas.offers[int(row)] for row in rows]
    return [
        [o.id, round(o.lon, 6), round(o.lat, 6), o.categories[0], o.name or labels[o.categories[0]]]
        for o in offers
    ]
