"""
Examples in the OpenAPI document: each is one that the shipped region `toy` answers.

They stand here and not beside the models, so that one test can ask them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI

_REGION = "/api/v1/regions/{region}"
_MARKET: Final = {"lon": 13.7789, "lat": 54.5099}
_BREAD: Final = {"category": "greengrocer_bakery", "mode": "walk", "minutes": 10}

PARAMETERS: Final = {
    "region": "toy",
    "regions": "toy",
    "category": "greengrocer_bakery",
    "offer": "umk:repair-cafe",
    "item": "e.WyJ1bWs6cmVwYWlyLWNhZmUiXQ",  # that entry, submitted
    "district": "T1.n1301",
    "bbox": "13.77,54.50,13.79,54.52",
    "card": "village-shop-by-shares",
    "experiment": "market-hall",
    "id": "KCMBcmKW6gbKdhkq",
}
BODIES: Final[dict[str, dict[str, Any]]] = {
    "geocode": {"q": "Landstraße"},
    "near": {**_MARKET, "mode": "walk", "minutes": 10, "categories": ["repair_cafe"]},
    "near/week": {**_MARKET, "from": "2026-11-28T10:00"},
    "way": {**_MARKET, "offer": "umk:repair-cafe", "mode": "walk"},
    "journeys": {**_MARKET, "offer": "umk:repair-cafe", "leaving": "2026-11-28T10:00"},
    "isochrone": {**_MARKET, "mode": "walk", "minutes": [5, 10]},
    "resilience": {"category": "greengrocer_bakery"},
    "sites": {"category": "greengrocer_bakery", "new": 1},
    "scenarios": {
        **_BREAD,
        "scenario": {
            "version": 1,
            "changes": [{"do": "add_offer", "category": "greengrocer_bakery", **_MARKET}],
        },
    },
    "papers": {
        "version": 1,
        "title": "Bread within reach",
        "author": "Office of urban planning",
        "chapters": [{"kind": "coverage", **_BREAD}],
    },
}


def install(app: FastAPI) -> None:
    """Make the OpenAPI document of an app show the examples."""
    plain: Callable[[], dict[str, Any]] = app.openapi

    def with_examples() -> dict[str, Any]:
        if app.openapi_schema is None:
            _add(plain())
        return plain()

    app.openapi = with_examples  # type: ignore[method-assign]


def _add(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for operation in methods.values():
            for parameter in operation.get("parameters", []):
                if parameter["name"] in PARAMETERS and _fits(parameter):
                    parameter["example"] = PARAMETERS[parameter["name"]]
        body = BODIES.get(path.removeprefix(f"{_REGION}/"))
        if body is not None and "post" in methods:
            methods["post"]["requestBody"]["content"]["application/json"]["example"] = body


def _fits(parameter: dict[str, Any]) -> bool:
    # an offer as a filter would leave out what the other examples find
    return parameter["in"] == "path" or parameter["name"] in ("category", "regions", "bbox")
