"""Regions side by side, over HTTP, as a page and on the command line."""

import csv
import io
import shutil
from dataclasses import replace

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from server.app import create_app
from server.cli import main
from server.measures.compare import CompareOut
from server.measures.compare_similar import SimilarAnswer
from server.settings import Settings
from tests.server.test_api import assert_error

ASKED = "regions=toy,twin&category=greengrocer_bakery&mode=walk&minutes=2"


@pytest.fixture(scope="module")
def two(toy_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The toy region, a twin of it, and one that is not built."""
    state = tmp_path_factory.mktemp("two")
    for region in ("toy", "twin", "unbuilt"):
        shutil.copytree(toy_settings.state_dir / "regions/toy", state / "regions" / region)
    for region in ("toy", "twin"):
        shutil.copytree(toy_settings.state_dir / "atlas/toy", state / "atlas" / region)
    about = state / "atlas/twin/region.json"
    about.write_text(about.read_text("utf-8").replace('"toy"', '"twin"', 1), "utf-8")
    return replace(toy_settings, state_dir=state, regions=("toy", "twin", "unbuilt"))


@pytest.fixture(scope="module")
def client(two: Settings) -> TestClient:
    return TestClient(create_app(two), raise_server_exceptions=False)


def test_two_regions_are_answered_side_by_side(client: TestClient):
    answer = client.get(f"/api/v1/compare?{ASKED}")
    assert answer.status_code == 200
    found = CompareOut.model_validate(answer.json())
    assert [r.region for r in found.regions] == ["toy", "twin"]
    assert found.regions[0].count == found.regions[1].count
    assert found.regions[0].offers_per_10000 == pytest.approx(20.83, abs=0.1)
    assert found.left_out == []


def test_a_region_that_is_not_built_is_named_and_the_others_answered(client: TestClient):
    found = client.get(f"/api/v1/compare?{ASKED}&regions=unbuilt").json()
    assert found["left_out"] == [{"region": "unbuilt", "reason": "not_ready"}]
    assert len(found["regions"]) == 2


def test_a_spreadsheet_has_a_row_a_region(client: TestClient):
    rows = list(csv.DictReader(io.StringIO(client.get(f"/api/v1/compare?{ASKED}&f=csv").text)))
    assert [row["region"] for row in rows] == ["toy", "twin"]
    assert rows[0]["residents"] == "960"
    assert rows[0]["mode"] == "walk"


@pytest.mark.parametrize(
    ("query", "status", "about"),
    [
        ("regions=,&category=library", 400, "`regions` names 0 regions"),
        ("regions=nowhere&category=library", 404, "`region` 'nowhere' is not known"),
        ("regions=toy", 400, "`category` is missing"),
        ("regions=toy&category=nothing", 404, "`category` 'nothing' is not known"),
        ("regions=toy&category=library&by=district", 400, "`by` is no parameter here"),
        ("regions=unbuilt&category=library", 503, "unbuilt"),
        ("regions=" + ",".join(f"r{i}" for i in range(13)), 400, "names 13 regions"),
    ],
)
def test_what_cannot_be_compared_is_told(client: TestClient, query: str, status: int, about: str):
    assert_error(client.get(f"/api/v1/compare?{query}"), status, about)


def test_the_page_lists_all_regions_and_asks_nothing_yet(client: TestClient):
    page = client.get("/compare?lang=en").text
    assert page.count('type="checkbox" name="regions"') == 3
    assert "not ready yet" in page
    assert "<table" not in page


def test_the_page_shows_the_table_pictures_and_who_does_it(client: TestClient):
    page = client.get(f"/compare?{ASKED}&lang=en").text
    assert page.count(" checked>") == 2
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "<img src=x" not in page
    assert page.count('class="picture"') == 4 + 6
    assert "nobody has checked which" in page


def test_the_page_in_german_explains_a_question_that_fails(client: TestClient):
    answer = client.get("/compare?regions=toy&category=nothing&lang=de")
    assert answer.status_code == 404
    assert (
        "Diese Frage lässt sich nicht beantworten" in answer.text or "gibt es nicht" in answer.text
    )


def test_the_command_writes_text_csv_and_json(
    two: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path
):
    monkeypatch.setenv("UMKREIS_STATE_DIR", str(two.state_dir))
    monkeypatch.setenv("UMKREIS_REGIONS", "toy,twin")
    monkeypatch.setattr("server.regions.Regions.is_built", lambda *_: True)
    run = CliRunner().invoke
    asked = ["compare", "toy", "twin", "-c", "greengrocer_bakery", "--lang", "en"]
    text = run(main, asked)
    assert text.exit_code == 0, text.output
    assert "Ödland (toy)" in text.output
    assert "of 960 people" in text.output
    file = tmp_path / "two.json"
    assert run(main, [*asked, "-o", str(file)]).exit_code == 0
    assert len(CompareOut.model_validate_json(file.read_text("utf-8")).regions) == 2
    refused = run(main, [*asked, "-o", str(tmp_path / "two.html")])
    assert (refused.exit_code, "a comparison is written as" in refused.output) == (2, True)


def test_districts_elsewhere_that_resemble_are_answered_with_reasons(client: TestClient):
    url = "/api/v1/regions/toy/districts/A/similar"
    found = SimilarAnswer.model_validate(client.get(url).json())
    assert (found.regions, found.left_out) == (["twin"], [])
    assert (found.found[0].district, found.found[0].distance) == ("A", 0.0)
    assert {s.trait for s in found.found[0].near} >= {"density", "covered"}
    assert_error(client.get("/api/v1/regions/toy/districts/Z/similar"), 404, "`district` 'Z'")
    asked = client.get(f"{url}?in=toy,twin,unbuilt&count=1").json()
    assert (len(asked["found"]), asked["left_out"]) == (1, ["unbuilt"])


def test_the_sheet_leads_to_districts_like_it(client: TestClient):
    assert "/r/toy/districts/A/similar" in client.get("/r/toy/sheets/A").text
    page = client.get("/r/toy/districts/A/similar?lang=en").text
    assert "people per km²" in page
    assert "Not known of both, so left out" in page
    assert "/r/twin/sheets/A" in page
