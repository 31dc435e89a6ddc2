"""Initiatives in a real Chromium: to partners from the start page, on paper, in others' sites."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from layers.build import build_atlas
from server.app import create_app
from server.settings import Settings, default_data_dir
from tests.toyregion import HOSTILE_NAME, write_toy_region

pytestmark = pytest.mark.browser

ARTIFACTS = Path(__file__).resolve().parents[1] / "artifacts"
EVIL = "<img src=x onerror=window.pwned=1> ${window.pwned=1} `</script>"
CAFE = "/r/toy/offers/umk:repair-cafe"
ROOM = "gibt, was gebraucht wird: Raum (bis 30. Juni 2024: ein Raum am Samstag für 20 Personen)"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The shipped toy region, and one with hostile names."""
    data, state = default_data_dir(), tmp_path_factory.mktemp("offers")
    evil = {"id": "evil", "name": EVIL, "attribution": [EVIL]}
    write_toy_region(state / "regions" / "evil", config=evil)
    for region, folder in (("toy", data / "regions/toy"), ("evil", state / "regions/evil")):
        build_atlas(folder, data / "taxonomy.toml", state / "atlas" / region, base_map=True)
    return Settings(data_dir=data, state_dir=state, regions=("toy", "evil"))


@pytest.fixture
def home(serve: Callable[..., str], settings: Settings) -> str:
    return serve(create_app(settings))


def keep_picture(page: Page, request: pytest.FixtureRequest) -> None:
    """Keep what a test saw last, to look at."""
    ARTIFACTS.mkdir(exist_ok=True)
    name = re.sub(r"[^a-z0-9_]+", "-", request.node.name.lower())
    page.screenshot(path=ARTIFACTS / f"offers-{name}.png")


@pytest.fixture
def desk(open_page: Callable[..., Page], request: pytest.FixtureRequest) -> Iterator[Page]:
    page = open_page(locale="de-DE", reduced_motion="reduce")
    yield page
    keep_picture(page, request)


def open_ready(page: Page, url: str) -> None:
    page.goto(url)
    page.locator("body[data-ready=true]").wait_for()


