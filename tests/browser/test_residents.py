"""The residents' page in a real Chromium: from arrival to a bakery that is open, three ways."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Locator, Page, expect

from layers.build import build_atlas
from server.app import create_app
from server.settings import Settings, default_data_dir
from tests.toyregion import HOSTILE_NAME, toy_lonlat, write_toy_region

pytestmark = pytest.mark.browser

ARTIFACTS = Path(__file__).resolve().parents[1] / "artifacts"
EVIL = "<img src=x onerror=window.pwned=1> ${window.pwned=1} `</script>"
TUESDAY = datetime(2024, 5, 7, 8, 0, tzinfo=UTC)  # 10:00 in the region
HOME = "2. Querstraße"
BAKERY = "Bäckerei Groß & Söhne"
FIRST_VIEW_BYTES = 800_000  # with a cold cache, as transferred, without tiles
SMALL = 43.5  # a hair below 44 px, for zoomed layouts


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, taxonomy_path: Path) -> Settings:
    """Toy regions: as it is, and with hostile names wherever one may stand."""
    state = tmp_path_factory.mktemp("residents")
    write_toy_region(state / "regions" / "toy")
    evil = {"id": "evil", "name": EVIL, "attribution": [f"© OpenStreetMap {EVIL}", EVIL]}
    write_toy_region(state / "regions" / "evil", config=evil)
    for region in ("toy", "evil"):
        build_atlas(
            state / "regions" / region, taxonomy_path, state / "atlas" / region, base_map=True
        )
    return Settings(data_dir=default_data_dir(), state_dir=state, regions=("toy", "evil"))


@pytest.fixture
def home(serve: Callable[..., str], settings: Settings) -> str:
    return serve(create_app(settings))


def keep_picture(page: Page, request: pytest.FixtureRequest) -> None:
    """Keep what a test saw last, to look at."""
    ARTIFACTS.mkdir(exist_ok=True)
    name = re.sub(r"[^a-z0-9_]+", "-", request.node.name.lower())
    page.screenshot(path=ARTIFACTS / f"residents-{name}.png")


@pytest.fixture
def desk(open_page: Callable[..., Page], request: pytest.FixtureRequest) -> Iterator[Page]:
    page = open_page(locale="de-DE", timezone_id="America/New_York", reduced_motion="reduce")
    page.clock.set_fixed_time(TUESDAY)
    yield page
    keep_picture(page, request)


@pytest.fixture
def phone(open_page: Callable[..., Page], request: pytest.FixtureRequest) -> Iterator[Page]:
    page = open_page(
        locale="de-DE", viewport={"width": 360, "height": 800}, has_touch=True, is_mobile=True,
        reduced_motion="reduce",
    )  # fmt: skip
    page.clock.set_fixed_time(TUESDAY)
    yield page
    keep_picture(page, request)


def ready(page: Page) -> None:
    page.locator("body[data-ready=true]").wait_for()


def open_ready(page: Page, url: str) -> None:
    page.goto(url)
    ready(page)


def choose_home(page: Page, text: str = "2. Querstr") -> None:
    page.get_by_role("combobox", name="Wo?").fill(text)
    page.get_by_role("option", name=re.compile(HOME)).first.click()
    expect(page.locator("#how")).to_be_visible()
    ready(page)


def names(page: Page) -> Locator:
    return page.locator("#items .item-name")


def tab_to(page: Page, wanted: str, *, most: int = 60) -> None:
    """Press Tab until something has the focus; `wanted` is a selector."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", wanted):
            return
    raise AssertionError(f"no Tab led to {wanted}")


def assert_no_place_in_urls(page: Page) -> None:
    lon, lat = (f"{c:.3f}" for c in toy_lonlat((50, 100))[0])
    for url in [*page.log.requests, page.url]:  # type: ignore[attr-defined]
        plain = unquote(url)
        assert lon not in plain, url
        assert lat not in plain, url
        assert "Querstr" not in plain, url


