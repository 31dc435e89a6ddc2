"""How far offers carry, and how far one gets, on the planner's page."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect

from layers.build import build_atlas
from server.app import create_app
from server.settings import Settings, default_data_dir
from tests.toyregion import write_toy_region

pytestmark = pytest.mark.browser

FOOD = "/r/toy/planner?category=greengrocer_bakery&mode=walk&minutes=5&lang=en"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, taxonomy_path: Path) -> Settings:
    state = tmp_path_factory.mktemp("reach")
    write_toy_region(state / "regions" / "toy")
    build_atlas(state / "regions" / "toy", taxonomy_path, state / "atlas" / "toy", base_map=False)
    return Settings(data_dir=default_data_dir(), state_dir=state, regions=("toy",))


@pytest.fixture
def home(serve: Callable[..., str], settings: Settings) -> str:
    return serve(create_app(settings))


@pytest.fixture
def desk(open_page: Callable[..., Page]) -> Page:
    return open_page(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")


def open_ready(page: Page, url: str) -> None:
    page.goto(url)
    page.locator("body[data-ready=true]").wait_for()


def open_bakery(page: Page) -> None:
    page.locator(".offer[title^='Bäckerei Groß']").click()
    expect(page.locator(".leaflet-popup")).to_contain_text("Bäckerei Groß")


def test_an_entered_capacity_is_printed_with_its_filled_radius(desk: Page, home: str):
    open_ready(desk, home + FOOD)
    open_bakery(desk)
    popup = desk.locator(".leaflet-popup")
    popup.get_by_text("How far does its capacity carry?").click()
    popup.get_by_label("Capacity (people)").fill("300")
    popup.get_by_role("button", name="Show", exact=True).click()
    told = popup.locator(".told").first
    expect(told).to_contain_text("capacity of 300 people (entered here)")
    assert re.search(r"within [\d.]+ min: about \d+0\.$", told.inner_text())
    popup.get_by_role("button", name="Show its reach").click()
    expect(told).to_contain_text("reach it on foot in 5 minutes")


def test_a_capacity_beyond_all_demand_fills_nothing(desk: Page, home: str):
    open_ready(desk, home + FOOD)
    open_bakery(desk)
    popup = desk.locator(".leaflet-popup")
    popup.get_by_text("How far does its capacity carry?").click()
    popup.get_by_label("Capacity (people)").fill("5000")
    popup.get_by_role("button", name="Show", exact=True).click()
    expect(popup.locator(".told")).to_contain_text("more than all people of the region use up")


def test_the_best_allocation_adds_up_and_is_drawn(desk: Page, home: str):
    open_ready(desk, home + FOOD)
    part = desk.locator("#carry")
    part.locator("summary").first.click()
    part.get_by_label("Capacity of each offer (people)").fill("300")
    part.get_by_role("button", name="Best possible allocation").click()
    expect(part.locator(".sentence")).to_have_text("600 of 960 people are served, 360 are not.")
    expect(part).to_contain_text("Capacity of 600 people in all; On foot, however far.")
    rows = part.get_by_role("region", name="Offers in the best allocation").locator("tbody tr")
    expect(rows).to_have_count(2)
    bakery = rows.filter(has_text="Bäckerei Groß")
    cells = [cell.inner_text() for cell in bakery.locator("td").all()]
    assert cells[:2] == ["300 / 300", "0"]
    assert cells[5] == "serves one more"
    unserved = part.get_by_role("region", name="Where the unserved live")
    expect(unserved.locator("tbody tr")).to_have_count(2)
    assert desk.locator(".gap-label").count() == 0  # the shares and gaps step back
    part.get_by_role("button", name="Reset").click()
    expect(part.locator(".sentence")).to_have_count(0)


def test_a_unit_that_nobody_uses_up_is_refused_with_the_reason(desk: Page, home: str):
    open_ready(desk, home + "/r/toy/planner?category=village_shop&lang=en")
    desk.locator("#carry summary").first.click()
    expect(desk.locator("#carry")).to_contain_text("which people do not use up")
    assert desk.locator("#carry form").count() == 0


def test_how_far_one_gets_is_asked_by_keyboard_and_stands_in_no_address(desk: Page, home: str):
    asked: list[Request] = []
    desk.on("request", lambda request: asked.append(request))
    open_ready(desk, home + FOOD)
    desk.locator("#here summary").first.focus()
    desk.keyboard.press("Enter")
    desk.get_by_role("button", name="From the middle of the map").press("Enter")
    rows = desk.locator("#here tbody tr")
    expect(rows).to_have_count(3)
    assert rows.first.locator("th").inner_text() == "5 min"
    assert rows.last.locator("td").first.inner_text() == "960"
    posted = [r for r in asked if r.url.endswith("/isochrone")]
    assert [r.method for r in posted] == ["POST"]
    assert posted[0].post_data_json["minutes"] == [5, 10, 15]
    assert "lon" not in desk.url
    assert "#" not in desk.url


def test_a_click_on_the_map_asks_from_there(desk: Page, home: str):
    open_ready(desk, home + FOOD)
    desk.locator("#here summary").first.click()
    choose = desk.get_by_role("button", name="Choose a place on the map")
    choose.click()
    expect(choose).to_have_attribute("aria-pressed", "true")
    box = desk.locator("#map").bounding_box()
    desk.mouse.click(box["x"] + box["width"] / 2 + 60, box["y"] + box["height"] / 2)
    expect(desk.locator("#here tbody tr")).to_have_count(3)
    assert desk.locator(".here").count() == 1
    desk.locator("#here").get_by_role("button", name="Reset").click()
    assert desk.locator(".here").count() == 0


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_axe_objects_to_nothing_while_all_is_open(
    open_page: Callable[..., Page], axe_violations, home: str, scheme: str, width: int
):
    page = open_page(
        viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True,
        reduced_motion="reduce",
    )  # fmt: skip
    open_ready(page, home + FOOD)
    for details in page.locator("details.part > summary").all():
        details.click()
    page.fill("#carry-capacity", "300")
    page.get_by_role("button", name="Best possible allocation").click()
    page.locator("#carry .sentence").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert axe_violations(page) == []
