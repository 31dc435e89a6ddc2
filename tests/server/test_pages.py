"""The pages: complete without scripts, in both languages, and harmless whatever names say."""

import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from layers.build import build_atlas
from server.app import create_app
from server.settings import Settings, default_data_dir
from server.shell import POLICY
from tests.toyregion import HOSTILE_NAME, write_toy_region

PLANNER = "/r/toy/planner"
FOOD = f"{PLANNER}?category=greengrocer_bakery&mode=walk&minutes=2"
BROWSER = {"Accept": "text/html,application/xhtml+xml", "Accept-Language": "de-DE,de;q=0.9"}
EVIL = "<script>alert(1)</script> \"'> ${7*7} </title>"
PAGES = [
    "/",
    PLANNER,
    FOOD,
    "/docs",
    "/nothing-here",
    f"{PLANNER}?minutes=0",
    "/r/atlantis/planner",
]


class Outline(HTMLParser):
    """Collects what a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def get(client: TestClient, url: str, **headers: str):
    return client.get(url, headers={**BROWSER, **headers})


def visible(text: str) -> str:
    """Return a page's words without scripts and tags."""
    text = re.sub(r"<script.*?</script>", " ", text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def map_data(text: str) -> dict:
    (found,) = re.findall(r'<script type="application/json" id="map-data">(.*?)</script>', text)
    return json.loads(found)


@pytest.fixture(scope="module")
def hostile_client(tmp_path_factory: pytest.TempPathFactory, taxonomy_path: Path) -> TestClient:
    """An app over the toy region with hostile names wherever a name may stand."""
    state = tmp_path_factory.mktemp("hostile")
    config = {"name": EVIL, "attribution": [EVIL], "population_source": EVIL}
    toml = write_toy_region(state / "regions" / "toy", quarters=False, config=config)
    areas = toml.parent / "municipalities.geojson"
    areas.write_text(areas.read_text("utf-8").replace("Altöd", EVIL.replace('"', '\\"')), "utf-8")
    build_atlas(toml.parent, taxonomy_path, state / "atlas" / "toy", base_map=False)
    settings = Settings(data_dir=default_data_dir(), state_dir=state, regions=("toy",))
    return TestClient(create_app(settings), raise_server_exceptions=False)


def test_the_figures_stand_in_the_page_itself(client: TestClient):
    text = visible(get(client, FOOD).text)
    assert "230 von 960 Menschen (24 %) erreichen zu Fuß in 2 Minuten ein Angebot" in text
    assert "730 Menschen erreichen keines." in text
    assert "Daten von Mai 2024" in text
    assert "1 Nord 0 % 320 320 5" in text
    assert "3 Altöd 59 % 130 320 2" in text
    assert "730 Menschen Nord, Süd, Altöd Nächstes Angebot: Bäckerei Groß & Söhne, 4 Min." in text


def test_the_same_in_english(client: TestClient):
    response = get(client, f"{FOOD}&lang=en")
    assert response.headers["content-language"] == "en"
    assert '<html lang="en">' in response.text
    text = visible(response.text)
    assert "230 of 960 people (24%) reach an offer “Baker, butcher, greengrocer” on foot" in text
    assert "Data of May 2024" in text


def test_the_language_follows_the_browser_and_is_kept_in_links(client: TestClient):
    assert '<html lang="en">' in get(client, FOOD, **{"Accept-Language": "en-GB"}).text
    page = Outline(get(client, f"{FOOD}&lang=en").text)
    inner = [a["href"] for a in page.all("a") if (a.get("href") or "").startswith("/r/")]
    assert inner
    assert all("lang=" in href for href in inner)
    assert {"type": "hidden", "name": "lang", "value": "en"} in page.all("input")


def test_the_switch_of_language_keeps_the_question(client: TestClient):
    page = Outline(get(client, FOOD).text)
    (english,) = [a for a in page.all("a") if a.get("hreflang") == "en"]
    assert english["href"] == f"{FOOD}&lang=en"


def test_the_first_view_is_the_category_with_its_own_reach(client: TestClient):
    page = get(client, PLANNER).text
    assert "zu Fuß in 12 Minuten" in visible(page)
    question = map_data(page)["question"]
    assert question["category"] == "greengrocer_bakery"
    assert question["minutes"] == 12


def test_the_form_asks_the_same_question_again(client: TestClient):
    page = Outline(get(client, f"{PLANNER}?category=repair_cafe&mode=bike&minutes=7,5").text)
    (form,) = (f for f in page.all("form") if f.get("id") == "ask")
    assert (form["method"], form["action"]) == ("get", PLANNER)
    chosen = [o["value"] for o in page.all("option") if "selected" in o]
    assert chosen == ["repair_cafe", ""]
    checked = [i["value"] for i in page.all("input") if "checked" in i and i.get("type") == "radio"]
    assert checked == ["bike", "district"]
    assert [i["value"] for i in page.all("input") if i.get("id") == "minutes"] == ["7.5"]


def test_what_the_form_sends_at_once_is_sorted_out_by_the_mode(client: TestClient):
    both = "minutes=2&metres=150&category=village_shop"
    line = map_data(get(client, f"{PLANNER}?mode=line&{both}").text)["question"]
    walk = map_data(get(client, f"{PLANNER}?mode=walk&{both}").text)["question"]
    assert (line["minutes"], line["metres"]) == (None, 150)
    assert (walk["minutes"], walk["metres"]) == (2, None)


def test_a_preset_button_counts_more_than_the_field_before_it(client: TestClient):
    page = get(client, f"{PLANNER}?mode=walk&minutes=12&minutes=5&metres=")
    assert map_data(page.text)["question"]["minutes"] == 5


def test_metres_along_the_way_can_be_asked_for(client: TestClient):
    page = get(client, f"{PLANNER}?mode=walk&metres=300").text
    assert "zu Fuß auf höchstens 300 m Weg" in visible(page)
    assert 'class="field limit by-metres along"' in page


def test_municipalities_are_ranked_on_demand(client: TestClient):
    text = visible(get(client, f"{FOOD}&by=municipality").text)
    assert "1 Neuöd" in text
    assert "Süd 12 %" not in text


def test_categories_say_what_the_region_has_of_them(client: TestClient):
    text = visible(get(client, PLANNER).text)
    assert "Bäcker, Metzger, Obst & Gemüse (2)" in text
    assert "Bibliothek (0)" in text
    assert "– keine Daten" in text


def test_unknown_is_said_and_never_a_share(client: TestClient):
    page = get(client, f"{PLANNER}?category=csa_depot").text
    text = visible(page)
    assert "Unbekannt: Für" in text
    assert "0 %" not in text.split("Ergebnis")[1].split("Legende")[0]
    assert "Ohne Quelle gibt es keine Rangfolge." in text


def test_known_but_none_is_said_with_the_year(client: TestClient):
    text = visible(get(client, f"{PLANNER}?category=library").text)
    assert "In den Daten von 2024 steht kein Angebot „Bibliothek“." in text


def test_the_map_has_the_data_of_the_page(client: TestClient):
    data = map_data(get(client, FOOD).text)
    assert sorted(d["share_text"] for d in data["districts"].values()) == [
        "0\u00a0%", "12\u00a0%", "59\u00a0%",
    ]  # fmt: skip
    shapes = client.get(data["shapes"]).json()["features"]
    assert {f["id"] for f in shapes} == set(data["districts"])
    assert [f["properties"]["label"] for f in data["gaps"]["features"]] == ["730"]
    assert client.get(data["layer_url"] + "trade").json()["numberMatched"] == 3


def test_downloads_ask_the_interface_the_same_question(client: TestClient):
    page = Outline(get(client, FOOD).text)
    csv, excel, geojson, gpkg, file = [a["href"] for a in page.all("a") if "download" in a]
    assert client.get(csv).text.count("\r\n") == 4
    assert client.get(geojson).json()["assumptions"]["limit_min"] == 2
    assert client.get(excel).content[:2] == b"PK"
    assert client.get(gpkg).content[:6] == b"SQLite"
    assert "download=1" in file


@pytest.mark.parametrize("url", PAGES)
def test_every_page_leads_to_the_map_to_export(client: TestClient, url: str):
    page = Outline(get(client, url).text)
    assert any((a.get("href") or "").startswith("/r/toy/map") for a in page.all("a"))


@pytest.mark.parametrize("url", PAGES)
def test_every_page_has_a_policy_that_only_our_own_files_fit(client: TestClient, url: str):
    response = get(client, url)
    assert response.headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    page = Outline(response.text)
    for script in page.all("script"):
        assert "src" in script or script["type"] == "application/json"
    assert page.all("style") == []
    for tag, attributes in page.tags:
        assert "style" not in attributes, tag
        assert not [name for name in attributes if name.startswith("on")], tag
    addresses = [a.get("src") or a.get("href") for _, a in page.tags]
    foreign = [a for a in addresses if a and not a.startswith(("/", "#"))]
    assert foreign == []


@pytest.mark.parametrize("url", PAGES)
def test_every_page_names_its_language_title_and_main_part(client: TestClient, url: str):
    page = Outline(get(client, url).text)
    assert page.all("html")[0]["lang"] == "de"
    assert len(page.all("main")) == 1
    assert len(page.all("h1")) == 1
    assert page.all("title")
    assert any(a.get("class") == "skip" for a in page.all("a"))
    ids = [a["id"] for _, a in page.tags if a.get("id")]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("category=<script>alert(1)</script>", 404, "Diese Art von Angebot gibt es nicht"),
        ("category=repair_cafee", 404, "Gemeint vielleicht: repair_cafe"),
        ("mode=teleport", 400, "Es gibt: zu Fuß, stufenfrei, Fahrrad, Auto und Luftlinie"),
        ("mode=walk&minutes=0", 400, "über 0 und höchstens 240 Minuten"),
        ("minutes=-5", 400, "über 0 und höchstens 240 Minuten"),
        ("minutes=nan", 400, "über 0 und höchstens 240 Minuten"),
        ("minutes=1e9", 400, "über 0 und höchstens 240 Minuten"),
        ("minutes=%22%3E%3Cimg%20src=x%3E", 400, "über 0 und höchstens 240 Minuten"),
        ("mode=line&metres=1e9", 400, "über 0 und höchstens 200.000 Meter"),
        ("mode=line&metres=inf", 400, "über 0 und höchstens 200.000 Meter"),
        ("by=street", 400, "lässt sich nicht beantworten"),
        ("at=now", 400, "lässt sich nicht beantworten"),
    ],
)
@pytest.mark.parametrize("page", ["planner", "map"])
def test_bad_questions_get_a_page_that_says_what_is_wrong(client, page, query, status, said):
    response = get(client, f"/r/toy/{page}?{query}")
    assert response.status_code == status
    assert response.headers["content-type"].startswith("text/html")
    assert said in visible(response.text)
    outline = Outline(response.text)
    assert outline.all("img") == []
    assert outline.all("script") == []
    assert "Traceback" not in response.text


