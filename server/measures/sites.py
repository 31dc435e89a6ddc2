"""Next sites over HTTP and on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import click
import numpy as np
from fastapi import Query
from pydantic import Field

from geo.crs import to_lonlat
from geo.network import MODES
from layers.sites import DEFAULT_SHARE, MOST_NEW, OBJECTIVES, SitesReport, next_sites
from server import answers, models
from server.api import AtlasPath, api_router
from server.opened import open_region
from server.outputs import write_text
from server.query import CategoriesQuery

Objective = Literal["most_people", "least_time", "fewest_sites"]


class SiteOut(models.Model):
    """A chosen place; rank 1 adds most."""

    rank: int
    lon: float
    lat: float
    place: Literal["offer", "corner"] = Field(
        description="taken in by an offer, or a street corner"
    )
    offer: models.NearestOffer | None = Field(description="the offer that would take it in")
    district: str
    landmark: models.NearestOffer | None = Field(description="nearest offer with a name")
    landmark_m: int | None = Field(description="straight line to it")
    gained: int | None = Field(description="newly covered people nearest to this new site")


class SiteGain(models.Model):
    """What a district gains; null where fewer than 25 people."""

    id: str
    name: str
    gained: int | None = Field(description="people who come within the limit")
    shorter: int | None = Field(description="people whose way gets shorter")


class Proof(models.Model):
    """How good any choice can be."""

    proven: bool = Field(description="no choice of the candidates is better")
    gap: float = Field(description="how much better one could at most be, as a share; 0: none is")
    at_least: int = Field(description="so many sites are needed at least (fewest_sites)")
    seconds: float
    solver: str = "greedy and interchange, Lagrangian bound, HiGHS"


class CandidatesOut(models.Model):
    """What could be chosen."""

    kinds: list[str]
    count: int
    not_placed: int = Field(description="left out: too far from any street of this mode")
    grid_m: float | None = Field(description="one street corner for each cell of this size")


class SitesOut(models.Model):
    """Where new offers would help most, with the existing ones fixed."""

    region: str
    categories: list[str]
    objective: Objective
    new: int | None
    share: float | None
    sites: list[SiteOut]
    unit: Literal["residents", "buildings"]
    gained: int | None = Field(description="people who come within the limit")
    share_before: float | None
    share_after: float | None
    mean_min_before: float | None = Field(description="of all who reach an offer")
    mean_min_after: float | None
    by_district: list[SiteGain]
    candidates: CandidatesOut
    proof: Proof
    assumptions: models.Assumptions
    attributions: list[str]


router = api_router()


@router.get("/regions/{region}/sites")
def get_sites(
    atlas: AtlasPath,
    category: CategoriesQuery,
    new: Annotated[int | None, Query(description=f"how many, 1 to {MOST_NEW}")] = None,
    mode: Annotated[str | None, Query(description="walk, stepfree, bike or car")] = None,
    minutes: Annotated[float | None, Query(description="limit of travel, above 0 to 240")] = None,
    candidates: Annotated[
        str, Query(description="by comma: corners, spaces, ids of categories")
    ] = "corners",
    objective: Annotated[str, Query(description=", ".join(OBJECTIVES))] = OBJECTIVES[0],
    share: Annotated[
        float | None, Query(description=f"for fewest_sites, above 0 to 1; else {DEFAULT_SHARE}")
    ] = None,
) -> SitesOut:
    """Where new offers would help most, with the existing ones fixed."""
    kinds = _split(candidates)
    report = next_sites(
        atlas,
        category=category,
        new=new,
        mode=mode,
        minutes=minutes,
        candidates=kinds,
        objective=objective,
        share=share,
    )
    return sites_out(report, kinds)


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


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
        share_before=report.before.totals.share,
        share_after=_share_after(report),
        mean_min_before=answers.rounded(report.mean_min_before, 1),
        mean_min_after=answers.rounded(report.mean_min_after, 1),
        by_district=[
            SiteGain(id=g.district_id, name=g.name, gained=g.gained, shorter=g.shorter)
            for g in report.by_district
        ],
        candidates=CandidatesOut(
            kinds=kinds,
            count=len(report.candidates.offer),
            not_placed=report.candidates.not_placed,
            grid_m=round(report.candidates.grid_m, 1) or None,
        ),
        proof=Proof(
            proven=siting.proven,
            gap=round(siting.gap, 6),
            at_least=siting.fewest,
            seconds=round(siting.seconds, 3),
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
            place="corner" if site.offer < 0 else "offer",
            offer=offer(site.offer),
            district=names[site.district] if site.district >= 0 else "",
            landmark=offer(site.landmark),
            landmark_m=None if site.landmark < 0 else round(site.landmark_m),
            gained=site.gained,
        )
        for rank, (site, (lon, lat)) in enumerate(zip(report.sites, lonlat, strict=True), start=1)
    ]


def _share_after(report: SitesReport) -> float | None:
    """Return the share afterwards, from published counts alone."""
    before = report.before.totals
    if report.gained is None:
        return None
    if report.unit == "buildings":
        return round((before.share or 0.0) + report.gained / max(before.buildings, 1), 3)
    if before.covered is None or not before.residents:
        return None
    return round(min((before.covered + report.gained) / before.residents, 1.0), 3)


@click.command("sites")
@click.argument("region")
@click.option(
    "--category", "-c", "categories", multiple=True, required=True, metavar="ID",
    help="Category of the taxonomy; several mean any of them.",
)  # fmt: skip
@click.option("--new", type=int, help=f"How many new sites, 1 to {MOST_NEW}.")
@click.option("--mode", type=click.Choice(MODES), help="How people go; else the category's own.")
@click.option("--minutes", type=float, help="Limit of travel, above 0 to 240.")
@click.option(
    "--candidates", default="corners", show_default=True, metavar="KIND[,KIND…]",
    help="corners, spaces (rooms and meeting places), or ids of categories.",
)  # fmt: skip
@click.option(
    "--objective", type=click.Choice(OBJECTIVES), default=OBJECTIVES[0], show_default=True
)
@click.option("--share", type=float, help="For fewest_sites: of all residents, above 0 to 1.")
@click.option("--format", "format_", type=click.Choice(["table", "json"]), default="table")
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False))
def command(
    region: str,
    categories: tuple[str, ...],
    new: int | None,
    mode: str | None,
    minutes: float | None,
    candidates: str,
    objective: str,
    share: float | None,
    format_: str,
    output: Path | None,
) -> None:
    """Where new offers would help most, and which districts gain."""
    kinds = _split(candidates)
    report = next_sites(
        open_region(region),
        category=categories,
        new=new,
        mode=mode,
        minutes=minutes,
        candidates=kinds,
        objective=objective,
        share=share,
    )
    out = sites_out(report, kinds)
    as_json = format_ == "json" or (output is not None and output.suffix.lower() == ".json")
    write_text((out.model_dump_json(indent=1) if as_json else _words(out)) + "\n", output)


def _words(out: SitesOut) -> str:
    """Say which places, how many people gain, where, and how sure that is."""
    if not out.sites:
        return "no new site is needed: none of the candidates would change anything"
    unit = "people" if out.unit == "residents" else "residential buildings"
    lines = []
    for site in out.sites:
        at = site.offer.name or site.offer.id if site.offer else "street corner"
        near = (
            f", {site.landmark_m} m from {site.landmark.name}"
            if site.place == "corner" and site.landmark
            else ""
        )
        lines.append(
            f"{site.rank:>3}. {at} in {site.district}{near} ({site.lat:.5f} N, {site.lon:.5f} E): "
            f"{_count(site.gained)} {unit} newly within reach"
        )
    lines.append(
        f"Together {_count(out.gained)} {unit} come within {out.assumptions.limit_min:g} minutes "
        f"({out.assumptions.mode}); {_percent(out.share_before)} covered before, "
        f"{_percent(out.share_after)} after."
    )
    if out.mean_min_after is not None:
        before = "no offer" if out.mean_min_before is None else f"{out.mean_min_before:g} minutes"
        lines.append(
            f"Mean way of all who reach an offer: {before} before, {out.mean_min_after:g} minutes "
            "after."
        )
    return "\n".join([*lines, *_gains(out), _proof(out)])


def _gains(out: SitesOut) -> list[str]:
    """List the districts that gain, the most first."""
    by_way = out.objective == "least_time"
    lines = []
    for row in sorted(out.by_district, key=lambda r: -((r.shorter if by_way else r.gained) or 0)):
        if (row.shorter if by_way else row.gained) != 0:
            shorter = f", {_count(row.shorter)} with a shorter way" if by_way else ""
            lines.append(
                f"  {row.name[:28]:28} {_count(row.gained):>8} newly within reach{shorter}"
            )
    return lines


def _proof(out: SitesOut) -> str:
    of = f"of {out.candidates.count} candidates ({', '.join(out.candidates.kinds)})"
    if out.proof.proven:
        return f"Proven: no choice {of} is better. Data of {out.assumptions.as_of}."
    if out.proof.at_least < len(out.sites):
        return f"Not proven: at least {out.proof.at_least} sites {of} are needed."
    return f"Not proven: a choice {of} might be up to {out.proof.gap:.2%} better."


def _count(value: int | None) -> str:
    return "<25" if value is None else f"{value:,}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"
