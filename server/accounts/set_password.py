"""The page that a link to set a password leads to; opening it changes nothing."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request
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
from server.link_pages import LinkRoute, add_opening
from server.private_links import PASSWORD
from server.shell import error_page, render, texts_for
from server.texts import Texts

router = APIRouter(route_class=LinkRoute, include_in_schema=False)
Secret = Annotated[str, Depends(PASSWORD.token)]


def _is_good(request: Request, secret: str) -> bool:
    database = database_of(request)
    has_account = database is not None and account_of_link(database, secret) is not None
    return has_account and cookie_name(request) is not None


def _no_longer_good(texts: Texts) -> str:
    return texts.gettext(
        "A link to set a password is good once and for 24 hours, over an encrypted connection. "
        "Whoever runs this installation can make you another one."
    )


add_opening(router, PASSWORD, _is_good, trouble=_no_longer_good)


@router.get("/set-password/{key}")
def set_password_page(request: Request, secret: Secret) -> Response:
    """Ask for a new password."""
    database = database_of(request)
    account = account_of_link(database, secret) if database is not None else None
    if account is None or cookie_name(request) is None:
        return _ended(request)
    return _page(request, account.email)


@router.post("/set-password/{key}")
async def set_password_here(request: Request, form: CheckedForm, secret: Secret) -> Response:
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
            if used is None:
                return _ended(request)
            answer = welcome(request, used, "/account")
            PASSWORD.forget(request, answer, secret)
            return answer
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
        explanation=_no_longer_good(texts),
    )
    return _kept_secret(answer)


def _kept_secret(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
