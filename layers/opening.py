"""
Whether an offer is open: open, closed, or unknown, each an answer of its own.

Hours are times of the wall clock in the region's zone. A value is evaluated in all the ways in
which it may be meant (`layers.hours_text`); where they differ, the answer is unknown, with the
reason. So it is on a public holiday that a value does not mention (24/7 aside). Holidays are those
of the region's state, from the package `holidays`.

A moment is answered on its own date. A part of the week is asked of ordinary weeks, without
holidays: open means for at least an hour on one of its days, week for week. What is so in some
weeks of the year alone (`Sa[2]`, `Mar-Oct`) is closed "not every week": a monthly repair café is
not an open shop.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np
from opening_hours import OpeningHours, ParserError, State  # type: ignore[attr-defined]

from layers.clock import Clock, clock_of
from layers.hours_text import (
    AFTER_MIDNIGHT_LEAST,
    HoursError,
    HoursText,
    expand_holidays,
    read_hours_text,
    write_group,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from numpy.typing import NDArray

    from geo.region import Region
    from layers.when import When, Window

    Minutes = NDArray[np.int8]

CLOSED, UNKNOWN, OPEN = 0, 1, 2  # so that the greatest of two is what both together say
WORDS: tuple[Literal["closed", "unknown", "open"], ...] = ("closed", "unknown", "open")
LEAST_OPEN_MIN = 60  # a shop that closes at 18:30 is not open in the evening
NOT_STATED = "hours: not stated"
NOT_UNDERSTOOD = "hours: not understood"
CONTRADICTORY = "hours: they contradict each other"
HOLIDAY = "holiday: not stated"
SCHOOL_HOLIDAYS = "school holidays: not known"
NO_END = "end: not stated"
COMMENT = "comment"
FALLBACK = "fallback: not clear"
NOT_EVERY_WEEK = "not every week"
_DAY_MIN = 24 * 60
_WEEKS_A_YEAR = 52
_CODES = {State.CLOSED: CLOSED, State.UNKNOWN: UNKNOWN, State.OPEN: OPEN}


@dataclass(frozen=True, slots=True)
class Opening:
    """
    An answer: CLOSED, UNKNOWN or OPEN, and why where it needs a reason.

    `next_change` is when the answer is next another one, None if not within `HORIZON_DAYS`, or
    where a part of the week was asked.
    """

    state: int
    reason: str = ""
    next_change: datetime | None = None

    @property
    def word(self) -> Literal["closed", "unknown", "open"]:
        """`open`, `closed` or `unknown`."""
        return WORDS[self.state]


@lru_cache(maxsize=4096)
def hours_of(text: str) -> Hours:
    """Read opening hours; what is not understood is so marked, never refused."""
    if not text.strip():
        return Hours(text, None, NOT_STATED)
    try:
        taken = read_hours_text(text)
        hours = Hours(text, taken, "")
        hours.check()
    except (HoursError, ParserError, UnicodeEncodeError):  # half a character is in no hours
        return Hours(text, None, NOT_UNDERSTOOD)
    return Hours(text, None, CONTRADICTORY) if hours.never_opens else hours


@dataclass(frozen=True, slots=True)
class ByMinute:
    """The state of each minute from a moment on, and why the first of those unknown is so."""

    states: NDArray[np.int8]
    reason: str


@dataclass(frozen=True)
class Hours:
    """
    The opening hours of an offer.

    `problem` says why they cannot be evaluated, else it is empty.
    """

    text: str
    taken: HoursText | None
    problem: str

    def check(self) -> None:
        """
        Evaluate once all texts that can come of it.

        Raises
        ------
        ParserError
            If the library does not take one of them.
        """
        new_year = date(2024, 1, 1)
        for holds_on in (_holds_on, _holds_always):
            self.readings(new_year, 7, [new_year], holds_on=holds_on)

    @property
    def never_opens(self) -> bool:
        """Whether rules that open are undone by others, in every week."""
        assert self.taken is not None  # noqa: S101
        opening = [rule for rule in self.taken.rules if not rule.is_off]
        if not opening or not self.taken.is_weekly:
            return False
        if all(set(rule.days) <= {"PH", "SH"} and rule.days for rule in opening):
            return False
        return not self.ordinary(date(2024, 1, 1), 7).any()

    def at(self, clock: Clock) -> Opening:
        """Answer for the clock's moment."""
        if self.taken is None:
            return Opening(UNKNOWN, self.problem)
        states, reasons = self._on_dates(clock)
        timeline = states[clock.instants]
        now = int(timeline[0])
        others = np.flatnonzero(timeline != now)
        change = clock.at(int(others[0])) if len(others) else None
        reason = reasons[int(clock.instants[0])] if now == UNKNOWN else ""
        return Opening(now, reason, change)

    def by_minute(self, clock: Clock, minutes: int) -> ByMinute:
        """Answer for each of so many minutes from the clock's moment on."""
        if self.taken is None:
            return ByMinute(np.full(minutes, UNKNOWN, np.int8), self.problem)
        states, reasons = self._on_dates(clock)
        at = clock.instants[:minutes]
        silent = np.flatnonzero(states[at] == UNKNOWN)
        return ByMinute(states[at], reasons[int(at[silent[0]])] if len(silent) else "")

    def in_part(self, windows: Sequence[Window], first_day: date) -> Opening:
        """
        Answer for a part of the week, in the weeks that follow a day.

        Open is for at least `LEAST_OPEN_MIN` (or all of a shorter window) in one of the windows,
        in every week.
        """
        if self.taken is None:
            return Opening(UNKNOWN, self.problem)
        by_window = self.by_window(windows, first_day, least_min=LEAST_OPEN_MIN)
        return _over_weeks(by_window.max(axis=1))

    def in_each(
        self, windows: Sequence[Window], first_day: date, *, least_min: int
    ) -> NDArray[np.int8]:
        """Answer for each window alone, shape (w,)."""
        if self.taken is None:
            return np.full(len(windows), UNKNOWN, np.int8)
        weeks = self.by_window(windows, first_day, least_min=least_min)
        lowest, highest = weeks.min(axis=0), weeks.max(axis=0)
        # open in some weeks and closed in others is not open; unknown in some is unknown
        some: NDArray[np.int8] = np.where((weeks == UNKNOWN).any(axis=0), UNKNOWN, CLOSED).astype(
            np.int8
        )
        return np.where(lowest == highest, lowest, some)

    def by_window(
        self, windows: Sequence[Window], first_day: date, *, least_min: int
    ) -> NDArray[np.int8]:
        """Return the state in each week and window, shape (weeks, w)."""
        assert self.taken is not None  # noqa: S101
        weeks = 1 if self.taken.is_weekly else _WEEKS_A_YEAR
        monday = first_day - timedelta(days=first_day.weekday())
        minutes = self.ordinary(monday, weeks * 7 + 1)
        surely = np.concatenate([[0], np.cumsum(minutes == OPEN)])
        perhaps = np.concatenate([[0], np.cumsum(minutes >= UNKNOWN)])
        starts = np.array([w.weekday * _DAY_MIN + w.start_min for w in windows])
        ends = np.array([w.weekday * _DAY_MIN + w.end_min for w in windows])
        least = np.minimum(ends - starts, least_min)
        week = np.arange(weeks)[:, None] * 7 * _DAY_MIN
        is_open = surely[week + ends] - surely[week + starts] >= least
        may_be = perhaps[week + ends] - perhaps[week + starts] >= least
        return np.where(is_open, OPEN, np.where(may_be, UNKNOWN, CLOSED)).astype(np.int8)

    def ordinary(self, first_day: date, days: int) -> Minutes:
        """Return the state of each minute of days that are no holidays, shape (days · 1440,)."""
        readings = [minutes for _, minutes in self.readings(first_day, days, ())]
        return _agreed(readings)

    def _on_dates(self, clock: Clock) -> tuple[Minutes, Reasons]:
        """Return the state of each minute of the clock's days, holidays included."""
        days = clock.days
        off_days = clock.holidays(sorted({day.year for day in days}))
        states, reasons = self.on_dates(days[0], len(days), off_days)
        states[reasons.not_stated] = UNKNOWN
        return states, reasons

    def on_dates(
        self, first_day: date, days: int, off_days: Collection[date]
    ) -> tuple[Minutes, Reasons]:
        """
        Return the state of each minute of days and why, as if no holiday were left unmentioned.

        What `reasons.not_stated` marks is on a holiday of which the hours say nothing.
        """
        assert self.taken is not None  # noqa: S101
        readings = self.readings(first_day, days, sorted(off_days))
        not_stated = np.zeros(days * _DAY_MIN, bool)
        if not (self.taken.has_day("PH") or self.taken.is_always):
            for k in range(days):
                if first_day + timedelta(days=k) in off_days:
                    not_stated[k * _DAY_MIN : (k + 1) * _DAY_MIN] = True
        states = _agreed([minutes for _, minutes in readings])
        return states, Reasons(self.taken, readings, not_stated)

    def readings(
        self,
        first_day: date,
        days: int,
        off_days: Sequence[date],
        *,
        holds_on: Callable[[str, str], bool] | None = None,
    ) -> list[tuple[str, Minutes]]:
        """Evaluate in all ways that it may be meant; each with what is assumed, the first plain."""
        assert self.taken is not None  # noqa: S101
        dates = [f"{day:%Y} {_MONTHS[day.month - 1]} {day.day}" for day in off_days]
        ways = [("", False, False)]
        if self.taken.has_day("SH"):
            ways.append((SCHOOL_HOLIDAYS, False, True))
        if self.taken.has_open_end:
            ways += [(NO_END, True, school) for _, _, school in ways]
        found = []
        for name, late, school in ways:
            text = expand_holidays(
                self.taken, dates=dates, school_holidays=school, holds_on=holds_on or _holds_on
            )
            found.append((name, _evaluate(text, first_day, days, late=late)))
        return found


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Reasons:
    """Why a minute is unknown."""

    taken: HoursText
    readings: list[tuple[str, Minutes]]
    not_stated: NDArray[np.bool_]

    def __getitem__(self, minute: int) -> str:
        if self.not_stated[minute]:
            return HOLIDAY
        plain = self.readings[0][1][minute]
        for name, minutes in self.readings[1:]:
            if minutes[minute] != plain:
                return name
        comments = {rule.comment for rule in self.taken.rules if rule.comment}
        if comments:
            return f"{COMMENT}: {'; '.join(sorted(comments))}"
        return FALLBACK if len(self.taken.groups) > 1 else "hours: stated as unknown"


