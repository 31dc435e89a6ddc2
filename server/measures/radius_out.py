"""Supply radii as they go over the wire: models, and reports put into them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from geo.catchment import HUFF_EXPONENT
from layers.balanced import BalancedReport, OfferShare
from layers.capacity import Capacities
from layers.radius import BALANCED, FILLED, RING, OfferRadius, RadiusReport
from server import answers, models
from server.hill_words import hills_out

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
    window: str | None = Field(description="departures of mode transit")
    limit_min: float | None
    unit: str | None = Field(description="what capacities count; `people` where the asker's")
    demand_per_resident: float | None
    huff_exponent: float | None = Field(description="an assumption")
    as_of: str
    population: str
    population_year: int | None
    population_official: bool
    line: bool = Field(description="straight lines, not ways")
    hills: models.Hills | None = Field(description="null by car and in line")
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
        window=str(report.question.window) if report.question.window else None,
        limit_min=None if kind == FILLED else limit,
        unit=None if capacities is None else capacities.unit,
        demand_per_resident=None if capacities is None else capacities.demand,
        huff_exponent=HUFF_EXPONENT if kind == BALANCED else None,
        as_of=report.atlas.region.as_of.isoformat(),
        population=basis.source,
        population_year=basis.year,
        population_official=basis.official,
        line=kind == RING,
        hills=None if kind == RING else hills_out(report.atlas, report.question.on_streets),
        disclosure=answers.disclosure_of(report.atlas),
    )
