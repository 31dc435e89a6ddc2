"""Regions that change while they are served."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

import server.kept_atlases
import server.regions as under_test
from layers.errors import AtlasError
from layers.store import MANIFEST
from server.regions import Regions
from server.settings import Settings


@pytest.fixture
def settings(toy_settings: Settings, tmp_path: Path) -> Settings:
    """The toy region in a folder of its own, to be changed."""
    shutil.copytree(toy_settings.state_dir, tmp_path / "state")
    return replace(toy_settings, state_dir=tmp_path / "state")


def rebuild(regions: Regions) -> None:
    """Put another folder with the same Atlas in its place."""
    path = regions.atlas_path("toy")
    shutil.copytree(path, path.with_name("new"), copy_function=shutil.copyfile)
    path.rename(path.with_name("old"))
    path.with_name("new").rename(path)


def test_files_are_summed_once_until_one_changes(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    asked: list[Path] = []
    original = under_test.is_current
    monkeypatch.setattr(
        under_test, "is_current", lambda *paths: asked.append(paths[0]) or original(*paths)
    )
    regions = Regions(settings)
    assert [regions.is_built("toy") for _ in range(3)] == [True] * 3
    assert len(asked) == 1
    with (regions.folder("toy") / "region.toml").open("a") as file:
        file.write("# changed\n")
    assert not regions.is_built("toy")
    assert len(asked) == 2


def test_a_rebuilt_region_is_opened_anew(settings: Settings):
    regions = Regions(settings)
    before = regions.open("toy")
    assert regions.open("toy") is before
    rebuild(regions)
    assert regions.open("toy") is not before


def test_a_region_replaced_while_it_is_read_is_read_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    regions = Regions(settings)
    original = server.kept_atlases.open_atlas
    opened = []

    def open_and_replace(path: Path) -> object:
        atlas = original(path)
        if not opened:
            rebuild(regions)
        opened.append(atlas)
        return atlas

    monkeypatch.setattr(server.kept_atlases, "open_atlas", open_and_replace)
    assert regions.open("toy") is opened[1]


def test_many_threads_open_a_region_once(settings: Settings):
    regions = Regions(settings)
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(regions.open, ["toy"] * 32))
    assert len({id(atlas) for atlas in opened}) == 1


def test_a_region_that_is_gone_is_not_answered_from_memory(settings: Settings):
    regions = Regions(settings)
    regions.open("toy")
    (regions.atlas_path("toy") / MANIFEST).unlink()
    assert regions.open_all() == {"toy": None}
    with pytest.raises(AtlasError, match="run `umkreis build toy`"):
        regions.open("toy")
