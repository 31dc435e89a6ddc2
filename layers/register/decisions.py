"""
What people decide: corrections, review, duplicates, undoing.

Each decision is one change. Nothing is deleted: what is removed is a tombstone, what is merged
leads on to what it was merged into, and any change can be undone by another one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from layers.errors import RegisterError
from layers.register.entry import HAND, PEOPLE, STATUSES, TRANSITIONS, Claim, Entry, Link
from layers.register.schema import APART, CHANGE, MATCH, OFFER, REVISION
from layers.register.store import check, current, find, in_parts, write
from layers.register.values import checked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sqlalchemy import Connection

    from layers.register.database import Change
    from layers.register.entry import Source, Value


def correct(
    entry: Entry,
    values: Mapping[str, Value],
    *,
    source: Source,
    day: date,
    withdraw: Sequence[str] = (),
) -> Entry:
    """Return an entry with values said by hand on a day, and without those withdrawn."""
    old = next((claim for claim in entry.claims if claim.source == HAND), None)
    if old is None:
        # a hand claim of its own for each entry it was made for, so that both outlive a merge
        old = Claim(HAND, entry.id, source.licence, day)
    corrected = entry.with_claim(
        said(entry, old, values, source=source, day=day, withdraw=withdraw)
    )
    check(corrected)
    return corrected


def said(
    entry: Entry,
    old: Claim,
    values: Mapping[str, Value],
    *,
    source: Source,
    day: date,
    withdraw: Sequence[str] = (),
) -> Claim:
    """
    Return a claim of people with values said on a day, and without those withdrawn.

    Raises
    ------
    RegisterError
        If a value may not stand there, or was erased for good.
    """
    told = checked(values, by_hand=True)
    if banned := sorted(set(told) & set(entry.erased)):
        raise RegisterError(
            f"{', '.join(f'`{name}`' for name in banned)} of {entry.id!r} was erased for good"
        )
    kept = {k: v for k, v in old.values.items() if k not in (*told, *withdraw)}
    dated = {k: d for k, d in old.since.items() if k in kept}
    if day != old.as_of:
        dated.update(dict.fromkeys((k for k in told if old.values.get(k) != told[k]), day))
    return replace(
        old,
        licence=source.licence,
        values=dict(sorted({**kept, **told}.items())),
        since=dated,
        has_public_contacts=source.has_public_contacts,
    )


def transition(entry: Entry, status: str) -> Entry:
    """
    Return an entry in another state of review.

    Raises
    ------
    RegisterError
        If there is no such state, or no way from here to there.
    """
    if status not in STATUSES:
        raise RegisterError(f"`status` is {status!r}; it may be {', '.join(STATUSES)}")
    if status != entry.status and status not in TRANSITIONS[entry.status]:
        allowed = ", ".join(TRANSITIONS[entry.status])
        raise RegisterError(
            f"`status` of {entry.id!r} is {entry.status} and cannot become {status}; "
            f"it may become {allowed}"
        )
    return replace(entry, status=status)


def merge(change: Change, keep: Entry, other: Entry) -> None:
    """Let one entry stand for two: it takes the other's claims, links and ids."""
    if keep.id == other.id:
        raise RegisterError(f"{keep.id!r} and {other.id!r} are one entry already")
    if pair_of(keep.id, other.id) in told_apart(change.connection, change.region):
        raise RegisterError(
            f"{keep.id!r} and {other.id!r} were told apart; undo that decision first"
        )
    merged = keep
    for claim in other.claims:
        if merged.claim(*claim.key) is None:
            merged = merged.with_claim(claim)
    own = {keep.id, other.id, *other.aliases}
    links = (link for link in (*keep.links, *other.links) if link.target not in own)
    erased = tuple(sorted({*keep.erased, *other.erased}))
    waiting = {claim.key: claim for claim in (*other.proposals, *keep.proposals)}
    merged = replace(
        merged,
        aliases=tuple(dict.fromkeys((*keep.aliases, other.id, *other.aliases))),
        links=tuple(dict.fromkeys(links)),
        erased=erased,
        claims=tuple(without(claim, erased) for claim in merged.claims),
        proposals=tuple(without(claim, erased) for claim in waiting.values()),
    )
    write(change, [merged, replace(other, merged_into=keep.id)])


def split(change: Change, keep: Entry, alias: str) -> None:
    """Undo a merge, however long ago: what the merged entry brought goes back to it."""
    other = current(change.connection, change.region, [alias]).get(alias)
    if other is None or other.merged_into != keep.id:
        raise RegisterError(f"{alias!r} was not merged into {keep.id!r}")
    theirs = {claim.key for claim in (*other.claims, *other.proposals)}
    back = tuple(claim for claim in keep.claims if claim.key in theirs)
    rest = tuple(claim for claim in keep.claims if claim.key not in theirs)
    gone = {other.id, *other.aliases}
    parted = replace(
        keep,
        claims=rest,
        proposals=tuple(claim for claim in keep.proposals if claim.key not in theirs),
        aliases=tuple(a for a in keep.aliases if a not in gone),
        links=tuple(link for link in keep.links if link not in other.links),
    )
    check(parted)
    again = replace(
        other,
        claims=back or other.claims,
        proposals=tuple(claim for claim in keep.proposals if claim.key in theirs),
        merged_into="",
        erased=keep.erased,
    )
    write(change, [parted, again])


