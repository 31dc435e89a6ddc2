"""
Makes the pictures of the pages for the README: docs/images/*.png.

    python tools/screenshots.py        builds the demo region if need be, serves it, draws it

The pictures are reduced to 256 colours, which a page of flat colours does not show.
"""

from __future__ import annotations

import base64
import shutil
import socket
import struct
import threading
import time
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright
from scipy.spatial import cKDTree

from server.app import create_app
from server.regions import Regions
from server.settings import Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
REGION = "neubrandenburg"
PAGE = f"/r/{REGION}/planner?category=greengrocer_bakery&mode=walk&minutes=10&lang=de"
RESIDENTS = f"/r/{REGION}?category=greengrocer_bakery&lang=de"
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
}
_PIXELS = """async (png) => {
  const image = await createImageBitmap(await (await fetch("data:image/png;base64," + png)).blob());
  const canvas = new OffscreenCanvas(image.width, image.height);
  canvas.getContext("2d").drawImage(image, 0, 0);
  const { data } = canvas.getContext("2d").getImageData(0, 0, image.width, image.height);
  const reader = new FileReader();
  const done = new Promise((resolve) => { reader.onload = resolve; });
  reader.readAsDataURL(new Blob([data]));
  await done;
  return [image.width, image.height, reader.result.split(",")[1]];
}"""


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


def reduce(browser: Browser, picture: bytes) -> bytes:
    """Reduce a PNG to the 256 colours that it uses most."""
    page = browser.new_page()
    width, height, data = page.evaluate(_PIXELS, base64.b64encode(picture).decode("ascii"))
    page.close()
    pixels = np.frombuffer(base64.b64decode(data), np.uint8).reshape(-1, 4)[:, :3]
    shades = pixels.astype(np.int32) >> 3  # nearly equal colours count as one
    buckets = shades[:, 0] << 10 | shades[:, 1] << 5 | shades[:, 2]
    counts = np.bincount(buckets, minlength=1 << 15)
    chosen = np.argsort(-counts)[:256]
    sums = [np.bincount(buckets, pixels[:, c], minlength=1 << 15)[chosen] for c in range(3)]
    palette = np.column_stack(sums) / np.maximum(counts[chosen], 1)[:, None]
    colours, where = np.unique(pixels, axis=0, return_inverse=True)
    nearest = cKDTree(palette).query(colours)[1].astype(np.uint8)
    return _png(nearest[where.ravel()].reshape(height, width), palette.round().astype(np.uint8))


def _png(rows: NDArray[np.uint8], palette: NDArray[np.uint8]) -> bytes:
    """Write rows of palette indices as PNG (W3C PNG, third edition: colour type 3)."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    height, width = rows.shape
    unfiltered = np.column_stack([np.zeros(height, np.uint8), rows])
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            chunk(b"PLTE", palette.tobytes()),
            chunk(b"IDAT", zlib.compress(unfiltered.tobytes(), 9)),
            chunk(b"IEND", b""),
        ]
    )


def main() -> None:
    """Make all pictures."""
    settings = Settings.from_env()
    regions = Regions(settings)
    if not regions.is_built(REGION):
        regions.build(REGION, progress=lambda *_: None)
    server, home = serve(settings)
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for name, (address, options) in PICTURES.items():
            path = IMAGES / f"{name}.png"
            path.write_bytes(reduce(browser, take(browser, home + address, options)))
            print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")
        browser.close()
    server.should_exit = True


if __name__ == "__main__":
    main()
