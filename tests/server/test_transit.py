"""Public transport over HTTP, on the planner's page and on the command line."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from server.app import create_app
from server.cli import main
from server.settings import Settings, default_data_dir
from server.transit_out import CoverageByTransit
from tests.toyregion import toy_lonlat
from tests.toytransit import TEN, build_toy_with_timetable

API = "/api/v1/regions/toy"
ASKED = {"category": "repair_cafe", "mode": "transit", "window": TEN, "minutes": "7.5"}


@pytest.fixture(scope="module")
def state(taxonomy_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("state")
    build_toy_with_timetable(folder, taxonomy_path)
    return folder


@pytest.fixture(scope="module")
def riding(state: Path) -> TestClient:
    settings = Settings(data_dir=default_data_dir(), state_dir=state, regions=("toy",))
    return TestClient(create_app(settings), raise_server_exceptions=False)


def assert_refused(response, parameter: str, text: str) -> None:
    assert response.status_code == 400, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["parameter"] == parameter
    assert text in response.json()["detail"]


def test_the_median_stands_beside_best_walking_and_other_times(riding: TestClient):
    answer = riding.get(f"{API}/coverage", params=ASKED)
    out = CoverageByTransit.model_validate(answer.json())
    assert out.assumptions.mode == "transit"
    assert out.assumptions.window == out.transit.window == TEN
    assert out.share == out.transit.share == 0.927
    assert out.transit.share_on_foot == 0.917
    assert out.transit.share_best == 1.0
    assert out.transit.departures_share == 0.95
    assert [each.part for each in out.transit.windows] == [
        "weekday", "evening", "saturday", "sunday",
    ]  # fmt: skip
    assert out.transit.feed.licence == "CC0-1.0"
    assert out.transit.day.departures == 4
    assert out.by_offer == []
    assert [each.id for each in out.transit.by_district] == [each.id for each in out.by_district]


def test_people_of_all_classes_are_all_people(riding: TestClient):
    out = riding.get(f"{API}/coverage", params={**ASKED, "minutes": "5"}).json()
    classes = out["transit"]["by_class"]
    assert sum(filter(None, classes.values())) == out["residents"] == 960


def test_other_modes_answer_as_before(riding: TestClient, client: TestClient):
    walking = {"category": "repair_cafe", "mode": "walk", "minutes": "5"}
    one, other = (each.get(f"{API}/coverage", params=walking).json() for each in (riding, client))
    assert "transit" not in one
    assert one["by_district"] == other["by_district"]


def test_a_region_says_whether_it_has_a_timetable(riding: TestClient, client: TestClient):
    assert riding.get(API).json()["modes"][-1] == "transit"
    assert "transit" not in client.get(API).json()["modes"]
    refused = client.get(f"{API}/coverage", params=ASKED)
    assert_refused(refused, "mode", "umkreis region timetable toy --gtfs FILE")


def test_what_does_not_take_it_says_so(riding: TestClient):
    asked = {"category": "repair_cafe", "mode": "transit", "kind": "balanced", "capacity": "40"}
    refused = riding.get(f"{API}/radii", params={**asked, "demand": "1"})
    assert_refused(refused, "mode", "is not answered by this measure")


def test_second_offers_verdicts_and_stress_take_it(riding: TestClient):
    asked = {**ASKED, "category": "repair_cafe,village_shop", "minutes": "4"}
    out = riding.get(f"{API}/resilience", params=asked).json()
    assert out["assumptions"]["window"] == TEN
    assert out["covered_twice"] < out["covered"]
    assert out["by_mode"][-1]["share"] == out["share"]  # its own window
    told = riding.get(f"{API}/stability", params=asked).json()["by_district"]
    assert {each["verdict"] for each in told} <= {"served", "depends", "underserved", "unclear"}
    body = {**asked, "category": ["repair_cafe"], "minutes": 4, "stress": True}
    cases = riding.post(f"{API}/resilience", json=body).json()["stress_cases"]
    assert [each["case"] for each in cases] == ["today", "sunday", "all"]


def test_next_sites_take_it(riding: TestClient):
    asked = {**ASKED, "minutes": "3", "new": "1"}
    out = riding.get(f"{API}/sites", params=asked).json()
    assert out["assumptions"]["window"] == TEN
    assert out["gained"] > 0
    body = {**ASKED, "minutes": 3, "new": 1, "places": [PLACE]}
    assert riding.post(f"{API}/sites", json=body).json()["gained"] > 0


def test_sheets_history_access_and_comparison_take_it(riding: TestClient):
    sheet = riding.get(f"{API}/sheets/A", params=ASKED)
    assert sheet.status_code == 200, sheet.text
    page = riding.get("/r/toy/sheets/A", params={**ASKED, "lang": "en"})
    assert page.status_code == 200
    told = riding.get(f"{API}/history", params={**ASKED, "step": "year"}).json()
    assert told["window"] == TEN
    share = riding.get(f"{API}/coverage", params=ASKED).json()["share"]
    assert told["points"][-1]["most"]["share"] == share
    score = riding.get(f"{API}/access", params=ASKED).json()
    assert score["assumptions"]["window"] == TEN
    out = riding.get("/api/v1/compare", params={**ASKED, "regions": "toy"}).json()
    assert (out["mode"], out["regions"][0]["window"]) == ("transit", TEN)
    assert out["regions"][0]["count"]["share"] == share


def test_areas_and_radii_take_it(riding: TestClient):
    place = {**PLACE, "mode": "transit", "minutes": [2, 5], "window": TEN, "direction": "to"}
    areas = riding.post(f"{API}/isochrone", json=place).json()["features"]
    assert areas[0]["properties"]["mode"] == "transit"
    assert areas[0]["properties"]["area_m2"] < areas[1]["properties"]["area_m2"]
    radii = riding.get(f"{API}/radii", params={**ASKED, "minutes": "5"}).json()
    assert radii["assumptions"]["window"] == TEN
    (only,) = radii["features"]
    assert only["properties"]["residents"] > 0
    reach = riding.get(f"{API}/offers/{only['properties']['id']}/reach").json()
    assert reach["modes"][-1]["mode"] == "transit"
    assert reach["window"] == "2026-10-06T16:00/18:00"
    of_it = f"{API}/isochrone/{only['properties']['id']}"
    asked = {"mode": "transit", "window": "2027-05-04T16:00/18:00"}
    assert_refused(riding.get(of_it, params=asked), "window", "nearest Tuesday")
    asked = {"mode": "walk", "window": TEN}
    assert_refused(riding.get(of_it, params=asked), "window", "goes with `mode` transit alone")


def test_the_week_is_one_of_the_timetable(riding: TestClient):
    asked = {"category": "greengrocer_bakery", "mode": "transit", "minutes": "5"}
    out = riding.get(f"{API}/week", params=asked).json()
    assert len(out["hours"]) == 168
    assert [len(out["days"]), out["days"][0]] == [7, "2026-10-05"]
    assert {each["share"] for each in out["hours"]} != {0.0}


def test_partners_take_it(riding: TestClient):
    offer = riding.get(f"{API}/offers", params={"category": "repair_cafe"}).json()["features"][0]
    asked = {"mode": "transit", "window": TEN, "minutes": "60"}
    out = riding.get(f"{API}/partners/{offer['id']}", params=asked).json()
    assert (out["mode"], out["window"]) == ("transit", TEN)
    assert {each["distance_m"] for each in out["partners"]} <= {None}


def test_a_day_outside_the_timetable_is_a_bad_request(riding: TestClient):
    late = {**ASKED, "window": "2027-05-04T16:00/18:00"}
    refused = riding.get(f"{API}/coverage", params=late)
    assert_refused(refused, "window", "the nearest Tuesday that it covers is 2027-03-30")


@pytest.mark.parametrize("f", ["geojson", "csv", "xlsx", "gpkg"])
def test_every_format_is_written(f: str, riding: TestClient):
    assert riding.get(f"{API}/coverage", params={**ASKED, "f": f}).status_code == 200


def test_gaps_equity_and_what_a_car_adds_take_it(riding: TestClient):
    gaps = riding.get(f"{API}/gaps", params=ASKED).json()
    assert all(each["properties"]["nearest_offer"] is None for each in gaps["features"])
    equity = riding.get(f"{API}/equity", params=ASKED).json()
    assert equity["assumptions"]["window"] == TEN
    car = {"category": "repair_cafe", "mode": "car", "minutes": "5"}
    modes = riding.get(f"{API}/resilience", params=car).json()["by_mode"]
    assert [each["mode"] for each in modes] == ["walk", "stepfree", "bike", "car", "transit"]


def test_a_line_every_two_minutes_is_tried(riding: TestClient):
    changes = [{"do": "change_headway", "line": "1", "every_min": 2}]
    body = {**ASKED, "minutes": 5, "scenario": {"version": 1, "changes": changes}}
    out = riding.post(f"{API}/scenarios", json=body).json()
    assert out["difference"]["gained"] > 0
    assert out["after"]["assumptions"]["window"] == TEN


@pytest.mark.parametrize(("language", "name"), [("de", "Bus und Bahn"), ("en", "Bus and train")])
def test_the_planner_asks_by_bus_and_train(language: str, name: str, riding: TestClient):
    page = riding.get("/r/toy/planner", params={**ASKED, "lang": language}).text
    assert f"<span>{name}</span>" in page
    assert 'id="transit-windows"' in page
    assert 'id="transit-classes"' in page
    assert '<option value="own" selected>' in page  # ten minutes are no part of the week
    assert '<input class="entry" type="time" name="until" value="16:10">' in page


def test_a_window_is_asked_for_without_scripts(riding: TestClient):
    parts = {"window": "own", "day": "2026-11-24", "from": "16:00", "until": "16:10"}
    page = riding.get("/r/toy/planner", params={**ASKED, **parts, "lang": "en"})
    assert page.status_code == 200
    assert "Leaving on Tue, 24 Nov 2026, 16:00 to 16:10" in page.text
    unfinished = riding.get("/r/toy/planner", params={**ASKED, **parts, "day": ""})
    assert unfinished.status_code == 400
    ignored = riding.get("/r/toy/planner", params={**ASKED, **parts, "mode": "walk"})
    assert ignored.status_code == 200  # a form sends all its fields


def test_without_a_timetable_the_planner_does_not_offer_it(client: TestClient):
    page = client.get("/r/toy/planner", params={"lang": "en"}).text
    assert 'value="transit"' not in page
    assert 'name="window"' not in page


def test_the_command_line_takes_a_window(state: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("UMKREIS_STATE_DIR", str(state))
    asked = ["-c", "repair_cafe", "--mode", "transit", "--window", TEN, "--minutes", "7.5"]
    done = CliRunner().invoke(main, ["coverage", "toy", *asked, "--lang", "en"])
    assert done.exit_code == 0, done.output
    assert "by bus and train in 7.5 minutes" in done.output
    assert "With the best departure it would be 100%, on foot alone 92%." in done.output
    assert "Timetable: Verkehrsbetrieb Öd, valid from 1 October 2026 to" in done.output


HOME = toy_lonlat((25.0, 15.0))[0]
PLACE = {"lon": float(HOME[0]), "lat": float(HOME[1])}


def test_what_is_near_by_bus_depends_on_when_one_leaves(riding: TestClient):
    asked = {**PLACE, "mode": "transit", "minutes": 8, "categories": ["repair_cafe"]}
    at_four = riding.post(f"{API}/near", json={**asked, "leaving": "2026-11-24T16:00"}).json()
    at_ten = riding.post(f"{API}/near", json={**asked, "leaving": "2026-11-24T10:00"}).json()
    assert at_four["total"] > at_ten["total"]
    assert at_four["offers"][0]["distance_m"] is None
    by_hours = riding.post(f"{API}/near", json={**asked, "open_at": "2026-11-24T16:00"}).json()
    assert by_hours["total"] == at_four["total"]
    late = riding.post(f"{API}/near", json={**asked, "leaving": "2027-11-24T16:00"})
    assert_refused(late, "window", "outside the timetable")
    part = riding.post(f"{API}/near", json={**asked, "leaving": "Sa"})
    assert_refused(part, "leaving", "is no local time")


def test_a_journey_is_written_out_with_its_times(riding: TestClient):
    offer = riding.get(f"{API}/offers", params={"category": "repair_cafe"}).json()["features"][0]
    body = {**PLACE, "offer": offer["id"], "leaving": "2026-11-24T16:00"}
    out = riding.post(f"{API}/journeys", json=body).json()
    assert out["there"]["legs"][0]["leaves"] == "2026-11-24T16:05:00+01:00"
    assert out["there"]["legs"][0]["line"] == "1"
    assert out["home"] is None
    assert out["attribution"] == "Verkehrsbetrieb Öd"
    unknown = riding.post(f"{API}/journeys", json={**body, "offer": "osm:n0"})
    assert unknown.status_code == 404


def test_residents_are_offered_it_where_there_is_a_timetable(
    riding: TestClient, client: TestClient
):
    page = riding.get("/r/toy", params={"lang": "de", "mode": "transit"}).text
    assert 'name="mode" value="transit" checked' in page
    assert "Bus und Bahn" in page
    assert 'value="transit"' not in client.get("/r/toy").text
    assert client.get("/r/toy", params={"mode": "transit"}).status_code == 400


@pytest.mark.parametrize("path", ["/compare", "/r/toy/paper"])
def test_forms_offer_it_where_there_is_a_timetable(
    path: str, riding: TestClient, client: TestClient
):
    page = riding.get(path, params={"lang": "en"})
    assert page.status_code == 200
    assert 'value="transit"' in page.text
    assert 'value="transit"' not in client.get(path, params={"lang": "en"}).text


def test_paper_and_comparison_are_asked_on_their_pages_too(riding: TestClient):
    kinds = ["coverage", "gaps", "sheet", "sites", "resilience", "equity"]
    asked = {**ASKED, "kind": kinds, "lang": "en"}
    paper = riding.get("/r/toy/paper", params=asked)
    assert paper.status_code == 200, paper.text
    assert f'<option value="{TEN}" selected>' in paper.text  # the departures asked come first
    share = riding.get(f"{API}/coverage", params=ASKED).json()["share"]
    assert f"{share:.0%}" in paper.text.replace("\xa0", "")
    planner = riding.get("/r/toy/planner", params={**ASKED, "lang": "en"}).text
    assert "/r/toy/paper?" in planner
    compared = riding.get("/compare", params={**ASKED, "regions": "toy", "lang": "en"})
    assert compared.status_code == 200, compared.text
    assert '<option value="transit" selected>' in compared.text
    assert f"{share:.0%}" in compared.text.replace("\xa0", "")
