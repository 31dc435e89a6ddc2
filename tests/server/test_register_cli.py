"""The register on the command line: import, report, duplicates, corrections, history, export."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from fastapi.testclient import TestClient

from layers.atlas import Atlas
from layers.sources.sniff import read_source
from server.app import create_app
from server.cli import main
from server.settings import Settings, default_data_dir
from tests.toyregion import toy_lonlat

Umkreis = Callable[..., Result]
HEAD = "id;name;category;lon;lat;address\n"


def at(x: float, y: float) -> str:
    lon, lat = toy_lonlat((x, y))[0]
    return f"{lon:.6f};{lat:.6f}"


@pytest.fixture
def settings(toy_region_dir: Path, toy_atlas: Atlas, tmp_path: Path) -> Settings:
    """An installation of its own, whose register a test may fill."""
    shutil.copytree(toy_region_dir, tmp_path / "state/regions/toy")
    shutil.copytree(toy_atlas.path, tmp_path / "state/atlas/toy")
    return Settings(data_dir=default_data_dir(), state_dir=tmp_path / "state", regions=("toy",))


@pytest.fixture
def umkreis(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Umkreis:
    monkeypatch.setenv("UMKREIS_STATE_DIR", str(settings.state_dir))
    monkeypatch.setenv("UMKREIS_LANGUAGE", "en")
    return lambda *arguments: CliRunner().invoke(main, [str(a) for a in arguments])


@pytest.fixture
def listed(tmp_path: Path) -> Callable[..., Path]:
    def write(*rows: str, name: str = "stadt.csv") -> Path:
        path = tmp_path / name
        path.write_text(HEAD + "".join(f"{row}\n" for row in rows), "utf-8")
        return path

    return write


def test_coverage_follows_the_register_without_a_rebuild(umkreis, listed, settings):
    client = TestClient(create_app(settings))
    question = "/api/v1/regions/toy/coverage?category=greengrocer_bakery&mode=walk&minutes=2"

    def covered() -> int:
        return client.get(question).json()["covered"]

    before = covered()
    file = listed(f"1;Neue Bäckerei;Bäcker;{at(300, 300)};")
    assert umkreis("import", "toy", file, "--licence", "CC0-1.0").exit_code == 0
    with_bakery = covered()
    assert with_bakery > before
    closing = umkreis("register", "correct", "toy", "stadt:1", "closed_on=2026-01-01")
    assert closing.exit_code == 0
    assert covered() == before
    changes = umkreis("register", "history", "toy").stdout.splitlines()
    assert changes[1].split()[3:] == ["operator:", "correct"]
    assert umkreis("register", "history", "toy", "--undo", changes[1].split()[0]).exit_code == 0
    assert covered() == with_bakery


def test_report_tells_every_row_and_a_second_import_changes_nothing(umkreis, listed):
    file = listed(
        f"1;Repair-Café;Repair-Café;{at(100, 300)};",
        "2;Leihladen;Leihladen;;;2. Querstraße 3, Altöd",
        "3;Wo nur;Leihladen;;;2. Querstraße 14",
        f"4;Was nur;Raumstation;{at(100, 300)};",
    )
    result = umkreis("import", "toy", file, "--licence", "CC0-1.0")
    assert "stadt (csv, CC0-1.0): 4 rows listed" in result.stdout
    assert "        2 new\n        2 not taken\n" in result.stdout
    assert "line 4: Wo nur: '2. Querstraße 14' may mean several places" in result.stdout
    assert "line 5: Was nur: 'Raumstation' is no category that is known" in result.stdout
    assert "First the 4 offers of the region's extract were taken in." in result.stderr
    again = umkreis("import", "toy", file)
    assert "        2 unchanged\n        2 not taken\n" in again.stdout
    assert umkreis("register", "report", "toy").stdout == again.stdout


def test_dry_run_says_what_would_change_and_writes_nothing(umkreis, listed):
    file = listed(f"1;Repair-Café Öd;Repair-Café;{at(399, 399)};")
    trial = umkreis("import", "toy", file, "--licence", "CC0-1.0", "--dry-run")
    assert trial.stdout.startswith("Trial: nothing was written.")
    assert "osm:n1002 Repair-Café Öd | stadt:1 Repair-Café Öd: 1.4 m, same name" in trial.stdout
    assert "Nothing was ever imported here." in umkreis("register", "report", "toy").stdout


def test_pair_is_shown_merged_and_split_again(umkreis, listed):
    file = listed(f"1;Repair Cafe Öd;Repair-Café;{at(395, 395)};")
    umkreis("import", "toy", file, "--licence", "CC0-1.0")
    assert "One pair may be one offer" in umkreis("register", "duplicates", "toy").stdout
    merged = umkreis("register", "duplicates", "toy", "--merge", "osm:n1002", "stadt:1")
    assert merged.stdout == "one decision noted\n"
    entry = umkreis("register", "history", "toy", "stadt:1").stdout
    assert "– name: Repair Cafe Öd (stadt" in entry
    assert "name: Repair-Café Öd (osm, 2024-05-01)" in entry
    umkreis("register", "duplicates", "toy", "--split", "osm:n1002", "stadt:1")
    umkreis("register", "duplicates", "toy", "--apart", "osm:n1002", "stadt:1")
    assert "No two entries look like one" in umkreis("register", "duplicates", "toy").stdout


def test_submitted_entries_wait_for_review(umkreis, listed):
    file = listed(f"1;Repair-Café;Repair-Café;{at(100, 300)};")
    umkreis("import", "toy", file, "--licence", "CC0-1.0", "--review")
    waiting = umkreis("register", "review", "toy").stdout
    assert "One waits to be published:\n  stadt:1: Repair-Café, repair_cafe (submitted)" in waiting
    assert umkreis("register", "review", "toy", "--publish", "stadt:1").exit_code == 0
    assert "stadt:1" in umkreis("partners", "toy", "stadt:1", "--format", "json").stdout
    assert "waits to be" not in umkreis("register", "review", "toy").stdout


def test_changes_of_a_reviewed_import_wait_field_by_field(umkreis, listed):
    place = at(100, 300)
    umkreis("import", "toy", listed(f"1;Alt;Imkerei;{place};"), "--licence", "CC0-1.0")
    again = umkreis("import", "toy", listed(f"1;Neu;Imkerei;{place};"), "--review")
    assert "1 to be accepted" in again.stdout
    assert (
        "stadt:1: Alt (stadt)\n      name: Alt → Neu" in umkreis("register", "review", "toy").stdout
    )
    umkreis("register", "review", "toy", "--accept", "stadt:1")
    assert "stadt:1: Neu," in umkreis("register", "history", "toy", "stadt:1").stdout


def test_somebody_asked_and_it_is_not_asked_about_again(umkreis):
    umkreis("import", "toy")
    assert "osm:n1001" in umkreis("register", "review", "toy").stdout
    umkreis("register", "review", "toy", "--asked", "osm:n1001", "--again", "2099-01-01")
    assert "osm:n1001" not in umkreis("register", "review", "toy").stdout


@pytest.mark.parametrize("ending", ["csv", "xlsx", "geojson", "gpkg"])
def test_export_holds_what_licences_allow_and_whom_to_name(
    umkreis, listed, tmp_path: Path, toy_atlas: Atlas, ending: str
):
    good = listed(f"1;Leihladen;Leihladen;{at(100, 300)};", name="gut.csv")
    umkreis("import", "toy", good, "--licence", "CC0-1.0", "--attribution", "Stadt Ödland")
    umkreis("import", "toy", listed(f"1;Geheim;Imkerei;{at(0, 0)};", name="geheim.csv"),
            "--licence", "unknown")  # fmt: skip
    file = tmp_path / f"out.{ending}"
    result = umkreis("export", "toy", "-o", file)
    assert result.exit_code == 0
    assert "5 offers written" in result.stderr
    assert "under ODbL-1.0" in result.stderr
    assert "1 left out: its licence is not known" in result.stderr
    from layers.sources.bounded import ReadOptions

    reading = read_source(file, options=ReadOptions(taxonomy=toy_atlas.taxonomy))
    names = {record.name for record in reading.records}
    assert "Leihladen" in names
    assert "Geheim" not in names
    if ending in ("csv", "geojson"):
        assert "Stadt Ödland" in file.read_text("utf-8-sig")
        assert "© OpenStreetMap contributors" in file.read_text("utf-8-sig")


def test_export_for_karte_von_morgen_has_its_25_columns(umkreis, tmp_path: Path):
    file = tmp_path / "kvm.csv"
    assert umkreis("export", "toy", "--format", "openfairdb", "-o", file).exit_code == 0
    assert len(file.read_text("utf-8").splitlines()[0].split(",")) == 25
    entries = tmp_path / "kvm.json"
    umkreis("export", "toy", "--format", "openfairdb", "-o", entries)
    assert {e["title"] for e in json.loads(entries.read_text("utf-8"))} >= {"Repair-Café Öd"}


def test_offers_that_are_linked_are_the_first_partners(umkreis):
    umkreis("import", "toy")
    linked = umkreis("register", "link", "toy", "osm:n1001", "supplies", "osm:n1002")
    assert linked.stdout == "one link\n  supplies → osm:n1002\n"

    def listed() -> list[dict]:
        found = umkreis("partners", "toy", "osm:n1002", "--minutes", "30", "--format", "json")
        return json.loads(found.stdout)["partners"]

    assert listed()[0]["offer"]["id"] == "osm:n1001"
    assert listed()[0]["ties"] == [{"kind": "supplies", "direction": "from_partner"}]
    umkreis("register", "link", "toy", "osm:n1001", "supplies", "osm:n1002", "--remove")
    assert not any(partner["ties"] for partner in listed())


def test_confirmed_matches_are_counted(umkreis):
    umkreis("import", "toy")
    result = umkreis("register", "matches", "toy", "--confirm", "osm:n1001", "osm:n1002", "room")
    assert "one match came about" in result.stdout
    assert "osm:n1002 → osm:n1001: room" in result.stdout


def test_backup_brings_back_what_was(umkreis, tmp_path: Path):
    umkreis("import", "toy")
    file = tmp_path / "sicherung.sqlite"
    made = umkreis("backup", file)
    assert made.stdout == f"{file}: 4 entries, 4 states of them, up to change 1\n"
    umkreis("register", "correct", "toy", "osm:n1001", "name=Falsch")
    assert umkreis("restore", file).exit_code == 130  # nobody said yes
    assert "Falsch" in umkreis("register", "history", "toy", "osm:n1001").stdout
    restored = umkreis("restore", file, "--yes")
    assert restored.exit_code == 0
    assert "every token is revoked" in restored.stdout
    assert "Falsch" not in umkreis("register", "history", "toy", "osm:n1001").stdout
    assert "is there already" in umkreis("backup", file).stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("import", "toy", "gibtsnicht.csv"), "`FILE_OR_URL` gibtsnicht.csv: there is no such"),
        (("import", "nirgends", "x.csv"), "there is no such file"),
        (("import", "toy", __file__, "--source", "Meine Liste"), "is no name of a source"),
        (("import", "nirgends"), "`region` 'nirgends' is not known"),
        (("import", "toy", "http://127.0.0.1/liste.csv"), "is not on the public web"),
        (("import", "toy", "file:///etc/passwd"), "is no http or https address"),
        (("export", "toy", "-o", "x.docx"), "its ending tells no format"),
        (("export", "toy", "-c", "repaircafe", "-o", "x.csv"), "did you mean 'repair_cafe'"),
        (("register", "correct", "toy", "osm:n1"), "`FIELD=VALUE` is missing"),
        (("register", "correct", "toy", "osm:n1", "phone"), "has no ="),
        (("register", "correct", "toy", "osm:n1", "closed_on=gestern"), "is no day such as"),
        (("register", "correct", "toy", "osm:n1", "lon=west"), "`lon` 'west' is no number"),
        (("register", "correct", "toy", "osm:n1", "categories=x"), "`category` 'x' is not known"),
        (("register", "correct", "toy", "osm:n9", "phone=1"), "`offer` 'osm:n9' is not known"),
        (("register", "history", "toy", "--undo", "99"), "`rev` 99 is no change"),
        (("register", "duplicates", "toy", "--merge", "a", "b"), "`offer` 'a' is not known"),
        (("restore", "gibtsnicht.sqlite"), "`FILE` gibtsnicht.sqlite: there is no such file"),
        (("register", "review", "nirgends"), "`region` 'nirgends' is not known"),
        (("register", "matches", "toy", "--confirm", "a", "b", "gold"), "`RESOURCE` 'gold'"),
    ],
)
def test_bad_input_is_one_clear_line_and_status_2(umkreis, arguments: tuple, said: str):
    result = umkreis(*arguments)
    assert result.exit_code == 2
    (line,) = [li for li in result.stderr.splitlines() if not li.startswith("toy: ")]
    assert said in line


def test_list_without_a_licence_and_odd_columns_are_refused_with_the_way_out(umkreis, listed):
    file = listed(f"1;Leihladen;Leihladen;{at(100, 300)};")
    assert "`licence` is missing" in umkreis("import", "toy", file).stderr
    odd = umkreis("import", "toy", file, "--licence", "CC0-1.0", "--column", "name")
    assert "`--column` 'name' is not of the form OURS=THEIRS" in odd.stderr
    assert odd.exit_code == 2


def test_report_and_review_speak_german(umkreis, listed):
    file = listed(f"1;Leihladen;Leihladen;{at(100, 300)};")
    result = umkreis("import", "toy", file, "--licence", "CC0-1.0", "--lang", "de")
    assert "        1 neu" in result.stdout
    assert (
        "Nach 4 ist wieder zu fragen" in umkreis("register", "review", "toy", "--lang", "de").stdout
    )
