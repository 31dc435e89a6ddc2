"""A change in the register shows with the next request, in every process, without a build."""

import json
import logging
from dataclasses import replace
from datetime import date

import pytest
from fastapi.testclient import TestClient

from layers.living import with_offers
from layers.offers import Offers
from layers.register import Register, Source
from layers.sources.record import SourceRecord
from server import answers
from server.app import create_app

COVERAGE = "/api/v1/regions/toy/coverage?category=repair_cafe&mode=walk&minutes=4"
OSM = Source("osm", "OpenStreetMap", "ODbL-1.0", "© OpenStreetMap", as_of=date(2026, 1, 1))


@pytest.fixture
def settings(toy_settings, tmp_path):
    url = f"sqlite:///{tmp_path / 'register.sqlite'}"
    return replace(toy_settings, database_url=url)


@pytest.fixture
def workers(settings):
    return [TestClient(create_app(settings)) for _ in range(2)]


def covered(client):
    return client.get(COVERAGE).json()["covered"]


def test_a_published_offer_shows_in_every_worker_and_goes_again(settings, workers, toy_atlas):
    first = [covered(client) for client in workers]
    place = toy_atlas.offers[toy_atlas.offers.row("osm:n1001")]
    told = {"name": "Neu", "categories": ["repair_cafe"], "lon": place.lon, "lat": place.lat}
    with Register.open(settings.register_url) as register:
        made = register.create("toy", told, who="eva", status="submitted")
        assert [covered(client) for client in workers] == first
        assert workers[0].get(f"/api/v1/regions/toy/offers/{made}").status_code == 404
        register.set_status("toy", made, "published", who="ada")
        more = [covered(client) for client in workers]
        assert more[0] == more[1] > first[0]
        offer = workers[1].get(f"/api/v1/regions/toy/offers/{made}").json()
        assert offer["properties"]["name"] == "Neu"
        register.remove("toy", made, who="ada", why="closed")
        assert [covered(client) for client in workers] == first


def test_an_import_of_the_builds_source_changes_no_answer(settings, workers, toy_atlas):
    first = covered(workers[0])
    records = [
        SourceRecord("osm", o.source_id, 0, o.name, o.categories, lon=o.lon, lat=o.lat)
        for o in toy_atlas.offers
    ]
    with Register.open(settings.register_url) as register:
        register.put_many("toy", OSM, records, who="ada", is_whole=True)
    assert covered(workers[0]) == first
    assert len(workers[0].get("/api/v1/regions/toy/offers").json()["features"]) == len(records)


def test_no_register_is_made_by_serving(toy_settings, client):
    assert client.get(COVERAGE).status_code == 200
    assert not toy_settings.register_file.exists()


def test_a_register_that_is_out_of_reach_leaves_the_built_offers(toy_settings, caplog):
    away = "postgresql://nobody@127.0.0.1:1/away"
    client = TestClient(create_app(replace(toy_settings, database_url=away)))
    with caplog.at_level(logging.WARNING):
        assert client.get(COVERAGE).status_code == 200
    assert "cannot be opened" in caplog.text


DEPOTS = "/api/v1/regions/toy/coverage?category=csa_depot&mode=walk&minutes=4"
FARMS = Source("farms", licence="CC0-1.0", as_of=date(2024, 3, 1), categories=("csa_depot",))


def put(settings, source, *records):
    with Register.open(settings.register_url) as register:
        register.put_many("toy", source, records, who="ada", is_whole=True)


def depot(atlas):
    place = atlas.offers[atlas.offers.row("osm:n1001")]
    return SourceRecord("farms", "1", 1, "Depot", ("csa_depot",), lon=place.lon, lat=place.lat)


def offers_told(answer):
    return {s["source"]: s for s in answer["assumptions"]["sources"] if s["kind"] == "offers"}


def test_a_source_that_can_tell_of_a_category_makes_its_silence_an_answer(settings, workers):
    before = workers[0].get(DEPOTS).json()
    assert (before["answer"], before["unknown_reason"]) == ("unknown", "no_source")
    put(settings, FARMS)
    after = workers[1].get(DEPOTS).json()
    assert (after["answer"], after["covered"]) == ("known", 0)
    assert after["knowledge"]["as_of"] == "2024-03-01"
    assert offers_told(after)["farms"]["offers"] == 0


def test_a_category_whose_newest_source_is_too_old_is_unknown(settings, workers, toy_atlas):
    put(settings, replace(FARMS, as_of=date(2015, 1, 1)), depot(toy_atlas))
    old = workers[0].get(DEPOTS).json()
    assert (old["answer"], old["unknown_reason"]) == ("unknown", "too_old")
    put(settings, replace(FARMS, as_of=date(2024, 4, 1)), depot(toy_atlas))  # still the same list
    new = workers[0].get(DEPOTS).json()
    assert new["answer"] == "known"
    assert new["covered"] > 0
    assert offers_told(new)["farms"]["as_of"] == "2024-04-01"


def test_offers_that_nobody_has_confirmed_for_long_are_counted(settings, workers, toy_atlas):
    put(settings, FARMS, depot(toy_atlas))
    assert offers_told(workers[0].get(DEPOTS).json())["farms"]["unconfirmed"] == 1
    with Register.open(settings.register_url) as register:
        register.set_review("toy", "farms:1", date(2999, 1, 1), who="eva", why="asked: it holds")
    assert offers_told(workers[0].get(DEPOTS).json())["farms"]["unconfirmed"] == 0
    with Register.open(settings.register_url) as register:
        register.set_review("toy", "farms:1", None, who="eva")
        register.correct("toy", "farms:1", {"phone": "1"}, who="eva", why="called them")
    assert offers_told(workers[0].get(DEPOTS).json())["farms"]["unconfirmed"] == 0


def test_after_a_change_only_the_texts_that_changed_are_written_anew(toy_atlas):
    first = answers.offer_texts(toy_atlas)
    changed = replace(toy_atlas.offers[3], name="Anders")
    offers = [changed if row == 3 else offer for row, offer in enumerate(toy_atlas.offers)]
    second = answers.offer_texts(with_offers(toy_atlas, Offers.of(offers)))
    assert [row for row, text in enumerate(second) if text is not first[row]] == [3]
    assert json.loads(second[3])["properties"]["name"] == "Anders"
