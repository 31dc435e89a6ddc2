"""
A scenario: what an asker assumes to change in a region, as a checked document.

    {"version": 1, "name": "A bakery in the south", "changes": [
      {"do": "add_offer", "category": "greengrocer_bakery", "lon": 13.26, "lat": 53.55},
      {"do": "move_offer", "offer": "osm:n123", "lon": 13.27, "lat": 53.55},
      {"do": "close_offer", "offer": "osm:n124"},
      {"do": "change_hours", "offer": "osm:n125", "opening_hours": "Mo-Fr 08:00-18:00"},
      {"do": "add_people", "people": 400, "place": {"type": "Polygon", "coordinates": […]}},
      {"do": "add_people", "dwellings": 20, "people_per_dwelling": 2.1, "place": {…}},
      {"do": "close_street", "lon": 13.26, "lat": 53.55, "modes": ["car"]},
      {"do": "close_street", "lon": 13.26, "lat": 53.55, "to_lon": 13.27, "to_lat": 53.55},
      {"do": "open_street", "modes": ["walk"], "line": {"type": "LineString", "coordinates": […]}},
      {"do": "change_headway", "line": "2", "every_min": 10, "from": "06:00", "until": "20:00"},
      {"do": "close_stop", "stop": "Markt"},
      {"do": "move_stop", "stop": "Markt", "lon": 13.26, "lat": 53.55},
      {"do": "extend_line", "line": "2", "at_stop": "Süd", "ride_min": 4,
       "lon": 13.2, "lat": 53.5},
      {"do": "add_line", "name": "N1", "stops": ["Markt", "Süd"], "every_min": 10}]}

All faults are told at once. What the document means for a region is found out in
`layers.scenario_atlas`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
import shapely.geometry

from geo.network import MODES
from layers.document import (
    MAX_TEXT,
    DocumentError,
    is_number,
    is_text,
    kind_of,
    parse,
    unknown_keys,
)
from layers.scenario_timetable import MOST_TIMETABLE, TimetableChange, timetable_kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

VERSION = 1
MAX_CHANGES = 1000
MAX_PEOPLE = 1_000_000
MAX_STREETS = 50  # that open or close
MAX_STREET_M = 5000.0  # of a street that opens or closes
MAX_LINE_POINTS = 200
CONNECT_M = 20.0  # how far a new street may be from the street that it meets
MAX_CONNECT_M = 100.0
_PLACES = ("Point", "Polygon", "MultiPolygon")


class ScenarioError(DocumentError):
    """
    A scenario contradicts itself or its region.

    `faults` holds all of them, each with the change it stands in.
    """

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(faults, parameter="scenario")


@dataclass(frozen=True)
class AddOffer:
    """A new offer of a category."""

    category: str
    lon: float
    lat: float
    name: str = ""
    opening_hours: str = ""


@dataclass(frozen=True)
class MoveOffer:
    """An offer goes elsewhere."""

    offer: str
    lon: float
    lat: float


@dataclass(frozen=True)
class CloseOffer:
    """An offer goes."""

    offer: str


@dataclass(frozen=True)
class ChangeHours:
    """An offer opens at other times."""

    offer: str
    opening_hours: str


@dataclass(frozen=True)
class AddPeople:
    """A new quarter; `place` is a point, polygon or multipolygon in lon/lat."""

    people: int
    place: shapely.Geometry


@dataclass(frozen=True)
class CloseStreet:
    """
    The street at a place closes for some modes: between its crossings, or as far as another place.

    `to` is that other place, lon and lat.
    """

    lon: float
    lat: float
    modes: tuple[str, ...] = MODES
    to: tuple[float, float] | None = None


@dataclass(frozen=True)
class OpenStreet:
    """
    A new street along a line in lon/lat, in both directions.

    Its ends are joined to the streets within `connect_m`; `join_inner` joins its inner points as
    well, `dead_end` lets one end meet nothing.
    """

    line: shapely.LineString
    modes: tuple[str, ...]
    name: str = ""
    connect_m: float = CONNECT_M
    join_inner: bool = False
    dead_end: bool = False


Change = (
    AddOffer
    | MoveOffer
    | CloseOffer
    | ChangeHours
    | AddPeople
    | CloseStreet
    | OpenStreet
    | TimetableChange
)


@dataclass(frozen=True)
class Scenario:
    """Changes that hold all at once; their order does not matter."""

    changes: tuple[Change, ...]
    name: str = ""


def read_scenario(text: str) -> Scenario:
    """
    Read a scenario from JSON text.

    Raises
    ------
    ScenarioError
        If it is too large, no JSON, or has faults.
    """
    document, faults = parse(text)
    if faults:
        raise ScenarioError(faults)
    return check_scenario(document)


def check_scenario(document: Any) -> Scenario:
    """
    Check a parsed document.

    Raises
    ------
    ScenarioError
        With all its faults.
    """
    if not isinstance(document, dict):
        raise ScenarioError([f"it is {kind_of(document)}, not an object with `changes`"])
    faults = unknown_keys(document, ("version", "name", "changes"))
    if document.get("version") != VERSION:
        faults.append(f"`version` is {document.get('version')!r}, this program reads {VERSION}")
    name = document.get("name", "")
    if not is_text(name):
        faults.append(f"`name` is no text of at most {MAX_TEXT} characters")
    rows = document.get("changes")
    if not isinstance(rows, list):
        faults.append("`changes` is no list")
        rows = []
    if len(rows) > MAX_CHANGES:
        faults.append(f"`changes` holds {len(rows):,}, at most {MAX_CHANGES:,}")
        rows = []
    changes = [_change(row, f"changes[{i}]", faults) for i, row in enumerate(rows)]
    streets = sum(isinstance(change, CloseStreet | OpenStreet) for change in changes)
    if streets > MAX_STREETS:
        faults.append(f"`changes` close and open {streets:,} streets, at most {MAX_STREETS}")
    rides = sum(isinstance(change, TimetableChange) for change in changes)
    if rides > MOST_TIMETABLE:
        faults.append(f"`changes` change the timetable {rides:,} times, at most {MOST_TIMETABLE}")
    if faults:
        raise ScenarioError(faults)
    return Scenario(tuple(c for c in changes if c is not None), name)


def _change(row: Any, at: str, faults: list[str]) -> Change | None:
    """Check one change; its faults are added to `faults`."""
    kind = row.get("do") if isinstance(row, dict) else None
    if not isinstance(kind, str) or kind not in _KINDS:
        faults.append(f"{at}: `do` is {kind!r}, not one of {', '.join(_KINDS)}")
        return None
    make, rules, optional = _KINDS[kind]
    own = unknown_keys(row, ("do", *rules))
    values = {}
    for key, rule in rules.items():
        if key not in row:
            own += [] if key in optional else [f"`{key}` is missing"]
        elif problem := rule(row[key]):
            own.append(f"`{key}` {problem}")
        else:
            values[key] = row[key]
    if not own:
        try:
            return make(values)
        except ValueError as exc:
            own.append(str(exc))
    faults += [f"{at}: {fault}" for fault in own]
    return None


def _text(value: Any) -> str:
    return "" if is_text(value) else f"is no text of at most {MAX_TEXT} characters"


def _id(value: Any) -> str:
    return "" if is_text(value) and value else "is no id"


def _lon(value: Any) -> str:
    return "" if is_number(value) and -180 <= value <= 180 else "is no degree from -180 to 180"


def _lat(value: Any) -> str:
    return "" if is_number(value) and -90 <= value <= 90 else "is no degree from -90 to 90"


def _people(value: Any) -> str:
    fits = is_number(value) and value == int(value) and 1 <= value <= MAX_PEOPLE
    return "" if fits else f"is {value!r}, not a whole number from 1 to {MAX_PEOPLE:,}"


def _per_dwelling(value: Any) -> str:
    fits = is_number(value) and 0 < value <= 20
    return "" if fits else f"is {value!r}, not a number above 0 to 20"


def _modes(value: Any) -> str:
    fits = isinstance(value, list) and value and all(mode in MODES for mode in value)
    return "" if fits else f"is no list of {', '.join(MODES)}"


def _connect(value: Any) -> str:
    fits = is_number(value) and 1 <= value <= MAX_CONNECT_M
    return "" if fits else f"is {value!r}, not metres from 1 to {MAX_CONNECT_M:g}"


def _flag(value: Any) -> str:
    return "" if isinstance(value, bool) else "is neither true nor false"


def _place(value: Any) -> str:
    return _geometry(value, _PLACES)


def _line(value: Any) -> str:
    if problem := _geometry(value, ("LineString",)):
        return problem
    points = len(value["coordinates"])
    fits = points <= MAX_LINE_POINTS
    return "" if fits else f"has {points:,} points, at most {MAX_LINE_POINTS}"


def _geometry(value: Any, allowed: tuple[str, ...]) -> str:
    """Tell what is wrong with a GeoJSON geometry (RFC 7946)."""
    if not isinstance(value, dict) or value.get("type") not in allowed:
        return f"is no GeoJSON geometry; use {', '.join(allowed)}"
    try:
        with np.errstate(invalid="ignore"):  # NaN is told as an invalid shape
            shape = shapely.force_2d(shapely.geometry.shape(value))
        west, south, east, north = shape.bounds
    except (
        AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError,
        shapely.errors.ShapelyError,
    ):  # fmt: skip
        return "has no readable coordinates"
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        return "lies beyond degrees; lon comes first"
    return "" if shape.is_valid else f"is no valid shape ({shapely.is_valid_reason(shape)})"


def _make_people(values: dict[str, Any]) -> AddPeople:
    """Take people, or dwellings with the people in each: there is no default for them."""
    counted, built = "people" in values, "dwellings" in values
    if counted == built or built != ("people_per_dwelling" in values):
        raise ValueError("give `people`, or `dwellings` with `people_per_dwelling`")
    people = values["people"] if counted else values["dwellings"] * values["people_per_dwelling"]
    whole = math.floor(people + 0.5)
    if problem := _people(whole):
        raise ValueError(f"`dwellings` × `people_per_dwelling` {problem}")
    return AddPeople(whole, shapely.force_2d(shapely.geometry.shape(values["place"])))


def _make_closed(values: dict[str, Any]) -> CloseStreet:
    if ("to_lon" in values) != ("to_lat" in values):
        raise ValueError("give both `to_lon` and `to_lat`, or none of them")
    to = (values["to_lon"], values["to_lat"]) if "to_lon" in values else None
    return CloseStreet(values["lon"], values["lat"], _ordered(values.get("modes", MODES)), to)


def _make_opened(values: dict[str, Any]) -> OpenStreet:
    line = shapely.force_2d(shapely.geometry.shape(values["line"]))
    return OpenStreet(**{**values, "line": line, "modes": _ordered(values["modes"])})


def _ordered(modes: Iterable[str]) -> tuple[str, ...]:
    chosen = set(modes)
    return tuple(mode for mode in MODES if mode in chosen)


_Rules = dict[str, "Callable[[Any], str]"]
_POINT: _Rules = {"lon": _lon, "lat": _lat}
_KINDS: dict[str, tuple[Callable[[dict[str, Any]], Change], _Rules, tuple[str, ...]]] = {
    "add_offer": (
        lambda values: AddOffer(**values),
        {"category": _id, **_POINT, "name": _text, "opening_hours": _text},
        ("name", "opening_hours"),
    ),
    "move_offer": (lambda values: MoveOffer(**values), {"offer": _id, **_POINT}, ()),
    "close_offer": (lambda values: CloseOffer(**values), {"offer": _id}, ()),
    "change_hours": (
        lambda values: ChangeHours(**values),
        {"offer": _id, "opening_hours": _text},
        (),
    ),
    "add_people": (
        _make_people,
        {
            "people": _people,
            "dwellings": _people,
            "people_per_dwelling": _per_dwelling,
            "place": _place,
        },
        ("people", "dwellings", "people_per_dwelling"),
    ),
    "close_street": (
        _make_closed,
        {**_POINT, "to_lon": _lon, "to_lat": _lat, "modes": _modes},
        ("to_lon", "to_lat", "modes"),
    ),
    "open_street": (
        _make_opened,
        {
            "line": _line,
            "modes": _modes,
            "name": _text,
            "connect_m": _connect,
            "join_inner": _flag,
            "dead_end": _flag,
        },
        ("name", "connect_m", "join_inner", "dead_end"),
    ),
    **timetable_kinds(an_id=_id, text=_text, point=_POINT),
}
