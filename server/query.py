"""
Parses what comes in an address, once, into typed values.

A parameter that a route does not know is refused: a misspelt one would otherwise be without effect
and without a word.
"""

from __future__ import annotations

import math
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.routing import APIRoute

from geo.errors import ParameterError

LATER = {
    "window": "departures of public transport are answered by coverage, gaps, equity and scenarios",
    "address": "addresses are looked up by POST /api/v1/regions/{region}/geocode; give lon and lat",
}
MAX_OFFERS = 2000

Box = tuple[float, float, float, float]


def refuse_unknown(request: Request) -> None:
    """
    Refuse parameters that the route does not have.

    Raises
    ------
    ParameterError
        With the ones it has.
    """
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return
    known = set(known_parameters(route))
    for name in request.query_params:
        if name in LATER and name not in known:
            raise ParameterError(f"`{name}`: {LATER[name]}", parameter=name)
        if name not in known:
            raise ParameterError(
                f"`{name}` is no parameter here; there are {', '.join(sorted(known)) or 'none'}",
                parameter=name,
            )


def known_parameters(route: APIRoute) -> list[str]:
    """List the query parameters of a route and of what it depends on."""
    names: list[str] = []
    stack = [route.dependant]
    while stack:
        dependant = stack.pop()
        names += [field.alias for field in dependant.query_params]
        stack += dependant.dependencies
    return names


def parse_box(
    bbox: Annotated[
        str | None,
        Query(description="west,south,east,north in degrees", examples=["13.2,53.5,13.3,53.6"]),
    ] = None,
) -> Box | None:
    """
    Parse a box.

    Raises
    ------
    ParameterError
        If it is not four numbers, or its corners are swapped or beyond degrees.
    """
    if bbox is None:
        return None
    rule = "give west,south,east,north in degrees, such as 13.2,53.5,13.3,53.6"
    try:
        west, south, east, north = (float(part) for part in bbox.split(","))
    except ValueError as exc:
        detail = f"`bbox` {bbox!r} is not four numbers; {rule}"
        raise ParameterError(detail, parameter="bbox") from exc
    if not all(map(math.isfinite, (west, south, east, north))):
        raise ParameterError(f"`bbox` {bbox!r} is not four numbers; {rule}", parameter="bbox")
    if not (-180 <= west <= 180 and -180 <= east <= 180 and south >= -90 and north <= 90):
        raise ParameterError(f"`bbox` {bbox!r} lies beyond degrees; {rule}", parameter="bbox")
    if west > east or south > north:
        raise ParameterError(f"`bbox` {bbox!r} has swapped corners; {rule}", parameter="bbox")
    return west, south, east, north


def parse_categories(
    category: Annotated[
        list[str] | None,
        Query(
            description="id of a category; several by comma or by repeating",
            examples=["greengrocer_bakery"],
        ),
    ] = None,
) -> list[str]:
    """Split categories at commas."""
    return [part for text in category or [] for part in text.split(",") if part]


BoxQuery = Annotated[Box | None, Depends(parse_box)]
CategoriesQuery = Annotated[list[str], Depends(parse_categories)]
