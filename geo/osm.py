"""
Reads an OpenStreetMap extract (`.osm.pbf`) into plain tables.

Each reader is one filtered pass over the file in compiled code; only objects that carry a wanted
key ever reach Python, so memory grows with what is kept (and by 16 bytes for each node of the file
while locations are looked up). All coordinates are lon, lat in degrees; the callers project them.
What the file lacks (nodes of a way that were clipped away) is kept as a fact: the ends of streets
at the data's edge.

Tags repeat: a table holds each distinct set of tags once (`tag_sets`) and an index per row.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import osmium
import osmium.filter
import osmium.geom
import shapely

from geo.errors import ExtractError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

Tags = dict[str, str]

# The keys that decide who may use a street, how fast, and in which direction
STREET_KEYS = (
    "highway", "route", "railway", "public_transport", "man_made", "area", "access", "foot",
    "bicycle", "vehicle", "motor_vehicle", "motorcar", "oneway", "oneway:bicycle", "oneway:foot",
    "cycleway", "cycleway:left", "cycleway:right", "cycleway:both", "sidewalk", "junction",
    "maxspeed", "surface", "smoothness", "tracktype", "wheelchair", "incline", "kerb", "width",
    "ramp", "ramp:wheelchair", "sac_scale", "service", "duration", "indoor", "level", "segregated",
    "construction", "motorroad", "bridge", "tunnel", "lanes", "conveying", "trail_visibility",
)  # fmt: skip
BARRIER_KEYS = (
    "barrier", "access", "foot", "bicycle", "vehicle", "motor_vehicle", "motorcar", "wheelchair",
    "kerb", "maxwidth", "width", "locked", "bollard", "opening", "highway",
)  # fmt: skip
_WAYS_THAT_CARRY_PEOPLE = ("highway", "route", "railway", "public_transport", "man_made")
_CARRIES_PEOPLE = {
    "route": {"ferry"},
    "railway": {"platform"},
    "public_transport": {"platform"},
    "man_made": {"pier"},
}


@dataclass(frozen=True)
class Streets:
    """
    The ways that people may travel on, before any mode has looked at them.

    A way whose nodes are partly missing appears as several rows with the same `way_id`. Squares
    mapped as areas are closed rings with `area=yes` in their tags; those that come from a relation
    have the negative id of the relation, one row for each ring.

    Attributes
    ----------
    way_id
        Shape (w,).
    tag_set
        Shape (w,): index into `tag_sets`.
    node_start
        Shape (w + 1,): way i has the nodes `node_start[i]` to `node_start[i + 1] - 1`.
    node_id, lon, lat
        Shape (r,): the nodes of the ways, one after the other.
    cut_node_id
        Nodes at which a way goes on outside the file.
    barrier_node_id, barrier_tag_set
        Nodes that carry a barrier, an access tag or a kerb, and their index into `tag_sets`.
    """

    way_id: NDArray[np.int64]
    tag_set: NDArray[np.int32]
    node_start: NDArray[np.int64]
    node_id: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    cut_node_id: NDArray[np.int64]
    barrier_node_id: NDArray[np.int64]
    barrier_tag_set: NDArray[np.int32]
    tag_sets: list[Tags]


@dataclass(frozen=True)
class Areas:
    """
    Closed ways and multipolygon relations.

    `area_id` is `w…` or `r…` and the OSM id; `tags` has one dict a row; `geometry` is shape (n,) of
    valid polygons or multipolygons in degrees. `broken` counts those whose rings do not close.
    """

    area_id: list[str]
    tags: list[Tags]
    geometry: NDArray[np.object_]
    broken: int = 0


@dataclass(frozen=True)
class Features:
    """
    Points and areas of interest.

    `feature_id` is `n…`, `w…` or `r…` and the OSM id; `tags` has one dict a row; `lon`, `lat` are a
    point inside it; `area` is the polygon in degrees, None for a node.
    """

    feature_id: list[str]
    tags: list[Tags]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    area: NDArray[np.object_]


@dataclass(frozen=True)
class ExtractInfo:
    """
    What the file says of itself.

    `bounds` is west, south, east, north in degrees; `as_of` is the date of its data, None where the
    header does not tell; `sha256` is its checksum.
    """

    path: Path
    bounds: tuple[float, float, float, float]
    as_of: date | None
    sha256: str


class _TagSets:
    """Each distinct set of tags once."""

    def __init__(self) -> None:
        self.sets: list[Tags] = []
        self._index: dict[tuple[tuple[str, str], ...], int] = {}

    def add(self, tags: Tags) -> int:
        key = tuple(tags.items())
        if (index := self._index.get(key)) is None:
            index = self._index[key] = len(self.sets)
            self.sets.append(tags)
        return index


@dataclass
class _StreetBuffer:
    """Grows while reading, then becomes `Streets`."""

    way_id: list[int] = field(default_factory=list)
    tag_set: list[int] = field(default_factory=list)
    node_start: list[int] = field(default_factory=lambda: [0])
    node_id: list[int] = field(default_factory=list)
    lon: list[float] = field(default_factory=list)
    lat: list[float] = field(default_factory=list)
    cut: set[int] = field(default_factory=set)

    def add(self, way_id: int, tag_set: int, nodes: osmium.osm.NodeRefList) -> None:
        """Append a way, split where nodes are missing."""
        run: list[tuple[int, float, float]] = []
        missing_before = False
        for node in nodes:
            location = node.location
            if location.valid():
                if missing_before and not run:
                    self.cut.add(node.ref)
                run.append((node.ref, location.lon, location.lat))
                continue
            if run:
                self.cut.add(run[-1][0])
                self._add_run(way_id, tag_set, run)
                run = []
            missing_before = True
        self._add_run(way_id, tag_set, run)

    def _add_run(self, way_id: int, tag_set: int, run: list[tuple[int, float, float]]) -> None:
        if len(run) < 2:
            return
        ids, lon, lat = zip(*run, strict=True)
        self.way_id.append(way_id)
        self.tag_set.append(tag_set)
        self.node_id.extend(ids)
        self.lon.extend(lon)
        self.lat.extend(lat)
        self.node_start.append(len(self.node_id))


def extract_info(path: Path) -> ExtractInfo:
    """
    Read the extract's box, date and checksum.

    The box is the header's; a file without one is measured by its nodes.

    Raises
    ------
    ExtractError
        If the file does not exist, is no PBF, is truncated, or holds no node.
    """
    _check_is_pbf(path)
    with _reading(path), osmium.io.Reader(str(path), osmium.osm.NOTHING) as reader:
        header = reader.header()
        box, stamp = header.box(), header.get("osmosis_replication_timestamp")
    if box.valid():
        bounds = (box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat)
    else:
        bounds = _bounds_of_nodes(path)
    as_of = datetime.fromisoformat(stamp).date() if stamp else None
    return ExtractInfo(path, bounds, as_of, sha256_of(path))


def _bounds_of_nodes(path: Path) -> tuple[float, float, float, float]:
    west, south, east, north = np.inf, np.inf, -np.inf, -np.inf
    for node in _objects(path, osmium.osm.NODE):
        lon, lat = node.location.lon_without_check(), node.location.lat_without_check()
        west, east = min(west, lon), max(east, lon)
        south, north = min(south, lat), max(north, lat)
    if west > east:
        raise ExtractError(
            f"`extract` {path.name} holds no nodes; use an extract with nodes and ways",
            path=str(path),
        )
    return (west, south, east, north)


def read_streets(path: Path) -> Streets:
    """
    Read the ways that people travel on, and the barriers on them.

    Kept are `highway` ways, ferries, platforms and piers, with the tags in `STREET_KEYS`.

    Raises
    ------
    ExtractError
        If the file cannot be read.
    """
    tag_sets, buffer = _TagSets(), _StreetBuffer()
    for way in _objects(path, osmium.osm.WAY, keys=_WAYS_THAT_CARRY_PEOPLE, with_locations=True):
        tags = _pick(way.tags, STREET_KEYS)
        if _carries_people(tags):
            buffer.add(way.id, tag_sets.add(tags), way.nodes)
    _read_square_relations(path, tag_sets, buffer)
    barrier_id: list[int] = []
    barrier_tags: list[int] = []
    for node in _objects(path, osmium.osm.NODE, keys=BARRIER_KEYS[:9]):
        barrier_id.append(node.id)
        barrier_tags.append(tag_sets.add(_pick(node.tags, BARRIER_KEYS)))
    return Streets(
        way_id=np.array(buffer.way_id, np.int64),
        tag_set=np.array(buffer.tag_set, np.int32),
        node_start=np.array(buffer.node_start, np.int64),
        node_id=np.array(buffer.node_id, np.int64),
        lon=np.array(buffer.lon, float),
        lat=np.array(buffer.lat, float),
        cut_node_id=np.array(sorted(buffer.cut), np.int64),
        barrier_node_id=np.array(barrier_id, np.int64),
        barrier_tag_set=np.array(barrier_tags, np.int32),
        tag_sets=tag_sets.sets,
    )


def _carries_people(tags: Tags) -> bool:
    return "highway" in tags or any(tags.get(k) in v for k, v in _CARRIES_PEOPLE.items())


def _read_square_relations(path: Path, tag_sets: _TagSets, buffer: _StreetBuffer) -> None:
    """Add the rings of squares and platforms that are mapped as multipolygon relations."""
    for area in _objects(
        path, osmium.osm.AREA, keys=("highway", "public_transport", "railway"), with_areas=True
    ):
        tags = _pick(area.tags, STREET_KEYS)
        if area.from_way() or not _carries_people(tags):
            continue
        tag_set = tag_sets.add({**tags, "area": "yes"})
        for outer in area.outer_rings():
            for ring in (outer, *area.inner_rings(outer)):
                buffer.add(-area.orig_id(), tag_set, ring)


def read_areas(
    path: Path,
    *,
    keys: Collection[str],
    keep: Callable[[Mapping[str, str]], bool] = lambda _: True,
) -> Areas:
    """
    Read closed ways and multipolygon relations that have any of the keys.

    Parameters
    ----------
    path
        The extract.
    keys
        An area with none of these never reaches Python.
    keep
        Called with the area's tags; False leaves it out.

    Raises
    ------
    ExtractError
        If the file cannot be read.
    """
    factory = osmium.geom.WKBFactory()
    area_id: list[str] = []
    tags: list[Tags] = []
    wkb: list[str] = []
    broken = 0
    for area in _objects(path, osmium.osm.AREA, keys=keys, with_areas=True):
        area_tags = dict(area.tags)
        if not keep(area_tags):
            continue
        try:
            wkb.append(factory.create_multipolygon(area))
        except RuntimeError:  # rings that do not close
            broken += 1
            continue
        area_id.append(f"{'w' if area.from_way() else 'r'}{area.orig_id()}")
        tags.append(area_tags)
    return Areas(area_id, tags, shapely.make_valid(shapely.from_wkb(wkb)), broken)


def read_features(
    path: Path,
    *,
    keys: Collection[str],
    keep: Callable[[Mapping[str, str]], bool] = lambda _: True,
) -> Features:
    """
    Read nodes and areas that have any of the keys, with all their tags.

    Parameters
    ----------
    path
        The extract.
    keys
        An object with none of these never reaches Python.
    keep
        Called with the object's tags; False leaves it out.

    Returns
    -------
    features
        Nodes first, then areas, each in the file's order.

    Raises
    ------
    ExtractError
        If the file cannot be read.
    """
    node_id: list[str] = []
    node_tags: list[Tags] = []
    lon: list[float] = []
    lat: list[float] = []
    for node in _objects(path, osmium.osm.NODE, keys=keys):
        tags = dict(node.tags)
        if keep(tags):
            node_id.append(f"n{node.id}")
            node_tags.append(tags)
            lon.append(node.location.lon)
            lat.append(node.location.lat)
    areas = read_areas(path, keys=keys, keep=keep)
    inside = shapely.get_coordinates(shapely.point_on_surface(areas.geometry)).reshape(-1, 2)
    return Features(
        feature_id=node_id + areas.area_id,
        tags=node_tags + areas.tags,
        lon=np.concatenate([np.array(lon, float), inside[:, 0]]),
        lat=np.concatenate([np.array(lat, float), inside[:, 1]]),
        area=np.concatenate([np.full(len(node_id), None, object), areas.geometry]),
    )


def read_buildings(path: Path) -> Areas:
    """Read building outlines; `building=no` is none."""
    return read_areas(path, keys=("building",), keep=lambda tags: tags["building"] != "no")


def read_addresses(path: Path) -> Features:
    """Read whatever has a house number."""
    return read_features(path, keys=("addr:housenumber",))


def read_places(path: Path) -> Features:
    """Read named places: towns, suburbs, villages, hamlets."""
    return read_features(path, keys=("place",), keep=lambda tags: "name" in tags)


def read_admin_areas(path: Path) -> Areas:
    """Read administrative boundaries whose rings close inside the file."""
    return read_areas(
        path,
        keys=("admin_level",),
        keep=lambda tags: tags.get("boundary") == "administrative" and "name" in tags,
    )


def sha256_of(path: Path) -> str:
    """Return the checksum of a file, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _pick(tags: osmium.osm.TagList, keys: tuple[str, ...]) -> Tags:
    # `get` looks a key up in compiled code; most objects have few of the keys
    return {key: value for key in keys if (value := tags.get(key)) is not None}


