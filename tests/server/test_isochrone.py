"""Isochrones over HTTP and on the command line."""

import json
from pathlib import Path

import pytest
import shapely
from click.testing import CliRunner
from fastapi.testclient import TestClient

from server.cli import main
from server.measures.isochrone import IsochroneCollection, IsochroneFeature
from server.settings import Settings
from tests.server.test_api import TOY, assert_error
from tests.toyregion import toy_lonlat

LON, LAT = toy_lonlat((200, 200))[0].tolist()


def test_one_limit_gives_a_feature_with_its_people(client: TestClient):
    answer = client.post(f"{TOY}/isochrone", json={"lon": LON, "lat": LAT, "minutes": 15})
    assert answer.headers["content-type"] == "application/geo+json"
    feature = IsochroneFeature.model_validate(answer.json())
    assert feature.properties.residents == 960
    shape = shapely.from_geojson(json.dumps(feature.geometry))
    assert shape.geom_type == "MultiPolygon"
    assert shape.is_valid
    assert shape.contains(shapely.Point(LON, LAT))


def test_several_limits_give_a_collection_in_their_order(client: TestClient):
    body = {"lon": LON, "lat": LAT, "minutes": [10, 2, 5]}
    found = IsochroneCollection.model_validate(client.post(f"{TOY}/isochrone", json=body).json())
    assert [f.properties.minutes for f in found.features] == [10, 2, 5]
    areas = {f.properties.minutes: f.properties.area_m2 for f in found.features}
    assert areas[2] < areas[5] < areas[10]


def test_an_offer_is_reached_from_around(client: TestClient):
    answer = client.get(f"{TOY}/isochrone/osm:n1001?mode=walk&minutes=5,10")
    found = IsochroneCollection.model_validate(answer.json())
    assert {f.properties.direction for f in found.features} == {"to"}
    one = client.get(f"{TOY}/isochrone/osm:n1001?minutes=5").json()
    assert IsochroneFeature.model_validate(one).properties.mode == "walk"


@pytest.mark.parametrize(
    ("body", "match"),
    [
        ({"minutes": 0}, "`minutes` is 0"),
        ({"minutes": 1e9}, "at most 240"),
        ({"minutes": []}, "at least 1"),
        ({"lon": 0}, "outside the data"),
        ({"mode": "boat"}, "mode"),
        ({"minuts": 5}, "minuts"),
    ],
)
def test_wrong_questions_are_answered_with_their_reason(client: TestClient, body, match):
    question = {"lon": LON, "lat": LAT, **body}
    assert_error(client.post(f"{TOY}/isochrone", json=question), 400, match)


@pytest.mark.parametrize(
    ("path", "status", "match"),
    [
        ("isochrone/osm:n1001?minutes=five", 400, "`minutes` 'five' is no number"),
        ("isochrone/osm:n1001?minutes=5&lon=3", 400, "`lon` is no parameter"),
        ("isochrone/osm:n7", 404, "osm:n7"),
    ],
)
def test_wrong_addresses_are_answered_with_their_reason(client: TestClient, path, status, match):
    assert_error(client.get(f"{TOY}/{path}"), status, match)


@pytest.fixture
def umkreis(toy_settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("UMKREIS_STATE_DIR", str(toy_settings.state_dir))
    return lambda *arguments: CliRunner().invoke(main, arguments)


def test_the_command_writes_a_file_and_tells_the_people(umkreis, tmp_path: Path):
    file = tmp_path / "reach.geojson"
    place = ("--lon", str(LON), "--lat", str(LAT))
    result = umkreis("isochrone", "toy", *place, "--minutes", "3,15", "-o", str(file))
    assert result.exit_code == 0, result.output
    rows = [line.split() for line in result.stdout.splitlines()[1:]]
    assert [row[0] for row in rows] == ["3", "15"]
    assert rows[1][1] == "960"
    found = IsochroneCollection.model_validate_json(file.read_text("utf-8"))
    assert [f.properties.minutes for f in found.features] == [3, 15]


def test_the_command_takes_an_offer_or_a_place(umkreis):
    assert umkreis("isochrone", "toy", "--offer", "osm:n1001").exit_code == 0
    refused = umkreis("isochrone", "toy")
    assert (refused.exit_code, "give `lon` and `lat`, or `offer`" in refused.stderr) == (2, True)
