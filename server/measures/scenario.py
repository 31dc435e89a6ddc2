"""Scenarios over HTTP and on the command line: before, after, and the difference."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import click
from pydantic import Field

from layers.atlas import Atlas
from layers.coverage import CoverageReport, coverage
from layers.difference import Change, Difference, compare
from layers.question import QUESTION_MODES
from layers.scenario import MAX_BYTES, Scenario, ScenarioError, check_scenario, read_scenario
from layers.scenario_atlas import apply
from server import answers, models
from server.api import AtlasPath, api_router
from server.opened import open_region
from server.outputs import write_text


class CarKmIn(models.Model):
    """What the asker assumes of trips by car, low and high; without it only the way per trip."""

    trips_per_year: tuple[float, float] | None = Field(
        default=None, description="trips of a person to such an offer in a year"
    )
    car_share: tuple[float, float] | None = Field(
        default=None, description="share of them that is driven, 0 to 1"
    )


class ScenarioIn(models.Model):
    """A scenario and the question that is asked without it and with it."""

    scenario: dict[str, Any] = Field(
        description="version, name and changes",
        examples=[
            {
                "version": 1,
                "changes": [
                    {
                        "do": "add_offer",
                        "category": "greengrocer_bakery",
                        "lon": 13.27,
                        "lat": 53.54,
                    }
                ],
            }
        ],
    )
    category: str | list[str] = Field(description="id, or several that mean any of them")
    mode: models.Mode | None = Field(default=None, description="the category's own where null")
    minutes: float | None = None
    metres: float | None = None
    at: str | None = Field(
        default=None, description="a moment or a part of the week: what is open then"
    )
    by: Literal["district", "municipality"] = Field(
        default="district", description="areas of the rows; district means the finest ones"
    )
    car_km: CarKmIn | None = Field(default=None, description="asks for car kilometres")


class Side(models.DistrictCoverage):
    """One side: the region without the scenario, or with it."""

    answer: Literal["known", "unknown"]
    unknown_reason: str | None = Field(description="as in coverage")
    assumptions: models.Assumptions
    by_district: list[models.DistrictRow]


class ChangeOut(models.Model):
    """
    What changes in one area, after minus before; null where withheld or unknown.

    covered = gained − lost + new_covered.
    """

    id: str
    name: str
    covered: int | None
    gained: int | None = Field(description="people of today who come within the limit")
    lost: int | None = Field(description="people of today who fall out of it")
    new_people: int = Field(description="whom the scenario adds")
    new_covered: int = Field(description="those of them within the limit")
    share: float | None = Field(description="change of the share, -1 to 1")


class DifferenceOut(ChangeOut):
    """The region and its districts."""

    by_district: list[ChangeOut]


class StreetByMode(models.Model):
    """What was closed or opened for one mode."""

    mode: str
    names: list[str] = Field(description="of the streets; empty where none has a name")
    length_m: int
    joined_m: list[float] | None = Field(
        description="of a new street: metres from each of its joins to the street it meets"
    )
    geometry: dict[str, Any] = Field(description="GeoJSON MultiLineString")


class StreetOut(models.Model):
    """A street that a scenario closes or opens."""

    change: int = Field(description="its place in the scenario's changes, from 0")
    do: Literal["close_street", "open_street"]
    name: str = Field(description="as the scenario calls a new street")
    by_mode: list[StreetByMode]


class CarKmOut(models.Model):
    """How much shorter the way to the nearest offer becomes by car; below 0: longer."""

    km_per_trip: int | None = Field(
        description="person-kilometres if everybody drives there once; null where withheld"
    )
    km_per_year: tuple[int, int] | None = Field(
        description="low and high, there and back; null without assumptions, or withheld"
    )
    people: int | None = Field(description="whose way changes; null where withheld")
    people_left_out: int | None = Field(
        description="who reach no offer by car before or after; null where withheld"
    )
    trips_per_year: tuple[float, float] | None
    car_share: tuple[float, float] | None
    assumptions: list[str]


class ScenarioOut(models.Model):
    """The same question without the scenario and with it."""

    region: str
    scenario: str = Field(description="its name")
    categories: list[str]
    before: Side
    after: Side
    difference: DifferenceOut
    streets: list[StreetOut] = Field(description="closed and opened ones")
    car_km: CarKmOut | None = Field(description="null where it was not asked for")
    attributions: list[str]


router = api_router()


@router.post("/regions/{region}/scenarios")
def try_scenario(atlas: AtlasPath, asked: ScenarioIn) -> ScenarioOut:
    """Answer a question without a scenario and with it. Nothing is stored."""
    scenario = check_scenario(asked.scenario)
    difference = _try(
        atlas,
        scenario,
        category=asked.category,
        mode=asked.mode,
        minutes=asked.minutes,
        metres=asked.metres,
        at=asked.at,
    )
    return _out(scenario, difference, by=asked.by)


def _try(atlas: Atlas, scenario: Scenario, **question: Any) -> Difference:
    return compare(coverage(atlas, **question), coverage(apply(atlas, scenario), **question))


def _out(scenario: Scenario, difference: Difference, *, by: str = "district") -> ScenarioOut:
    by_town = by == "municipality"
    changes = difference.by_municipality if by_town else difference.by_district
    region = difference.before.atlas.region
    return ScenarioOut(
        region=region.id,
        scenario=scenario.name,
        categories=[c.id for c in difference.before.question.categories],
        before=_side(difference.before, by=by),
        after=_side(difference.after, by=by),
        difference=DifferenceOut(
            **_change(difference.totals),
            by_district=[ChangeOut(**_change(change)) for change in changes],
        ),
        streets=[],
        car_km=None,
        attributions=list(region.attributions),
    )


def _side(report: CoverageReport, *, by: str) -> Side:
    return Side(
        **answers.tally_fields(report.totals),
        answer="unknown" if report.unknown else "known",
        unknown_reason=report.unknown or None,
        assumptions=answers.assumptions(report),
        by_district=answers.area_rows(report, by=by),
    )


def _change(change: Change) -> dict[str, Any]:
    return {
        "id": change.area_id,
        "name": change.name,
        "covered": change.covered,
        "gained": change.gained,
        "lost": change.lost,
        "new_people": change.new_people,
        "new_covered": change.new_covered,
        "share": change.share,
    }


@click.command("scenario")
@click.argument("region")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--category", "-c", "categories", multiple=True, required=True, metavar="ID",
    help="Category of the taxonomy; several mean any of them.",
)  # fmt: skip
@click.option(
    "--mode", type=click.Choice(QUESTION_MODES), help="How people go; else the category's own."
)
@click.option("--minutes", type=float, help="Limit of travel, above 0 to 240.")
@click.option("--metres", type=float, help="Limit of the way instead.")
@click.option("--at", metavar="WHEN", help="A moment or a part of the week, such as Su.")
@click.option("--format", "format_", type=click.Choice(["table", "json"]), default="table")
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False))
def command(
    region: str,
    file: Path,
    categories: tuple[str, ...],
    mode: str | None,
    minutes: float | None,
    metres: float | None,
    at: str | None,
    format_: str,
    output: Path | None,
) -> None:
    """Before a scenario (a JSON file), after it, and the difference."""
    scenario = read_scenario_file(file)
    difference = _try(
        open_region(region),
        scenario,
        category=categories,
        mode=mode,
        minutes=minutes,
        metres=metres,
        at=at,
    )
    out = _out(scenario, difference)
    as_json = format_ == "json" or (output is not None and output.suffix.lower() == ".json")
    write_text((out.model_dump_json(indent=1) if as_json else _table(out)) + "\n", output)


def read_scenario_file(file: Path) -> Scenario:
    """
    Read a scenario's file.

    Raises
    ------
    ScenarioError
        If it is too large, no UTF-8, no JSON, or has faults.
    """
    if (size := file.stat().st_size) > MAX_BYTES:
        raise ScenarioError([f"{file.name} holds {size:,} bytes, at most {MAX_BYTES:,}"])
    try:
        return read_scenario(file.read_text("utf-8-sig"))
    except UnicodeDecodeError as exc:
        raise ScenarioError([f"{file.name} is not in UTF-8 ({exc}); save it so"]) from exc


def _table(out: ScenarioOut) -> str:
    """Write both sides, then the districts in which something changes."""
    change = out.difference
    lines = [
        f"{'':28} {'covered':>10} {'residents':>10} {'share':>8}",
        *(
            f"{name:28} {_count(side.covered):>10} {_count(side.residents):>10} "
            f"{_percent(side.share):>8}"
            for name, side in (("before", out.before), ("after", out.after))
        ),
        f"{'difference':28} {_count(change.covered, '+,'):>10} "
        f"{_count(change.new_people, '+,'):>10} {_points(change.share):>8}",
        "",
        f"{'':28} {'gained':>10} {'lost':>10} {'new':>10} {'covered':>10}",
    ]
    lines += [
        f"{row.name[:28]:28} {_count(row.gained):>10} {_count(row.lost):>10} "
        f"{_count(row.new_people):>10} {_count(row.new_covered):>10}"
        for row in (change, *change.by_district)
        if row is change or row.gained != 0 or row.lost != 0 or row.new_people
    ]
    return "\n".join(lines)


def _count(value: int | None, format_: str = ",") -> str:
    return "-" if value is None else format(value, format_)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _points(share: float | None) -> str:
    """Write a difference of shares in percentage points."""
    return "-" if share is None else f"{share * 100:+.1f}"
