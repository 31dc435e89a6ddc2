"""Supply radii over HTTP and on the command line."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Annotated, Any, Literal

import click
from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from geo.catchment import HUFF_EXPONENT
from geo.errors import ParameterError
from geo.network import MODES
from layers.atlas import Atlas
from layers.balanced import BalancedReport, OfferShare, balanced
from layers.capacity import ALL, Capacities
from layers.radius import (
    BALANCED,
    FILLED,
    KINDS,
    REACH,
    RING,
    OfferRadius,
    RadiusReport,
    filled_radii,
    reach_radii,
    ring_radii,
)
from server import answers, models
from server.api import GEOJSON, PROBLEMS, AtlasPath
from server.opened import open_region
from server.outputs import write_text
from server.query import refuse_unknown

Kind = Literal["reach", "filled", "balanced", "ring"]
Report = RadiusReport | BalancedReport


class RadiusProperties(models.Model):
    """An offer's radius; what a kind does not have is null."""

    id: str
    name: str
    minutes: float | None = Field(description="travel time to the edge; null where not used up")
    ring_km: float | None = Field(description="a straight line, not a way")
    residents: int | None = Field(description="people inside or assigned, in tens")
    area_m2: int | None
    reaches_edge: bool | None = Field(description="the area goes on beyond the data")
    is_placed: bool = Field(description="whether the offer is on the streets of this mode")
    capacity: int | None
    capacity_from: Literal["offer", "asker"] | None
    used_up: bool | None = Field(description="whether the people of the data use up the capacity")
    assigned: int | None = Field(description="units of demand that the best allocation gives it")
    left: int | None = Field(description="units of capacity that nobody uses")
    nearest_residents: int | None = Field(description="people for whom it is the nearest")
    huff_residents: int | None = Field(description="people whom Huff's rule gives it")
    p50_min: float | None = Field(description="median travel time of those assigned")
    p90_min: float | None
    max_min: float | None
    one_more_served: bool | None = Field(description="one more place serves one more unit")
    one_more_min: float | None = Field(
        description="minutes by which one more place changes the total travel time"
    )


class RadiusFeature(models.Model):
    """An offer's radius as a GeoJSON Feature."""

    type: Literal["Feature"]
    geometry: dict[str, Any] | None
    properties: RadiusProperties


class DistrictServed(models.Model):
    """The people of a district: residents = served + unserved + unreachable + unplaced."""

    id: str
    name: str
    residents: int | None
    served: int | None
    unserved: int | None
    unreachable: int | None
    unplaced: int | None
    suppressed: bool


class BalanceTotals(models.Model):
    """Whole units: demand = served + unserved; the best possible allocation, no forecast."""

    demand: int
    capacity: int
    served: int | None = Field(description="null where it would tell of few people")
    unserved: int | None
    by_district: list[DistrictServed]


class RadiusAssumptions(models.Model):
    """All that a figure rests on."""

    mode: str
    limit_min: float | None
    unit: str | None = Field(description="what capacities count; `people` where the asker's")
    demand_per_resident: float | None
    huff_exponent: float | None = Field(description="an assumption")
    as_of: str
    population: str
    population_year: int | None
    population_official: bool
    line: bool = Field(description="straight lines, not ways")
    disclosure: str


class RadiiOut(models.Model):
    """The radii of all offers of a category."""

    type: Literal["FeatureCollection"]
    region: str
    category: str
    kind: Kind
    totals: BalanceTotals | None
    assumptions: RadiusAssumptions
    attributions: list[str]
    features: list[RadiusFeature]


router = APIRouter(
    prefix="/api/v1", dependencies=[Depends(refuse_unknown)], responses=PROBLEMS, tags=["v1"]
)


@router.get(
    "/regions/{region}/radii",
    responses={200: {"model": RadiiOut, "content": {GEOJSON: {}}}},
)
def get_radii(
    atlas: AtlasPath,
    category: Annotated[str, Query(description="id of a category")],
    kind: Annotated[Kind, Query(description="which radius")] = "reach",
    mode: Annotated[str | None, Query(description="walk, stepfree, bike or car")] = None,
    minutes: Annotated[
        float | None, Query(description="limit above 0 to 240, for reach and balanced")
    ] = None,
    capacity: Annotated[
        list[str] | None,
        Query(description="units of every offer, or ID=units of one; several by comma"),
    ] = None,
    demand: Annotated[float | None, Query(description="units that one resident uses")] = None,
) -> Response:
    """How far each offer carries: reach, filled by capacity, balanced among all, or rings."""
    report = ask_radii(atlas, category, kind, mode, minutes, capacity or [], demand)
    return Response(radii_out(report).model_dump_json(), media_type=GEOJSON)


