"""The public interface: answers that fit their models, and clear refusals."""

import csv
import io
import json
import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from server import models
from server.near_models import NearOut
from tests.toyregion import HOSTILE_NAME, toy_lonlat

TOY = "/api/v1/regions/toy"
FOOD = f"{TOY}/coverage?category=greengrocer_bakery&mode=walk"


def assert_error(response, status: int, match: str) -> models.Problem:
    """Check the one shape of every failure."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = models.Problem.model_validate(response.json())
    assert problem.status == status
    assert re.search(match, problem.detail), problem.detail
    for leak in ("Traceback", 'File "', "site-packages"):
        assert leak not in response.text
    return problem


def test_regions_are_listed_with_their_basis(client: TestClient):
    regions = models.RegionList.model_validate(client.get("/api/v1/regions").json()).regions
    assert [r.id for r in regions] == ["toy"]
    assert regions[0].population.total == 960
    assert regions[0].population.year == 2023
    assert regions[0].population.official
    assert regions[0].modes == ["walk", "stepfree", "bike", "car", "line"]
    west, south, east, north = regions[0].bbox
    assert west < east
    assert south < north


def test_categories_say_what_the_region_has_and_what_nobody_knows(client: TestClient):
    answer = models.CategoryList.model_validate(client.get(f"{TOY}/categories").json())
    by_id = {c.id: c for c in answer.categories}
    assert len(by_id) > 45
    assert by_id["greengrocer_bakery"].offers == 2
    assert by_id["greengrocer_bakery"].label.de == "Bäcker, Metzger, Obst & Gemüse"
    assert by_id["csa_depot"].answer == "unknown"
    assert {c.layer for c in answer.categories} <= {y.id for y in answer.layers}


def test_districts_are_geojson_in_lon_lat(client: TestClient):
    response = client.get(f"{TOY}/districts")
    assert response.headers["content-type"] == "application/geo+json"
    features = response.json()["features"]
    assert [f["properties"]["name"] for f in features] == ["Altöd", "Süd", "Nord"]
    lon, lat = features[0]["geometry"]["coordinates"][0][0]
    assert 13 < lon < 14
    assert 53 < lat < 54
    assert len(client.get(f"{TOY}/districts?by=municipality").json()["features"]) == 2


def test_offers_come_in_pages_with_links(client: TestClient):
    first = models.OfferCollection.model_validate(client.get(f"{TOY}/offers?limit=3").json())
    assert (first.numberMatched, first.numberReturned) == (4, 3)
    following = next(link.href for link in first.links if link.rel == "next")
    rest = client.get(following).json()
    assert rest["numberReturned"] == 1
    assert [link["rel"] for link in rest["links"]] == ["self", "prev"]
    ids = [f["id"] for f in [*first.features, *rest["features"]]]
    assert ids == sorted(set(ids))


def test_a_limit_above_the_most_is_clamped(client: TestClient):
    assert client.get(f"{TOY}/offers?limit=1000000").json()["numberReturned"] == 4


def test_offers_in_a_box(client: TestClient):
    corners = toy_lonlat([[50.0, 50.0], [160.0, 160.0]])
    box = ",".join(f"{c:.6f}" for c in corners.ravel())
    names = {
        f["properties"]["name"] for f in client.get(f"{TOY}/offers?bbox={box}").json()["features"]
    }
    assert names == {"Bäckerei Groß & Söhne", "Dorfladen Süd"}


def test_offers_by_category_layer_and_text(client: TestClient):
    def count(query: str) -> int:
        return client.get(f"{TOY}/offers?{query}").json()["numberMatched"]

    assert count("category=greengrocer_bakery") == 2
    assert count("category=greengrocer_bakery,repair_cafe") == 3
    assert count("category=greengrocer_bakery&category=repair_cafe") == 3
    assert count("layer=repair") == 1
    assert count("q=GROSS") == count("q=groß") == 1
    assert count("q=nirgendwo") == 0


def test_an_offer_is_found_by_the_id_of_what_was_merged_into_it(client: TestClient):
    by_area = client.get(f"{TOY}/offers/osm:w1101").json()
    by_node = client.get(f"{TOY}/offers/osm:n1004").json()
    assert by_area == by_node
    assert by_area["properties"]["name"] == "Dorfladen Süd"


def test_hostile_names_are_data_in_json(client: TestClient):
    features = client.get(f"{TOY}/offers").json()["features"]
    assert HOSTILE_NAME in {f["properties"]["name"] for f in features}


def test_coverage_keeps_people_and_says_what_it_assumed(client: TestClient):
    report = models.CoverageOut.model_validate(client.get(f"{FOOD}&minutes=4").json())
    parts = (report.covered, report.uncovered, report.unreachable, report.unplaced)
    assert report.residents == sum(parts) == 960
    assert report.assumptions.speed_kmh == 4.8
    assert report.assumptions.limit_min == 4
    assert report.assumptions.as_of.isoformat() == "2024-05-01"
    assert report.assumptions.population.source == "counted by hand"
    assert [row.name for row in report.by_district] == ["Altöd", "Süd", "Nord"]
    assert sorted(row.rank for row in report.by_district) == [1, 2, 3]
    assert {offer.name for offer in report.by_offer} == {"Bäckerei Groß & Söhne", HOSTILE_NAME}


def test_coverage_by_municipality(client: TestClient):
    rows = client.get(f"{FOOD}&minutes=4&by=municipality").json()["by_district"]
    assert {row["name"]: row["residents"] for row in rows} == {"Altöd": 320, "Neuöd": 640}


def test_unknown_is_null_never_zero(client: TestClient):
    report = client.get(f"{TOY}/coverage?category=csa_depot").json()
    assert report["answer"] == "unknown"
    assert report["unknown_reason"] == "no_source"
    assert report["share"] is report["covered"] is None
    assert all(row["share"] is None for row in report["by_district"])


@pytest.mark.parametrize(("query", "headers"), [("&f=csv", {}), ("", {"accept": "text/csv"})])
def test_coverage_as_csv(client: TestClient, query: str, headers: dict[str, str]):
    response = client.get(f"{FOOD}&minutes=4{query}", headers=headers)
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert sum(int(row["residents"]) for row in rows) == 960


@pytest.mark.parametrize(
    ("query", "headers"), [("&f=geojson", {}), ("", {"accept": "application/geo+json"})]
)
def test_coverage_as_geojson(client: TestClient, query: str, headers: dict[str, str]):
    response = client.get(f"{FOOD}&minutes=4{query}", headers=headers)
    assert response.headers["content-type"] == "application/geo+json"
    body = response.json()
    assert body["features"][0]["geometry"]["type"] in ("Polygon", "MultiPolygon")
    assert body["features"][0]["properties"]["residents"] == 320
    assert body["attributions"] == ["© nobody, made in code"]


def test_gaps_are_shapes_with_their_people(client: TestClient):
    body = client.get(f"{TOY}/gaps?category=greengrocer_bakery&mode=walk&minutes=3").json()
    assert body["features"]
    for feature in body["features"]:
        assert feature["properties"]["residents"] >= 25
        assert feature["geometry"]["type"] in ("Polygon", "MultiPolygon")


def near_question(**changes: Any) -> dict[str, Any]:
    lon, lat = toy_lonlat((50.0, 0.0))[0].tolist()
    return {"lon": lon, "lat": lat, "mode": "walk", "minutes": 9, **changes}


def test_near_lists_offers_by_travel_time(client: TestClient):
    answer = NearOut.model_validate(client.post(f"{TOY}/near", json=near_question()).json())
    assert answer.offers[0].name == "Bäckerei Groß & Söhne"
    assert answer.offers[0].distance_m == 150
    assert answer.offers[0].travel_min == 1.9
    assert [o.travel_min for o in answer.offers] == sorted(o.travel_min for o in answer.offers)
    limited = client.post(f"{TOY}/near", json=near_question(limit=1)).json()
    assert len(limited["offers"]) == 1
    assert limited["total"] == answer.total == 3


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"minutes": 0}, "`minutes` is 0 but must be at least 0.001"),
        ({"mode": "fly"}, "`mode`"),
        ({"lon": 53.5, "lat": 13.2}, "outside the data of Ödland; lon comes first"),
        ({"address": "Ringstraße 1"}, "`address`: addresses are looked up by POST"),
        ({"open_at": "now"}, "`open_at` 'now' has a day that is not known"),
        ({"minuts": 5}, "`minuts`: is not known here"),
        ({"lon": "east"}, "`lon`"),
        ({"limit": 0}, "`limit`"),
    ],
)
def test_near_refuses_what_it_cannot_answer(client: TestClient, changes, match: str):
    assert_error(client.post(f"{TOY}/near", json=near_question(**changes)), 400, match)


@pytest.mark.parametrize("body", ["", "[", '{"lon": NaN, "lat": 1}', "[]", "[" * 100_000])
def test_near_refuses_what_is_no_question(client: TestClient, body: str):
    response = client.post(
        f"{TOY}/near", content=body, headers={"content-type": "application/json"}
    )
    assert_error(response, 400, ".")


@pytest.mark.parametrize(
    ("path", "status", "match"),
    [
        ("/api/v1/regions/berlin", 404, "`region` 'berlin' is not known"),
        ("/api/v1/regions/neubrandenburg", 404, "not known"),  # not among the served ones
        (f"{TOY}/coverage?category=bakery", 404, "did you mean .*'greengrocer_bakery'"),
        (f"{TOY}/coverage", 400, "`category` is missing"),
        (f"{TOY}/coverage?category=library&mode=fly", 400, "`mode` 'fly' is not known; use one of"),
        (f"{TOY}/coverage?category=library&minutes=0", 400, "at least 0.001 and at most 240"),
        (f"{TOY}/coverage?category=library&minutes=-3", 400, "at least 0.001"),
        (f"{TOY}/coverage?category=library&minutes=nan", 400, "at least 0.001"),
        (f"{TOY}/coverage?category=library&minutes=1e9", 400, "at most 240"),
        (f"{TOY}/coverage?category=library&minutes=ten", 400, "`minutes`"),
        (f"{TOY}/coverage?category=library&metres=inf", 400, "`metres`"),
        (f"{TOY}/coverage?category=library&minutes=5&metres=5", 400, "not both"),
        (f"{TOY}/coverage?category=library&mode=line&minutes=5", 400, "give `metres`"),
        (f"{TOY}/coverage?category=library&minute=5", 400, "`minute` is no parameter here"),
        (f"{TOY}/coverage?category=library&at=now", 400, "`at` 'now' has a day that is not known"),
        (f"{TOY}/coverage?category=library&by=street", 400, "`by`"),
        (f"{TOY}/offers?bbox=1,2,3", 400, "`bbox` '1,2,3' is not four numbers"),
        (f"{TOY}/offers?bbox=a,b,c,d", 400, "is not four numbers"),
        (f"{TOY}/offers?bbox=nan,1,2,3", 400, "is not four numbers"),
        (f"{TOY}/offers?bbox=14,53,13,54", 400, "swapped corners"),
        (f"{TOY}/offers?bbox=13,54,14,53", 400, "swapped corners"),
        (f"{TOY}/offers?bbox=100,200,300,400", 400, "beyond degrees"),
        (f"{TOY}/offers?category=shop", 404, "`category` 'shop' is not known"),
        (f"{TOY}/offers?layer=everything", 400, "`layer` 'everything' is not known; there are"),
        (f"{TOY}/offers?limit=0", 400, "`limit`"),
        (f"{TOY}/offers?offset=-1", 400, "`offset`"),
        (f"{TOY}/offers/osm:n1", 404, "`offer` 'osm:n1' is not known"),
        ("/api/v1/nothing", 404, "Not Found"),
    ],
)
def test_bad_requests_are_answered_clearly(client: TestClient, path: str, status: int, match: str):
    assert_error(client.get(path), status, match)


def test_a_wrong_method_is_refused(client: TestClient):
    assert_error(client.get(f"{TOY}/near"), 405, "Method Not Allowed")


def test_an_unexpected_failure_tells_nothing(client: TestClient, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret path /etc")

    monkeypatch.setattr("server.api.coverage", fail)
    problem = assert_error(client.get(f"{FOOD}&minutes=4"), 500, "failure has been logged")
    assert "secret" not in problem.detail


def test_every_answer_carries_the_security_headers(client: TestClient):
    for path in ("/api/v1/regions", "/healthz", "/api/v1/nothing"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["referrer-policy"] == "same-origin"


def test_the_service_says_whether_it_is_alive_and_ready(client: TestClient):
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json()["status"] == "ok"


def test_the_openapi_document_describes_every_route(client: TestClient):
    document = client.get("/openapi.json").json()
    assert f"{TOY}".replace("toy", "{region}") + "/coverage" in document["paths"]
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert operation["description"], path
            assert "400" in operation["responses"], path
    assert "http" not in json.dumps(document.get("servers", []))


def test_a_base_map_that_was_not_built_is_said_to_be_missing(client: TestClient):
    assert_error(client.get("/tiles/toy.pmtiles"), 503, "without a base map")


def test_a_file_needs_the_base_map(client: TestClient):
    path = "/r/toy/map?category=library&download=1"
    answer = client.get(path)
    assert answer.status_code == 503
    assert "run `umkreis build toy --force`" in answer.text
    assert "toy/base_map" not in answer.text
