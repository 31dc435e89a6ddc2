"""Writes small OpenStreetMap files object by object; degrees are handy whole numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import osmium
from osmium.osm import mutable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path


def node(node_id: int, lon: float | None = None, lat: float = 0.0, **tags: str) -> mutable.Node:
    location = None if lon is None else (lon, lat)
    return mutable.Node(id=node_id, location=location, tags=_keys(tags))


def way(way_id: int, nodes: Sequence[int], **tags: str) -> mutable.Way:
    return mutable.Way(id=way_id, nodes=nodes, tags=_keys(tags))


def relation(relation_id: int, *members: tuple[str, int, str], **tags: str) -> mutable.Relation:
    return mutable.Relation(id=relation_id, members=list(members), tags=_keys(tags))


def _keys(tags: dict[str, str]) -> dict[str, str]:
    return {key.replace("__", ":"): value for key, value in tags.items()}


def write_osm(path: Path, objects: Iterable[Any], *, file_format: str = "", **header: str) -> Path:
    """Write the objects in the order given; `file_format` as libosmium names it."""
    head = osmium.io.Header()
    for key, value in header.items():
        head.set(key, value)
    file = osmium.io.File(str(path), file_format or "pbf")
    with osmium.SimpleWriter(file, header=head, overwrite=True) as writer:
        for thing in objects:
            writer.add(thing)
    return path
