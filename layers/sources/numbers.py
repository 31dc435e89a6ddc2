"""
Numbers and dates as people write them in lists.

`8,0472`, `8.0472`, `3.435.123,5`, `3 435 123`, `52° 16' 42" N`; `24.12.2025`, `2025-12-24`,
`12/2025`.
What is ambiguous is not guessed: the value is None, and the row names it.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime

_PLAIN = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d{1,2})?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:([.,  ' ])\d{3})(?:\1\d{3})*(?:[.,]\d+)?")
_DEGREES = re.compile(
    r"([NSEWO])?\s*(\d{1,3})\s*°\s*(?:(\d{1,2}(?:[.,]\d+)?)\s*['′’]\s*)?"
    r"(?:(\d{1,2}(?:[.,]\d+)?)\s*(?:\"|″|”|''))?\s*([NSEWO])?"
)
_HALF = re.compile(r"([NSEWO])?\s*([+-]?\d{1,3}(?:[.,]\d+)?)\s*°?\s*([NSEWO])?")
_DAY = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
_ISO = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(?:[T ].*)?")
_MONTH = re.compile(r"(\d{1,2})[/.](\d{4})")
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u202f\u2009", " "))


def number_of(text: str) -> float | None:
    """
    Return a plain finite number, with a decimal point or comma, or in groups of thousands.

    `1.234` has a point: 1.234; `1.234.567` has groups. None for everything else.
    """
    text = text.strip().translate(_SPACES)
    if _PLAIN.fullmatch(text):
        value = float(text.replace(",", "."))
        return value if math.isfinite(value) else None
    if (match := _GROUPED.fullmatch(text)) is None:
        return None
    mark = match[1]
    whole = text.replace(mark, "")
    if mark in ",." and (text.count(mark) < 2 and len(whole) + 1 == len(text)):
        other = "." if mark == "," else ","
        if other not in text:  # one group and no fraction: told by _PLAIN above
            return None
    value = float(whole.replace(",", "."))
    return value if math.isfinite(value) else None


def degrees_of(text: str) -> tuple[float | None, str]:
    """
    Return degrees and the axis that a letter tells: `lat` for N and S, `lon` for E, O and W.

    Plain numbers tell no axis: "". None for what is neither.
    """
    if (plain := number_of(text)) is not None:
        return plain, ""
    cleaned = text.strip().translate(_SPACES).upper()
    if match := _DEGREES.fullmatch(cleaned):
        before, whole, minutes, seconds, after = match.groups()
        value = float(whole) + _float(minutes) / 60 + _float(seconds) / 3600
    elif match := _HALF.fullmatch(cleaned):
        before, whole, after = match.groups()
        value = _float(whole)
    else:
        return None, ""
    letter = before or after or ""
    if before and after:
        return None, ""
    axis = {"N": "lat", "S": "lat", "E": "lon", "O": "lon", "W": "lon"}.get(letter, "")
    return (-value if letter in ("S", "W") else value), axis


def pair_of(text: str) -> tuple[str, str] | None:
    """Split one cell with two coordinates; None where it does not hold exactly two."""
    text = text.strip().strip("()[]").translate(_SPACES)
    if text.upper().startswith("POINT"):
        text = text[5:].strip(" ()")
    for separator in (";", "|", "/", ", ", ",", " "):
        parts = [part.strip() for part in text.split(separator) if part.strip()]
        if len(parts) == 2 and all(degrees_of(part)[0] is not None for part in parts):
            return parts[0], parts[1]
    if text.count(",") == 3:  # 52,27,8,04 is two numbers with decimal commas
        a, b, c, d = text.split(",")
        return pair_of(f"{a}.{b};{c}.{d}")
    return None


def date_of(text: str, *, latest: bool = False) -> date | None:
    """
    Return a day; of a month or year alone its first day, or with `latest` the day after its last.

    A day with `latest` is itself. Excel's dates come as `2025-12-24 00:00:00`.
    """
    text = text.strip()
    try:
        if match := _DAY.fullmatch(text):
            return date(int(match[3]), int(match[2]), int(match[1]))
        if match := _MONTH.fullmatch(text):
            return _first(int(match[2]), int(match[1]), latest=latest)
        if (match := _ISO.fullmatch(text)) is None:
            return None
        year, month, day = (int(group) if group else 0 for group in match.groups())
        return date(year, month, day) if day else _first(year, month, latest=latest)
    except ValueError:
        return None


def date_of_unix(seconds: object) -> date | None:
    """Return the day of unix seconds in UTC, None for what is none."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, tz=UTC).date()
    except (ValueError, OverflowError, OSError):
        return None


def _first(year: int, month: int, *, latest: bool) -> date:
    if not latest:
        return date(year, month or 1, 1)
    return date(year + (month in (0, 12)), month % 12 + 1 if month else 1, 1)


def _float(text: str | None) -> float:
    return float(text.replace(",", ".")) if text else 0.0
