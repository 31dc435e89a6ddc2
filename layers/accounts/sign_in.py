"""Signing in with a password: right, wrong, or too often wrong; equally long in any case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from layers.accounts.account import Account
from layers.accounts.audit import write_event
from layers.accounts.passwords import hash_password, is_outdated, is_password
from layers.accounts.schema import ACCOUNT
from layers.accounts.throttle import count_attempt, forgive

if TYPE_CHECKING:
    from datetime import datetime

    from layers.register.database import Database


def sign_in(
    database: Database, email: str, password: str, *, client: str, now: datetime | None = None
) -> Account | None:
    """
    Check an address and a password.

    Parameters
    ----------
    database
        Where accounts lie.
    email, password
        What somebody typed.
    client
        Where they ask from: an address, or what stands for one.
    now
        The time; by default that of the clock.

    Returns
    -------
    account
        Whose they are; None where there is no such account, it is disabled, or the password is
        another, which cannot be told apart.

    Raises
    ------
    TooManyFailuresError
        If too many attempts before this one have failed.
    """
    email = email.strip().lower()
    attempt = count_attempt(database, email, client, now=now)
    with database.reading() as connection:
        query = sa.select(ACCOUNT).where(ACCOUNT.c.email == email, ACCOUNT.c.disabled_on == "")
        row = connection.execute(query).one_or_none()
    stored = row.password if row else ""
    if not is_password(stored, password) or row is None:
        with database.writing() as connection:
            about = row.id if row else "unknown"
            write_event(connection, who="unknown", what="sign-in failed", about=about)
        return None
    forgive(database, attempt)
    if is_outdated(stored):
        renewed = sa.update(ACCOUNT).where(ACCOUNT.c.id == row.id, ACCOUNT.c.password == stored)
        with database.writing() as connection:
            connection.execute(renewed.values(password=hash_password(password)))
    return Account.of(row)
