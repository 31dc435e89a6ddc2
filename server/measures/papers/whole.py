"""A whole paper as blocks: its head, its chapters, and at the end method, basis and sources."""

from __future__ import annotations

from dataclasses import replace

from layers.coverage import CoverageReport
from layers.districts import REGION
from layers.evidence import sources_of
from layers.paper_answers import AnsweredPaper
from layers.sheet import Sheet
from layers.sites import TIME_LIMIT_S
from server.evidence_sentences import source_name
from server.measures.papers.blocks import LIST, PLAIN, Block, Pages, Section, Table, Words, cleaned
from server.measures.papers.chapters import section
from server.measures.sheet_page import own_method
from server.method import method_lines
from server.sentences import category_names
from server.texts import Texts


def paper_pages(found: AnsweredPaper, texts: Texts) -> Pages:
    """Write an answered paper as blocks, in one language."""
    region, area, paper = found.atlas.region, found.area, found.paper
    about = [] if area.level == REGION else [texts.gettext("About: {area}", area=area.name)]
    pages = Pages(
        language=texts.language,
        title=paper.title or texts.gettext("Local supply in {area}", area=area.name),
        author=paper.author,
        about=(
            *about,
            texts.gettext("Region: {region}", region=region.name),
            texts.gettext("Data of {day}", day=texts.day(region.as_of)),
        ),
        sections=tuple(section(each, area, texts) for each in found.chapters),
        end=_end(found, texts),
        attributions=tuple(region.attributions),
    )
    pages, removed = cleaned(pages)
    if not removed:
        return pages
    told = texts.ngettext(
        "{n} character that no document may hold was left out.",
        "{n} characters that no document may hold were left out.",
        removed,
    )
    return replace(pages, end=replace(pages.end, blocks=(*pages.end.blocks, Words((told,), PLAIN))))


def _end(found: AnsweredPaper, texts: Texts) -> Section:
    reports = [r for each in found.chapters if (r := each.coverage) is not None]
    lines = [line for report in reports for line in method_lines(report, texts)]
    if any(isinstance(each.report, Sheet) for each in found.chapters):
        lines += own_method(texts)
    if any(each.chapter.kind == "sites" for each in found.chapters):
        lines.append(
            texts.gettext(
                "Places for new offers are street corners, the best choice is sought for at most "
                "{seconds} seconds.",
                seconds=texts.number(TIME_LIMIT_S),
            )
        )
    blocks: list[Block] = []
    if lines:
        blocks.append(Words(tuple(dict.fromkeys(lines)), LIST))
        blocks.append(_sources(reports, texts))
    blocks.append(
        Words(
            (
                texts.gettext(
                    "Made with Umkreis. The same chapters can be computed again for any district."
                ),
            )
        )
    )
    return Section(texts.gettext("Method, basis and sources"), "", tuple(blocks))


def _sources(reports: list[CoverageReport], texts: Texts) -> Table:
    """List the sources of all reports: for what, of when, under which licence."""
    rows: dict[tuple[str, ...], None] = {}
    for report in reports:
        names = category_names(texts, report.question)
        kinds = {
            "streets": texts.gettext("streets"),
            "offers": names,
            "population": texts.gettext("people"),
        }
        for source in sources_of(report):
            day = source.as_of
            row = (
                kinds[source.kind],
                source_name(source),
                texts.gettext("not known") if day is None else texts.day(day),
                source.licence or "–",
            )
            rows[row] = None
    return Table(
        caption=texts.gettext("Sources"),
        heads=(
            texts.gettext("What"),
            texts.gettext("Source"),
            texts.gettext("As of"),
            texts.gettext("Licence"),
        ),
        rows=tuple(rows),
    )
