"""
The residents' page in Chromium: first view with a cold cache, and a change of category.

    python -m benchmarks.residents [REGION]

Serves a built region on a free port of this machine and opens its page anew in empty contexts. The
first view is over when everything is drawn, base map included (`data-ready`); a change of category
when the list shows the answer and the browser has painted it.
"""

from __future__ import annotations

import statistics
import sys
import threading
import time

import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from server.app import create_app
from server.settings import Settings
from tests.browser.conftest import FLAGS

ROUNDS = 7
PLACE = "Treptower Straße"
# One category and back; resolves after the frame in which the list has changed
CHANGE = """id => new Promise(resolve => {
  const list = document.getElementById("results-head");
  const before = performance.now();
  const seen = new MutationObserver(() => {
    seen.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - before)));
  });
  seen.observe(list, {childList: true});
  document.querySelector(`#usual [data-category=${id}]`).click();
})"""


def serve() -> str:
    """Serve in a thread; it ends with the process."""
    server = uvicorn.Server(
        uvicorn.Config(create_app(Settings.from_env()), port=0, log_level="error")
    )
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    return f"http://127.0.0.1:{port}"


def first_view(browser: Browser, url: str) -> tuple[float, float, float]:
    """Return milliseconds to the first paint, until all is drawn, and kilobytes without tiles."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="de-DE")
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    urls: dict[str, str] = {}
    sizes: dict[str, float] = {}
    session.on(
        "Network.requestWillBeSent",
        lambda event: urls.update({event["requestId"]: event["request"]["url"]}),
    )
    session.on(
        "Network.loadingFinished",
        lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}),
    )
    started = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.locator("body[data-ready=true]").wait_for()
    drawn = (time.perf_counter() - started) * 1000
    paint: float = page.evaluate(
        "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    )
    loaded = sum(size for i, size in sizes.items() if "/tiles/" not in urls[i])
    context.close()
    return paint, drawn, loaded / 1000


def changes(page: Page) -> list[float]:
    """Return the milliseconds of changes of category."""
    chips = page.locator("#usual [data-category]")
    ids = [chips.nth(i).get_attribute("data-category") for i in range(3)]
    found = []
    for round_ in range(ROUNDS):
        page.locator("body[data-ready=true]").wait_for()
        found.append(float(page.evaluate(CHANGE, ids[round_ % 3])))
    return found


def main(region: str) -> None:
    """Measure and print medians."""
    url = f"{serve()}/r/{region}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        first_view(browser, url)  # the server's own first time
        views = [first_view(browser, url) for _ in range(ROUNDS)]
        paint, drawn, loaded = (statistics.median(column) for column in zip(*views, strict=True))
        page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="de-DE")
        page.goto(url)
        listed = changes(page)
        page.reload()
        page.locator("body[data-ready=true]").wait_for()
        page.locator("#place").fill(PLACE)
        page.locator("#place").press("Enter")
        page.locator("#how").wait_for()
        near = changes(page)
        browser.close()
    print(f"first paint {paint:.0f} ms, all drawn {drawn:.0f} ms, {loaded:.0f} kB without tiles")
    print(
        f"medians of {ROUNDS}; change of category: {statistics.median(listed):.0f} ms in the list,"
    )
    print(f"{statistics.median(near):.0f} ms around {PLACE}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "neubrandenburg")
