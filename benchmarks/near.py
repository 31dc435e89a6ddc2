"""
What is near a place, over HTTP: warm answers of one worker, with all that is counted beside them.

Places are drawn from a seed in the middle of the demo's town; every second question wants only what
is open, some have words.

    python -m benchmarks.near
"""

from __future__ import annotations

import json
import urllib.request
from time import perf_counter

import numpy as np

from benchmarks.measure import row
from benchmarks.service import served

REQUESTS = 120
WARM = 10
SEED = 20160210
MODES = ("walk", "stepfree", "bike", "car")


def question(draw: np.random.Generator, number: int) -> dict[str, object]:
    """Return what a resident might ask."""
    asked: dict[str, object] = {
        "lon": draw.uniform(13.25, 13.29),
        "lat": draw.uniform(53.55, 53.57),
        "mode": MODES[draw.integers(len(MODES))],
        "minutes": (5, 10, 15, 30)[draw.integers(4)],
        "open_at": f"2016-03-0{draw.integers(1, 7)}T{draw.integers(10, 20)}:00",
    }
    if number % 2:
        asked["states"] = ["open"]
    if number % 5 == 0:
        asked["q"] = "apotheke"
    return asked


def times_ms(url: str, *, begin: str = "") -> tuple[float, float]:
    """Return the median and the 95th percentile of the answers' milliseconds."""
    draw = np.random.default_rng(SEED)
    times = []
    for number in range(REQUESTS + WARM):
        body = question(draw, number)
        if begin:
            body = {k: v for k, v in body.items() if k not in ("open_at", "states")}
            body["from"] = begin
        request = urllib.request.Request(
            url, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        start = perf_counter()
        with urllib.request.urlopen(request, timeout=30) as response:
            response.read()
        if number >= WARM:
            times.append((perf_counter() - start) * 1e3)
    return float(np.median(times)), float(np.percentile(times, 95))


def main() -> None:
    """Measure both routes and print rows."""
    with served() as address:
        api = f"{address}/api/v1/regions/neubrandenburg"
        for name, begin in (("near", ""), ("near/week", "2016-03-01T10:00")):
            median, p95 = times_ms(f"{api}/{name}", begin=begin)
            row(f"`/api/v1/…/{name}`, warm, one worker: p95 (median {median:.0f} ms)",
                f"{p95:.0f} ms", "", "", "< 50 ms")  # fmt: skip


if __name__ == "__main__":
    main()
