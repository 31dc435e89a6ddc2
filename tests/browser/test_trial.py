"""The scenario editor of the planner's page in a real Chromium: mouse, keyboard, phone."""

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from layers.build import build_atlas
from server.app import create_app
from server.settings import Settings, default_data_dir
from tests.toyregion import write_toy_region

pytestmark = pytest.mark.browser

EVIL = "<img src=x onerror=window.pwned=1> `</script>"
FOOD = "/r/toy/planner?category=greengrocer_bakery&mode=walk&minutes=2"
MIDDLE = {"lon": 13.2561, "lat": 53.5513}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, taxonomy_path: Path) -> Settings:
    state = tmp_path_factory.mktemp("trial")
    write_toy_region(state / "regions" / "toy")
    build_atlas(state / "regions" / "toy", taxonomy_path, state / "atlas" / "toy", base_map=False)
    return Settings(data_dir=default_data_dir(), state_dir=state, regions=("toy",))


@pytest.fixture
def home(serve: Callable[..., str], settings: Settings) -> str:
    return serve(create_app(settings))


@pytest.fixture
def desk(open_page: Callable[..., Page]) -> Page:
    return open_page(locale="de-DE")


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Page:
    return open_page(
        locale="de-DE", viewport={"width": 360, "height": 800}, has_touch=True, is_mobile=True
    )


def open_ready(page: Page, url: str) -> None:
    page.goto(url)
    page.locator("body[data-ready=true]").wait_for()


def outcome(page: Page) -> Locator:
    return page.locator('[data-try="outcome"]')


def changes(page: Page) -> Locator:
    return page.locator('[data-try="list"] li')


def click_map(page: Page, dx: float = 120, dy: float = -150) -> None:
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2 + dx, box["y"] + box["height"] / 2 + dy)


def link(*rows: dict[str, Any], name: str = "") -> str:
    text = json.dumps({"version": 1, "name": name, "changes": list(rows)})
    return "#scenario=" + urlsafe_b64encode(text.encode()).decode().rstrip("=")


def place_of_map(page: Page) -> dict[str, float]:
    """A place that the map shows, from the link of a new offer."""
    page.get_by_role("button", name="Angebot probeweise setzen").click()
    click_map(page)
    expect(outcome(page)).to_contain_text("Mit den Änderungen erreichen")
    found = page.evaluate(
        "JSON.parse(atob(location.hash.slice(10).replaceAll('-','+').replaceAll('_','/')))"
    )["changes"][0]
    page.get_by_role("button", name="Zurücksetzen").click()
    return {"lon": found["lon"], "lat": found["lat"]}


def test_an_offer_is_tried_where_the_map_is_clicked(desk: Page, home: str):
    open_ready(desk, home + FOOD)
    desk.get_by_role("button", name="Angebot probeweise setzen").click()
    click_map(desk)
    expect(outcome(desk)).to_contain_text("Mit den Änderungen erreichen")
    expect(outcome(desk).locator("tbody tr").first).to_contain_text("Ganze Region")
    gained = [
        row.locator("td").nth(2).inner_text() for row in outcome(desk).locator("tr").all()[1:]
    ]
    whole, *parts = [0 if text == "–" else int(text.replace(".", "")) for text in gained]
    adds_up = "–" not in gained and whole == sum(parts)
    expect(outcome(desk).locator("p.soft")).to_have_count(0 if adds_up else 1)
    expect(desk.locator("#live")).to_contain_text("Unterschied:")
    assert desk.locator(".leaflet-popup").count() == 0
    assert "#scenario=" in desk.url
    told = outcome(desk).inner_text()
    desk.reload()
    expect(outcome(desk)).to_contain_text("Mit den Änderungen erreichen")
    assert outcome(desk).inner_text() == told


def test_a_scenario_stays_when_the_question_changes(desk: Page, home: str):
    open_ready(desk, home + FOOD)
    desk.get_by_role("button", name="Angebot probeweise setzen").click()
    click_map(desk)
    expect(outcome(desk)).to_contain_text("zu Fuß in 2 Minuten")
    desk.get_by_role("button", name="5 Minuten", exact=True).click()
    expect(outcome(desk)).to_contain_text("zu Fuß in 5 Minuten")
    expect(desk.locator(".trial")).to_have_count(1)
    assert "minutes=5" in desk.url
    assert "#scenario=" in desk.url
    assert "#scenario=" in desk.locator(".languages a").last.get_attribute("href")


