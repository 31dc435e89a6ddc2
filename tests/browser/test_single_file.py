"""Folium maps in a real browser: served live and from disk, with friendly and hostile names."""

import importlib.util
import json
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from layers.errors import TilesMissingError
from server.folium_page import STATIC_DIR
from server.map_view import MapView, OfferLayer
from server.maps import live_map, map_csp
from server.single_file import single_file

pytestmark = pytest.mark.browser

NONCE = "nonceForTests1"
WATER = [169, 207, 227]
PAYLOADS = {
    "image": '<img src=x onerror="window.pwned=1">',
    "template": "Bäckerei ${window.pwned=[1]}",
    "backtick": "`;window.pwned=1;`",
    "script": "</script><script>window.pwned=1</script>",
    "attribute": "\"'><svg onload=window.pwned=1>",
    "escapes": "\\u003cimg src=x onerror=window.pwned=1\\u003e \\` {{7*7}} Łódź",
}


def views():
    """Load the views of the other tests; test folders are no packages."""
    path = Path(__file__).resolve().parents[1] / "server" / "test_maps.py"
    spec = importlib.util.spec_from_file_location("views_of_test_maps", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


VIEWS = views()


def hostile_view(evil: str) -> MapView:
    """Put one text into every field that people or sources can fill."""
    texts = ("share_text", "residents_text", "covered_text", "uncovered_text", "note_text")
    return VIEWS.make_view(
        title=evil,
        districts=VIEWS.features(
            (VIEWS.square(24.938, 60.166, 0.012),
             {"name": evil, "share": 0.3, **dict.fromkeys(texts, evil)}),
        ),
        gaps=VIEWS.features(
            (VIEWS.square(24.939, 60.167, 0.003),
             dict.fromkeys(("residents_text", "nearest_text", "districts_text"), evil)),
        ),
        offers=VIEWS.features(
            ({"type": "Point", "coordinates": [24.9465, 60.1745]},
             {"id": "osm:n1", "name": evil, "category": evil, "layer": "trade", "address": evil,
              "opening_hours": evil, "website": "javascript:window.pwned=1//" + evil}),
        ),
        offer_layers=(OfferLayer("trade", evil, "#a8780b"),),
        totals_lines=(evil,),
        note_lines=(evil,),
        legend_title=evil,
        attributions=("© OpenStreetMap " + evil, evil),
        as_of=evil,
    )  # fmt: skip


@pytest.fixture
def open_map(serve, open_page, helsinki_tiles, tmp_path):
    """Show a view in the browser, served or from disk, once it is drawn."""

    def opened(view: MapView, way: str, **options):
        page = open_page(**options)
        if way == "live":
            html = live_map(view, NONCE)
            headers = {"Content-Security-Policy": map_csp(NONCE)}
            app = Starlette(
                routes=[
                    Route("/map", lambda _: HTMLResponse(html, headers=headers)),
                    Mount("/static", StaticFiles(directory=STATIC_DIR)),
                    Mount("/tiles", StaticFiles(directory=helsinki_tiles.parent)),
                ]
            )
            page.goto(serve(app) + "/map")
        else:
            file = tmp_path / "map.html"
            file.write_text(single_file(view, helsinki_tiles), "utf-8")
            page.goto(file.as_uri())
        page.wait_for_selector('[data-ready="true"]')
        return page

    return opened


def colours(page) -> list[list[int]]:
    """Return the colours on the ground's canvases, the commonest first."""
    return page.evaluate(
        """() => {
          const counts = new Map();
          for (const canvas of document.querySelectorAll(".leaflet-tile-pane canvas")) {
            const { width, height } = canvas;
            const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
            for (let i = 0; i < data.length; i += 16) {
              const key = [data[i], data[i + 1], data[i + 2]].join();
              counts.set(key, (counts.get(key) || 0) + 1);
            }
          }
          return [...counts].sort((a, b) => b[1] - a[1]).map(([key]) => key.split(",").map(Number));
        }"""
    )


def popup_of(page, path: str) -> str:
    """Click a shape near its upper left corner, through the labels, and return what opens."""
    page.evaluate("map_main.fitBounds(geo_json_districts.getBounds(), {animate: false})")
    page.locator(path).first.click(position={"x": 8, "y": 8})
    return page.locator(".leaflet-popup-content").last.text_content()


@pytest.mark.parametrize("way", ["live", "file"])
def test_a_map_draws_its_base_map_districts_gaps_and_offers(open_map, way):
    page = open_map(VIEWS.make_view(), way)
    assert WATER in colours(page)[:12]
    assert page.locator("path.district").count() == 3
    assert page.locator("path.gap").count() == 1
    assert page.locator(".offer-marker").count() == 1
    assert "82 %" in popup_of(page, "path.district")
    assert "450 Menschen" in popup_of(page, "path.gap")


def test_a_file_opens_from_disk_with_one_request_itself(open_map):
    page = open_map(VIEWS.make_view(), "file")
    page.locator(".leaflet-control-zoom-in").click()
    page.wait_for_selector('[data-ready="true"]')
    assert len(page.log.requests) == 1
    assert page.log.requests[0].startswith("file:///")


def test_a_file_brings_fonts_for_letters_beyond_latin_1_only_where_it_needs_them(helsinki_tiles):
    plain = single_file(VIEWS.make_view(), helsinki_tiles)
    polish = single_file(VIEWS.make_view(title="Łódź"), helsinki_tiles)
    assert 140_000 < len(polish) - len(plain) < 180_000
    assert single_file(VIEWS.make_view(), helsinki_tiles) == plain


def test_a_file_without_its_base_map_is_refused(tmp_path):
    with pytest.raises(TilesMissingError, match=r"has no base map; run `umkreis build .* --force`"):
        single_file(VIEWS.make_view(), tmp_path / "nowhere.pmtiles")


@pytest.mark.parametrize("way", ["live", "file"])
@pytest.mark.parametrize("payload", [*PAYLOADS, "several"])
def test_hostile_names_are_shown_and_never_run(open_map, payload, way):
    evil = PAYLOADS.get(payload) or " ".join(list(PAYLOADS.values())[:3])
    # one at a time without the policy, so that escaping alone is tested; together with it
    page = open_map(hostile_view(evil), way, bypass_csp=payload != "several")

    assert page.locator("h1").text_content() == evil
    assert page.title() == f"{evil} – Umkreis"
    assert page.locator(".panel").text_content().count(evil) >= 7
    assert popup_of(page, "path.district").count(evil) == 6
    assert popup_of(page, "path.gap").count(evil) == 3
    marker = page.locator(".offer-marker")
    assert marker.get_attribute("title") == evil
    marker.dispatch_event("click")
    offer = page.locator(".offer-popup")
    assert offer.text_content().count(evil) >= 5
    assert offer.locator("a").count() == 0  # a javascript: address is no link
    page.locator(".leaflet-control-layers").hover()
    page.mouse.move(500, 400)
    page.mouse.move(700, 450)
    assert evil in page.locator(".leaflet-control-attribution").text_content()

    assert page.evaluate("window.pwned") is None
    assert page.locator("img[src=x], svg[onload]").count() == 0


def test_an_offers_website_is_a_link_that_tells_nothing_about_us(open_map):
    page = open_map(VIEWS.make_view(), "live")
    page.locator(".offer-marker").dispatch_event("click")
    link = page.locator(".offer-popup a")
    assert link.get_attribute("href") == "https://example.org/"
    assert link.get_attribute("rel") == "noopener noreferrer"


def test_many_offers_come_as_clusters_that_open(open_map):
    points = [
        ({"type": "Point", "coordinates": [24.94 + 5e-4 * (i % 10), 60.168 + 4e-4 * (i // 10)]},
         {"id": f"osm:n{i}", "name": f"Laden {i}", "category": "Laden", "layer": "trade"})
        for i in range(60)
    ]  # fmt: skip
    page = open_map(VIEWS.make_view(offers=VIEWS.features(*points)), "live")
    clusters = page.locator(".offer-cluster")
    shown = sum(int(text) for text in clusters.all_text_contents())
    assert shown + page.locator(".offer-marker").count() == 60
    assert clusters.count() < 20


def test_the_layer_control_hides_and_shows_in_the_language_of_the_map(open_map):
    page = open_map(VIEWS.make_view(language="en"), "live")
    labels = page.locator(".leaflet-control-layers-overlays label")
    assert [text.strip() for text in labels.all_text_contents()] == [
        "Share by district",
        "Gaps in supply",
        "Offers",
    ]
    labels.nth(0).locator("input").focus()
    page.keyboard.press("Space")
    assert page.locator("path.district").count() == 0
    page.keyboard.press("Space")
    assert page.locator("path.district").count() == 3


def test_a_map_fits_a_phone(open_map):
    page = open_map(VIEWS.make_view(), "live", viewport={"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    title, frame = page.locator("h1").bounding_box(), page.locator(".umkreis-map").bounding_box()
    assert title["y"] < frame["y"]
    assert page.locator(".totals").bounding_box()["y"] < 740


def test_a_map_is_accessible_as_far_as_axe_can_tell(open_map, axe_violations):
    page = open_map(VIEWS.make_view(), "live")
    page.locator("summary").click()
    assert axe_violations(page) == []


def test_a_tile_is_fetched_once_for_ground_and_labels(open_map):
    page = open_map(VIEWS.make_view(), "live")
    tiles = [url for url in page.log.requests if url.endswith(".pmtiles")]
    ranges = page.evaluate("performance.getEntriesByType('resource').length")
    assert 2 <= len(tiles) <= 12, json.dumps(tiles)
    assert ranges < 30
