"""
Routes of OGC API - Features.

Paths and parameters are those of the standard, so parameters are read by hand: a collection's own
properties are parameters too, and what cannot be read is 400 and not 422.
"""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.errors import AtlasError, UnknownNameError, UnknownRegionError
from server.ogc.collections import (
    About,
    Collection,
    UnknownCollectionError,
    find_collection,
    list_collections,
)
from server.ogc.filters import DEFAULT_LIMIT, MAX_LIMIT, crs_of, parse_whole, select
from server.ogc.openapi import document
from server.ogc.reference import CRS84, supported, to_crs
from server.public_address import public_base
from server.regions import regions_of
from server.shell import render

GEOJSON = "application/geo+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
SCHEMA = "application/schema+json"
CONFORMANCE = [
    f"http://www.opengis.net/spec/ogcapi-features-{part}/1.0/conf/{name}"
    for part, name in ((1, "core"), (1, "geojson"), (1, "html"), (1, "oas30"), (2, "crs"))
]

router = APIRouter(prefix="/ogc", include_in_schema=False)


class UnknownFeatureError(UnknownNameError):
    """A collection has no such feature."""

    parameter = "featureId"


@router.get("")
@router.get("/")
def landing(request: Request) -> Response:
    """Say where everything is."""
    _only(request, "f", "lang")
    root = _root(request)
    body = {
        "title": "Umkreis",
        "description": "Offers, districts with their coverage, and gaps of the regions here.",
        "attribution": " · ".join(
            line for atlas in _atlases(request) for line in atlas.region.attributions
        ),
        "links": [
            _link(f"{root}", "self", "application/json", "this page"),
            _link(f"{root}?f=html", "alternate", "text/html", "this page as HTML"),
            _link(f"{root}/api", "service-desc", OPENAPI, "the interface (OpenAPI 3.0)"),
            _link(
                f"{public_base(request)}/docs", "service-doc", "text/html", "the interface to read"
            ),
            _link(f"{root}/conformance", "conformance", "application/json", "conformance classes"),
            _link(f"{root}/collections", "data", "application/json", "the collections"),
        ],
    }
    return _answer(request, body, "OGC API")


@router.get("/conformance")
def conformance(request: Request) -> Response:
    """List the conformance classes."""
    _only(request, "f", "lang")
    return _answer(request, {"conformsTo": CONFORMANCE}, "Conformance")


@router.get("/api")
def api_description(request: Request) -> Response:
    """Describe the routes under /ogc in OpenAPI 3.0."""
    _only(request, "f", "lang")
    abouts = [about for atlas in _atlases(request) for about in list_collections(atlas)]
    body = document(_root(request), [about.id for about in abouts])
    return Response(json.dumps(body), media_type=OPENAPI)


@router.get("/collections")
def collections(request: Request) -> Response:
    """List the collections of all regions."""
    _only(request, "f", "lang")
    root = _root(request)
    found = [
        _describe(root, about) for atlas in _atlases(request) for about in list_collections(atlas)
    ]
    body = {
        "links": [
            _link(f"{root}/collections", "self", "application/json", "this page"),
            _link(f"{root}/collections?f=html", "alternate", "text/html", "this page as HTML"),
        ],
        "crs": [CRS84],
        "collections": found,
    }
    return _answer(request, body, "Collections")


@router.get("/collections/{collection}")
def collection_description(request: Request, collection: str) -> Response:
    """Describe a collection."""
    _only(request, "f", "lang")
    about = _about(request, collection)
    return _answer(request, _describe(_root(request), about), about.title)


@router.get("/collections/{collection}/queryables")
def queryables(request: Request, collection: str) -> Response:
    """Tell which properties can be asked for (JSON Schema)."""
    _only(request, "f", "lang")
    found = _find(request, collection)
    url = f"{_root(request)}/collections/{collection}/queryables"
    body = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": url,
        "type": "object",
        "title": found.about.title,
        "properties": {name: {"type": kind} for name, kind in found.queryables.items()},
    }
    return _answer(request, body, found.about.title, media_type=SCHEMA)


