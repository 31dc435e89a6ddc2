"""Resilience over HTTP and on the command line."""

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from server.measures.resilience_out import ResilienceOut, VarietyOut
from tests.layers.test_scenario import FOOD, at
from tests.server.test_api import TOY, assert_error
from tests.server.test_cli import umkreis  # noqa: F401 (a fixture)

URL = f"{TOY}/resilience?category={FOOD}&mode=walk&minutes=4.01"


def test_districts_and_critical_offers_are_told(client: TestClient):
    out = ResilienceOut.model_validate(client.get(URL).json())
    assert out.residents == 960
    assert out.covered > out.covered_twice > 25
    assert [row.name for row in out.by_district] == ["Altöd", "Süd", "Nord"]
    assert [offer.id for offer in out.critical] == ["osm:n1001", "osm:n1003"]
    # who has one offer alone loses it when that one closes
    assert sum(o.lose for o in out.critical) == pytest.approx(
        out.covered - out.covered_twice, abs=20
    )


def test_once_is_what_coverage_answers(client: TestClient):
    out = client.get(URL).json()
    report = client.get(URL.replace("resilience", "coverage")).json()
    for key in ("covered", "share", "residents", "assumptions"):
        assert out[key] == report[key]


def test_every_mode_is_asked_with_the_same_limit(client: TestClient):
    out = ResilienceOut.model_validate(client.get(URL).json())
    share = {row.mode: row.share for row in out.by_mode}
    assert list(share) == ["walk", "stepfree", "bike", "car"]
    assert share["walk"] < share["bike"] == 1.0
    assert out.car_only == 0
    line = client.get(f"{TOY}/resilience?category={FOOD}&mode=line&metres=300").json()
    assert (line["by_mode"], line["car_only"]) == ([], None)


def test_variety_counts_everybody_once(client: TestClient):
    answer = client.get(f"{TOY}/resilience/variety?field=local_business&mode=walk&minutes=5")
    out = VarietyOut.model_validate(answer.json())
    assert [row.categories for row in out.by_count] == list(range(len(out.categories) + 1))
    assert sum(row.people or 0 for row in out.by_count) == pytest.approx(960, abs=50)
    assert {category.minutes for category in out.categories} == {5}
    assert out.every.residents == 960


@pytest.mark.parametrize(
    ("address", "status", "message"),
    [
        ("resilience", 400, "`category` is missing"),
        ("resilience?category=baker", 404, "`category` 'baker'"),
        (f"resilience?category={FOOD}&minutes=0", 400, "`minutes` is 0"),
        (f"resilience?category={FOOD}&lod=1", 400, "`lod` is no parameter here"),
        ("resilience/variety", 400, "give `layer` or `field`"),
        ("resilience/variety?layer=essential", 400, "`layer` 'essential' is not known"),
    ],
)
def test_bad_input_is_refused_by_name(client: TestClient, address: str, status: int, message: str):
    assert_error(client.get(f"{TOY}/{address}"), status, message)


def test_the_command_ranks_offers_and_modes(umkreis):  # noqa: F811
    result = umkreis("resilience", "toy", "-c", FOOD, "--mode", "walk", "--minutes", "4.01")
    assert result.exit_code == 0, result.output
    assert "Bäckerei Groß & Söhne" in result.stdout
    assert "only by car" in result.stdout


def test_the_command_asks_a_layer(umkreis):  # noqa: F811
    result = umkreis("resilience", "toy", "--layer", "essentials", "--format", "json")
    out = VarietyOut.model_validate_json(result.stdout)
    assert out.layer == "essentials"
    assert out.by_count[0].people == 960
    assert umkreis("resilience", "toy", "--field", "local_business").exit_code == 0


def test_a_closed_street_can_be_asked_for(umkreis, tmp_path: Path):  # noqa: F811
    street = {"do": "close_street", **at(150, 100), "modes": ["walk"]}
    file = tmp_path / "bridge.json"
    file.write_text(json.dumps({"version": 1, "changes": [street]}), "utf-8")
    arguments = ("resilience", "toy", "-c", FOOD, "--mode", "walk", "--minutes", "4.01")
    covered = [
        json.loads(umkreis(*arguments, "--format", "json", *more).stdout)["covered"]
        for more in ((), ("--scenario", str(file)))
    ]
    assert covered[1] <= covered[0] - 40  # those who live on it, at least


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "give `--category`, `--layer` or `--field`"),
        (("-c", FOOD, "--layer", "essentials"), "one of them"),
        (("--layer", "essentials", "--metres", "300"), "`--metres` goes with `--category`"),
    ],
)
def test_what_cannot_be_asked_is_one_clear_line(umkreis, options, message: str):  # noqa: F811
    result = umkreis("resilience", "toy", *options)
    assert result.exit_code == 2
    assert message in result.stderr


