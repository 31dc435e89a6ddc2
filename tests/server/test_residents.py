"""The residents' page without scripts: kinds, lists, filters, cards."""

import html
import json
import re

import pytest
from fastapi.testclient import TestClient

PAGE = "/r/toy"
BROWSER = {"Accept": "text/html", "Accept-Language": "de-DE,de;q=0.9"}


def get(client: TestClient, url: str, **headers: str):
    return client.get(url, headers={**BROWSER, **headers})


def visible(text: str) -> str:
    """Return a page's words without scripts, templates and tags."""
    text = re.sub(r"<(script|template).*?</\1>", " ", text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def data(text: str, name: str) -> dict:
    (found,) = re.findall(rf'<script type="application/json" id="{name}">(.*?)</script>', text)
    return json.loads(found)


def names(text: str) -> list[str]:
    """Return the names of the listed offers."""
    listed = text.split('id="items"')[1].split("</ol>")[0]
    return [html.unescape(n) for n in re.findall(r'data-slot="name"[^>]*>([^<]*)</a>', listed)]


def test_without_a_filter_the_kinds_are_listed_with_their_numbers(client: TestClient):
    response = get(client, PAGE)
    text = visible(response.text)
    assert response.status_code == 200
    assert "Was ist in meiner Nähe?" in text
    assert "4 Angebote in Ödland" in text
    assert "Bäcker, Metzger, Obst & Gemüse 2" in text
    assert names(response.text) == []
    assert len(data(response.text, "list-data")["markers"]) == 4


def test_a_kind_lists_its_offers_by_name(client: TestClient):
    response = get(client, f"{PAGE}?category=greengrocer_bakery")
    assert "2 Angebote in Ödland" in visible(response.text)
    assert [n[:8] for n in names(response.text)] == ["<img src", "Bäckerei"]


def test_words_are_searched_in_names_and_kinds(client: TestClient):
    assert names(get(client, f"{PAGE}?q=repair").text) == ["Repair-Café Öd"]
    assert "Nichts passt zu allem" in visible(get(client, f"{PAGE}?q=zeppelin").text)


def test_only_what_is_open_then_is_listed_and_the_unknown_on_demand(client: TestClient):
    monday = "open=2024-05-06T10:00"
    assert names(get(client, f"{PAGE}?{monday}").text) == ["Bäckerei Groß & Söhne"]
    assert len(names(get(client, f"{PAGE}?{monday}&unknown=1").text)) == 4
    evening = get(client, f"{PAGE}?open=2024-05-06T20:00").text
    assert names(evening) == []
    assert "Von 3 weiteren sind die Zeiten nicht bekannt. Auch anzeigen" in visible(evening)
    (shown,) = re.findall(r'id="hours-unknown">.*?href="([^"]+)"', evening)
    assert len(names(get(client, html.unescape(shown)).text)) == 3


def test_hours_are_said_as_people_say_them(client: TestClient):
    url = f"{PAGE}?category=greengrocer_bakery&unknown=1&open=2024-05-06T10:00"
    assert "offen bis 18:00" in visible(get(client, url).text)
    assert "open until 18:00" in visible(get(client, f"{url}&lang=en").text)


def test_the_card_says_what_the_source_says(client: TestClient):
    text = get(client, f"{PAGE}?offer=osm:n1001").text
    assert "Bäckerei Groß &amp; Söhne" in text.split("<title>")[1].split("</title>")[0]
    words = visible(text)
    assert "Quelle: OpenStreetMap, 1. Mai 2024" in words
    assert "Zurück zur Liste" in words
    assert 'href="https://www.openstreetmap.org/node/1001"' in text
    assert "Fehler melden" in words


def test_the_card_alone_is_the_same_card(client: TestClient):
    alone = get(client, f"{PAGE}/offers/osm:n1001/card").text
    assert '<article class="offer-card"' in alone
    assert visible(alone) in visible(get(client, f"{PAGE}?offer=osm:n1001").text)


def test_a_hostile_name_stays_a_text(client: TestClient):
    for url in (f"{PAGE}?category=greengrocer_bakery", f"{PAGE}?offer=osm:n1003"):
        text = get(client, url).text
        assert "<img src=x" not in text.replace("&lt;", "<!>")
        assert "&lt;img src=x onerror=alert(1)&gt;" in text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("category=nothing", 404),
        ("open=never", 400),
        ("mode=line", 400),
        ("minutes=7", 400),
        ("has=wings", 400),
        ("page=0", 400),
        ("view=all", 400),
        ("offer=osm:n9", 404),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_page(client: TestClient, query: str, status: int):
    response = get(client, f"{PAGE}?{query}")
    assert response.status_code == status
    assert "<h1>" in response.text


def test_every_link_keeps_the_filters_and_the_language(client: TestClient):
    text = get(client, f"{PAGE}?category=greengrocer_bakery&open=saturday&unknown=1&lang=en").text
    offers = re.findall(r'data-slot="name" href="([^"]*)"', text)
    assert "/r/toy?category=greengrocer_bakery&amp;open=saturday&amp;unknown=1" in offers[0]
    assert all("lang=en" in link for link in offers[:-1])  # the last one is the blank


def test_an_own_time_is_named_for_people(client: TestClient):
    text = visible(get(client, f"{PAGE}?open=2024-05-06T10:00").text)
    assert "Mo, 6. Mai, 10:00" in text.replace("Mo.,", "Mo,")


def test_the_card_leads_on_to_the_page_of_the_offer(client: TestClient):
    text = get(client, f"{PAGE}/offers/osm:n1001/card").text
    assert 'href="/r/toy/offers/osm%3An1001"' in text or 'href="/r/toy/offers/osm:n1001"' in text
    assert "06:00–18:00" in visible(text)
    assert "/api/v1/regions/toy/offers/osm:n1001/calendar" in text
