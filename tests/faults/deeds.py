"""
What is done while something fails: in a process of its own, which ends where it is told to.

One process imports everything once and forks for each deed; the fork counts its steps and kills
itself with SIGKILL at the one that was asked for. A step is whatever can be half done: a file
opened for writing, renamed or removed, a folder made or removed, a statement of a database and a
commit. So each step is met, and a round that failed is met again.

    python -m tests.faults.deeds        reads one JSON object a line, writes one a line
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import threading
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event

from benchmarks.register_crash import SOURCE, records
from geo.errors import UmkreisError
from layers.build import build_atlas
from layers.register import Register, bulk
from layers.register.database import Database

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
TAXONOMY = ROOT / "data" / "taxonomy.toml"
RECORDS, PORTION = 120, 40
NOBODY = 65534
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_FILE_STEPS = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "sqlite3.connect")


class Steps:
    """Counts the steps of this process, and ends it at one of them."""

    def __init__(self, last: int) -> None:
        self.last, self.names, self._lock = last, [], threading.Lock()  # type: ignore[var-annotated]

    def watch(self) -> None:
        """Count from now on."""
        sys.addaudithook(self._audit)
        event.listen(sa.Engine, "before_cursor_execute", lambda *_: self._step("statement"))
        event.listen(sa.Engine, "after_cursor_execute", lambda *_: self._step("done"))
        event.listen(sa.Engine, "commit", lambda *_: self._step("commit"))

    def _audit(self, name: str, arguments: tuple[Any, ...]) -> None:
        if name in _FILE_STEPS or (
            name == "open"
            and (
                (isinstance(arguments[2], int) and arguments[2] & _WRITING)
                or (isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"))
            )
        ):
            self._step(name)

    def _step(self, name: str) -> None:
        with self._lock:
            self.names.append(name)
            if len(self.names) == self.last:
                os.kill(os.getpid(), signal.SIGKILL)


def build(region: str, target: str) -> None:
    """Build a region into its place."""
    build_atlas(Path(region), TAXONOMY, Path(target), base_map=False)


def take_in(url: str) -> None:
    """Import a list in small portions."""
    bulk.PORTION = PORTION  # type: ignore[misc]
    with Register.open(url) as register:
        register.put_many("toy", SOURCE, records(RECORDS), who="import", is_whole=True)


def back_up(url: str, file: str) -> None:
    """Write a backup."""
    with Register.open(url) as register:
        register.backup(Path(file))


def restore(url: str, file: str) -> None:
    """Put a backup back."""
    with Register.open(url) as register:
        register.restore_backup(Path(file))


def migrate(url: str) -> None:
    """Bring a register to this version."""
    Database(url).close()


def create(url: str, name: str) -> None:
    """Write one entry."""
    with Register.open(url) as register:
        values = {"name": name, "categories": ["bakery"], "lon": 13.0, "lat": 53.0}
        register.create("toy", values, who="somebody")


DEEDS: dict[str, Callable[..., None]] = {
    f.__name__: f for f in (build, take_in, back_up, restore, migrate, create)
}


def _do(asked: dict[str, Any]) -> dict[str, Any]:
    """Do a deed in this process; tell how it went."""
    if asked.get("file_bytes"):  # a disk on which no file may grow beyond that
        resource.setrlimit(resource.RLIMIT_FSIZE, (asked["file_bytes"], asked["file_bytes"]))
    if asked.get("as_nobody") and os.getuid() == 0:  # root may write everywhere
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    steps = Steps(asked.get("kill_at", 0))
    steps.watch()
    try:
        DEEDS[asked["deed"]](*asked["arguments"])
    except (UmkreisError, OSError) as exc:
        is_ours = isinstance(exc, UmkreisError)
        return {"failed": str(exc), "is_ours": is_ours, "steps": steps.names}
    except Exception:  # noqa: BLE001 (whatever it was, the test shows it)
        return {"failed": traceback.format_exc(), "is_ours": False, "steps": steps.names}
    return {"failed": "", "steps": steps.names}


def _fork(asked: dict[str, Any]) -> dict[str, Any]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with os.fdopen(writing, "w") as told:
            told.write(json.dumps(_do(asked)))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        text = told.read()
    _, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    return {**(json.loads(text) if text else {}), "killed": killed}


class Doer:
    """The process that forks, as a test sees it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.deeds"],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def do(self, deed: str, *arguments: object, **how: Any) -> dict[str, Any]:
        """Do a deed; `kill_at`, `file_bytes` and `as_nobody` say what goes wrong."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {"deed": deed, "arguments": [str(a) for a in arguments], **how}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        return told

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()


def main() -> None:
    """Do what is asked, line by line."""
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_fork(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
