"""
Fifty visitors at once, with and without analyses that never end.

Two workers serve the demo region on a free port of the loopback interface. Each visitor asks,
looks at the answer for a while (drawn, one second on average), and asks again: places nearby, a
coverage report, an address, and most often what a map reads. Then the same while others ask for
expensive analyses without a pause, more of them than run at once. Rounds alternate, so that what
else the machine does meets both.

    python -m benchmarks.load [--seconds 60] [--clients 50]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks.measure import row
from benchmarks.service import CATEGORIES, served

if TYPE_CHECKING:
    from collections.abc import Callable

SEED: Final = 20160210
ROUNDS: Final = 2
WARM_S: Final = 15.0  # until all processes for analyses hold the region
THINKING_S: Final = 1.0
SATURATING: Final = 6  # two workers run two analyses each
READS: Final = ("offers", "tiles", "page")
_ANSWERED_WITHIN_S: Final = 100.0  # an analysis waits 30 s and runs 60 s, then it is ended
_CONNECTED_S: Final = 2.0
_MORE: Final = {"stability": "", "resilience": "", "sites": "&new=1"}
_API: Final = "/api/v1/regions/neubrandenburg"


@dataclass(frozen=True)
class Question:
    """One request; `kind` is what its time counts for."""

    kind: str
    method: str
    path: str
    body: bytes = b""
    headers: str = ""


def _offers(draw: np.random.Generator) -> Question:
    west, south = draw.uniform(13.12, 13.3), draw.uniform(53.45, 53.55)
    box = f"{west:.4f},{south:.4f},{west + 0.08:.4f},{south + 0.05:.4f}"
    return Question("offers", "GET", f"{_API}/offers?bbox={box}&limit=1000")


def _tiles(draw: np.random.Generator) -> Question:
    start = int(draw.integers(0, 1_000_000))
    wanted = f"Range: bytes={start}-{start + 16_383}\r\n"
    return Question("tiles", "GET", "/tiles/neubrandenburg.pmtiles", headers=wanted)


def _page(draw: np.random.Generator) -> Question:
    return Question("page", "GET", f"/r/neubrandenburg?category={_category(draw)}")


def _near(draw: np.random.Generator) -> Question:
    place = {"lon": draw.uniform(13.254, 13.268), "lat": draw.uniform(53.554, 53.561)}  # in town
    body = json.dumps({**place, "mode": "walk", "minutes": 15}).encode()
    return Question("near", "POST", f"{_API}/near", body)


def _coverage(draw: np.random.Generator) -> Question:
    asked = f"category={_category(draw)}&mode=walk&minutes={draw.integers(5, 20)}"
    return Question("coverage", "GET", f"{_API}/coverage?{asked}")


def _geocode(draw: np.random.Generator) -> Question:
    street = ("Friedrich-Engels-Ring", "Darrenstrase", "Woldegker Straße")[draw.integers(3)]
    body = json.dumps({"q": f"{street} {draw.integers(1, 30)}"}).encode()
    return Question("geocode", "POST", f"{_API}/geocode", body)


def _analysis(draw: np.random.Generator) -> Question:
    kind = list(_MORE)[draw.integers(len(_MORE))]
    return Question("analysis", "GET", f"{_API}/{kind}?category={_category(draw)}{_MORE[kind]}")


def _category(draw: np.random.Generator) -> str:
    return CATEGORIES[draw.integers(len(CATEGORIES))]


# as a page asks: much to read for each thing that is computed
VISITOR: Final = (_offers, _offers, _tiles, _tiles, _tiles, _page, _near, _coverage, _geocode)


class Clients:
    """What a number of clients ask, and how long they wait for it."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self.times_ms: defaultdict[str, list[float]] = defaultdict(list)
        self.failures: list[str] = []

    async def play(
        self,
        asks: tuple[Callable[[np.random.Generator], Question], ...],
        *,
        seed: int,
        thinking_s: float,
        until: float,
    ) -> None:
        """Ask until `until`, on one connection."""
        draw = np.random.default_rng(seed)
        await asyncio.sleep(draw.uniform(0, thinking_s))
        reader, writer = await asyncio.open_connection(self._host, self._port)
        used_at = time.monotonic()
        while time.monotonic() < until:
            question = asks[draw.integers(len(asks))](draw)
            if time.monotonic() - used_at > _CONNECTED_S:  # the service closes what is not used
                writer.close()
                reader, writer = await asyncio.open_connection(self._host, self._port)
            start = time.perf_counter()
            status = await asyncio.wait_for(_ask(reader, writer, question), _ANSWERED_WITHIN_S)
            self.times_ms[question.kind].append((time.perf_counter() - start) * 1e3)
            used_at = time.monotonic()
            if status not in (200, 206):
                self.failures.append(f"{status} {question.kind}")
            if thinking_s:
                await asyncio.sleep(draw.exponential(thinking_s))
        writer.close()


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, question: Question
) -> int:
    head = f"{question.method} {question.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{question.headers}"
    if question.body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(question.body)}\r\n"
    writer.write(f"{head}\r\n".encode() + question.body)
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    named = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
    await reader.readexactly(int(named["content-length"]))
    return int(lines[0].split()[1])


