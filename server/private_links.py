"""
Private links, whose secret never stands in an address that reaches a server.

A link is `https://HOST/s#TOKEN`: browsers keep what follows `#` to themselves. The page at `/s`
(`server.link_pages`) sends the token in the body of a form; from then on it lies in a cookie for
the address `/s/KEY` alone, where KEY is a checksum that tells nothing of the token.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from server.accounts.cookies import is_encrypted
from server.accounts.next_page import see_other

SECURE: Final = "__Secure-umkreis-link"  # not __Host-: that would be sent to every page
LOCAL: Final = "umkreis-link"
_KEY_DIGITS: Final = 16


class LinkClosedError(HTTPException):
    """A browser has not opened the link to what it asks for; whether there is one is not told."""

    def __init__(self, links: Links) -> None:
        super().__init__(HTTPStatus.NOT_FOUND)
        self.links = links


@dataclass(frozen=True, slots=True)
class Links:
    """
    The private links of one kind.

    Attributes
    ----------
    path
        Where they are opened, such as `/s`.
    """

    path: str

    def link(self, base: str, token: str) -> str:
        """Return the link to hand out, at an installation's address."""
        return f"{base}{self.path}#{token}"

    def key(self, token: str) -> str:
        """Return the public name of a token; the token cannot be found by it."""
        return hashlib.sha256(f"{self.path}:{token}".encode()).hexdigest()[:_KEY_DIGITS]

    def inside(self, token: str) -> str:
        """Return the path of the page that a token opens."""
        return f"{self.path}/{self.key(token)}"

    def token(self, request: Request, key: str) -> str:
        """
        Return the token that a browser keeps for a page; a dependency of the page's route.

        Raises
        ------
        LinkClosedError
            If it keeps none, or that of another page.
        """
        token = request.cookies.get(_cookie_name(request), "")
        # a key that somebody made up may hold any letter, which no text compared so may
        is_its_own = hmac.compare_digest(self.key(token).encode(), key.encode("utf-8", "replace"))
        if not token or not is_its_own:
            raise LinkClosedError(self)
        return token

    def lead(self, request: Request, token: str, **query: str) -> RedirectResponse:
        """Let the browser keep a token until it is closed, and lead to its page."""
        answer = see_other(request, self.inside(token), **query)
        self._put(request, answer, token, token)
        return answer

    def forget(self, request: Request, answer: Response, token: str) -> None:
        """Let the browser forget a token that opens nothing any more."""
        self._put(request, answer, token, "")

    def _put(self, request: Request, answer: Response, token: str, kept: str) -> None:
        answer.set_cookie(
            _cookie_name(request),
            kept,
            max_age=None if kept else 0,
            path=self.inside(token),
            secure=is_encrypted(request),
            httponly=True,
            samesite="strict",
        )


SUGGESTED: Final = Links("/s")
KEPT_ENTRY: Final = Links("/e")
PASSWORD: Final = Links("/set-password")


def pasted(text: str) -> str:
    """Return the token of what somebody pasted: a whole link, or its end."""
    return text.strip().rpartition("#")[2]


def _cookie_name(request: Request) -> str:
    return SECURE if is_encrypted(request) else LOCAL
