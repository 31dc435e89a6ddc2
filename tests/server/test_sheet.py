"""District sheets: the answer, the page to print, the command."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from layers.atlas import Atlas
from layers.sheet import district_sheet
from server.cli import main
from server.measures.sheet import SheetOut, sheet_out
from server.measures.sheet_page import sheet_html, sheet_policy
from server.settings import Settings
from server.texts import texts_of
from tests.server.test_api import TOY, assert_error
from tests.toyregion import HOSTILE_NAME

SHEET = f"{TOY}/sheets/A?category=greengrocer_bakery&mode=walk&minutes=3"
ATTACK = "</style><script>alert(1)</script>{{7*7}}\"'<img src=x onerror=alert(1)>"


class Page(HTMLParser):
    """Collects elements, attributes and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_answer_follows_its_model(client: TestClient):
    answer = client.get(SHEET)
    assert answer.status_code == 200
    sheet = SheetOut.model_validate(answer.json())
    assert sheet.area.model_dump() == {"id": "A", "name": "Altöd", "level": "district"}
    assert sheet.count.residents == 320
    assert sheet.assumptions.limit_min == 3
    assert sheet.stability.threshold == 0.5
    assert [v.id for v in sheet.stability.variants][:2] == ["asked", "limit_less"]
    assert len(sheet.benchmarks) == 13


def counts_in(value):
    """Every count of an answer, wherever it stands."""
    if isinstance(value, dict):
        if {"covered", "residents"} <= value.keys():
            yield value
        for part in value.values():
            yield from counts_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from counts_in(part)


@pytest.mark.parametrize("district", ["A", "N", "N.n1011", "toy"])
def test_every_figure_has_its_denominator(client: TestClient, district: str):
    counts = list(counts_in(client.get(f"{TOY}/sheets/{district}").json()))
    assert len(counts) > 50
    people = {"A": 320, "N": 640, "N.n1011": 320, "toy": 960}[district]
    assert {count["residents"] for count in counts} == {people}
    for count in counts:
        if count["covered"] is not None:
            assert count["covered"] % 10 == 0 or count["covered"] == people
            assert count["share"] == round(count["covered"] / people, 3)


def test_what_is_unknown_is_neither_zero_nor_missing(client: TestClient):
    sheet = SheetOut.model_validate(client.get(f"{TOY}/sheets/A?category=csa_depot").json())
    assert (sheet.answer, sheet.unknown_reason) == ("unknown", "no_source")
    assert sheet.count.share is None
    assert sheet.stability.verdict == "unknown"
    unknown = {c for field in sheet.fields for c in field.unknown}
    missing = {c for field in sheet.fields for c in field.missing}
    assert "csa_depot" in unknown
    assert unknown & missing == set()


def test_benchmarks_that_cannot_be_computed_say_why(client: TestClient):
    sheet = SheetOut.model_validate(client.get(SHEET).json())
    reasons = {b.id: (b.reason, b.detail) for b in sheet.benchmarks if not b.figures}
    assert reasons["foodshed_hamburg"][0] == "food"
    assert all(detail.startswith("Not computable here:") for _, detail in reasons.values())


@pytest.mark.parametrize(
    ("path", "status", "match"),
    [
        ("sheets/Z", 404, "`district` 'Z' is not known"),
        ("sheets/A?category=bakeri", 404, "category"),
        ("sheets/A?minutes=0", 400, "minutes"),
        ("sheets/A?threshold=2", 400, "threshold"),
        ("sheets/A?mode=line&minutes=5", 400, "straight line"),
        ("sheets/A?minute=5", 400, "minute"),
    ],
)
def test_wrong_questions_are_answered_with_their_reason(client, path, status, match):
    assert_error(client.get(f"{TOY}/{path}"), status, match)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", ["Altöd", "Wie sicher ist das?", "von 320 Menschen", "Daten vom 1. Mai 2024",
                "© nobody, made in code", "Worauf die Zahlen beruhen"]),
        ("en", ["Altöd", "How sure is that?", "of 320 people", "Data of 1 May 2024",
                "© nobody, made in code", "What the figures rest on"]),
    ],
)  # fmt: skip
def test_the_page_says_all_in_the_readers_language(client: TestClient, language, words):
    answer = client.get(f"/r/toy/sheets/A?category=greengrocer_bakery&minutes=3&lang={language}")
    assert answer.status_code == 200
    assert answer.headers["content-language"] == language
    page = Page(answer.text)
    assert [word for word in words if word not in page.text] == []


