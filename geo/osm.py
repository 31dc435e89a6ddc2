"""
Reads an OpenStreetMap extract (`.osm.pbf`) into plain tables.

Each reader is one filtered pass over the file in compiled code (`geo.extract`); only objects that
carry a wanted key ever reach Python, so memory grows with what is kept (and by 16 bytes for each
node of the file while locations are looked up). All coordinates are lon, lat in degrees; the
callers project them. Streets are read in `geo.osm_streets`; here are areas and features.

An area of which the file lacks a part, or whose rings do not close, is left out and counted.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from itertools import compress
from typing import TYPE_CHECKING, Any

import numpy as np
import osmium
import osmium.geom
import shapely

from geo.extract import (
    Bounds,
    ExtractInfo,
    Tags,
    TagSets,
    explained,
    extract_info,
    objects,
    pick,
    sha256_of,
)
from geo.osm_streets import Streets, read_streets
from geo.polygons import polygonal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = [
    "Areas",
    "Bounds",
    "ExtractInfo",
    "Features",
    "Streets",
    "Tags",
    "extract_info",
    "read_addresses",
    "read_admin_areas",
    "read_areas",
    "read_buildings",
    "read_features",
    "read_places",
    "read_streets",
    "sha256_of",
]

_BATCH = 50_000  # outlines that stand in memory as text before they become geometries


@dataclass(frozen=True)
class Areas:
    """
    Closed ways and multipolygon relations.

    `area_id` is `w…` or `r…` and the OSM id; `tags` has one dict a row; `geometry` is shape (n,) of
    valid polygons or multipolygons in degrees. `broken` counts those left out because their rings
    do not close, cross themselves, or have parts that the file lacks.
    """

    area_id: list[str]
    tags: list[Tags]
    geometry: NDArray[np.object_]
    broken: int = 0

    def select(self, rows: Sequence[bool]) -> Areas:
        """Return the areas whose row is True; `broken` stays, because it belongs to all."""
        return Areas(
            list(compress(self.area_id, rows)),
            list(compress(self.tags, rows)),
            self.geometry[np.asarray(rows, bool)],
            self.broken,
        )


@dataclass(frozen=True)
class Features:
    """
    Points and areas of interest.

    `feature_id` is `n…`, `w…` or `r…` and the OSM id; `tags` has one dict a row; `lon`, `lat` are a
    point inside it; `area` is the polygon in degrees, None for a node. `broken` counts areas left
    out as in `Areas`, and nodes without a place.
    """

    feature_id: list[str]
    tags: list[Tags]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    area: NDArray[np.object_]
    broken: int = 0


@dataclass
class _AreaBuffer:
    """
    Collects areas, and counts the ways and relations that never became one.

    The tags of a closed way are read once, when the way comes by: its area follows later. Outlines
    become geometries in batches, because their text is bulky.
    """

    keep: Callable[[Mapping[str, str]], bool]
    tag_keys: tuple[str, ...] | None
    area_id: list[str] = field(default_factory=list)
    tags: list[Tags] = field(default_factory=list)
    broken: int = 0
    _awaited_ways: dict[int, Tags] = field(default_factory=dict)
    _awaited_relations: int = 0
    _outlines: list[str] = field(default_factory=list)
    _batches: list[NDArray[np.object_]] = field(default_factory=list)
    _tag_sets: TagSets = field(default_factory=TagSets)
    _factory: osmium.geom.WKBFactory = field(default_factory=osmium.geom.WKBFactory)

    def add(self, thing: Any) -> None:
        """Take an area, or a way or relation that ought to become one."""
        if thing.is_way():
            if (
                (thing.is_closed() or thing.ends_have_same_location())
                and self.keep(tags := self._tags_of(thing))
                and thing.tags.get("area") != "no"
            ):
                self._awaited_ways[thing.id] = tags
        elif thing.is_relation():
            is_area = thing.tags.get("type") in ("multipolygon", "boundary")
            self._awaited_relations += is_area and self.keep(self._tags_of(thing))
        elif not thing.from_way():
            if self.keep(tags := self._tags_of(thing)):
                self._awaited_relations -= 1
                self._add_area(thing, "r", tags)
        elif (way_tags := self._awaited_ways.pop(thing.orig_id(), None)) is not None:
            self._add_area(thing, "w", way_tags)

    def _tags_of(self, thing: Any) -> Tags:
        if self.tag_keys is None:
            return dict(thing.tags)
        return self._tag_sets.sets[self._tag_sets.add(pick(thing.tags, self.tag_keys))]

    def _add_area(self, area: osmium.osm.Area, kind: str, tags: Tags) -> None:
        try:
            self._outlines.append(self._factory.create_multipolygon(area))
        except RuntimeError:  # rings that do not close, or cross themselves
            self.broken += 1
            return
        self.area_id.append(f"{kind}{area.orig_id()}")
        self.tags.append(tags)
        if len(self._outlines) >= _BATCH:
            self._finish_batch()

    def _finish_batch(self) -> None:
        self._batches.append(polygonal(shapely.make_valid(shapely.from_wkb(self._outlines))))
        self._outlines.clear()

    def finish(self) -> Areas:
        self._finish_batch()
        geometry = np.concatenate(self._batches)
        solid = ~shapely.is_empty(geometry)
        lacking_parts = len(self._awaited_ways) + self._awaited_relations
        broken = self.broken + int((~solid).sum()) + lacking_parts
        return Areas(self.area_id, self.tags, geometry, broken).select(solid)


def read_areas(
    path: Path,
    *,
    keys: Collection[str],
    keep: Callable[[Mapping[str, str]], bool] = lambda _: True,
    tag_keys: Collection[str] | None = None,
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
    tag_keys
        Only these tags are read, and equal sets share one dict: faster, and small for many rows.

    Raises
    ------
    ExtractError
        If the file cannot be read.
    """
    buffer = _AreaBuffer(keep, None if tag_keys is None else tuple(tag_keys))
    wanted = osmium.osm.WAY | osmium.osm.RELATION | osmium.osm.AREA
    with explained(path):
        for thing in objects(path, wanted, keys=keys, area_keys=keys):
            buffer.add(thing)
        return buffer.finish()


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
    lon, lat = array("d"), array("d")
    nowhere = 0
    buffer = _AreaBuffer(keep, None)
    with explained(path):
        for thing in objects(path, osmium.osm.ALL, keys=keys, area_keys=keys):
            if not thing.is_node():
                buffer.add(thing)
            elif keep(tags := dict(thing.tags)):
                location = thing.location
                if not location.valid():
                    nowhere += 1
                    continue
                node_id.append(f"n{thing.id}")
                node_tags.append(tags)
                lon.append(location.lon)
                lat.append(location.lat)
        areas = buffer.finish()
    inside = shapely.get_coordinates(shapely.point_on_surface(areas.geometry)).reshape(-1, 2)
    return Features(
        feature_id=node_id + areas.area_id,
        tags=node_tags + areas.tags,
        lon=np.concatenate([np.array(lon, float), inside[:, 0]]),
        lat=np.concatenate([np.array(lat, float), inside[:, 1]]),
        area=np.concatenate([np.full(len(node_id), None, object), areas.geometry]),
        broken=areas.broken + nowhere,
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
