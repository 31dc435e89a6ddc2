"""
Reads the ways that people travel on, and the barriers on them, before any mode has looked at them.

What the file lacks of a way is kept as a fact: the way is split there, and its ends are recorded as
cut.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import osmium

from geo.errors import ExtractError
from geo.extract import Tags, TagSets, explained, objects, pick

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

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
# a node with one of these may hold people up; `highway` alone (a crossing, a lamp) does not
_BARRIER_SIGNS = (
    "barrier", "access", "foot", "bicycle", "vehicle", "motor_vehicle", "motorcar", "wheelchair",
    "kerb",
)  # fmt: skip
_WAYS_THAT_CARRY_PEOPLE = ("highway", "route", "railway", "public_transport", "man_made")
_CARRIES_PEOPLE = {
    "route": {"ferry"},
    "railway": {"platform"},
    "public_transport": {"platform"},
    "man_made": {"pier"},
}
_SQUARE_KEYS = ("highway", "public_transport", "railway")


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
    name
        Shape (w,): index into `names`, −1 where a way has none.
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
    name: NDArray[np.int32]
    node_start: NDArray[np.int64]
    node_id: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    cut_node_id: NDArray[np.int64]
    barrier_node_id: NDArray[np.int64]
    barrier_tag_set: NDArray[np.int32]
    tag_sets: list[Tags]
    names: list[str]


@dataclass
class _StreetBuffer:
    """Grows while reading, then becomes `Streets`; plain arrays, 8 bytes a number."""

    way_id: array[int] = field(default_factory=lambda: array("q"))
    tag_set: array[int] = field(default_factory=lambda: array("i"))
    name: array[int] = field(default_factory=lambda: array("i"))
    node_start: array[int] = field(default_factory=lambda: array("q", [0]))
    node_id: array[int] = field(default_factory=lambda: array("q"))
    lon: array[float] = field(default_factory=lambda: array("d"))
    lat: array[float] = field(default_factory=lambda: array("d"))
    cut: set[int] = field(default_factory=set)
    seen: int = 0

    def add(
        self, way_id: int, tag_set: int, nodes: osmium.osm.NodeRefList, *, name: int = -1
    ) -> None:
        """Append a way, split where nodes are missing."""
        self.seen += 1
        last_was_missing = False
        for node in nodes:
            location = node.location
            if location.valid():
                if last_was_missing:
                    self.cut.add(node.ref)
                self.node_id.append(node.ref)
                self.lon.append(location.lon)
                self.lat.append(location.lat)
                last_was_missing = False
            else:
                if self._open_run():
                    self.cut.add(self.node_id[-1])
                self._end_run(way_id, tag_set, name)
                last_was_missing = True
        self._end_run(way_id, tag_set, name)

    def _open_run(self) -> int:
        return len(self.node_id) - self.node_start[-1]

    def _end_run(self, way_id: int, tag_set: int, name: int) -> None:
        if self._open_run() < 2:  # a single node is no way
            for column in (self.node_id, self.lon, self.lat):
                del column[self.node_start[-1] :]
            return
        self.way_id.append(way_id)
        self.tag_set.append(tag_set)
        self.name.append(name)
        self.node_start.append(len(self.node_id))

    def extend(self, other: _StreetBuffer) -> None:
        """Append the rows of another buffer."""
        offset = len(self.node_id)
        self.node_start.extend(offset + start for start in other.node_start[1:])
        for name in ("way_id", "tag_set", "name", "node_id", "lon", "lat"):
            getattr(self, name).extend(getattr(other, name))
        self.cut |= other.cut
        self.seen += other.seen


def read_streets(path: Path) -> Streets:
    """
    Read the ways that people travel on, and the barriers on them.

    Kept are `highway` ways, ferries, platforms and piers, with the tags in `STREET_KEYS`; then the
    rings of squares and platforms that are mapped as multipolygon relations.

    Raises
    ------
    ExtractError
        If the file cannot be read, or has streets and not one node of them.
    """
    tag_sets, ways, squares = TagSets(), _StreetBuffer(), _StreetBuffer()
    barrier_id, barrier_tags = array("q"), array("i")
    names: dict[str, int] = {}
    wanted = osmium.osm.NODE | osmium.osm.WAY | osmium.osm.AREA
    keys = {*_WAYS_THAT_CARRY_PEOPLE, *_BARRIER_SIGNS}
    with explained(path):
        for thing in objects(path, wanted, keys=keys, area_keys=_SQUARE_KEYS):
            if thing.is_node():
                tags = pick(thing.tags, BARRIER_KEYS)
                if not tags.keys().isdisjoint(_BARRIER_SIGNS):
                    barrier_id.append(thing.id)
                    barrier_tags.append(tag_sets.add(tags))
            elif thing.is_way():
                tags = pick(thing.tags, STREET_KEYS)
                if _carries_people(tags):
                    name = thing.tags.get("name") or thing.tags.get("ref") or ""
                    number = names.setdefault(name, len(names)) if name else -1
                    ways.add(thing.id, tag_sets.add(tags), thing.nodes, name=number)
            elif not thing.from_way():
                _add_square(squares, thing, tag_sets)
    if ways.seen and not ways.way_id:
        raise ExtractError(
            f"`extract` {path.name} has {ways.seen} streets and not one node of them; "
            "nodes must stand before ways and have positive ids (osmium sort, osmium renumber)",
            path=str(path),
        )
    ways.extend(squares)
    return Streets(
        way_id=np.array(ways.way_id, np.int64),
        tag_set=np.array(ways.tag_set, np.int32),
        name=np.array(ways.name, np.int32),
        node_start=np.array(ways.node_start, np.int64),
        node_id=np.array(ways.node_id, np.int64),
        lon=np.array(ways.lon, float),
        lat=np.array(ways.lat, float),
        cut_node_id=np.array(sorted(ways.cut), np.int64),
        barrier_node_id=np.array(barrier_id, np.int64),
        barrier_tag_set=np.array(barrier_tags, np.int32),
        tag_sets=tag_sets.sets,
        names=list(names),
    )


def _carries_people(tags: Tags) -> bool:
    return "highway" in tags or any(tags.get(k) in v for k, v in _CARRIES_PEOPLE.items())


def _add_square(squares: _StreetBuffer, area: osmium.osm.Area, tag_sets: TagSets) -> None:
    tags = pick(area.tags, STREET_KEYS)
    if not _carries_people(tags):
        return
    tag_set = tag_sets.add({**tags, "area": "yes"})
    for outer in area.outer_rings():
        for ring in (outer, *area.inner_rings(outer)):
            squares.add(-area.orig_id(), tag_set, ring)
