"""
Scenarios over HTTP and resilience in one process, on the demo region.

A scenario adds an offer at a drawn place, moves a drawn one there, closes a street at a drawn
offer, or opens one from it; 200 requests, one after the other, after some that do not count. Then
every offer of each category: how many lose cover if it closes.

    python -m benchmarks.scenario
"""

from __future__ import annotations

import json
import urllib.request
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.measure import demo_atlas, median_s, row
from benchmarks.service import REQUESTS, SEED, served
from layers.resilience import resilience, variety

if TYPE_CHECKING:
    from collections.abc import Callable

CATEGORY = "greengrocer_bakery"
WARM = 20


def p95_ms(url: str, make_body: Callable[[np.random.Generator], Any]) -> tuple[float, float]:
    """Return the median and the 95th percentile of the answers' milliseconds."""
    draw = np.random.default_rng(SEED)
    times = []
    for number in range(REQUESTS + WARM):
        request = urllib.request.Request(
            url,
            data=json.dumps(make_body(draw)).encode(),
            headers={"Content-Type": "application/json"},
        )
        start = perf_counter()
        with urllib.request.urlopen(request, timeout=30) as response:
            response.read()
        if number >= WARM:
            times.append((perf_counter() - start) * 1e3)
    return float(np.median(times)), float(np.percentile(times, 95))


def main() -> None:
    """Measure offers added and moved, streets closed and opened, and criticality; print rows."""
    with served() as address:
        api = f"{address}/api/v1/regions/neubrandenburg"
        with urllib.request.urlopen(f"{api}/offers?category={CATEGORY}&limit=2000") as response:
            features = json.load(response)["features"]
        offers = [feature["id"] for feature in features]
        places = [feature["geometry"]["coordinates"] for feature in features]

        def asked(draw: np.random.Generator, **change: Any) -> dict[str, Any]:
            lon, lat = draw.uniform(13.24, 13.30), draw.uniform(53.53, 53.58)
            document = {"version": 1, "changes": [{**change, "lon": lon, "lat": lat}]}
            minutes = int(draw.integers(5, 20))
            return {"scenario": document, "category": CATEGORY, "mode": "walk", "minutes": minutes}

        def added(draw: np.random.Generator) -> dict[str, Any]:
            return asked(draw, do="add_offer", category=CATEGORY)

        def moved(draw: np.random.Generator) -> dict[str, Any]:
            return asked(draw, do="move_offer", offer=offers[draw.integers(len(offers))])

        def closed(draw: np.random.Generator) -> dict[str, Any]:
            lon, lat = places[draw.integers(len(places))]
            change = {"do": "close_street", "lon": lon, "lat": lat}
            document = {"version": 1, "changes": [change]}
            return {"scenario": document, "category": CATEGORY, "mode": "walk", "minutes": 10}

        def opened(draw: np.random.Generator) -> dict[str, Any]:
            lon, lat = places[draw.integers(len(places))]
            line = {"type": "LineString", "coordinates": [[lon, lat], [lon + 0.003, lat + 0.001]]}
            change = {"do": "open_street", "line": line, "modes": ["walk"], "connect_m": 100}
            document = {"version": 1, "changes": [{**change, "dead_end": True}]}
            return {"scenario": document, "category": CATEGORY, "mode": "walk", "minutes": 10}

        for name, make_body in (
            ("one offer added", added),
            ("one offer moved", moved),
            ("one street closed", closed),
            ("one street opened", opened),
        ):
            median, p95 = p95_ms(f"{api}/scenarios", make_body)
            row(f"/scenarios, {name}, warm, one worker: p95", f"{p95:.1f} ms", "",
                f"median {median:.1f} ms", "< 50 ms")  # fmt: skip
    with demo_atlas() as atlas:
        slowest, which = 0.0, ""
        for category in atlas.taxonomy.categories:
            reach = category.reach

            def ask(category_id: str = category.id, mode: str = reach.mode) -> object:
                return resilience(atlas, category=category_id, mode=mode, minutes=15).critical

            seconds = median_s(ask, times=3)
            if seconds > slowest:
                slowest, which = seconds, f"{category.id}, {len(atlas.offers_of(category))} offers"
        row(f"criticality of every offer, slowest category ({which})", f"{slowest:.3f} s", "", "",
            "< 1 s")  # fmt: skip
        seconds = median_s(lambda: variety(atlas, layer="essentials"), times=5)
        row("essentials: once and twice in reach of each category", f"{seconds:.3f} s", "", "", "")


if __name__ == "__main__":
    main()
