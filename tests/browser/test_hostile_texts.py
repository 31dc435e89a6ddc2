"""
Every payload in every text, on every page: nothing runs, in Chromium without our policies.

The Content-Security-Policy is switched off here, so that escaping alone has to hold. A payload runs
if it calls `pwned`, opens a dialog, asks another origin (`open_page` looks at that) or leaves an
element or attribute behind that could run when somebody points at it.
"""

import os

import pytest
from playwright.sync_api import Page

from server.accounts.cookies import LOCAL
from server.app import create_app
from tests.security.crawl import NO_PAGES, paths
from tests.security.hostile_region import REGION, Hostile, make_hostile
from tests.security.payloads import PAYLOADS

pytestmark = pytest.mark.browser

EVERY = 15  # of so many offers, one is opened in the list
OF_OFFER = ("/card", "/poster", "/claim", "/write")
COMPUTED = ("", "/partners")  # take their time: of one offer in five, in `make soak` of all
SOAK = "SOAK" in os.environ
# Maps remember themselves, so that their popups and tooltips can be opened from here
HOOK = """
window.maps = [];
let leaflet;
Object.defineProperty(window, "L", {
  get: () => leaflet,
  set: (value) => {
    leaflet = value;
    value.Map?.addInitHook(function () { window.maps.push(this); });
  },
});
"""
OPEN_ALL = """
() => {
  let opened = 0;
  const show = (map, layer, bound, Kind) => {
    if (!bound) return;
    const content = typeof bound._content === "function" ? bound._content(layer) : bound._content;
    if (content) {
      new Kind().setLatLng(map.getCenter()).setContent(content).addTo(map);
      opened += 1;
    }
  };
  for (const map of window.maps) {
    const layers = new Set();
    map.eachLayer((layer) => {
      layers.add(layer);
      layer._featureGroup?.eachLayer((each) => layers.add(each));
      layer.getLayers?.().forEach((each) => layers.add(each));
    });
    for (const layer of layers) {  // a group's are filled for whichever member is asked about
      for (const member of layer.getLayers?.() ?? [layer]) {
        show(map, member, layer.getPopup?.(), L.Popup);
        show(map, member, layer.getTooltip?.(), L.Tooltip);
      }
    }
  }
  return opened;
}
"""
LEFT_BEHIND = """
(root) => {
  const found = [];
  const scripts = /^[\\s\\x00-\\x20]*(javascript|vbscript|data):/i;
  const never = new Set([
    "BASE", "OBJECT", "EMBED", "MARQUEE", "MATH", "VIDEO", "AUDIO", "CUSTOM-ELEMENT",
  ]);
  const leads = new Set(["href", "xlink:href", "src", "action", "formaction", "poster"]);
  for (const element of (root || document).querySelectorAll("*")) {
    const name = element.tagName.toUpperCase();
    const told = element.cloneNode(false).outerHTML.slice(0, 200);
    if (never.has(name) || element.hasAttribute("srcdoc")) found.push(told);
    const isOurs = element.src || element.nonce || element.getAttribute("nonce") ||
      ["application/json", "application/ld+json"].includes(element.type);
    if (name === "SCRIPT" && !isOurs) found.push(told);
    if (name === "META" && element.httpEquiv.toLowerCase() === "refresh") found.push(told);
    for (const { name: attribute, value } of element.attributes) {
      if (/^on/i.test(attribute)) found.push(told);
      const isPicture = /^data:(image\\/(png|svg\\+xml)|,)/.test(value);
      if (leads.has(attribute) && scripts.test(value) && !isPicture) found.push(told);
    }
  }
  return found;
}
"""
FETCH_ALL = f"""
async (addresses) => {{
  const look = {LEFT_BEHIND};
  const box = document.body.appendChild(document.createElement("div"));
  const found = [];
  for (const address of addresses) {{
    const text = await (await fetch(address)).text();
    const parsed = new DOMParser().parseFromString(text, "text/html");
    found.push(...look(parsed).map((what) => `${{address}}: ${{what}}`));
    parsed.querySelectorAll("link, script, meta, iframe, title").forEach((each) => each.remove());
    box.replaceChildren(...parsed.body.childNodes);  // what waits for its place in a page, runs now
    await new Promise((done) => setTimeout(done));
  }}
  return found;
}}
"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Hostile:
    return make_hostile(tmp_path_factory.mktemp("hostile"))


class Watched:
    """A page of an admin that tells what ran in it."""

    def __init__(self, page: Page, home: str, session: str) -> None:
        self.page, self.home = page, home
        self.ran: list[str] = []
        self._path = ""
        page.context.add_cookies([{"name": LOCAL, "value": session, "url": home}])
        page.context.expose_function("pwned", lambda n: self.ran.append(f"{self._path}: {n}"))
        page.add_init_script(HOOK)
        page.on("dialog", self._dialog)

    def _dialog(self, dialog) -> None:
        self.ran.append(f"{self._path}: a dialog")
        dialog.dismiss()

    def visit(self, path: str) -> list[str]:
        """Open a page and all that its maps can open; return what could run later."""
        self._path = path
        answer = self.page.goto(self.home + path)
        assert answer is not None
        assert answer.status < 500, path
        if self.page.locator("#map").count() and self.page.locator("body[data-ready]").count():
            self.page.locator("body[data-ready=true]").wait_for()
        self.opened = self.page.evaluate(OPEN_ALL)
        return [f"{path}: {what}" for what in self.page.evaluate(LEFT_BEHIND)]


@pytest.fixture
def watched(open_page, serve, hostile: Hostile) -> Watched:
    page = open_page(locale="de-DE", bypass_csp=True, reduced_motion="reduce")
    return Watched(page, serve(create_app(hostile.settings)), hostile.session)


def test_nothing_runs_on_any_page(watched: Watched, hostile: Hostile):
    found, opened = [], {}
    for route, path in paths(hostile.values(hostile.offers[0])):
        if not route.startswith(NO_PAGES) and not path.endswith((".atom", ".qgs", ".json")):
            found += watched.visit(path)
            opened[route] = watched.opened
    for offer in hostile.offers[::EVERY]:
        found += watched.visit(f"/r/{REGION}?offer={offer}")
    # a feed that a browser draws as a document of XML has no scripts either
    watched.page.log.problems = [p for p in watched.page.log.problems if "Failed to load" not in p]
    assert watched.ran == []
    assert found == []
    assert opened["/r/{region}/planner"] > 3
    assert opened["/r/{region}/map"] >= len(PAYLOADS)


def test_nothing_is_left_behind_on_the_pages_of_any_offer(watched: Watched, hostile: Hostile):
    assert len(hostile.offers) == len(PAYLOADS) >= 60
    watched.visit("/about")
    addresses = [
        f"/r/{REGION}/offers/{offer}{page}"
        for number, offer in enumerate(hostile.offers)
        for page in (*OF_OFFER, *(COMPUTED if SOAK or number % 5 == 1 else ()))
    ]
    assert watched.page.evaluate(FETCH_ALL, addresses) == []
    assert watched.ran == []
