"""
Another place that signs people in by OpenID Connect: what it says of itself, and of them.

Authorisation code flow with PKCE (RFC 7636) and a nonce. Its addresses are https, or on this
machine; redirects are not followed, answers are small and soon. Needs the extra `[oidc]`.
"""

from __future__ import annotations

import base64
import json
import threading
import time
import urllib.request
from collections.abc import Mapping
from typing import Any, Final
from urllib.error import URLError
from urllib.parse import quote, urlencode, urlsplit

from geo.errors import UmkreisError
from server.public_address import parse_address

_TIMEOUT_S: Final = 10
_MOST_BYTES: Final = 1_000_000
_KEPT_S: Final = 600.0
_LEEWAY_S: Final = 60
_ALGORITHMS: Final = ["RS256", "PS256", "ES256", "EdDSA"]  # never one with a shared secret
_METADATA: Final = "/.well-known/openid-configuration"


class OidcError(UmkreisError, ValueError):
    """Another place's answer cannot be used."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Follow none: what a place says of itself stands where it says."""


class Provider:
    """
    A place that signs people in; may be used from many threads.

    Parameters
    ----------
    issuer
        Its name, which is an address.
    client_id, client_secret
        By what it knows us; without a secret we are a public client, which PKCE protects.
    """

    def __init__(self, issuer: str, client_id: str, client_secret: str = "") -> None:
        self.issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._kept: dict[str, tuple[float, dict[str, Any]]] = {}
        self._lock = threading.Lock()

    def sign_in_url(self, *, back: str, state: str, nonce: str, verifier: str) -> str:
        """Return where somebody signs in, and comes back to `back` from."""
        from authlib.oauth2.rfc7636 import (  # type: ignore[import-untyped]
            create_s256_code_challenge,
        )

        fields = {
            "response_type": "code",
            "scope": "openid email profile",
            "client_id": self._client_id,
            "redirect_uri": back,
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        endpoint = self._endpoint("authorization_endpoint")
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(fields)}"

    def claims(self, code: str, *, back: str, nonce: str, verifier: str) -> dict[str, Any]:
        """
        Return what the place says of who came back with a code.

        Raises
        ------
        OidcError
            If it does not answer, or what it says is not for us, not of now, or not its own.
        """
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": verifier,
            "client_id": self._client_id,
        }
        headers = {"Accept": "application/json"}
        if self._client_secret:
            methods = self._metadata().get("token_endpoint_auth_methods_supported")
            if methods and "client_secret_basic" not in methods:
                fields["client_secret"] = self._client_secret
            else:  # RFC 6749, clause 2.3.1: both parts are encoded as in a form
                pair = f"{quote(self._client_id, safe='')}:{quote(self._client_secret, safe='')}"
                headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        endpoint = self._endpoint("token_endpoint")
        told = _ask(endpoint, headers=headers, form=fields)
        token = told.get("id_token")
        if not isinstance(token, str):
            raise OidcError("the place that signs people in gave no ID token")
        return self._checked(token, nonce=nonce, access_token=told.get("access_token"))

    def _checked(self, token: str, *, nonce: str, access_token: object) -> dict[str, Any]:
        from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
        from joserfc import jwt
        from joserfc.errors import JoseError

        try:
            try:
                decoded = jwt.decode(token, self._keys(), algorithms=_ALGORITHMS)
            except (JoseError, ValueError):  # its keys may have changed
                decoded = jwt.decode(token, self._keys(is_fresh=True), algorithms=_ALGORITHMS)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {
                    "iss": {"essential": True, "value": self.issuer},
                    "aud": {"essential": True, "value": self._client_id},
                    "sub": {"essential": True},
                },
                {"nonce": nonce, "client_id": self._client_id, "access_token": access_token},
            )
            claims.validate(leeway=_LEEWAY_S)
        except (JoseError, ValueError, KeyError, TypeError) as exc:
            raise OidcError(f"the ID token is not valid: {type(exc).__name__}") from exc
        if not isinstance(claims["sub"], str) or not claims["sub"]:
            raise OidcError("the ID token names nobody")
        return dict(claims)

    def _keys(self, *, is_fresh: bool = False) -> Any:
        from joserfc.jwk import KeySet

        found = self._read(self._endpoint("jwks_uri"), is_fresh=is_fresh)
        keys = [key for key in found.get("keys", []) if isinstance(key, dict)]
        signing: Any = [key for key in keys if key.get("use", "sig") == "sig"]
        return KeySet.import_key_set({"keys": signing})

    def _metadata(self) -> dict[str, Any]:
        found = self._read(self.issuer.rstrip("/") + _METADATA)
        if found.get("issuer") != self.issuer:
            raise OidcError("the place that signs people in is named otherwise than its setting")
        return found

    def _endpoint(self, name: str) -> str:
        address = self._metadata().get(name)
        if not isinstance(address, str) or not is_safe_address(address):
            raise OidcError(f"the place that signs people in tells no safe `{name}`")
        return address

    def _read(self, address: str, *, is_fresh: bool = False) -> dict[str, Any]:
        with self._lock:
            kept = self._kept.get(address)
        if kept is not None and not is_fresh and time.monotonic() - kept[0] < _KEPT_S:
            return kept[1]
        found = _ask(address, headers={"Accept": "application/json"})
        with self._lock:
            self._kept[address] = (time.monotonic(), found)
        return found


def is_safe_address(address: str) -> bool:
    """Whether an address is https, or on this machine, and names nobody."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    if "@" in parts.netloc or not host or parts.fragment:
        return False
    if parts.scheme == "https":
        return True
    local = parse_address(host)
    return parts.scheme == "http" and (
        host == "localhost" or (local is not None and local.is_loopback)
    )


def _ask(
    address: str, *, headers: Mapping[str, str], form: Mapping[str, str] | None = None
) -> dict[str, Any]:
    data = urlencode(form).encode() if form is not None else None
    request = urllib.request.Request(address, data, dict(headers))  # noqa: S310 (was checked)
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=_TIMEOUT_S) as answer:
            body = answer.read(_MOST_BYTES + 1)
        found = json.loads(body) if len(body) <= _MOST_BYTES else None
    except (URLError, OSError, ValueError, RecursionError) as exc:
        raise OidcError(
            f"the place that signs people in does not answer as it should: {type(exc).__name__}"
        ) from exc
    if not isinstance(found, dict):
        raise OidcError("the place that signs people in gave no JSON object, or too much of it")
    return found