class _reading:  # noqa: N801 (reads as a statement: with _reading(path))
    """Turns libosmium's failures into an `ExtractError` that names the file and the way out."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, _: object
    ) -> None:
        if isinstance(exc, (RuntimeError, OSError)):
            raise ExtractError(
                f"`extract` {self.path.name} cannot be read as OpenStreetMap data ({exc}); "
                "it may be truncated: fetch it again and compare its checksum",
                path=str(self.path),
            ) from exc


def _check_is_pbf(path: Path) -> None:
    if not path.is_file():
        raise ExtractError(
            f"`extract` {path} does not exist; give the path of a .osm.pbf", path=str(path)
        )
    with path.open("rb") as file:
        head = file.read(32)
    if b"OSMHeader" not in head:
        raise ExtractError(
            f"`extract` {path.name} is no OpenStreetMap PBF file; give a .osm.pbf, "
            "for example from an extract service",
            path=str(path),
        )


def _objects(
    path: Path,
    entities: osmium.osm.osm_entity_bits,
    *,
    keys: Collection[str] = (),
    with_locations: bool = False,
    with_areas: bool = False,
) -> Iterator[Any]:
    """Iterate over the objects of one kind that have any of the keys, in one pass."""
    _check_is_pbf(path)
    wanted = [osmium.filter.KeyFilter(*keys)] if keys else []
    with _reading(path):
        if with_areas:
            processor = osmium.FileProcessor(str(path)).with_areas(*wanted)
        elif with_locations:
            processor = osmium.FileProcessor(str(path)).with_locations()
        else:
            processor = osmium.FileProcessor(str(path), entities)
        processor.with_filter(osmium.filter.EntityFilter(entities))
        for entity_filter in wanted:
            processor.with_filter(entity_filter)
        yield from processor
