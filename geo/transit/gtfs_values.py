"""Times, dates and whole numbers as feeds write them; what cannot be read is told apart."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

NO_TIME, BAD_TIME = -1, -2
_LATEST_H = 24 * 7  # a trip may last days; a week is a mistake
_TIME = re.compile(r"\s*(\d{1,3}):([0-5]\d)(?::([0-5]\d))?\s*")
_DATE = re.compile(r"\s*(\d{4})(\d\d)(\d\d)\s*")


def seconds_of(text: str) -> int:
    """Return the seconds of `25:10:00`; NO_TIME for a blank, BAD_TIME for what is no time."""
    if not text.strip():
        return NO_TIME
    found = _TIME.fullmatch(text)
    if not found or int(found[1]) > _LATEST_H:
        return BAD_TIME
    return int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3] or 0)


def times(column: pd.Series[Any]) -> NDArray[np.int32]:
    """Parse times, each different text once."""
    codes, texts = pd.factorize(column)
    return np.array([seconds_of(str(text)) for text in texts], np.int32)[codes]


def day_of(text: str) -> date | None:
    """Return the date of `20261124`, None for what is none."""
    found = _DATE.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def whole_numbers(column: pd.Series[Any], *, blank: int) -> NDArray[np.int64]:
    """Parse whole numbers; −1 for what is none."""
    codes, texts = pd.factorize(column)
    return np.array([_whole(str(text), blank) for text in texts], np.int64)[codes]


def _whole(text: str, blank: int) -> int:
    text = text.strip()
    if not text:
        return blank
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
