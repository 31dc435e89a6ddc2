"""
Find an entry: all offers of a region by words and kinds, initiatives first, without scripts.

Words may have typos, as everywhere (`layers.offer_words`). Where words are searched, names in which
they stand come first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.datastructures import QueryParams

from geo.crs import geometry_to_lonlat
from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.spelling import spell
from layers.wishes import Wishes, fitting_offers
from server.asked import address
from server.offer_address import offer_path
from server.offer_icons import SHEET
from server.offer_source import add_url
from server.regions import regions_of
from server.resident_asked import MOST_CHARS, ResidentAsked, page_of
from server.resident_filters import groups_of
from server.resident_list import Item, items_of, name_key, now_in, when_asked
from server.sentences import label
from server.shell import PageRoute, render, texts_for
from server.texts import Texts

PAGE_LENGTH = 100
INITIATIVES = "initiatives"  # the layer that comes first, and its name among the fields

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True)
class OffersAsked:
    """What the address of the list asks; `part` is a field, or `INITIATIVES`, or "" for all."""

    q: str = ""
    category: str = ""
    part: str = ""
    page: int = 1

    def url(self, region: str, language: str) -> str:
        """Return the address that asks this."""
        page = "" if self.page == 1 else str(self.page)
        pairs = {"q": self.q, "category": self.category, "part": self.part, "page": page}
        pairs["lang"] = language
        return address(f"/r/{region}/offers", {k: v for k, v in pairs.items() if v})


@dataclass(frozen=True)
class Part:
    """A heading with the offers below it."""

    name: str
    items: list[Item]


@router.get("/r/{region}/offers")
def offers_page(request: Request, region: str) -> HTMLResponse:
    """List the offers of a region, to find one's own entry."""
    atlas = regions_of(request).open(region)
    asked = parse_offers(request.query_params, atlas)
    texts = texts_for(request)
    language = request.query_params.get("lang", "")
    rows = found_rows(atlas, asked)
    first = (asked.page - 1) * PAGE_LENGTH
    last = max(1, -(-len(rows) // PAGE_LENGTH))
    lon, lat = geometry_to_lonlat(atlas.region.boundary, atlas.region.crs).centroid.coords[0]
    return render(
        request,
        "offers.html",
        region=atlas.region,
        asked=asked,
        sheet=SHEET,
        total=len(rows),
        parts=_parts(atlas, rows[first : first + PAGE_LENGTH], asked, texts),
        part_links=_part_links(atlas, asked, language, texts),
        groups=groups_of(atlas, ResidentAsked(categories=(asked.category,)), texts),
        offer_url=lambda offer: address(
            offer_path(region, offer), {"lang": language} if language else {}
        ),
        before=replace(asked, page=asked.page - 1).url(region, language) if asked.page > 1 else "",
        after=replace(asked, page=asked.page + 1).url(region, language)
        if asked.page < last
        else "",
        page_text=texts.gettext("Page {n} of {all}", n=asked.page, all=last) if last > 1 else "",
        all_url=OffersAsked().url(region, language),
        add_url=add_url(lon, lat),
        as_of=texts.month(atlas.region.as_of),
        attributions=atlas.region.attributions,
    )


def parse_offers(query: QueryParams, atlas: Atlas) -> OffersAsked:
    """
    Read and check the parameters of the list.

    Raises
    ------
    UnknownCategoryError
        If the taxonomy has no such category.
    ParameterError
        If the part or the page is none.
    """
    category, part = query.get("category", "").strip(), query.get("part", "").strip()
    if category:
        atlas.taxonomy.category(category)
    known = [INITIATIVES, *(field.id for field in atlas.taxonomy.fields)]
    if part and part not in known:
        raise ParameterError(
            f"`part` {part!r} is not known; use {', '.join(known)}", parameter="part"
        )
    words = query.get("q", "").strip()[:MOST_CHARS]
    return OffersAsked(words, category, part, page_of(query.get("page") or "1"))


def found_rows(atlas: Atlas, asked: OffersAsked) -> list[int]:
    """Return the rows of the offers that fit: initiatives first, then by field, then by name."""
    categories = (asked.category,) if asked.category else ()
    rows = fitting_offers(atlas, Wishes(categories=categories, q=asked.q)).fit.tolist()
    order = [INITIATIVES, *(field.id for field in atlas.taxonomy.fields)]
    wanted = spell(asked.q)

    def key(row: int) -> tuple[Any, ...]:
        offer = atlas.offers[row]
        is_named = bool(wanted) and wanted in spell(offer.name)
        return not is_named, order.index(part_of(atlas, row)), name_key(offer), row

    return sorted((r for r in rows if asked.part in ("", part_of(atlas, r))), key=key)


def part_of(atlas: Atlas, row: int) -> str:
    """Return the part of the list in which an offer stands."""
    category = atlas.taxonomy.category(atlas.offers[row].categories[0])
    return INITIATIVES if category.layer == INITIATIVES else category.field


def _part_names(atlas: Atlas, texts: Texts) -> dict[str, str]:
    layers = {layer.id: layer for layer in atlas.taxonomy.layers}
    names = {INITIATIVES: label(texts, layers[INITIATIVES])} if INITIATIVES in layers else {}
    for field in atlas.taxonomy.fields:
        names[field.id] = texts.gettext("Everyday needs") if field.context else label(texts, field)
    return names


def _parts(atlas: Atlas, rows: Sequence[int], asked: OffersAsked, texts: Texts) -> list[Part]:
    """Put a page of rows below headings; what was searched for stays in its own order."""
    now = now_in(atlas.region)
    when = when_asked(ResidentAsked(), atlas.region, now)
    if asked.q:
        return [Part("", items_of(atlas, rows, when, now, texts))] if rows else []
    names = _part_names(atlas, texts)
    grouped: dict[str, list[int]] = {}
    for row in rows:
        grouped.setdefault(part_of(atlas, row), []).append(row)
    return [
        Part(names[part], items_of(atlas, group, when, now, texts))
        for part, group in grouped.items()
    ]


def _part_links(
    atlas: Atlas, asked: OffersAsked, language: str, texts: Texts
) -> list[tuple[str, str, str, bool]]:
    """Return name, number, address and whether it is chosen, of each part that has offers."""
    counts = Counter(part_of(atlas, row) for row in found_rows(atlas, replace(asked, part="")))
    region = atlas.region.id
    every = replace(asked, part="", page=1).url(region, language)
    links = [(texts.gettext("All"), texts.number(counts.total()), every, not asked.part)]
    for part, name in _part_names(atlas, texts).items():
        if counts[part]:
            url = replace(asked, part=part, page=1).url(region, language)
            links.append((name, texts.number(counts[part]), url, asked.part == part))
    return links
