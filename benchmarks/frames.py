"""
Frames a second while a map with many offers and cells is dragged, in headless Chromium on the CPU.

    python -m benchmarks.frames [REGION]

The residents' page is served as it is; what the interface says is near is made up, and so is the
area within reach: `CELLS` squares on the map's canvas. The map is dragged to and fro in small
steps as by hand; frames are counted by `requestAnimationFrame`. What else runs on the machine
shows: its load stands with the figures.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks.residents import serve
from tests.browser.conftest import FLAGS

OFFERS = (100, 10_000)
CELLS = 1_000
SECONDS = 4
# Drags the map to and fro for some seconds; counts the frames that were drawn
DRAG = """([seconds, x, y]) => new Promise(resolve => {
  const pane = document.getElementById("map");
  const send = (type, target, at) => target.dispatchEvent(new MouseEvent(type,
    {bubbles: true, cancelable: true, clientX: at, clientY: y, button: 0, buttons: 1}));
  const began = performance.now();
  let frames = 0, last = began, longest = 0;
  send("mousedown", pane, x);
  const step = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    frames += 1;
    if (now - began > seconds * 1000) {
      send("mouseup", document, x);
      resolve([frames / (now - began) * 1000, longest]);
      return;
    }
    send("mousemove", document, x + 220 * Math.sin((now - began) / 500));
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})"""


def synthetic_offers(count: int, data: dict[str, Any], *, seed: int = 7) -> list[dict[str, Any]]:
    """Scatter offers of all kinds over the region, denser towards its middle."""
    rng = np.random.default_rng(seed)
    (south, west), (north, east) = data["bounds"]
    middle, spread = (
        [(west + east) / 2, (south + north) / 2],
        [(east - west) / 8, (north - south) / 8],
    )
    places = rng.normal(middle, spread, (count, 2)).round(6).tolist()
    kinds = sorted(data["categories"])
    return [
        {"id": f"made:{i}", "lon": lon, "lat": lat, "category": kinds[i % len(kinds)],
         "name": f"Angebot {i}", "travel_min": 1, "open": "unknown"}
        for i, (lon, lat) in enumerate(places)
    ]  # fmt: skip


def synthetic_cells(count: int, data: dict[str, Any]) -> dict[str, Any]:
    """Cover the region with squares as one GeoJSON feature."""
    (south, west), (north, east) = data["bounds"]
    side = int(np.ceil(np.sqrt(count)))
    lon, lat = np.linspace(west, east, side + 1), np.linspace(south, north, side + 1)
    squares = [
        [[[lon[i], lat[j]], [lon[i + 1], lat[j]], [lon[i + 1], lat[j + 1]], [lon[i], lat[j + 1]],
          [lon[i], lat[j]]]]
        for i in range(side) for j in range(side)
    ]  # fmt: skip
    geometry = {"type": "MultiPolygon", "coordinates": squares[:count]}
    return {"type": "Feature", "properties": {}, "geometry": geometry}


def answer_with(page: Page, offers: int) -> None:
    """Let the interface answer with synthetic offers, and with cells as the area within reach."""
    data = json.loads(page.locator("#page-data").text_content() or "")
    near = {"offers": synthetic_offers(offers, data), "total": offers, "beyond": {}}
    page.route("**/near", lambda route: route.fulfill(json=near))
    page.route("**/isochrone", lambda route: route.fulfill(json=synthetic_cells(CELLS, data)))


def measure(page: Page, url: str, offers: int) -> tuple[float, float, float]:
    """Return milliseconds until all is drawn, frames a second and the longest frame in ms."""
    page.goto(url)
    page.locator("body[data-ready=true]").wait_for()
    answer_with(page, offers)
    started = time.perf_counter()
    page.locator("#middle").click()
    page.locator("body:not(.busy)[data-ready=true]").wait_for(timeout=120_000)
    drawn = (time.perf_counter() - started) * 1000
    box = page.locator("#map").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + 30
    frames, longest = page.evaluate(DRAG, [SECONDS, x, y])
    return drawn, frames, longest


def main(region: str) -> None:
    """Measure and print."""
    url = f"{serve()}/r/{region}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for offers in OFFERS:
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            drawn, frames, longest = measure(page, url, offers)
            print(
                f"{offers} offers: drawn after {drawn:.0f} ms, {frames:.0f} frames a second, "
                f"the longest {longest:.0f} ms, load {os.getloadavg()[0]:.1f}"
            )
            page.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "neubrandenburg")