@router.get("/collections/{collection}/items")
def items(request: Request, collection: str) -> Response:
    """List features, in pages."""
    found = _find(request, collection)
    query = _query(request)
    limit = min(
        parse_whole(query.get("limit"), DEFAULT_LIMIT, parameter="limit", least=1), MAX_LIMIT
    )
    offset = parse_whole(query.get("offset"), 0, parameter="offset", least=0)
    crs = crs_of(found, query)
    rows = select(found, query)
    page = rows[offset : offset + limit].tolist()
    if crs == CRS84:
        features = found.ready(page)
    else:
        features = [
            text.encode() for text in found.write(page, to_crs(found.geometries[page], crs))
        ]
    head = {
        "type": "FeatureCollection",
        "timeStamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "numberMatched": len(rows),
        "numberReturned": len(page),
        "links": _page_links(request, limit=limit, offset=offset, matched=len(rows)),
    }
    headers = {"Content-Crs": f"<{crs}>"}
    if _wants_html(request):
        return _html(request, head, found.about.title, found, page)
    body = b'%b,"features":[%b]}' % (json.dumps(head)[:-1].encode(), b",".join(features))
    return Response(body, media_type=GEOJSON, headers=headers)


@router.get("/collections/{collection}/items/{feature}")
def item(request: Request, collection: str, feature: str) -> Response:
    """Give one feature."""
    _only(request, "f", "lang", "crs")
    found = _find(request, collection)
    if feature not in found.row_of:
        raise UnknownFeatureError(feature, found.row_of)
    row = found.row_of[feature]
    crs = crs_of(found, _query(request))
    root = f"{_root(request)}/collections/{collection}"
    links = [
        _link(f"{root}/items/{feature}", "self", GEOJSON, "this feature"),
        _link(f"{root}/items/{feature}?f=html", "alternate", "text/html", "this feature as HTML"),
        _link(root, "collection", "application/json", found.about.title),
    ]
    if _wants_html(request):
        return _html(request, {"links": links}, feature, found, [row])
    text = found.write([row], to_crs(found.geometries[[row]], crs))[0]
    body = f'{text[:-1]},"links":{json.dumps(links)}}}'
    return Response(body, media_type=GEOJSON, headers={"Content-Crs": f"<{crs}>"})


def _atlases(request: Request) -> list[Any]:
    return [atlas for atlas in regions_of(request).open_all().values() if atlas]


def _about(request: Request, collection: str) -> About:
    return _opened(request, collection)[1]


def _opened(request: Request, collection: str) -> tuple[Atlas, About]:
    """Open the region that a collection is of, and no other."""
    regions = regions_of(request)
    region = collection.partition(".")[0]
    with suppress(UnknownRegionError, AtlasError):  # the latter is listed nowhere either
        atlas = regions.open(region)
        for about in list_collections(atlas):
            if about.id == collection:
                return atlas, about
    known = [about.id for atlas in _atlases(request) for about in list_collections(atlas)]
    raise UnknownCollectionError(collection, known)


def _find(request: Request, collection: str) -> Collection:
    return find_collection(*_opened(request, collection))


def _describe(root: str, about: About) -> dict[str, Any]:
    url = f"{root}/collections/{about.id}"
    day = f"{about.as_of}T00:00:00Z"
    return {
        "id": about.id,
        "title": about.title,
        "description": about.description,
        "attribution": about.attribution,
        "itemType": "feature",
        "extent": {
            "spatial": {"bbox": [list(about.bounds)], "crs": CRS84},
            "temporal": {
                "interval": [[day, day]],
                "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian",
            },
        },
        "crs": supported(about.crs),
        "storageCrs": CRS84,
        "links": [
            _link(url, "self", "application/json", about.title),
            _link(f"{url}?f=html", "alternate", "text/html", about.title),
            _link(f"{url}/items", "items", GEOJSON, about.title),
            _link(f"{url}/items?f=html", "items", "text/html", about.title),
            _link(
                f"{url}/queryables",
                "http://www.opengis.net/def/rel/ogc/1.0/queryables",
                SCHEMA,
                "properties to ask for",
            ),
        ],
    }