def _agreed(readings: Sequence[Minutes]) -> Minutes:
    agreed = readings[0].copy()
    for other in readings[1:]:
        agreed[other != agreed] = UNKNOWN
    return agreed


def _evaluate(text: HoursText, first_day: date, days: int, *, late: bool) -> Minutes:
    """Evaluate one reading: what a day's rules say, and what the night before adds."""
    result: Minutes | None = None
    may_be_off = False
    for group in text.groups:
        today = _minutes(write_group(group, after_midnight=False, late=late), first_day, days)
        if any(span.end > _DAY_MIN or (late and span.is_open) for r in group for span in r.spans):
            night = write_group(group, after_midnight=True, late=late)
            before = _minutes(night, first_day - timedelta(days=1), days)
            before.reshape(days, _DAY_MIN)[:, AFTER_MIDNIGHT_LEAST:] = CLOSED
            today = np.maximum(today, before)
        if result is None:
            result = today
        else:  # a fallback holds where nothing else does; after an explicit `off` nobody knows
            rest = np.minimum(today, UNKNOWN) if may_be_off else today
            result = np.where(result == CLOSED, rest, result)
        may_be_off |= any(rule.is_off for rule in group)
    assert result is not None  # noqa: S101
    return result


def _minutes(text: str, first_day: date, days: int) -> Minutes:
    """
    Ask the library for each minute.

    It is asked for naive times, which it takes as they are, and for a bounded span:
    its `next_change` takes seconds for a date that never comes.
    """
    start = datetime(first_day.year, first_day.month, first_day.day)  # noqa: DTZ001 (a wall clock)
    states = np.zeros(days * _DAY_MIN, np.int8)
    hours = _parsed(text)
    for begin, end, state, _ in hours.intervals(start, start + timedelta(days=days)):
        first = int((begin - start).total_seconds()) // 60
        last = int((end - start).total_seconds()) // 60
        states[max(first, 0) : max(last, 0)] = _CODES[state]
    return states


