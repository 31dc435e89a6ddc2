"""Access scores over HTTP and on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import click
from fastapi import Query
from pydantic import Field

from geo.network import MODES
from layers.access_scores import DEFAULT_MINUTES, KINDS, Score, ScoresReport, access_scores
from layers.timetable import TRANSIT
from server import answers, models
from server.api import AtlasPath, WindowQuery, api_router
from server.commands.options import WINDOW
from server.opened import open_region
from server.outputs import write_text
from server.query import CategoriesQuery


class Zone(models.Model):
    """Offers up to so many minutes count with this weight."""

    until_min: float
    weight: float


class ScoreOut(models.Model):
    """Offers per 10,000 people within reach; null for fewer people than are published."""

    id: str
    name: str
    per_10000: float | None
    relative: float | None = Field(description="÷ the region's mean")


class ScoresOut(models.Model):
    """How many offers there are per head within reach."""

    region: str
    categories: list[str]
    answer: Literal["known", "unknown"]
    unknown_reason: Literal["no_source", "too_old"] | None
    kind: Literal["e2sfca", "2sfca"]
    zones: list[Zone]
    per_10000: float | None
    without: int | None = Field(description="people with no offer in any zone")
    by_district: list[ScoreOut]
    offers_not_reached: int = Field(description="offers that nobody in the region reaches")
    assumptions: models.Assumptions
    attributions: list[str]


router = api_router()


@router.get("/regions/{region}/access")
def get_access(
    atlas: AtlasPath,
    category: CategoriesQuery,
    mode: Annotated[str | None, Query(description="walk, stepfree, bike, car or transit")] = None,
    minutes: Annotated[
        float, Query(description="farther offers do not count; 0.001 to 240")
    ] = DEFAULT_MINUTES,
    kind: Annotated[str, Query(description=", ".join(KINDS))] = KINDS[0],
    window: WindowQuery = None,
) -> ScoresOut:
    """How many offers there are per head within reach, by district."""
    return scores_out(
        access_scores(
            atlas, category=category, mode=mode, minutes=minutes, kind=kind, window=window
        )
    )


def scores_out(report: ScoresReport) -> ScoresOut:
    """Write a report."""
    coverage = report.coverage
    totals = coverage.totals
    without = None
    if totals.uncovered is not None:
        without = totals.uncovered + (totals.unreachable or 0)
    return ScoresOut(
        region=coverage.atlas.region.id,
        categories=[c.id for c in coverage.question.categories],
        answer="unknown" if coverage.unknown else "known",
        unknown_reason=coverage.unknown or None,  # type: ignore[arg-type]
        kind=report.kind,  # type: ignore[arg-type]
        zones=[
            Zone(until_min=round(until_s / 60, 2), weight=weight)
            for until_s, weight in zip(report.decay.until_s, report.decay.weight, strict=True)
        ],
        per_10000=answers.rounded(report.region.per_10000, 2),
        without=without,
        by_district=[_score_out(score) for score in report.by_district],
        offers_not_reached=report.offers_not_reached,
        assumptions=answers.assumptions(coverage),
        attributions=list(coverage.atlas.region.attributions),
    )


def _score_out(score: Score) -> ScoreOut:
    return ScoreOut(
        id=score.district_id,
        name=score.name,
        per_10000=answers.rounded(score.per_10000, 2),
        relative=answers.rounded(score.relative, 2),
    )


@click.command("access")
@click.argument("region")
@click.option(
    "--category", "-c", "categories", multiple=True, required=True, metavar="ID",
    help="Category of the taxonomy; several mean any of them.",
)  # fmt: skip
@click.option(
    "--mode", type=click.Choice((*MODES, TRANSIT)), help="How people go; else the category's own."
)
@click.option("--minutes", type=float, default=DEFAULT_MINUTES, show_default=True)
@WINDOW
@click.option("--kind", type=click.Choice(KINDS), default=KINDS[0], show_default=True)
@click.option("--format", "format_", type=click.Choice(["table", "json"]), default="table")
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False))
def command(
    region: str,
    categories: tuple[str, ...],
    mode: str | None,
    minutes: float,
    window: str | None,
    kind: str,
    format_: str,
    output: Path | None,
) -> None:
    """How many offers there are per head within reach, by district."""
    out = scores_out(
        access_scores(
            open_region(region),
            category=categories,
            mode=mode,
            minutes=minutes,
            kind=kind,
            window=window,
        )
    )
    as_json = format_ == "json" or (output is not None and output.suffix.lower() == ".json")
    write_text((out.model_dump_json(indent=1) if as_json else _table(out)) + "\n", output)


def _table(out: ScoresOut) -> str:
    """Fewest per head first."""
    if out.answer == "unknown":
        return f"unknown: no source tells of {', '.join(out.categories)} here"
    zones = ", ".join(f"{zone.weight:g} up to {zone.until_min:g} min" for zone in out.zones)
    rows = sorted(out.by_district, key=lambda r: (r.per_10000 is None, r.per_10000 or 0.0, r.name))
    lines = [
        f"{_figure(out.per_10000)} offers per 10,000 people within reach ({out.kind}: {zones}); "
        f"data of {out.assumptions.as_of}",
        "",
        f"{'district':28} {'per 10,000':>10} {'÷ mean':>8}",
    ]
    lines += [
        f"{row.name[:28]:28} {_figure(row.per_10000):>10} {_figure(row.relative):>8}"
        for row in rows
    ]
    return "\n".join(lines)


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
