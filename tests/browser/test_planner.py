"""The planner's page in a real Chromium: drawn, changed, read by keyboard, on a phone."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from layers.build import build_atlas
from server.app import create_app
from server.settings import Settings, default_data_dir
from tests.toyregion import HOSTILE_NAME, write_toy_region

pytestmark = pytest.mark.browser

ARTIFACTS = Path(__file__).resolve().parents[1] / "artifacts"
EVIL = "<img src=x onerror=window.pwned=1> ${window.pwned=1} `</script>"
FOOD = "/r/toy/planner?category=greengrocer_bakery&mode=walk&minutes=2"
FIRST_VIEW_BYTES = 1_500_000  # with a cold cache, as transferred


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, taxonomy_path: Path) -> Settings:
    """Toy regions: as it is, without a base map, and with hostile names wherever one may stand."""
    state = tmp_path_factory.mktemp("planner")
    write_toy_region(state / "regions" / "toy")
    evil = {"id": "evil", "name": EVIL, "attribution": [f"© OpenStreetMap {EVIL}", EVIL]}
    toml = write_toy_region(state / "regions" / "evil", quarters=False, config=evil)
    areas = toml.parent / "municipalities.geojson"
    areas.write_text(areas.read_text("utf-8").replace("Altöd", EVIL), "utf-8")
    write_toy_region(state / "regions" / "bare", config={"id": "bare"})
    for region in ("toy", "evil", "bare"):
        build_atlas(
            state / "regions" / region,
            taxonomy_path,
            state / "atlas" / region,
            base_map=region != "bare",
        )
    return Settings(data_dir=default_data_dir(), state_dir=state, regions=("toy", "evil", "bare"))


@pytest.fixture
def home(serve: Callable[..., str], settings: Settings) -> str:
    return serve(create_app(settings))


@pytest.fixture
def desk(open_page: Callable[..., Page], request: pytest.FixtureRequest) -> Iterator[Page]:
    page = open_page(locale="de-DE", viewport={"width": 1280, "height": 800})
    yield page
    keep_picture(page, request)


@pytest.fixture
def phone(open_page: Callable[..., Page], request: pytest.FixtureRequest) -> Iterator[Page]:
    page = open_page(
        locale="de-DE", viewport={"width": 360, "height": 800}, has_touch=True, is_mobile=True
    )
    yield page
    keep_picture(page, request)


def keep_picture(page: Page, request: pytest.FixtureRequest) -> None:
    """Keep what a test saw last, to look at."""
    ARTIFACTS.mkdir(exist_ok=True)
    name = re.sub(r"[^a-z0-9_]+", "-", request.node.name.lower())
    page.screenshot(path=ARTIFACTS / f"planner-{name}.png")


def ready(page: Page) -> None:
    page.locator("body[data-ready=true]").wait_for()


def open_ready(page: Page, url: str) -> None:
    page.goto(url)
    ready(page)


def ranking(page: Page) -> list[list[str]]:
    rows = page.locator("#ranking tbody tr").all()
    return [
        [re.sub(r"\s+", " ", c.inner_text()).strip() for c in row.locator("td, th").all()]
        for row in rows
    ]


def test_the_page_is_drawn_with_its_figures(desk: Page, home: str):
    open_ready(desk, home + FOOD)
    assert ranking(desk)[0] == ["1", "Nord", "0 %", "320", "320", "5"]
    assert ranking(desk)[2] == ["3", "Altöd", "59 %", "130", "320", "2"]
    assert desk.locator("#map canvas").count() >= 3  # ground, labels, districts
    assert desk.locator(".offer, .cluster").count() == 2
    assert desk.locator(".gap-label").all_inner_texts() == ["730"]


def test_another_limit_and_category_are_answered_without_a_reload(desk: Page, home: str):
    open_ready(desk, home + FOOD)
    desk.evaluate("window.sameDocument = true")
    desk.get_by_role("button", name="5 Minuten", exact=True).click()
    expect(desk.locator(".figure")).to_have_text(re.compile("92"))
    ready(desk)
    assert ranking(desk)[0] == ["1", "Nord", "75 %", "80", "320", "5"]
    assert "minutes=5" in desk.url
    expect(desk.locator("#live")).to_contain_text("880 von 960 Menschen")
    expect(desk.locator("#live")).to_contain_text("Daten von Mai 2024")
    desk.select_option("#category", "repair_cafe")
    expect(desk.locator(".sentence")).to_contain_text("Repair-Café")
    ready(desk)
    assert ranking(desk)[0][:3] == ["1", "Altöd", "25 %"]
    assert desk.evaluate("window.sameDocument")
    assert desk.locator(".offer").count() == 1
    export = desk.locator("a.export").get_attribute("href")
    assert export == "/r/toy/map?category=repair_cafe&mode=walk&minutes=5"
    assert "Repair-Café" in desk.title()


def test_a_category_comes_with_its_own_reach_until_one_is_chosen(desk: Page, home: str):
    open_ready(desk, home + "/r/toy/planner")
    assert desk.locator("#minutes").input_value() == "12"
    desk.select_option("#category", "second_hand")
    expect(desk.locator("#minutes")).to_have_value("15")
    assert desk.locator("input[value=bike]").is_checked()
    assert desk.url.endswith("?category=second_hand")


def test_a_typed_limit_is_asked_and_a_wrong_one_is_not(desk: Page, home: str):
    open_ready(desk, home + FOOD)
    desk.locator("#minutes").fill("5")
    expect(desk.locator(".figure")).to_have_text(re.compile("92"))
    desk.locator("#minutes").fill("0")
    desk.locator("#minutes").press("Enter")
    desk.wait_for_timeout(600)
    assert "minutes=5" in desk.url


def test_the_straight_line_takes_metres(desk: Page, home: str):
    open_ready(desk, home + "/r/toy/planner?category=village_shop")
    desk.locator("label", has_text="Luftlinie").click()
    expect(desk.locator(".sentence")).to_contain_text("1.000 m Luftlinie")
    assert not desk.locator("#minutes").is_visible()
    desk.locator("#metres").fill("150")
    expect(desk.locator(".sentence")).to_contain_text("360 von 960")
    assert "mode=line&metres=150" in desk.url


def test_districts_and_municipalities_take_turns(desk: Page, home: str):
    open_ready(desk, home + FOOD)
    desk.locator("label:has(#by-municipality)").click()
    expect(desk.locator("#ranking tbody tr")).to_have_count(2)
    ready(desk)
    assert desk.evaluate("document.activeElement.id") == "by-municipality"
    assert "by=municipality" in desk.url


def test_columns_are_sorted_and_stay_sorted(desk: Page, home: str):
    open_ready(desk, home + FOOD)
    header = desk.get_by_role("columnheader", name="Gebiet")
    header.get_by_role("button").click()
    assert header.get_attribute("aria-sort") == "ascending"
    assert [row[1] for row in ranking(desk)] == ["Altöd", "Nord", "Süd"]
    header.get_by_role("button").click()
    assert header.get_attribute("aria-sort") == "descending"
    desk.get_by_role("button", name="5 Minuten", exact=True).click()
    expect(desk.locator(".figure")).to_have_text(re.compile("92"))
    assert [row[1] for row in ranking(desk)] == ["Süd", "Nord", "Altöd"]


def test_a_district_is_found_from_the_table_and_left_again(open_page, home: str):
    page = open_page(locale="de-DE", reduced_motion="reduce")  # zooms at once
    open_ready(page, home + FOOD)
    scale = page.locator(".leaflet-control-scale-line")
    before = (scale.inner_text(), scale.bounding_box()["width"])
    button = page.locator("#ranking").get_by_role("button", name="Nord")
    button.click()
    expect(page.locator("tr.chosen th")).to_have_text("Nord")
    assert (scale.inner_text(), scale.bounding_box()["width"]) != before
    button.click()
    expect(page.locator("tr.chosen")).to_have_count(0)
    assert (scale.inner_text(), scale.bounding_box()["width"]) == before


def test_the_mouse_on_a_district_shows_its_figures(desk: Page, home: str):
    open_ready(desk, home + FOOD)
    desk.locator("[data-show=offers]").uncheck()
    desk.locator("[data-show=gaps]").uncheck()
    box = desk.locator("#map").bounding_box()
    desk.mouse.move(box["x"] + box["width"] / 2 + 120, box["y"] + box["height"] / 2 - 150)
    tooltip = desk.locator(".leaflet-tooltip")
    expect(tooltip).to_contain_text("Nord")
    expect(tooltip).to_contain_text("320")
    expect(desk.locator("tr.lit th")).to_have_text("Nord")


def test_layers_of_offers_are_shown_on_demand(desk: Page, home: str):
    open_ready(desk, home + "/r/toy/planner?category=library")
    assert desk.locator(".offer, .cluster").count() == 0
    desk.locator("#more-layers summary").click()
    desk.locator("[data-layer=repair]").check()
    expect(desk.locator(".offer")).to_have_count(1)
    desk.locator(".offer").click()
    expect(desk.locator(".leaflet-popup")).to_contain_text("Repair-Café Öd")
    desk.locator("[data-layer=repair]").uncheck()
    expect(desk.locator(".offer")).to_have_count(0)


def test_unknown_and_withheld_districts_are_drawn_too(desk: Page, home: str):
    open_ready(desk, home + "/r/toy/planner?category=csa_depot")
    expect(desk.locator(".sentence")).to_contain_text("Unbekannt")
    desk.goto(home + FOOD.replace("minutes=2", "minutes=3"))
    ready(desk)
    assert [row[2] for row in ranking(desk)] == ["> 92 %", "–", "–"]


def test_a_map_to_export_without_a_base_map_waits_for_nothing(desk: Page, home: str):
    desk.goto(f"{home}/r/bare/map?category=greengrocer_bakery&lang=en")
    expect(desk.locator("path.district").first).to_be_visible()
    expect(desk.locator(".leaflet-control-attribution")).to_contain_text("made in code")
    expect(desk.get_by_role("link", name="Back to all figures")).to_be_visible()


def test_a_region_without_a_base_map_is_drawn_all_the_same(desk: Page, home: str):
    open_ready(desk, home + FOOD.replace("/toy/", "/bare/"))
    assert desk.locator("#map canvas").count() == 1
    assert desk.locator(".gap-label").count() == 1
    expect(desk.locator(".leaflet-control-attribution")).to_contain_text("made in code")


def test_hostile_names_are_text_everywhere(desk: Page, home: str):
    open_ready(desk, home + FOOD.replace("/toy/", "/evil/").replace("minutes=2", "minutes=5"))
    assert EVIL in [row[1] for row in ranking(desk)]
    desk.locator("#ranking").get_by_role("button", name=EVIL).click()
    desk.locator(".leaflet-control-zoom a").nth(2).click()
    for marker in desk.locator(".offer").all():
        marker.click()
        desk.wait_for_timeout(100)
    box = desk.locator("#map").bounding_box()
    for step in range(6):
        desk.mouse.move(box["x"] + 280 + 60 * step, box["y"] + 300 + 20 * step)
    assert HOSTILE_NAME in [m.get_attribute("title") for m in desk.locator(".offer").all()]
    makers = desk.locator(".leaflet-control-attribution")
    assert makers.inner_text() == f"© OpenStreetMap {EVIL} · {EVIL}"
    assert makers.locator("a").count() == 1
    assert desk.locator("img").count() == 0
    assert desk.evaluate("window.pwned") is None


def test_the_keyboard_reaches_everything_in_order(desk: Page, home: str):
    open_ready(desk, home + FOOD)
    desk.keyboard.press("Tab")
    assert desk.evaluate("document.activeElement.className") == "skip"
    desk.keyboard.press("Enter")
    seen = []
    for _ in range(60):
        desk.keyboard.press("Tab")
        seen.append(
            desk.evaluate(
                "document.activeElement.id || document.activeElement.name ||"
                " document.activeElement.closest('table, .gaps, .legend, .map')?.className || ''"
            )
        )
    order = ["category", "mode", "minutes", "by-district", "default"]
    assert [name for name in seen if name in order][:1] == ["category"]
    places = [seen.index(name) for name in ("category", "mode", "minutes", "by-district")]
    assert places == sorted(places)
    assert "map" in seen
    desk.locator("#category").focus()
    desk.keyboard.press("Tab")
    desk.keyboard.press("ArrowRight")
    expect(desk.locator(".sentence")).to_contain_text("stufenfrei")


def test_on_a_phone_nothing_is_wider_than_the_screen(phone: Page, home: str):
    open_ready(phone, home + FOOD)
    assert phone.evaluate("document.documentElement.scrollWidth") == 360
    assert phone.evaluate("scrollX") == 0
    wide = phone.evaluate(
        "[...document.querySelectorAll('.panel *')]"
        ".filter(e => e.getBoundingClientRect().right > 361 && !e.closest('.sr'))"
        ".map(e => e.outerHTML)"
    )
    assert wide == []
    top = phone.locator("#map").bounding_box()["y"]
    assert top < phone.locator("#ask").bounding_box()["y"]


def test_on_a_phone_a_tap_shows_a_district(phone: Page, home: str):
    open_ready(phone, home + "/r/toy/planner?category=library")
    phone.locator("#legend summary").first.tap()
    phone.locator("[data-show=gaps]").uncheck()
    phone.evaluate("scrollTo(0, 0)")
    box = phone.locator("#map").bounding_box()
    phone.touchscreen.tap(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.25)
    expect(phone.locator(".leaflet-popup")).to_contain_text("Nord")


def test_targets_on_a_phone_are_large_enough(phone: Page, home: str):
    open_ready(phone, home + FOOD)
    small = phone.evaluate(
        "[...document.querySelectorAll('select, .segment, .languages a, .leaflet-bar a, .button,"
        " summary, table button')]"
        ".filter(e => e.offsetParent && e.getBoundingClientRect().height < 42)"
        ".map(e => e.outerHTML.slice(0, 80) + e.getBoundingClientRect().height)"
    )
    assert small == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_objects_to_nothing(open_page, axe_violations, home: str, scheme: str, width: int):
    # scripts of axe are the test's own, so this page runs without the policy
    page = open_page(
        locale="de-DE", viewport={"width": width, "height": 800}, color_scheme=scheme,
        bypass_csp=True, reduced_motion="reduce",
    )  # fmt: skip
    open_ready(page, home + FOOD)
    assert axe_violations(page) == []


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_axe_objects_to_nothing_on_other_pages(open_page, axe_violations, home: str, path: str):
    page = open_page(locale="en-GB", bypass_csp=True)
    page.goto(home + path)
    if path == "/docs":
        page.locator(".opblock").first.wait_for()
        assert page.locator(".opblock").count() >= 9
        return  # what the vendored description draws is not ours to judge
    assert axe_violations(page) == []


def test_the_description_draws_itself_under_our_policy(desk: Page, home: str):
    desk.goto(home + "/docs")
    desk.locator(".opblock-summary").first.click()
    expect(desk.locator(".opblock-body").first).to_be_visible()


def test_without_scripts_the_form_asks_by_itself(open_page: Callable[..., Page], home: str):
    page = open_page(locale="de-DE", java_script_enabled=False)
    page.goto(home + FOOD)
    page.select_option("#category", "repair_cafe")
    page.locator("#minutes").fill("5")
    page.get_by_role("button", name="Anzeigen").click()
    expect(page.locator(".sentence")).to_contain_text("560 von 960 Menschen")
    page.get_by_role("button", name="30").first.click()
    expect(page.locator(".sentence")).to_contain_text("960 von 960")


def test_a_lost_connection_is_said_and_the_old_answer_stays(desk: Page, home: str):
    open_ready(desk, home + FOOD)
    desk.route("**/planner?*", lambda route: route.abort("aborted"))
    desk.get_by_role("button", name="30 Minuten").click()
    expect(desk.locator("#trouble")).to_contain_text("ließ sich nicht laden")
    assert ranking(desk)[0][:2] == ["1", "Nord"]
    desk.log.problems = [p for p in desk.log.problems if "ERR_ABORTED" not in p]


def test_the_first_view_stays_small(open_page: Callable[..., Page], home: str):
    page = open_page(locale="de-DE", viewport={"width": 1440, "height": 900})
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    open_ready(page, home + FOOD)
    assert len(sizes) >= 15
    assert sum(sizes) < FIRST_VIEW_BYTES


def test_the_sheet_of_a_district_is_one_step_away(desk: Page, home: str):
    open_ready(desk, home + FOOD)
    desk.get_by_role("link", name="Steckbrief: Nord").click()
    expect(desk.locator("h1")).to_have_text("Nord")
    assert desk.url.endswith("?category=greengrocer_bakery&mode=walk&minutes=2")


def test_a_part_of_the_week_is_asked_and_stays_in_the_links(desk: Page, home: str):
    open_ready(desk, home + FOOD)
    desk.get_by_label("Wann").select_option("samstags")
    expect(desk.locator("#answer")).to_contain_text("die samstags geöffnet sind: 1 von 2.")
    ready(desk)
    assert "at=saturday" in desk.url
    assert "at=Sa" in desk.locator("a.export").get_attribute("href")
    assert "samstags" in desk.title()
    assert desk.locator(".offer").count() == 1
    desk.get_by_label("Wann").select_option("jederzeit (alle Angebote)")
    expect(desk.locator("#answer")).not_to_contain_text("geöffnet sind")
    assert "at=" not in desk.url
    open_ready(desk, home + FOOD + "&at=Mo 10:00-11:00")
    assert desk.get_by_label("Wann").input_value() == "Mo 10:00-11:00"


def test_an_offer_shows_from_where_it_is_reached(desk: Page, home: str):
    open_ready(desk, home + FOOD)
    desk.locator(".offer[title^=Bäckerei]").click()
    popup = desk.locator(".leaflet-popup")
    popup.get_by_role("button", name="Reichweite zeigen (zu Fuß in 2 Minuten)").click()
    expect(popup).to_contain_text(re.compile(r"\d+ Menschen erreichen es zu Fuß in 2 Minuten"))
    expect(desk.locator("#live")).to_contain_text("Menschen erreichen es")
    hide = popup.get_by_role("button", name="Reichweite ausblenden")
    expect(hide).to_be_focused()
    hide.click()
    expect(popup).not_to_contain_text("erreichen es")


def test_the_next_site_is_named_and_marked(desk: Page, home: str):
    open_ready(desk, home + FOOD)
    desk.get_by_role("button", name="Wo hilft ein weiteres Angebot am meisten?").click()
    outcome = desk.locator('[data-try="site"]')
    expect(outcome).to_contain_text("Ein weiteres Angebot hilft am meisten in")
    expect(outcome).to_contain_text("Bewiesen: Keine von")
    assert desk.locator(".trial").count() == 1


def test_second_offers_and_the_most_critical_one_are_told_afterwards(desk: Page, home: str):
    open_ready(desk, home + FOOD.replace("minutes=2", "minutes=5"))
    second = desk.locator("#second")
    expect(second).to_contain_text(re.compile(r"\d+ von 960 Menschen \(\d+\s%\) haben zwei"))
    expect(second).to_contain_text(re.compile(r"Schließung von „.*“: \d+ Menschen verlören"))
    desk.get_by_role("button", name="10 Minuten", exact=True).click()
    expect(second).to_contain_text("960 von 960 Menschen (100 %) haben zwei oder mehr")
    expect(second).not_to_contain_text("Schließung")


def test_without_the_figures_of_resilience_the_page_is_whole(desk: Page, home: str):
    desk.route("**/resilience?*", lambda route: route.fulfill(status=500, body="{}"))
    open_ready(desk, home + FOOD)
    expect(desk.locator("#second")).to_contain_text("ist im Mittel")
    assert not desk.locator("#trouble").is_visible()
    desk.log.problems = [p for p in desk.log.problems if "500" not in p]


def test_an_offer_leads_to_its_partners(desk: Page, home: str):
    open_ready(desk, home + "/r/toy/planner?category=repair_cafe&mode=walk&minutes=5&lang=en")
    desk.locator(".offer").click()
    desk.get_by_role("link", name="Partners nearby").click()
    expect(desk.locator("h1")).to_have_text("Partners nearby: Repair-Café Öd")
    desk.get_by_role("link", name="Back to all figures").click()
    ready(desk)
    assert desk.url.endswith("?category=repair_cafe&lang=en")
