"""The lists of the review desk in words: what waits, what was just done, what was decided last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from fastapi import Request

from layers.accounts.audit import events
from layers.desk.items import DUPLICATE, OVERDUE
from layers.errors import AtlasError, UnknownNameError
from server.moderation.desk import today
from server.moderation.detail import detail_of
from server.moderation.rows import all_names
from server.moderation.shown import since_text
from server.moderation.words import (
    done_text,
    kind_name,
    names_of,
    title_text,
    what_text,
    who_text,
    why_text,
)
from server.regions import regions_of
from server.submissions.stored import register_of
from server.submissions.words import moment_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.desk.items import Item
    from server.accounts.signed_in import Account
    from server.texts import Texts

LAST: Final = 50  # decisions that are listed
_IN_ADDRESS: Final = ("street", "housenumber", "postcode", "city", "lat")


def line_of(request: Request, texts: Texts, item: Item) -> dict[str, Any]:
    """Return a line of the queue."""
    atlas = regions_of(request).open(item.region)
    names = all_names(atlas, texts)
    told: list[str] = []
    if item.kind == DUPLICATE:
        told.append(texts.gettext("{n} m apart", n=texts.number(round(item.distance_m))))
        told += [why_text(texts, why) for why in item.why]
    elif item.kind == OVERDUE:
        told += [why_text(texts, why) for why in item.why]
    elif item.why:
        fields = dict.fromkeys("address" if f in _IN_ADDRESS else f for f in item.why)
        told.append(", ".join(names.get(f, f.removeprefix("fact:")) for f in fields))
    return {
        "id": item.id,
        "region": item.region,
        "region_name": atlas.region.name,
        "path": f"/moderation/{item.region}/{quote(item.id)}",
        "kind": kind_name(texts, item.kind),
        "title": title_text(texts, item),
        "since": since_text(texts, atlas, item.since),
        "told": told,
    }


def done_of(request: Request, account: Account, texts: Texts) -> dict[str, str] | None:
    """Say what was just done, with the way back."""
    region, item = (request.query_params.get(name, "") for name in ("of", "item"))
    do = request.query_params.get("did", "")
    if not (region and item and account.works_in(region)):
        return None
    try:
        atlas = regions_of(request).open(region)
        detail = detail_of(register_of(request), atlas, item, on=today())
    except (UnknownNameError, AtlasError):
        return None
    said = done_text(texts, do, title_text(texts, detail.item))
    if not said:
        return None
    path = f"/moderation/{region}/{quote(item)}"
    can_undo = do != "undo" and not detail.is_waiting
    return {"text": said, "path": path, "undo": f"{path}/undo" if can_undo else ""}


def decisions_of(request: Request, texts: Texts, names: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the last decisions in somebody's regions, the newest first."""
    database = register_of(request).database
    people = names_of(database)
    found = []
    for event in events(database, what=("review decided", "review undone"), limit=LAST):
        region, _, item = event.about.partition(" ")
        if region not in names:
            continue
        try:
            atlas = regions_of(request).open(region)
            detail = detail_of(register_of(request), atlas, item, on=today())
        except (UnknownNameError, AtlasError):
            continue
        what = what_text(texts, event.what)
        if detail.decision is not None and event.what == "review decided":
            what = what_text(texts, detail.decision.what)
        found.append(
            {
                "path": f"/moderation/{region}/{quote(item)}",
                "title": title_text(texts, detail.item),
                "kind": kind_name(texts, detail.item.kind),
                "what": what,
                "who": who_text(texts, event.who, people),
                "at": moment_text(texts, event.at, atlas),
                "region_name": atlas.region.name,
            }
        )
    return found
