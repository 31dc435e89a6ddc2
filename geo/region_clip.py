"""
Cuts a region's part out of a larger extract.

The extract may be a whole state. Of its nodes only a bit for those inside the box stands in memory
(`osmium.IdTracker`), and for a while 16 bytes each on disk beside the file that comes out. Ways
that touch the box come with all their nodes, relations with the members that are there. The file
that comes out states its box and date, so that it can be used by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import osmium

from geo.errors import ExtractError
from geo.extract import Bounds, explained, extract_info, node_places

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

_DEGREE = 10_000_000  # OpenStreetMap keeps whole numbers of a ten-millionth
_CELLS = 20  # a side: where none of a box's cells has a node, the extract ends before the box does


@dataclass(frozen=True)
class Clipped:
    """
    What was cut out.

    `as_of` is the date in the header, else that of the newest edit; `empty_share` is the share of
    the box, in 20 × 20 cells, in which the extract has no node.
    """

    path: Path
    bounds: Bounds
    nodes: int
    as_of: date
    empty_share: float


def clip_extract(source: Path, target: Path, bounds: Bounds) -> Clipped:
    """
    Write the part of an extract inside a box.

    Parameters
    ----------
    source
        An extract of any size.
    target
        The `.osm.pbf` to write.
    bounds
        West, south, east, north in degrees, inside the source's own box.

    Raises
    ------
    ExtractError
        If the file cannot be read, or holds no node inside the box.
    """
    with explained(source):
        kept = osmium.IdTracker()
        count, cells = _keep_nodes(source, kept, bounds, target.parent)
        if not count:
            raise ExtractError(
                f"`--pbf` {source.name} has no node in lon {bounds[0]:.3f} to {bounds[2]:.3f}, lat "
                f"{bounds[1]:.3f} to {bounds[3]:.3f}; use an extract that covers the region",
                path=str(source),
            )
        file = osmium.io.File(str(source), "pbf")
        kept.complete_forward_references(file, 0)
        kept.complete_backward_references(file, 0)
        newest = _write(source, target, kept, bounds)
    stamped = extract_info(target).as_of
    return Clipped(target, bounds, count, stamped or newest, 1 - len(cells) / _CELLS**2)


def _keep_nodes(
    source: Path, kept: osmium.IdTracker, bounds: Bounds, scratch: Path
) -> tuple[int, set[int]]:
    """Keep the nodes of the box; return how many, and the numbers of the cells they lie in."""
    west, south, east, north = (round(value * _DEGREE) for value in bounds)
    width, height = (east - west + 1) / _CELLS, (north - south + 1) / _CELLS
    cells: set[int] = set()
    count = 0
    for places in node_places(source, scratch):
        x, y = places["x"].astype(np.int64), places["y"].astype(np.int64)
        inside = (west <= x) & (x <= east) & (south <= y) & (y <= north)
        column, row = (x[inside] - west) // width, (y[inside] - south) // height
        cells.update(np.unique(column * _CELLS + row).astype(int).tolist())
        for node_id in places["id"][inside].tolist():
            kept.add_node(node_id)
        count += int(inside.sum())
    return count, cells


def _write(source: Path, target: Path, kept: osmium.IdTracker, bounds: Bounds) -> date:
    """Write what is kept, in the source's order; return the day of the newest edit."""
    west, south, east, north = bounds
    header = osmium.io.Header()
    header.add_box(osmium.osm.Box(west, south, east, north))
    with osmium.io.Reader(osmium.io.File(str(source), "pbf"), osmium.osm.NOTHING) as reader:
        if stamp := reader.header().get("osmosis_replication_timestamp"):
            header.set("osmosis_replication_timestamp", stamp)
    newest = datetime.min.replace(tzinfo=UTC)
    out = osmium.io.File(str(target), "pbf")
    with osmium.SimpleWriter(out, header=header, overwrite=True) as writer:
        things: Iterator[Any] = iter(
            osmium.FileProcessor(osmium.io.File(str(source), "pbf")).with_filter(kept.id_filter())
        )
        for thing in things:
            writer.add(thing)
            newest = max(newest, thing.timestamp)
    return newest.date()
