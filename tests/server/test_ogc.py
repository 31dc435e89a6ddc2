"""OGC API - Features: what the standard asks, and what its clients read."""

import json
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pyogrio
import pytest
import shapely
from fastapi.testclient import TestClient
from openapi_spec_validator import OpenAPIV30SpecValidator
from pyproj import Transformer

from layers.atlas import Atlas

TRADE = "/ogc/collections/toy.trade"
DISTRICTS = "/ogc/collections/toy.districts"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


def features(client: TestClient, path: str, **query: str) -> list[dict]:
    answer = client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/geo+json"
    return answer.json()["features"]


def test_every_link_of_every_page_leads_somewhere(client: TestClient):
    seen: set[str] = set()
    stack = ["/ogc/"]
    while stack:
        path = stack.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = client.get(path)
        assert answer.status_code == 200, path
        if not answer.headers["content-type"].endswith("json"):
            continue
        body = answer.json()
        for holder in [body, *body.get("collections", [])]:
            for link in holder.get("links", []):
                assert link["href"].startswith("http://testserver/"), link
                stack.append(link["href"].removeprefix("http://testserver"))
    assert len(seen) > 40


def test_the_classes_of_both_parts_are_declared(client: TestClient):
    names = client.get("/ogc/conformance").json()["conformsTo"]
    assert [name.partition("/spec/")[2] for name in names] == [
        "ogcapi-features-1/1.0/conf/core",
        "ogcapi-features-1/1.0/conf/geojson",
        "ogcapi-features-1/1.0/conf/html",
        "ogcapi-features-1/1.0/conf/oas30",
        "ogcapi-features-2/1.0/conf/crs",
    ]


def test_the_description_is_valid_openapi_3_0(client: TestClient):
    answer = client.get("/ogc/api")
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    assert list(OpenAPIV30SpecValidator(answer.json()).iter_errors()) == []


def test_a_layer_holds_its_offers_and_only_these(client: TestClient, toy_atlas: Atlas):
    found = features(client, f"{TRADE}/items")
    layer_of = {c.id: c.layer for c in toy_atlas.taxonomy.categories}
    wanted = {o.id for o in toy_atlas.offers if "trade" in {layer_of[c] for c in o.categories}}
    assert {f["id"] for f in found} == wanted
    assert len(wanted) >= 3


def test_pages_by_links_give_everything_once(client: TestClient):
    whole = [f["id"] for f in features(client, f"{TRADE}/items")]
    url, got = f"{TRADE}/items?limit=2", []
    while url:
        body = client.get(url).json()
        assert body["numberMatched"] == len(whole)
        assert body["numberReturned"] == len(body["features"]) <= 2
        got += [f["id"] for f in body["features"]]
        url = next((x["href"] for x in body["links"] if x["rel"] == "next"), None)
    assert got == whole


def test_a_box_holds_what_lies_in_it_in_any_axis_order(client: TestClient):
    whole = features(client, f"{TRADE}/items")
    lon, lat = np.median([f["geometry"]["coordinates"] for f in whole], axis=0)
    inside = {
        f["id"]
        for f in whole
        if f["geometry"]["coordinates"][0] <= lon and f["geometry"]["coordinates"][1] <= lat
    }
    assert 0 < len(inside) < len(whole)
    box = f"{lon - 9},{lat - 9},{lon},{lat}"
    assert {f["id"] for f in features(client, f"{TRADE}/items", bbox=box)} == inside
    turned = f"{lat - 9},{lon - 9},{lat},{lon}"
    query = {"bbox": turned, "bbox-crs": f"{EPSG}4326"}
    assert {f["id"] for f in features(client, f"{TRADE}/items", **query)} == inside


def test_a_box_may_cross_the_antimeridian_and_holds_nothing_here(client: TestClient):
    assert features(client, f"{TRADE}/items", bbox="170,-10,-170,10") == []


@pytest.mark.parametrize(("code", "swapped"), [("4326", True), ("25833", False), ("3857", False)])
def test_answers_come_in_the_crs_and_axis_order_of_the_authority(
    client: TestClient, code: str, swapped: bool
):
    plain = features(client, f"{TRADE}/items")[0]["geometry"]["coordinates"]
    answer = client.get(f"{TRADE}/items", params={"crs": EPSG + code})
    assert answer.headers["content-crs"] == f"<{EPSG}{code}>"
    got = answer.json()["features"][0]["geometry"]["coordinates"]
    there = Transformer.from_crs("OGC:CRS84", f"EPSG:{code}", always_xy=True).transform(*plain)
    wanted = there[::-1] if swapped else there
    assert got == pytest.approx(wanted, abs=0.01 if code != "4326" else 1e-6)


def test_without_a_crs_the_answer_is_longitude_first_and_says_so(client: TestClient):
    answer = client.get(f"{TRADE}/items")
    assert answer.headers["content-crs"] == f"<{CRS84}>"
    lon, lat = answer.json()["features"][0]["geometry"]["coordinates"]
    assert 5 < lon < 16
    assert 47 < lat < 56


