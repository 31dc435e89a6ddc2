"""
Takes a decision back: what was decided waits again, and the entry is what it was.

Only what nobody has changed since; otherwise the later change has to be undone first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.desk.decided import decision_of
from layers.desk.items import parts_of
from layers.errors import RegisterError, SubmissionError
from layers.register import decisions
from layers.submissions import keeping, kept
from layers.submissions.kept import ACCEPTED, REJECTED, WAITING

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from layers.register import Register
    from layers.submissions.kept import Submission

REOPENED = "reopened"  # as a step of a suggestion


def undo(register: Register, region: str, item: str, *, who: str) -> None:
    """
    Take back the last decision on something.

    Raises
    ------
    UnknownItemError, UnknownSubmissionError, UnknownOfferError
        If there is no such thing.
    SubmissionError
        If nothing was decided, or what was decided changed since.
    """
    letter, parts = parts_of(item)
    try:
        if letter == "s":
            _reopen(register, region, parts[0], who=who)
        elif letter == "k":
            keeping.reopen(register, region, parts[0])
        else:
            with register.database.reading() as connection:
                found = decision_of(connection, region, letter, parts)
            if found is None:
                raise SubmissionError(f"`item` {item!r}: nothing was decided that can be undone")
            register.undo(region, found.rev, who=who, why=found.what)
    except SubmissionError:
        raise
    except RegisterError as exc:
        raise SubmissionError(str(exc)) from exc


def _reopen(register: Register, region: str, submission_id: str, *, who: str) -> None:
    with register.database.reading() as connection:
        state = kept.by_id(connection, region, submission_id).state
    if state == ACCEPTED:
        with register.database.changing(
            region, who=who, what="undo accept submission", why=submission_id
        ) as change:
            given = _expect(kept.by_id(change.connection, region, submission_id), ACCEPTED)
            decisions.undo(change, given.rev)
            change.is_empty = False  # the suggestion waits again, also where it changed nothing
            target = given.offer_id if given.is_correction else ""
            _back(change.connection, given, who=who, offer_id=target, rev=0)
        return
    with register.database.writing() as connection:
        given = _expect(kept.by_id(connection, region, submission_id), REJECTED)
        _back(connection, given, who=who)


def _expect(given: Submission, state: str) -> Submission:
    if given.state != state:
        raise SubmissionError(
            f"submission {given.id} is {given.state}; only what was accepted or rejected is undone"
        )
    if given.is_tidied:
        raise SubmissionError(
            f"submission {given.id} was decided so long ago that its data were deleted"
        )
    return given


def _back(connection: Connection, given: Submission, *, who: str, **changed: object) -> None:
    empty = {"decided_at": "", "who": "", "reason": ""}
    kept.update(connection, given, state=WAITING, **empty, **changed)
    kept.add_step(connection, given, who=who, what=REOPENED)
