"""
Which features an address asks for: box, time, properties, page.

What the standard wants answered with 400 raises `ParameterError`.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np

from geo.errors import ParameterError
from server.ogc.reference import CRS84, box_of, parse_crs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from server.ogc.collections import Collection

DEFAULT_LIMIT = 100
MAX_LIMIT = 10_000
RESERVED = ("f", "bbox", "bbox-crs", "crs", "datetime", "limit", "offset", "lang")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def parse_whole(value: str | None, default: int, *, parameter: str, least: int) -> int:
    """
    Parse a whole number.

    Raises
    ------
    ParameterError
        If it is none or below `least`.
    """
    if value is None:
        return default
    if not re.fullmatch(r"\d{1,9}", value) or int(value) < least:
        raise ParameterError(
            f"`{parameter}` {value!r} is not a whole number from {least} on", parameter=parameter
        )
    return int(value)


def select(collection: Collection, query: Mapping[str, str]) -> NDArray[np.int64]:
    """
    Return the rows of the features that are asked for, ascending.

    Raises
    ------
    ParameterError
        If a parameter is not known or cannot be read.
    """
    unknown = [n for n in query if n not in RESERVED and n not in collection.queryables]
    if unknown:
        known = ", ".join([*RESERVED, *collection.queryables])
        raise ParameterError(
            f"`{unknown[0]}` is no parameter here; there are {known}", parameter=unknown[0]
        )
    box_crs = parse_crs(query.get("bbox-crs"), collection.about.crs, parameter="bbox-crs")
    if "bbox" in query:
        rows = collection.within(box_of(query["bbox"], box_crs))
    else:
        rows = np.arange(len(collection.ids))
    if "datetime" in query:
        first, last = _parse_interval(query["datetime"])
        days = np.array([day[:10] for day in collection.as_of], "U10")[rows]
        rows = rows[(days >= first) & (days <= last)]
    for name, value in query.items():
        if name not in RESERVED:
            rows = _equal(collection, rows, name, value)
    return rows


def _equal(
    collection: Collection, rows: NDArray[np.int64], name: str, value: str
) -> NDArray[np.int64]:
    kind = collection.queryables[name]
    wanted: object = value
    if kind in ("integer", "number"):
        try:
            wanted = float(value)
        except ValueError as exc:
            raise ParameterError(f"`{name}` {value!r} is no number", parameter=name) from exc
    elif kind == "boolean":
        if value not in ("true", "false"):
            raise ParameterError(f"`{name}` {value!r} is not true or false", parameter=name)
        wanted = value == "true"

    def fits(row: int) -> bool:
        found = collection.properties[row].get(name)
        return (str(found) if kind == "string" and found is not None else found) == wanted

    return np.array([row for row in rows.tolist() if fits(row)], np.int64)


def _parse_interval(text: str) -> tuple[str, str]:
    """Return first and last day of a moment or an interval; open ends reach everywhere."""
    start, slash, end = text.partition("/")
    if not slash:
        day = _parse_day(start, text)
        return day, day
    first = "0000-00-00" if start in ("", "..") else _parse_day(start, text)
    last = "9999-99-99" if end in ("", "..") else _parse_day(end, text)
    if first > last or (start in ("", "..") and end in ("", "..")):
        raise ParameterError(f"`datetime` {text!r} is no interval of time", parameter="datetime")
    return first, last


def _parse_day(text: str, whole: str) -> str:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text).isoformat()
        moment = datetime.fromisoformat(text)
    except ValueError as exc:
        raise ParameterError(
            f"`datetime` {whole!r} is not a date, a time of RFC 3339, or an interval of them such "
            f"as 2016-01-01/..",
            parameter="datetime",
        ) from exc
    if moment.tzinfo is None or "T" not in text:
        raise ParameterError(
            f"`datetime` {whole!r} has no time zone; write 2016-02-10T00:00:00Z",
            parameter="datetime",
        )
    return moment.date().isoformat()


def crs_of(collection: Collection, query: Mapping[str, str]) -> str:
    """Return the CRS that the answer is asked in."""
    return parse_crs(query.get("crs", CRS84), collection.about.crs, parameter="crs")
