"""Resilience over HTTP and on the command line: second offers, critical offers, without a car."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import click
from fastapi import Query

from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.question import ALL_MODES
from layers.resilience import resilience, variety
from layers.scenario import Scenario, check_scenario
from layers.scenario_atlas import apply, try_out
from layers.stress import stress_cases
from server.api import AtlasPath, WindowQuery, api_router
from server.commands.options import WINDOW
from server.measures.resilience_out import (
    ResilienceIn,
    ResilienceOut,
    Twice,
    VarietyOut,
    resilience_out,
    variety_out,
)
from server.measures.scenario import read_scenario_file
from server.opened import open_region
from server.outputs import write_text
from server.query import CategoriesQuery

router = api_router()
_ModeQuery = Annotated[str | None, Query(description="else the category's own")]
_AtQuery = Annotated[
    str | None, Query(description="a moment or a part of the week: what is open then")
]
_MinutesQuery = Annotated[float | None, Query(description="limit of travel, 0.001 to 240")]


@router.get("/regions/{region}/resilience")
def get_resilience(
    atlas: AtlasPath,
    category: CategoriesQuery,
    mode: _ModeQuery = None,
    minutes: _MinutesQuery = None,
    metres: Annotated[float | None, Query(description="limit of the way instead")] = None,
    at: _AtQuery = None,
    window: WindowQuery = None,
) -> ResilienceOut:
    """Who has a second offer in reach, for how many each is critical, and what a car adds."""
    report = resilience(
        atlas, category=category, mode=mode, minutes=minutes, metres=metres, at=at, window=window
    )
    return resilience_out(report)


@router.post("/regions/{region}/resilience")
def post_resilience(atlas: AtlasPath, asked: ResilienceIn) -> ResilienceOut:
    """Ask of what a scenario makes of the region, and under strain. Nothing is stored."""
    scenario = None if asked.scenario is None else check_scenario(asked.scenario)
    return _asked(
        atlas,
        scenario,
        stress=asked.stress,
        category=asked.category,
        mode=asked.mode,
        minutes=asked.minutes,
        metres=asked.metres,
        at=asked.at,
        window=asked.window,
    )


@router.get("/regions/{region}/resilience/variety")
def get_variety(
    atlas: AtlasPath,
    layer: Annotated[str | None, Query(description="id of a layer, such as essentials")] = None,
    field: Annotated[str | None, Query(description="or of a field")] = None,
    mode: _ModeQuery = None,
    minutes: _MinutesQuery = None,
    at: _AtQuery = None,
    window: WindowQuery = None,
) -> VarietyOut:
    """Of how many categories people reach an offer, and two."""
    report = variety(
        atlas, layer=layer, field=field, mode=mode, minutes=minutes, at=at, window=window
    )
    return variety_out(report, layer=layer, field=field)


def _asked(
    atlas: Atlas, scenario: Scenario | None, *, stress: bool, **question: Any
) -> ResilienceOut:
    tried = None if scenario is None else try_out(atlas, scenario)
    report = resilience(atlas if tried is None else tried.atlas, **question)
    changed = None if tried is None else tried.atlas
    return resilience_out(
        report,
        scenario=None if scenario is None else scenario.name,
        streets=() if tried is None else tried.streets,
        stress=stress_cases(atlas, changed, **question) if stress else None,
    )


@click.command("resilience")
@click.argument("region")
@click.option(
    "--category", "-c", "categories", multiple=True, metavar="ID",
    help="Category of the taxonomy; several mean any of them.",
)  # fmt: skip
@click.option("--layer", metavar="ID", help="Instead: all categories of a layer, as essentials.")
@click.option("--field", metavar="ID", help="Instead: all categories of a field.")
@click.option("--mode", type=click.Choice(ALL_MODES), help="Else the category's own.")
@click.option("--minutes", type=float, help="Limit of travel, 0.001 to 240.")
@click.option("--metres", type=float, help="Limit of the way instead.")
@click.option("--at", metavar="WHEN", help="A moment or a part of the week, such as Su.")
@WINDOW
@click.option(
    "--scenario", "file", type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Ask what a scenario makes of the region, such as a closed bridge.",
)  # fmt: skip
@click.option("--stress", is_flag=True, help="Also without cars, on a Sunday, and both.")
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
    window: str | None,
    file: Path | None,
    stress: bool,
    limit: int,
    format_: str,
    output: Path | None,
) -> None:
    """Whether a second offer is in reach, and for how many people each one is critical."""
    if bool(categories) + (layer is not None) + (field is not None) != 1:
        raise ParameterError(
            "give `--category`, `--layer` or `--field`, one of them", parameter="category"
        )
    if stress and not categories:
        raise ParameterError("`--stress` goes with `--category` alone", parameter="stress")
    atlas = open_region(region)
    scenario = None if file is None else read_scenario_file(file)
    out: ResilienceOut | VarietyOut
    if categories:
        out = _asked(
            atlas, scenario, stress=stress, category=categories, mode=mode, minutes=minutes,
            metres=metres, at=at, window=window,
        )  # fmt: skip
        text = _resilience_table(out, limit)
    elif metres is not None:
        raise ParameterError("`--metres` goes with `--category` alone", parameter="metres")
    else:
        atlas = atlas if scenario is None else apply(atlas, scenario)
        found = variety(
            atlas, layer=layer, field=field, mode=mode, minutes=minutes, at=at, window=window
        )
        out = variety_out(found, layer=layer, field=field)
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
    if out.stress_cases:
        lines += ["", f"{'under strain':28} {'':>12} {'one offer':>12} {'two or more':>12}"]
        lines += [
            f"{case.case + ' (' + ', '.join(case.modes) + ')':41} {_percent(case.share):>12} "
            f"{_percent(case.share_twice):>12}"
            for case in out.stress_cases
        ]
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
