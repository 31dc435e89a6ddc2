"""Folium pages: our own assets or none, texts that stay texts, figures in words."""

import json
import re

import folium
import folium.plugins
import pytest

from server.folium_page import (
    ASSETS,
    STATIC_DIR,
    UnknownAssetError,
    page_parts,
    safe_text,
    script_literal,
)
from server.map_view import MapView, OfferLayer
from server.maps import coverage_map, live_map, map_csp

NONCE = "abcDEF12_-"


def square(west: float, south: float, size: float = 0.004) -> dict:
    east, north = west + size, south + size
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def features(*pairs: tuple[dict, dict]) -> dict:
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": geometry, "properties": properties}
            for geometry, properties in pairs
        ],
    }


def make_view(**changes: object) -> MapView:
    values: dict = {
        "title": "Bäcker: zu Fuß in 10 Minuten",
        "language": "de",
        "districts": features(
            (square(24.938, 60.166), {"name": "Kluuvi", "share": 0.82, "share_text": "82 %",
                                      "residents_text": "1.234", "covered_text": "1.012"}),
            (square(24.944, 60.170), {"name": "Hakaniemi", "share": 0.1, "share_text": "10 %",
                                      "residents_text": "500", "covered_text": "50"}),
            (square(24.938, 60.172), {"name": "Hafen", "share": None, "share_text": "unbekannt"}),
        ),
        "offers": features(
            ({"type": "Point", "coordinates": [24.9405, 60.1685]},
             {"id": "osm:n1", "name": "Fazer", "category": "Bäckerei", "layer": "trade",
              "address": "Kluuvikatu 3", "opening_hours": "Mo-Fr 08:00-18:00",
              "website": "https://example.org/"}),
        ),
        "gaps": features((square(24.945, 60.171, 0.002), {"residents_text": "450 Menschen",
                                                          "nearest_text": "Fazer, 14 min"})),
        "offer_layers": (OfferLayer("trade", "Handel & Gastronomie", "#a8780b"),),
        "totals_lines": ("1.062 von 1.734 Menschen erreichen einen Bäcker.",),
        "legend_title": "Anteil der Menschen in Reichweite",
        "attributions": ("© OpenStreetMap contributors", "GeoNames"),
        "as_of": "Daten von 2019",
        "tiles_url": "/tiles/helsinki.pmtiles",
    }  # fmt: skip
    return MapView(**{**values, **changes})


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("Bäckerei", "Bäckerei"),
        ("<b>", "&lt;b&gt;"),
        ("${x}", "&#36;&#123;x&#125;"),
        ("`", "&#96;"),
        ("\\u003c", "&#92;u003c"),
        ("\"'&", "&quot;&#x27;&amp;"),
        (None, ""),
        (3, "3"),
    ],
)
def test_safe_text_leaves_no_character_that_means_something(text, safe):
    assert safe_text(text) == safe


def test_a_script_literal_is_json_without_a_character_that_means_something():
    value = {"a{{7*7}}": ["</script>", 1.5, None, True, {"b": "`${x}`\\\u2028"}]}
    literal = script_literal(value)
    assert json.loads(literal) == value
    assert not re.search(r"[<>&'`$]|\{[{%#]|\u2028", literal)


@pytest.mark.parametrize("name", ["{{ 7 * 7 }}", "{% for x in y %}", "{# gone #}", "{{ cycler"])
def test_a_name_is_no_template(name):
    point = {"type": "Point", "coordinates": [24.94, 60.17]}
    offer = {"id": "osm:n1", "name": name, "category": name, "layer": "trade"}
    district = {"name": name, "share": 0.5, "share_text": name}
    page = live_map(
        make_view(
            title=name,
            offers=features((point, offer)),
            districts=features((square(24.94, 60.17), district)),
            attributions=(name,),
            tiles_url=f"/{name}",
        ),
        NONCE,
    )
    assert f"<h1>{name}</h1>" in page
    escaped = json.dumps(name)[1:-1].replace("{", "\\u007b").replace("}", "\\u007d")
    assert f'"name": "{escaped}"' in page
    assert "49" not in page


def test_a_layer_that_brings_a_raw_template_is_refused_and_not_run():
    umkreis_map = coverage_map(make_view(), tiles_url=None)
    folium.GeoJson(square(24.94, 60.17) | {"note": "{{ 7 * 7 }}"}).add_to(umkreis_map)
    with pytest.raises(ValueError, match=r"renders '\{\{ 7 \* 7 \}\}.* would run as a template"):
        page_parts(umkreis_map)


def test_a_map_loads_only_vendored_files():
    parts = page_parts(coverage_map(make_view(), tiles_url="/t.pmtiles"))
    assert parts.scripts[0] == "vendor/leaflet/leaflet.js"
    assert len(parts.scripts) == 5
    for path in (*parts.scripts, *parts.styles):
        assert (STATIC_DIR / path).is_file()


def test_every_named_asset_exists():
    assert [path for path in ASSETS.values() if path and not (STATIC_DIR / path).is_file()] == []


def test_a_plugin_that_nobody_vendored_is_an_error_and_no_request():
    umkreis_map = coverage_map(make_view(), tiles_url=None)
    folium.plugins.Fullscreen().add_to(umkreis_map)
    with pytest.raises(UnknownAssetError, match=r"wants the asset 'Control.Fullscreen.js' from "):
        page_parts(umkreis_map)


def test_an_element_that_writes_into_the_head_is_an_error():
    umkreis_map = coverage_map(make_view(), tiles_url=None)
    umkreis_map.get_root().header.add_child(folium.Element("<style>*{}</style>"), name="mine")
    with pytest.raises(UnknownAssetError, match=r"writes 'mine' into the page's head; put its"):
        page_parts(umkreis_map)


