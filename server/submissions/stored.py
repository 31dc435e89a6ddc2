"""The register to write to, how often one client may, and pages that nobody else keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fastapi import Request

from layers.register import Register
from server.regions import regions_of
from server.relay import CLIENT_AN_HOUR, Writers

if TYPE_CHECKING:
    from fastapi import Response

AN_HOUR: Final = CLIENT_AN_HOUR  # suggestions of one client, in each worker


def register_of(request: Request) -> Register:
    """
    Return the register; it is made with the first thing that is to be kept.

    Raises
    ------
    RegisterError
        If it cannot be opened.
    """
    if (register := regions_of(request).register()) is None:
        Register.open(request.app.state.settings.register_url).close()
        register = regions_of(request).register()
    assert register is not None  # noqa: S101 (it was just made)
    return register


def wait_s(request: Request) -> float:
    """Count something that a client sends; return 0, or the seconds until it may send again."""
    state = request.app.state
    if not hasattr(state, "suggesters"):
        state.suggesters = Writers()
    waited: float = state.suggesters.wait_s(request.scope)
    return waited


def private(response: Response) -> Response:
    """
    Mark an answer behind a private link: kept by no cache, found by no search, told to no site.

    The address itself is the right to it.
    """
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