def test_changes_are_listed_removed_and_undone(desk: Page, home: str):
    open_ready(desk, home + FOOD)
    for dx in (120, 60):
        desk.get_by_role("button", name="Angebot probeweise setzen").click()
        click_map(desk, dx)
    expect(changes(desk)).to_have_count(2)
    expect(outcome(desk)).to_contain_text("Mit den Änderungen erreichen")
    changes(desk).first.get_by_role("button", name="Entfernen").click()
    expect(changes(desk)).to_have_count(1)
    assert desk.evaluate("document.activeElement.textContent") == "Entfernen"
    changes(desk).first.get_by_role("button", name="Entfernen").click()
    expect(changes(desk)).to_have_count(0)
    assert desk.evaluate("document.activeElement.dataset.tool") == "add"
    expect(outcome(desk)).to_be_empty()
    assert "#" not in desk.url
    desk.get_by_role("button", name="Rückgängig").click()
    expect(changes(desk)).to_have_count(1)
    desk.locator(".trial.add-offer").press("Delete")
    expect(changes(desk)).to_have_count(0)
    desk.get_by_role("button", name="Rückgängig").click()
    desk.get_by_role("button", name="Zurücksetzen").click()
    expect(desk.locator(".trial")).to_have_count(0)


def test_an_offer_closes_from_its_window_and_districts_change_their_colour(desk: Page, home: str):
    open_ready(desk, home + FOOD)
    before = desk.evaluate("document.querySelectorAll('.offer').length")
    desk.locator(".offer").first.click()
    desk.get_by_role("button", name="Schließen lassen").click()
    expect(outcome(desk)).to_contain_text(re.compile(r"Unterschied: \d+ Menschen weniger"))
    expect(changes(desk)).to_contain_text("Schließt: ")
    assert desk.locator(".offer").count() == before - 1
    assert desk.locator(".trial.close-offer").count() == 1
    assert desk.evaluate("document.activeElement.textContent").startswith("Schließt: ")


def test_an_offer_is_dragged_elsewhere(desk: Page, home: str):
    open_ready(desk, home + FOOD)
    desk.get_by_role("button", name="Angebot verschieben oder schließen").click()
    box = desk.locator(".offer").first.bounding_box()
    desk.mouse.move(box["x"] + 13, box["y"] + 13)
    desk.mouse.down()
    desk.mouse.move(box["x"] + 90, box["y"] - 60, steps=5)
    desk.mouse.up()
    expect(changes(desk)).to_contain_text("Zieht um: ")
    expect(outcome(desk)).to_contain_text("Mit den Änderungen erreichen")
    assert desk.locator(".trial.move-offer").count() == 1
    assert desk.locator(".trial.origin").count() == 1


def test_moving_an_offer_by_hand_says_what_is_lost_against_the_best_place(desk: Page, home: str):
    open_ready(desk, home + FOOD)
    desk.get_by_role("button", name="Wo hilft ein weiteres Angebot am meisten?").click()
    desk.get_by_role("button", name="Hier ein Angebot ausprobieren").click()
    expect(outcome(desk)).to_contain_text(re.compile(r"Unterschied: \d+ Menschen mehr"))
    assert "am besten Ort" not in outcome(desk).inner_text()
    box = desk.locator(".trial.add-offer").bounding_box()
    desk.mouse.move(box["x"] + 17, box["y"] + 17)
    desk.mouse.down()
    desk.mouse.move(box["x"] + 17, box["y"] + 137, steps=5)
    desk.mouse.up()
    expect(outcome(desk)).to_contain_text(re.compile(r"\d+ Menschen weniger als am besten Ort"))
    desk.get_by_role("button", name="Rückgängig").click()
    expect(outcome(desk)).to_contain_text("So viele Menschen wie am besten Ort")


