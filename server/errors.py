"""
What a failure looks like over HTTP: one table exception → status, one JSON shape (RFC 9457).

A caller's mistake is answered with 400 or 404 and the message that the library wrote for people;
our own failures are answered with 500 and no detail, and logged.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

import sqlalchemy as sa
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from geo.errors import NetworkError, ParameterError, UmkreisError
from layers.errors import (
    AtlasError,
    NoDatesError,
    RegisterAwayError,
    SubmissionError,
    TilesMissingError,
    UnknownNameError,
)
from server.query import LATER

_log = logging.getLogger(__name__)

PROBLEM_JSON = "application/problem+json"
AGAIN_AFTER_S = "10"
STATUS: dict[type[Exception], HTTPStatus] = {
    SubmissionError: HTTPStatus.CONFLICT,
    UnknownNameError: HTTPStatus.NOT_FOUND,
    NoDatesError: HTTPStatus.NOT_FOUND,
    ParameterError: HTTPStatus.BAD_REQUEST,
    AtlasError: HTTPStatus.SERVICE_UNAVAILABLE,
    TilesMissingError: HTTPStatus.SERVICE_UNAVAILABLE,
    RegisterAwayError: HTTPStatus.SERVICE_UNAVAILABLE,
    NetworkError: HTTPStatus.INTERNAL_SERVER_ERROR,
    UmkreisError: HTTPStatus.INTERNAL_SERVER_ERROR,
}


def status_of(exc: Exception) -> HTTPStatus:
    """Return the status of the nearest class in the table."""
    for kind in type(exc).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    return HTTPStatus.INTERNAL_SERVER_ERROR


def problem(
    status: HTTPStatus,
    detail: str,
    *,
    parameter: str = "",
    errors: list[dict[str, str]] | None = None,
) -> JSONResponse:
    """Make a problem details answer."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": int(status),
        "detail": detail,
    }
    if parameter:
        body["parameter"] = parameter
    if errors:
        body["errors"] = errors
    return JSONResponse(body, int(status), media_type=PROBLEM_JSON)


def _name(error: Any) -> str:
    # where a body is no JSON, FastAPI names the character at which it ends
    return "body" if error["type"] == "json_invalid" else str(error["loc"][-1])


def _explain(error: Any) -> str:
    if error["type"] == "json_invalid":
        return "is no JSON"
    if error["type"] == "extra_forbidden":
        return LATER.get(str(error["loc"][-1]), "is not known here")
    return str(error["msg"])


def install(app: FastAPI) -> None:
    """Make an app answer every failure as problem details."""

    @app.exception_handler(UmkreisError)
    async def ours(_: Request, exc: UmkreisError) -> Response:
        status = status_of(exc)
        if status is HTTPStatus.INTERNAL_SERVER_ERROR:
            _log.error("unexpected failure", exc_info=exc)
            return problem(status, "the server failed; the failure has been logged")
        return problem(status, str(exc), parameter=getattr(exc, "parameter", ""))

    @app.exception_handler(RegisterAwayError)
    @app.exception_handler(sa.exc.OperationalError)
    async def away(_: Request, exc: Exception) -> Response:
        # what the database says may name places and values
        _log.warning("the register is out of reach: %s", type(exc).__name__)
        answer = problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "the register is out of reach; nothing of this was kept; try again in a moment",
        )
        answer.headers["Retry-After"] = AGAIN_AFTER_S
        return answer

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, exc: RequestValidationError) -> Response:
        # the standards that we follow want 400 where FastAPI says 422
        errors = [{"parameter": _name(e), "detail": _explain(e)} for e in exc.errors()]
        detail = "; ".join(f"`{e['parameter']}`: {e['detail']}" for e in errors)
        return problem(
            HTTPStatus.BAD_REQUEST, detail, parameter=errors[0]["parameter"], errors=errors
        )

    @app.exception_handler(HTTPException)
    async def http(_: Request, exc: HTTPException) -> Response:
        status = HTTPStatus(exc.status_code)
        answer = problem(status, exc.detail)
        answer.headers.update(exc.headers or {})
        return answer

    @app.exception_handler(Exception)
    async def unexpected(_: Request, exc: Exception) -> Response:
        _log.error("unexpected failure", exc_info=exc)
        return problem(
            HTTPStatus.INTERNAL_SERVER_ERROR, "the server failed; the failure has been logged"
        )
