"""
Who is covered by way of one offer alone: cover that ends when it closes.

On streets that is the nearest offer, where the second nearest is too far. By public transport there
is no nearest one, as it is another one at another minute; so the question is asked once without
each offer, as lanes of one pass over the timetable. Somebody may depend on several offers: one that
the first bus reaches and another that the next one does.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from layers.coverage import COVERED, UNCOVERED, nearest_offers, within_limit
from layers.open_arrivals import OpenArrivals
from layers.timetable import TRANSIT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.coverage import CoverageReport
    from layers.open_arrivals import OpenSet

    Floats = NDArray[np.float64]

_AT_ONCE = 64  # offers left out in one pass


class Dependence(NamedTuple):
    """Pairs of an offer (its place in the report's `offers`) and a person, shapes (p,)."""

    offer: NDArray[np.int64]
    person: NDArray[np.int64]

    def lose(self, weight: Floats, offers: int) -> Floats:
        """Return the weight of those who lose cover if each offer closes, shape (offers,)."""
        return np.bincount(self.offer, weight[self.person], minlength=offers).astype(float)


def of_nearest(once: CoverageReport, twice: CoverageReport) -> Dependence:
    """Return who is covered by the nearest offer and not by the second nearest."""
    person = np.flatnonzero((once.state == COVERED) & (twice.state != COVERED))
    return Dependence(once.supply[person].astype(np.int64), person)


def without_each(once: CoverageReport) -> tuple[Floats, Dependence]:
    """
    Ask a question by public transport without each of its offers.

    Returns
    -------
    travel_s
        Shape (n,): the median travel time if that offer closes which the person would miss most.
    dependence
        Who is covered, and would not be without an offer.
    """
    atlas, question, offers = once.atlas, once.question, once.offers
    if question.mode != TRANSIT:
        raise ValueError(f"not by {TRANSIT}: {question.mode}")
    travel_s = np.where(len(offers) > 0, once.travel_s, np.inf)
    open_then = once.hours.surely if isinstance(once.hours, OpenArrivals) else None
    found = [(np.zeros(0, np.int64),) * 2]
    for first in range(0, len(offers), _AT_ONCE):
        left_out = offers[first : first + _AT_ONCE]
        spans: list[OpenSet | None] = [
            None if open_then is None else open_then.without(int(row)) for row in left_out
        ]
        nearest = nearest_offers(
            atlas,
            question.mode,
            [offers[offers != row] for row in left_out],
            with_distance=False,
            window=question.window,
            spans=spans,
        )
        travel_s = np.maximum(travel_s, nearest.travel_s.max(axis=0))
        kept = within_limit(question, nearest.travel_s, nearest.travel_s)
        offer, person = np.nonzero((once.state == COVERED) & ~kept)
        found.append((offer + first, person))
    return travel_s, Dependence(*(np.concatenate(column) for column in zip(*found, strict=True)))


def without(once: CoverageReport, dependence: Dependence, offer: int) -> CoverageReport:
    """Return the report as it is when an offer (its place in `offers`) closes: states alone."""
    state = once.state.copy()
    state[dependence.person[dependence.offer == offer]] = UNCOVERED
    return replace(once, state=state)
