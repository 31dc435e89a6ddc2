"""What is computed takes turns; what only reads never waits for it."""

from typing import Any

import anyio
import pytest

from server.measures import ROUTERS as MEASURES
from server.turns import Turns, is_read

NEAR = "/api/v1/regions/toy/near"
OFFERS = "/api/v1/regions/toy/offers"


class Stage:
    """An app in which `/near` takes until the curtain goes up."""

    def __init__(self, at_once: int) -> None:
        self.running = self.most_running = 0
        self.curtain = anyio.Event()
        self.answered: list[tuple[str, bytes]] = []
        self.app = Turns(self._answer, at_once)

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        if scope["path"] == NEAR:
            self.running += 1
            self.most_running = max(self.most_running, self.running)
            await self.curtain.wait()
            self.running -= 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    async def ask(self, path: str, *, method: str = "POST", gone: bool = False) -> None:
        messages = [
            {"type": "http.request", "body": b"a", "more_body": True},
            {"type": "http.request", "body": b"b", "more_body": False},
        ]
        if method == "GET":
            messages = [{"type": "http.request", "body": b"ab", "more_body": False}]
        if gone:
            messages.append({"type": "http.disconnect"})

        async def receive() -> Any:
            return messages.pop(0) if messages else await anyio.sleep_forever()

        async def send(message: Any) -> None:
            if message["type"] == "http.response.body":
                self.answered.append((path, message["body"]))

        await self.app({"type": "http", "method": method, "path": path}, receive, send)


async def settle() -> None:
    for _ in range(30):
        await anyio.lowlevel.checkpoint()


def test_few_compute_at_once_and_who_reads_does_not_wait():
    async def play() -> Stage:
        stage = Stage(at_once=2)
        async with anyio.create_task_group() as clients:
            for _ in range(9):
                clients.start_soon(stage.ask, NEAR)
            await settle()
            await stage.ask(OFFERS, method="GET")
            assert stage.answered == [(OFFERS, b"ab")]
            stage.curtain.set()
        return stage

    stage = anyio.run(play)
    assert stage.most_running == 2
    assert len(stage.answered) == 10


def test_who_goes_away_while_waiting_is_not_computed_for():
    async def play() -> Stage:
        stage = Stage(at_once=1)
        async with anyio.create_task_group() as clients:
            clients.start_soon(stage.ask, NEAR)
            await settle()
            for _ in range(5):
                await stage.ask(NEAR, gone=True)
            stage.curtain.set()
        await stage.ask(NEAR)  # the place is free again
        return stage

    assert anyio.run(play).most_running == 1


@pytest.mark.parametrize(
    ("method", "path", "reads"),
    [
        ("GET", OFFERS, True),
        ("GET", f"{OFFERS}/osm:n1", True),
        ("GET", "/r/toy", True),
        ("HEAD", "/tiles/toy.pmtiles", True),
        ("GET", "/static/a.css", True),
        ("GET", "/healthz", True),
        ("GET", "/ogc/collections/toy/items", True),
        ("POST", OFFERS, False),
        ("GET", "/api/v1/regions/toy/coverage", False),
        ("GET", "/r/toy/planner", False),
    ],
)
def test_what_only_reads_is_named(method: str, path: str, reads: bool):
    assert is_read({"method": method, "path": path}) is reads


def test_every_measure_takes_turns():
    for router in MEASURES:
        for route in router.routes:
            path = route.path.replace("{", "").replace("}", "")
            assert not is_read({"method": "GET", "path": path}), path
