"""HEAD, the size of bodies, and how long answers may be kept."""

import pytest
from fastapi.testclient import TestClient

from server.requests import MAX_BODY_BYTES

NEAR = "/api/v1/regions/toy/near"


@pytest.mark.parametrize(
    "path", ["/", "/r/toy/planner", "/api/v1/regions", "/healthz", "/static/app.css", "/nothing"]
)
def test_head_is_answered_like_get_without_a_body(client: TestClient, path: str):
    got, head = client.get(path), client.head(path)
    assert head.status_code == got.status_code
    assert head.content == b""
    assert head.headers["content-type"] == got.headers["content-type"]
    assert head.headers["content-length"] == got.headers["content-length"]


def test_head_of_what_takes_post_alone_is_refused(client: TestClient):
    assert client.head(NEAR).status_code == 405


def test_a_body_that_is_too_large_is_refused(client: TestClient):
    answer = client.post(NEAR, content=b" " * (MAX_BODY_BYTES + 1))
    assert answer.status_code == 413
    assert "1,000,000 bytes" in answer.json()["detail"]


def test_a_body_of_unknown_size_is_refused_once_it_is_too_large(client: TestClient):
    pieces = (b" " * 100_000 for _ in range(11))
    answer = client.post(NEAR, content=pieces)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


def test_vendored_files_may_be_kept_and_our_own_are_asked_for_anew(client: TestClient):
    vendored = client.get("/static/vendor/leaflet/leaflet.js")
    assert vendored.headers["cache-control"] == "max-age=86400"
    own = client.get("/static/planner.js")
    assert own.headers["cache-control"] == "no-cache"
    again = client.get("/static/planner.js", headers={"If-None-Match": own.headers["etag"]})
    assert again.status_code == 304
