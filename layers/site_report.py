"""
What an answer on next sites tells: places, who gains where, and what it rests on.

Counts have passed `geo.disclosure`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from geo.disclosure import publish_parts, publish_within
from layers.coverage import COVERED, CoverageReport
from layers.difference import compare
from layers.tabular import Tabular
from layers.tally import whole
from layers.timetable import TRANSIT
from layers.travel import ridden_to, ridden_with, travel_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.network import Snapped
    from geo.siting import Siting
    from layers.atlas import Atlas
    from layers.candidates import Candidates
    from layers.given_places import Place
    from layers.limited_sites import Limited

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

EPSILON_S = 1e-3  # as in `layers.coverage`


@dataclass(frozen=True)
class Site:
    """
    A chosen place, in metres of the region's CRS.

    `offer` is the row of the offer that would take it in, `given` the number of the asker's place;
    both −1 for a street corner. `landmark` is the row of the nearest offer with a name (−1 where
    there is none), `landmark_m` the straight line to it. `gained` are the newly covered people for
    whom it is the nearest of the new sites, None where withheld; with capacities, how many more can
    be served with it besides the sites before it.
    """

    x: float
    y: float
    offer: int
    given: int
    district: int
    landmark: int
    landmark_m: float
    gained: int | None


@dataclass(frozen=True)
class Gain:
    """
    People of a district who come within the limit, and whose way gets shorter; as published.

    With capacities `gained` are those who are served more (below 0: fewer), `shorter` is None.
    """

    district_id: str
    name: str
    gained: int | None
    shorter: int | None


@dataclass(frozen=True, eq=False)
class SitesReport(Tabular, frames="sites"):
    """
    The answer.

    Attributes
    ----------
    before
        The coverage report of what exists.
    objective, new, share
        What was asked; `new` is None for the fewest sites, `share` None for the others.
    candidates, places
        What could be chosen, and which of them the asker gave.
    siting, sites
        The proof, and what was chosen, the one that adds most first.
    gained
        People who come within the limit, as published; None where withheld. With capacities, who
        are served more.
    by_district
        In the region's order.
    mean_min_before, mean_min_after
        Mean minutes of all who reach an offer; None where nobody does, and with capacities.
    unit
        `residents`, or `buildings` where no people are counted.
    limited
        What capacities allow; None without any.
    """

    before: CoverageReport
    objective: str
    new: int | None
    share: float | None
    candidates: Candidates
    places: tuple[Place, ...]
    siting: Siting
    sites: tuple[Site, ...]
    gained: int | None
    by_district: tuple[Gain, ...]
    mean_min_before: float | None
    mean_min_after: float | None
    unit: str
    limited: Limited | None = None


def report_of_choice(
    before: CoverageReport,
    candidates: Candidates,
    places: Sequence[Place],
    found: Siting,
    limited: Limited | None,
    *,
    objective: str,
    new: int | None,
    share: float | None,
) -> SitesReport:
    """Say what a choice brings."""
    atlas, question = before.atlas, before.question
    population = atlas.population
    weight = np.nan_to_num(population.weight)
    chosen = candidates.at.take(found.chosen)
    travel_s, site = _ways_to(before, chosen)
    gains = (travel_s <= question.limit_s + EPSILON_S) & (before.state != COVERED)
    shorter = travel_s < before.travel_s
    count = len(atlas.finest_areas)
    counted = population.basis.unit == "residents"
    smallest = population.smallest_published

    def by_district(who: NDArray[np.bool_]) -> Floats:
        counts = np.bincount(population.district[who], weight[who], minlength=count)
        return counts.astype(float)

    after_s = np.minimum(before.travel_s, travel_s)
    gained: int | None
    district_gained: list[int | None]
    less: list[int | None]
    if limited is not None:
        gained, site_gained = limited.gained, list(limited.site_gained)
        district_gained, less = limited.district_gained, [None] * count
    else:
        by_site = np.bincount(site[gains], weight[gains], minlength=len(found.chosen))
        everybody = by_district(np.ones(len(weight), np.bool_))
        less = _told(
            publish_within(by_district(shorter), everybody, smallest=smallest),
            by_district(shorter),
            counted,
        )
        if counted:
            # as the scenario of these sites tells it: who is left without must not be few either
            state = np.where(gains, COVERED, before.state).astype(np.int8)
            change = compare(before, replace(before, travel_s=after_s, state=state))
            gained = change.totals.gained
            district_gained = [row.gained for row in change.by_district]
            site_gained = [
                None if gained is None else whole(n)
                for n in publish_parts(by_site, smallest=smallest)
            ]
            if len(site_gained) == 1:
                site_gained = [gained]
        else:
            gained = round(float(by_site.sum()))
            district_gained = [round(n) for n in by_district(gains).tolist()]
            site_gained = [round(n) for n in by_site.tolist()]
    return SitesReport(
        before=before,
        objective=objective,
        new=new,
        share=share,
        candidates=candidates,
        places=tuple(places),
        siting=found,
        sites=tuple(_sites(atlas, candidates, found.chosen, site_gained)),
        gained=gained,
        by_district=tuple(
            Gain(*area, more, way)
            for area, more, way in zip(atlas.finest_areas, district_gained, less, strict=True)
        ),
        mean_min_before=_mean_min(before.travel_s, weight) if limited is None else None,
        mean_min_after=_mean_min(after_s, weight) if limited is None else None,
        unit=population.basis.unit,
        limited=limited,
    )


def _ways_to(before: CoverageReport, chosen: Snapped) -> tuple[Floats, Ints]:
    """
    Return the seconds to the chosen sites and which one it is, shapes (n,).

    By public transport to the nearest of them and of what exists, and the site that alone brings
    most of that.
    """
    question = before.question
    if question.mode != TRANSIT:
        network, demand, _ = travel_by(before.atlas, question.mode)
        nearest = network.to_nearest(demand, [chosen])
        return nearest.travel_s[0], nearest.supply[0].astype(np.int64)
    everybody = np.arange(len(before.travel_s))
    travel_s = ridden_to(before, [chosen], everybody)[0]
    if not len(chosen):
        return travel_s, np.full(len(everybody), -1)
    return travel_s, ridden_with(before, chosen, everybody).argmin(axis=0)


def _told(published: Floats, exact: Floats, counted: bool) -> list[int | None]:
    """Return counts as they may be published; buildings are seen from the street."""
    return [whole(v) for v in (published if counted else np.round(exact)).tolist()]


def _mean_min(travel_s: Floats, weight: Floats) -> float | None:
    reached = np.isfinite(travel_s) & (weight > 0)
    return (
        float(np.average(travel_s[reached], weights=weight[reached])) / 60
        if reached.any()
        else None
    )


def _sites(atlas: Atlas, places: Candidates, chosen: Ints, gained: list[int | None]) -> list[Site]:
    """Describe the chosen places."""
    xy = places.xy[chosen]
    named = np.array([i for i, offer in enumerate(atlas.offers) if offer.name], np.int64)
    landmark, landmark_m = np.full(len(xy), -1), np.full(len(xy), np.inf)
    if len(named) and len(xy):
        landmark_m, nearest = cKDTree(atlas.offer_xy[named]).query(xy)
        landmark = named[nearest]
    district = atlas.region.locate(xy)
    return [
        Site(
            float(x), float(y), int(places.offer[candidate]), int(places.given[candidate]),
            int(district[i]),
            int(landmark[i]), float(landmark_m[i]), gained[i],
        )
        for i, (candidate, (x, y)) in enumerate(zip(chosen, xy, strict=True))
    ]  # fmt: skip
