"""
Finds administrative relations in an extract by key or name, and closes them from their members.

A boundary is put together from all ways that are its members, whatever their roles say: mappers
forget roles, neighbours share ways, an enclave is a hole and may hold an exclave again. A place is
inside when a line from it crosses the ways an odd number of times. Where the ways leave a gap, the
members at its ends are named.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import osmium
import shapely

from geo.errors import RegionError
from geo.extract import Tags, explained, objects

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

AGS_TAG = "de:amtlicher_gemeindeschluessel"
_ARS_TAG = "de:regionalschluessel"
_KINDS = ("boundary", "multipolygon")  # others are collections of lines
_MOST_NAMED = 5


@dataclass(frozen=True)
class AdminRelation:
    """An administrative relation: its OSM id, tags, and the ids of its member ways."""

    id: int
    tags: Tags
    ways: tuple[int, ...]

    @property
    def name(self) -> str:
        """What people call it."""
        return self.tags["name"]

    @property
    def level(self) -> int:
        """Its `admin_level`, 0 where that is no number."""
        text = self.tags.get("admin_level", "")
        return int(text) if text.isdecimal() else 0

    @property
    def key(self) -> str:
        """Its official key (eight digits are a municipality's in Germany), else empty."""
        key = self.tags.get(AGS_TAG, "").replace(" ", "")
        ars = self.tags.get(_ARS_TAG, "").replace(" ", "")
        if not key and ars.isdecimal():
            key = ars[:5] + ars[9:] if len(ars) == 12 else ars  # the association stands between
        return key

    def __str__(self) -> str:
        key = f", key {self.key}" if self.key else ""
        return f"{self.name} (relation {self.id}, admin_level {self.level}{key})"


@dataclass(frozen=True)
class Closed:
    """
    The shape of a relation in degrees, or why it has none.

    `lines` are the members that the extract has; `fault` is empty where `shape` is there.
    """

    shape: shapely.Geometry | None
    fault: str
    lines: NDArray[np.object_] = field(repr=False)


def read_relations(path: Path) -> list[AdminRelation]:
    """Read the administrative relations of an extract that have a name, in the file's order."""
    found = []
    with explained(path):
        for relation in objects(path, osmium.osm.RELATION, keys=("admin_level",)):
            tags = dict(relation.tags)
            is_area = tags.get("type") in _KINDS and tags.get("boundary") == "administrative"
            if is_area and "name" in tags:
                ways = dict.fromkeys(m.ref for m in relation.members if m.type == "w")
                found.append(AdminRelation(relation.id, tags, tuple(ways)))
    return found


def find_relation(
    relations: Sequence[AdminRelation], *, key: str = "", relation_id: int | None = None
) -> AdminRelation:
    """
    Find one relation by its OSM id, or by its official key, `ref` or name, in this order.

    Raises
    ------
    RegionError
        If none or several fit; the nearest ones are named.
    """
    if relation_id is not None:
        found = [r for r in relations if r.id == relation_id]
        if found:
            return found[0]
        raise RegionError(
            f"`--relation` {relation_id}: the extract has no administrative relation with this id "
            f"and a name; {_offer(relations)}"
        )
    wanted = key.strip()
    for fits in (
        lambda r: _same_key(r.key, wanted),
        lambda r: r.tags.get("ref") == wanted,
        lambda r: r.name.casefold() == wanted.casefold(),
    ):
        found = [r for r in relations if fits(r)]
        if len(found) == 1:
            return found[0]
        if found:
            raise RegionError(
                f"`--ags` {wanted!r} fits several relations: {_listed(found)}; name one with "
                "--relation"
            )
    raise RegionError(
        f"`--ags` {wanted!r}: no administrative relation of the extract has this key or name; "
        f"{_nearest(relations, wanted)}"
    )


def _same_key(key: str, wanted: str) -> bool:
    """Tell whether keys mean the same area: a city that is a district has 05124 and 05124000."""
    return bool(key) and _short(key) == _short(wanted)


def _short(key: str) -> str:
    return key[:5] if len(key) == 8 and key.endswith("000") else key


def _nearest(relations: Sequence[AdminRelation], wanted: str) -> str:
    by_text: dict[str, AdminRelation] = {}
    for relation in relations:
        by_text.setdefault(relation.name.casefold(), relation)
        if relation.key:
            by_text.setdefault(relation.key, relation)
    near = difflib.get_close_matches(wanted.casefold(), by_text, n=_MOST_NAMED, cutoff=0.5)
    if not near:
        return _offer(relations)
    return f"nearest are {_listed([by_text[text] for text in near])}"


def _offer(relations: Sequence[AdminRelation]) -> str:
    if not relations:
        return "it holds no such relation at all: use an extract with boundaries"
    return f"it has {_listed(relations)}: does it cover the place?"


def _listed(relations: Sequence[AdminRelation]) -> str:
    more = len(relations) - _MOST_NAMED
    rest = f" and {more} more" if more > 0 else ""
    return ", ".join(map(str, relations[:_MOST_NAMED])) + rest


def close_relations(path: Path, relations: Sequence[AdminRelation]) -> dict[int, Closed]:
    """
    Close relations from their members, all in two passes.

    Returns
    -------
    closed
        By the relation's id.
    """
    lines = _read_lines(path, {way for relation in relations for way in relation.ways})
    return {relation.id: close(relation, lines) for relation in relations}


def _read_lines(path: Path, wanted: set[int]) -> dict[int, shapely.LineString]:
    """Read ways as lines in degrees; a way of which the extract lacks a node is missing."""
    with explained(path):
        refs = {
            way.id: [node.ref for node in way.nodes] for way in _by_id(path, osmium.osm.WAY, wanted)
        }
        nodes = {ref for own in refs.values() for ref in own}
        places = {
            node.id: (node.location.lon, node.location.lat)
            for node in _by_id(path, osmium.osm.NODE, nodes)
            if node.location.valid()
        }
    return {
        way: shapely.LineString([places[ref] for ref in own])
        for way, own in refs.items()
        if len(own) > 1 and all(ref in places for ref in own)
    }


def _by_id(path: Path, kind: osmium.osm.osm_entity_bits, ids: set[int]) -> Iterable[Any]:
    if not ids:
        return ()
    file = osmium.io.File(str(path), "pbf")
    return osmium.FileProcessor(file, kind).with_filter(osmium.filter.IdFilter(ids))


def close(relation: AdminRelation, ways: dict[int, shapely.LineString]) -> Closed:
    """Close one relation from the lines of its members, by the number of the way."""
    have = [way for way in relation.ways if way in ways]
    lines = np.array([ways[way] for way in have], object)
    if lacking := [way for way in relation.ways if way not in ways]:
        named = ", ".join(f"w{way}" for way in lacking[:_MOST_NAMED])
        more = f" and {len(lacking) - _MOST_NAMED} more" if len(lacking) > _MOST_NAMED else ""
        return Closed(
            None,
            f"the extract lacks {len(lacking)} of its {len(relation.ways)} member ways "
            f"({named}{more}) or nodes of them",
            lines,
        )
    if not have:
        return Closed(None, "it has no way as member", lines)
    if gap := _gap(have, lines):
        return Closed(None, gap, lines)
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(lines)]))
    inside = [face for face in faces if _crosses_odd(face.representative_point(), lines)]
    shape = shapely.make_valid(shapely.union_all(inside))
    if shape.is_empty:
        return Closed(None, "its member ways enclose nothing", lines)
    return Closed(shape, "", lines)


def _gap(ids: list[int], lines: NDArray[np.object_]) -> str:
    """Name the members at a place where an odd number of ways ends; empty where there is none."""
    ends: dict[tuple[float, float], list[int]] = {}
    for way, line in zip(ids, lines, strict=True):
        for end in (line.coords[0], line.coords[-1]):
            ends.setdefault((end[0], end[1]), []).append(way)
    loose = [(place, ways) for place, ways in ends.items() if len(ways) % 2]
    if not loose:
        return ""
    named = ", ".join(
        f"w{ways[0]} at lon {lon:.5f}, lat {lat:.5f}" for (lon, lat), ways in loose[:_MOST_NAMED]
    )
    return f"its ring is open at {len(loose)} ends ({named})"


def _crosses_odd(point: shapely.Point, lines: NDArray[np.object_]) -> bool:
    """Count how often a line from the point to the east crosses the ways."""
    crossings = 0
    for line in lines:
        x, y = shapely.get_coordinates(line).T
        above = y > point.y
        rows = np.flatnonzero(above[:-1] != above[1:])
        at = x[rows] + (point.y - y[rows]) / (y[rows + 1] - y[rows]) * (x[rows + 1] - x[rows])
        crossings += int((at > point.x).sum())
    return crossings % 2 == 1
