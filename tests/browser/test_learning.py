"""Regions side by side, their past and practice cards in a real Chromium."""

import shutil
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from layers.build import build_atlas
from server.app import create_app
from server.settings import Settings, default_data_dir
from tests.toyregion import write_toy_region

pytestmark = pytest.mark.browser

EVIL = "<img src=x onerror=window.pwned=1> ${window.pwned=1} `</script>"
PAGES = (
    "/compare?regions=toy,evil&category=repair_cafe",
    "/r/toy/history?category=repair_cafe&from=2020-05-01&step=year",
    "/practice",
    "/practice/toy/repair-in-the-fire-station",
    "/r/toy/districts/T1.n1301/similar",
)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The shipped toy region with its practice cards, and one with hostile names."""
    data, state = default_data_dir(), tmp_path_factory.mktemp("learning")
    write_toy_region(state / "regions/evil", config={"id": "evil", "name": EVIL})
    shutil.copytree(data / "regions/toy/practice", state / "regions/evil/practice")
    for region, folder in (("toy", data / "regions/toy"), ("evil", state / "regions/evil")):
        build_atlas(folder, data / "taxonomy.toml", state / "atlas" / region, base_map=False)
    return Settings(data_dir=data, state_dir=state, regions=("toy", "evil"))


@pytest.fixture
def home(serve: Callable[..., str], settings: Settings) -> str:
    return serve(create_app(settings))


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_axe_objects_to_nothing_and_nothing_is_wider_than_the_screen(
    open_page: Callable[..., Page],
    home: str,
    axe_violations: Callable[[Page], list[str]],
    width: int,
    scheme: str,
):
    page = open_page(viewport={"width": width, "height": 900}, color_scheme=scheme, locale="de-DE")
    for path in PAGES:
        page.goto(f"{home}{path}")
        assert axe_violations(page) == [], path
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, path
        assert page.evaluate("window.pwned") is None


def test_regions_are_chosen_compared_and_lead_to_a_practice_card(page: Page, home: str):
    page.goto(f"{home}/compare?lang=en")
    page.get_by_role("checkbox", name="Musterland").check()
    page.get_by_role("checkbox", name="onerror").check()
    page.get_by_label("Kind of offer").select_option("repair_cafe")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("row", name="Reach an offer").first).to_contain_text("people")
    assert "regions=toy" in page.url
    assert "category=repair_cafe" in page.url
    expect(page.get_by_role("heading", name="Who does it, and how")).to_be_visible()
    page.get_by_role("link", name="How they did it: practice card").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Repair-Café im alten Feuerwehrhaus")
    expect(page.get_by_text("Adopted by Beispielhausen")).to_be_visible()


def test_history_is_drawn_and_another_step_is_asked(page: Page, home: str):
    page.goto(f"{home}{PAGES[1]}&lang=en")
    expect(page.get_by_role("img", name="Musterland: Repair café")).to_be_visible()
    expect(page.locator(".days tbody tr")).to_have_count(5)
    page.get_by_label("A point").select_option("quarter")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".days tbody tr")).to_have_count(17)
