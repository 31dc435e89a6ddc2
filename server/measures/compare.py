"""Regions side by side over HTTP and on the command line."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import click
from fastapi import Query, Request, Response
from pydantic import Field

from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.compare import Comparison, RegionFigures, compare
from layers.errors import AtlasError
from layers.question import ALL_MODES
from server import models
from server.answers import rows_to_csv
from server.api import CSV, MetresQuery, MinutesQuery, ModeQuery, WindowQuery, api_router
from server.commands.options import WINDOW
from server.measures.compare_words import comparison_text
from server.measures.sheet import CountOut, NamedOut, count_out, named_out
from server.opened import open_region
from server.outputs import choose_format, write_text
from server.query import CategoriesQuery
from server.regions import Regions, regions_of
from server.register_opened import LANG, texts_for

MOST_REGIONS = 12  # of one answer of the service; the command line takes as many as there are


class FieldOut(models.Model):
    """Offers of a field inside the region."""

    field: NamedOut
    offers: int | None = Field(description="null: no source tells of the field")
    per_10000: float | None
    categories_known: int
    categories: int


class SourceOut(models.Model):
    """A source with its age."""

    source: str
    kind: Literal["streets", "offers", "population"]
    as_of: date | None
    age_years: float | None
    offers: int | None
    with_hours: int | None
    licence: str


class FiguresOut(models.Model):
    """What is told of one region."""

    region: str
    name: str = Field(description="of what is compared: the region, or its `home` municipality")
    municipalities: int
    answer: Literal["known", "unknown"]
    unknown_reason: (
        Literal["no_source", "too_old", "no_hours", "no_category", "no_timetable"] | None
    )
    window: str | None = Field(description="departures of mode transit, by its own timetable")
    count: CountOut | None
    offers: int | None = Field(description="inside the boundary; null where unknown, never 0 then")
    offers_per_10000: float | None
    access_per_10000: float | None = Field(
        description="of the median resident: offers per 10,000 people in reach (E2SFCA, 30 minutes)"
    )
    median_min: float | None
    median_m: float | None
    half_reach_none: bool = Field(description="the median person reaches no offer")
    field_mix: list[FieldOut]
    as_of: date = Field(description="of the region's data")
    offers_as_of: date | None = Field(description="of the newest source of the categories")
    population_year: int | None
    sources: list[SourceOut]


class CaveatOut(models.Model):
    """What makes figures hard to compare."""

    kind: Literal[
        "mode", "limit", "timetable", "unknown", "buildings", "spread", "ages", "sources",
        "taxonomy",
    ]  # fmt: skip
    regions: list[str]


class LeftOutOut(models.Model):
    """A region that was asked for and is not compared."""

    region: str
    reason: Literal["not_ready"]


class CompareOut(models.Model):
    """Regions side by side."""

    categories: list[NamedOut]
    mode: str = Field(description="common to all regions")
    asked_mode: str = Field(description="what it would be if every region had streets")
    minutes: float | None
    metres: float | None
    regions: list[FiguresOut]
    left_out: list[LeftOutOut]
    caveats: list[CaveatOut]
    attributions: list[str]


router = api_router()

RegionsQuery = Annotated[
    list[str],
    Query(description="ids of regions; several by comma or by repeating", examples=["toy"]),
]
CompareFormat = Annotated[Literal["json", "csv"], Query(alias="f", description="format")]


@router.get(
    "/compare", response_model=CompareOut, responses={200: {"content": {"text/csv": {}}}}
)  # fmt: skip
def get_compare(
    request: Request,
    regions: RegionsQuery,
    category: CategoriesQuery,
    mode: ModeQuery = None,
    minutes: MinutesQuery = None,
    metres: MetresQuery = None,
    window: WindowQuery = None,
    format_: CompareFormat = "json",
) -> Response:
    """
    Compare regions: coverage, offers per head, access, median ways, offers by field.

    All are asked the same question; where one has no streets, all are measured in a straight line,
    and the caveats say so.
    """
    atlases, left_out = open_several(regions_of(request), split_ids(regions))
    found = compare(
        atlases, category=category, mode=mode, minutes=minutes, metres=metres, window=window
    )
    if format_ == "csv":
        return Response(comparison_csv(found), media_type=CSV)
    out = compare_out(found, left_out)
    return Response(out.model_dump_json(), media_type="application/json")


def split_ids(regions: list[str]) -> list[str]:
    """
    Split ids at commas, each once.

    Raises
    ------
    ParameterError
        If there are none, or too many for one answer.
    """
    ids = list(dict.fromkeys(p.strip() for text in regions for p in text.split(",") if p.strip()))
    if not 0 < len(ids) <= MOST_REGIONS:
        raise ParameterError(
            f"`regions` names {len(ids)} regions but must name 1 to {MOST_REGIONS}; "
            "/api/v1/regions lists all, `umkreis compare` takes any number",
            parameter="regions",
        )
    return ids


def open_several(known: Regions, ids: list[str]) -> tuple[list[Atlas], list[str]]:
    """
    Open regions; those that are not built are returned by id.

    Raises
    ------
    UnknownRegionError
        If one is not known.
    AtlasError
        If none of them is built.
    """
    opened, left_out = [], []
    for region_id in ids:
        try:
            opened.append(known.open(region_id))
        except AtlasError as exc:
            left_out.append(region_id)
            failure = exc
    if ids and not opened:
        raise failure
    return opened, left_out


def compare_out(found: Comparison, left_out: list[str]) -> CompareOut:
    """Write a comparison."""
    return CompareOut(
        categories=[named_out(category) for category in found.categories],
        mode=found.mode,
        asked_mode=found.asked_mode,
        minutes=found.minutes,
        metres=found.metres,
        regions=[_figures_out(figures) for figures in found.regions],
        left_out=[LeftOutOut(region=region, reason="not_ready") for region in left_out],
        caveats=[
            CaveatOut(kind=c.kind, regions=list(c.regions))  # type: ignore[arg-type]
            for c in found.caveats
        ],
        attributions=list(
            dict.fromkeys(a for f in found.regions for a in f.atlas.region.attributions)
        ),
    )


def _figures_out(figures: RegionFigures) -> FiguresOut:
    region = figures.atlas.region
    return FiguresOut(
        region=region.id,
        name=figures.name,
        municipalities=figures.municipalities,
        answer="unknown" if figures.unknown else "known",
        unknown_reason=figures.unknown or None,  # type: ignore[arg-type]
        window=_window(figures),
        count=count_out(figures.count) if figures.count else None,
        offers=figures.offers,
        offers_per_10000=_rounded(figures.per_10000),
        access_per_10000=_rounded(figures.access),
        median_min=_finite(figures.median_min, 1),
        median_m=_finite(figures.median_m, -1),
        half_reach_none=math.isinf(figures.median_min) or math.isinf(figures.median_m),
        field_mix=[
            FieldOut(
                field=named_out(count.field),
                offers=count.offers,
                per_10000=_rounded(count.per_10000),
                categories_known=count.known,
                categories=count.categories,
            )
            for count in figures.fields
        ],
        as_of=region.as_of,
        offers_as_of=figures.data_as_of,
        population_year=figures.atlas.population.basis.year,
        sources=[
            SourceOut(
                source=s.source,
                kind=s.kind,  # type: ignore[arg-type]
                as_of=s.as_of,
                age_years=s.age_years,
                offers=s.offers,
                with_hours=s.with_hours,
                licence=s.licence,
            )
            for s in figures.sources
        ],
    )


def _window(figures: RegionFigures) -> str | None:
    report = figures.report
    return str(report.question.window) if report and report.question.window else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _finite(value: float, decimals: int) -> float | None:
    return round(value, decimals) if math.isfinite(value) else None


def comparison_csv(found: Comparison) -> str:
    """Write a row a region, for a spreadsheet; what is unknown or withheld is empty."""
    caveats = ";".join(f"{c.kind}: {' '.join(c.regions)}" for c in found.caveats)
    return rows_to_csv([_csv_row(found, figures, caveats) for figures in found.regions])


def _csv_row(found: Comparison, figures: RegionFigures, caveats: str) -> dict[str, Any]:
    out = _figures_out(figures)
    flat = out.model_dump(
        mode="json", exclude={"count", "field_mix", "sources", "half_reach_none"}
    )  # fmt: skip
    count = out.count
    return {
        **{key: flat.pop(key) for key in ("region", "name", "answer", "unknown_reason")},
        "categories": [category.id for category in found.categories],
        "mode": found.mode,
        "minutes": found.minutes,
        "metres": found.metres,
        "share": count.share if count else None,
        "covered": count.covered if count else None,
        "residents": count.residents if count else None,
        **flat,
        "half_reach_none": out.half_reach_none,
        **{f"offers_{f.field.id}": f.offers for f in out.field_mix},
        "caveats": caveats,
    }


@click.command("compare")
@click.argument("regions", nargs=-1, required=True, metavar="REGION…")
@click.option(
    "--category", "-c", "categories", multiple=True, required=True, metavar="ID",
    help="Category of the taxonomy; several mean any of them.",
)  # fmt: skip
@click.option(
    "--mode", type=click.Choice(ALL_MODES),
    help="How people go; else the category's own, or a straight line where one has no streets.",
)  # fmt: skip
@click.option("--minutes", type=float, help="Limit of travel, 0.001 to 240.")
@click.option("--metres", type=float, help="Limit of the way instead.")
@WINDOW
@click.option(
    "--format", "format_", type=click.Choice(["table", "json", "csv"]),
    help="Else by the file's ending.",
)  # fmt: skip
@LANG
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False))
def command(
    regions: tuple[str, ...],
    categories: tuple[str, ...],
    mode: str | None,
    minutes: float | None,
    metres: float | None,
    window: str | None,
    format_: str | None,
    lang: str | None,
    output: Path | None,
) -> None:
    """Several regions side by side: the same question asked of each."""
    chosen = choose_format(format_, output)
    if chosen not in ("table", "json", "csv"):
        raise ParameterError(
            f"`--output` {output}: a comparison is written as .json or .csv", parameter="output"
        )
    atlases = [open_region(region) for region in dict.fromkeys(regions)]
    found = compare(
        atlases, category=categories, mode=mode, minutes=minutes, metres=metres, window=window
    )
    if chosen == "csv":
        write_text(comparison_csv(found), output)
    elif chosen == "json":
        write_text(compare_out(found, []).model_dump_json(indent=1) + "\n", output)
    else:
        write_text(comparison_text(found, texts_for(lang)), output)
