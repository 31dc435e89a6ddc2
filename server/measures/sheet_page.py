"""
The sheet of a district in words, as a page to print: one file, without scripts, that loads nothing.

Its style stands inside it, so that it opens from disk as it is served; the policy under which it is
served names that very style by its checksum. Everything else is put into the template as text.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from layers.question import Question
from layers.sheet import BenchmarkResult, FieldView, Figure, Sheet
from layers.stability import Variant
from layers.tally import Tally
from server.asked import address
from server.drawing import svg_painter
from server.measures.papers.areas import coverage_figure
from server.method import method_lines
from server.rendering import templates
from server.sentences import category_names, label, question_phrase
from server.shell import policy_with_style
from server.texts import Texts
from server.time_sentences import when_phrase

_STYLE = Path(__file__).parents[1] / "templates" / "sheet.css"


@lru_cache(maxsize=1)
def _style() -> str:
    return _STYLE.read_text("utf-8")


def sheet_policy() -> str:
    """Return the policy of the pages, with the sheet's own style as the only one."""
    return policy_with_style(_style())


def sheet_html(sheet: Sheet, texts: Texts, *, is_served: bool = False) -> str:
    """Write a sheet as a page that opens from disk; served, it leads to districts like this one."""
    region, taxonomy = sheet.atlas.region, sheet.atlas.taxonomy
    asked = question_line(sheet.report.question, texts)
    goals = {goal for c in sheet.report.question.categories for goal in c.impact}
    return (
        templates()
        .get_template("sheet.html")
        .render(
            texts=texts,
            _=texts.gettext,
            style=Markup(_style()),  # noqa: S704 (our own file)
            area=sheet.area.name,
            similar_url=_similar_url(sheet, texts) if is_served else "",
            region=region.name,
            is_region=sheet.area.level == "region",
            question=asked,
            verdict=verdict_text(sheet, texts),
            verdict_class=sheet.stability.verdict,
            count=count_text(sheet.tally, texts),
            explanations=explanations(sheet, texts),
            figure=coverage_figure(
                sheet.report, sheet.area, texts, caption=f"{sheet.area.name}: {asked}"
            ),
            svg=svg_painter(),
            goals=[label(texts, goal) for goal in taxonomy.impacts if goal.id in goals],
            variants=[variant_row(sheet, variant, texts) for variant in sheet.stability.variants],
            benchmarks=[benchmark_rows(r, texts) for r in sheet.benchmarks if r.figures],
            not_computable=[benchmark_rows(r, texts) for r in sheet.benchmarks if r.reason],
            fields=[field_row(view, texts) for view in sheet.fields],
            method=[*method_lines(sheet.report, texts), *own_method(texts)],
            as_of=texts.day(region.as_of),
            attributions=region.attributions,
        )
    )


def _similar_url(sheet: Sheet, texts: Texts) -> str:
    """Return where districts like this one are told; empty for what is no single district."""
    if int(sheet.area.holds.sum()) != 1:
        return ""
    path = f"/r/{sheet.atlas.region.id}/districts/{sheet.area.id}/similar"
    return address(path, {"lang": texts.language})


def sheet_text(sheet: Sheet, texts: Texts) -> str:
    """Write the main lines of a sheet for a terminal."""
    variants = [variant_row(sheet, variant, texts) for variant in sheet.stability.variants]
    lines = [
        f"{sheet.area.name}: {question_line(sheet.report.question, texts)}",
        count_text(sheet.tally, texts),
        verdict_text(sheet, texts),
        *explanations(sheet, texts),
        "",
        *(f"  {v['figure']:44} {v['verdict']:16} {v['name']}" for v in variants),
        "",
    ]
    for result in sheet.benchmarks:
        shown = benchmark_rows(result, texts)
        lines.append(shown["name"])
        lines += [f"  {row['text']:44} {row['name']}" for row in shown["figures"]]
        lines += [f"  {shown['reason']}"] if shown["reason"] else []
    lines.append("")
    for view in (field_row(each, texts) for each in sheet.fields):
        lines.append(f"{view['name']}: {view['inside']} / {view['reach']}")
        lines += [f"  {texts.gettext('Nobody reaches')}: {view['missing']}"] * bool(view["missing"])
    return "\n".join([*lines, "", texts.gettext("Data of {month}", month=_month(sheet, texts)), ""])


def question_line(question: Question, texts: Texts) -> str:
    """Say what was asked."""
    parts = [category_names(texts, question), question_phrase(texts, question)]
    if question.when is not None:
        parts.append(when_phrase(texts, question.when))
    return ", ".join(parts)


def verdict_text(sheet: Sheet, texts: Texts) -> str:
    """Say the verdict over all variants."""
    if sheet.report.unknown == "no_hours":
        return texts.gettext("Unknown: no opening hours are known")
    return {
        "underserved": texts.gettext("Underserved in every variant"),
        "served": texts.gettext("Served in every variant"),
        "depends": texts.gettext("It depends on the assumptions"),
        "unclear": texts.gettext("Too few people live here to tell"),
        "unknown": texts.gettext("Unknown: no source tells"),
    }[sheet.stability.verdict]


def explanations(sheet: Sheet, texts: Texts) -> list[str]:
    """Say what underserved means, and the rank over all variants."""
    found = sheet.stability
    lines = [
        texts.gettext(
            "Underserved means: less than {share} of the people reach an offer.",
            share=texts.percent(found.threshold),
        )
    ]
    if found.ranks:
        low, high = found.ranks
        about = {"low": low, "high": high, "n": found.ranked}
        lines.append(
            texts.gettext("Rank {low} of {n} in every variant (1 is covered least).", **about)
            if low == high
            else texts.gettext("Rank {low} to {high} of {n} (1 is covered least).", **about)
        )
    return lines


