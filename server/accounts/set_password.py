"""The page that a link to set a password leads to; opening it changes nothing."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from geo.errors import ParameterError
from layers.accounts.links import account_of_link, use_link
from layers.accounts.passwords import LEAST, MOST
from server.accounts.cookies import cookie_name
from server.accounts.csrf import CheckedForm, Form
from server.accounts.password_words import password_fault
from server.accounts.sign_in import welcome
from server.accounts.signed_in import database_of
from server.shell import PageRoute, error_page, render, texts_for

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/set-password/{secret}")
def set_password_page(request: Request, secret: str) -> Response:
    """Ask for a new password."""
    database = database_of(request)
    account = account_of_link(database, secret) if database is not None else None
    if account is None or cookie_name(request) is None:
        return _ended(request)
    return _page(request, account.email)


@router.post("/set-password/{secret}")
async def set_password_here(request: Request, secret: str, form: CheckedForm) -> Response:
    """Set the password, end the link, and begin a session."""
    return await run_in_threadpool(_set, request, secret, form)


def _set(request: Request, secret: str, form: Form) -> Response:
    database = database_of(request)
    account = account_of_link(database, secret) if database is not None else None
    if database is None or account is None or cookie_name(request) is None:
        return _ended(request)
    fault = password_fault(form, texts_for(request))
    if not fault:
        try:
            used = use_link(database, secret, form.get("new", ""))
            return _ended(request) if used is None else welcome(request, used, "/account")
        except ParameterError as exc:
            fault = password_fault(form, texts_for(request), exc)
    return _page(request, account.email, fault=fault, status=HTTPStatus.BAD_REQUEST)


def _page(
    request: Request, email: str, *, fault: str = "", status: HTTPStatus = HTTPStatus.OK
) -> Response:
    answer = render(
        request,
        "set_password.html",
        status=status,
        region=None,
        email=email,
        error=fault,
        least=LEAST,
        most=MOST,
    )
    return _kept_secret(answer)


def _ended(request: Request) -> Response:
    texts = texts_for(request)
    answer = error_page(
        request,
        HTTPStatus.NOT_FOUND,
        heading=texts.gettext("This link is no longer good"),
        explanation=texts.gettext(
            "A link to set a password is good once and for 24 hours, over an encrypted connection. "
            "Whoever runs this installation can make you another one."
        ),
    )
    return _kept_secret(answer)


def _kept_secret(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
