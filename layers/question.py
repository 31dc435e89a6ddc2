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
from geo.transit.days import check_day
from geo.transit.window import seconds_into
from layers.timetable import TRANSIT, WALK, timetable_of, window_of
from layers.when import parse_when

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geo.transit.window import Window
    from layers.atlas import Atlas
    from layers.taxonomy import Category
    from layers.when import When

LINE = "line"
QUESTION_MODES = (*MODES, LINE)
ALL_MODES = (*QUESTION_MODES, TRANSIT)  # of the measures that take a timetable
MAX_MINUTES = 240.0
LEAST_LIMIT = 0.001  # shares of a limit would overflow below some such number
MAX_METRES = 200_000.0
DEFAULT_TRANSIT_MIN = 30.0  # a setting of our own, not a norm's: waiting is part of the way
DEFAULT_LINE_M = 1000.0  # source: BBSR, Indikatoren zur Nahversorgung: 1,000 m straight line


@dataclass(frozen=True)
class Question:
    """
    What is asked.

    One of `limit_s` and `limit_m` is finite: seconds of travel, or metres of the way. In `line`
    mode metres are a straight line. `when` counts only the offers that are open then; None counts
    all, whenever they open. `window` are the departures of mode `transit`, None in all others.
    """

    categories: tuple[Category, ...]
    mode: str
    limit_s: float
    limit_m: float
    when: When | None = None
    window: Window | None = None

    def __str__(self) -> str:
        ids = " or ".join(category.id for category in self.categories)
        limit = f"{self.limit_m:g} m" if self.minutes is None else f"{self.minutes:g} min"
        when = f" at {self.when.text}" if self.when else ""
        leaving = f" leaving {self.window}" if self.window else ""
        return f"{ids} within {limit} {self.mode}{leaving}{when}"

    @property
    def on_streets(self) -> str:
        """The mode of the streets on which people and offers stand: people walk to stops."""
        return WALK if self.mode == TRANSIT else self.mode

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
    window: str | None = None,
    with_transit: bool = False,
) -> Question:
    """
    Check a question and fill in what was left out.

    Without a mode the first category's own counts, or a straight line in a region that has no
    streets; without a limit the category's own, or 1,000 m in a straight line, or half an hour by
    public transport. `at` is a moment or a part of the week (`layers.when`). `window` are the
    departures of mode `transit` (`layers.timetable.window_of`), which only measures take that say
    so by `with_transit`; with `at` they are those of that time, and people arrive while offers are
    open.

    Raises
    ------
    UnknownCategoryError
        If the taxonomy has no such category.
    ParameterError
        If no category is given, the mode is not one of the region's or of the measure's, both
        limits are given, or a limit is out of bounds, or `at` or `window` are not understood.
    OutsideValidityError
        If the timetable does not cover the day.
    """
    ids = [category] if isinstance(category, str) else list(dict.fromkeys(category))
    if not ids:
        raise ParameterError("`category` is missing; name at least one", parameter="category")
    categories = tuple(atlas.taxonomy.category(i) for i in ids)
    when = None if at is None else parse_when(at, atlas.region)
    leaving = _leaving(atlas, mode, window, when, metres=metres, with_transit=with_transit)
    if leaving is None:
        mode = check_mode(mode or _own_mode(atlas, categories[0]), (*atlas.networks, LINE))
    else:
        mode = TRANSIT
    if minutes is not None and metres is not None:
        raise ParameterError("give `minutes` or `metres`, not both", parameter="metres")
    if minutes is None and metres is None:
        own = categories[0].reach.minutes
        minutes = {LINE: None, TRANSIT: max(own, DEFAULT_TRANSIT_MIN)}.get(mode, own)
        metres = DEFAULT_LINE_M if mode == LINE else None
    if minutes is not None:
        if mode == LINE:
            raise ParameterError(
                "`minutes` has no meaning in a straight line; give `metres`", parameter="minutes"
            )
        limit_s = check_limit("minutes", minutes, MAX_MINUTES) * 60
        return Question(categories, mode, limit_s, math.inf, when, leaving)
    limit_m = check_limit("metres", metres or 0.0, MAX_METRES)
    return Question(categories, mode, math.inf, limit_m, when)


def _leaving(
    atlas: Atlas,
    mode: str | None,
    window: str | None,
    when: When | None,
    *,
    metres: float | None,
    with_transit: bool,
) -> Window | None:
    """Return the departures of mode `transit`; None for every other mode."""
    if mode != TRANSIT:
        if window is not None:
            raise ParameterError(
                f"`window` goes with `mode` {TRANSIT} alone; leave it out", parameter="window"
            )
        return None
    if not with_transit:
        raise no_transit(atlas.networks)
    if metres is not None:
        raise ParameterError(
            "`metres` have no meaning in public transport; give `minutes`", parameter="metres"
        )
    timetable = timetable_of(atlas)
    leaving = window_of(timetable, window, when, atlas.region)
    check_day(timetable, leaving.day)
    seconds_into(leaving.day, leaving.start, timetable.about.timezone)
    return leaving


def no_transit(allowed: Iterable[str]) -> ParameterError:
    """Make the error of a measure that does not take a timetable: nobody is to read walking."""
    return ParameterError(
        f"`mode` {TRANSIT!r} is not answered by this measure: it needs one way for each person, "
        "and by public transport that differs from minute to minute; coverage, sites, resilience "
        f"and radii by reach take it, this one {', '.join((*allowed, LINE))}",
        parameter="mode",
    )


def refuse_transit(question: Question) -> None:
    """
    Refuse a question by public transport.

    Raises
    ------
    ParameterError
        With the measures that take it.
    """
    if question.mode == TRANSIT:
        raise no_transit(MODES)


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
    if mode == TRANSIT and mode not in allowed:
        raise no_transit([each for each in allowed if each != LINE])
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
