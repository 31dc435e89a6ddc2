"""
What is new, changed or closed in a region, and what takes place there soon.

News are changes of what everybody may see: a corrected phone number that is not public, a change of
a source's date, or an entry that was merged into another one is none. What was taken out of
publication is not told of again; only what closed is, by a closing date or by being archived.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from layers.dates import date_texts, is_rare, spans_of
from layers.opening import hours_of
from layers.register.entry import ARCHIVED, Entry
from layers.register.resolve import exists_on, public_values
from layers.register.schema import CHANGE, OFFER, REVISION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import date
    from typing import Any

    from sqlalchemy import Connection

    from layers.atlas import Atlas
    from layers.dates import Span
    from layers.offers import Offer
    from layers.register.database import Database

NEW, CHANGED, CLOSED = "new", "changed", "closed"
SOON_DAYS: Final = 7
_AT_ONCE: Final = 200
_MOST_LOOKED_AT: Final = 2_000  # entries; who filters for little gets what is among these


@dataclass(frozen=True, slots=True)
class News:
    """
    The last thing that happened to an entry.

    `at` is when the register was told (ISO, UTC), `since` when the entry was first published;
    `fields` are those that changed, empty for what is new or closed.
    """

    kind: str
    offer_id: str
    values: Mapping[str, Any]
    at: str
    since: str
    fields: tuple[str, ...] = ()


def news(
    database: Database,
    region: str,
    *,
    limit: int,
    on: date,
    is_wanted: Callable[[tuple[str, ...], float, float], bool],
) -> list[News]:
    """
    Return what happened last to the entries of a region, the latest first.

    Parameters
    ----------
    database, region
        Of the register.
    limit
        How many at most.
    on
        Today: what has closed by then is closed.
    is_wanted
        Tells by categories, longitude and latitude which entries count.

    Returns
    -------
    news
        Of the 2,000 wanted entries that changed last.
    """
    found: list[News] = []
    with database.reading() as connection:
        ids: list[str] = []
        for offer_id in _latest(connection, region, is_wanted):
            ids.append(offer_id)
            if len(ids) == _AT_ONCE:
                found += _news_of(connection, region, ids, on)
                ids = []
            if len(found) >= 2 * limit:
                break
        found += _news_of(connection, region, ids, on)
    return sorted(found, key=lambda n: (n.at, n.offer_id), reverse=True)[:limit]


def _latest(
    connection: Connection,
    region: str,
    is_wanted: Callable[[tuple[str, ...], float, float], bool],
) -> Iterator[str]:
    """Give the ids of wanted entries, those changed last first."""
    query = (
        sa.select(OFFER.c.id, OFFER.c.categories, OFFER.c.lon, OFFER.c.lat)
        .where(OFFER.c.region == region, OFFER.c.merged_into == "", ~OFFER.c.is_removed)
        .order_by(OFFER.c.rev.desc(), OFFER.c.id)
        .limit(_MOST_LOOKED_AT * 10)
    )
    wanted = 0
    for offer_id, categories, lon, lat in connection.execute(query).all():
        if is_wanted(tuple(categories.split(",")), lon, lat):
            wanted += 1
            yield offer_id
        if wanted == _MOST_LOOKED_AT:
            return


def _news_of(connection: Connection, region: str, ids: list[str], on: date) -> list[News]:
    query = (
        sa.select(REVISION.c.offer_id, REVISION.c.rev, REVISION.c.state, CHANGE.c.recorded_at)
        .join_from(REVISION, CHANGE, REVISION.c.rev == CHANGE.c.rev)
        .where(REVISION.c.region == region, REVISION.c.offer_id.in_(ids))
        .order_by(REVISION.c.offer_id, REVISION.c.rev)
    )
    states: dict[str, list[tuple[Entry, str]]] = {}
    for offer_id, rev, state, at in connection.execute(query):
        states.setdefault(offer_id, []).append((Entry.from_text(offer_id, rev, state), at))
    return [last for told in states.values() if (last := _last_of(told, on)) is not None]


def _last_of(states: list[tuple[Entry, str]], on: date) -> News | None:
    """Return the last thing that happened in an entry's history, None where nothing to tell."""
    last: News | None = None
    shown: Mapping[str, Any] | None = None
    since = ""
    for entry, at in states:
        values = public_values(entry) if entry.is_public else None
        if values is None:
            # submitted again, rejected: not to be seen, and not told of; archived is closed
            is_closed = shown is not None and entry.status == ARCHIVED and entry.is_live
            if is_closed and last is not None:
                last = News(CLOSED, entry.id, last.values, at, since)
            elif entry.status != ARCHIVED or not entry.is_live:
                last = None
            shown = None
            continue
        since = since or at
        fields = _changed(shown or {}, values)
        has_closed = exists_on(values, on) is False and bool(values.get("closed_on"))
        if shown is None:
            kind, fields = (NEW if since == at else CHANGED), ()
        else:
            kind = CHANGED
        if shown is None or fields:
            kind = CLOSED if has_closed else kind
            last = News(kind, entry.id, values, at, since, () if kind == CLOSED else fields)
        shown = values
    return last


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    names = before.keys() | after.keys()
    return tuple(sorted(n for n in names if before.get(n) != after.get(n) and n != "contact_name"))


def soon(
    atlas: Atlas, rows: Iterable[int], moment: datetime, *, days: int = SOON_DAYS
) -> list[tuple[Offer, Span]]:
    """
    List what takes place in the coming days, by time.

    Dates are what offers state as dates, and the hours of those that are open rarely: a monthly
    repair café, not a shop.

    Parameters
    ----------
    atlas
        The region.
    rows
        Of its offers.
    moment
        In the region's time; what has ended by then is left out.
    days
        How many, the moment's own among them.
    """
    monday = moment.date() - timedelta(days=moment.weekday())
    found = []
    for row in rows:
        offer = atlas.offers[row]
        texts = [text for _, text in date_texts(offer)]
        if hours_of(offer.opening_hours).taken is not None and is_rare(offer.opening_hours, monday):
            texts.append(offer.opening_hours)
        spans = {
            (span.start, span.end): span
            for text in texts
            for span in spans_of(text, atlas.region, moment.date(), days)
            if span.end > moment
        }
        found += [(offer, span) for span in spans.values()]
    return sorted(found, key=lambda pair: (pair[1].start, pair[0].id))
