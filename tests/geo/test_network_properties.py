"""Random small towns: one-way streets, islands, parallel edges, offers on one spot, by networkx."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo.errors import NetworkError
from geo.network import Network
from tests.street_oracle import (
    DRIVE_S_PER_M,
    TOLERANCE_S,
    Place,
    dots,
    kept_segments,
    reference,
    town_of,
    ways,
)
from tests.toytown import CRS, at


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    drawn=st.lists(ways, min_size=2, max_size=9),
    demand=st.lists(dots, min_size=1, max_size=5),
    supply=st.lists(dots, min_size=1, max_size=4),
    doubled=st.booleans(),
)
def test_nearest_supply_is_that_of_networkx(
    drawn: list[tuple[list[Place], str]], demand: list[Place], supply: list[Place], doubled: bool
) -> None:
    town, segments = town_of(drawn)
    assume(segments)
    segments = kept_segments(segments)
    supply = [*supply, *supply] if doubled else supply
    expected = reference(segments, demand, supply)

    network = Network.build(town.streets(), mode="car", crs=CRS)
    sources = network.snap(at(demand), max_leg_m=5000)
    targets = network.snap(at(supply), max_leg_m=5000)
    found = network.to_nearest(sources, [targets], with_distance=True)
    rows = np.arange(len(demand))
    assert found.travel_s[0] == pytest.approx(expected.min(axis=1), abs=TOLERANCE_S)
    assert expected[rows, found.supply[0]] == pytest.approx(found.travel_s[0], abs=TOLERANCE_S)
    assert (found.supply[0] < len(supply) // (2 if doubled else 1)).all()

    pairs = network.within(sources, targets, np.inf)
    table = np.full_like(expected, np.inf)
    table[pairs.source, pairs.target] = pairs.travel_s
    assert table == pytest.approx(expected, abs=TOLERANCE_S)

    assert found.distance_m is not None
    legs_m = sources.leg_m + targets.leg_m[found.supply[0]]
    driven_s = found.travel_s[0] - legs_m * 3.6 / 4.8
    assert found.distance_m[0] - legs_m == pytest.approx(driven_s / DRIVE_S_PER_M, abs=0.5)
    straight = np.hypot(*(np.array(demand) - np.array(supply)[found.supply[0]]).T)
    assert (found.distance_m[0] >= straight - 1e-6).all()


@settings(max_examples=25, deadline=None, derandomize=True)
@given(drawn=st.lists(ways, min_size=2, max_size=9), supply=st.lists(dots, min_size=2, max_size=4))
def test_one_more_offer_never_takes_anybody_farther(
    drawn: list[tuple[list[Place], str]], supply: list[Place]
) -> None:
    town, segments = town_of(drawn)
    assume(segments)
    kept_segments(segments)
    network = Network.build(town.streets(), mode="bike", crs=CRS)
    demand = network.snap(at([(x, y) for x in range(0, 420, 60) for y in range(0, 420, 60)]))
    offers = network.snap(at(supply))
    fewer, more = network.to_nearest(demand, [offers.take(range(1, len(supply))), offers]).travel_s
    assert (more <= fewer).all()


def test_a_town_that_nobody_comes_back_from_is_no_network():
    town, _ = town_of([([(0.0, 0.0), (0.0, 70.0)], "yes")])
    with pytest.raises(NetworkError, match="nobody comes back from"):
        Network.build(town.streets(), mode="car", crs=CRS)
