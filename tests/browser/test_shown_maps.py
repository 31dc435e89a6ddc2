"""Maps of answers and tables in a real browser: drawn from one file, with hostile names in it."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from playwright.sync_api import expect

from layers.atlas import Atlas
from server.maps import show
from tests.layers.test_tabular import ANSWERS

pytestmark = pytest.mark.browser
EVIL = "</script><script>window.pwned=1</script><img src=x onerror=alert(1)>${window.pwned=1}`"


def test_layers_are_drawn_asked_and_switched_off_and_nothing_is_loaded(
    toy_atlas: Atlas, open_page, tmp_path: Path
):
    place = toy_atlas.region.boundary.centroid
    mine = gpd.GeoDataFrame(
        {"name": [EVIL], EVIL: [1.5]}, geometry=[place], crs=toy_atlas.region.crs
    )
    lines = gpd.GeoDataFrame(geometry=[shapely.LineString([place, (385_000, 5_934_000)])],
                             crs=toy_atlas.region.crs)  # fmt: skip
    shown = show({"Cover": ANSWERS["coverage"](toy_atlas), EVIL: mine, "Line": lines})
    shown.save(tmp_path / "map.html")
    page = open_page()
    page.goto((tmp_path / "map.html").as_uri())
    page.locator("path.leaflet-interactive").first.wait_for()
    points = page.locator(".leaflet-points-pane path")
    assert page.locator(".leaflet-lines-pane path").count() == 1
    before = points.count()
    points.last.click()
    told = page.locator(".leaflet-popup-content").inner_text()
    assert EVIL in told
    assert "1.5" in told
    page.locator(".leaflet-control-layers").hover()  # it takes no click while it opens
    page.wait_for_selector(".leaflet-control-layers-expanded")
    page.get_by_role("checkbox", name=EVIL).click()
    expect(points).to_have_count(before - 1)
    assert page.evaluate("window.pwned") is None
