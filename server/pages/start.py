"""Where visitors arrive, and what stands beside all regions."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from layers.atlas_brief import AtlasBrief
from server.classes import ALL_CLASSES
from server.regions import regions_of
from server.shell import PageRoute, render, texts_for
from server.texts import Texts

MADE_UP = "made up"  # what a region of examples says of its counts

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/")
def start(request: Request) -> HTMLResponse:
    """Say what this is and which regions are served."""
    texts = texts_for(request)
    known = regions_of(request)
    regions = [
        _region_card(brief, texts) if brief else {"id": i, "name": known.name(i), "ready": False}
        for i, brief in known.briefs().items()
    ]
    return render(request, "start.html", regions=regions, region=None)


def _region_card(brief: AtlasBrief, texts: Texts) -> dict[str, Any]:
    counted = brief.unit == "residents"
    return {
        "id": brief.id,
        "name": brief.name,
        "ready": True,
        "as_of": texts.month(brief.as_of),
        "made_up": brief.source == MADE_UP,
        "people": texts.number(round(brief.total)) if counted else "",
        "buildings": texts.number(brief.homes),
        "districts": texts.number(brief.districts),
        "offers": texts.number(brief.offers),
    }


@router.get("/docs")
def docs(request: Request) -> HTMLResponse:
    """Describe the interface under /api/v1, to read and to try."""
    return render(request, "docs.html", region=None)


@router.get("/classes.css")
def class_colours() -> Response:
    """Give the classes' colours to the pages, so that they stand in one place."""
    return Response(_class_rules(), media_type="text/css", headers={"Cache-Control": "no-cache"})


@lru_cache(maxsize=1)
def _class_rules() -> str:
    def rule(name: str, color: str, ink: str) -> str:
        return f".look-{name}{{--look:{color};--look-ink:{ink}}}"

    light = "".join(rule(c.id, c.color, c.ink(is_dark=False)) for c in ALL_CLASSES)
    dark = "".join(rule(c.id, c.color_dark, c.ink(is_dark=True)) for c in ALL_CLASSES)
    return f"{light}@media screen and (prefers-color-scheme:dark){{{dark}}}"


@router.get("/robots.txt")
def robots() -> PlainTextResponse:
    """Keep robots away from the endless number of questions."""
    return PlainTextResponse("User-agent: *\nDisallow: /api/\nDisallow: /tiles/\nDisallow: /*?\n")


@router.get("/favicon.ico")
def favicon() -> RedirectResponse:
    """Lead to the icon for who asks at the usual place."""
    return RedirectResponse("/static/favicon.svg", 308)
