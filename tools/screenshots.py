"""
Makes the pictures of the pages for the README: docs/images/*.png.

    python tools/screenshots.py        builds the demo region if need be, serves it, draws it

The pictures are reduced to 256 colours, which a page of flat colours does not show.
"""

from __future__ import annotations

import io
import shutil
import socket
import threading
import time
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
PLACE = "Darrenstraße"  # where a resident sets out to a bakery
TUESDAY = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)  # when shops are open
FLAGS = ["--no-sandbox", "--disable-accelerated-2d-canvas"]
DESKTOP: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 780},
    "device_scale_factor": 2,
    "is_mobile": True,
}
PICTURES: dict[str, tuple[str, dict[str, Any]]] = {
    "planner-desktop": (PAGE, DESKTOP),
    "planner-mobile": (PAGE, PHONE),
    "residents-desktop": (RESIDENTS, DESKTOP),
    "residents-mobile": (RESIDENTS, PHONE),
    "initiative-desktop": (INITIATIVE, DESKTOP),
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
    page.locator("body[data-ready=true]").wait_for()
    if RESIDENTS in url:
        choose_place(page)
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


def reduce(picture: bytes) -> bytes:
    """Reduce a PNG to 256 colours."""
    reduced = Image.open(io.BytesIO(picture)).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    written = io.BytesIO()
    reduced.save(written, "PNG", optimize=True)
    return written.getvalue()


def main() -> None:
    """Make all pictures."""
    settings = Settings.from_env()
    regions = Regions(settings)
    for region in (REGION, EXAMPLE):
        if not regions.is_built(region):
            regions.build(region, progress=lambda *_: None)
    server, home = serve(settings)
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for name, (address, options) in PICTURES.items():
            path = IMAGES / f"{name}.png"
            path.write_bytes(reduce(take(browser, home + address, options)))
            print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")
        browser.close()
    server.should_exit = True


if __name__ == "__main__":
    main()
