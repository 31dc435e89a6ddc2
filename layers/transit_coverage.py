"""
Who lives within reach by public transport: covered where half of the departures are in time.

    covered = the median travel time over the departures of a window is at most the limit

Beside it always stands who is covered by the best departure, and whom walking alone covers. One
departure would tell of the timetable's chance; the best one hides that it may go once in two hours.
People are in one of four classes: they walk there; transit always brings them there in time; it
depends on the minute; not at all.

Residents are counted and published as in `layers.coverage`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from geo.disclosure import publish_parts
from geo.errors import ParameterError
from geo.network import Nearest
from geo.transit.days import DayReport, report_day
from layers.coverage import CoverageReport, offers_of_question, report_of
from layers.question import ask
from layers.tally import whole
from layers.timetable import WALK, transit_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.transit.limits import Limits
    from geo.transit.timetable import About
    from geo.transit.transit import Transit
    from geo.transit.window import Window
    from layers.atlas import Atlas
    from layers.question import Question

WALKS, ALWAYS, DEPENDS, NEVER = 0, 1, 2, 3
CLASSES = ("walks", "always", "depends", "never")


@dataclass(frozen=True, eq=False)
class TransitReport:
    """
    The answer to one question by public transport.

    Attributes
    ----------
    atlas, question
        Of what, and what was asked; `question.mode` is `walk`, by which people get to stops.
    window, day
        When people leave (or, `homeward`, are at home); how its day compares with its weekday.
    homeward
        Whether it is the way home.
    limits
        How far people walk and ride.
    timetable
        Which feed, its validity, publisher, licence and counts.
    stops_unsnapped
        Stops that lie off the streets: ridden through, not walked to.
    departures
        Departures that can be boarded from the window's start until the cap after its end.
    by_headway
        How many rides the feed gives by headway alone, so that their minutes are assumed.
    median, best, on_foot
        Three coverage reports: by the median of the departures, by the best one, and on foot.
        Of each offer they say whom it is nearest to on foot: which one a ride leads to differs from
        minute to minute, so that `by_offer` and `nearest_offer` are not to be shown.
    share
        Shape (n,): share of departures within the limit, 0 to 1.
    """

    atlas: Atlas
    question: Question
    window: Window
    day: DayReport
    homeward: bool
    limits: Limits
    timetable: About
    stops_unsnapped: int
    departures: int
    by_headway: int
    median: CoverageReport
    best: CoverageReport
    on_foot: CoverageReport
    share: NDArray[np.float32]

    @cached_property
    def class_of(self) -> NDArray[np.int8]:
        """Shape (n,): WALKS, ALWAYS, DEPENDS or NEVER."""
        walks = self.on_foot.travel_s <= self.question.limit_s
        kinds = np.select(
            [walks, self.share >= 1.0, self.share > 0.0], [WALKS, ALWAYS, DEPENDS], NEVER
        )
        return kinds.astype(np.int8)

    @cached_property
    def by_class(self) -> dict[str, int | None]:
        """People of each of `CLASSES`, None where withheld or nobody is counted."""
        atlas = self.atlas
        if self.median.unknown or atlas.population.basis.unit != "residents":
            return dict.fromkeys(CLASSES)
        assumed = atlas.population.is_assumed
        counted, told = (
            np.bincount(self.class_of[at], atlas.people[at], minlength=len(CLASSES))
            for at in (~assumed, assumed)
        )
        published = publish_parts(counted, smallest=atlas.population.smallest_published) + told
        return {name: whole(n) for name, n in zip(CLASSES, published.tolist(), strict=True)}


def transit_coverage(
    atlas: Atlas,
    *,
    category: str | Sequence[str],
    window: Window,
    minutes: float | None = None,
    limits: Limits | None = None,
    homeward: bool = False,
    transit: Transit | None = None,
) -> TransitReport:
    """
    Report who reaches the nearest offer of a category, or of any of several, by public transport.

    Parameters
    ----------
    atlas
        The region, with a timetable.
    category
        One id of the taxonomy, or several.
    window
        A day and a span; a departure each minute.
    minutes
        The limit; the first category's own where left out.
    limits
        Of walks, changes and journeys; by default those of `Limits()`.
    homeward
        The way home instead: each minute of the window is one at which people are at home.
    transit
        A timetable of a scenario, over the same people, instead of the region's own.

    Raises
    ------
    UnknownCategoryError
        If the taxonomy has no such category.
    OutsideValidityError
        If the timetable does not cover the day.
    ParameterError
        If the region has no timetable, or limit or window are not allowed.
    """
    found = transit_coverages(
        atlas, [category], window=window, minutes=minutes, limits=limits, homeward=homeward,
        transit=transit,
    )  # fmt: skip
    return found[0]


def transit_coverages(
    atlas: Atlas,
    categories: Sequence[str | Sequence[str]],
    *,
    window: Window,
    minutes: float | None = None,
    limits: Limits | None = None,
    homeward: bool = False,
    transit: Transit | None = None,
) -> list[TransitReport]:
    """Answer several categories in one pass over the timetable and one over the people."""
    used = transit or transit_of(atlas, limits=limits)
    if minutes is None:
        minutes_of = [_own_minutes(atlas, each) for each in categories]
    else:
        minutes_of = [minutes] * len(categories)
    questions = [
        ask(atlas, category=each, mode=WALK, minutes=limit)
        for each, limit in zip(categories, minutes_of, strict=True)
    ]
    offers = [offers_of_question(atlas, question) for question in questions]
    supplies = [atlas.supply[WALK].take(rows) for rows in offers]
    times = used.times(
        supplies, window=window, limits_s=[q.limit_s for q in questions], homeward=homeward
    )
    nearest = atlas.networks[WALK].to_nearest(atlas.demand[WALK], supplies)
    by_figure = [
        _nearest(travel_s, nearest) for travel_s in (times.median_s, times.best_s, times.walk_s)
    ]
    day = report_day(used.timetable, window.day)
    events = used.events(window, homeward=homeward)
    rides, _, _ = used.rides(window, homeward=homeward)
    reports = []
    for k, question in enumerate(questions):
        median, best, on_foot = (
            report_of(atlas, question, offers[k], found, k) for found in by_figure
        )
        reports.append(
            TransitReport(
                atlas=atlas,
                question=question,
                window=window,
                day=day,
                homeward=homeward,
                limits=used.limits,
                timetable=used.timetable.about,
                stops_unsnapped=used.stops_unsnapped,
                departures=int((events.row >= 0).sum()),
                by_headway=rides.by_headway,
                median=median,
                best=best,
                on_foot=on_foot,
                share=times.share[k],
            )
        )
    return reports


def _own_minutes(atlas: Atlas, category: str | Sequence[str]) -> float:
    first = category if isinstance(category, str) else next(iter(category), "")
    if not first:
        raise ParameterError("`category` is missing; name at least one", parameter="category")
    return atlas.taxonomy.category(first).reach.minutes


def _nearest(travel_s: NDArray[np.float32], on_foot: Nearest) -> Nearest:
    """Put times of rides with the offers that are nearest on foot, −1 where nothing is reached."""
    reached = np.isfinite(travel_s)
    supply = np.where(reached, on_foot.supply, -1).astype(np.int32)
    return Nearest(travel_s.astype(float), supply, None)
