"""
Opens an OpenStreetMap extract and iterates over its objects.

One pass is one filtered run through the file in compiled code: only objects that carry a wanted key
ever reach Python. What the file says of itself (its box, the date of its data) is read here too.
Whatever a damaged or foreign file makes the reading library say becomes an `ExtractError` that
names the file and the way out.
"""

from __future__ import annotations

import hashlib
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import osmium
import osmium.filter
import osmium.index

from geo.errors import ExtractError
from geo.extract_texts import check_texts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from numpy.typing import NDArray

Bounds = tuple[float, float, float, float]
Tags = dict[str, str]

_NODE_PLACE = np.dtype([("id", "u8"), ("x", "i4"), ("y", "i4")])
_NODES_AT_ONCE = 2_000_000
_WIDEST_DEGREES = 180.0  # some tools leave the planet's box in the header of every extract


@dataclass(frozen=True)
class ExtractInfo:
    """
    What the file says of itself.

    `bounds` is west, south, east, north in degrees; `as_of` is the date of its data, None where the
    header does not tell; `sha256` is its checksum.
    """

    path: Path
    bounds: Bounds
    as_of: date | None
    sha256: str


def extract_info(path: Path) -> ExtractInfo:
    """
    Read the extract's box, date and checksum.

    The box is the header's; a file without one, or with that of the whole planet, is measured by
    its nodes.

    Raises
    ------
    ExtractError
        If the file does not exist, is no PBF, is truncated, is a history file, or holds no node.
    """
    with explained(path):
        header = _header(path)
        box = header.box()
        bounds = (
            (box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat)
            if box.valid()
            else None
        )
        if bounds is None or bounds[2] - bounds[0] >= _WIDEST_DEGREES:
            bounds = _bounds_of_nodes(path)
        stamp = header.get("osmosis_replication_timestamp")
        as_of = datetime.fromisoformat(stamp).date() if stamp else None
        return ExtractInfo(path, bounds, as_of, sha256_of(path))


def _header(path: Path) -> osmium.io.Header:
    """Look at the first bytes and the header before anything else is read."""
    if not path.is_file():
        raise ExtractError(
            f"`extract` {path.name} is no file in {path.parent}; give the path of a .osm.pbf",
            path=str(path),
        )
    with path.open("rb") as file:
        head = file.read(32)
    if b"OSMHeader" not in head:
        raise ExtractError(
            f"`extract` {path.name} is no OpenStreetMap PBF file; give a .osm.pbf "
            "(osmium cat turns other formats into one)",
            path=str(path),
        )
    check_texts(path)
    with osmium.io.Reader(_as_pbf(path), osmium.osm.NOTHING) as reader:
        header = reader.header()
    if header.has_multiple_object_versions:
        raise ExtractError(
            f"`extract` {path.name} is a history file; take one day from it (osmium time-filter)",
            path=str(path),
        )
    return header


def _as_pbf(path: Path) -> osmium.io.File:
    return osmium.io.File(str(path), "pbf")  # by content, whatever the file's name ends with


def _bounds_of_nodes(path: Path) -> Bounds:
    west, south, east, north = np.inf, np.inf, -np.inf, -np.inf
    for node in objects(path, osmium.osm.NODE):
        location = node.location
        if location.valid():
            lon, lat = location.lon, location.lat
            west, east = min(west, lon), max(east, lon)
            south, north = min(south, lat), max(north, lat)
    if west > east:
        raise ExtractError(
            f"`extract` {path.name} holds no nodes; use an extract with nodes and ways",
            path=str(path),
        )
    return (west, south, east, north)


def sha256_of(path: Path) -> str:
    """Return the checksum of a file, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what goes wrong while reading into an `ExtractError` with the way out."""
    try:
        yield
    except (RuntimeError, OSError, UnicodeDecodeError, osmium.InvalidLocationError) as exc:
        raise ExtractError(
            f"`extract` {path.name} cannot be read as OpenStreetMap data ({exc}); "
            "it may be truncated or damaged: fetch it again and compare its checksum",
            path=str(path),
        ) from exc


def objects(
    path: Path,
    entities: osmium.osm.osm_entity_bits,
    *,
    keys: Collection[str] = (),
    area_keys: Collection[str] = (),
) -> Iterator[Any]:
    """
    Iterate over the objects of the wanted kinds, in one pass.

    Each object is valid until the next one is asked for. Iterate inside `explained`.

    Parameters
    ----------
    path
        The extract.
    entities
        The kinds that are wanted.
    keys
        Objects with none of these never reach Python; empty for all.
    area_keys
        Look up where the nodes of ways are (16 bytes for each node of the file), and assemble areas
        from closed ways and from the relations with any of these keys, which are read once before.
    """
    _header(path)
    if area_keys:
        processor = osmium.FileProcessor(_as_pbf(path))
        processor.with_areas(osmium.filter.KeyFilter(*area_keys))
    else:
        processor = osmium.FileProcessor(_as_pbf(path), entities)
    processor.with_filter(osmium.filter.EntityFilter(entities))
    if keys:
        processor.with_filter(osmium.filter.KeyFilter(*keys))
    yield from processor


def node_places(path: Path, scratch: Path) -> Iterator[NDArray[np.void]]:
    """
    Tell where all nodes are without one of them becoming an object: 20 times faster.

    Parameters
    ----------
    path
        The extract.
    scratch
        A folder for a temporary file of 16 bytes a node; little of it stands in memory.

    Yields
    ------
    places
        Batches with `id` and `x`, `y` in ten-millionths of a degree. What has no place is far
        beyond every box.
    """
    _header(path)
    with tempfile.TemporaryDirectory(prefix=".nodes-", dir=scratch) as folder:
        file = Path(folder) / "places"
        store = osmium.index.create_map(f"sparse_file_array,{file}")
        locations = osmium.NodeLocationsForWays(store)
        locations.ignore_errors()
        with osmium.io.Reader(_as_pbf(path), osmium.osm.NODE) as reader:
            osmium.apply(reader, locations)
        places = np.memmap(file, _NODE_PLACE, mode="r")
        for start in range(0, len(places), _NODES_AT_ONCE):
            yield np.array(places[start : start + _NODES_AT_ONCE])


def pick(tags: osmium.osm.TagList, keys: tuple[str, ...]) -> Tags:
    """Return the tags with these keys, in the order of `keys`."""
    # `get` looks a key up in compiled code; most objects have few of the keys
    return {key: value for key in keys if (value := tags.get(key)) is not None}


class TagSets:
    """Each distinct set of tags once."""

    def __init__(self) -> None:
        self.sets: list[Tags] = []
        self._index: dict[tuple[tuple[str, str], ...], int] = {}

    def add(self, tags: Tags) -> int:
        """Return the index of this set, the same for equal sets."""
        key = tuple(tags.items())
        if (index := self._index.get(key)) is None:
            index = self._index[key] = len(self.sets)
            self.sets.append(tags)
        return index
