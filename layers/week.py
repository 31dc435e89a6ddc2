"""
A whole week, hour by hour: when people reach an open offer, and when they do not.

It is an ordinary week, without holidays. An offer is open in an hour when it is open for at least
half of it, week for week; what is so in some weeks alone is not. Hours in which the same offers are
open are one question, and all questions are one search.

By public transport people leave at each minute of the hour, on days of the timetable that are no
holidays, and arrive while an offer is open (`layers.open_arrivals`): the median counts. Hours with
the same rides and the same opening are one question.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from layers.coverage import CoverageReport, nearest_offers, offers_of_question, report_of
from layers.opening import OPEN, UNKNOWN, hours_of
from layers.question import ask
from layers.ridden_week import ridden_week
from layers.tabular import Tabular
from layers.tally import without_answer
from layers.when import DAYS, Window

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from layers.atlas import Atlas
    from layers.question import Question
    from layers.tally import Tally

    Rows = NDArray[np.int64]

HOURS_A_WEEK = 7 * 24
LEAST_OPEN_MIN = 30
_SETS_AT_ONCE = 64  # bounds the memory of one search
WINDOWS = tuple(
    Window(day, hour * 60, (hour + 1) * 60) for day in range(len(DAYS)) for hour in range(24)
)


@dataclass(frozen=True)
class HourOfWeek:
    """
    One hour: `weekday` 0 is Monday, `hour` 0 to 23.

    `tally` counts the offers that are open, `tally_with_unknown` also those that may be.
    """

    weekday: int
    hour: int
    offers_open: int
    offers_unknown: int
    tally: Tally
    tally_with_unknown: Tally


@dataclass(frozen=True, eq=False)
class WeekReport(Tabular, frames="week"):
    """A week; `unknown` is why there is no answer, `searches` how many sets of offers differ.

    `days` are those of the timetable, Monday first; none of another mode.
    """

    atlas: Atlas
    question: Question
    unknown: str
    offers: int
    offers_without_hours: int
    hours: tuple[HourOfWeek, ...]
    searches: int
    days: tuple[date, ...] = ()


def week(
    atlas: Atlas,
    *,
    category: str | Sequence[str],
    mode: str | None = None,
    minutes: float | None = None,
    metres: float | None = None,
) -> WeekReport:
    """
    Report who reaches an open offer in each of the 168 hours of a week.

    Parameters are those of `coverage`.

    Raises
    ------
    UnknownCategoryError
        If the taxonomy has no such category.
    ParameterError
        If mode or limit are not allowed.
    """
    question = ask(
        atlas, category=category, mode=mode, minutes=minutes, metres=metres, with_transit=True
    )
    rows = offers_of_question(atlas, question)
    states = _states(atlas, rows)
    surely = [rows[column == OPEN] for column in states.T]
    perhaps = [rows[column >= UNKNOWN] for column in states.T]
    is_silent = bool(len(rows)) and bool((states == UNKNOWN).all())
    days: tuple[date, ...] = ()
    if question.window is not None:
        ridden = ridden_week(atlas, replace(question, window=None), rows)
        question, days, searches = ridden.question, ridden.days, ridden.searches
        first, tallies, with_unknown = ridden.first, ridden.surely, ridden.perhaps
    else:
        reports = _answer_once(atlas, question, [*surely, *perhaps])
        tallies = [reports[each.tobytes()].totals for each in surely]
        with_unknown = [reports[each.tobytes()].totals for each in perhaps]
        first, searches = next(iter(reports.values())), len(reports)
    hours = tuple(
        HourOfWeek(
            weekday=window.weekday,
            hour=window.start_min // 60,
            offers_open=len(surely[k]),
            offers_unknown=len(perhaps[k]) - len(surely[k]),
            tally=without_answer(tally) if is_silent else tally,
            tally_with_unknown=with_unknown[k],
        )
        for k, (window, tally) in enumerate(zip(WINDOWS, tallies, strict=True))
    )
    unknown = first.unknown or ("no_hours" if is_silent else "")
    return WeekReport(
        atlas=atlas,
        question=question,
        unknown=unknown,
        offers=len(rows),
        offers_without_hours=int((states == UNKNOWN).all(axis=1).sum()),
        hours=hours,
        searches=searches,
        days=days,
    )


def _states(atlas: Atlas, rows: Rows) -> NDArray[np.int8]:
    """Return the state of each offer in each hour, shape (m, 168); each value is read once."""
    texts = [atlas.offers[int(row)].opening_hours for row in rows]
    first_day = atlas.region.as_of
    by_text = {
        text: hours_of(text).in_each(WINDOWS, first_day, least_min=LEAST_OPEN_MIN)
        for text in set(texts)
    }
    return np.array([by_text[text] for text in texts], np.int8).reshape(-1, HOURS_A_WEEK)


def _answer_once(
    atlas: Atlas, question: Question, sets: Sequence[Rows]
) -> dict[bytes, CoverageReport]:
    """Answer each different set of offers once, by its bytes."""
    different = {rows.tobytes(): rows for rows in sets}
    keys = list(different)
    reports = {}
    for start in range(0, len(keys), _SETS_AT_ONCE):
        block = keys[start : start + _SETS_AT_ONCE]
        offers = [different[key] for key in block]
        by_metres = question.metres is not None
        nearest = nearest_offers(atlas, question.mode, offers, with_distance=by_metres)
        for k, key in enumerate(block):
            reports[key] = report_of(atlas, question, offers[k], nearest, k)
    return reports
