"""
Who computes the regions of a rollout: processes of this machine, or a Dask cluster.

Both are a `concurrent.futures.Executor`. Regions share nothing, so that processes are all the
parallelism there is: each computes with one thread. Processes are started anew (`spawn`): a copy of
a process with threads may hang.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from layers.errors import RolloutError
from layers.rollout import ROLLOUT_FORMAT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor
    from contextlib import AbstractContextManager

_PATIENCE_S = 10  # for a scheduler and its first worker
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)


class Pool(Protocol):
    """
    Gives executors.

    `width` is how many regions are handed in at once, None for all of them; `lost` are the errors
    of a region whose worker died.
    """

    @property
    def width(self) -> int | None:
        """How many regions are handed in at once."""

    @property
    def lost(self) -> tuple[type[BaseException], ...]:
        """What a region's future raises whose worker died."""

    def executor(self) -> AbstractContextManager[Executor]:
        """Give an executor; a broken one is followed by another."""


@dataclass(frozen=True)
class Processes:
    """A pool of processes on this machine."""

    workers: int

    @property
    def width(self) -> int:
        """As many as there are workers: when one dies it is known which regions were at work."""
        return self.workers

    @property
    def lost(self) -> tuple[type[BaseException], ...]:
        """All unfinished ones break when a worker dies."""
        return (BrokenExecutor,)

    @contextmanager
    def executor(self) -> Iterator[Executor]:
        """Start processes as they are needed."""
        before = {name: os.environ.get(name) for name in _ONE_THREAD}
        os.environ.update(_ONE_THREAD)  # read by libraries when a process starts
        pool = ProcessPoolExecutor(self.workers, multiprocessing.get_context("spawn"))
        try:
            yield pool
        finally:
            pool.shutdown(cancel_futures=True)
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value


class Dask:
    """
    A Dask cluster, by the address of its scheduler.

    Raises
    ------
    RolloutError
        If `distributed` is not installed, no scheduler or no worker answers within ten seconds, or
        the workers run another Umkreis.
    """

    width = None

    def __init__(self, address: str, *, patience_s: float = _PATIENCE_S) -> None:
        try:
            import distributed
        except ImportError as exc:
            raise RolloutError(
                "`--scheduler` needs Dask: pip install 'umkreis[dask]', here and where the workers "
                "run; without it a rollout uses the processes of this machine"
            ) from exc
        self._address = address
        # a scheduler that goes away is told by us; the library would add pages of traces
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        self.lost: tuple[type[BaseException], ...] = (distributed.KilledWorker,)
        try:
            connect: Any = distributed.Client
            self._client: Any = connect(
                address, timeout=patience_s, set_as_default=False, name="umkreis-rollout"
            )
        except (OSError, ValueError, TimeoutError) as exc:
            raise RolloutError(
                f"`--scheduler` {address}: no Dask scheduler answers there ({exc}); start one with "
                "`dask scheduler` and workers with `dask worker ADDRESS`, or leave --scheduler out"
            ) from exc
        try:
            self._check(patience_s)
        except BaseException:
            self.close()
            raise

    def _check(self, patience_s: float) -> None:
        self.wait_for_workers(1, timeout_s=patience_s)
        formats = self._client.run(_format, on_error="return")
        others = {name: told for name, told in formats.items() if told != ROLLOUT_FORMAT}
        if others:
            name, told = next(iter(others.items()))
            raise RolloutError(
                f"{len(others)} of {len(formats)} workers run no Umkreis or another version of it "
                f"({name}: {told}); install this one there"
            )

    def wait_for_workers(self, count: int, *, timeout_s: float) -> None:
        """
        Wait until so many workers are there.

        Raises
        ------
        RolloutError
            If they are not within the time.
        """
        try:
            self._client.wait_for_workers(count, timeout=timeout_s)
        except TimeoutError as exc:
            raise RolloutError(
                f"`--scheduler` {self._address} has no workers; start some with "
                f"`dask worker {self._address}`"
            ) from exc

    @contextmanager
    def executor(self) -> Iterator[Executor]:
        """Give the cluster; it restarts its workers and gives their regions to others itself."""
        yield self._client.get_executor(pure=False)

    def close(self) -> None:
        """Leave the cluster."""
        self._client.close()


def _format() -> int:
    return ROLLOUT_FORMAT
