"""
Reads stations of shared vehicles: GBFS `station_information`, with `station_status` where given.

Both versions in use (2 and 3) are understood. A station is an offer with its places as capacity;
how many vehicles stand there now is of the moment and kept beside it. A station that is not
installed is no offer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from layers.errors import SourceError
from layers.sources.bounded import parse_json
from layers.sources.json_fields import dicts_at, kept, lonlat_at, text_at
from layers.sources.kinds import Guess
from layers.sources.numbers import date_of, date_of_unix
from layers.sources.record import Fault, shortened
from layers.sources.rows import Row, RowReader

if TYPE_CHECKING:
    from datetime import date

    from layers.sources.bounded import ReadOptions
    from layers.sources.record import Reading

SOURCE = "gbfs"
CATEGORY = "bike_sharing"  # where the asker does not say `category`, as for cars
_AVAILABLE = ("num_vehicles_available", "num_bikes_available")


def read_gbfs(data: bytes, options: ReadOptions, *, status: bytes | None = None) -> Reading:
    """
    Read stations.

    Parameters
    ----------
    data
        `station_information`; or an object with both files under their names.
    options
        `category` tells what is shared; bicycles by default.
    status
        `station_status` of the same system.

    Raises
    ------
    SourceError
        If there is no list of stations with places.
    """
    file = parse_json(data)
    told = parse_json(status) if status is not None else None
    if isinstance(file, dict) and "station_information" in file:
        file, told = file["station_information"], told or file.get("station_status")
    stations = _stations(file)
    if not any(isinstance(s, dict) and "lat" in s for s in stations):
        raise SourceError(
            "`source` lists no stations with places; give GBFS station_information, "
            "and station_status beside it"
        )
    by_id = {text_at(s, "station_id"): s for s in _stations(told) if isinstance(s, dict)}
    reader = RowReader(SOURCE, options)
    skipped: Counter[str] = Counter()
    rows = []
    for number, station in enumerate(stations, start=1):
        if not isinstance(station, dict):
            reader.faults.append(Fault(number, shortened(station), "is no station"))
            continue
        now = by_id.get(text_at(station, "station_id"), {})
        if now.get("is_installed") is False or now.get("is_installed") == 0:
            skipped["not installed"] += 1
            continue
        rows.append(_row(number, station, now, options.category or CATEGORY))
    notes = reader.read(rows)
    return reader.reading(
        "gbfs",
        len(stations),
        notes=notes,
        counts_in="entry",
        skipped=dict(skipped),
        as_of=options.as_of or _day(file),
    )


def _stations(file: Any) -> list[Any]:
    data = file.get("data") if isinstance(file, Mapping) else None
    return dicts_at(data, "stations") if isinstance(data, Mapping) else []


def _day(file: Mapping[str, Any]) -> date | None:
    updated = file.get("last_updated")
    return date_of(updated) if isinstance(updated, str) else date_of_unix(updated)


def _row(number: int, station: Mapping[str, Any], now: Mapping[str, Any], category: str) -> Row:
    lonlat, cells = lonlat_at(station, ("lon",), ("lat",))
    uris = station.get("rental_uris")
    cells |= {
        "id": text_at(station, "station_id"),
        "name": text_at(station, "name"),
        "address": text_at(station, "address"),
        "postcode": text_at(station, "post_code"),
        "capacity": text_at(station, "capacity"),
        "opening_hours": text_at(station, "station_opening_hours"),
        "website": text_at(uris, "web") if isinstance(uris, Mapping) else "",
    }
    raw = kept(station, "short_name", "region_id", "rental_methods", "is_virtual_station")
    if (available := next((now[k] for k in _AVAILABLE if k in now), None)) is not None:
        raw |= {"available": available, **kept(now, "last_reported", "is_renting")}
    return Row(number, cells, raw, lonlat, text=cells["name"], guess=Guess((category,)))
