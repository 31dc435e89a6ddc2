"""Next sites over HTTP and on the command line."""

import json

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from server.cli import main
from server.measures.sites import SitesOut
from server.settings import Settings
from tests.server.test_api import assert_error

SITES = "/api/v1/regions/toy/sites?category=repair_cafe&mode=walk&minutes=2.5"


@pytest.fixture
def umkreis(toy_settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("UMKREIS_STATE_DIR", str(toy_settings.state_dir))
    return lambda *arguments: CliRunner().invoke(main, ["sites", "toy", *arguments])


def test_sites_come_with_places_gains_and_proof(client: TestClient):
    out = SitesOut.model_validate(client.get(f"{SITES}&new=2").json())
    assert [s.rank for s in out.sites] == [1, 2]
    assert out.sites[0].gained >= out.sites[1].gained > 0
    assert all(13 < s.lon < 14 and 53 < s.lat < 54 for s in out.sites)
    assert out.gained == pytest.approx(sum(d.gained for d in out.by_district), abs=20)
    assert out.share_after == pytest.approx(out.share_before + out.gained / 960, abs=0.001)
    assert out.proof.proven
    assert out.candidates.count == 10
    assert out.assumptions.limit_min == 2.5


def test_fewest_sites_say_how_many_are_needed(client: TestClient):
    out = SitesOut.model_validate(client.get(f"{SITES}&objective=fewest_sites&share=0.8").json())
    assert len(out.sites) == out.proof.at_least > 1
    assert out.share_after >= 0.79
    assert (out.new, out.share) == (None, 0.8)


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("new=0", 400, "`new` is 0"),
        ("new=999", 400, "`new` is 999"),
        ("new=30", 400, "at most the number of candidates, 10"),
        ("", 400, "`new` is missing"),
        ("new=1&candidates=", 400, "there is none in the region"),
        ("new=1&candidates=nothing", 404, "`category` 'nothing' is not known"),
        ("new=1&objective=best", 400, "use one of most_people"),
        ("new=1&metres=900", 400, "`metres` is no parameter here"),
        ("new=two", 400, "`new`"),
    ],
)
def test_bad_questions_are_refused_by_name(
    client: TestClient, query: str, status: int, message: str
):
    assert_error(client.get(f"{SITES}&{query}"), status, message)


def test_the_command_says_it_in_words(umkreis):
    result = umkreis("-c", "repair_cafe", "--mode", "walk", "--minutes", "2.5", "--new", "1")
    assert result.exit_code == 0, result.stderr
    assert "1. street corner in " in result.stdout
    assert "people newly within reach" in result.stdout
    assert "Proven: no choice of 10 candidates (corners) is better." in result.stdout


def test_the_command_writes_the_answer_of_the_api(umkreis, client: TestClient, tmp_path):
    file = tmp_path / "sites.json"
    asked = ("-c", "repair_cafe", "--mode", "walk", "--minutes", "2.5", "--new", "1")
    assert umkreis(*asked, "-o", str(file)).exit_code == 0
    api, cli = client.get(f"{SITES}&new=1").json(), json.loads(file.read_text("utf-8"))
    assert cli["sites"] == api["sites"]


def test_the_command_refuses_with_one_line(umkreis):
    result = umkreis("-c", "repair_cafe", "--new", "0")
    assert result.exit_code == 2
    assert "`new` is 0 but must be 1 to 50" in result.stderr
