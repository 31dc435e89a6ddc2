"""
A coverage report in sentences that a council can read out.

The year of the data stands with every figure. What is not known is said to be unknown, and what is
withheld to be withheld: neither is ever called 0 %.
"""

from __future__ import annotations

from collections.abc import Callable

from layers.coverage import CoverageReport
from layers.question import LINE, Question
from layers.tally import Tally
from layers.timetable import TRANSIT
from layers.vocabulary import Term
from server.models import DistrictCoverage
from server.texts import Texts
from server.time_sentences import time_lines, when_phrase


def mode_names(texts: Texts) -> dict[str, str]:
    """Return the names of the modes, in the usual order."""
    return {
        "walk": texts.gettext("On foot"),
        "stepfree": texts.gettext("Step-free"),
        "bike": texts.gettext("Bicycle"),
        "car": texts.gettext("Car"),
        LINE: texts.gettext("Straight line"),
        TRANSIT: texts.gettext("Bus and train"),
    }


def reach_phrase(texts: Texts, mode: str, *, minutes: float | None, metres: float | None) -> str:
    """Say how and how far people go: "on foot in 10 minutes"."""
    if minutes is not None:
        return _in_minutes(texts, mode, minutes)
    length = texts.number(metres or 0.0)
    phrases = {
        "walk": texts.gettext("on foot within {length} m", length=length),
        "stepfree": texts.gettext("step-free within {length} m", length=length),
        "bike": texts.gettext("by bicycle within {length} m", length=length),
        "car": texts.gettext("by car within {length} m", length=length),
        LINE: texts.gettext("within {length} m in a straight line", length=length),
    }
    return phrases[mode]


def _in_minutes(texts: Texts, mode: str, minutes: float) -> str:
    phrases: dict[str, Callable[[], str]] = {
        "walk": lambda: texts.ngettext("on foot in {n} minute", "on foot in {n} minutes", minutes),
        "stepfree": lambda: texts.ngettext(
            "step-free in {n} minute", "step-free in {n} minutes", minutes
        ),
        "bike": lambda: texts.ngettext(
            "by bicycle in {n} minute", "by bicycle in {n} minutes", minutes
        ),
        "car": lambda: texts.ngettext("by car in {n} minute", "by car in {n} minutes", minutes),
        TRANSIT: lambda: texts.ngettext(
            "by bus and train in {n} minute", "by bus and train in {n} minutes", minutes
        ),
    }
    return phrases[mode]()


def question_phrase(texts: Texts, question: Question) -> str:
    """Say how and how far the people of a question go."""
    return reach_phrase(texts, question.mode, minutes=question.minutes, metres=question.metres)


def category_names(texts: Texts, question: Question) -> str:
    """Name the categories of a question."""
    names = [label(texts, category) for category in question.categories]
    or_ = texts.gettext("or")
    return f" {or_} ".join(names)


def label(texts: Texts, term: Term) -> str:
    """Name a category, a field or a layer; a further language translates the English name."""
    return term.de if texts.language == "de" else texts.plain(term.en)


def as_of_line(report: CoverageReport, texts: Texts) -> str:
    """Say of when the data is."""
    return texts.gettext("Data of {month}", month=texts.month(report.atlas.region.as_of))


def summary_lines(report: CoverageReport, texts: Texts) -> list[str]:
    """Say the result: who reaches an offer and who does not."""
    category = category_names(texts, report.question)
    month = texts.month(report.atlas.region.as_of)
    if report.unknown == "no_source":
        return [
            texts.gettext("Unknown: no source tells of “{category}” here.", category=category),
            texts.gettext("That does not mean that there is none, so no share is given."),
        ]
    if report.unknown == "no_hours" and report.question.when:
        return [
            texts.gettext(
                "Unknown: of no offer “{category}” is it known whether it is open {when}.",
                category=category,
                when=when_phrase(texts, report.question.when),
            ),
            *time_lines(report, texts),
        ]
    if report.unknown:
        return [
            texts.gettext(
                "Unknown: the data of {month} are too old to tell of “{category}”.",
                month=month,
                category=category,
            )
        ]
    if not len(report.offers):
        return _lines_without_offers(report, texts)
    told = time_lines(report, texts) or [_offers_line(report, texts)]
    return [*_result_lines(report, texts), *told]


