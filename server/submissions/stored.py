"""The register to write to, how often one client may, and pages that nobody else keeps."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from fastapi import Request

from layers.errors import RegisterError
from layers.register import Register
from layers.submissions.tidy import tidy
from server.regions import regions_of
from server.relay import CLIENT_AN_HOUR, Writers

if TYPE_CHECKING:
    from fastapi import Response

    from server.regions import Regions

_LOG: Final = logging.getLogger(__name__)
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


def tidy_at_start(regions: Regions, *, keep_days: int) -> None:
    """Let go of people's data as the service starts; where that fails, it is logged and goes on."""
    try:
        register = regions.register()
        done = tidy(register, keep_days=keep_days) if register else None
    except (RegisterError, sa.exc.SQLAlchemyError) as exc:
        _LOG.warning("suggestions were not tidied: %s", type(exc).__name__)
        return
    if done and (done.submissions or done.keepers):
        _LOG.info("%d suggestions, %d keepers tidied", done.submissions, done.keepers)
