"""Equity over HTTP and on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import click
from fastapi import Query
from pydantic import Field

from geo.network import MODES
from layers.equity import EquityReport, Shortfall, equity
from layers.timetable import TRANSIT
from server import answers, models
from server.api import AtlasPath, WindowQuery, api_router
from server.opened import open_region
from server.outputs import write_text
from server.query import CategoriesQuery


class ShortfallOut(models.Model):
    """How far the people of an area fall short; null where it may not be published."""

    id: str
    name: str
    residents: int | None
    short: int | None = Field(description="people beyond the limit or without a way")
    missing_min: int | None = Field(description="mean minutes beyond the limit of those short")
    fgt0: float | None = Field(description="share of people not covered")
    fgt1: float | None = Field(description="mean of the minutes missing ÷ limit")
    fgt2: float | None = Field(description="mean of the squares of the minutes missing ÷ limit")


class EquityOut(ShortfallOut):
    """Who falls short of a limit, how far, and how unequally cover is spread over districts."""

    region: str
    categories: list[str]
    answer: Literal["known", "unknown"]
    unknown_reason: Literal["no_source", "too_old"] | None
    concentration: float | None = Field(
        description="index of the share covered over districts ranked by it (Gini); 0: equal"
    )
    palma: float | None = Field(
        description="share covered of the best-served 10 % of people ÷ least-served 40 %; null "
        "where the latter have no cover at all"
    )
    age_groups: None = Field(default=None, description="not known from this population")
    by_district: list[ShortfallOut]
    assumptions: models.Assumptions
    attributions: list[str]


router = api_router()


@router.get("/regions/{region}/equity")
def get_equity(
    atlas: AtlasPath,
    category: CategoriesQuery,
    mode: Annotated[str | None, Query(description="walk, stepfree, bike, car or transit")] = None,
    minutes: Annotated[float | None, Query(description="limit of travel, 0.001 to 240")] = None,
    window: WindowQuery = None,
) -> EquityOut:
    """Who falls short of a limit, how far, and how unequally cover is spread over districts."""
    return equity_out(equity(atlas, category=category, mode=mode, minutes=minutes, window=window))


def equity_out(report: EquityReport) -> EquityOut:
    """Write a report."""
    coverage = report.coverage
    return EquityOut(
        **_shortfall(report.region).model_dump(),
        region=coverage.atlas.region.id,
        categories=[c.id for c in coverage.question.categories],
        answer="unknown" if coverage.unknown else "known",
        unknown_reason=coverage.unknown or None,  # type: ignore[arg-type]
        concentration=report.concentration,
        palma=report.palma,
        by_district=[_shortfall(each) for each in report.by_district],
        assumptions=answers.assumptions(coverage),
        attributions=list(coverage.atlas.region.attributions),
    )


def _shortfall(area: Shortfall) -> ShortfallOut:
    return ShortfallOut(
        id=area.tally.area_id,
        name=area.tally.name,
        residents=area.tally.residents,
        short=area.short,
        missing_min=area.missing_min,
        fgt0=area.fgt0,
        fgt1=area.fgt1,
        fgt2=area.fgt2,
    )


@click.command("equity")
@click.argument("region")
@click.option(
    "--category", "-c", "categories", multiple=True, required=True, metavar="ID",
    help="Category of the taxonomy; several mean any of them.",
)  # fmt: skip
@click.option("--mode", type=click.Choice((*MODES, TRANSIT)), help="Else the category's own.")
@click.option("--minutes", type=float, help="Limit of travel, 0.001 to 240.")
@click.option("--window", metavar="DATE/SPAN|PART", help="Departures of --mode transit.")
@click.option("--format", "format_", type=click.Choice(["table", "json"]), default="table")
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False))
def command(
    region: str,
    categories: tuple[str, ...],
    mode: str | None,
    minutes: float | None,
    window: str | None,
    format_: str,
    output: Path | None,
) -> None:
    """Who falls short of a limit, how far, and how unequally cover is spread."""
    found = equity(
        open_region(region), category=categories, mode=mode, minutes=minutes, window=window
    )
    out = equity_out(found)
    as_json = format_ == "json" or (output is not None and output.suffix.lower() == ".json")
    write_text((out.model_dump_json(indent=1) if as_json else _table(out)) + "\n", output)


def _table(out: EquityOut) -> str:
    """Deepest shortfall first."""
    if out.answer == "unknown":
        return f"unknown: no source tells of {', '.join(out.categories)} here"
    limit = f"{out.assumptions.limit_min:g} minutes ({out.assumptions.mode})"
    missing = "" if out.missing_min is None else f", by {out.missing_min} minutes on average"
    rows = sorted(out.by_district, key=lambda r: (r.fgt1 is None, -(r.fgt1 or 0.0), r.name))
    lines = [
        f"{_text(out.short)} of {_text(out.residents)} people are beyond {limit}{missing}; "
        f"data of {out.assumptions.as_of}",
        f"Concentration of cover over districts {_text(out.concentration)} (0: equal); "
        f"best-served 10 % ÷ least-served 40 % of people {_text(out.palma)}",
        "",
        f"{'district':28} {'short':>8} {'min missing':>12} {'FGT0':>7} {'FGT1':>7} {'FGT2':>7}",
    ]
    lines += [
        f"{row.name[:28]:28} {_text(row.short):>8} {_text(row.missing_min):>12} "
        f"{_text(row.fgt0):>7} {_text(row.fgt1):>7} {_text(row.fgt2):>7}"
        for row in rows
    ]
    return "\n".join(lines)


def _text(value: float | None) -> str:
    return "-" if value is None else f"{value:,}"
