"""Several regions in one process, within a budget of memory and without downtime."""

import gc
import json
import shutil
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient

from layers.atlas import Atlas
from layers.atlas_brief import brief_of, read_brief
from layers.atlas_size import held_bytes
from layers.coverage import coverage
from layers.errors import AtlasError
from layers.geocode import index_of
from layers.store import MANIFEST, REGION, open_atlas
from server import answers
from server.app import create_app
from server.kept_atlases import KeptAtlases, atlas_caches
from server.settings import Settings
from tests.rollout_regions import copy_as

TWO = ("town", "village")
BAKER = "greengrocer_bakery"


@pytest.fixture
def paths(toy_atlas: Atlas, tmp_path: Path) -> dict[str, Path]:
    """Two regions; in the village everybody counts half."""
    found = {name: copy_as(toy_atlas, tmp_path / "state" / "atlas", name) for name in TWO}
    residents = found["village"] / "population" / "residents.npy"
    np.save(residents, np.load(residents) / 2)
    return found


@pytest.fixture
def settings(
    paths: dict[str, Path], toy_region_dir: Path, toy_settings: Settings, tmp_path: Path
) -> Settings:
    for name in paths:
        shutil.copytree(toy_region_dir, tmp_path / "state" / "regions" / name)
    return replace(toy_settings, state_dir=tmp_path / "state", regions=TWO)


def answered(atlas: Atlas) -> int | None:
    return coverage(atlas, category=BAKER, mode="walk", minutes=10).totals.residents


def test_what_an_atlas_holds_is_measured(toy_atlas: Atlas):
    atlas = open_atlas(toy_atlas.path)
    before = held_bytes(atlas)
    arrays = sum(np.load(p, mmap_mode="r").nbytes for p in atlas.path.rglob("*.npy"))
    assert arrays < before < arrays + 3_000_000
    assert held_bytes(atlas, atlas) == before  # everything once
    answered(atlas)
    atlas.networks["walk"].snap(atlas.population.xy)
    grown = held_bytes(atlas)
    assert grown > before + 64 * 8  # the way's ends of 64 houses, the tree of the streets


def test_the_one_not_asked_for_longest_is_dropped(paths: dict[str, Path]):
    size = held_bytes(open_atlas(paths["town"]))
    kept = KeptAtlases(budget=size + size // 2)
    town = weakref.ref(kept.get("town", paths["town"])[1])
    assert kept.get("town", paths["town"])[1] is town()
    kept.get("village", paths["village"])
    gc.collect()
    assert list(kept.sizes) == ["village"]
    assert sum(kept.sizes.values()) <= size + size // 2
    assert town() is None  # nothing else holds it
    kept.get("town", paths["town"])
    assert (kept.opened, kept.dropped) == (3, 2)


def test_without_a_budget_all_stay_open(paths: dict[str, Path]):
    kept = KeptAtlases(budget=None)
    opened = {name: kept.get(name, path)[1] for name, path in paths.items()}
    assert all(kept.get(name, path)[1] is opened[name] for name, path in paths.items())
    assert (kept.opened, kept.dropped) == (2, 0)
    kept.measure()
    assert min(kept.sizes.values()) > 50_000


def test_a_region_larger_than_the_budget_is_answered_alone(paths: dict[str, Path]):
    kept = KeptAtlases(budget=1)
    assert answered(kept.get("town", paths["town"])[1]) == 960
    assert answered(kept.get("village", paths["village"])[1]) == 480
    assert list(kept.sizes) == ["village"]


def test_many_threads_get_right_answers_within_the_budget(paths: dict[str, Path]):
    size = held_bytes(open_atlas(paths["town"]))
    budget = size + size // 2
    assert isinstance(size, int)
    kept = KeptAtlases(budget=budget)
    expected = {"town": 960, "village": 480}
    most = []

    def ask(i: int) -> tuple[str, int | None]:
        name = TWO[i % 3 % 2]
        told = name, answered(kept.get(name, paths[name])[1])
        most.append(len(kept.sizes))
        return told

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(ask, range(48)))
    assert set(told) == set(expected.items())
    assert set(most) == {1}
    assert sum(kept.sizes.values()) <= budget
    assert kept.opened == kept.dropped + 1 > 2


