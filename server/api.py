"""
The public interface under `/api/v1`: parse, ask one function of `layers`, answer with a model.

Everything computes in worker threads; the Atlas never changes and its index is behind a lock.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

import numpy as np
from fastapi import APIRouter, Depends, Query, Request, Response
from numpy.typing import NDArray

from layers.atlas import Atlas
from layers.coverage import CoverageReport, coverage
from layers.offer_words import words_of_offers
from layers.open_offers import open_offers
from layers.spelling import words_of
from layers.when import parse_when
from layers.wishes import rows_of_kinds
from server import answers, models
from server.near import answer_near
from server.near_models import NearIn, NearOut
from server.offer_out import offer_text
from server.query import MAX_OFFERS, Box, BoxQuery, CategoriesQuery, refuse_unknown
from server.regions import regions_of
from server.report_files import GEOPACKAGE, XLSX, coverage_gpkg, coverage_xlsx
from server.taxonomy_out import categories_out
from server.transit_out import CoverageByTransit, coverage_with_transit

GEOJSON = "application/geo+json"
CSV = "text/csv"
PROBLEMS: dict[int | str, dict[str, Any]] = {
    code: {"model": models.Problem, "content": {"application/problem+json": {}}}
    for code in (400, 404)
}
# of routes that demand an account, and then a role
DENIED: dict[int | str, dict[str, Any]] = dict.fromkeys((401, 403), PROBLEMS[400])


def api_router(*, demands_account: bool = False) -> APIRouter:
    """Make a router of the API: misspelt parameters are refused, failures are documented."""
    return APIRouter(
        prefix="/api/v1",
        dependencies=[Depends(refuse_unknown)],
        responses={**PROBLEMS, **DENIED} if demands_account else PROBLEMS,
        tags=["v1"],
    )


router = api_router()


def atlas_of(request: Request, region: str) -> Atlas:
    """Open the region that a path names."""
    return regions_of(request).open(region)


AtlasPath = Annotated[Atlas, Depends(atlas_of)]
By = Annotated[
    Literal["district", "municipality"], Query(description="finest districts or municipalities")
]
Format = Annotated[
    Literal["json", "geojson", "csv", "xlsx", "gpkg"] | None,
    Query(alias="f", description="format; else what the Accept header asks for"),
]


ModeQuery = Annotated[
    str | None, Query(description="walk, stepfree, bike, car, line (straight), or transit")
]
WindowQuery = Annotated[
    str | None,
    Query(
        description="departures of mode transit: a day and a span, or weekday, evening, saturday, "
        "sunday",
        examples=["2026-11-24T16:00/18:00"],
    ),
]
MinutesQuery = Annotated[float | None, Query(description="limit of travel, 0.001 to 240")]
MetresQuery = Annotated[
    float | None, Query(description="limit of the way instead, 0.001 to 200,000")
]
AtQuery = Annotated[
    str | None,
    Query(
        description="only what is open then: a local time, a part of the week, or the name of one",
        examples=["2026-11-28T10:00", "Mo-Fr 18:00-24:00", "saturday"],
    ),
]


def ask_coverage(
    atlas: AtlasPath,
    category: CategoriesQuery,
    mode: ModeQuery = None,
    minutes: MinutesQuery = None,
    metres: MetresQuery = None,
    at: AtQuery = None,
    window: WindowQuery = None,
) -> CoverageReport:
    """Ask for coverage; what is left out is the category's own."""
    return coverage(
        atlas, category=category, mode=mode, minutes=minutes, metres=metres, at=at, window=window
    )


Report = Annotated[CoverageReport, Depends(ask_coverage)]


@router.get("/regions", response_model=models.RegionList)
def list_regions(request: Request) -> models.RegionList:
    """List the regions that are served."""
    opened = regions_of(request).open_all().values()
    return models.RegionList(regions=[answers.region_out(atlas) for atlas in opened if atlas])


@router.get("/regions/{region}", response_model=models.RegionOut)
def get_region(atlas: AtlasPath) -> models.RegionOut:
    """Describe a region: its data's date, modes, people and sources."""
    return answers.region_out(atlas)


@router.get("/regions/{region}/categories", response_model=models.CategoryList)
def list_categories(atlas: AtlasPath) -> models.CategoryList:
    """List fields, layers and categories, with what the region has of each."""
    return categories_out(atlas)


@router.get(
    "/regions/{region}/districts",
    response_model=models.FeatureCollection,
    responses={200: {"content": {GEOJSON: {}}}},
)
def list_districts(atlas: AtlasPath, by: By = "district") -> Response:
    """List districts as GeoJSON."""
    return Response(answers.districts_text(atlas, by), media_type=GEOJSON)


@router.get(
    "/regions/{region}/offers",
    response_model=models.OfferCollection,
    responses={200: {"content": {GEOJSON: {}}}},
)
def list_offers(
    request: Request,
    atlas: AtlasPath,
    bbox: BoxQuery,
    category: CategoriesQuery,
    layer: Annotated[str | None, Query(description="id of a layer")] = None,
    field: Annotated[str | None, Query(description="id of a field")] = None,
    q: Annotated[
        str | None,
        Query(max_length=200, description="words; one that stands nowhere may have a typo"),
    ] = None,
    sort: Annotated[Literal["id", "name"], Query(description="order")] = "id",
    limit: Annotated[int, Query(ge=1, description=f"clamped to {MAX_OFFERS}")] = 100,
    offset: Annotated[int, Query(ge=0)] = 0,
    open_at: AtQuery = None,
) -> Response:
    """List offers as GeoJSON, by box, category, layer, field and text, in pages."""
    rows = select_offers(atlas, bbox=bbox, categories=category, layer=layer, field=field, text=q)
    if open_at is not None:
        rows = open_offers(atlas, rows, parse_when(open_at, atlas.region, parameter="open_at")).open
    if sort == "name":
        rows = _by_name(atlas, rows)
    limit = min(limit, MAX_OFFERS)
    page = rows[offset : offset + limit]
    texts = answers.offer_texts(atlas)
    links = _page_links(request, matched=len(rows), limit=limit, offset=offset)
    head = {
        "type": "FeatureCollection",
        "numberMatched": len(rows),
        "numberReturned": len(page),
        "links": links,
    }
    body = f'{json.dumps(head)[:-1]},"features":[{",".join(texts[i] for i in page)}]}}'
    return Response(body, media_type=GEOJSON)


