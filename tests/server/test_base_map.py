"""Which base map the pages show, what their policy allows for it, and what visitors are told."""

import re

import pytest

from geo.errors import ParameterError
from server.base_map import RasterTiles, raster_tiles
from server.settings import Settings
from server.shell import POLICY

TILES = RasterTiles("https://tiles.geo.example/web/{z}/{x}/{y}.png", "© GeoBasis-DE & <b>")
PAGES = ("/r/toy", "/r/toy/planner", "/r/toy/offers/osm:n1001", "/privacy")


@pytest.mark.parametrize("page", PAGES)
def test_by_default_no_page_may_ask_another_origin(client, page):
    answer = client.get(page)
    assert answer.headers["content-security-policy"] == POLICY
    assert "http" not in POLICY
    assert 'name="base-map"' not in answer.text


@pytest.mark.parametrize("page", PAGES)
def test_a_chosen_one_is_allowed_for_pictures_alone(make_client, page):
    answer = make_client(base_map=TILES).get(page)
    allowed = dict(p.split(" ", 1) for p in answer.headers["content-security-policy"].split("; "))
    assert allowed.pop("img-src") == "https://tiles.geo.example 'self' data: blob:"
    assert "https:" not in " ".join(allowed.values())
    meta = re.search(
        r'<meta name="base-map" content="([^"]+)" data-attribution="([^"]+)">', answer.text
    )
    assert meta.groups() == (TILES.template, "© GeoBasis-DE &amp; &lt;b&gt;")


@pytest.mark.parametrize("page", ["/embed/toy", "/r/toy/map?category=repair_cafe"])
def test_embedded_and_exported_maps_keep_our_own(make_client, page):
    answer = make_client(base_map=TILES).get(page)
    assert answer.status_code == 200
    assert "tiles.geo.example" not in answer.text + answer.headers["content-security-policy"]


def test_the_privacy_page_names_who_learns_what(client, make_client):
    told = make_client(base_map=TILES).get("/privacy?lang=de").text
    assert "kommen von tiles.geo.example" in told
    assert "Ihre Internetadresse" in told
    assert "Keine Anfragen an Dritte" not in told
    assert "Internetadresse und welchen" not in client.get("/privacy?lang=de").text


def test_the_names_of_a_wmts_are_understood():
    address = "https://sgx.geo.example:8443/gdz/{TileMatrix}/{TileRow}/{TileCol}.png"
    chosen = Settings.from_env(
        {"UMKREIS_BASE_MAP_WMTS": address, "UMKREIS_BASE_MAP_ATTRIBUTION": "© BKG"}
    ).base_map
    assert chosen.template == "https://sgx.geo.example:8443/gdz/{z}/{y}/{x}.png"
    assert (chosen.origin, chosen.attribution) == ("https://sgx.geo.example:8443", "© BKG")
    assert Settings.from_env({}).base_map is None


@pytest.mark.parametrize(
    "address",
    [
        "http://t.example/{z}/{x}/{y}.png", "https://t.example/{z}/{x}.png",
        "//t.example/{z}/{x}/{y}", "https://t.example; script-src */{z}/{x}/{y}",
        "https://u:p@t.example/{z}/{x}/{y}", "https://*.example/{z}/{x}/{y}",
        "https://t.example/{z}/{x}/{y}/{key}", "javascript:{z}{x}{y}", "https:///{z}/{x}/{y}",
        "https://{s}.t.example/{z}/{x}/{y}.png", "https://t.example/{z}/{x}/{y}/{z}",
        'https://t.example/{z}/{x}/{y}"onload=', "https://t.example/{z}/{x}/{y} a",
    ],
)  # fmt: skip
def test_what_is_no_template_of_an_https_address_is_refused(address):
    with pytest.raises(ParameterError, match="UMKREIS_BASE_MAP_WMTS"):
        raster_tiles(address, "© Stadt")


def test_whom_to_name_is_needed():
    with pytest.raises(ParameterError, match="UMKREIS_BASE_MAP_ATTRIBUTION"):
        raster_tiles(TILES.template, "")
