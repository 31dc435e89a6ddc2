"""
Sessions: how somebody who has signed in is known again.

A session ends 12 hours after it was last used and 7 days after it began, whichever comes first,
with signing out, a new password, and the end of its account. Only the checksum of its token is
stored. When it was last used is written at most every ten minutes, so that reading stays reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import sqlalchemy as sa

from layers.accounts.account import Account
from layers.accounts.audit import write_event
from layers.accounts.schema import ACCOUNT, SESSION, WHO
from layers.accounts.secret import digest_of, new_secret
from layers.accounts.times import now_utc, time_text

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from layers.register.database import Database

IDLE: Final = timedelta(hours=12)
LONGEST: Final = timedelta(days=7)
_WRITTEN_EVERY: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Session:
    """A session of an account, as its owner sees it."""

    id: str
    created_at: str
    seen_at: str
    is_this: bool


def begin_session(
    database: Database, account: str, *, ended: str = "", now: datetime | None = None
) -> str:
    """
    Begin a session; return its token, which is told only now.

    Parameters
    ----------
    database
        Where accounts lie.
    account
        The id of an account.
    ended
        The token of the session before on the same device, which ends.
    now
        The time; by default that of the clock.
    """
    token, at = new_secret(), time_text(now or now_utc())
    row = {"digest": digest_of(token), "id": str(uuid4()), "account": account}
    with database.writing() as connection:
        connection.execute(sa.delete(SESSION).where(_is_over(now or now_utc())))
        if ended:
            connection.execute(sa.delete(SESSION).where(SESSION.c.digest == digest_of(ended)))
        connection.execute(SESSION.insert(), {**row, "created_at": at, "seen_at": at})
        write_event(connection, who=account, what="signed in", about=account)
    return token


def account_of_session(
    database: Database, token: str, *, now: datetime | None = None
) -> Account | None:
    """Return whose session this is; None where it has ended or never was."""
    at = now or now_utc()
    query = (
        sa.select(*WHO, SESSION.c.seen_at)
        .join_from(SESSION, ACCOUNT, SESSION.c.account == ACCOUNT.c.id)
        .where(SESSION.c.digest == digest_of(token), ~_is_over(at), ACCOUNT.c.disabled_on == "")
    )
    with database.reading() as connection:
        found = connection.execute(query).one_or_none()
    if found is None:
        return None
    if found.seen_at < time_text(at - _WRITTEN_EVERY):
        _touch(database, token, at)
    return Account.of(found)


def _touch(database: Database, token: str, at: datetime) -> None:
    touched = sa.update(SESSION).where(SESSION.c.digest == digest_of(token))
    with database.writing() as connection:
        connection.execute(touched.values(seen_at=time_text(at)))


def end_session(database: Database, token: str) -> None:
    """End the session of a token, also where there is none."""
    gone = (
        sa.delete(SESSION).where(SESSION.c.digest == digest_of(token)).returning(SESSION.c.account)
    )
    with database.writing() as connection:
        account = connection.execute(gone).scalar_one_or_none()
        if account is not None:
            write_event(connection, who=account, what="signed out", about=account)


def end_own_session(database: Database, account: str, session_id: str) -> None:
    """End a session of an account by its id, also where there is none."""
    gone = sa.delete(SESSION).where(SESSION.c.id == session_id, SESSION.c.account == account)
    with database.writing() as connection:
        if connection.execute(gone).rowcount:
            write_event(connection, who=account, what="session ended", about=account)


def end_all(connection: Connection, account: str, *, but: str = "") -> None:
    """End all sessions of an account but that of one token, within a transaction."""
    others = SESSION.c.digest != digest_of(but) if but else sa.true()
    connection.execute(sa.delete(SESSION).where(SESSION.c.account == account, others))


def sessions(
    database: Database, account: str, *, token: str = "", now: datetime | None = None
) -> list[Session]:
    """Return the sessions of an account, the last used first; `is_this` marks that of `token`."""
    query = (
        sa.select(SESSION)
        .where(SESSION.c.account == account, ~_is_over(now or now_utc()))
        .order_by(SESSION.c.seen_at.desc(), SESSION.c.id)
    )
    this = digest_of(token) if token else ""
    with database.reading() as connection:
        return [
            Session(row.id, row.created_at, row.seen_at, row.digest == this)
            for row in connection.execute(query)
        ]


def _is_over(at: datetime) -> sa.ColumnElement[bool]:
    return (SESSION.c.seen_at <= time_text(at - IDLE)) | (
        SESSION.c.created_at <= time_text(at - LONGEST)
    )
