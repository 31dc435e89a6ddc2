"""
The register at any time: as it was known then, and what existed then.

Two times are kept apart. *Recorded* time is when somebody or some source told the register, and
orders all changes; *existence* is when an offer opened and closed, as its sources tell. An old shop
that is newly recorded has existed all along.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from layers.errors import RegisterError
from layers.register.entry import Entry
from layers.register.resolve import exists_on, values_of
from layers.register.schema import CHANGE, OFFER, ORIGIN, REGION, REVISION
from layers.register.store import CURRENT, find

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from layers.register.database import Database


@dataclass(frozen=True, slots=True)
class ChangeInfo:
    """One change: its number, when it was recorded, by whom, what was done and why."""

    rev: int
    recorded_at: str
    who: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Revision:
    """An entry as a change left it."""

    change: ChangeInfo
    entry: Entry


@dataclass(frozen=True, slots=True)
class Overdue:
    """
    An entry that somebody should ask about again.

    `review_on` is the planned day, None where only the source's silence is the reason; `is_gone`
    tells that a source no longer holds it. `sources` are those that it comes from, `seen_on` is the
    latest day on which one of them still held it and `age_days` how long ago that was, None where
    no source ever told a date.
    """

    id: str
    name: str
    sources: tuple[str, ...]
    review_on: date | None
    is_gone: bool
    seen_on: date | None
    age_days: int | None


def rev_of(connection: Connection, region: str) -> int:
    """Return the number of a region's last change, 0 before the first."""
    query = sa.select(REGION.c.rev).where(REGION.c.id == region)
    return connection.execute(query).scalar() or 0


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to where a reader knows a region: the last change's number, and when it was recorded."""

    rev: int = 0
    recorded_at: str = ""


def mark_of(connection: Connection, region: str) -> Mark:
    """Return the mark of a region's last change."""
    query = (
        sa.select(REGION.c.rev, CHANGE.c.recorded_at)
        .join_from(REGION, CHANGE, CHANGE.c.rev == REGION.c.rev)
        .where(REGION.c.id == region)
    )
    row = connection.execute(query).first()
    return Mark(*row) if row else Mark()


def is_past(connection: Connection, mark: Mark) -> bool:
    """
    Tell whether a mark still stands for a change.

    After a backup was put back, numbers begin again where it ended: what a reader knows may be of
    changes that never were.
    """
    query = sa.select(CHANGE.c.recorded_at).where(CHANGE.c.rev == mark.rev)
    return mark == Mark() or connection.execute(query).scalar() == mark.recorded_at


def rev_recorded(connection: Connection, recorded: date | datetime) -> int:
    """Return the number of the last change recorded by a time; a date means its end in UTC."""
    if not isinstance(recorded, datetime):
        recorded = datetime.combine(recorded, datetime.min.time(), UTC) + timedelta(days=1)
        recorded -= timedelta(microseconds=1)
    elif recorded.tzinfo is None:
        raise RegisterError("`recorded` is a time without a zone; add one, or give a date")
    until = recorded.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    query = sa.select(sa.func.max(CHANGE.c.rev)).where(CHANGE.c.recorded_at <= until)
    return connection.execute(query).scalar() or 0


def entries_at(connection: Connection, region: str, *, rev: int | None) -> Iterator[Entry]:
    """
    Give all entries of a region as a change left them, ordered by id.

    Removed and merged ones are among them; `rev` None means as they stand.
    """
    if rev is None:
        query = CURRENT
    else:
        last = (
            sa.select(REVISION.c.offer_id, sa.func.max(REVISION.c.rev).label("rev"))
            .where(REVISION.c.region == region, REVISION.c.rev <= rev)
            .group_by(REVISION.c.offer_id)
            .subquery()
        )
        query = sa.select(REVISION.c.offer_id, REVISION.c.rev, REVISION.c.state).join_from(
            REVISION,
            last,
            (REVISION.c.offer_id == last.c.offer_id) & (REVISION.c.rev == last.c.rev),
        )
    query = query.where(REVISION.c.region == region)
    found = [
        Entry.from_text(entry_id, number, state)
        for entry_id, number, state in connection.execute(query)
    ]
    yield from sorted(found, key=lambda entry: entry.id)  # databases sort text differently


def entries_since(connection: Connection, region: str, *, rev: int) -> list[Entry]:
    """Return the entries that changed after a number, as they stand now."""
    query = CURRENT.where(OFFER.c.region == region, OFFER.c.rev > rev)
    return [
        Entry.from_text(entry_id, number, state)
        for entry_id, number, state in connection.execute(query)
    ]


def entries(
    database: Database,
    region: str,
    *,
    statuses: Sequence[str] | None = None,
    as_of: date | None = None,
    recorded: date | datetime | None = None,
) -> list[Entry]:
    """Do what `Register.entries` says."""
    with database.reading() as connection:
        rev = None if recorded is None else rev_recorded(connection, recorded)
        return [
            entry
            for entry in entries_at(connection, region, rev=rev)
            if entry.is_live
            and (statuses is None or entry.status in statuses)
            and (as_of is None or exists_on(values_of(entry), as_of) is not False)
        ]


