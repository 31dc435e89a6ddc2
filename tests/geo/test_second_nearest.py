"""The second nearest supply is the nearest once the nearest has closed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo.access import nearest_in_line, second_nearest_in_line
from geo.errors import NetworkError
from geo.network import Network, Snapped
from tests.geo.test_network_properties import dots, town_of, ways
from tests.toytown import CRS, at


def one_by_one(network: Network, demand: Snapped, supply: Snapped, first: np.ndarray):
    """Ask for the nearest once more for each supply that is closed."""
    seconds = np.full(len(demand), np.inf)
    number = np.full(len(demand), -1)
    metres = np.full(len(demand), np.inf)
    for closed in range(len(supply)):
        kept = np.flatnonzero(np.arange(len(supply)) != closed)
        found = network.to_nearest(demand, [supply.take(kept)], with_distance=True)
        mine = (first == closed) & (found.supply[0] >= 0)
        seconds[mine], metres[mine] = found.travel_s[0][mine], found.distance_m[0][mine]
        number[mine] = kept[found.supply[0][mine]]
    return seconds, number, metres


@settings(max_examples=60, deadline=None)
@given(
    st.lists(ways, min_size=1, max_size=6),
    st.lists(dots, min_size=1, max_size=8),
    st.lists(dots, min_size=0, max_size=6),
    st.sampled_from(["walk", "car"]),
)
def test_in_random_towns_it_is_what_closing_each_supply_gives(drawn, homes, offers, mode):
    town, segments = town_of(drawn)
    assume(segments)
    try:
        network = Network.build(town.streets(), mode=mode, crs=CRS)
    except NetworkError:
        assume(False)
    demand = network.snap(at(homes))
    supply = network.snap(at(offers)) if offers else network.snap(np.empty((0, 2)))
    first = network.to_nearest(demand, [supply])
    found = network.to_second_nearest(demand, supply, first.supply[0], with_distance=True)
    seconds, number, metres = one_by_one(network, demand, supply, first.supply[0])
    np.testing.assert_array_equal(found.travel_s[0], seconds)
    np.testing.assert_array_equal(found.supply[0], number)
    np.testing.assert_allclose(found.distance_m[0], metres, atol=1e-6)


@pytest.mark.parametrize("mode", ["walk", "car"])
def test_in_the_demo_region_it_is_what_closing_each_supply_gives(demo_atlas, mode):
    network, demand = demo_atlas.networks[mode], demo_atlas.demand[mode]
    rows = demo_atlas.offers_of(demo_atlas.taxonomy.category("greengrocer_bakery"))
    supply = demo_atlas.supply[mode].take(rows)
    first = network.to_nearest(demand, [supply])
    found = network.to_second_nearest(demand, supply, first.supply[0])
    seconds, number, _ = one_by_one(network, demand, supply, first.supply[0])
    assert len(rows) > 30
    np.testing.assert_array_equal(found.travel_s[0], seconds)
    np.testing.assert_array_equal(found.supply[0], number)


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=0, max_size=9),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=9),
)
def test_in_a_straight_line_it_is_the_next_in_order(offers, homes):
    supply, demand = np.array(offers, float).reshape(-1, 2), np.array(homes, float)
    first = nearest_in_line(demand, [supply]).supply[0]
    found = second_nearest_in_line(demand, supply, first)
    for i, home in enumerate(demand):
        order = sorted((float(np.hypot(*(home - s))), n) for n, s in enumerate(supply))
        rest = [(way, n) for way, n in order if n != first[i]]
        way, number = rest[0] if rest else (np.inf, -1)
        assert found.supply[0][i] == number
        assert found.distance_m[0][i] == pytest.approx(way)
