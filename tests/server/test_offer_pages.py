"""Pages of initiatives without scripts: find the entry, the entry, its poster, what is embedded."""

import html
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from layers.atlas import Atlas
from layers.build import build_atlas
from layers.offers import Offer
from server.app import create_app
from server.measures.offer_reach import OfferReachOut
from server.offer_address import qr_of
from server.offer_hours import usual_week
from server.settings import Settings, default_data_dir
from server.texts import texts_of
from tests.server.test_api import assert_error
from tests.server.test_residents import BROWSER, visible

MADE_UP = "/r/toy/offers"


@pytest.fixture(scope="module")
def musterland(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """The shipped toy region, whose offers give and need something."""
    data, state = default_data_dir(), tmp_path_factory.mktemp("state")
    build_atlas(data / "regions/toy", data / "taxonomy.toml", state / "atlas/toy", base_map=False)
    settings = Settings(data_dir=data, state_dir=state, regions=("toy",))
    return TestClient(create_app(settings), raise_server_exceptions=False)


def get(client: TestClient, url: str):
    response = client.get(url, headers=BROWSER)
    assert response.status_code == 200, response.text
    return response


def listed(text: str) -> list[str]:
    return [html.unescape(n) for n in re.findall(r'data-slot="name"[^>]*>([^<]*)</a>', text)]


def test_the_third_door_of_the_start_page_leads_to_the_list(musterland: TestClient):
    start = get(musterland, "/").text
    assert f'href="{MADE_UP}"' in start
    assert "Ihren Eintrag finden" in visible(get(musterland, MADE_UP).text)


def test_initiatives_stand_first_then_the_fields(musterland: TestClient):
    text = get(musterland, MADE_UP).text
    heads = re.findall(r"<h3>([^<]*)</h3>", text)
    assert heads[0] == "Initiativen"
    assert heads[1].startswith("Produktion")
    assert heads[-1] == "Für jeden Tag"
    assert len(listed(text)) == 38
    assert "38 Einträge" in visible(text)


@pytest.mark.parametrize("words", ["Repair Cafe", "reperatur", "repaircafe musterstatt"])
def test_an_entry_is_found_by_words_with_typos(musterland: TestClient, words: str):
    names = listed(get(musterland, f"{MADE_UP}?q={words}").text)
    assert "Repair-Café Musterstadt" in names


def test_names_with_the_words_come_before_what_only_describes_them(musterland: TestClient):
    assert listed(get(musterland, f"{MADE_UP}?q=solawi").text)[0] == "Solawi Hof Einöd"


def test_a_kind_and_a_part_narrow_the_list(musterland: TestClient):
    assert listed(get(musterland, f"{MADE_UP}?category=csa").text) == ["Solawi Hof Einöd"]
    initiatives = listed(get(musterland, f"{MADE_UP}?part=initiatives").text)
    assert "Tauschring Musterstadt" in initiatives
    assert "Kaufhalle" not in initiatives


def test_nothing_found_leads_on(musterland: TestClient):
    text = get(musterland, f"{MADE_UP}?q=zeppelin").text
    assert "Zu diesen Worten ist nichts bekannt" in visible(text)
    assert "https://www.openstreetmap.org/edit#map=17/" in text


def test_long_lists_come_in_pages(client: TestClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("server.pages.offers.PAGE_LENGTH", 3)
    first = get(client, "/r/toy/offers").text
    assert len(listed(first)) == 3
    assert 'rel="next" href="/r/toy/offers?page=2"' in first
    second = get(client, "/r/toy/offers?page=2").text
    assert len(listed(second)) == 1
    assert set(listed(first)) & set(listed(second)) == set()


@pytest.mark.parametrize("query", ["part=moon", "category=moon", "page=0", "page=x"])
def test_what_cannot_be_listed_is_refused(client: TestClient, query: str):
    response = client.get(f"/r/toy/offers?{query}", headers=BROWSER)
    assert response.status_code in (400, 404)
    assert "data-error" in response.text


def test_the_entry_tells_who_reaches_it_by_every_mode(client: TestClient):
    text = get(client, "/r/toy/offers/osm:n1001").text
    words = visible(text)
    assert "Bäckerei Groß & Söhne" in words
    assert "Zu Fuß" in words
    assert "Fahrrad 960 960 960 960 960" in words
    assert "Üblich für diese Art von Angebot und umrahmt: zu Fuß in 12 Minuten." in words
    assert "Alle in der Region erreichen" in words


def test_programs_are_told_the_same_of_who_reaches_it(client: TestClient):
    response = client.get("/api/v1/regions/toy/offers/osm:n1001/reach")
    found = OfferReachOut.model_validate(response.json())
    assert (found.unit, found.usual_mode, found.usual_minutes) == ("residents", "walk", 12)
    assert [mode.mode for mode in found.modes] == ["walk", "stepfree", "bike", "car"]
    bike = found.modes[2]
    assert [limit.minutes for limit in bike.limits] == [5, 10, 12, 15, 30]
    assert [limit.count for limit in bike.limits] == [960] * 5
    assert_error(client.get("/api/v1/regions/toy/offers/osm:n1/reach"), 404, "offer")


def test_the_entry_names_partners_with_reasons_and_facts(musterland: TestClient):
    text = get(musterland, f"{MADE_UP}/umk:repair-cafe").text
    words = visible(text)
    assert "gibt, was gebraucht wird: Raum (bis 30. Juni 2024: ein Raum am Samstag" in words
    assert f'href="{MADE_UP}/umk:gemeindesaal"' in text
    assert "gemeinsame Ziele:" in words
    assert "Alle 10 möglichen Partner" in words


def test_the_entry_names_the_gaps_around_it(musterland: TestClient):
    words = visible(get(musterland, f"{MADE_UP}/umk:repair-cafe").text)
    assert "720 Menschen West" in words
    assert re.search(r"\d+ Min\. hierher", words)
    assert "Alle 4 Lücken dieser Art in der Region" in words


def test_the_entry_leads_to_where_it_can_be_corrected(client: TestClient, musterland: TestClient):
    assert (
        'href="https://www.openstreetmap.org/edit?node=1001"'
        in get(client, "/r/toy/offers/osm:n1001").text
    )
    assert (
        'href="https://www.openstreetmap.org/edit?way=1101"'
        in get(client, "/r/toy/offers/osm:w1101").text
    )
    own = get(musterland, f"{MADE_UP}/umk:repair-cafe").text
    assert "openstreetmap.org/edit" not in own
    assert "Wer diese Seiten betreibt" in visible(own)


@pytest.mark.parametrize(
    ("contact", "said"),
    [
        ("rat@example.org", 'href="mailto:rat@example.org?subject=Umkreis%20toy%3A%20Repair-Caf'),
        ("https://example.org/hilfe", 'href="https://example.org/hilfe"'),
        ("Rathaus, Zimmer <3>", "Fehler melden: Rathaus, Zimmer &lt;3&gt;"),
        ("", "Fehler melden Sie am besten der hier genannten Quelle."),
    ],
)
def test_mistakes_of_own_entries_go_to_who_runs_this(
    musterland: TestClient, contact: str, said: str
):
    settings = replace(musterland.app.state.settings, contact=contact)  # type: ignore[attr-defined]
    other = TestClient(create_app(settings), raise_server_exceptions=False)
    for url in (f"{MADE_UP}/umk:repair-cafe/card", "/r/toy?offer=umk:repair-cafe"):
        assert said in get(other, url).text


def test_an_entry_that_is_not_there_is_a_page_that_says_so(client: TestClient):
    for path in ("", "/poster", "/partners"):
        response = client.get(f"/r/toy/offers/osm:n1{path}", headers=BROWSER)
        assert response.status_code == 404
        assert "data-error" in response.text


def test_hostile_names_stay_text(client: TestClient):
    for path in ("/r/toy/offers", "/r/toy/offers/osm:n1003", "/r/toy/offers/osm:n1003/poster"):
        text = get(client, path).text
        assert "<img src=x" not in text
        assert "&lt;img src=x onerror=alert(1)&gt; ${7*7}" in text


def test_the_pages_speak_english_too(client: TestClient):
    text = get(client, "/r/toy/offers/osm:n1001?lang=en").text
    assert '<html lang="en">' in text
    assert "Who is in reach" in text
    assert 'href="/r/toy/offers/osm:n1001/poster?lang=en"' in text


def test_no_page_has_styles_or_scripts_inside(client: TestClient):
    for path in ("/r/toy/offers", "/r/toy/offers/osm:n1001", "/r/toy/offers/osm:n1001/poster"):
        text = get(client, path).text
        assert not re.search(r"<[^>]* style=|<style|<script>|\son\w+=\"", text)


def test_the_poster_has_hours_address_and_a_code(client: TestClient):
    text = get(client, "/r/toy/offers/osm:n1001/poster").text
    words = visible(text)
    assert "Montag 06:00–18:00" in words
    assert "Samstag 06:00–12:00" in words
    assert "Sonntag geschlossen" in words
    url = "http://testserver/r/toy/offers/osm:n1001"
    assert url in words
    assert f'd="{qr_of(url).path}"' in text


def test_the_code_is_the_one_of_the_standard():
    code = qr_of("http://testserver/r/toy/offers/osm:n1001")
    assert code.size == 33 + 2 * 4  # version 4 holds 46 bytes of level Q, with its margin
    finder = [f"M{x} 4h1v1h-1z" for x in range(4, 11)]  # the upper edge of the upper left corner
    assert all(square in code.path for square in finder)
    assert "M11 4h1v1h-1z" not in code.path


def bakery(hours: str) -> Offer:
    return Offer("x:1", ("greengrocer_bakery",), "X", 13.25, 53.54, opening_hours=hours)


@pytest.mark.parametrize(
    ("hours", "days", "monday"),
    [
        ("Mo-Fr 08:00-18:00", 7, "08:00–18:00"),
        ("Mo-Sa 08:00-12:00,14:00-18:00; PH off", 7, "08:00–12:00, 14:00–18:00"),
        ("Sa[2] 14:00-17:00", 0, ""),
        ("Mo-Fr 08:00-18:00; May 06-20 off", 0, ""),
        ("by appointment", 0, ""),
        ("", 0, ""),
    ],
)
def test_a_usual_week_is_written_only_where_weeks_are_alike(
    toy_atlas: Atlas, hours: str, days: int, monday: str
):
    now = datetime(2024, 4, 30, 9, 0, tzinfo=UTC)  # 1 May, a holiday, is tomorrow
    week = usual_week(toy_atlas, bakery(hours), now, texts_of("de"))
    assert len(week) == days
    if week:
        assert (week[0].name, week[0].times) == ("Montag", monday)
        assert week[2].times == monday
        assert week[6].times == "geschlossen"


def policy(response) -> dict[str, str]:
    rules = response.headers["content-security-policy"].split("; ")
    return {name: value for name, _, value in (rule.partition(" ") for rule in rules)}


def test_only_what_is_embedded_may_be_framed(client: TestClient):
    framed = get(client, "/embed/toy")
    assert policy(framed)["frame-ancestors"] == "*"
    assert "x-frame-options" not in framed.headers
    for path in (
        "/", "/r/toy", "/r/toy/planner", "/r/toy/offers", "/r/toy/offers/osm:n1001", "/r/toy/embed",
        "/r/toy/offers/osm:n1001/poster", "/api/v1/regions", "/docs", "/r/nowhere/embed",
    ):  # fmt: skip
        assert policy(client.get(path, headers=BROWSER))["frame-ancestors"] == "'none'", path
    assert policy(get(client, "/r/toy/embed"))["frame-src"] == "'self'"


def test_what_is_embedded_sets_no_cookie_and_opens_links_beside_the_site(client: TestClient):
    response = get(client, "/embed/toy")
    assert "set-cookie" not in response.headers
    links = re.findall(r"<a [^>]*>", response.text)
    assert len(links) == 5  # four offers, and the region
    assert all('target="_blank" rel="noopener"' in link for link in links)
    assert not re.search(r"<[^>]* style=|<style|<script>|\son\w+=\"", response.text)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("category=greengrocer_bakery&q=groß", ["Bäckerei Groß & Söhne"]),
        ("category=repair_cafe,village_shop", ["Repair-Café Öd"]),
        ("q=dorfladn", ["Dorfladen Süd"]),
        ("layer=repair", ["Repair-Café Öd"]),
        ("bbox=0,0,1,1", []),
    ],
)
def test_what_is_embedded_can_be_chosen(client: TestClient, query: str, names: list[str]):
    text = get(client, f"/embed/toy?{query}").text
    assert set(names) <= set(listed(text))
    assert len(listed(text)) <= max(1, len(names) + 1)
    if not names:
        assert "Hier ist kein solches Angebot bekannt" in visible(text)


