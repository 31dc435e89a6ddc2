"""Building, keeping and opening an Atlas."""

import json
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from geo.errors import ExtractError, NetworkError, PopulationError, RegionError, UmkreisError
from layers.atlas import Atlas
from layers.build import _replace, build_atlas
from layers.build_input import is_current
from layers.coverage import coverage
from layers.errors import AtlasError
from layers.store import open_atlas
from tests.toyregion import write_toy_region


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != "built.json"
    }


def test_the_same_input_gives_the_same_files(
    toy_atlas: Atlas, toy_region_dir: Path, taxonomy_path: Path, tmp_path: Path
):
    again = build_atlas(toy_region_dir, taxonomy_path, tmp_path / "toy", base_map=False)
    first, second = files_of(toy_atlas.path), files_of(again.path)
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_an_opened_atlas_answers_like_the_built_one(toy_atlas: Atlas):
    opened = open_atlas(toy_atlas.path)
    for mode in ("walk", "car", "line"):
        asked = {"category": "greengrocer_bakery", "mode": mode, "metres": 300}
        one, other = (coverage(atlas, **asked) for atlas in (opened, toy_atlas))
        assert one.by_district == other.by_district


def test_arrays_are_opened_by_memory_map(toy_atlas: Atlas):
    opened = open_atlas(toy_atlas.path)
    assert isinstance(opened.population.residents.base, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        opened.population.residents[0] = 1


def test_manifest_names_sources_and_parameters(toy_atlas: Atlas):
    manifest = json.loads((toy_atlas.path / "manifest.json").read_text("utf-8"))
    assert manifest["sources"][0]["as_of"] == "2024-05-01"
    assert len(manifest["sources"][0]["sha256"]) == 64
    assert set(manifest["files"]) == {
        "benchmarks.toml", "municipalities.geojson", "region.toml", "taxonomy.toml",
        "toy.osm.pbf",
    }  # fmt: skip
    assert manifest["files"]["toy.osm.pbf"] == manifest["sources"][0]["sha256"]
    assert manifest["parameters"]["speeds"]["walk_kmh"] == 4.8
    assert manifest["parameters"]["smallest_home_m2"] == 30
    assert manifest["networks"]["walk"]["homes_too_far"] == 0


def test_progress_rises_to_one(toy_region_dir: Path, taxonomy_path: Path, tmp_path: Path):
    seen: list[tuple[str, float]] = []
    build_atlas(
        toy_region_dir, taxonomy_path, tmp_path / "toy", base_map=False,
        progress=lambda step, share: seen.append((step, share)),
    )  # fmt: skip
    shares = [share for _, share in seen]
    assert shares == sorted(shares)
    assert seen[0] == ("region", 0.0)
    assert seen[-1] == ("done", 1.0)


def test_a_changed_file_makes_an_atlas_out_of_date(taxonomy_path: Path, tmp_path: Path):
    folder = write_toy_region(tmp_path / "toy").parent
    target = tmp_path / "atlas" / "toy"
    assert not is_current(target, folder, taxonomy_path)
    build_atlas(folder, taxonomy_path, target, base_map=False)
    assert is_current(target, folder, taxonomy_path)
    toml = folder / "region.toml"
    toml.write_text(toml.read_text("utf-8").replace("Ödland", "Ödenland"), "utf-8")
    assert not is_current(target, folder, taxonomy_path)


def test_a_file_that_changes_during_a_build_makes_it_out_of_date(
    taxonomy_path: Path, tmp_path: Path
):
    toml = write_toy_region(tmp_path / "toy")
    target = tmp_path / "atlas" / "toy"

    def edit(step: str, _: float) -> None:
        if step == "people":  # the region has been read by then
            toml.write_text(toml.read_text("utf-8").replace("Ödland", "Ödenland"), "utf-8")

    atlas = build_atlas(toml.parent, taxonomy_path, target, base_map=False, progress=edit)
    assert atlas.region.name == "Ödland"
    assert not is_current(target, toml.parent, taxonomy_path)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"buildings": False, "offers": False}, PopulationError, "maps no building"),
        ({"streets": False}, NetworkError, "region 'toy'"),
        ({"config": {"extract": "nowhere.osm.pbf"}}, RegionError, "is no file in"),
        ({"config": {"crs": "EPSG:4326"}}, UmkreisError, "not projected"),
        ({"config": {"colour": "red"}}, RegionError, "`colour` is not a key"),
    ],
)
def test_a_region_that_cannot_be_built_leaves_nothing_behind(
    options, error, message, taxonomy_path: Path, tmp_path: Path
):
    folder = write_toy_region(tmp_path / "toy", **options).parent
    with pytest.raises(error, match=message):
        build_atlas(folder, taxonomy_path, tmp_path / "atlas" / "toy", base_map=False)
    assert list((tmp_path / "atlas").iterdir()) == []