def entry_at(
    connection: Connection, region: str, entry_id: str, *, recorded: date | datetime | None
) -> Entry | None:
    """Return an entry as it was known at a time; None where it was not yet known."""
    if recorded is None:
        return find(connection, region, entry_id)
    rev = rev_recorded(connection, recorded)
    query = (
        sa.select(REVISION.c.rev, REVISION.c.state)
        .where(REVISION.c.region == region, REVISION.c.offer_id == entry_id, REVISION.c.rev <= rev)
        .order_by(REVISION.c.rev.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    entry = Entry.from_text(entry_id, row.rev, row.state)
    if not entry.merged_into:
        return entry
    return entry_at(connection, region, entry.merged_into, recorded=recorded)


def history(connection: Connection, region: str, entry_id: str) -> list[Revision]:
    """Return every revision of an entry and of those merged into it, the oldest first."""
    ids = {entry_id}
    if (known := _known(connection, region, entry_id)) is not None:
        ids |= {known.id, *known.aliases}
    query = (
        sa.select(
            CHANGE.c.rev,
            CHANGE.c.recorded_at,
            CHANGE.c.who,
            CHANGE.c.what,
            CHANGE.c.why,
            REVISION.c.offer_id,
            REVISION.c.state,
        )
        .join_from(REVISION, CHANGE, REVISION.c.rev == CHANGE.c.rev)
        .where(REVISION.c.region == region, REVISION.c.offer_id.in_(sorted(ids)))
        .order_by(REVISION.c.rev, REVISION.c.offer_id)
    )
    return [
        Revision(ChangeInfo(*row[:5]), Entry.from_text(row.offer_id, row.rev, row.state))
        for row in connection.execute(query)
    ]


def changes(connection: Connection, region: str, *, since_rev: int, limit: int) -> list[ChangeInfo]:
    """Return the changes of a region after a number, the newest first."""
    query = (
        sa.select(CHANGE.c.rev, CHANGE.c.recorded_at, CHANGE.c.who, CHANGE.c.what, CHANGE.c.why)
        .where(CHANGE.c.region == region, CHANGE.c.rev > since_rev)
        .order_by(CHANGE.c.rev.desc())
        .limit(limit)
    )
    return [ChangeInfo(*row) for row in connection.execute(query)]


def overdue(
    connection: Connection, region: str, *, on: date, older_than_days: int
) -> list[Overdue]:
    """Do what `Register.overdue` says."""
    told: dict[str, list[tuple[str, str, str]]] = {}
    query = sa.select(ORIGIN.c.offer_id, ORIGIN.c.source, ORIGIN.c.seen_on, ORIGIN.c.gone_on).where(
        ORIGIN.c.region == region
    )
    for offer_id, source, seen_on, gone_on in connection.execute(query):
        told.setdefault(offer_id, []).append((source, seen_on, gone_on))
    found = []
    for entry in entries_at(connection, region, rev=None):
        if not entry.is_public:
            continue
        origins = [row for i in (entry.id, *entry.aliases) for row in told.get(i, ())]
        days = [date.fromisoformat(seen_on) for _, seen_on, _ in origins]
        days += [] if (said := last_said(entry)) is None else [said]
        seen_on = max(days, default=None)
        age_days = None if seen_on is None else (on - seen_on).days
        is_gone = any(gone_on for *_, gone_on in origins)
        is_old = age_days is not None and age_days > older_than_days
        is_due = entry.review_on is not None and entry.review_on <= on
        # a planned day, not yet come, says that somebody has asked: that holds
        if is_due or (entry.review_on is None and (is_gone or is_old)):
            found.append(
                Overdue(
                    entry.id,
                    values_of(entry).get("name", ""),
                    tuple(dict.fromkeys(claim.source for claim in entry.claims)),
                    entry.review_on,
                    is_gone,
                    seen_on,
                    age_days,
                )
            )
    return sorted(found, key=lambda o: (o.sources, -(o.age_days or 0), o.id))


def confirmed_since(connection: Connection, region: str, day: date) -> set[str]:
    """Return the ids of entries that a source still showed on a day or later."""
    query = (
        sa.select(ORIGIN.c.offer_id)
        .where(ORIGIN.c.region == region, ORIGIN.c.seen_on >= day.isoformat())
        .distinct()
    )
    return set(connection.execute(query).scalars())


def last_said(entry: Entry) -> date | None:
    """Return the latest date of an entry's claims, None where none tells one."""
    days = (d for c in entry.claims for d in (c.as_of, *c.since.values()) if d is not None)
    return max(days, default=None)


def _known(connection: Connection, region: str, entry_id: str) -> Entry | None:
    try:
        return find(connection, region, entry_id)
    except LookupError:
        return None
