"""A week hour by hour over HTTP and on the command line."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

import click
from pydantic import Field

from layers.question import ALL_MODES
from layers.tally import Tally
from layers.week import HourOfWeek, WeekReport, week
from layers.when import DAYS
from server import answers, models
from server.api import AtlasPath, MetresQuery, MinutesQuery, ModeQuery, api_router
from server.opened import open_region
from server.outputs import write_text
from server.query import CategoriesQuery

Weekday = Literal["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]


class HourOut(models.Model):
    """One hour of an ordinary week."""

    weekday: Weekday
    hour: int = Field(description="0 to 23: from then until an hour later, local time")
    offers_open: int
    offers_unknown_hours: int
    covered: int | None
    share: float | None = Field(description="of people (or buildings) who reach an open offer")
    covered_with_unknown: int | None
    share_with_unknown: float | None = Field(
        description="the same if all offers of unknown hours are open"
    )


class WeekOut(models.Model):
    """Who reaches an open offer, for each hour of an ordinary week without holidays."""

    region: str
    categories: list[str]
    mode: str
    limit_min: float | None
    limit_m: float | None
    answer: Literal["known", "unknown"]
    unknown_reason: Literal["no_source", "too_old", "no_hours"] | None
    unit: Literal["residents", "buildings"]
    residents: int | None
    offers: int
    offers_unknown_hours: int = Field(description="of which nothing is known in any hour")
    days: list[date] = Field(
        description="of the timetable, Monday first, for mode transit; empty for all others"
    )
    hours: list[HourOut] = Field(description="168, Monday midnight first")
    disclosure: str
    attributions: list[str]


router = api_router()


@router.get("/regions/{region}/week")
def get_week(
    atlas: AtlasPath,
    category: CategoriesQuery,
    mode: ModeQuery = None,
    minutes: MinutesQuery = None,
    metres: MetresQuery = None,
) -> WeekOut:
    """Who reaches an open offer in each hour of a week, without and with those of unknown hours."""
    return week_out(week(atlas, category=category, mode=mode, minutes=minutes, metres=metres))


def week_out(report: WeekReport) -> WeekOut:
    """Write a week."""
    region, question = report.atlas.region, report.question
    first = report.hours[0].tally
    return WeekOut(
        region=region.id,
        categories=[category.id for category in question.categories],
        mode=question.mode,
        limit_min=question.minutes,
        limit_m=question.metres,
        answer="unknown" if report.unknown else "known",
        unknown_reason=report.unknown or None,  # type: ignore[arg-type]
        unit="buildings" if first.unit == "buildings" else "residents",
        residents=first.residents,
        offers=report.offers,
        offers_unknown_hours=report.offers_without_hours,
        days=list(report.days),
        hours=[_hour_out(hour) for hour in report.hours],
        disclosure=answers.disclosure_of(report.atlas),
        attributions=list(region.attributions),
    )


def _hour_out(hour: HourOfWeek) -> HourOut:
    return HourOut(
        weekday=DAYS[hour.weekday],  # type: ignore[arg-type]
        hour=hour.hour,
        offers_open=hour.offers_open,
        offers_unknown_hours=hour.offers_unknown,
        covered=hour.tally.covered,
        share=hour.tally.share,
        covered_with_unknown=hour.tally_with_unknown.covered,
        share_with_unknown=hour.tally_with_unknown.share,
    )


@click.command("week")
@click.argument("region")
@click.option(
    "--category", "-c", "categories", multiple=True, required=True, metavar="ID",
    help="Category of the taxonomy; several mean any of them.",
)  # fmt: skip
@click.option(
    "--mode", type=click.Choice(ALL_MODES), help="How people go; else the category's own."
)
@click.option("--minutes", type=float, help="Limit of travel, 0.001 to 240.")
@click.option("--metres", type=float, help="Limit of the way instead.")
@click.option("--format", "format_", type=click.Choice(["table", "json", "csv"]), default="table")
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False))
def command(
    region: str,
    categories: tuple[str, ...],
    mode: str | None,
    minutes: float | None,
    metres: float | None,
    format_: str,
    output: Path | None,
) -> None:
    """Who reaches an open offer, hour by hour of a week."""
    report = week(
        open_region(region), category=categories, mode=mode, minutes=minutes, metres=metres
    )
    out = week_out(report)
    if format_ == "json":
        write_text(out.model_dump_json(indent=1) + "\n", output)
    elif format_ == "csv":
        write_text(answers.rows_to_csv([hour.model_dump() for hour in out.hours]), output)
    else:
        write_text(_table(report) + "\n", output)


def _table(report: WeekReport) -> str:
    """Hours as rows, days as columns; hours that are alike in all days stand together."""
    silent = report.offers_without_hours
    lines = [
        f"{report.question}: {report.offers} offers, of {silent} the hours are not known",
        "share of people who reach an open offer; after the dash: if those were open as well",
        f"{'':5} " + " ".join(f"{day:>8}" for day in DAYS),
    ]
    cells = [
        [_cell(hour.tally, hour.tally_with_unknown) for hour in report.hours if hour.hour == h]
        for h in range(24)
    ]
    start = 0
    for h in range(1, 25):
        if h == 24 or cells[h] != cells[start]:
            row = " ".join(f"{cell:>8}" for cell in cells[start])
            lines.append(f"{start:02}-{h:02} {row}")
            start = h
    return "\n".join(lines)


def _cell(surely: Tally, perhaps: Tally) -> str:
    low, high = (_percent(tally.share) for tally in (surely, perhaps))
    return low if low == high else f"{low}-{high}"


def _percent(share: float | None) -> str:
    return "?" if share is None else f"{share:.0%}"