def _lines_without_offers(report: CoverageReport, texts: Texts) -> list[str]:
    totals = report.totals
    category = category_names(texts, report.question)
    has_offers = report.hours is not None and len(report.hours.possible) + len(report.hours.closed)
    if has_offers and report.question.when:
        when = when_phrase(texts, report.question.when)
        return [
            texts.gettext(
                "No offer “{category}” is known to be open {when}.", category=category, when=when
            ),
            *time_lines(report, texts),
        ]
    lines = [
        texts.gettext(
            "The data of {year} show no offer “{category}”.",
            year=report.atlas.region.as_of.year,
            category=category,
        )
    ]
    if totals.residents is not None:
        people = texts.number(totals.residents)
        lines.append(
            texts.gettext(
                "By these data none of the {residents} people reach one.", residents=people
            )
        )
    return lines


def _result_lines(report: CoverageReport, texts: Texts) -> list[str]:
    totals = report.totals
    about = {
        "category": category_names(texts, report.question),
        "how": question_phrase(texts, report.question),
    }
    if totals.unit == "buildings":
        return _building_lines(totals, about, texts)
    if totals.residents is None or (totals.share is None and totals.share_range is None):
        return [
            texts.gettext(
                "Too few people live here to publish who reaches an offer {how}.", **about
            )
        ]
    residents = texts.number(totals.residents)
    if totals.share is None:
        return [
            texts.gettext(
                "{share} of {residents} people reach an offer “{category}” {how}; "
                "the exact number would tell of too few people.",
                share=texts.percent_range(*(totals.share_range or (0.0, 1.0))),
                residents=residents,
                **about,
            )
        ]
    lines = [
        texts.gettext(
            "{covered} of {residents} people ({share}) reach an offer “{category}” {how}.",
            covered=texts.number(totals.covered or 0),
            residents=residents,
            share=texts.percent(totals.share),
            **about,
        )
    ]
    return lines + _short_lines(report, texts)


def _short_lines(report: CoverageReport, texts: Texts) -> list[str]:
    short = people_short(report.totals)
    if short is None:
        return []
    if short == 0:
        return [texts.gettext("Nobody is left out.")]
    if report.hours is not None and len(report.hours.unknown):
        return [
            texts.ngettext(
                "{n} person reaches none that is known to be open.",
                "{n} people reach none that is known to be open.",
                short,
            )
        ]
    return [texts.ngettext("{n} person reaches none.", "{n} people reach none.", short)]


def _building_lines(totals: Tally, about: dict[str, str], texts: Texts) -> list[str]:
    if totals.share is None:
        return [texts.gettext("There is no residential building in the data.")]
    return [
        texts.gettext(
            "{share} of {buildings} residential buildings have an offer “{category}” {how}.",
            share=texts.percent(totals.share),
            buildings=texts.number(totals.buildings),
            **about,
        ),
        texts.gettext(
            "No population count is known here: the shares are shares of residential buildings, "
            "not of people."
        ),
    ]


def people_short(tally: Tally | DistrictCoverage) -> int | None:
    """Return how many people of an area reach no offer; None where that is withheld or unknown."""
    if tally.uncovered is None:
        return None
    return tally.uncovered + (tally.unreachable or 0)


def _offers_line(report: CoverageReport, texts: Texts) -> str:
    return texts.ngettext(
        "The data of {month} show {n} such offer.",
        "The data of {month} show {n} such offers.",
        len(report.offers),
        month=texts.month(report.atlas.region.as_of),
    )


def remark_lines(report: CoverageReport, texts: Texts) -> list[str]:
    """Say what the figures leave open: the edge of the data, people without a way."""
    totals = report.totals
    lines: list[str] = []
    if report.unknown:
        return lines
    if n := totals.edge_uncertain:
        lines.append(
            texts.ngettext(
                "{n} person without an offer lives so near the edge of the data that one beyond "
                "it may be in reach.",
                "{n} people without an offer live so near the edge of the data that one beyond it "
                "may be in reach.",
                n,
            )
        )
    if n := totals.unreachable:
        lines.append(
            texts.ngettext(
                "From the home of {n} person no way leads to any offer.",
                "From the homes of {n} people no way leads to any offer.",
                n,
            )
        )
    if n := totals.unplaced:
        lines.append(
            texts.ngettext(
                "For {n} person the data have no residential building; they count as not reaching "
                "an offer.",
                "For {n} people the data have no residential building; they count as not reaching "
                "an offer.",
                n,
            )
        )
    if n := _offers_without_street(report):
        lines.append(
            texts.ngettext(
                "{n} offer lies too far from any street of this mode to be reached.",
                "{n} offers lie too far from any street of this mode to be reached.",
                n,
            )
        )
    return lines


def _offers_without_street(report: CoverageReport) -> int:
    mode = report.question.on_streets
    if mode == LINE or not len(report.offers):
        return 0
    return int((~report.atlas.supply[mode].take(report.offers).placed).sum())
