"""Isochrones: arithmetic on small towns, and the network's own verdict on the demo region."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely

from geo.errors import NetworkError, ParameterError
from geo.isochrone import MOST_CELLS, isochrones
from geo.network import Network
from tests.toytown import BLOCK_WALK_S, CRS, Town, at, toy_town

if TYPE_CHECKING:
    from layers.atlas import Atlas

Place = tuple[float, float]


@pytest.fixture(scope="module")
def walk() -> Network:
    return Network.build(toy_town(), mode="walk", crs=CRS)


def build(town: Town, mode: str = "walk") -> Network:
    return Network.build(town.streets(), mode=mode, crs=CRS)


def area(
    network: Network, place: Place, limit_s: float, *, leaving: bool = True
) -> shapely.MultiPolygon:
    return isochrones(network, network.snap(at(place)), [limit_s], leaving=leaving)[0].shape


def holds(shape: shapely.MultiPolygon, *places: Place) -> list[bool]:
    return [bool(inside) for inside in shapely.contains_xy(shape, at(places))]


def test_two_blocks_from_the_corner_end_where_arithmetic_says(walk: Network) -> None:
    shape = area(walk, (0, 0), 2 * BLOCK_WALK_S)
    assert holds(shape, (185, 0), (0, 185), (100, 85)) == [True] * 3
    assert holds(shape, (215, 0), (0, 215), (100, 115)) == [False] * 3


def test_the_access_leg_counts_at_both_ends(walk: Network) -> None:
    # 40 m to the street, then 160 m are left: 120 m along it leave a leg of 40 m
    shape = area(walk, (100, -40), 2 * BLOCK_WALK_S)
    assert holds(shape, (215, -25), (215, -55)) == [True, False]


def test_a_place_between_two_crossings_reaches_a_part_of_its_own_street() -> None:
    network = build(Town().way((0, 0), (2000, 0)))
    shape = area(network, (1000, 0), 75.0)  # 100 m
    assert holds(shape, (915, 0), (1085, 0)) == [True, True]
    assert holds(shape, (885, 0), (1115, 0)) == [False, False]
    assert shape.area == pytest.approx(2 * 100**2, rel=0.05)  # a square on its corner


def test_the_other_bank_of_a_river_is_not_filled() -> None:
    town = Town().way((0, 0), (1000, 0)).way((0, 60), (1000, 60)).way((1000, 0), (1000, 60))
    shape = area(build(town), (0, 0), 5 * BLOCK_WALK_S)
    assert holds(shape, (20, 20), (20, 45), (20, 100)) == [True, False, False]


def test_land_far_from_every_street_is_a_hole() -> None:
    ring = Town().way((0, 0), (1200, 0), (1200, 1200), (0, 1200), (0, 0))
    shape = area(build(ring), (0, 0), 3600.0)
    assert [len(part.interiors) for part in shape.geoms] == [1]
    assert holds(shape, (600, 450), (600, 600)) == [True, False]


def test_one_way_streets_tell_leaving_from_coming() -> None:
    ring = Town().way(
        (0, 0), (2000, 0), (2000, 2000), (0, 2000), (0, 0),
        tags={"highway": "residential", "oneway": "yes"},
    )  # fmt: skip
    network = build(ring, "car")
    leaving = area(network, (1000, 0), 60.0)  # 417 m at 25 km/h
    coming = area(network, (1000, 0), 60.0, leaving=False)
    assert holds(leaving, (1300, 0), (700, 0)) == [True, False]
    assert holds(coming, (1300, 0), (700, 0)) == [False, True]


def test_several_limits_give_what_each_gives_alone_and_contain_one_another(walk: Network) -> None:
    place = walk.snap(at((120, 130)))
    far, near = isochrones(walk, place, [300.0, 100.0], leaving=True)
    assert (far.limit_s, near.limit_s) == (300.0, 100.0)
    assert far.shape.covers(near.shape)
    alone = isochrones(walk, place, [100.0], leaving=True)[0]
    assert alone.shape.symmetric_difference(near.shape).area < 0.01 * near.shape.area


def test_several_places_reach_what_any_of_them_reaches(walk: Network) -> None:
    both = isochrones(walk, walk.snap(at([(0, 0), (400, 400)])), [100.0], leaving=True)[0].shape
    assert holds(both, (50, 0), (350, 400), (200, 200)) == [True, True, False]
    assert len(both.geoms) == 2


def test_a_place_off_the_network_and_no_place_reach_nothing(walk: Network) -> None:
    assert area(walk, (9000, 9000), 600.0).is_empty
    assert isochrones(walk, walk.snap(np.zeros((0, 2))), [60.0], leaving=True)[0].shape.is_empty


def test_a_large_area_takes_wider_cells(demo_atlas: Atlas) -> None:
    car, people = demo_atlas.networks["car"], demo_atlas.demand["car"]
    drawn = isochrones(car, people.take([0]), [3600.0], leaving=True)[0]
    left, bottom, right, top = drawn.shape.bounds
    assert drawn.cell_m > 10
    assert (right - left) * (top - bottom) <= 1.05 * MOST_CELLS * drawn.cell_m**2


@pytest.mark.parametrize("limit_s", [0.0, -1.0, np.inf, np.nan])
def test_a_limit_that_is_none_is_refused(walk: Network, limit_s: float) -> None:
    with pytest.raises(ParameterError, match="finite seconds above 0"):
        area(walk, (0, 0), limit_s)


def test_places_of_another_network_are_refused(walk: Network) -> None:
    bike = Network.build(toy_town(), mode="bike", crs=CRS)
    with pytest.raises(NetworkError, match="snapped to another network"):
        isochrones(walk, bike.snap(at((0, 0))), [60.0], leaving=True)


@pytest.mark.parametrize(
    ("mode", "minutes"),
    [("walk", 5), ("walk", 10), ("stepfree", 15), ("bike", 10), ("car", 5), ("car", 15)],
)
@pytest.mark.parametrize("leaving", [True, False])
def test_homes_inside_are_those_that_the_network_reaches(
    demo_atlas: Atlas, mode: str, minutes: float, leaving: bool
) -> None:
    network, people = demo_atlas.networks[mode], demo_atlas.demand[mode]
    rng = np.random.default_rng(7)
    alike = []
    for row in rng.choice(np.flatnonzero(people.placed), 10):
        place = people.take([row])
        shape = isochrones(network, place, [minutes * 60], leaving=leaving)[0].shape
        assert shape.is_valid
        inside = shapely.contains_xy(shape, demo_atlas.population.xy)
        ends = (place, people) if leaving else (people, place)
        pairs = network.within(*ends, minutes * 60)
        truth = np.zeros(len(people), bool)
        truth[pairs.target if leaving else pairs.source] = True
        alike.append((inside & truth).sum() / (inside | truth).sum())
    assert np.mean(alike) >= 0.97, np.round(alike, 3)
