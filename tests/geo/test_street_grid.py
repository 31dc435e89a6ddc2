"""The nearest street of each cell: against all samples tried, tile by tile, kept and let go."""

import gc
import weakref

import numpy as np
import pytest

from geo import street_grid
from geo.network import MAX_LEG_M, Network
from geo.street_grid import TILE, StreetGrid, grid_of
from tests.toytown import CRS, ORIGIN, Town, toy_town


@pytest.fixture(scope="module")
def walk() -> Network:
    return Network.build(toy_town(), mode="walk", crs=CRS)


def home_tile() -> tuple[int, int]:
    """Column and row of the tile of 10 m cells that holds the toy town's first crossing."""
    column, row = np.floor(np.asarray(ORIGIN) / (10 * TILE)).astype(int).tolist()
    return column, row


def tiles(network: Network, *, columns: int = 1, rows: int = 1) -> dict:
    column, row = home_tile()
    return StreetGrid(network).tiles(
        network, 10.0, range(column, column + columns), range(row, row + rows)
    )


def test_the_leg_of_each_cell_is_that_to_the_nearest_street(walk: Network):
    column, row = home_tile()
    tile = tiles(walk)[column, row]
    middles = (np.arange(TILE) + 0.5) * 10
    x, y = np.meshgrid(column * TILE * 10 + middles, row * TILE * 10 + middles)
    snapped = walk.snap(np.column_stack([x.ravel(), y.ravel()]))
    leg_m = snapped.leg_m.reshape(TILE, TILE)
    near = leg_m < MAX_LEG_M - 20
    assert near.sum() > 1000
    apart_m = np.abs(tile.leg_m - leg_m)[near]  # a sample stands for the spots of its cell
    assert apart_m.max() < 12
    assert apart_m.mean() < 2
    assert (tile.nearest[leg_m > MAX_LEG_M] == -1).all()
    assert (tile.nearest[near] >= 0).all()


def test_a_tile_is_the_same_alone_and_beside_others(walk: Network):
    alone = tiles(walk)[home_tile()]
    among = tiles(walk, columns=2, rows=2)[home_tile()]
    assert np.array_equal(alone.leg_m, among.leg_m)
    assert np.array_equal(alone.edge[alone.nearest], among.edge[among.nearest])


def test_what_was_made_is_kept_up_to_a_bound(walk: Network, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(street_grid, "_MOST_TILES", 2)
    grid, (column, row) = StreetGrid(walk), home_tile()
    first = grid.tiles(walk, 10.0, range(column, column + 1), range(row, row + 1))
    again = grid.tiles(walk, 10.0, range(column, column + 1), range(row, row + 1))
    assert again[column, row] is first[column, row]
    many = grid.tiles(walk, 10.0, range(column, column + 2), range(row, row + 2))
    assert len(many) == 4
    assert len(grid._tiles) == 2


def test_a_grid_goes_with_its_network():
    network = Network.build(Town().way((0, 0), (100, 0)).streets(), mode="walk", crs=CRS)
    grid = weakref.ref(grid_of(network))
    assert grid_of(network) is grid()
    del network
    gc.collect()
    assert grid() is None


def test_pieces_of_edges_are_found_by_their_edge(walk: Network):
    grid = grid_of(walk)
    assert len(grid.start) == len(walk.a) + 1
    for edge in (3, 5):
        own = slice(grid.start[edge], grid.start[edge + 1])
        assert set(grid.pieces.edge[own].tolist()) == {edge}
        assert grid.pieces.to_m[own][-1] == pytest.approx(walk.length_m[edge])
