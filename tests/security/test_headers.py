"""Headers on the answers that are no success: failures, redirects, files, whatever the method."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient

from server import answers
from server.app import create_app
from tests.security.crawl import paths
from tests.security.test_answers import BODIES, VALUES
from tests.server.accounts.test_matrix import all_routes, filled
from tests.server.conftest import toy_settings  # noqa: F401 (a fixture)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from httpx2 import Response

    from server.settings import Settings

FIXED = {
    "x-content-type-options": ("nosniff",),
    "referrer-policy": ("same-origin", "no-referrer"),
    "cross-origin-opener-policy": ("same-origin",),
    "permissions-policy": ("geolocation=(self), camera=(), microphone=()",),
}
REGION = "/api/v1/regions/toy"


@pytest.fixture(scope="module")
def client(toy_settings: Settings) -> Iterator[TestClient]:  # noqa: F811
    app = create_app(toy_settings)
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as opened:
        yield opened


def faults(answer: Response) -> list[str]:
    """What is wrong with the headers of an answer."""
    found = [n for n, may in FIXED.items() if answer.headers.get_list(n) not in [[m] for m in may]]
    policies = answer.headers.get_list("content-security-policy")
    if len(policies) != 1 or "default-src" not in policies[0]:
        found.append("content-security-policy")
    if "server" in answer.headers or "x-powered-by" in answer.headers:
        found.append("says what it is made with")
    return found


def test_wrong_methods_are_refused_with_all_headers(client: TestClient):
    known = all_routes()
    wrong, refused = {}, 0
    for path in sorted({filled(route) for _, route in known}):
        for method in ("PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"):
            if any(m == method and filled(route) == path for m, route in known):
                continue
            answer = client.request(method, path)
            refused += answer.status_code == 405
            if answer.status_code < 400 or faults(answer):
                wrong[method, path] = (answer.status_code, faults(answer))
    assert wrong == {}
    assert refused > 300


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_asking_without_a_body_gets_all_headers(client: TestClient, method: str):
    wrong = {}
    for _, path in paths(VALUES):
        answer = client.request(method, path, headers={"origin": "https://elsewhere.example"})
        assert answer.content == b"" or method == "OPTIONS"
        if faults(answer):
            wrong[path] = faults(answer)
    assert wrong == {}


@pytest.mark.parametrize(
    ("method", "path", "more", "status"),
    [
        ("GET", "/nothing/here", {}, 404),
        ("GET", "/nothing/here", {"headers": {"accept": "text/html"}}, 404),
        ("GET", f"{REGION}/offers?limit=x", {}, 400),
        ("GET", f"{REGION}/offers?unknown=1", {}, 400),
        ("POST", f"{REGION}/near", {"content": b"{"}, 400),
        ("POST", f"{REGION}/geocode", {"content": BODIES["too much"]}, 413),
        ("GET", "/static/nothing.css", {}, 404),
        ("GET", "/static/../server/app.py", {}, 404),
        ("GET", "/static/icons.svg", {}, 200),
        ("GET", "/account", {"headers": {"accept": "text/html"}}, 303),
        ("POST", "/sign-in", {"content": b"email=a&password=b"}, 400),
        ("GET", f"{REGION}/submissions", {}, 405),
        ("GET", "/s/none", {"headers": {"accept": "text/html"}}, 404),
    ],
)
def test_each_kind_of_answer_has_all_headers(client, method, path, more, status):
    answer = client.request(method, path, **more)
    assert (answer.status_code, faults(answer)) == (status, [])


def test_what_is_known_already_has_all_headers(client: TestClient):
    for path in ("/static/icons.svg", f"{REGION}/offers"):
        tag = client.get(path).headers["etag"]
        answer = client.get(path, headers={"if-none-match": tag})
        assert (answer.status_code, faults(answer)) == (304, [])


@pytest.mark.parametrize("kind", ["application/json", "text/html"])
def test_an_unexpected_failure_has_all_headers(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, kind: str
):
    def fail(*_: object) -> None:
        raise RuntimeError("secret-7f3a")

    monkeypatch.setattr(answers, "offer_texts", fail)
    answer = client.get(f"{REGION}/offers", headers={"accept": kind})
    assert (answer.status_code, faults(answer)) == (500, [])
    assert "secret-7f3a" not in answer.text


def test_who_asks_too_much_gets_all_headers(toy_settings: Settings):  # noqa: F811
    from dataclasses import replace

    app = create_app(replace(toy_settings, requests_per_minute=1))
    stranger = TestClient(app, client=("203.0.113.5", 1))
    stranger.get("/api/v1/regions")
    answer = stranger.get("/api/v1/regions")
    assert (answer.status_code, faults(answer)) == (429, [])
