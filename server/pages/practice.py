"""Practice cards as pages: the list with its filters, and one card to read and to print."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from layers.practice.card import PracticeCard
from layers.taxonomy import Taxonomy, load_taxonomy
from server.asked import address
from server.measures.practice import library_of
from server.offer_address import offer_path
from server.regions import Regions, regions_of
from server.sentences import label
from server.shell import PageRoute, render, texts_for
from server.texts import Texts

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/practice")
def practice_page(request: Request) -> HTMLResponse:
    """List the cards, by region and kind of offer."""
    known, texts = regions_of(request), texts_for(request)
    region = request.query_params.get("region", "").strip()
    category = request.query_params.get("category", "").strip()
    if region:
        known.folder(region)
    library, kinds = library_of(known), _kinds(known, texts)
    used = {card.category for card in library.cards if card.category}
    return render(
        request,
        "practice.html",
        region=None,
        asked_region=region,
        asked_category=category,
        regions=[(i, known.name(i)) for i in dict.fromkeys(c.region for c in library.cards)],
        kinds=sorted((kinds.get(i, i), i) for i in used),
        cards=[
            _row(card, known, kinds, texts)
            for card in library.select(region=region, category=category)
        ],
    )


@router.get("/practice/{region}/{card}")
def card_page(request: Request, region: str, card: str) -> HTMLResponse:
    """Show one card."""
    known, texts = regions_of(request), texts_for(request)
    known.folder(region)
    found = library_of(known).card(region, card)
    return render(
        request,
        "practice_card.html",
        region=None,
        card=found,
        shown=_row(found, known, _kinds(known, texts), texts),
        contact_url=f"mailto:{found.contact}" if _is_mail(found.contact) else "",
        entry_url=address(offer_path(region, found.offer), {}) if found.offer else "",
        compare_url=address("/compare", {"category": found.category}) if found.category else "",
    )


def _kinds(known: Regions, texts: Texts) -> dict[str, str]:
    taxonomy: Taxonomy = load_taxonomy(known.taxonomy_path)
    return {category.id: label(texts, category) for category in taxonomy.categories}


def _row(card: PracticeCard, known: Regions, kinds: dict[str, str], texts: Texts) -> dict[str, Any]:
    return {
        "url": f"/practice/{card.region}/{card.id}",
        "title": card.title,
        "initiative": card.initiative,
        "place": card.origin or known.name(card.region),
        "kind": kinds.get(card.category, ""),
        "is_example": card.is_example,
        "what": card.what,
        "cost": texts.gettext("{n} € to begin", n=texts.number(round(card.cost_eur)))
        if card.cost_eur is not None
        else "",
        "as_of": texts.month(card.as_of) if card.as_of else "",
        "adoptions": [
            {
                "by": adoption.by,
                "on": texts.month(adoption.on),
                "differences": adoption.differences,
                "contact": adoption.contact,
            }
            for adoption in card.adoptions
        ],
    }


def _is_mail(contact: str) -> bool:
    name, at, host = contact.partition("@")
    return bool(at and name and "." in host) and not set(contact) & set(" <>?&\"'\\/")
