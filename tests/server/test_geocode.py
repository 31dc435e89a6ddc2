"""Addresses over HTTP."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from server.measures.geocode import GeocodeOut
from tests.server.test_api import assert_error
from tests.toyregion import toy_lonlat

GEOCODE = "/api/v1/regions/toy/geocode"


def ask(client: TestClient, q: str, **more: Any) -> GeocodeOut:
    response = client.post(GEOCODE, json={"q": q, **more})
    assert response.status_code == 200
    return GeocodeOut.model_validate(response.json())


def test_an_address_has_label_place_and_parts(client: TestClient):
    found = ask(client, "1. Qerstraße 1")
    assert found.status == "found"
    answer = found.answers[0]
    assert answer.label == "1. Querstraße 1, Altöd"
    assert (answer.kind, answer.match) == ("address", "typo")
    assert (answer.street, answer.housenumber) == ("1. Querstraße", "1")
    assert (answer.municipality, answer.district, answer.postcode) == ("Altöd", "Altöd", "")
    lon, lat = toy_lonlat((25.0, 15.0))[0]
    assert (answer.lon, answer.lat) == pytest.approx((lon, lat), abs=1e-6)
    assert answer.quality == pytest.approx(0.91, abs=0.02)


def test_several_that_fit_alike_are_listed(client: TestClient):
    found = ask(client, "2. Querstraße")
    assert found.status == "ambiguous"
    assert {answer.municipality for answer in found.answers} == {"Altöd", "Neuöd"}
    assert len(ask(client, "2. Querstraße", limit=1).answers) == 1


def test_suggestions_while_typing(client: TestClient):
    found = ask(client, "läng", typing=True)
    assert found.status == "suggestions"
    assert {answer.match for answer in found.answers} == {"prefix"}
    assert all("Längsstraße" in answer.street for answer in found.answers)


@pytest.mark.parametrize(
    ("body", "match"),
    [
        ({}, "`q`"),
        ({"q": ""}, "`q`"),
        ({"q": " "}, "`q` has 1 characters"),
        ({"q": "x" * 201}, "`q`"),
        ({"q": "Ring", "limit": 0}, "`limit`"),
        ({"q": "Ring", "bbox": [1, 2, 3, 4]}, "`bbox`: is not known here"),
    ],
)
def test_what_is_no_question_is_refused(client: TestClient, body: dict[str, Any], match: str):
    assert_error(client.post(GEOCODE, json=body), 400, match)


def test_an_address_stands_in_no_url(client: TestClient):
    assert_error(client.get(f"{GEOCODE}?q=Ring"), 405, "Method Not Allowed")
