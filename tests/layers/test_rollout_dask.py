"""Rollouts on a real Dask cluster: a scheduler and two workers, each a process of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from layers.atlas import Atlas
from layers.errors import RolloutError
from layers.rollout_files import Results
from layers.rollout_pools import Dask, Processes
from layers.rollout_run import Failed, Rolled, compute_all, roll_out
from tests.rollout_regions import POISON, die_of_poison, task_of, write_copies

ROOT = Path(__file__).parents[2]


def dask(*arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603 (this Python)
        [sys.executable, "-m", "dask", *arguments],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "ignore",
            # by default Dask itself tries again until four workers died: that takes long
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.fixture(scope="module")
def processes() -> Iterator[list["subprocess.Popen[bytes]"]]:
    """The scheduler's process first."""
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        end(process)


@pytest.fixture(scope="module")
def scheduler(processes: list["subprocess.Popen[bytes]"]) -> str:
    """A scheduler on a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = dask("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    processes.append(process)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        assert process.poll() is None
        time.sleep(0.05)
    return f"tcp://127.0.0.1:{port}"


def worker(scheduler: str, folder: Path, *more: str) -> "subprocess.Popen[bytes]":
    return dask(
        "worker", scheduler, "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1",
        "--local-directory", str(folder), *more,
    )  # fmt: skip


def test_a_scheduler_without_workers_is_told(scheduler: str):
    told = re.escape(f"has no workers; start some with `dask worker {scheduler}`")
    with pytest.raises(RolloutError, match=told):
        Dask(scheduler, patience_s=0.5)


def test_a_killed_worker_costs_no_result(scheduler: str, toy_atlas: Atlas, tmp_path: Path):
    tasks = [task_of(path) for path in write_copies(toy_atlas, tmp_path / "atlases", 12)]
    expected = list(compute_all(tasks, Processes(1)))
    workers = [worker(scheduler, tmp_path, "--no-nanny") for _ in range(2)]
    killed: list[int] = []

    def kill_one(_told: Rolled | Failed) -> None:
        if not killed:
            end(workers[0])
            killed.append(workers[0].pid)

    cluster = Dask(scheduler, patience_s=120)
    try:
        cluster.wait_for_workers(2, timeout_s=120)
        done = roll_out(tasks, Results(str(tmp_path / "out")), cluster, tell=kill_one)
    finally:
        cluster.close()
        end(workers[1])
    assert len(killed) == 1
    assert done.failed == {}
    results = {f.name: f.read_bytes() for f in (tmp_path / "out").glob("*.parquet")}
    assert results == {made.file: made.parquet for made in expected if isinstance(made, Rolled)}
    assert len(results) == 12


def test_a_region_that_kills_every_worker_is_named(
    scheduler: str, toy_atlas: Atlas, tmp_path: Path
):
    paths = write_copies(toy_atlas, tmp_path / "atlases", 2)
    tasks = [task_of(paths[0]), task_of(tmp_path / POISON), task_of(paths[1])]
    nanny = worker(scheduler, tmp_path)  # starts its worker again whenever it is killed
    cluster = Dask(scheduler, patience_s=120)
    try:
        made = {m.name: m for m in compute_all(tasks, cluster, work=die_of_poison)}
    finally:
        cluster.close()
        end(nanny)
    assert isinstance(made["copy00"], Rolled)
    assert isinstance(made["copy01"], Rolled)
    assert isinstance(made[POISON], Failed)
    assert "its worker died" in made[POISON].reason


def test_a_scheduler_that_is_not_there_is_told_soon():
    with pytest.raises(RolloutError, match=r"no Dask scheduler answers there.*`dask scheduler`"):
        Dask("tcp://127.0.0.1:1", patience_s=1)
    with pytest.raises(RolloutError, match="no Dask scheduler answers there"):
        Dask("nonsense://here", patience_s=1)


def test_a_scheduler_that_goes_away_leaves_what_is_finished(
    scheduler: str,
    processes: list["subprocess.Popen[bytes]"],
    toy_atlas: Atlas,
    tmp_path: Path,
):
    """The last of this module, as it ends the scheduler."""
    tasks = [task_of(path) for path in write_copies(toy_atlas, tmp_path / "atlases", 8)]
    only = worker(scheduler, tmp_path, "--no-nanny")
    cluster = Dask(scheduler, patience_s=120)
    results = Results(str(tmp_path / "out"))
    try:
        done = roll_out(tasks, results, cluster, tell=lambda _told: end(processes[0]))
    finally:
        cluster.close()
        end(only)
    assert len(done.files) + len(done.failed) == 8
    assert len(results.whole()) == len(done.files) >= 1
    assert all("the scheduler went away" in reason for reason in done.failed.values())
