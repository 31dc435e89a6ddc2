"""Why a request is refused for who asks, or for how it came."""

from __future__ import annotations

from enum import Enum
from http import HTTPStatus

from starlette.exceptions import HTTPException


class Denial(Enum):
    """Why: the status, and what programs are told."""

    ANONYMOUS = (
        HTTPStatus.UNAUTHORIZED,
        "this needs an account: send `Authorization: Bearer umk_…` with a token that is valid",
    )
    ROLE = (HTTPStatus.FORBIDDEN, "your role may not do this")
    REGION = (HTTPStatus.FORBIDDEN, "your account works in another region")
    READ_ONLY = (HTTPStatus.FORBIDDEN, "this token may only read")
    STALE = (
        HTTPStatus.FORBIDDEN,
        "the CSRF token is missing or not of this session; load the page anew",
    )
    FOREIGN = (HTTPStatus.FORBIDDEN, "another site sent this; only our own pages may change things")

    @property
    def status(self) -> HTTPStatus:
        """Of the answer."""
        return self.value[0]

    @property
    def detail(self) -> str:
        """What programs are told."""
        return self.value[1]


class Denied(HTTPException):
    """A request is refused for who asks, or for how it came."""

    def __init__(self, why: Denial) -> None:
        super().__init__(why.status, why.detail)
        self.why = why
