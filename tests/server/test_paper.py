"""Council papers: over HTTP, as a page, as a document, on the command line."""

import base64
import hashlib
import io
import json
import re
import zipfile

import pytest
from click.testing import CliRunner
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from fastapi.testclient import TestClient

from layers.atlas import Atlas
from layers.paper import KINDS, check_paper
from layers.paper_answers import answer_paper
from server.cli import main
from server.measures.paper import DOCX, PaperOut
from server.measures.papers.blocks import Table
from server.measures.papers.docx import paper_docx
from server.measures.papers.html import paper_html, paper_policy
from server.measures.papers.text import paper_text
from server.measures.papers.whole import paper_pages
from server.texts import texts_of
from tests.layers.test_paper import BAKERY, document
from tests.server.test_api import TOY, assert_error
from tests.server.test_sheet import ATTACK, Page
from tests.toyregion import HOSTILE_NAME

PAPERS = f"{TOY}/papers"


def pages_of(atlas, paper, *, district=None, language="en"):
    return paper_pages(
        answer_paper(atlas, check_paper(paper), district=district), texts_of(language)
    )


def open_document(content):
    return Document(io.BytesIO(content))


def cells_of(table):
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_the_figures_follow_their_model(client: TestClient):
    answer = client.post(PAPERS, json=document(*KINDS, title="Bread"), params={"district": "A"})
    assert answer.status_code == 200
    paper = PaperOut.model_validate(answer.json())
    assert [chapter.kind for chapter in paper.chapters] == list(KINDS)
    assert paper.area.model_dump() == {"id": "A", "name": "Altöd", "level": "district"}
    assert paper.chapters[2].answer.count.residents == 320
    assert paper.chapters[7].text == "Because.\n\nAnd so."
    alone = client.get(f"{TOY}/coverage", params=BAKERY).json()
    assert answer.json()["chapters"][0]["answer"] == alone


def test_another_district_is_one_parameter(client: TestClient):
    asked = document("sheet", district="A")
    for district, residents in (("N", 640), ("toy", 960), (None, 320)):
        parameters = {"district": district} if district else {}
        chapter = client.post(PAPERS, json=asked, params=parameters).json()["chapters"][0]
        assert chapter["answer"]["count"]["residents"] == residents


def test_the_page_loads_nothing_and_its_policy_names_its_style(client: TestClient):
    answer = client.post(PAPERS, json=document("coverage"), params={"f": "html", "lang": "en"})
    style = re.search(r"<style>(.*?)</style>", answer.text, re.DOTALL).group(1)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = answer.headers["Content-Security-Policy"]
    assert policy == paper_policy()
    assert f"style-src 'sha256-{digest}'" in policy
    page = Page(answer.text)
    assert {"script", "img", "link", "iframe"} & set(page.elements) == set()
    assert {name for name, _ in page.attributes} & {"src", "href", "style", "onload"} == set()


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_page_says_figures_with_their_denominators(toy_atlas: Atlas, language):
    html = paper_html(pages_of(toy_atlas, document(*KINDS), district="A", language=language))
    text = Page(html).text
    expected = {
        "en": ["Altöd: an offer is in reach of >\u202f92% of 320 people, number withheld.",
               "Data of 1 May 2024",
               "Who reaches an offer", "Method, basis and sources", "counted by hand",
               "Because.", "960"],
        "de": [
            "Altöd: Ein Angebot erreichen >\u202f92\u00a0% von 320 Menschen, Zahl nicht gezeigt.",
               "1. Mai 2024",
               "Wer ein Angebot erreicht", "Methode, Grundlage und Quellen", "Because.", "Ohne"],
    }[language]  # fmt: skip
    assert [each for each in expected if each not in text] == []
    assert f'<html lang="{language}">' in html


def test_what_is_unknown_is_called_so_and_never_0(toy_atlas: Atlas):
    for kind in ("coverage", "gaps", "resilience", "equity", "sites"):
        chapter = {"kind": kind, "category": "csa_depot"}
        text = paper_text(pages_of(toy_atlas, {"version": 1, "chapters": [chapter]}))
        assert "Unknown: no source tells" in text, kind
        assert "0%" not in text, kind