async def visit(address: str, *, clients: int, seconds: float, saturating: int) -> Clients:
    """Let visitors ask for a while, and others for analyses meanwhile."""
    host, port = address.removeprefix("http://").split(":")
    visitors, others = Clients(host, int(port)), Clients(host, int(port))
    until = time.monotonic() + seconds
    async with asyncio.TaskGroup() as all_of_them:
        for number in range(clients):
            all_of_them.create_task(
                visitors.play(VISITOR, seed=SEED + number, thinking_s=THINKING_S, until=until)
            )
        for number in range(saturating):
            all_of_them.create_task(
                others.play((_analysis,), seed=SEED - 1 - number, thinking_s=0, until=until)
            )
    visitors.times_ms["analysis"] = others.times_ms["analysis"]
    visitors.failures += [text for text in others.failures if not text.startswith("503")]
    return visitors


def main() -> None:
    """Measure, and print rows."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60.0, help="of each kind, in all")
    parser.add_argument("--clients", type=int, default=50)
    asked = parser.parse_args()
    rounds: dict[int, list[Clients]] = {0: [], SATURATING: []}
    with served(workers=2) as address:
        asyncio.run(visit(address, clients=asked.clients, seconds=WARM_S, saturating=SATURATING))
        for _ in range(ROUNDS):
            for saturating, of in rounds.items():
                of.append(
                    asyncio.run(
                        visit(
                            address,
                            clients=asked.clients,
                            seconds=asked.seconds / ROUNDS,
                            saturating=saturating,
                        )
                    )
                )
    idle, busy = rounds[0], rounds[SATURATING]
    for kind in ("near", "coverage", "geocode"):
        p95 = float(np.percentile(_times(idle, (kind,)), 95))
        row(f"{kind} among {asked.clients} visitors: p95", f"{p95:.0f} ms", "", "", "< 100 ms")
    quiet, under = (float(np.percentile(_times(of, READS), 99)) for of in (idle, busy))
    row("what a map reads: p99, analyses saturated ÷ idle", f"{under:.0f} ms", f"{quiet:.0f} ms",
        f"{under / quiet:.1f}", "< 2")  # fmt: skip
    failures = [text for of in (*idle, *busy) for text in of.failures]
    asked_in_all = sum(len(times) for of in (*idle, *busy) for times in of.times_ms.values())
    row(f"failures of {asked_in_all:,} answers", str(len(failures)), "", " ".join(set(failures)),
        "0")  # fmt: skip
    analyses = sum(len(of.times_ms["analysis"]) for of in busy)
    row("analyses answered meanwhile", f"{analyses:,}", "", "", "")


def _times(rounds: list[Clients], kinds: tuple[str, ...]) -> list[float]:
    return [ms for of in rounds for kind in kinds for ms in of.times_ms[kind]]


if __name__ == "__main__":
    main()
