"""
What a scenario assumes of public transport: headways, stops, lines that go on, and new ones.

    {"do": "change_headway", "line": "2", "every_min": 10, "from": "06:00", "until": "20:00"}
    {"do": "close_stop", "stop": "Markt"}
    {"do": "move_stop", "stop": "Markt", "lon": 13.26, "lat": 53.55}
    {"do": "extend_line", "line": "2", "at_stop": "Süd", "ride_min": 4, "lon": 13.2, "lat": 53.5}
    {"do": "add_line", "name": "N1", "stops": ["Markt", "Süd"], "every_min": 10, "speed_kmh": 20}

The timetable of the region stays as it is; the scenario's differs on every day that the line runs.
Changes are made in the order in which they stand: a line that was extended may then run more often.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.crs import to_metric
from geo.errors import ParameterError, UmkreisError
from geo.transit.changes import with_headway, with_line_extended, with_stop_moved, without_stop
from geo.transit.new_line import LEAST_KMH, MOST_KMH, MOST_STOPS, SPEED_KMH, with_line_added
from layers.document import is_number, is_text
from layers.timetable import timetable_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from geo.transit.timetable import Timetable
    from layers.atlas import Atlas

    _Rule = Callable[[Any], str]
    _Make = Callable[[dict[str, Any]], Any]

MOST_TIMETABLE = 50  # changes of the timetable in one scenario
MOST_HEADWAY_MIN, MOST_RIDE_MIN = 240, 120
FIRST_S, LAST_S = 5 * 3600, 22 * 3600
_CLOCK = re.compile(r"([01]\d|2\d):([0-5]\d)", re.ASCII)


@dataclass(frozen=True)
class ChangeHeadway:
    """A line runs at even intervals between two seconds of the service day."""

    line: str
    every_s: int
    from_s: int = FIRST_S
    until_s: int = LAST_S


@dataclass(frozen=True)
class CloseStop:
    """Nobody gets on or off at a stop, in both directions."""

    stop: str


@dataclass(frozen=True)
class MoveStop:
    """A stop lies elsewhere; rides take as long as before."""

    stop: str
    lon: float
    lat: float


@dataclass(frozen=True)
class ExtendLine:
    """A line goes on from its last stop to a new one, and starts there on the way back."""

    line: str
    at_stop: str
    ride_min: float
    lon: float
    lat: float
    name: str = ""


@dataclass(frozen=True)
class AddLine:
    """A new line runs through stops in their order and back, at even intervals."""

    name: str
    stops: tuple[str, ...]
    every_s: int
    from_s: int = FIRST_S
    until_s: int = LAST_S
    speed_kmh: float = SPEED_KMH


TimetableChange = ChangeHeadway | CloseStop | MoveStop | ExtendLine | AddLine


def headway_rule(value: Any) -> str:
    """Say what is wrong with minutes between two departures; "" where nothing is."""
    fits = is_number(value) and 1 <= value <= MOST_HEADWAY_MIN
    return "" if fits else f"is {value!r}, not minutes from 1 to {MOST_HEADWAY_MIN}"


def ride_rule(value: Any) -> str:
    """Say what is wrong with minutes of a ride; "" where nothing is."""
    fits = is_number(value) and 0 < value <= MOST_RIDE_MIN
    return "" if fits else f"is {value!r}, not minutes above 0 to {MOST_RIDE_MIN}"


def clock_rule(value: Any) -> str:
    """Say what is wrong with a time of the service day; "" where nothing is."""
    fits = isinstance(value, str) and _CLOCK.fullmatch(value)
    return "" if fits else f"is {value!r}, not a time such as 06:00 (after midnight 24:30)"


def stops_rule(value: Any) -> str:
    """Say what is wrong with the stops of a line; "" where nothing is."""
    fits = (
        isinstance(value, list)
        and 2 <= len(value) <= MOST_STOPS
        and all(is_text(stop) and stop for stop in value)
    )
    return "" if fits else f"is no list of 2 to {MOST_STOPS} stops, by id or name"


def speed_rule(value: Any) -> str:
    """Say what is wrong with a line's speed; "" where nothing is."""
    fits = is_number(value) and LEAST_KMH <= value <= MOST_KMH
    return "" if fits else f"is {value!r}, not km/h from {LEAST_KMH:g} to {MOST_KMH:g}"


