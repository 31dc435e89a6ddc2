"""Many small built regions for rollouts, and work that takes its process down."""

import json
import os
import shutil
import signal
from dataclasses import replace
from pathlib import Path

from layers.atlas import Atlas
from layers.rollout_run import Failed, Rolled, Task, compute
from layers.store import MANIFEST, REGION

POISON = "poison"


def write_copies(atlas: Atlas, folder: Path, count: int) -> list[Path]:
    """Copy an Atlas under other ids; each is a region of its own."""
    return [copy_as(atlas, folder, f"copy{i:02}") for i in range(count)]


def copy_as(atlas: Atlas, folder: Path, region_id: str) -> Path:
    target = folder / region_id
    shutil.copytree(atlas.path, target)
    for name, key in ((MANIFEST, "region"), (REGION, "id")):
        told = json.loads((target / name).read_text("utf-8"))
        (target / name).write_text(json.dumps(told | {key: region_id}), "utf-8")
    return target


def task_of(path: Path, **changed: object) -> Task:
    task = Task(path.name, str(path), categories=("greengrocer_bakery",), modes=("walk", "line"))
    return replace(task, **changed)  # type: ignore[arg-type]


def die_of_poison(task: Task) -> Rolled | Failed:
    """Compute a region, but be killed by the one that is called so, as by lack of memory."""
    if task.name == POISON:
        os.kill(os.getpid(), signal.SIGKILL)
    return compute(task)
