"""
A question of reach, checked: which categories, how people travel, how far.

Every measure asks in the same words and is refused in the same words.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.errors import ParameterError
from geo.network import MODES
from layers.when import parse_when

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.atlas import Atlas
    from layers.taxonomy import Category
    from layers.when import When

LINE = "line"
QUESTION_MODES = (*MODES, LINE)
MAX_MINUTES = 240.0
LEAST_LIMIT = 0.001  # shares of a limit would overflow below some such number
MAX_METRES = 200_000.0
DEFAULT_LINE_M = 1000.0  # source: BBSR, Indikatoren zur Nahversorgung: 1,000 m straight line


@dataclass(frozen=True)
class Question:
    """
    What is asked.

    One of `limit_s` and `limit_m` is finite: seconds of travel, or metres of the way. In `line`
    mode metres are a straight line. `when` counts only the offers that are open then; None counts
    all, whenever they open.
    """

    categories: tuple[Category, ...]
    mode: str
    limit_s: float
    limit_m: float
    when: When | None = None

    def __str__(self) -> str:
        ids = " or ".join(category.id for category in self.categories)
        limit = f"{self.limit_m:g} m" if self.minutes is None else f"{self.minutes:g} min"
        when = f" at {self.when.text}" if self.when else ""
        return f"{ids} within {limit} {self.mode}{when}"

    @property
    def minutes(self) -> float | None:
        """The limit in minutes, None where it is metres."""
        return self.limit_s / 60 if math.isfinite(self.limit_s) else None

    @property
    def metres(self) -> float | None:
        """The limit in metres, None where it is minutes."""
        return self.limit_m if math.isfinite(self.limit_m) else None


def ask(
    atlas: Atlas,
    *,
    category: str | Sequence[str],
    mode: str | None = None,
    minutes: float | None = None,
    metres: float | None = None,
    at: str | None = None,
) -> Question:
    """
    Check a question and fill in what was left out.

    Without a mode the first category's own counts, or a straight line in a region that has no
    streets; without a limit the category's own, or 1,000 m
    in a straight line. `at` is a moment or a part of the week (`layers.when`).

    Raises
    ------
    UnknownCategoryError
        If the taxonomy has no such category.
    ParameterError
        If no category is given, the mode is not one of the region's, both limits are given, or a
        limit is out of bounds, or `at` is not understood.
    """
    ids = [category] if isinstance(category, str) else list(dict.fromkeys(category))
    if not ids:
        raise ParameterError("`category` is missing; name at least one", parameter="category")
    categories = tuple(atlas.taxonomy.category(i) for i in ids)
    mode = check_mode(mode or _own_mode(atlas, categories[0]), (*atlas.networks, LINE))
    when = None if at is None else parse_when(at, atlas.region)
    if minutes is not None and metres is not None:
        raise ParameterError("give `minutes` or `metres`, not both", parameter="metres")
    if minutes is None and metres is None:
        minutes = None if mode == LINE else categories[0].reach.minutes
        metres = DEFAULT_LINE_M if mode == LINE else None
    if minutes is not None:
        if mode == LINE:
            raise ParameterError(
                "`minutes` has no meaning in a straight line; give `metres`", parameter="minutes"
            )
        limit_s = check_limit("minutes", minutes, MAX_MINUTES) * 60
        return Question(categories, mode, limit_s, math.inf, when)
    limit_m = check_limit("metres", metres or 0.0, MAX_METRES)
    return Question(categories, mode, math.inf, limit_m, when)


def _own_mode(atlas: Atlas, category: Category) -> str:
    return category.reach.mode if atlas.networks else LINE


def check_mode(mode: str, allowed: Sequence[str]) -> str:
    """
    Return `mode` if it is one of the allowed.

    Raises
    ------
    ParameterError
        If it is not, with those that are.
    """
    if mode in MODES and not set(MODES) & set(allowed):
        raise no_streets(mode)
    if mode not in allowed:
        raise ParameterError(
            f"`mode` {mode!r} is not known; use one of {', '.join(allowed)}", parameter="mode"
        )
    return mode


def no_streets(mode: str) -> ParameterError:
    """Make the error of a question that needs streets, for a region that has none."""
    return ParameterError(
        f"`mode` {mode!r} needs streets, and this region has no street data yet; ask in a straight "
        "line (`line`, with `metres`) or add an extract to the region",
        parameter="mode",
    )


def check_limit(name: str, value: float, most: float) -> float:
    """
    Return a limit that is at least `LEAST_LIMIT` and at most `most`.

    Raises
    ------
    ParameterError
        If it is not (NaN included).
    """
    if not LEAST_LIMIT <= value <= most:
        raise ParameterError(
            f"`{name}` is {value:g} but must be at least {LEAST_LIMIT:g} and at most {most:g}",
            parameter=name,
        )
    return value
