"""Links to set a password: good once, for a day, shown once to whoever makes them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from layers.accounts.account import Account
from layers.accounts.audit import write_event
from layers.accounts.passwords import check_password, hash_password
from layers.accounts.schema import ACCOUNT, LINK, WHO
from layers.accounts.secret import digest_of, new_secret
from layers.accounts.times import now_utc, time_text
from layers.accounts.users import put_password

if TYPE_CHECKING:
    from layers.register.database import Database

VALID: Final = timedelta(hours=24)


def make_link(database: Database, account: str, *, who: str) -> str:
    """Return the secret of a new link for an account; those before it end."""
    secret, now = new_secret(), now_utc()
    row = {"digest": digest_of(secret), "account": account, "expires_at": time_text(now + VALID)}
    with database.writing() as connection:
        old = (LINK.c.account == account) | (LINK.c.expires_at <= time_text(now))
        connection.execute(sa.delete(LINK).where(old))
        connection.execute(LINK.insert(), row)
        write_event(connection, who=who, what="password link made", about=account)
    return secret


def account_of_link(
    database: Database, secret: str, *, now: datetime | None = None
) -> Account | None:
    """Return whose link this is; None where it was used, has ended or never was."""
    query = (
        sa.select(*WHO)
        .join_from(LINK, ACCOUNT, LINK.c.account == ACCOUNT.c.id)
        .where(
            LINK.c.digest == digest_of(secret),
            LINK.c.expires_at > time_text(now or now_utc()),
            ACCOUNT.c.disabled_on == "",
        )
    )
    with database.reading() as connection:
        row = connection.execute(query).one_or_none()
    return Account.of(row) if row else None


def use_link(database: Database, secret: str, password: str) -> Account | None:
    """
    Set a password by a link, which ends; return whose it is, None where it is no longer good.

    Raises
    ------
    ParameterError
        If the password may not be taken; the link stays good.
    """
    account = account_of_link(database, secret)
    if account is None:
        return None
    check_password(password, email=account.email)
    stored = hash_password(password)
    gone = sa.delete(LINK).where(LINK.c.digest == digest_of(secret))
    with database.writing() as connection:
        if not connection.execute(gone).rowcount:  # somebody was faster
            return None
        put_password(connection, account.id, stored, who=account.id)
    return account
