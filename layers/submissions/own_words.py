"""
What initiatives say of their own entry, published at once.

Each of it is a change of the register with a claim of the source `initiative`, noted in the history
under the keeper's id (which names nobody), and can be undone like any change.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from layers.errors import SubmissionError
from layers.notices import GIVES, NEEDS
from layers.register.entry import INITIATIVE
from layers.register.register import PEOPLE_SOURCES
from layers.register.resolve import values_of
from layers.submissions.content import (
    CONTACTS,
    FIELDS,
    LONGEST_NOTE,
    checked_content,
    differing,
    plain_text,
)
from layers.submissions.keeping import kept_by
from layers.submissions.people import present_entry, put, with_words
from layers.submissions.sending import ContentError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from layers.atlas import Atlas
    from layers.notices import Notice
    from layers.register import Entry, Register
    from layers.register.database import Change
    from layers.register.entry import Value
    from layers.submissions.keeping import Keeper

CONFIRMED_FOR: Final = timedelta(days=365)
MOST_NOTICES: Final = 20


def own_values(register: Register, atlas: Atlas, token: str) -> dict[str, Value]:
    """Return what the entry says now, contacts that are not public among it, for its keeper."""
    with register.database.reading() as connection:
        keeper = kept_by(connection, token)
        entry, _ = present_entry(connection, atlas, keeper.offer_id)
    values = values_of(entry)
    return {name: values[name] for name in (*FIELDS, "notices") if name in values}


def releases_contacts(register: Register, atlas: Atlas, token: str) -> bool:
    """Tell whether the entry's own word is that its contacts may be shown."""
    with register.database.reading() as connection:
        keeper = kept_by(connection, token)
        entry, _ = present_entry(connection, atlas, keeper.offer_id)
    claim = entry.claim(INITIATIVE, entry.id)
    of_contacts = [c for c in entry.claims if set(CONTACTS) & set(c.values)]
    return claim.has_public_contacts if claim else any(c.has_public_contacts for c in of_contacts)


def edit(
    register: Register,
    atlas: Atlas,
    token: str,
    values: Mapping[str, Any],
    *,
    is_released: bool,
) -> tuple[str, ...]:
    """
    Say what the entry is, by who keeps it; published at once.

    Parameters
    ----------
    values
        By field, whole: what differs from what it says now is kept.
    is_released
        Whether telephone and e-mail may be shown. Where they may not, none that a list has is
        shown either.

    Returns
    -------
    fields
        What changed.

    Raises
    ------
    ContentError
        With all faults.
    SubmissionError
        If the link does not keep the entry.
    """

    def told(entry: Entry) -> dict[str, Value]:
        content, faults = checked_content(values, atlas, is_correction=True)
        if faults:
            raise ContentError(faults)
        now_said = {k: v for k, v in values_of(entry).items() if k in FIELDS}
        found = differing(content, now_said)
        claim = entry.claim(INITIATIVE, entry.id)
        if claim is None or claim.has_public_contacts != is_released:
            contacts = {c: content.get(c, now_said.get(c)) for c in CONTACTS}
            found |= {name: value for name, value in contacts.items() if value is not None}
        return found

    return _say(register, atlas, token, "keep", told, is_released=is_released)


def confirm(register: Register, atlas: Atlas, token: str, *, on: date) -> date:
    """Say that all of it still holds; return the day on which somebody asks again."""
    again = on + CONFIRMED_FOR
    with _changing(register, atlas, token, "confirm") as (change, keeper):
        entry, is_there = present_entry(change.connection, atlas, keeper.offer_id)
        put(change, entry, replace(entry, review_on=again), is_there=is_there)
    return again


def post_notice(register: Register, atlas: Atlas, token: str, notice: Notice) -> None:
    """
    Add a dated need or gift.

    Raises
    ------
    SubmissionError
        If there are too many, or it says nothing that is known here.
    """
    record = {**notice.to_record(), "text": plain_text(notice.text)[:LONGEST_NOTE]}
    if notice.kind not in (GIVES, NEEDS) or all(
        r.id != notice.resource for r in atlas.taxonomy.resources
    ):
        raise SubmissionError(f"`resource` {notice.resource!r} is not known")

    def told(entry: Entry) -> dict[str, Value]:
        others = [n for n in _own_notices(entry) if n != record]
        if len(others) >= MOST_NOTICES:
            raise SubmissionError(f"there are {MOST_NOTICES} notices already; take one back first")
        return {"notices": [*others, record]}

    _say(register, atlas, token, "notice", told)


def drop_notice(register: Register, atlas: Atlas, token: str, number: int) -> None:
    """Take back a notice of one's own, by its place among them."""

    def told(entry: Entry) -> dict[str, Value]:
        own = _own_notices(entry)
        return {"notices": [n for i, n in enumerate(own) if i != number] or None}

    _say(register, atlas, token, "notice", told)


def own_notices(register: Register, atlas: Atlas, token: str) -> list[dict[str, Any]]:
    """Return the notices that the entry's keepers posted, in their order."""
    with register.database.reading() as connection:
        keeper = kept_by(connection, token)
        return _own_notices(present_entry(connection, atlas, keeper.offer_id)[0])


def close(register: Register, atlas: Atlas, token: str, *, closed_on: date) -> None:
    """Say that it is closed for good from a day on: it leaves map and figures with that day."""
    _say(register, atlas, token, "close", lambda _: {"closed_on": closed_on.isoformat()})


def _own_notices(entry: Entry) -> list[dict[str, Any]]:
    claim = entry.claim(INITIATIVE, entry.id)
    return list((claim and claim.values.get("notices")) or ())


def _say(
    register: Register,
    atlas: Atlas,
    token: str,
    what: str,
    told: Callable[[Entry], dict[str, Value]],
    *,
    is_released: bool | None = None,
) -> tuple[str, ...]:
    with _changing(register, atlas, token, what) as (change, keeper):
        entry, is_there = present_entry(change.connection, atlas, keeper.offer_id)
        values = told(entry)
        old = entry.claim(INITIATIVE, entry.id)
        kept_open = old.has_public_contacts if old else False
        if not values and is_there and (old is None or is_released in (None, kept_open)):
            change.is_empty = True
            return ()
        after = with_words(
            entry,
            values,
            source=PEOPLE_SOURCES[INITIATIVE],
            source_id=entry.id,
            day=datetime.now(UTC).date(),
            is_released=kept_open if is_released is None else is_released,
        )
        put(change, entry, after, is_there=is_there)
        return tuple(sorted(values))


@contextmanager
def _changing(
    register: Register, atlas: Atlas, token: str, what: str
) -> Iterator[tuple[Change, Keeper]]:
    """Give one change by who has a link; the link is looked at inside of it."""
    with register.database.reading() as connection:
        keeper = kept_by(connection, token)
    if keeper.region != atlas.region.id:
        raise SubmissionError(f"this link keeps an entry of the region {keeper.region!r}")
    with register.database.changing(
        keeper.region, who=keeper.author, what=what, why=keeper.offer_id
    ) as change:
        yield change, kept_by(change.connection, token)
