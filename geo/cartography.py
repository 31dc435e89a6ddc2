"""
Chooses what of an extract is drawn on the base map, and as what kind.

A map layer is a table of shapes with a `kind`, a name where it helps reading, and the lowest zoom
at which it is worth its bytes. Kinds are few: the style (`server/static/basemap.js`) has one look
for each. Small areas come after large ones, so that a painter who keeps the order hides nothing.
Streets of one kind and name are joined into long lines, which carry better labels.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import osmium
import osmium.filter
import shapely

from geo.coast import sea_polygons
from geo.errors import ExtractError
from geo.osm import read_areas, read_places

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

Tags = dict[str, str]
Bounds = tuple[float, float, float, float]

MAX_ZOOM = 15

# OpenStreetMap tag → kind; the first match counts
AREA_KINDS: dict[str, dict[str, str]] = {
    "natural": {
        "water": "water", "wood": "wood", "scrub": "scrub", "heath": "scrub", "fell": "scrub",
        "grassland": "grass", "wetland": "wetland", "beach": "sand", "sand": "sand",
        "bare_rock": "rock", "scree": "rock", "shingle": "rock", "glacier": "ice",
    },
    "waterway": {"riverbank": "water", "dock": "water"},
    "landuse": {
        "reservoir": "water", "basin": "water", "pond": "water", "forest": "wood", "grass": "grass",
        "meadow": "grass", "village_green": "park", "recreation_ground": "park",
        "allotments": "allotments", "cemetery": "cemetery", "farmland": "farmland",
        "farmyard": "farmyard", "orchard": "orchard", "vineyard": "orchard",
        "residential": "residential", "commercial": "commercial", "retail": "commercial",
        "industrial": "industrial", "railway": "industrial", "garages": "industrial",
        "quarry": "quarry", "landfill": "quarry", "construction": "quarry", "brownfield": "quarry",
        "military": "military", "plaza": "square",
    },
    "leisure": {
        "park": "park", "garden": "park", "golf_course": "park", "pitch": "pitch",
        "track": "pitch", "stadium": "sports", "sports_centre": "sports", "water_park": "sports",
        "playground": "playground", "swimming_pool": "water",
    },
    "amenity": {
        "school": "institution", "kindergarten": "institution", "college": "institution",
        "university": "institution", "hospital": "institution", "grave_yard": "cemetery",
        "parking": "parking", "marketplace": "square",
    },
    "aeroway": {
        "aerodrome": "airfield", "runway": "runway", "taxiway": "runway", "apron": "runway",
    },
    "place": {"square": "square"},
}  # fmt: skip
ROAD_KINDS = {
    "motorway": "motorway", "trunk": "trunk", "primary": "primary", "secondary": "secondary",
    "tertiary": "tertiary", "unclassified": "minor", "residential": "minor", "road": "minor",
    "living_street": "minor", "pedestrian": "pedestrian", "service": "service", "track": "track",
    "cycleway": "cycleway", "footway": "path", "path": "path", "bridleway": "path",
    "steps": "steps", "trail": "path",
}  # fmt: skip
_MAJOR = ("motorway", "trunk", "primary", "secondary", "tertiary")
_STREETS = ("minor", "pedestrian")
# Rivers carry their names along their lines
_NAMED = ("water", "wood", "park", "cemetery")
_WATERWAYS = {"river": "river", "canal": "river", "stream": "stream", "drain": "stream",
              "ditch": "stream"}  # fmt: skip
_RAILWAYS = {"rail": "rail", "light_rail": "rail", "narrow_gauge": "rail", "tram": "tram",
             "funicular": "rail"}  # fmt: skip
_LINE_KEYS = ("highway", "railway", "waterway", "boundary", "natural")
_LINE_TAGS = ("highway", "railway", "waterway", "boundary", "natural", "name", "ref", "bridge",
              "tunnel", "area", "admin_level", "service", "indoor")  # fmt: skip
PLACE_RANK = {"city": 1, "town": 2, "village": 3, "suburb": 4, "quarter": 5, "neighbourhood": 6,
              "hamlet": 6, "isolated_dwelling": 7, "locality": 7, "square": 7}  # fmt: skip
_PLACE_ZOOM = {"city": 6, "town": 8, "village": 11, "suburb": 12, "quarter": 12,
               "neighbourhood": 13, "hamlet": 12, "isolated_dwelling": 13, "locality": 14,
               "square": 16}  # fmt: skip
# Below these areas a lake or park has no label at that zoom, in m²
_LABEL_AREAS_M2 = ((10, 2e6), (11, 5e5), (12, 1.2e5), (13, 3e4), (14, 8e3), (15, 0.0))


@dataclass
class MapLayer:
    """
    Shapes of one theme.

    `geometry` are shapes in lon/lat; `fields` has one list of values for each name, as long as
    `geometry`; `None` is no value. Drawn from `min_zoom` on.
    """

    name: str
    min_zoom: int
    geometry: list[Any] = field(default_factory=list)
    fields: dict[str, list[str | int | None]] = field(default_factory=lambda: defaultdict(list))

    def add(self, geometry: Any, **values: str | int | None) -> None:
        """Append one shape."""
        self.geometry.append(geometry)
        for name, value in values.items():
            self.fields[name].append(value)


@dataclass(frozen=True)
class _Lines:
    """Ways as they are in the file: cut where nodes are missing."""

    tags: list[Tags]
    geometry: NDArray[np.object_]


def map_layers(path: Path, *, bounds: Bounds) -> list[MapLayer]:
    """
    Read what is drawn of an extract, in drawing order.

    Parameters
    ----------
    path
        The extract.
    bounds
        West, south, east, north in degrees; shapes are cut there.

    Returns
    -------
    layers
        `land`, `water`, `waterways`, `buildings`, `paths`, `streets`, `roads`, `railways`,
        `boundaries`, `places`, `names`; some may be empty.

    Raises
    ------
    ExtractError
        If the file cannot be read.
    """
    lines = _read_lines(path)
    land, water, buildings, names = _area_layers(path, bounds)
    for sea in sea_polygons([line for line, _ in _of(lines, natural="coastline")], bounds):
        water.add(sea, kind="sea")
    layers = [land, water, *_line_layers(lines), buildings]
    order = ["land", "water", "waterways", "buildings", "paths", "streets", "roads", "railways",
             "boundaries", "places", "names"]  # fmt: skip
    layers += [_place_layer(path), names]
    return [cut_layer(layer, bounds) for layer in sorted(layers, key=lambda x: order.index(x.name))]


def _area_layers(path: Path, bounds: Bounds) -> tuple[MapLayer, MapLayer, MapLayer, MapLayer]:
    land, water = MapLayer("land", 8), MapLayer("water", 6)
    buildings, names = MapLayer("buildings", 13), MapLayer("names", 10)
    areas = read_areas(path, keys=("building", *AREA_KINDS), keep=_is_drawn)
    size_m2 = _areas_m2(areas.geometry)
    for i in np.argsort(-size_m2, kind="stable"):
        tags, geometry = areas.tags[i], areas.geometry[i]
        if tags.get("building", "no") != "no":
            buildings.add(geometry, kind="building")
            continue
        kind = area_kind(tags)
        if kind is None:
            continue
        (water if kind == "water" else land).add(geometry, kind=kind)
        if "name" in tags and kind in _NAMED and not _is_river(tags):
            names.add(_label_point(geometry, bounds), kind=kind, min_zoom=_label_zoom(size_m2[i]),
                      **_names(tags))  # fmt: skip
    return land, water, buildings, names


def _is_river(tags: Mapping[str, str]) -> bool:
    return tags.get("waterway") == "riverbank" or tags.get("water") in ("river", "canal", "stream")


def _is_drawn(tags: Mapping[str, str]) -> bool:
    return tags.get("building", "no") != "no" or area_kind(tags) is not None


def area_kind(tags: Mapping[str, str]) -> str | None:
    """Return as what an area is drawn, None for not at all."""
    for key, kinds in AREA_KINDS.items():
        if (kind := kinds.get(tags.get(key, ""))) is not None:
            return kind
    return None


def _areas_m2(geometry: NDArray[np.object_]) -> NDArray[np.float64]:
    """Areas for ordering: degrees times a local scale is good enough for that."""
    bounds = shapely.bounds(geometry).reshape(-1, 4)
    scale = 111_320.0**2 * np.cos(np.radians(bounds[:, [1, 3]].mean(axis=1)))
    return np.asarray(shapely.area(geometry) * scale, float)


def _label_point(geometry: Any, bounds: Bounds) -> Any:
    """Return where a name is written: well inside the part that the map shows."""
    visible = shapely.intersection(geometry, shapely.box(*bounds))
    parts = [p for p in shapely.get_parts(visible) if shapely.area(p) > 0]
    if not parts:
        return shapely.point_on_surface(geometry)
    largest = max(parts, key=shapely.area)
    circle = shapely.maximum_inscribed_circle(largest, tolerance=largest.length / 200)
    return shapely.get_point(circle, 0)


def _label_zoom(area_m2: float) -> int:
    return next(zoom for zoom, least in _LABEL_AREAS_M2 if area_m2 >= least)


def _names(tags: Mapping[str, str]) -> dict[str, str | int | None]:
    """Return the local name, and the German and English ones where they differ."""
    name = tags["name"]
    translated = {f"name_{lang}": tags.get(f"name:{lang}") for lang in ("de", "en")}
    return {"name": name, **{k: v if v != name else None for k, v in translated.items()}}


def _place_layer(path: Path) -> MapLayer:
    layer = MapLayer("places", 6)
    places = read_places(path)
    rows = [i for i, tags in enumerate(places.tags) if tags["place"] in PLACE_RANK]

    def order(i: int) -> tuple[int, int]:
        tags = places.tags[i]
        return PLACE_RANK[tags["place"]], -_population(tags)

    for i in sorted(rows, key=order):
        tags = places.tags[i]
        kind = tags["place"]
        rank = PLACE_RANK[kind]
        if kind in ("city", "town") and _population(tags) >= 50_000:
            rank = 1
        layer.add(shapely.Point(places.lon[i], places.lat[i]), kind=kind, rank=rank,
                  min_zoom=_PLACE_ZOOM[kind], **_names(tags))  # fmt: skip
    return layer


def _population(tags: Mapping[str, str]) -> int:
    digits = "".join(c for c in tags.get("population", "").split(";")[0] if c.isdigit())
    return int(digits or 0)


def _line_layers(lines: _Lines) -> Iterable[MapLayer]:
    yield _road_layer("roads", 6, lines, _MAJOR)
    yield _road_layer("streets", 11, lines, _STREETS)
    yield _road_layer("paths", 13, lines, ("service", "track", "cycleway", "path", "steps"))
    rails = MapLayer("railways", 9)
    for geometry, tags in _of(lines, railway=tuple(_RAILWAYS)):
        yard = "service" in tags
        rails.add(geometry, kind="yard" if yard else _RAILWAYS[tags["railway"]],
                  tunnel=_yes(tags, "tunnel"))  # fmt: skip
    yield rails
    waterways = MapLayer("waterways", 9)
    for geometry, tags in _of(lines, waterway=tuple(_WATERWAYS)):
        waterways.add(geometry, kind=_WATERWAYS[tags["waterway"]], name=tags.get("name"),
                      tunnel=_yes(tags, "tunnel"))  # fmt: skip
    yield _joined(waterways)
    boundaries = MapLayer("boundaries", 6)
    for geometry, tags in _of(lines, boundary="administrative"):
        level = tags.get("admin_level", "")
        if level.isdigit() and int(level) <= 8:
            boundaries.add(geometry, level=int(level))
    yield _joined(boundaries)


def _road_layer(name: str, min_zoom: int, lines: _Lines, kinds: tuple[str, ...]) -> MapLayer:
    layer = MapLayer(name, min_zoom)
    for geometry, tags in zip(lines.geometry, lines.tags, strict=True):
        highway = tags.get("highway", "")
        kind = ROAD_KINDS.get(highway.removesuffix("_link"))
        if kind not in kinds or tags.get("area") == "yes" or tags.get("indoor") == "yes":
            continue
        if _yes(tags, "tunnel") and name == "paths":  # underground passages confuse more than help
            continue
        layer.add(geometry, kind=kind, name=None if name == "paths" else tags.get("name"),
                  ref=tags.get("ref") if name == "roads" else None,
                  link=int(highway.endswith("_link")) or None, tunnel=_yes(tags, "tunnel"),
                  bridge=_yes(tags, "bridge"))  # fmt: skip
    joined = _joined(layer)
    # important ones last, so that they lie on top
    rank = {kind: i for i, kind in enumerate(kinds)}
    rows = sorted(range(len(joined.geometry)), key=lambda i: -rank[str(joined.fields["kind"][i])])
    return _rows(joined, rows)


def _yes(tags: Mapping[str, str], key: str) -> int | None:
    return 1 if tags.get(key, "no") != "no" else None


def _joined(layer: MapLayer) -> MapLayer:
    """Join the lines that agree in every field."""
    groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for i, values in enumerate(zip(*layer.fields.values(), strict=True)):
        groups[values].append(i)
    joined = MapLayer(layer.name, layer.min_zoom)
    for values, rows in groups.items():
        merged = shapely.line_merge(shapely.multilinestrings([layer.geometry[i] for i in rows]))
        for part in shapely.get_parts(merged):
            joined.add(part, **dict(zip(layer.fields, values, strict=True)))
    return joined


def _rows(layer: MapLayer, rows: Iterable[int]) -> MapLayer:
    chosen = list(rows)
    fields = {name: [values[i] for i in chosen] for name, values in layer.fields.items()}
    return MapLayer(
        layer.name, layer.min_zoom, [layer.geometry[i] for i in chosen], defaultdict(list, fields)
    )


def cut_layer(layer: MapLayer, bounds: Bounds) -> MapLayer:
    """Cut a layer's shapes at the bounds; those outside go, areas stay areas."""
    box = shapely.box(*bounds)
    geometry = np.array(layer.geometry, object)
    crossing = shapely.intersects(geometry, box) & ~shapely.covered_by(geometry, box)
    geometry[crossing] = shapely.intersection(geometry[crossing], box)
    mixed = shapely.get_type_id(geometry) == shapely.GeometryType.GEOMETRYCOLLECTION
    geometry[mixed] = [_main_part(shape) for shape in geometry[mixed]]
    kept = _rows(layer, np.flatnonzero(shapely.intersects(geometry, box)))
    kept.geometry = list(geometry[shapely.intersects(geometry, box)])
    return kept


