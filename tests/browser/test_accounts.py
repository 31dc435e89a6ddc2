"""Accounts in a real Chromium: signing in by keyboard, and a scenario kept on the server."""

import json
import re
import shutil
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from layers.accounts.users import set_password
from layers.register.database import Database
from server.app import create_app
from server.settings import Settings, default_data_dir
from tests.server.accounts.people import PASSWORD, person
from tests.toyregion import toy_lonlat

pytestmark = pytest.mark.browser

FOOD = "/r/toy/planner?category=greengrocer_bakery&mode=walk&minutes=2"
LON, LAT = toy_lonlat((200.0, 200.0))[0]
CHANGE = {"do": "add_offer", "category": "greengrocer_bakery", "lon": LON, "lat": LAT}
DOCUMENT = json.dumps({"version": 1, "name": "<b>South</b>", "changes": [CHANGE]})


@pytest.fixture
def home(serve, toy_region_dir, toy_atlas, tmp_path):
    shutil.copytree(toy_region_dir, tmp_path / "regions" / "toy")
    shutil.copytree(toy_atlas.path, tmp_path / "atlas" / "toy")
    settings = Settings(data_dir=default_data_dir(), state_dir=tmp_path, regions=("toy",))
    database = Database(tmp_path / "register.sqlite")
    set_password(database, person(database, "admin"), PASSWORD, who="operator")
    database.close()
    return serve(create_app(replace(settings, language="en")))


def sign_in_by_keyboard(page, home):
    page.goto(f"{home}/sign-in?lang=en")
    page.get_by_label("E-mail address").focus()
    page.keyboard.type("admin@example.org")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="admin", level=1)).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_pages_of_accounts_are_used_by_keyboard_and_axe_has_no_objection(
    open_page, axe_violations, home, width, scheme
):
    page = open_page(locale="en-GB", viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.goto(f"{home}/sign-in?lang=en")
    assert axe_violations(page) == []
    sign_in_by_keyboard(page, home)
    assert axe_violations(page) == []
    page.get_by_text("Make a token").first.focus()
    page.keyboard.press("Enter")
    page.get_by_label("What it is for").fill("QGIS")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Token", exact=True)).to_have_value(re.compile(r"^umk_[0-9a-f]{12}_"))
    page.goto(f"{home}/account/users?lang=en")
    assert axe_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(f"{home}/account?lang=en")
    page.get_by_role("button", name="Sign out").press("Enter")
    expect(page.get_by_text("You have signed out.")).to_be_visible()
    page.goto(f"{home}/account")
    expect(page).to_have_url(f"{home}/sign-in?next=%2Faccount")


def test_a_scenario_is_kept_on_the_server_and_opened_by_who_has_its_link(open_page, home):
    page = open_page(locale="en-GB")
    sign_in_by_keyboard(page, home)
    page.goto(f"{home}{FOOD}")
    page.locator("body[data-ready=true]").wait_for()
    page.set_input_files(
        '[data-try="file"]',
        {
            "name": "s.json",
            "mimeType": "application/json",
            "buffer": DOCUMENT.encode(),
        },
    )
    expect(page.locator('[data-try="list"] li')).to_have_count(1)
    page.get_by_label("everybody with the link may read it").check()
    page.get_by_role("button", name="Save on the server").click()
    expect(page.get_by_text("Saved on the server: <b>South</b>")).to_be_visible()
    expect(page.get_by_label("Saved scenarios").locator("option")).to_have_text(
        ["<b>South</b> (shared)"]
    )
    stored = page.get_by_label("Saved scenarios").input_value()
    page.locator('[data-try="reset"]').click()
    expect(page.locator('[data-try="list"] li')).to_have_count(0)
    page.locator('[data-do="open"]').click()
    expect(page.locator('[data-try="list"] li')).to_have_count(1)

    visitor = open_page(locale="en-GB")
    visitor.goto(f"{home}{FOOD}#stored={stored}")
    expect(visitor.locator('[data-try="list"] li')).to_have_count(1)
    assert visitor.locator("[data-stored]").count() == 0
    assert urlsplit(visitor.url).path == "/r/toy/planner"

    page.locator('[data-do="remove"]').click()
    expect(page.get_by_text("Removed from the server: <b>South</b>")).to_be_visible()
    expect(page.locator('[data-do="list"]')).to_be_hidden()