def make_headway(values: dict[str, Any]) -> ChangeHeadway:
    """Make a change of a checked row."""
    return ChangeHeadway(values["line"], *_span(values))


def make_line(values: dict[str, Any]) -> AddLine:
    """Make a new line of a checked row."""
    speed_kmh = float(values.get("speed_kmh", SPEED_KMH))
    return AddLine(values["name"], tuple(values["stops"]), *_span(values), speed_kmh)


def _span(values: dict[str, Any]) -> tuple[int, int, int]:
    """Return the seconds between two departures, of the first one, and of the end."""
    from_s = _seconds(values["from"]) if "from" in values else FIRST_S
    until_s = _seconds(values["until"]) if "until" in values else LAST_S
    if until_s <= from_s:
        raise ValueError("`until` is not after `from`")
    return round(values["every_min"] * 60), from_s, until_s


def timetable_kinds(
    *, an_id: _Rule, text: _Rule, point: dict[str, _Rule]
) -> dict[str, tuple[_Make, dict[str, _Rule], tuple[str, ...]]]:
    """Return the kinds of changes: what makes each of checked values, its keys, optional ones."""
    often = {"every_min": headway_rule, "from": clock_rule, "until": clock_rule}
    span = ("from", "until")
    end = {"at_stop": an_id, "ride_min": ride_rule, "name": text}
    return {
        "change_headway": (make_headway, {"line": an_id, **often}, span),
        "close_stop": (lambda values: CloseStop(**values), {"stop": an_id}, ()),
        "move_stop": (lambda values: MoveStop(**values), {"stop": an_id, **point}, ()),
        "extend_line": (
            lambda values: ExtendLine(**values),
            {"line": an_id, **end, **point},
            ("name",),
        ),
        "add_line": (
            make_line,
            {"name": an_id, "stops": stops_rule, **often, "speed_kmh": speed_rule},
            (*span, "speed_kmh"),
        ),
    }


def changed_timetable(
    atlas: Atlas, changes: Iterable[object], faults: list[str]
) -> Timetable | None:
    """Return the timetable that a scenario makes; what contradicts it is added to `faults`."""
    timetable = atlas.timetable
    for i, change in enumerate(changes):
        if not isinstance(change, TimetableChange):
            continue
        try:
            timetable = _changed(atlas, timetable or timetable_of(atlas), change)
        except UmkreisError as exc:
            faults.append(f"changes[{i}]: {exc}")
    return timetable


def _changed(atlas: Atlas, timetable: Timetable, change: TimetableChange) -> Timetable:
    if isinstance(change, ChangeHeadway):
        return with_headway(
            timetable, change.line, every_s=change.every_s, from_s=change.from_s,
            until_s=change.until_s,
        )  # fmt: skip
    if isinstance(change, CloseStop):
        return without_stop(timetable, change.stop)
    if isinstance(change, AddLine):
        return with_line_added(
            timetable, change.name, change.stops, every_s=change.every_s, from_s=change.from_s,
            until_s=change.until_s, speed_kmh=change.speed_kmh,
        )  # fmt: skip
    place = _place(atlas, change.lon, change.lat)
    if isinstance(change, MoveStop):
        return with_stop_moved(timetable, change.stop, place)
    return with_line_extended(
        timetable, change.line, at_stop=change.at_stop, to_xy=place,
        ride_s=max(round(change.ride_min * 60), 1), name=change.name or "scenario",
    )  # fmt: skip


def _place(atlas: Atlas, lon: float, lat: float) -> NDArray[np.float64]:
    place = to_metric([lon], [lat], atlas.region.crs)
    if not (np.isfinite(place).all() and shapely.intersects_xy(atlas.region.extent, place)[0]):
        raise ParameterError(
            f"`lon`, `lat` lie outside the data of {atlas.region.name}; lon comes first",
            parameter="lon",
        )
    return np.asarray(place[0], float)


def _seconds(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60
