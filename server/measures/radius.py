"""Supply radii over HTTP and on the command line."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Annotated

import click
from fastapi import Query, Response

from geo.errors import ParameterError
from geo.network import MODES
from layers.atlas import Atlas
from layers.balanced import balanced
from layers.capacity import ALL
from layers.radius import (
    BALANCED,
    FILLED,
    KINDS,
    REACH,
    RING,
    filled_radii,
    reach_radii,
    ring_radii,
)
from layers.timetable import TRANSIT
from server.api import GEOJSON, AtlasPath, WindowQuery, api_router
from server.commands.options import WINDOW
from server.measures.radius_out import Kind, RadiiOut, Report, radii_out
from server.opened import open_region
from server.outputs import write_text

router = api_router()


@router.get(
    "/regions/{region}/radii",
    responses={200: {"model": RadiiOut, "content": {GEOJSON: {}}}},
)
def get_radii(
    atlas: AtlasPath,
    category: Annotated[str, Query(description="id of a category")],
    kind: Annotated[Kind, Query(description="which radius")] = "reach",
    mode: Annotated[
        str | None, Query(description="walk, stepfree, bike or car; transit for reach and filled")
    ] = None,
    minutes: Annotated[
        float | None, Query(description="limit 0.001 to 240, for reach and balanced")
    ] = None,
    capacity: Annotated[
        list[str] | None,
        Query(description="units of every offer, or ID=units of one; several by comma"),
    ] = None,
    demand: Annotated[float | None, Query(description="units that one resident uses")] = None,
    offer: Annotated[
        str | None, Query(description="id of the only offer to be drawn; not for balanced")
    ] = None,
    window: WindowQuery = None,
) -> Response:
    """How far each offer carries: reach, filled by capacity, balanced among all, or rings."""
    report = ask_radii(atlas, category, kind, mode, minutes, capacity or [], demand, offer, window)
    return Response(radii_out(report).model_dump_json(), media_type=GEOJSON)


def ask_radii(
    atlas: Atlas,
    category: str,
    kind: str,
    mode: str | None,
    minutes: float | None,
    capacity: list[str],
    demand: float | None,
    offer: str | None = None,
    window: str | None = None,
) -> Report:
    """
    Ask for one kind of radius.

    Raises
    ------
    ParameterError
        If the kind is not known or does not take what is given.
    """
    if kind not in KINDS:
        raise ParameterError(
            f"`kind` {kind!r} is not known; use one of {', '.join(KINDS)}", parameter="kind"
        )
    entered = parse_capacities(capacity)
    _refuse(kind, (REACH, RING), "capacity", given=bool(entered))
    _refuse(kind, (REACH, RING), "demand", given=demand is not None)
    _refuse(kind, (FILLED, RING), "minutes", given=minutes is not None)
    _refuse(kind, (RING,), "mode", given=mode is not None)
    _refuse(kind, (BALANCED,), "offer", given=offer is not None)
    _refuse(kind, (BALANCED, RING), "window", given=window is not None)
    if kind == REACH:
        return reach_radii(
            atlas, category=category, mode=mode, minutes=minutes, offer=offer, window=window
        )
    if kind == RING:
        return ring_radii(atlas, category=category, offer=offer)
    if kind == FILLED:
        return filled_radii(
            atlas, category=category, mode=mode, capacity=entered, demand=demand, offer=offer,
            window=window,
        )  # fmt: skip
    return balanced(
        atlas, category=category, mode=mode, minutes=minutes, capacity=entered, demand=demand
    )


def _refuse(kind: str, without: tuple[str, ...], name: str, *, given: bool) -> None:
    if given and kind in without:
        takes = ", ".join(k for k in KINDS if k not in without)
        raise ParameterError(
            f"`{name}` has no meaning for kind {kind!r}; leave it out, or ask for {takes}",
            parameter=name,
        )


def parse_capacities(texts: list[str]) -> dict[str, float]:
    """
    Parse `40` for every offer and `osm:n1=40` for one, several by comma.

    Raises
    ------
    ParameterError
        If one is not a number, or stands twice.
    """
    found: dict[str, float] = {}
    for part in (part for text in texts for part in text.split(",") if part):
        name, sign, value = part.rpartition("=")
        if sign and not name.strip():
            raise ParameterError(
                f"`capacity` {part!r} names no offer; give 40 for every offer, or osm:n1=40 for "
                "one",
                parameter="capacity",
            )
        try:
            amount = float(value)
        except ValueError as exc:
            raise ParameterError(
                f"`capacity` {part!r} is no number; give 40 for every offer, or osm:n1=40 for one",
                parameter="capacity",
            ) from exc
        if name in found:
            raise ParameterError(
                f"`capacity` of {name or 'every offer'} is given twice", parameter="capacity"
            )
        found[name or ALL] = amount
    return found


@click.command("radius")
@click.argument("region")
@click.option("--category", "-c", required=True, metavar="ID", help="Category of the taxonomy.")
@click.option("--kind", type=click.Choice(KINDS), default=REACH, show_default=True)
@click.option(
    "--mode", type=click.Choice((*MODES, TRANSIT)), help="How people go; else the category's own."
)
@click.option("--minutes", type=float, help="Limit of travel, for reach and balanced.")
@click.option(
    "--capacity", multiple=True, metavar="N|ID=N",
    help="Units that every offer can serve, or one by its id.",
)  # fmt: skip
@click.option("--demand", type=float, help="Units that one resident uses.")
@click.option("--offer", metavar="ID", help="The only offer to be drawn; not for balanced.")
@WINDOW
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False),
              help="A GeoJSON file.")  # fmt: skip
def command(
    region: str,
    category: str,
    kind: str,
    mode: str | None,
    minutes: float | None,
    capacity: tuple[str, ...],
    demand: float | None,
    offer: str | None,
    window: str | None,
    output: Path | None,
) -> None:
    """How far each offer carries: reach, filled by capacity, balanced among all, or rings."""
    atlas = open_region(region)
    report = ask_radii(atlas, category, kind, mode, minutes, list(capacity), demand, offer, window)
    out = radii_out(report)
    if output is not None:
        write_text(json.dumps(out.model_dump(mode="json"), ensure_ascii=False) + "\n", output)
    click.echo(_table(out))


_COLUMNS = {
    "reach": ("minutes", "residents"),
    "filled": ("capacity", "minutes", "residents"),
    "ring": ("ring_km", "residents"),
    "balanced": ("capacity", "assigned", "left", "residents", "nearest_residents",
                 "huff_residents", "p50_min", "p90_min", "max_min", "one_more_min"),
}  # fmt: skip


def _table(out: RadiiOut) -> str:
    """Write a row for each offer, what is withheld or has none as a dash."""
    columns = _COLUMNS[out.kind]
    lines = [_told(out), " ".join(f"{name[:10]:>10}" for name in columns) + "  offer"]
    for feature in out.features:
        row = feature.properties
        cells = [_cell(getattr(row, name)) for name in columns]
        lines.append(" ".join(f"{cell:>10}" for cell in cells) + f"  {row.id} {row.name}".rstrip())
    if out.totals is not None:
        lines += ["", f"{'served':>10} {'unserved':>10}  district"]
        lines += [
            f"{_cell(d.served):>10} {_cell(d.unserved):>10}  {d.name}"
            for d in sorted(out.totals.by_district, key=lambda d: -(d.unserved or 0))
        ]
    return "\n".join(lines)


def _told(out: RadiiOut) -> str:
    """Say what the figures rest on."""
    told = out.assumptions
    parts = [f"{out.kind} of {out.category}", f"mode {told.mode}"]
    if told.line:
        parts[1] = "straight line; only people inside the data are counted"
    if told.limit_min is not None:
        parts.append(f"at most {told.limit_min:g} min")
    if told.unit is not None:
        parts.append(f"capacity in {told.unit}, {told.demand_per_resident:g} each resident")
    if out.totals is not None:
        t = out.totals
        parts.append(
            f"demand {t.demand:,}, capacity {t.capacity:,}, served {_cell(t.served)}, unserved "
            f"{_cell(t.unserved)}; the best possible allocation, not a forecast"
        )
    return "; ".join([*parts, f"data of {told.as_of}"])


def _cell(value: float | None) -> str:
    if value is None or not math.isfinite(value):
        return "-"
    return f"{value:,}"
