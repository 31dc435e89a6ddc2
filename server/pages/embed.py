"""
A map and a list of chosen offers for other sites, and the page on which they are put together.

`/embed/…` is the only page that others may frame. It sets no cookie, stores nothing, and its links
open beside the site that shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import shapely
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import QueryParams

from geo.crs import geometry_to_lonlat
from geo.errors import ParameterError, UmkreisError
from layers.atlas import Atlas
from layers.wishes import Wishes, fitting_offers
from server import view
from server.asked import address
from server.colors import color_rules, parse_color
from server.errors import status_of
from server.offer_address import full_address, offer_path
from server.offer_icons import SHEET
from server.offer_texts import map_texts
from server.query import Box, parse_box
from server.regions import regions_of
from server.resident_asked import MOST_CHARS, ResidentAsked
from server.resident_filters import groups_of
from server.resident_list import Item, items_of, name_key, now_in, when_asked
from server.settings import LANGUAGES
from server.shell import POLICY, PageRoute, render, texts_for
from server.texts import NAMES, Texts

MOST_LISTED = 200
HEIGHT_PX = 600
BOTH, LIST, MAP = "", "1", "0"  # values of `list`
DEFAULT_COLOR = "#0b6b4f"
_NOBODY_FRAMES = "frame-ancestors 'none'"
FRAMED_POLICY: Final = POLICY.replace(_NOBODY_FRAMES, "frame-ancestors *")
BUILDER_POLICY: Final = f"{POLICY}; frame-src 'self'"

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True)
class EmbedAsked:
    """What an address asks: which offers, how they are shown; empty where it is left open."""

    categories: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    bbox: Box | None = None
    q: str = ""
    color: str = ""
    list: str = BOTH
    language: str = ""

    def parameters(self) -> dict[str, str]:
        """Return the parameters of an address that asks the same."""
        pairs = {
            "category": ",".join(self.categories),
            "layer": ",".join(self.layers),
            "bbox": "" if self.bbox is None else ",".join(f"{c:.10g}" for c in self.bbox),
            "q": self.q,
            "color": self.color.removeprefix("#"),
            "list": self.list,
            "lang": self.language,
        }
        return {name: value for name, value in pairs.items() if value}


def parse_embed(query: QueryParams) -> EmbedAsked:
    """
    Read and check the parameters; categories and layers are checked where they are looked up.

    Raises
    ------
    ParameterError
        If the box, the colour, the language or what is shown is none of what is allowed.
    """
    shown, language = query.get("list", ""), query.get("lang", "")
    if shown not in (BOTH, LIST, MAP):
        raise ParameterError(
            f"`list` {shown!r} is not known; use 1 (only a list), 0 (only a map) or leave it out",
            parameter="list",
        )
    if language and language not in LANGUAGES:
        raise ParameterError(
            f"`lang` {language!r} is not known; use {', '.join(LANGUAGES)}", parameter="lang"
        )
    color = query.get("color", "").strip()
    return EmbedAsked(
        categories=_several(query, "category"),
        layers=_several(query, "layer"),
        bbox=parse_box(query.get("bbox") or None),
        q=query.get("q", "").strip()[:MOST_CHARS],
        color=parse_color(color) if color else "",
        list=shown,
        language=language,
    )


def _several(query: QueryParams, name: str) -> tuple[str, ...]:
    parts = (part for text in query.getlist(name) for part in text.split(","))
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


@router.get("/embed/{region}")
def embed(request: Request, region: str) -> HTMLResponse:
    """Show chosen offers inside another site; what is wrong is told there as well."""
    try:
        page = _embed(request, region)
    except UmkreisError as exc:
        status = status_of(exc)
        if status is HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        page = render(request, "embed_error.html", status=status, detail=str(exc))
    page.headers["Content-Security-Policy"] = FRAMED_POLICY
    return page


def _embed(request: Request, region: str) -> HTMLResponse:
    atlas = regions_of(request).open(region)
    asked = parse_embed(request.query_params)
    texts = texts_for(request)
    rows = embedded_rows(atlas, asked)
    now = now_in(atlas.region)
    items = items_of(atlas, rows, when_asked(ResidentAsked(), atlas.region, now), now, texts)
    colors = {"color": asked.color.removeprefix("#")} if asked.color else {}
    return render(
        request,
        "embed.html",
        region=atlas.region,
        asked=asked,
        sheet=SHEET,
        items=items[:MOST_LISTED],
        more=max(0, len(items) - MOST_LISTED),
        total=len(items),
        only_list=asked.list == LIST,
        only_map=asked.list == MAP,
        colors_url=address("/embed-colors.css", colors),
        offer_url=lambda offer: _offer_url(atlas, offer, asked),
        new_tab=True,
        page_data=None if asked.list == LIST else _page_data(atlas, asked, rows, items, texts),
        as_of=texts.month(atlas.region.as_of),
        attributions=atlas.region.attributions,
    )


def embedded_rows(atlas: Atlas, asked: EmbedAsked) -> list[int]:
    """
    Return the rows of the offers that are shown, by name.

    Raises
    ------
    UnknownCategoryError, ParameterError
        If there is no such category or layer.
    """
    wishes = Wishes(categories=asked.categories, layers=asked.layers, q=asked.q)
    rows = fitting_offers(atlas, wishes).fit.tolist()
    if asked.bbox is not None:
        inside = set(atlas.offer_index.within(asked.bbox).tolist())
        rows = [row for row in rows if row in inside]
    return sorted(rows, key=lambda row: (name_key(atlas.offers[row]), row))


def _offer_url(atlas: Atlas, offer: str, asked: EmbedAsked) -> str:
    language = {"lang": asked.language} if asked.language else {}
    return address(offer_path(atlas.region.id, offer), language)


def _page_data(
    atlas: Atlas, asked: EmbedAsked, rows: list[int], items: list[Item], texts: Texts
) -> dict[str, Any]:
    """Return what the map draws."""
    outline = geometry_to_lonlat(atlas.region.boundary, atlas.region.crs).bounds
    if asked.bbox is not None:
        outline = asked.bbox
    elif rows:
        places = [(atlas.offers[row].lon, atlas.offers[row].lat) for row in rows]
        outline = shapely.MultiPoint(places).bounds
    west, south, east, north = outline
    return {
        "language": texts.language,
        "tiles": view.tiles_url(atlas),
        "attributions": list(atlas.region.attributions),
        "sheet": SHEET,
        "texts": map_texts(texts),
        "bounds": [[south, west], [north, east]],
        "offers": [
            {
                "name": item.name,
                "lon": round(atlas.offers[row].lon, 6),
                "lat": round(atlas.offers[row].lat, 6),
                "icon": item.icon,
                "color": item.color,
                "url": _offer_url(atlas, item.id, asked),
                "lines": [item.kind, item.address, item.hours],
            }
            for row, item in zip(rows, items, strict=True)
        ],
    }


@router.get("/embed-colors.css")
def embed_colors(color: str = DEFAULT_COLOR) -> Response:
    """Give a page its colour; styles stand in no page, so that its policy can forbid them."""
    rules = color_rules(parse_color(color))
    return Response(rules, media_type="text/css", headers={"Cache-Control": "max-age=86400"})


@router.get("/r/{region}/embed")
def builder(request: Request, region: str) -> HTMLResponse:
    """Put an embedded map together: choose, look, copy the code."""
    atlas = regions_of(request).open(region)
    asked = parse_embed(_without_own_language(request.query_params))
    texts = texts_for(request)
    total = len(embedded_rows(atlas, asked))
    path = f"/embed/{atlas.region.id}"
    page = render(
        request,
        "embed_builder.html",
        region=atlas.region,
        asked=asked,
        total=total,
        groups=groups_of(atlas, ResidentAsked(categories=asked.categories), texts),
        layers=[layer.id for layer in atlas.taxonomy.layers if layer.id in asked.layers],
        color=asked.color or DEFAULT_COLOR,
        languages=[(code, NAMES[code]) for code in LANGUAGES],
        preview_url=address(path, asked.parameters()),
        source=full_address(request, path, **asked.parameters()),
        height=HEIGHT_PX,
        attributions=atlas.region.attributions,
    )
    page.headers["Content-Security-Policy"] = BUILDER_POLICY
    return page


def _without_own_language(query: QueryParams) -> QueryParams:
    """Take `in` as the language of what is embedded; `lang` is the one of this page."""
    pairs = [(name, value) for name, value in query.multi_items() if name != "lang"]
    return QueryParams([("lang" if name == "in" else name, value) for name, value in pairs])