@lru_cache(maxsize=4096)
def _parsed(text: str) -> OpeningHours:
    return OpeningHours(text, auto_country=False, auto_timezone=False)


def _holds_on(limit: str, day: str) -> bool:
    year, month, number = day.split()
    noon = datetime(int(year), _MONTHS.index(month) + 1, int(number), 12)  # noqa: DTZ001
    return bool(_parsed(limit).is_open(noon))


def _holds_always(_limit: str, _day: str) -> bool:
    return True


def _over_weeks(weeks: NDArray[np.int8]) -> Opening:
    states = {int(state) for state in weeks}
    if len(states) == 1:
        return Opening(states.pop())
    return Opening(UNKNOWN) if UNKNOWN in states else Opening(CLOSED, NOT_EVERY_WEEK)


def opening(text: str, when: When, region: Region) -> Opening:
    """
    Answer whether opening hours hold at a moment, or in a part of the week.

    Parameters
    ----------
    text
        In the syntax of OpenStreetMap; "" where not stated.
    when
        A moment is answered on its date, a part in the ordinary weeks of the year that follows
        the date of the region's data.
    """
    hours = hours_of(text)
    if when.moment is not None:
        return hours.at(clock_of(region, when.moment))
    return hours.in_part(when.windows, region.as_of)
