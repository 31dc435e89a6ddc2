"""Access scores and equity over HTTP and on the command line."""

import json
import re

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from server.cli import main
from server.measures.access import ScoresOut
from server.measures.equity import EquityOut
from server.settings import Settings
from tests.server.test_api import assert_error

TOY = "/api/v1/regions/toy"
FOOD = "category=greengrocer_bakery&mode=walk"


@pytest.fixture
def umkreis(toy_settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("UMKREIS_STATE_DIR", str(toy_settings.state_dir))
    return lambda *arguments: CliRunner().invoke(main, arguments)


def test_scores_come_with_zones_and_districts(client: TestClient):
    out = ScoresOut.model_validate(client.get(f"{TOY}/access?{FOOD}").json())
    assert [(z.until_min, z.weight) for z in out.zones] == [(10, 1), (20, 0.68), (30, 0.22)]
    assert out.per_10000 == 20.83
    assert out.without == 0
    assert [d.name for d in out.by_district] == ["Altöd", "Süd", "Nord"]
    assert out.assumptions.limit_min == 30


def test_equity_comes_with_depth_and_spread(client: TestClient):
    out = EquityOut.model_validate(client.get(f"{TOY}/equity?{FOOD}&minutes=2").json())
    assert out.residents == 960
    assert out.short == pytest.approx(960 * out.fgt0, abs=1)
    assert out.fgt1 > 0
    assert 0 < out.concentration < 1
    assert len(out.by_district) == 3


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        (f"access?{FOOD}&kind=best", 400, "use one of e2sfca, 2sfca"),
        (f"access?{FOOD}&minutes=-1", 400, "`minutes` is -1"),
        ("access?category=nothing", 404, "`category` 'nothing' is not known"),
        (f"access?{FOOD}&metres=100", 400, "`metres` is no parameter here"),
        (f"equity?{FOOD}&minutes=1e-320", 400, "must be at least 0.001"),
        ("equity", 400, "`category` is missing"),
        (f"equity?{FOOD}&mode=line", 400, "`mode`"),
    ],
)
def test_bad_questions_are_refused_by_name(
    client: TestClient, path: str, status: int, message: str
):
    assert_error(client.get(f"{TOY}/{path}"), status, message)


@pytest.mark.parametrize("measure", ["access", "equity"])
def test_the_command_answers_as_table_and_as_the_api_does(
    umkreis, client: TestClient, measure: str
):
    asked = (measure, "toy", "-c", "greengrocer_bakery", "--mode", "walk", "--minutes", "3")
    table = umkreis(*asked)
    assert table.exit_code == 0, table.stderr
    assert len(re.findall(r"^(Altöd|Süd|Nord) +", table.stdout, re.MULTILINE)) == 3
    api = client.get(f"{TOY}/{measure}?{FOOD}&minutes=3").json()
    assert json.loads(umkreis(*asked, "--format", "json").stdout) == api


@pytest.mark.parametrize("measure", ["access", "equity"])
def test_the_command_says_what_nobody_knows(umkreis, measure: str):
    result = umkreis(measure, "toy", "-c", "csa_depot", "--mode", "walk")
    assert result.exit_code == 0
    assert result.stdout == "unknown: no source tells of csa_depot here\n"
