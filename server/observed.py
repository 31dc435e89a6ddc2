"""Counts every request, and logs it where that is wanted, by nothing that tells who asked what."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from server.logs import log_request

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from server.metrics import Metrics

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_FAILED = 500
_FILES = "/static"
_NO_ROUTE = "none"  # nothing there, or turned away before


class Observed:
    """
    ASGI middleware that tells of each answer.

    Parameters
    ----------
    app
        What comes next.
    metrics
        Where it is counted.
    is_logged
        Whether each request has a line in the log.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, *, is_logged: bool) -> None:
        self.app = app
        self._metrics = metrics
        self._is_logged = is_logged

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and tell of its answer when it begins."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start = time.perf_counter()
        told = False

        def tell(status: int) -> None:
            nonlocal told
            told = True
            seconds = time.perf_counter() - start
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self._metrics.count(method, route_of(scope), status, seconds)
            if self._is_logged:
                log_request(method, route_of(scope), status, seconds)

        async def send_and_tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                tell(message["status"])
            await send(message)

        try:
            await self.app(scope, receive, send_and_tell)
        except Exception:
            if not told:
                tell(_FAILED)
            raise


def route_of(scope: Scope) -> str:
    """Return the template of the route that answers: `/r/{region}`, never the path itself."""
    route = scope.get("route")
    if route is not None:
        return str(route.path)
    path = scope["path"]
    if path.startswith(f"{_FILES}/"):
        return _FILES
    return path if path == "/openapi.json" else _NO_ROUTE
