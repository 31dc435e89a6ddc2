"""Council papers over HTTP and on the command line: as a page, as a document, as figures."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import click
from fastapi import Body, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import Field

from geo.errors import ParameterError
from layers.candidates import CORNERS
from layers.coverage import CoverageReport
from layers.document import read_text
from layers.equity import EquityReport
from layers.paper import Paper, PaperError, check_paper, read_paper
from layers.paper_answers import Answered, AnsweredPaper, answer_paper
from layers.resilience import ResilienceReport
from layers.sheet import Sheet
from layers.site_report import SitesReport
from server import answers, models
from server.api import AtlasPath, api_router
from server.measures.equity import EquityOut, equity_out
from server.measures.papers.docx import DOCX, paper_docx
from server.measures.papers.html import paper_html, paper_policy
from server.measures.papers.measures import tried_out
from server.measures.papers.text import paper_text
from server.measures.papers.whole import paper_pages
from server.measures.resilience_out import ResilienceOut, resilience_out
from server.measures.scenario_out import ScenarioOut, scenario_out
from server.measures.sheet import AreaOut, SheetOut, sheet_out
from server.measures.sites_out import SitesOut, sites_out
from server.opened import open_region
from server.outputs import choose_format, write_bytes, write_text
from server.settings import LANGUAGES, Settings
from server.shell import texts_for
from server.texts import texts_of

HTML = "text/html"
EXAMPLE = {
    "version": 1,
    "title": "Bread within reach",
    "author": "Office of urban planning",
    "chapters": [
        {"kind": "coverage", "category": "greengrocer_bakery", "mode": "walk", "minutes": 10},
        {"kind": "gaps", "category": "greengrocer_bakery", "mode": "walk", "minutes": 10},
        {"kind": "sheet", "category": "greengrocer_bakery"},
    ],
}


class ChapterOut(models.Model):
    """A chapter and what it answers."""

    kind: Literal[
        "coverage", "gaps", "sheet", "sites", "resilience", "equity", "scenario", "text"
    ]  # fmt: skip
    title: str = Field(description="the asker's own; empty for the usual one")
    text: str = Field(description="of a chapter of text")
    answer: (
        models.CoverageOut | SheetOut | SitesOut | ResilienceOut | EquityOut | ScenarioOut | None
    ) = Field(description="as the route of the kind answers; of gaps that of coverage")


class PaperOut(models.Model):
    """A paper with the figures of all its chapters."""

    region: str
    area: AreaOut
    title: str
    author: str
    chapters: list[ChapterOut]
    as_of: date
    attributions: list[str]


router = api_router()


@router.post(
    "/regions/{region}/papers",
    response_model=PaperOut,
    responses={200: {"content": {HTML: {}, DOCX: {}}}},
)
def make_paper(
    request: Request,
    atlas: AtlasPath,
    paper: Annotated[
        dict[str, Any],
        Body(description="version, title, author, district and chapters", examples=[EXAMPLE]),
    ],
    district: Annotated[
        str | None,
        Query(description="an area in place of the paper's own; the region's id: all of it"),
    ] = None,
    f: Annotated[Literal["json", "html", "docx"], Query(description="format")] = "json",
    lang: Annotated[str | None, Query(description="de or en; else Accept-Language")] = None,
) -> Response:
    """Answer the chapters of a paper for any district. Nothing is stored."""
    del lang  # `texts_for` reads it
    found = answer_paper(atlas, check_paper(paper), district=district)
    if f == "json":
        return Response(paper_out(found).model_dump_json(), media_type="application/json")
    pages = paper_pages(found, texts_for(request))
    if f == "html":
        headers = {
            "Content-Security-Policy": paper_policy(),
            "Content-Language": pages.language,
            "Vary": "Accept-Language",
        }
        return HTMLResponse(paper_html(pages), headers=headers)
    name = f"umkreis-{atlas.region.id}-{found.area.id}.docx"
    return Response(
        paper_docx(pages),
        media_type=DOCX,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Vary": "Accept-Language",
        },
    )


def paper_out(found: AnsweredPaper) -> PaperOut:
    """Write the figures of a paper."""
    area, region = found.area, found.atlas.region
    return PaperOut(
        region=region.id,
        area=AreaOut(id=area.id, name=area.name, level=area.level),  # type: ignore[arg-type]
        title=found.paper.title,
        author=found.paper.author,
        chapters=[
            ChapterOut(
                kind=each.chapter.kind,  # type: ignore[arg-type]
                title=each.chapter.title,
                text=each.chapter.text,
                answer=_answer(each),
            )
            for each in found.chapters
        ],
        as_of=region.as_of,
        attributions=list(region.attributions),
    )


def _answer(found: Answered) -> Any:
    report = found.report
    if report is None:
        return None
    if isinstance(report, CoverageReport):
        return answers.coverage_out(report)
    if isinstance(report, Sheet):
        return sheet_out(report)
    if isinstance(report, SitesReport):
        return sites_out(report, [CORNERS])
    if isinstance(report, ResilienceReport):
        return resilience_out(report)
    if isinstance(report, EquityReport):
        return equity_out(report)
    return scenario_out(tried_out(report))


@click.command("paper")
@click.argument("region")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--district", metavar="ID", help="An area in place of the paper's own; the region: all of it."
)
@click.option(
    "--format", "format_", type=click.Choice(["table", "json", "html", "docx"]),
    help="Else by the file's ending; else as text.",
)  # fmt: skip
@click.option("--lang", type=click.Choice(LANGUAGES), help="Language; else UMKREIS_LANGUAGE.")
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False))
def command(
    region: str,
    file: Path,
    district: str | None,
    format_: str | None,
    lang: str | None,
    output: Path | None,
) -> None:
    """Write saved chapters (a JSON file) for any district, as a page or a document."""
    chosen = format_ or ("docx" if _is_docx(output) else choose_format(None, output))
    if chosen not in ("table", "json", "html", "docx"):
        raise ParameterError(
            f"`--output` {output}: a paper is written as .html, .docx or .json", parameter="output"
        )
    if chosen == "docx" and output is None:
        raise ParameterError("`--format docx` needs a file: add -o FILE.docx", parameter="output")
    found = answer_paper(open_region(region), read_paper_file(file), district=district)
    if chosen == "json":
        write_text(paper_out(found).model_dump_json(indent=1) + "\n", output)
        return
    pages = paper_pages(found, texts_of(lang or Settings.from_env().language))
    if output is not None and chosen == "docx":
        write_bytes(paper_docx(pages), output)
    else:
        write_text(paper_html(pages) if chosen == "html" else paper_text(pages), output)


def _is_docx(output: Path | None) -> bool:
    return output is not None and output.suffix.lower() == ".docx"


def read_paper_file(file: Path) -> Paper:
    """
    Read a paper's file.

    Raises
    ------
    PaperError
        If it is too large, no UTF-8, no JSON, or has faults.
    """
    text, faults = read_text(file)
    if faults:
        raise PaperError(faults)
    return read_paper(text)
