"""A PostgreSQL server of the tests' own: a free port, its own data, ended by its own pid."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from layers.register.schema import METADATA

_STARTED_WITHIN_S = 60


def programs() -> Path | None:
    """The folder of the newest PostgreSQL of this machine, None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[4]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Run a server; give the address under which databases are made."""
    with restartable(folder) as started:
        yield started.url


@dataclass
class Server:
    """A server that may go and come back at the same address."""

    url: str
    _command: list[Any]
    _how: dict[str, Any]
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, **self._how)  # noqa: S603
        _wait_for(self.url, self._process)

    def stop(self) -> None:
        """End it at once, as a crash would: what it acknowledged is in its log."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(timeout=_STARTED_WITHIN_S)


@contextmanager
def restartable(folder: Path) -> Iterator[Server]:
    """Run a server that a test may stop and start."""
    # the server refuses to run as root; a folder of pytest's is closed to all others
    user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    data = Path(tempfile.mkdtemp(prefix="umkreis-postgres-"))
    as_user = {"user": user} if os.getuid() == 0 else {}
    if as_user:
        shutil.chown(data, user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT, "cwd": data}
    options = ["-A", "trust", "-U", "umkreis", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
    make = [folder / "initdb", "-D", data / "data", *options]
    subprocess.run(make, check=True, **quiet, **as_user)  # noqa: S603 (Debian's programs)
    run = [folder / "postgres", "-D", data / "data", "-p", str(port), "-k", data]
    # the machine does not lose power while tests run; killed processes lose nothing either way
    settings = ["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=50", "-c", "fsync=off"]
    url = f"postgresql://umkreis@127.0.0.1:{port}"
    started = Server(url, [*run, *settings], {**quiet, **as_user})
    try:
        started.start()
        yield started
    finally:
        started.stop()
        shutil.rmtree(data, ignore_errors=True)


def new_database(url: str, name: str, *, with_postgis: bool = False) -> str:
    """Make an empty database; return its address."""
    with psycopg.connect(f"{url}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    if with_postgis:
        with psycopg.connect(f"{url}/{name}", autocommit=True) as connection:
            connection.execute("CREATE EXTENSION postgis")
    return f"{url}/{name}"


def emptied(url: str) -> str:
    """Empty a register's tables, quicker than another database is made; return its address."""
    with psycopg.connect(url, autocommit=True) as connection:
        for name in METADATA.tables:
            connection.execute(f'DELETE FROM "{name}"')  # noqa: S608 (our names)
        connection.execute("INSERT INTO meta (key, rev, recorded_at) VALUES (1, 0, '')")
    return url


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _STARTED_WITHIN_S
    while True:
        try:
            psycopg.connect(f"{url}/postgres", connect_timeout=5).close()
            return
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
