"""
A process that computes expensive analyses for a worker, one after the other.

It holds the same routes as the worker, without what stands before them, and answers whole requests
that come through its standard input. It lets every other process go first, and ends with its
worker: at the latest when its standard input does.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import resource
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import anyio
from anyio import to_thread

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message

# a number of bytes, then as many bytes: what goes through the pipes, both ways
LENGTH_BYTES: Final = 8
_NICENESS: Final = 15  # of 19: the map's answers come first
_DIE_WITH_PARENT: Final = 1  # PR_SET_PDEATHSIG of Linux


@dataclass(frozen=True)
class Asked:
    """A request: an ASGI scope without what cannot leave its process, and its whole body."""

    scope: dict[str, Any]
    body: bytes


@dataclass
class Answered:
    """
    A response, and the template of the route that gave it.

    `is_out_of_memory` says that there is none, since more memory was needed than is allowed.
    """

    status: int = HTTPStatus.INTERNAL_SERVER_ERROR
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    route: str = ""
    is_out_of_memory: bool = False


def packed(message: Asked | Answered) -> bytes:
    """Write a message as it goes through a pipe."""
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return len(data).to_bytes(LENGTH_BYTES, "big") + data


def unpacked(data: bytes) -> Any:
    """Read what `packed` wrote, without its length; both ends are our own processes."""
    return pickle.loads(data)  # noqa: S301


async def answer(app: ASGIApp, asked: Asked) -> Answered:
    """Let an app answer a request."""
    given = Answered()
    bodies: list[bytes] = []
    waiting: list[Message] = [{"type": "http.request", "body": asked.body, "more_body": False}]

    async def receive() -> Message:
        if not waiting:
            await anyio.sleep_forever()
        return waiting.pop()

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            given.status = message["status"]
            given.headers = [(bytes(k), bytes(v)) for k, v in message.get("headers", ())]
        elif message["type"] == "http.response.body":
            bodies.append(bytes(message.get("body", b"")))

    with suppress(Exception):  # answered and logged by the app, which raises it once more
        try:
            await app(asked.scope, receive, send)
        except MemoryError:
            given.is_out_of_memory = True
    given.body = b"".join(bodies)
    given.route = str(getattr(asked.scope.get("route"), "path", ""))
    return given


async def serve(app: ASGIApp, questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer until no question comes any more."""
    while head := await to_thread.run_sync(questions.read, LENGTH_BYTES):
        asked = unpacked(await to_thread.run_sync(questions.read, int.from_bytes(head, "big")))
        given = await answer(app, asked)
        answers.write(packed(given))
        answers.flush()
        if given.is_out_of_memory:
            return  # what is left of its memory is in pieces


def main() -> None:
    """Run the process."""
    from server import logs
    from server.app import bare_app
    from server.settings import Settings

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # meant for the worker, which ends us
    os.nice(_NICENESS)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whoever prints must not answer
    settings = Settings.from_env()
    logs.configure(settings)
    if settings.analysis_memory_mb:
        most = settings.analysis_memory_mb * 1_000_000
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    anyio.run(serve, bare_app(settings), sys.stdin.buffer, answers)
