"""Experiments over HTTP and on the command line: registered before, measured after."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

import click
from fastapi import Request, Response
from pydantic import Field

from layers.document import read_text
from layers.experiment import Arm, Outcome, Range, outcome
from layers.experiment_file import ExperimentError, read_experiment
from layers.experiment_store import (
    Registered,
    UnknownExperimentError,
    experiments,
    find_experiment,
    register_experiment,
)
from layers.history_offers import dated_offers
from layers.register.database import Database
from layers.similar import similar_districts
from server import models
from server.api import api_router
from server.commands.lazy import PlainGroup
from server.measures.compare_similar_words import similar_text
from server.measures.experiment_words import outcome_lines
from server.measures.history import dated_of
from server.opened import known_regions, open_built_region, open_region
from server.outputs import write_text
from server.regions import regions_of
from server.register_opened import LANG, WHO, open_register, texts_for


class RangeOut(models.Model):
    """What may be said, in percentage points; null where nothing."""

    low: float | None
    high: float | None


class ArmOut(models.Model):
    """The treated districts together, or those compared."""

    districts: list[str]
    names: list[str]
    residents: int | None
    before: RangeOut
    after: RangeOut
    change: RangeOut


class ExpectationOut(models.Model):
    """What was expected, before."""

    statement: str
    direction: Literal["up", "down", "none"]
    points: float


class ExperimentOut(models.Model):
    """An experiment with the proof of when its expectation was recorded."""

    region: str
    id: str
    title: str
    categories: list[str]
    begins_on: date
    before: date = Field(description="day on which it is measured before")
    after: date
    expectation: ExpectationOut
    recorded_at: str = Field(description="since when this expectation stands, UTC")
    is_prior: bool = Field(description="recorded before the day on which it begins")
    states: int


class OutcomeOut(ExperimentOut):
    """What came out; `effect` is the difference in differences."""

    treated: ArmOut
    compared: ArmOut
    effect: RangeOut
    verdict: Literal["met", "less", "against", "open", "untold", "not_yet"]
    in_words: list[str]


class ExperimentsOut(models.Model):
    """A region's experiments."""

    experiments: list[ExperimentOut]


router = api_router()


@router.get("/regions/{region}/experiments")
def list_experiments(request: Request, response: Response, region: str) -> ExperimentsOut:
    """List experiments: what was tried, where, since when, and what was expected before."""
    response.headers["Cache-Control"] = "no-store"  # recorded without a change of any offer
    known = regions_of(request)
    known.folder(region)
    register = known.register()
    found = [] if register is None else experiments(register.database, region)
    return ExperimentsOut(experiments=[ExperimentOut(**_experiment(one)) for one in found])


@router.get("/regions/{region}/experiments/{experiment}")
def get_experiment(
    request: Request, response: Response, region: str, experiment: str
) -> OutcomeOut:
    """Tell what came out of an experiment: before and after, difference in differences."""
    response.headers["Cache-Control"] = "no-store"
    known = regions_of(request)
    known.folder(region)
    register = known.register()
    if register is None:
        raise UnknownExperimentError(experiment, ())
    registered = find_experiment(register.database, region, experiment)
    return outcome_out(outcome(dated_of(known, region), registered, today=_today()))


def _today() -> date:
    return datetime.now(UTC).date()


def _experiment(registered: Registered) -> dict[str, Any]:
    experiment, expected = registered.experiment, registered.experiment.expectation
    return {
        "region": experiment.region,
        "id": experiment.id,
        "title": experiment.title,
        "categories": list(experiment.category),
        "begins_on": experiment.begins_on,
        "before": experiment.before,
        "after": experiment.after,
        "expectation": ExpectationOut(
            statement=expected.statement,
            direction=expected.direction,  # type: ignore[arg-type]
            points=expected.points,
        ),
        "recorded_at": registered.recorded_at,
        "is_prior": registered.is_prior,
        "states": registered.states,
    }


def outcome_out(found: Outcome) -> OutcomeOut:
    """Write an outcome."""
    return OutcomeOut(
        **_experiment(found.registered),
        treated=_arm(found.treated),
        compared=_arm(found.compared),
        effect=_range(found.effect),
        verdict=found.verdict,  # type: ignore[arg-type]
        in_words=outcome_lines(found, texts_for("en")),
    )


def _arm(arm: Arm) -> ArmOut:
    return ArmOut(
        districts=list(arm.ids),
        names=list(arm.names),
        residents=arm.residents,
        before=_range(arm.before),
        after=_range(arm.after),
        change=_range(arm.change),
    )


def _range(found: Range) -> RangeOut:
    return RangeOut(low=found.low, high=found.high)


@click.group("experiment", cls=PlainGroup)
def group() -> None:
    """Real-world experiments: what was expected before, what came out after."""


@group.command("register")
@click.argument("region")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@WHO
def register_command(region: str, file: Path, who: str) -> None:
    """Record an experiment before it begins; from then on its expectation is fixed."""
    text, faults = read_text(file)
    if faults:
        raise ExperimentError(file.name, faults)
    experiment = read_experiment(text, region=region)
    dated = dated_offers(open_built_region(region), None)
    with open_register() as register:
        # districts and question are checked before anything is written down
        trial = Registered(experiment, "9999-01-01", "9999-01-01", 0)
        outcome(dated, trial, today=_today())
        done = register_experiment(register.database, experiment, who=who)
    click.echo(f"{region}/{experiment.id}: recorded {done.recorded_at}")
    if not done.is_prior:
        click.echo(
            f"recorded after it began on {experiment.begins_on}: it is no prior expectation, and "
            "is shown so",
            err=True,
        )


@group.command("list")
@click.argument("region")
def list_command(region: str) -> None:
    """List a region's experiments."""
    known_regions().folder(region)
    with open_register() as register:
        for one in experiments(register.database, region):
            prior = "expected before" if one.is_prior else "recorded late"
            click.echo(f"{one.experiment.begins_on}  {one.experiment.id}: {one.experiment.title} "
                       f"({prior})")  # fmt: skip


@group.command("show")
@click.argument("region")
@click.argument("experiment")
@click.option("--format", "format_", type=click.Choice(["table", "json"]), default="table")
@LANG
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False))
def show_command(
    region: str, experiment: str, format_: str, lang: str | None, output: Path | None
) -> None:
    """Tell what came out, in words and in percentage points."""
    built = open_built_region(region)
    with open_register() as register:
        database: Database = register.database
        registered = find_experiment(database, region, experiment)
        found = outcome(dated_offers(built, register), registered, today=_today())
    if format_ == "json":
        write_text(outcome_out(found).model_dump_json(indent=1) + "\n", output)
    else:
        write_text("\n".join([*outcome_lines(found, texts_for(lang)), ""]), output)


@group.command("suggest")
@click.argument("region")
@click.argument("district")
@click.option("--category", "-c", "categories", multiple=True, metavar="ID")
@LANG
def suggest_command(
    region: str, district: str, categories: tuple[str, ...], lang: str | None
) -> None:
    """Name districts of the same region that are most like one, to compare with."""
    report = similar_districts(
        open_region(region), district, [], category=categories, with_own=True
    )
    write_text(similar_text(report, texts_for(lang)), None)
