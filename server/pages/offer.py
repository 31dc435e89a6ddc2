"""
An offer's own page: for the initiative behind it, and to share with everybody.

Its card, the people in reach by every mode, who nearby fits and why, the gaps it could serve, and
the doors to correct it, to print a poster and to show it elsewhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from layers.atlas import Atlas
from layers.offer_reach import ModeReach, OfferReach, ServableGaps, people_in_reach, servable_gaps
from layers.offers import Offer
from layers.partners import Partners, partners
from server import answers, view
from server.asked import address
from server.contact import contact_of
from server.measures.partners import partners_out
from server.measures.partners_page import partner_entry
from server.offer_address import offer_path
from server.offer_card import card_of
from server.offer_icons import SHEET, icon_of
from server.offer_source import edit_url
from server.offer_texts import map_texts
from server.pages.residents import MODE_ICONS, mode_names
from server.regions import regions_of
from server.relay import can_be_written_to
from server.resident_asked import ResidentAsked
from server.resident_filters import color_of
from server.resident_list import now_in
from server.rows import few_text, gap_row
from server.sentences import label, reach_phrase
from server.settings import LANGUAGES
from server.shell import PageRoute, render, texts_for
from server.texts import Texts

MOST_PARTNERS = 6
_MOST_FACTS = 3

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True)
class ReachCell:
    """People within a limit; `how` says by what and in how many minutes."""

    minutes: str
    text: str
    how: str
    usual: bool
    is_cut: bool


@router.get("/r/{region}/offers/{offer}")
def offer_page(request: Request, region: str, offer: str) -> Response:
    """Show all that is known of an offer."""
    atlas = regions_of(request).open(region)
    texts = texts_for(request)
    row = atlas.offers.row(offer)
    entry = atlas.offers[row]
    if not atlas.networks:  # its card stands beside the list; all else here needs streets
        listed = ResidentAsked(offer=entry.id, language=request.query_params.get("lang", ""))
        return RedirectResponse(listed.url(region))
    card = card_of(atlas, entry, now_in(atlas.region), texts)
    reach, near = people_in_reach(atlas, entry.id), partners(atlas, entry.id)
    gaps = servable_gaps(atlas, entry.id)
    usual = reach_phrase(texts, reach.usual_mode, minutes=reach.usual_min, metres=None)
    nearby = _partners(atlas, near, texts)
    chosen = request.query_params.get("lang")
    language = {"lang": chosen} if chosen in LANGUAGES else {}
    return render(
        request,
        "offer.html",
        region=atlas.region,
        card=card,
        contact=contact_of(request),
        sheet=SHEET,
        kind=label(texts, atlas.taxonomy.category(entry.categories[0])),
        minutes=[texts.number(m) for m in reach.minutes],
        reach=_reach_rows(reach, texts, atlas.population.smallest_published),
        counts_buildings=reach.unit == "buildings",
        is_cut=any(any(mode.is_cut) for mode in reach.modes),
        usual=usual,
        partners=nearby,
        partners_in_all=len(near.partners),
        gaps=_gaps(gaps, texts),
        gaps_in_all=gaps.total,
        gaps_unknown=bool(gaps.report.unknown),
        category=entry.categories[0],
        path=offer_path(atlas.region.id, entry.id),
        edit_url=edit_url(entry) or "",
        can_write=can_be_written_to(request, atlas.region.id, entry.id),
        page_data=_page_data(atlas, entry, reach, gaps, nearby, texts, language),
        as_of=texts.month(atlas.region.as_of),
        attributions=atlas.region.attributions,
    )


def _reach_rows(reach: OfferReach, texts: Texts, smallest: int) -> list[dict[str, Any]]:
    names = mode_names(texts)
    return [
        {
            "mode": mode.mode,
            "name": names[mode.mode],
            "icon": MODE_ICONS[mode.mode],
            "is_placed": mode.is_placed,
            "cells": _cells(reach, mode, texts, smallest),
        }
        for mode in reach.modes
    ]


def _cells(reach: OfferReach, mode: ModeReach, texts: Texts, smallest: int) -> list[ReachCell]:
    cells = []
    for minutes, count, is_cut in zip(reach.minutes, mode.counts, mode.is_cut, strict=True):
        text = few_text(texts, smallest) if count is None else texts.number(count)
        cells.append(
            ReachCell(
                minutes=f"{minutes:g}",
                text=text if mode.is_placed else "–",
                how=reach_phrase(texts, mode.mode, minutes=minutes, metres=None),
                usual=(mode.mode, minutes) == (reach.usual_mode, reach.usual_min),
                is_cut=is_cut,
            )
        )
    return cells


def _partners(atlas: Atlas, found: Partners, texts: Texts) -> list[dict[str, Any]]:
    """Describe the first partners, with what their cards say of hours and facts."""
    now = now_in(atlas.region)
    entries = []
    for partner in partners_out(found, most=MOST_PARTNERS).partners:
        entry = partner_entry(atlas, partner, texts)
        offer = atlas.offers[atlas.offers.row(partner.offer.id)]
        card = card_of(atlas, offer, now, texts)
        entry |= {
            "icon": card.icon, "color": card.color, "hours": card.hours, "state": card.state,
            "facts": card.facts[:_MOST_FACTS], "lon": card.lon, "lat": card.lat,
        }  # fmt: skip
        entries.append(entry)
    return entries


def _gaps(found: ServableGaps, texts: Texts) -> list[dict[str, str]]:
    rows = []
    for rank, each in enumerate(found.gaps, start=1):
        gap = answers.gap_out(found.report, each.gap, rank, with_shapes=False)
        row = gap_row(gap, texts, found.report.smallest)
        minutes = texts.number(round(each.travel_min)) if math.isfinite(each.travel_min) else ""
        rows.append({"people": row.people, "place": row.place, "minutes": minutes})
    return rows


def _page_data(
    atlas: Atlas,
    offer: Offer,
    reach: OfferReach,
    gaps: ServableGaps,
    nearby: list[dict[str, Any]],
    texts: Texts,
    language: dict[str, str],
) -> dict[str, Any]:
    """Return what the map draws and asks."""
    category = atlas.taxonomy.category(offer.categories[0])
    crs = atlas.region.crs
    return {
        "language": texts.language,
        "tiles": view.tiles_url(atlas),
        "attributions": list(atlas.region.attributions),
        "sheet": SHEET,
        "texts": map_texts(texts),
        "offer": {
            "name": offer.name or label(texts, category),
            "lon": offer.lon,
            "lat": offer.lat,
            "icon": icon_of(category.id),
            "color": color_of(atlas, category),
        },
        "reach": {
            "url": address(f"/api/v1/regions/{atlas.region.id}/isochrone/{offer.id}", {}),
            "mode": reach.usual_mode,
            "minutes": f"{reach.usual_min:g}",
        },
        "partners": [
            {key: entry[key] for key in ("name", "lon", "lat", "icon", "color")}
            | {"url": address(entry["url"], language)}
            for entry in nearby
        ],
        "gaps": [answers.geometry(each.gap.shape, crs) for each in gaps.gaps],
    }
