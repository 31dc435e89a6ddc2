"""
Yes or no, once: each decision looks in its own transaction whether it still waits.

Everything of the register is one change with who and why, so that it can be undone; what is said
twice is refused with who was first.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from layers.desk.decided import ACCEPTED, APART_, CONFIRMED, MERGED, REFUSED, decision_of
from layers.desk.items import DecidedError, UnknownItemError, parts_of
from layers.errors import RegisterError, SubmissionError
from layers.register import decisions, proposals
from layers.register.decisions import pair_of, told_apart
from layers.register.entry import ARCHIVED, PUBLISHED, REJECTED, SUBMITTED
from layers.register.register import ASK_AGAIN_DAYS
from layers.register.store import find, write
from layers.register.values import json_text
from layers.submissions.content import LONGEST_NOTE, plain_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from layers.register import Entry, Register
    from layers.register.database import Change

CONFIRM: Final = "confirm"
ARCHIVE: Final = "archive"
ACCEPT, REJECT, MERGE, APART = "accept", "reject", "merge", "apart"
# what may be done with what the register found, by the letter of its id
DOINGS: Final = {
    "s": (ACCEPT, REJECT),
    "k": (ACCEPT, REJECT),
    "e": (ACCEPT, REJECT),
    "i": (ACCEPT, REJECT),
    "d": (MERGE, APART),
    "o": (CONFIRM, ARCHIVE),
}


def stamp_of(entry: Entry, source: str) -> str:
    """Return a checksum of what waits of an entry's source: whoever decides names what they saw."""
    waiting = [c.to_record() for c in entry.proposals if c.source == source]
    return sha256(json_text(waiting).encode()).hexdigest()[:16]


def decide(
    register: Register,
    region: str,
    item: str,
    do: str,
    *,
    who: str,
    why: str = "",
    keep: str = "",
    stamp: str = "",
    on: date,
) -> int:
    """
    Decide something that the register found; return the number of the change.

    Parameters
    ----------
    item
        Its id, of the letters `e`, `i`, `d`, `o`.
    do
        One of `DOINGS`.
    who, why
        For the history.
    keep
        Which of a pair stays.
    stamp
        Of what was looked at, from `stamp_of`; "" decides whatever a source wants now.
    on
        Today.

    Raises
    ------
    UnknownItemError, UnknownOfferError
        If there is no such thing.
    DecidedError
        If it waits no more.
    SubmissionError
        If it changed since it was looked at, or may not be done.
    """
    letter, parts = parts_of(item)
    if letter in ("s", "k"):
        raise UnknownItemError(item, ())
    if do not in DOINGS[letter]:
        raise SubmissionError(f"`do` is {do!r}; it may be {', '.join(DOINGS[letter])}")
    why = plain_text(why, lines=True)[:LONGEST_NOTE]
    try:
        if letter == "d":
            return _pair(register, region, item, parts, do, keep=keep, who=who, why=why)
        return _entry(
            register, region, item, letter, parts, do, who=who, why=why, stamp=stamp, on=on
        )
    except SubmissionError:
        raise
    except RegisterError as exc:
        raise SubmissionError(str(exc)) from exc


def expect_waiting(
    connection: Connection, region: str, item: str, *, on: date
) -> tuple[str, tuple[str, ...]]:
    """
    Return letter and parts of the id of something that waits.

    Raises
    ------
    DecidedError
        If it waits no more.
    """
    letter, parts = parts_of(item)
    if not is_waiting(connection, region, letter, parts, on=on):
        raise DecidedError(item, decision_of(connection, region, letter, parts))
    return letter, parts


def is_waiting(
    connection: Connection, region: str, letter: str, parts: Sequence[str], *, on: date
) -> bool:
    """Tell whether something still waits to be decided."""
    if letter in ("s", "k"):
        return decision_of(connection, region, letter, parts) is None
    first = find(connection, region, parts[0])
    if letter == "i":
        return first.is_live and any(c.source == parts[1] for c in first.proposals)
    if letter == "e":
        return first.is_live and first.status == SUBMITTED
    if letter == "o":
        return first.is_public and (first.review_on is None or first.review_on <= on)
    second = find(connection, region, parts[1])
    is_apart = pair_of(first.id, second.id) in told_apart(connection, region)
    return first.is_live and second.is_live and first.id != second.id and not is_apart


@contextmanager
def _changing(
    register: Register, region: str, item: str, *, who: str, what: str, why: str, on: date
) -> Iterator[Change]:
    with register.database.changing(region, who=who, what=what, why=why) as change:
        expect_waiting(change.connection, region, item, on=on)
        yield change


def _pair(
    register: Register,
    region: str,
    item: str,
    parts: Sequence[str],
    do: str,
    *,
    keep: str,
    who: str,
    why: str,
) -> int:
    what = MERGED if do == MERGE else APART_
    if do == MERGE and keep not in parts:
        raise SubmissionError(f"`keep` is {keep!r}; it may be {parts[0]!r} or {parts[1]!r}")
    with _changing(register, region, item, who=who, what=what, why=why, on=date.max) as change:
        if do == APART:
            decisions.tell_apart(
                change, *(e.id for e in decisions.find_two(change, parts[0], parts[1]))
            )
        else:
            other = parts[0] if keep == parts[1] else parts[1]
            decisions.merge(change, *decisions.find_two(change, keep, other))
        return change.rev


def _entry(
    register: Register,
    region: str,
    item: str,
    letter: str,
    parts: Sequence[str],
    do: str,
    *,
    who: str,
    why: str,
    stamp: str,
    on: date,
) -> int:
    what = {
        ("i", ACCEPT): ACCEPTED,
        ("i", REJECT): REFUSED,
        ("e", ACCEPT): PUBLISHED,
        ("e", REJECT): REJECTED,
        ("o", CONFIRM): CONFIRMED,
        ("o", ARCHIVE): ARCHIVED,
    }[letter, do]
    with _changing(register, region, item, who=who, what=what, why=why, on=on) as change:
        entry = find(change.connection, region, parts[0])
        if letter == "i":
            if stamp and stamp_of(entry, parts[1]) != stamp:
                raise SubmissionError(
                    f"`item` {item!r}: the source {parts[1]!r} wants something else now; look at "
                    "it again"
                )
            take = proposals.accept if do == ACCEPT else proposals.reject
            after = take(entry, parts[1])
        elif do == CONFIRM:
            after = replace(entry, review_on=on + timedelta(days=ASK_AGAIN_DAYS))
        else:
            after = decisions.transition(entry, what)
        write(change, [after])
        return change.rev
