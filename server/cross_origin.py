"""
Which other sites may read: all of them, whatever is public anyway, and without anybody's cookies.

Reading is GET and HEAD under `/api/v1` and `/ogc`, of feeds and of descriptions for a GIS, and
those questions that are asked by POST to keep a place out of addresses. A route that changes
something is none of these, and never answers other origins.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_REGION = "/api/v1/regions/{region}"
# questions: POST, and yet nothing changes
QUESTIONS = tuple(
    f"{_REGION}/{name}"
    for name in (
        "geocode", "isochrone", "journeys", "near", "near/week", "papers", "resilience",
        "scenarios", "sites", "way",
    )
)  # fmt: skip
_READ_METHODS = ("GET", "HEAD")
_ORIGIN = "Access-Control-Allow-Origin"
_EXPOSED = "Content-Crs, ETag, Link, Retry-After"
_KEPT_S = 86_400


def path_pattern(*templates: str) -> re.Pattern[str]:
    """Return what matches the paths of routes such as `/regions/{region}`."""
    parts = (re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template)) for template in templates)
    return re.compile(f"(?:{'|'.join(parts)})")


_QUESTION = path_pattern(*QUESTIONS)
_PUBLIC = re.compile(
    r"/api/v1/.*|/ogc(?:/.*)?|/openapi\.json"
    r"|/r/[^/]+/(?:feed\.atom|qgis\.qgs|masterportal/(?:services|style)\.json)"
)


def changes_nothing(method: str, path: str) -> bool:
    """Whether a request only reads: whoever asks it twice finds what was there before."""
    is_question = method == "POST" and _QUESTION.fullmatch(path) is not None
    return method in (*_READ_METHODS, "OPTIONS") or is_question


class CrossOrigin:
    """ASGI middleware that lets other origins read what is public."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what browsers ask beforehand, and mark answers that may be read."""
        if scope["type"] != "http" or not _PUBLIC.fullmatch(scope["path"]):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        asked = headers.get("access-control-request-method", "")
        if scope["method"] == "OPTIONS" and asked and "origin" in headers:
            await _preflight(scope["path"], asked)(scope, receive, send)
            return
        if not changes_nothing(scope["method"], scope["path"]):
            await self.app(scope, receive, send)
            return

        async def send_readable(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = MutableHeaders(scope=message)
                own[_ORIGIN] = "*"
                own["Access-Control-Expose-Headers"] = _EXPOSED
            await send(message)

        await self.app(scope, receive, send_readable)


def _preflight(path: str, asked: str) -> Response:
    methods = [*_READ_METHODS, *(["POST"] if changes_nothing("POST", path) else [])]
    if asked not in methods:
        return Response(status_code=HTTPStatus.FORBIDDEN)
    return Response(
        status_code=HTTPStatus.NO_CONTENT,
        headers={
            _ORIGIN: "*",
            "Access-Control-Allow-Methods": ", ".join(methods),
            "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match",
            "Access-Control-Max-Age": str(_KEPT_S),
        },
    )
