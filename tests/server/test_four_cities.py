"""
The four cities on a census grid, as an operator sets them up: grid, totals, lists of offers.

The grids and lists may be read here and not be shipped, so these tests run where they are at hand:
in the folder that UMKREIS_TEST_DATA names, or beside the checkout.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.cli import main
from server.settings import default_data_dir

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("UMKREIS_TEST_DATA", ROOT.parent / "shared/data/test-only"))
CITIES = DATA / "pilot-cities"
TABLE = """
[population]
grid = "grid.csv"
source = "Zensus 2011, 1 km"
year = 2011
official = true
official_total = "totals.csv"
official_column = "population_zensus2022"
official_source = "Zensus 2022"
official_year = 2022
"""
# City, its people in the Zensus 2022 and in the cells of the Zensus 2011, municipalities
EXPECTED = {
    "osnabrueck": ("Osnabrück", 164_898, 157_343, 7),
    "witten": ("Witten", 91_735, 95_665, 7),
    "witzenhausen": ("Witzenhausen", 15_162, 15_264, 11),
    "wuppertal": ("Wuppertal", 356_768, 340_238, 12),
}
# Share of the city within 3 km of a farm shop and of a weekly market in a straight line
SHARES = {
    "osnabrueck": (0.92, 0.77),
    "witten": (0.87, 0.95),
    "witzenhausen": (0.86, None),
    "wuppertal": (0.496, 0.946),
}

pytestmark = pytest.mark.skipif(
    not CITIES.is_dir(), reason="the test-only data of the four cities is not at hand"
)


@pytest.fixture(scope="module")
def umkreis(tmp_path_factory: pytest.TempPathFactory):
    state = tmp_path_factory.mktemp("state")
    for city in EXPECTED:
        folder = state / "regions" / city
        shutil.copytree(default_data_dir() / "regions" / city, folder)
        shutil.copyfile(CITIES / f"{city}-zensus2011-1km.csv", folder / "grid.csv")
        shutil.copyfile(CITIES / "zensus2022-municipalities-25km.csv", folder / "totals.csv")
        toml = folder / "region.toml"
        kept = [
            line
            for line in toml.read_text("utf-8").splitlines()
            if not line.startswith("population")
        ]
        toml.write_text("\n".join(kept) + TABLE, "utf-8")

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(
            main, arguments, env={"UMKREIS_STATE_DIR": str(state), "UMKREIS_LANGUAGE": "en"}
        )
        assert result.exit_code == 0, result.stderr
        return result.stdout

    for city in EXPECTED:
        about = ("--as-of", "2026-01-15", "--who", "operator")
        farms = CITIES / f"{city}-osm-direct-sale.geojson"
        run("import", city, str(farms), "--source", "direct-sale", "--only", "farm_shop",
            "--licence", "ODbL-1.0", *about)  # fmt: skip
        markets = CITIES / f"{city}-weekly-markets.json"
        if markets.is_file():
            run("import", city, str(markets), "--source", "markets", "--licence", "unknown", *about)
    return run


def report(umkreis, city: str, category: str) -> dict:
    asked = ("--mode", "line", "--metres", "3000", "--by", "municipality", "--format", "json")
    answer: dict = json.loads(umkreis("coverage", city, "--category", category, *asked))
    return answer


@pytest.mark.parametrize("city", EXPECTED)
def test_the_city_answers_by_municipality_from_raked_cells(umkreis, city: str):
    name, people, counted, municipalities = EXPECTED[city]
    told = report(umkreis, city, "farm_shop")
    rows = {row["name"]: row for row in told["by_district"]}
    assert len(rows) == municipalities
    assert rows[name]["residents"] == people
    assert rows[name]["share"] == pytest.approx(SHARES[city][0], abs=0.01)
    assert all(row["unit"] == "residents" for row in rows.values())
    population = told["assumptions"]["population"]
    assert "census cells of 1000 m: people at the centre of each" in population["method"]
    raked = {row["area"]: row for row in population["counted"]["differences"]}
    assert raked[name] == {
        "area": name, "counted": counted, "official": people, "difference": people - counted,
    }  # fmt: skip
    assert population["total"] == sum(row["residents"] for row in rows.values())
    assert population["counted"]["ages_known"] > 0.99
    sources = {s["source"] for s in told["assumptions"]["sources"] if s["kind"] == "population"}
    assert sources == {"Zensus 2011, 1 km", "Zensus 2022"}


@pytest.mark.parametrize("city", ["osnabrueck", "witten", "wuppertal"])
def test_weekly_markets_of_cities_with_a_list_of_them(umkreis, city: str):
    told = report(umkreis, city, "farmers_market")
    row = next(row for row in told["by_district"] if row["name"] == EXPECTED[city][0])
    assert told["answer"] == "known"
    assert row["share"] == pytest.approx(SHARES[city][1], abs=0.01)


def test_markets_that_no_source_tells_of_are_unknown_and_not_none(umkreis):
    told = report(umkreis, "witzenhausen", "farmers_market")
    assert (told["answer"], told["unknown_reason"], told["share"]) == ("unknown", "no_source", None)
    assert {row["share"] for row in told["by_district"]} == {None}
    assert {row["covered"] for row in told["by_age"]} == {None}


@pytest.mark.parametrize("city", EXPECTED)
def test_ages_add_up_to_the_people(umkreis, city: str):
    told = report(umkreis, city, "farm_shop")
    by_age = {row["id"]: row for row in told["by_age"]}
    assert set(by_age) == {"under_18", "18_to_64", "65_and_older", "unknown"}
    assert sum(row["residents"] for row in by_age.values()) == pytest.approx(
        told["residents"], abs=3
    )
    assert by_age["18_to_64"]["residents"] > by_age["65_and_older"]["residents"] > 0
    assert 0.14 < by_age["under_18"]["residents"] / told["residents"] < 0.18


def test_the_difference_before_raking_is_printed_by_the_build(umkreis):
    text = umkreis("build", "osnabrueck", "--force")
    assert "raked to the official totals (Zensus 2022): Osnabrück 157,343 → 164,898" in text
    assert "23 cells of the region are secret or empty" in text


def test_the_four_cities_are_compared_by_themselves_without_their_neighbours(umkreis):
    asked = ("--category", "farm_shop", "--metres", "3000", "--format", "json")
    found = json.loads(umkreis("compare", *EXPECTED, *asked))
    rows = {row["region"]: row for row in found["regions"]}
    assert {city: (row["name"], row["municipalities"]) for city, row in rows.items()} == {
        city: (name, 1) for city, (name, *_) in EXPECTED.items()
    }
    assert found["mode"] == "line"
    for city, (_, people, _, _) in EXPECTED.items():
        assert rows[city]["count"]["residents"] == people
        assert rows[city]["count"]["share"] == pytest.approx(SHARES[city][0], abs=0.01)
        assert rows[city]["offers_per_10000"] == pytest.approx(
            rows[city]["offers"] / people * 10_000, abs=0.01
        )
    densest = max(rows, key=lambda city: rows[city]["offers_per_10000"])
    assert densest == "witzenhausen"
    assert "spread" not in {caveat["kind"] for caveat in found["caveats"]}
