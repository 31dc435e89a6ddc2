"""
Makes a reading of map features: properties and a place each, from GeoJSON and GIS files alike.

Properties are columns of a table. Features that carry OpenStreetMap's own tags are read as its
objects. Of a line or an area a point in it is taken.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from layers.errors import SourceError
from layers.sources.columns import ColumnReader
from layers.sources.from_offers import read_osm_features
from layers.sources.places import place
from layers.sources.rows import Row, RowReader

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from layers.sources.bounded import ReadOptions
    from layers.sources.places import Pair
    from layers.sources.record import Reading

SOURCE = "features"
_LIST_MARK = ";"


@dataclass(frozen=True, slots=True)
class MapFeature:
    """
    One feature.

    `pair` is x before y in the file's CRS, None with a `reason` where there is no place.
    """

    id: str
    properties: Mapping[str, Any]
    pair: Pair | None
    reason: str = ""


def read_features(
    kind: str,
    features: Sequence[MapFeature],
    options: ReadOptions,
    *,
    crs: str | None,
    notes: tuple[str, ...] = (),
    attribution: str = "",
) -> Reading:
    """
    Make records of features.

    Parameters
    ----------
    kind
        Of the reading.
    features
        In the order of the file.
    options
        Its `crs` counts before the file's.
    crs
        As the file says, None where it does not.
    notes
        What was noted before.
    attribution
        As the file says.

    Raises
    ------
    SourceError
        If there are too many.
    ParameterError
        If `options.columns` names a property that is not there.
    """
    if len(features) > options.max_rows:
        raise SourceError(f"`source` has more than {options.max_rows:,} features; split it")
    options = replace(options, crs=options.crs or crs)
    if _is_osm(features, options):
        return _as_osm(features, options, notes)
    names = list(dict.fromkeys(name for f in features for name in f.properties))
    columns = ColumnReader(options.taxonomy, options.columns).read(names)
    by_name = {columns.names[i]: target for i, target in columns.fields.items()}
    left_out = {columns.names[i] for i in columns.left_out}
    reader = RowReader(SOURCE, options)
    rows = [_row(line, f, by_name, left_out) for line, f in enumerate(features, start=1)]
    notes += columns.notes + reader.read(rows)
    return reader.reading(
        kind,
        len(features),
        notes=notes,
        counts_in="feature",
        attribution=options.attribution or attribution,
    )


def text_of(value: object) -> str:
    """Return a property as the text of a cell: lists with `;` between, booleans as yes and no."""
    if value is None or isinstance(value, dict):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, list | tuple):
        return _LIST_MARK.join(filter(None, map(text_of, value)))
    return str(value).strip()


def _row(line: int, feature: MapFeature, by_name: Mapping[str, str], left_out: set[str]) -> Row:
    cells: dict[str, str] = {}
    raw: dict[str, Any] = {}
    for name, value in feature.properties.items():
        key = " ".join(name.split())
        if target := by_name.get(key):
            text = text_of(value)
            keep_lines = target == "description"
            cells[target] = text if keep_lines else " ".join(text.split())
        elif key not in left_out and value not in (None, "", [], {}):
            raw[name] = value
    if feature.id:
        cells.setdefault("id", feature.id)
    return Row(line, cells, raw, feature.pair, reason=feature.reason, text=cells.get("name", ""))


def _is_osm(features: Sequence[MapFeature], options: ReadOptions) -> bool:
    """Tell whether most features carry a tag that makes a place of an object."""
    keys = set(options.taxonomy.rules.place_keys) - {"building"}
    tagged = sum(bool(keys & feature.properties.keys()) for feature in features)
    return not options.columns and not options.category and 2 * tagged > len(features) > 0


def _as_osm(
    features: Sequence[MapFeature], options: ReadOptions, notes: tuple[str, ...]
) -> Reading:
    if options.as_of is None:
        raise SourceError(
            "`source` holds objects of OpenStreetMap and does not say of when; give `as_of`"
        )
    placed = place([f.pair for f in features], bounds=options.bounds, crs=options.crs)
    reasons = [f.reason or r for f, r in zip(features, placed.reason, strict=True)]
    ids = [f.id or str(f.properties.get("@id", "")) for f in features]
    tags = [{k: text_of(v) for k, v in f.properties.items() if k != "@id"} for f in features]
    reading = read_osm_features(ids, tags, placed.lonlat, reasons, options, as_of=options.as_of)
    return replace(reading, notes=notes + placed.notes)
