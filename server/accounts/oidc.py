"""
Signing in at another place by OpenID Connect, where an operator names one.

What has to come back as it left (state, nonce, the verifier of PKCE) follows from one secret, which
waits in a cookie of ten minutes. What the other place says of somebody's role decides, where
`UMKREIS_OIDC_ROLE_CLAIM` names the claim that tells it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from geo.errors import ParameterError
from layers.accounts.account import ADMIN, MODERATOR, PLANNER
from layers.accounts.elsewhere import account_known_elsewhere
from layers.accounts.secret import new_secret
from server.accounts.cookies import SECURE, cookie_name
from server.accounts.next_page import next_page
from server.accounts.oidc_provider import OidcError, Provider
from server.accounts.sign_in import welcome
from server.accounts.signed_in import database_of
from server.public_address import public_base
from server.shell import PageRoute, error_page, texts_for

_LOG = logging.getLogger(__name__)
_BACK: Final = "/sign-in/oidc/back"
_WAITS_S: Final = 600
_RANK: Final = (ADMIN, PLANNER, MODERATOR)  # which of several roles is taken
_PREFIX: Final = "umkreis-"

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/sign-in/oidc")
def go_there(request: Request) -> Response:
    """Lead to the other place."""
    provider, name = _provider(request), _cookie(request)
    secret = new_secret()
    try:
        there = provider.sign_in_url(
            back=f"{public_base(request)}{_BACK}",
            state=_derived(secret, "state"),
            nonce=_derived(secret, "nonce"),
            verifier=_derived(secret, "verifier"),
        )
    except OidcError as exc:
        return _failed(request, exc)
    wanted = next_page(request.query_params.get("next", ""))
    kept = f"{secret}.{base64.urlsafe_b64encode(wanted.encode()).decode()}"
    answer = RedirectResponse(there, HTTPStatus.SEE_OTHER)
    answer.set_cookie(
        name, kept, max_age=_WAITS_S, path="/", httponly=True, samesite="lax",
        secure=name.startswith(SECURE),
    )  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.get(_BACK)
def come_back(request: Request) -> Response:
    """Take who comes back, if they left from here, and begin a session."""
    provider, name = _provider(request), _cookie(request)
    secret, _, wanted = request.cookies.get(name, "").partition(".")
    query = request.query_params
    is_ours = hmac.compare_digest(
        query.get("state", "").encode(), _derived(secret, "state").encode()
    )
    # RFC 9207: where the answer names its issuer, it is the one that was asked
    if not secret or not is_ours or query.get("iss", provider.issuer) != provider.issuer:
        return _failed(request, OidcError("nobody left from here with this state"))
    try:
        claims = provider.claims(
            query.get("code", ""),
            back=f"{public_base(request)}{_BACK}",
            nonce=_derived(secret, "nonce"),
            verifier=_derived(secret, "verifier"),
        )
        answer = _enter(request, claims, provider.issuer, _decoded(wanted))
    except (OidcError, ParameterError) as exc:
        answer = _failed(request, exc)
    answer.delete_cookie(name, path="/", httponly=True, secure=name.startswith(SECURE))
    return answer


def _enter(request: Request, claims: dict[str, Any], issuer: str, wanted: str) -> Response:
    database, claim = database_of(request), request.app.state.settings.oidc_role_claim
    role = role_in(claims.get(claim)) if claim else None
    is_checked = claims.get("email_verified") is True
    account = None
    if database is not None and (role or not claim):
        account = account_known_elsewhere(
            database,
            subject=f"{issuer} {claims['sub']}",
            email=str(claims.get("email", "")) if is_checked else "",
            role=role,
            name=str(claims.get("name", "")),
        )
    if account is None:
        texts = texts_for(request)
        return error_page(
            request,
            HTTPStatus.FORBIDDEN,
            heading=texts.gettext("You have no account here"),
            explanation=texts.gettext(
                "You have signed in, but whoever runs this installation has not given you a role "
                "here."
            ),
        )
    return welcome(request, account, next_page(wanted))


def role_in(told: object) -> str | None:
    """Return the role that a claim tells: `admin` or `umkreis-admin`, alone or in a list."""
    values = told if isinstance(told, list) else [told]
    names = {value.removeprefix(_PREFIX) for value in values if isinstance(value, str)}
    return next((role for role in _RANK if role in names), None)


def _provider(request: Request) -> Provider:
    settings, state = request.app.state.settings, request.app.state
    if not settings.oidc_issuer:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    if not hasattr(state, "oidc_provider"):
        file = settings.oidc_client_secret_file
        secret = Path(file).read_text("utf-8").strip() if file else ""
        state.oidc_provider = Provider(settings.oidc_issuer, settings.oidc_client_id, secret)
    provider: Provider = state.oidc_provider
    return provider


def _cookie(request: Request) -> str:
    name = cookie_name(request)
    if name is None:
        raise HTTPException(HTTPStatus.FORBIDDEN)
    return f"{name}-oidc"


def _derived(secret: str, what: str) -> str:
    digest = hmac.digest(secret.encode("utf-8", "surrogatepass"), what.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _decoded(wanted: str) -> str:
    try:
        return base64.urlsafe_b64decode(wanted.encode("ascii")).decode()
    except ValueError:
        return ""


def _failed(request: Request, exc: Exception) -> Response:
    # what others say of people stays out of the log
    why = exc if isinstance(exc, OidcError) else "the account cannot be added"
    _LOG.warning("signing in elsewhere failed: %s", why)
    texts = texts_for(request)
    return error_page(
        request,
        HTTPStatus.BAD_REQUEST,
        heading=texts.gettext("Signing in did not work"),
        explanation=texts.gettext("Go back to the page to sign in, and try once more."),
    )
