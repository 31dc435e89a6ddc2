"""The form of suggestions in a browser: with scripts, without, by keyboard, and for axe."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from layers.atlas import Atlas
from server.app import create_app
from server.settings import Settings
from server.submissions import form_page
from tests.server.conftest import toy_settings  # noqa: F401 (a fixture)


@pytest.fixture
def url(
    toy_settings: Settings,  # noqa: F811
    serve: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    monkeypatch.setattr(form_page, "LEAST_S", 0.0)  # a test is quicker than people
    database = f"sqlite:///{tmp_path / 'register.sqlite'}"
    return serve(create_app(replace(toy_settings, database_url=database)))


def fill(page: Page) -> None:
    page.get_by_label("Name of the place").fill("Reparatur am Markt")
    page.get_by_label("Kind of offer").select_option("repair_cafe")
    page.get_by_label("At these times").check()
    page.get_by_label("Monday").first.check()
    page.get_by_label("from").first.fill("09:00")
    page.get_by_label("to", exact=True).first.fill("12:00")
    page.get_by_label("What I say of the place").check()


def test_a_pin_hours_and_a_preview_lead_to_a_private_link(
    page: Page, url: str, toy_atlas: Atlas, axe_violations: Callable[[Page], list[str]]
):
    page.goto(f"{url}/r/toy/submit?lang=en")
    expect(page.locator("body")).to_have_attribute("data-ready", "true")
    assert axe_violations(page) == []
    page.get_by_role("button", name="Set the pin in the middle").click()
    expect(page.locator("#told")).to_have_text("The pin is set.")
    assert abs(float(page.input_value("#lat")) - toy_atlas.offers[0].lat) < 0.01
    expect(page.locator(".hour-line:visible")).to_have_count(0)
    fill(page)
    page.get_by_role("button", name="Add a line of times").click()
    expect(page.locator(".hour-line:visible")).to_have_count(2)
    page.get_by_role("button", name="Look it over, then send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Is this right?")
    assert axe_violations(page) == []
    page.get_by_role("button", name="Send the suggestion").click()
    expect(page.get_by_text("your suggestion has arrived")).to_be_visible()
    assert "/s/" in page.url
    assert axe_violations(page) == []
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("You took it back")).to_be_visible()


def test_it_works_without_scripts_and_says_beside_each_field_what_is_wrong(
    open_page: Callable[..., Page], url: str
):
    page = open_page(java_script_enabled=False)
    page.goto(f"{url}/r/toy/submit?lang=en")
    expect(page.locator("#map")).to_be_hidden()
    expect(page.locator(".hour-line").first).to_be_visible()
    page.log.problems.clear()  # type: ignore[attr-defined]
    fill(page)
    page.get_by_label("Telephone", exact=True).fill("abc")
    page.get_by_role("button", name="Look it over, then send").click()
    expect(page.locator("#summary")).to_contain_text("2 things are missing or not right")
    expect(page.get_by_label("Telephone", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#phone-fault")).to_contain_text("0395 123456")
    page.log.problems.clear()  # type: ignore[attr-defined]


def test_the_summary_gets_the_focus_and_leads_to_the_field_by_keyboard(
    page: Page, url: str, axe_violations: Callable[[Page], list[str]]
):
    page.goto(f"{url}/r/toy/submit?lang=en")
    page.get_by_label("Name of the place").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#summary")).to_be_focused()
    assert axe_violations(page) == []
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name of the place")).to_be_focused()
    page.log.problems.clear()  # type: ignore[attr-defined]  # the 400 is told on the console


def test_the_pages_of_a_keeper_are_for_everybody(
    page: Page, url: str, axe_violations: Callable[[Page], list[str]]
):
    page.goto(f"{url}/r/toy/offers/osm:n1001/claim?lang=en")
    assert axe_violations(page) == []
    page.get_by_label("What I say of the place").check()
    page.get_by_role("button", name="This entry is ours").click()
    expect(page.get_by_text("It is not proven yet")).to_be_visible()
    assert axe_violations(page) == []
