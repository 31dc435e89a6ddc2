"""
A built region with the offers that the register holds now.

The register keeps the offers, the Atlas streets and people. A change shows with the next question:
the register is asked for its number, what is newer is read, and only places that are new are put on
the streets. Offers of the build stay as long as the register knows nothing of them: not their id,
and nothing of the source that they come from.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import sqlalchemy as sa

from geo.crs import to_metric
from layers.by_mode import ByMode, snap_more
from layers.errors import RegisterError
from layers.offers import Offers
from layers.register.known_sources import sources
from layers.register.reading import (
    Mark,
    confirmed_since,
    entries_since,
    is_past,
    last_said,
    mark_of,
)
from layers.register.register import ASK_AGAIN_DAYS, PEOPLE_SOURCES
from layers.register.resolve import exists_on, offer_of, values_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from geo.network import Snapped
    from layers.atlas import Atlas
    from layers.offers import Offer
    from layers.register import Entry, Register, Source


def with_offers(atlas: Atlas, offers: Offers) -> Atlas:
    """
    Return the region with other offers; those that stay in place keep their place on the streets.

    Parameters
    ----------
    atlas
        The region; it does not change.
    offers
        Of categories that its taxonomy knows.
    """
    old = {(o.id, o.lon, o.lat): row for row, o in enumerate(atlas.offers)}
    row = np.array([old.get((o.id, o.lon, o.lat), -1) for o in offers], np.int64)
    is_new = row < 0
    row[is_new] = len(old) + np.arange(is_new.sum())
    new_xy = to_metric(offers.lon[is_new], offers.lat[is_new], atlas.region.crs)
    new_xy = new_xy.reshape(-1, 2)

    def supply(mode: str) -> Snapped:
        return snap_more(atlas.networks[mode], atlas.supply[mode], new_xy).take(row)

    return replace(atlas, offers=offers, supply=ByMode(tuple(atlas.networks), supply))


@dataclass
class LivingRegion:
    """
    A region's Atlas, kept as fresh as the register; may be asked from many threads.

    Attributes
    ----------
    register
        The register.
    region
        Id of the region.
    """

    register: Register
    region: str
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _counting: threading.Lock = field(default_factory=threading.Lock)
    _asked: int = 0  # how often an Atlas was asked for that had to be made
    _answered: int = 0  # of these, those that the one made last began after
    _mark: Mark = field(default_factory=Mark)
    _sources: Mapping[str, Source] = field(default_factory=dict)
    _entries: dict[str, Entry] = field(default_factory=dict)
    _offers: dict[str, Offer] = field(default_factory=dict)
    _said: dict[str, date] = field(default_factory=dict)
    _made: tuple[Atlas, date, Mark, Atlas] | None = None

    def atlas(self, built: Atlas, *, on: date) -> Atlas:
        """
        Return a built Atlas with the offers that are published and exist on a day.

        With what the register knows of their sources. The same object as long as nothing changes;
        `built` itself where the register holds nothing of the region.

        Raises
        ------
        RegisterError
            If the register cannot be read.
        """
        try:
            if (made := self._unchanged(built, on)) is not None:
                return made
            with self._counting:
                self._asked += 1
                number = self._asked
            with self._lock:
                return self._newly_made(built, on, number)
        except sa.exc.SQLAlchemyError as exc:
            raise RegisterError(
                f"the register cannot be read at the moment: {type(exc).__name__}"
            ) from exc

    def _unchanged(self, built: Atlas, on: date) -> Atlas | None:
        """Return what was made last where nothing changed since; waits for nobody who makes one."""
        made = self._made
        with self.register.database.reading() as connection:
            mark = mark_of(connection, self.region)
        if mark == self._mark == Mark():
            return built
        is_same = made is not None and made[:3] == (built, on, mark)
        return made[3] if made is not None and is_same else None

    def _newly_made(self, built: Atlas, on: date, number: int) -> Atlas:
        """Make one for all who asked until now; who waited meanwhile gets it as well."""
        made = self._made
        if made is not None and number <= self._answered and made[:2] == (built, on):
            return made[3]
        with self._counting:
            asked = self._asked
        self._refresh()
        if self._mark == Mark():
            return built
        if made is None or made[:3] != (built, on, self._mark):
            atlas = replace(
                with_offers(built, self._offers_on(built, on)),
                sources=self._sources,
                unconfirmed=self._unconfirmed(on),
            )
            self._made = made = (built, on, self._mark, atlas)
        self._answered = asked
        return made[3]

    @property
    def mark(self) -> Mark:
        """Up to which change the region is known here."""
        return self._mark

    def last_made(self, built: Atlas) -> Atlas | None:
        """Return what was last made of a built Atlas, for when the register cannot be read."""
        made = self._made
        return made[3] if made is not None and made[0] is built else None

    def _refresh(self) -> None:
        with self.register.database.reading() as connection:
            mark = mark_of(connection, self.region)
            if mark == self._mark:
                return
            if not is_past(connection, self._mark):
                self._mark, self._entries, self._offers, self._said = Mark(), {}, {}, {}
            self._sources = {**PEOPLE_SOURCES, **sources(connection, self.region)}
            for entry in entries_since(connection, self.region, rev=self._mark.rev):
                self._entries[entry.id] = entry
                self._offers.pop(entry.id, None)
                if entry.is_public:
                    self._offers[entry.id] = offer_of(entry)
                    if (said := last_said(entry)) is not None:
                        self._said[entry.id] = said
            self._mark = mark

    def _offers_on(self, built: Atlas, on: date) -> Offers:
        known = {category.id for category in built.taxonomy.categories}
        offers = [
            o for o in built.offers if o.id not in self._entries and o.source not in self._sources
        ]
        for entry_id, kept in self._offers.items():
            offer = kept
            if exists_on(values_of(self._entries[entry_id]), on) is False:
                continue
            categories = tuple(c for c in offer.categories if c in known)
            notices = tuple(n for n in offer.notices if n.until >= on)
            if categories != offer.categories or notices != offer.notices:
                offer = replace(offer, categories=categories, notices=notices)
            if categories:  # a category that this installation does not know is not asked for
                offers.append(offer)
        return Offers.of(offers, counts=built.offers.counts)

    def _unconfirmed(self, on: date) -> frozenset[str]:
        """Return the offers that nothing has confirmed for long; `Register.overdue` lists them."""
        since = on - timedelta(days=ASK_AGAIN_DAYS)
        old = {
            entry_id
            for entry_id in self._offers
            if (said := self._said.get(entry_id)) is not None
            and said < since
            and ((day := self._entries[entry_id].review_on) is None or day <= on)
        }
        if not old:
            return frozenset()
        with self.register.database.reading() as connection:
            seen = confirmed_since(connection, self.region, since)
        return frozenset(i for i in old if seen.isdisjoint((i, *self._entries[i].aliases)))