def test_before_and_after_stand_side_by_side_with_a_slider(desk: Page, home: str):
    open_ready(desk, home + FOOD + "&by=municipality")
    desk.get_by_role("button", name="Angebot probeweise setzen").click()
    click_map(desk)
    expect(outcome(desk)).to_contain_text("Mit den Änderungen erreichen")
    slider = desk.get_by_role("slider", name="Links davon die Karte vorher")
    expect(slider).to_be_hidden()
    desk.locator("label", has_text="Nebeneinander").click()
    box = desk.locator("#map").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    desk.mouse.move(x - 40, y - 60)
    expect(desk.locator(".leaflet-tooltip")).not_to_contain_text("Vorher:")
    desk.mouse.move(x + 40, y - 60, steps=3)
    expect(desk.locator(".leaflet-tooltip", has_text="Vorher:")).to_have_count(1)
    expect(desk.locator(".leaflet-tooltip")).to_have_count(1)
    slider.focus()
    clip = "document.querySelector('.leaflet-overlay-pane').style.clipPath"
    at_half = desk.evaluate(clip)
    desk.keyboard.press("ArrowRight")
    assert desk.evaluate(clip) != at_half
    desk.keyboard.press("Home")
    assert re.match(r"polygon\((-?\d+)px -?\d+px, \1px", desk.evaluate(clip))
    assert desk.locator(".leaflet-after-pane canvas").count() == 1
    desk.locator("label", has_text="Vorher").click()
    expect(slider).to_be_hidden()
    assert desk.evaluate(clip) == ""


def test_a_file_is_saved_and_opened_again(desk: Page, home: str, tmp_path: Path):
    open_ready(desk, home + FOOD)
    desk.get_by_role("button", name="Angebot probeweise setzen").click()
    click_map(desk)
    desk.get_by_label("Name des Szenarios").fill("Neuer Laden")
    desk.get_by_label("Name des Szenarios").press("Tab")
    with desk.expect_download() as saved:
        desk.get_by_role("button", name="Als Datei speichern").click()
    file = tmp_path / "scenario.json"
    saved.value.save_as(file)
    document = json.loads(file.read_text("utf-8"))
    assert document["version"] == 1
    assert document["name"] == "Neuer Laden"
    assert document["changes"][0]["do"] == "add_offer"
    desk.get_by_role("button", name="Zurücksetzen").click()
    desk.locator('[data-try="file"]').set_input_files(file)
    expect(changes(desk)).to_have_count(1)
    expect(outcome(desk)).to_contain_text("Mit den Änderungen erreichen")
    assert desk.get_by_label("Name des Szenarios").input_value() == "Neuer Laden"


def test_the_table_of_the_difference_is_saved_as_it_stands(desk: Page, home: str):
    open_ready(desk, home + FOOD + link({"do": "close_offer", "offer": "osm:n1001"}))
    expect(outcome(desk).locator("table")).to_be_visible()
    with desk.expect_download() as saving:
        outcome(desk).get_by_role("link", name="Tabelle als CSV").click()
    assert saving.value.suggested_filename == "umkreis-scenario.csv"
    lines = saving.value.path().read_text("utf-8-sig").splitlines()
    assert lines[0] == "Gebiet,Vorher,Nachher,Dazu,Weg"
    assert lines[1].startswith("Ganze Region,")
    assert len(lines) == outcome(desk).locator("tbody tr").count() + 1


def test_files_that_are_no_scenario_are_refused_in_plain_words(
    desk: Page, home: str, tmp_path: Path
):
    open_ready(desk, home + FOOD)
    trouble = desk.locator('[data-try="trouble"]')
    file = tmp_path / "scenario.json"
    file.write_bytes(b" " * 1_000_001)
    desk.locator('[data-try="file"]').set_input_files(file)
    expect(trouble).to_have_text("Diese Datei ist größer als 1 MB; ein Szenario ist das nie.")
    file.write_text("no JSON")
    desk.locator('[data-try="file"]').set_input_files(file)
    expect(trouble).to_contain_text("Diese Datei ist kein Szenario.")
    file.write_text(json.dumps({"changes": [{"do": "close_offer"}] * 1001}))
    desk.locator('[data-try="file"]').set_input_files(file)
    expect(trouble).to_contain_text("höchstens 1.000 Änderungen")
    rows = [{"do": "close_offer", "offer": EVIL}, {"do": "add_offer", "category": "x", **MIDDLE}]
    file.write_text(json.dumps({"version": 1, "name": EVIL, "changes": rows}))
    desk.locator('[data-try="file"]').set_input_files(file)
    expect(trouble).to_contain_text(f"1. Schließt: {EVIL}: ist in der Region nicht bekannt")
    expect(trouble.locator("[lang=en]").first).to_contain_text("`offer`")
    assert desk.locator("img").count() == 0
    assert desk.evaluate("window.pwned") is None
    assert desk.get_by_label("Name des Szenarios").input_value() == EVIL
    desk.log.problems = [p for p in desk.log.problems if "400" not in p]


