"""
Places that the asker names: a list of lon and lat, or a file of them (CSV or GeoJSON points).

All faults are told at once, each with the number of its place.
"""

from __future__ import annotations

import csv
import io
import json
import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geo.crs import to_metric
from geo.errors import ParameterError
from geo.network import MAX_LEG_M

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from layers.atlas import Atlas

MOST_PLACES = 500
MAX_BYTES = 1_000_000
MAX_NAME = 200
_MOST_FAULTS = 10  # named one by one


class Place(NamedTuple):
    """A place in degrees, and what the asker calls it."""

    lon: float
    lat: float
    name: str = ""


def check_places(atlas: Atlas, places: Sequence[Place], *, mode: str) -> NDArray[np.float64]:
    """
    Return places in metres of the region's CRS, shape (n, 2).

    Raises
    ------
    ParameterError
        If there are too many, or some are no degrees, lie outside the study area, or lie too far
        from any street of the mode.
    """
    if len(places) > MOST_PLACES:
        raise ParameterError(
            f"`places` holds {len(places):,} places, at most {MOST_PLACES}; leave out the least "
            "likely",
            parameter="places",
        )
    faults = [
        f"{_named(i, place)} has coordinates beyond degrees"
        for i, place in enumerate(places)
        if not (abs(place.lon) <= 180 and abs(place.lat) <= 90)  # NaN included
    ]
    _raise(faults, "lon comes first, in degrees")
    lon, lat = ([place[k] for place in places] for k in (0, 1))
    xy = to_metric(lon, lat, atlas.region.crs)
    outside = atlas.region.locate(np.nan_to_num(xy, posinf=0.0, neginf=0.0)) < 0
    faults = [
        f"{_named(i, places[i])} lies outside the region {atlas.region.name}"
        for i in np.flatnonzero(outside).tolist()
    ]
    _raise(faults, "leave it out, or ask another region; lon comes first")
    placed = atlas.networks[mode].snap(xy).placed
    faults = [
        f"{_named(i, places[i])} lies more than {MAX_LEG_M:g} m from any street for mode {mode!r}"
        for i in np.flatnonzero(~placed).tolist()
    ]
    _raise(faults, "leave it out, or ask another mode")
    return xy


def read_places(path: Path) -> list[Place]:
    """
    Read places from a file.

    Parameters
    ----------
    path
        `.csv` in UTF-8 with the columns `lon` and `lat` and perhaps `name`, by comma or semicolon;
        else GeoJSON of points with perhaps a property `name`.

    Raises
    ------
    ParameterError
        If it is missing, too large, or not so; with the numbers of the rows that are not.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise ParameterError(
                f"`places` {path.name} holds {size:,} bytes, at most {MAX_BYTES:,}",
                parameter="places",
            )
        text = path.read_text("utf-8-sig")
    except OSError as exc:
        raise ParameterError(
            f"`places`: there is no file {path.name} in {path.parent}", parameter="places"
        ) from exc
    except UnicodeDecodeError as exc:
        raise ParameterError(
            f"`places` {path.name} is not in UTF-8 ({exc}); save it so", parameter="places"
        ) from exc
    rows = list(_csv_rows(text) if path.suffix.lower() == ".csv" else _point_rows(text))
    faults: list[str] = []
    places = []
    for number, (lon, lat, name) in enumerate(rows, start=1):
        try:
            place = Place(_degrees(lon), _degrees(lat), str(name or "").strip()[:MAX_NAME])
        except (TypeError, ValueError):
            faults.append(f"place {number} has no readable lon and lat")
        else:
            places.append(place)
    _raise(faults, "give degrees, such as 13.2611 and 53.5573")
    if not places:
        raise ParameterError(
            f"`places` {path.name} holds no place; it needs a CSV with lon and lat, or GeoJSON "
            "points",
            parameter="places",
        )
    return places


def parse_place(text: str) -> Place:
    """
    Read `LON,LAT`.

    Raises
    ------
    ParameterError
        If it is not two numbers.
    """
    try:
        lon, lat = text.split(",")
        return Place(_degrees(lon), _degrees(lat))
    except ValueError as exc:
        raise ParameterError(
            f"`place` {text!r} is not LON,LAT in degrees, such as 13.2611,53.5573",
            parameter="place",
        ) from exc


def _degrees(value: Any) -> float:
    if isinstance(value, bool):
        raise TypeError("a truth value is no degree")
    number = float(value.strip().replace(",", ".") if isinstance(value, str) else value)
    if not math.isfinite(number):
        raise ValueError("not a finite number")
    return number


def _csv_rows(text: str) -> Iterator[tuple[Any, Any, Any]]:
    head = text.split("\n", 1)[0]
    reader = csv.DictReader(
        io.StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ","
    )
    columns = {(name or "").strip().lower(): name for name in reader.fieldnames or ()}
    if not {"lon", "lat"} <= set(columns):
        raise ParameterError(
            f"`places` has the columns {', '.join(columns) or 'none'}; it needs lon and lat",
            parameter="places",
        )
    for row in reader:
        yield row[columns["lon"]], row[columns["lat"]], row.get(columns.get("name", ""), "")


def _point_rows(text: str) -> Iterator[tuple[Any, Any, Any]]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise ParameterError(
            f"`places` is no GeoJSON ({exc}); give GeoJSON points, or a file .csv",
            parameter="places",
        ) from exc
    features = document.get("features", [document]) if isinstance(document, dict) else []
    for feature in features if isinstance(features, list) else []:
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        properties = feature.get("properties") if isinstance(feature, dict) else None
        is_point = isinstance(geometry, dict) and geometry.get("type") == "Point"
        at = geometry.get("coordinates") if is_point and geometry else None
        lon, lat = at[:2] if isinstance(at, list) and len(at) >= 2 else (None, None)
        yield lon, lat, properties.get("name") if isinstance(properties, dict) else ""


def _named(number: int, place: Place) -> str:
    called = f" {place.name!r}" if place.name else ""
    return f"place {number + 1}{called} ({place.lon:g}, {place.lat:g})"


def _raise(faults: Sequence[str], way_out: str) -> None:
    if faults:
        more = len(faults) - _MOST_FAULTS
        rest = [f"and {more} more"] if more > 0 else []
        told = "; ".join([*faults[:_MOST_FAULTS], *rest])
        raise ParameterError(f"`places`: {told}: {way_out}", parameter="places")
