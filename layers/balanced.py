"""
The balanced supply radius: all people shared out over all offers of a category.

Everyone goes to an offer with room, with the least total travel time (`geo.balance`): the best
possible allocation, not a forecast. Beside it stand the people for whom each offer is nearest, and
those whom Huff's rule gives it. Demand is counted in whole units: `served + unserved = demand`.
What is told of people has passed `geo.disclosure`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.balance import Balance, balance
from geo.catchment import huff, quantiles, whole_units
from geo.disclosure import publish_levels, publish_parts, round_to_tens
from geo.gaps import find_gaps
from geo.once import cached_property
from layers.radius import limited_supply, rows_of, street_question
from layers.tabular import Tabular
from layers.tally import Tally, tally_of_people, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from layers.atlas import Atlas
    from layers.capacity import Capacities
    from layers.question import Question

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class OfferShare:
    """
    What the best allocation gives an offer; None where it would tell of few people.

    Attributes
    ----------
    offer
        Row in `atlas.offers`.
    capacity, assigned, left
        Whole units: what it has, what is used (tens of people's worth, exact where it is full), and
        the rest.
    residents, nearest_residents, huff_residents
        People in tens: assigned; nearest to it; drawn by Huff's rule.
    p50_min, p90_min, max_min
        Travel time of those assigned.
    one_more_served
        Whether one more place would serve one more unit of demand.
    one_more_min
        What one more place would change of the total travel time, minutes; below 0 it saves.
    shape
        Where those live whom it mostly serves, areas of 25 people or more; None without any.
    """

    offer: int
    capacity: int
    assigned: int | None
    left: int | None
    residents: int | None
    nearest_residents: int | None
    huff_residents: int | None
    p50_min: float | None
    p90_min: float | None
    max_min: float | None
    one_more_served: bool
    one_more_min: float
    shape: shapely.Geometry | None


@dataclass(frozen=True, eq=False)
class BalancedReport(Tabular, frames="balanced"):
    """
    The best allocation of a category's offers; what is public is computed when first read.

    Attributes
    ----------
    atlas, question
        Of what, and what was asked.
    has_limit
        Whether the asker set a limit; the category's own sends nobody away.
    offers
        Rows in `atlas.offers`, shape (m,).
    capacities
        What they can serve.
    travel_s
        Shape (m, n), from each home to each offer.
    units
        Shape (n,): whole units of demand of each home; internal.
    best
        The allocation; internal.
    """

    atlas: Atlas
    question: Question
    has_limit: bool
    offers: NDArray[np.int64]
    capacities: Capacities
    travel_s: Floats
    units: NDArray[np.int64]
    best: Balance

    @property
    def limit_min(self) -> float | None:
        """The limit beyond which nobody is sent, None where anybody may go anywhere."""
        return self.question.limit_s / 60 if self.has_limit else None

    @property
    def _smallest(self) -> int:
        return self.atlas.population.smallest_published

    @property
    def demand_units(self) -> int:
        """Whole units that all people of the region's homes use."""
        return int(self.units.sum())

    @cached_property
    def served_units(self) -> int | None:
        """Units that are served: exact where everything is used, else in tens of people's worth."""
        served = self.demand_units - int(self.best.unserved.sum())
        people = np.array([served, self.demand_units - served]) / self.capacities.demand
        if ((people > 0) & (people < self._smallest)).any():
            return None
        if served in (0, self.demand_units, int(self.capacities.amount.sum())):
            return served
        return min(self._in_tens(served), self.demand_units)

    @property
    def unserved_units(self) -> int | None:
        """Units that nobody serves; with `served_units` they make up the demand."""
        return None if self.served_units is None else self.demand_units - self.served_units

    @cached_property
    def by_district(self) -> list[Tally]:
        """One tally of people per finest district: `covered` are served, `uncovered` are not."""
        exact = self._exact
        published = publish_levels(
            exact, self.atlas.region.municipality_of_finest, smallest=self._smallest
        ).finest
        return [
            tally_of_people(
                area,
                tuple(counts),
                total,
                covered=row[0],
                short=row[1] + row[2],
                edge=math.nan,
                smallest=self._smallest,
            )
            for area, counts, total, row in zip(
                self.atlas.finest_areas,
                published.counts.tolist(),
                published.totals.tolist(),
                exact.tolist(),
                strict=True,
            )
        ]

    @cached_property
    def by_offer(self) -> list[OfferShare]:
        """One share per offer, in the register's order."""
        if not len(self.offers):
            return []
        people = self.atlas.people
        assigned = np.bincount(self.best.offer, self.best.units, minlength=len(self.offers))
        reached = np.isfinite(self.travel_s).any(axis=0)
        nearest = self.travel_s.argmin(axis=0)
        near = np.bincount(nearest[reached], people[reached], minlength=len(self.offers))
        drawn = huff(self.travel_s, self.capacities.amount) @ people
        counts = [
            publish_parts(c, smallest=self._smallest)
            for c in (assigned / self.capacities.demand, near, drawn)
        ]
        shapes = self._shapes
        return [
            self._share(k, int(assigned[k]), [whole(float(c[k])) for c in counts], shapes[k])
            for k in range(len(self.offers))
        ]

    def _share(
        self, k: int, assigned: int, people: list[int | None], shape: shapely.Geometry | None
    ) -> OfferShare:
        capacity = int(self.capacities.amount[k])
        told: int | None = assigned
        if 0 < assigned < capacity:
            told = None if people[0] is None else min(self._in_tens(assigned), capacity)
        rows = np.flatnonzero(self.best.offer == k)
        minutes = [None] * 3
        if assigned / self.capacities.demand >= self._smallest:
            travel_s = self.travel_s[k, self.best.home[rows]]
            found = quantiles(travel_s, self.best.units[rows].astype(float), (0.5, 0.9, 1.0))
            minutes = [float(s) / 60 for s in found]  # type: ignore[misc]
        return OfferShare(
            offer=int(self.offers[k]),
            capacity=capacity,
            assigned=told,
            left=None if told is None else capacity - told,
            residents=people[0],
            nearest_residents=people[1],
            huff_residents=people[2],
            p50_min=minutes[0],
            p90_min=minutes[1],
            max_min=minutes[2],
            one_more_served=bool(self.best.one_more_served[k]),
            one_more_min=float(self.best.one_more_s[k]) / 60,
            shape=shape,
        )

    @cached_property
    def _exact(self) -> Floats:
        """Shape (d, 4), people by finest district: served, unserved, unreachable, unplaced."""
        population, people = self.atlas.population, self.atlas.people
        count = len(population.unplaced)
        # without any offer there is nothing to reach: unserved, not unreachable
        nothing = not len(self.offers)
        reached = np.asarray(np.isfinite(self.travel_s).any(axis=0) | nothing)

        def total(rows: NDArray[np.bool_], weight: Floats | NDArray[np.int64]) -> Floats:
            summed = np.bincount(population.district[rows], weight[rows], minlength=count)
            return summed.astype(float)

        units, missed = total(reached, self.units), total(reached, self.best.unserved)
        share = np.divide(missed, units, where=units > 0, out=np.zeros(count))
        there = total(reached, people)
        unreachable = total(~reached, people)
        return np.column_stack([there * (1 - share), there * share, unreachable,
                                population.unplaced])  # fmt: skip

    @cached_property
    def _shapes(self) -> list[shapely.Geometry | None]:
        """Areas of people enough to be told, by the offer that serves most of each home."""
        flow = np.zeros((len(self.offers), len(self.units)), np.int64)
        flow[self.best.offer, self.best.home] = self.best.units
        mostly = np.where(flow.any(axis=0), flow.argmax(axis=0), -1)
        shapes: list[shapely.Geometry | None] = []
        for k in range(len(self.offers)):
            rows = np.flatnonzero(mostly == k)
            areas = find_gaps(
                self.atlas.population.xy[rows],
                self.atlas.people[rows],
                smallest=self._smallest,
            ).geometry
            shapes.append(shapely.union_all(areas) if len(areas) else None)
        return shapes

    def _in_tens(self, units: float) -> int:
        people = float(round_to_tens(units / self.capacities.demand))
        return round(people * self.capacities.demand)


def balanced(
    atlas: Atlas,
    *,
    category: str,
    mode: str | None = None,
    minutes: float | None = None,
    capacity: Mapping[str, float] | None = None,
    demand: float | None = None,
) -> BalancedReport:
    """
    Share all people out over all offers of a category, with the least total travel time.

    Parameters
    ----------
    atlas
        The region.
    category
        Id of the taxonomy.
    mode
        A street mode; else the category's own.
    minutes
        Nobody is sent farther; without it everybody may go anywhere.
    capacity, demand
        As in `layers.capacity`.

    Raises
    ------
    UnknownCategoryError, UnknownOfferError
        If there is no such category, or no such offer of it.
    ParameterError
        If mode or limit are not allowed, capacities are missing or wrong, nobody is counted, or
        there are too many pairs of homes and offers.
    """
    question = street_question(atlas, category, mode, minutes)
    every = rows_of(atlas, question, None)
    rows, capacities, travel_s = limited_supply(atlas, question, every, capacity or {}, demand)
    limit_s = math.inf if minutes is None else question.limit_s
    allowed_s = np.where(travel_s <= limit_s, travel_s, np.inf)
    population = atlas.population
    units = whole_units(atlas.people * capacities.demand, population.district, population.xy)
    best = balance(allowed_s, units, capacities.amount.astype(np.int64))
    return BalancedReport(
        atlas, question, minutes is not None, rows, capacities, travel_s, units, best
    )
