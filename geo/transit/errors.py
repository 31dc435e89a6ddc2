"""What can go wrong with timetables; root and siblings stand in `geo.errors`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.errors import ParameterError, UmkreisError

if TYPE_CHECKING:
    from datetime import date


class TimetableError(UmkreisError, ValueError):
    """A timetable cannot be read, or holds nothing for the region."""


class OutsideValidityError(ParameterError):
    """
    A day on which the timetable says nothing.

    `nearest` is the nearest valid day of the same weekday, None where there is none.
    """

    def __init__(self, day: date, first: date, last: date, nearest: date | None) -> None:
        self.day, self.first, self.last, self.nearest = day, first, last, nearest
        way_out = (
            f"the nearest {nearest:%A} that it covers is {nearest}"
            if nearest
            else f"it covers no {day:%A}; take another day"
        )
        super().__init__(
            f"`window` {day} is outside the timetable, which is valid from {first} to {last}; "
            f"{way_out}",
            parameter="window",
        )
