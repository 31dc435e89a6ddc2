"""
Two hundred clients at once, for as long as one likes: whether it goes on, and whether it grows.

One worker serves the demo region on a free port of the loopback interface. Clients ask as
`benchmarks.load` lets them, with a second's thought between an answer and the next question; others
ask for expensive analyses without a pause, more than run at once, so that the line is full all the
while; meanwhile entries are made, changed and closed, and a list is imported again and again, by
another process. After a warm-up the memory of the service and of its processes is read each second.
It fails where an answer is an error, where memory grows by more than 5 %, where reading takes
longer than its bound, or where an answer never comes.

    python -m benchmarks.soak [--minutes 10] [--warm-up 120] [--clients 200]
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks.load import READS, SATURATING, THINKING_S, Clients, visit
from benchmarks.measure import row
from benchmarks.service import served
from layers.register import Register, Source
from layers.sources.record import SourceRecord

if TYPE_CHECKING:
    from multiprocessing.synchronize import Event

REGION: Final = "neubrandenburg"
MOST_GROWTH: Final = 0.05
MOST_P99_MS: Final = 5_000.0  # of what a map reads, on two cores that also compute analyses
IMPORTED: Final = 500  # entries of the list that is imported again and again
_LIST: Final = Source("list", licence="CC0-1.0", as_of=date(2026, 1, 1))
_PAUSE_S: Final = 0.5


def write_all_the_while(file: str, is_over: Event) -> None:
    """Make, change and close entries, and import a list each fifth time."""
    draw = np.random.default_rng(1)
    made: list[str] = []
    with Register.open(file) as register:
        for number in range(1_000_000):
            if is_over.wait(_PAUSE_S):
                return
            if number % 5 == 0:
                records = [_record(i, moved=draw.random() < 0.1) for i in range(IMPORTED)]
                register.put_many(REGION, _LIST, records, who="import", is_whole=True)
            elif number % 5 == 4 and len(made) > 20:  # as many as before: only growth is a leak
                register.remove(REGION, made.pop(0), who="soak", why="closed")
            else:
                values = {"name": f"Laden {number}", "categories": ["greengrocer_bakery"],
                          "lon": 13.26, "lat": 53.557}  # fmt: skip
                made.append(register.create(REGION, values, who="soak", status="published"))


def _record(number: int, *, moved: bool) -> SourceRecord:
    lon, lat = 13.2 + number % 25 * 0.005, 53.53 + number // 25 * 0.002
    return SourceRecord(
        "list", str(number), number, f"Hof {number}", ("farm_shop",),
        lon=lon + moved * 1e-4, lat=lat,
    )  # fmt: skip


@dataclass
class Memory:
    """What the processes of a service hold, bytes: `service` without, `analyses` its processes."""

    service: list[int] = field(default_factory=list)
    analyses: list[int] = field(default_factory=list)

    async def watch(self, pid: int, until: float) -> None:
        """Read it each second."""
        while time.monotonic() < until:
            children = await asyncio.to_thread(_descendants, pid)
            held = [_held(each) for each in children]
            self.service.append(_held(pid))
            self.analyses.append(sum(held))
            await asyncio.sleep(1)


def _descendants(pid: int) -> list[int]:
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                about = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(folder.name)] = int(about[1])
    found, todo = [], [pid]
    while todo:
        children = [child for child, parent in parents.items() if parent == todo[-1]]
        todo.pop()
        found += children
        todo += children
    return found


def _held(pid: int) -> int:
    """Return what a process holds of its own: files that are mapped may be dropped at any time."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("RssAnon"))


def _processor_s(pid: int) -> float:
    """Return for how long a process has computed, without its own processes."""
    about = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(about[11]) + int(about[12])) / os.sysconf("SC_CLK_TCK")


def _service_pid() -> int:
    """Find the service that `served` has started: the only child that is no process of ours."""
    for child in _descendants(os.getpid()):
        command = Path(f"/proc/{child}/cmdline").read_bytes()
        if b"server.cli" in command:
            return child
    raise RuntimeError("the service does not run")


async def soak(address: str, *, clients: int, seconds: float, memory: Memory | None) -> Clients:
    """Let clients ask for a while; read memory meanwhile where it is wanted."""
    until = time.monotonic() + seconds
    async with asyncio.TaskGroup() as tasks:
        if memory is not None:
            tasks.create_task(memory.watch(_service_pid(), until))
        asked = tasks.create_task(
            visit(address, clients=clients, seconds=seconds, saturating=SATURATING * 2)
        )
    return asked.result()


