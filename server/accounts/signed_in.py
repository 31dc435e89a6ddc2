"""
Who asks: the account behind a request, and what a route demands of it.

A browser sends the cookie of a session, a program `Authorization: Bearer umk_…`, which counts under
`/api/` alone. A route that names `Moderator`, `Planner` or `Admin` gets the account, or is never
reached: on pages an anonymous visitor is sent to `/sign-in`, programs are answered 401, and whoever
has another role or works in another region 403. What changes something under a session's cookie
needs that session's CSRF token as well, in the form or as `X-CSRF-Token`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Final

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from layers.accounts.account import ADMIN, MODERATOR, PLANNER, ROLES, Account
from layers.accounts.sessions import account_of_session
from layers.accounts.tokens import account_of_token
from layers.register.database import Database
from server.accounts.cookies import session_token
from server.accounts.csrf import has_valid_token
from server.accounts.denials import Denial, Denied
from server.cross_origin import changes_nothing
from server.regions import regions_of

__all__ = [
    "Account",
    "Admin",
    "Moderator",
    "Planner",
    "SignedIn",
    "account_of",
    "database_for",
    "database_of",
]

_API: Final = "/api/"
_BEARER: Final = "bearer "
_KEPT: Final = "account"


def database_of(request: Request) -> Database | None:
    """
    Return the database in which accounts lie; None where nothing was ever kept.

    Raises
    ------
    RegisterError
        If it cannot be opened.
    """
    register = regions_of(request).register()
    return None if register is None else register.database


def database_for(request: Request) -> Database:
    """Return the database of a request behind which an account was found."""
    database = database_of(request)
    if database is None:
        raise RuntimeError("an account was found, and yet there is no database")
    return database


def account_of(request: Request) -> Account | None:
    """
    Return who asks; None for an anonymous visitor, or where a session or token has ended.

    Reads the database, once a request, and only where a cookie or a token was sent.
    """
    state = request.scope.setdefault("state", {})
    if _KEPT not in state:
        state[_KEPT] = _read(request)
    found: Account | None = state[_KEPT]
    return found


def is_for_programs(request: Request) -> bool:
    """Whether a request goes to the interface of programs."""
    return request.url.path.startswith(_API)


def bearer_of(request: Request) -> str:
    """Return the token that a program sends, "" where it sends none; never that of an address."""
    sent = request.headers.get("authorization", "")
    is_bearer = sent[: len(_BEARER)].lower() == _BEARER
    return sent[len(_BEARER) :].strip() if is_bearer and is_for_programs(request) else ""


def _read(request: Request) -> Account | None:
    bearer, token = bearer_of(request), session_token(request)
    if not (bearer or token) or (database := database_of(request)) is None:
        return None
    if not bearer:
        return account_of_session(database, token)
    found = account_of_token(database, bearer)
    if found is None:
        return None
    account, may_change = found
    if not may_change and not _only_reads(request):
        raise Denied(Denial.READ_ONLY)
    return account


def _only_reads(request: Request) -> bool:
    return changes_nothing(request.method, request.url.path)


def _demand(*roles: str) -> Callable[[Request], Awaitable[Account]]:
    async def demanded(request: Request) -> Account:
        account = await run_in_threadpool(account_of, request)
        if account is None:
            raise Denied(Denial.ANONYMOUS)
        if not account.may(*roles):
            raise Denied(Denial.ROLE)
        region = request.path_params.get("region")
        if region is not None and not account.works_in(region):
            raise Denied(Denial.REGION)
        is_session = not bearer_of(request)
        if is_session and not _only_reads(request) and not await has_valid_token(request):
            raise Denied(Denial.STALE)
        return account

    return demanded


SignedIn = Annotated[Account, Depends(_demand(*ROLES))]
Moderator = Annotated[Account, Depends(_demand(MODERATOR))]
Planner = Annotated[Account, Depends(_demand(PLANNER))]
Admin = Annotated[Account, Depends(_demand(ADMIN))]
