"""
Where new offers of a category would help most, with the existing ones fixed.

Places are chosen among candidates (`layers.candidates`), by what all of them together bring. A
candidate is a street corner, an offer that could take the new one in, or a place that the asker
gives; what is told of people is rounded to tens and withheld where they are few, so that a place
moved by a house tells nothing of it. By public transport each candidate is asked together with what
exists (`layers.travel`); whom only two new sites together serve counts in the result, not in the
choice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo import siting
from geo.errors import ParameterError
from layers.candidates import CORNERS, Candidates, find_candidates
from layers.coverage import COVERED, CoverageReport, answer, offers_of_question
from layers.limited_sites import Limited, limited_sites
from layers.question import LINE, Question, ask
from layers.site_report import EPSILON_S, SitesReport, report_of_choice
from layers.timetable import TRANSIT
from layers.travel import ridden_with, travel_by

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from geo.network import Snapped
    from geo.siting import Siting
    from layers.atlas import Atlas
    from layers.given_places import Place

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

MOST_PEOPLE, LEAST_TIME, FEWEST_SITES = "most_people", "least_time", "fewest_sites"
OBJECTIVES = (MOST_PEOPLE, LEAST_TIME, FEWEST_SITES)
ALL_PEOPLE = "all"
AGE_GROUPS = ("children", "older")  # under 18, 65 and older
MOST_NEW = 50
DEFAULT_SHARE = 0.9
TIME_LIMIT_S = 10.0
_SETS_AT_ONCE = 64


def next_sites(
    atlas: Atlas,
    *,
    category: str | Sequence[str],
    new: int | None = None,
    mode: str | None = None,
    minutes: float | None = None,
    at: str | None = None,
    window: str | None = None,
    candidates: Sequence[str] | None = None,
    places: Sequence[Place] = (),
    objective: str = MOST_PEOPLE,
    share: float | None = None,
    people: str = ALL_PEOPLE,
    new_capacity: float | None = None,
    capacity: Mapping[str, float] | None = None,
    demand: float | None = None,
    time_limit_s: float = TIME_LIMIT_S,
) -> SitesReport:
    """
    Choose places for new offers of a category.

    Parameters
    ----------
    atlas
        The region.
    category, mode, minutes, at
        As in a question of coverage, along streets. With a time existing offers are those that are
        open then, and the new ones are taken to be.
    window
        Departures of mode `transit`, as for `coverage`.
    new
        How many; not for `fewest_sites`.
    candidates
        `corners`, `spaces` (offers that give a room or a meeting place), or ids of categories. By
        default corners, or none besides `places`.
    places
        Candidates given by the asker.
    objective
        `most_people` come newly within the limit; `least_time` on average to the nearest offer; or
        the `fewest_sites` that bring a share of the people within the limit.
    share
        For `fewest_sites`: of all residents, above 0 to 1; 0.9 if left out.
    people
        Whom to count: `all`; age groups are refused while no population tells of them.
    new_capacity
        What each new site can serve: with it the most people that find room are sought.
    capacity, demand
        Capacities of existing offers and units that one resident uses, as in `layers.capacity`;
        only with `new_capacity`.
    time_limit_s
        Afterwards the best so far is answered, with its gap.

    Raises
    ------
    ParameterError
        If something is out of bounds, no source can tell of the category, a place lies outside the
        region, there is no candidate, or capacities are missing or wrong.
    UnknownCategoryError, UnknownOfferError
        If the taxonomy lacks a category, or a capacity is entered for an offer that is not there.
    """
    question = ask(
        atlas, category=category, mode=mode, minutes=minutes, at=at, window=window,
        with_transit=True,
    )  # fmt: skip
    _check(question, objective=objective, new=new, share=share)
    _check_people(atlas, people)
    _check_capacity(objective, new_capacity, capacity, demand)
    before = answer(atlas, [question])[0]
    _check_known(before)
    kinds = candidates if candidates is not None else () if places else (CORNERS,)
    sites = find_candidates(
        atlas,
        question.on_streets,
        kinds=kinds,
        without=offers_of_question(atlas, question),
        places=places,
    )
    if not len(sites.offer):
        raise ParameterError(
            f"`candidates` {','.join(kinds)}: there is none in the region; try `corners`",
            parameter="candidates",
        )
    limited: Limited | None = None
    if new_capacity is not None:
        served, limited = limited_sites(
            before,
            sites,
            new=new or 0,
            new_capacity=new_capacity,
            capacity=capacity or {},
            demand=demand,
            time_limit_s=time_limit_s,
        )
        found = served.siting
    else:
        share = DEFAULT_SHARE if objective == FEWEST_SITES and share is None else share
        found = _choose(before, sites, objective, new, share, time_limit_s)
    return report_of_choice(
        before, sites, places, found, limited, objective=objective, new=new, share=share
    )


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


def _check_people(atlas: Atlas, people: str) -> None:
    if people in AGE_GROUPS and atlas.population.ages is not None:
        raise ParameterError(
            f"`people` {people!r}: sites are not placed by age; leave it out to count all; "
            "who is in reach at which age stands in a coverage report",
            parameter="people",
        )
    if people in AGE_GROUPS:
        raise ParameterError(
            f"`people` {people!r} is not known here: the population of {atlas.region.name} "
            f"({atlas.population.basis.source}) has no age groups; leave it out to count all",
            parameter="people",
        )
    if people != ALL_PEOPLE:
        raise ParameterError(
            f"`people` {people!r} is not known; use {ALL_PEOPLE}, or where ages are known "
            f"{' or '.join(AGE_GROUPS)}",
            parameter="people",
        )


def _check_capacity(
    objective: str,
    new_capacity: float | None,
    capacity: Mapping[str, float] | None,
    demand: float | None,
) -> None:
    if new_capacity is None:
        for name, value in (("capacity", capacity or None), ("demand", demand)):
            if value is not None:
                raise ParameterError(
                    f"`{name}` needs `new_capacity`, what each new site can serve; enter it too",
                    parameter=name,
                )
    elif objective != MOST_PEOPLE:
        raise ParameterError(
            f"`new_capacity` belongs to `{MOST_PEOPLE}`: under capacities `{objective}` would have "
            "to say how far those go whom nobody serves; leave one of them out",
            parameter="new_capacity",
        )


def _check_known(before: CoverageReport) -> None:
    """Refuse where nobody knows who is covered already."""
    ids = ", ".join(category.id for category in before.question.categories)
    if before.unknown == "no_hours" and before.question.when is not None:
        raise ParameterError(
            f"`at` {before.question.when.text!r}: of no offer of {ids} is it known whether it is "
            "open then; leave `at` out",
            parameter="at",
        )
    if before.unknown:
        raise ParameterError(
            f"`category`: no source tells of {ids} here, so nobody knows who is covered already; "
            "choose another category",
            parameter="category",
        )


def _choose(
    before: CoverageReport,
    places: Candidates,
    objective: str,
    new: int | None,
    share: float | None,
    time_limit_s: float,
) -> Siting:
    atlas = before.atlas
    weight = np.nan_to_num(atlas.population.weight)
    count = len(places.offer)
    if objective == LEAST_TIME:
        person, site, travel_s = _shorter(before, places.at)
        return siting.least_travel(
            person, site, travel_s, before.travel_s, weight,
            candidates=count, new=new or 0, time_limit_s=time_limit_s,
        )  # fmt: skip
    person, site = _newly_covered(before, places.at)
    if objective == MOST_PEOPLE:
        return siting.most_covered(
            person, site, weight,
            candidates=count, new=new or 0, time_limit_s=time_limit_s,
        )  # fmt: skip
    total = weight.sum() + atlas.population.unplaced.sum()
    needed = (share or 0.0) * total - weight[before.state == COVERED].sum()
    return siting.fewest_sites(
        person, site, weight,
        candidates=count, needed=float(needed), time_limit_s=time_limit_s,
    )  # fmt: skip


def _newly_covered(before: CoverageReport, sites: Snapped) -> tuple[Ints, Ints]:
    """Find all pairs of people not covered and sites that cover them."""
    question = before.question
    short, limit_s = np.flatnonzero(before.state != COVERED), question.limit_s + EPSILON_S
    if question.mode == TRANSIT:
        site, place = np.nonzero(ridden_with(before, sites, short) <= limit_s)
        return short[place], site
    network, demand, _ = travel_by(before.atlas, question.mode)
    pairs = network.within(demand.take(short), sites, limit_s, with_distance=False)
    return short[pairs.source], pairs.target


def _shorter(before: CoverageReport, sites: Snapped) -> tuple[Ints, Ints, Floats]:
    """Find all pairs of people and sites whose way is shorter than that to an existing offer."""
    mode, everybody = before.question.mode, np.arange(len(before.travel_s))
    parts = []
    for first in range(0, len(sites), _SETS_AT_ONCE):
        last = min(first + _SETS_AT_ONCE, len(sites))
        if mode == TRANSIT:
            found = ridden_with(before, sites.take(np.arange(first, last)), everybody)
        else:
            network, demand, _ = travel_by(before.atlas, mode)
            each = [sites.take([i]) for i in range(first, last)]
            found = network.to_nearest(demand, each).travel_s
        site, person = np.nonzero(found < before.travel_s)
        parts.append((person, site + first, found[site, person]))
    person, site, travel_s = (np.concatenate(column) for column in zip(*parts, strict=True))
    return person, site, travel_s