def test_districts_carry_shares_and_withhold_what_coverage_withholds(client: TestClient):
    rows = {f["id"]: f["properties"] for f in features(client, f"{DISTRICTS}/items")}
    report = client.get(
        "/api/v1/regions/toy/coverage", params={"category": "greengrocer_bakery"}
    ).json()
    for row in report["by_district"]:
        assert rows[row["id"]]["share_greengrocer_bakery"] == row["share"]
        assert rows[row["id"]]["residents"] == row["residents"]
    shapes = [
        shapely.from_geojson(json.dumps(f["geometry"]))
        for f in features(client, f"{DISTRICTS}/items")
    ]
    assert all(shape.is_valid for shape in shapes)


def test_gaps_are_those_of_the_api(client: TestClient):
    category = features(client, "/ogc/collections/toy.gaps/items")[0]["properties"]["category"]
    found = features(client, "/ogc/collections/toy.gaps/items", category=category)
    gaps = client.get("/api/v1/regions/toy/gaps", params={"category": category}).json()["features"]
    assert [f["geometry"] for f in found] == [g["geometry"] for g in gaps]
    assert len(found) >= 1


def test_a_property_is_a_filter(client: TestClient):
    whole = features(client, f"{DISTRICTS}/items")
    level = whole[0]["properties"]["level"]
    chosen = features(client, f"{DISTRICTS}/items", level=level)
    assert [f["id"] for f in chosen] == [
        f["id"] for f in whole if f["properties"]["level"] == level
    ]
    known = client.get(f"{DISTRICTS}/queryables").json()["properties"]
    assert known["level"] == {"type": "string"}
    assert known["share_greengrocer_bakery"] == {"type": "number"}


def test_time_is_that_of_the_data(client: TestClient, toy_atlas: Atlas):
    day = toy_atlas.region.as_of.isoformat()
    count = len(features(client, f"{DISTRICTS}/items"))

    def asked(text: str) -> int:
        return len(features(client, f"{DISTRICTS}/items", datetime=text))

    assert asked(day) == asked(f"{day}T12:00:00Z") == asked("../2999-01-01") == count
    assert asked("1999-01-01/1999-12-31") == 0


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (f"{TRADE}/items", "limit=-1"),
        (f"{TRADE}/items", "limit=0"),
        (f"{TRADE}/items", "limit=x"),
        (f"{TRADE}/items", "offset=-1"),
        (f"{TRADE}/items", "bbox=1,2,3"),
        (f"{TRADE}/items", "bbox=1,2,3,nan"),
        (f"{TRADE}/items", "bbox=1,9,3,4"),
        (f"{TRADE}/items", "bbox=-200,0,3,4"),
        (f"{TRADE}/items", "bbox-crs=EPSG:4326&bbox=1,2,3,4"),
        (f"{TRADE}/items", "crs=http://www.opengis.net/def/crs/EPSG/0/31467"),
        (f"{TRADE}/items", "datetime=yesterday"),
        (f"{TRADE}/items", "datetime=2016-02-10T00:00:00"),
        (f"{TRADE}/items", "datetime=2017-01-01/2016-01-01"),
        (f"{TRADE}/items", "datetime=../.."),
        (f"{TRADE}/items", "nonsense=1"),
        (f"{TRADE}/items", "limit=1&limit=2"),
        (f"{DISTRICTS}/items", "residents=many"),
        ("/ogc/conformance", "nonsense=1"),
        ("/ogc/", "f=xml"),
    ],
)
def test_what_cannot_be_read_is_400_with_its_parameter(client: TestClient, path: str, query: str):
    answer = client.get(f"{path}?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["parameter"] in query + "f"


@pytest.mark.parametrize("path", ["/ogc/collections/toy.trades", f"{TRADE}/items/none", "/ogc/x"])
def test_what_is_not_there_is_404(client: TestClient, path: str):
    assert client.get(path).status_code == 404


def test_a_large_limit_is_clamped(client: TestClient):
    assert client.get(f"{TRADE}/items?limit=999999999").status_code == 200


def test_people_get_pages_and_hostile_names_stay_text(client: TestClient):
    page = client.get(f"{TRADE}/items", headers={"accept": "text/html"})
    assert page.headers["content-type"].startswith("text/html")
    assert "<table>" in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]


def test_other_origins_may_read(client: TestClient):
    assert client.get(f"{TRADE}/items").headers["access-control-allow-origin"] == "*"


READ_ALL = """
import json, sys, pyogrio
source = "OAPIF:" + sys.argv[1]
names = [str(name) for name, _ in pyogrio.list_layers(source)]
print(json.dumps({name: len(pyogrio.read_dataframe(source, layer=name)) for name in names}))
"""


@pytest.mark.skipif("OAPIF" not in pyogrio.list_drivers(), reason="this GDAL cannot ask for OAPIF")
def test_gdal_reads_every_collection_with_equal_counts(
    client: TestClient, serve: Callable[[object], str]
):
    # in a process of its own: GDAL waits for the answer without letting other threads run
    home = serve(client.app)
    command = [sys.executable, "-c", READ_ALL, f"{home}/ogc"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)  # noqa: S603
    listed = [c["id"] for c in client.get("/ogc/collections").json()["collections"]]
    assert json.loads(done.stdout) == {
        name: client.get(f"/ogc/collections/{name}/items").json()["numberMatched"]
        for name in listed
    }
    assert len(listed) == 8
