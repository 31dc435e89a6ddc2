"""Ways on the toy town: as long as the travel time that is told, along the streets it takes."""

from itertools import pairwise

import numpy as np
import pytest
import shapely

from geo.network import Network
from geo.way import way_between
from tests.toytown import CRS, at, toy_town

HOUR_S = 3600.0


@pytest.fixture(scope="module")
def walk() -> Network:
    return Network.build(toy_town(), mode="walk", crs=CRS)


def way(network: Network, start: tuple[float, float], end: tuple[float, float], limit_s=HOUR_S):
    return way_between(network, network.snap(at(start)), network.snap(at(end)), limit_s=limit_s)


def test_a_way_takes_as_long_as_the_search_says(walk: Network):
    found = way(walk, (80, -30), (300, 10))
    assert found is not None
    assert found.distance_m == pytest.approx(30 + 20 + 200 + 10)  # the leg, and streets
    assert found.travel_s == pytest.approx(260 / 4.8 * 3.6, abs=1e-2)
    assert walk.length_of(found.stretch) == pytest.approx(230)


def test_points_on_one_edge_are_joined_along_it(walk: Network):
    found = way(walk, (110, 0), (170, 0))
    assert found is not None
    assert walk.length_of(found.stretch) == pytest.approx(60)


def test_the_line_has_no_gaps_and_goes_from_place_to_place(walk: Network):
    found = way(walk, (50, 0), (350, 400))
    assert found is not None
    parts = [shapely.get_coordinates(part) for part in walk.line_of(found.stretch).geoms]
    steps = [np.hypot(*(b[0] - a[-1])) for a, b in pairwise(parts)]
    assert max(steps) < 1e-6
    assert parts[0][0] == pytest.approx(at((50, 0))[0])
    assert parts[-1][-1] == pytest.approx(at((350, 400))[0])
    assert walk.length_of(found.stretch) == pytest.approx(700)


def test_no_way_within_the_limit_is_none(walk: Network):
    assert way(walk, (0, 0), (400, 400), limit_s=60) is None


def test_a_place_leads_to_itself(walk: Network):
    found = way(walk, (50, 0), (50, 0))
    assert found is not None
    assert found.travel_s == 0
    assert len(found.stretch.edge) == 0