def test_a_link_that_was_cut_is_refused_and_an_old_one_understood(desk: Page, home: str):
    open_ready(desk, home + FOOD)
    place = place_of_map(desk)
    desk.goto("about:blank")
    open_ready(desk, home + FOOD + link({"do": "add_offer"})[:-9])
    expect(desk.locator('[data-try="trouble"]')).to_contain_text("in diesem Link ist nicht lesbar")
    desk.goto("about:blank")
    open_ready(desk, home + FOOD + f"#try={place['lon']},{place['lat']}")
    expect(outcome(desk)).to_contain_text("Mit den Änderungen erreichen")
    expect(changes(desk)).to_have_count(1)


def test_everything_is_placed_by_keyboard_on_a_phone(phone: Page, home: str):
    open_ready(phone, home + FOOD)
    phone.get_by_role("button", name="Angebot probeweise setzen").press("Enter")
    phone.get_by_role("button", name="Hier, in der Mitte der Karte").press("Enter")
    expect(outcome(phone)).to_contain_text("Mit den Änderungen erreichen")
    assert phone.evaluate("document.activeElement.textContent").startswith("Neu: ")
    phone.get_by_role("button", name="Mehr Menschen").press("Enter")
    assert phone.evaluate("document.activeElement.id") == "trial-people"
    phone.get_by_role("button", name="Hier, in der Mitte der Karte").press("Enter")
    expect(changes(phone)).to_have_count(1)  # without a number nobody is placed
    phone.locator("#trial-people").fill("120")
    phone.get_by_role("button", name="Hier, in der Mitte der Karte").press("Enter")
    expect(changes(phone)).to_have_count(2)
    expect(outcome(phone)).to_contain_text("120 Menschen kommen hinzu")
    phone.get_by_role("button", name="Straße sperren").press("Enter")
    phone.keyboard.press("Escape")
    expect(phone.locator('[data-try="tool"]')).to_be_hidden()
    assert phone.evaluate("document.activeElement.dataset.tool") == "close"
    assert phone.evaluate("document.documentElement.scrollWidth") == 360


def test_on_a_phone_the_difference_stands_below_the_map(phone: Page, home: str):
    open_ready(phone, home + FOOD)
    phone.get_by_role("button", name="Angebot probeweise setzen").tap()
    box = phone.locator("#map").bounding_box()
    phone.touchscreen.tap(box["x"] + 230, box["y"] + 150)
    brief = phone.locator('[data-try="brief"]')
    expect(brief).to_contain_text("Unterschied: ")
    brief.get_by_role("button", name="Einzelheiten").tap()
    expect(outcome(phone)).to_be_in_viewport()
    expect(outcome(phone)).to_be_focused()
    expect(brief).to_be_hidden()


def test_changes_of_odd_form_break_nothing(desk: Page, home: str):
    rows = [
        {"do": "add_people", "people": 3, "place": {"type": "Polygon", "coordinates": "x"}},
        {"do": "open_street", "line": {"type": "LineString", "coordinates": [[13.2, None]]}},
        {"do": EVIL, "lon": 13.256, "lat": 53.551, "name": {}},
    ]
    open_ready(desk, home + FOOD + link(*rows, name=EVIL))
    expect(desk.locator('[data-try="trouble"] li')).to_have_count(3)
    expect(changes(desk)).to_have_count(3)
    assert desk.locator("img").count() == 0
    changes(desk).first.get_by_role("button", name="Entfernen").click()
    expect(desk.locator('[data-try="trouble"] li')).to_have_count(2)
    desk.log.problems = [p for p in desk.log.problems if "400" not in p]


