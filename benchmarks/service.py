"""
Warm answers of one worker over HTTP, and what the page's first view transfers.

A server process is started on a free port of the loopback interface; 200 requests each, one after
the other, with boxes and limits drawn from a seed.

    python -m benchmarks.service
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.measure import DEMO, TAXONOMY, row
from layers.build import build_atlas

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REQUESTS = 200
SEED = 20160210
CATEGORIES = ("greengrocer_bakery", "supermarket", "pharmacy", "transit_stop", "library")


@contextmanager
def served(*, workers: int = 1) -> Iterator[str]:
    """Serve the demo region from a temporary state folder; yield its address."""
    with TemporaryDirectory() as folder:
        build_atlas(DEMO, TAXONOMY, Path(folder) / "atlas" / "neubrandenburg")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "-m", "server.cli", "serve", "neubrandenburg", "--port", str(port),
             "--workers", str(workers)],
            env={**os.environ, "UMKREIS_STATE_DIR": folder},
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(f"{address}/readyz", process)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).read()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"no answer from {url}")


def p95_ms(make_url: Callable[[np.random.Generator], str]) -> tuple[float, float]:
    """Return the median and the 95th percentile of the answers' milliseconds."""
    draw = np.random.default_rng(SEED)
    times = []
    for number in range(REQUESTS + 20):
        url = make_url(draw)
        start = perf_counter()
        with urllib.request.urlopen(url, timeout=30) as response:
            response.read()
        if number >= 20:  # warm
            times.append((perf_counter() - start) * 1e3)
    return float(np.median(times)), float(np.percentile(times, 95))


def main() -> None:
    """Measure both routes and the page, and print rows."""
    with served() as address:
        api = f"{address}/api/v1/regions/neubrandenburg"

        def offers(draw: np.random.Generator) -> str:
            west, south = draw.uniform(13.12, 13.3), draw.uniform(53.45, 53.55)
            return f"{api}/offers?bbox={west},{south},{west + 0.08},{south + 0.05}&limit=1000"

        def coverage(draw: np.random.Generator) -> str:
            category = CATEGORIES[draw.integers(len(CATEGORIES))]
            mode = ("walk", "bike", "car")[draw.integers(3)]
            return f"{api}/coverage?category={category}&mode={mode}&minutes={draw.integers(3, 30)}"

        for name, make_url, goal in (("offers in a box", offers, 20), ("coverage", coverage, 150)):
            median, p95 = p95_ms(make_url)
            row(f"/{name}, warm, one worker: p95", f"{p95:.1f} ms", "", f"median {median:.1f} ms",
                f"< {goal} ms")  # fmt: skip
        _measure_page(f"{address}/r/neubrandenburg/planner")


def _measure_page(url: str) -> None:
    """Open the planner's page with a cold cache in Chromium and add up what it transfers."""
    import shutil

    from playwright.sync_api import sync_playwright

    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        print("Chromium is missing: the page's first view is not measured")
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            args=["--no-sandbox", "--disable-quic", "--disable-background-networking",
                  "--disable-accelerated-2d-canvas"],
        )  # fmt: skip
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        protocol = page.context.new_cdp_session(page)
        protocol.send("Network.enable")
        received = {"bytes": 0, "requests": 0}
        origins: set[str] = set()

        def finished(event: dict[str, float]) -> None:
            received["bytes"] += int(event["encodedDataLength"])

        protocol.on("Network.loadingFinished", finished)
        page.on(
            "request",
            lambda r: (
                origins.add(r.url.split("/")[2]),
                received.update(requests=received["requests"] + 1),
            ),
        )
        start = perf_counter()
        page.goto(url)
        page.wait_for_selector("[data-ready=true]", timeout=30_000)
        seconds = perf_counter() - start
        page.wait_for_timeout(500)
        browser.close()
    row(
        f"first full view, cold: {received['requests']} requests to {len(origins)} origin",
        f"{received['bytes'] / 1e6:.2f} MB", "", f"{seconds:.2f} s", "< 1.5 MB, 1 origin",
    )  # fmt: skip


if __name__ == "__main__":
    main()
