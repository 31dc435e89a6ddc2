"""What a city's GIS opens: a QGIS project, Masterportal's entries; in QGIS itself where it is."""

import json
import os
import shutil
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient

from server.app import create_app
from server.classes import SHARE_CLASSES

LOOK = Path(__file__).with_name("qgis_look.py")
PROJECT = "/r/toy/qgis.qgs?lang=de"
SERVICES = "/r/toy/masterportal/services.json?lang=de"
LAYERS = ("initiatives", "repair", "spaces", "producers", "trade", "essentials")
COLLECTIONS = {f"toy.{name}" for name in (*LAYERS, "districts", "gaps")}


def opened(client: TestClient, path: str = PROJECT) -> ET.Element:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-qgis-project"
    return ET.fromstring(answer.content)  # noqa: S314 (our own)


def test_the_project_names_every_collection_once(client):
    root = opened(client)
    sources = [layer.findtext("datasource") for layer in root.iter("maplayer")]
    assert {s.split("typename='")[1].split("'")[0] for s in sources} == COLLECTIONS
    assert all("url='http://testserver/ogc'" in source for source in sources)
    assert [layer.get("id") for layer in root.iter("layer-tree-layer")] == [
        layer.findtext("id") for layer in root.iter("maplayer")
    ]
    assert {layer.findtext("provider") for layer in root.iter("maplayer")} == {"OAPIF"}


def test_it_is_in_the_regions_crs_and_shows_the_region(client, toy_region):
    root = opened(client)
    assert root.findtext("projectCrs/spatialrefsys/authid") == "EPSG:25833"
    extent = [
        float(root.findtext(f"mapcanvas/extent/{k}")) for k in ("xmin", "ymin", "xmax", "ymax")
    ]
    assert extent == pytest.approx(toy_region.boundary.bounds, abs=0.1)
    assert "made in code" in root.findtext("properties/CopyrightLabel/Label")


def test_districts_have_the_classes_of_the_pages_and_a_hatch_for_what_is_unknown(client):
    root = opened(client)
    (districts,) = (
        m for m in root.iter("maplayer") if m.findtext("id") == "umkreis_layer_toy_districts"
    )
    rules = districts.findall("renderer-v2/rules/rule")
    assert [r.get("filter") for r in rules][::5] == [
        '"share_greengrocer_bakery" >= 0.0 AND "share_greengrocer_bakery" < 0.2',
        '"share_greengrocer_bakery" IS NULL',
    ]
    assert rules[4].get("filter") == '"share_greengrocer_bakery" >= 0.8'
    symbols = districts.findall("renderer-v2/symbols/symbol")
    values = [{o.get("name"): o.get("value") for o in s.iter("Option")} for s in symbols]
    colors = [v["color"] for v in values[:5]]
    expected = [[int(c.color[i : i + 2], 16) for i in (1, 3, 5)] for c in SHARE_CLASSES]
    assert colors == [",".join(map(str, (*parts, 255))) for parts in expected]
    assert values[5]["style"] == "f_diagonal"
    styles = [s.get("name") for s in districts.iter("map-layer-style")]
    assert styles[0] == districts.find("map-layer-style-manager").get("current")
    assert len(set(styles)) == len(styles) > 5


def test_the_address_is_the_public_one(toy_settings):
    settings = replace(toy_settings, public_url="https://umkreis.stadt.example")
    text = TestClient(create_app(settings)).get(PROJECT).text
    assert "https://umkreis.stadt.example/ogc" in text
    assert "testserver" not in text


def test_a_hostile_host_adds_nothing_to_the_project(client):
    root = opened(TestClient(client.app, base_url="http://a'%3cx"))
    assert len(list(root.iter("maplayer"))) == len(COLLECTIONS)


def test_masterportal_gets_entries_with_all_that_it_needs(client):
    entries = client.get(SERVICES).json()
    assert len({entry["id"] for entry in entries}) == len(entries) == len(COLLECTIONS) + 2
    oaf = [entry for entry in entries if entry["typ"] == "OAF"]
    assert {entry["collection"] for entry in oaf} == COLLECTIONS
    for entry in entries:
        assert {"id", "name", "typ", "url", "gfiAttributes", "gfiTheme"} <= entry.keys()
        assert entry["layerAttribution"] == "© nobody, made in code"
        assert len(entry["datasets"][0]["bbox"].split(",")) == 4
    assert oaf[0]["crs"] == "http://www.opengis.net/def/crs/EPSG/0/25833"
    assert oaf[0]["limit"] == 10000


