"""
All practice cards that an installation knows: those in its regions' folders and in its database.

A card of the database goes before a file of the same region and id. Adoptions of both are kept in
the database, beside those that a card itself tells.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from layers.errors import UnknownNameError
from layers.practice.files import load_cards
from layers.practice.store import put_adoption, stored_adoptions, stored_cards

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from layers.practice.card import Adoption, PracticeCard
    from layers.register.database import Database

_log = logging.getLogger(__name__)


class UnknownCardError(UnknownNameError):
    """No practice card of the region has this id."""

    parameter = "card"
    way_out = "`umkreis practice list` and /api/v1/practice list all"


@dataclass(frozen=True)
class Library:
    """
    The cards that are known.

    `cards` are ordered by region and id; `faults` tells of files that could not be read.
    """

    cards: tuple[PracticeCard, ...]
    faults: tuple[str, ...] = ()

    def card(self, region: str, card_id: str) -> PracticeCard:
        """
        Return one card.

        Raises
        ------
        UnknownCardError
            If there is none.
        """
        for card in self.cards:
            if card.key == (region, card_id):
                return card
        raise UnknownCardError(card_id, [c.id for c in self.cards if c.region == region])

    def select(self, *, region: str = "", category: str = "") -> list[PracticeCard]:
        """Return the cards of a region, a category, or both; "" means any."""
        return [
            card
            for card in self.cards
            if region in ("", card.region) and category in ("", card.category)
        ]

    def of_offer(self, region: str, offer: str) -> PracticeCard | None:
        """Return the card that tells of an offer, None where there is none."""
        return next((c for c in self.cards if c.region == region and c.offer == offer), None)


def open_library(folders: Mapping[str, Path], database: Database | None) -> Library:
    """
    Read all cards.

    Parameters
    ----------
    folders
        The folder of each region by id.
    database
        None where there is none yet. Cards of regions that are not known here are left out.
    """
    found: dict[tuple[str, str], PracticeCard] = {}
    faults: list[str] = []
    for region, folder in folders.items():
        cards, wrong = load_cards(folder, region=region)
        found |= {card.key: card for card in cards}
        faults += [f"{region}: {fault}" for fault in wrong]
    for fault in faults:
        _log.warning("a practice card is left out: %s", fault)
    if database is not None:
        found |= {card.key: card for card in stored_cards(database) if card.region in folders}
        for key, adoptions in stored_adoptions(database).items():
            for adoption in adoptions:
                if key in found:
                    found[key] = found[key].adopted(adoption)
    return Library(tuple(found[key] for key in sorted(found)), tuple(faults))


def adopt(
    library: Library,
    database: Database,
    *,
    region: str,
    card_id: str,
    adoption: Adoption,
    who: str,
) -> PracticeCard:
    """
    Note that somebody took a card up; return the card with it.

    Raises
    ------
    UnknownCardError
        If there is no such card.
    """
    card = library.card(region, card_id)
    put_adoption(database, region, card_id, adoption, who=who)
    return card.adopted(adoption)
