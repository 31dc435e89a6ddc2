"""
Runs a rollout: what is there already is skipped, what fails is told, the rest is finished.

A task is one region; a worker turns it into rows as GeoParquet, and the process that asked writes
them. Results carry the region's id and the key of its input in their name, so that a run can be
broken off and repeated at any time.

When a worker dies, every region that was at work may be the reason. Each of them is computed once
more, alone: the one that takes its worker down again is known by name, and costs nobody else a
result.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from concurrent.futures import FIRST_COMPLETED, CancelledError, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import UmkreisError
from geo.region_config import is_region_id
from layers.build import build_atlas
from layers.errors import AtlasError
from layers.rollout import rollout_key, rollout_rows
from layers.rollout_files import (
    ENDING,
    Results,
    atlas_folder,
    manifest_of,
    need_parquet,
    parquet_bytes,
)
from layers.store import open_atlas

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Executor, Future

    from layers.rollout_pools import Pool

    Work = Callable[["Task"], "Rolled | Failed"]

INDEX = "rollout.json"
TRIES_ALONE = 2
_DEADLY = (
    f"its worker died {TRIES_ALONE + 1} times, {TRIES_ALONE} of them with no other region at work; "
    "the machine may have too little memory for it"
)
_READERS = 16  # an object store answers many questions at once


@dataclass(frozen=True)
class Task:
    """
    A region to compute.

    `name` is what the asker calls it, `atlas` the address of its Atlas. Where the Atlas is missing
    or out of date, `region_dir` and `taxonomy` are what the worker builds it of first, with a base
    map or without; else they are empty.
    """

    name: str
    atlas: str
    region_dir: str = ""
    taxonomy: str = ""
    base_map: bool = True
    categories: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rolled:
    """What became of a region: its result's name and rows; `parquet` is None if it was there."""

    name: str
    file: str
    rows: int = 0
    parquet: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Failed:
    """A region without a result, and why."""

    name: str
    reason: str


@dataclass
class Rollout:
    """A whole run: results by region, those that were there before, and failures."""

    files: dict[str, str] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


def compute(task: Task) -> Rolled | Failed:
    """Turn a region into rows; whatever goes wrong becomes its reason."""
    try:
        return _computed(task)
    except UmkreisError as exc:
        return Failed(task.name, str(exc))
    except Exception as exc:  # noqa: BLE001 (a fault of one region must not end the others)
        return Failed(task.name, f"{type(exc).__name__}: {exc}")


def _computed(task: Task) -> Rolled:
    if task.region_dir:
        folder, taxonomy = Path(task.region_dir), Path(task.taxonomy)
        build_atlas(folder, taxonomy, Path(task.atlas), base_map=task.base_map)
    with atlas_folder(task.atlas) as folder:
        atlas = open_atlas(folder)
        rows = rollout_rows(atlas, categories=task.categories, modes=task.modes)
        name = _file_name(task, atlas.manifest)
        return Rolled(task.name, name, len(rows), parquet_bytes(rows))


def _file_name(task: Task, manifest: Mapping[str, object]) -> str:
    region = manifest.get("region")
    if not isinstance(region, str) or not is_region_id(region):
        raise AtlasError(f"the manifest at {task.atlas} names no region")
    key = rollout_key(manifest, categories=task.categories, modes=task.modes)
    return f"{region}-{key}{ENDING}"


def roll_out(
    tasks: Sequence[Task],
    results: Results,
    pool: Pool,
    *,
    tell: Callable[[Rolled | Failed], None] = lambda _told: None,
) -> Rollout:
    """
    Compute all regions whose results are not there yet, and write an index of them.

    Parameters
    ----------
    tasks
        One a region; names are distinct.
    results
        Where results lie, and are written as each is finished.
    pool
        Who computes.
    tell
        Called with each region as it is skipped, finished, or has failed.

    Returns
    -------
    rollout
        What became of each region; the same is written as `rollout.json`.

    Raises
    ------
    RolloutError
        If pyarrow is missing, or the results cannot be written.
    """
    need_parquet()
    run = Rollout()
    there = results.whole()
    with ThreadPoolExecutor(_READERS) as readers:
        known = list(readers.map(_known_file, tasks))
    todo = []
    for task, file in zip(tasks, known, strict=True):
        if file in there and file is not None:
            run.files[task.name] = file
            run.skipped.append(task.name)
            tell(Rolled(task.name, file))
        else:
            todo.append(task)
    for made in compute_all(todo, pool):
        if isinstance(made, Failed):
            run.failed[made.name] = made.reason
        else:
            results.write(made.file, made.parquet or b"")
            run.files[made.name] = made.file
        tell(made)
    results.write(INDEX, _index(tasks, run))
    return run


def _known_file(task: Task) -> str | None:
    """Return the name that a region's result will have; None where only its worker can tell."""
    try:
        return None if task.region_dir else _file_name(task, manifest_of(task.atlas))
    except UmkreisError:
        return None


def _index(tasks: Sequence[Task], run: Rollout) -> bytes:
    order = [task.name for task in tasks]
    whole = {
        "categories": sorted({c for task in tasks for c in task.categories}) or "all",
        "modes": sorted({m for task in tasks for m in task.modes}) or "all",
        "results": {name: run.files[name] for name in order if name in run.files},
        "failed": {name: run.failed[name] for name in order if name in run.failed},
    }
    return json.dumps(whole, ensure_ascii=False, indent=1).encode() + b"\n"


def compute_all(
    tasks: Sequence[Task], pool: Pool, *, work: Work = compute
) -> Iterator[Rolled | Failed]:
    """Compute regions, each as it is finished; each of them has one result or one reason."""
    todo, suspects = deque(tasks), list[Task]()
    while todo:
        with pool.executor() as executor:
            yield from _until_broken(executor, pool, pool.width, todo, suspects, work)
    alone, tries = deque(suspects), Counter[str]()
    while alone:
        lost: list[Task] = []
        with pool.executor() as executor:
            yield from _until_broken(executor, pool, 1, alone, lost, work)
        for task in lost:
            tries[task.name] += 1
            if tries[task.name] < TRIES_ALONE:
                alone.appendleft(task)
            else:
                yield Failed(task.name, _DEADLY)


def _until_broken(
    executor: Executor,
    pool: Pool,
    width: int | None,
    todo: deque[Task],
    lost: list[Task],
    work: Work,
) -> Iterator[Rolled | Failed]:
    """Work on so many at once until nothing is left, or a worker has died and the pool with it."""
    flying: dict[Future[Rolled | Failed], Task] = {}
    is_broken = False
    while flying or (todo and not is_broken):
        while todo and not is_broken and (width is None or len(flying) < width):
            try:
                future = executor.submit(work, todo[0])
            except pool.lost:
                is_broken = True
            else:
                flying[future] = todo.popleft()
        done, _ = wait(flying, return_when=FIRST_COMPLETED)
        for future in done:
            task = flying.pop(future)
            try:
                yield _result(future, task)
            except pool.lost:
                lost.append(task)
                is_broken = pool.width is not None  # a cluster goes on by itself


def _result(future: Future[Rolled | Failed], task: Task) -> Rolled | Failed:
    try:
        return future.result()
    except CancelledError:
        return Failed(task.name, "the scheduler went away; start it and run the same command again")
