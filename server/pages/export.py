"""The planner's view as a folium map: shown live, or one file to keep."""

from __future__ import annotations

import re
import secrets

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from layers.coverage import CoverageReport
from server import view
from server.asked import Asked, address, answer_asked, asked_again, parse_asked
from server.maps import live_map, map_csp
from server.regions import regions_of
from server.shell import PageRoute, texts_for
from server.single_file import single_file
from server.texts import Texts

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/r/{region}/map")
def map_page(request: Request, region: str) -> Response:
    """Serve the view as a folium map, or as one file to keep."""
    asked = parse_asked(request.query_params)
    atlas = regions_of(request).open(region)
    report = answer_asked(atlas, asked)
    shown = view.map_view(report, texts_for(request).language, by=asked.by)
    if request.query_params.get("download"):
        name = file_name(asked_again(report.question, asked), region, "html")
        return HTMLResponse(
            single_file(shown, atlas.base_map),
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
    nonce = secrets.token_urlsafe(16)
    return HTMLResponse(
        live_map(shown, nonce, links=_next_links(report, asked, texts_for(request))),
        headers={
            "Content-Security-Policy": map_csp(nonce),
            "Vary": "Accept-Language",
            "Cache-Control": "no-cache",
        },
    )


def _next_links(report: CoverageReport, asked: Asked, texts: Texts) -> list[tuple[str, str]]:
    """Lead on from the exported map: to its file, and back to the figures."""
    question = asked_again(report.question, asked).parameters()
    page = f"/r/{report.atlas.region.id}"
    links = [(texts.gettext("Back to all figures"), address(f"{page}/planner", question))]
    if report.atlas.base_map.is_file():
        file_url = address(f"{page}/map", {**question, "download": "1"})
        links.insert(0, (texts.gettext("Map as a file"), file_url))
    return links


def file_name(asked: Asked, region: str, ending: str) -> str:
    """Name a file after the question that it answers."""
    limit = f"{asked.minutes:g}min" if asked.minutes else f"{asked.metres or 0:g}m"
    parts = ["umkreis", region, *asked.categories, asked.mode, limit, asked.at]
    name = "-".join(part for part in parts if part)
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name) + f".{ending}"
