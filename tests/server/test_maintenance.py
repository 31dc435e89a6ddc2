"""Maintenance: reading stays possible, or a page says so; health is answered all the while."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

REGION = "/api/v1/regions/toy"


def test_all_means_a_page_for_people_and_a_problem_for_programs(
    make_client: Callable[..., TestClient],
):
    client = make_client(maintenance="all")
    page = client.get("/r/toy", headers={"Accept": "text/html", "Accept-Language": "de"})
    assert page.status_code == 503
    assert page.headers["retry-after"] == "600"
    assert page.headers["cache-control"] == "no-store"
    assert "Wir arbeiten gerade an dieser Seite" in page.text
    answer = client.get(REGION)
    assert answer.status_code == 503
    assert answer.json()["title"] == "Service Unavailable"
    assert "maintained" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/healthz", "/static/app.css"])
def test_health_and_our_own_files_are_answered(make_client: Callable[..., TestClient], path: str):
    assert make_client(maintenance="all").get(path).status_code == 200


def test_reading_and_asking_stay_possible(make_client: Callable[..., TestClient]):
    client = make_client(maintenance="read")
    assert client.get("/r/toy/planner").status_code == 200
    assert client.head(REGION).status_code == 200
    offer = client.get(f"{REGION}/offers").json()["features"][0]
    body = dict(zip(("lon", "lat"), offer["geometry"]["coordinates"], strict=True))
    assert client.post(f"{REGION}/near", json=body).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_can_be_changed(make_client: Callable[..., TestClient], method: str):
    answer = make_client(maintenance="read").request(method, "/r/toy/nothing-there")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "600"
    off = make_client(maintenance="off").request(method, "/r/toy/nothing-there")
    assert off.status_code == 404
