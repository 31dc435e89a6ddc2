"""Next sites as they go over the wire: models, and a report put into them."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from geo.crs import to_lonlat
from layers.site_report import SitesReport
from server import answers, models

Objective = Literal["most_people", "least_time", "fewest_sites"]
_SOLVER = "greedy and interchange, Lagrangian bound, HiGHS"
_SOLVER_LIMITED = "greedy and interchange, subgradient and Benders cuts, HiGHS"


class SiteOut(models.Model):
    """A chosen place; rank 1 adds most."""

    rank: int
    lon: float
    lat: float
    place: Literal["offer", "corner", "given"] = Field(
        description="taken in by an offer, a street corner, or a place of the asker's"
    )
    name: str = Field(description="of the asker's place, else empty")
    offer: models.NearestOffer | None = Field(description="the offer that would take it in")
    district: str
    landmark: models.NearestOffer | None = Field(description="nearest offer with a name")
    landmark_m: int | None = Field(description="straight line to it")
    gained: int | None = Field(
        description="newly covered people nearest to this new site; with capacities people more "
        "that can be served with it besides the sites before it"
    )
    served: int | None = Field(
        description="people whom the best allocation gives it; null without capacities"
    )


class SiteGain(models.Model):
    """What a district gains; null where fewer people than are published."""

    id: str
    name: str
    gained: int | None = Field(
        description="people who come within the limit; with capacities people more who are served, "
        "below 0 where room goes to others"
    )
    shorter: int | None = Field(
        description="people whose way gets shorter; null also with capacities"
    )


class Proof(models.Model):
    """How good any choice can be."""

    proven: bool = Field(description="no choice of the candidates is better")
    gap: float = Field(description="how much better one could at most be, as a share; 0: none is")
    at_least: int = Field(description="so many sites are needed at least (fewest_sites)")
    seconds: float
    solver: str


class CandidatesOut(models.Model):
    """What could be chosen."""

    kinds: list[str]
    given: int = Field(description="places of the asker's")
    count: int = Field(description="all of them")
    not_placed: int = Field(description="left out: too far from any street of this mode")
    grid_m: float | None = Field(description="one street corner for each cell of this size")


class OfferCapacity(models.Model):
    """What an existing offer can serve."""

    id: str
    name: str
    capacity: int
    capacity_from: Literal["offer", "asker"]


class CapacityOut(models.Model):
    """What offers can serve, and whom: the best possible allocation, no forecast."""

    unit: str = Field(description="what capacities count; `people` where the asker's")
    demand_per_resident: float
    each_new: int = Field(description="of each new site, as entered")
    existing: list[OfferCapacity]
    served_before: int | None = Field(description="people within the limit of a place with room")
    served_after: int | None


class SitesOut(models.Model):
    """Where new offers would help most, with the existing ones fixed."""

    region: str
    categories: list[str]
    objective: Objective
    new: int | None
    share: float | None
    sites: list[SiteOut]
    unit: Literal["residents", "buildings"]
    gained: int | None = Field(
        description="people who come within the limit; with capacities who are served more"
    )
    share_before: float | None = Field(description="within the limit; with capacities served")
    share_after: float | None
    mean_min_before: float | None = Field(
        description="of all who reach an offer; null with capacities"
    )
    mean_min_after: float | None
    by_district: list[SiteGain]
    capacity: CapacityOut | None = Field(description="null where none was asked for")
    candidates: CandidatesOut
    proof: Proof
    assumptions: models.Assumptions
    attributions: list[str]


def sites_out(report: SitesReport, kinds: list[str]) -> SitesOut:
    """Write a report."""
    atlas, question, siting = report.before.atlas, report.before.question, report.siting
    return SitesOut(
        region=atlas.region.id,
        categories=[c.id for c in question.categories],
        objective=report.objective,  # type: ignore[arg-type]
        new=report.new,
        share=report.share,
        sites=_sites_out(report),
        unit=report.unit,  # type: ignore[arg-type]
        gained=report.gained,
        share_before=_share_before(report),
        share_after=_share_after(report),
        mean_min_before=answers.rounded(report.mean_min_before, 1),
        mean_min_after=answers.rounded(report.mean_min_after, 1),
        by_district=[
            SiteGain(id=g.district_id, name=g.name, gained=g.gained, shorter=g.shorter)
            for g in report.by_district
        ],
        capacity=_capacity(report),
        candidates=CandidatesOut(
            kinds=kinds,
            given=len(report.places),
            count=len(report.candidates.offer),
            not_placed=report.candidates.not_placed,
            grid_m=round(report.candidates.grid_m, 1) or None,
        ),
        proof=Proof(
            proven=siting.proven,
            gap=round(siting.gap, 6),
            at_least=siting.fewest,
            seconds=round(siting.seconds, 3),
            solver=_SOLVER if report.limited is None else _SOLVER_LIMITED,
        ),
        assumptions=answers.assumptions(report.before),
        attributions=list(atlas.region.attributions),
    )


def _sites_out(report: SitesReport) -> list[SiteOut]:
    atlas = report.before.atlas
    xy = np.array([(site.x, site.y) for site in report.sites]).reshape(-1, 2)
    lonlat = to_lonlat(xy, atlas.region.crs)
    names = atlas.region.finest["name"].to_numpy()

    def offer(row: int) -> models.NearestOffer | None:
        if row < 0:
            return None
        return models.NearestOffer(id=atlas.offers[row].id, name=atlas.offers[row].name)

    return [
        SiteOut(
            rank=rank,
            lon=round(float(lon), 6),
            lat=round(float(lat), 6),
            place="given" if site.given >= 0 else "corner" if site.offer < 0 else "offer",
            name=report.places[site.given].name if site.given >= 0 else "",
            offer=offer(site.offer),
            district=names[site.district] if site.district >= 0 else "",
            landmark=offer(site.landmark),
            landmark_m=None if site.landmark < 0 else round(site.landmark_m),
            gained=site.gained,
            served=None if report.limited is None else report.limited.site_served[rank - 1],
        )
        for rank, (site, (lon, lat)) in enumerate(zip(report.sites, lonlat, strict=True), start=1)
    ]


def _capacity(report: SitesReport) -> CapacityOut | None:
    limited = report.limited
    if limited is None:
        return None
    capacities, offers = limited.capacities, report.before.atlas.offers
    return CapacityOut(
        unit=capacities.unit,
        demand_per_resident=capacities.demand,
        each_new=int(limited.new_capacity),
        existing=[
            OfferCapacity(
                id=offers[row].id,
                name=offers[row].name,
                capacity=int(amount),
                capacity_from="asker" if entered else "offer",
            )
            for row, amount, entered in zip(
                limited.offers.tolist(),
                capacities.amount.tolist(),
                capacities.is_entered.tolist(),
                strict=True,
            )
        ],
        served_before=limited.served_before,
        served_after=limited.served_after,
    )


def _share_before(report: SitesReport) -> float | None:
    if report.limited is None:
        return report.before.totals.share
    return _share_of(report.limited.served_before, report)


def _share_of(people: int | None, report: SitesReport) -> float | None:
    residents = report.before.totals.residents
    if people is None or not residents:
        return None
    return round(min(people / residents, 1.0), 3)


def _share_after(report: SitesReport) -> float | None:
    """Return the share afterwards, from published counts alone."""
    before = report.before.totals
    if report.limited is not None:
        return _share_of(report.limited.served_after, report)
    if report.gained is None:
        return None
    if report.unit == "buildings":
        return round((before.share or 0.0) + report.gained / max(before.buildings, 1), 3)
    return None if before.covered is None else _share_of(before.covered + report.gained, report)