def test_one_region_is_answered_while_another_is_opened(
    paths: dict[str, Path], monkeypatch: pytest.MonkeyPatch
):
    kept = KeptAtlases(budget=None)
    kept.get("town", paths["town"])
    is_opening, may_go_on = threading.Event(), threading.Event()

    def slow(path: Path) -> Atlas:
        is_opening.set()
        assert may_go_on.wait(20)
        return open_atlas(path)

    monkeypatch.setattr("server.kept_atlases.open_atlas", slow)
    with ThreadPoolExecutor(1) as pool:
        village = pool.submit(kept.get, "village", paths["village"])
        assert is_opening.wait(20)
        assert answered(kept.get("town", paths["town"])[1]) == 960
        assert not village.done()
        may_go_on.set()
        assert answered(village.result()[1]) == 480


def test_who_is_under_way_keeps_a_replaced_atlas(paths: dict[str, Path]):
    kept = KeptAtlases(budget=None)
    old = kept.get("town", paths["town"])[1]
    paths["town"].rename(paths["town"].with_name("old"))
    shutil.copytree(paths["village"], paths["town"])
    new = kept.get("town", paths["town"])[1]
    assert (answered(old), answered(new)) == (960, 480)
    shutil.rmtree(paths["town"])
    with pytest.raises(AtlasError, match="has not been built"):
        kept.get("town", paths["town"])
    assert kept.sizes == {}


def test_caches_by_atlas_are_found():
    found = set(atlas_caches())
    assert {index_of.cache_clear, answers.offer_texts.cache_clear} <= found


def test_lists_open_no_region(settings: Settings):
    client = TestClient(create_app(settings), raise_server_exceptions=False)
    page = client.get("/?lang=en")
    assert page.status_code == 200
    assert "960" in page.text
    assert client.get("/sources").status_code == 200
    assert client.get("/readyz").json()["open"] == []
    assert client.get("/api/v1/regions/village").status_code == 200
    assert client.get("/readyz").json()["open"] == ["village"]


def test_figures_of_open_regions_can_be_read(settings: Settings):
    app = create_app(replace(settings, memory_mb=1, metrics="all"))
    assert app.state.regions.kept.budget == 1 << 20
    app.state.regions.kept.budget = 1  # both would fit into a megabyte
    client = TestClient(app, raise_server_exceptions=False)
    for name in (*TWO, *TWO):
        client.get(f"/api/v1/regions/{name}")
    told = client.get("/metrics").text
    values = dict(
        line.rsplit(" ", 1) for line in told.splitlines() if line.startswith("umkreis_regions_")
    )
    opened, dropped = (
        int(next(v for k, v in values.items() if k.startswith(f"umkreis_regions_{what}_total")))
        for what in ("opened", "dropped")
    )
    assert opened == dropped + 1 >= 4
    assert "# TYPE umkreis_regions_dropped_total counter" in told
    assert "umkreis_region_bytes{" in told


def test_a_brief_is_what_the_open_atlas_says(paths: dict[str, Path]):
    for path in paths.values():
        assert read_brief(path) == brief_of(open_atlas(path))
    brief = read_brief(paths["town"])
    assert (brief.homes, brief.districts, brief.offers) == (64, 3, 4)
    assert round(brief.total) == 960


@pytest.mark.parametrize("name", [MANIFEST, REGION, "population/about.json"])
def test_a_damaged_atlas_has_no_brief(paths: dict[str, Path], name: str):
    (paths["town"] / name).write_text(json.dumps({"format": 0}), "utf-8")
    with pytest.raises(AtlasError, match="town"):
        read_brief(paths["town"])
