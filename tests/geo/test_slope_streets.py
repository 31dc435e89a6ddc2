"""Hills on the network: times by the formula, up and down apart, bridges over valleys."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from geo.errors import CRSError
from geo.network import MODES, Network
from geo.slope import riding_factor, walking_factor
from geo.slope_chains import EVEN_S, even_starts
from geo.slope_streets import GROUND, LEVEL, SPAN, SURVEYED, way_course
from geo.street_access import Speeds
from geo.way import way_between
from tests.hillground import ground, slope
from tests.toytown import BLOCK_WALK_S, CRS, ORIGIN, Town, at, grid_town, toy_town

if TYPE_CHECKING:
    from pathlib import Path

    from geo.elevation import Elevation

WALK_S_BY_M = 0.75
TICK_S = 1e-2


def build(town: Town, elevation: Elevation | None, mode: str = "walk", **speeds: str) -> Network:
    return Network.build(
        town.streets(), mode=mode, crs=CRS, elevation=elevation, speeds=Speeds(**speeds)
    )


def seconds(network: Network, start: tuple[float, float], end: tuple[float, float]) -> float:
    found = network.to_nearest(network.snap(at(start)), [network.snap(at(end))])
    return float(found.travel_s[0, 0])


def street(*places: tuple[float, float], **tags: str) -> Town:
    """Return one street, straight or not."""
    return Town().way(*places, tags={"highway": "residential", **tags})


@pytest.mark.parametrize("gradient", [0.02, 0.05, 0.08, 0.25])
def test_walking_up_and_down_a_plane_is_the_formula(gradient: float) -> None:
    network = build(grid_town(), slope(gradient))
    flat_s = 2 * BLOCK_WALK_S  # between crossings; around a corner time is even within `EVEN_S`
    up, down = seconds(network, (100, 100), (300, 100)), seconds(network, (300, 100), (100, 100))
    assert up == pytest.approx(flat_s / walking_factor([gradient])[0], rel=1e-4)
    assert down == pytest.approx(flat_s / walking_factor([-gradient])[0], rel=1e-4)
    assert seconds(network, (100, 100), (100, 300)) == pytest.approx(flat_s, rel=1e-4)


@pytest.mark.parametrize("bicycle", ["bicycle", "pedelec"])
def test_riding_up_and_down_a_plane_is_the_table(bicycle: str) -> None:
    network = build(grid_town(), slope(0.06), "bike", bicycle=bicycle)
    up, down = seconds(network, (100, 100), (300, 100)), seconds(network, (300, 100), (100, 100))
    flat_s = 200 / (15 / 3.6)
    assert up == pytest.approx(flat_s / riding_factor([0.06], bicycle=bicycle)[0], rel=1e-4)
    assert down == pytest.approx(flat_s / riding_factor([-0.06], bicycle=bicycle)[0], rel=1e-4)


def test_against_a_one_way_street_a_bicycle_is_pushed_uphill() -> None:
    town = grid_town(without=["east0"])
    town.way((400, 0), (300, 0), (200, 0), (100, 0), (0, 0),
             tags={"highway": "residential", "oneway": "yes"})  # fmt: skip
    network = build(town, slope(0.04), "bike")
    # 10 m of it, so that no other street is a way around
    pushed_s = 10 / (4.8 / 3.6) / walking_factor([0.04])[0]
    assert seconds(network, (140, 0), (150, 0)) == pytest.approx(pushed_s, rel=1e-3)


@pytest.mark.parametrize("mode", MODES)
def test_flat_ground_changes_no_time(mode: str) -> None:
    flat, without = build(grid_town(), slope(0.0), mode), build(grid_town(), None, mode)
    assert np.array_equal(flat.forward_s, without.forward_s)
    assert np.array_equal(flat.length_m, without.length_m)
    assert without.hills is None


def test_cars_are_not_touched() -> None:
    hilly, flat = build(grid_town(), slope(0.1), "car"), build(grid_town(), None, "car")
    assert hilly.network_id == flat.network_id
    assert hilly.hills is None


def test_chains_sum_the_times_of_their_pieces_by_direction() -> None:
    # up 8 % for 50 m and down again, as one street without a crossing
    peak = ground(lambda x, y: 4.0 - 0.08 * np.abs(x - 50) + 0 * y, cell_m=2.0, native_m=0.0)
    object.__setattr__(peak, "_smoothed", peak.height_m)  # the corner stays a corner
    network = build(street((0, 0), (50, 0), (100, 0)), peak)
    each_s = 50 * WALK_S_BY_M / walking_factor([0.08, -0.08])
    assert seconds(network, (0, 0), (100, 0)) == pytest.approx(each_s.sum(), abs=TICK_S)
    assert seconds(network, (100, 0), (0, 0)) == pytest.approx(each_s.sum(), abs=TICK_S)


def test_a_place_on_a_street_knows_where_on_the_hill_it_is() -> None:
    # 300 m flat, then 300 m at 20 %, one street of two nodes
    hill = ground(lambda x, y: 0.2 * np.maximum(x - 300, 0) + 0 * y)
    network = build(street((0, 0), (600, 0)), hill)
    assert seconds(network, (0, 0), (250, 0)) == pytest.approx(250 * WALK_S_BY_M, abs=EVEN_S)
    steep_s = 300 * WALK_S_BY_M / walking_factor([0.2])[0]
    assert seconds(network, (300, 0), (600, 0)) == pytest.approx(steep_s, rel=0.05)
    assert len(network.a) > 1


def test_a_way_written_out_takes_as_long_as_the_times_say() -> None:
    network = build(grid_town(), ground(lambda x, y: 0.1 * x - 0.05 * y))
    here, there = network.snap(at((20, 5))), network.snap(at((380, 390)))
    way = way_between(network, here, there, limit_s=3600)
    assert way is not None
    assert way.travel_s == pytest.approx(seconds(network, (20, 5), (380, 390)), abs=TICK_S)
    assert len(way.stretch.edge) >= 7


def valley() -> Elevation:
    """Return a plain at 100 m with a valley between x = 150 and 250, 30 m deep."""
    deep = np.vectorize(lambda x: 30.0 * max(0.0, 1 - abs(x - 200) / 50))
    return ground(lambda x, y: 100.0 - deep(x) + 0 * y)


@pytest.mark.parametrize("tags", [{"bridge": "yes"}, {"bridge": "viaduct"}, {"tunnel": "yes"}])
def test_a_bridge_over_a_valley_is_flat(tags: dict[str, str]) -> None:
    bridge = {"highway": "residential", **tags}
    town = Town().way((-300, 0), (100, 0)).way((300, 0), (700, 0))
    # two ways in a row, as where the bridge's name changes in its middle
    town.way((100, 0), (200, 0), tags=bridge).way((200, 0), (300, 0), tags=bridge)
    network = build(town, valley())
    assert seconds(network, (0, 0), (400, 0)) == pytest.approx(300, abs=0.5)
    below = build(Town().way((-300, 0), (700, 0)), valley())
    assert seconds(below, (0, 0), (400, 0)) > 340


def test_a_bridge_rises_evenly_between_ends_of_different_height() -> None:
    step = ground(lambda x, y: np.where(x < 200, 100.0, 110.0) + 0 * y)
    town = Town().way((0, 0), (100, 0)).way((300, 0), (400, 0))
    town.way((100, 0), (150, 0), (300, 0), tags={"highway": "residential", "bridge": "yes"})
    network = build(town, step)
    up_s = 200 * WALK_S_BY_M / walking_factor([10 / 200])[0]
    assert seconds(network, (100, 0), (300, 0)) == pytest.approx(up_s, abs=0.5)


def test_stairs_from_the_middle_of_a_bridge_do_not_pull_it_down() -> None:
    town = Town().way((-300, 0), (100, 0)).way((300, 0), (700, 0))
    town.way((100, 0), (200, 0), (300, 0), tags={"highway": "residential", "bridge": "yes"})
    town.way((200, 0), (200, 40), tags={"highway": "steps"})
    network = build(town, valley())
    assert seconds(network, (0, 0), (400, 0)) == pytest.approx(300, abs=0.5)
    # the stairs go down to the valley's ground instead, and up again more slowly
    assert seconds(network, (200, 40), (200, 0)) > seconds(network, (200, 0), (200, 40)) > 60


def test_a_ring_of_bridges_and_a_bridge_that_ends_in_the_air_have_heights_as_well() -> None:
    bridge = {"highway": "residential", "bridge": "yes"}
    town = grid_town()
    town.way((100, 100), (150, 150), (200, 100), (150, 50), (100, 100), tags=bridge)
    town.way((400, 400), (500, 400), tags=bridge)
    network = build(town, slope(0.05))
    assert np.isfinite(network.forward_s).all()
    assert seconds(network, (400, 400), (500, 400)) == pytest.approx(BLOCK_WALK_S, abs=TICK_S)


def test_step_free_travel_is_barred_from_what_is_steeper_than_six_per_cent() -> None:
    hill = ground(lambda x, y: 0.08 * np.maximum(x - 200, 0) + 0 * y)
    town = grid_town()
    network = build(town, hill, "stepfree")
    assert network.hills is not None
    # five streets of two blocks, but for the crossing where the smoothed foot of the hill lies
    assert network.hills.too_steep_m == pytest.approx(1000, abs=150)
    assert network.hills.too_steep >= 10
    assert network.snap(at((395, 200))).leg_m[0] > 90
    assert build(town, hill, "walk").hills.too_steep == 0  # type: ignore[union-attr]


def test_exactly_six_per_cent_is_open_and_slower_only_uphill() -> None:
    network = build(grid_town(), slope(0.0599), "stepfree")
    assert network.hills is not None
    assert network.hills.too_steep == 0
    flat_s = 400 / (3.6 / 3.6)
    assert seconds(network, (400, 0), (0, 0)) == pytest.approx(flat_s, rel=1e-4)
    up_s = flat_s * math.exp(3.5 * 0.0599)
    assert seconds(network, (0, 0), (400, 0)) == pytest.approx(up_s, rel=1e-3)


@pytest.mark.parametrize("tags", [{"wheelchair": "yes"}, {"incline": "5%"}])
def test_who_mapped_a_street_knows_better_than_the_raster(tags: dict[str, str]) -> None:
    network = build(street((0, 0), (400, 0), **tags), slope(0.09), "stepfree")
    assert network.hills is not None
    assert network.hills.too_steep == 0


def test_a_void_in_the_middle_is_flat_and_its_share_is_told() -> None:
    def height(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.where((np.abs(x - 200) < 45) & (np.abs(y - 200) < 900), np.nan, 100 + 0.1 * x)

    network = build(street((0, 200), (100, 200), (300, 200), (400, 200)), ground(height))
    assert network.hills is not None
    assert network.hills.unknown_share == pytest.approx(0.5)
    known_s = 200 * WALK_S_BY_M / walking_factor([0.1])[0]
    # the kernel leans to its own side at the rim of what is known
    assert seconds(network, (0, 200), (400, 200)) == pytest.approx(known_s + 150, rel=0.05)


def test_where_heights_cover_half_the_town_the_other_half_is_flat() -> None:
    half = ground(lambda x, y: 100 + 0.1 * x + 0 * y, box=(-1000, -1000, 2000, 200))
    network = build(grid_town(), half)
    assert network.hills is not None
    # of ten streets two in the north, and half of each that leads there; a piece that begins in the
    # known half and leaves it is flat as a whole
    assert network.hills.unknown_share == pytest.approx(0.6, abs=0.05)
    assert seconds(network, (0, 400), (400, 400)) == pytest.approx(300, abs=TICK_S)
    assert seconds(network, (0, 0), (400, 0)) > 400


def test_ferries_and_corridors_are_level() -> None:
    town = Town().way((0, 0), (100, 0)).way((300, 0), (400, 0))
    town.way((100, 0), (300, 0), tags={"highway": "corridor", "indoor": "yes"})
    network = build(town, slope(0.1))
    assert seconds(network, (100, 0), (300, 0)) == pytest.approx(150, abs=TICK_S)


@pytest.mark.parametrize(
    ("tags", "course"),
    [
        ({"highway": "residential"}, GROUND),
        ({"highway": "footway", "tunnel": "building_passage"}, GROUND),
        ({"highway": "footway", "incline": "up"}, GROUND),
        ({"highway": "residential", "bridge": "no"}, GROUND),
        ({"highway": "footway", "incline": "-4,5 %"}, SURVEYED),
        ({"highway": "steps", "ramp:wheelchair": "yes"}, SURVEYED),
        ({"highway": "primary", "bridge": "yes", "wheelchair": "yes"}, SPAN),
        ({"highway": "footway", "level": "-1"}, LEVEL),
        ({"highway": "elevator"}, LEVEL),
        ({"route": "ferry"}, LEVEL),
    ],
)
def test_tags_say_what_the_height_of_a_way_follows(tags: dict[str, str], course: int) -> None:
    assert way_course(tags) == course


@pytest.mark.parametrize(("noise_m", "native_m", "cell_m"), [(1.55, 72.0, 72.0), (0.2, 10.0, 10.0)])
def test_noise_lengthens_flat_streets_by_less_than_one_per_cent(noise_m, native_m, cell_m) -> None:
    # 1.55 m: the instrumental error of SRTM on 302 runways (Becek 2008); 0.2 m: laser scans
    random = np.random.default_rng(5)
    noisy = ground(
        lambda x, y: random.normal(100, noise_m, (y.size, x.size)),
        cell_m=cell_m, native_m=native_m,
    )  # fmt: skip
    for mode in ("walk", "bike"):
        hilly, flat = build(grid_town(), noisy, mode), build(grid_town(), None, mode)
        total = hilly.forward_s.sum() + hilly.backward_s.sum()
        assert total / (2 * flat.forward_s.sum()) == pytest.approx(1.0, abs=0.01)
    assert build(grid_town(), noisy, "stepfree").hills.too_steep == 0  # type: ignore[union-attr]


def test_hills_are_saved_with_the_network_and_heights_change_its_id(tmp_path: Path) -> None:
    network = build(grid_town(), slope(0.05))
    network.save(tmp_path)
    opened = Network.open(tmp_path)
    assert opened.hills == network.hills
    assert seconds(opened, (0, 0), (400, 0)) == seconds(network, (0, 0), (400, 0))
    assert network.network_id != build(grid_town(), slope(0.06)).network_id


def test_heights_in_another_crs_are_refused() -> None:
    with pytest.raises(CRSError, match="EPSG:25833, the network in EPSG:25832"):
        Network.build(toy_town(), mode="walk", crs="EPSG:25832", elevation=slope(0.1))


def test_chains_are_divided_until_time_goes_with_length() -> None:
    length = np.full(8, 100.0)
    up = np.array([75, 75, 75, 75, 150, 150, 150, 150], float)
    starts = even_starts(np.array([0]), length, np.column_stack([up, up / 2]))
    assert starts.tolist() == [0, 4]
    even = even_starts(np.array([0, 4]), length, np.column_stack([up, up]))
    assert even.tolist() == [0, 4]


def test_places_outside_the_heights_are_unknown() -> None:
    found = slope(0.1).heights(np.array([[ORIGIN[0] + 100, ORIGIN[1]], [0.0, 0.0]]))
    assert found[0] == pytest.approx(110)
    assert np.isnan(found[1])
