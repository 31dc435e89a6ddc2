"""`umkreis rollout`: many regions on the command line."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pytest
from click.testing import CliRunner, Result

from layers.atlas import Atlas
from server.cli import main
from server.settings import Settings
from tests.rollout_regions import copy_as

ASKED = ("--categories", "greengrocer_bakery,library", "--modes", "walk", "--workers", "1")


@dataclass
class Installation:
    """A state folder with the toy region built, and commands on it."""

    state: Path

    def __call__(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, ["rollout", *arguments])


@pytest.fixture
def umkreis(toy_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    state = tmp_path / "state"
    shutil.copytree(toy_settings.state_dir, state)
    monkeypatch.setenv("UMKREIS_STATE_DIR", str(state))
    return Installation(state)


def test_regions_and_folders_are_rolled_out_once(umkreis, toy_atlas: Atlas, tmp_path: Path):
    other = copy_as(toy_atlas, tmp_path, "town")
    first = umkreis("toy", str(other), *ASKED)
    assert (first.exit_code, first.output.count("10 rows")) == (0, 2)
    assert "2 regions computed, 0 there already, 0 failed" in first.stdout
    index = json.loads((umkreis.state / "rollout/rollout.json").read_text("utf-8"))
    assert (index["categories"], index["modes"]) == (["greengrocer_bakery", "library"], ["walk"])
    table = gpd.read_parquet(umkreis.state / "rollout" / index["results"]["toy"])
    assert table.groupby("category").size().tolist() == [5, 5]
    again = umkreis("toy", str(other), *ASKED)
    assert "0 regions computed, 2 there already, 0 failed" in again.stdout


def test_a_failed_region_is_named_and_ends_with_status_1(umkreis, tmp_path: Path):
    result = umkreis("toy", str(tmp_path / "none"), *ASKED, "-o", str(tmp_path / "out"))
    assert result.exit_code == 1
    assert "1 regions computed, 0 there already, 1 failed" in result.stdout
    assert f"umkreis: {tmp_path / 'none'}: region 'none' has not been built" in result.stderr
    assert len(list((tmp_path / "out").glob("toy-*.parquet"))) == 1


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        ((), 2, "name regions, or give --all"),
        (("toy", "--all"), 2, "name regions, or give --all"),
        (("tyo",), 2, "toy"),
        (("toy", "--categories", "libary"), 2, "library"),
        (("toy", "--modes", "fly"), 2, "`--modes` 'fly' is not known; use some of walk"),
        (("toy", "--scheduler", "x:1", "--workers", "2"), 2, "leave it or --scheduler"),
        (("toy", "--scheduler", "nonsense://x"), 1, "no Dask scheduler answers there"),
        (("toy", "-o", "nosuch://bucket"), 1, "nosuch://bucket cannot be opened"),
    ],
)
def test_what_cannot_work_is_said_before_anything_begins(
    umkreis, arguments: tuple[str, ...], status: int, told: str
):
    result = umkreis(*arguments)
    assert result.exit_code == status
    assert told in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not (umkreis.state / "rollout").exists()
