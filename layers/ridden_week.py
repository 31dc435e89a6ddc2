"""A whole week by public transport, hour by hour: the rides and the hours of its own days."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from geo.network_results import Nearest
from geo.transit.window import Window
from layers.coverage import CoverageReport, nearest_offers, report_of
from layers.open_arrivals import arrivals_of, horizon_min, told_by_minute
from layers.opening import ByMinute
from layers.timetable import TRANSIT, covered_day, timetable_of, transit_of

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from geo.transit.transit import Transit
    from layers.atlas import Atlas
    from layers.open_arrivals import OpenSet
    from layers.question import Question
    from layers.tally import Tally

    Rows = NDArray[np.int64]

HOUR_S = 3600


@dataclass(frozen=True, eq=False)
class RiddenWeek:
    """Tallies of 168 hours, Monday first; `first` is one of the reports, `searches` how many."""

    question: Question
    days: tuple[date, ...]
    first: CoverageReport
    surely: list[Tally]
    perhaps: list[Tally]
    searches: int


def ridden_week(atlas: Atlas, question: Question, rows: Rows) -> RiddenWeek:
    """
    Answer each hour of a week for those who leave in it.

    Raises
    ------
    ParameterError
        If the timetable lacks a day of the week.
    """
    timetable, used = timetable_of(atlas), transit_of(atlas)
    zone = ZoneInfo(timetable.about.timezone)
    days = tuple(covered_day(timetable, k, atlas.region) for k in range(7))
    least = horizon_min(atlas, HOUR_S, limit_s=question.limit_s)
    reports: dict[bytes, CoverageReport] = {}
    surely: list[Tally] = []
    perhaps: list[Tally] = []
    for day in days:
        midnight = datetime.combine(day, time(0), zone)
        told = told_by_minute(atlas, rows, midnight, 24 * 60 + least)
        for hour in range(24):
            window = Window(day, time(hour), HOUR_S)
            first = (used.first_s(window) - used.first_s(Window(day, time(0), HOUR_S))) // 60
            then = {
                text: ByMinute(each.states[first : first + least], each.reason)
                for text, each in told.items()
            }
            found = arrivals_of(atlas, rows, then, datetime.combine(day, time(hour), zone))
            rides = _rides(used, window)
            for tallies, open_then in ((surely, found.surely), (perhaps, found.perhaps)):
                key = rides + _bytes(open_then)
                if key not in reports:
                    asked = replace(question, mode=TRANSIT, window=window)
                    reports[key] = _answer(atlas, asked, open_then)
                tallies.append(reports[key].totals)
    first_of = next(iter(reports.values()))
    return RiddenWeek(question, days, first_of, surely, perhaps, len(reports))


def _rides(used: Transit, window: Window) -> bytes:
    """Return what tells the rides of two hours apart, whatever the day and the hour."""
    rides, start_s, _ = used.rides(window)
    columns = (
        rides.from_stop, rides.to_stop, rides.departure_s - start_s, rides.arrival_s - start_s,
        rides.vehicle, rides.boards, rides.alights,
    )  # fmt: skip
    return b"".join(np.ascontiguousarray(column).tobytes() for column in columns) + b"|"


def _bytes(open_then: OpenSet) -> bytes:
    hours = open_then.hours
    return b"".join(each.tobytes() for each in (open_then.rows, hours.open_s, hours.close_s))


def _answer(atlas: Atlas, question: Question, open_then: OpenSet) -> CoverageReport:
    rows = np.unique(open_then.rows)
    if not len(rows):  # nothing is open: nobody needs to be asked
        people = len(atlas.people)
        nowhere = np.full((1, people), np.inf)
        nothing = Nearest(nowhere, np.full((1, people), -1, np.int32), None)
        return report_of(atlas, question, rows, nothing, 0)
    nearest = nearest_offers(
        atlas, question.mode, [rows], with_distance=False, window=question.window,
        spans=[open_then],
    )  # fmt: skip
    return report_of(atlas, question, rows, nearest, 0)
