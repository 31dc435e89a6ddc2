"""The command line: results on stdout, one clear line for what is wrong, exit status."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import geopandas as gpd
import pytest
from click.testing import CliRunner, Result

from server.cli import main
from server.opened import BUILD_STEPS
from server.settings import Settings
from tests.toyregion import HOSTILE_NAME, toy_lonlat, write_toy_region

FOOD = ("coverage", "toy", "-c", "greengrocer_bakery", "--mode", "walk", "--minutes", "4")


@pytest.fixture
def umkreis(toy_settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("UMKREIS_STATE_DIR", str(toy_settings.state_dir))

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, arguments)

    return run


def test_coverage_as_table_says_words_and_ranks_districts(umkreis):
    result = umkreis(*FOOD, "--lang", "en")
    assert result.exit_code == 0
    assert "960 people" in result.stdout
    rows = re.findall(r"^ *\d (Altöd|Süd|Nord) +[\d.]+%", result.stdout, re.MULTILINE)
    assert sorted(rows) == ["Altöd", "Nord", "Süd"]


def test_coverage_as_json_is_the_api_answer(umkreis):
    report = json.loads(umkreis(*FOOD, "--format", "json").stdout)
    assert report["residents"] == 960
    assert report["assumptions"]["limit_min"] == 4


@pytest.mark.parametrize("ending", ["csv", "geojson", "json"])
def test_the_file_s_ending_chooses_the_format(umkreis, ending: str, tmp_path: Path):
    file = tmp_path / f"report.{ending}"
    assert umkreis(*FOOD, "-o", str(file)).exit_code == 0
    text = file.read_text("utf-8")
    assert text.startswith({"csv": "id,name", "geojson": '{"type"', "json": "{\n"}[ending])
    assert [p.name for p in tmp_path.iterdir()] == [file.name]


def test_geopackage_holds_districts_gaps_and_offers_in_the_region_s_crs(umkreis, tmp_path: Path):
    file = tmp_path / "report.gpkg"
    assert umkreis(*FOOD, "-o", str(file)).exit_code == 0
    districts = gpd.read_file(file, layer="districts")
    assert districts.crs.to_epsg() == 25833
    assert districts["residents"].sum() == 960
    assert HOSTILE_NAME in set(gpd.read_file(file, layer="offers")["name"])
    assert gpd.read_file(file, layer="gaps").geometry.area.min() > 10_000


def test_near_lists_minutes_and_metres(umkreis):
    lon, lat = toy_lonlat((50.0, 0.0))[0]
    result = umkreis("near", "toy", "--lon", str(lon), "--lat", str(lat), "--minutes", "9")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0].split() == ["Min.", "m", "Angebot"]
    assert re.search(r"^ +1,9 +150  Bäckerei Groß & Söhne", result.stdout, re.MULTILINE)


def test_near_takes_an_address_with_a_typo(umkreis):
    result = umkreis("near", "toy", "--address", "1. Qerstraße 1, Altöd", "--minutes", "9")
    assert result.exit_code == 0
    assert "Bäckerei Groß & Söhne" in result.stdout


def test_an_ambiguous_address_lists_what_may_be_meant(umkreis):
    result = umkreis("near", "toy", "--address", "2. Querstraße")
    assert result.exit_code == 2
    listed = result.stderr.strip().split("name one of: ")[1].split("; ")
    assert listed == ["2. Querstraße, Altöd", "2. Querstraße, Neuöd (Süd)"]


def test_tables_speak_the_language_that_is_asked_for(umkreis):
    lon, lat = toy_lonlat((50.0, 0.0))[0]
    near = umkreis("near", "toy", "--lon", str(lon), "--lat", str(lat), "--lang", "en").stdout
    assert near.splitlines()[0].split() == ["Min.", "m", "Offer"]
    question = ("coverage", "toy", "-c", "greengrocer_bakery", "--mode", "walk", "--minutes", "2")
    german = umkreis(*question, "--lang", "de").stdout
    assert re.search(r"^ +Gebiet +Versorgt +Ohne +Einw\. +Min\.$", german, re.MULTILINE)
    english = umkreis(*question, "--lang", "en").stdout
    assert re.search(r"^ +1 Nord +0% +320 +320 ", english, re.MULTILINE)


def test_near_says_what_to_try_when_nothing_is_in_reach(umkreis):
    lon, lat = toy_lonlat((50.0, 0.0))[0]
    result = umkreis("near", "toy", "--lon", str(lon), "--lat", str(lat), "--minutes", "0.1",
                     "--lang", "en")  # fmt: skip
    assert "try more minutes" in result.stdout


def test_region_list_says_what_is_built(umkreis):
    lines = umkreis("region", "list").stdout.splitlines()
    assert any(line.split()[:3] == ["toy", "Ödland", "built"] for line in lines)
    assert any("neubrandenburg" in line and "not built" in line for line in lines)


def test_build_says_that_nothing_has_changed(umkreis):
    result = umkreis("build", "toy")
    assert result.exit_code == 0
    assert "up to date; --force builds it again" in result.stderr


def test_build_shows_every_step_and_sums_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    write_toy_region(tmp_path / "regions" / "toy")
    monkeypatch.setenv("UMKREIS_STATE_DIR", str(tmp_path))
    result = CliRunner().invoke(main, ["build", "toy"])
    assert result.exit_code == 0, result.stderr
    for step in BUILD_STEPS.values():
        assert step in result.stderr
    assert "3 districts, 960 people in 64 residential buildings, 4 offers" in result.stdout


def test_build_names_what_the_data_lacks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    write_toy_region(tmp_path / "regions" / "toy", far_municipality=True, empty_municipality=True)
    monkeypatch.setenv("UMKREIS_STATE_DIR", str(tmp_path))
    result = CliRunner().invoke(main, ["build", "toy"])
    assert result.exit_code == 0, result.stderr
    assert "Left out, beyond the data: Ferndorf." in result.stdout
    assert "7 people unplaced: no building in their municipality" in result.stdout


def test_doctor_finds_nothing_wrong_with_the_toy_region(umkreis):
    result = umkreis("doctor", "--port", str(free_port()))
    assert "ok   region toy: 3 districts, data of 2024-05-01, built" in result.stdout
    assert "FAIL" not in result.stdout
    assert result.exit_code == 0


def test_doctor_names_a_broken_region_and_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    write_toy_region(tmp_path / "regions" / "toy", config={"crs": "EPSG:3857"})
    monkeypatch.setenv("UMKREIS_STATE_DIR", str(tmp_path))
    result = CliRunner().invoke(main, ["doctor"])
    assert result.exit_code == 1
    assert re.search(r"FAIL region toy: .*EPSG:3857", result.stdout)


def test_doctor_lists_settings():
    result = CliRunner().invoke(main, ["doctor", "--settings"])
    assert "UMKREIS_STATE_DIR=" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "match"),
    [
        (("coverage", "toy", "-c", "bakery"), 2, "`category` 'bakery' is not known; did you mean"),
        (("coverage", "berlin", "-c", "library"), 2, "`region` 'berlin' is not known"),
        (("coverage", "toy"), 2, "Missing option '--category'.*see `umkreis coverage --help`"),
        (("coverage", "toy", "-c", "library", "--mode", "fly"), 2, "'fly' is not one of 'walk'"),
        (("coverage", "toy", "-c", "library", "--minutes", "0"), 2, "`minutes` is 0 but must be"),
        (
            ("coverage", "toy", "-c", "library", "--minutes", "-1"),
            2,
            "at least 0.001 and at most 240",
        ),
        (
            ("coverage", "toy", "-c", "library", "--minutes", "nan"),
            2,
            "at least 0.001 and at most 240",
        ),
        (
            ("coverage", "toy", "-c", "library", "--minutes", "1e9"),
            2,
            "at least 0.001 and at most 240",
        ),
        (("coverage", "toy", "-c", "library", "--at", "soon"), 2, "a day that is not known"),
        (("coverage", "toy", "-c", "library", "--format", "gpkg"), 2, "needs a file: add -o"),
        (("coverage", "toy", "-c", "library", "-o", "no/such/x.csv"), 2, "there is no folder"),
        (("near", "toy", "--address", "Ring 1"), 2, "`--address` 'Ring 1' is not known in Ödland"),
        (("near", "toy", "--address", "2. Querstraße"), 2, "may mean several places; name one of"),
        (("near", "toy", "--address", "A", "--lon", "13"), 2, "`--lon` and `--lat`, not both"),
        (("near", "toy", "--lon", "13"), 2, "`--lon` and `--lat` are both needed"),
        (("near", "toy", "--lon", "53", "--lat", "13"), 2, "outside the data of Ödland"),
        (("map", "toy", "-c", "library"), 2, "Missing option '--output'"),
        (("serve", "nowhere"), 2, "`region` 'nowhere' is not known"),
        (
            ("near", "toy", "--lon", "53", "--lat", "13"),
            2,
            r"1\d\.\d\d to .*lat: 5\d\.\d\d to",
        ),
        (("coverage", "toy", "-c", "library", "-o", "x.pdf"), 2, r"x\.pdf: its ending tells no"),
        (("user", "add", "ada@example.org"), 2, "Missing option '--role'. Choose from: moderator,"),
        (("coverag", "toy"), 2, "Did you mean 'coverage'\\? see `umkreis --help`"),
        (("coverage", "toy", "-c", "libary"), 2, "mean 'library'.*`umkreis categories` and"),
        (("import", "toy", "no.csv"), 2, "no.csv: there is no such file"),
        (("region", "new", "x y", "--pbf", "x", "--ags", "1"), 2, "begins with a letter or digit"),
        (
            ("region", "new", "x", "--pbf", "x", "--ags", "1", "--column", "nr=Nr"),
            2,
            "not of the form OURS=THEIRS.*one of district_id, name, population",
        ),
        (("frob",), 2, "No such command 'frob'"),
    ],
)
def test_bad_input_is_one_clear_line(umkreis, arguments, status: int, match: str):
    result = umkreis(*arguments)
    assert result.exit_code == status
    assert re.search(match, result.stderr)
    assert result.stderr.startswith("umkreis: ")
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_a_map_without_a_base_map_says_what_to_do(umkreis, tmp_path: Path):
    result = umkreis("map", "toy", "-c", "library", "-o", str(tmp_path / "map.html"))
    assert result.exit_code == 1
    assert "run `umkreis build toy --force`" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_truncated_extract_is_one_clear_line_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    folder = write_toy_region(tmp_path / "regions" / "toy").parent
    extract = folder / "toy.osm.pbf"
    extract.write_bytes(extract.read_bytes()[:2000])
    monkeypatch.setenv("UMKREIS_STATE_DIR", str(tmp_path))
    result = CliRunner().invoke(main, ["build", "toy"])
    assert result.exit_code == 2
    assert "truncated" in result.stderr.splitlines()[-1]
    assert list((tmp_path / "atlas").iterdir()) == []


def test_help_teaches(umkreis):
    shown = umkreis("--help").stdout
    assert "First steps:" in shown
    assert umkreis().stdout.startswith("Usage: umkreis")
    assert "Amtlicher Gemeindeschlüssel" in shown
    for command in ("serve", "build", "region", "coverage", "near", "map", "doctor", "categories"):
        assert umkreis(command, "--help").exit_code == 0
        assert command in shown


def test_kinds_of_offers_are_listed_by_field_with_what_to_type(umkreis):
    told = umkreis("categories", "--lang", "en").stdout
    assert re.search(r"^  library +walk 20  Library$", told, re.MULTILINE)
    assert "Local business:" in told
    counted = umkreis("categories", "toy", "--lang", "de").stdout
    assert re.search(r"^  library +\d+ +walk 20  ", counted, re.MULTILINE)
    assert umkreis("categories", "nowhere").exit_code == 2


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_taken_port_is_refused_before_anything_is_built(umkreis):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = umkreis("serve", "toy", "--port", port)
    assert result.exit_code == 1
    assert f"`--port` {port} on 127.0.0.1 is not free" in result.stderr


@pytest.mark.parametrize("workers", ["1", "2"])
def test_serve_answers_on_loopback_and_ends(toy_settings: Settings, workers: str):
    port = free_port()
    environment = {**os.environ, "UMKREIS_STATE_DIR": str(toy_settings.state_dir)}
    command = [sys.executable, "-m", "server.cli", "serve", "toy", "--port", str(port)]
    process = subprocess.Popen(  # noqa: S603 (our own program)
        [*command, "--workers", workers], env=environment, stderr=subprocess.PIPE, text=True
    )
    try:
        body = wait_for(f"http://127.0.0.1:{port}/readyz", process)
        assert json.loads(body)["status"] == "ok"
    finally:
        process.send_signal(signal.SIGINT)
        _, logged = process.communicate(timeout=20)
    assert f"Umkreis serves Ödland on http://127.0.0.1:{port}" in logged
    assert "/readyz" not in logged  # visitors are not logged


def wait_for(url: str, process: subprocess.Popen[str], seconds: float = 90) -> bytes:
    """Ask until the service answers, within a bound of time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 (loopback)
                return bytes(response.read())
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"no answer from {url}; exit status {process.poll()}")
