"""Suggestions of programs: checked like those of people, kept until somebody decides."""

import pytest

from layers.submissions import review

API = "/api/v1/regions/toy/submissions"


@pytest.fixture
def told(toy_atlas):
    bakery = toy_atlas.offers[toy_atlas.offers.row("osm:n1001")]
    return {
        "name": "Reparatur am Markt",
        "categories": ["repair_cafe"],
        "lon": bakery.lon,
        "lat": bakery.lat,
        "consent": True,
    }


def test_a_program_suggests_a_place(client, told, register):
    answer = client.post(API, json={**told, "opening_hours": "Mo-Fr 09:00-12:00"})
    assert answer.status_code == 201
    out = answer.json()
    assert (out["state"], out["similar"]) == ("waiting", [])
    assert client.get(out["link"].partition("testserver")[2]).status_code == 200
    (given,) = review.waiting(register, "toy")
    assert given.id == out["id"]
    assert answer.headers["cache-control"] == "no-store"


def test_a_correction_changes_what_it_names_alone(client, register):
    told = {"offer": "osm:n1001", "name": "Bäckerei Groß", "opening_hours": None, "consent": True}
    answer = client.post(API, json=told)
    assert answer.status_code == 201
    assert answer.json()["content"] == {"name": "Bäckerei Groß", "opening_hours": None}
    (given,) = review.waiting(register, "toy")
    assert given.is_correction


@pytest.mark.parametrize(
    ("changed", "parameter"),
    [
        ({"website": "javascript:alert(1)"}, "website"),
        ({"opening_hours": "Mo-Fr 9-18"}, "opening_hours"),
        ({"categories": ["gold"]}, "categories"),
        ({"lon": 0.0, "lat": 0.0}, "lon"),
        ({"lon": None}, "lon"),
        ({"name": "x" * 200}, "name"),
        ({"name": 7}, "name"),
        ({"consent": False}, "consent"),
        ({"status": "published"}, "status"),
        ({"sender_email": "nobody"}, "sender_email"),
        ({"address": "Nirgendstraße 99999", "lon": None}, "address"),
    ],
)
def test_what_may_not_be_said_is_refused_with_its_name(client, told, register, changed, parameter):
    answer = client.post(API, json={**told, **changed})
    assert answer.status_code == 400
    assert answer.json()["parameter"] == parameter
    assert review.waiting(register, "toy") == []


def test_without_consent_nothing_is_kept(client, told):
    del told["consent"]
    assert client.post(API, json=told).json()["parameter"] == "consent"


def test_a_correction_that_changes_nothing_is_a_conflict(client):
    told = {"offer": "osm:n1001", "name": "Bäckerei Groß & Söhne", "consent": True}
    assert client.post(API, json=told).status_code == 409


def test_the_sixth_of_an_hour_is_asked_to_wait(client, told):
    codes = [client.post(API, json=told).status_code for _ in range(6)]
    assert codes == [201] * 5 + [429]
    assert "retry-after" in client.post(API, json=told).headers


def test_an_unknown_entry_is_not_found(client):
    told = {"offer": "osm:n999", "name": "x", "consent": True}
    assert client.post(API, json=told).status_code == 404
