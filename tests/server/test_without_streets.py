"""The service with a region that has no streets: it says so, and nothing fails."""

from __future__ import annotations

import shutil

import pytest
from fastapi.testclient import TestClient

from layers.build import build_atlas
from server.app import create_app
from server.settings import Settings, default_data_dir

TABLE = 'offers = "offers.csv"\noffers_source = "made up"\noffers_licence = "CC0-1.0"\n'
ROWS = "id,name,category,lon,lat\nhof,Hof <Öd>,farm_shop,9.8534,51.3420\n"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    state = tmp_path_factory.mktemp("state")
    folder = state / "regions/witzenhausen"
    shutil.copytree(default_data_dir() / "regions/witzenhausen", folder)
    (folder / "offers.csv").write_text(ROWS, "utf-8")
    with (folder / "region.toml").open("a", encoding="utf-8") as file:
        file.write(TABLE)
    settings = Settings(
        data_dir=default_data_dir(), state_dir=state, regions=("witzenhausen",), language="en"
    )
    build_atlas(folder, settings.data_dir / "taxonomy.toml", state / "atlas/witzenhausen")
    return TestClient(create_app(settings))


def test_the_planner_s_page_says_that_there_are_no_streets_and_how_to_add_them(client: TestClient):
    page = client.get("/r/witzenhausen/planner?category=farm_shop&mode=line&metres=5000").text
    assert "No street data yet" in page
    assert "umkreis region new witzenhausen --pbf" in page
    assert "spread evenly over its area" in page
    assert "over its residential buildings" not in page
    assert 'name="mode" value="walk"' not in page
    assert "Back to the default" not in page
    assert "nobody lives here" not in page.split("<tbody")[1].split("</tbody")[0]


def test_the_residents_page_lists_offers_and_promises_nothing(client: TestClient):
    page = client.get("/r/witzenhausen?category=farm_shop").text
    assert "nothing can be said of what is near you" in page
    assert "Hof &lt;Öd&gt;" in page


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/r/witzenhausen/planner", 200),
        ("/r/witzenhausen/map?category=farm_shop", 200),
        ("/r/witzenhausen/map?category=farm_shop&download=1", 503),
        ("/r/witzenhausen/sheets/witzenhausen", 200),
        ("/r/witzenhausen/offers/umk:hof", 200),
        ("/r/witzenhausen/offers/umk:hof/poster", 200),
        ("/r/witzenhausen/planner?category=farm_shop&mode=walk", 400),
        ("/ogc/collections/witzenhausen.gaps/items", 200),
    ],
)
def test_no_page_fails(client: TestClient, path: str, status: int):
    assert client.get(path, headers={"accept": "text/html"}).status_code == status


def test_the_interface_answers_in_lines_and_names_what_is_unknown(client: TestClient):
    base = "/api/v1/regions/witzenhausen"
    answer = client.get(
        f"{base}/coverage", params={"category": "farm_shop", "metres": 5000, "by": "municipality"}
    ).json()
    assert answer["assumptions"]["mode"] == "line"
    assert "spread evenly over their area" in answer["assumptions"]["population"]["method"]
    rows = {row["name"]: row for row in answer["by_district"]}
    assert 0.3 < rows["Witzenhausen"]["share"] < 0.6
    uncounted = rows["Bornhagen"]
    assert (uncounted["unit"], uncounted["residents"]) == ("residents", None)
    assert (uncounted["share"], uncounted["suppressed"]) == (None, False)
    markets = client.get(f"{base}/coverage", params={"category": "farmers_market"}).json()
    assert (markets["answer"], markets["unknown_reason"]) == ("unknown", "no_source")


@pytest.mark.parametrize(
    "path", ["radii?category=farm_shop", "partners/umk:hof", "isochrone/umk:hof"]
)
def test_what_needs_streets_is_refused_with_the_way_out(client: TestClient, path: str):
    response = client.get(f"/api/v1/regions/witzenhausen/{path}")
    assert response.status_code == 400
    assert "no street data yet" in response.json()["detail"]