def test_a_bakery_open_now_is_found_with_the_mouse(desk: Page, home: str):
    open_ready(desk, f"{home}/r/toy")
    choose_home(desk)
    expect(desk.locator("#results-head")).to_have_text("4 Angebote zu Fuß in 10 Minuten")
    desk.locator("#usual").get_by_text("Bäcker, Metzger, Obst & Gemüse").click()
    expect(desk.locator("#items .item")).to_have_count(2)
    desk.get_by_role("button", name="jetzt offen").click()
    expect(desk.locator("#items .item")).to_have_count(1)
    item = desk.locator(".item").first
    expect(item).to_contain_text(BAKERY)
    expect(item).to_contain_text("offen bis 18:00")
    expect(item.locator(".item-way")).to_have_text(re.compile(r"\d Min\.|< 1 Min\."))
    expect(desk.locator("#why")).to_contain_text("Von 1 sind die Zeiten nicht bekannt")
    ready(desk)
    item.get_by_role("link", name=BAKERY).click()
    card = desk.locator(".offer-card")
    expect(card.locator("h2")).to_be_focused()
    expect(card.locator(".card-way")).to_have_text(re.compile("zu Fuß · 1?[0-9]0 m"))
    expect(card).to_contain_text("Fehler melden")
    expect(desk.locator(".pin.chosen")).to_have_count(1)
    assert desk.url.endswith("?category=greengrocer_bakery&open=now&offer=osm:n1001")
    desk.go_back()
    expect(desk.locator("#items .item").first).to_be_visible()
    assert desk.url.endswith("?category=greengrocer_bakery&open=now")
    desk.go_back()
    expect(desk.locator("#items .item")).to_have_count(2)
    assert_no_place_in_urls(desk)


def test_the_same_with_the_keyboard_alone(desk: Page, home: str):
    open_ready(desk, f"{home}/r/toy")
    tab_to(desk, "#place")
    desk.keyboard.type("2. Querstrase")
    expect(desk.locator("#suggestions [role=option]").first).to_be_visible()
    desk.keyboard.press("ArrowDown")
    chosen = desk.locator("#place").get_attribute("aria-activedescendant")
    assert desk.locator(f"#{chosen}").get_attribute("aria-selected") == "true"
    desk.keyboard.press("Enter")
    expect(desk.locator("#results-head")).to_contain_text("zu Fuß in 10 Minuten")
    tab_to(desk, "[name=mode]")
    tab_to(desk, "[name=minutes]")
    tab_to(desk, "[data-open=now]")
    desk.keyboard.press("Space")
    expect(desk.locator("#items .item")).to_have_count(1)
    tab_to(desk, "[data-category=greengrocer_bakery]")
    desk.keyboard.press("Enter")
    ready(desk)
    tab_to(desk, ".item-name")
    desk.keyboard.press("Enter")
    expect(desk.locator("#card-name")).to_be_focused()
    desk.keyboard.press("Shift+Tab")
    assert desk.evaluate("document.activeElement.id") == "card-close"
    desk.keyboard.press("Enter")
    expect(desk.locator(".item-name").first).to_be_focused()
    assert_no_place_in_urls(desk)


def test_the_same_on_a_phone(phone: Page, home: str):
    open_ready(phone, f"{home}/r/toy")
    assert not phone.locator("#map").is_visible()
    choose_home(phone)
    phone.get_by_role("button", name="jetzt offen").tap()
    expect(phone.locator("#items .item")).to_have_count(1)
    ready(phone)
    assert phone.evaluate("document.documentElement.scrollWidth") == 360
    phone.locator("#switch").get_by_role("button", name="Karte").tap()
    expect(phone.locator("#panel")).to_be_hidden()
    phone.locator(".pin").first.tap()
    peek = phone.locator("#peek")
    expect(peek).to_contain_text(BAKERY)
    expect(peek).to_contain_text("offen bis 18:00")
    peek.get_by_role("link").tap()
    expect(phone.locator(".offer-card h2")).to_have_text(BAKERY)
    assert phone.evaluate("document.documentElement.scrollWidth") == 360
    assert_no_place_in_urls(phone)


def test_targets_on_a_phone_are_large_enough(phone: Page, home: str):
    open_ready(phone, f"{home}/r/toy?category=greengrocer_bakery")
    choose_home(phone)
    phone.locator(".more-filters summary").tap()
    small = phone.evaluate(
        "least => [...document.querySelectorAll('main a, main button, main summary, main select,"
        " main .segment, main .check, main .boxed')]"
        ".filter(e => e.checkVisibility() && !e.matches('.item-name, .leaflet-container *'))"
        ".filter(e => e.getBoundingClientRect().height < least)"
        ".map(e => e.outerHTML.slice(0, 90) + e.getBoundingClientRect().height)",
        SMALL,
    )
    assert small == []
    heights = phone.evaluate(
        "[...document.querySelectorAll('.item')].map(e => e.getBoundingClientRect().height)"
    )
    assert min(heights) > 44


