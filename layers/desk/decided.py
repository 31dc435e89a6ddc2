"""
What was decided of something at the desk, found where it is kept: who, when, what, why.

Suggestions and requests say so themselves. Of what the register found, the history of the entry
tells which change took it out of the queue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from layers.desk.items import Decision
from layers.register import reading
from layers.register.decisions import pair_of
from layers.register.entry import ARCHIVED, PUBLISHED, REJECTED, SUBMITTED
from layers.register.schema import APART, CHANGE
from layers.register.store import find
from layers.submissions import keeping, kept
from layers.submissions.keeping import ASKED
from layers.submissions.kept import WAITING, WITHDRAWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from layers.register import Entry, Register
    from layers.register.reading import ChangeInfo

APART_, MERGED, CONFIRMED = "tell apart", "merge", "review"  # as changes of the register say
ACCEPTED, REFUSED = "accept", "reject"
TAKEN_IN: Final = "accept submission"
DESK_CHANGES: Final = (
    TAKEN_IN, ACCEPTED, REFUSED, MERGED, APART_, CONFIRMED, PUBLISHED, REJECTED, ARCHIVED,
)  # fmt: skip
_BY_SENDER: Final = "sender"


def decision_of(
    connection: Connection, region: str, letter: str, parts: Sequence[str]
) -> Decision | None:
    """
    Return what was decided last of something, None where nobody did.

    Parameters
    ----------
    letter, parts
        Of its id, from `layers.desk.items.parts_of`.

    Raises
    ------
    UnknownSubmissionError, UnknownOfferError
        If there is no such suggestion, request or entry.
    """
    if letter == "s":
        return _of_suggestion(kept.by_id(connection, region, parts[0]))
    if letter == "k":
        keeper = keeping.by_id(connection, region, parts[0])
        if keeper.state == ASKED:
            return None
        return Decision(keeper.who, keeper.decided_at, keeper.state, keeper.reason)
    for part in parts if letter == "d" else parts[:1]:
        find(connection, region, part)
    found = _of_pair(connection, region, parts) if letter == "d" else None
    if letter != "d":
        test = {"i": _takes_out, "e": _publishes, "o": _answers}[letter]
        for before, after, change in reversed(list(_steps(connection, region, parts[0]))):
            if test(before, after, change, parts):
                found = change
                break
    if found is None:
        return None
    return Decision(found.who, found.recorded_at, found.what, found.why, found.rev)


def decisions_of(register: Register, region: str, *, limit: int = 50) -> list[ChangeInfo]:
    """Return the last changes of the register that somebody decided, the newest first."""
    changes = CHANGE.c
    query = (
        sa.select(changes.rev, changes.recorded_at, changes.who, changes.what, changes.why)
        .where(changes.region == region, changes.what.in_(DESK_CHANGES))
        .order_by(changes.rev.desc())
        .limit(limit)
    )
    with register.database.reading() as connection:
        return [reading.ChangeInfo(*row) for row in connection.execute(query)]


def _of_suggestion(given: kept.Submission) -> Decision | None:
    if given.state == WAITING:
        return None
    who = _BY_SENDER if given.state == WITHDRAWN else given.who
    return Decision(who, given.decided_at, given.state, given.reason, given.rev)


def _steps(
    connection: Connection, region: str, entry_id: str
) -> Iterator[tuple[Entry | None, Entry, ChangeInfo]]:
    before: dict[str, Entry] = {}
    for revision in reading.history(connection, region, entry_id):
        yield before.get(revision.entry.id), revision.entry, revision.change
        before[revision.entry.id] = revision.entry


def _takes_out(
    before: Entry | None, after: Entry, change: ChangeInfo, parts: Sequence[str]
) -> bool:
    had = before is not None and any(c.source == parts[1] for c in before.proposals)
    has = any(c.source == parts[1] for c in after.proposals)
    return had and not has and change.what in (ACCEPTED, REFUSED)


def _publishes(before: Entry | None, after: Entry, _: ChangeInfo, __: Sequence[str]) -> bool:
    was = before is not None and before.status == SUBMITTED
    return was and (after.status != SUBMITTED or not after.is_live)


def _answers(before: Entry | None, after: Entry, change: ChangeInfo, _: Sequence[str]) -> bool:
    was = before is not None and before.is_public
    return was and (change.what == CONFIRMED or not after.is_public)


def _of_pair(connection: Connection, region: str, parts: Sequence[str]) -> ChangeInfo | None:
    first, second = parts
    pair = pair_of(first, second)
    query = (
        sa.select(CHANGE.c.rev, CHANGE.c.recorded_at, CHANGE.c.who, CHANGE.c.what, CHANGE.c.why)
        .join_from(APART, CHANGE, CHANGE.c.rev == APART.c.rev)
        .where(APART.c.region == region, APART.c.first == pair[0], APART.c.second == pair[1])
        .where(APART.c.ended_rev == 0)
        .order_by(APART.c.rev.desc())
    )
    row = connection.execute(query).first()
    if row is not None:
        return reading.ChangeInfo(*row)
    if find(connection, region, first).id != find(connection, region, second).id:
        return None
    for entry_id in parts:
        for _, after, change in reversed(list(_steps(connection, region, entry_id))):
            if after.id in parts and after.merged_into in parts and change.what == MERGED:
                return change
    return None