def ask_radii(
    atlas: Atlas,
    category: str,
    kind: str,
    mode: str | None,
    minutes: float | None,
    capacity: list[str],
    demand: float | None,
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
    if kind == REACH:
        return reach_radii(atlas, category=category, mode=mode, minutes=minutes)
    if kind == RING:
        return ring_radii(atlas, category=category)
    if kind == FILLED:
        return filled_radii(atlas, category=category, mode=mode, capacity=entered, demand=demand)
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
        name, _, value = part.rpartition("=")
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


def radii_out(report: Report) -> RadiiOut:
    """Write the radii of a category."""
    atlas, question = report.atlas, report.question
    if isinstance(report, BalancedReport):
        kind, totals = BALANCED, _totals(report)
        rows = [_share(report, share) for share in report.by_offer]
        shapes = [share.shape for share in report.by_offer]
    else:
        kind, totals = report.kind, None
        rows = [_radius(report, radius) for radius in report.radii]
        shapes = [radius.shape for radius in report.radii]
    crs = atlas.region.crs
    return RadiiOut(
        type="FeatureCollection",
        region=atlas.region.id,
        category=question.categories[0].id,
        kind=kind,  # type: ignore[arg-type]
        totals=totals,
        assumptions=_assumptions(report, kind),
        attributions=list(atlas.region.attributions),
        features=[
            RadiusFeature(
                type="Feature",
                geometry=None if shape is None else answers.geometry(shape, crs),
                properties=row,
            )
            for row, shape in zip(rows, shapes, strict=True)
        ],
    )


def _radius(report: RadiusReport, radius: OfferRadius) -> RadiusProperties:
    return _properties(
        report,
        radius.offer,
        minutes=answers.rounded(radius.minutes, 1),
        ring_km=radius.ring_km,
        residents=radius.residents,
        area_m2=None if radius.shape is None else round(radius.shape.area),
        reaches_edge=None if radius.shape is None else radius.reaches_edge,
        is_placed=radius.is_placed,
        used_up=radius.used_up,
    )


def _share(report: BalancedReport, share: OfferShare) -> RadiusProperties:
    placed = report.atlas.supply[report.question.mode].placed[share.offer]
    return _properties(
        report,
        share.offer,
        residents=share.residents,
        area_m2=None if share.shape is None else round(share.shape.area),
        is_placed=bool(placed),
        assigned=share.assigned,
        left=share.left,
        nearest_residents=share.nearest_residents,
        huff_residents=share.huff_residents,
        p50_min=answers.rounded(share.p50_min, 1),
        p90_min=answers.rounded(share.p90_min, 1),
        max_min=answers.rounded(share.max_min, 1),
        one_more_served=share.one_more_served,
        one_more_min=answers.rounded(share.one_more_min, 1),
    )


def _properties(report: Report, row: int, **told: Any) -> RadiusProperties:
    offer = report.atlas.offers[row]
    fields: dict[str, Any] = dict.fromkeys(RadiusProperties.model_fields)
    fields |= {"id": offer.id, "name": offer.name, "is_placed": True}
    return RadiusProperties(**fields | _capacity(report.capacities, report, row) | told)


def _capacity(capacities: Capacities | None, report: Report, row: int) -> dict[str, Any]:
    if capacities is None:
        return {}
    k = int((report.offers == row).argmax())
    return {
        "capacity": int(capacities.amount[k]),
        "capacity_from": "asker" if capacities.is_entered[k] else "offer",
    }


def _totals(report: BalancedReport) -> BalanceTotals:
    return BalanceTotals(
        demand=report.demand_units,
        capacity=int(report.capacities.amount.sum()),
        served=report.served_units,
        unserved=report.unserved_units,
        by_district=[
            DistrictServed(
                id=t.area_id,
                name=t.name,
                residents=t.residents,
                served=t.covered,
                unserved=t.uncovered,
                unreachable=t.unreachable,
                unplaced=t.unplaced,
                suppressed=t.suppressed,
            )
            for t in report.by_district
        ],
    )


def _assumptions(report: Report, kind: str) -> RadiusAssumptions:
    capacities, basis = report.capacities, report.atlas.population.basis
    limit = report.limit_min if isinstance(report, BalancedReport) else report.question.minutes
    return RadiusAssumptions(
        mode=report.question.mode,
        limit_min=None if kind == FILLED else limit,
        unit=None if capacities is None else capacities.unit,
        demand_per_resident=None if capacities is None else capacities.demand,
        huff_exponent=HUFF_EXPONENT if kind == BALANCED else None,
        as_of=report.atlas.region.as_of.isoformat(),
        population=basis.source,
        population_year=basis.year,
        population_official=basis.official,
        line=kind == RING,
        disclosure=answers.DISCLOSURE,
    )


@click.command("radius")
@click.argument("region")
@click.option("--category", "-c", required=True, metavar="ID", help="Category of the taxonomy.")
@click.option("--kind", type=click.Choice(KINDS), default=REACH, show_default=True)
@click.option("--mode", type=click.Choice(MODES), help="How people go; else the category's own.")
@click.option("--minutes", type=float, help="Limit of travel, for reach and balanced.")
@click.option(
    "--capacity", multiple=True, metavar="N|ID=N",
    help="Units that every offer can serve, or one by its id.",
)  # fmt: skip
@click.option("--demand", type=float, help="Units that one resident uses.")
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
    output: Path | None,
) -> None:
    """How far each offer carries: reach, filled by capacity, balanced among all, or rings."""
    atlas = open_region(region)
    report = ask_radii(atlas, category, kind, mode, minutes, list(capacity), demand)
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
