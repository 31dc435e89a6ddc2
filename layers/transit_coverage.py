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

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geo.disclosure import publish_parts
from geo.errors import ParameterError
from geo.network import Nearest
from geo.once import cached_property
from geo.transit.days import DayReport, report_day
from layers.coverage import CoverageReport, offers_of_question, report_of
from layers.open_arrivals import open_arrivals
from layers.question import ask
from layers.tally import whole
from layers.timetable import TRANSIT, WALK, transit_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.transit.limits import Limits
    from geo.transit.timetable import About
    from geo.transit.transit import Transit
    from geo.transit.window import Window
    from layers.atlas import Atlas
    from layers.open_arrivals import OpenSet
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
        Of what, and what was asked; `question.mode` is `transit`.
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
        if self.question.when is not None:
            walks &= self.share >= 1.0  # who walks may come before it opens, or too late
        kinds = np.select(
            [walks, self.share >= 1.0, self.share > 0.0], [WALKS, ALWAYS, DEPENDS], NEVER
        )
        return kinds.astype(np.int8)

    @cached_property
    def departures_share(self) -> float | None:
        """The mean of people's shares of departures within the limit; None where few live."""
        totals, people = self.median.totals, np.nan_to_num(self.atlas.population.weight)
        if self.median.unknown or totals.suppressed or not people.sum():
            return None
        return round(float(np.average(self.share, weights=people)), 2)

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
    minutes_of = [_own_minutes(atlas, each) if minutes is None else minutes for each in categories]
    questions = [
        _by_transit(ask(atlas, category=each, mode=WALK, minutes=limit), window)
        for each, limit in zip(categories, minutes_of, strict=True)
    ]
    offers = [offers_of_question(atlas, question) for question in questions]
    return _reports(atlas, used, questions, offers, homeward=homeward)


def transit_beside(
    report: CoverageReport, windows: Sequence[Window] | None = None
) -> list[TransitReport]:
    """
    Say what belongs beside a coverage report by public transport.

    Parameters
    ----------
    report
        By mode `transit`. The same offers count; where it asks for a time, in each window those
        that are open when people arrive.
    windows
        Other departures than the report's own.

    Returns
    -------
    reports
        One a window: median, best, on foot, share of departures, people by class.

    Raises
    ------
    OutsideValidityError
        If the timetable does not cover the day of a window.
    """
    atlas, asked = report.atlas, report.question
    wanted = [asked.window] if windows is None else windows
    used = transit_of(atlas)
    found = []
    for window in wanted:
        if window is None:
            raise ParameterError("`report` is not by `transit`", parameter="mode")
        question = _by_transit(asked, window)
        if asked.when is None:
            found += _reports(atlas, used, [question], [report.offers], homeward=False)
            continue
        rows = offers_of_question(atlas, asked)
        hours = open_arrivals(atlas, rows, window, limit_s=asked.limit_s)
        found += _reports(atlas, used, [question], [hours.open], [hours.surely], homeward=False)
        found[-1] = replace(
            found[-1],
            **{
                name: replace(getattr(found[-1], name), unknown=report.unknown)
                for name in ("median", "best", "on_foot")
            },
        )
    return found


def _reports(
    atlas: Atlas,
    used: Transit,
    questions: Sequence[Question],
    offers: Sequence[NDArray[np.int64]],
    spans: Sequence[OpenSet] | None = None,
    *,
    homeward: bool,
) -> list[TransitReport]:
    """Answer questions of one window; `spans` say when the offers of each are open."""
    window = questions[0].window if questions else None
    if window is None:
        return []
    rows_of = offers if spans is None else [span.rows for span in spans]
    supplies = [atlas.supply[WALK].take(rows) for rows in rows_of]
    times = used.times(
        supplies,
        window=window,
        limits_s=[q.limit_s for q in questions],
        hours=None if spans is None else [span.hours for span in spans],
        homeward=homeward,
    )
    nearest = atlas.networks[WALK].to_nearest(atlas.demand[WALK], supplies)
    departures = int((used.events(window, homeward=homeward).row >= 0).sum())
    rides, _, _ = used.rides(window, homeward=homeward)
    by_figure = [
        _nearest(travel_s, nearest) for travel_s in (times.median_s, times.best_s, times.walk_s)
    ]
    day = report_day(used.timetable, window.day)
    reports = []
    for k, question in enumerate(questions):
        walking = replace(question, mode=WALK, window=None)
        by_median, by_best, on_foot = (
            report_of(atlas, each, offers[k], found, k)
            for each, found in zip((question, question, walking), by_figure, strict=True)
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
                departures=departures,
                by_headway=rides.by_headway,
                median=by_median,
                best=by_best,
                on_foot=on_foot,
                share=times.share[k],
            )
        )
    return reports


def _by_transit(question: Question, window: Window) -> Question:
    return replace(question, mode=TRANSIT, window=window)


def _own_minutes(atlas: Atlas, category: str | Sequence[str]) -> float:
    first = category if isinstance(category, str) else next(iter(category), "")
    if not first:
        raise ParameterError("`category` is missing; name at least one", parameter="category")
    return atlas.taxonomy.category(first).reach.minutes


def _nearest(travel_s: NDArray[np.float32], on_foot: Nearest) -> Nearest:
    """Put times of rides with the offers that are nearest on foot, −1 where no way leads."""
    return Nearest(travel_s.astype(float), on_foot.supply, None)
