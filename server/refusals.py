"""
Answers of those who stand before the routes: not now, and when to come back.

Programs get problem details, browsers a page; both get `Retry-After` (RFC 9110, clause 10.2.3).
"""

from __future__ import annotations

from enum import Enum
from http import HTTPStatus
from math import ceil
from typing import TYPE_CHECKING

from fastapi import Request

from server.errors import problem
from server.shell import error_page, texts_for, wants_page

if TYPE_CHECKING:
    from fastapi import Response
    from starlette.types import Scope

    from server.texts import Texts


class Refusal(Enum):
    """Why a request is not answered now: its status, and what programs are told."""

    TOO_MANY = (HTTPStatus.TOO_MANY_REQUESTS, "too many requests; ask again after `Retry-After`")
    TOO_MANY_ANALYSES = (
        HTTPStatus.TOO_MANY_REQUESTS,
        "too many expensive analyses; ask again after `Retry-After`, and one after the other",
    )
    BUSY = (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "many expensive analyses are waiting already; ask again after `Retry-After`",
    )
    TOO_LONG = (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "the analysis took longer than is allowed here and was ended; ask for less at once",
    )
    LOST = (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "the process that computed the analysis ended; ask again, or for less at once",
    )
    MAINTENANCE = (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "this installation is being maintained; ask again after `Retry-After`",
    )
    READ_ONLY = (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "this installation is being maintained: everything can be read, nothing changed; ask again "
        "after `Retry-After`",
    )

    @property
    def status(self) -> HTTPStatus:
        """Of the answer."""
        return self.value[0]

    @property
    def detail(self) -> str:
        """What programs are told."""
        return self.value[1]


def refuse(scope: Scope, why: Refusal, *, retry_after_s: float) -> Response:
    """Make the answer to a request that has to come back later."""
    request = Request(scope)
    answer: Response
    if wants_page(request):
        heading, explanation = _words(why, texts_for(request))
        answer = error_page(request, why.status, heading=heading, explanation=explanation)
    else:
        answer = problem(why.status, why.detail)
    answer.headers["Retry-After"] = str(max(ceil(retry_after_s), 1))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _words(why: Refusal, texts: Texts) -> tuple[str, str]:
    if why is Refusal.MAINTENANCE:
        return texts.gettext("We are working on this site"), texts.gettext(
            "It will be back soon. Please try again later."
        )
    if why is Refusal.READ_ONLY:
        return texts.gettext("Nothing can be changed at the moment"), texts.gettext(
            "We are working on this site. Everything can be read; please make changes later."
        )
    if why in (Refusal.TOO_LONG, Refusal.LOST):
        return texts.gettext("This could not be computed"), texts.gettext(
            "It took too long or needed too much. Please try again, or ask for less at once."
        )
    return texts.gettext("Too many questions at once"), texts.gettext(
        "Please wait a moment, then ask again."
    )
