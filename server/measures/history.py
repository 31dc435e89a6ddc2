"""Coverage over time: over HTTP and on the command line."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import click
from fastapi import Query, Request, Response
from pydantic import Field

from geo.errors import ParameterError
from layers.history import QUARTER, STEPS, History, Point, history
from layers.history_offers import DatedOffers, dated_offers
from layers.question import ALL_MODES
from server import models
from server.answers import rows_to_csv
from server.api import CSV, MetresQuery, MinutesQuery, ModeQuery, WindowQuery, api_router
from server.commands.options import WINDOW
from server.measures.history_words import history_text
from server.measures.sheet import AreaOut, CountOut, NamedOut, count_out, named_out
from server.opened import known_regions, open_built_region
from server.outputs import choose_format, write_text
from server.query import CategoriesQuery
from server.regions import Regions, regions_of
from server.register_opened import LANG, texts_for


class PointOut(models.Model):
    """One day: without and with the offers of which nobody knows whether they existed."""

    day: date
    offers_least: int
    offers_most: int
    least: CountOut
    most: CountOut
    gap: bool = Field(description="no source tells of the category for this day")


class HistoryOut(models.Model):
    """Coverage over time, of the people of today."""

    region: str
    area: AreaOut
    categories: list[NamedOut]
    mode: str
    minutes: float | None
    metres: float | None
    window: str | None = Field(description="departures of mode transit")
    step: Literal["month", "quarter", "year"]
    points: list[PointOut]
    known_from: date | None = Field(description="first day for which a source tells")
    known_to: date | None
    undated_offers: int = Field(description="offers without an opening day")
    left_out: int = Field(description="archived without a closing day")
    population_year: int | None
    attributions: list[str]


router = api_router()

DistrictQuery = Annotated[str, Query(description="id or name; left out: the region")]
FromQuery = Annotated[date | None, Query(alias="from", description="first day")]
ToQuery = Annotated[date | None, Query(alias="to", description="last day")]
StepQuery = Annotated[Literal["month", "quarter", "year"], Query(description="between points")]
FormatQuery = Annotated[Literal["json", "csv"], Query(alias="f", description="format")]


@router.get(
    "/regions/{region}/history",
    response_model=HistoryOut,
    responses={200: {"content": {"text/csv": {}}}},
)
def get_history(
    request: Request,
    region: str,
    category: CategoriesQuery,
    district: DistrictQuery = "",
    mode: ModeQuery = None,
    minutes: MinutesQuery = None,
    metres: MetresQuery = None,
    window: WindowQuery = None,
    start: FromQuery = None,
    end: ToQuery = None,
    step: StepQuery = "quarter",
    format_: FormatQuery = "json",
) -> Response:
    """
    Tell who reached an offer when, by when offers existed and not by when they were recorded.

    People and streets are those of today. Where nobody knows whether an offer existed, `least` is
    without it and `most` with it.
    """
    found = history(
        dated_of(regions_of(request), region),
        category=category,
        district=district,
        mode=mode,
        minutes=minutes,
        metres=metres,
        window=window,
        start=start,
        end=end,
        step=step,
    )
    if format_ == "csv":
        return Response(history_csv(found), media_type=CSV)
    return Response(history_out(found).model_dump_json(), media_type="application/json")


def dated_of(known: Regions, region: str) -> DatedOffers:
    """
    Collect all offers of a region that ever existed.

    Raises
    ------
    UnknownRegionError, AtlasError, RegisterError
        If there is no such region, it is not built, or the register cannot be read.
    """
    return dated_offers(known.open_built(region), known.register())


def history_out(found: History) -> HistoryOut:
    """Write a history."""
    region, question, area = found.dated.atlas.region, found.question, found.area
    return HistoryOut(
        region=region.id,
        area=AreaOut(id=area.id, name=area.name, level=area.level),  # type: ignore[arg-type]
        categories=[named_out(category) for category in question.categories],
        mode=question.mode,
        minutes=question.minutes,
        metres=question.metres,
        window=str(question.window) if question.window else None,
        step=found.step,  # type: ignore[arg-type]
        points=[_point_out(point) for point in found.points],
        known_from=found.known_from,
        known_to=found.known_to,
        undated_offers=found.undated,
        left_out=found.left_out,
        population_year=found.dated.atlas.population.basis.year,
        attributions=list(region.attributions),
    )


def _point_out(point: Point) -> PointOut:
    return PointOut(
        day=point.day,
        offers_least=point.offers_least,
        offers_most=point.offers_most,
        least=count_out(point.least),
        most=count_out(point.most),
        gap=point.is_gap,
    )


def history_csv(found: History) -> str:
    """Write a row a day; what is withheld or unknown is empty."""
    return rows_to_csv([_csv_row(found, point) for point in found.points])


def _csv_row(found: History, point: Point) -> dict[str, Any]:
    return {
        "region": found.dated.atlas.region.id,
        "district": found.area.id,
        "day": point.day.isoformat(),
        "offers_least": point.offers_least,
        "offers_most": point.offers_most,
        "share_least": point.least.share,
        "share_most": point.most.share,
        "covered_least": point.least.covered,
        "covered_most": point.most.covered,
        "residents": point.most.residents,
        "gap": point.is_gap,
    }


_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command("history")
@click.argument("region")
@click.option(
    "--category", "-c", "categories", multiple=True, required=True, metavar="ID",
    help="Category of the taxonomy; several mean any of them.",
)  # fmt: skip
@click.option("--district", default="", metavar="DISTRICT", help="Id or name; else the region.")
@click.option(
    "--mode", type=click.Choice(ALL_MODES), help="How people go; else the category's own."
)
@click.option("--minutes", type=float, help="Limit of travel, 0.001 to 240.")
@click.option("--metres", type=float, help="Limit of the way instead.")
@WINDOW
@click.option("--from", "start", type=_DAY, help="First day; else five years before the last.")
@click.option("--to", "end", type=_DAY, help="Last day; else that of the newest source.")
@click.option("--step", type=click.Choice(list(STEPS)), default=QUARTER, show_default=True)
@click.option(
    "--format", "format_", type=click.Choice(["table", "json", "csv"]),
    help="Else by the file's ending.",
)  # fmt: skip
@LANG
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False))
def command(
    region: str,
    categories: tuple[str, ...],
    district: str,
    mode: str | None,
    minutes: float | None,
    metres: float | None,
    window: str | None,
    start: datetime | None,
    end: datetime | None,
    step: str,
    format_: str | None,
    lang: str | None,
    output: Path | None,
) -> None:
    """Who reached an offer when, by when offers existed."""
    chosen = choose_format(format_, output)
    if chosen not in ("table", "json", "csv"):
        raise ParameterError(
            f"`--output` {output}: a history is written as .json or .csv", parameter="output"
        )
    found = history(
        dated_offers(open_built_region(region), known_regions().register()),
        category=categories,
        district=district,
        mode=mode,
        minutes=minutes,
        metres=metres,
        window=window,
        start=start.date() if start else None,
        end=end.date() if end else None,
        step=step,
    )
    if chosen == "csv":
        write_text(history_csv(found), output)
    elif chosen == "json":
        write_text(history_out(found).model_dump_json(indent=1) + "\n", output)
    else:
        write_text(history_text(found, texts_for(lang)), output)