def test_every_mode_and_limit_redraws_the_area(desk: Page, home: str):
    open_ready(desk, f"{home}/r/toy?minutes=5&lang=en")
    choose_place = desk.get_by_role("combobox", name="Where?")
    choose_place.fill("5. Querstraße 60")
    choose_place.press("Enter")
    expect(desk.locator("#results-head")).to_contain_text("on foot in 5 minutes")
    ready(desk)
    desk.locator(".segment", has_text="Slowly, without steps").click()
    expect(desk.locator("#results-head")).to_contain_text("slowly and without steps")
    expect(desk.locator("#why")).to_contain_text("more in 10 minutes")
    desk.locator("#why li", has_text="more in 10 minutes").get_by_role("button").click()
    expect(desk.locator("[name=minutes][value='10']")).to_be_checked()
    ready(desk)
    assert desk.url.endswith("?mode=stepfree&lang=en")
    assert desk.locator("html").get_attribute("lang") == "en"
    german = desk.locator(".languages a[hreflang=de]").get_attribute("href")
    assert german == "/r/toy?mode=stepfree&lang=de"


def test_an_ambiguous_address_is_asked_back(desk: Page, home: str):
    open_ready(desk, f"{home}/r/toy")
    box = desk.get_by_role("combobox", name="Wo?")
    box.fill("2. Querstraße")
    box.press("Enter")
    expect(desk.locator("#suggestions [role=option]")).to_have_count(2)
    expect(desk.locator("#place-told")).to_have_text("Welche ist gemeint? Bitte wählen Sie.")
    assert not desk.locator("#how").is_visible()
    box.fill("Zeppelinweg 9999")
    box.press("Enter")
    expect(desk.locator("#place-told")).to_contain_text("nicht gefunden")


def test_a_place_is_taken_from_the_map_or_the_device(open_page, home: str):
    lon, lat = toy_lonlat((300, 300))[0]
    page = open_page(
        locale="de-DE", reduced_motion="reduce", permissions=["geolocation"],
        geolocation={"longitude": float(lon), "latitude": float(lat)},
    )  # fmt: skip
    open_ready(page, f"{home}/r/toy")
    page.get_by_role("button", name="Mein Standort").click()
    expect(page.locator("#place")).to_have_value("Mein Standort")
    ready(page)
    page.get_by_role("button", name="Ort entfernen").click()
    expect(page.locator("#how")).to_be_hidden()
    ready(page)
    page.get_by_role("button", name="Mitte der Karte").click()
    expect(page.locator("#place")).to_have_value("Ort auf der Karte")
    ready(page)
    assert "map=" not in page.url
    assert (
        page.evaluate("Object.keys(localStorage).length + Object.keys(sessionStorage).length") == 0
    )
    assert "13." not in str(page.evaluate("history.state"))


def test_a_device_that_tells_nothing_is_explained(desk: Page, home: str):
    open_ready(desk, f"{home}/r/toy")
    desk.get_by_role("button", name="Mein Standort").click()
    expect(desk.locator("#place-told")).to_contain_text("geben Sie eine Adresse ein")


def test_the_address_keeps_filters_and_the_view_but_no_place(desk: Page, home: str):
    open_ready(desk, f"{home}/r/toy?category=repair_cafe#map=16/54.5/13.8")
    expect(names(desk)).to_have_text(["Repair-Café Öd"])
    desk.get_by_role("button", name="Vergrößern").click()
    desk.wait_for_url("**#map=17/**")
    desk.reload()
    ready(desk)
    assert "#map=17/" in desk.url
    choose_home(desk)
    assert desk.url.endswith("?category=repair_cafe")


def test_what_is_remembered_stays_on_the_device(desk: Page, home: str):
    open_ready(desk, f"{home}/r/toy?offer=osm:n1002")
    button = desk.get_by_role("button", name="Merken")
    button.click()
    expect(desk.get_by_role("button", name="Gemerkt")).to_have_attribute("aria-pressed", "true")
    desk.get_by_role("link", name="Zurück zur Liste").click()
    desk.get_by_role("button", name="Meine Liste").click()
    expect(desk.locator("#items .item-name")).to_have_text(["Repair-Café Öd"])
    assert desk.evaluate("localStorage['umkreis.saved.toy']") == '["osm:n1002"]'


