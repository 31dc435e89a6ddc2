"""
The sender's side: suggest, look, change, withdraw, let go of one's own data.

Nothing of it is a change of the register: no number is raised, no answer is out of date, nothing is
public. Only `layers.submissions.review.accept` makes it so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from layers.errors import RegisterError, SubmissionError
from layers.register.schema_submissions import SUBMISSION
from layers.submissions import kept
from layers.submissions.content import (
    LONGEST,
    LONGEST_NOTE,
    Fault,
    checked_content,
    differing,
    is_mail,
    plain_text,
    present_values,
)
from layers.submissions.kept import WAITING, WITHDRAWN, Consent, Submission
from layers.submissions.links import checksum, new_id, new_token, now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.atlas import Atlas
    from layers.register import Register
    from layers.submissions.kept import Sender, Step

MOST_WAITING: Final = 5_000  # in a region: no desk reads more, and no flood fills the disk


class ContentError(RegisterError):
    """What is suggested has faults; `faults` are all of them, each with its field."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("; ".join(map(str, faults)))


def content_of(
    atlas: Atlas, values: Mapping[str, Any], *, offer_id: str = ""
) -> tuple[dict[str, Any], tuple[Fault, ...]]:
    """
    Return what a suggestion would keep, and what is wrong with it; nothing is written.

    Parameters
    ----------
    atlas
        The region with the offers that are published now.
    values
        By field, whole: of a correction all that the form shows.
    offer_id
        The entry that is corrected; only what differs from what everybody sees of it is returned.

    Raises
    ------
    UnknownOfferError
        If there is no such entry.
    """
    content, faults = checked_content(values, atlas, is_correction=bool(offer_id))
    if offer_id and not faults:
        content = differing(content, present_values(atlas.offers[atlas.offers.row(offer_id)]))
    return content, faults


def submit(
    register: Register,
    atlas: Atlas,
    values: Mapping[str, Any],
    *,
    sender: Sender,
    consent: str,
    is_released: bool = False,
    offer_id: str = "",
) -> tuple[Submission, str]:
    """
    Keep a suggestion until somebody decides.

    Parameters
    ----------
    register, atlas
        Where it is kept; the region with the offers that are published now.
    values
        By field of `layers.submissions.content.FIELDS`.
    sender
        Who sends it; all of it optional, none of it ever public.
    consent
        The version of the text that the sender agreed to.
    is_released
        Whether telephone and e-mail of the place may be shown to everybody.
    offer_id
        The entry that is to be corrected; "" for a new place.

    Returns
    -------
    submission, token
        The token of the private link, which is kept nowhere.

    Raises
    ------
    ContentError
        With all faults.
    SubmissionError
        If a correction changes nothing, or too many wait in the region.
    """
    content, faults = content_of(atlas, values, offer_id=offer_id)
    faults += sender_faults(sender)
    if faults:
        raise ContentError(faults)
    if offer_id:
        offer_id = atlas.offers[atlas.offers.row(offer_id)].id
    note = plain_text(sender.note, lines=True)
    if offer_id and not content and not note:
        raise SubmissionError("nothing differs from what the entry says already")
    at, token = now(), new_token()
    submission = Submission(
        region=atlas.region.id,
        id=new_id("s"),
        offer_id=offer_id,
        is_correction=bool(offer_id),
        state=WAITING,
        edition=1,
        content=content,
        note=note,
        name=plain_text(sender.name),
        email=sender.email.strip(),
        is_released=is_released,
        consent=Consent(consent, at, sender.language),
        made_at=at,
        changed_at=at,
    )
    with register.database.writing() as connection:
        is_waiting = (SUBMISSION.c.region == atlas.region.id, SUBMISSION.c.state == WAITING)
        query = sa.select(sa.func.count()).select_from(SUBMISSION).where(*is_waiting)
        if (connection.execute(query).scalar() or 0) >= MOST_WAITING:
            raise SubmissionError(
                f"{MOST_WAITING} suggestions wait in this region already; send it later"
            )
        kept.insert(connection, submission, checksum(token))
    return submission, token


def followed(register: Register, token: str) -> tuple[Submission, list[Step]]:
    """
    Return what a private link leads to, and what happened to it.

    Raises
    ------
    UnknownSubmissionError
        If it leads to nothing.
    """
    with register.database.reading() as connection:
        submission = kept.by_token(connection, token)
        return submission, kept.steps(connection, submission)


def change(
    register: Register,
    atlas: Atlas,
    token: str,
    values: Mapping[str, Any],
    *,
    sender: Sender,
    is_released: bool,
) -> Submission:
    """
    Say something else instead, as long as nobody has decided.

    Raises
    ------
    ContentError
        With all faults.
    SubmissionError
        If somebody has decided, or nothing would be left of a correction.
    """
    with register.database.writing() as connection:
        submission = kept.by_token(connection, token)
        kept.expect_waiting(submission)
        content, faults = content_of(atlas, values, offer_id=submission.offer_id)
        faults += sender_faults(sender)
        if faults:
            raise ContentError(faults)
        note = plain_text(sender.note, lines=True)
        if submission.is_correction and not content and not note:
            raise SubmissionError("nothing differs from what the entry says already; withdraw it")
        kept.update(
            connection,
            submission,
            content=content,
            note=note,
            name=plain_text(sender.name),
            email=sender.email.strip(),
            is_released=is_released,
            edition=submission.edition + 1,
            changed_at=now(),
        )
        kept.add_step(connection, submission, who=kept.SENDER, what="changed")
        return kept.by_token(connection, token)


def withdraw(register: Register, token: str) -> None:
    """
    Take a suggestion back, as long as nobody has decided.

    Raises
    ------
    SubmissionError
        If somebody has decided.
    """
    with register.database.writing() as connection:
        submission = kept.by_token(connection, token)
        kept.expect_waiting(submission)
        kept.update(connection, submission, state=WITHDRAWN, decided_at=now())
        kept.add_step(connection, submission, who=kept.SENDER, what=WITHDRAWN)


def forget_sender(register: Register, token: str) -> None:
    """Delete the sender's name and e-mail; the suggestion and its link stay."""
    with register.database.writing() as connection:
        submission = kept.by_token(connection, token)
        if submission.name or submission.email:
            kept.update(connection, submission, name="", email="")
            kept.add_step(connection, submission, who=kept.SENDER, what="forgotten")


def sender_faults(sender: Sender) -> tuple[Fault, ...]:
    """Return what is wrong with what senders say of themselves."""
    faults = []
    if len(plain_text(sender.name)) > LONGEST["name"]:
        faults.append(Fault("sender_name", "too_long", LONGEST["name"]))
    if sender.email.strip() and not is_mail(sender.email.strip()):
        faults.append(Fault("sender_email", "no_mail"))
    if len(plain_text(sender.note, lines=True)) > LONGEST_NOTE:
        faults.append(Fault("note", "too_long", LONGEST_NOTE))
    return tuple(faults)
