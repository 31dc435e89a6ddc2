"""Addresses of every GET route of the app, so that a test that asks them all leaves none out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tests.server.accounts.test_matrix import all_routes

if TYPE_CHECKING:
    from collections.abc import Mapping

PLACE: Final = re.compile(r"\{(\w+)(?::\w+)?\}")
_CATEGORY: Final = "category=greengrocer_bakery"
# questions that routes want answered before they tell anything
QUERIES: Final = {
    **dict.fromkeys(
        (
            f"/api/v1/regions/{{region}}/{name}"
            for name in ("access", "coverage", "equity", "gaps", "history", "radii", "resilience",
                         "stability", "week")
        ),
        (_CATEGORY,),
    ),
    "/api/v1/regions/{region}/offers": ("", "limit=1000"),
    "/api/v1/regions/{region}/sites": (f"{_CATEGORY}&new=1",),
    "/api/v1/compare": (_CATEGORY,),
    "/compare": ("", _CATEGORY),
    "/embed/{region}": ("", _CATEGORY),
    "/r/{region}": (
        "", _CATEGORY, "q=script", "open=now", "view=saved", "view=week",
    ),
    "/r/{region}/planner": ("", _CATEGORY),
    "/r/{region}/map": (_CATEGORY,),
    "/r/{region}/history": ("", _CATEGORY),
    "/r/{region}/offers": ("", "q=script"),
    "/ogc": ("f=html",),
    "/ogc/collections": ("", "f=html"),
    "/ogc/collections/{collection}": ("", "f=html"),
    "/ogc/collections/{collection}/queryables": ("", "f=html"),
    "/ogc/collections/{collection}/items": ("", "f=html&limit=1000", "limit=1000"),
    "/ogc/collections/{collection}/items/{feature}": ("", "f=html"),
}  # fmt: skip
# what an answer of JSON, or of nothing to read, cannot show
NO_PAGES: Final = ("/api/", "/tiles/", "/sign-in/oidc", "/openapi.json", "/metrics")


def paths(values: Mapping[str, str]) -> list[tuple[str, str]]:
    """
    Each GET route with each of its questions: the route, and the address.

    `values` says what stands for `{region}` and the like; `unknown` lists what it does not know.
    """
    found = []
    for method, route in all_routes():
        if method == "GET":
            path = PLACE.sub(lambda place: values.get(place[1], "none"), route)
            found += [
                (route, f"{path}?{query}" if query else path) for query in QUERIES.get(route, ("",))
            ]
    return found


def unknown(values: Mapping[str, str]) -> set[str]:
    """Places in the paths of routes for which nothing is put in."""
    places = {place for _, route in all_routes() for place in PLACE.findall(route)}
    return places - set(values)
