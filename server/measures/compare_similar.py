"""Districts of other regions that resemble one: over HTTP, as a page, on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import click
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import Field

from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.errors import AtlasError
from layers.similar import MOST, Shared, Similar, SimilarReport, similar_districts
from server import models
from server.api import AtlasPath, api_router
from server.asked import address
from server.measures.compare import MOST_REGIONS, split_ids
from server.measures.compare_similar_words import (
    mode_line,
    similar_lines,
    similar_text,
    unknown_line,
)
from server.opened import known_regions, open_region
from server.outputs import choose_format, write_text
from server.query import CategoriesQuery
from server.regions import Regions, regions_of
from server.register_opened import LANG, texts_for
from server.shell import PageRoute, render
from server.shell import texts_for as texts_of_page


class SharedOut(models.Model):
    """A trait of two districts in its own unit, and how many standard deviations apart."""

    trait: str = Field(
        description="density (people per km²), under_18, 65_and_older, covered (shares), "
        "centre_km, or supply:FIELD (offers per 10,000 people)"
    )
    here: float
    there: float
    apart: float


class SimilarOut(models.Model):
    """A district that resembles."""

    region: str
    region_name: str
    district: str
    name: str
    distance: float = Field(description="root mean square of deviations apart; 0 is the same")
    near: list[SharedOut] = Field(description="at most half a deviation apart")
    between: list[SharedOut]
    differ: list[SharedOut] = Field(description="a deviation apart or more")
    unknown: list[str] = Field(description="traits not known of one of the two, left out")


class SimilarAnswer(models.Model):
    """Districts elsewhere that resemble one."""

    region: str
    district: str
    name: str
    mode: str = Field(description="of the share covered, common to all regions")
    found: list[SimilarOut]
    compared: int
    too_little: int = Field(description="districts of which too little is known to compare them")
    everywhere_alike: list[str]
    regions: list[str] = Field(description="where was looked")
    left_out: list[str] = Field(description="regions that are not ready")


router = api_router()
page_router = APIRouter(route_class=PageRoute, include_in_schema=False)

OthersQuery = Annotated[
    list[str] | None,
    Query(alias="in", description="ids of regions to look in, by comma; all that are ready"),
]


@router.get("/regions/{region}/districts/{district}/similar")
def get_similar(
    request: Request,
    atlas: AtlasPath,
    district: str,
    category: CategoriesQuery,
    others: OthersQuery = None,
    own: Annotated[bool, Query(description="look among the region's own districts, too")] = False,
    count: Annotated[int, Query(ge=1, le=50)] = MOST,
) -> SimilarAnswer:
    """Find districts of other regions that resemble one, with the reasons."""
    opened, left_out = _others(regions_of(request), others or [], atlas)
    report = similar_districts(
        atlas,
        district,
        opened,
        category=category,
        with_own=own or not opened,
        count=count,
    )
    return similar_out(report, opened, left_out)


def _others(known: Regions, asked: list[str], atlas: Atlas) -> tuple[list[Atlas], list[str]]:
    """Open the regions to look in: those asked, else the first that are built."""
    if asked:
        ids = split_ids(asked)
    else:
        ids = [i for i in known.folders() if known.atlas_path(i).is_dir()][:MOST_REGIONS]
    opened, left_out = [], []
    for region_id in ids:
        if region_id == atlas.region.id:
            continue
        try:
            opened.append(known.open(region_id))
        except AtlasError:
            left_out.append(region_id)
    return opened, left_out


def similar_out(report: SimilarReport, opened: list[Atlas], left_out: list[str]) -> SimilarAnswer:
    """Write the answer."""
    return SimilarAnswer(
        region=report.atlas.region.id,
        district=report.district,
        name=report.name,
        mode=report.mode,
        found=[_similar_out(each) for each in report.found],
        compared=report.compared,
        too_little=report.too_little,
        everywhere_alike=list(report.everywhere_alike),
        regions=[atlas.region.id for atlas in opened],
        left_out=left_out,
    )


def _similar_out(found: Similar) -> SimilarOut:
    return SimilarOut(
        region=found.region,
        region_name=found.region_name,
        district=found.district,
        name=found.name,
        distance=round(found.distance, 3),
        near=[_shared_out(s) for s in found.near],
        between=[_shared_out(s) for s in found.between],
        differ=[_shared_out(s) for s in found.differ],
        unknown=list(found.unknown),
    )


def _shared_out(shared: Shared) -> SharedOut:
    return SharedOut(
        trait=shared.trait,
        here=round(shared.here, 3),
        there=round(shared.there, 3),
        apart=round(shared.apart, 3),
    )


@page_router.get("/r/{region}/districts/{district}/similar")
def similar_page(request: Request, region: str, district: str) -> HTMLResponse:
    """Show districts elsewhere that resemble one, with the reasons."""
    known, texts = regions_of(request), texts_of_page(request)
    atlas = known.open(region)
    category = [
        c for text in request.query_params.getlist("category") for c in text.split(",") if c
    ]
    opened, left_out = _others(known, request.query_params.getlist("in"), atlas)
    report = similar_districts(atlas, district, opened, category=category, with_own=not opened)
    return render(
        request,
        "similar.html",
        region=atlas.region,
        report=report,
        is_own=not opened,
        looked_in=[a.region.name for a in opened] or [atlas.region.name],
        left_out=left_out,
        mode_line=mode_line(report, texts),
        found=[
            {
                "name": each.name,
                "region": each.region_name,
                "sheet": address(f"/r/{each.region}/sheets/{each.district}", {}),
                "lines": similar_lines(each, report, texts),
                "unknown": unknown_line(each, report, texts),
            }
            for each in report.found
        ],
        sheet_url=address(f"/r/{region}/sheets/{report.district}", {}),
    )


@click.command("similar")
@click.argument("region")
@click.argument("district")
@click.option(
    "--in", "others", multiple=True, metavar="REGION",
    help="Where to look; else every region that is built.",
)  # fmt: skip
@click.option("--own", is_flag=True, help="Look among the region's own districts as well.")
@click.option(
    "--category", "-c", "categories", multiple=True, metavar="ID",
    help="Whose share covered is compared; else food for every day.",
)  # fmt: skip
@click.option("--count", type=click.IntRange(1, 50), default=MOST, show_default=True)
@click.option(
    "--format", "format_", type=click.Choice(["table", "json"]), help="Else by the file's ending."
)
@LANG
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False))
def command(
    region: str,
    district: str,
    others: tuple[str, ...],
    own: bool,
    categories: tuple[str, ...],
    count: int,
    format_: str | None,
    lang: str | None,
    output: Path | None,
) -> None:
    """Districts of other regions that resemble one, with the reasons."""
    chosen = choose_format(format_, output)
    if chosen not in ("table", "json"):
        raise ParameterError(f"`--output` {output}: it is written as .json", parameter="output")
    atlas, known = open_region(region), known_regions()
    ids = others or [i for i in known.folders() if known.is_built(i)]
    opened = [open_region(i) for i in dict.fromkeys(ids) if i != region]
    report = similar_districts(
        atlas, district, opened, category=categories, with_own=own or not opened, count=count
    )
    if chosen == "json":
        out = similar_out(report, opened, [])
        write_text(out.model_dump_json(indent=1) + "\n", output)
    else:
        write_text(similar_text(report, texts_for(lang)), output)
