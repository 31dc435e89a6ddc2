"""Rollouts that are broken off, repeated, and lose workers: no result is lost or differs."""

import json
import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import fsspec
import geopandas as gpd
import pytest

from layers.atlas import Atlas
from layers.errors import RolloutError
from layers.rollout_files import Results
from layers.rollout_pools import Processes
from layers.rollout_run import Failed, Rolled, Rollout, Task, compute_all, roll_out
from layers.store import MANIFEST
from tests.rollout_regions import POISON, copy_as, die_of_poison, task_of, write_copies


class Threads:
    """A pool inside this process: quick, and it sees `memory://`."""

    width = 2
    lost = ()

    @contextmanager
    def executor(self) -> Iterator[ThreadPoolExecutor]:
        with ThreadPoolExecutor(2) as pool:
            yield pool


@pytest.fixture(scope="module")
def atlases(toy_atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_copies(toy_atlas, tmp_path_factory.mktemp("copies"), 8)


@pytest.fixture(scope="module")
def tasks(atlases: list[Path]) -> list[Task]:
    return [task_of(path) for path in atlases]


@pytest.fixture(scope="module")
def expected(tasks: list[Task], tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The results of a run in which nothing happens."""
    folder = tmp_path_factory.mktemp("expected")
    roll_out(tasks, Results(str(folder)), Threads())
    return contents(folder)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.glob("*.parquet")}


def run(tasks: list[Task], folder: Path | str) -> tuple[Rollout, list[str]]:
    """Run and return what was computed anew."""
    told: list[Rolled | Failed] = []
    done = roll_out(tasks, Results(str(folder)), Threads(), tell=told.append)
    return done, [t.name for t in told if isinstance(t, Rolled) and t.parquet is not None]


def test_each_region_is_one_geoparquet(expected: dict[str, bytes], tmp_path: Path):
    assert len(expected) == 8
    name, data = sorted(expected.items())[3]
    assert name.startswith("copy03-")
    (tmp_path / name).write_bytes(data)
    table = gpd.read_parquet(tmp_path / name)
    assert set(table["region"]) == {"copy03"}
    assert table[table["level"] == "region"]["residents"].tolist() == [960, 960]
    assert table.geometry.is_valid.all()


def test_a_run_that_is_repeated_computes_nothing(tasks: list[Task], tmp_path: Path):
    _, computed = run(tasks[:3], tmp_path)
    assert sorted(computed) == ["copy00", "copy01", "copy02"]
    again, computed = run(tasks[:4], tmp_path)
    assert computed == ["copy03"]
    assert again.skipped == ["copy00", "copy01", "copy02"]
    assert len(again.files) == 4


def test_a_run_that_was_broken_off_goes_on(
    tasks: list[Task], tmp_path: Path, expected: dict[str, bytes]
):
    def stop(_told: Rolled | Failed) -> None:
        if len(contents(tmp_path)) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        roll_out(tasks, Results(str(tmp_path)), Threads(), tell=stop)
    there = contents(tmp_path)
    assert len(there) == 3
    done, computed = run(tasks, tmp_path)
    assert len(computed) == 5
    assert len(done.skipped) == 3
    assert contents(tmp_path) == expected


def test_a_half_written_result_is_computed_again(tasks: list[Task], tmp_path: Path):
    done, _ = run(tasks[:1], tmp_path)
    file = tmp_path / done.files["copy00"]
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    assert run(tasks[:1], tmp_path)[1] == ["copy00"]
    assert file.read_bytes() == whole
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_another_question_or_another_build_is_another_result(toy_atlas: Atlas, tmp_path: Path):
    path = copy_as(toy_atlas, tmp_path, "town")
    out = tmp_path / "out"
    run([task_of(path)], out)
    assert run([task_of(path, modes=("line",))], out)[1] == ["town"]
    manifest = path / MANIFEST
    manifest.write_text(manifest.read_text("utf-8").replace('"walk_kmh": 4.8', '"walk_kmh": 4.9'))
    assert run([task_of(path)], out)[1] == ["town"]
    assert len(contents(out)) == 3


def test_a_region_that_fails_is_named_and_the_rest_is_finished(
    tasks: list[Task], toy_atlas: Atlas, tmp_path: Path
):
    damaged = copy_as(toy_atlas, tmp_path, "damaged")
    (damaged / "population" / "xy.npy").write_bytes(b"")
    missing, unsafe = tmp_path / "missing", copy_as(toy_atlas, tmp_path, "unsafe")
    manifest = json.loads((unsafe / MANIFEST).read_text("utf-8"))
    (unsafe / MANIFEST).write_text(json.dumps(manifest | {"region": "../../etc/cron"}))
    asked = [task_of(damaged), tasks[0], task_of(missing), task_of(unsafe), tasks[1]]
    done, _ = run(asked, tmp_path / "out")
    assert sorted(done.files) == ["copy00", "copy01"]
    assert "'damaged' is damaged" in done.failed["damaged"]
    assert "has not been built" in done.failed["missing"]
    assert "names no region" in done.failed["unsafe"]
    index = json.loads((tmp_path / "out" / "rollout.json").read_text("utf-8"))
    assert set(index["failed"]) == {"damaged", "missing", "unsafe"}
    assert list(index["results"]) == ["copy00", "copy01"]


def test_a_missing_region_is_built_first(toy_region_dir: Path, taxonomy_path: Path, tmp_path: Path):
    task = task_of(
        tmp_path / "toy", region_dir=str(toy_region_dir), taxonomy=str(taxonomy_path),
        base_map=False,
    )  # fmt: skip
    done, computed = run([task], tmp_path / "out")
    assert computed == ["toy"]
    assert (tmp_path / "toy" / MANIFEST).is_file()
    table = gpd.read_parquet(tmp_path / "out" / done.files["toy"])
    assert set(table["region"]) == {"toy"}


def test_atlases_and_results_may_lie_in_an_object_store(
    atlases: list[Path], expected: dict[str, bytes]
):
    store = fsspec.filesystem("memory")
    store.put(str(atlases[0]), "/bucket/atlas/copy00", recursive=True)
    task = task_of(atlases[0], atlas="memory://bucket/atlas/copy00")
    done, _ = run([task], "memory://bucket/out")
    name = done.files["copy00"]
    assert store.cat_file(f"/bucket/out/{name}") == expected[name]
    assert run([task], "memory://bucket/out")[1] == []
    store.pipe_file(f"/bucket/out/{name}", expected[name][:1000])
    assert run([task], "memory://bucket/out")[1] == ["copy00"]
    absent = task_of(atlases[0], atlas="memory://bucket/atlas/none")
    assert "memory://bucket/atlas/none" in run([absent], "memory://bucket/o2")[0].failed["copy00"]


def test_a_file_address_is_a_path(atlases: list[Path], tmp_path: Path, expected: dict[str, bytes]):
    task = task_of(atlases[0], atlas=f"file://{atlases[0]}")
    done, _ = run([task], f"file://{tmp_path}/out")
    name = done.files["copy00"]
    assert (tmp_path / "out" / name).read_bytes() == expected[name]


def test_a_store_that_is_not_installed_is_told(tasks: list[Task]):
    with pytest.raises(RolloutError, match="nosuch://bucket cannot be opened"):
        run(tasks[:1], "nosuch://bucket")


def test_an_output_that_cannot_be_written_is_told(tasks: list[Task], tmp_path: Path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(RolloutError, match="cannot be written"):
        run(tasks[:1], tmp_path / "file" / "out")


def test_a_killed_process_costs_no_result(
    tasks: list[Task], tmp_path: Path, expected: dict[str, bytes]
):
    killed: list[int] = []

    def kill_one(_told: Rolled | Failed) -> None:
        if not killed:
            victim = multiprocessing.active_children()[0]
            os.kill(victim.pid or 0, signal.SIGKILL)
            killed.append(victim.pid or 0)

    done = roll_out(tasks, Results(str(tmp_path)), Processes(2), tell=kill_one)
    assert len(killed) == 1
    assert done.failed == {}
    assert contents(tmp_path) == expected


def test_a_region_that_kills_its_process_is_named(tasks: list[Task], tmp_path: Path):
    poison = task_of(tmp_path / POISON)
    asked = [tasks[0], poison, tasks[1]]
    made = list(compute_all(asked, Processes(2), work=die_of_poison))
    assert sorted(m.name for m in made if isinstance(m, Rolled)) == ["copy00", "copy01"]
    (failed,) = (m for m in made if isinstance(m, Failed))
    assert failed.name == POISON
    assert "its worker died 3 times" in failed.reason
    assert "OMP_NUM_THREADS" not in os.environ