def test_stock_folium_and_another_map_are_left_as_they_were():
    stock_before = list(folium.Map.default_js)
    first = live_map(make_view(), NONCE)
    live_map(make_view(title="Andere", tiles_url="/tiles/other.pmtiles"), NONCE)
    assert live_map(make_view(), NONCE) == first
    assert list(folium.Map.default_js) == stock_before


def test_the_page_names_no_other_origin_but_the_copyright_page_and_offers_websites():
    page = live_map(make_view(), NONCE)
    hosts = set(re.findall(r"https?://([^/\"'\\\s]+)", page))
    assert hosts == {"www.openstreetmap.org", "example.org"}
    assert not re.search(r"<(?:script|link)[^>]+(?:src|href)=\"(?:https?:)?//", page)


def test_every_script_and_style_carries_the_nonce():
    page = live_map(make_view(), NONCE, static_url="/assets")
    scripts = re.findall(r"<script[^>]*>", page)
    assert len(scripts) == 6
    assert all(f'nonce="{NONCE}"' in script for script in scripts)
    assert 'src="/assets/vendor/leaflet/leaflet.js"' in page
    assert re.findall(r"<style[^>]*>", page) == [f'<style nonce="{NONCE}">']
    assert " style=" not in page


def test_the_policy_allows_our_origin_and_the_nonce_only():
    policy = map_csp(NONCE)
    assert "default-src 'none'" in policy
    assert f"script-src 'nonce-{NONCE}' 'strict-dynamic'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize("nonce", ["", "short", 'abcdefgh" onload="x', "abcdefgh'; script-src *"])
def test_a_nonce_that_could_end_its_attribute_is_refused(nonce):
    with pytest.raises(ValueError, match="`nonce` must be 8 or more letters"):
        live_map(make_view(), nonce)
    with pytest.raises(ValueError, match="`nonce` must be 8 or more letters"):
        map_csp(nonce)


def test_the_page_says_what_the_map_shows_in_words():
    page = live_map(make_view(), NONCE)
    assert '<html lang="de">' in page
    assert "<h1>Bäcker: zu Fuß in 10 Minuten</h1>" in page
    assert "1.062 von 1.734 Menschen erreichen einen Bäcker." in page
    assert re.search(r'swatch share-0"></span>unter 20\u00a0%<span class="count">1</span>', page)
    assert re.search(r'swatch share-20"></span>.*<span class="count">0</span>', page)
    assert 'swatch unknown"' in page
    assert 'swatch withheld"' not in page


def test_the_table_puts_the_least_covered_first_and_the_unknown_last():
    page = live_map(make_view(), NONCE)
    assert re.findall(r'<th scope="row">([^<]+)</th>', page) == ["Hakaniemi", "Kluuvi", "Hafen"]


def test_a_note_stands_below_its_districts_name():
    noted = {"name": "Hafen", "share": 0.4, "share_text": "40 %", "note_text": "Nur zur Hälfte."}
    page = live_map(make_view(districts=features((square(24.94, 60.17), noted))), NONCE)
    assert '<th scope="row">Hafen<small>Nur zur Hälfte.</small></th>' in page


def test_only_the_first_mention_of_openstreetmap_is_a_link():
    names = ("© OpenStreetMap contributors", "People: OpenStreetMap and GeoNames")
    page = live_map(make_view(attributions=names), NONCE)
    assert page.count("openstreetmap.org/copyright") == 1


def test_a_district_may_be_withheld():
    withheld = features((square(24.94, 60.17), {"name": "A", "share": None, "class_id": "withheld",
                                                "share_text": "–"}))  # fmt: skip
    page = live_map(make_view(districts=withheld), NONCE)
    assert 'swatch withheld"' in page
    assert "district withheld" in page


def test_a_view_without_anything_still_draws_the_base_map():
    nothing = features()
    view = make_view(districts=nothing, gaps=nothing, offers=nothing, offer_layers=())
    page = live_map(view, NONCE)
    assert "umkreisBasemap.addTo" in page
    assert "<table>" not in page
    assert "fitBounds" not in page


def test_the_map_fits_the_districts_in_lat_lon_order():
    page = live_map(make_view(), NONCE)
    assert re.search(r"fitBounds\(\s*\[\[60\.166, 24\.938\], \[60\.17\d+, 24\.94\d+\]\]", page)


def test_a_text_that_closes_the_script_cannot_get_into_it():
    evil = "</script><script>alert(1)</script>"
    view = make_view(title=evil, as_of=evil, legend_title=evil, totals_lines=(evil,))
    assert "<script>alert" not in live_map(view, NONCE)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"language": "fr"}, "`language` is 'fr'; it must be de or en"),
        ({"districts": features((square(0, 0), {"name": "A", "share": 1.4}))}, "`share` is 1.4"),
    ],
)
def test_a_view_that_contradicts_itself_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        live_map(make_view(**changes), NONCE)


def test_a_layer_colour_must_be_a_colour():
    with pytest.raises(ValueError, match=r"`color` is 'red;\}'; it must look like #3f7d20"):
        OfferLayer("trade", "Handel", "red;}")


def test_a_region_without_a_base_map_has_a_map_that_waits_for_nothing():
    page = live_map(make_view(tiles_url=""), NONCE)
    assert "umkreisBasemap.addTo" not in page
    assert "OpenStreetMap contributors" in page.split("attributionControl.addAttribution(")[1]