def tab_to(page: Page, wanted: str, *, most: int = 60) -> None:
    """Press Tab until something has the focus; `wanted` is a selector."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", wanted):
            return
    raise AssertionError(f"no Tab led to {wanted}")


def test_an_initiative_finds_its_partners_with_the_mouse(desk: Page, home: str):
    desk.goto(f"{home}/")
    section = desk.get_by_role("article", name="Musterland")
    section.get_by_role("link", name=re.compile("Wer passt")).click()
    desk.get_by_label("Name oder Stichworte").fill("reperatur")
    desk.get_by_role("button", name="Suchen").click()
    expect(desk.locator("#results-head")).to_contain_text("1 Eintrag")
    desk.get_by_role("link", name="Repair-Café Musterstadt").click()
    desk.locator("body[data-ready=true]").wait_for()
    first = desk.locator(".fit").first
    expect(first).to_contain_text("Gemeindesaal")
    expect(first).to_contain_text(ROOM)
    expect(first).to_contain_text("Menschen erreichen beide")
    expect(first).to_contain_text("Küche: ja")
    first.get_by_role("link", name="Gemeindesaal").click()
    expect(desk).to_have_title(re.compile("^Gemeindesaal"))


def test_the_same_with_the_keyboard_alone(desk: Page, home: str):
    desk.goto(f"{home}/")
    tab_to(desk, 'a[href="/r/toy/offers"]')
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", name="Ihren Eintrag finden")).to_be_visible()
    tab_to(desk, "#q")
    desk.keyboard.type("repair cafe")
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile(r"q=repair"))
    desk.wait_for_load_state()
    tab_to(desk, ".item-name")
    desk.keyboard.press("Enter")
    desk.locator("body[data-ready=true]").wait_for()
    tab_to(desk, '[data-mode="car"][data-minutes="5"] button')
    desk.keyboard.press("Space")
    expect(desk.locator("#told")).to_have_text(
        re.compile(r"von wo man mit dem Auto in 5 Minuten hierher kommt.*: [0-9.]+\.")
    )
    tab_to(desk, ".fit a")
    desk.keyboard.press("Enter")
    expect(desk).to_have_title(re.compile("^Gemeindesaal"))


def test_the_same_on_a_phone(open_page: Callable[..., Page], home: str, request):
    phone = open_page(
        locale="de-DE", viewport={"width": 360, "height": 780}, has_touch=True, is_mobile=True,
        reduced_motion="reduce",
    )  # fmt: skip
    for path in ("/r/toy/offers?q=repair", CAFE, f"{CAFE}/poster", "/r/toy/embed", "/embed/toy"):
        phone.goto(home + path)
        assert phone.evaluate("document.documentElement.scrollWidth") == 360, path
        small = phone.evaluate(
            "[...document.querySelectorAll('main button, main select, main .quiet, main .button,"
            " main .chip, main .check, main summary')]"
            ".filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 41.5)"
            ".map(e => e.outerHTML.slice(0, 90) + e.getBoundingClientRect().height)"
        )
        assert small == [], path
    phone.goto(home + "/r/toy/offers?q=repair")
    phone.locator(".item-name").first.tap()
    phone.locator(".fit a").first.tap()
    expect(phone).to_have_title(re.compile("^Gemeindesaal"))
    keep_picture(phone, request)


def test_a_figure_draws_its_area(desk: Page, home: str):
    open_ready(desk, home + CAFE)
    usual = desk.locator("td.usual button")
    expect(usual).to_have_attribute("aria-pressed", "true")
    with desk.expect_response("**/isochrone/umk:repair-cafe?mode=bike&minutes=10") as answered:
        desk.locator('[data-mode="bike"][data-minutes="10"] button').click()
    assert answered.value.json()["properties"]["minutes"] == 10
    expect(usual).to_have_attribute("aria-pressed", "false")
    expect(desk.locator("#told")).to_contain_text("mit dem Fahrrad in 10 Minuten")


def test_hostile_names_are_shown_as_text(open_page: Callable[..., Page], home: str):
    page = open_page(locale="en-GB", reduced_motion="reduce")
    for path in ("/r/evil/offers/osm:n1003", "/r/evil/offers/osm:n1003/poster", "/embed/evil"):
        open_ready(page, home + path)
        expect(page.get_by_text(HOSTILE_NAME).first).to_be_visible()
        assert page.evaluate("window.pwned") is None
    page.locator(".leaflet-marker-icon").first.click()  # a cluster or a mark
    page.goto(f"{home}/r/evil/embed")
    assert (
        EVIL.replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
        in page.locator("#code").input_value()
    )
    assert page.evaluate("window.pwned") is None


def test_the_poster_is_one_sheet_with_everything_on_it(desk: Page, home: str):
    url = f"{home}/r/toy/offers/umk:kueche-ost"
    open_ready(desk, f"{url}/poster")
    assert desk.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1
    desk.emulate_media(media="print")
    text = desk.locator("body").inner_text()
    for line in (
        "Stadtteilküche Ost",
        "Montag\t11:00–15:00",
        "Sonntag\tgeschlossen",
        "Ostring 9",
        url,
    ):
        assert line in text
    assert "Dieses Blatt drucken" not in text
    assert "Barrierefreiheit" not in text
    box = desk.locator(".qr").bounding_box()
    assert box is not None
    assert box["width"] > 200  # more than 5 cm


def test_the_code_on_the_poster_is_dark_on_white_in_dark_mode(open_page, home: str):
    page = open_page(locale="de-DE", color_scheme="dark", reduced_motion="reduce")
    open_ready(page, f"{home}{CAFE}/poster")
    paper = page.locator(".sheet-a4").evaluate("e => getComputedStyle(e).backgroundColor")
    ink = page.locator("#poster-name").evaluate("e => getComputedStyle(e).color")
    assert (paper, ink) == ("rgb(255, 255, 255)", "rgb(26, 32, 29)")


@pytest.fixture
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """A browser of somebody who visits another site; what that site does is not watched."""
    context = browser.new_context(
        viewport={"width": 1000, "height": 800}, locale="de-DE", reduced_motion="reduce"
    )
    context.set_default_timeout(20_000)
    yield context
    context.close()


def other_site(serve: Callable[..., str], body: str) -> str:
    """Serve a page of somebody else from an origin of its own."""
    page = f"<!doctype html><html lang='de'><title>Verein</title><h1>Verein</h1>{body}".encode()

    async def app(scope, _receive, send):
        if scope["type"] != "http":
            return
        await send({"type": "http.response.start", "status": 200,
                    "headers": [(b"content-type", b"text/html; charset=utf-8")]})  # fmt: skip
        await send({"type": "http.response.body", "body": page})

    return serve(app)


def test_another_site_shows_the_map_with_the_code_of_the_builder(
    desk: Page, visitor: BrowserContext, serve, home: str, request
):
    desk.goto(f"{home}/r/toy/embed")
    desk.locator("details:has([value=repair_cafe]) summary").click()
    desk.get_by_label(re.compile("^Repair-Café")).check()
    expect(desk.locator("#made-head")).to_have_text("1 Angebot")
    desk.locator("#color").fill("#ffd200")
    code = desk.locator("#code")
    expect(code).to_have_value(re.compile("category=repair_cafe&amp;color=ffd200"))
    expect(desk.frame_locator("#preview").locator("h1")).to_have_text("1 Angebot in Musterland")
    desk.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=home)
    desk.locator("#copy").click()
    expect(desk.locator("#told")).to_have_text("Kopiert.")
    pasted = desk.evaluate("navigator.clipboard.readText()")

    page = visitor.new_page()
    page.goto(other_site(serve, pasted))
    frame = page.frame_locator("iframe")
    frame.locator("body[data-ready=true]").wait_for()
    head = frame.locator(".embed-head").evaluate(
        "e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).color]"
    )
    assert head == ["rgb(255, 210, 0)", "rgb(0, 0, 0)"]
    with visitor.expect_page() as opened:
        frame.get_by_role("link", name="Repair-Café Musterstadt").click()
    expect(opened.value).to_have_title(re.compile("^Repair-Café Musterstadt"))
    assert opened.value.evaluate("window.opener") is None
    assert visitor.cookies() == []
    stored = frame.locator("body").evaluate("() => [localStorage.length, sessionStorage.length]")
    assert stored == [0, 0]
    keep_picture(page, request)


def test_no_other_page_can_be_framed(visitor: BrowserContext, serve, home: str):
    paths = ["/embed/toy?list=1", "/r/toy/offers", CAFE, "/r/toy/embed", "/r/toy", "/"]
    frames = "".join(f"<iframe src='{home}{path}'></iframe>" for path in paths)
    page = visitor.new_page()
    refused: list[str] = []
    page.on("console", lambda m: refused.append(m.text) if "frame-ancestors" in m.text else None)
    page.goto(other_site(serve, frames))
    expect(page.frame_locator("iframe >> nth=0").locator("h1")).to_be_visible()
    assert len(refused) == len(paths) - 1
    for nth in range(1, len(paths)):
        inside = page.frame_locator(f"iframe >> nth={nth}")
        expect(inside.locator(".brand")).to_have_count(0)


def test_the_list_works_without_scripts(browser: Browser, home: str):
    context = browser.new_context(java_script_enabled=False, locale="de-DE")
    page = context.new_page()
    page.goto(f"{home}/embed/toy")
    expect(page.locator(".item")).to_have_count(38)
    expect(page.locator("#map")).to_be_hidden()
    page.goto(f"{home}/r/toy/embed")
    page.locator("details:has([value=repair_cafe]) summary").click()
    page.get_by_label(re.compile("^Repair-Café")).check()
    page.get_by_role("button", name="Zeigen").click()
    expect(page.locator("#made-head")).to_have_text("1 Angebot")
    page.goto(f"{home}{CAFE}")
    expect(page.locator(".fit").first).to_contain_text(ROOM)
    expect(page.locator("#map")).to_be_hidden()
    context.close()


@pytest.mark.parametrize(
    ("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 360), ("dark", 360)]
)
def test_axe_objects_to_nothing(
    open_page, axe_violations, home: str, request, scheme: str, width: int
):
    page = open_page(
        locale="de-DE", color_scheme=scheme, viewport={"width": width, "height": 800},
        reduced_motion="reduce",
    )  # fmt: skip
    for path in (CAFE, f"{CAFE}/poster", "/embed/toy?color=ffd200", "/embed/toy?list=0&color=a33"):
        open_ready(page, home + path)
        assert axe_violations(page) == [], path
    for path in (
        "/r/toy/offers", "/r/toy/offers?q=zeppelin", f"{CAFE}/partners", "/embed/toy?list=1",
        "/r/toy/embed?category=repair_cafe",
    ):  # fmt: skip
        page.goto(home + path)
        assert axe_violations(page) == [], path
    keep_picture(page, request)
