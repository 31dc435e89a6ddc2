"""Private links in a browser: they open from elsewhere, and no address tells their token."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from server.app import create_app
from server.submissions import form_page
from tests.server.conftest import toy_settings  # noqa: F401 (a fixture)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.types import ASGIApp, Receive, Scope, Send

    from server.settings import Settings

pytestmark = pytest.mark.browser


class Seen:
    """ASGI middleware that writes down what a server gets to see before any body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.lines: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            address = scope["raw_path"] + b"?" + scope["query_string"]
            referrers = [value for name, value in scope["headers"] if name == b"referer"]
            self.lines.append(b" ".join([address, *referrers]).decode("latin-1"))
        await self.app(scope, receive, send)


@pytest.fixture
def seen(
    toy_settings: Settings,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Seen:
    monkeypatch.setattr(form_page, "LEAST_S", 0.0)  # a test is quicker than people
    settings = replace(
        toy_settings, database_url=f"sqlite:///{tmp_path / 'register.sqlite'}",
        smtp_url="smtp://localhost", mail_from="umkreis@example.org",
    )  # fmt: skip
    return Seen(create_app(settings))


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Texts of letters that would be sent."""
    written: list[str] = []
    monkeypatch.setattr(
        "server.submissions.letters.send",
        lambda _settings, *, text, **_: written.append(text) or True,  # type: ignore[func-returns-value]
    )
    return written


def send(page: Page, home: str) -> None:
    """Suggest a place, with an address that the link is mailed to."""
    page.goto(f"{home}/r/toy/submit?lang=en")
    expect(page.locator("body")).to_have_attribute("data-ready", "true")
    page.get_by_role("button", name="Set the pin in the middle").click()
    page.get_by_label("Name of the place").fill("Reparatur am Markt")
    page.get_by_label("Kind of offer").select_option("repair_cafe")
    page.locator("#sender_email").fill("eva@example.org")
    page.get_by_label("What I say of the place").check()
    page.get_by_role("button", name="Look it over, then send").click()
    page.get_by_role("button", name="Send the suggestion").click()
    expect(page.get_by_text("your suggestion has arrived")).to_be_visible()


def test_a_mailed_link_opens_and_no_address_tells_its_token(
    open_page: Callable[..., Page],
    serve: Callable[..., str],
    seen: Seen,
    letters: list[str],
    axe_violations: Callable[[Page], list[str]],
):
    home = serve(seen)
    send(open_page(), home)
    (link,) = re.findall(r"http\S+", letters[0])
    token = link.partition("#")[2]
    assert len(token) == 43
    page = open_page(locale="en-GB")
    # another site, as that of somebody's mail is
    page.goto(home.replace("127.0.0.1", "localhost") + "/about")
    page.evaluate(
        """(href) => {
          const a = Object.assign(document.createElement("a"), { href, id: "mailed" });
          a.textContent = "mailed";
          document.getElementById("content").prepend(a);
        }""",
        link,
    )
    page.locator("#mailed").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Reparatur am Markt")
    assert re.fullmatch(rf"{home}/s/[0-9a-f]{{16}}", page.url)
    assert page.input_value("#own-link") == link
    page.get_by_role("link", name="Change it").click()
    expect(page.get_by_label("Name of the place")).to_have_value("Reparatur am Markt")
    page.goto(f"{home}/about")
    page.go_back()
    page.get_by_role("link", name="Umkreis").first.click()
    expect(page).to_have_url(f"{home}/")
    assert len(seen.lines) > 20
    assert any(line.startswith("/s/") for line in seen.lines)
    assert [line for line in seen.lines if token in line] == []
    assert page.evaluate("document.cookie") == ""
    page.goto(f"{home}/s#content")  # leads within the page
    expect(page.locator("body")).to_have_attribute("data-ready", "true")
    expect(page.get_by_label("Paste the whole link here")).to_be_visible()
    assert axe_violations(page) == []


def test_without_scripts_a_link_is_pasted(
    open_page: Callable[..., Page], serve: Callable[..., str], seen: Seen, letters: list[str]
):
    home = serve(seen)
    send(open_page(), home)
    (link,) = re.findall(r"http\S+", letters[0])
    page = open_page(java_script_enabled=False, locale="en-GB")
    page.goto(link)
    page.get_by_label("Paste the whole link here").fill("Reparatur")
    page.get_by_role("button", name="Open it").click()
    expect(page.get_by_role("alert")).to_contain_text("This link leads nowhere")
    page.log.problems.clear()  # type: ignore[attr-defined]  # the 404 is told on the console
    page.get_by_label("Paste the whole link here").fill(link)
    page.get_by_role("button", name="Open it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Reparatur am Markt")
