"""
The residents' page: what is near me, and is it open.

Without a place it lists the region's offers, rendered here. With a place, which only scripts know,
the interface is asked by POST: a home address stands in no URL and no log. Scripts take the list
of this page as well, so what is filtered without a place is filtered in one way.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from babel.dates import format_datetime
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from geo.crs import geometry_to_lonlat
from layers.atlas import Atlas
from layers.timetable import TRANSIT
from layers.when import PRESETS
from server import resident_filters as filters
from server import resident_list as listed
from server import view
from server.contact import contact_of
from server.hours_phrase import has_hours
from server.offer_card import Card, card_of
from server.offer_icons import SHEET, icon_of
from server.regions import regions_of
from server.resident_asked import (
    MINUTES,
    NOW,
    OPEN_PRESETS,
    ResidentAsked,
    parse_resident,
)
from server.resident_texts import resident_texts
from server.sentences import label
from server.shell import PageRoute, render, texts_for
from server.texts import Texts
from server.transit_view import has_transit, on_demand_lines

MODE_ICONS = {
    "walk": "walk", "stepfree": "wheelchair", "bike": "bike", "car": "car", TRANSIT: "bus",
}  # fmt: skip

# Asked for at once, not one after the other as they name each other
MODULES = (
    "residents",
    "card_side",
    "filter_controls",
    "resident_state",
    "sides",
    "residents_map",
    "place_search",
    "offers_list",
    "offer_card",
    "journey",
    "week",
    "saved",
    "map",
    "dom",
)

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/r/{region}")
def residents(request: Request, region: str) -> HTMLResponse:
    """Show what there is, to find what is near."""
    atlas = regions_of(request).open(region)
    asked = parse_resident(request.query_params, atlas)
    texts = texts_for(request)
    now = listed.now_in(atlas.region)
    when = listed.when_asked(asked, atlas.region, now)
    found = listed.list_offers(atlas, asked, when)
    rows = found.rows
    directory = asked.filters_nothing  # kinds to choose from say more than hundreds of names
    first = (asked.page - 1) * listed.PAGE_LENGTH
    page_rows = rows[:0] if directory else rows[first : first + listed.PAGE_LENGTH]
    return render(
        request,
        "residents.html",
        region=atlas.region,
        asked=asked,
        title=_title(atlas, asked, texts),
        sheet=SHEET,
        directory=directory,
        items=listed.items_of(atlas, page_rows, when, now, texts),
        total=len(rows),
        total_text=texts.number(len(rows)),
        pages=_pages(region, asked, 0 if directory else len(rows)),
        offer_url=lambda offer: asked.with_(offer=offer).url(region),
        list_url=asked.with_().url(region),
        hours_unknown=found.hours_unknown,
        unknown_url=asked.with_(unknown=True).url(region),
        reset_url=ResidentAsked(language=asked.language).url(region),
        now_url=asked.with_(open="" if asked.open == NOW else NOW).url(region),
        usual=filters.usual_kinds(atlas, asked, texts),
        groups=filters.groups_of(atlas, asked, texts),
        facts=filters.fact_filters(atlas, asked, texts),
        modes=[
            (mode, name, MODE_ICONS[mode])
            for mode, name in mode_names(texts).items()
            if mode != TRANSIT or has_transit(atlas)
        ],
        minutes=MINUTES,
        times=times_of(asked, texts),
        card=_card(atlas, asked, texts),
        contact=contact_of(request),
        list_data={"markers": listed.markers_of(atlas, rows, texts)},
        page_data=_page_data(atlas, texts),
        attributions=atlas.region.attributions,
        as_of=texts.month(atlas.region.as_of),
        blank=listed.BLANK,
        modules=MODULES,
    )


@router.get("/r/{region}/offers/{offer}/card")
def offer_card(request: Request, region: str, offer: str) -> HTMLResponse:
    """Give the card of one offer, a part of pages."""
    atlas = regions_of(request).open(region)
    row = atlas.offers.row(offer)
    card = card_of(atlas, atlas.offers[row], listed.now_in(atlas.region), texts_for(request))
    return render(
        request,
        "offer_card.html",
        card=card,
        contact=contact_of(request),
        region=atlas.region,
        sheet=SHEET,
        list_url="",
    )


def mode_names(texts: Texts) -> dict[str, str]:
    """Name the modes in plain words; step-free is reckoned slowly (`geo.street_access`)."""
    return {
        "walk": texts.gettext("On foot"),
        "stepfree": texts.gettext("Slowly, without steps"),
        "bike": texts.gettext("Bicycle"),
        "car": texts.gettext("Car"),
        TRANSIT: texts.gettext("Bus and train"),
    }


def times_of(asked: ResidentAsked, texts: Texts) -> list[tuple[str, str, bool]]:
    """Return value, name and whether it is asked: any time, now, parts of the week, one's own."""
    named = {preset.id: preset.label(texts.language) for preset in PRESETS}
    times = [("", texts.gettext("at any time")), (NOW, texts.gettext("open now"))]
    times += [(i, texts.gettext("open {when}", when=named[i])) for i in OPEN_PRESETS]
    if asked.open and asked.open not in [value for value, _ in times]:
        times.append((asked.open, _time_name(asked.open, texts)))
    return [(value, name, value == asked.open) for value, name in times]


