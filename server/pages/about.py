"""What visitors may want to know: who runs this, whose data it is, privacy, accessibility."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from layers.atlas_brief import AtlasBrief
from server.contact import contact_of
from server.regions import regions_of
from server.shell import PageRoute, built_regions, render, texts_for
from server.texts import Texts

VERSIONS = Path(__file__).resolve().parent.parent / "static" / "vendor" / "VERSIONS.json"

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/about")
def about(request: Request) -> HTMLResponse:
    """Say what Umkreis is and who runs it here."""
    return _text_page(request, "about.html", regions=built_regions(request))


@router.get("/privacy")
def privacy(request: Request) -> HTMLResponse:
    """Say what is known of visitors: nothing that is kept."""
    return _text_page(request, "privacy.html")


@router.get("/accessibility")
def accessibility(request: Request) -> HTMLResponse:
    """State how far everybody can use the pages."""
    return _text_page(request, "accessibility.html")


@router.get("/sources")
def sources(request: Request) -> HTMLResponse:
    """Name the data of every region, and the parts of the pages, with their licences."""
    texts = texts_for(request)
    briefs = [brief for brief in regions_of(request).briefs().values() if brief]
    regions = [_region_sources(brief, texts) for brief in briefs]
    return _text_page(request, "sources.html", regions=regions, parts=_parts())


def _text_page(request: Request, template: str, **context: Any) -> HTMLResponse:
    return render(
        request,
        template,
        region=None,
        operator=request.app.state.settings.operator,
        contact=contact_of(request),
        **context,
    )


def _region_sources(brief: AtlasBrief, texts: Texts) -> dict[str, Any]:
    return {
        "name": brief.name,
        "label": f"{brief.name} ({brief.id})",  # names may be the same
        "attributions": brief.attributions,
        "sources": [
            {
                "name": source["name"],
                "date": texts.iso_day(source["as_of"]),
                "licence": source["licence"] or texts.gettext("not stated"),
            }
            for source in brief.sources
        ],
    }


@lru_cache(maxsize=1)
def _parts() -> list[dict[str, str]]:
    packages: list[dict[str, str]] = json.loads(VERSIONS.read_text("utf-8"))["packages"]
    return packages
