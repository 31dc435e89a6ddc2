"""Other sites may read what is public, and nothing else."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from server.cross_origin import QUESTIONS, changes_nothing

CHANGING = {
    "/api/v1/moderation/{region}/{item}",
    "/api/v1/moderation/{region}/{item}/undo",
    "/api/v1/practice/{region}",
    "/api/v1/practice/{region}/{card}/adoptions",
    "/api/v1/regions/{region}/scenarios/stored",
    "/api/v1/regions/{region}/submissions",
}
ELSEWHERE = {"Origin": "https://elsewhere.example"}
NEAR = "/api/v1/regions/toy/near"


@pytest.mark.parametrize("path", ["/api/v1/regions", "/ogc/", "/openapi.json", "/api/v1/nothing"])
def test_answers_of_the_interface_may_be_read_from_everywhere(client: TestClient, path: str):
    answer = client.get(path, headers=ELSEWHERE)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    assert "ETag" in answer.headers["access-control-expose-headers"]


@pytest.mark.parametrize("path", ["/", "/r/toy/planner", "/readyz", "/static/app.css"])
def test_pages_may_not(client: TestClient, path: str):
    assert "access-control-allow-origin" not in client.get(path, headers=ELSEWHERE).headers


def ask_before(client: TestClient, path: str, method: str) -> tuple[int, str | None]:
    headers = {**ELSEWHERE, "Access-Control-Request-Method": method,
               "Access-Control-Request-Headers": "content-type"}  # fmt: skip
    answer = client.options(path, headers=headers)
    return answer.status_code, answer.headers.get("access-control-allow-methods")


def test_browsers_learn_beforehand_what_they_may(client: TestClient):
    assert ask_before(client, NEAR, "POST") == (204, "GET, HEAD, POST")
    assert ask_before(client, "/api/v1/regions", "GET") == (204, "GET, HEAD")
    assert ask_before(client, "/api/v1/regions", "POST") == (403, None)
    assert ask_before(client, NEAR, "DELETE") == (403, None)
    assert client.options("/api/v1/regions").status_code == 405


def test_a_question_by_post_can_be_read_from_elsewhere(client: TestClient):
    offer = client.get("/api/v1/regions/toy/offers").json()["features"][0]
    body = dict(zip(("lon", "lat"), offer["geometry"]["coordinates"], strict=True))
    answer = client.post(NEAR, json=body, headers=ELSEWHERE)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"


def test_every_route_by_post_is_known_as_question_or_as_change(client: TestClient):
    """A new one must be put into `QUESTIONS`, or into `CHANGING` if it changes something."""
    app = client.app
    assert isinstance(app, FastAPI)
    by_post = {path for path, methods in app.openapi()["paths"].items() if "post" in methods}
    assert by_post - CHANGING == set(QUESTIONS)


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/anything", True),
        ("POST", NEAR, True),
        ("POST", f"{NEAR}/week", True),
        ("POST", "/api/v1/regions/a/b/near", False),
        ("POST", "/api/v1/regions/toy/nearby", False),
        ("PUT", NEAR, False),
        ("DELETE", "/api/v1/regions/toy", False),
    ],
)
def test_what_changes_nothing(method: str, path: str, expected: bool):
    assert changes_nothing(method, path) is expected