def test_a_failed_rebuild_leaves_the_old_atlas_in_place(taxonomy_path: Path, tmp_path: Path):
    folder = write_toy_region(tmp_path / "toy").parent
    target = tmp_path / "atlas" / "toy"
    build_atlas(folder, taxonomy_path, target, base_map=False)
    before = files_of(target)
    extract = folder / "toy.osm.pbf"
    extract.write_bytes(extract.read_bytes()[: extract.stat().st_size // 2])
    with pytest.raises(ExtractError, match="truncated"):
        build_atlas(folder, taxonomy_path, target, base_map=False)
    assert files_of(target) == before
    assert [p.name for p in target.parent.iterdir()] == ["toy"]


def test_another_format_version_means_rebuild(toy_atlas: Atlas, tmp_path: Path):
    copy = shutil.copytree(toy_atlas.path, tmp_path / "toy")
    manifest = copy / "manifest.json"
    data = json.loads(manifest.read_text("utf-8"))
    manifest.write_text(json.dumps({**data, "format": 0}), "utf-8")
    with pytest.raises(AtlasError, match=r"format 0.*build it again"):
        open_atlas(copy)


def test_an_atlas_that_is_not_there_says_how_to_make_it(tmp_path: Path):
    with pytest.raises(AtlasError, match="has not been built; run `umkreis build toy`"):
        open_atlas(tmp_path / "toy")


def test_a_damaged_manifest_says_how_to_mend_it(tmp_path: Path):
    (tmp_path / "manifest.json").write_text("{", "utf-8")
    with pytest.raises(AtlasError, match=r"damaged.*--force"):
        open_atlas(tmp_path)


@pytest.mark.parametrize("missing", ["region.json", "population/xy.npy", "networks/walk/a.npy"])
def test_a_damaged_atlas_says_how_to_mend_it(missing: str, toy_atlas: Atlas, tmp_path: Path):
    copy = shutil.copytree(toy_atlas.path, tmp_path / "toy")
    (copy / missing).unlink()
    with pytest.raises(AtlasError, match=r"damaged.*`umkreis build toy --force`"):
        open_atlas(copy)


def test_an_atlas_is_opened_whole_while_it_is_replaced(toy_atlas: Atlas, tmp_path: Path):
    target = shutil.copytree(toy_atlas.path, tmp_path / "atlas" / "toy")
    spares = [shutil.copytree(target, tmp_path / f"spare-{i}") for i in range(30)]
    for number, spare in enumerate(spares, start=1):  # each knows its number in two files
        np.save(spare / "population" / "unplaced.npy", np.full(3, float(number)))
        (spare / "offers.json").write_text("[]", "utf-8")
        manifest = json.loads((spare / "manifest.json").read_text("utf-8"))
        (spare / "manifest.json").write_text(json.dumps({**manifest, "number": number}), "utf-8")
    writer = threading.Thread(target=lambda: [_replace(spare, target) for spare in spares])
    writer.start()
    seen = set()
    while writer.is_alive() or not seen:
        atlas = open_atlas(target)
        seen.add(number := atlas.manifest.get("number", 0))
        assert atlas.population.unplaced[0] == number
        assert (len(atlas.offers) == 0) is (number > 0)
    writer.join()
    assert open_atlas(target).manifest["number"] == 30
    assert [p.name for p in target.parent.iterdir()] == ["toy"]


def test_builds_of_one_region_at_once_leave_one_of_them(toy_atlas: Atlas, tmp_path: Path):
    target = tmp_path / "atlas" / "toy"
    target.parent.mkdir()
    spares = [shutil.copytree(toy_atlas.path, tmp_path / f"spare-{i}") for i in range(20)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda spare: _replace(spare, target), spares))
    assert [p.name for p in target.parent.iterdir()] == ["toy"]
    assert files_of(target) == files_of(toy_atlas.path)


@pytest.mark.parametrize("region", ["liechtenstein_toml", "helsinki_toml"])
def test_other_towns_build_and_answer(
    region: str, request: pytest.FixtureRequest, taxonomy_path: Path, tmp_path: Path
):
    folder = request.getfixturevalue(region).parent
    atlas = build_atlas(folder, taxonomy_path, tmp_path / folder.name, base_map=False)
    report = coverage(atlas, category="supermarket", mode="walk", minutes=10)
    assert report.totals.unit == "buildings"
    assert report.totals.residents is None
    assert 0.2 < report.totals.share <= 1
    assert sum(t.buildings for t in report.by_district) == report.totals.buildings
