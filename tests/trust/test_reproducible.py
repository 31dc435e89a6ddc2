"""The same inputs make the same bytes, whoever runs it, wherever and whenever."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from layers.build import build_atlas
from layers.sources.undated import undated_office
from tests.trust.everything import EXPORTS, FORMATS

if TYPE_CHECKING:
    from layers.atlas import Atlas

ROOT = Path(__file__).parents[2]
# the one file that tells when, and how long it took; nothing that is answered reads it
DECLARED = {"built.json"}
WORLDS = (
    {"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C.UTF-8", "umask": "022", "code": "code"},
    {
        "PYTHONHASHSEED": "4242", "TZ": "Pacific/Kiritimati", "LC_ALL": "C", "umask": "077",
        "code": "anderswo (2) ü/code",
    },
)  # fmt: skip


def _copy(region: str, code: Path) -> None:
    """Copy the code with its compiled loops: compiling them again takes minutes."""

    def still_there(source: str, target: str) -> None:
        with suppress(FileNotFoundError):  # a test beside this one compiles as well
            shutil.copy2(source, target)

    for part in ("geo", "layers", "server", "tools", f"data/regions/{region}"):
        shutil.copytree(
            ROOT / part, code / part, copy_function=still_there,
            ignore=shutil.ignore_patterns("*.pyc", "*.tmp*"),
        )  # fmt: skip
    for name in ("taxonomy.toml", "benchmarks.toml"):
        shutil.copy2(ROOT / "data" / name, code / "data" / name)


def _make(region: str, folder: Path, world: dict[str, str]) -> dict[str, bytes]:
    """Make everything in a world of its own; return the files by their names."""
    code, out = folder / world["code"], folder / "out"
    _copy(region, code)
    out.mkdir()
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    told = {name: world[name] for name in ("PYTHONHASHSEED", "TZ", "LC_ALL")}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-P", str(ROOT / "tests/trust/everything.py"), region, str(code),
         str(out)],
        cwd=out.parent, env={**kept, **told, "PYTHONPATH": str(code)}, capture_output=True,
        text=True, umask=int(world["umask"], 8), timeout=900, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return {
        str(file.relative_to(out)): file.read_bytes() for file in out.rglob("*") if file.is_file()
    }


@pytest.mark.parametrize("region", ["toy", "neubrandenburg"])
def test_two_worlds_make_the_same_bytes(region: str, tmp_path: Path):
    if region != "toy" and not os.environ.get("SOAK"):
        pytest.skip("takes a minute or more; SOAK=1 runs it")
    first, second = (
        _make(region, tmp_path / str(number), world) for number, world in enumerate(WORLDS)
    )
    assert first.keys() == second.keys()
    differ = {name for name in first if first[name] != second[name]}
    assert {Path(name).name for name in differ} <= DECLARED
    made = {Path(name).name for name in first}
    assert {f"coverage.{kind}" for kind in FORMATS} | {f"offers.{kind}" for kind in EXPORTS} <= made
    assert {
        "base_map.pmtiles", "manifest.json", "map.html", "project.qgs", "package.zip",
        "umkreis.cdx.json",
    } <= made  # fmt: skip


def test_no_path_of_the_machine_stands_in_an_atlas(toy_atlas: Atlas):
    assert toy_atlas.path is not None
    places = [str(ROOT), str(toy_atlas.path.parent), str(Path.home()), "/tmp/"]  # noqa: S108
    for file in toy_atlas.path.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert not [place for place in places if place.encode() in content], file.name


def test_a_region_built_twice_in_a_process_is_the_same(
    toy_region_dir: Path, taxonomy_path: Path, toy_atlas: Atlas, tmp_path: Path
):
    again = build_atlas(toy_region_dir, taxonomy_path, tmp_path / "toy", base_map=False)
    assert toy_atlas.path is not None
    assert again.path is not None
    for file in toy_atlas.path.rglob("*"):
        if file.is_file() and file.name not in DECLARED:
            same = again.path / file.relative_to(toy_atlas.path)
            assert same.read_bytes() == file.read_bytes(), file.name


def test_a_workbook_loses_when_it_was_written_and_nothing_else(tmp_path: Path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["Öd", 1.5])
    book.save(tmp_path / "a.xlsx")
    data = undated_office((tmp_path / "a.xlsx").read_bytes())
    assert undated_office(data) == data
    (tmp_path / "b.xlsx").write_bytes(data)
    read = openpyxl.load_workbook(tmp_path / "b.xlsx")
    assert [[cell.value for cell in row] for row in read.active.rows] == [["Öd", 1.5]]
