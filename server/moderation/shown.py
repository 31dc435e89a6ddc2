"""The page of one thing at the desk: differences, map, what it may be, what happened."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from fastapi import Request
from fastapi.responses import HTMLResponse

from layers.desk.items import CLAIM, CORRECTION, DUPLICATE, IMPORT, OVERDUE
from layers.errors import UnknownOfferError
from layers.register.resolve import values_of
from server import view
from server.moderation.desk import Waiting, today
from server.moderation.detail import Detail, detail_of, source_titles
from server.moderation.rows import all_names, rows_of
from server.moderation.words import (
    claim_reasons,
    kind_name,
    names_of,
    reasons,
    title_text,
    what_text,
    who_text,
    why_text,
)
from server.offer_address import offer_path
from server.offer_icons import SHEET, icon_of
from server.offer_texts import map_texts
from server.resident_filters import color_of
from server.sentences import label
from server.shell import render, texts_for
from server.submissions.stored import private, register_of
from server.submissions.words import hours_days, moment_text, said_values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.atlas import Atlas
    from layers.desk.items import Item
    from layers.offers import Offer
    from server.texts import Texts

_NEAR_M: Final = 300.0
_MOST_NEIGHBOURS: Final = 60
_M_PER_DEGREE: Final = 111_195.0
_UNDOABLE: Final = ("accepted", "rejected", "kept", "refused")


def show(
    request: Request,
    atlas: Atlas,
    item: str,
    *,
    filters: Mapping[str, str],
    waiting: Waiting,
    into: str = "",
    trouble: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> HTMLResponse:
    """
    Show one thing at the desk.

    Parameters
    ----------
    filters
        Of the queue that it was come from.
    waiting
        That queue, for what comes before and after.
    into
        The entry that a new place would be a correction of.
    trouble
        Why nothing was decided; it gets the focus.
    """
    texts, register = texts_for(request), register_of(request)
    detail = detail_of(register, atlas, item, on=today(), into=into)
    names = names_of(register.database)
    titles = source_titles(register, atlas.region.id)
    before, own, after = _around(waiting, detail)
    kind = detail.item.kind
    page = render(
        request,
        "moderation_item.html",
        status=status,
        region=atlas.region,
        detail=detail,
        kind=kind,
        kind_name=kind_name(texts, kind),
        title=title_text(texts, detail.item),
        since=since_text(texts, atlas, own.since if own else detail.item.since),
        source=titles.get(detail.item.about, detail.item.about) if kind == IMPORT else "",
        here=f"/moderation/{atlas.region.id}/{item}",
        filters=filters,
        trouble=trouble or detail.trouble,
        rows=rows_of(atlas, texts, detail.differences),
        columns=columns_of(texts, detail),
        days=_days(atlas, texts, detail),
        suspects=_suspects(atlas, texts, detail),
        into_name=_name(atlas, texts, detail) if detail.into else "",
        entries=[_entry(atlas, texts, entry.id) for entry in detail.entries],
        reasons=(claim_reasons if kind == CLAIM else reasons)(texts),
        provenance=_provenance(atlas, texts, detail, titles),
        history=[
            {
                "at": moment_text(texts, line.at, atlas),
                "who": who_text(texts, line.who, names),
                "what": what_text(texts, line.what),
                "why": "" if line.why == detail.item.id else line.why,
            }
            for line in detail.history
        ],
        decided=_decided(atlas, texts, detail, names),
        before=before,
        after=after,
        page_data=_page_data(atlas, texts, detail),
    )
    return private(page)  # type: ignore[return-value]


def columns_of(texts: Texts, detail: Detail) -> list[tuple[str, str]]:
    """Return the columns of the difference with their heads."""
    kind = detail.item.kind
    if kind == DUPLICATE:
        return [("now", texts.gettext("First entry")), ("said", texts.gettext("Second entry"))]
    is_import = kind == IMPORT and detail.item.id.startswith("i.")
    if kind == CORRECTION or detail.into or is_import:
        return [
            ("now", texts.gettext("Now")),
            ("said", texts.gettext("Suggested")),
            ("then", texts.gettext("Would hold")),
        ]
    is_present = kind in (CLAIM, OVERDUE)
    return [("then", texts.gettext("Now") if is_present else texts.gettext("Suggested"))]


def since_text(texts: Texts, atlas: Atlas, since: str) -> str:
    """Write since when something waits, "" where it is not known."""
    if not since:
        return ""
    return moment_text(texts, since, atlas) if "T" in since else texts.iso_day(since)


def _around(waiting: Waiting, detail: Detail) -> tuple[Item | None, Item | None, Item | None]:
    """Return what comes before, the thing as it waits, and what comes after."""
    keys = [(item.region, item.id) for item in waiting.items]
    own = (detail.item.region, detail.item.id)
    if own not in keys:
        return None, None, None
    at = keys.index(own)
    before = waiting.items[at - 1] if at else None
    after = waiting.items[at + 1] if at + 1 < len(keys) else None
    return before, waiting.items[at], after


def _days(atlas: Atlas, texts: Texts, detail: Detail) -> list[Any]:
    hours = next((d.then for d in detail.differences if d.field == "opening_hours"), "")
    return [] if detail.item.kind == DUPLICATE else hours_days(atlas, texts, hours or "")


def _suspects(atlas: Atlas, texts: Texts, detail: Detail) -> list[dict[str, Any]]:
    found = []
    for each in detail.suspects:
        shown = _entry(atlas, texts, each.id) if each.is_offer else {"name": each.name}
        found.append(
            {
                **shown,
                "id": each.id,
                "is_offer": each.is_offer,
                "why": ", ".join(why_text(texts, why) for why in each.why),
                "similarity": texts.percent(each.similarity),
                "metres": texts.number(round(each.distance_m)),
            }
        )
    return found


def _entry(atlas: Atlas, texts: Texts, offer_id: str) -> dict[str, str]:
    """Name an entry, with its page where it is published."""
    try:
        offer = atlas.offers[atlas.offers.row(offer_id)]
    except UnknownOfferError:
        return {"id": offer_id, "name": offer_id, "kind": "", "path": ""}
    kind = label(texts, atlas.taxonomy.category(offer.categories[0]))
    path = offer_path(atlas.region.id, offer.id)
    return {"id": offer.id, "name": offer.name or kind, "kind": kind, "path": path}


def _name(atlas: Atlas, texts: Texts, detail: Detail) -> str:
    return _entry(atlas, texts, detail.into)["name"]


def _provenance(
    atlas: Atlas, texts: Texts, detail: Detail, titles: Mapping[str, str]
) -> list[dict[str, Any]]:
    names = all_names(atlas, texts) | {"lon": texts.gettext("Longitude")}
    return [
        {
            "field": names.get(name, name.removeprefix("fact:")),
            "value": _value(atlas, texts, name, one.value),
            "source": titles.get(one.source, one.source),
            "day": texts.day(one.said_on) if one.said_on else "",
            "holds": one.holds,
        }
        for name, said in detail.provenance.items()
        for one in said
    ]


def _value(atlas: Atlas, texts: Texts, name: str, value: Any) -> str:
    if value is None:
        return texts.gettext("none")
    if name in ("gives", "needs", "opening_hours", "wheelchair"):
        return said_values(atlas, texts, {name: value}).get(name, str(value))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _decided(
    atlas: Atlas, texts: Texts, detail: Detail, names: dict[str, str]
) -> dict[str, Any] | None:
    decision = detail.decision
    if decision is None:
        return None
    return {
        "what": what_text(texts, decision.what),
        "who": who_text(texts, decision.who, names),
        "at": moment_text(texts, decision.at, atlas),
        "why": "" if decision.why == detail.item.id else decision.why,
        "can_undo": decision.rev > 0 or decision.what in _UNDOABLE,
    }


def _page_data(atlas: Atlas, texts: Texts, detail: Detail) -> dict[str, Any]:
    """Return what the map draws: the place, what it may be, and what else is near."""
    place = detail.place
    data: dict[str, Any] = {
        "language": texts.language,
        "tiles": view.tiles_url(atlas),
        "attributions": list(atlas.region.attributions),
        "sheet": SHEET,
        "texts": {**map_texts(texts), "map": texts.gettext("Map of the place and its neighbours")},
        "offer": None,
        "others": [],
    }
    if place is None:
        return data
    lon, lat = place
    values: Mapping[str, Any] = (
        detail.given.content if detail.given else values_of(detail.entries[0])
    )
    kinds = values.get("categories") or _kinds(detail)
    data["offer"] = {
        "name": title_text(texts, detail.item),
        "lon": lon,
        "lat": lat,
        **_face(atlas, kinds[0] if kinds else ""),
    }
    own = {entry.id for entry in detail.entries}
    marked = {each.id for each in detail.suspects} | (
        own - {detail.entries[0].id} if own else set()
    )
    # where the entry stands now, if the place is suggested elsewhere
    is_moved = detail.given is not None and detail.given.content.get("lon") is not None
    for offer in _near(atlas, lon, lat):
        if offer.id in own and offer.id not in marked and not is_moved:
            continue
        data["others"].append(
            {
                **_thing(atlas, texts, offer),
                "is_marked": offer.id in marked or offer.id in own,
            }
        )
    return data


def _kinds(detail: Detail) -> list[str]:
    return list(values_of(detail.entries[0]).get("categories") or ()) if detail.entries else []


def _thing(atlas: Atlas, texts: Texts, offer: Offer) -> dict[str, Any]:
    kind = label(texts, atlas.taxonomy.category(offer.categories[0]))
    return {
        "name": offer.name or kind,
        "lines": [kind, offer.address],
        "lon": offer.lon,
        "lat": offer.lat,
        "url": offer_path(atlas.region.id, offer.id),
        **_face(atlas, offer.categories[0]),
    }


def _face(atlas: Atlas, category: str) -> dict[str, str]:
    known = next((c for c in atlas.taxonomy.categories if c.id == category), None)
    if known is None:
        return {"icon": icon_of(category), "color": "#38424a"}
    return {"icon": icon_of(category), "color": color_of(atlas, known)}


def _near(atlas: Atlas, lon: float, lat: float) -> list[Offer]:
    """Return the offers nearest to a place, at most some of them."""
    half_lat = _NEAR_M / _M_PER_DEGREE
    half_lon = half_lat / max(float(np.cos(np.radians(lat))), 0.01)
    rows = atlas.offer_index.within(
        (lon - half_lon, lat - half_lat, lon + half_lon, lat + half_lat)
    )
    found = [atlas.offers[int(row)] for row in rows]
    found.sort(key=lambda o: (o.lon - lon) ** 2 * (half_lat / half_lon) ** 2 + (o.lat - lat) ** 2)
    return found[:_MOST_NEIGHBOURS]
