"""How a submission lies in the tables, and what happened to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import orjson
import sqlalchemy as sa

from layers.errors import SubmissionError, UnknownSubmissionError
from layers.register.schema_submissions import SUBMISSION, SUBMISSION_STEP
from layers.register.values import json_text
from layers.submissions.links import checksum, now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from layers.register.entry import Value

WAITING, ACCEPTED, REJECTED, WITHDRAWN = "waiting", "accepted", "rejected", "withdrawn"
STATES: Final = (WAITING, ACCEPTED, REJECTED, WITHDRAWN)
SENDER: Final = "sender"  # who in the history, for whoever has the link


@dataclass(frozen=True, slots=True)
class Consent:
    """That somebody agreed: to which version of the text, when, in which language it stood."""

    version: str
    at: str
    language: str


@dataclass(frozen=True, slots=True)
class Submission:
    """
    What somebody suggested.

    Attributes
    ----------
    region, id
        Its key; the id opens nothing.
    offer_id
        The entry that a correction is of; of a new place "", and the entry's once it is accepted.
    is_correction
        Whether `content` holds only what differs (None: "it has none"), or a whole new place.
    state
        One of `STATES`.
    edition
        1 as it was sent, one more with each change: whoever decides names the one they saw.
    content
        By field of `layers.submissions.content.FIELDS`.
    note
        To those who decide; never published.
    name, email
        Of the sender, both optional; never published.
    is_released
        Whether telephone and e-mail of the place may be shown to everybody.
    consent
        To what the sender agreed.
    made_at, changed_at, decided_at
        Times in UTC, `decided_at` "" while it waits.
    who, reason
        Who decided, and why it was rejected.
    rev
        The change of the register that took it in, 0 before.
    """

    region: str
    id: str
    offer_id: str
    is_correction: bool
    state: str
    edition: int
    content: Mapping[str, Value]
    note: str
    name: str
    email: str
    is_released: bool
    consent: Consent
    made_at: str
    changed_at: str
    decided_at: str = ""
    who: str = ""
    reason: str = ""
    rev: int = 0
    is_tidied: bool = False

    @property
    def title(self) -> str:
        """Its name as far as it says one."""
        return str(self.content.get("name") or "")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened; `what` is sent, changed, forgotten, tidied, or a state."""

    number: int
    at: str
    who: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: name and e-mail, both optional, and the language of letters to them."""

    name: str = ""
    email: str = ""
    language: str = "de"
    note: str = field(default="")


def insert(connection: Connection, submission: Submission, token_hash: str) -> None:
    """Write a new submission with its first step."""
    connection.execute(SUBMISSION.insert(), {**_row(submission), "token_hash": token_hash})
    add_step(connection, submission, who=SENDER, what="sent")


def update(connection: Connection, submission: Submission, **changed: Any) -> None:
    """
    Write columns of a submission anew.

    Raises
    ------
    SubmissionError
        If somebody else decided or changed it since it was read: it is done once, by the first.
    """
    if "content" in changed:
        changed["content"] = json_text(dict(changed["content"]))
    done = connection.execute(
        sa.update(SUBMISSION)
        .where(
            SUBMISSION.c.region == submission.region,
            SUBMISSION.c.id == submission.id,
            SUBMISSION.c.state == submission.state,
            SUBMISSION.c.edition == submission.edition,
        )
        .values(**changed)
    )
    if not done.rowcount:
        raise SubmissionError(
            f"submission {submission.id} was decided or changed at this moment; look at it again"
        )


def add_step(
    connection: Connection, submission: Submission, *, who: str, what: str, why: str = ""
) -> None:
    """Note what happened; nothing that tells of the sender."""
    last = sa.select(sa.func.max(SUBMISSION_STEP.c.step)).where(
        SUBMISSION_STEP.c.region == submission.region,
        SUBMISSION_STEP.c.submission == submission.id,
    )
    row = {
        "region": submission.region,
        "submission": submission.id,
        "step": (connection.execute(last).scalar() or 0) + 1,
        "at": now(),
    }
    connection.execute(SUBMISSION_STEP.insert(), {**row, "who": who, "what": what, "why": why})


def select(*where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Return the query of submissions, the oldest first."""
    return sa.select(SUBMISSION).where(*where).order_by(SUBMISSION.c.made_at, SUBMISSION.c.id)


def found(connection: Connection, query: sa.Select[Any]) -> list[Submission]:
    """Return what a query of `select` finds."""
    return [_read(row) for row in connection.execute(query)]


def by_id(connection: Connection, region: str, submission_id: str) -> Submission:
    """
    Return a submission by its id.

    Raises
    ------
    UnknownSubmissionError
        If there is none.
    """
    is_it = (SUBMISSION.c.region == region, SUBMISSION.c.id == submission_id)
    for submission in found(connection, select(*is_it)):
        return submission
    raise UnknownSubmissionError(submission_id[:40], ())


def by_token(connection: Connection, token: str) -> Submission:
    """
    Return the submission that a private link leads to.

    Raises
    ------
    UnknownSubmissionError
        If it leads to none; the message does not repeat the link.
    """
    hashed = checksum(token)
    for submission in (
        found(connection, select(SUBMISSION.c.token_hash == hashed)) if hashed else ()
    ):
        return submission
    raise UnknownSubmissionError("…", ())


def steps(connection: Connection, submission: Submission) -> list[Step]:
    """Return what happened, the first thing first."""
    columns = SUBMISSION_STEP.c
    query = (
        sa.select(columns.step, columns.at, columns.who, columns.what, columns.why)
        .where(columns.region == submission.region, columns.submission == submission.id)
        .order_by(columns.step)
    )
    return [Step(*row) for row in connection.execute(query)]


def expect_waiting(submission: Submission, edition: int | None = None) -> None:
    """
    Refuse what was decided already, or changed since somebody looked.

    Raises
    ------
    SubmissionError
        In both cases.
    """
    if submission.state != WAITING:
        raise SubmissionError(f"submission {submission.id} is {submission.state} already")
    if edition is not None and submission.edition != edition:
        raise SubmissionError(
            f"submission {submission.id} was changed by its sender since: it is edition "
            f"{submission.edition} now, not {edition}; look at it again"
        )


def _row(submission: Submission) -> dict[str, Any]:
    return {
        "region": submission.region,
        "id": submission.id,
        "offer_id": submission.offer_id,
        "is_correction": submission.is_correction,
        "state": submission.state,
        "edition": submission.edition,
        "content": json_text(dict(submission.content)),
        "note": submission.note,
        "name": submission.name,
        "email": submission.email,
        "is_released": submission.is_released,
        "consent": submission.consent.version,
        "consented_at": submission.consent.at,
        "language": submission.consent.language,
        "made_at": submission.made_at,
        "changed_at": submission.changed_at,
        "decided_at": submission.decided_at,
        "who": submission.who,
        "reason": submission.reason,
        "rev": submission.rev,
        "is_tidied": submission.is_tidied,
    }


def _read(row: Any) -> Submission:
    return Submission(
        row.region,
        row.id,
        row.offer_id,
        bool(row.is_correction),
        row.state,
        row.edition,
        orjson.loads(row.content),
        row.note,
        row.name,
        row.email,
        bool(row.is_released),
        Consent(row.consent, row.consented_at, row.language),
        row.made_at,
        row.changed_at,
        row.decided_at,
        row.who,
        row.reason,
        row.rev,
        bool(row.is_tidied),
    )
