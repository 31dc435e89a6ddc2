"""
A rollout over generated regions: two workers against one, and against two of which one is killed.

    python -m benchmarks.rollout [REGIONS [CATEGORIES]]      else 200 regions, 10 categories

Regions are copies of the demo's Atlas under ids of their own; arrays are shared on disk by hard
links. Each is asked for so many categories by all modes. By the clock: run it on a quiet machine
with two cores or more. The start of the processes counts.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.measure import demo_atlas, row
from layers.rollout_files import Results
from layers.rollout_pools import Processes
from layers.rollout_run import Failed, Rolled, Task, roll_out
from layers.store import MANIFEST, REGION

if TYPE_CHECKING:
    from collections.abc import Callable

    from layers.atlas import Atlas

REGIONS, CATEGORIES = 200, 10
GOAL = 1.7


def write_regions(atlas: Atlas, folder: Path, count: int) -> list[Path]:
    """Copy an Atlas under other ids."""
    paths = []
    for i in range(count):
        target = folder / f"region{i:04}"
        shutil.copytree(atlas.path, target, copy_function=os.link)
        for name, key in ((MANIFEST, "region"), (REGION, "id")):
            told = json.loads((target / name).read_text("utf-8"))
            (target / name).unlink()  # the link, not what it shares
            (target / name).write_text(json.dumps(told | {key: target.name}), "utf-8")
        paths.append(target)
    return paths


def run(
    tasks: list[Task],
    folder: Path,
    workers: int,
    tell: Callable[[Rolled | Failed], None] = lambda _told: None,
) -> tuple[float, dict[str, bytes]]:
    """Roll out; return the seconds and the results."""
    start = perf_counter()
    done = roll_out(tasks, Results(str(folder)), Processes(workers), tell=tell)
    seconds = perf_counter() - start
    if done.failed:
        raise SystemExit(f"failed: {done.failed}")
    return seconds, {file.name: file.read_bytes() for file in folder.glob("*.parquet")}


class KillOne:
    """Kills one process when half of the regions are done."""

    def __init__(self, after: int) -> None:
        self._left = after

    def __call__(self, _told: Rolled | Failed) -> None:
        """Count a region."""
        self._left -= 1
        if self._left == 0:
            os.kill(multiprocessing.active_children()[0].pid or 0, signal.SIGKILL)


def main() -> None:
    """Measure and print rows of the table in `benchmarks/README.md`."""
    numbers = [int(argument) for argument in sys.argv[1:]]
    count, asked = [*numbers, *(REGIONS, CATEGORIES)[len(numbers) :]]
    with tempfile.TemporaryDirectory() as name, demo_atlas() as atlas:
        # beside the Atlas: hard links do not cross disks
        paths = write_regions(atlas, atlas.path.parent / "regions", count)
        ids = tuple(category.id for category in atlas.taxonomy.categories)[:asked]
        tasks = [Task(path.name, str(path), categories=ids) for path in paths]
        folder = Path(name)
        two_s, two = run(tasks, folder / "two", 2)
        one_s, one = run(tasks, folder / "one", 1)
        killed_s, killed = run(tasks, folder / "killed", 2, KillOne(count // 2))
        what = f"rollout of {count} regions, {asked} categories, all modes: two workers"
        row(what, f"{two_s:.1f} s", f"one: {one_s:.1f} s", f"{one_s / two_s:.2f} ×", f"≥ {GOAL} ×")
        row("… one of two killed at half", f"{killed_s:.1f} s", "", "", "no result lost")
        print(f"identical results: {one == two == killed}, {len(one)} files")


if __name__ == "__main__":
    main()
