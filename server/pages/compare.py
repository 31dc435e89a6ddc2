"""
Regions side by side: a list to choose from, the table, a picture a measure, who does it elsewhere.

The whole question stands in the address, so that a comparison can be passed on. Nothing needs a
script.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.datastructures import QueryParams

from layers.atlas import Atlas
from layers.compare import compare
from layers.compare_offers import OffersElsewhere, offers_elsewhere
from layers.practice.library import Library
from layers.question import QUESTION_MODES
from layers.timetable import TRANSIT
from server.asked import Asked, address, default_category, parse_asked
from server.choices import category_groups, number_field
from server.measures.compare import MOST_REGIONS, open_several, split_ids
from server.measures.compare_words import (
    caveat_lines,
    columns,
    field_pictures,
    measure_pictures,
    question_text,
    row_heads,
)
from server.measures.practice import library_of
from server.offer_address import offer_path
from server.pages.start import MADE_UP
from server.regions import Regions, regions_of
from server.sentences import label, mode_names
from server.shell import PageRoute, render, texts_for
from server.texts import Texts
from server.transit_view import has_transit

OFFERS_SHOWN = 8  # of a region; the list of its offers has all

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/compare")
def compare_page(request: Request) -> HTMLResponse:
    """Show regions side by side, or the list to choose them from."""
    asked, texts, known = parse_asked(request.query_params), texts_for(request), regions_of(request)
    ids = _ids_asked(request.query_params)
    choices = _choices(known, ids)
    shown = split_ids(ids) if ids else []
    atlases, left_out = open_several(known, shown)
    example = atlases[0] if atlases else _any_atlas(known)
    category = list(asked.categories) or ([default_category(example)] if example else [])
    found = (
        compare(
            atlases,
            category=category,
            mode=asked.mode,
            minutes=asked.minutes,
            metres=asked.metres,
            window=asked.window,
        )
        if atlases
        else None
    )
    return render(
        request,
        "compare.html",
        region=None,
        choices=choices,
        most=MOST_REGIONS,
        groups=category_groups(example, texts) if example else [],
        label=lambda term: label(texts, term),
        category=",".join(category),
        several=", ".join(label(texts, c) for c in found.categories)
        if found and len(found.categories) > 1
        else "",
        modes=_modes(known, texts),
        mode=asked.mode or "",
        minutes=number_field(asked.minutes),
        metres=number_field(asked.metres),
        found=found,
        question=question_text(found, texts) if found else "",
        heads=row_heads(found, texts) if found else [],
        columns=columns(found, texts) if found else [],
        caveats=caveat_lines(found, left_out, texts) if found else [],
        pictures=measure_pictures(found, texts) if found else [],
        fields=field_pictures(found, texts) if found else [],
        districts=[_districts(atlas) for atlas in atlases],
        elsewhere=_elsewhere(atlases, category, library_of(known), texts) if found else [],
        downloads=_downloads(shown, category, asked),
        attributions=list(dict.fromkeys(a for atlas in atlases for a in atlas.region.attributions)),
    )


def _modes(known: Regions, texts: Texts) -> list[tuple[str, str]]:
    """Return the ways to travel; by timetable where any region has one."""
    some = any(has_transit(atlas) for atlas in known.open_all().values() if atlas)
    names = mode_names(texts)
    return [
        (mode, names[mode])
        for mode in names
        if mode in QUESTION_MODES or (mode == TRANSIT and some)
    ]


def _ids_asked(query: QueryParams) -> list[str]:
    return [part for text in query.getlist("regions") for part in text.split(",") if part.strip()]


def _any_atlas(known: Regions) -> Atlas | None:
    """Return a region to take the kinds of offers from, None where none is ready."""
    return next((atlas for atlas in known.open_all().values() if atlas), None)


def _choices(known: Regions, ids: list[str]) -> list[dict[str, Any]]:
    """List all regions with whether each is chosen, and whether it is ready."""
    chosen = {region_id.strip() for region_id in ids}
    return [
        {
            "id": region_id,
            "name": known.name(region_id),
            "chosen": region_id in chosen,
            "ready": known.atlas_path(region_id).is_dir(),
        }
        for region_id in known.folders()
    ]


def _elsewhere(
    atlases: list[Atlas], category: list[str], library: Library, texts: Texts
) -> list[dict[str, Any]]:
    rows = offers_elsewhere(atlases, category=category)
    return [_there(row, category, library, texts) for row in rows]


def _practice_url(library: Library, region: str, offer: str) -> str:
    card = library.of_offer(region, offer)
    return f"/practice/{region}/{card.id}" if card else ""


def _there(
    row: OffersElsewhere, category: list[str], library: Library, texts: Texts
) -> dict[str, Any]:
    region, taxonomy = row.atlas.region, row.atlas.taxonomy
    return {
        "name": region.name,
        "is_known": row.is_known,
        "is_example": row.atlas.population.basis.source == MADE_UP,
        "total": texts.number(row.total),
        "more": row.total > OFFERS_SHOWN,
        "list_url": address(f"/r/{region.id}/offers", {"category": category[0]}),
        "offers": [
            {
                "practice": _practice_url(library, region.id, offer.id),
                "name": offer.name or label(texts, taxonomy.category(offer.categories[0])),
                "url": address(offer_path(region.id, offer.id), {}),
                "website": offer.website,
                "description": offer.description,
                "place": offer.address,
            }
            for offer in row.offers[:OFFERS_SHOWN]
        ],
    }


def _districts(atlas: Atlas) -> tuple[str, list[tuple[str, str]]]:
    """Return a region's name, and its districts with where those like them are told."""
    base = f"/r/{atlas.region.id}/districts"
    found = [(name, f"{base}/{area}/similar") for area, name in atlas.finest_areas]
    return atlas.region.name, sorted(found)


def _downloads(ids: list[str], category: list[str], asked: Asked) -> list[tuple[str, str]]:
    if not ids:
        return []
    question = {k: v for k, v in asked.parameters().items() if k not in ("lang", "by", "at")}
    pairs = {"regions": ",".join(ids), **question, "category": ",".join(category)}
    return [
        (name, address("/api/v1/compare", {**pairs, "f": format_}))
        for name, format_ in (("CSV", "csv"), ("JSON", "json"))
    ]
