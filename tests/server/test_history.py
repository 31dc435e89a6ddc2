"""Coverage over time: over HTTP, as a page with a chart, on the command line."""

import csv
import io

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from server.cli import main
from server.measures.history import HistoryOut
from tests.server.test_api import TOY, assert_error

ASKED = "category=repair_cafe&mode=walk&minutes=4&from=2022-05-01&to=2024-05-01&step=year"


def test_points_are_told_without_and_with_what_nobody_knows(client: TestClient):
    found = HistoryOut.model_validate(client.get(f"{TOY}/history?{ASKED}").json())
    assert [p.day.year for p in found.points] == [2022, 2023, 2024]
    assert [p.gap for p in found.points] == [True, True, False]
    assert found.points[0].least.covered == 0
    assert found.points[0].most.covered == found.points[2].least.covered > 100
    assert (found.undated_offers, found.left_out) == (1, 0)


def test_a_spreadsheet_has_a_row_a_day(client: TestClient):
    rows = list(csv.DictReader(io.StringIO(client.get(f"{TOY}/history?{ASKED}&f=csv").text)))
    assert [row["offers_most"] for row in rows] == ["1", "1", "1"]
    assert rows[0]["day"] == "2022-05-01"


@pytest.mark.parametrize(
    ("query", "status", "about"),
    [
        ("category=repair_cafe&from=x", 422, ""),
        ("category=none", 404, "`category` 'none'"),
        ("category=repair_cafe&district=Z", 404, "`district` 'Z'"),
        ("category=repair_cafe&from=2025-01-01&to=2024-01-01", 400, "is after `to`"),
    ],
)
def test_what_cannot_be_told_is_explained(client, query: str, status: int, about: str):
    answer = client.get(f"{TOY}/history?{query}")
    if about:
        assert_error(answer, status, about)
    assert 400 <= answer.status_code < 500


def test_the_page_shows_chart_table_and_what_it_rests_on(client: TestClient):
    page = client.get(f"/r/toy/history?{ASKED}&lang=en").text
    assert 'role="img" aria-label="Ödland: Repair café, on foot in 4 minutes: 0% – ' in page
    assert page.count("no source tells of this day") == 2
    assert "1 offer has no opening day" in page
    assert "<polyline" in page
    german = client.get(f"/r/toy/history?{ASKED}&lang=de").text
    assert "Menschen und Straßen sind an jedem Tag die von heute" in german
    assert client.get("/r/toy/history?from=yesterday").status_code == 400


def test_the_command_writes_the_same(toy_settings, monkeypatch: pytest.MonkeyPatch, tmp_path):
    monkeypatch.setenv("UMKREIS_STATE_DIR", str(toy_settings.state_dir))
    monkeypatch.setenv("UMKREIS_REGIONS", "toy")
    asked = ["history", "toy", "-c", "repair_cafe", "--step", "year", "--from", "2023-05-01"]
    text = CliRunner().invoke(main, [*asked, "--lang", "en"])
    assert text.exit_code == 0, text.output
    assert "0 – 1  no source tells of this day" in text.output
    file = tmp_path / "h.csv"
    assert CliRunner().invoke(main, [*asked, "-o", str(file)]).exit_code == 0
    assert file.read_text("utf-8").startswith("region,district,day,")
