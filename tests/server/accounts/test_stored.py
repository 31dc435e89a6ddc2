"""Scenarios on the server: kept by planners, shared by link, checked before they are kept."""

import pytest

from layers.accounts import scenarios
from layers.accounts.audit import events
from tests.server.accounts.people import bearer, csrf_header, person, sign_in, url_of

URL = "/api/v1/regions/toy/scenarios/stored"
DOCUMENT = {
    "version": 1,
    "name": "Bäckerei",
    "changes": [{"do": "add_offer", "category": "bakery", "lon": 13.26, "lat": 53.55}],
}


@pytest.fixture
def make(make_client, database):
    """Clients of one installation, by account."""
    app = make_client(database_url=url_of(database)).app

    def client_of(account=None):
        client = type(make_client())(app, raise_server_exceptions=False)
        return client if account is None else sign_in(client, database, account)

    return client_of


@pytest.fixture
def ada(make, database):
    client = make(person(database, "planner"))
    client.headers.update(csrf_header(client))
    return client


def keep(client, **changed):
    return client.post(URL, json={"name": "Süd", "scenario": DOCUMENT, **changed})


def test_a_planner_keeps_lists_changes_and_removes(ada, database):
    made = keep(ada)
    assert made.status_code == 201
    place = made.headers["location"]
    assert ada.get(place).json()["scenario"] == DOCUMENT
    listed = ada.get(URL).json()["scenarios"]
    assert [(each["name"], each["is_own"], each["is_shared"]) for each in listed] == [
        ("Süd", True, False)
    ]
    other = {**DOCUMENT, "changes": []}
    put = ada.put(place, json={"name": "Nord", "scenario": other, "is_shared": True})
    assert (put.json()["name"], put.json()["scenario"]) == ("Nord", other)
    assert put.json()["changed_at"] > put.json()["created_at"]
    assert ada.delete(place).status_code == 204
    assert ada.get(place).status_code == 404
    assert [e.what for e in events(database)[:3]] == [
        "scenario removed", "scenario changed", "scenario stored",
    ]  # fmt: skip


def test_a_shared_one_is_read_by_everybody_and_changed_by_its_owner(ada, make, database):
    place = keep(ada, is_shared=True).headers["location"]
    visitor, moderator = make(), make(person(database, "moderator"))
    for client in (visitor, moderator):
        assert client.get(place).json()["is_own"] is False
        assert client.get(place).headers["cache-control"] == "no-store"
        assert "etag" not in client.get(place).headers
    other = make(person(database, "planner", region="toy"))
    other.headers.update(csrf_header(other))
    changed = other.put(place, json={"name": "x", "scenario": DOCUMENT})
    assert (changed.status_code, other.delete(place).status_code) == (404, 404)
    ada.put(place, json={"name": "x", "scenario": DOCUMENT, "is_shared": False})
    assert [c.get(place).status_code for c in (visitor, moderator, other)] == [404] * 3
    assert ada.get(place).status_code == 200


def test_what_others_keep_is_neither_listed_nor_read(ada, make, database):
    place = keep(ada).headers["location"]
    other = make(person(database, "planner", region="toy"))
    assert other.get(URL).json() == {"scenarios": []}
    assert other.get(place).status_code == make().get(place).status_code == 404
    admin = make(person(database, "admin"))
    assert len(admin.get(URL).json()["scenarios"]) == 1


def test_a_program_keeps_one_by_its_token(make, database):
    header = bearer(database, person(database, "planner"), "plan")
    assert make().post(URL, json={"name": "x", "scenario": DOCUMENT}, headers=header).is_success
    reader = bearer(database, person(database, "planner", region="toy"), "read")
    assert make().get(URL, headers=reader).status_code == 200


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"name": "", "scenario": DOCUMENT}, "may have 1 to 100"),
        ({"name": "\u202e\x00", "scenario": DOCUMENT}, "may have 1 to 100"),
        ({"name": "x" * 101, "scenario": DOCUMENT}, "at most 100"),
        ({"name": 7, "scenario": DOCUMENT}, "valid string"),
        ({"scenario": DOCUMENT}, "required"),
        ({"name": "x", "scenario": {"version": 2, "changes": []}}, "version"),
        ({"name": "x", "scenario": []}, "scenario"),
        ({"name": "x", "scenario": {**DOCUMENT, "extra": 1}}, "extra"),
        ({"name": "x", "scenario": DOCUMENT, "owner": "me"}, "not known"),
    ],
)
def test_what_is_no_scenario_is_refused(ada, sent, reason):
    answer = ada.post(URL, json=sent)
    assert answer.status_code == 400
    assert reason in answer.json()["detail"]
    assert ada.get(URL).json() == {"scenarios": []}


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": "x", "scenario": {"version": 1, "name": "\\ud800", "changes": []}}',
        b'{"name": "x", "scenario": {"version": 1, "name": NaN, "changes": []}}',
        b'{"name": "x", "scenario": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"{",
        b"\xff",
    ],
)
def test_broken_bodies_are_refused_in_the_one_shape(ada, body):
    answer = ada.post(URL, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_above_the_limit_is_refused(ada):
    answer = keep(ada, name="x" * 1_000_001)
    assert answer.status_code == 413


@pytest.mark.parametrize("id_", ["none", "%00", "x" * 65, "a'--"])
def test_an_id_that_nothing_has_is_not_there(ada, id_):
    assert ada.get(f"{URL}/{id_}").status_code in (400, 404)


def test_nobody_keeps_more_than_the_limit(ada, monkeypatch):
    monkeypatch.setattr(scenarios, "MOST", 2)
    assert [keep(ada).status_code for _ in range(3)] == [201, 201, 400]


def test_another_region_has_its_own(ada):
    keep(ada)
    assert ada.get("/api/v1/regions/nowhere/scenarios/stored").status_code == 404
