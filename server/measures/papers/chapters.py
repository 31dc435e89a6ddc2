"""Chapters of coverage, gaps, the sheet, and text, as sections; other kinds are in `measures`."""

from __future__ import annotations

from collections.abc import Callable

from layers.coverage import CoverageReport
from layers.districts import REGION, Area
from layers.paper import COVERAGE, EQUITY, GAPS, RESILIENCE, SCENARIO, SHEET, SITES
from layers.paper_answers import Answered, Tried
from layers.sheet import Sheet
from server import answers
from server import sentences as words
from server.evidence_sentences import age_lines
from server.measures.papers.areas import (
    coverage_figure,
    coverage_table,
    district_rows,
    held_ids,
    told_areas,
)
from server.measures.papers.blocks import LIST, SOFT, STRONG, Block, Section, Table, Words
from server.measures.papers.measures import (
    equity_blocks,
    resilience_blocks,
    scenario_blocks,
    sites_blocks,
)
from server.measures.sheet_page import (
    benchmark_rows,
    count_text,
    explanations,
    field_row,
    question_line,
    variant_row,
    verdict_text,
)
from server.rows import gap_row, withheld_line
from server.texts import Texts

Writer = Callable[..., list[Block]]
_MOST_GAPS = 15  # with a row in the table and a number on the map


def section(found: Answered, area: Area, texts: Texts) -> Section:
    """Write a chapter."""
    chapter, report = found.chapter, found.coverage
    if report is None:
        lines = [line.strip() for line in chapter.text.splitlines()]
        return Section(chapter.title, "", (Words(tuple(line for line in lines if line)),))
    writers: dict[str, Writer] = {
        COVERAGE: coverage_blocks,
        GAPS: gaps_blocks,
        SHEET: sheet_blocks,
        SITES: sites_blocks,
        RESILIENCE: resilience_blocks,
        EQUITY: equity_blocks,
        SCENARIO: scenario_blocks,
    }
    blocks: list[Block]
    if report.unknown and chapter.kind not in (COVERAGE, SHEET):
        blocks = [Words(tuple(words.summary_lines(report, texts)), STRONG)]
    else:
        blocks = writers[chapter.kind](found.report, area, texts)
    title = chapter.title or _title(found, area, texts)
    return Section(title, question_line(report.question, texts), tuple(blocks))


def _title(found: Answered, area: Area, texts: Texts) -> str:
    report = found.coverage
    names = "" if report is None else words.category_names(texts, report.question)
    scenario = found.report.scenario.name if isinstance(found.report, Tried) else ""
    return {
        COVERAGE: texts.gettext("Who reaches an offer: {category}", category=names),
        GAPS: texts.gettext("Where an offer is missing: {category}", category=names),
        SHEET: texts.gettext("{area} against benchmarks", area=area.name),
        SITES: texts.gettext("Where a new offer helps most: {category}", category=names),
        RESILIENCE: texts.gettext("If an offer closes: {category}", category=names),
        EQUITY: texts.gettext("Who falls short, and by how much: {category}", category=names),
        SCENARIO: texts.gettext("What would change: {scenario}", scenario=scenario or names),
    }[found.chapter.kind]


def result_lines(report: CoverageReport, area: Area, texts: Texts) -> list[Block]:
    """Say the result for the area, then for the region."""
    summary = words.summary_lines(report, texts)
    blocks: list[Block] = []
    if area.level == REGION or report.unknown:
        blocks.append(Words((summary[0],), STRONG))
        blocks.append(Words(tuple(summary[1:])))
    else:
        own = count_text(area.tally_of(report), texts)
        line = texts.gettext("{area}: an offer is in reach of {count}.", area=area.name, count=own)
        blocks.append(Words((line,), STRONG))
        region = report.atlas.region.name
        blocks.append(
            Words((texts.gettext("To compare, {region}:", region=region) + " " + summary[0],
                   *summary[1:]))
        )  # fmt: skip
    blocks.append(Words((*age_lines(report, texts), *words.remark_lines(report, texts)), SOFT))
    return blocks


def coverage_blocks(report: CoverageReport, area: Area, texts: Texts) -> list[Block]:
    """Who reaches an offer: result, map, table."""
    how = words.question_phrase(texts, report.question)
    name = words.category_names(texts, report.question)
    caption = texts.gettext(
        "Share of people who reach an offer “{category}” {how}, by district.",
        category=name,
        how=how,
    )
    table = coverage_table(report, area, texts)
    rows, _ = told_areas(report, area, texts)
    notes = tuple(f"{row.name}: {row.note}" for row in rows if row.note)
    return [
        *result_lines(report, area, texts),
        coverage_figure(report, area, texts, caption=caption),
        table,
        Words((*notes, withheld_line(texts, report.smallest)), SOFT),
    ]


