"""
Where new offers of a category would help most, with the existing ones fixed.

Places are chosen among candidates (`layers.candidates`). A site is never a house, and the asker
cannot choose one; so an answer tells no more of a single home than a coverage report does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.spatial import cKDTree

from geo import siting
from geo.disclosure import publish_parts, publish_singly
from geo.errors import ParameterError
from layers.candidates import CORNERS, Candidates, find_candidates
from layers.coverage import COVERED, CoverageReport, answer
from layers.question import LINE, Question, ask
from layers.tally import whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.network import Network, Snapped
    from geo.siting import Siting
    from layers.atlas import Atlas

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

MOST_PEOPLE, LEAST_TIME, FEWEST_SITES = "most_people", "least_time", "fewest_sites"
OBJECTIVES = (MOST_PEOPLE, LEAST_TIME, FEWEST_SITES)
MOST_NEW = 50
DEFAULT_SHARE = 0.9
TIME_LIMIT_S = 10.0
_SETS_AT_ONCE = 64
_EPSILON_S = 1e-3  # as in `layers.coverage`


@dataclass(frozen=True)
class Site:
    """
    A chosen place, in metres of the region's CRS.

    `offer` is the row of the offer that would take it in, −1 for a street corner. `landmark` is the
    row of the nearest offer with a name (−1 where there is none), `landmark_m` the straight line to
    it. `gained` are the newly covered people for whom it is the nearest of the new sites, None
    where withheld.
    """

    x: float
    y: float
    offer: int
    district: int
    landmark: int
    landmark_m: float
    gained: int | None


@dataclass(frozen=True)
class Gain:
    """People of a district who come within the limit, and whose way gets shorter; as published."""

    district_id: str
    name: str
    gained: int | None
    shorter: int | None


@dataclass(frozen=True, eq=False)
class SitesReport:
    """
    The answer.

    Attributes
    ----------
    before
        The coverage report of what exists.
    objective, new, share
        What was asked; `new` is None for the fewest sites, `share` None for the others.
    candidates, siting, sites
        What could be chosen, the proof, and what was, the one that adds most first.
    gained
        People who come within the limit, as published; None where withheld.
    by_district
        In the region's order.
    mean_min_before, mean_min_after
        Mean minutes of all who reach an offer; None where nobody does.
    unit
        `residents`, or `buildings` where no people are counted.
    """

    before: CoverageReport
    objective: str
    new: int | None
    share: float | None
    candidates: Candidates
    siting: Siting
    sites: tuple[Site, ...]
    gained: int | None
    by_district: tuple[Gain, ...]
    mean_min_before: float | None
    mean_min_after: float | None
    unit: str


def next_sites(
    atlas: Atlas,
    *,
    category: str | Sequence[str],
    new: int | None = None,
    mode: str | None = None,
    minutes: float | None = None,
    candidates: Sequence[str] = (CORNERS,),
    objective: str = MOST_PEOPLE,
    share: float | None = None,
    time_limit_s: float = TIME_LIMIT_S,
) -> SitesReport:
    """
    Choose places for new offers of a category.

    Parameters
    ----------
    atlas
        The region.
    category, mode, minutes
        As in a question of coverage, along streets.
    new
        How many; not for `fewest_sites`.
    candidates
        `corners`, `spaces` (offers that give a room or a meeting place), or ids of categories.
    objective
        `most_people` come newly within the limit; `least_time` on average to the nearest offer; or
        the `fewest_sites` that bring a share of the people within the limit.
    share
        For `fewest_sites`: of all residents, above 0 to 1; 0.9 if left out.
    time_limit_s
        Afterwards the best so far is answered, with its gap.

    Raises
    ------
    ParameterError
        If something is out of bounds, no source can tell of the category, or there is no candidate.
    UnknownCategoryError
        If the taxonomy lacks a category.
    """
    question = ask(atlas, category=category, mode=mode, minutes=minutes)
    _check(question, objective=objective, new=new, share=share)
    before = answer(atlas, [question])[0]
    if before.unknown:
        raise ParameterError(
            f"`category`: no source tells of {', '.join(c.id for c in question.categories)} here, "
            "so nobody knows who is covered already; choose another category",
            parameter="category",
        )
    places = find_candidates(atlas, question.mode, kinds=candidates, without=before.offers)
    if not len(places.offer):
        raise ParameterError(
            f"`candidates` {','.join(candidates)}: there is none in the region; try `corners`",
            parameter="candidates",
        )
    wanted = DEFAULT_SHARE if objective == FEWEST_SITES and share is None else share
    found = _choose(before, places, objective, new, wanted, time_limit_s)
    return _report(before, places, found, objective=objective, new=new, share=wanted)


def _check(question: Question, *, objective: str, new: int | None, share: float | None) -> None:
    if objective not in OBJECTIVES:
        raise ParameterError(
            f"`objective` {objective!r} is not known; use one of {', '.join(OBJECTIVES)}",
            parameter="objective",
        )
    if question.mode == LINE:
        raise ParameterError(
            "`mode` line has no travel time; sites need a way along streets", parameter="mode"
        )
    if objective == FEWEST_SITES:
        if new is not None:
            raise ParameterError(
                "`new` is what `fewest_sites` answers; give `share` instead", parameter="new"
            )
        if share is not None and not 0 < share <= 1:
            raise ParameterError(
                f"`share` is {share:g} but must be above 0 and at most 1", parameter="share"
            )
        return
    if share is not None:
        raise ParameterError("`share` belongs to `fewest_sites` alone", parameter="share")
    if new is None or not 1 <= new <= MOST_NEW:
        raise ParameterError(
            f"`new` is {'missing' if new is None else new} but must be 1 to {MOST_NEW} sites",
            parameter="new",
        )


def _choose(
    before: CoverageReport,
    places: Candidates,
    objective: str,
    new: int | None,
    share: float | None,
    time_limit_s: float,
) -> Siting:
    atlas, question = before.atlas, before.question
    network, demand = atlas.networks[question.mode], atlas.demand[question.mode]
    weight = np.nan_to_num(atlas.population.weight)
    count = len(places.offer)
    if objective == LEAST_TIME:
        person, site, travel_s = _shorter(network, demand, places.at, before.travel_s)
        return siting.least_travel(
            person, site, travel_s, before.travel_s, weight,
            candidates=count, new=new or 0, time_limit_s=time_limit_s,
        )  # fmt: skip
    short = np.flatnonzero(before.state != COVERED)
    pairs = network.within(demand.take(short), places.at, question.limit_s + _EPSILON_S)
    person = short[pairs.source]
    if objective == MOST_PEOPLE:
        return siting.most_covered(
            person, pairs.target, weight,
            candidates=count, new=new or 0, time_limit_s=time_limit_s,
        )  # fmt: skip
    total = weight.sum() + atlas.population.unplaced.sum()
    needed = (share or 0.0) * total - weight[before.state == COVERED].sum()
    return siting.fewest_sites(
        person, pairs.target, weight,
        candidates=count, needed=float(needed), time_limit_s=time_limit_s,
    )  # fmt: skip


def _shorter(
    network: Network, demand: Snapped, sites: Snapped, existing_s: Floats
) -> tuple[Ints, Ints, Floats]:
    """Find all pairs of people and sites whose way is shorter than that to an existing offer."""
    parts = []
    for first in range(0, len(sites), _SETS_AT_ONCE):
        last = min(first + _SETS_AT_ONCE, len(sites))
        found = network.to_nearest(demand, [sites.take([i]) for i in range(first, last)]).travel_s
        site, person = np.nonzero(found < existing_s)
        parts.append((person, site + first, found[site, person]))
    person, site, travel_s = (np.concatenate(column) for column in zip(*parts, strict=True))
    return person, site, travel_s


def _report(
    before: CoverageReport,
    places: Candidates,
    found: Siting,
    *,
    objective: str,
    new: int | None,
    share: float | None,
) -> SitesReport:
    atlas, question = before.atlas, before.question
    population = atlas.population
    weight = np.nan_to_num(population.weight)
    chosen = places.at.take(found.chosen)
    nearest = atlas.networks[question.mode].to_nearest(atlas.demand[question.mode], [chosen])
    travel_s, site = nearest.travel_s[0], nearest.supply[0]
    gains = (travel_s <= question.limit_s + _EPSILON_S) & (before.state != COVERED)
    shorter = travel_s < before.travel_s
    count = len(atlas.finest_areas)
    counted = population.basis.unit == "residents"

    def by_district(who: NDArray[np.bool_]) -> list[int | None]:
        return _told(np.bincount(population.district[who], weight[who], minlength=count), counted)

    by_site = np.bincount(site[gains], weight[gains], minlength=len(found.chosen))
    total = float(by_site.sum())
    after_s = np.minimum(before.travel_s, travel_s)
    return SitesReport(
        before=before,
        objective=objective,
        new=new,
        share=share,
        candidates=places,
        siting=found,
        sites=tuple(_sites(atlas, places, found.chosen, _told(by_site, counted))),
        gained=whole(float(publish_singly(total))) if counted else round(total),
        by_district=tuple(
            Gain(*area, gained, less)
            for area, gained, less in zip(
                atlas.finest_areas, by_district(gains), by_district(shorter), strict=True
            )
        ),
        mean_min_before=_mean_min(before.travel_s, weight),
        mean_min_after=_mean_min(after_s, weight),
        unit=population.basis.unit,
    )


def _told(people: NDArray[Any], counted: bool) -> list[int | None]:
    """Return counts as they may be published; buildings are seen from the street."""
    return [whole(v) for v in (publish_parts(people) if counted else np.round(people)).tolist()]


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
            float(x), float(y), int(places.offer[candidate]), int(district[i]),
            int(landmark[i]), float(landmark_m[i]), gained[i],
        )
        for i, (candidate, (x, y)) in enumerate(zip(chosen, xy, strict=True))
    ]  # fmt: skip
