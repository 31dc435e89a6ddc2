"""The pages to sign in at, and the way out."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from layers.accounts.account import Account
from layers.accounts.sessions import begin_session, end_session
from layers.accounts.sign_in import sign_in
from layers.accounts.throttle import TooManyFailuresError
from server.accounts.cookies import cookie_name, put_cookie, session_token
from server.accounts.csrf import CheckedForm
from server.accounts.next_page import next_page, see_other
from server.accounts.signed_in import account_of, database_of
from server.contact import contact_of
from server.public_address import parse_address
from server.shell import PageRoute, render, texts_for

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/sign-in")
def sign_in_page(request: Request) -> Response:
    """Ask for an address and a password; who has signed in goes on."""
    wanted = next_page(request.query_params.get("next", ""))
    if account_of(request) is not None:
        return RedirectResponse(wanted, HTTPStatus.SEE_OTHER)
    return _page(request, wanted)


@router.post("/sign-in")
async def sign_in_here(request: Request, form: CheckedForm) -> Response:
    """Begin a session, or say that this was not right."""
    return await run_in_threadpool(_sign_in, request, form.get("email", ""), form)


@router.post("/sign-out")
def sign_out(request: Request, form: CheckedForm) -> Response:  # noqa: ARG001 (checks its token)
    """End a session; also where it has ended already."""
    token, database = session_token(request), database_of(request)
    if token and database is not None:
        end_session(database, token)
    answer = see_other(request, "/sign-in", out="1")
    put_cookie(request, answer, "")
    return answer


def _sign_in(request: Request, email: str, form: CheckedForm) -> Response:
    wanted = next_page(form.get("next", ""))
    if cookie_name(request) is None:
        return _page(request, wanted, status=HTTPStatus.FORBIDDEN)
    account, status, wait_s = None, HTTPStatus.FORBIDDEN, 0
    database = database_of(request)
    if database is not None:
        try:
            account = sign_in(database, email, form.get("password", ""), client=client_of(request))
        except TooManyFailuresError as exc:
            status, wait_s = HTTPStatus.TOO_MANY_REQUESTS, exc.retry_after_s
    if account is None or database is None:
        return _failed(request, wanted, email, status=status, wait_s=wait_s)
    return welcome(request, account, wanted)


def welcome(request: Request, account: Account, wanted: str) -> Response:
    """Begin a session under a new token, and lead on."""
    database = database_of(request)
    answer = RedirectResponse(wanted, HTTPStatus.SEE_OTHER)
    if database is not None:
        before = session_token(request)
        put_cookie(request, answer, begin_session(database, account.id, ended=before))
    return answer


def client_of(request: Request) -> str:
    """Return what stands for whoever asks, to count failures by; one line of IPv6 is one client."""
    address = parse_address(request.client.host) if request.client else None
    if address is None:
        return "local"
    return address.exploded[:19] if address.version == 6 else str(address)


def _failed(
    request: Request, wanted: str, email: str, *, status: HTTPStatus, wait_s: int
) -> Response:
    texts = texts_for(request)
    if wait_s:
        minutes = -(-wait_s // 60)
        error = texts.ngettext(
            "Signing in failed too often. Try again in a minute.",
            "Signing in failed too often. Try again in {n} minutes.",
            minutes,
        )
    else:
        error = texts.gettext("This address and password do not belong together.")
    answer = _page(request, wanted, email=email, error=error, status=status)
    if wait_s:
        answer.headers["Retry-After"] = str(wait_s)
    return answer


def _page(
    request: Request,
    wanted: str,
    *,
    email: str = "",
    error: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    answer = render(
        request,
        "sign_in.html",
        status=status,
        region=None,
        wanted=wanted,
        email=email[:254],
        error=error,
        is_out=request.query_params.get("out") == "1",
        has_oidc=bool(request.app.state.settings.oidc_issuer),
        is_possible=cookie_name(request) is not None,
        contact=contact_of(request),
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
