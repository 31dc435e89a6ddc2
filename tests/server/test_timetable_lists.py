"""Lines and stops of a timetable over HTTP: pages, words, and what a scenario calls them."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from server.app import create_app
from server.measures.timetable import LinesOut, StopsOut
from server.settings import Settings, default_data_dir
from tests.toytransit import TEN, build_toy_with_timetable

LISTS = "/api/v1/regions/toy/timetable"


@pytest.fixture(scope="module")
def riding(taxonomy_path: Path, tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    state = tmp_path_factory.mktemp("lists")
    build_toy_with_timetable(state, taxonomy_path)
    settings = Settings(data_dir=default_data_dir(), state_dir=state, regions=("toy",))
    return TestClient(create_app(settings), raise_server_exceptions=False)


def test_lines_and_stops_come_in_pages(riding: TestClient):
    lines = LinesOut.model_validate(riding.get(f"{LISTS}/lines").json())
    assert [line.line for line in lines.lines] == ["1", "Sonntagslinie"]
    assert lines.attribution == "Verkehrsbetrieb Öd"
    pages = [
        StopsOut.model_validate(
            riding.get(f"{LISTS}/stops", params={"limit": 2, "offset": offset}).json()
        )
        for offset in (0, 2, 4)
    ]
    assert [[stop.stop for stop in page.stops] for page in pages] == [
        ["Stop a", "Stop b"], ["Stop c"], [],
    ]  # fmt: skip
    assert {page.total for page in pages} == {3}


def test_words_narrow_the_list_and_a_large_limit_is_clamped(riding: TestClient):
    out = riding.get(f"{LISTS}/stops", params={"q": "b stop", "limit": 9999}).json()
    assert (out["total"], out["limit"]) == (1, 2000)
    assert out["stops"][0]["lines"] == ["1", "Sonntagslinie"]


@pytest.mark.parametrize("wrong", [{"limit": 0}, {"offset": -1}, {"q": "x" * 201}, {"w": "x"}])
def test_what_is_no_page_is_refused(wrong: dict[str, str], riding: TestClient):
    refused = riding.get(f"{LISTS}/lines", params=wrong)
    assert refused.status_code == 400
    assert next(iter(wrong)) in refused.json()["detail"]


def test_a_region_without_a_timetable_says_so(client: TestClient):
    refused = client.get(f"{LISTS}/stops")
    assert refused.status_code == 400
    assert "umkreis region timetable toy --gtfs FILE" in refused.json()["detail"]


def test_what_is_listed_can_be_changed(riding: TestClient):
    line = riding.get(f"{LISTS}/lines").json()["lines"][0]
    stop = riding.get(f"{LISTS}/stops").json()["stops"][0]
    changes = [
        {"do": "change_headway", "line": line["line"], "every_min": 2},
        {"do": "close_stop", "stop": stop["stop"]},
        {"do": "add_line", "name": "N1", "stops": ["Stop c", "Stop b"], "every_min": 5},
    ]
    body = {"category": "repair_cafe", "mode": "transit", "window": TEN, "minutes": 5}
    out = riding.post(
        "/api/v1/regions/toy/scenarios",
        json={**body, "scenario": {"version": 1, "changes": changes}},
    )
    assert out.status_code == 200, out.text
    assert out.json()["after"]["covered"] is not None
