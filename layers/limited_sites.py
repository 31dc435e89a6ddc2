"""
Where new offers would help most when all of them can serve only so much.

Existing offers have the capacities that they state or that the asker enters, new ones that which
the asker enters: there are no defaults. Somebody in reach of a full offer is not served. Who is
served is the best possible allocation, not a forecast: as many as possible, then the shortest ways.
By public transport an offer is in reach whose own median is within the limit, at any hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.balance import MAX_PAIRS, balance
from geo.catchment import whole_units
from geo.disclosure import publish_levels, publish_parts
from geo.errors import ParameterError
from geo.site_capacity import Served, most_served
from layers.capacity import ALL, MOST, Capacities, capacities_of
from layers.coverage import offers_of_question
from layers.errors import UnknownOfferError
from layers.site_report import EPSILON_S
from layers.tally import whole
from layers.travel import travel_by

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from layers.atlas import Atlas
    from layers.candidates import Candidates
    from layers.coverage import CoverageReport

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Limited:
    """
    What a choice serves; people in tens as published, None where withheld.

    Attributes
    ----------
    offers
        Rows of `atlas.offers`, shape (m,): the existing ones.
    capacities
        What they can serve, and units that one resident uses.
    new_capacity
        What each new site can serve, as entered.
    served_before, served_after
        People of the region.
    district_before, district_after
        People by finest district.
    site_gained
        More people that can be served with each site besides those before it.
    site_served
        People whom the best allocation gives to each site.
    """

    offers: Ints
    capacities: Capacities
    new_capacity: float
    served_before: int | None
    served_after: int | None
    district_before: tuple[int | None, ...]
    district_after: tuple[int | None, ...]
    site_gained: tuple[int | None, ...]
    site_served: tuple[int | None, ...]

    @property
    def gained(self) -> int | None:
        """People more who are served, from what is published."""
        return _less(self.served_after, self.served_before)

    @property
    def district_gained(self) -> list[int | None]:
        """The same by finest district; below 0 where room is given to others."""
        return [
            _less(after, before)
            for after, before in zip(self.district_after, self.district_before, strict=True)
        ]


def limited_sites(
    before: CoverageReport,
    places: Candidates,
    *,
    new: int,
    new_capacity: float,
    capacity: Mapping[str, float],
    demand: float | None,
    time_limit_s: float,
) -> tuple[Served, Limited]:
    """
    Choose the candidates with which most people are served.

    Parameters
    ----------
    before
        Coverage by what exists; its offers have room, those that are closed then have none.
    places
        What can be chosen.
    new, new_capacity
        How many new sites, and what each can serve.
    capacity, demand
        As in `layers.capacity`.
    time_limit_s
        Afterwards the best so far is answered, with its gap.

    Raises
    ------
    ParameterError
        If capacities are missing or wrong, there are several categories, nobody is counted, or
        there are too many pairs of homes and offers.
    UnknownOfferError
        If a capacity is entered for an offer that the category does not have.
    """
    atlas, question = before.atlas, before.question
    capacities = _capacities(before, new_capacity, capacity, demand)
    network, homes, supply = travel_by(atlas, question.mode, question.window)
    limit_s = question.limit_s + EPSILON_S
    offers = network.within(homes, supply.take(before.offers), limit_s, with_distance=False)
    sites = network.within(homes, places.at, limit_s, with_distance=False)
    population, existing = atlas.population, len(before.offers)
    units = whole_units(atlas.people * capacities.demand, population.district, population.xy)
    room = np.r_[capacities.amount, np.full(len(places.offer), new_capacity)].astype(np.int64)
    served = most_served(
        np.r_[offers.source, sites.source],
        np.r_[offers.target, existing + sites.target],
        units,
        room,
        existing=existing,
        new=new,
        time_limit_s=time_limit_s,
    )
    chosen = served.siting.chosen
    travel_s = np.full((existing + len(chosen), len(units)), np.inf)
    travel_s[offers.target, offers.source] = offers.travel_s
    for k, site in enumerate(chosen):
        at = sites.target == site
        travel_s[existing + k, sites.source[at]] = sites.travel_s[at]
    without = balance(travel_s[:existing], units, room[:existing])
    best = balance(travel_s, units, room[np.r_[np.arange(existing), existing + chosen]])
    by_place = np.bincount(best.offer, best.units, minlength=len(travel_s))
    region_before, district_before = _published(atlas, units, without.unserved)
    region_after, district_after = _published(atlas, units, best.unserved)
    limited = Limited(
        offers=before.offers,
        capacities=capacities,
        new_capacity=new_capacity,
        served_before=region_before,
        served_after=region_after,
        district_before=district_before,
        district_after=district_after,
        site_gained=_told(served.added / capacities.demand, atlas.population.smallest_published),
        site_served=_told(
            by_place[existing:] / capacities.demand, atlas.population.smallest_published
        ),
    )
    return served, limited


def _capacities(
    before: CoverageReport,
    new_capacity: float,
    capacity: Mapping[str, float],
    demand: float | None,
) -> Capacities:
    """Check what is entered, and gather the capacities of the offers that count."""
    atlas, question = before.atlas, before.question
    if len(question.categories) > 1:
        raise ParameterError(
            "`new_capacity` needs one `category`: capacities of several are told in different "
            "units; ask for one after the other",
            parameter="category",
        )
    if atlas.population.basis.unit != "residents":
        raise ParameterError(
            f"no people are counted in {atlas.region.name}, so nobody can use up a capacity; "
            "leave `new_capacity` out, or give the region a population",
            parameter="new_capacity",
        )
    if not (0 < new_capacity <= MOST and float(new_capacity).is_integer()):
        raise ParameterError(
            f"`new_capacity` is {new_capacity:g} but must be a whole number above 0 and at most "
            f"{MOST:g}",
            parameter="new_capacity",
        )
    if len(before.offers) * len(atlas.people) > MAX_PAIRS:
        raise ParameterError(
            f"{len(before.offers):,} offers and {len(atlas.people):,} homes are more than "
            f"{MAX_PAIRS:,} pairs; choose a category with fewer offers",
            parameter="category",
        )
    known = [atlas.offers[int(row)].id for row in offers_of_question(atlas, question)]
    for name in capacity:
        if name != ALL and name not in known:
            raise UnknownOfferError(name, known)
    counted = {atlas.offers[int(row)].id for row in before.offers}  # others are closed then
    entered = {name: units for name, units in capacity.items() if name == ALL or name in counted}
    return capacities_of(
        atlas, question.categories[0], before.offers, entered=entered, demand=demand
    )


def _published(
    atlas: Atlas, units: Ints, unserved: Ints
) -> tuple[int | None, tuple[int | None, ...]]:
    """Return the people served, as published: of the region and by finest district."""
    population, count = atlas.population, len(atlas.finest_areas)
    total, missed = (
        np.bincount(population.district, each, minlength=count).astype(float)
        for each in (units, unserved)
    )
    share = np.divide(missed, total, where=total > 0, out=np.zeros(count))
    people = np.bincount(population.district, atlas.people, minlength=count)
    exact = np.column_stack(
        [people * (1 - share), people * share, np.zeros(count), population.unplaced]
    )
    levels = publish_levels(
        exact, atlas.region.municipality_of_finest, smallest=population.smallest_published
    )
    region = whole(float(levels.region.counts[0, 0]))
    return region, tuple(whole(float(value)) for value in levels.finest.counts[:, 0])


def _told(people: Floats, smallest: int) -> tuple[int | None, ...]:
    return tuple(whole(value) for value in publish_parts(people, smallest=smallest).tolist())


def _less(after: int | None, before: int | None) -> int | None:
    return None if after is None or before is None else after - before
