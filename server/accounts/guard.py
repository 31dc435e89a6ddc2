"""
Refuses what other sites send with a visitor's browser, and keeps caches away from what is personal.

A request that changes something is refused (403) where the browser says that another site sent it:
by `Sec-Fetch-Site`, or by an `Origin` that is neither this host nor the public address. Programs
send neither and are let through; they carry no cookie that somebody else could abuse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders

from server.accounts.denials import Denial
from server.accounts.refused import refusal
from server.cross_origin import changes_nothing

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_OUR_OWN: Final = ("same-origin", "none")  # none: a visitor's own doing, such as a bookmark
_NO_ORIGIN: Final = "null"
_PRIVATE: Final = ("/s/", "/e/")  # behind private links


class SameOrigin:
    """
    ASGI middleware that lets only our own pages, and programs, change anything.

    Parameters
    ----------
    app
        What comes next.
    public_url
        Where visitors reach us, "" where only requests tell.
    """

    def __init__(self, app: ASGIApp, public_url: str) -> None:
        self.app = app
        self._public_url = public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if not changes_nothing(scope["method"], scope["path"]) and self._is_foreign(scope):
            await refusal(Request(scope), Denial.FOREIGN)(scope, receive, send)
            return

        async def send_private(message: Message) -> None:
            # somebody was recognised: their answer is nobody else's
            if message["type"] == "http.response.start" and scope.get("state", {}).get("account"):
                own = MutableHeaders(scope=message)
                if "no-store" not in own.get("Cache-Control", ""):  # pages may ask for more
                    own["Cache-Control"] = "no-store" if _is_api(scope) else "private, no-cache"
                own.add_vary_header("Cookie, Authorization")
            await send(message)

        await self.app(scope, receive, send_private)

    def _is_foreign(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None and site not in _OUR_OWN:
            return True
        if origin is None:
            return False
        host = headers.get("host", "")
        if site == "same-origin" and urlsplit(origin).netloc == host:
            return False  # a proxy may have ended https before us
        if origin == _NO_ORIGIN and (site == "same-origin" or scope["path"].startswith(_PRIVATE)):
            # pages that tell nobody where they are; others cannot know their paths, and make no
            # browser send their cookie (SameSite=Strict)
            return False
        return origin not in (f"{scope['scheme']}://{host}", self._public_url or None)


def _is_api(scope: Scope) -> bool:
    path: str = scope["path"]
    return path.startswith("/api/")