def gaps_blocks(report: CoverageReport, area: Area, texts: Texts) -> list[Block]:
    """Where people live who reach no offer: map, table."""
    ids = held_ids(report, area)
    names = {row.name for row in district_rows(report, texts) if row.id in ids}
    rows = [
        gap_row(answers.gap_out(report, gap, rank, with_shapes=False), texts, report.smallest)
        for rank, gap in enumerate(report.gaps, start=1)
        if area.level == REGION or names & set(gap.districts)
    ]
    lines = [
        texts.ngettext(
            "{n} contiguous area whose people reach no offer {how}.",
            "{n} contiguous areas whose people reach no offer {how}.",
            len(rows),
            how=words.question_phrase(texts, report.question),
        )
        if rows
        else texts.gettext("There is no contiguous area whose people reach no offer.")
    ]
    blocks: list[Block] = [Words(tuple(lines), STRONG)]
    caption = texts.gettext(
        "Gaps: contiguous areas whose people reach no offer “{category}”.",
        category=words.category_names(texts, report.question),
    )
    listed = rows[:_MOST_GAPS]
    ranks = [row.rank for row in listed]
    figure = coverage_figure(report, area, texts, caption=caption, numbered_gaps=ranks)
    blocks.append(figure)
    if rows:
        blocks.append(
            Table(
                caption=texts.gettext("The largest first; the numbers stand on the map.")
                + f" {words.as_of_line(report, texts)}.",
                heads=(
                    texts.gettext("No."),
                    texts.gettext("Where"),
                    texts.gettext("Without an offer"),
                    texts.gettext("Nearest offer"),
                ),
                rows=tuple((str(r.rank), r.place, r.people, r.nearest or "–") for r in listed),
                numeric=frozenset({0, 2}),
                name_column=1,
            )
        )
    blocks.append(Words(tuple(_gap_notes(report, area, len(rows), texts)), SOFT))
    return blocks


def _gap_notes(report: CoverageReport, area: Area, count: int, texts: Texts) -> list[str]:
    notes = []
    if count > _MOST_GAPS:
        notes.append(
            texts.ngettext(
                "{n} smaller gap is not listed.",
                "{n} smaller gaps are not listed.",
                count - _MOST_GAPS,
            )
        )
    if area.level != REGION:
        notes.append(
            texts.gettext("A gap is told whole, also where it goes beyond {area}.", area=area.name)
        )
    elif report.scattered:
        notes.append(
            texts.ngettext(
                "{n} more person without an offer lives scattered.",
                "{n} more people without an offer live scattered.",
                report.scattered,
            )
        )
    return [*notes, withheld_line(texts, report.smallest)]


def sheet_blocks(sheet: Sheet, area: Area, texts: Texts) -> list[Block]:
    """One area against benchmarks: how sure, benchmarks, fields."""
    del area  # the sheet is about it already
    figure = count_text(sheet.tally, texts)
    blocks: list[Block] = [
        Words((verdict_text(sheet, texts),), STRONG),
        Words((figure, *explanations(sheet, texts))),
    ]
    variants = [variant_row(sheet, each, texts) for each in sheet.stability.variants]
    if variants:
        blocks.append(
            Table(
                caption=texts.gettext("How sure is that?"),
                heads=(
                    texts.gettext("Assumption"),
                    texts.gettext("Within reach"),
                    texts.gettext("Verdict"),
                    texts.gettext("Rank"),
                ),
                rows=tuple((v["name"], v["figure"], v["verdict"], v["rank"]) for v in variants),
                numeric=frozenset({3}),
            )
        )
    blocks += _benchmark_blocks(sheet, texts)
    fields = [field_row(view, texts) for view in sheet.fields]
    blocks.append(
        Table(
            caption=texts.gettext("Fields of Wirtschaftsförderung 4.0"),
            heads=(
                texts.gettext("Field"),
                texts.gettext("Offers here"),
                texts.gettext("Offers in reach"),
                texts.gettext("Nobody reaches"),
            ),
            rows=tuple((f["name"], f["inside"], f["reach"], f["missing"] or "–") for f in fields),
            numeric=frozenset({1, 2}),
        )
    )
    unknown = ", ".join(f["unknown"] for f in fields if f["unknown"])
    told = f"{texts.gettext('Unknown')}: {unknown}"
    return [*blocks, Words((told,) if unknown else (), SOFT)]


def _benchmark_blocks(sheet: Sheet, texts: Texts) -> list[Block]:
    found = [benchmark_rows(result, texts) for result in sheet.benchmarks]
    unverified = texts.gettext("not checked against the original")
    rows = [(b["name"], each["name"], each["text"]) for b in found for each in b["figures"]]
    blocks: list[Block] = []
    if rows:
        blocks.append(
            Table(
                caption=texts.gettext("Against benchmarks"),
                heads=(
                    texts.gettext("Benchmark"),
                    texts.gettext("Offer"),
                    texts.gettext("Within reach"),
                ),
                rows=tuple(rows),
            )
        )
    notes = [
        f"{b['name']}: {texts.gettext('Source: {source}', source=b['source'])}"
        + (f" ({unverified})" if b["is_unverified"] else "")
        for b in found
        if b["figures"]
    ]
    notes += [f"{b['name']}: {b['reason']}" for b in found if b["reason"]]
    return [*blocks, Words(tuple(notes), LIST)]
