"""Scenarios over HTTP and on the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from server.measures.scenario_out import ScenarioOut
from tests.layers.test_scenario import FOOD, add, at, square
from tests.layers.test_scenario_streets import closed, opened
from tests.server.test_api import TOY, assert_error
from tests.server.test_cli import umkreis  # noqa: F401 (a fixture)

URL = f"{TOY}/scenarios"


def asked(*changes: dict[str, Any], **question: Any) -> dict[str, Any]:
    document = {"version": 1, "name": "Süd", "changes": list(changes)}
    return {
        "scenario": document, "category": FOOD, "mode": "walk", "minutes": 4, **question,
    }  # fmt: skip


def test_a_new_offer_changes_shares_and_the_districts_add_up(client: TestClient):
    response = client.post(URL, json=asked(add(300, 300)))
    out = ScenarioOut.model_validate(response.json())
    assert out.scenario == "Süd"
    assert (out.before.assumptions.offers, out.after.assumptions.offers) == (2, 3)
    assert out.before.residents == out.after.residents == 960
    assert out.difference.covered == out.after.covered - out.before.covered > 100
    assert out.difference.share == pytest.approx(out.after.share - out.before.share, abs=1e-9)
    assert [row.name for row in out.difference.by_district] == ["Altöd", "Süd", "Nord"]
    for row, before, after in zip(
        out.difference.by_district, out.before.by_district, out.after.by_district, strict=True
    ):
        assert row.covered == after.covered - before.covered == row.gained - row.lost


def test_municipalities_gain_what_their_districts_gain(client: TestClient):
    by_district = client.post(URL, json=asked(add(300, 300))).json()["difference"]
    response = client.post(URL, json=asked(add(300, 300), by="municipality"))
    out = ScenarioOut.model_validate(response.json())
    assert [row.name for row in out.difference.by_district] == ["Altöd", "Neuöd"]
    assert [row.name for row in out.after.by_district] == ["Altöd", "Neuöd"]
    gained = {row["name"]: row["gained"] for row in by_district["by_district"]}
    assert [row.gained for row in out.difference.by_district] == [
        gained["Altöd"], gained["Süd"] + gained["Nord"],
    ]  # fmt: skip
    assert out.difference.gained == by_district["gained"] > 100
    report = client.get(
        f"{TOY}/coverage?category={FOOD}&mode=walk&minutes=4&by=municipality"
    ).json()
    assert out.model_dump(mode="json")["before"]["by_district"] == report["by_district"]


def test_before_is_what_coverage_answers(client: TestClient):
    out = client.post(URL, json=asked(add(300, 300))).json()
    report = client.get(f"{TOY}/coverage?category={FOOD}&mode=walk&minutes=4").json()
    for key in ("covered", "uncovered", "share", "by_district", "assumptions"):
        assert out["before"][key] == report[key]


def test_a_new_quarter_is_told_as_the_asker_s_own(client: TestClient):
    quarter = {"do": "add_people", "people": 90, "place": square(220, 220, 280, 280)}
    out = ScenarioOut.model_validate(client.post(URL, json=asked(quarter)).json())
    assert out.after.residents == 1050
    assert out.difference.new_people == 90
    assert out.after.assumptions.population.source.endswith("; scenario")


def test_nothing_is_stored(client: TestClient):
    before = client.get(f"{TOY}/offers").json()["numberMatched"]
    client.post(URL, json=asked(add(300, 300)))
    assert client.get(f"{TOY}/offers").json()["numberMatched"] == before


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        (asked({"do": "close_offer", "offer": "osm:n101"}), 400, "did you mean 'osm:n1001'"),
        (asked({"do": "fly"}), 400, "`do` is 'fly'"),
        (asked({**add(0, 0), "lon": 1.0}), 400, "outside the data"),
        (asked(minutes=0), 400, "`minutes` is 0"),
        (asked(category="baker"), 404, "`category` 'baker'"),
        ({"scenario": 3, "category": FOOD}, 400, "scenario"),
        ({**asked(), "at": "soon"}, 400, "`at` 'soon'"),
        ({**asked(), "hour": 3}, 400, "`hour`: is not known here"),
    ],
)
def test_bad_input_is_refused_by_name(client: TestClient, body: Any, status: int, message: str):
    assert_error(client.post(URL, json=body), status, message)


def test_a_body_of_10_mb_is_refused(client: TestClient):
    body = asked(*({**add(0, 0), "name": "x" * 400} for _ in range(22_000)))
    assert client.post(URL, json=body).status_code == 413


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "scenario.json"
    path.write_text(json.dumps(asked(add(300, 300))["scenario"]), "utf-8")
    return path


def test_the_command_prints_before_after_and_difference(umkreis, file: Path):  # noqa: F811
    result = umkreis("scenario", "toy", str(file), "-c", FOOD, "--mode", "walk", "--minutes", "4")
    assert result.exit_code == 0, result.output
    words = [line.split()[0] for line in result.stdout.splitlines() if line.strip()]
    assert words[1:4] == ["before", "after", "difference"]
    assert "+" in result.stdout
    assert "Nord" in words


def test_the_command_writes_what_the_route_answers(umkreis, file: Path, client: TestClient):  # noqa: F811
    target = file.with_name("answer.json")
    arguments = ["-c", FOOD, "--mode", "walk", "--minutes", "4", "-o", str(target)]
    assert umkreis("scenario", "toy", str(file), *arguments).exit_code == 0
    answer = client.post(URL, json=asked(add(300, 300))).json()
    assert json.loads(target.read_text("utf-8")) == {**answer, "scenario": "Süd"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b" " * 10_000_000, "holds 10,000,000 bytes, at most 1,000,000"),
        (b"\xff\xfe", "is not in UTF-8"),
        (b"{}", "`version` is None"),
    ],
    ids=["10 MB", "no UTF-8", "empty"],
)
def test_a_file_that_is_no_scenario_is_one_clear_line(umkreis, file: Path, content, message):  # noqa: F811
    file.write_bytes(content)
    result = umkreis("scenario", "toy", str(file), "-c", FOOD)
    assert result.exit_code == 2
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_what_closes_and_opens_is_told_with_names_and_metres(client: TestClient):
    body = asked(
        closed((120, 100), (250, 100), modes=["walk", "car"]),
        opened((150, 110), (150, 195), name="Neuer Weg"),
    )
    out = ScenarioOut.model_validate(client.post(URL, json=body).json())
    shut, new = out.streets
    assert [(one.mode, one.names, one.length_m) for one in shut.by_mode] == [
        ("walk", ["2. Querstraße"], 130),
        ("car", ["2. Querstraße"], 130),
    ]
    assert (shut.change, shut.do, shut.by_mode[0].joined_m) == (0, "close_street", None)
    assert (new.change, new.do, new.name) == (1, "open_street", "Neuer Weg")
    assert new.by_mode[0].joined_m == [10, 5]
    assert new.by_mode[0].geometry["type"] == "MultiLineString"
    assert new.by_mode[0].geometry["coordinates"][0][0] == pytest.approx(
        [*at(150, 110).values()], abs=1e-5
    )


def test_car_kilometres_are_told_where_they_are_asked_for(client: TestClient):
    assert client.post(URL, json=asked(add(300, 300))).json()["car_km"] is None
    plain = client.post(URL, json=asked(add(300, 300), car_km={})).json()["car_km"]
    assert plain["km_per_trip"] > 50
    assert plain["km_per_year"] is None
    entered = {"trips_per_year": [10, 20], "car_share": [0.5, 1]}
    full = client.post(URL, json=asked(add(300, 300), car_km=entered)).json()["car_km"]
    km = plain["km_per_trip"]
    assert full["km_per_year"] == [km * 10, km * 40]
    assert full["trips_per_year"] == [10, 20]
    bad = client.post(URL, json=asked(add(300, 300), car_km={"trips_per_year": [10, 20]}))
    assert assert_error(bad, 400, "takes both").parameter == "car_km"


def test_streets_and_kilometres_stand_in_the_table(
    tmp_path: Path, umkreis  # noqa: F811
):  # fmt: skip
    file = tmp_path / "s.json"
    changes = [add(300, 300), opened((150, 110), (150, 195), name="Neuer Weg")]
    file.write_text(json.dumps({"version": 1, "changes": changes}), "utf-8")
    arguments = ["scenario", "toy", str(file), "-c", FOOD, "--trips-per-year", "10", "20"]
    text = umkreis(*arguments, "--car-share", "0.5", "1").stdout
    assert "opens for walk" in text
    assert "100 m  Neuer Weg" in text
    assert "car km spared in a year" in text
    assert "entered: 10 to 20 trips of a person in a year" in text