def test_a_list_has_no_map_and_no_script(client: TestClient):
    text = get(client, "/embed/toy?list=1").text
    assert "<script" not in text
    assert len(listed(text)) == 4
    assert "<summary>Als Liste</summary>" in get(client, "/embed/toy?list=0").text


def test_what_is_left_out_of_a_long_list_is_counted(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("server.pages.embed.MOST_LISTED", 3)
    assert "und 1 weiteres" in visible(get(client, "/embed/toy").text).replace(
        "weiterer", "weiteres"
    )


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("color=red;}", 400), ("color=%22%3E", 400), ("color=12345", 400), ("list=2", 400),
        ("lang=xx", 400), ("bbox=1,2,3", 400), ("category=moon", 404), ("layer=moon", 400),
    ],
)  # fmt: skip
def test_a_wrong_address_is_told_inside_the_frame(client: TestClient, query: str, status: int):
    response = client.get(f"/embed/toy?{query}", headers=BROWSER)
    assert response.status_code == status
    assert "Diese Karte lässt sich nicht zeigen" in visible(response.text)
    assert policy(response)["frame-ancestors"] == "*"


def test_the_colour_is_a_style_sheet_with_a_text_colour_that_can_be_read(client: TestClient):
    assert 'href="/embed-colors.css?color=ffd200"' in get(client, "/embed/toy?color=ffd200").text
    response = client.get("/embed-colors.css?color=ffd200")
    assert response.headers["content-type"].startswith("text/css")
    assert ":root{--accent:#ffd200;--accent-ink:#000000;" in response.text
    assert client.get("/embed-colors.css?color=x;}body{}").status_code == 400