def growth(held: list[int]) -> float:
    """Return by which share the last fifth's median exceeds the first fifth's."""
    fifth = max(len(held) // 5, 1)
    first, last = (float(np.median(part)) for part in (held[:fifth], held[-fifth:]))
    return last / first - 1 if first else 0.0


def main() -> int:
    """Soak, print rows, and fail where a bound is broken."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--warm-up", type=float, default=120.0, help="seconds")
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--p99-ms", type=float, default=MOST_P99_MS, help="of what a map reads")
    asked = parser.parse_args()
    memory = Memory()
    is_over = multiprocessing.Event()
    with served() as address:
        folder = (
            Path(f"/proc/{_service_pid()}/environ").read_bytes().split(b"UMKREIS_STATE_DIR=")[1]
        )
        file = Path(os.fsdecode(folder.split(b"\0")[0])) / "register.sqlite"
        Register.open(file).close()
        writer = multiprocessing.Process(target=write_all_the_while, args=(str(file), is_over))
        writer.start()
        try:
            asyncio.run(soak(address, clients=asked.clients, seconds=asked.warm_up, memory=None))
            cpu_s = -_processor_s(_service_pid())
            found = asyncio.run(
                soak(address, clients=asked.clients, seconds=asked.minutes * 60, memory=memory)
            )
            cpu_s += _processor_s(_service_pid())
        finally:
            is_over.set()
            writer.join(timeout=30)
        with Register.open(file) as register:
            changes = register.rev(REGION)
    return verdict(found, memory, asked=asked, changes=changes, cpu_s=cpu_s)


def verdict(
    found: Clients, memory: Memory, *, asked: argparse.Namespace, changes: int, cpu_s: float
) -> int:
    """Print what was found beside its bound; return 1 where one is broken."""
    answers = sum(len(times) for times in found.times_ms.values())
    analyses = len(found.times_ms["analysis"])
    p99 = float(np.percentile([ms for kind in READS for ms in found.times_ms[kind]], 99))
    grown, failures = growth(memory.service), Counter(found.failures)
    row(f"answers to {asked.clients} clients in {asked.minutes:g} minutes", f"{answers:,}",
        f"{changes:,} changes", f"{answers / asked.minutes / 60:.0f}/s", "")  # fmt: skip
    row("thinking between an answer and the next question", f"{THINKING_S:g} s on average", "",
        f"at most {asked.clients / THINKING_S:.0f}/s are asked", "")  # fmt: skip
    served_ms = 1e3 * cpu_s / max(answers - analyses, 1)
    row(
        "processor time of the service an answer, analyses apart", f"{served_ms:.0f} ms", "", "", ""
    )
    for kind in sorted(found.times_ms):
        ms = np.percentile(found.times_ms[kind], [50, 95, 99]).round().astype(int).tolist()
        row(f"{kind}: p50, p95, p99", " / ".join(f"{each:,}" for each in ms) + " ms",
            f"{len(found.times_ms[kind]):,}", "", "")  # fmt: skip
    tenth = max(len(memory.service) // 10, 1)
    course = " ".join(f"{held / 1e6:.0f}" for held in memory.service[::tenth])
    row("memory of the service, MB, over time", course, "", "", "")
    row("memory of its processes for analyses", f"{memory.analyses[0] / 1e6:.0f} MB",
        f"{memory.analyses[-1] / 1e6:.0f} MB", f"{growth(memory.analyses):+.1%}", "")  # fmt: skip
    kept = {
        "errors": (not failures, str(dict(failures) or 0), "0"),
        "what a map reads: p99": (p99 < asked.p99_ms, f"{p99:.0f} ms", f"< {asked.p99_ms:.0f} ms"),
        "analyses answered": (analyses > 0, f"{analyses:,}", "> 0"),
        "growth of memory after the warm-up": (
            grown <= MOST_GROWTH, f"{grown:+.1%}", f"≤ {MOST_GROWTH:.0%}",
        ),
    }  # fmt: skip
    for what, (is_kept, told, bound) in kept.items():
        row(what, told, bound, "", "kept" if is_kept else "BROKEN")
    return 0 if all(is_kept for is_kept, _, _ in kept.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
