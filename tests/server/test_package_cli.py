"""A package on the command line: made, looked at, applied."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.cli import main
from server.settings import default_data_dir
from tests.layers.test_practice import CARD


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, toy_region_dir: Path):
    data = tmp_path / "data"
    for region in ("toy", "next"):
        shutil.copytree(toy_region_dir, data / "regions" / region)
    (data / "regions/toy/practice").mkdir()
    (data / "regions/toy/practice/one.toml").write_text(CARD, "utf-8")
    for name in ("taxonomy.toml", "benchmarks.toml"):
        shutil.copyfile(default_data_dir() / name, data / name)
    monkeypatch.setenv("UMKREIS_DATA_DIR", str(data))
    monkeypatch.setenv("UMKREIS_STATE_DIR", str(tmp_path / "state"))

    def invoke(*words: str, **kwargs: str) -> Result:
        return CliRunner().invoke(main, ["package", *words], **kwargs)

    return invoke


def test_a_package_is_made_shown_asked_for_and_applied(run, tmp_path: Path):
    file = tmp_path / "toy.zip"
    made = run("toy", "-o", str(file))
    assert made.exit_code == 0, made.output
    assert "0 papers, 1 practice cards" in made.output
    target = tmp_path / "data/regions/next/practice/repair-by-bike.toml"
    shown = run("apply", str(file), "next", "--dry-run")
    assert "+ practice/repair-by-bike.toml" in shown.output
    assert "nothing was changed" in shown.output
    refused = run("apply", str(file), "next", input="n\n")
    assert refused.exit_code != 0
    assert not target.exists()
    done = run("apply", str(file), "next", "--yes")
    assert (done.exit_code, target.exists()) == (0, True)
    assert "nothing was changed" in run("apply", str(file), "next", "--yes").output


def test_what_is_no_package_ends_with_two(run, tmp_path: Path):
    file = tmp_path / "x.zip"
    file.write_bytes(b"no")
    answer = run("apply", str(file), "next")
    assert (answer.exit_code, "is no zip" in answer.output) == (2, True)
