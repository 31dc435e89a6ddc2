"""
Initiatives that keep their entry themselves.

Somebody says "this is ours" and gets a private link at once. It opens nothing until it is proven:
by a code mailed to the address that the entry has, public or not, or by a moderator. From then on
it edits the entry (`layers.submissions.own_words`). Links are renewed by who has them and revoked
by either side; several people may keep one entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from layers.errors import SubmissionError, UnknownSubmissionError
from layers.register.resolve import values_of
from layers.register.schema_submissions import KEEPER, KEEPER_CODE
from layers.submissions.content import (
    LONGEST_NOTE,
    Fault,
    is_mail,
    plain_text,
)
from layers.submissions.links import (
    checksum,
    code_checksum,
    is_alike,
    new_code,
    new_id,
    new_token,
    now,
    time_text,
)
from layers.submissions.people import present_entry
from layers.submissions.sending import ContentError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from layers.atlas import Atlas
    from layers.register import Register
    from layers.submissions.kept import Sender

ASKED, KEPT, REFUSED, REVOKED = "asked", "kept", "refused", "revoked"
CODE_HOLDS: Final = timedelta(hours=1)
MOST_TRIES: Final = 5  # of 10⁸ codes: one in twenty million is guessed
MOST_CODES_A_DAY: Final = 3  # mailed for one entry: nobody is flooded with them
BY_CODE, BY_DESK = "code", "desk"


@dataclass(frozen=True, slots=True)
class Keeper:
    """
    Somebody who keeps an entry, or asked to.

    Attributes
    ----------
    region, id
        Its key; the id opens nothing, and stands in the history for what they change.
    offer_id
        The entry.
    state
        `asked`, `kept`, `refused` or `revoked`.
    name, email, note
        What they said of themselves; never published.
    proof
        `code` or `desk`, "" before.
    has_code
        Whether a code was mailed and still holds.
    who, reason
        Who decided, and why it was refused or revoked.
    """

    region: str
    id: str
    offer_id: str
    state: str
    name: str
    email: str
    note: str
    language: str
    proof: str
    has_code: bool
    made_at: str
    decided_at: str
    who: str
    reason: str

    @property
    def author(self) -> str:
        """Who the history says it was."""
        return f"initiative {self.id}"


def begin(
    register: Register, atlas: Atlas, offer_id: str, *, sender: Sender, consent: str
) -> tuple[Keeper, str]:
    """
    Ask to keep an entry; return the request and the token of its private link.

    Raises
    ------
    UnknownOfferError, SubmissionError
        If there is no such entry, or it was removed.
    ContentError
        If what they say of themselves has faults.
    """
    faults = []
    if sender.email.strip() and not is_mail(sender.email.strip()):
        faults.append(Fault("sender_email", "no_mail"))
    note = plain_text(sender.note, lines=True)
    if len(note) > LONGEST_NOTE:
        faults.append(Fault("note", "too_long", LONGEST_NOTE))
    if faults:
        raise ContentError(tuple(faults))
    token, at = new_token(), now()
    with register.database.writing() as connection:
        entry, _ = present_entry(connection, atlas, offer_id)
        row = {
            "region": atlas.region.id,
            "id": new_id("k"),
            "token_hash": checksum(token),
            "offer_id": entry.id,
            "state": ASKED,
            "name": plain_text(sender.name)[:120],
            "email": sender.email.strip(),
            "note": note,
            "consent": consent,
            "consented_at": at,
            "language": sender.language,
            "code_tries": 0,
            "made_at": at,
            "is_tidied": False,
        }
        empty = ("code_hash", "code_until", "proof", "decided_at", "who", "reason")
        connection.execute(KEEPER.insert(), {**row, **dict.fromkeys(empty, "")})
        return _by_token(connection, token)[0], token


def keeper_of(register: Register, token: str) -> Keeper:
    """
    Return who has a private link.

    Raises
    ------
    UnknownSubmissionError
        If it leads to nothing.
    """
    with register.database.reading() as connection:
        return _by_token(connection, token)[0]


def keepers(register: Register, region: str, *, state: str = ASKED) -> list[Keeper]:
    """Return the keepers of a region in a state, the oldest first: what waits for the desk."""
    query = (
        sa.select(KEEPER)
        .where(KEEPER.c.region == region, KEEPER.c.state == state)
        .order_by(KEEPER.c.made_at, KEEPER.c.id)
    )
    with register.database.reading() as connection:
        return [_read(row) for row in connection.execute(query)]


def address_of(register: Register, atlas: Atlas, offer_id: str) -> str:
    """Return the e-mail of an entry, public or not, "" where it has none: for a code alone."""
    with register.database.reading() as connection:
        entry, _ = present_entry(connection, atlas, offer_id)
    email = str(values_of(entry).get("email", "")).strip()
    return email if is_mail(email) else ""


def code_for(register: Register, atlas: Atlas, token: str) -> tuple[str, str]:
    """
    Make a code for who asked; return the address that it is to be mailed to, and the code.

    The code of before holds no more.

    Raises
    ------
    SubmissionError
        If the entry has no address, too many codes were mailed today, or it is decided.
    """
    with register.database.writing() as connection:
        keeper, row = _by_token(connection, token)
        if keeper.state != ASKED:
            raise SubmissionError(f"this request is {keeper.state} already")
        entry, _ = present_entry(connection, atlas, keeper.offer_id)
        address = str(values_of(entry).get("email", "")).strip()
        if not is_mail(address):
            raise SubmissionError(f"the entry {entry.id!r} has no e-mail; ask who decides here")
        at = datetime.now(UTC)
        mailed = (
            sa.select(sa.func.count())
            .select_from(KEEPER_CODE)
            .where(
                KEEPER_CODE.c.region == keeper.region,
                KEEPER_CODE.c.offer_id == entry.id,
                KEEPER_CODE.c.at > time_text(at - timedelta(days=1)),
            )
        )
        if (connection.execute(mailed).scalar() or 0) >= MOST_CODES_A_DAY:
            raise SubmissionError(
                f"{MOST_CODES_A_DAY} codes were mailed for this entry today; try tomorrow, or ask "
                "who decides here"
            )
        code = new_code()
        values = {
            "code_hash": code_checksum(code, salt=row.token_hash),
            "code_until": time_text(at + CODE_HOLDS),
            "code_tries": 0,
        }
        _update(connection, keeper, **values)
        mail = {"region": keeper.region, "offer_id": entry.id, "at": time_text(at)}
        connection.execute(KEEPER_CODE.insert(), mail)
        return address, code


def prove(register: Register, token: str, code: str) -> Keeper:
    """
    Prove by the code that was mailed; from then on the link edits the entry.

    Raises
    ------
    SubmissionError
        If it is not that code, holds no more, or was tried too often.
    """
    with register.database.writing() as connection:
        keeper, row = _by_token(connection, token)
        if keeper.state != ASKED:
            raise SubmissionError(f"this request is {keeper.state} already")
        holds = row.code_hash and row.code_until > now() and row.code_tries < MOST_TRIES
        is_right = is_alike(row.code_hash, code_checksum(code, salt=row.token_hash))
        if holds and is_right:
            _decide(connection, keeper, KEPT, who=keeper.author, proof=BY_CODE)
            return _by_token(connection, token)[0]
        if holds:  # counted although an error is told: the transaction ends first
            _update(connection, keeper, code_tries=row.code_tries + 1)
    if not holds:
        raise SubmissionError("this code holds no more; let another one be mailed")
    left = MOST_TRIES - row.code_tries - 1
    raise SubmissionError(f"this is not the code that was mailed; {left} tries are left")


def approve(register: Register, region: str, keeper_id: str, *, who: str) -> None:
    """
    Say at the desk that somebody may keep the entry.

    Raises
    ------
    SubmissionError
        If it is decided already.
    """
    with register.database.writing() as connection:
        keeper = by_id(connection, region, keeper_id)
        if keeper.state != ASKED:
            raise SubmissionError(f"the request {keeper.id} is {keeper.state} already")
        _decide(connection, keeper, KEPT, who=who, proof=BY_DESK)


def refuse(register: Register, region: str, keeper_id: str, *, who: str, reason: str) -> None:
    """
    Say at the desk that they may not, or no longer; the link then only tells why.

    Raises
    ------
    SubmissionError
        If there is no reason, or it had ended already.
    """
    reason = plain_text(reason, lines=True)[:LONGEST_NOTE]
    if not reason:
        raise SubmissionError("`reason` is empty; say why")
    with register.database.writing() as connection:
        keeper = by_id(connection, region, keeper_id)
        if keeper.state not in (ASKED, KEPT):
            raise SubmissionError(f"the request {keeper.id} is {keeper.state} already")
        state = REFUSED if keeper.state == ASKED else REVOKED
        _decide(connection, keeper, state, who=who, reason=reason)


def reopen(register: Register, region: str, keeper_id: str) -> None:
    """
    Take back what the desk decided: the request waits again, and its link opens nothing.

    Raises
    ------
    SubmissionError
        If the desk did not decide it, or its sender gave it up.
    """
    with register.database.writing() as connection:
        known = by_id(connection, region, keeper_id)
        is_desks = known.state == REFUSED or (known.state == KEPT and known.proof == BY_DESK)
        if not is_desks:
            raise SubmissionError(f"the request {known.id} is {known.state}, not by the desk")
        back = {"state": ASKED, "who": "", "reason": "", "decided_at": "", "proof": ""}
        _update(connection, known, KEEPER.c.state == known.state, **back)


def give_up(register: Register, token: str) -> None:
    """End it oneself: the link opens nothing any more, and name and e-mail are deleted."""
    with register.database.writing() as connection:
        keeper, _ = _by_token(connection, token)
        _decide(connection, keeper, REVOKED, who=keeper.author)
        _update(connection, keeper, name="", email="", note="", is_tidied=True)


def renew(register: Register, token: str) -> str:
    """
    Return another token; the one of before leads to nothing.

    Raises
    ------
    SubmissionError
        If the entry is not kept by it.
    """
    with register.database.writing() as connection:
        keeper = kept_by(connection, token)
        fresh = new_token()
        _update(connection, keeper, token_hash=checksum(fresh))
        return fresh


def kept_by(connection: Connection, token: str) -> Keeper:
    """
    Return who keeps an entry by a link.

    Raises
    ------
    SubmissionError
        If it is not proven, or no longer holds.
    """
    keeper, _ = _by_token(connection, token)
    if keeper.state != KEPT:
        raise SubmissionError(f"this link does not keep the entry: the request is {keeper.state}")
    return keeper


def _decide(
    connection: Connection,
    keeper: Keeper,
    state: str,
    *,
    who: str,
    proof: str = "",
    reason: str = "",
) -> None:
    values = {"state": state, "who": who, "reason": reason, "decided_at": now(), "code_hash": ""}
    is_same = KEEPER.c.state == keeper.state  # two may decide at once: the first does
    if not _update(connection, keeper, is_same, **values, proof=proof or keeper.proof):
        raise SubmissionError(f"the request {keeper.id} was decided at this moment")


def _update(
    connection: Connection, keeper: Keeper, *where: sa.ColumnElement[bool], **values: Any
) -> int:
    is_it = (KEEPER.c.region == keeper.region, KEEPER.c.id == keeper.id, *where)
    return connection.execute(sa.update(KEEPER).where(*is_it).values(**values)).rowcount


def _by_token(connection: Connection, token: str) -> tuple[Keeper, Any]:
    if hashed := checksum(token):
        query = sa.select(KEEPER).where(KEEPER.c.token_hash == hashed)
        for row in connection.execute(query):
            return _read(row), row
    raise UnknownSubmissionError("…", ())


def by_id(connection: Connection, region: str, keeper_id: str) -> Keeper:
    """Return a request by its id."""
    query = sa.select(KEEPER).where(KEEPER.c.region == region, KEEPER.c.id == keeper_id)
    for row in connection.execute(query):
        return _read(row)
    raise UnknownSubmissionError(keeper_id[:40], ())


def _read(row: Any) -> Keeper:
    return Keeper(
        row.region,
        row.id,
        row.offer_id,
        row.state,
        row.name,
        row.email,
        row.note,
        row.language,
        row.proof,
        bool(row.code_hash) and row.code_until > now() and row.code_tries < MOST_TRIES,
        row.made_at,
        row.decided_at,
        row.who,
        row.reason,
    )
