"""
How entries lie in the tables: written and read one by one or a few at a time.

The state of an entry after each change is one row of `revision`; what is needed to find and to show
it as it stands is one row of `offer`. Both are written together, here and nowhere else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from layers.errors import RegisterError, UnknownOfferError
from layers.register.database import insert_rows
from layers.register.entry import Entry
from layers.register.resolve import (
    feature_text,
    links_of,
    public_values,
    searched_text,
    values_of,
)
from layers.register.schema import ALIAS, LINK, OFFER, REVISION
from layers.register.values import json_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from layers.register.database import Change
    from layers.register.entry import Value

_AT_ONCE: Final = 500  # values in one query: far below what either database takes
_LONGEST_CHAIN: Final = 50  # of entries merged into merged entries


# The state of each entry as it stands
CURRENT = sa.select(OFFER.c.id, OFFER.c.rev, REVISION.c.state).join_from(
    OFFER,
    REVISION,
    (REVISION.c.region == OFFER.c.region)
    & (REVISION.c.offer_id == OFFER.c.id)
    & (REVISION.c.rev == OFFER.c.rev),
)


def in_parts(items: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut a sequence into parts that fit into one query."""
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]


def current(connection: Connection, region: str, ids: Iterable[str]) -> dict[str, Entry]:
    """Return the entries with these ids as they stand; what is not there is left out."""
    found: dict[str, Entry] = {}
    for part in in_parts(sorted(set(ids))):
        query = CURRENT.where(OFFER.c.region == region, OFFER.c.id.in_(part))
        for entry_id, rev, state in connection.execute(query):
            found[entry_id] = Entry.from_text(entry_id, rev, state)
    return found


def find(connection: Connection, region: str, entry_id: str) -> Entry:
    """
    Return an entry as it stands, also by the id of something merged into it.

    Raises
    ------
    UnknownOfferError
        If there is none.
    """
    wanted = entry_id
    for _ in range(_LONGEST_CHAIN):
        entry = current(connection, region, [wanted]).get(wanted)
        if entry is None:
            query = sa.select(ALIAS.c.offer_id).where(
                ALIAS.c.region == region, ALIAS.c.alias == wanted
            )
            if (known := connection.execute(query).scalar()) is None or known == wanted:
                break
            wanted = known
        elif entry.merged_into:
            wanted = entry.merged_into
        else:
            return entry
    known_ids = connection.execute(
        sa.select(OFFER.c.id).where(OFFER.c.region == region, OFFER.c.is_removed.is_(False))
    ).scalars()
    raise UnknownOfferError(entry_id, known_ids)


def write(change: Change, entries: Sequence[Entry], *, are_new: bool = False) -> None:
    """
    Write what entries are after a change.

    Parameters
    ----------
    change
        The transaction.
    entries
        Each id once.
    are_new
        Whether no entry with these ids is there yet.
    """
    connection, region, rev = change.connection, change.region, change.rev
    resolved = [(entry, values_of(entry)) for entry in entries]
    if not are_new:
        ids = [entry.id for entry in entries]
        for part in in_parts(ids):
            for table, column in ((OFFER, OFFER.c.id), (LINK, LINK.c.offer_id)):
                connection.execute(
                    sa.delete(table).where(table.c.region == region, column.in_(part))
                )
    insert_rows(
        connection,
        REVISION,
        [(region, entry.id, rev, json_text(entry.to_record())) for entry in entries],
    )
    insert_rows(connection, OFFER, [_head(region, rev, entry, v) for entry, v in resolved])
    insert_rows(
        connection,
        LINK,
        [
            (region, entry.id, link.kind, link.target)
            for entry, values in resolved
            if entry.is_live and (entry.links or "links" in values)
            for link in links_of(entry, values)
        ],
    )
    _write_aliases(change, resolved, [] if are_new else [entry.id for entry in entries])


def check(entry: Entry) -> None:
    """
    Refuse an entry that could not be shown.

    Raises
    ------
    RegisterError
        If it has no place or no category, and is not erased or merged.
    """
    values = values_of(entry)
    missing = [name for name in ("categories", "lon", "lat") if values.get(name) is None]
    if missing:
        raise RegisterError(
            f"the entry {entry.id!r} would have no {' and no '.join(missing)}; "
            "every entry needs a category and a place"
        )


def _head(region: str, rev: int, entry: Entry, values: Mapping[str, Value]) -> tuple[Any, ...]:
    body = words = ""
    if entry.is_public:
        shown = public_values(entry)
        body, words = feature_text(entry, shown), searched_text(shown)
    return (
        region,
        entry.id,
        rev,
        entry.status,
        entry.is_public,
        entry.is_removed,
        entry.merged_into,
        values["categories"][0],
        ",".join(values["categories"]),
        values["lon"],
        values["lat"],
        values.get("opened_on", ""),
        values.get("closed_on", ""),
        entry.review_on.isoformat() if entry.review_on else "",
        body,
        words,
    )


def _write_aliases(
    change: Change, resolved: Sequence[tuple[Entry, Mapping[str, Value]]], rewritten: Sequence[str]
) -> None:
    wanted = {
        alias: entry.id
        for entry, values in resolved
        if entry.is_live
        for alias in (*entry.aliases, *values.get("aliases", ()))
    }
    for column, ids in ((ALIAS.c.alias, list(wanted)), (ALIAS.c.offer_id, rewritten)):
        for part in in_parts(ids):
            change.connection.execute(
                sa.delete(ALIAS).where(ALIAS.c.region == change.region, column.in_(part))
            )
    rows = [(change.region, alias, entry_id) for alias, entry_id in wanted.items()]
    insert_rows(change.connection, ALIAS, rows)
