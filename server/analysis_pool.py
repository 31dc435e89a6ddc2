"""
The processes of a worker that compute expensive analyses, so that its own can answer the map.

A thread would share the interpreter with every other answer, and could not be stopped. A process
that takes too long, dies or is no longer asked is ended, and another takes its place.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Final, cast

import anyio

from server.analysis_child import LENGTH_BYTES, packed, unpacked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from anyio.abc import ByteReceiveStream, ByteSendStream, Process

    from server.analysis_child import Answered, Asked

# imported by its name, as what it sends is read by that name
_COMMAND: Final = (sys.executable, "-c", "from server.analysis_child import main; main()")
_CHUNK_BYTES: Final = 1 << 16
# one core each: the pool's size says how many are taken
_ONE_THREAD: Final = {
    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"
}  # fmt: skip
_GONE: Final = (anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream)


class AnalysisTooLongError(Exception):
    """An analysis took longer than is allowed, and was ended."""


class AnalysisLostError(Exception):
    """The process that computed an analysis ended, or needed more memory than is allowed."""


class AnalysisPool:
    """
    As many processes as are asked at once, started when they are first needed.

    Parameters
    ----------
    longest_s
        After so many seconds an analysis is ended.
    command
        What to start.
    env
        What it finds in its environment besides ours.
    """

    def __init__(
        self,
        *,
        longest_s: float,
        command: Sequence[str] = _COMMAND,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self._longest_s = longest_s
        self._command = command
        self._env = {**os.environ, **_ONE_THREAD, **(env or {})}
        self._idle: list[_Child] = []
        self.running = 0
        self.ended: dict[str, int] = {"too_long": 0, "lost": 0, "left": 0}

    async def ask(self, asked: Asked) -> Answered:
        """
        Let a process answer.

        Whoever cancels this ends the process.

        Raises
        ------
        AnalysisTooLongError, AnalysisLostError
            If there is no answer.
        """
        self.running += 1
        try:
            with anyio.fail_after(self._longest_s):
                return await self._ask(asked)
        except TimeoutError:
            self.ended["too_long"] += 1
            raise AnalysisTooLongError from None
        except AnalysisLostError:
            self.ended["lost"] += 1
            raise
        except anyio.get_cancelled_exc_class():
            self.ended["left"] += 1
            raise
        finally:
            self.running -= 1

    async def warm(self) -> None:
        """Start a process, so that the first who asks need not wait for it."""
        if not self._idle:
            self._idle.append(await self._start())

    async def close(self) -> None:
        """End all processes that wait."""
        while self._idle:
            await self._idle.pop().end()

    async def _ask(self, asked: Asked) -> Answered:
        while True:
            is_new = not self._idle
            child = self._idle.pop() if self._idle else await self._start()
            given: Answered | None = None
            try:
                given = await child.ask(asked)
            except _GONE as exc:
                if is_new:
                    raise AnalysisLostError from exc
                continue  # it died while it waited
            finally:
                if given is None or given.is_out_of_memory:
                    await child.end()
                else:
                    self._idle.append(child)
            if given.is_out_of_memory:
                raise AnalysisLostError
            return given

    async def _start(self) -> _Child:
        try:
            process = await anyio.open_process(
                self._command, stdin=subprocess.PIPE, stderr=None, env=self._env
            )
        except OSError as exc:
            raise AnalysisLostError from exc
        return _Child(process)


class _Child:
    def __init__(self, process: Process) -> None:
        self._process = process
        self._questions = cast("ByteSendStream", process.stdin)
        self._answers = cast("ByteReceiveStream", process.stdout)

    async def ask(self, asked: Asked) -> Answered:
        await self._questions.send(packed(asked))
        length = int.from_bytes(await self._read(LENGTH_BYTES), "big")
        return cast("Answered", unpacked(await self._read(length)))

    async def _read(self, n_bytes: int) -> bytes:
        parts: list[bytes] = []
        while n_bytes:  # each answer is read to its end, so that nothing of the next is taken
            parts.append(await self._answers.receive(min(n_bytes, _CHUNK_BYTES)))
            n_bytes -= len(parts[-1])
        return b"".join(parts)

    async def end(self) -> None:
        with anyio.CancelScope(shield=True):
            if self._process.returncode is None:
                self._process.kill()
            await self._process.aclose()