def test_what_the_entries_name_is_there(client):
    entries = client.get(SERVICES).json()
    styles = {s["styleId"] for s in client.get("/r/toy/masterportal/style.json").json()}
    for entry in entries:
        assert entry["styleId"] in styles
        if entry["typ"] == "OAF":
            parameters = {"crs": entry["crs"], "limit": entry["limit"], "f": "json"}
            path = f"{urlsplit(entry['url']).path}/collections/{entry['collection']}/items"
            answer = client.get(path, params=parameters)
        else:
            answer = client.get(entry["url"])
        assert answer.json()["type"] == "FeatureCollection", answer.text
        for feature in answer.json()["features"][:1]:
            shown = set(entry["gfiAttributes"])
            assert shown & feature["properties"].keys(), entry["id"]


def test_ranges_of_masterportals_styles_leave_no_share_out(client):
    styles = client.get("/r/toy/masterportal/style.json?lang=de").json()
    (districts,) = (s for s in styles if s["styleId"] == "toy.districts")
    ranges = [
        next(iter(rule["conditions"]["properties"].values()))
        for rule in districts["rules"]
        if "conditions" in rule
    ]
    assert [low for low, _ in ranges] == [0.0, 0.2, 0.4, 0.6, 0.8]
    assert ranges[-1][1] > 1
    assert "conditions" not in districts["rules"][-1]


@pytest.mark.parametrize("path", [PROJECT, SERVICES, "/r/toy/masterportal/style.json"])
def test_other_sites_may_read_them_and_unchanged_ones_are_not_sent_again(client, path):
    first = client.get(path)
    assert first.headers["access-control-allow-origin"] == "*"
    tag = {"if-none-match": first.headers["etag"]}
    assert client.get(path, headers=tag).status_code == 304
    assert client.get(path.replace("toy", "nirgends")).status_code == 404


@pytest.fixture(scope="session")
def qgis_python() -> str:
    """The Python in which QGIS can be used."""
    for name in ("/usr/bin/python3", shutil.which("python3")):
        if name and Path(name).exists():
            found = subprocess.run([name, "-c", "import qgis.core"], capture_output=True)  # noqa: S603
            if found.returncode == 0:
                return name
    pytest.skip("QGIS is not installed: apt-get install python3-qgis qgis-providers")


def test_qgis_opens_the_project_and_counts_what_the_interface_has(
    serve, toy_settings, qgis_python, tmp_path
):
    url = serve(create_app(toy_settings))
    client = TestClient(create_app(toy_settings), base_url=url)
    (tmp_path / "toy.qgs").write_bytes(client.get(PROJECT).content)
    home = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    run = subprocess.run(  # noqa: S603
        [qgis_python, str(LOOK), str(tmp_path / "toy.qgs"), str(tmp_path / "toy.png")],
        capture_output=True, text=True, timeout=120, env={**os.environ, **home},
    )  # fmt: skip
    assert "FOUND " in run.stdout, run.stdout + run.stderr
    found = json.loads(run.stdout.partition("FOUND ")[2])
    assert found["crs"] == "EPSG:25833"
    assert found["title"] == "Ödland: regionale Wirtschaft"
    assert found["layers"].keys() == COLLECTIONS
    for collection, layer in found["layers"].items():
        assert layer["valid"], collection
        items = client.get(f"/ogc/collections/{collection}/items?f=json&limit=1").json()
        assert layer["features"] == layer["count"] == items["numberMatched"], collection
        assert layer["attribution"] == "© nobody, made in code"
    districts = found["layers"]["toy.districts"]
    assert districts["drawn"] == districts["features"] > 0  # each falls into a class or is hatched
    assert districts["symbols"][:5] == [c.color for c in SHARE_CLASSES]
    assert districts["last"] == "RuleRenderer"
    assert (tmp_path / "toy.png").stat().st_size > 5_000