def test_an_unknown_region_is_a_page_of_its_own(client: TestClient):
    for url in ("/r/atlantis", "/r/atlantis/planner", "/r/atlantis/map"):
        response = get(client, url)
        assert response.status_code == 404
        assert "Eine Region dieses Namens gibt es hier nicht." in visible(response.text)


def test_nothing_here_is_a_page_for_browsers_and_a_problem_for_programs(client: TestClient):
    page = get(client, "/nothing-here")
    assert page.status_code == 404
    assert "Das gibt es hier nicht" in visible(page.text)
    for url, accept in (("/nothing-here", "*/*"), ("/api/v1/nothing", "text/html")):
        problem = client.get(url, headers={"Accept": accept})
        assert problem.status_code == 404
        assert problem.headers["content-type"] == "application/problem+json"


def test_a_region_that_is_not_built_is_not_ready(tmp_path: Path):
    write_toy_region(tmp_path / "regions" / "toy")
    settings = Settings(data_dir=default_data_dir(), state_dir=tmp_path, regions=("toy",))
    client = TestClient(create_app(settings), raise_server_exceptions=False)
    assert "noch nicht gebaut" in visible(get(client, "/").text)
    response = get(client, PLANNER)
    assert response.status_code == 503
    assert "noch nicht bereit" in visible(response.text)


