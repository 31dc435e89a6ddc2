"""Writing to an entry and looking through notices: with axe, by keyboard, without scripts."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from layers.atlas import Atlas
from layers.letters import take
from layers.notices import Notice
from layers.register import Register
from server.app import create_app
from server.settings import Settings, default_data_dir

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def settings(toy_region_dir: Path, toy_atlas: Atlas, tmp_path: Path) -> Settings:
    shutil.copytree(toy_region_dir, tmp_path / "regions" / "toy")
    shutil.copytree(toy_atlas.path, tmp_path / "atlas" / "toy")
    offer = toy_atlas.offers[toy_atlas.offers.row("osm:n1002")]
    told = {"name": HOSTILE, "categories": ["repair_cafe"], "lon": offer.lon, "lat": offer.lat}
    settings = Settings(
        default_data_dir(), tmp_path, regions=("toy",), smtp_url="smtp://127.0.0.1:1",
        mail_from="umkreis@stadt.example",
    )  # fmt: skip
    with Register.open(settings.register_url) as register:
        entry = register.create(
            "toy", {**told, "email": "naeh@verein.example"}, who="eva", status="published"
        )
        notice = Notice("needs", "meeting_place", date(2099, 1, 1), HOSTILE)
        register.post_notice("toy", entry, notice, who="eva")
    return settings


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_objects_to_nothing_on_a_phone(
    open_page: Callable[..., Page],
    serve: Callable[..., str],
    settings: Settings,
    axe_violations: Callable[[Page], list[str]],
    scheme: str,
):
    page = open_page(locale="de-DE", color_scheme=scheme, viewport={"width": 360, "height": 800})
    page.goto(f"{serve(create_app(settings))}/r/toy/notices")
    expect(page.get_by_role("heading", name=HOSTILE)).to_be_visible()
    assert axe_violations(page) == []
    page.get_by_role("link", name="Antworten").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("schreiben")
    assert axe_violations(page) == []
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide  # the trap lies outside without widening the page


def test_a_letter_is_written_by_keyboard_without_scripts(
    open_page: Callable[..., Page], serve: Callable[..., str], settings: Settings
):
    page = open_page(locale="de-DE", java_script_enabled=False)
    page.goto(f"{serve(create_app(settings))}/r/toy/notices")
    page.get_by_role("link", name="Antworten").click()
    page.get_by_label("Ihr Name").focus()
    for text in ("Erna", "erna@post.example", "Wir haben einen Raum."):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # past the trap, which nobody reaches by keyboard
    expect(page.get_by_role("status")).to_contain_text("unterwegs")
    with Register.open(settings.register_url) as register:
        letter = take(register.database)
    assert (letter.to, letter.reply_to) == ("naeh@verein.example", "erna@post.example")
    assert "Wir haben einen Raum." in letter.text
