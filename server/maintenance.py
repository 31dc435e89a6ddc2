"""
While an installation is maintained: reading stays possible, or visitors get a page that says so.

Health, metrics and our own files are answered all the while.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.cross_origin import changes_nothing
from server.refusals import Refusal, refuse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

OPERATION = ("/healthz", "/readyz", "/metrics", "/static/")
_RETRY_AFTER_S = 600


class Maintenance:
    """
    ASGI middleware that turns requests away while an installation is maintained.

    Parameters
    ----------
    app
        What comes next.
    mode
        `off`, `read` (nothing can be changed) or `all`.
    """

    def __init__(self, app: ASGIApp, mode: str) -> None:
        self.app = app
        self._mode = mode

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or say when to come back."""
        why = self._refusal(scope) if scope["type"] == "http" else None
        answer = refuse(scope, why, retry_after_s=_RETRY_AFTER_S) if why else self.app
        await answer(scope, receive, send)

    def _refusal(self, scope: Scope) -> Refusal | None:
        if self._mode == "off" or scope["path"].startswith(OPERATION):
            return None
        if self._mode == "all":
            return Refusal.MAINTENANCE
        return None if changes_nothing(scope["method"], scope["path"]) else Refusal.READ_ONLY
