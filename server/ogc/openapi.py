"""The description of `/ogc` in OpenAPI 3.0, as the standard's class `oas30` wants it."""

from __future__ import annotations

from typing import Any

from server.ogc.filters import DEFAULT_LIMIT, MAX_LIMIT
from server.ogc.reference import CRS84

_COLLECTION = "collectionId"
_JSON = {"application/json": {"schema": {"type": "object"}}}
_GEOJSON = {"application/geo+json": {"schema": {"type": "object"}}}
_HTML = {"text/html": {"schema": {"type": "string"}}}
_PROBLEM = {
    "application/problem+json": {
        "schema": {
            "type": "object",
            "properties": {
                "type": {"type": "string"},
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "detail": {"type": "string"},
                "parameter": {"type": "string"},
            },
        }
    }
}


def document(root: str, collections: list[str]) -> dict[str, Any]:
    """
    Describe the routes.

    Parameters
    ----------
    root
        Whole address of `/ogc`.
    collections
        Ids of all collections.
    """
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Umkreis: OGC API - Features",
            "version": "1.0.0",
            "description": "Offers, districts with their coverage, and gaps, for a city's GIS.",
            "license": {"name": "The data's licences stand in each collection's attribution"},
        },
        "servers": [{"url": root}],
        "tags": [{"name": "capabilities"}, {"name": "data"}],
        "paths": {
            "/": _get("getLandingPage", "Landing page", ["f"], _JSON),
            "/conformance": _get("getConformance", "Conformance classes", ["f"], _JSON),
            "/api": _get("getApi", "This document", [], _JSON),
            "/collections": _get("getCollections", "All collections", ["f"], _JSON),
            "/collections/{collectionId}": _get(
                "describeCollection", "One collection", [_COLLECTION, "f"], _JSON, missing=True
            ),
            "/collections/{collectionId}/queryables": _get(
                "getQueryables", "Properties to ask for", [_COLLECTION, "f"], _JSON, missing=True
            ),
            "/collections/{collectionId}/items": _get(
                "getFeatures",
                "Features in pages; a property of the collection is a parameter too",
                [
                    _COLLECTION, "limit", "offset", "bbox", "bbox-crs", "datetime", "crs",
                    "properties", "f",
                ],
                _GEOJSON,
                missing=True,
                tag="data",
            ),
            "/collections/{collectionId}/items/{featureId}": _get(
                "getFeature",
                "One feature",
                [_COLLECTION, "featureId", "crs", "f"],
                _GEOJSON,
                missing=True,
                tag="data",
            ),
        },
        "components": {"parameters": {_COLLECTION: _collection(collections)}},
    }  # fmt: skip


def _get(
    operation: str,
    summary: str,
    parameters: list[str],
    content: dict[str, Any],
    *,
    missing: bool = False,
    tag: str = "capabilities",
) -> dict[str, Any]:
    problems = {"400": "a parameter cannot be read"}
    if missing:
        problems["404"] = "there is none"
    return {
        "get": {
            "operationId": operation,
            "summary": summary,
            "tags": [tag],
            "parameters": [_parameter(name) for name in parameters],
            "responses": {
                "200": {"description": summary, "content": {**content, **_HTML}},
                **{
                    status: {"description": text, "content": _PROBLEM}
                    for status, text in problems.items()
                },
                "500": {"description": "the server failed", "content": _PROBLEM},
            },
        }
    }


def _collection(collections: list[str]) -> dict[str, Any]:
    schema = {"type": "string", "enum": collections} if collections else {"type": "string"}
    return {"name": _COLLECTION, "in": "path", "required": True, "schema": schema}


def _parameter(name: str) -> dict[str, Any]:
    # written out where they are used: not every reader follows references of parameters
    if name == _COLLECTION:
        return {"$ref": f"#/components/parameters/{_COLLECTION}"}
    return _parameters()[name]


def _parameters() -> dict[str, dict[str, Any]]:
    text = {"type": "string"}
    address = {"type": "string", "format": "uri", "default": CRS84}
    return {
        "featureId": {"name": "featureId", "in": "path", "required": True, "schema": text},
        "f": _query("f", "format", {"type": "string", "enum": ["json", "html"]}),
        "limit": _query(
            "limit",
            "most features of a page",
            {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
        ),
        "offset": _query(
            "offset", "features passed over", {"type": "integer", "minimum": 0, "default": 0}
        ),
        "bbox": {
            **_query(
                "bbox",
                "lower left and upper right corner in the axis order of bbox-crs",
                {
                    "type": "array",
                    "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
                    "items": {"type": "number"},
                },
            ),
            "style": "form",
            "explode": False,
        },
        "bbox-crs": _query("bbox-crs", "CRS of bbox", address),
        "crs": _query("crs", "CRS of the answer", address),
        "datetime": {
            **_query("datetime", "a date or an interval; the date of the features' data", text),
            "style": "form",
            "explode": False,
        },
        "properties": {
            **_query(
                "properties",
                "a property of the collection equals a value (see its queryables)",
                {"type": "object", "additionalProperties": {"type": "string"}},
            ),
            "style": "form",
            "explode": True,
        },
    }


def _query(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": schema,
    }
