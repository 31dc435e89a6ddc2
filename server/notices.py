"""
Notices of a region: what its offers give or need for a while.

They stand with the offers and go away after their last day. The list is read by the page, by the
interface and by feeds; `read_notice` reads the form by which an initiative posts one
(`_notice_form.html`), and whoever shows that form hands the notice to `Register.post_notice`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.districts import find_area
from layers.notices import GIVES, NEEDS, Notice
from layers.offers import Offer
from server.relay import notice_key
from server.sentences import label
from server.texts import Texts

KINDS = (NEEDS, GIVES)
LONGEST_TEXT = 300
LONGEST_DAYS = 366


@dataclass(frozen=True)
class Shown:
    """A notice with its offer and the words for people; `what` is its text, else its resource."""

    key: str
    kind: str
    resource: str
    resource_name: str
    text: str
    what: str
    until: date
    offer: Offer
    offer_name: str


def today_in(atlas: Atlas) -> date:
    """Return the day in the region's time zone."""
    return datetime.now(UTC).astimezone(ZoneInfo(atlas.region.timezone)).date()


def notices_shown(
    atlas: Atlas,
    texts: Texts,
    *,
    offer_id: str = "",
    kind: str = "",
    resource: str = "",
    district: str = "",
    on: date | None = None,
) -> list[Shown]:
    """
    List the notices that hold, the one that ends first before the others.

    Parameters
    ----------
    atlas
        The region.
    texts
        The language.
    offer_id, kind, resource, district
        Only those of this offer, of `gives` or `needs`, of a resource, in a district or
        municipality (id or name); "" for all.
    on
        The day; None for today in the region.

    Raises
    ------
    ParameterError
        If there is no such kind or resource.
    UnknownDistrictError
        If there is no such district.
    """
    if kind and kind not in KINDS:
        raise ParameterError(
            f"`kind` is {kind!r}; it may be {' or '.join(KINDS)}", parameter="kind"
        )
    known = {r.id: label(texts, r) for r in atlas.taxonomy.resources}
    if resource and resource not in known:
        raise ParameterError(
            f"`resource` {resource!r} is not known; use {', '.join(sorted(known))}",
            parameter="resource",
        )
    day = on or today_in(atlas)
    rows = [row for row, offer in enumerate(atlas.offers) if offer.notices]
    if district:
        holds = find_area(atlas, district).holds
        places = atlas.region.locate(atlas.offer_xy[rows].reshape(-1, 2))
        inside = np.where(places >= 0, holds[places], False)
        rows = [row for row, is_inside in zip(rows, inside, strict=True) if is_inside]
    found = [
        _shown(atlas, atlas.offers[row], notice, known, texts)
        for row in rows
        for notice in atlas.offers[row].notices
        if notice.until >= day
        and kind in ("", notice.kind)
        and resource in ("", notice.resource)
        and offer_id in ("", atlas.offers[row].id)
    ]
    return sorted(found, key=lambda s: (s.until, s.offer_name, s.offer.id, s.key))


def _shown(
    atlas: Atlas, offer: Offer, notice: Notice, known: Mapping[str, str], texts: Texts
) -> Shown:
    name = known.get(notice.resource, notice.resource)
    return Shown(
        key=notice_key(offer.id, notice),
        kind=notice.kind,
        resource=notice.resource,
        resource_name=name,
        text=notice.text,
        what=notice.text or name,
        until=notice.until,
        offer=offer,
        offer_name=offer.name or label(texts, atlas.taxonomy.category(offer.categories[0])),
    )


def resource_choices(atlas: Atlas, texts: Texts) -> list[tuple[str, str]]:
    """Return ids and names of all resources, by name, for a form."""
    named = [(r.id, label(texts, r)) for r in atlas.taxonomy.resources]
    return sorted(named, key=lambda pair: pair[1].casefold())


@dataclass(frozen=True)
class NoticeForm:
    """What somebody entered into the form of a notice, and what is wrong with it, by field."""

    kind: str = NEEDS
    resource: str = ""
    until: str = ""
    text: str = ""
    notice: Notice | None = None
    faults: Mapping[str, str] | None = None


def read_notice(form: Mapping[str, str], atlas: Atlas, texts: Texts) -> NoticeForm:
    """
    Read the fields `kind`, `resource`, `until` and `text` of a form.

    Returns
    -------
    read
        With a `notice` where nothing is wrong, else with `faults`.
    """
    kind, resource = form.get("kind", ""), form.get("resource", "")
    until, text = form.get("until", "").strip(), " ".join(form.get("text", "").split())
    faults = {}
    if kind not in KINDS:
        faults["kind"] = texts.gettext("Please say whether something is needed or given.")
    if resource not in {r.id for r in atlas.taxonomy.resources}:
        faults["resource"] = texts.gettext("Please choose what it is about.")
    first = today_in(atlas)
    last = first + timedelta(days=LONGEST_DAYS)
    try:
        day = date.fromisoformat(until)
    except ValueError:
        day = date.min
    if not first <= day <= last:
        faults["until"] = texts.gettext(
            "Please give a last day between {first} and {last}.",
            first=texts.day(first), last=texts.day(last),
        )  # fmt: skip
    if not text or len(text) > LONGEST_TEXT:
        faults["text"] = texts.gettext(
            "Please say in 1 to {n} characters what is needed or given.", n=LONGEST_TEXT
        )
    notice = None if faults else Notice(kind, resource, day, text)
    return NoticeForm(kind, resource, until, text, notice, faults)
