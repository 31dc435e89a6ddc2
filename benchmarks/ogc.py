"""
`/ogc` beside pygeoapi: 1,000 of 100,000 points in a box, one worker each, in the same run.

Both hold the same made-up points in memory: ours behind the whole app with all it has before its
routes, pygeoapi 0.21 (the last for Python 3.11) in its own Starlette app with a provider that
answers from a tree. pygeoapi gets an environment of its own, `--peer` says which Python has it:

    python3 -m venv .venv-pygeoapi
    .venv-pygeoapi/bin/pip install pygeoapi==0.21.0 starlette uvicorn shapely numpy
    python -m benchmarks.ogc --peer .venv-pygeoapi/bin/python

Rounds alternate, so that what else the machine does meets both; seconds of processor are told too.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).resolve().parents[1]
POINTS: Final = 100_000
WANTED: Final = 1_000
SEED: Final = 20160210
CONNECTIONS: Final = 4
ROUNDS: Final = 3
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_HALF: Final = (WANTED / POINTS) ** 0.5 / 2  # of a box in a square of one degree


def points() -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return places spread evenly over one square degree."""
    drawn = np.random.default_rng(SEED).uniform(size=(POINTS, 2))
    return np.round(drawn + np.array([13.0, 53.0]), 7)


def properties(number: int) -> dict[str, Any]:
    """Return what an offer tells: about 380 bytes of GeoJSON with its place."""
    return {
        "id": f"osm:n{number}", "name": f"Hofladen Nummer {number}", "category": "farm_shop",
        "layer": "trade", "address": f"Dorfstraße {number % 200}, 17033 Neubrandenburg",
        "opening_hours": "Mo-Fr 09:00-18:00; Sa 09:00-13:00", "wheelchair": "yes",
        "website": f"https://hof-{number}.example/", "as_of": "2026-01-01", "source": "osm",
    }  # fmt: skip


def serve_ours(port: int, state: Path) -> None:
    """Serve the toy region, one of whose layers holds the points."""
    import shapely
    import uvicorn

    from layers.build import build_atlas
    from server.app import create_app
    from server.ogc import routes
    from server.ogc.collections import Collection
    from server.settings import Settings, default_data_dir

    data = default_data_dir()
    if not (state / "atlas" / "toy").exists():
        build_atlas(
            data / "regions/toy", data / "taxonomy.toml", state / "atlas/toy", base_map=False
        )
    told = [properties(number) for number in range(POINTS)]
    made: list[Collection] = []

    def find(_: object, about: Any) -> Collection:
        if not made:
            ids = [str(each["id"]) for each in told]
            days = ["2026-01-01"] * POINTS
            made.append(Collection(about, shapely.points(points()), ids, told, days))
        return made[0]

    routes.find_collection = find  # type: ignore[assignment]
    app = create_app(Settings(data, state, regions=("toy",)))
    uvicorn.run(app, port=port, log_level="warning", access_log=False)


def serve_peer(port: int, folder: Path) -> None:
    """Serve the points by pygeoapi."""
    config = folder / "config.yml"
    config.write_text(
        f"""
server: {{bind: {{host: 127.0.0.1, port: {port}}}, url: "http://127.0.0.1:{port}",
  mimetype: application/json,
  encoding: utf-8, language: en-US, gzip: false, cors: true,
  limits: {{default_items: 100, max_items: 10000}},
  map: {{url: "https://tile.example/{{z}}/{{x}}/{{y}}.png", attribution: none}}}}
logging: {{level: ERROR}}
metadata:
  identification: {{title: t, description: d, keywords: [k], terms_of_service: none, url: "http://x.example"}}
  license: {{name: CC0, url: "http://x.example"}}
  provider: {{name: n, url: "http://x.example"}}
  contact: {{name: n, email: a@x.example}}
resources:
  points:
    type: collection
    title: t
    description: d
    keywords: [k]
    links: []
    extents: {{spatial: {{bbox: [13, 53, 14, 54], crs: "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}}}}
    providers: [{{type: feature, name: benchmarks.ogc_provider.Points, data: none, id_field: id}}]
""",
        "utf-8",
    )
    os.environ["PYGEOAPI_CONFIG"] = str(config)
    os.environ["PYGEOAPI_OPENAPI"] = str(folder / "openapi.yml")
    from pygeoapi.openapi import generate_openapi_document

    text = generate_openapi_document(config, "yaml")
    (folder / "openapi.yml").write_text(text, "utf-8")
    import uvicorn
    from pygeoapi.starlette_app import APP

    uvicorn.run(APP, port=port, log_level="warning", access_log=False)


