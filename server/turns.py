"""
What is computed for an answer takes turns, so that what only reads need not wait behind it.

A worker answers in threads of one process. If coverage is asked for by two hundred at once, a
thread for each of them would slow all others down by as much; a few at once answer the same
number in the same time, and between them the map's tiles, its offers and its page are read. Who
goes away while waiting leaves the line. The expensive analyses have a line of their own
(`server.analyses`).
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import anyio
from starlette.exceptions import HTTPException

from server.analyses import again, is_analysis, while_here, whole_body
from server.cross_origin import path_pattern
from server.errors import problem
from server.maintenance import OPERATION

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

AT_ONCE: Final = 4  # a worker's threads share one interpreter: more compute no faster
_REGION: Final = "/api/v1/regions/{region}"
READS: Final = (
    "/",
    "/r/{region}",
    "/r/{region}/offers/{offer}",
    "/api/v1/regions",
    _REGION,
    f"{_REGION}/categories",
    f"{_REGION}/districts",
    f"{_REGION}/offers",
    f"{_REGION}/offers/{{offer}}",
)
_READ: Final = re.compile(
    f"(?:{path_pattern(*READS).pattern})"
    + "".join(f"|{re.escape(start)}.*" for start in (*OPERATION, "/tiles/", "/ogc"))
)


def is_read(scope: Scope) -> bool:
    """Whether a request only reads what is there."""
    return scope["method"] in ("GET", "HEAD") and _READ.fullmatch(scope["path"]) is not None


class Turns:
    """
    ASGI middleware that lets few answers be computed at once.

    Parameters
    ----------
    app
        What comes next.
    at_once
        How many.
    """

    def __init__(self, app: ASGIApp, at_once: int = AT_ONCE) -> None:
        self.app = app
        self._places = anyio.CapacityLimiter(at_once)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, when it is its turn."""
        if scope["type"] != "http" or is_read(scope) or is_analysis(scope):
            await self.app(scope, receive, send)
            return
        try:  # before a place is taken: a slow sender must not hold one
            body = await whole_body(receive)
        except HTTPException as exc:
            await problem(HTTPStatus(exc.status_code), exc.detail)(scope, receive, send)
            return
        holder = object()
        async with while_here(receive) as client:
            await self._places.acquire_on_behalf_of(holder)
        if not client.is_here:
            self._leave(holder)
            return

        async def send_and_leave(message: Message) -> None:
            self._leave(holder)  # it is computed: a slow reader must not hold the place
            await send(message)

        try:
            await self.app(scope, again(body, receive), send_and_leave)
        finally:
            self._leave(holder)

    def _leave(self, holder: object) -> None:
        if holder in self._places.statistics().borrowers:
            self._places.release_on_behalf_of(holder)