def post(client: TestClient, **asked) -> ResilienceOut:
    question = {"category": FOOD, "mode": "walk", "minutes": 4.01, **asked}
    response = client.post(f"{TOY}/resilience", json=question)
    return ResilienceOut.model_validate(response.json())


def test_a_scenario_is_asked_over_http_as_well(client: TestClient, tmp_path: Path, umkreis):  # noqa: F811
    change = {"do": "close_street", **at(150, 100), "modes": ["walk"]}
    document = {"version": 1, "name": "gesperrt", "changes": [change]}
    out = post(client, scenario=document)
    assert out.scenario == "gesperrt"
    assert out.streets[0].by_mode[0].names == ["2. Querstraße"]
    assert out.covered < client.get(URL).json()["covered"]
    assert out.stress_cases is None
    file = tmp_path / "scenario.json"
    file.write_text(json.dumps(document), "utf-8")
    arguments = ("-c", FOOD, "--mode", "walk", "--minutes", "4.01", "--format", "json")
    said = umkreis("resilience", "toy", "--scenario", str(file), *arguments)
    assert json.loads(said.stdout) == out.model_dump(mode="json")


def test_without_a_scenario_a_post_answers_as_a_get(client: TestClient):
    assert post(client).model_dump(mode="json") == client.get(URL).json()


def test_stress_cases_stand_in_one_answer(client: TestClient):
    change = {"do": "close_offer", "offer": "osm:n1003"}
    document = {"version": 1, "changes": [change]}
    out = post(client, mode="car", minutes=1, scenario=document, stress=True)
    cases = {case.case: case for case in out.stress_cases}
    assert list(cases) == ["today", "scenario", "without_car", "sunday", "all"]
    assert cases["today"].covered > cases["scenario"].covered > cases["without_car"].covered
    assert cases["without_car"].modes == ["walk", "stepfree", "bike"]
    assert cases["sunday"].at == cases["all"].at == "Su"
    assert cases["sunday"].covered == 0  # the bakery is closed
    assert [row.name for row in cases["all"].by_district] == ["Altöd", "Süd", "Nord"]


def test_who_does_not_drive_has_no_case_without_a_car(client: TestClient):
    out = post(client, stress=True)
    assert [case.case for case in out.stress_cases] == ["today", "sunday", "all"]
    assert out.stress_cases[0].share_twice == out.share_twice


def test_stress_cases_are_printed(umkreis):  # noqa: F811
    said = umkreis("resilience", "toy", "-c", FOOD, "--mode", "car", "--stress").stdout
    assert "without_car (walk, stepfree, bike)" in said
    wrong = umkreis("resilience", "toy", "--layer", "essentials", "--stress")
    assert wrong.exit_code == 2
    assert "`--stress` goes with `--category` alone" in wrong.stderr


def test_a_faulty_scenario_is_refused(client: TestClient):
    document = {"version": 1, "changes": [{"do": "close_offer", "offer": "osm:n9"}]}
    response = client.post(f"{TOY}/resilience", json={"category": FOOD, "scenario": document})
    assert_error(response, 400, r"changes\[0\]: `offer` 'osm:n9'")


def test_ten_megabytes_are_refused_over_http_and_on_the_command_line(
    client: TestClient, tmp_path: Path, umkreis  # noqa: F811
):  # fmt: skip
    document = {"version": 1, "name": "x" * 10_000_000, "changes": []}
    response = client.post(f"{TOY}/resilience", json={"category": FOOD, "scenario": document})
    assert_error(response, 413, "larger than the 1,000,000 bytes")
    file = tmp_path / "large.json"
    file.write_text(json.dumps(document), "utf-8")
    said = umkreis("resilience", "toy", "-c", FOOD, "--scenario", str(file))
    assert said.exit_code == 2
    assert "large.json holds 10,000,0" in said.stderr
