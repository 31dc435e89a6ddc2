"""A worker that is killed under load takes nothing with it that was acknowledged."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from layers.register import Register
from layers.submissions import review

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.atlas import Atlas
    from server.settings import Settings

WRITERS = 4
ENOUGH = 40  # acknowledged suggestions
BOUND_S = 90.0


@pytest.fixture
def service(toy_settings: Settings, tmp_path: Path) -> Iterator[tuple[str, int, Path]]:
    """A service with two workers and a register of its own: address, process, register."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    register = tmp_path / "register.sqlite"
    process = subprocess.Popen(  # noqa: S603 (this Python)
        [sys.executable, "-m", "server.cli", "serve", "toy", "--port", str(port), "--workers", "2"],
        env={
            **os.environ,
            "UMKREIS_STATE_DIR": str(toy_settings.state_dir),
            "UMKREIS_DATABASE_URL": f"sqlite:///{register}",
        },
        cwd=Path(__file__).parents[2],
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{port}", process.pid, register
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=10)


def workers_of(pid: int) -> list[int]:
    """Processes of a service that answer: those that it started to serve."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return [
        int(child)
        for child in children
        if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs Linux to find workers")
def test_what_was_acknowledged_is_there_after_a_worker_is_killed(
    service: tuple[str, int, Path], toy_atlas: Atlas
):
    address, pid, register = service
    bakery = toy_atlas.offers[toy_atlas.offers.row("osm:n1001")]
    place = {"lon": bakery.lon, "lat": bakery.lat, "categories": ["repair_cafe"], "consent": True}
    end = time.monotonic() + BOUND_S
    acknowledged: list[str] = []
    broken: list[str] = []

    def ask(method: str, path: str, **told: Any) -> httpx2.Response | None:
        try:
            return httpx2.request(method, f"{address}{path}", timeout=20, **told)
        except httpx2.HTTPError:
            return None  # the worker that had it is gone

    while (ready := ask("GET", "/readyz")) is None or ready.status_code != 200:
        assert time.monotonic() < end
        time.sleep(0.1)

    def suggest(writer: int) -> None:
        n = 0
        while len(acknowledged) < ENOUGH and time.monotonic() < end:
            n += 1
            told = {"name": f"Werkstatt {writer}.{n}", **place}
            # each from somewhere else, as a proxy tells: one alone may send five an hour
            sender = {"X-Forwarded-For": f"198.51.{writer}.{n % 256}"}
            path = "/api/v1/regions/toy/submissions"
            answer = ask("POST", path, json=told, headers=sender)
            if answer is None:
                continue
            if answer.status_code == 201:
                acknowledged.append(answer.json()["id"])
            else:
                broken.append(answer.text)

    writers = [threading.Thread(target=suggest, args=(writer,)) for writer in range(WRITERS)]
    for thread in writers:
        thread.start()
    while len(acknowledged) < ENOUGH // 4:
        assert time.monotonic() < end
        time.sleep(0.01)
    victim, other = workers_of(pid)
    os.kill(victim, signal.SIGKILL)
    for thread in writers:
        thread.join(BOUND_S)
    assert broken == []
    assert len(acknowledged) >= ENOUGH
    with Register.open(register) as opened:
        kept = {given.id for given in review.waiting(opened, "toy")}
    assert set(acknowledged) <= kept
    assert other in workers_of(pid)
    again = ask("GET", "/readyz")
    assert again is not None
    assert again.status_code == 200
