"""`umkreis region new`: from an extract to a report."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.cli import main


@pytest.fixture
def umkreis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("UMKREIS_STATE_DIR", str(tmp_path / "state"))

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, arguments)

    return run


def test_liechtenstein_from_its_extract_in_one_command(umkreis, liechtenstein_toml: Path):
    extract = liechtenstein_toml.parent / "liechtenstein-2013-08-03.osm.pbf"
    made = umkreis("region", "new", "li", "--pbf", str(extract), "--relation", "47")
    assert made.exit_code == 0, made.stderr
    assert "municipalities: 11 relations of admin_level 8" in made.stdout
    assert "EPSG:25832, Europe/Vaduz, LI" in made.stdout
    report = umkreis(
        "coverage", "li", "-c", "greengrocer_bakery", "--mode", "walk", "--minutes", "10",
        "--format", "json",
    )  # fmt: skip
    assert report.exit_code == 0, report.stderr
    answer = json.loads(report.stdout)
    assert {"Vaduz", "Schaan", "Planken"} <= {d["name"] for d in answer["by_district"]}
    assert len(answer["by_district"]) == 11
    assert 0 < answer["share"] < 1


def test_the_demo_town_by_its_key_with_a_boundary_of_the_office(
    umkreis, demo_region_toml: Path, tmp_path: Path
):
    """Its relation lacks a way in this extract; the office's boundary goes before it."""
    data = json.loads((demo_region_toml.parent / "municipalities.geojson").read_text("utf-8"))
    town = [f for f in data["features"] if f["properties"]["name"] == "Neubrandenburg"]
    file = tmp_path / "town.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": town}))
    extract = str(demo_region_toml.parent / "neubrandenburg-2016.osm.pbf")
    new = ("region", "new", "nb", "--pbf", extract, "--ags", "13071107")
    refused = umkreis(*new)
    assert refused.exit_code == 2
    assert "w29412283" in refused.stderr
    made = umkreis(*new, "--boundary", str(file))
    assert made.exit_code == 0, made.stderr
    assert "districts: 25;" in made.stdout
    assert "EPSG:25833, Europe/Berlin, DE MV" in made.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("li",), "say where it is: --ags, --relation or --boundary"),
        (("li", "--ags", "1", "--relation", "1"), "give --ags or --relation, not both"),
        (("../li", "--ags", "1"), "`ID` '../li' may hold letters"),
        (("li", "--relation", "99"), "`--relation` 99: the extract has no administrative relation"),
        (("li", "--ags", "Vadutz"), "nearest are Vaduz (relation 48"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    umkreis, liechtenstein_toml: Path, tmp_path: Path, arguments, says
):
    extract = str(liechtenstein_toml.parent / "liechtenstein-2013-08-03.osm.pbf")
    result = umkreis("region", "new", *arguments, "--pbf", extract)
    assert result.exit_code == 2
    assert says in result.stderr
    assert not (tmp_path / "state" / "regions").exists()


def test_an_address_inside_the_own_network_is_not_loaded(umkreis):
    result = umkreis(
        "region", "new", "x", "--pbf", "http://127.0.0.1/x.osm.pbf", "--ags", "05124000"
    )
    assert result.exit_code == 2
    assert "not on the public web; download the file and give its path" in result.stderr
