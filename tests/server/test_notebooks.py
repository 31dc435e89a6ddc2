"""The three notebooks and the code of the Python page run, and tell what they say they tell."""

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from layers.atlas import Atlas
from layers.build import build_atlas
from server.settings import Settings

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PAGE = (ROOT / "docs/python.md").read_text("utf-8")


@pytest.fixture(scope="module")
def state(
    toy_settings: Settings, demo_atlas: Atlas, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The toy region with a base map and the demo region without one."""
    folder = tmp_path_factory.mktemp("notebooks")
    shutil.copytree(toy_settings.state_dir / "regions/toy", folder / "regions/toy")
    taxonomy = toy_settings.data_dir / "taxonomy.toml"
    build_atlas(folder / "regions/toy", taxonomy, folder / "atlas/toy")
    shutil.copytree(demo_atlas.path, folder / "atlas/neubrandenburg")
    return folder


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebooks_run_and_are_kept_without_outputs(
    path: Path, state: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("UMKREIS_STATE_DIR", str(state))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    book = nbformat.read(path, as_version=4)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    NotebookClient(
        book, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    drawn = [output for cell in code for output in cell.outputs if "data" in output]
    assert all(cell.outputs for cell in code[1:])
    assert any("<iframe srcdoc=" in output.data.get("text/html", "") for output in drawn)
    assert any("<table " in output.data.get("text/html", "") for output in drawn)


def test_the_code_of_the_python_page_runs_in_its_order(
    state: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("UMKREIS_STATE_DIR", str(state))
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) >= 8
    names: dict[str, object] = {}
    for number, block in enumerate(blocks):
        exec(compile(block, f"python.md, block {number}", "exec"), names)  # noqa: S102
    assert (tmp_path / "library.gpkg").is_file()
    assert names["report"].totals.residents == 75_679
    assert names["with_benches"].region.id == "toy"


def test_the_page_names_every_table(demo_atlas: Atlas):
    row = next(line for line in PAGE.splitlines() if line.startswith("| `atlas` itself"))
    assert re.findall(r"`(\w+)`", row)[1:] == list(demo_atlas.tables)
