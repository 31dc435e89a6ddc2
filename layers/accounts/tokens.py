"""
Tokens of programs: `umk_PREFIX_SECRET`, shown once, checked by a checksum, valid for so long.

A token carries its owner's role or less: `read` all that the owner may read and no change,
`moderate`, `plan` and `admin` what those roles may. It ends with its last day, by being revoked,
and while its owner is disabled; where the owner's role no longer covers it, it is nobody's.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from geo.errors import ParameterError
from layers.accounts.account import ADMIN, MODERATOR, PLANNER, Account, checked_name
from layers.accounts.audit import write_event
from layers.accounts.schema import ACCOUNT, TOKEN, WHO
from layers.accounts.secret import digest_of, new_secret
from layers.accounts.times import now_utc, time_text

if TYPE_CHECKING:
    from layers.register.database import Database

READ: Final = "read"
ROLE_OF_SCOPE: Final = {"moderate": MODERATOR, "plan": PLANNER, "admin": ADMIN}
SCOPES: Final = (READ, *ROLE_OF_SCOPE)
LONGEST_DAYS: Final = 366
_TOKEN: Final = re.compile(r"umk_([0-9a-f]{12})_([\w-]{43})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Token:
    """A token as its owner sees it; `used_on` and `revoked_at` are "" for never."""

    prefix: str
    name: str
    scope: str
    created_at: str
    expires_on: str
    used_on: str
    revoked_at: str


def scopes_of(role: str) -> tuple[str, ...]:
    """Return what a token of an account with this role may carry."""
    return (READ, *(scope for scope, needed in ROLE_OF_SCOPE.items() if role in (needed, ADMIN)))


def add_token(
    database: Database, account: Account, *, name: str, scope: str, days: int, who: str
) -> str:
    """
    Make a token; return it, which is told only now.

    Parameters
    ----------
    database
        Where accounts lie.
    account
        Its owner.
    name
        What it is for.
    scope
        What it may: one of `SCOPES`, not beyond its owner's role.
    days
        How long it is valid, at most `LONGEST_DAYS`.
    who
        The id of the account that makes it, or `operator`.

    Raises
    ------
    ParameterError
        If one of these is not allowed.
    """
    name = checked_name(name)
    allowed = scopes_of(account.role)
    if scope not in allowed:
        raise ParameterError(
            f"`scope` is {scope[:80]!r}; a token of a {account.role} may have {', '.join(allowed)}",
            parameter="scope",
        )
    if not 1 <= days <= LONGEST_DAYS:
        raise ParameterError(
            f"`days` is {days}; a token is valid for 1 to {LONGEST_DAYS} days", parameter="days"
        )
    token = f"umk_{secrets.token_hex(6)}_{new_secret()}"
    prefix = token.split("_")[1]
    now = now_utc()
    row = {
        "prefix": prefix, "digest": digest_of(token), "account": account.id, "name": name,
        "scope": scope, "created_at": time_text(now), "used_on": "", "revoked_at": "",
        "expires_on": (now.date() + timedelta(days=days)).isoformat(),
    }  # fmt: skip
    with database.writing() as connection:
        connection.execute(TOKEN.insert(), row)
        write_event(connection, who=who, what="token made", about=prefix)
    return token


def account_of_token(
    database: Database, token: str, *, today: date | None = None
) -> tuple[Account, bool] | None:
    """
    Return whose token this is, with the role that it carries, and whether it may change anything.

    None where it is none, has ended, or says more than its owner may.
    """
    match = _TOKEN.fullmatch(token)
    if match is None:
        return None
    day = (today or now_utc().date()).isoformat()
    query = (
        sa.select(
            TOKEN.c.digest,
            TOKEN.c.scope,
            TOKEN.c.used_on,
            *WHO,
        )
        .join_from(TOKEN, ACCOUNT, TOKEN.c.account == ACCOUNT.c.id)
        .where(
            TOKEN.c.prefix == match[1],
            TOKEN.c.revoked_at == "",
            TOKEN.c.expires_on >= day,
            ACCOUNT.c.disabled_on == "",
        )
    )
    with database.reading() as connection:
        row = connection.execute(query).one_or_none()
    if row is None or not hmac.compare_digest(row.digest, digest_of(token)):
        return None
    if row.scope not in scopes_of(row.role):
        return None
    if row.used_on != day:
        used = sa.update(TOKEN).where(TOKEN.c.prefix == match[1]).values(used_on=day)
        with database.writing() as connection:
            connection.execute(used)
    role = ROLE_OF_SCOPE.get(row.scope, row.role)
    return replace(Account.of(row), role=role), row.scope != READ


def tokens(database: Database, account: str) -> list[Token]:
    """Return the tokens of an account, the newest first."""
    wanted = (TOKEN.c[name] for name in Token.__slots__)
    query = sa.select(*wanted).where(TOKEN.c.account == account)
    with database.reading() as connection:
        found = connection.execute(query.order_by(TOKEN.c.created_at.desc()))
        return [Token(*row) for row in found]


def revoke_token(database: Database, prefix: str, *, who: str, account: str = "") -> None:
    """
    End a token, of a given account where one is named.

    Raises
    ------
    ParameterError
        If there is none that still stands.
    """
    ended = sa.update(TOKEN).where(TOKEN.c.prefix == prefix, TOKEN.c.revoked_at == "")
    if account:
        ended = ended.where(TOKEN.c.account == account)
    with database.writing() as connection:
        if not connection.execute(ended.values(revoked_at=time_text(now_utc()))).rowcount:
            raise ParameterError(
                f"`prefix` {prefix[:20]!r} is no token that could be revoked", parameter="prefix"
            )
        write_event(connection, who=who, what="token revoked", about=prefix)
