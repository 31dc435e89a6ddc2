"""A place that signs people in, made up for the tests: on this machine, with a key of its own."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable  # noqa: TC003 (FastAPI reads annotations)
from functools import cache
from urllib.parse import parse_qs, urlsplit

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "umkreis", "a secret: of tests"


def authorization(client: str = CLIENT, secret: str = SECRET) -> str:
    """What RFC 6749, clause 2.3.1 wants: both parts encoded as in a form."""
    pair = f"{client}:{secret.replace(':', '%3A').replace(' ', '%20')}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


@cache
def key_of(kid: str) -> RSAKey:
    """A key, made once in a run."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


def signed_with_a_shared_secret(claims: dict, secret: bytes) -> str:
    """A token of HS256, as joserfc refuses to make it with a public key."""

    def part(raw: bytes) -> str:
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    head = part(json.dumps({"alg": "HS256", "kid": "1"}).encode())
    text = f"{head}.{part(json.dumps(claims).encode())}"
    return f"{text}.{part(hmac.digest(secret, text.encode(), 'sha256'))}"


class MadeUpProvider:
    """Signs `person` in at once; `spoil` may change what it says of them."""

    def __init__(self) -> None:
        self.issuer = ""
        self.key = key_of("1")
        self.person = {"sub": "u1", "email": "ada@example.org", "email_verified": True}
        self.spoil: Callable[[dict], dict] = lambda claims: claims
        self.signed_with = self.key
        self.header = {"alg": "RS256", "kid": "1"}
        self.sign = lambda claims: jwt.encode(self.header, claims, self.signed_with)
        self.metadata: dict = {}
        self.asked: dict[str, dict[str, str]] = {}
        self.app = FastAPI()
        self.app.get("/.well-known/openid-configuration")(self.describe)
        self.app.get("/authorize")(self.authorize)
        self.app.post("/token")(self.token)
        self.app.get("/keys")(lambda: self.key_set())

    def key_set(self) -> dict:
        return {"keys": [self.key.as_dict(private=False)]}

    def describe(self) -> dict:
        here = self.issuer
        return {
            "issuer": here,
            "authorization_endpoint": f"{here}/authorize",
            "token_endpoint": f"{here}/token",
            "jwks_uri": f"{here}/keys",
            **self.metadata,
        }

    def authorize(self, request: Request) -> RedirectResponse:
        asked = dict(request.query_params)
        code = hashlib.sha256(asked["state"].encode()).hexdigest()
        self.asked[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?code={code}&state={asked['state']}", 303)

    async def token(self, request: Request) -> JSONResponse:
        form = {k: v[0] for k, v in parse_qs((await request.body()).decode()).items()}
        asked = self.asked.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        is_right = (
            asked is not None
            and asked["code_challenge"] == challenge
            and asked["redirect_uri"] == form["redirect_uri"]
            and request.headers.get("authorization") == authorization()
        )
        if not is_right:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300,
            "nonce": asked["nonce"], **self.person,
        }  # fmt: skip
        signed = self.sign(self.spoil(claims))
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": signed})


def query_of(url: str) -> dict[str, str]:
    return {k: v[0] for k, v in parse_qs(urlsplit(url).query).items()}
