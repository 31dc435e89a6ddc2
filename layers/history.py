"""
Coverage over time, by when offers existed, not by when they were recorded.

The people and the streets are those of today: what changes is what they could reach. Where nobody
knows whether an offer existed, there are two answers, without it and with it, and the truth lies
between. Before the first day for which any source tells of the category, and after the date of the
newest one, nothing was observed: those points are gaps.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from geo.errors import ParameterError
from layers.coverage import nearest_offers, offers_of_question, report_of
from layers.districts import find_area
from layers.question import ask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from layers.coverage import CoverageReport
    from layers.districts import Area
    from layers.history_offers import DatedOffers
    from layers.question import Question
    from layers.tally import Tally

MONTH, QUARTER, YEAR = "month", "quarter", "year"
STEPS = {MONTH: 1, QUARTER: 3, YEAR: 12}  # months
MAX_POINTS = 240  # twenty years of months
DEFAULT_YEARS = 5
_AT_ONCE = 16  # sets of offers in one search: each needs three numbers a home


@dataclass(frozen=True)
class Point:
    """
    One day.

    `least` and `most` are the area's people without and with the offers of which nobody knows
    whether they existed; `offers_least`, `offers_most` count them in the region and just beyond.
    `is_gap` marks days for which no source tells of the category.
    """

    day: date
    least: Tally
    most: Tally
    offers_least: int
    offers_most: int
    is_gap: bool


@dataclass(frozen=True, eq=False)
class History:
    """
    Coverage over time.

    `known_from` and `known_to` bound the days for which sources tell (None: none ever did);
    `undated` offers have no opening day, `left_out` were archived without a closing day.
    """

    dated: DatedOffers
    question: Question
    area: Area
    step: str
    points: tuple[Point, ...]
    known_from: date | None
    known_to: date | None
    undated: int
    left_out: int


def history(
    dated: DatedOffers,
    *,
    category: str | Sequence[str],
    district: str = "",
    mode: str | None = None,
    minutes: float | None = None,
    metres: float | None = None,
    window: str | None = None,
    start: date | None = None,
    end: date | None = None,
    step: str = QUARTER,
) -> History:
    """
    Answer one question of coverage for many days.

    Parameters
    ----------
    dated
        The region with all offers that ever existed.
    category, mode, minutes, metres, window
        As for coverage; by public transport with the timetable of today, on one day for all points.
    district
        Id or name of a district or municipality; "" for the region.
    start, end
        First and last day; the last five years up to the newest source where they are left out.
    step
        `month`, `quarter` or `year`, counted from `start`; `end` is always the last point.

    Raises
    ------
    ParameterError
        If the days or the step are not allowed, or there would be too many points.
    UnknownCategoryError, UnknownDistrictError
        If there is no such category or district.
    """
    atlas = dated.atlas
    question = ask(
        atlas, category=category, mode=mode, minutes=minutes, metres=metres, window=window,
        with_transit=True,
    )  # fmt: skip
    area = find_area(atlas, district or atlas.region.id)
    known_from, known_to = known_days(dated, question)
    last = end or known_to or atlas.region.as_of
    first = start or _years_before(last, DEFAULT_YEARS)
    days = days_between(first, last, step)
    reports = reports_on(dated, question, days)
    points = []
    for day, (least, most) in zip(days, reports, strict=True):
        outside = known_from is None or known_to is None or not known_from <= day <= known_to
        points.append(
            Point(
                day=day,
                least=area.tally_of(least),
                most=area.tally_of(most),
                offers_least=len(least.offers),
                offers_most=len(most.offers),
                is_gap=outside,
            )
        )
    rows = offers_of_question(atlas, question).tolist()
    told = [dated.existence[atlas.offers[row].id] for row in rows]
    return History(
        dated=dated,
        question=question,
        area=area,
        step=step,
        points=tuple(points),
        known_from=known_from,
        known_to=known_to,
        undated=sum(one.opened_on is None for one in told),
        left_out=dated.undated,
    )


def days_between(first: date, last: date, step: str) -> list[date]:
    """
    Return the days from `first` on in steps of months, and `last`.

    Raises
    ------
    ParameterError
        If the step is none, the days are in the wrong order, or there are too many.
    """
    if step not in STEPS:
        raise ParameterError(
            f"`step` {step!r} is not known; use one of {', '.join(STEPS)}", parameter="step"
        )
    if first > last:
        raise ParameterError(f"`from` {first} is after `to` {last}", parameter="from")
    months = STEPS[step]
    count = ((last.year - first.year) * 12 + last.month - first.month) // months + 2
    if count > MAX_POINTS:
        raise ParameterError(
            f"`step` {step} from {first} to {last} gives {count} points, at most {MAX_POINTS}; "
            "take a longer step or fewer years",
            parameter="step",
        )
    days = [_months_after(first, months * i) for i in range(count)]
    return [*(day for day in days if day < last), last]


def _months_after(day: date, months: int) -> date:
    """Return the same day of a later month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for wanted in range(day.day, 0, -1):
        try:
            return date(year, month + 1, wanted)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")


def _years_before(day: date, years: int) -> date:
    return _months_after(day, -12 * years)


def known_days(dated: DatedOffers, question: Question) -> tuple[date | None, date | None]:
    """Return the first and the last day for which a source tells of the question's categories."""
    atlas = dated.atlas
    newest = [d for c in question.categories if (d := atlas.data_as_of(c)) is not None]
    rows = offers_of_question(atlas, question).tolist()
    told = [dated.existence[atlas.offers[row].id] for row in rows]
    first = [one.earliest for one in told if one.earliest is not None]
    ends = [d for one in told for d in (one.closed_on, one.opened_on, one.first_known) if d]
    last = max([*newest, *ends], default=None)
    return min([*first, *newest], default=None), last


def reports_on(
    dated: DatedOffers, question: Question, days: Sequence[date]
) -> list[tuple[CoverageReport, CoverageReport]]:
    """
    Answer a question for several days, each without and with the offers of unknown existence.

    Days on which the same offers existed share one search.
    """
    rows = offers_of_question(dated.atlas, question)
    sets = [_rows_on(dated, rows, day) for day in days]
    different = {_key(s): s for pair in sets for s in pair}
    found: dict[bytes, CoverageReport] = {}
    waiting = list(different.items())
    by_metres = question.metres is not None
    for begin in range(0, len(waiting), _AT_ONCE):
        part = waiting[begin : begin + _AT_ONCE]
        nearest = nearest_offers(
            dated.atlas, question.mode, [s for _, s in part], with_distance=by_metres,
            window=question.window,
        )  # fmt: skip
        for lane, (name, offers) in enumerate(part):
            found[name] = report_of(dated.atlas, question, offers, nearest, lane)
    return [(found[_key(least)], found[_key(most)]) for least, most in sets]


def _key(rows: NDArray[np.int64]) -> bytes:
    """Return what tells sets of rows apart."""
    return rows.tobytes()


def _rows_on(
    dated: DatedOffers, rows: NDArray[np.int64], day: date
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    states = [dated.existence[dated.atlas.offers[int(row)].id].on(day) for row in rows]
    surely = np.array([state is True for state in states], bool)
    perhaps = np.array([state is not False for state in states], bool)
    return rows[surely], rows[perhaps]
