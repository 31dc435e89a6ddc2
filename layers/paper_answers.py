"""
What the chapters of a council paper answer, for one district or the whole region.

Each chapter asks one function of this package, so that a paper can say nothing else than the pages
and the interface. Questions that stand in several chapters are answered once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geo.errors import ParameterError
from layers.coverage import CoverageReport, coverage
from layers.difference import Difference, compare
from layers.districts import Area, find_area
from layers.equity import EquityReport, equity
from layers.errors import UnknownNameError
from layers.paper import (
    COVERAGE,
    EQUITY,
    GAPS,
    RESILIENCE,
    SHEET,
    SITES,
    TEXT,
    Chapter,
    Paper,
    PaperError,
)
from layers.question import ask
from layers.resilience import ResilienceReport, resilience_of
from layers.scenario import Scenario
from layers.scenario_atlas import try_out
from layers.sheet import Sheet, default_categories, district_sheet
from layers.site_report import SitesReport
from layers.sites import next_sites

if TYPE_CHECKING:
    from layers.atlas import Atlas
    from layers.scenario_streets import StreetChange


@dataclass(frozen=True, eq=False)
class Tried:
    """What a scenario changes."""

    scenario: Scenario
    difference: Difference
    streets: tuple[StreetChange, ...]


Report = CoverageReport | Sheet | SitesReport | ResilienceReport | EquityReport | Tried


@dataclass(frozen=True, eq=False)
class Answered:
    """A chapter with its report; None for a chapter of text."""

    chapter: Chapter
    report: Report | None

    @property
    def coverage(self) -> CoverageReport | None:
        """The report of coverage that the chapter rests on; None for a chapter of text."""
        match self.report:
            case Sheet(report=report) | EquityReport(coverage=report):
                return report
            case SitesReport(before=report) | ResilienceReport(once=report):
                return report
            case Tried(difference=difference):
                return difference.before
            case CoverageReport() as report:
                return report
        return None


@dataclass(frozen=True, eq=False)
class AnsweredPaper:
    """A paper with its answers; `area` is a district, a municipality or the region."""

    paper: Paper
    atlas: Atlas
    area: Area
    chapters: tuple[Answered, ...]


def answer_paper(atlas: Atlas, paper: Paper, *, district: str | None = None) -> AnsweredPaper:
    """
    Answer all chapters of a paper.

    Parameters
    ----------
    atlas
        The region.
    paper
        What is asked.
    district
        Id or name of an area, in place of the paper's own; the region's id means the whole region.

    Raises
    ------
    UnknownDistrictError
        If the region has no such area.
    PaperError
        With all chapters that cannot be answered here: unknown categories, modes, limits, times,
        and what a scenario's changes name.
    """
    area = find_area(atlas, district or paper.district or atlas.region.id)
    _check_questions(atlas, paper)
    answered, faults = [], []
    reports: dict[Any, CoverageReport] = {}
    for i, chapter in enumerate(paper.chapters):
        try:
            answered.append(Answered(chapter, _answer(atlas, area, chapter, reports)))
        except (ParameterError, UnknownNameError) as exc:
            faults.append(f"chapters[{i}]: {exc}")
    if faults:
        raise PaperError(faults)
    return AnsweredPaper(paper, atlas, area, tuple(answered))


def _check_questions(atlas: Atlas, paper: Paper) -> None:
    """Refuse a paper before anything of it is computed."""
    faults = []
    for i, chapter in enumerate(paper.chapters):
        if chapter.kind == TEXT:
            continue
        try:
            ask(atlas, **_question(atlas, chapter), with_transit=True)
        except (ParameterError, UnknownNameError) as exc:
            faults.append(f"chapters[{i}]: {exc}")
    if faults:
        raise PaperError(faults)


def _question(atlas: Atlas, chapter: Chapter) -> dict[str, Any]:
    return {
        **chapter.question,
        "category": list(chapter.category) or default_categories(atlas),
    }


def _answer(
    atlas: Atlas, area: Area, chapter: Chapter, reports: dict[Any, CoverageReport]
) -> Report | None:
    """Answer a chapter; reports of coverage are kept in `reports`."""
    kind, asked = chapter.kind, chapter.question
    by_street = {name: asked[name] for name in ("category", "mode", "minutes", "window")}

    def covered() -> CoverageReport:
        key = tuple(asked.values())
        if key not in reports:
            reports[key] = coverage(atlas, **asked)
        return reports[key]

    if kind == TEXT:
        return None
    if kind in (COVERAGE, GAPS):
        return covered()
    if kind == RESILIENCE:
        return resilience_of(covered())
    if kind == SHEET:
        return district_sheet(atlas, area.id, **asked)
    if kind == SITES:
        if covered().unknown:
            return covered()  # nobody knows who is covered already, and the chapter says so
        return next_sites(atlas, **by_street, at=chapter.at, new=chapter.new)
    if kind == EQUITY:
        return equity(atlas, **by_street)
    scenario = chapter.scenario or Scenario(())
    tried = try_out(atlas, scenario)
    after = coverage(tried.atlas, **asked)
    return Tried(scenario, compare(covered(), after), tried.streets)