def test_withheld_numbers_are_not_told(toy_atlas: Atlas):
    pages = pages_of(toy_atlas, document("coverage"), district="A")
    rows = next(block for block in pages.sections[0].blocks if isinstance(block, Table)).rows
    assert rows[0] == ("1", "Altöd", "320", "–", ">\u202f92%", "<\u202f25", "2")
    assert rows[1] == ("", "Ödland", "960", "460", "48%", "500", "–")
    assert "withheld, because the number would tell of too few people" in paper_text(pages)


def test_a_municipality_is_summed_up_after_its_districts(toy_atlas: Atlas):
    pages = pages_of(toy_atlas, document("coverage", "resilience"), district="N")
    for part in pages.sections:
        table = next(block for block in part.blocks if isinstance(block, Table))
        names = [row[table.name_column] for row in table.rows]
        assert sorted(names[:2]) == ["Nord", "Süd"]
        assert names[2:] == ["Neuöd", "Ödland"]
        assert table.total == 2


def test_hostile_texts_stay_text_in_page_and_document(toy_atlas: Atlas):
    asked = document("text", "gaps", title=ATTACK, author=ATTACK)
    asked["chapters"] += [{"kind": "text", "title": ATTACK, "text": ATTACK}]
    asked["chapters"] += [{"kind": "resilience", **BAKERY, "title": ATTACK}]
    pages = pages_of(toy_atlas, asked)
    page = Page(paper_html(pages))
    assert {"script", "img"} & set(page.elements) == set()
    assert page.text.count(ATTACK) == 6  # the head's title, title, author, two titles, a text
    assert HOSTILE_NAME in page.text
    opened = open_document(paper_docx(pages))
    told = [paragraph.text for paragraph in opened.paragraphs]
    assert told.count(ATTACK) == 3
    assert f"3  {ATTACK}" in told
    assert any(
        HOSTILE_NAME in row for table in opened.tables for row in cells_of(table)[0:] for row in row
    )


def test_characters_that_no_document_may_hold_are_left_out_and_counted(toy_atlas: Atlas):
    bad = {"kind": "text", "text": "a\x00b\x0bc\ufffe\x1fd", "title": "x\x08y"}
    pages = pages_of(toy_atlas, {"version": 1, "chapters": [bad]})
    texts = [p.text for p in open_document(paper_docx(pages)).paragraphs]
    assert "1  xy" in texts
    assert "abcd" in "".join(texts)
    told = paper_text(pages)
    assert re.search(r"\d characters that no document may hold were left out", told)


def test_a_document_has_headings_and_tables_to_edit(toy_atlas: Atlas):
    asked = document(*KINDS, title="Brot", author="Amt")
    content = paper_docx(pages_of(toy_atlas, asked, language="de"))
    opened = open_document(content)
    headings = [p.text for p in opened.paragraphs if p.style.name == "Heading 1"]
    assert headings[0] == "1  Wer ein Angebot erreicht: Bäcker, Metzger, Obst & Gemüse"
    assert headings[-1] == "9  Methode, Grundlage und Quellen"
    assert len(headings) == 9
    table = opened.tables[0]
    rows = cells_of(table)
    assert rows[0] == ["Nr.", "Gebiet", "Menschen", "In Reichweite", "Anteil", "Ohne", "Min."]
    assert rows[-1][:3] == ["", "Ödland", "960"]
    head = table.rows[0]._tr.trPr
    assert head.find(qn("w:tblHeader")) is not None
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
    number, name = table.rows[1].cells[2].paragraphs[0], table.rows[1].cells[1].paragraphs[0]
    assert number.alignment == WD_ALIGN_PARAGRAPH.RIGHT
    assert name.alignment is None
    parts_of = [child.tag.split("}")[1] for child in table._tbl.tblPr]
    order = ["tblStyle", "tblW", "jc", "tblBorders", "tblLayout", "tblLook"]  # ECMA-376
    assert parts_of == [name for name in order if name in parts_of]
    assert "tblBorders" in parts_of
    assert sum(column.width.cm for column in table.columns) == pytest.approx(17.4, abs=0.05)
    assert opened.core_properties.title == "Brot"
    assert opened.core_properties.author == "Amt"
    assert opened.core_properties.language == "de-DE"
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        styles = parts.read("word/styles.xml").decode()
        body = parts.read("word/document.xml").decode()
        footer = "".join(parts.read(n).decode() for n in parts.namelist() if "footer" in n)
    assert set(re.findall(r'<w:lang w:val="([^"]*)"', styles)) == {"de-DE"}
    words = re.findall(r'descr="([^"]*)"', body)
    assert sum(text.startswith("Karte: Anteil der Menschen") for text in words) >= 2
    assert "NUMPAGES" in footer
    assert "made in code" in footer


