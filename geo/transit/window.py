"""
When people set out: a named day, a wall-clock time and a span, a departure every minute.

A single departure says more of the timetable's chance than of access; so a question names a day and
a window, and is answered for every minute of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from geo.errors import ParameterError

LONGEST_SPAN_S = 12 * 3600
STEP_S = 60


@dataclass(frozen=True)
class Window:
    """
    Departures every `step_s` seconds from `start` on, the first at `start`, before its end.

    `start` is a wall-clock time on `day`; where clocks are put back, `fold=1` is the second one.
    """

    day: date
    start: time
    span_s: int
    step_s: int = STEP_S

    def __post_init__(self) -> None:
        if not 0 < self.span_s <= LONGEST_SPAN_S or self.step_s < 1:
            raise ParameterError(
                f"`window` spans {self.span_s} s in steps of {self.step_s} s; use a span of up to "
                f"{LONGEST_SPAN_S // 3600} hours and steps of at least a second",
                parameter="window",
            )

    def __str__(self) -> str:
        end = datetime.combine(self.day, self.start) + timedelta(seconds=self.span_s)
        return f"{self.day}T{self.start:%H:%M}/{end:%H:%M}"

    @property
    def count(self) -> int:
        """How many departures there are."""
        return -(-self.span_s // self.step_s)

    @classmethod
    def parse(cls, text: str) -> Window:
        """
        Read `2026-11-24T16:00/18:00`; an end before the start is on the next day.

        Raises
        ------
        ParameterError
            If it is no such window.
        """
        try:
            first, _, last = text.strip().partition("/")
            start, end = datetime.fromisoformat(first), time.fromisoformat(last)
            if len(first) < 16 or start.tzinfo is not None or end.tzinfo is not None:
                raise ValueError(first)
        except ValueError as exc:
            raise ParameterError(
                f"`window` {text[:60]!r} is none; write a day and a span, such as "
                "2026-11-24T16:00/18:00",
                parameter="window",
            ) from exc
        span = (datetime.combine(start.date(), end) - start).total_seconds() % 86_400
        return cls(start.date(), start.time(), int(span) or 86_400)


def zero_of(day: date, timezone: str) -> datetime:
    """Return when a service day begins: twelve hours before local noon (GTFS, field `Time`)."""
    noon = datetime.combine(day, time(12), ZoneInfo(timezone))
    return noon.astimezone(UTC) - timedelta(hours=12)


def seconds_into(day: date, clock: time, timezone: str) -> int:
    """
    Return a wall-clock time in seconds of its service day.

    Raises
    ------
    ParameterError
        If the clocks skip that time on that day.
    """
    zone = ZoneInfo(timezone)
    local = datetime.combine(day, clock, zone)
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise ParameterError(
            f"`window` {day} {clock:%H:%M} does not exist in {timezone}: the clocks are put "
            "forward then; take a time an hour later",
            parameter="window",
        )
    return int((moment - zero_of(day, timezone)).total_seconds())


def clock_at(day: date, seconds: int, timezone: str) -> datetime:
    """Return the wall clock so many seconds into a service day."""
    return (zero_of(day, timezone) + timedelta(seconds=seconds)).astimezone(ZoneInfo(timezone))
