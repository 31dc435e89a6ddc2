"""
All that waits in a region, the oldest first.

Suggestions and requests are read anew each time. What the register finds by itself takes a look at
every entry; `FoundInRegister` looks again only after a change, or on another day.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from layers.desk.items import (
    CLAIM,
    CORRECTION,
    DUPLICATE,
    IMPORT,
    OVERDUE,
    PLACE,
    Item,
    item_id,
)
from layers.errors import UnknownOfferError
from layers.register.entry import DRAFT, PUBLISHED, SUBMITTED
from layers.register.reading import mark_of
from layers.register.resolve import values_of
from layers.register.schema import CHANGE
from layers.register.schema_submissions import KEEPER, SUBMISSION
from layers.register_duplicates import items_of, suspected
from layers.submissions import keeping, review
from layers.submissions.keeping import ASKED
from layers.submissions.kept import WAITING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from layers.atlas import Atlas
    from layers.register import Entry, Register
    from layers.register.reading import Mark, Overdue
    from layers.taxonomy import Taxonomy

PLANNED, GONE, OLD = "planned", "gone", "old"
_AT_ONCE: Final = 500  # changes in one query
_COMPARED: Final = (PUBLISHED, SUBMITTED, DRAFT)  # what is rejected or archived nobody sees


class FoundInRegister:
    """What the register finds by itself, region by region; may be asked by many threads."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[Mark, date, Taxonomy, list[Item]]] = {}
        self._lock = threading.Lock()

    def items(self, register: Register, atlas: Atlas, *, on: date) -> list[Item]:
        """Return proposals, entries to be published, pairs, and entries to be asked about."""
        region = atlas.region.id
        with register.database.reading() as connection:
            mark = mark_of(connection, region)
        with self._lock:
            known = self._found.get(region)
        if known is not None and known[:2] == (mark, on) and known[2] is atlas.taxonomy:
            return known[3]
        entries = register.entries(region, statuses=_COMPARED)
        found = [
            *_imports(register, region, entries),
            *_duplicates(register, region, entries, atlas.taxonomy),
            *(_overdue(region, one) for one in register.overdue(region, on=on)),
        ]
        with self._lock:
            self._found[region] = (mark, on, atlas.taxonomy, found)
        return found


def queue(
    register: Register, atlas: Atlas, *, on: date, found: FoundInRegister | None = None
) -> list[Item]:
    """
    Return what waits in a region, the oldest first.

    Parameters
    ----------
    register, atlas
        Where it waits; the region with the offers that are published now.
    on
        The day on which entries are overdue.
    found
        Remembers what the register finds; without one it is looked for anew.
    """
    items = [
        *_suggestions(register, atlas),
        *_claims(register, atlas),
        *(found or FoundInRegister()).items(register, atlas, on=on),
    ]
    return sorted(items, key=lambda item: (item.since, item.kind, item.id))


def regions_with_something(register: Register) -> set[str]:
    """Return the regions of which the register holds anything that could wait."""
    queries = (
        sa.select(CHANGE.c.region).distinct(),
        sa.select(SUBMISSION.c.region).where(SUBMISSION.c.state == WAITING).distinct(),
        sa.select(KEEPER.c.region).where(KEEPER.c.state == ASKED).distinct(),
    )
    with register.database.reading() as connection:
        return {region for query in queries for region in connection.execute(query).scalars()}


def name_of(atlas: Atlas, offer_id: str) -> str:
    """Return the name of a published offer, "" where it has none or is not published."""
    try:
        return atlas.offers[atlas.offers.row(offer_id)].name
    except UnknownOfferError:
        return ""


def _suggestions(register: Register, atlas: Atlas) -> Iterable[Item]:
    for given in review.waiting(register, atlas.region.id):
        kind = CORRECTION if given.is_correction else PLACE
        name = name_of(atlas, given.offer_id) if given.offer_id else ""
        yield Item(
            given.region,
            kind,
            given.id,
            name or given.title,
            given.made_at,
            (given.offer_id,) if given.offer_id else (),
            why=tuple(sorted(given.content)) if given.is_correction else (),
        )


def _claims(register: Register, atlas: Atlas) -> Iterable[Item]:
    for keeper in keeping.keepers(register, atlas.region.id):
        yield Item(
            keeper.region,
            CLAIM,
            keeper.id,
            name_of(atlas, keeper.offer_id),
            keeper.made_at,
            (keeper.offer_id,),
        )


def _imports(register: Register, region: str, entries: list[Entry]) -> Iterable[Item]:
    by_source: dict[tuple[str, str], tuple[str, set[str]]] = {}
    for proposal in register.proposals(region):
        _, fields = by_source.setdefault(
            (proposal.entry_id, proposal.source), (proposal.name, set())
        )
        fields |= {each.field for each in proposal.differences}
    submitted = [entry for entry in entries if entry.status == SUBMITTED]
    revs = {entry.id: entry.rev for entry in entries}
    at = _recorded(register, {revs[i] for i, _ in by_source if i in revs} | _revs(submitted))
    for (entry_id, source), (name, fields) in by_source.items():
        yield Item(
            region,
            IMPORT,
            item_id("i", entry_id, source),
            name,
            at.get(revs.get(entry_id, 0), ""),
            (entry_id,),
            about=source,
            why=tuple(sorted(fields)),
        )
    for entry in submitted:
        yield Item(
            region,
            IMPORT,
            item_id("e", entry.id),
            values_of(entry).get("name", ""),
            at.get(entry.rev, ""),
            (entry.id,),
            about=entry.claims[0].source,
        )


def _duplicates(
    register: Register, region: str, entries: list[Entry], taxonomy: Taxonomy
) -> Iterable[Item]:
    pairs = suspected(items_of(entries), taxonomy, apart=register.told_apart(region))
    revs = {entry.id: entry.rev for entry in entries}
    newer = {pair: max(revs[pair.first], revs[pair.second]) for pair in pairs}
    at = _recorded(register, set(newer.values()))
    for pair in pairs:
        yield Item(
            region,
            DUPLICATE,
            item_id("d", *sorted((pair.first, pair.second))),
            pair.first_name,
            at.get(newer[pair], ""),
            (pair.first, pair.second),
            about=pair.second_name,
            why=pair.why,
            distance_m=pair.distance_m,
        )


def _overdue(region: str, one: Overdue) -> Item:
    planned = one.review_on.isoformat() if one.review_on else ""
    why = PLANNED if one.review_on else GONE if one.is_gone else OLD
    since = planned or (one.seen_on.isoformat() if one.seen_on else "")
    own_id = item_id("o", one.id)
    about = ", ".join(one.sources)
    return Item(region, OVERDUE, own_id, one.name, since, (one.id,), about=about, why=(why,))


def _revs(entries: Iterable[Entry]) -> set[int]:
    return {entry.rev for entry in entries}


def _recorded(register: Register, revs: set[int]) -> dict[int, str]:
    """Return when changes were recorded."""
    found: dict[int, str] = {}
    ordered = sorted(revs)
    with register.database.reading() as connection:
        for start in range(0, len(ordered), _AT_ONCE):
            some = ordered[start : start + _AT_ONCE]
            query = sa.select(CHANGE.c.rev, CHANGE.c.recorded_at).where(CHANGE.c.rev.in_(some))
            found.update((row.rev, row.recorded_at) for row in connection.execute(query))
    return found
