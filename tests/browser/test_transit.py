"""Bus and train in a real Chromium: the planner, a timetable on trial, residents on their way."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from server.app import create_app
from server.settings import Settings, default_data_dir
from tests.gtfsfile import more
from tests.toyregion import toy_lonlat
from tests.toytransit import TEN, build_toy_with_timetable

pytestmark = pytest.mark.browser

PLANNER = f"/r/toy/planner?category=repair_cafe&mode=transit&minutes=5&window={TEN}"
FOUR = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # a Tuesday, 16:00 in the region
HOMEWARD = {
    "routes": more("routes", "r2,2,,3"),
    "trips": more("trips", "r2,WD,back,Stop a,"),
    "stop_times": more(
        "stop_times", "back,22:10:00,22:10:00,c,1,,", "back,22:12:00,22:12:00,a,2,,"
    ),
}
LON, LAT = (float(x) for x in toy_lonlat((25.0, 15.0))[0])


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, taxonomy_path: Path) -> Settings:
    """The toy region with its timetable; line 2 goes home late."""
    state = tmp_path_factory.mktemp("transit")
    build_toy_with_timetable(state, taxonomy_path, **HOMEWARD)
    return Settings(data_dir=default_data_dir(), state_dir=state, regions=("toy",))


@pytest.fixture
def home(serve: Callable[..., str], settings: Settings) -> str:
    return serve(create_app(settings))


def open_ready(page: Page, url: str) -> None:
    page.goto(url)
    page.locator("body[data-ready=true]").wait_for()


def outcome(page: Page) -> Locator:
    return page.locator('[data-try="outcome"]')


def changes(page: Page) -> Locator:
    return page.locator('[data-try="list"] li')


def test_the_planner_asks_for_another_time_by_keyboard(open_page: Callable[..., Page], home: str):
    page = open_page(locale="en-GB")
    open_ready(page, home + PLANNER)
    expect(page.locator("#window")).to_have_value("own")
    expect(page.get_by_label("Day")).to_have_value("2026-11-24")
    expect(page.locator("#transit-windows tr.asked")).to_contain_text("As asked")
    page.locator("#window").focus()
    page.locator("#window").press("Home")  # the first part of the week
    expect(page.locator("#transit-windows tr.asked")).to_contain_text("Weekday afternoon")
    expect(page.locator("#transit-windows tr.asked + .mix svg.classes rect")).to_have_count(4)
    page.get_by_role("link", name="Sunday afternoon").press("Enter")
    expect(page.locator("#window")).to_have_value("sunday")
    expect(page.locator("#transit-windows tr.asked")).to_contain_text("Sunday afternoon")


def test_a_line_that_runs_more_often_changes_the_figure(
    open_page: Callable[..., Page], home: str, axe_violations: Callable[[Page], list[str]]
):
    page = open_page(locale="en-GB")
    open_ready(page, home + PLANNER)
    page.get_by_role("button", name="A line runs more or less often").press("Enter")
    line = page.get_by_role("combobox", name="Line")
    expect(line).to_be_focused()
    expect(page.get_by_role("option", name=re.compile(r"^1 "))).to_be_visible()
    line.press("ArrowDown")
    line.press("Enter")
    expect(line).to_have_value("1")
    expect(page.locator('[data-ride="about"]')).to_contain_text("Today 1 (")
    page.get_by_label("Every … minutes").fill("2")
    page.get_by_label("First departure").fill("15:00")
    page.get_by_label("Last one before").fill("18:00")
    assert axe_violations(page) == []
    page.get_by_role("button", name="Try it").press("Enter")
    expect(outcome(page)).to_contain_text(re.compile(r"Difference: \d+ more people\."))
    expect(changes(page)).to_have_text(re.compile("Line 1: every 2 minutes, 15:00 to 18:00"))
    page.get_by_role("button", name="Undo").click()
    expect(changes(page)).to_have_count(0)
    expect(outcome(page)).to_be_empty()


def test_a_new_line_and_a_closed_stop_on_a_phone(open_page: Callable[..., Page], home: str):
    page = open_page(
        locale="en-GB", viewport={"width": 360, "height": 800}, has_touch=True, is_mobile=True
    )
    open_ready(page, home + PLANNER)
    page.get_by_role("button", name="New line").click()
    page.get_by_label("Name of the new line").fill("N1")
    stop = page.get_by_role("combobox", name="Stop")
    for name in ("Stop a", "Stop c"):
        stop.fill(name)
        page.get_by_role("option", name=name).click()
        expect(page.locator('[data-ride="stops"] li').last).to_contain_text(name)
    page.get_by_role("button", name="Try it").click()
    expect(page.locator('[data-ride="told"]')).to_contain_text("Please fill in: Every … minutes")
    page.get_by_label("Every … minutes").fill("3")
    page.get_by_role("button", name="Try it").click()
    expect(changes(page)).to_have_text(re.compile("New line N1: Stop a to Stop c, every 3"))
    expect(outcome(page)).to_contain_text("Difference:")
    page.get_by_role("button", name="Close a stop").click()
    stop.fill("Nowhere")
    page.get_by_role("button", name="Try it").click()
    expect(page.locator('[data-try="trouble"]')).to_contain_text("no such line or stop")
    page.log.problems.clear()  # type: ignore[attr-defined]  # Chromium names the refused request


def test_residents_see_the_departure_to_take_and_the_last_way_home(
    open_page: Callable[..., Page], home: str
):
    page = open_page(
        locale="en-GB", permissions=["geolocation"], reduced_motion="reduce",
        geolocation={"longitude": LON, "latitude": LAT},
    )  # fmt: skip
    page.clock.set_fixed_time(FOUR)
    open_ready(page, home + "/r/toy?mode=transit&minutes=15&category=repair_cafe")
    page.get_by_role("button", name="My location").click()
    expect(page.locator("#results-head")).to_have_text("1 offer by bus and train in 15 minutes")
    expect(page.locator("#why")).to_contain_text("by bus and train")
    page.locator("#items .item-name").first.click()
    journey = page.locator(".card-journey")
    expect(journey).to_contain_text("Departure to take now")
    expect(journey).to_contain_text("16:05")
    expect(journey).to_contain_text("Last way home")
    expect(journey).to_contain_text("22:10")
    assert not [url for url in page.log.requests if f"{LON:.3f}" in url]  # type: ignore[attr-defined]