def test_papers_with_faults_are_refused_with_all_of_them(client: TestClient):
    wrong = {"version": 1, "chapters": [{"kind": "poem"}, {"kind": "coverage"}]}
    assert_error(client.post(PAPERS, json=wrong), 400, r"chapters\[1\]: `category` is missing")
    asked = {"version": 1, "chapters": [{"kind": "coverage", "category": "baker"}]}
    assert_error(client.post(PAPERS, json=asked), 400, r"chapters\[0\]: `category` 'baker'")
    assert_error(client.post(PAPERS, json=document(), params={"district": "X"}), 404, "'X'")
    assert_error(client.post(PAPERS, json=document(), params={"f": "odt"}), 400, "`f`")
    assert_error(client.post(PAPERS, json=[]), 400, "")


def test_a_document_is_downloaded_under_a_name(client: TestClient):
    answer = client.post(PAPERS, json=document("gaps"), params={"f": "docx", "district": "N"})
    assert answer.headers["Content-Type"] == DOCX
    assert answer.headers["Content-Disposition"] == 'attachment; filename="umkreis-toy-N.docx"'
    assert open_document(answer.content).tables


@pytest.fixture
def run(toy_settings, tmp_path, monkeypatch):
    """Run the command with a paper of coverage and gaps."""
    monkeypatch.setenv("UMKREIS_STATE_DIR", str(toy_settings.state_dir))
    monkeypatch.setenv("UMKREIS_DATA_DIR", str(toy_settings.data_dir))
    file = tmp_path / "paper.json"
    file.write_text(json.dumps(document("coverage", "gaps", title="Brot")), "utf-8")

    def command(*options, path=file):
        return CliRunner().invoke(main, ["paper", "toy", str(path), *options])

    return command


def test_the_command_writes_text_page_document_and_figures(run, tmp_path):
    done = run("--district", "A", "--lang", "en")
    assert done.exit_code == 0, done.output
    assert (
        "Altöd: an offer is in reach of >\u202f92% of 320 people, number withheld." in done.output
    )
    for ending, begins in (("html", b"<!doctype html>"), ("docx", b"PK"), ("json", b"{")):
        output = tmp_path / f"out.{ending}"
        assert run("-o", str(output)).exit_code == 0
        assert output.read_bytes().startswith(begins)
    assert PaperOut.model_validate_json((tmp_path / "out.json").read_text("utf-8")).title == "Brot"


def test_the_command_refuses_other_endings_and_broken_files(run, tmp_path):
    refused = run("-o", str(tmp_path / "out.csv"))
    assert refused.exit_code != 0
    assert "a paper is written as .html, .docx or .json" in refused.output
    assert "needs a file" in run("--format", "docx").output
    broken = tmp_path / "broken.json"
    broken.write_bytes(b"\xff\xfe{")
    assert "is not in UTF-8" in run(path=broken).output


def test_the_page_shows_the_paper_of_an_address_without_scripts(client: TestClient):
    asked = {
        **BAKERY,
        "kind": ["coverage", "equity"],
        "district": "A",
        "title": ATTACK,
        "lang": "en",
    }
    page = Page(client.get("/r/toy/paper", params=asked).text)
    assert page.elements.count("article") == 1
    assert "an offer is in reach of >\u202f92% of 320 people" in page.text
    assert "Who falls short, and by how much" in page.text
    assert ATTACK in page.text
    assert "img" not in page.elements
    assert ("style" in {name for name, _ in page.attributes}) is False


def test_the_page_without_chapters_is_a_form_with_the_question(client: TestClient):
    page = client.get("/r/toy/paper", params={**BAKERY, "minutes": "7,5", "lang": "de"}).text
    assert "<article" not in page
    assert "Ratsvorlage" in page
    assert 'value="7.5"' in page
    assert '<option value="A">Altöd</option>' in page
    refused = client.get("/r/toy/paper", params={"category": "baker", "kind": "coverage"})
    assert refused.status_code == 404