def test_the_builder_gives_the_code_of_what_is_chosen(client: TestClient):
    text = get(
        client, "/r/toy/embed?category=repair_cafe&category=village_shop&color=%23FFD200"
    ).text
    (code,) = re.findall(r"<textarea[^>]*>(.*?)</textarea>", text, flags=re.DOTALL)
    pasted = html.unescape(code)
    assert pasted.startswith('<iframe src="http://testserver/embed/toy?category=')
    assert "repair_cafe,village_shop&amp;color=ffd200" in pasted
    assert 'title="Angebote in Ödland"' in pasted
    assert 'src="/embed/toy?category=repair_cafe,village_shop&amp;color=ffd200"' in text


def test_words_of_others_cannot_break_out_of_the_code(client: TestClient):
    text = get(client, "/r/toy/embed?q=%22%3E%3Cscript%3E&in=en").text
    (code,) = re.findall(r"<textarea[^>]*>(.*?)</textarea>", text, flags=re.DOTALL)
    pasted = html.unescape(code)
    assert pasted.count("<") == 2
    assert "%22%3E%3Cscript%3E&amp;lang=en" in pasted


def test_the_builder_is_found_from_the_other_pages(client: TestClient):
    assert 'href="/r/toy/embed"' in get(client, "/r/toy").text
    assert "/r/toy/embed?category=greengrocer_bakery" in get(client, "/r/toy/planner").text
    assert "/r/toy/embed?category=greengrocer_bakery" in get(client, "/r/toy/offers/osm:n1001").text
