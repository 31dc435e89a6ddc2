"""Supply radii over HTTP and on the command line."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from server.cli import main
from server.measures.radius_out import RadiiOut
from server.settings import Settings
from tests.server.test_api import TOY, assert_error

FOOD = f"{TOY}/radii?category=greengrocer_bakery"


def ask(client: TestClient, query: str) -> RadiiOut:
    answer = client.get(f"{FOOD}&{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/geo+json"
    return RadiiOut.model_validate(answer.json())


def test_reach_is_the_default(client: TestClient):
    found = ask(client, "minutes=15&mode=walk")
    assert (found.kind, found.totals, found.assumptions.limit_min) == ("reach", None, 15)
    assert [f.properties.residents for f in found.features] == [960, 960]
    assert all(f.geometry and f.geometry["type"] == "MultiPolygon" for f in found.features)


def test_balance_prints_what_was_entered(client: TestClient):
    found = ask(client, "kind=balanced&capacity=300&demand=0.5&mode=walk")
    assert (found.assumptions.unit, found.assumptions.demand_per_resident) == ("people", 0.5)
    assert found.totals is not None
    assert (found.totals.demand, found.totals.capacity) == (480, 600)
    assert (found.totals.served, found.totals.unserved) == (480, 0)
    assert {f.properties.capacity_from for f in found.features} == {"asker"}
    assert sum(d.residents or 0 for d in found.totals.by_district) == 960


def test_capacities_of_single_offers_go_before_those_of_all(client: TestClient):
    found = ask(client, "kind=balanced&capacity=300,osm:n1001=100&mode=walk")
    assert {f.properties.id: f.properties.capacity for f in found.features} == {
        "osm:n1001": 100, "osm:n1003": 300,
    }  # fmt: skip


def test_filled_and_rings_are_answered(client: TestClient):
    filled = ask(client, "kind=filled&capacity=300&mode=walk")
    assert all(f.properties.used_up and f.properties.minutes for f in filled.features)
    rings = ask(client, "kind=ring")
    assert rings.assumptions.line
    assert [f.properties.ring_km for f in rings.features] == [25, 50, 100] * 2


def test_a_single_offer_needs_no_capacity_of_the_others(client: TestClient):
    whole = ask(client, "kind=filled&capacity=300&mode=walk")
    one = ask(client, "kind=filled&capacity=osm:n1001=300&mode=walk&offer=osm:n1001")
    assert [f.properties.id for f in one.features] == ["osm:n1001"]
    assert one.features[0].properties == whole.features[0].properties
    assert len(ask(client, "kind=ring&offer=osm:n1003").features) == 3
    assert len(ask(client, "offer=osm:n1003").features) == 1


@pytest.mark.parametrize(
    ("query", "status", "match"),
    [
        ("kind=balanced&capacity=300&offer=osm:n1001", 400, "`offer` has no meaning"),
        ("offer=osm:n1002", 404, "osm:n1002"),
        ("kind=filled", 400, "`capacity` is missing"),
        ("kind=balanced&capacity=0", 400, "`capacity` is 0"),
        ("kind=balanced&capacity=-1", 400, "`capacity` is -1"),
        ("kind=balanced&capacity=inf", 400, "`capacity` is inf"),
        ("kind=balanced&capacity=many", 400, "'many' is no number"),
        ("kind=balanced", 400, "2 of 2 offers .* state no whole number above 0"),
        ("kind=balanced&capacity=0", 400, "`capacity` is 0 but must be a whole number above 0"),
        ("kind=filled&capacity=-1", 400, "`capacity` is -1 but"),
        ("kind=balanced&capacity=inf", 400, "`capacity` is inf but"),
        ("kind=filled&capacity=1e400", 400, "`capacity` is inf but"),
        ("kind=balanced&capacity=nan", 400, "`capacity` is nan but"),
        ("kind=balanced&capacity=%3D5", 400, "'=5' names no offer"),
        ("kind=balanced&capacity=5,6", 400, "every offer is given twice"),
        ("kind=balanced&capacity=osm:n9=6", 404, "osm:n9"),
        ("kind=balanced&capacity=5&demand=-1", 400, "`demand` is -1"),
        ("kind=reach&capacity=5", 400, "`capacity` has no meaning for kind 'reach'"),
        ("kind=filled&capacity=50&minutes=5", 400, "`minutes` has no meaning for kind 'filled'"),
        ("kind=ring&mode=walk", 400, "`mode` has no meaning for kind 'ring'"),
        ("kind=round", 400, "kind"),
        ("minutes=0", 400, "`minutes` is 0"),
        ("mode=boat", 400, "`mode` 'boat'"),
    ],
)
def test_wrong_questions_are_answered_with_their_reason(client: TestClient, query, status, match):
    assert_error(client.get(f"{FOOD}&{query}"), status, match)


@pytest.fixture
def umkreis(toy_settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("UMKREIS_STATE_DIR", str(toy_settings.state_dir))
    return lambda *arguments: CliRunner().invoke(
        main, ("radius", "toy", "-c", "greengrocer_bakery", *arguments)
    )


def test_the_command_tells_the_allocation_and_writes_it(umkreis, tmp_path: Path):
    file = tmp_path / "radii.geojson"
    result = umkreis("--kind", "balanced", "--capacity", "300", "--mode", "walk", "-o", str(file))
    assert result.exit_code == 0, result.output
    assert "demand 960, capacity 600, served 600, unserved 360" in result.stdout
    assert "the best possible allocation, not a forecast" in result.stdout
    assert RadiiOut.model_validate_json(file.read_text("utf-8")).totals is not None


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "reach of greengrocer_bakery; mode walk; at most"),
        (("--kind", "ring"), "straight line; only people inside the data are counted"),
        (("--kind", "filled", "--capacity", "100"), "capacity in people, 1 each resident"),
    ],
)
def test_the_command_says_what_its_figures_rest_on(umkreis, arguments, told):
    result = umkreis(*arguments)
    assert result.exit_code == 0, result.output
    assert told in result.stdout


def test_the_command_refuses_in_one_line(umkreis):
    result = umkreis("--kind", "balanced")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "`capacity` is missing" in result.stderr
