"""
Reads weekly markets as wo-ist-markt.de keeps them: GeoJSON of one city.

Coordinates may be texts, there are no ids, and `location` names a square rather than an address.
The source of the data stands in `metadata`. An id is made of title and location, so that moved pins
and changed hours are still the same market.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from layers.errors import SourceError
from layers.sources.bounded import parse_json
from layers.sources.json_fields import dicts_at, kept, lonlat_at, text_at
from layers.sources.kinds import Guess
from layers.sources.record import Fault, derived_id, shortened
from layers.sources.rows import Row, RowReader

if TYPE_CHECKING:
    from layers.sources.bounded import ReadOptions
    from layers.sources.record import Reading

SOURCE = "weekly_markets"
CATEGORY = "farmers_market"
PROPERTIES = ("title", "location", "opening_hours")  # what every market has
_KEPT = ("opening_hours_unclassified",)


def read_markets(data: bytes, options: ReadOptions) -> Reading:
    """
    Read the markets of a city.

    Raises
    ------
    SourceError
        If it is no FeatureCollection.
    """
    collection = parse_json(data)
    if not isinstance(collection, dict) or not isinstance(collection.get("features"), list):
        raise SourceError("`source` is no GeoJSON of weekly markets")
    reader = RowReader(SOURCE, options)
    rows = []
    features = dicts_at(collection, "features")
    for number, feature in enumerate(features, start=1):
        if isinstance(feature, dict):
            rows.append(_row(number, feature))
        else:
            reader.faults.append(Fault(number, shortened(feature), "is no market"))
    notes = reader.read(rows)
    return reader.reading(
        "weekly-markets",
        len(features),
        notes=notes,
        counts_in="feature",
        attribution=options.attribution or _attribution(collection),
    )


def _row(number: int, feature: Mapping[str, Any]) -> Row:
    properties = feature.get("properties")
    told = properties if isinstance(properties, Mapping) else {}
    geometry = feature.get("geometry")
    pair = geometry.get("coordinates") if isinstance(geometry, Mapping) else None
    values = pair if isinstance(pair, list) else []
    lonlat, cells = lonlat_at(dict(zip(("lon", "lat"), values, strict=False)), ("lon",), ("lat",))
    title, location = text_at(told, "title"), text_at(told, "location")
    cells |= {
        "id": derived_id(title, location),
        "name": title or location,
        "opening_hours": text_at(told, "opening_hours"),
    }
    return Row(
        number, cells, kept(told, *_KEPT), lonlat, text=title, guess=Guess((CATEGORY,)),
        more={"address": location} if location else {},
    )  # fmt: skip


def _attribution(collection: Mapping[str, Any]) -> str:
    metadata = collection.get("metadata")
    source = metadata.get("data_source") if isinstance(metadata, Mapping) else None
    return text_at(source, "title") if isinstance(source, Mapping) else ""