def count_text(tally: Tally, texts: Texts) -> str:
    """Say a figure with what it is a share of."""
    if tally.unit == "buildings":
        return texts.gettext(
            "{share} of {n} residential buildings",
            share="–" if tally.share is None else texts.percent(tally.share),
            n=texts.number(tally.buildings),
        )
    if tally.residents is None:
        return texts.gettext("of fewer people than may be told")
    people = texts.number(tally.residents)
    if tally.share is not None and tally.covered is not None:
        covered, share = texts.number(tally.covered), texts.percent(tally.share)
        return texts.gettext(
            "{covered} of {n} people ({share})", covered=covered, n=people, share=share
        )
    told = texts.percent_range(*(tally.share_range or (0.0, 1.0)))
    return texts.gettext("{share} of {n} people, number withheld", share=told, n=people)


def variant_row(sheet: Sheet, variant: Variant, texts: Texts) -> dict[str, Any]:
    """Write a variant: its name, figure, verdict and rank."""
    verdicts = {
        "underserved": texts.gettext("underserved"),
        "served": texts.gettext("served"),
        "unclear": texts.gettext("cannot be told"),
    }
    return {
        "name": _variant_name(sheet, variant, texts),
        "figure": count_text(variant.tally, texts),
        "share": variant.tally.share,
        "verdict": verdicts[variant.verdict],
        "rank": "–" if variant.rank is None else texts.number(variant.rank),
    }


def _variant_name(sheet: Sheet, variant: Variant, texts: Texts) -> str:
    if variant.offer >= 0:
        offer = sheet.atlas.offers[variant.offer]
        name = offer.name or label(texts, sheet.atlas.taxonomy.category(offer.categories[0]))
        return texts.gettext("Without “{offer}”, which would be missed most", offer=name)
    return {
        "asked": texts.gettext("As asked"),
        "limit_less": texts.gettext("Limit one fifth smaller"),
        "limit_more": texts.gettext("Limit one fifth larger"),
        "slower": texts.gettext("One fifth slower on every part of the way"),
        "faster": texts.gettext("One fifth faster on every part of the way"),
        "equal_buildings": texts.gettext("The same number of people in every home"),
        "hours_unknown_open": texts.gettext("With offers whose hours nobody knows"),
        "beyond_edge": texts.gettext("With offers just beyond the edge of the data"),
    }[variant.id]


def benchmark_rows(result: BenchmarkResult, texts: Texts) -> dict[str, Any]:
    """Write a benchmark: its name, source, figures, or why there are none."""
    benchmark = result.benchmark
    return {
        "name": label(texts, benchmark),
        "source": benchmark.source,
        "is_unverified": not benchmark.verified,
        "reason": reason_text(result, texts),
        "figures": [_figure(figure, result, texts) for figure in result.figures],
    }


def _figure(figure: Figure, result: BenchmarkResult, texts: Texts) -> dict[str, Any]:
    if figure.category is not None:
        name = label(texts, figure.category)
    else:
        is_each = result.benchmark.of == "each"
        name = texts.gettext("all of them") if is_each else texts.gettext("any of them")
    if figure.tally is None:
        return {"name": name, "text": _unknown_text(figure.reason, texts), "share": None}
    return {"name": name, "text": count_text(figure.tally, texts), "share": figure.tally.share}


def _unknown_text(reason: str, texts: Texts) -> str:
    if reason == "too_old":
        return texts.gettext("unknown: the data are too old")
    return texts.gettext("unknown: no source tells")


def reason_text(result: BenchmarkResult, texts: Texts) -> str:
    """Say why a benchmark cannot be computed here; empty where it can."""
    return {
        "": "",
        "mode": texts.gettext("Not computable here: there are no timetables."),
        "central_places": texts.gettext(
            "Not computable here: it needs a list of towns of central function."
        ),
        "food": texts.gettext(
            "Not computable here: it is about regional food, not about people's ways."
        ),
        "offer_sizes": texts.gettext(
            "Not computable here: it needs the sales areas of the offers; {stated} of {n} state "
            "theirs.",
            stated=result.offers_with_size,
            n=result.offers,
        ),
    }[result.reason]


def field_row(view: FieldView, texts: Texts) -> dict[str, Any]:
    """Write a field: its offers, and which functions are reached, missing or unknown."""

    def names(state: str) -> str:
        return ", ".join(label(texts, f.category) for f in view.functions if f.state == state)

    return {
        "name": label(texts, view.field),
        "inside": texts.number(view.offers_inside),
        "reach": texts.number(view.offers_in_reach),
        "reached": names("reached"),
        "missing": names("missing"),
        "unknown": names("unknown"),
    }


def own_method(texts: Texts) -> list[str]:
    """Say what a sheet rests on besides its answer."""
    return [
        texts.gettext("One assumption changes at a time; the verdict counts all variants."),
        texts.gettext(
            "Fields and missing functions: each kind of offer at its own default reach. An offer "
            "is in reach when somebody of the district reaches it. What no source tells of is "
            "unknown, not missing."
        ),
    ]


def _month(sheet: Sheet, texts: Texts) -> str:
    return texts.month(sheet.atlas.region.as_of)
