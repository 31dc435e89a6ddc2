"""
Accounts of people whom another place signs in: known there by a subject that never changes.

Whoever comes for the first time is found by an address that the other place has checked, and from
then on by the subject alone. Where the other place tells roles, accounts are added, and their role
follows what it says; else only accounts that are here already are entered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from layers.accounts.account import OPERATOR, Account
from layers.accounts.schema import ACCOUNT
from layers.accounts.users import add_user, set_role

if TYPE_CHECKING:
    from layers.register.database import Database


def account_known_elsewhere(
    database: Database, *, subject: str, email: str, role: str | None, name: str = ""
) -> Account | None:
    """
    Return the account of somebody whom another place has signed in.

    Parameters
    ----------
    database
        Where accounts lie.
    subject
        By what the other place knows them, with its own name.
    email
        Their address, "" where the other place has not checked it.
    role
        What the other place says that they may; None where it tells no roles.
    name
        What it calls them.

    Returns
    -------
    account
        None where there is none, it is disabled, or the address is somebody else's.

    Raises
    ------
    ParameterError
        If an account is to be added, and the address is none.
    """
    with database.reading() as connection:
        row = connection.execute(sa.select(ACCOUNT).where(ACCOUNT.c.subject == subject)).first()
        if row is None and email:
            known = sa.select(ACCOUNT).where(ACCOUNT.c.email == email.strip().lower())
            row = connection.execute(known).first()
    if row is None:
        if role is None or not email:
            return None
        return add_user(database, email, role=role, who=OPERATOR, name=name[:100], subject=subject)
    if row.disabled_on or row.subject not in ("", subject):
        return None
    if not row.subject:
        with database.writing() as connection:
            bound = sa.update(ACCOUNT).where(ACCOUNT.c.id == row.id, ACCOUNT.c.subject == "")
            connection.execute(bound.values(subject=subject))
    if role is not None and role != row.role:
        set_role(database, row.id, role, who=OPERATOR)
    account = Account.of(row)
    return Account(account.id, account.email, account.name, role or row.role, account.region)
