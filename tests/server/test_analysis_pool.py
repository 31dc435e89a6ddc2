"""Expensive analyses are computed by processes of their own, which end when nobody needs them."""

import os
import signal
import sys
from typing import Any

import anyio
import pytest
from fastapi.testclient import TestClient

from server import analyses
from server.analyses import Analyses
from server.analysis_child import Answered, Asked
from server.analysis_pool import AnalysisLostError, AnalysisPool, AnalysisTooLongError
from server.app import create_app
from server.settings import Settings

SITES = "/api/v1/regions/toy/sites?category=greengrocer_bakery&minutes=2&new=1"
# answers as a child does, and does what it is told
PUPPET = """
import os, sys, time
from server.analysis_child import Answered, LENGTH_BYTES, packed, unpacked
while head := sys.stdin.buffer.read(LENGTH_BYTES):
    asked = unpacked(sys.stdin.buffer.read(int.from_bytes(head, "big")))
    if asked.body == b"sleep":
        time.sleep(60)
    if asked.body == b"die":
        os._exit(3)
    if asked.body == b"swell":
        given = Answered(is_out_of_memory=True)
    else:
        given = Answered(200, [(b"x", b"y")], str(os.getpid()).encode(), "/route/{of}/it")
    sys.stdout.buffer.write(packed(given))
    sys.stdout.buffer.flush()
    if asked.body == b"die afterwards":
        os._exit(3)
"""


def puppets(longest_s: float = 30.0) -> AnalysisPool:
    return AnalysisPool(longest_s=longest_s, command=(sys.executable, "-c", PUPPET))


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def without_the_time_it_took(body: dict[str, Any]) -> dict[str, Any]:
    assert body["proof"].pop("seconds") >= 0
    return body


async def ask(pool: AnalysisPool, body: bytes = b"") -> Answered:
    return await pool.ask(Asked({"path": "/"}, body))


def test_one_process_answers_one_after_the_other_and_ends_with_the_pool():
    async def play() -> None:
        pool = puppets()
        pids = [int((await ask(pool)).body) for _ in range(3)]
        assert len(set(pids)) == 1
        assert is_there(pids[0])
        await pool.close()
        assert not is_there(pids[0])

    anyio.run(play)


def test_what_takes_too_long_is_ended_and_the_next_question_answered():
    async def play() -> None:
        pool = puppets(longest_s=1.0)
        first = int((await ask(pool)).body)
        with pytest.raises(AnalysisTooLongError):
            await ask(pool, b"sleep")
        assert not is_there(first)
        assert int((await ask(pool)).body) != first
        assert pool.ended["too_long"] == 1
        await pool.close()

    anyio.run(play)


@pytest.mark.parametrize("how", [b"die", b"swell"])
def test_a_process_that_breaks_is_told_of_and_replaced(how: bytes):
    async def play() -> None:
        pool = puppets()
        with pytest.raises(AnalysisLostError):
            await ask(pool, how)
        assert (await ask(pool)).status == 200
        assert pool.ended["lost"] == 1
        assert pool.running == 0
        await pool.close()

    anyio.run(play)


def test_a_process_that_died_while_it_waited_is_no_failure():
    async def play() -> None:
        pool = puppets()
        first = int((await ask(pool, b"die afterwards")).body)
        while is_there(first):
            await anyio.sleep(0.01)
        assert int((await ask(pool)).body) != first
        await pool.close()

    anyio.run(play)


def test_a_program_that_is_not_there_is_told_of():
    pool = AnalysisPool(longest_s=1, command=("/nowhere/python",))
    with pytest.raises(AnalysisLostError):
        anyio.run(ask, pool)


def scope_and_status(body: bytes, *, leaves: bool = False) -> tuple[Any, Any, Any, list[int]]:
    messages = [{"type": "http.request", "body": body, "more_body": False}]
    if leaves:
        messages.append({"type": "http.disconnect"})
    status: list[int] = []

    async def receive() -> Any:
        return messages.pop(0) if messages else await anyio.sleep_forever()

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            status.append(message["status"])

    scope = {
        "type": "http", "method": "POST", "path": "/api/v1/regions/toy/sites", "headers": [],
        "query_string": b"", "app": None,
    }  # fmt: skip
    return scope, receive, send, status


async def never(*_: Any) -> None:
    raise AssertionError("asked in this process")


def test_whoever_leaves_ends_what_runs_for_him_after_a_moment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(analyses, "LEFT_ALONE_S", 0.05)

    async def play() -> None:
        pool = puppets()
        app = Analyses(never, at_once=1, pool=pool)
        first = int((await ask(pool)).body)
        *call, status = scope_and_status(b"sleep", leaves=True)
        with anyio.fail_after(20):
            await app(*call)
        assert status == []
        assert not is_there(first)
        *call, status = scope_and_status(b"")
        await app(*call)
        assert status == [200]
        assert call[0]["route"].path == "/route/{of}/it"
        assert pool.ended == {"too_long": 0, "lost": 0, "left": 1}
        await pool.close()

    anyio.run(play)


@pytest.mark.parametrize(("body", "longest_s"), [(b"sleep", 0.5), (b"die", 30.0)])
def test_what_cannot_be_computed_is_refused_in_the_one_shape(body: bytes, longest_s: float):
    async def play() -> list[int]:
        pool = puppets(longest_s)
        *call, status = scope_and_status(body)
        await Analyses(never, at_once=1, pool=pool)(*call)
        await pool.close()
        return status

    assert anyio.run(play) == [503]


def test_the_real_process_answers_as_this_one_does_and_lets_others_go_first(
    client: TestClient, toy_settings: Settings
):
    env = {
        "UMKREIS_STATE_DIR": str(toy_settings.state_dir),
        "UMKREIS_DATA_DIR": str(toy_settings.data_dir),
        "UMKREIS_REGIONS": "toy",
    }
    app = create_app(toy_settings, pool=AnalysisPool(longest_s=60, env=env))
    with TestClient(app) as elsewhere:
        given = elsewhere.get(SITES)
        (child,) = app.state.pool._idle
        pid = child._process.pid
        assert os.getpriority(os.PRIO_PROCESS, pid) - os.getpriority(os.PRIO_PROCESS, 0) >= 4
        assert given.status_code == 200
        here = client.get(SITES).json()
        assert without_the_time_it_took(given.json()) == without_the_time_it_took(here)
        wrong = SITES.replace("new=1", "new=nine")
        assert elsewhere.get(wrong).json() == client.get(wrong).json()
        assert 'route="/api/v1/regions/{region}/sites",status="200"' in app.state.metrics.text()
        os.kill(pid, signal.SIGSTOP)  # however stuck it is
    assert not is_there(pid)
