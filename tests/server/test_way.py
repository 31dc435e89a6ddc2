"""The way to an offer over HTTP."""

import pytest
from fastapi.testclient import TestClient

from tests.server.test_api import TOY, assert_error
from tests.toyregion import toy_lonlat

LON, LAT = toy_lonlat((50, 0))[0].tolist()


def test_a_way_is_a_line_with_its_minutes_and_streets(client: TestClient):
    answer = client.post(f"{TOY}/way", json={"lon": LON, "lat": LAT, "offer": "osm:n1001"})
    assert answer.headers["content-type"] == "application/geo+json"
    feature = answer.json()
    assert feature["properties"] == {
        "offer": "osm:n1001",
        "mode": "walk",
        "travel_min": 1.9,
        "distance_m": 150,
        "streets": ["2. Längsstraße", "1. Querstraße"],
    }
    line = feature["geometry"]["coordinates"]
    assert line[0] == pytest.approx([LON, LAT], abs=1e-6)
    assert line[-1] == pytest.approx(toy_lonlat((100, 100))[0].tolist(), abs=1e-6)


@pytest.mark.parametrize(
    ("body", "status", "match"),
    [
        ({"offer": "osm:n9"}, 404, "osm:n9"),
        ({"lon": 0}, 400, "outside the data"),
        ({"mode": "line"}, 400, "mode"),
        ({"to": "x"}, 400, "to"),
    ],
)
def test_wrong_questions_are_answered_with_their_reason(client: TestClient, body, status, match):
    question = {"lon": LON, "lat": LAT, "offer": "osm:n1001", **body}
    assert_error(client.post(f"{TOY}/way", json=question), status, match)
