"""A region's news as Atom: valid, escaped, by area and kind; with and without a register."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from layers.register import Register
from server.app import create_app
from tests.toyregion import HOSTILE_NAME

ATOM = "{http://www.w3.org/2005/Atom}"
FEED = "/r/toy/feed.atom"
IN_TOWN = {"osm:n1001": "Altöd", "osm:n1002": "Neuöd"}  # (100, 100) and (400, 400)


@pytest.fixture
def settings(toy_settings, tmp_path):
    return replace(toy_settings, database_url=f"sqlite:///{tmp_path / 'register.sqlite'}")


@pytest.fixture
def register(settings):
    with Register.open(settings.register_url) as opened:
        yield opened


@pytest.fixture
def client(settings):
    return TestClient(create_app(settings), raise_server_exceptions=False)


@pytest.fixture
def enter(register, toy_atlas):
    """Publishes an entry where an offer of the toy region is."""

    def make(name, at="osm:n1001", **told):
        offer = toy_atlas.offers[toy_atlas.offers.row(at)]
        values = {"name": name, "categories": ["repair_cafe"], "lon": offer.lon, "lat": offer.lat}
        return register.create("toy", {**values, **told}, who="eva", status="published")

    return make


def parsed(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    root = ET.fromstring(answer.content)  # noqa: S314 (our own)
    for parent in (root, *root.findall(f"{ATOM}entry")):  # RFC 4287, 4.1.1 and 4.1.2
        for name in ("id", "title", "updated"):
            (found,) = parent.findall(ATOM + name)
            assert found.text
        updated = datetime.fromisoformat(parent.findtext(f"{ATOM}updated").replace("Z", "+00:00"))
        assert updated <= datetime.now(UTC)
    ids = [e.findtext(f"{ATOM}id") for e in root.findall(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids)
    assert root.find(f"{ATOM}link[@rel='self']").get("href").startswith("http")
    return root


def titles(root, kind=""):
    return [
        entry.findtext(f"{ATOM}title")
        for entry in root.findall(f"{ATOM}entry")
        if not kind or entry.find(f"{ATOM}category").get("term") == kind
    ]


def test_new_changed_and_closed_entries_the_latest_first(client, enter, register):
    first, second, third = (enter(name) for name in ("Eins", "Zwei", "Drei"))
    register.correct("toy", first, {"opening_hours": "Mo-Fr 09:00-12:00"}, who="ada")
    register.correct("toy", second, {"closed_on": "2026-01-01"}, who="ada")
    register.set_status("toy", third, "archived", who="ada")
    told = titles(parsed(client.get(f"{FEED}?lang=en")))
    assert told[:3] == ["Closed: Drei", "Closed: Zwei", "Changed: Eins"]
    summary = parsed(client.get(f"{FEED}?lang=de")).findall(f"{ATOM}entry/{ATOM}summary")[2].text
    assert "Geändert: Öffnungszeiten" in summary


def test_what_nobody_may_see_is_no_news(client, enter, register):
    entry = enter("Eins", email="geheim@a.example", contact_name="Ada Geheim")
    enter("Zwei")
    before = client.get(FEED).text
    register.correct("toy", entry, {"email": "geheimer@a.example"}, who="ada", why="geheim")
    assert client.get(FEED).text == before
    assert "geheim" not in before.lower()


def test_what_was_taken_out_is_not_told_of_again(client, enter, register):
    gone, back = enter("Weg"), enter("Wieder")
    register.create("toy", {"categories": ["repair_cafe"], "lon": 13.0, "lat": 53.5}, who="eva")
    register.remove("toy", gone, who="ada", why="private home")
    register.set_status("toy", back, "submitted", who="ada")
    assert titles(parsed(client.get(f"{FEED}?lang=en")), "new") == []
    assert "Weg" not in client.get(FEED).text
    register.set_status("toy", back, "published", who="ada")
    assert titles(parsed(client.get(f"{FEED}?lang=en")), "changed") == ["Changed: Wieder"]


def test_an_id_stays_and_hostile_names_are_text(client, enter, register):
    entry = enter(HOSTILE_NAME + "\x0b]]>&amp;\ufffe")
    (old,) = (e.findtext(f"{ATOM}id") for e in parsed(client.get(FEED)).findall(f"{ATOM}entry")[:1])
    register.correct("toy", entry, {"description": "neu"}, who="ada")
    root = parsed(client.get(f"{FEED}?lang=en"))
    assert root.find(f"{ATOM}entry/{ATOM}id").text == old
    assert HOSTILE_NAME in titles(root)[0]
    assert root.find(f"{ATOM}entry/{ATOM}published").text is not None


def test_a_feed_is_about_an_area_and_a_kind(client, enter, toy_atlas):
    for place, name in IN_TOWN.items():
        enter(name, at=place)
    enter("Brot", categories=["bakery_craft"])
    west = toy_atlas.offers[toy_atlas.offers.row("osm:n1001")]
    box = f"{west.lon - 1e-4},{west.lat - 1e-4},{west.lon + 1e-4},{west.lat + 1e-4}"

    def new(query):
        return sorted(titles(parsed(client.get(f"{FEED}?lang=en&{query}")), "new"))

    assert new("district=Neuöd") == ["New: Neuöd"]
    assert new(f"bbox={box}&category=repair_cafe") == ["New: Altöd"]
    assert new("limit=1") == ["New: Brot"] or new("limit=1") == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("district=x", 404), ("category=x", 404), ("bbox=1,2", 400), ("limit=0", 400),
        ("limit=²", 400), ("lon=13", 400), ("bbox=nan,0,1,1", 400),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(client, query, code):
    answer = client.get(f"{FEED}?{query}")
    assert answer.status_code == code
    assert answer.headers["content-type"] == "application/problem+json"


def test_it_is_not_sent_again_until_something_changes(client, enter, register):
    entry = enter("Eins")
    first = client.get(FEED)
    tag = {"if-none-match": first.headers["etag"]}
    assert client.get(FEED, headers=tag).status_code == 304
    assert first.headers["access-control-allow-origin"] == "*"
    register.correct("toy", entry, {"name": "Anders"}, who="ada")
    assert client.get(FEED, headers=tag).status_code == 200


def test_without_a_register_the_feed_says_that_its_dates_are_the_builds(toy_settings, toy_atlas):
    client = TestClient(create_app(toy_settings))
    root = parsed(client.get(f"{FEED}?lang=en"))
    assert "Nobody notes here" in root.findtext(f"{ATOM}subtitle")
    known = [o.name for o in toy_atlas.offers if o.name]
    assert len(known) >= 4
    assert set(known) <= set(titles(root, "known"))
    assert root.findtext(f"{ATOM}rights") == "© nobody, made in code"
    assert client.get("/r/nirgends/feed.atom").status_code == 404
