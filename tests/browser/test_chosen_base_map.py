"""Raster tiles that an operator chose: seen on the map, and nothing else asked of anybody."""

import base64
import shutil
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Route, expect

from layers.atlas import Atlas
from server.app import create_app
from server.base_map import RasterTiles
from server.settings import Settings, default_data_dir

TILES = RasterTiles("https://tiles.geo.example/web/{z}/{x}/{y}.png", "© Karte & <b>Amt")
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def test_chosen_tiles_are_shown_and_learn_no_page(
    browser: Browser,
    serve: Callable[..., str],
    toy_region_dir: Path,
    toy_atlas: Atlas,
    tmp_path: Path,
):
    shutil.copytree(toy_region_dir, tmp_path / "regions" / "toy")
    shutil.copytree(toy_atlas.path, tmp_path / "atlas" / "toy")
    settings = Settings(default_data_dir(), tmp_path, regions=("toy",), base_map=TILES)
    home = serve(create_app(settings))
    context = browser.new_context(locale="de-DE", viewport={"width": 1280, "height": 800})
    asked: list[str] = []
    referrers: set[str | None] = set()
    problems: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        referrers.add(route.request.headers.get("referer"))
        route.fulfill(body=PIXEL, content_type="image/png")

    context.route(lambda url: not url.startswith(home), answer)
    page = context.new_page()
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{home}/r/toy/planner")
    expect(page.locator("body[data-ready=true]")).to_be_attached(timeout=20_000)
    expect(page.locator("img.leaflet-tile-loaded").first).to_be_visible()
    assert asked
    assert all(url.startswith("https://tiles.geo.example/web/") for url in asked)
    assert referrers == {None}
    expect(page.locator(".leaflet-control-attribution")).to_contain_text("© Karte & <b>Amt")
    expect(page.locator(".leaflet-control-attribution")).to_contain_text("made in code")
    assert problems == []
    context.close()
