"""
What a source wants to change, where its changes are to be reviewed.

A reviewed import leaves a published entry as it is. What its record says now is kept with the entry
as a *proposal*: a claim that does not count until somebody accepts it. Whoever decides sees, field
by field, what holds now, what the source says, and what would hold. That a source no longer lists
something, or lists it again, is no matter of opinion and is noted at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from layers.errors import RegisterError
from layers.register.entry import Claim, Entry
from layers.register.resolve import values_of
from layers.register.schema import OFFER, REVISION
from layers.register.store import CURRENT, check
from layers.register.values import entry_id as made_id

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

    from layers.register.entry import Value


@dataclass(frozen=True, slots=True)
class Difference:
    """
    One field that a proposal would change in its source's claim.

    `now` holds now, `said` is what the source says, `then` is what would hold: a correction by hand
    goes on holding, so it may be `now` as well. None stands for nothing.
    """

    field: str
    now: Value
    said: Value
    then: Value


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a source's record would change in an entry; `as_of` is the source's date."""

    entry_id: str
    name: str
    source: str
    source_id: str
    as_of: date | None
    differences: tuple[Difference, ...]


def propose(entry: Entry, claim: Claim) -> Entry:
    """
    Return an entry of which a claim waits, in the place of what waited of that record before.

    What says the same as the claim that counts does not wait.

    Raises
    ------
    RegisterError
        If the entry could not be shown once it is accepted.
    """
    old = entry.claim(*claim.key)
    if old is not None and old.gone_on is not None:
        old = replace(old, gone_on=None)
        entry = entry.with_claim(old)
    rest = without_proposal(entry, claim.key)
    if old == claim:
        return rest
    check(rest.with_claim(claim))
    return replace(rest, proposals=(*rest.proposals, claim))


def without_proposal(entry: Entry, key: tuple[str, str]) -> Entry:
    """Return an entry of which nothing of a record waits."""
    if not entry.proposals:
        return entry
    return replace(entry, proposals=tuple(c for c in entry.proposals if c.key != key))


def accept(entry: Entry, source: str) -> Entry:
    """Return an entry in which what waits counts."""
    for claim in _waiting(entry, source):
        own_id = made_id(*claim.key)
        is_joined = entry.claim(*claim.key) is None and own_id not in (entry.id, *entry.aliases)
        entry = without_proposal(entry.with_claim(claim), claim.key)
        if is_joined:
            entry = replace(entry, aliases=(*entry.aliases, own_id))
    check(entry)
    return entry


def reject(entry: Entry, source: str) -> Entry:
    """Return an entry without what waits; the same record does not wait again."""
    for claim in _waiting(entry, source):
        entry = without_proposal(entry, claim.key)
    return entry


def proposals(connection: Connection, region: str) -> list[Proposal]:
    """Return what waits in a region, ordered by entry."""
    # a quotation mark inside of a text is written with a backslash before it
    has_some = REVISION.c.state.contains('"proposals":[', autoescape=True)
    query = CURRENT.where(OFFER.c.region == region, has_some)
    found = [
        Entry.from_text(entry_id, rev, state) for entry_id, rev, state in connection.execute(query)
    ]
    return [
        _proposal(entry, claim)
        for entry in sorted(found, key=lambda entry: entry.id)
        if entry.is_live
        for claim in entry.proposals
    ]


def _waiting(entry: Entry, source: str) -> list[Claim]:
    waiting = [c for c in entry.proposals if source in ("", c.source)]
    if not waiting:
        whose = f" of the source {source!r}" if source else ""
        raise RegisterError(f"of {entry.id!r} nothing{whose} waits to be decided")
    return waiting


def _proposal(entry: Entry, claim: Claim) -> Proposal:
    old = entry.claim(*claim.key)
    before = old.values if old is not None else {}
    now, then = values_of(entry), values_of(entry.with_claim(claim))
    names = sorted({*before, *claim.values})
    return Proposal(
        entry.id,
        now.get("name", ""),
        *claim.key,
        max([d for d in (claim.as_of, *claim.since.values()) if d is not None], default=None),
        tuple(
            Difference(name, now.get(name), claim.values.get(name), then.get(name))
            for name in names
            if before.get(name) != claim.values.get(name)
        ),
    )
