"""The page of one's own account: sessions, tokens of programs, password."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from geo.errors import ParameterError
from layers.accounts.sessions import end_own_session, sessions
from layers.accounts.sign_in import sign_in
from layers.accounts.throttle import TooManyFailuresError
from layers.accounts.tokens import add_token, revoke_token, scopes_of, tokens
from layers.accounts.users import set_password
from layers.register.database import Database
from server.accounts.cookies import session_token
from server.accounts.csrf import CheckedForm, Form
from server.accounts.next_page import see_other
from server.accounts.password_words import password_fault
from server.accounts.role_words import role_name, scope_name
from server.accounts.sign_in import client_of
from server.accounts.signed_in import Account, SignedIn, database_for
from server.shell import PageRoute, render, texts_for
from server.texts import Texts

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_LIFETIMES_DAYS = (30, 90, 180, 366)


@router.get("/account")
def account_page(request: Request, account: SignedIn) -> Response:
    """Show one's own account."""
    return _page(request, account, done=request.query_params.get("done", ""))


@router.post("/account/sessions/end")
def end_session_here(request: Request, account: SignedIn, form: CheckedForm) -> Response:
    """End one of one's own sessions."""
    end_own_session(database_for(request), account.id, form.get("id", ""))
    return _back(request, "session")


@router.post("/account/tokens")
def make_token(request: Request, account: SignedIn, form: CheckedForm) -> Response:
    """Make a token; the answer shows it, once."""
    days = form.get("days", "")
    try:
        token = add_token(
            database_for(request),
            account,
            name=form.get("name", ""),
            scope=form.get("scope", ""),
            days=int(days) if days.isascii() and days.isdecimal() and len(days) < 6 else 0,
            who=account.id,
        )
    except ParameterError:
        fault = texts_for(request).gettext(
            "Give the token a name, and choose what it may and how long."
        )
        return _page(request, account, token_fault=fault, status=HTTPStatus.BAD_REQUEST)
    return _page(request, account, token=token, status=HTTPStatus.CREATED)


@router.post("/account/tokens/revoke")
def revoke_token_here(request: Request, account: SignedIn, form: CheckedForm) -> Response:
    """End one of one's own tokens."""
    revoke_token(database_for(request), form.get("prefix", ""), who=account.id, account=account.id)
    return _back(request, "token")


@router.post("/account/password")
async def change_password(request: Request, account: SignedIn, form: CheckedForm) -> Response:
    """Set another password, for who knows the present one; all other sessions end."""
    return await run_in_threadpool(_change_password, request, account, form)


def _change_password(request: Request, account: Account, form: Form) -> Response:
    texts = texts_for(request)
    fault, status = password_fault(form, texts), HTTPStatus.BAD_REQUEST
    if not fault:
        database = database_for(request)
        try:
            known = sign_in(
                database, account.email, form.get("password", ""), client=client_of(request)
            )
            if known is None:
                fault = texts.gettext("The present password is another one.")
            else:
                set_password(
                    database,
                    account,
                    form.get("new", ""),
                    who=account.id,
                    keep=session_token(request),
                )
                return _back(request, "password")
        except TooManyFailuresError:
            status = HTTPStatus.TOO_MANY_REQUESTS
            fault = texts.gettext("That failed too often. Try again in a quarter of an hour.")
        except ParameterError as exc:
            fault = password_fault(form, texts, exc)
    return _page(request, account, password_fault=fault, status=status)


def _page(
    request: Request,
    account: Account,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    done: str = "",
    token: str = "",
    token_fault: str = "",
    password_fault: str = "",
) -> Response:
    texts, database = texts_for(request), database_for(request)
    answer = render(
        request,
        "account.html",
        status=status,
        region=None,
        role=role_name(account.role, texts),
        sessions=[
            {
                "id": each.id,
                "is_this": each.is_this,
                "began": time_words(each.created_at, texts),
                "seen": time_words(each.seen_at, texts),
            }
            for each in sessions(database, account.id, token=session_token(request))
        ],
        tokens=_tokens(database, account, texts),
        scopes=[(scope, scope_name(scope, texts)) for scope in scopes_of(account.role)],
        lifetimes=[(days, texts.number(days)) for days in _LIFETIMES_DAYS],
        token=token,
        token_fault=token_fault,
        password_fault=password_fault,
        done=_done(done, texts),
        is_admin=account.role == "admin",
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _tokens(database: Database, account: Account, texts: Texts) -> list[dict[str, Any]]:
    return [
        {
            "prefix": each.prefix,
            "name": each.name,
            "scope": scope_name(each.scope, texts),
            "until": texts.iso_day(each.expires_on),
            "used": texts.iso_day(each.used_on) if each.used_on else "",
            "is_revoked": bool(each.revoked_at),
        }
        for each in tokens(database, account.id)
    ]


def time_words(at: str, texts: Texts) -> str:
    """Write a stored time in UTC, to the minute."""
    when = datetime.fromisoformat(at)
    return texts.gettext("{day}, {time} UTC", day=texts.day(when.date()), time=f"{when:%H:%M}")


def _done(what: str, texts: Texts) -> str:
    said = {
        "session": texts.gettext("The session has ended."),
        "token": texts.gettext("The token is revoked."),
        "password": texts.gettext("The password is changed. All other sessions have ended."),
    }
    return said.get(what, "")


def _back(request: Request, done: str) -> Response:
    return see_other(request, "/account", done=done)
