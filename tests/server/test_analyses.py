"""Expensive analyses take turns; what is cheap never waits for them."""

from typing import Any

import anyio
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from server import analyses
from server.analyses import ANALYSES, Analyses, is_analysis
from server.measures import ROUTERS as MEASURES
from server.pages import ROUTERS as PAGES

SITES = "/api/v1/regions/toy/sites"


class Stage:
    """An app whose analyses end when they are let, and clients that ask it."""

    def __init__(self, at_once: int) -> None:
        self.running = self.most_running = 0
        self.curtain = anyio.Event()
        self.app = Analyses(self._answer, at_once)
        self.statuses: list[int | None] = []

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        body = (await receive()).get("body", b"")
        if scope["path"] == SITES:
            await self.curtain.wait()
        self.running -= 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    async def ask(self, *, client: bytes = b"", path: str = SITES, gone: bool = False) -> None:
        messages = [{"type": "http.request", "body": b"{}", "more_body": False}]
        if gone:
            messages.append({"type": "http.disconnect"})
        status: list[int] = []

        async def receive() -> Any:
            if messages:
                return messages.pop(0)
            return await anyio.sleep_forever()

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                status.append(message["status"])

        app = FastAPI()
        scope = {
            "type": "http", "method": "POST", "path": path, "headers": [], "query_string": b"",
            "app": app, "state": {"client": client},
        }  # fmt: skip
        await self.app(scope, receive, send)
        self.statuses.append(status[0] if status else None)


async def settle() -> None:
    for _ in range(20):
        await anyio.lowlevel.checkpoint()


def test_only_so_many_run_at_once_and_the_others_wait():
    async def play() -> Stage:
        stage = Stage(at_once=2)
        async with anyio.create_task_group() as clients:
            for _ in range(7):
                clients.start_soon(stage.ask)
            await settle()
            assert stage.running == 2
            assert stage.statuses == []
            stage.curtain.set()
        return stage

    stage = anyio.run(play)
    assert stage.most_running == 2
    assert stage.statuses == [200] * 7


def test_what_is_cheap_does_not_wait():
    async def play() -> Stage:
        stage = Stage(at_once=1)
        async with anyio.create_task_group() as clients:
            for _ in range(3):
                clients.start_soon(stage.ask)
            await settle()
            await stage.ask(path="/api/v1/regions/toy/coverage")
            assert stage.statuses == [200]
            stage.curtain.set()
        return stage

    assert anyio.run(play).statuses == [200] * 4


def test_a_full_line_turns_others_away():
    async def play() -> Stage:
        stage = Stage(at_once=1)
        async with anyio.create_task_group() as clients:
            for _ in range(1 + analyses.WAITING_PER_PLACE):
                clients.start_soon(stage.ask)
            await settle()
            await stage.ask()
            assert stage.statuses == [503]
            stage.curtain.set()
        return stage

    assert anyio.run(play).statuses == [503] + [200] * 9


def test_one_client_cannot_fill_the_line():
    async def play() -> Stage:
        stage = Stage(at_once=2)
        async with anyio.create_task_group() as clients:
            for _ in range(analyses.MOST_OF_ONE_CLIENT):
                clients.start_soon(lambda: stage.ask(client=b"one"))
            await settle()
            await stage.ask(client=b"one")
            assert stage.statuses == [429]
            clients.start_soon(lambda: stage.ask(client=b"other"))
            await settle()
            assert stage.statuses == [429]
            stage.curtain.set()
        return stage

    assert anyio.run(play).statuses == [429] + [200] * 9


def test_who_goes_away_leaves_the_line():
    async def play() -> Stage:
        stage = Stage(at_once=1)
        async with anyio.create_task_group() as clients:
            clients.start_soon(stage.ask)
            await settle()
            await stage.ask(gone=True)
            assert stage.statuses == [None]
            stage.curtain.set()
        await stage.ask()
        return stage

    stage = anyio.run(play)
    assert stage.statuses == [None, 200, 200]
    assert stage.most_running == 1


def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(analyses, "MOST_WAIT_S", 0.01)

    async def play() -> Stage:
        stage = Stage(at_once=1)
        async with anyio.create_task_group() as clients:
            clients.start_soon(stage.ask)
            await settle()
            await stage.ask()
            assert stage.statuses == [503]
            stage.curtain.set()
        return stage

    assert anyio.run(play).statuses == [503, 200]


def test_a_failing_analysis_gives_its_place_back():
    async def fail(*_: Any) -> None:
        raise ZeroDivisionError

    async def play() -> None:
        stage = Stage(at_once=1)
        stage.app.app, answers = fail, stage.app.app
        with pytest.raises(ZeroDivisionError):
            await stage.ask()
        stage.app.app = answers
        stage.curtain.set()
        await stage.ask()
        assert stage.statuses == [200]

    anyio.run(play)


def test_every_analysis_is_a_route_that_exists():
    routes = {route.path for router in (*MEASURES, *PAGES) for route in router.routes}  # type: ignore[attr-defined]
    assert set(ANALYSES) - routes == set()


def test_what_the_map_asks_for_is_no_analysis():
    paths = ("/r/toy/planner", "/api/v1/regions/toy/coverage", "/api/v1/regions/toy/near")
    assert not any(is_analysis({"method": "GET", "path": path}) for path in paths)
    assert is_analysis({"method": "POST", "path": SITES})


def test_a_body_that_is_too_large_for_an_analysis_is_refused(client: TestClient):
    assert client.post(SITES, content=b" " * 1_000_001).status_code == 413
    assert client.post(SITES, json={"category": "nothing"}).status_code in (400, 404)
