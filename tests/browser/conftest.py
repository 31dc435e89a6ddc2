"""
A real Chromium for the tests, and a page that reports everything it should not have done.

`page` and `open_page` fail a test at its end if a page asked another origin for anything, wrote an
error into its console (a breach of its Content-Security-Policy is one) or threw. Without Chromium
the tests are skipped, but not where `CI` is set: there that is a failure.

A test here that fails is tried once more, and the run's summary names it: on two busy cores a page
can take longer than its test waits.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from geo.tiles import build_base_map

ROOT = Path(__file__).resolve().parents[2]
HELSINKI = ROOT / "tests" / "fixtures" / "helsinki" / "helsinki-centre-2019.osm.pbf"
AXE = ROOT / "tests" / "browser" / "vendor" / "axe-core" / "axe.min.js"
# Rasterising on the CPU: the software GPU of a machine without one is ten times slower
FLAGS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-accelerated-2d-canvas",
]  # fmt: skip
HOME_HOSTS = {"127.0.0.1", "localhost", None}
PATIENCE_MS = 20_000  # a page may wait for an analysis whose process has just been started
expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Log:
    """What a page did."""

    requests: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Try what fails here a second time."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.flaky(reruns=1))


def _chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if (path := shutil.which(name)) is not None:
            return path
    missing = "no Chromium found: apt-get install chromium"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = _chromium()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


def _watch(page: Page, log: Log) -> None:
    origins: set[str] = set()

    def on_request(request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme in ("data", "blob"):
            return
        log.requests.append(request.url)
        origin = request.url if url.scheme == "file" else f"{url.scheme}://{url.netloc}"
        # where the test itself goes is home, if it is this machine
        opened = request.is_navigation_request() and request.frame == page.main_frame
        if opened and url.hostname in HOME_HOSTS:
            origins.add(origin)
        if origin not in origins:
            log.problems.append(f"request to another origin: {request.url}")

    page.on("request", on_request)
    page.on("pageerror", lambda error: log.problems.append(f"error thrown: {error}"))
    page.on(
        "console",
        lambda message: (
            log.problems.append(f"console: {message.text} ({message.location.get('url')})")
            if message.type == "error"
            else None
        ),
    )


@pytest.fixture
def open_page(browser: Browser, serve: Callable[..., str]) -> Iterator[Callable[..., Page]]:
    """Open pages in contexts of their own; options go to Playwright's `new_context`."""
    del serve  # only there so that servers end after the pages that may still ask them
    logs: list[Log] = []
    contexts = []

    def make(**options: object) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.log = Log()  # type: ignore[attr-defined]
        logs.append(page.log)  # type: ignore[attr-defined]
        _watch(page, page.log)  # type: ignore[attr-defined]
        return page

    yield make
    for context in contexts:
        context.close()
    problems = [problem for log in logs for problem in log.problems]
    assert problems == [], "\n".join(problems)


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    return open_page()


@pytest.fixture(scope="session")
def helsinki_tiles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The base map of one square kilometre by the sea."""
    return build_base_map(HELSINKI, tmp_path_factory.mktemp("tiles") / "helsinki.pmtiles").path


@pytest.fixture(scope="session")
def axe_violations() -> Callable[[Page], list[str]]:
    """Return what axe-core objects to on a page: rules of WCAG 2.2 AA and best practice."""
    source = AXE.read_text("utf-8")
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

    def check(page: Page) -> list[str]:
        page.evaluate(source)
        found = page.evaluate("rules => axe.run(document, {runOnly: rules})", rules)
        return [
            f"{rule['id']}: {[node['html'][:120] for node in rule['nodes'][:3]]}"
            for rule in found["violations"]
        ]

    return check
