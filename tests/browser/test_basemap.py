"""The base map's script in a real browser: ground, labels, dark colours, missing tiles."""

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from server.folium_page import STATIC_DIR

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="de"><meta charset="utf-8"><link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/vendor/leaflet/leaflet.css">
<style>html, body, #map { margin: 0; height: 100% }</style><div id="map"></div>
<script src="/static/vendor/leaflet/leaflet.js"></script>
<script src="/static/vendor/protomaps-leaflet/protomaps-leaflet.js"></script>
<script src="/static/basemap.js"></script>"""
BAY = (60.1775, 24.9431)
PARK = (60.1745, 24.9460)
WATER, DARK_WATER = [169, 207, 227], [21, 48, 63]
PIXEL = """([pane, lat, lon]) => {
  const at = map.latLngToContainerPoint([lat, lon]);
  const frame = map.getContainer().getBoundingClientRect();
  for (const canvas of map.getPane(pane).querySelectorAll("canvas")) {
    const box = canvas.getBoundingClientRect();
    const x = at.x + frame.x - box.x, y = at.y + frame.y - box.y;
    if (x < 0 || y < 0 || x >= box.width || y >= box.height) continue;
    const scale = canvas.width / box.width;
    return [...canvas.getContext("2d").getImageData(x * scale, y * scale, 1, 1).data];
  }
}"""


@pytest.fixture
def show(serve, page, helsinki_tiles):
    """Draw the base map of Helsinki at zoom 15."""
    address = serve(
        Starlette(
            routes=[
                Route("/", lambda _: HTMLResponse(PAGE)),
                Mount("/static", StaticFiles(directory=STATIC_DIR)),
                Mount("/tiles", StaticFiles(directory=helsinki_tiles.parent)),
            ]
        )
    )

    def drawn(options: str = "{}"):
        page.goto(address)
        page.evaluate(
            """options => {
              window.map = L.map("map", {fadeAnimation: false}).setView([60.172, 24.944], 15);
              const chosen = new Function("return " + options)();
              window.layers = umkreisBasemap.addTo(map, "/tiles/helsinki.pmtiles", chosen);
            }""",
            options,
        )
        page.wait_for_selector('#map[data-ready="true"]')
        return page

    return drawn


def pixel(page, pane: str, where: tuple[float, float]) -> list[int]:
    return page.evaluate(PIXEL, [pane, *where])


def test_the_sea_is_drawn_below_and_above_the_data_and_the_park_below_only(show):
    page = show()
    assert pixel(page, "tilePane", BAY) == [*WATER, 255]
    assert pixel(page, "umkreis-labels", BAY) == [*WATER, 255]
    red, green, blue, _ = pixel(page, "tilePane", PARK)
    assert green > red > blue
    assert pixel(page, "umkreis-labels", PARK)[3] == 0


def test_the_dark_map_has_colours_of_its_own(show):
    page = show("{dark: true}")
    assert pixel(page, "tilePane", BAY) == [*DARK_WATER, 255]


def test_labels_lie_above_the_data_and_let_clicks_through(show):
    page = show()
    pane = page.locator(".leaflet-umkreis-labels-pane")
    assert pane.evaluate("pane => [pane.style.zIndex, pane.style.pointerEvents]") == ["450", "none"]
    assert page.evaluate(
        """() => [...map.getPane("umkreis-labels").querySelectorAll("canvas")].some((canvas) => {
          const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          return data.some((value, i) => i % 4 === 3 && value > 0);
        })"""
    )


def test_data_ready_tells_when_everything_is_drawn_again(show):
    page = show()
    zoomed = "() => (map.setZoom(17, {animate: false}), map.getContainer().dataset.ready ?? null)"
    assert page.evaluate(zoomed) is None
    page.wait_for_selector('#map[data-ready="true"]')


def test_a_tile_that_the_file_lacks_is_bare_ground(show):
    page = show()
    page.evaluate("map.setView([48.0, 11.0], 12, {animate: false})")
    page.wait_for_selector('#map[data-ready="true"]')
    assert pixel(page, "tilePane", (48.0, 11.0)) == [244, 242, 237, 255]


def test_ground_and_labels_share_what_they_have_decoded(show):
    page = show()
    assert page.evaluate("layers.ground.views === layers.labels.views")
