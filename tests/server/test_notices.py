"""What is needed and given now: the page, the interface, and the form to post."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from fastapi.testclient import TestClient

from layers.errors import UnknownDistrictError
from layers.notices import Notice
from layers.register import Register
from server.app import create_app
from server.notices import notices_shown, read_notice, today_in
from server.texts import texts_of

API = "/api/v1/regions/toy/notices"
FAR = date(2099, 1, 1)
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def client(toy_settings, toy_atlas, tmp_path):
    settings = replace(toy_settings, database_url=f"sqlite:///{tmp_path / 'register.sqlite'}")
    at = {i: toy_atlas.offers[toy_atlas.offers.row(i)] for i in ("osm:n1001", "osm:n1002")}
    yesterday = today_in(toy_atlas) - timedelta(days=1)
    posted = {
        "osm:n1001": [
            Notice("gives", "processed_food", FAR, HOSTILE),
            Notice("needs", "room", yesterday),
        ],
        "osm:n1002": [Notice("needs", "room", FAR - timedelta(days=1), "für 20")],
    }
    with Register.open(settings.register_url) as register:
        for offer_id, notices in posted.items():
            o = at[offer_id]
            told = {"categories": list(o.categories), "name": o.name, "lon": o.lon, "lat": o.lat}
            made = register.create("toy", told, who="eva", status="published")
            for notice in notices:
                register.post_notice("toy", made, notice, who="eva")
    return TestClient(create_app(settings), raise_server_exceptions=False)


def told(client, query=""):
    answer = client.get(API + query)
    assert answer.status_code == 200, answer.text
    return [(n["kind"], n["resource"], n["text"]) for n in answer.json()["notices"]]


def test_notices_that_hold_are_listed_the_first_to_end_first(client):
    assert told(client) == [("needs", "room", "für 20"), ("gives", "processed_food", HOSTILE)]


def test_they_are_filtered_by_kind_resource_and_district(client):
    assert told(client, "?kind=gives") == [("gives", "processed_food", HOSTILE)]
    assert told(client, "?resource=room") == [("needs", "room", "für 20")]
    # n1001 lies at (100, 100)
    assert told(client, "?district=Altöd") == [("gives", "processed_food", HOSTILE)]
    assert told(client, "?district=Neuöd") == [("needs", "room", "für 20")]
    assert told(client, "?kind=gives&resource=room") == []


@pytest.mark.parametrize(
    ("query", "code"),
    [("?kind=x", 422), ("?resource=x", 400), ("?district=x", 404), ("?town=x", 400)],
)
def test_unknown_filters_are_refused(client, query, code):
    answer = client.get(API + query)
    assert answer.status_code in (code, 400)
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_page_lists_them_as_text_and_forgets_what_is_over(client):
    page = client.get("/r/toy/notices?lang=de").text
    assert page.count('<li class="needs">') == 1
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert HOSTILE not in page
    assert 'type="application/atom+xml"' in page
    none = client.get("/r/toy/notices?lang=de&kind=needs&resource=processed_food").text
    assert "Gerade passt nichts" in none
    assert client.get("/r/toy/notices?district=nirgends").status_code == 404


def test_a_built_region_without_notices_says_so(toy_settings):
    client = TestClient(create_app(toy_settings))
    assert told(client) == []
    assert "Nobody has posted anything" in client.get("/r/toy/notices?lang=en").text


def test_on_its_last_day_a_notice_still_holds(toy_atlas):
    with pytest.raises(UnknownDistrictError, match="nirgends"):
        notices_shown(toy_atlas, texts_of("en"), district="nirgends")
    last = date(2026, 9, 30)
    offer = replace(toy_atlas.offers[0], notices=(Notice("needs", "room", last),))
    from layers.living import with_offers
    from layers.offers import Offers

    atlas = with_offers(toy_atlas, Offers.of([offer], counts=toy_atlas.offers.counts))
    days = [last + timedelta(days=k) for k in (-1, 0, 1)]
    found = [len(notices_shown(atlas, texts_of("en"), on=day)) for day in days]
    assert found == [1, 1, 0]


def test_a_form_becomes_a_notice(toy_atlas):
    until = (today_in(toy_atlas) + timedelta(days=30)).isoformat()
    form = {"kind": "needs", "resource": "room", "until": until, "text": " für\n20  Leute "}
    read = read_notice(form, toy_atlas, texts_of("de"))
    assert read.notice == Notice("needs", "room", date.fromisoformat(until), "für 20 Leute")
    assert not read.faults


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "sells"), ("resource", "gold"), ("until", "2020-01-01"), ("until", "9999-12-31"),
        ("until", "31.12."), ("until", ""), ("text", ""), ("text", "x" * 301),
    ],
)  # fmt: skip
def test_a_wrong_field_of_the_form_is_named_and_nothing_lost(toy_atlas, field, value):
    until = (today_in(toy_atlas) + timedelta(days=30)).isoformat()
    good = {"kind": "needs", "resource": "room", "until": until, "text": "für 20"}
    read = read_notice({**good, field: value}, toy_atlas, texts_of("de"))
    assert read.notice is None
    assert list(read.faults) == [field]
    assert getattr(read, field) == value