def test_our_own_failures_are_a_page_without_detail(client: TestClient, monkeypatch):
    def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("server.pages.planner.answer_asked", fail)
    response = get(client, PLANNER)
    assert response.status_code == 500
    assert "Bei uns ist etwas schiefgegangen" in visible(response.text)
    assert "secret" not in response.text


def test_the_start_page_lists_regions_with_people_and_date(client: TestClient):
    text = visible(get(client, "/").text)
    assert "Ödland 960 Menschen, 3 Gebiete" in text
    assert "Daten von Mai 2024" in text


def test_the_map_page_is_the_same_view_under_a_policy_with_a_fresh_nonce(client: TestClient):
    first, second = (get(client, FOOD.replace("planner", "map")) for _ in range(2))
    assert first.status_code == 200
    assert "230 von 960 Menschen" in visible(first.text)
    policies = [r.headers["content-security-policy"] for r in (first, second)]
    nonces = [re.findall(r"script-src 'nonce-([^']+)'", policy)[0] for policy in policies]
    assert nonces[0] != nonces[1]
    assert f'nonce="{nonces[0]}"' in first.text


def test_the_description_of_the_interface_is_ours(client: TestClient):
    page = Outline(get(client, "/docs").text)
    for script in page.all("script"):
        assert client.get(script["src"]).status_code == 200
    paths = client.get("/openapi.json").json()["paths"]
    assert "/api/v1/regions" in paths
    assert not [path for path in paths if path.startswith("/r/")]


