"""
The accounts themselves: added, found, changed, disabled; never deleted, since others name them.

Disabling, a new role and a new password end all sessions; disabling ends tokens as well, because
whatever asks with one is refused while its account is disabled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

import sqlalchemy as sa

from geo.errors import ParameterError
from layers.accounts.account import Account, checked_email, checked_name, checked_role
from layers.accounts.audit import write_event
from layers.accounts.passwords import check_password, hash_password
from layers.accounts.schema import ACCOUNT, LINK
from layers.accounts.sessions import end_all
from layers.accounts.times import now_utc, time_text

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from layers.register.database import Database


@dataclass(frozen=True, slots=True)
class User:
    """An account as who administers it sees it; `disabled_on` is "" while it is none."""

    account: Account
    has_password: bool
    created_at: str
    disabled_on: str


def add_user(
    database: Database,
    email: str,
    *,
    role: str,
    who: str,
    name: str = "",
    region: str = "",
    subject: str = "",
) -> Account:
    """
    Add an account, without a password.

    Parameters
    ----------
    database
        Where accounts lie.
    email, name
        Of whom it is; the name is the part before the @ where none is given.
    role
        What they may.
    who
        The id of the account that adds it, or `operator`.
    region
        The only region where they may do anything; "" for all.
    subject
        By what another place that signs them in knows them; "" for none.

    Raises
    ------
    ParameterError
        If the address is none or taken, or there is no such role.
    """
    email, role = checked_email(email), checked_role(role)
    row = {
        "id": str(uuid4()), "email": email, "role": role, "region": region, "password": "",
        "name": checked_name(name or email.partition("@")[0]), "subject": subject,
        "created_at": time_text(now_utc()), "disabled_on": "",
    }  # fmt: skip
    try:
        with database.writing() as connection:
            connection.execute(ACCOUNT.insert(), row)
            write_event(connection, who=who, what="account added", about=row["id"])
    except sa.exc.IntegrityError as exc:
        raise ParameterError(f"`email` {email} has an account already", parameter="email") from exc
    return Account(row["id"], email, row["name"], role, region or None)


def users(database: Database) -> list[User]:
    """Return all accounts, by their addresses."""
    with database.reading() as connection:
        return [_user(row) for row in connection.execute(sa.select(ACCOUNT).order_by("email"))]


def user_of(database: Database, email_or_id: str) -> User:
    """
    Return the account of an address or an id.

    Raises
    ------
    ParameterError
        If there is none.
    """
    with database.reading() as connection:
        return _user(_row(connection, email_or_id))


def set_role(database: Database, account: str, role: str, *, who: str) -> None:
    """
    Give an account another role, and end its sessions.

    Raises
    ------
    ParameterError
        If there is no such role, or it is the last admin's.
    """
    checked_role(role)
    with database.writing() as connection:
        if role != "admin":
            _keep_an_admin(connection, database, account, who=who)
        connection.execute(_of(account).values(role=role))
        end_all(connection, account)
        write_event(connection, who=who, what="role changed", about=account)


def set_enabled(database: Database, account: str, *, is_enabled: bool, who: str) -> None:
    """
    Disable an account, which ends its sessions, or enable it again.

    Raises
    ------
    ParameterError
        If it is the last admin's.
    """
    day = "" if is_enabled else now_utc().date().isoformat()
    with database.writing() as connection:
        if not is_enabled:
            _keep_an_admin(connection, database, account, who=who)
            end_all(connection, account)
            connection.execute(sa.delete(LINK).where(LINK.c.account == account))
        connection.execute(_of(account).values(disabled_on=day))
        what = "account enabled" if is_enabled else "account disabled"
        write_event(connection, who=who, what=what, about=account)


def set_password(
    database: Database, account: Account, password: str, *, who: str, keep: str = ""
) -> None:
    """
    Set a password, and end all sessions but that of the token `keep`.

    Raises
    ------
    ParameterError
        If it may not be taken.
    """
    check_password(password, email=account.email)
    stored = hash_password(password)
    with database.writing() as connection:
        put_password(connection, account.id, stored, who=who, keep=keep)


def put_password(
    connection: Connection, account: str, stored: str, *, who: str, keep: str = ""
) -> None:
    """Do what `set_password` says with a password that was checked and hashed."""
    connection.execute(_of(account).values(password=stored))
    connection.execute(sa.delete(LINK).where(LINK.c.account == account))
    end_all(connection, account, but=keep)
    write_event(connection, who=who, what="password set", about=account)


def _keep_an_admin(connection: Connection, database: Database, account: str, *, who: str) -> None:
    """Refuse to take the last admin away, except from the command line, which can make another."""
    if who == "operator":
        return
    if not database.is_sqlite:  # two admins that disable each other at once
        connection.exec_driver_sql("LOCK TABLE account IN SHARE ROW EXCLUSIVE MODE")
    others = sa.select(sa.func.count()).where(
        ACCOUNT.c.role == "admin", ACCOUNT.c.disabled_on == "", ACCOUNT.c.id != account
    )
    if not connection.execute(others).scalar_one():
        raise ParameterError("`account` is the last admin; name another one first")


def _row(connection: Connection, email_or_id: str) -> Row[tuple[object, ...]]:
    wanted = email_or_id.strip()
    query = sa.select(ACCOUNT).where((ACCOUNT.c.email == wanted.lower()) | (ACCOUNT.c.id == wanted))
    found = connection.execute(query).one_or_none()
    if found is None:
        raise ParameterError(
            f"`email` {wanted[:80]!r} has no account; `umkreis user list` names all",
            parameter="email",
        )
    return found


def _user(row: Row[tuple[object, ...]]) -> User:
    return User(Account.of(row), bool(row.password), row.created_at, row.disabled_on)


def _of(account: str) -> sa.Update:
    return sa.update(ACCOUNT).where(ACCOUNT.c.id == account)