def _time_name(asked: str, texts: Texts) -> str:
    """Write a local time for people; a part of the week stays as it is written."""
    try:
        return format_datetime(
            datetime.fromisoformat(asked), "EEE, d. MMM, HH:mm", locale=texts.language
        )
    except ValueError:
        return asked


def _title(atlas: Atlas, asked: ResidentAsked, texts: Texts) -> str:
    if asked.offer:
        offer = atlas.offers[atlas.offers.row(asked.offer)]
        return offer.name or label(texts, atlas.taxonomy.category(offer.categories[0]))
    names = [label(texts, atlas.taxonomy.category(c)) for c in asked.categories]
    return ", ".join(names[:2]) or texts.gettext("What is near me?")


def _card(atlas: Atlas, asked: ResidentAsked, texts: Texts) -> Card | None:
    if not asked.offer:
        return None
    row = atlas.offers.row(asked.offer)
    return card_of(atlas, atlas.offers[row], listed.now_in(atlas.region), texts)


def _pages(region: str, asked: ResidentAsked, total: int) -> dict[str, str]:
    """Return the addresses of the pages before and after, "" where there is none."""
    last = max(1, -(-total // listed.PAGE_LENGTH))
    return {
        "before": replace(asked, page=asked.page - 1).url(region) if asked.page > 1 else "",
        "after": replace(asked, page=asked.page + 1).url(region) if asked.page < last else "",
    }


def _transit_notes(atlas: Atlas, texts: Texts) -> list[str]:
    """Say what a list by bus and train leaves out: services that have to be booked."""
    if atlas.timetable is None:
        return []
    return on_demand_lines(atlas.timetable.about.on_demand, texts)


def _page_data(atlas: Atlas, texts: Texts) -> dict[str, Any]:
    """Return what the scripts need to draw and to ask."""
    region = atlas.region
    west, south, east, north = geometry_to_lonlat(region.boundary, region.crs).bounds
    return {
        "region": region.id,
        "name": region.name,
        "timezone": region.timezone,
        "has_transit": has_transit(atlas),
        "transit_notes": _transit_notes(atlas, texts),
        "language": texts.language,
        "page": f"/r/{region.id}",
        "api": f"/api/v1/regions/{region.id}",
        "tiles": view.tiles_url(atlas),
        "attributions": list(region.attributions),
        "bounds": [[south, west], [north, east]],
        "sheet": SHEET,
        "categories": {
            c.id: [label(texts, c), icon_of(c.id), filters.color_of(atlas, c), has_hours(c)]
            for c in atlas.taxonomy.categories
        },
        "resources": {r.id: label(texts, r) for r in atlas.taxonomy.resources},
        "times": {preset.id: preset.label(texts.language) for preset in PRESETS},
        "parts": {preset.id: preset.part for preset in PRESETS},
        "fact_types": {f.id: f.type for c in atlas.taxonomy.categories for f in c.facts},
        "texts": resident_texts(texts),
    }
