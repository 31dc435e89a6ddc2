"""
Expensive analyses take turns, so that the map need not wait for them.

A worker runs a few at once, in processes of its own where it has a pool of them; others wait in
line, each client with a few places in it. Who goes away while waiting leaves the line, and an
analysis that nobody waits for any more is ended after a moment. Without a pool an analysis runs in
a thread, which cannot be interrupted; those that search stop at a time limit of their own.
"""

from __future__ import annotations

from collections import Counter
from contextlib import asynccontextmanager
from http import HTTPStatus
from types import SimpleNamespace
from typing import TYPE_CHECKING, Final

import anyio
from starlette.exceptions import HTTPException

from server.analysis_child import Asked
from server.analysis_pool import AnalysisLostError, AnalysisTooLongError
from server.cross_origin import path_pattern
from server.errors import problem
from server.refusals import Refusal, refuse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from server.analysis_child import Answered
    from server.analysis_pool import AnalysisPool

_REGION = "/api/v1/regions/{region}"
# what searches, or asks many questions in one
ANALYSES: Final = (
    *(
        f"{_REGION}/{name}"
        for name in (
            "access", "districts/{district}/similar", "equity", "history", "papers",
            "partners/{offer}", "radii", "resilience", "scenarios", "sheets/{district}", "sites",
            "stability", "week",
        )
    ),
    "/api/v1/compare",
    "/compare",
    "/r/{region}/districts/{district}/similar",
    "/r/{region}/history",
    "/r/{region}/offers/{offer}/partners",
    "/r/{region}/sheets/{district}",
)  # fmt: skip
_PATHS = path_pattern(*ANALYSES)
WAITING_PER_PLACE: Final = 8
MOST_OF_ONE_CLIENT: Final = 8  # running and waiting
MOST_WAIT_S: Final = 30.0
# a page that asks anew with every click leaves many behind, and most end by themselves
LEFT_ALONE_S: Final = 2.0
_RETRY_AFTER_S = 10.0
# of a scope, what an app needs and another process understands
_HANDED_OVER: Final = (
    "type", "asgi", "http_version", "method", "scheme", "path", "raw_path", "query_string",
    "root_path", "headers", "client", "server",
)  # fmt: skip


def is_analysis(scope: Scope) -> bool:
    """Whether a request asks for something expensive."""
    return scope["method"] in ("GET", "POST") and _PATHS.fullmatch(scope["path"]) is not None


class Analyses:
    """
    ASGI middleware that lets few expensive analyses run at once.

    Parameters
    ----------
    app
        What comes next.
    at_once
        How many may run.
    pool
        The processes in which they run; without one, in this process.
    """

    def __init__(self, app: ASGIApp, at_once: int, pool: AnalysisPool | None = None) -> None:
        self.app = app
        self._pool = pool
        self._places = anyio.CapacityLimiter(at_once)
        self._most_waiting = WAITING_PER_PLACE * at_once
        self._waiting = 0
        self._of_client: Counter[bytes] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, when it is its turn."""
        if scope["type"] != "http" or not is_analysis(scope):
            await self.app(scope, receive, send)
            return
        try:  # before a place is taken: a slow sender must not hold one
            body = await whole_body(receive)
        except HTTPException as exc:
            await problem(HTTPStatus(exc.status_code), exc.detail)(scope, receive, send)
            return
        client = scope.get("state", {}).get("client", b"")  # none where it is not limited
        self._of_client[client] += 1
        try:
            await self._in_turn(client, body, scope, receive, send)
        finally:
            self._of_client[client] -= 1
            if not self._of_client[client]:
                del self._of_client[client]

    async def _in_turn(
        self, client: bytes, body: list[Message], scope: Scope, receive: Receive, send: Send
    ) -> None:
        if client and self._of_client[client] > MOST_OF_ONE_CLIENT:
            answer = refuse(scope, Refusal.TOO_MANY_ANALYSES, retry_after_s=_RETRY_AFTER_S)
            await answer(scope, receive, send)
            return
        holder = object()
        is_here, has_place = await self._wait(holder, receive)
        try:
            if has_place and is_here and self._pool is not None:
                await self._elsewhere(self._pool, holder, body, scope, receive, send)
            elif has_place and is_here:
                await self.app(scope, again(body, receive), self._leaving(holder, send))
            elif is_here:
                answer = refuse(scope, Refusal.BUSY, retry_after_s=_RETRY_AFTER_S)
                await answer(scope, receive, send)
        finally:
            self._leave(holder)

    async def _wait(self, holder: object, receive: Receive) -> tuple[bool, bool]:
        """Wait for a place; tell whether the client is still here, and whether there is one."""
        try:
            self._places.acquire_on_behalf_of_nowait(holder)
        except anyio.WouldBlock:
            if self._waiting >= self._most_waiting:
                return True, False
        else:
            return True, True
        has_place = False
        self._waiting += 1
        try:
            async with while_here(receive) as client:
                with anyio.move_on_after(MOST_WAIT_S):
                    await self._places.acquire_on_behalf_of(holder)
                    has_place = True
        finally:
            self._waiting -= 1
        return client.is_here, has_place

    async def _elsewhere(
        self,
        pool: AnalysisPool,
        holder: object,
        body: list[Message],
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        """Let another process answer."""
        asked = Asked(
            {name: scope[name] for name in _HANDED_OVER if name in scope},
            b"".join(message.get("body", b"") for message in body),
        )
        given: Answered | None = None
        why: Refusal | None = None
        try:
            async with while_here(receive, grace_s=LEFT_ALONE_S):
                given = await pool.ask(asked)
        except* AnalysisTooLongError:
            why = Refusal.TOO_LONG
        except* AnalysisLostError:
            why = Refusal.LOST
        self._leave(holder)
        if why is not None:
            await refuse(scope, why, retry_after_s=_RETRY_AFTER_S)(scope, receive, send)
        elif given is not None:
            if given.route:
                scope["route"] = SimpleNamespace(path=given.route)  # to be counted by
            start = {"type": "http.response.start", "status": given.status}
            await send({**start, "headers": given.headers})
            await send({"type": "http.response.body", "body": given.body})

    def _leaving(self, holder: object, send: Send) -> Send:
        async def send_and_leave(message: Message) -> None:
            self._leave(holder)  # it is computed: a slow reader must not hold the place
            await send(message)

        return send_and_leave

    def _leave(self, holder: object) -> None:
        if holder in self._places.statistics().borrowers:
            self._places.release_on_behalf_of(holder)


@asynccontextmanager
async def while_here(receive: Receive, *, grace_s: float = 0.0) -> AsyncIterator[SimpleNamespace]:
    """Cancel what is done inside once the client went away, and `grace_s` seconds passed."""
    client = SimpleNamespace(is_here=True)

    async def watch() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        client.is_here = False
        await anyio.sleep(grace_s)
        either.cancel_scope.cancel()

    async with anyio.create_task_group() as either:
        either.start_soon(watch)
        yield client
        either.cancel_scope.cancel()


async def whole_body(receive: Receive) -> list[Message]:
    """Wait for all that a client sends."""
    messages = [await receive()]
    while messages[-1].get("more_body", False):
        messages.append(await receive())
    return messages


def again(body: list[Message], receive: Receive) -> Receive:
    """Give what was received once more, then what comes."""
    left = list(body)

    async def receive_again() -> Message:
        return left.pop(0) if left else await receive()

    return receive_again