def undo(change: Change, rev: int) -> list[str]:
    """
    Put back what a change did to entries and decisions; what was noted of a source stays.

    What came with the change becomes a tombstone, except an offer that people were the first to
    speak of although a source knows it: it does not vanish with what they said.

    Raises
    ------
    RegisterError
        If there is no such change in the region, or something that it touched was changed since.
    """
    connection, region = change.connection, change.region
    known = sa.select(CHANGE.c.rev).where(CHANGE.c.rev == rev, CHANGE.c.region == region)
    if connection.execute(known).first() is None:
        raise RegisterError(f"`rev` {rev} is no change of this region; its history lists all")
    query = sa.select(REVISION.c.offer_id).where(REVISION.c.region == region, REVISION.c.rev == rev)
    ids = list(connection.execute(query).scalars())
    before: list[Entry] = []
    later: list[str] = []
    for part in in_parts(ids):
        now = current(connection, region, part)
        later += [entry_id for entry_id, entry in now.items() if entry.rev != rev]
        old = _before(connection, region, part, rev)
        before += [old.get(entry_id) or _as_found(entry) for entry_id, entry in now.items()]
    if later:
        shown = ", ".join(sorted(later)[:5])
        raise RegisterError(
            f"`rev` {rev} cannot be undone as a whole: {shown} changed since; undo the later "
            "changes first, or bring back one entry with `restore`"
        )
    write(change, before)
    decided = 0
    for table in (APART, MATCH):
        back = sa.update(table).where(table.c.region == region, table.c.ended_rev == rev)
        ended = sa.update(table).where(
            table.c.region == region, table.c.rev == rev, table.c.ended_rev == 0
        )
        decided += connection.execute(back.values(ended_rev=0)).rowcount
        decided += connection.execute(ended.values(ended_rev=change.rev)).rowcount
    change.is_empty = not (ids or decided)
    return sorted(ids)


def restore(change: Change, entry: Entry, rev: int) -> Entry:
    """Return an entry as it was after an earlier change; merges are undone by `split`."""
    old = _before(change.connection, change.region, [entry.id], rev + 1).get(entry.id)
    if old is None:
        raise RegisterError(f"{entry.id!r} was not there at `rev` {rev}")
    if (old.aliases, old.merged_into) != (entry.aliases, entry.merged_into):
        raise RegisterError(
            f"{entry.id!r} was merged since `rev` {rev}; split the two first, then restore"
        )
    return replace(old, proposals=entry.proposals)  # what waits now goes on waiting


def tell_apart(change: Change, first: str, second: str) -> None:
    """Note that two entries are two, for good."""
    low, high = pair_of(first, second)
    change.connection.execute(
        APART.insert(),
        {
            "region": change.region,
            "first": low,
            "second": high,
            "rev": change.rev,
            "ended_rev": 0,
        },
    )


def told_apart(connection: Connection, region: str) -> set[tuple[str, str]]:
    """Return the pairs told apart, by the ids that stand for them now, the smaller one first."""
    query = sa.select(APART.c.first, APART.c.second).where(
        APART.c.region == region, APART.c.ended_rev == 0
    )
    pairs = [tuple(row) for row in connection.execute(query)]
    ids = sorted({entry_id for pair in pairs for entry_id in pair})
    stands: dict[str, str] = {}
    todo = ids
    while todo:  # follow merges, all at once
        found: dict[str, str] = {}
        for part in in_parts(todo):
            merged = sa.select(OFFER.c.id, OFFER.c.merged_into).where(
                OFFER.c.region == region, OFFER.c.id.in_(part), OFFER.c.merged_into != ""
            )
            found.update((row.id, row.merged_into) for row in connection.execute(merged))
        stands.update(found)
        todo = sorted(set(found.values()) - set(stands))

    def now(entry_id: str) -> str:
        while entry_id in stands:
            entry_id = stands[entry_id]
        return entry_id

    return {pair_of(now(first), now(second)) for first, second in pairs}


def pair_of(first: str, second: str) -> tuple[str, str]:
    """Return two ids, the smaller one first."""
    return (first, second) if first <= second else (second, first)


def link(entry: Entry, made: Link, *, is_set: bool) -> Entry:
    """Return an entry with a link, or without it."""
    others = tuple(known for known in entry.links if known != made)
    return replace(entry, links=(*others, made) if is_set else others)


def without(claim: Claim, names: Sequence[str]) -> Claim:
    """Return a claim without some fields."""
    if not any(name in claim.values for name in names):
        return claim
    return replace(
        claim,
        values={k: v for k, v in claim.values.items() if k not in names},
        since={k: v for k, v in claim.since.items() if k not in names},
    )


def find_two(change: Change, first: str, second: str) -> tuple[Entry, Entry]:
    """Return two entries by their ids."""
    return (
        find(change.connection, change.region, first),
        find(change.connection, change.region, second),
    )


def _as_found(entry: Entry) -> Entry:
    """Return an entry as its sources alone know it where people spoke too, else removed."""
    rest = tuple(claim for claim in entry.claims if claim.source not in PEOPLE)
    if rest and len(rest) < len(entry.claims):
        return replace(entry, claims=rest)
    return replace(entry, is_removed=True)


def _before(connection: Connection, region: str, ids: Sequence[str], rev: int) -> dict[str, Entry]:
    """Return entries as they were before a change; those not yet there are left out."""
    last = (
        sa.select(REVISION.c.offer_id, sa.func.max(REVISION.c.rev).label("rev"))
        .where(REVISION.c.region == region, REVISION.c.offer_id.in_(ids), REVISION.c.rev < rev)
        .group_by(REVISION.c.offer_id)
        .subquery()
    )
    query = (
        sa.select(REVISION.c.offer_id, REVISION.c.rev, REVISION.c.state)
        .join_from(
            REVISION,
            last,
            (REVISION.c.offer_id == last.c.offer_id) & (REVISION.c.rev == last.c.rev),
        )
        .where(REVISION.c.region == region)
    )
    return {
        entry_id: Entry.from_text(entry_id, number, state)
        for entry_id, number, state in connection.execute(query)
    }
