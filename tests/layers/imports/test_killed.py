"""An import that is killed leaves the register whole, and the same import again finishes it."""

import subprocess
import sys
from pathlib import Path

import pytest

from layers.imports import ImportOptions, ImportRegion, import_source
from layers.register import Register
from layers.taxonomy import load_taxonomy
from tests.layers.imports.conftest import LAT, LON

ROOT = Path(__file__).parents[3]
ROWS, PORTION = 300, 30
# Imports in small portions and tells each; the parent kills it at one of them
CHILD = """
import sys
from pathlib import Path
from tests.layers.imports.test_killed import run
from layers.register import bulk
bulk.PORTION = 30
run(Path(sys.argv[1]), Path(sys.argv[2]), lambda step, share: print(step, share, flush=True))
"""


def run(folder: Path, file: Path, progress=None):
    bounds = (LON - 1, LAT - 1, LON + 1, LAT + 1)
    taxonomy = load_taxonomy(ROOT / "data" / "taxonomy.toml")
    region = ImportRegion("toy", "Toy", taxonomy, "Europe/Berlin", bounds)
    with Register.open(folder / "register.sqlite") as register:
        options = ImportOptions(licence="CC0-1.0")
        report = import_source(register, region, file, options=options, who="x", progress=progress)
        return report, register.entries("toy", statuses=None)


@pytest.mark.parametrize("portion", [1, 4, 9])
def test_killed_import_is_finished_by_running_it_again(tmp_path: Path, portion: int):
    file = tmp_path / "liste.csv"
    rows = (f"{i};Hof {i};Hofladen;{LON + i * 1e-4:.6f};{LAT:.6f}\n" for i in range(ROWS))
    file.write_text("id;name;category;lon;lat\n" + "".join(rows), "utf-8")
    folder = tmp_path / "killed"
    child = subprocess.Popen(  # noqa: S603 (our own program)
        [sys.executable, "-c", CHILD, str(folder), str(file)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    seen = 0
    for line in child.stdout:
        seen += line.startswith("writing")
        if seen == portion:
            child.kill()
            break
    child.wait()
    child.stdout.close()
    assert child.returncode == -9
    with Register.open(folder / "register.sqlite") as register:
        kept = len(register.entries("toy", statuses=None))
    assert kept >= portion * PORTION
    report, entries = run(folder, file)
    assert (report.unchanged, len(report.added)) == (kept, ROWS - kept)
    _, whole = run(tmp_path / "whole", file)
    assert [(e.id, e.claims) for e in entries] == [(e.id, e.claims) for e in whole]
    again, _ = run(folder, file)
    assert again.is_without_effect