def test_every_file_that_the_pages_use_is_there(client: TestClient):
    for url in PAGES[:4]:
        page = Outline(get(client, url).text)
        used = [a["src"] for a in page.all("script") if "src" in a]
        used += [a["href"] for a in page.all("link")]
        used += [a["href"].split("#")[0] for a in page.all("use")]
        for address in set(used):
            assert client.get(address).status_code == 200, address


def test_every_icon_that_a_page_uses_is_drawn(client: TestClient):
    icons = client.get("/static/icons.svg").text
    used = {a["href"].split("#")[1] for a in Outline(get(client, FOOD).text).all("use")}
    assert used >= {"walk", "wheelchair", "bike", "car", "line", "export", "download"}
    assert [name for name in used if f'id="{name}"' not in icons] == []


def test_colours_of_classes_come_from_one_table(client: TestClient):
    rules = client.get("/classes.css").text
    assert ".look-share-0{--look:#671e64;--look-ink:#ffffff}" in rules
    assert ".look-share-80{--look:#f9ebbe;--look-ink:#000000}" in rules
    assert "prefers-color-scheme:dark" in rules


def test_robots_and_icon_are_answered(client: TestClient):
    assert "Disallow: /api/" in client.get("/robots.txt").text
    assert client.get("/favicon.ico").headers["content-type"] == "image/svg+xml"


def test_names_of_offers_are_text(client: TestClient):
    page = get(client, f"{PLANNER}?category=greengrocer_bakery&mode=walk&minutes=5").text
    assert HOSTILE_NAME in visible(page)
    assert Outline(page).all("img") == []
    assert "<img" not in page.replace("\\u003cimg", "")


@pytest.mark.parametrize("url", ["/", FOOD, "/docs", FOOD.replace("planner", "map")])
def test_names_of_regions_and_districts_are_text(hostile_client: TestClient, url: str):
    page = get(hostile_client, url).text
    assert "<script>alert(1)" not in page
    assert EVIL in visible(page)


def test_hostile_names_do_not_leave_the_data_of_the_map(hostile_client: TestClient):
    page = get(hostile_client, FOOD).text
    data = map_data(page)
    assert EVIL in {d["name"] for d in data["districts"].values()}
    assert data["attributions"] == [EVIL]


def test_the_exported_map_leads_on_and_back(client: TestClient):
    page = client.get("/r/toy/map?category=library&mode=walk&minutes=7&lang=en").text
    back = "/r/toy/planner?category=library&amp;mode=walk&amp;minutes=7&amp;lang=en"
    assert f'<a href="{back}">Back to all figures</a>' in page
    assert "download=1" not in page  # the toy region has no base map to put into a file


def test_a_page_of_several_categories_offers_them_again(client: TestClient):
    page = client.get("/r/toy/planner?category=library,pharmacy&lang=en").text
    assert '<option value="library,pharmacy" selected>Library or Pharmacy</option>' in page
