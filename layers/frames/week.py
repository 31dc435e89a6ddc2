"""A week as a table: a row for each of its 168 hours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.frames.columns import numbers, plain, tally_columns

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from layers.week import WeekReport


def hours(report: WeekReport) -> pd.DataFrame:
    """Make a row for each hour; weekday 0 is Monday, `share_with_unknown` counts who may be."""
    found = report.hours
    surely = tally_columns([hour.tally for hour in found], unknown=report.unknown)
    return plain(
        {
            "weekday": [hour.weekday for hour in found],
            "hour": [hour.hour for hour in found],
            "offers_open": [hour.offers_open for hour in found],
            "offers_unknown": [hour.offers_unknown for hour in found],
            "residents": surely["residents"],
            "covered": surely["covered"],
            "share": surely["share"],
            "share_with_unknown": numbers(hour.tally_with_unknown.share for hour in found),
            "reason": surely["reason"],
        },
        report.atlas,
    )


TABLES: dict[str, Callable[[WeekReport], pd.DataFrame]] = {"hours": hours}
