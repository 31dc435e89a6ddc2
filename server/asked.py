"""
What the address of a page asks, and the addresses that ask it.

A page is more lenient than the interface under `/api/v1`: its form sends minutes and metres at once
(the mode decides which counts), empty fields, and numbers with a decimal comma. What it cannot read
it refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from starlette.datastructures import QueryParams

from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.coverage import CoverageReport, coverage
from layers.question import LINE, Question
from layers.timetable import TRANSIT, WINDOWS
from server.query import LATER

DEFAULT_CATEGORY = "greengrocer_bakery"
OWN_WINDOW = "own"
LEVELS = ("district", "municipality")


@dataclass(frozen=True)
class Asked:
    """A question as it stands in an address; empty or None where it is left open."""

    categories: tuple[str, ...] = ()
    mode: str | None = None
    minutes: float | None = None
    metres: float | None = None
    at: str | None = None
    window: str | None = None
    by: str = "district"
    language: str | None = None

    def parameters(self) -> dict[str, str]:
        """Return the parameters of an address that asks the same."""
        pairs = {
            "category": ",".join(self.categories),
            "mode": self.mode,
            "minutes": _plain(self.minutes),
            "metres": _plain(self.metres),
            "at": self.at,
            "window": self.window,
            "by": None if self.by == "district" else self.by,
            "lang": self.language,
        }
        return {name: value for name, value in pairs.items() if value}


def parse_asked(query: QueryParams) -> Asked:
    """
    Read the parameters of a page.

    Raises
    ------
    ParameterError
        If a limit is no number, the level is not known, or something is asked that is not
        answered yet.
    """
    for name in query:
        if name in LATER and name != "window":
            raise ParameterError(f"`{name}`: {LATER[name]}", parameter=name)
    mode = query.get("mode") or None
    minutes = _number("minutes", query.get("minutes"))
    metres = _number("metres", query.get("metres"))
    if mode == LINE:
        minutes = None
    elif mode == TRANSIT or minutes is not None:
        metres = None
    by = query.get("by") or "district"
    if by not in LEVELS:
        raise ParameterError(f"`by` {by!r} is not known; use {' or '.join(LEVELS)}", parameter="by")
    return Asked(
        categories=tuple(c for text in query.getlist("category") for c in text.split(",") if c),
        mode=mode,
        minutes=minutes,
        metres=metres,
        at=query.get("at") or None,
        window=_window(query) if mode == TRANSIT else None,
        by=by,
        language=query.get("lang") or None,
    )


def _window(query: QueryParams) -> str | None:
    """
    Read departures, which a form without scripts sends as day, start and end.

    A part of the week that a form sends beside a time leaves the departures to that time.
    """
    window = query.get("window") or None
    if window in WINDOWS and query.get("at"):
        return None
    if window != OWN_WINDOW:
        return window
    return f"{query.get('day', '')}T{query.get('from', '')}/{query.get('until', '')}"


def _number(name: str, text: str | None) -> float | None:
    if text is None or not text.strip():
        return None
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise ParameterError(
            f"`{name}` is {text!r} but must be a number, such as 10", parameter=name
        ) from None


def answer_asked(atlas: Atlas, asked: Asked) -> CoverageReport:
    """Ask for coverage; what is left open is the region's first view, or the category's own."""
    return coverage(
        atlas,
        category=asked.categories or default_category(atlas),
        mode=asked.mode,
        minutes=asked.minutes,
        metres=asked.metres,
        at=asked.at,
        window=asked.window,
    )


def default_category(atlas: Atlas) -> str:
    """Return the category of a region's first view: one that has offers, where there is any."""
    ids = [category.id for category in atlas.taxonomy.categories]
    if DEFAULT_CATEGORY in ids:
        return DEFAULT_CATEGORY
    with_offers = [c.id for c in atlas.taxonomy.categories if len(atlas.offers_of(c))]
    return (with_offers or ids)[0]


def asked_again(question: Question, asked: Asked) -> Asked:
    """Return a question with nothing left open, for links that must not depend on defaults."""
    return Asked(
        categories=tuple(category.id for category in question.categories),
        mode=question.mode,
        minutes=question.minutes,
        metres=question.metres,
        at=question.when.text if question.when else None,
        window=str(question.window) if question.window else None,
        by=asked.by,
        language=asked.language,
    )


def address(path: str, parameters: Mapping[str, str]) -> str:
    """Write an address."""
    query = urlencode(parameters, safe=",")
    written = quote(path, safe="/:")  # ids of offers have a colon
    return f"{written}?{query}" if query else written


def _plain(number: float | None) -> str | None:
    return None if number is None else f"{number:.10g}"
