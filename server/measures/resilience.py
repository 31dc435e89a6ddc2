"""Resilience over HTTP and on the command line: second offers, critical offers, without a car."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import click
from fastapi import Query
from pydantic import Field

from geo.errors import ParameterError
from layers.question import LINE, QUESTION_MODES
from layers.resilience import (
    ResilienceReport,
    VarietyReport,
    resilience,
    variety,
    without_car,
)
from layers.scenario_atlas import apply
from layers.tally import Tally
from server import answers, models
from server.api import AtlasPath, api_router
from server.measures.scenario import read_scenario_file
from server.opened import open_region
from server.outputs import write_text
from server.query import CategoriesQuery


class Twice(models.Model):
    """People of one area with one or more offers in reach, and with two or more."""

    id: str
    name: str
    residents: int | None
    covered: int | None
    covered_twice: int | None
    share: float | None
    share_twice: float | None


class CriticalOffer(models.Model):
    """People who lose cover if this offer closes."""

    rank: int
    id: str
    name: str
    lose: int | None


class ByMode(models.Model):
    """The same question by one mode."""

    mode: str
    covered: int | None
    share: float | None


class ResilienceOut(Twice):
    """How well the supply of a category stands when an offer closes, or without cars."""

    region: str
    categories: list[str]
    answer: Literal["known", "unknown"]
    assumptions: models.Assumptions
    by_district: list[Twice]
    critical: list[CriticalOffer] = Field(description="all offers, the most critical first")
    by_mode: list[ByMode] = Field(description="the same limit by every mode; empty for line")
    car_only: int | None = Field(description="people covered by car and by no other mode")
    attributions: list[str]


class AskedCategory(models.Model):
    """A category with the mode and the limit that count for it."""

    id: str
    label: models.Label
    mode: str
    minutes: float | None


class Reaching(models.Model):
    """People within reach of so many of the categories."""

    categories: int
    people: int | None
    people_twice: int | None = Field(description="with two or more offers of so many of them")


class VarietyOut(models.Model):
    """Of how many categories of a layer or field people reach an offer, and two."""

    region: str
    layer: str | None
    field: str | None
    categories: list[AskedCategory]
    unknown: list[str] = Field(description="categories that no source can tell: not counted")
    by_count: list[Reaching]
    every: Twice | None = Field(description="one (two) offers of every category; null without any")
    by_district: list[Twice]
    disclosure: str
    attributions: list[str]


router = api_router()
_ModeQuery = Annotated[str | None, Query(description="else the category's own")]
_AtQuery = Annotated[
    str | None, Query(description="a moment or a part of the week: what is open then")
]
_MinutesQuery = Annotated[float | None, Query(description="limit of travel, above 0 to 240")]


@router.get("/regions/{region}/resilience")
def get_resilience(
    atlas: AtlasPath,
    category: CategoriesQuery,
    mode: _ModeQuery = None,
    minutes: _MinutesQuery = None,
    metres: Annotated[float | None, Query(description="limit of the way instead")] = None,
    at: _AtQuery = None,
) -> ResilienceOut:
    """Who has a second offer in reach, for how many each is critical, and what a car adds."""
    report = resilience(atlas, category=category, mode=mode, minutes=minutes, metres=metres, at=at)
    return _resilience_out(report)


@router.get("/regions/{region}/resilience/variety")
def get_variety(
    atlas: AtlasPath,
    layer: Annotated[str | None, Query(description="id of a layer, such as essentials")] = None,
    field: Annotated[str | None, Query(description="or of a field")] = None,
    mode: _ModeQuery = None,
    minutes: _MinutesQuery = None,
    at: _AtQuery = None,
) -> VarietyOut:
    """Of how many categories people reach an offer, and two."""
    report = variety(atlas, layer=layer, field=field, mode=mode, minutes=minutes, at=at)
    return _variety_out(report, layer=layer, field=field)


def _resilience_out(report: ResilienceReport) -> ResilienceOut:
    once, atlas = report.once, report.once.atlas
    cases = None if once.question.mode == LINE else without_car(atlas, once.question)
    by_mode = {} if cases is None else cases.by_mode
    return ResilienceOut(
        **_twice(once.totals, report.twice.totals),
        region=atlas.region.id,
        categories=[c.id for c in once.question.categories],
        answer="unknown" if once.unknown else "known",
        assumptions=answers.assumptions(once),
        by_district=_by_district(report),
        critical=[
            CriticalOffer(rank=rank, id=offer.offer_id, name=offer.name, lose=offer.lose)
            for rank, offer in enumerate(report.critical, start=1)
        ],
        by_mode=[
            ByMode(mode=mode, covered=other.totals.covered, share=other.totals.share)
            for mode, other in by_mode.items()
        ],
        car_only=None if cases is None else cases.car_only,
        attributions=list(atlas.region.attributions),
    )


def _variety_out(report: VarietyReport, *, layer: str | None, field: str | None) -> VarietyOut:
    region, every = report.atlas.region, report.every
    counts = zip(report.by_count, report.by_count_twice, strict=True)
    return VarietyOut(
        region=region.id,
        layer=layer,
        field=field,
        categories=[
            AskedCategory(
                id=q.categories[0].id,
                label=models.Label(de=q.categories[0].de, en=q.categories[0].en),
                mode=q.mode,
                minutes=q.minutes,
            )
            for q in report.questions
        ],
        unknown=[category.id for category in report.unknown],
        by_count=[
            Reaching(categories=number, people=people, people_twice=people_twice)
            for number, (people, people_twice) in enumerate(counts)
        ],
        every=Twice(**_twice(every.once.totals, every.twice.totals)) if every else None,
        by_district=_by_district(every) if every else [],
        disclosure=answers.DISCLOSURE,
        attributions=list(region.attributions),
    )


def _by_district(report: ResilienceReport) -> list[Twice]:
    pairs = zip(report.once.by_district, report.twice.by_district, strict=True)
    return [Twice(**_twice(once, twice)) for once, twice in pairs]


def _twice(once: Tally, twice: Tally) -> dict[str, Any]:
    return {
        "id": once.area_id,
        "name": once.name,
        "residents": once.residents,
        "covered": once.covered,
        "covered_twice": twice.covered,
        "share": once.share,
        "share_twice": twice.share,
    }


@click.command("resilience")
@click.argument("region")
@click.option(
    "--category", "-c", "categories", multiple=True, metavar="ID",
    help="Category of the taxonomy; several mean any of them.",
)  # fmt: skip
@click.option("--layer", metavar="ID", help="Instead: all categories of a layer, as essentials.")
@click.option("--field", metavar="ID", help="Instead: all categories of a field.")
@click.option("--mode", type=click.Choice(QUESTION_MODES), help="Else the category's own.")
@click.option("--minutes", type=float, help="Limit of travel, above 0 to 240.")
@click.option("--metres", type=float, help="Limit of the way instead.")
@click.option("--at", metavar="WHEN", help="A moment or a part of the week, such as Su.")
@click.option(
    "--scenario", "file", type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Ask what a scenario makes of the region, such as a closed bridge.",
)  # fmt: skip
@click.option("--limit", type=click.IntRange(1), default=10, show_default=True)
@click.option("--format", "format_", type=click.Choice(["table", "json"]), default="table")
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False))
def command(
    region: str,
    categories: tuple[str, ...],
    layer: str | None,
    field: str | None,
    mode: str | None,
    minutes: float | None,
    metres: float | None,
    at: str | None,
    file: Path | None,
    limit: int,
    format_: str,
    output: Path | None,
) -> None:
    """Whether a second offer is in reach, and for how many people each one is critical."""
    if bool(categories) + (layer is not None) + (field is not None) != 1:
        raise ParameterError(
            "give `--category`, `--layer` or `--field`, one of them", parameter="category"
        )
    atlas = open_region(region)
    if file is not None:
        atlas = apply(atlas, read_scenario_file(file))
    out: ResilienceOut | VarietyOut
    if categories:
        report = resilience(
            atlas, category=categories, mode=mode, minutes=minutes, metres=metres, at=at
        )
        out = _resilience_out(report)
        text = _resilience_table(out, limit)
    elif metres is not None:
        raise ParameterError("`--metres` goes with `--category` alone", parameter="metres")
    else:
        found = variety(atlas, layer=layer, field=field, mode=mode, minutes=minutes, at=at)
        out = _variety_out(found, layer=layer, field=field)
        text = _variety_table(out)
    as_json = format_ == "json" or (output is not None and output.suffix.lower() == ".json")
    write_text((out.model_dump_json(indent=1) if as_json else text) + "\n", output)


def _resilience_table(out: ResilienceOut, limit: int) -> str:
    """Write districts, the most critical offers, and the same limit by every mode."""
    lines = _district_lines("one offer", "two or more", [out, *out.by_district])
    lines += ["", f"{'':>3} {'if it closes':40} {'lose cover':>10}"]
    lines += [
        f"{offer.rank:>3} {(offer.name or offer.id)[:40]:40} {_count(offer.lose):>10}"
        for offer in out.critical[:limit]
    ]
    if len(out.critical) > limit:
        lines.append(f"… and {len(out.critical) - limit} more")
    if out.by_mode:
        lines += ["", f"{'by':28} {'covered':>12}"]
        lines += [f"{row.mode:28} {_percent(row.share):>12}" for row in out.by_mode]
        lines.append(f"{'only by car':28} {_count(out.car_only):>12}")
    return "\n".join(lines)


def _variety_table(out: VarietyOut) -> str:
    """Write how many people reach how many categories, then districts."""
    lines = [f"{c.label.en}: {c.minutes:g} min {c.mode}" for c in out.categories if c.minutes]
    lines += [f"not counted, as no source tells: {', '.join(out.unknown)}"] * bool(out.unknown)
    lines += ["", f"{'categories in reach':28} {'people':>12} {'two offers':>12}"]
    lines += [
        f"{row.categories:<28} {_count(row.people):>12} {_count(row.people_twice):>12}"
        for row in out.by_count
    ]
    if out.every:
        lines += ["", *_district_lines("all", "all twice", [out.every, *out.by_district])]
    return "\n".join(lines)


def _district_lines(once: str, twice: str, rows: Sequence[Twice]) -> list[str]:
    return [
        f"{'':28} {'residents':>12} {once:>12} {twice:>12}",
        *(
            f"{row.name[:28]:28} {_count(row.residents):>12} {_percent(row.share):>12} "
            f"{_percent(row.share_twice):>12}"
            for row in rows
        ),
    ]


def _count(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"
