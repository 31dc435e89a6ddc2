"""Two more regions, every street mode, every node: as far as scipy's search in float64 says."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks.router import REGIONS
from geo.network import MODES, Network, Snapped
from geo.osm import read_streets
from tests.geo.reach.oracle import node_seconds
from tests.geo.reach.test_engine import tolerance

if TYPE_CHECKING:
    from geo.osm import Streets

SETS, PLACES = 3, 30


@lru_cache(maxsize=1)
def streets_of(region: str) -> Streets:
    return read_streets(REGIONS[region].extract)


def anywhere(network: Network, *, seed: int) -> Snapped:
    """Draw places on edges that somebody may stop on, a few metres off the street."""
    draw = np.random.default_rng(seed)
    edge = draw.choice(np.flatnonzero(~network._arrays["no_stop"]), PLACES).astype(np.int32)
    return Snapped(edge, draw.uniform(0, 1, PLACES), draw.uniform(0, 90, PLACES),
                   network.network_id)  # fmt: skip


def assert_same(found: np.ndarray, expected: np.ndarray) -> None:
    assert np.array_equal(np.isinf(found), np.isinf(expected))
    reached = np.isfinite(expected)
    assert reached.all()  # a network is what everybody reaches, and leaves
    assert (np.abs(found - expected)[reached] <= tolerance(expected[reached])).all()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("region", ["liechtenstein", "helsinki"])
def test_every_node_is_as_far_as_dijkstra_says(region: str, mode: str) -> None:
    network = Network.build(streets_of(region), mode=mode, crs=REGIONS[region].crs)
    assert network.search == "sweep"
    sets = [anywhere(network, seed=seed) for seed in range(SETS)]
    expected = [node_seconds(network, places, leaving=False) for places in sets]
    # one set alone, to it and away from it
    assert_same(network.node_seconds(sets[0], leaving=False), expected[0])
    away = node_seconds(network, sets[0], leaving=True)
    assert_same(network.node_seconds(sets[0], leaving=True), away)
    # several side by side, from the start of every edge and from its end
    count = len(network.a)
    for node, fraction in ((network.a, 0.0), (network.b, 1.0)):
        doors = Snapped(np.arange(count, dtype=np.int32), np.full(count, fraction),
                        np.zeros(count), network.network_id)  # fmt: skip
        travel_s = network.to_nearest(doors, sets).travel_s
        for row, times in zip(travel_s, expected, strict=True):
            assert_same(row, times[node])
