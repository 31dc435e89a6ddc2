"""
How well supply stands when something fails: a second offer in reach, and what each one carries.

People with two or more offers in reach keep cover whichever of them closes. Who has a single one
depends on it: those are the people that an offer is critical for. Offers are independent when they
are different ones; a common owner or building is not known. By public transport, where the nearest
one is another one at another minute, the question is asked without each (`layers.dependence`).

Second-nearest offers are exact and cost few searches: the numbers of two different offers differ in
at least one binary digit, so the nearest offer other than the nearest is the best among, for each
digit, the nearest of those in which that digit is the other one. That makes 2 ⌈log₂ m⌉ sets for m
offers instead of m.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geo.access import second_nearest_in_line
from geo.disclosure import publish_parts, publish_singly
from geo.errors import ParameterError
from geo.once import cached_property
from geo.transit.days import check_day
from geo.transit.errors import OutsideValidityError
from layers.coverage import (
    COVERED,
    UNCOVERED,
    UNREACHABLE,
    CoverageReport,
    answer,
    within_limit,
)
from layers.dependence import Dependence, of_nearest, without_each
from layers.question import LINE, Question, ask
from layers.tabular import Tabular
from layers.tally import whole
from layers.timetable import TRANSIT, WALK, window_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from layers.atlas import Atlas
    from layers.taxonomy import Category

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class OfferCritical:
    """
    People who lose cover if this offer closes, None where withheld.

    `offer` is its row in `atlas.offers`.
    """

    offer: int
    offer_id: str
    name: str
    lose: int | None


@dataclass(frozen=True, eq=False)
class ResilienceReport(Tabular, frames="resilience"):
    """
    One question, asked of the nearest offer and of the second nearest.

    Attributes
    ----------
    once
        Who lives within reach of at least one offer.
    twice
        The same for two: `travel_s`, `distance_m`, `supply` and `state` are those of the second
        nearest offer; COVERED are people with two or more in reach. By public transport
        `travel_s` is the median if that offer closes which is missed most, and COVERED are those
        whose cover outlasts whichever single offer closes.
    lost
        By public transport who depends on which offer; None where that is the nearest one.
    """

    once: CoverageReport
    twice: CoverageReport
    lost: Dependence | None = None

    @cached_property
    def depends(self) -> Dependence:
        """Who is covered, and would not be without an offer; internal."""
        return of_nearest(self.once, self.twice) if self.lost is None else self.lost

    @cached_property
    def critical(self) -> list[OfferCritical]:
        """All offers that count as supply, the most critical first; empty where nobody knows."""
        once, atlas = self.once, self.once.atlas
        if once.unknown:
            return []
        exact = self.lose
        assumed = np.where(atlas.population.is_assumed, atlas.people, 0.0)
        told = self.depends.lose(assumed, len(exact))
        published = publish_parts(exact - told, smallest=atlas.population.smallest_published)
        published += told
        # those withheld come between: their order would tell of them
        order = np.argsort(-np.where(np.isnan(published), 1.0, published), kind="stable")
        rows = once.offers[order].tolist()
        return [
            OfferCritical(row, atlas.offers[row].id, atlas.offers[row].name, whole(count))
            for row, count in zip(rows, published[order].tolist(), strict=True)
        ]

    @cached_property
    def lose(self) -> Floats:
        """Shape (m,): exact people who lose cover if each of `once.offers` closes; internal."""
        return self.depends.lose(self.once.atlas.people, len(self.once.offers))


def resilience(
    atlas: Atlas,
    *,
    category: str | Sequence[str],
    mode: str | None = None,
    minutes: float | None = None,
    metres: float | None = None,
    at: str | None = None,
    window: str | None = None,
) -> ResilienceReport:
    """
    Report who has a second offer in reach, and for how many each offer is critical.

    Parameters
    ----------
    atlas
        The region, or what a scenario makes of it.
    category
        One id of the taxonomy; several mean any of them.
    mode, minutes, metres, at, window
        As for `coverage`; with a time only offers that are open then count.

    Raises
    ------
    UnknownCategoryError
        If the taxonomy has no such category.
    ParameterError
        If mode, limit or time are not allowed.
    """
    question = ask(
        atlas, category=category, mode=mode, minutes=minutes, metres=metres, at=at, window=window,
        with_transit=True,
    )  # fmt: skip
    return resilience_of(answer(atlas, [question])[0])


def resilience_of(once: CoverageReport) -> ResilienceReport:
    """Find the second nearest offer for the people of a coverage report, or who depends on one."""
    question, lost = once.question, None
    if question.mode == TRANSIT:
        travel_s, lost = without_each(once)
        second, distance_m = once.supply, np.full_like(travel_s, np.nan)
    else:
        second, travel_s, distance_m = _second_nearest(once)
    state = np.where(within_limit(question, travel_s, distance_m), COVERED, UNCOVERED)
    state[once.state == UNREACHABLE] = UNREACHABLE
    twice = replace(
        once,
        travel_s=travel_s,
        distance_m=distance_m,
        supply=second,
        state=state.astype(np.int8),
        with_unknown=None,
    )
    return ResilienceReport(once, twice, lost)


def _second_nearest(once: CoverageReport) -> tuple[NDArray[np.int32], Floats, Floats]:
    """
    Return the second nearest offer (−1: none) and the way there, shapes (n,).

    Ties go to the lower row, as they would if the nearest closed.
    """
    atlas, mode, offers = once.atlas, once.question.mode, once.offers
    if mode == LINE:
        found = second_nearest_in_line(atlas.population.xy, atlas.offer_xy[offers], once.supply)
    else:
        found = atlas.networks[mode].to_second_nearest(
            atlas.demand[mode],
            atlas.supply[mode].take(offers),
            once.supply,
            with_distance=once.question.metres is not None,
        )
    distance_m = found.distance_m
    if distance_m is None:
        distance_m = np.full_like(found.travel_s, np.nan)
    return found.supply[0], found.travel_s[0], distance_m[0]


@dataclass(frozen=True, eq=False)
class WithoutCar:
    """
    One question by every mode of the region: what is left of cover without a car.

    `by_mode` holds a report a mode, also `transit` where the region has a timetable: on a usual
    weekday afternoon. `car_only` are people covered by car and by no other mode, None where
    withheld or unknown.
    """

    by_mode: dict[str, CoverageReport]
    car_only: int | None


def without_car(atlas: Atlas, question: Question) -> WithoutCar:
    """Ask a question by every mode, with the same limit."""
    asked = [replace(question, mode=mode, window=None) for mode in atlas.networks]
    if (riding := by_transit(atlas, question)) is not None:
        asked.append(riding)
    reports = answer(atlas, asked)
    by_mode = {report.question.mode: report for report in reports}
    counted = atlas.population.basis.unit == "residents"
    if "car" not in by_mode or reports[0].unknown or not counted:
        return WithoutCar(by_mode, None)
    others = [report.state == COVERED for mode, report in by_mode.items() if mode != "car"]
    alone = (by_mode["car"].state == COVERED) & ~np.any(others, axis=0)
    assumed = atlas.population.is_assumed
    people = publish_singly(
        atlas.people[alone & ~assumed].sum(), smallest=atlas.population.smallest_published
    )
    return WithoutCar(by_mode, whole(float(people + atlas.people[alone & assumed].sum())))


def by_transit(atlas: Atlas, question: Question) -> Question | None:
    """
    Ask a question by public transport.

    In its own window, at the time that it asks for, or on a usual weekday afternoon. None where the
    region has no timetable, none of that day, or the limit is in metres.
    """
    if atlas.timetable is None or WALK not in atlas.networks or question.minutes is None:
        return None
    if question.window is not None:
        return question
    try:
        window = window_of(atlas.timetable, None, question.when, atlas.region)
        check_day(atlas.timetable, window.day)
    except (ParameterError, OutsideValidityError):
        return None
    return replace(question, mode=TRANSIT, window=window)


@dataclass(frozen=True, eq=False)
class VarietyReport:
    """
    How many of several categories people reach, once and twice.

    Attributes
    ----------
    questions
        One a category that a source can tell, each with its own mode and limit.
    unknown
        Categories that no source can tell; they do not count.
    reached, reached_twice
        Shape (n,): of how many categories an offer, or two, are within reach.
    every
        COVERED are people who reach one (two) offers of every category; of its reports only
        `totals`, `by_district` and `by_municipality` mean something. None where no category counts.
    """

    atlas: Atlas
    questions: tuple[Question, ...]
    unknown: tuple[Category, ...]
    reached: NDArray[np.int64]
    reached_twice: NDArray[np.int64]
    every: ResilienceReport | None

    @property
    def by_count(self) -> list[int | None]:
        """People who reach 0, 1, … of the categories; None where withheld."""
        return self._published(self.reached)

    @property
    def by_count_twice(self) -> list[int | None]:
        """People who reach two offers of 0, 1, … of the categories; None where withheld."""
        return self._published(self.reached_twice)

    def _published(self, count: NDArray[np.int64]) -> list[int | None]:
        assumed, size = self.atlas.population.is_assumed, len(self.questions) + 1
        counted, told = (
            np.bincount(count[at], self.atlas.people[at], minlength=size)
            for at in (~assumed, assumed)
        )
        published = publish_parts(counted, smallest=self.atlas.population.smallest_published)
        return [whole(people) for people in (published + told).tolist()]


def variety(
    atlas: Atlas,
    *,
    layer: str | None = None,
    field: str | None = None,
    mode: str | None = None,
    minutes: float | None = None,
    at: str | None = None,
    window: str | None = None,
) -> VarietyReport:
    """
    Report of how many categories of a layer or a field people reach an offer, and two.

    Parameters
    ----------
    atlas
        The region.
    layer, field
        One of them, such as `essentials`.
    mode, minutes
        For all categories; each category's own where left out.
    at
        A moment or a part of the week: only offers that are open then count.
    window
        Departures of mode `transit`, as for `coverage`.

    Raises
    ------
    ParameterError
        If not exactly one of layer and field is given, it is not known, or mode, limit or time are
        not allowed.
    """
    chosen = _categories_of(atlas, layer=layer, field=field)
    asked = [
        ask(
            atlas, category=c.id, mode=mode, minutes=minutes, at=at, window=window,
            with_transit=True,
        )
        for c in chosen
    ]  # fmt: skip
    reports = [resilience_of(once) for once in answer(atlas, asked)]
    known = [report for report in reports if not report.once.unknown]
    people = len(atlas.people)
    once = np.sum([r.once.state == COVERED for r in known], axis=0, dtype=np.int64)
    twice = np.sum([r.twice.state == COVERED for r in known], axis=0, dtype=np.int64)
    reached, reached_twice = np.broadcast_to(once, people), np.broadcast_to(twice, people)
    return VarietyReport(
        atlas=atlas,
        questions=tuple(r.once.question for r in known),
        unknown=tuple(r.once.question.categories[0] for r in reports if r.once.unknown),
        reached=reached,
        reached_twice=reached_twice,
        every=ResilienceReport(
            _with_all(known[0].once, reached == len(known)),
            _with_all(known[0].once, reached_twice == len(known)),
        )
        if known
        else None,
    )


def _with_all(report: CoverageReport, reached: NDArray[np.bool_]) -> CoverageReport:
    """Make a report in which those are covered who reach all categories."""
    state = np.where(reached, COVERED, UNCOVERED).astype(np.int8)
    return replace(report, state=state, with_unknown=None)


def _categories_of(atlas: Atlas, *, layer: str | None, field: str | None) -> list[Category]:
    if (layer is None) == (field is None):
        raise ParameterError("give `layer` or `field`, one of them", parameter="layer")
    name, value = ("layer", layer) if field is None else ("field", field)
    found = [c for c in atlas.taxonomy.categories if getattr(c, name) == value]
    if not found:
        known = dict.fromkeys(getattr(c, name) for c in atlas.taxonomy.categories)
        raise ParameterError(
            f"`{name}` {value!r} is not known; there are {', '.join(known)}", parameter=name
        )
    return found
