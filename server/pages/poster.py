"""An offer as a sheet of paper: name, hours of a usual week, address, a map, and a QR code."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from layers.atlas import Atlas
from server import view
from server.offer_address import full_address, offer_path, qr_of
from server.offer_card import Card, card_of
from server.offer_hours import usual_week
from server.offer_icons import SHEET
from server.offer_texts import map_texts
from server.regions import regions_of
from server.resident_list import now_in
from server.settings import LANGUAGES
from server.shell import PageRoute, render, texts_for
from server.texts import Texts

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/r/{region}/offers/{offer}/poster")
def poster(request: Request, region: str, offer: str) -> HTMLResponse:
    """Show the poster of an offer, to print on A4."""
    atlas = regions_of(request).open(region)
    texts = texts_for(request)
    entry = atlas.offers[atlas.offers.row(offer)]
    now = now_in(atlas.region)
    card = card_of(atlas, entry, now, texts)
    path = offer_path(atlas.region.id, entry.id)
    chosen = request.query_params.get("lang")
    url = full_address(request, path, **({"lang": chosen} if chosen in LANGUAGES else {}))
    return render(
        request,
        "poster.html",
        region=atlas.region,
        card=card,
        sheet=SHEET,
        week=usual_week(atlas, entry, now, texts),
        path=path,
        url=url,
        qr=qr_of(url),
        page_data=_page_data(atlas, card, texts),
        as_of=texts.month(entry.as_of or atlas.region.as_of),
        attributions=atlas.region.attributions,
    )


def _page_data(atlas: Atlas, card: Card, texts: Texts) -> dict[str, Any]:
    """Return what the map draws; paper is white whatever the screen is."""
    return {
        "language": texts.language,
        "tiles": view.tiles_url(atlas),
        "attributions": list(atlas.region.attributions),
        "sheet": SHEET,
        "texts": map_texts(texts),
        "light": True,
        "offer": {
            "name": card.name,
            "lon": card.lon,
            "lat": card.lat,
            "icon": card.icon,
            "color": card.color,
        },
    }