@contextmanager
def running(python: str, what: str) -> Iterator[tuple[int, int]]:
    """Start a server; give its port and process."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder = tempfile.mkdtemp()
    command = [python, "-m", "benchmarks.ogc", "--serve", what, str(port), folder]
    server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    try:
        _wait(port, server)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until and server.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server did not start")


async def _ask(port: int, path: str, until: float, seed: int, took_ms: list[float]) -> None:
    draw = np.random.default_rng(seed)
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
    while time.monotonic() < until:
        west, south = draw.uniform(13.06, 13.94), draw.uniform(53.06, 53.94)
        box = f"{west - _HALF},{south - _HALF},{west + _HALF},{south + _HALF}"
        start = time.perf_counter()
        line = f"GET {path}?bbox={box}&limit={2 * WANTED} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        writer.write(line.encode())
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
        if not head.startswith(b"http/1.1 200"):
            raise SystemExit(head.decode())
        took_ms.append((time.perf_counter() - start) * 1e3)
    writer.close()


def processor_s(pid: int) -> float:
    """Return the seconds of processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


async def _round(port: int, path: str, seconds: float, number: int) -> list[float]:
    took_ms: list[float] = []
    until = time.monotonic() + seconds
    await asyncio.gather(
        *(_ask(port, path, until, SEED + 100 * number + i, took_ms) for i in range(CONNECTIONS))
    )
    return took_ms


def main() -> None:
    """Measure, and print rows."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--peer", default="", help="a Python that has pygeoapi")
    parser.add_argument("--seconds", type=float, default=8.0, help="of a round")
    parser.add_argument("--serve", nargs=3, metavar=("WHAT", "PORT", "FOLDER"))
    asked = parser.parse_args()
    if asked.serve:
        what, port, folder = asked.serve
        {"ours": serve_ours, "peer": serve_peer}[what](int(port), Path(folder))
        return
    peer = asked.peer or sys.executable
    with running(sys.executable, "ours") as ours, running(peer, "peer") as theirs:
        measure(
            {"ours": (*ours, "/ogc/collections/toy.trade/items"),
             "pygeoapi": (*theirs, "/collections/points/items")},
            asked.seconds,
        )  # fmt: skip


def measure(servers: dict[str, tuple[int, int, str]], seconds: float) -> None:
    """Ask both by turns, and print what each managed."""
    for port, _, path in servers.values():  # trees and texts are made when first asked for
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}?limit=1", timeout=90):
            pass
    took: dict[str, list[float]] = {name: [] for name in servers}
    used: dict[str, float] = dict.fromkeys(servers, 0.0)
    best: dict[str, float] = dict.fromkeys(servers, 0.0)
    for number in range(ROUNDS):
        for name, (port, pid, path) in servers.items():
            before = processor_s(pid)
            found = asyncio.run(_round(port, path, seconds, number))
            used[name] += processor_s(pid) - before
            took[name] += found
            best[name] = max(best[name], len(found) / seconds)
    for name, times in took.items():
        median, p99 = np.percentile(times, [50, 99])
        print(
            f"{name:10} {len(times) / ROUNDS / seconds:6.0f} requests/s (best round "
            f"{best[name]:.0f}), median {median:.1f} ms, p99 {p99:.1f} ms, processor "
            f"{used[name] / len(times) * 1e3:.2f} ms each"
        )


if __name__ == "__main__":
    main()
