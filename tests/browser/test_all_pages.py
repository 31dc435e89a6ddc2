"""All pages for residents and initiatives, of two regions: axe, other origins, hostile texts."""

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from layers.build import build_atlas
from server.app import create_app
from server.settings import Settings, default_data_dir

pytestmark = pytest.mark.browser

EVIL = "<img src=x onerror=window.pwned=1>\"'> ${window.pwned=1} {{7*7}} `</script>"
OWN = "umk:evil"
EVERYWHERE = ("/", "/about", "/sources", "/privacy", "/accessibility", "/ogc/", "/nothing-here")
OF_REGION = (
    "", "?category=repair_cafe,csa", "?q=zeppelin", "?open=now", f"?offer={OWN}", "?view=saved",
    "?view=week", "/offers", f"/offers/{OWN}", f"/offers/{OWN}/partners", f"/offers/{OWN}/poster",
    f"/offers/{OWN}/card", "/embed",
)  # fmt: skip
SCHEMES = {"", "http", "https", "mailto", "tel"}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The shipped toy region, and the same where every text of an offer is hostile."""
    data, state = default_data_dir(), tmp_path_factory.mktemp("pages")
    evil = state / "regions" / "evil"
    shutil.copytree(data / "regions/toy", evil)
    _make_hostile(evil)
    for region, folder in (("toy", data / "regions/toy"), ("evil", evil)):
        build_atlas(folder, data / "taxonomy.toml", state / "atlas" / region, base_map=False)
    return Settings(data_dir=data, state_dir=state, regions=("toy", "evil"), contact=EVIL)


def _make_hostile(folder: Path) -> None:
    config = (folder / "region.toml").read_text("utf-8")
    config = config.replace('id = "toy"', 'id = "evil"').replace('"made up"', json.dumps(EVIL))
    config = config.replace('name = "Musterland"', f"name = {json.dumps(EVIL)}")
    (folder / "region.toml").write_text(config, "utf-8")
    table = folder / "offers.csv"
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    cafe = next(row for row in rows if row["category"] == "repair_cafe")
    texts = ("name", "address", "opening_hours", "description")  # addresses of the web are checked
    hostile = {**cafe, **dict.fromkeys(texts, EVIL), "id": "evil"}
    hostile["notices"] = cafe["notices"].replace("ein Raum", EVIL.replace(";", ","))
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows([*rows, hostile])


@pytest.fixture
def home(serve: Callable[..., str], settings: Settings) -> str:
    return serve(create_app(settings))


def visit(page: Page, url: str) -> None:
    page.goto(url)
    if page.locator("#map").count():
        page.locator("body[data-ready=true]").wait_for()


def pages_of(region: str) -> list[str]:
    """Return the pages of a region; what only one region has is asked of that alone."""
    ours = OF_REGION if region == "evil" else tuple(p for p in OF_REGION if OWN not in p)
    return [f"/r/{region}{path}" for path in ours] + [f"/embed/{region}"]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_axe_objects_to_no_page(open_page, axe_violations, home: str, scheme: str, width: int):
    page = open_page(
        locale="de-DE", color_scheme=scheme, viewport={"width": width, "height": 700},
        bypass_csp=True, reduced_motion="reduce",
    )  # fmt: skip
    found = {}
    for path in (*EVERYWHERE, *pages_of("evil"), *pages_of("toy")):
        # a card is a part of pages; pins at one place lie over each other, the list has them too
        if path.endswith(("/card", "/embed/evil")):
            continue
        visit(page, home + path)
        if violations := axe_violations(page):
            found[path] = violations
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            found[f"{path} is wider than the screen"] = [str(wide)]
    page.log.problems = [p for p in page.log.problems if "/nothing-here" not in p]
    assert found == {}


def test_hostile_texts_run_nowhere_and_links_lead_where_links_may(open_page, home: str):
    page = open_page(locale="de-DE", reduced_motion="reduce")
    for path in (*EVERYWHERE[:-1], *pages_of("evil")):
        visit(page, home + path)
        page.evaluate("0")  # after what a page may have run
        assert page.evaluate("window.pwned") is None, path
        assert page.locator("img[src=x], [onerror]").count() == 0, path
        assert "49" not in page.title(), path
        links = page.evaluate("[...document.links].map(link => link.href)")
        assert {urlsplit(link).scheme for link in links} <= SCHEMES, path
    visit(page, f"{home}/r/evil?offer={OWN}")
    assert EVIL in page.locator(".offer-card").inner_text()
