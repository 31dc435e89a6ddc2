"""
What people say here, put into entries so that the last word holds.

Suggestions and initiatives are claims of their own beside those of lists and of the desk. Whoever
says something of a field takes it out of what other people said before, in the same change, which
can be undone: so the order of sources never decides between people.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from layers.errors import SubmissionError, UnknownOfferError
from layers.register.built import entry_of_offer
from layers.register.decisions import said, without
from layers.register.entry import PEOPLE, PUBLISHED, SHARED_FIELDS, TRANSITIONS, Claim, Entry
from layers.register.store import check, find, write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sqlalchemy import Connection

    from layers.atlas import Atlas
    from layers.register.database import Change
    from layers.register.entry import Source, Value


def present_entry(connection: Connection, atlas: Atlas, offer_id: str) -> tuple[Entry, bool]:
    """
    Return an entry as it stands, and whether the register holds it yet.

    An offer that the region was built with, and of which the register knows nothing, becomes an
    entry with its first change.

    Raises
    ------
    UnknownOfferError
        If there is none.
    SubmissionError
        If it was removed, or is out of sight for good.
    """
    try:
        entry = find(connection, atlas.region.id, offer_id)
    except UnknownOfferError:
        return entry_of_offer(atlas.offers[atlas.offers.row(offer_id)]), False
    if not entry.is_live or (entry.status != PUBLISHED and PUBLISHED not in _ways(entry)):
        raise SubmissionError(f"the entry {entry.id!r} was removed; it cannot be changed")
    return entry, True


def with_words(
    entry: Entry,
    values: Mapping[str, Value],
    *,
    source: Source,
    source_id: str,
    day: date,
    is_released: bool,
) -> Entry:
    """
    Return an entry of which somebody says something; None says that it has none.

    Parameters
    ----------
    source, source_id
        Of the claim; what it said before and does not say now stays.
    is_released
        Whether telephone and e-mail in the claim may be shown.

    Raises
    ------
    RegisterError
        If a value may not stand there, was erased for good, or no place or kind would be left.
    """
    old = entry.claim(source.id, source_id) or Claim(source.id, source_id, source.licence, day)
    told = replace(source, has_public_contacts=is_released)
    claim = said(entry, old, values, source=told, day=day)
    names = [name for name in values if name not in SHARED_FIELDS]
    others = (
        c if c.key == claim.key or c.source not in PEOPLE else without(c, names)
        for c in entry.with_claim(claim).claims
    )
    # of a claim of people nothing may be left; a list goes on holding its record
    after = replace(entry, claims=tuple(c for c in others if c.values or c.source not in PEOPLE))
    check(after)
    return after


def put(change: Change, before: Entry, after: Entry, *, is_there: bool) -> None:
    """Write an entry where it changed, or is new to the register."""
    if after != before or not is_there:
        write(change, [after], are_new=not is_there)


def _ways(entry: Entry) -> tuple[str, ...]:
    return TRANSITIONS[entry.status]
