"""Council papers: what a document may say, and what its chapters answer for a district."""

import json

import pytest

from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.coverage import CoverageReport, coverage
from layers.errors import UnknownDistrictError
from layers.paper import KINDS, MAX_CHAPTERS, PaperError, check_paper, read_paper
from layers.paper_answers import Tried, answer_paper
from layers.sheet import Sheet
from layers.site_report import SitesReport

BAKERY = {"category": "greengrocer_bakery", "mode": "walk", "minutes": 3}
SCENARIO = {"version": 1, "changes": [{"do": "close_offer", "offer": "osm:n1001"}]}
OF_KIND = {
    "coverage": BAKERY,
    "gaps": BAKERY,
    "sheet": BAKERY,
    "sites": {**BAKERY, "new": 1},
    "resilience": BAKERY,
    "equity": BAKERY,
    "scenario": {**BAKERY, "scenario": SCENARIO},
    "text": {"title": "Why", "text": "Because.\n\nAnd so."},
}


def document(*kinds, **head):
    chapters = [{"kind": kind, **OF_KIND[kind]} for kind in kinds]
    return {"version": 1, "chapters": chapters, **head}


def test_a_paper_of_every_kind_is_read():
    paper = check_paper(document(*KINDS, title="Bread", author="Office", district="A"))
    assert [chapter.kind for chapter in paper.chapters] == list(KINDS)
    assert (paper.title, paper.author, paper.district) == ("Bread", "Office", "A")
    assert paper.chapters[0].category == ("greengrocer_bakery",)
    assert paper.chapters[3].new == 1
    assert len(paper.chapters[6].scenario.changes) == 1
    assert paper.chapters[7].text == "Because.\n\nAnd so."


def test_what_is_left_out_or_null_is_left_to_the_category():
    given = {"kind": "coverage", "category": ["a", "a", "b"], "mode": None, "minutes": None}
    (chapter,) = check_paper({"version": 1, "chapters": [given]}).chapters
    assert chapter.category == ("a", "b")
    assert (chapter.mode, chapter.minutes, chapter.at) == (None, None, None)


def test_all_faults_are_told_at_once_with_their_chapter():
    wrong = {
        "version": 2,
        "colour": "red",
        "title": 7,
        "chapters": [
            {"kind": "coverage"},
            {"kind": "poem"},
            {"kind": "method"},
            {"kind": "sites", "category": "x", "new": 99},
            {"kind": "coverage", "category": "x", "minutes": 5, "metres": 100},
            {"kind": "equity", "category": "x", "at": "saturday"},
            {"kind": "scenario", "category": "x", "scenario": {"version": 1, "changes": [{}]}},
            {"kind": "text"},
            {"kind": "coverage", "category": "x", "mode": "boat", "minutes": True},
            "words",
        ],
    }
    with pytest.raises(PaperError, match="`paper` has 14 faults") as refused:
        check_paper(wrong)
    told = refused.value.faults
    assert "`colour` is not known here" in told[0]
    assert "chapters[0]: `category` is missing" in told
    assert any(
        f.startswith("chapters[1]: `kind` is 'poem', not one of coverage, gaps") for f in told
    )
    assert any("chapters[2]: `method` is always added" in f for f in told)
    assert any("chapters[3]: `new` is 99, not a whole number from 1 to 10" in f for f in told)
    assert "chapters[4]: give `minutes` or `metres`, not both" in told
    assert any(f.startswith("chapters[5]: `at` is not known here") for f in told)
    assert any(f.startswith("chapters[6]: `scenario`: changes[0]: `do` is None") for f in told)
    assert "chapters[7]: `text` is missing" in told
    assert any("chapters[8]: `mode` is 'boat'" in f for f in told)
    assert any(f.startswith("chapters[9]: `kind` is None") for f in told)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("{", "it is no JSON"),
        ("[]", "it is list, not an object with `chapters`"),
        ('{"version": 1}', "`chapters` is no list"),
        ('"' + "x" * 1_000_001 + '"', "it holds 1,000,003 characters, at most 1,000,000"),
        ("[" * 100_000, "it is no JSON"),
    ],
)
def test_what_is_no_paper_is_refused(text, match):
    with pytest.raises(PaperError, match=match):
        read_paper(text)


