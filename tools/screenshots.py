"""
Makes the pictures of the pages for the README: docs/images/*.png.

    python tools/screenshots.py              builds and serves the demo, draws all
    python tools/screenshots.py NAME …       some of them

The pictures are reduced to 256 colours, which a page of flat colours does not show.
"""

from __future__ import annotations

import io
import json
import shutil
import socket
import sys
import threading
import time
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from server.app import create_app
from server.regions import Regions
from server.settings import Settings

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
REGION = "neubrandenburg"
EXAMPLE = "toy"  # the demo's extract has few initiatives
PAGE = f"/r/{REGION}/planner?category=greengrocer_bakery&mode=walk&minutes=10&lang=de"
RESIDENTS = f"/r/{REGION}?category=greengrocer_bakery&lang=de"
INITIATIVE = f"/r/{EXAMPLE}/offers/umk:repair-cafe?lang=de"
QUESTION = "category=greengrocer_bakery&mode=walk&minutes=10&lang=de"
COMPARE = f"/compare?regions={REGION},{EXAMPLE}&{QUESTION}"
SHEET_OF = "Datzeberg"  # its verdict depends on the assumptions
TRIAL = {
    "version": 1,
    "name": "Bäckerei Am Steep",
    "changes": [
        {"do": "add_offer", "category": "greengrocer_bakery", "lon": 13.27162, "lat": 53.52329}
    ],
}
PLACE = "Darrenstraße"  # where a resident sets out to a bakery
TUESDAY = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)  # when shops are open
FLAGS = ["--no-sandbox", "--disable-accelerated-2d-canvas"]
DESKTOP: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 780},
    "device_scale_factor": 2,
    "is_mobile": True,
}


def trial_fragment() -> str:
    """Write the trial as links carry it, where no server sees it."""
    text = json.dumps(TRIAL, ensure_ascii=False).encode()
    return "#scenario=" + urlsafe_b64encode(text).decode().rstrip("=")


PICTURES: dict[str, tuple[str, dict[str, Any]]] = {
    "planner-desktop": (PAGE, DESKTOP),
    "planner-mobile": (PAGE, PHONE),
    "residents-desktop": (RESIDENTS, DESKTOP),
    "residents-mobile": (RESIDENTS, PHONE),
    "initiative-desktop": (INITIATIVE, DESKTOP),
    "initiative-mobile": (INITIATIVE, PHONE),
    "partners-desktop": (INITIATIVE + "#partners-head", DESKTOP),
    "trial-desktop": (PAGE + trial_fragment(), DESKTOP),
    "sheet-desktop": (f"/r/{REGION}/sheets/{{sheet}}?{QUESTION}", DESKTOP),
    "compare-desktop": (COMPARE, DESKTOP),
}


def serve(settings: Settings) -> tuple[uvicorn.Server, str]:
    """Serve the app on a free port."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(settings), log_level="warning"))
    threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True).start()
    while not server.started:
        time.sleep(0.05)
    return server, f"http://127.0.0.1:{listener.getsockname()[1]}"


def take(browser: Browser, url: str, options: dict[str, Any]) -> bytes:
    """Draw the page and return its picture as PNG."""
    context = browser.new_context(locale="de-DE", reduced_motion="reduce", **options)
    page = context.new_page()
    page.clock.set_fixed_time(TUESDAY)
    page.goto(url)
    if page.locator("#map").count():
        page.locator("body[data-ready=true]").wait_for()
    if RESIDENTS in url:
        choose_place(page)
    if "#scenario=" in url:
        show_outcome(page)
    page.wait_for_load_state("networkidle")
    if "-head" in url:  # what came meanwhile has moved it
        page.locator(f"#{url.partition('#')[2]}").evaluate("node => node.scrollIntoView()")
    picture = page.screenshot()
    context.close()
    return picture


def choose_place(page: Page) -> None:
    """Type an address, as a resident does, and open the first offer in reach."""
    page.get_by_role("combobox").fill(PLACE)
    page.get_by_role("combobox").press("Enter")
    page.locator("#how").wait_for()
    page.locator("#items .item-way").first.wait_for()
    page.locator("body[data-ready=true]").wait_for()
    page.get_by_role("combobox").blur()  # no ring around it in the picture


def show_outcome(page: Page) -> None:
    """Wait for what the trial brings, and bring it into sight."""
    outcome = page.locator('[data-try="outcome"]')
    outcome.locator("tbody tr").first.wait_for()
    page.locator("body[data-ready=true]").wait_for()
    outcome.evaluate("node => node.scrollIntoView({block: 'center'})")


def reduce(picture: bytes) -> bytes:
    """Reduce a PNG to 256 colours."""
    full = Image.open(io.BytesIO(picture)).convert("RGB")
    reduced = full.quantize(256, kmeans=2, dither=Image.Dither.NONE)  # legends keep their colours
    written = io.BytesIO()
    reduced.save(written, "PNG", optimize=True)
    return written.getvalue()


def district_id(regions: Regions) -> str:
    """Return the id of the district whose sheet is shown."""
    districts = regions.open(REGION).region.finest
    return str(districts["district_id"][districts["name"] == SHEET_OF].iloc[0])


def main() -> None:
    """Make all pictures, or those that are named."""
    wanted = sys.argv[1:] or list(PICTURES)
    if unknown := set(wanted) - set(PICTURES):
        sys.exit(f"{', '.join(sorted(unknown))}: no picture; there are {', '.join(PICTURES)}")
    settings = replace(Settings.from_env(), regions=(REGION, EXAMPLE))
    regions = Regions(settings)
    for region in (REGION, EXAMPLE):
        if not regions.is_built(region):
            regions.build(region, progress=lambda *_: None)
    server, home = serve(settings)
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        district = district_id(regions)
        for name in wanted:
            address, options = PICTURES[name]
            path = IMAGES / f"{name}.png"
            path.write_bytes(
                reduce(take(browser, home + address.replace("{sheet}", district), options))
            )
            print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")
        browser.close()
    server.should_exit = True


if __name__ == "__main__":
    main()