@router.get("/regions/{region}/offers/{offer}", responses={200: {"content": {GEOJSON: {}}}})
def get_offer(
    atlas: AtlasPath,
    offer: str,
    at: Annotated[
        str | None,
        Query(
            description="a local time: tells of hours and dates from then on",
            examples=["2026-11-28T10:00"],
        ),
    ] = None,
) -> Response:
    """Describe one offer; an id that was merged into another finds that one."""
    when = None if at is None else parse_when(at, atlas.region)
    text = offer_text(atlas, atlas.offers[atlas.offers.row(offer)], when)
    return Response(text, media_type=GEOJSON)


@router.get(
    "/regions/{region}/coverage",
    response_model=CoverageByTransit | models.CoverageOut,
    responses={200: {"content": {GEOJSON: {}, CSV: {}, XLSX: {}, GEOPACKAGE: {}}}},
)
def get_coverage(
    request: Request, report: Report, by: By = "district", f: Format = None
) -> Response | models.CoverageOut:
    """Who lives within reach of the nearest offer, by district, by offer, and where nobody does."""
    wanted = f or _accepted(request)
    if wanted == "geojson":
        return Response(
            json.dumps(answers.coverage_geojson(report, by=by), ensure_ascii=False),
            media_type=GEOJSON,
        )
    if wanted == "xlsx":
        return Response(coverage_xlsx(report, by=by), media_type=XLSX)
    if wanted == "gpkg":
        return Response(coverage_gpkg(report, by=by), media_type=GEOPACKAGE)
    out = coverage_with_transit(report, by=by)
    if wanted == "csv":
        return Response(
            answers.rows_to_csv([row.model_dump(mode="json") for row in out.by_district]),
            media_type=f"{CSV}; charset=utf-8",
        )
    return Response(out.model_dump_json(), media_type="application/json")


@router.get(
    "/regions/{region}/gaps",
    response_model=models.FeatureCollection,
    responses={200: {"content": {GEOJSON: {}}}},
)
def get_gaps(report: Report) -> Response:
    """List contiguous areas of uncovered people as GeoJSON, the largest first."""
    return Response(
        json.dumps(answers.gaps_geojson(report), ensure_ascii=False), media_type=GEOJSON
    )


@router.post("/regions/{region}/near", response_model=NearOut)
def find_near(atlas: AtlasPath, question: NearIn) -> Response:
    """List offers within reach of a place by true travel time, and count what is left out."""
    answer = answer_near(atlas, question)
    return Response(answer.model_dump_json(by_alias=True), media_type="application/json")


def select_offers(
    atlas: Atlas,
    *,
    bbox: Box | None = None,
    categories: list[str] | None = None,
    layer: str | None = None,
    field: str | None = None,
    text: str | None = None,
) -> NDArray[np.int64]:
    """
    Return the rows of the offers that fit all that is given, ascending.

    Raises
    ------
    UnknownCategoryError
        If the taxonomy has no such category.
    ParameterError
        If it has no such layer or field.
    """
    rows = np.arange(len(atlas.offers)) if bbox is None else atlas.offer_index.within(bbox)
    if layer is not None:
        rows = np.intersect1d(rows, rows_of_kinds(atlas, layers=[layer], parameter="layer"))
    if field is not None:
        rows = np.intersect1d(rows, rows_of_kinds(atlas, fields=[field], parameter="field"))
    if categories:
        rows = np.intersect1d(rows, rows_of_kinds(atlas, categories=categories))
    if text and text.strip():
        rows = np.intersect1d(rows, words_of_offers(atlas).rows(text))
    return rows


def _by_name(atlas: Atlas, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sort rows as a dictionary does; offers without a name last."""
    names = {row: atlas.offers[row].name for row in rows.tolist()}
    order = sorted(names, key=lambda row: (not names[row], words_of(names[row]), row))
    return np.array(order, np.int64)


def _page_links(request: Request, *, matched: int, limit: int, offset: int) -> list[dict[str, str]]:
    """Links of a page; relative to our own root, whatever stands before us."""

    def link(rel: str, to_offset: int) -> dict[str, str]:
        kept = [p for p in request.query_params.multi_items() if p[0] not in ("limit", "offset")]
        query = urlencode([*kept, ("limit", limit), ("offset", to_offset)])
        return {"href": f"{request.url.path}?{query}", "rel": rel, "type": GEOJSON}

    links = [link("self", offset)]
    if offset + limit < matched:
        links.append(link("next", offset + limit))
    if offset:
        links.append(link("prev", max(offset - limit, 0)))
    return links


def _accepted(request: Request) -> str:
    accept = request.headers.get("accept", "")
    kinds = {GEOJSON: "geojson", CSV: "csv", XLSX: "xlsx", GEOPACKAGE: "gpkg"}
    return next((kind for media_type, kind in kinds.items() if media_type in accept), "json")