def test_the_page_loads_nothing_and_its_policy_knows_its_style(client: TestClient):
    answer = client.get("/r/toy/sheets/A")
    page = Page(answer.text)
    assert {"script", "link", "img", "iframe"}.isdisjoint(page.elements)
    assert {name for name, _ in page.attributes} & {"src", "style", "onclick"} == set()
    links = [value for name, value in page.attributes if name == "href"]
    assert links == ["/r/toy/districts/A/similar?lang=de"]
    policy = answer.headers["content-security-policy"]
    assert policy == sheet_policy()
    assert re.search(r"style-src 'sha256-[A-Za-z0-9+/]{43}='", policy)
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_a_time_is_answered_and_told(client: TestClient):
    sheet = SheetOut.model_validate(client.get(f"{SHEET}&at=Su").json())
    assert "hours_unknown_open" in {v.id for v in sheet.stability.variants}
    page = client.get("/r/toy/sheets/A?category=greengrocer_bakery&at=Su&lang=en")
    assert "Sunday" in page.text


def test_the_policy_names_the_style_that_is_in_the_page(client: TestClient):
    style = re.search("<style>(.*)</style>", client.get("/r/toy/sheets/A").text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in sheet_policy()


def test_a_district_that_is_not_there_gets_a_page(client: TestClient):
    answer = client.get("/r/toy/sheets/Z", headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")


def test_hostile_texts_stay_texts(toy_atlas: Atlas):
    offers = tuple(replace(offer, name=ATTACK) for offer in toy_atlas.offers)
    benchmarks = tuple(
        replace(b, de=ATTACK, en=ATTACK, source=ATTACK) for b in toy_atlas.benchmarks
    )
    region = replace(toy_atlas.region, name=ATTACK, attributions=(ATTACK,))
    hostile = replace(
        toy_atlas,
        region=region,
        offers=replace(toy_atlas.offers, offers=offers),
        benchmarks=benchmarks,
    )
    sheet = district_sheet(hostile, "A", category=["greengrocer_bakery"], minutes=3)
    page = Page(sheet_html(sheet, texts_of("en")))
    assert {"script", "img"}.isdisjoint(page.elements)
    assert page.elements.count("style") == 1
    assert all(not name.startswith("on") for name, _ in page.attributes)
    assert page.text.count(ATTACK) > 10  # read as it was written


def test_the_hostile_name_of_the_toy_region_is_told(toy_atlas: Atlas):
    nearest = district_sheet(toy_atlas, "A", category=["greengrocer_bakery"], minutes=1)
    names = {v.without_offer.name for v in sheet_out(nearest).stability.variants if v.without_offer}
    assert names <= {HOSTILE_NAME, "Bäckerei Groß & Söhne"}
    assert names


def run(settings: Settings, *arguments: str):
    env = {
        "UMKREIS_STATE_DIR": str(settings.state_dir),
        "UMKREIS_DATA_DIR": str(settings.data_dir),
        "UMKREIS_LANGUAGE": "en",
    }
    return CliRunner(env=env).invoke(main, ["sheet", "toy", *arguments])


def test_the_command_writes_a_page_and_json(toy_settings: Settings, tmp_path: Path):
    for name in ("sheet.html", "sheet.json"):
        done = run(toy_settings, "Altöd", "-c", "greengrocer_bakery", "-o", str(tmp_path / name))
        assert done.exit_code == 0, done.output
    assert "<h1>Altöd</h1>" in (tmp_path / "sheet.html").read_text("utf-8")
    sheet = SheetOut.model_validate(json.loads((tmp_path / "sheet.json").read_text("utf-8")))
    assert sheet.area.id == "A"


def test_the_command_tells_the_main_lines(toy_settings: Settings):
    done = run(toy_settings, "A", "-c", "greengrocer_bakery", "--minutes", "12")
    assert done.exit_code == 0
    assert "Served in every variant" in done.output
    assert "320 of 320 people (100%)" in done.output


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (("Z",), "`district` 'Z' is not known"),
        (("A", "--threshold", "7"), "threshold"),
        (("A", "-o", "sheet.csv"), "written as .html or .json"),
        (("A", "--format", "html"), "needs a file"),
    ],
)
def test_the_command_refuses_with_one_line(toy_settings: Settings, arguments, match):
    done = run(toy_settings, *arguments)
    assert done.exit_code == 2
    assert match in done.output


def test_the_sheet_has_a_map_in_words_as_well(client: TestClient):
    page = client.get("/r/toy/sheets/A?category=greengrocer_bakery&mode=walk&minutes=3&lang=en")
    assert 'role="img" aria-label="Map: Altöd: Baker, butcher, greengrocer' in page.text
    assert "the area that this is about" in page.text