def test_there_are_only_so_many_chapters():
    rows = document("text")["chapters"] * (MAX_CHAPTERS + 1)
    with pytest.raises(PaperError, match="`chapters` holds 31, at most 30"):
        check_paper({"version": 1, "chapters": rows})
    with pytest.raises(PaperError, match="ask for sites 6 times, at most 5"):
        check_paper(document(*["sites"] * 6))


def test_a_paper_without_chapters_is_one():
    assert read_paper(json.dumps(document())).chapters == ()


def test_chapters_answer_what_the_measures_answer(toy_atlas: Atlas):
    found = answer_paper(toy_atlas, check_paper(document(*KINDS)), district="A")
    reports = [each.report for each in found.chapters]
    assert found.area.name == "Altöd"
    alone = coverage(toy_atlas, **BAKERY)
    assert isinstance(reports[0], CoverageReport)
    assert reports[0].totals == alone.totals
    assert isinstance(reports[2], Sheet)
    assert reports[2].tally.residents == 320
    assert isinstance(reports[3], SitesReport)
    assert len(reports[3].sites) == 1
    assert reports[4].once.totals == alone.totals
    assert reports[5].coverage.totals == alone.totals
    assert isinstance(reports[6], Tried)
    assert reports[6].difference.before.totals == alone.totals
    assert reports[6].difference.after.totals.covered < alone.totals.covered
    assert reports[7] is None
    assert found.chapters[7].coverage is None


def test_a_question_of_several_chapters_is_answered_once(toy_atlas: Atlas):
    found = answer_paper(toy_atlas, check_paper(document("coverage", "gaps", "resilience")))
    first, second, third = found.chapters
    assert first.report is second.report
    assert third.coverage is first.report


def test_the_district_asked_for_takes_the_place_of_the_papers_own(toy_atlas: Atlas):
    paper = check_paper(document("sheet", district="A"))
    assert answer_paper(toy_atlas, paper).area.id == "A"
    assert answer_paper(toy_atlas, paper, district="Neuöd").area.id == "N"
    whole = answer_paper(toy_atlas, paper, district=toy_atlas.region.id)
    assert (whole.area.level, whole.chapters[0].report.tally.residents) == ("region", 960)
    with pytest.raises(UnknownDistrictError, match="'X' is not known"):
        answer_paper(toy_atlas, paper, district="X")


def test_all_chapters_that_cannot_be_answered_are_told_at_once(toy_atlas: Atlas):
    closed = {"version": 1, "changes": [{"do": "close_offer", "offer": "osm:n9"}]}
    rows = [
        {"kind": "coverage", "category": "baker"},
        {"kind": "coverage", "category": "greengrocer_bakery", "minutes": 500},
        {"kind": "coverage", "category": "greengrocer_bakery", "at": "someday"},
    ]
    with pytest.raises(PaperError, match="has 3 faults") as refused:
        answer_paper(toy_atlas, check_paper({"version": 1, "chapters": rows}))
    assert refused.value.faults[0].startswith("chapters[0]: `category` 'baker' is not known")
    assert refused.value.faults[1].startswith("chapters[1]: `minutes` is 500")
    rows = [
        {"kind": "equity", **BAKERY, "mode": "line", "minutes": None},
        {"kind": "scenario", **BAKERY, "scenario": closed},
    ]
    with pytest.raises(ParameterError, match=r"chapters\[0\].*chapters\[1\].*osm:n9"):
        answer_paper(toy_atlas, check_paper({"version": 1, "chapters": rows}))