def test_streets_close_and_open_where_the_map_is_clicked(desk: Page, home: str):
    open_ready(desk, home + FOOD)
    desk.get_by_role("button", name="Straße sperren").click()
    desk.locator(".offer").first.click()  # an offer stands by a street
    expect(changes(desk)).to_contain_text(re.compile(r"Gesperrte Straße.*, \d+ m"))
    assert desk.locator("path.trial-line.close-street").count() > 0
    desk.get_by_role("button", name="Zurücksetzen").click()
    box = desk.locator(".offer").first.bounding_box()
    x, y = box["x"] + 13, box["y"] + 13
    desk.get_by_role("button", name="Neue Straße oder Brücke").click()
    desk.mouse.click(x, y)
    assert desk.get_by_role("button", name="Straße fertig").is_disabled()
    desk.mouse.dblclick(x + 60, y - 20)
    expect(changes(desk)).to_contain_text("Neue Straße")
    assert desk.locator("path.trial-line.open-street").count() > 0
    desk.log.problems = [p for p in desk.log.problems if "400" not in p]


def test_hours_are_tried_where_a_time_is_chosen(desk: Page, home: str):
    open_ready(desk, home + FOOD + "&at=saturday")
    desk.get_by_role("button", name="Angebot probeweise setzen").click()
    desk.get_by_label("Öffnungszeiten, etwa Mo-Fr 08:00-18:00").fill("Sa 08:00-18:00")
    click_map(desk)
    expect(outcome(desk)).to_contain_text("Mit den Änderungen erreichen")
    desk.locator(".trial.add-offer").click()
    desk.locator(".leaflet-popup").get_by_label("Öffnungszeiten").fill("niemals")
    desk.locator(".leaflet-popup").get_by_label("Öffnungszeiten").press("Enter")
    expect(desk.locator('[data-try="trouble"]')).to_contain_text("sind nicht lesbar")
    desk.log.problems = [p for p in desk.log.problems if "400" not in p]


def test_why_nothing_can_be_tried_is_said(desk: Page, home: str):
    open_ready(desk, home + "/r/toy/planner?category=csa_depot")
    expect(desk.locator("#try")).to_contain_text("Keine Quelle nennt diese Angebote")
    open_ready(desk, home + "/r/toy/planner?category=greengrocer_bakery&mode=line&metres=150")
    expect(desk.locator("#try")).to_contain_text("Die Luftlinie kennt keine Straßen")
    desk.get_by_role("button", name="Angebot probeweise setzen").click()
    click_map(desk)
    expect(outcome(desk)).to_contain_text("150 m Luftlinie")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_editor_has_no_barriers(
    open_page: Callable[..., Page],
    home: str,
    axe_violations: Callable[[Page], list[str]],
    scheme: str,
):
    page = open_page(locale="de-DE", color_scheme=scheme)
    open_ready(page, home + FOOD)
    page.get_by_role("button", name="Angebot probeweise setzen").click()
    click_map(page)
    expect(outcome(page)).to_contain_text("Mit den Änderungen erreichen")
    page.locator("label", has_text="Nebeneinander").click()
    page.locator(".trial.add-offer").click()
    page.get_by_role("button", name="Straße sperren").click()
    assert axe_violations(page) == []


def test_a_click_is_answered_at_once(desk: Page, home: str):
    open_ready(desk, home + FOOD)
    desk.evaluate(
        """() => {
          const place = document.querySelector('[data-try="outcome"]');
          document.addEventListener("click", () => { window.clicked = performance.now(); }, true);
          new MutationObserver(() => requestAnimationFrame(() => {
            if (place.childElementCount) window.shown = performance.now();
          })).observe(place, { childList: true });
        }"""
    )
    times = []
    for turn in range(3):
        desk.get_by_role("button", name="Angebot probeweise setzen").click()
        desk.evaluate("window.shown = 0")
        click_map(desk, 120 - 30 * turn)
        expect(changes(desk)).to_have_count(turn + 1)
        desk.wait_for_timeout(400)
        times.append(desk.evaluate("window.shown - window.clicked"))
    assert 0 < min(times) < 300
