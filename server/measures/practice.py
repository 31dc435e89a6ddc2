"""Practice cards over HTTP: to read for everybody, to write for who is signed in as a moderator."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import Body, Query, Request, Response
from pydantic import Field

from layers.practice.card import Adoption, PracticeCard, check_adoption, check_card
from layers.practice.library import Library, adopt, open_library
from layers.practice.store import put_card
from server import models
from server.accounts.signed_in import Moderator, database_for
from server.api import DENIED, api_router
from server.regions import Regions, regions_of


class AdoptionOut(models.Model):
    """Who took a practice up, when, and what was done otherwise there."""

    by: str
    on: date
    differences: str
    contact: str


class CardOut(models.Model):
    """A practice card; texts are in the author's language."""

    region: str
    region_name: str
    id: str
    title: str
    initiative: str
    origin: str = Field(description="where it was done, if not in the region that holds the card")
    category: str
    offer: str = Field(description="its entry in the region, empty where none is named")
    what: str
    cost: str
    cost_eur: float | None
    time: str
    helped: list[str]
    failed: list[str]
    contact: str
    website: str
    as_of: date | None
    author: str
    licence: str
    example: bool = Field(description="made up, to show what a card is")
    adoption: list[AdoptionOut]


class CardsOut(models.Model):
    """Practice cards, by region and id."""

    cards: list[CardOut]


router = api_router()
# cards are files, too, of which the tags of other answers know nothing
_NOT_KEPT = {"Cache-Control": "no-store"}


@router.get("/practice")
def list_cards(
    request: Request,
    response: Response,
    region: Annotated[str, Query(description="id of a region; left out: all")] = "",
    category: Annotated[str, Query(description="id of a category; left out: all")] = "",
) -> CardsOut:
    """List practice cards: what initiatives did, what it took, what failed, who took it up."""
    known = regions_of(request)
    if region:
        known.folder(region)
    response.headers.update(_NOT_KEPT)
    cards = library_of(known).select(region=region, category=category)
    return CardsOut(cards=[card_out(card, known) for card in cards])


@router.get("/practice/{region}/{card}")
def get_card(request: Request, response: Response, region: str, card: str) -> CardOut:
    """Return one practice card."""
    response.headers.update(_NOT_KEPT)
    known = regions_of(request)
    known.folder(region)
    return card_out(library_of(known).card(region, card), known)


@router.post("/practice/{region}", responses=DENIED)
def post_card(
    request: Request, region: str, account: Moderator, card: Annotated[dict[str, Any], Body()]
) -> CardOut:
    """Write a practice card, in place of an earlier one of the same id."""
    known = regions_of(request)
    known.folder(region)
    checked = check_card(card, region=region)
    put_card(database_for(request), checked, who=account.name)
    return card_out(library_of(known).card(region, checked.id), known)


@router.post("/practice/{region}/{card}/adoptions", responses=DENIED)
def post_adoption(
    request: Request,
    region: str,
    card: str,
    account: Moderator,
    adoption: Annotated[dict[str, Any], Body()],
) -> CardOut:
    """Note that somebody took a practice up: `by`, `on`, `differences`, `contact`."""
    known = regions_of(request)
    known.folder(region)
    found = adopt(
        library_of(known),
        database_for(request),
        region=region,
        card_id=card,
        adoption=check_adoption(adoption),
        who=account.name,
    )
    return card_out(found, known)


def library_of(known: Regions) -> Library:
    """Return all practice cards of an installation."""
    register = known.register()
    return open_library(known.folders(), None if register is None else register.database)


def card_out(card: PracticeCard, known: Regions) -> CardOut:
    """Write a card."""
    record: dict[str, Any] = {
        name: getattr(card, name)
        for name in (
            "region", "id", "title", "initiative", "origin", "category", "offer", "what", "cost",
            "cost_eur", "time", "contact", "website", "as_of", "author", "licence",
        )
    }  # fmt: skip
    return CardOut(
        **record,
        region_name=known.name(card.region),
        helped=list(card.helped),
        failed=list(card.failed),
        example=card.is_example,
        adoption=[_adoption_out(adoption) for adoption in card.adoptions],
    )


def _adoption_out(adoption: Adoption) -> AdoptionOut:
    return AdoptionOut(
        by=adoption.by,
        on=adoption.on,
        differences=adoption.differences,
        contact=adoption.contact,
    )
