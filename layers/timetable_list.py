"""
The lines and stops of a region's timetable, named as a scenario names them.

A line is called by its name; lines of one name are changed together, so they are one entry. A stop
is called by its name as well, which means both sides of its street. Where one name stands for
places far from each other (each village has its "Kirche"), every stop is an entry of its own, under
its id.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from geo.crs import to_lonlat
from geo.transit.days import usual_day
from layers.spelling import words_of
from layers.timetable import WINDOWS, timetable_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from geo.transit.timetable import Timetable
    from layers.atlas import Atlas

APART_M = 500.0  # stops of one name farther from each other are different places
DAYTIME_S = (6 * 3600, 20 * 3600)
MOST_ENDS = 6
_NUMBERS = re.compile(r"(\d{1,9})")


@dataclass(frozen=True)
class Line:
    """
    A line, or all of one name.

    Attributes
    ----------
    line
        What a scenario calls it: its name, else its id.
    kind
        GTFS `route_type`: 0 tram, 1 metro, 2 train, 3 bus, …
    ends
        Names of the stops at which most of its trips start or end.
    departures
        Trips of a usual Tuesday, both directions together.
    every_min
        Median minutes between two trips from the same end from 6 to 20 of that day, None where
        fewer than two run.
    """

    line: str
    kind: int
    ends: tuple[str, ...]
    departures: int
    every_min: int | None


@dataclass(frozen=True)
class Stop:
    """
    A stop, or both sides of its street.

    Attributes
    ----------
    stop
        What a scenario calls it: its name, else its id.
    name
        As it is written there.
    lon, lat
        Its place, of several the first.
    lines
        Names of the lines that call there.
    departures
        Of a usual Tuesday.
    """

    stop: str
    name: str
    lon: float
    lat: float
    lines: tuple[str, ...]
    departures: int


def lines_of(atlas: Atlas, *, words: str = "") -> list[Line]:
    """
    List the lines of a region, 2 before 10; with `words` those of which each begins a word.

    Raises
    ------
    ParameterError
        If the region has no timetable.
    """
    wanted = words_of(words)
    return [
        line
        for line in _lines(timetable_of(atlas))
        if _fits(wanted, f"{line.line} {' '.join(line.ends)}")
    ]


def stops_of(atlas: Atlas, *, words: str = "") -> list[Stop]:
    """
    List the stops that are served, by name; with `words` those of which each begins a word.

    Raises
    ------
    ParameterError
        If the region has no timetable.
    """
    wanted = words_of(words)
    return [stop for stop in _stops(timetable_of(atlas)) if _fits(wanted, stop.name)]


def _fits(wanted: Sequence[str], text: str) -> bool:
    has = words_of(text)
    return all(any(word.startswith(start) for word in has) for start in wanted)


def natural(text: str) -> list[tuple[bool, int, str]]:
    """Return a key that sorts numbers in a text by their value, before letters."""
    return [
        (False, int(part), "") if part.isdecimal() else (True, 0, part.casefold())
        for part in _NUMBERS.split(text)
        if part
    ]


@lru_cache(maxsize=16)  # a timetable hashes by identity and never changes
def _lines(timetable: Timetable) -> tuple[Line, ...]:
    runs = _on_usual_day(timetable)
    first_s = timetable.trip_first_s
    starts = timetable.call_stop[timetable.trip_start[:-1]]
    ends = timetable.call_stop[timetable.trip_start[1:] - 1]
    found = []
    for name, rows in _named(timetable).items():
        trips = np.flatnonzero(np.isin(timetable.trip_line, rows))
        counted = Counter(
            timetable.stop_name[stop] for stop in (*starts[trips].tolist(), *ends[trips].tolist())
        )
        usual = trips[runs[trips]]
        found.append(
            Line(
                line=name,
                kind=int(timetable.line_type[rows[0]]),
                ends=tuple(stop for stop, _ in counted.most_common(MOST_ENDS)),
                departures=len(usual),
                every_min=_headway_min(starts[usual], first_s[usual]),
            )
        )
    return tuple(sorted(found, key=lambda line: natural(line.line)))


def _named(timetable: Timetable) -> dict[str, list[int]]:
    """Return the rows of the lines that have trips, by what a scenario calls them."""
    named: dict[str, list[int]] = {}
    for row in np.unique(timetable.trip_line).tolist():
        named.setdefault(timetable.line_name[row] or timetable.line_id[row], []).append(row)
    return named


def _headway_min(starts: NDArray[np.int32], first_s: NDArray[np.int32]) -> int | None:
    """Return the median minutes between departures of the end from which most trips leave."""
    inside = (first_s >= DAYTIME_S[0]) & (first_s < DAYTIME_S[1])
    if not inside.any():
        return None
    busiest = Counter(starts[inside].tolist()).most_common(1)[0][0]
    gaps = np.diff(np.unique(first_s[inside & (starts == busiest)]))
    return max(round(float(np.median(gaps)) / 60), 1) if len(gaps) else None


def _on_usual_day(timetable: Timetable) -> NDArray[np.bool_]:
    """Shape (t,): what runs on a usual Tuesday, none where there is no such day."""
    day = usual_day(timetable, WINDOWS["weekday"][0])
    if day is None:
        return np.zeros(timetable.trip_count, bool)
    runs: NDArray[np.bool_] = timetable.runs[timetable.trip_service, timetable.days.index(day)]
    return runs


@lru_cache(maxsize=16)
def _stops(timetable: Timetable) -> tuple[Stop, ...]:
    trip_of = np.repeat(np.arange(timetable.trip_count), np.diff(timetable.trip_start))
    leaves = _on_usual_day(timetable)[trip_of] & timetable.call_boards
    leaves[timetable.trip_start[1:] - 1] = False
    departures = np.bincount(timetable.call_stop[leaves], minlength=len(timetable.stop_id))
    names = [n or i for n, i in zip(timetable.line_name, timetable.line_id, strict=True)]
    lines: dict[int, set[str]] = {}
    calls = np.unique(np.column_stack([timetable.call_stop, timetable.trip_line[trip_of]]), axis=0)
    for stop, line in calls.tolist():
        lines.setdefault(stop, set()).add(names[line])
    lonlat = to_lonlat(timetable.stop_xy, timetable.about.crs)
    of_name: dict[str, list[int]] = {}
    for row, name in enumerate(timetable.stop_name):
        of_name.setdefault(name, []).append(row)

    def entry(called: str, rows: Sequence[int]) -> Stop:
        return Stop(
            stop=called,
            name=timetable.stop_name[rows[0]] or called,
            lon=round(float(lonlat[rows[0], 0]), 6),
            lat=round(float(lonlat[rows[0], 1]), 6),
            lines=tuple(sorted(_union(lines.get(row, ()) for row in rows), key=natural)),
            departures=int(departures[list(rows)].sum()),
        )

    found = []
    for name, rows in of_name.items():
        served = [row for row in rows if row in lines]
        together = bool(name) and _is_one_place(timetable.stop_xy[rows])
        parts = [(name, served)] if together else [(timetable.stop_id[r], [r]) for r in served]
        found += [entry(called, part) for called, part in parts if part]
    return tuple(sorted(found, key=lambda stop: (words_of(stop.name), stop.stop)))


def _union(sets: Iterable[Iterable[str]]) -> set[str]:
    return {each for one in sets for each in one}


def _is_one_place(xy: NDArray[np.float64]) -> bool:
    """Whether no stop lies too far from the first: one name, one place."""
    return bool((np.hypot(*(xy - xy[0]).T) <= APART_M).all())
