"""What others open elsewhere (feeds, QGIS, maps as one file) holds hostile texts as texts alone."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from defusedxml.ElementTree import fromstring
from fastapi.testclient import TestClient

from server.accounts.cookies import LOCAL
from server.app import create_app
from tests.security.hostile_region import REGION, Hostile, make_hostile
from tests.security.payloads import PAYLOADS

if TYPE_CHECKING:
    from collections.abc import Iterator

NEVER = {
    "iframe",
    "object",
    "embed",
    "marquee",
    "base",
    "frame",
    "applet",
    "math",
    "audio",
    "video",
}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Hostile:
    return make_hostile(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def client(hostile: Hostile) -> Iterator[TestClient]:
    with TestClient(create_app(hostile.settings)) as opened:
        opened.cookies.set(LOCAL, hostile.session)
        yield opened


class Elements(HTMLParser):
    """Finds what would run: tags that we never write, handlers, and links that are no web's."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags += 1
        if tag in NEVER:
            self.found.append(tag)
        for name, value in attrs:
            if name.startswith("on"):
                self.found.append(f"{tag} {name}")
            link = "".join((value or "").split()).lower()
            if name in ("href", "src", "action", "formaction") and link.startswith(
                ("javascript:", "vbscript:", "data:text")
            ):
                self.found.append(f"{tag} {name}={link[:30]}")


def test_a_feed_holds_entries_and_texts_alone(client: TestClient):
    text = client.get(f"/r/{REGION}/feed.atom").text
    tags = {element.tag.rpartition("}")[2] for element in fromstring(text).iter()}
    assert tags <= {
        "feed", "id", "title", "updated", "link", "author", "name", "entry", "summary", "category",
        "rights", "published", "subtitle", "generator", "uri", "content", "icon", "logo",
    }  # fmt: skip
    links = [e.get("href", "") for e in fromstring(text).iter() if e.tag.endswith("link")]
    assert all(link.startswith(("http://testserver/", "https://testserver/")) for link in links)


def test_a_qgis_project_asks_nobody_but_us_and_holds_no_code(client: TestClient):
    project = fromstring(client.get(f"/r/{REGION}/qgis.qgs").content)
    assert project.tag == "qgis"
    sources = [e.text or "" for e in project.iter("datasource")]
    assert sources
    assert all("http://testserver/" in source for source in sources)
    assert not list(project.iter("pythonexpression"))


@pytest.mark.parametrize("name", ["services", "style"])
def test_entries_for_a_masterportal_are_json_of_ours(client: TestClient, name: str):
    told = json.loads(client.get(f"/r/{REGION}/masterportal/{name}.json").text)
    urls = [each["url"] for each in told if "url" in each]
    assert all(url.startswith("http://testserver/") for url in urls)
    assert len(told) > 0


@pytest.mark.parametrize(
    "path",
    [
        f"/embed/{REGION}",
        f"/embed/{REGION}?category=greengrocer_bakery",
        f"/r/{REGION}/map?category=greengrocer_bakery",
        f"/r/{REGION}/sheets/T1",
        f"/r/{REGION}/history?category=greengrocer_bakery",
        f"/r/{REGION}/planner?category=greengrocer_bakery",
        f"/ogc/collections/{REGION}.trade/items?f=html&limit=1000",
        "/practice",
        "/sources",
    ],
)
def test_a_page_that_is_saved_or_framed_holds_nothing_that_runs(client: TestClient, path: str):
    answer = client.get(path, headers={"accept": "text/html"})
    assert answer.status_code == 200
    read = Elements()
    read.feed(answer.text)
    assert read.found == []
    assert read.tags > 20


def test_the_payloads_would_be_found():
    read = Elements()
    for payload in PAYLOADS:
        read.feed(f"<p>{payload}</p>")
    assert len(read.found) > 20
