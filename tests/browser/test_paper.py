"""The page of a council paper: chapters, district, print, document, without scripts."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from layers.build import build_atlas
from server.app import create_app
from server.settings import Settings, default_data_dir
from tests.toyregion import HOSTILE_NAME, write_toy_region

pytestmark = pytest.mark.browser

ASKED = "category=greengrocer_bakery&mode=walk&minutes=3&lang=en"
PAPER = f"/r/toy/paper?{ASKED}"
ATTACK = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, taxonomy_path: Path) -> Settings:
    state = tmp_path_factory.mktemp("paper")
    write_toy_region(state / "regions" / "toy")
    build_atlas(state / "regions" / "toy", taxonomy_path, state / "atlas" / "toy", base_map=False)
    return Settings(data_dir=default_data_dir(), state_dir=state, regions=("toy",))


@pytest.fixture
def home(serve: Callable[..., str], settings: Settings) -> str:
    return serve(create_app(settings))


def ready(page: Page) -> None:
    page.locator("body[data-ready=true]").wait_for()


def headings(page: Page) -> list[str]:
    return page.locator("#preview h2").all_inner_texts()


def test_a_paper_is_put_together_reordered_and_applied_to_another_district(home, page):
    page.goto(home + PAPER)
    ready(page)
    expect(page.locator("#nothing")).to_be_visible()
    page.get_by_role("button", name="Add to the paper").click()
    expect(page.locator("#list li")).to_have_count(2)
    expect(page.locator("#preview h2").first).to_contain_text("Who reaches an offer")
    page.get_by_text("Add your own text").click()
    page.get_by_label("Heading").fill("Why we ask")
    page.get_by_label("Text", exact=True).fill(f"{ATTACK}\nand more")
    page.get_by_role("button", name="Add the text").click()
    expect(page.locator("#preview")).to_contain_text(ATTACK)
    page.get_by_role("button", name="Move up: Why we ask").click()
    page.get_by_role("button", name="Move up: Why we ask").click()
    expect(page.locator("#preview h2").first).to_contain_text("Why we ask")
    assert page.locator("#live").inner_text() == "Why we ask is number 1 now"
    page.get_by_label("About").select_option(label="Altöd")
    expect(page.locator("#preview")).to_contain_text("number withheld")
    expect(page.locator("#preview .about")).to_contain_text("About: Altöd")
    page.get_by_label("Title").fill("Bread for Altöd")
    expect(page.locator("#preview h1")).to_have_text("Bread for Altöd")
    page.get_by_role("button", name="Remove: Where an offer is missing").click()
    expect(page.locator("#preview h2")).to_have_count(3)
    assert page.locator("#preview img, #preview script").count() == 0


def test_a_paper_stays_in_the_browser_and_goes_through_a_file(home, page, tmp_path):
    page.goto(f"{home}{PAPER}&kind=coverage&kind=resilience&title=Bread&district=N")
    ready(page)
    page.goto(home + PAPER)
    ready(page)
    expect(page.locator("#list li")).to_have_count(2)
    expect(page.locator("#preview h1")).to_have_text("Bread")
    page.get_by_text("Add a scenario, open or save a paper").click()
    with page.expect_download() as got:
        page.get_by_role("button", name="Save the paper as a file").click()
    file = tmp_path / "paper.json"
    got.value.save_as(file)
    saved = json.loads(file.read_text("utf-8"))
    assert (saved["version"], saved["district"]) == (1, "N")
    assert [chapter["kind"] for chapter in saved["chapters"]] == ["coverage", "resilience"]
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Begin again").click()
    expect(page.locator("#list li")).to_have_count(0)
    page.get_by_label("Open a paper").set_input_files(file)
    expect(page.locator("#preview h2")).to_have_count(3)
    assert page.get_by_label("About").input_value() == "N"
    (tmp_path / "no.json").write_text("[1]", "utf-8")
    page.get_by_label("Open a paper").set_input_files(tmp_path / "no.json")
    expect(page.get_by_role("alert")).to_have_text("This file is no council paper.")


def test_the_planners_page_hands_over_its_question_and_its_scenario(home, page):
    tried = "#try=13.26966,53.54551"
    page.goto(f"{home}/r/toy/planner?{ASKED}&by=municipality{tried}")
    ready(page)
    page.locator("#answer a.carries-scenario").click()
    page.locator(".maker").wait_for()
    ready(page)
    assert page.get_by_label("At most … minutes").input_value() == "3"
    expect(page.get_by_label("Scenario from the planner’s page")).to_be_checked()
    page.get_by_role("button", name="Add to the paper").click()
    expect(page.locator("#preview h2")).to_have_count(4)
    expect(page.locator("#preview")).to_contain_text("New offers: 1")


def test_what_cannot_be_computed_is_explained(home, open_page):
    page = open_page()
    page.goto(home + PAPER)
    ready(page)
    page.get_by_text("Add a scenario, open or save a paper").click()
    document = {"version": 1, "chapters": [{"kind": "poem"}]}
    payload = {
        "name": "p.json",
        "mimeType": "application/json",
        "buffer": json.dumps(document).encode(),
    }
    page.get_by_label("Open a paper").set_input_files(payload)
    expect(page.get_by_role("alert")).to_contain_text("The paper cannot be computed like this:")
    expect(page.get_by_role("alert")).to_contain_text("`kind` is 'poem'")
    # the refused request itself stands in the console
    page.log.problems[:] = [line for line in page.log.problems if "400" not in line]


def test_it_prints_to_pages_with_its_text(home, page):
    kinds = "&kind=".join(["coverage", "gaps", "sheet", "resilience"])
    page.goto(f"{home}{PAPER}&kind={kinds}&district=N&title=Bread")
    ready(page)
    pdf = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    width, height = (float(side) / 72 * 25.4 for side in pdf.pages[0].mediabox[2:])
    assert (round(width), round(height)) == (210, 297)
    texts = [each.extract_text().replace("ﬀ", "ff") for each in pdf.pages]
    whole = "\n".join(texts)
    for told in (
        "Bread",
        "About: Neuöd",
        "Who reaches an offer",
        "Where an offer is missing",
        "Method, basis and sources",
        "counted by hand",
        "640",
        "made in code",
    ):
        assert told in whole, told
    for button in ("Print or save", "Add to the paper", "Word document"):
        assert button not in whole
    assert "Bread" in texts[0]
    assert HOSTILE_NAME in whole.replace("\n", "")


def test_the_document_is_downloaded(home, page):
    page.goto(f"{home}{PAPER}&kind=coverage&district=A&title=Bread")
    ready(page)
    with page.expect_download() as got:
        page.get_by_role("button", name="Word document").click()
    assert got.value.suggested_filename == "umkreis-toy-A.docx"
    opened = Document(got.value.path())
    assert opened.core_properties.title == "Bread"
    assert opened.tables[0].rows[0].cells[1].text == "District"


def test_without_scripts_a_form_gives_a_paper(home, open_page):
    page = open_page(java_script_enabled=False)
    page.goto(home + PAPER)
    page.get_by_label("About").select_option("A")
    page.get_by_role("button", name="Show the paper").click()
    assert "kind=coverage" in page.url
    assert headings(page)[0].endswith("Who reaches an offer: Baker, butcher, greengrocer")
    expect(page.locator("#preview .about")).to_contain_text("Altöd")
    expect(page.locator("#scripted")).to_be_hidden()


def test_a_category_without_data_stands_as_unknown_in_a_whole_paper(home, page):
    page.goto(f"{home}/r/toy/paper?category=csa_depot&kind=coverage&kind=sites&lang=en")
    ready(page)
    expect(page.locator("#preview")).to_contain_text("Unknown: no source tells of")
    assert "0%" not in page.locator("#preview").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_objects_to_nothing_and_nothing_is_cut(home, open_page, axe_violations, scheme, width):
    page = open_page(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    kinds = "&kind=".join(["coverage", "gaps", "sheet", "sites", "resilience", "equity"])
    page.goto(f"{home}{PAPER}&kind={kinds}&district=N&title=Bread&lang=de")
    ready(page)
    for summary in page.locator("#scripted summary").all():
        summary.click()
    assert axe_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    folder = Path(__file__).parents[1] / "artifacts"
    folder.mkdir(exist_ok=True)
    page.screenshot(path=folder / f"paper-{width}-{scheme}.png", full_page=True)