def _page_links(request: Request, *, limit: int, offset: int, matched: int) -> list[dict[str, str]]:
    kept = [
        (k, v) for k, v in request.query_params.multi_items() if k not in ("offset", "limit", "f")
    ]
    path = f"{public_base(request)}{request.url.path}"

    def at(start: int, *more: tuple[str, str]) -> str:
        return f"{path}?{urlencode([*kept, ('limit', limit), ('offset', start), *more])}"

    links = [
        _link(at(offset), "self", GEOJSON, "this page"),
        _link(at(offset, ("f", "html")), "alternate", "text/html", "this page as HTML"),
        _link(path.removesuffix("/items"), "collection", "application/json", "the collection"),
    ]
    if offset + limit < matched:
        links.append(_link(at(offset + limit), "next", GEOJSON, "next page"))
    if offset:
        links.append(_link(at(max(0, offset - limit)), "prev", GEOJSON, "previous page"))
    return links


def _link(href: str, rel: str, media_type: str, title: str) -> dict[str, str]:
    return {"href": href, "rel": rel, "type": media_type, "title": title}


def _root(request: Request) -> str:
    """Return our own address; clients of the standard want whole addresses."""
    return f"{public_base(request)}/ogc"


def _query(request: Request) -> dict[str, str]:
    """
    Return the parameters, each once.

    Raises
    ------
    ParameterError
        If one is given twice.
    """
    pairs = request.query_params.multi_items()
    query = dict(pairs)
    if len(query) < len(pairs):
        twice = next(name for name, _ in pairs if [n for n, _ in pairs].count(name) > 1)
        raise ParameterError(f"`{twice}` is given twice", parameter=twice)
    return query


def _only(request: Request, *known: str) -> None:
    for name in _query(request):
        if name not in known:
            raise ParameterError(
                f"`{name}` is no parameter here; there are {', '.join(known)}", parameter=name
            )


def _wants_html(request: Request) -> bool:
    wanted = request.query_params.get("f")
    if wanted is None:
        accept = request.headers.get("accept", "")
        return accept.split(",")[0].split(";")[0].strip() == "text/html"
    if wanted not in ("json", "html"):
        raise ParameterError(f"`f` {wanted!r} is not known; there are json, html", parameter="f")
    return wanted == "html"


def _answer(
    request: Request, body: dict[str, Any], title: str, *, media_type: str = "application/json"
) -> Response:
    if _wants_html(request):
        return _html(request, body, title)
    return JSONResponse(body, media_type=media_type)


def _html(
    request: Request,
    body: dict[str, Any],
    title: str,
    found: Collection | None = None,
    rows: list[int] | None = None,
) -> Response:
    """Make a page for people of what programs get as JSON."""
    listed = body.get("collections", [])
    columns = list(found.queryables) if found else []
    return render(
        request,
        "ogc.html",
        region=None,
        title=title,
        description=body.get("description", ""),
        attribution=body.get("attribution", found.about.attribution if found else ""),
        lines=body.get("conformsTo", [*body.get("properties", {})]),
        links=[link for link in body.get("links", []) if link["rel"] not in ("self", "alternate")],
        collections=[{**each, "page": f"/ogc/collections/{each['id']}/items"} for each in listed],
        matched=body.get("numberMatched"),
        columns=columns,
        rows=[
            {
                "id": found.ids[row],
                "page": f"{request.url.path.partition('/items')[0]}/items/{found.ids[row]}",
                "cells": [found.properties[row].get(name) for name in columns],
            }
            for row in rows or []
        ]
        if found
        else [],
    )
