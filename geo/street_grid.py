"""
Which street is nearest to each spot of a fixed raster: found once, tile by tile, and kept.

Where a spot snaps to does not depend on what is asked, so that the next question near by need not
find it again. Streets are sampled about once a cell; each cell takes the sample nearest to it, and
the exact leg. Each tile is made alone from the streets around it: what it holds never depends on
the questions before.
"""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.ndimage import distance_transform_edt

from geo.network import MAX_LEG_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.network import Network, Pieces

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Key = tuple[float, int, int]

TILE = 128  # cells of its sides
_MOST_TILES = 256  # of a network, about 0.2 MB each
_EVERYWHERE = (-1e9, -1e9, 1e9, 1e9)


class Tile(NamedTuple):
    """
    The samples of streets nearest to the cells of a tile.

    `edge` and `share` along it are those of each sample; `nearest` (TILE, TILE) is the sample of
    each cell from the south-west on, −1 where none is within `MAX_LEG_M`; `leg_m` is the way to it.
    """

    edge: NDArray[np.int32]
    share: Floats
    nearest: NDArray[np.int32]
    leg_m: NDArray[np.float32]


class StreetGrid:
    """
    The tiles of a network, and its pieces in the order of their edges.

    Edge i has the pieces from `start[i]` up to `start[i + 1]`; one that nobody snaps to has none.
    May be used from many threads.
    """

    def __init__(self, network: Network) -> None:
        self.pieces: Pieces = network.pieces_within(_EVERYWHERE)
        self.start = np.searchsorted(self.pieces.edge, np.arange(len(network.a) + 1))
        self._tiles: OrderedDict[Key, Tile] = OrderedDict()
        self._lock = threading.Lock()

    def forget(self) -> None:
        """Let all tiles go."""
        with self._lock:
            self._tiles.clear()

    def tiles(
        self, network: Network, cell_m: float, columns: range, rows: range
    ) -> dict[tuple[int, int], Tile]:
        """Return tiles by their column and row; the south-west cell is `TILE` times these."""
        keys = [(cell_m, column, row) for row in rows for column in columns]
        with self._lock:
            found = {key: self._tiles[key] for key in keys if key in self._tiles}
        missing = np.array([key[1:] for key in keys if key not in found], np.int64)
        if len(missing):
            low, high = missing.min(axis=0), missing.max(axis=0) + 1
            found |= _make(network, cell_m, low, high)  # twice at worst, to the same end
        with self._lock:
            for key, tile in found.items():
                self._tiles[key] = tile
                self._tiles.move_to_end(key)
            while len(self._tiles) > _MOST_TILES:
                self._tiles.popitem(last=False)
        return {key[1:]: found[key] for key in keys}


_grids: weakref.WeakKeyDictionary[Network, StreetGrid] = weakref.WeakKeyDictionary()
_grids_lock = threading.Lock()


def grid_of(network: Network) -> StreetGrid:
    """Return the grid of a network; it is kept as long as the network is."""
    with _grids_lock:
        grid = _grids.get(network)
    if grid is None:
        made = StreetGrid(network)
        with _grids_lock:
            grid = _grids.setdefault(network, made)
    return grid


def _make(network: Network, cell_m: float, low: Ints, high: Ints) -> dict[Key, Tile]:
    """Make all tiles from `low` up to `high` at once, both column and row."""
    size = (high - low) * TILE
    margin = int(np.ceil(MAX_LEG_M / cell_m)) + 1
    block = _block(network, cell_m, low * TILE, size, margin)
    nearest = np.where(block.leg_m <= MAX_LEG_M, block.nearest, -1)
    made = {}
    for column in range(low[0], high[0]):
        for row in range(low[1], high[1]):
            i, j = ((np.array([column, row]) - low) * TILE).tolist()
            at = slice(j, j + TILE), slice(i, i + TILE)
            used = np.zeros(len(block.edge) + 1, bool)  # the last for −1
            used[nearest[at]] = True
            used[-1] = False
            number = np.append(np.cumsum(used[:-1]) - 1, -1).astype(np.int32)
            made[cell_m, column, row] = Tile(
                block.edge[used[:-1]],
                block.share[used[:-1]],
                number[nearest[at]],
                block.leg_m[at].copy(),
            )
    return made


def _block(network: Network, cell_m: float, first: Ints, size: Ints, margin: int) -> Tile:
    """Find the nearest samples of a block of cells, among those that lie in a margin around it."""
    first = first - margin
    low, high = (first - 1) * cell_m, (first + size + 2 * margin + 1) * cell_m
    pieces = network.pieces_within((low[0], low[1], high[0], high[1]))
    xy, edge, share = _sample(network, pieces, cell_m)
    at = xy / cell_m
    cell = np.floor(at).astype(np.int64)
    place = cell - first
    inside = np.flatnonzero(((place >= 0) & (place < size + 2 * margin)).all(axis=1))
    if not len(inside):
        none = np.full(size[::-1], -1, np.int32)
        return Tile(edge, share, none, np.full(size[::-1], np.inf, np.float32))
    # of several samples in a cell the one nearest to its middle stands there: it is written last
    off = np.abs(at[inside] - cell[inside] - 0.5).max(axis=1)
    inside = inside[np.argsort(np.rint((0.5 - off) * 65535).astype(np.uint16), kind="stable")]
    sample = np.full((size + 2 * margin)[::-1], -1, np.int32)
    sample[place[inside, 1], place[inside, 0]] = inside
    found = distance_transform_edt(sample < 0, return_distances=False, return_indices=True)
    found = found[:, margin : margin + size[1], margin : margin + size[0]]
    nearest = sample[found[0], found[1]]
    x = (np.arange(size[0]) + first[0] + margin + 0.5) * cell_m
    y = (np.arange(size[1]) + first[1] + margin + 0.5) * cell_m
    # near numbers, so that short floats are exact to a millimetre
    sample_x, sample_y = np.ascontiguousarray((xy - (x[0], y[0])).T, np.float32)
    x, y = (x - x[0]).astype(np.float32), (y - y[0]).astype(np.float32)
    leg_m = np.hypot(sample_x[nearest] - x, sample_y[nearest] - y[:, None])
    return Tile(edge, share, nearest, leg_m)


def _sample(
    network: Network, pieces: Pieces, cell_m: float
) -> tuple[Floats, NDArray[np.int32], Floats]:
    """Return spots along pieces, one a cell, their edges and the shares along these."""
    step = pieces.to_m - pieces.from_m
    count = np.ceil(step / cell_m).astype(np.int64) + 1
    number = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    part = number / np.repeat(np.maximum(count - 1, 1), count)
    at = np.repeat(np.arange(len(step)), count)
    xy = pieces.start_xy[at] * (1 - part[:, None]) + pieces.end_xy[at] * part[:, None]
    edge = pieces.edge[at]
    length = network.length_m[edge]
    along_m = pieces.from_m[at] + part * step[at]
    share = np.divide(along_m, length, where=length > 0, out=np.zeros(len(edge)))
    return xy, edge.astype(np.int32), share
