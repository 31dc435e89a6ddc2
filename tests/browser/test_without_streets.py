"""A region without streets in a real Chromium: what it lacks is said first, and asked of nobody."""

import shutil
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from layers.build import build_atlas
from server.app import create_app
from server.settings import Settings, default_data_dir

pytestmark = pytest.mark.browser

TABLE = 'offers = "offers.csv"\noffers_source = "made up"\noffers_licence = "CC0-1.0"\n'
ROWS = "id,name,category,lon,lat\nhof,Hof Öd,farm_shop,9.8534,51.3420\n"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    data, state = default_data_dir(), tmp_path_factory.mktemp("no-streets")
    folder = state / "regions/witzenhausen"
    shutil.copytree(data / "regions/witzenhausen", folder)
    (folder / "offers.csv").write_text(ROWS, "utf-8")
    with (folder / "region.toml").open("a", encoding="utf-8") as file:
        file.write(TABLE)
    build_atlas(folder, data / "taxonomy.toml", state / "atlas/witzenhausen")
    return Settings(data_dir=data, state_dir=state, regions=("witzenhausen",))


@pytest.fixture
def home(serve: Callable[..., str], settings: Settings) -> str:
    return serve(create_app(settings))


def test_planners_get_lines_and_gaps_and_no_question_that_needs_streets(
    open_page: Callable[..., Page], home: str, axe_violations: Callable[[Page], list[str]]
) -> None:
    page = open_page(locale="de-DE", reduced_motion="reduce")
    page.goto(f"{home}/r/witzenhausen/planner?category=farm_shop&mode=line&metres=5000")
    expect(page.get_by_role("heading", name="Noch keine Straßendaten")).to_be_visible()
    expect(page.locator(".sentence").first).to_contain_text("Luftlinie")
    expect(page.locator("#here")).to_be_hidden()
    expect(page.locator("#ranking tbody tr").first).to_be_visible()
    page.wait_for_load_state("networkidle")  # a refused question would stand in the console
    assert axe_violations(page) == []


def test_residents_find_the_list_on_a_phone_and_no_search_for_places(
    open_page: Callable[..., Page], home: str
) -> None:
    page = open_page(locale="de-DE", viewport={"width": 390, "height": 844})
    page.goto(f"{home}/r/witzenhausen?category=farm_shop")
    page.locator("body[data-ready=true]").wait_for()
    expect(page.get_by_text("keine Straße. Darum lässt sich nicht sagen")).to_be_visible()
    expect(page.locator("#place")).to_be_hidden()
    expect(page.locator("#how")).to_be_hidden()
    expect(page.locator("#items")).to_contain_text("Hof Öd")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width == 390
