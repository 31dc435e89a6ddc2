"""
Finds out by its content what a source is, and reads it.

Names and file endings are not trusted: a VRT that calls itself GeoJSON is no GeoJSON. The asker may
say the kind, and is told what a file was taken for.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import ParameterError
from layers.errors import SourceError, nearest_names
from layers.sources.bounded import check_size, head_of, opened_zip, parse_json, read_bytes
from layers.sources.calendar import read_calendar
from layers.sources.columns import ColumnReader
from layers.sources.csv_rows import decode, read_lines, split_lines
from layers.sources.from_offers import MAX_EXTRACT_BYTES, read_extract
from layers.sources.gbfs import read_gbfs
from layers.sources.geojson import is_geojson, read_geojson_offers
from layers.sources.markets import PROPERTIES as MARKET_PROPERTIES
from layers.sources.markets import read_markets
from layers.sources.openfairdb import CSV_COLUMNS, read_openfairdb_csv, read_openfairdb_json
from layers.sources.repair_network import read_workshops
from layers.sources.solidarity_farming import read_solidarity_farming
from layers.sources.table import header_of, read_csv, read_xlsx
from layers.sources.vector import kind_of_vector, read_vector

if TYPE_CHECKING:
    from collections.abc import Callable

    from layers.sources.bounded import ReadOptions, Source
    from layers.sources.record import Reading

_HEAD = 200_000
_READERS: dict[str, Callable[[bytes, ReadOptions], Reading]] = {
    "csv": read_csv,
    "xlsx": read_xlsx,
    "openfairdb-search": read_openfairdb_json,
    "openfairdb-entries": read_openfairdb_json,
    "openfairdb-csv": read_openfairdb_csv,
    "geojson": read_geojson_offers,
    "weekly-markets": read_markets,
    "repair-network": read_workshops,
    "solidarity-farming": read_solidarity_farming,
    "icalendar": read_calendar,
    "gbfs": read_gbfs,
}
_VECTORS = ("geopackage", "shapefile", "geoparquet")
KINDS = (*_READERS, *_VECTORS, "osm-extract")
_XML = re.compile(rb"\s*(\xef\xbb\xbf)?\s*<(\?xml|!DOCTYPE|[A-Za-z])")


def read_source(source: Source, *, kind: str | None = None, options: ReadOptions) -> Reading:
    """
    Read a file, whatever it is.

    Parameters
    ----------
    source
        Path or bytes; an OpenStreetMap extract is read by its path only.
    kind
        One of `KINDS`; None: found out by content.
    options
        For the reader.

    Returns
    -------
    reading
        Its `kind` says what the file was taken for.

    Raises
    ------
    ParameterError
        If the kind, or an option, is not known.
    SourceError
        If it is nothing that can be read, or is refused; with the way out.
    """
    if kind is not None and kind not in KINDS:
        near = nearest_names(kind, KINDS)
        raise ParameterError(
            f"`kind` {kind!r} is not known; "
            f"{'did you mean ' + ' or '.join(near) if near else 'known are ' + ', '.join(KINDS)}",
            parameter="kind",
        )
    if isinstance(source, Path):
        check_size(source, max_bytes=max(options.max_bytes, MAX_EXTRACT_BYTES))
    taken = kind or kind_of(source, options)
    if taken == "osm-extract":
        if not isinstance(source, Path):
            raise SourceError("`source` is an OpenStreetMap extract; give it as a file")
        return read_extract(source, options)
    if taken in _VECTORS:
        return read_vector(source, taken, options)
    return _READERS[taken](read_bytes(source, max_bytes=options.max_bytes), options)


def kind_of(source: Source, options: ReadOptions) -> str:
    """
    Return which of `KINDS` a file is, by what it holds.

    Raises
    ------
    SourceError
        If it is none, with what it looks like.
    """
    head = head_of(source, length=_HEAD)
    if not head.strip():
        raise SourceError("`source` is empty")
    if b"OSMHeader" in head[:64]:
        return "osm-extract"
    if vector := kind_of_vector(source):
        return vector
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_zip(read_bytes(source, max_bytes=options.max_bytes))
    if _XML.match(head):
        raise SourceError(
            "`source` is XML or HTML, which is not read; export the list as CSV, Excel or GeoJSON"
        )
    if head.startswith((b"SQLite format 3", b"%PDF", b"\xd0\xcf\x11\xe0", b"\x1f\x8b")):
        raise SourceError(
            "`source` is a database, PDF, old Excel file (.xls) or packed file, which is not read; "
            "save it as .xlsx or CSV"
        )
    if b"BEGIN:VCALENDAR" in head[:1000].upper():
        return "icalendar"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n\xff\xfe\x00")[:1]
    if start in (b"{", b"["):
        return _kind_of_json(parse_json(read_bytes(source, max_bytes=options.max_bytes)))
    return _kind_of_text(head, options)


def _kind_of_zip(data: bytes) -> str:
    with opened_zip(data) as archive:
        names = [name.lower() for name in archive.namelist()]
    if "xl/workbook.xml" in names:
        return "xlsx"
    if any(name.endswith(".shp") for name in names):
        return "shapefile"
    raise SourceError(
        "`source` is an archive with neither an Excel workbook nor a Shapefile; unpack it"
    )


def _kind_of_json(value: Any) -> str:
    if is_geojson(value):
        return _kind_of_features(value)
    if isinstance(value, dict):
        if "visible" in value:
            return "openfairdb-search"
        if "workshops" in value:
            return "repair-network"
        if "farms" in value or "depots" in value:
            return "solidarity-farming"
        inner = value.get("data")
        if "station_information" in value or (isinstance(inner, dict) and "stations" in inner):
            return "gbfs"
        raise SourceError(
            f"`source` is JSON of no form that is known (it has {', '.join(list(value)[:6])})"
        )
    first = value[0] if isinstance(value, list) and value else None
    if not isinstance(first, dict):
        raise SourceError("`source` is JSON without entries")
    if "postalCode" in first or "landingPage" in first:
        return "repair-network"
    if {"title", "lat", "lng"} <= first.keys():
        return "openfairdb-entries"
    raise SourceError(f"`source` lists entries of no form that is known ({', '.join(first)[:100]})")


def _kind_of_features(collection: dict[str, Any]) -> str:
    features = collection.get("features")
    first = features[0] if isinstance(features, list) and features else None
    properties = first.get("properties") if isinstance(first, dict) else None
    if not isinstance(properties, dict):
        return "geojson"
    if properties.keys() >= set(MARKET_PROPERTIES):
        return "weekly-markets"
    if str(properties.get("type", "")).lower() in ("farm", "depot", "initiative"):
        return "solidarity-farming"
    return "geojson"


def _kind_of_text(head: bytes, options: ReadOptions) -> str:
    # The last line may be cut inside a character
    whole = head if len(head) < _HEAD else head[: head.rfind(b"\n") + 1] or head
    text, _ = decode(whole)
    line = next(read_lines(split_lines(text)[:1], ","), None)
    cells = {cell.strip() for cell in line.cells} if line is not None else set()
    if len(cells & set(CSV_COLUMNS)) >= len(CSV_COLUMNS) - 5:
        return "openfairdb-csv"
    if header_of(text, ColumnReader(options.taxonomy, options.columns)) or options.columns:
        return "csv"
    raise SourceError(
        "`source` is nothing that is known; readable are CSV and Excel lists, GeoJSON, GeoPackage, "
        "zipped Shapefiles, GeoParquet, calendars, OpenStreetMap extracts and answers of Karte von "
        "morgen. A list needs a header with names such as name, category, lon, lat or address"
    )
