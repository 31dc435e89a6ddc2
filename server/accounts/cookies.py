"""
The cookie of a session.

Over https it is `__Host-umkreis`: sent to this host alone, never over http, never to scripts. For
trying things out on one's own machine over plain http, where such a cookie cannot be set, it is
`umkreis-local`; who asks from elsewhere over plain http cannot sign in at all.
"""

from __future__ import annotations

from typing import Final

from fastapi import Request, Response

from layers.accounts.sessions import LONGEST
from server.public_address import is_local

SECURE: Final = "__Host-umkreis"
LOCAL: Final = "umkreis-local"


def cookie_name(request: Request) -> str | None:
    """Return the name of the cookie on this connection; None where there can be none."""
    if is_encrypted(request):
        return SECURE
    return LOCAL if is_local(request.scope) else None


def is_encrypted(request: Request) -> bool:
    """Whether a visitor's connection is https, as far as we are told."""
    configured: str = request.app.state.settings.public_url
    return request.url.scheme == "https" or configured.startswith("https://")


def session_token(request: Request) -> str:
    """Return the token of the session that a browser sends, "" where it sends none."""
    name = cookie_name(request)
    return request.cookies.get(name, "") if name else ""


def put_cookie(request: Request, response: Response, token: str) -> None:
    """Let a browser keep the token of a session; one without a token ends it there."""
    name = cookie_name(request)
    if name is None:
        return
    response.set_cookie(
        name,
        token,
        max_age=int(LONGEST.total_seconds()) if token else 0,
        path="/",
        secure=name == SECURE,
        httponly=True,
        samesite="lax",
    )
