"""
Security headers on every answer.

A page sets its own Content-Security-Policy; everything else may load nothing at all. No referrer
leaves our origin, and only we may ask for a visitor's place. Who has reached us encrypted once does
so for a year.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ALWAYS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"permissions-policy": b"geolocation=(self), camera=(), microphone=()",
    b"cross-origin-opener-policy": b"same-origin",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'; sandbox",
}

# not for hosts below ours: they may be somebody else's
_ENCRYPTED = {b"strict-transport-security": b"max-age=31536000"}


class SecurityHeaders:
    """ASGI middleware that adds what an answer does not set itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and add headers to its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        wanted = _ALWAYS | _ENCRYPTED if scope.get("scheme") == "https" else _ALWAYS

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.setdefault("headers", [])
                present = {name.lower() for name, _ in headers}
                headers.extend((k, v) for k, v in wanted.items() if k not in present)
            await send(message)

        await self.app(scope, receive, send_with_headers)
