"""Scenarios over HTTP and on the command line: before, after, and the difference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from layers.atlas import Atlas
from layers.car_km import car_km
from layers.coverage import coverage
from layers.difference import compare
from layers.document import read_text
from layers.question import ALL_MODES
from layers.scenario import Scenario, ScenarioError, check_scenario, read_scenario
from layers.scenario_atlas import try_out
from server.api import AtlasPath, api_router
from server.measures.scenario_out import (
    CarKmIn,
    CarKmOut,
    ScenarioIn,
    ScenarioOut,
    StreetOut,
    TriedOut,
    scenario_out,
)
from server.opened import open_region
from server.outputs import write_text

router = api_router()


@router.post("/regions/{region}/scenarios")
def try_scenario(atlas: AtlasPath, asked: ScenarioIn) -> ScenarioOut:
    """Answer a question without a scenario and with it. Nothing is stored."""
    scenario = check_scenario(asked.scenario)
    found = _try(
        atlas,
        scenario,
        asked.car_km,
        category=asked.category,
        mode=asked.mode,
        minutes=asked.minutes,
        metres=asked.metres,
        at=asked.at,
        window=asked.window,
    )
    return scenario_out(found, by=asked.by)


def _try(atlas: Atlas, scenario: Scenario, asked: CarKmIn | None, **question: Any) -> TriedOut:
    tried = try_out(atlas, scenario)
    before, after = coverage(atlas, **question), coverage(tried.atlas, **question)
    spared = None
    if asked is not None:
        spared = car_km(
            before, after, trips_per_year=asked.trips_per_year, car_share=asked.car_share
        )
    return TriedOut(scenario, compare(before, after), tried.streets, spared)


@click.command("scenario")
@click.argument("region")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--category", "-c", "categories", multiple=True, required=True, metavar="ID",
    help="Category of the taxonomy; several mean any of them.",
)  # fmt: skip
@click.option(
    "--mode", type=click.Choice(ALL_MODES), help="How people go; else the category's own."
)
@click.option("--minutes", type=float, help="Limit of travel, 0.001 to 240.")
@click.option("--metres", type=float, help="Limit of the way instead.")
@click.option("--at", metavar="WHEN", help="A moment or a part of the week, such as Su.")
@click.option("--window", metavar="DATE/SPAN|PART", help="Departures of --mode transit.")
@click.option("--car-km", "with_car_km", is_flag=True, help="Also tell of kilometres by car.")
@click.option(
    "--trips-per-year", nargs=2, type=float, metavar="LOW HIGH",
    help="Trips of a person to such an offer in a year, for kilometres a year.",
)  # fmt: skip
@click.option(
    "--car-share", nargs=2, type=float, metavar="LOW HIGH",
    help="Share of these trips that is driven, 0 to 1.",
)  # fmt: skip
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
    window: str | None,
    with_car_km: bool,
    trips_per_year: tuple[float, float] | None,
    car_share: tuple[float, float] | None,
    format_: str,
    output: Path | None,
) -> None:
    """Before a scenario (a JSON file), after it, and the difference."""
    scenario = read_scenario_file(file)
    asked = None
    if with_car_km or trips_per_year or car_share:
        asked = CarKmIn(trips_per_year=trips_per_year, car_share=car_share)
    found = _try(
        open_region(region),
        scenario,
        asked,
        category=categories,
        mode=mode,
        minutes=minutes,
        metres=metres,
        at=at,
        window=window,
    )
    out = scenario_out(found)
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
    text, faults = read_text(file)
    if faults:
        raise ScenarioError(faults)
    return read_scenario(text)


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
    lines += [line for street in out.streets for line in _street_lines(street)]
    return "\n".join([*lines, *_car_lines(out.car_km)])


def _street_lines(street: StreetOut) -> list[str]:
    """Write what closes or opens, a line a mode."""
    what = "opens" if street.do == "open_street" else "closes"
    return [
        "",
        *(
            f"{what} {'for ' + one.mode:13} {one.length_m:>7,} m  "
            f"{', '.join(one.names) or 'without a name'}"
            for one in street.by_mode
        ),
    ]


def _car_lines(found: CarKmOut | None) -> list[str]:
    """Write the kilometres by car and all that they rest on."""
    if found is None:
        return []
    lines = ["", f"{'car km spared, all once':28} {_count(found.km_per_trip):>10}"]
    if found.trips_per_year is not None:
        low, high = found.km_per_year or (None, None)
        lines.append(f"{'car km spared in a year':28} {_count(low):>10} to {_count(high)}")
    lines.append(f"{'people whose way changes':28} {_count(found.people):>10}")
    lines.append(f"{'people left out':28} {_count(found.people_left_out):>10}")
    return [*lines, *(f"  {line}" for line in found.assumptions)]


def _count(value: int | None, format_: str = ",") -> str:
    return "-" if value is None else format(value, format_)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _points(share: float | None) -> str:
    """Write a difference of shares in percentage points."""
    return "-" if share is None else f"{share * 100:+.1f}"
