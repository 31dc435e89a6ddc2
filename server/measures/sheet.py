"""The sheet of a district over HTTP, as a page to print, and on the command line."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import click
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import Field

from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.question import ALL_MODES
from layers.sheet import BenchmarkResult, FieldView, Figure, Function, Sheet, district_sheet
from layers.stability import DEFAULT_THRESHOLD, Variant
from layers.tally import Tally
from layers.vocabulary import Category, Term
from server import answers, models
from server.api import (
    AtlasPath,
    AtQuery,
    MetresQuery,
    MinutesQuery,
    ModeQuery,
    WindowQuery,
    api_router,
)
from server.asked import parse_asked
from server.commands.options import WINDOW
from server.measures.sheet_page import reason_text, sheet_html, sheet_policy, sheet_text
from server.opened import open_region
from server.outputs import choose_format, write_text
from server.query import CategoriesQuery
from server.regions import regions_of
from server.settings import LANGUAGES, Settings
from server.shell import PageRoute, texts_for
from server.texts import texts_of

Reason = Literal[
    "no_source", "too_old", "mode", "offer_sizes", "central_places", "food"
]  # fmt: skip


class NamedOut(models.Model):
    """Something of the taxonomy."""

    id: str
    label: models.Label


class AreaOut(models.Model):
    """The area that the sheet is about."""

    id: str
    name: str
    level: Literal["district", "municipality", "region"]


class CountOut(models.Model):
    """A numerator with its denominator, as they may be published."""

    covered: int | None
    residents: int | None
    buildings: int | None = Field(description="denominator where no people are counted")
    share: float | None = Field(description="covered ÷ residents (or buildings)")
    share_range: list[float] | None = Field(description="what may be said of a withheld share")
    suppressed: bool
    unit: Literal["residents", "buildings"]


class VariantOut(CountOut):
    """The same question under one changed assumption."""

    id: str
    verdict: Literal["underserved", "served", "unclear"]
    rank: int | None = Field(description="1 is covered least; equal shares have the same")
    without_offer: models.NearestOffer | None


class StabilityOut(models.Model):
    """The verdict over all variants."""

    threshold: float = Field(description="share of the people from which on an area is served")
    verdict: Literal["underserved", "served", "depends", "unclear", "unknown"]
    rank_low: int | None
    rank_high: int | None
    ranked: int = Field(description="areas of the level")
    variants: list[VariantOut]


class FigureOut(models.Model):
    """One figure of a benchmark, or the reason why there is none."""

    category: str | None = Field(description="null: of all its categories together")
    count: CountOut | None
    reason: Reason | None


class BenchmarkOut(models.Model):
    """A named benchmark here."""

    id: str
    label: models.Label
    of: str
    categories: list[str]
    mode: str
    minutes: float | None
    metres: float | None
    source: str
    verified: bool = Field(description="whether the original was read")
    note: str
    figures: list[FigureOut]
    reason: Reason | None = Field(description="why it cannot be computed here")
    detail: str = Field(description="the reason in words, empty where there is none")


class FunctionOut(models.Model):
    """A category for the people of the area, at its own default reach."""

    category: NamedOut
    mode: str
    minutes: float | None
    state: Literal["reached", "missing", "withheld", "nobody", "unknown"]
    count: CountOut
    offers_inside: int
    offers_in_reach: int
    goals: list[str]


class FieldOut(models.Model):
    """A field of Wirtschaftsförderung 4.0, or what is there to compare with."""

    field: NamedOut
    context: bool
    offers_inside: int
    offers_in_reach: int = Field(description="offers that somebody of the area reaches")
    missing: list[str] = Field(description="categories with an answer that nobody reaches")
    unknown: list[str] = Field(description="categories that no source tells of; never missing")
    functions: list[FunctionOut]


class SheetOut(models.Model):
    """The sheet of one area."""

    region: str
    area: AreaOut
    categories: list[NamedOut]
    answer: Literal["known", "unknown"]
    unknown_reason: Literal["no_source", "too_old", "no_hours"] | None
    count: CountOut
    edge_uncertain: int | None
    assumptions: models.Assumptions
    goals: list[NamedOut]
    stability: StabilityOut
    benchmarks: list[BenchmarkOut]
    fields: list[FieldOut]
    as_of: date
    attributions: list[str]


router = api_router()
page_router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/regions/{region}/sheets/{district}", response_model=SheetOut)
def get_sheet(
    atlas: AtlasPath,
    district: str,
    category: CategoriesQuery,
    mode: ModeQuery = None,
    minutes: MinutesQuery = None,
    metres: MetresQuery = None,
    at: AtQuery = None,
    window: WindowQuery = None,
    threshold: Annotated[
        float, Query(description="share of the people from which on a district is served")
    ] = DEFAULT_THRESHOLD,
) -> SheetOut:
    """Hold a district against named benchmarks, and say how sure the verdict is."""
    sheet = district_sheet(
        atlas, district, category=category, mode=mode, minutes=minutes, metres=metres, at=at,
        window=window, threshold=threshold,
    )  # fmt: skip
    return sheet_out(sheet)


@page_router.get("/r/{region}/sheets/{district}")
def sheet_page(request: Request, region: str, district: str) -> HTMLResponse:
    """Show the sheet as a page to print; it loads nothing."""
    asked = parse_asked(request.query_params)
    atlas = regions_of(request).open(region)
    sheet = district_sheet(
        atlas,
        district,
        category=asked.categories,
        mode=asked.mode,
        minutes=asked.minutes,
        metres=asked.metres,
        at=asked.at,
        window=asked.window,
    )
    texts = texts_for(request)
    headers = {
        "Content-Security-Policy": sheet_policy(),
        "Vary": "Accept-Language",
        "Cache-Control": "no-cache",
        "Content-Language": texts.language,
    }
    return HTMLResponse(sheet_html(sheet, texts, is_served=True), headers=headers)


def sheet_out(sheet: Sheet) -> SheetOut:
    """Write a sheet."""
    report, atlas = sheet.report, sheet.atlas
    categories = report.question.categories
    goals = {goal for category in categories for goal in category.impact}
    return SheetOut(
        region=atlas.region.id,
        area=AreaOut(id=sheet.area.id, name=sheet.area.name, level=sheet.area.level),  # type: ignore[arg-type]
        categories=[named_out(category) for category in categories],
        answer="unknown" if report.unknown else "known",
        unknown_reason=report.unknown or None,  # type: ignore[arg-type]
        count=count_out(sheet.tally),
        edge_uncertain=sheet.tally.edge_uncertain,
        assumptions=answers.assumptions(report),
        goals=[named_out(goal) for goal in atlas.taxonomy.impacts if goal.id in goals],
        stability=_stability_out(sheet),
        benchmarks=[_benchmark_out(result) for result in sheet.benchmarks],
        fields=[_field_out(view) for view in sheet.fields],
        as_of=atlas.region.as_of,
        attributions=list(atlas.region.attributions),
    )


def named_out(term: Term) -> NamedOut:
    """Write a term of the taxonomy."""
    return NamedOut(id=term.id, label=models.Label(de=term.de, en=term.en))


def count_out(tally: Tally) -> CountOut:
    """Write a count with what it is a share of."""
    return CountOut(**_count(tally))


def _count(tally: Tally) -> dict[str, Any]:
    return {
        "covered": tally.covered,
        "residents": tally.residents,
        "buildings": tally.buildings if tally.unit == "buildings" else None,
        "share": tally.share,
        "share_range": None if tally.share_range is None else list(tally.share_range),
        "suppressed": tally.suppressed,
        "unit": tally.unit,
    }


def _stability_out(sheet: Sheet) -> StabilityOut:
    found = sheet.stability
    low, high = found.ranks or (None, None)
    return StabilityOut(
        threshold=found.threshold,
        verdict=found.verdict,  # type: ignore[arg-type]
        rank_low=low,
        rank_high=high,
        ranked=found.ranked,
        variants=[_variant_out(sheet.atlas, variant) for variant in found.variants],
    )


def _variant_out(atlas: Atlas, variant: Variant) -> VariantOut:
    offer = atlas.offers[variant.offer] if variant.offer >= 0 else None
    return VariantOut(
        **_count(variant.tally),
        id=variant.id,
        verdict=variant.verdict,  # type: ignore[arg-type]
        rank=variant.rank,
        without_offer=models.NearestOffer(id=offer.id, name=offer.name) if offer else None,
    )


def _benchmark_out(result: BenchmarkResult) -> BenchmarkOut:
    benchmark = result.benchmark
    return BenchmarkOut(
        id=benchmark.id,
        label=models.Label(de=benchmark.de, en=benchmark.en),
        of=benchmark.of,
        categories=list(benchmark.categories),
        mode=benchmark.mode,
        minutes=benchmark.minutes,
        metres=benchmark.metres,
        source=benchmark.source,
        verified=benchmark.verified,
        note=benchmark.note,
        figures=[_figure_out(figure) for figure in result.figures],
        reason=result.reason or None,  # type: ignore[arg-type]
        detail=reason_text(result, texts_of("en")),
    )


def _figure_out(figure: Figure) -> FigureOut:
    return FigureOut(
        category=figure.category.id if figure.category else None,
        count=count_out(figure.tally) if figure.tally else None,
        reason=figure.reason or None,  # type: ignore[arg-type]
    )


def _field_out(view: FieldView) -> FieldOut:
    def ids(state: str) -> list[str]:
        return [f.category.id for f in view.functions if f.state == state]

    return FieldOut(
        field=named_out(view.field),
        context=view.field.context,
        offers_inside=view.offers_inside,
        offers_in_reach=view.offers_in_reach,
        missing=ids("missing"),
        unknown=ids("unknown"),
        functions=[_function_out(function) for function in view.functions],
    )


def _function_out(function: Function) -> FunctionOut:
    category: Category = function.category
    return FunctionOut(
        category=named_out(category),
        mode=function.question.mode,
        minutes=function.question.minutes,
        state=function.state,  # type: ignore[arg-type]
        count=count_out(function.tally),
        offers_inside=function.offers_inside,
        offers_in_reach=function.offers_in_reach,
        goals=list(category.impact),
    )


@click.command("sheet")
@click.argument("region")
@click.argument("district")
@click.option(
    "--category", "-c", "categories", multiple=True, metavar="ID",
    help="Category of the taxonomy; several mean any of them; else food for every day.",
)  # fmt: skip
@click.option(
    "--mode", type=click.Choice(ALL_MODES), help="How people go; else the category's own."
)
@click.option("--minutes", type=float, help="Limit of travel, 0.001 to 240.")
@click.option("--metres", type=float, help="Limit of the way instead.")
@click.option("--at", metavar="TIME", help="A moment or a part of the week, as for coverage.")
@WINDOW
@click.option(
    "--threshold", type=float, default=DEFAULT_THRESHOLD, show_default=True,
    help="Share of the people from which on a district is served.",
)  # fmt: skip
@click.option(
    "--format", "format_", type=click.Choice(["table", "json", "html"]),
    help="Else by the file's ending.",
)  # fmt: skip
@click.option("--lang", type=click.Choice(LANGUAGES), help="Language; else UMKREIS_LANGUAGE.")
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False))
def command(
    region: str,
    district: str,
    categories: tuple[str, ...],
    mode: str | None,
    minutes: float | None,
    metres: float | None,
    at: str | None,
    window: str | None,
    threshold: float,
    format_: str | None,
    lang: str | None,
    output: Path | None,
) -> None:
    """One district against named benchmarks, and how sure the verdict is."""
    chosen = choose_format(format_, output)
    if chosen not in ("table", "json", "html"):
        raise ParameterError(
            f"`--output` {output}: a sheet is written as .html or .json", parameter="output"
        )
    sheet = district_sheet(
        open_region(region), district, category=categories, mode=mode, minutes=minutes,
        metres=metres, at=at, window=window, threshold=threshold,
    )  # fmt: skip
    texts = texts_of(lang or Settings.from_env().language)
    if chosen == "json":
        write_text(sheet_out(sheet).model_dump_json(indent=1) + "\n", output)
    elif chosen == "html":
        write_text(sheet_html(sheet, texts), output)
    else:
        write_text(sheet_text(sheet, texts), output)
