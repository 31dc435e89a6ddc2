"""
Which offers existed on a day, as far as anybody knows: yes, no, or perhaps.

When an offer opened and closed counts, not when it was recorded. Of an offer without an opening day
it is only known that it has existed since a source first showed it; before that it may have. Where
every source has dropped an offer and none told a closing day, it may still exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from layers.living import with_offers
from layers.offers import Offers
from layers.register.entry import ARCHIVED, PUBLISHED
from layers.register.resolve import offer_of, values_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.atlas import Atlas
    from layers.offers import Offer
    from layers.register import Entry, Register


@dataclass(frozen=True, slots=True)
class Existence:
    """
    What is known of when an offer existed.

    Attributes
    ----------
    opened_on, closed_on
        Its first day, and the first on which it was gone; None where no source tells.
    first_known
        The first day for which a source showed it; counts where no opening day is told.
    gone_on
        The day from which no source held it any more; counts where no closing day is told.
    """

    opened_on: date | None = None
    closed_on: date | None = None
    first_known: date | None = None
    gone_on: date | None = None

    def on(self, day: date) -> bool | None:
        """Tell whether the offer existed on a day; None where nobody can tell."""
        if self.closed_on is not None and self.closed_on <= day:
            return False
        if self.opened_on is not None:
            if day < self.opened_on:
                return False
        elif self.first_known is None or day < self.first_known:
            return None
        is_lost = self.closed_on is None and self.gone_on is not None and self.gone_on <= day
        return None if is_lost else True

    @property
    def earliest(self) -> date | None:
        """The first day for which anything is known of it."""
        days = [d for d in (self.opened_on, self.first_known) if d is not None]
        return min(days, default=None)


@dataclass(frozen=True, eq=False)
class DatedOffers:
    """
    A region with all offers that ever existed there, as far as is known.

    Attributes
    ----------
    atlas
        The region with all of them as its offers, those that closed among them.
    existence
        By id of the offer.
    undated
        Archived entries without a closing day, which are left out: nobody knows whether they ended.
    """

    atlas: Atlas
    existence: Mapping[str, Existence]
    undated: int


def dated_offers(built: Atlas, register: Register | None) -> DatedOffers:
    """
    Collect all offers of a region with when they existed.

    Parameters
    ----------
    built
        The region as it was built, or with the offers of today.
    register
        None where there is none: then only the sources of the build tell.

    Raises
    ------
    RegisterError
        If the register cannot be read.
    """
    known = {category.id for category in built.taxonomy.categories}
    offers: dict[str, Offer] = {}
    existence: dict[str, Existence] = {}
    undated, told_sources = 0, set[str]()
    entries: list[Entry] = []
    if register is not None:
        entries = register.entries(built.region.id, statuses=(PUBLISHED, ARCHIVED))
        told_sources = set(register.sources(built.region.id)) if entries else set()
    for entry in entries:
        found = existence_of(entry)
        if entry.status == ARCHIVED and found.closed_on is None:
            undated += 1
            continue
        offer = offer_of(entry)
        if any(category in known for category in offer.categories):
            offers[entry.id], existence[entry.id] = offer, found
    ids = {i for entry in entries for i in (entry.id, *entry.aliases)}
    for offer in built.offers:
        if offer.id not in ids and offer.source not in told_sources:
            offers[offer.id] = offer
            existence[offer.id] = Existence(
                offer.opened_on, offer.closed_on, offer.as_of or built.region.as_of
            )
    atlas = with_offers(built, Offers.of(list(offers.values()), counts=built.offers.counts))
    return DatedOffers(atlas, existence, undated)


def existence_of(entry: Entry) -> Existence:
    """Return when an entry of the register existed, as its sources tell."""
    values = values_of(entry)

    def day(name: str) -> date | None:
        text = values.get(name)
        return date.fromisoformat(text) if text else None

    shown = [d for claim in entry.claims for d in (claim.as_of, *claim.since.values()) if d]
    gone = [claim.gone_on for claim in entry.claims if claim.gone_on is not None]
    return Existence(
        opened_on=day("opened_on"),
        closed_on=day("closed_on"),
        first_known=min(shown, default=None),
        gone_on=max(gone) if gone and entry.is_gone else None,
    )
