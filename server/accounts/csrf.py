"""
Tokens that tell our own forms from those of others (CSRF), bound to a session.

A token is made of the session's own secret and of random bytes that change with each page, so that
nothing is stored and compression tells nothing about it. Who has not signed in has no session that
another site could abuse, and needs none.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from typing import Annotated, Final
from urllib.parse import parse_qsl

from fastapi import Depends, Request
from markupsafe import Markup
from starlette.datastructures import ImmutableMultiDict

from geo.errors import ParameterError
from server.accounts.cookies import session_token
from server.accounts.denials import Denial, Denied

FIELD: Final = "csrf"
HEADER: Final = "x-csrf-token"
_SALT_BYTES: Final = 16
_MOST_FIELDS: Final = 500
_FORM_TYPE: Final = "application/x-www-form-urlencoded"
_KEPT: Final = "form"

Form = ImmutableMultiDict[str, str]


def form_token(request: Request) -> str:
    """Return a token for a form of this session; "" where there is none."""
    session = session_token(request)
    if not session:
        return ""
    salt = secrets.token_bytes(_SALT_BYTES)
    return base64.urlsafe_b64encode(salt + _mac(session, salt)).decode()


def csrf_field(request: Request) -> Markup:
    """Return the hidden field of a form."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, form_token(request))


def is_token_of(session: str, token: str) -> bool:
    """Whether a token was made for a session."""
    try:
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return False
    salt, mac = raw[:_SALT_BYTES], raw[_SALT_BYTES:]
    return hmac.compare_digest(mac, _mac(session, salt))


async def has_valid_token(request: Request) -> bool:
    """Whether a request carries a token of its session, as a header or in its form."""
    session = session_token(request)
    token = request.headers.get(HEADER, "")
    if not token and _is_form(request):
        token = (await read_form(request)).get(FIELD, "")
    return bool(session) and is_token_of(session, token)


async def read_form(request: Request) -> Form:
    """
    Read the fields of a form that was sent.

    Raises
    ------
    ParameterError
        If it is no form, of another encoding, or has too many fields.
    """
    state = request.scope.setdefault("state", {})
    if _KEPT not in state:
        state[_KEPT] = _parsed(await request.body(), is_form=_is_form(request))
    form: Form = state[_KEPT]
    return form


async def checked_form(request: Request) -> Form:
    """
    Read a form that a page of ours sent.

    Raises
    ------
    Denied
        If somebody has signed in, and the form has no token of their session.
    ParameterError
        If it is no form.
    """
    form = await read_form(request)
    if session_token(request) and not await has_valid_token(request):
        raise Denied(Denial.STALE)
    return form


CheckedForm = Annotated[Form, Depends(checked_form)]


def _is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM_TYPE


def _parsed(body: bytes, *, is_form: bool) -> Form:
    if not is_form and body:
        raise ParameterError(f"the body is no form; send {_FORM_TYPE}", parameter="body")
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            max_num_fields=_MOST_FIELDS,
            errors="strict",
        )
    except ValueError as exc:
        raise ParameterError(
            f"the form cannot be read; send {_FORM_TYPE} in UTF-8 with at most {_MOST_FIELDS} "
            "fields",
            parameter="body",
        ) from exc
    if any("\0" in name or "\0" in value for name, value in pairs):
        raise ParameterError("the form has a character that no text has", parameter="body")
    return ImmutableMultiDict(pairs)


def _mac(session: str, salt: bytes) -> bytes:
    return hmac.digest(session.encode("utf-8", "surrogatepass"), b"csrf" + salt, hashlib.sha256)
