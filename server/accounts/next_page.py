"""Where somebody goes on: to a page of ours, never one of others, in the language they chose."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode, urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse

from server.settings import LANGUAGES

_ACCOUNT: Final = "/account"
_LONGEST: Final = 2000


def next_page(wanted: str) -> str:
    """Return a path of ours that somebody wanted, else the page of their account."""
    # browsers read a backslash as a slash, and leave tabs and line ends out of addresses
    is_plain = wanted.isprintable() and "\\" not in wanted and len(wanted) <= _LONGEST
    if not is_plain or not wanted.startswith("/") or wanted.startswith("//"):
        return _ACCOUNT
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return _ACCOUNT
    return _ACCOUNT if parts.scheme or parts.netloc else wanted


def see_other(request: Request, path: str, **fields: str) -> RedirectResponse:
    """Lead on to a page after a form was taken."""
    language = request.query_params.get("lang", "")
    if language in LANGUAGES:
        fields["lang"] = language
    query = f"?{urlencode(fields)}" if fields else ""
    return RedirectResponse(f"{path}{query}", HTTPStatus.SEE_OTHER)
