"""The review desk in Chromium: from the form to the map, by keyboard, and without scripts."""

import re
import shutil
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from layers.accounts.sessions import begin_session
from layers.register import Register
from layers.submissions import keeping, sending
from layers.submissions.kept import Sender
from server.accounts.cookies import LOCAL
from server.app import create_app
from server.settings import Settings, default_data_dir
from server.submissions import form_page
from tests.server.accounts.people import database_at, person, url_of

pytestmark = pytest.mark.browser

BAKERY = "osm:n1001"
SENDER = Sender("Eva", "eva@example.org", "en", "I am often there.")
REPAIRS = "/r/toy/planner?category=repair_cafe&mode=walk&minutes=3&lang=en"


@pytest.fixture
def database(tmp_path):
    made = database_at(tmp_path)
    yield made
    made.close()


@pytest.fixture
def home(serve, toy_region_dir, toy_atlas, tmp_path, database, monkeypatch):
    monkeypatch.setattr(form_page, "LEAST_S", 0.0)  # a test is quicker than people
    shutil.copytree(toy_region_dir, tmp_path / "regions" / "toy")
    shutil.copytree(toy_atlas.path, tmp_path / "atlas" / "toy")
    settings = Settings(data_dir=default_data_dir(), state_dir=tmp_path, regions=("toy",))
    return serve(create_app(replace(settings, database_url=url_of(database), language="en")))


@pytest.fixture
def desk(open_page, home, database):
    """A page of a moderator who has signed in."""

    def make(**options):
        page = open_page(locale="en-GB", **options)
        token = begin_session(database, person(database, "moderator").id)
        page.context.add_cookies([{"name": LOCAL, "value": token, "url": home}])
        return page

    return make


@pytest.fixture
def waiting(database, toy_atlas):
    """A new place beside the bakery, a correction of it, and somebody who says it is theirs."""
    register = Register(database)
    bakery = toy_atlas.offers[toy_atlas.offers.row(BAKERY)]
    place = {"name": bakery.name, "categories": list(bakery.categories)}
    place |= {"lon": bakery.lon, "lat": bakery.lat, "opening_hours": "Mo-Fr 09:00-12:00"}
    told = {"sender": SENDER, "consent": "2026-11"}
    first, _ = sending.submit(register, toy_atlas, place, **told)
    other = {"name": "<i>Baker</i>", "phone": "0395 999999"}
    second, _ = sending.submit(register, toy_atlas, other, offer_id=BAKERY, **told)
    third, _ = keeping.begin(register, toy_atlas, BAKERY, sender=SENDER, consent="2026-11")
    return [first.id, second.id, third.id]


def share(page, home):
    """What part of the people reaches a repair café, as the planner's page says."""
    page.goto(f"{home}{REPAIRS}")
    figure = page.locator("#answer .figure").first
    expect(figure).to_be_visible()
    return figure.inner_text()


def test_a_suggestion_travels_from_the_form_over_the_desk_to_map_and_figures(page, home, desk):
    before = share(page, home)
    page.goto(f"{home}/r/toy/submit?lang=en")
    expect(page.locator("body")).to_have_attribute("data-ready", "true")
    page.get_by_role("button", name="Set the pin in the middle").click()
    page.get_by_label("Name of the place").fill("Reparatur am Markt")
    page.get_by_label("Kind of offer").select_option("repair_cafe")
    page.get_by_label("What I say of the place").check()
    page.get_by_role("button", name="Look it over, then send").click()
    page.get_by_role("button", name="Send the suggestion").click()
    expect(page.get_by_text("It waits to be checked")).to_be_visible()
    link = page.url
    assert share(page, home) == before

    moderator = desk()
    moderator.goto(f"{home}/moderation?lang=en")
    moderator.get_by_role("link", name="Reparatur am Markt").click()
    expect(moderator.locator("body")).to_have_attribute("data-ready", "true")
    expect(moderator.locator(".pin.chosen")).to_have_count(1)
    moderator.get_by_role("button", name="Accept", exact=True).click()
    expect(moderator.get_by_role("status")).to_have_text("Accepted: Reparatur am Markt.")
    expect(moderator.get_by_text("Nothing waits here")).to_be_visible()

    assert share(page, home) != before
    page.goto(link)
    expect(page.get_by_text("It was accepted")).to_be_visible()
    page.get_by_role("link", name="See the entry").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Reparatur am Markt")
    expect(page.locator(".pin.chosen")).to_have_attribute("title", "Reparatur am Markt")
    page.goto(f"{home}/r/toy?q=Reparatur&lang=en")
    expect(page.get_by_role("link", name="Reparatur am Markt").first).to_be_visible()

    moderator.get_by_role("button", name="Undo").click()
    expect(moderator.get_by_role("status")).to_contain_text("Undone, it waits again")
    assert share(page, home) == before


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_axe_has_no_objection_and_nothing_is_too_wide(
    desk, home, axe_violations, waiting, width, scheme
):
    page = desk(viewport={"width": width, "height": 800}, color_scheme=scheme)
    for path in ("/moderation", *(f"/moderation/toy/{item}" for item in waiting)):
        page.goto(f"{home}{path}?lang=en")
        if path != "/moderation":
            expect(page.locator("body")).to_have_attribute("data-ready", "true")
            for details in page.locator("main details").all():
                details.evaluate("each => { each.open = true; }")
        assert axe_violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(f"{home}/moderation/toy/{waiting[0]}?into={BAKERY}&lang=en")
    expect(page.get_by_text("You compare it with")).to_be_visible()
    assert axe_violations(page) == []


def test_the_desk_is_worked_at_by_keyboard_and_the_focus_goes_on(desk, home, waiting):
    page = desk()
    page.goto(f"{home}/moderation?lang=en")
    links = page.locator("#desk-list a.title")
    links.first.focus()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/moderation/toy/{waiting[1]}"))
    expect(page.locator("body")).to_have_attribute("data-ready", "true")
    page.locator(".reject summary").focus()
    page.keyboard.press("Enter")
    page.get_by_label("It is listed already.").focus()
    page.keyboard.press("Space")
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Turned down")
    following = page.locator("a#next")
    expect(following).to_be_focused()
    expect(following).to_have_attribute("href", re.compile(waiting[2]))
    page.keyboard.press("k")
    expect(page.locator("#desk-list a.title").first).to_be_focused()


def test_two_at_once_without_scripts(desk, open_page, home, database, waiting):
    first = desk(java_script_enabled=False)
    second = open_page(locale="en-GB", java_script_enabled=False)
    token = begin_session(database, person(database, "admin").id)
    second.context.add_cookies([{"name": LOCAL, "value": token, "url": home}])
    for page in (first, second):
        page.goto(f"{home}/moderation/toy/{waiting[1]}?lang=en")
        expect(page.get_by_text("<i>Baker</i>").first).to_be_visible()
    first.get_by_role("button", name="Accept", exact=True).click()
    expect(first.get_by_role("status")).to_contain_text("Accepted")
    second.get_by_role("button", name="Accept", exact=True).click()
    expect(second.get_by_role("alert")).to_contain_text("Already decided by moderator")
    expect(second.get_by_role("button", name="Accept", exact=True)).to_have_count(0)
    second.log.problems.clear()  # the 409 is told on the console
    first.log.problems.clear()  # a browser without scripts says so of each module
