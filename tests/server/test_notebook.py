"""Answers in a notebook: tables with shapes, maps that draw themselves."""

import re
import shutil
from pathlib import Path

import geopandas as gpd
import nbformat
import pytest
from nbclient import NotebookClient

from geo.errors import ParameterError
from layers import coverage
from layers.atlas import Atlas
from layers.build import build_atlas
from server import notebook
from server.settings import Settings
from tests.toyregion import HOSTILE_NAME

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


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


@pytest.fixture
def report(toy_atlas: Atlas):
    return coverage(toy_atlas, category="greengrocer_bakery", mode="walk", minutes=4)


def test_districts_are_a_table_with_shapes(report):
    districts = notebook.table(report)
    assert isinstance(districts, gpd.GeoDataFrame)
    assert sorted(districts["name"]) == ["Altöd", "Nord", "Süd"]
    assert districts["residents"].sum() == 960
    assert districts.crs.to_epsg() == 25833


@pytest.mark.parametrize(("what", "rows"), [("gaps", 1), ("offers", 1)])
def test_gaps_and_offers_are_tables_as_well(report, what: str, rows: int):
    table = notebook.table(report, what)
    assert len(table) >= rows
    assert table.geometry.is_valid.all()


def test_an_unknown_table_names_those_that_there_are(report):
    with pytest.raises(ParameterError, match="`what` is 'people'; it may be districts, gaps"):
        notebook.table(report, "people")


def test_a_map_draws_itself_in_a_frame_and_no_name_leaves_its_attribute(
    state: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("UMKREIS_STATE_DIR", str(state))
    asked = coverage(notebook.open_region("toy"), category="greengrocer_bakery", minutes=4)
    drawn = notebook.show(asked)._repr_html_()
    assert re.fullmatch(r'<iframe srcdoc="[^"<>]*" sandbox="allow-scripts" [^<>]*></iframe>', drawn)
    assert HOSTILE_NAME not in drawn


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebooks_run_and_are_kept_without_outputs(
    path: Path, state: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("UMKREIS_STATE_DIR", str(state))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    book = nbformat.read(path, as_version=4)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    for cell in code if path.stem != "compare" else []:
        cell.source = cell.source.replace('"neubrandenburg"', '"toy"')
    NotebookClient(
        book, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    assert any(output.get("data", {}).get("text/html") for cell in code for output in cell.outputs)
