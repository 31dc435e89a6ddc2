"""
Which offers are open when it is asked, and what is known of a category's offers at all.

Offers whose hours are not stated, not understood or say nothing of that time are kept apart: they
may be open. What is not known is counted, never taken for closed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from layers.clock import knows_holidays
from layers.opening import CLOSED, NOT_EVERY_WEEK, OPEN, UNKNOWN, hours_of, opening

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from layers.atlas import Atlas
    from layers.when import When

    Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class OpenOffers:
    """
    Rows of `atlas.offers`, ascending, by what their hours say.

    `not_every_week` of the closed ones are open then in some weeks; `reasons` counts why others
    are unknown. `holidays_known` is whether anybody knows if that day is a public holiday, None
    where an ordinary week was asked.
    """

    open: Rows
    unknown: Rows
    closed: Rows
    not_every_week: int
    reasons: Mapping[str, int]
    holidays_known: bool | None = None

    @property
    def possible(self) -> Rows:
        """The rows that are open or may be."""
        return np.union1d(self.open, self.unknown)


@dataclass(frozen=True)
class Knowledge:
    """
    What the sources tell of some offers: of how many of `offers` each is known.

    `with_hours` counts hours that are stated and understood, `hours_not_understood` those that are
    stated only. `with_capacity` is None where the category has no unit that is used up.
    """

    offers: int
    with_name: int
    with_hours: int
    hours_not_understood: int
    with_address: int
    with_capacity: int | None


def open_offers(atlas: Atlas, rows: Rows, when: When) -> OpenOffers:
    """Sort offers by whether they are open; each different value is read once."""
    answers = {
        text: opening(text, when, atlas.region)
        for text in {atlas.offers[int(row)].opening_hours for row in rows}
    }
    found = [answers[atlas.offers[int(row)].opening_hours] for row in rows]
    states = np.array([answer.state for answer in found], np.int8)
    return OpenOffers(
        open=rows[states == OPEN],
        unknown=rows[states == UNKNOWN],
        closed=rows[states == CLOSED],
        not_every_week=sum(answer.reason == NOT_EVERY_WEEK for answer in found),
        reasons=dict(Counter(answer.reason for answer in found if answer.state == UNKNOWN)),
        holidays_known=None if when.moment is None else knows_holidays(atlas.region, when.moment),
    )


def knowledge_of(atlas: Atlas, rows: Iterable[int], *, has_capacity: bool) -> Knowledge:
    """Count what is known of offers; `has_capacity` is whether it is asked for."""
    offers = [atlas.offers[int(row)] for row in rows]
    stated = [offer.opening_hours for offer in offers if offer.opening_hours.strip()]
    not_understood = sum(bool(hours_of(text).problem) for text in stated)
    return Knowledge(
        offers=len(offers),
        with_name=_count([offer.name for offer in offers]),
        with_hours=len(stated) - not_understood,
        hours_not_understood=not_understood,
        with_address=_count([offer.address for offer in offers]),
        with_capacity=sum(offer.capacity is not None for offer in offers) if has_capacity else None,
    )


def _count(texts: Sequence[str]) -> int:
    return sum(bool(text) for text in texts)
