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
    expect(part).to_contain_text("Capacity of 600 people in all. On foot, however far.")
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


def test_the_week_is_told_hour_by_hour_and_an_hour_asks_the_page(desk: Page, home: str):
    open_ready(desk, home + FOOD)
    week = desk.locator("#week")
    week.locator("summary").click()
    expect(week).to_contain_text("Of 1 of 2 offers the hours are not known")
    rows = week.locator("table.week tbody tr")
    assert [row.locator("th").inner_text() for row in rows.all()] == [
        "00–06", "06–12", "12–18", "18–24",
    ]  # fmt: skip
    hour = week.get_by_role("button", name="Saturday 06–12: 83%")
    hour.click()
    expect(desk.locator("#at")).to_have_value("Sa 06:00-12:00")
    assert "at=Sa+06%3A00-12%3A00" in desk.url
    expect(desk.locator(".sentence").first).to_contain_text("reach an offer")
    expect(desk.locator("table.week [aria-current]")).to_have_attribute(
        "aria-label", "Saturday 06–12: 83%"
    )


def test_how_sure_each_verdict_is_stands_in_the_ranking(desk: Page, home: str):
    open_ready(desk, home + FOOD.replace("minutes=5", "minutes=2"))
    marks = desk.locator("#ranking .sureness")
    expect(marks).to_have_count(3)
    assert [mark.get_attribute("aria-label") for mark in marks.all()] == [
        "underserved in every variant", "underserved in every variant", "depends on the assumption",
    ]  # fmt: skip
    expect(desk.locator("#stable")).to_contain_text("In 2 of 3 districts every assumption")


def test_more_is_told_of_the_supply_once_it_is_opened(desk: Page, home: str):
    open_ready(desk, home + FOOD)
    desk.locator("#more summary").click()
    told = desk.locator("#second li")
    expect(told.filter(has_text="two or more offers")).to_have_count(1)
    expect(told.filter(has_text="offers per 10,000 people")).to_have_count(1)
    assert desk.locator("#more a").get_attribute("href").startswith("/r/toy/sheets/toy?")


def test_parts_are_reached_without_touching_the_address(desk: Page, home: str):
    open_ready(desk, home + FOOD)
    desk.get_by_role("link", name="Pictures").click()
    expect(desk.locator("#pictures")).to_have_attribute("open", "")
    assert desk.evaluate("document.activeElement.closest('#pictures') !== null")
    assert "#" not in desk.url


def test_without_the_figures_of_the_measures_the_page_is_whole(desk: Page, home: str):
    for name in ("stability", "access", "resilience", "equity"):
        desk.route(f"**/{name}?*", lambda route: route.fulfill(status=200, body="{}"))
    open_ready(desk, home + FOOD)
    desk.wait_for_load_state("networkidle")
    assert desk.locator("#stable").is_hidden()
    assert desk.locator("#ranking tbody tr").count() == 3


def test_on_paper_bars_stay_and_closed_parts_go(desk: Page, home: str):
    open_ready(desk, home + FOOD)
    desk.locator("#pictures summary").click()
    desk.emulate_media(media="print")
    expect(desk.locator("#ranking .bar .rest").first).to_be_visible()
    expect(desk.locator("#pictures .bar .part").first).to_be_visible()
    expect(desk.locator("#week")).to_be_hidden()


def test_on_a_phone_a_popup_stays_inside_the_map(open_page: Callable[..., Page], home: str):
    page = open_page(viewport={"width": 360, "height": 740}, reduced_motion="reduce")
    open_ready(page, home + FOOD)
    open_bakery(page)
    page.get_by_text("How far does its capacity carry?").click()
    page.wait_for_timeout(300)
    popup = page.locator(".leaflet-popup-content-wrapper").bounding_box()
    around = page.locator("#map").bounding_box()
    assert popup["y"] >= around["y"]
    assert popup["y"] + popup["height"] <= around["y"] + around["height"]
    controls = page.locator(".leaflet-control-zoom").bounding_box()
    assert popup["x"] >= controls["x"] + controls["width"]