def test_list_and_map_point_at_each_other(desk: Page, home: str):
    open_ready(desk, f"{home}/r/toy?category=repair_cafe")
    desk.locator(".item").hover()
    expect(desk.locator(".pin.lit")).to_have_count(1)
    desk.mouse.move(640, 30)
    expect(desk.locator(".pin.lit")).to_have_count(0)
    desk.locator(".pin").hover()
    expect(desk.locator(".item.lit")).to_have_count(1)


def test_the_week_needs_a_place_and_lists_days(desk: Page, home: str):
    open_ready(desk, f"{home}/r/toy?view=week")
    expect(desk.locator("#results-head")).to_contain_text("Wählen Sie zuerst einen Ort")
    choose_home(desk)
    expect(desk.locator("#results-head")).to_contain_text("Diese Woche zu Fuß")
    assert desk.url.endswith("?view=week")


def test_without_scripts_list_search_and_cards_work(open_page: Callable[..., Page], home: str):
    page = open_page(locale="de-DE", java_script_enabled=False)
    page.goto(f"{home}/r/toy")
    assert not page.locator("#place").is_visible()
    page.get_by_label("Was?").fill("bäckerei")
    page.get_by_role("button", name="Suchen").first.click()
    expect(names(page)).to_have_text([BAKERY])
    page.get_by_role("link", name=BAKERY).click()
    expect(page.locator(".offer-card h2")).to_have_text(BAKERY)
    page.get_by_role("link", name="Zurück zur Liste").click()
    expect(page.locator(".offer-card")).to_have_count(0)
    page.goto(f"{home}/r/toy")
    page.get_by_role("link", name="Repair-Café / Reparatur-Initiative").first.click()
    expect(names(page)).to_have_text(["Repair-Café Öd"])


def test_hostile_names_are_shown_as_text(desk: Page, home: str):
    open_ready(desk, f"{home}/r/evil?category=greengrocer_bakery")
    expect(names(desk).filter(has_text=HOSTILE_NAME)).to_have_count(1)
    choose_home(desk)
    expect(desk.locator(".item-name", has_text=HOSTILE_NAME)).to_have_count(1)
    desk.locator(".item-name", has_text=HOSTILE_NAME).click()
    expect(desk.locator(".offer-card h2")).to_have_text(HOSTILE_NAME)
    assert desk.locator("img").count() == 0
    assert desk.evaluate("window.pwned") is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_objects_to_nothing(
    open_page, axe_violations, home: str, request, scheme: str, width: int
):
    page = open_page(
        locale="de-DE", viewport={"width": width, "height": 800}, color_scheme=scheme,
        bypass_csp=True, reduced_motion="reduce",
    )  # fmt: skip
    page.clock.set_fixed_time(TUESDAY)
    open_ready(page, f"{home}/r/toy")
    assert axe_violations(page) == []
    choose_home(page)
    page.locator(".more-filters summary").click()
    page.get_by_role("combobox", name="Wo?").fill("2. Querstr")
    page.get_by_role("option", name=re.compile(HOME)).first.wait_for()
    page.get_by_role("combobox", name="Wo?").press("ArrowDown")
    assert axe_violations(page) == []
    page.keyboard.press("Escape")
    page.locator(".more-filters summary").click()
    keep_picture(page, request)
    page.locator(".item-name").first.click()
    page.locator(".offer-card").wait_for()
    assert axe_violations(page) == []


def test_the_first_view_stays_small(open_page: Callable[..., Page], home: str):
    page = open_page(locale="de-DE", viewport={"width": 1440, "height": 900})
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: dict[str, float] = {}
    urls: dict[str, str] = {}
    session.on(
        "Network.requestWillBeSent",
        lambda event: urls.update({event["requestId"]: event["request"]["url"]}),
    )
    session.on(
        "Network.loadingFinished",
        lambda e: sizes.update({e["requestId"]: e["encodedDataLength"]}),
    )
    open_ready(page, f"{home}/r/toy")
    counted = [size for i, size in sizes.items() if "/tiles/" not in urls.get(i, "")]
    assert len(counted) >= 15
    assert sum(counted) < FIRST_VIEW_BYTES