def _main_part(collection: Any) -> Any:
    """Drop the points and lines that a mended or cut polygon leaves behind."""
    parts = shapely.get_parts(collection)
    dimensions = shapely.get_dimensions(parts)
    return shapely.union_all(parts[dimensions == dimensions.max(initial=-1)])


def _of(lines: _Lines, **wanted: str | tuple[str, ...]) -> list[tuple[Any, Tags]]:
    ((key, values),) = wanted.items()
    allowed = (values,) if isinstance(values, str) else values
    return [
        (geometry, tags)
        for geometry, tags in zip(lines.geometry, lines.tags, strict=True)
        if tags.get(key) in allowed
    ]


def _read_lines(path: Path) -> _Lines:
    """Read the ways that are drawn as lines, in one pass."""
    processor: Any = osmium.FileProcessor(str(path)).with_locations()
    processor.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
    processor.with_filter(osmium.filter.KeyFilter(*_LINE_KEYS))
    tags: list[Tags] = []
    part_tags: list[int] = []
    points: list[tuple[float, float]] = []
    starts = [0]
    try:
        for way in processor:
            tags.append({k: v for k in _LINE_TAGS if (v := way.tags.get(k)) is not None})
            run: list[tuple[float, float]] = []
            for node in (*way.nodes, None):
                if node is not None and node.location.valid():
                    run.append((node.location.lon, node.location.lat))
                    continue
                if len(run) > 1:
                    part_tags.append(len(tags) - 1)
                    points.extend(run)
                    starts.append(len(points))
                run = []
    except RuntimeError as exc:
        raise ExtractError(
            f"`extract` {path.name} cannot be read as OpenStreetMap data ({exc}); "
            "it may be truncated: fetch it again and compare its checksum",
            path=str(path),
        ) from exc
    index = np.repeat(np.arange(len(part_tags)), np.diff(starts))
    geometry = (
        shapely.linestrings(np.array(points), indices=index) if points else np.array([], object)
    )
    return _Lines([tags[i] for i in part_tags], np.asarray(geometry, object))
