"""The network on the toy town: every answer is arithmetic."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely

from geo.errors import CRSError, NetworkError
from geo.network import MODES, Network
from geo.street_access import Speeds
from tests.toytown import BLOCK_WALK_S, CRS, Town, at, grid_town, toy_town

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

TICK_S = 1e-2  # a path's seconds are rounded to 1/1024 s on each edge and leg


@pytest.fixture(scope="module")
def walk() -> Network:
    return Network.build(toy_town(), mode="walk", crs=CRS)


def seconds(network: Network, start: tuple[float, float], end: tuple[float, float]) -> float:
    found = network.to_nearest(network.snap(at(start)), [network.snap(at(end))])
    return float(found.travel_s[0, 0])


def build(town: Town, mode: str = "walk", speeds: Speeds | None = None) -> Network:
    return Network.build(town.streets(), mode=mode, crs=CRS, speeds=speeds)


def test_four_blocks_take_five_minutes(walk: Network) -> None:
    assert seconds(walk, (0, 0), (200, 200)) == pytest.approx(4 * BLOCK_WALK_S, abs=TICK_S)


def test_both_access_legs_count(walk: Network) -> None:
    # 30 m to the street, 20 m along it, two blocks, 10 m from the street to the door
    demand, supply = walk.snap(at((80, -30))), walk.snap(at((300, 10)))
    found = walk.to_nearest(demand, [supply], with_distance=True)
    assert found.distance_m is not None
    assert found.distance_m[0, 0] == pytest.approx(30 + 20 + 200 + 10)
    assert found.travel_s[0, 0] == pytest.approx(260 / 4.8 * 3.6, abs=TICK_S)


def test_points_on_one_edge_meet_along_it(walk: Network) -> None:
    assert seconds(walk, (110, 0), (170, 0)) == pytest.approx(60 * 0.75, abs=TICK_S)


def test_snapping_is_to_the_edge_and_not_to_the_node(walk: Network) -> None:
    snapped = walk.snap(at((150, 7)))
    assert snapped.leg_m[0] == pytest.approx(7)
    assert snapped.fraction[0] == pytest.approx(0.5)


def test_a_point_too_far_away_is_marked_and_reaches_nothing(walk: Network) -> None:
    snapped = walk.snap(at([(200, 200), (200, -501)]))
    assert snapped.placed.tolist() == [True, False]
    found = walk.to_nearest(snapped, [walk.snap(at((200, 200)))], with_distance=True)
    assert found.distance_m is not None
    assert found.travel_s[0].tolist() == [0.0, np.inf]
    assert found.supply[0].tolist() == [0, -1]
    assert found.distance_m[0] == pytest.approx([0.0, np.inf], abs=1e-6)


def test_a_point_without_coordinates_is_marked(walk: Network) -> None:
    assert walk.snap([(np.nan, 1.0)]).placed.tolist() == [False]


def test_ties_go_to_the_lower_index_whatever_the_order(walk: Network) -> None:
    demand = walk.snap(at((200, 200)))
    corners = np.array([(400, 200), (0, 200), (200, 0), (200, 400)], float)
    for order in ([0, 1, 2, 3], [3, 1, 0, 2], [2, 3, 1, 0]):
        found = walk.to_nearest(demand, [walk.snap(at(corners[order]))])
        assert found.supply[0, 0] == 0
        assert found.travel_s[0, 0] == pytest.approx(2 * BLOCK_WALK_S, abs=TICK_S)


def test_a_thousand_offers_on_one_node_answer_with_the_first(walk: Network) -> None:
    supply = walk.snap(np.repeat(at((100, 100)), 1000, axis=0))
    found = walk.to_nearest(walk.snap(at([(100, 100), (300, 100)])), [supply])
    assert found.supply[0].tolist() == [0, 0]
    assert found.travel_s[0] == pytest.approx([0, 2 * BLOCK_WALK_S], abs=TICK_S)


def test_many_sets_are_answered_at_once_as_one_by_one(walk: Network) -> None:
    rng = np.random.default_rng(7)
    demand = walk.snap(at(rng.uniform(-50, 450, (40, 2))))
    sizes = [3, 0, 1, 9, *([2] * 80)]  # more sets than one search holds
    sets = [walk.snap(at(rng.uniform(-50, 450, (n, 2)))) for n in sizes]
    together = walk.to_nearest(demand, sets, with_distance=True)
    assert np.isinf(together.travel_s[1]).all()
    assert (together.supply[1] == -1).all()
    for row, supply in enumerate(sets):
        alone = walk.to_nearest(demand, [supply])
        assert alone.travel_s[0].tolist() == together.travel_s[row].tolist()
        assert alone.supply[0].tolist() == together.supply[row].tolist()


def test_no_set_and_no_demand_give_empty_tables(walk: Network) -> None:
    nobody = walk.snap(np.zeros((0, 2)))
    assert walk.to_nearest(walk.snap(at((0, 0))), []).travel_s.shape == (0, 1)
    assert walk.to_nearest(nobody, [nobody], with_distance=True).travel_s.shape == (1, 0)
    assert len(walk.within(nobody, nobody, 600).source) == 0


def test_on_a_one_way_street_the_way_to_an_offer_is_not_the_way_back() -> None:
    # a driver in the middle of the southern street, one-way to the east, and an offer 100 m west
    town = grid_town(without=["east0"])
    line = [(i * 100.0, 0.0) for i in range(5)]
    town.way(*line, tags={"highway": "residential", "oneway": "yes"})
    car = build(town, "car")
    # west: on to the next crossing, around two blocks to the crossing at 0, on to the offer
    assert seconds(car, (150, 0), (50, 0)) == pytest.approx(
        (50 + 100 + 200 + 100 + 50) * 0.144, abs=TICK_S
    )
    assert seconds(car, (50, 0), (150, 0)) == pytest.approx(100 * 0.144, abs=TICK_S)


def test_at_the_start_of_a_one_way_street_one_may_leave_the_other_way() -> None:
    town = Town().way((0, 0), (100, 0), tags={"highway": "residential", "oneway": "yes"})
    town.way((100, 0), (100, 100), (0, 100), (0, 0))
    car = build(town, "car")
    assert seconds(car, (0, 0), (0, 50)) == pytest.approx(50 * 0.144, abs=TICK_S)


def test_of_parallel_streets_the_shortest_counts_and_they_are_not_summed() -> None:
    town = Town().way((0, 0), (100, 0)).way((0, 0), (50, 50), (100, 0)).way((0, 0), (100, 0))
    town.way((0, 0), (-100, 0)).way((100, 0), (200, 0))
    assert seconds(build(town), (-100, 0), (200, 0)) == pytest.approx(3 * BLOCK_WALK_S, abs=TICK_S)


def test_of_parallel_one_way_streets_the_fastest_counts_in_each_direction() -> None:
    town = Town().way((-100, 0), (0, 0)).way((100, 0), (200, 0))
    there, back = ({"highway": "residential", "oneway": oneway} for oneway in ("yes", "-1"))
    for tags, aside in ((there, 50), (back, -50)):
        town.way((0, 0), (100, 0), tags=tags).way((0, 0), (50, aside), (100, 0), tags=tags)
    car = build(town, "car")
    for start, end in (((-100, 0), (200, 0)), ((200, 0), (-100, 0))):
        assert seconds(car, start, end) == pytest.approx(300 * 0.144, abs=TICK_S)


def test_nobody_is_snapped_to_an_island() -> None:
    town = grid_town().way((200, 450), (300, 450))
    network = build(town)
    snapped = network.snap(at((250, 449)))
    assert snapped.leg_m[0] == pytest.approx(49)
    assert network.left_out["islands"] == 1
    assert network.left_out["island_segments"] == 1
    assert network.dropped_share == pytest.approx(100 / 4100)


def test_a_one_way_street_that_leads_out_only_is_left_out() -> None:
    town = grid_town().way((400, 0), (500, 0), tags={"highway": "residential", "oneway": "yes"})
    assert build(town, "car").left_out["island_segments"] == 1
    assert build(town, "walk").left_out["island_segments"] == 0


def test_a_loop_and_a_doubled_node_are_no_trouble() -> None:
    town = Town().way((0, 0), (100, 0), (100, 0), (200, 0))
    town.way((200, 0), (250, 0), (250, 50), (200, 50), (200, 0))
    network = build(town)
    # to the middle of the loop, 100 m away on either side
    assert seconds(network, (0, 0), (250, 50)) == pytest.approx(300 * 0.75, abs=TICK_S)
    assert seconds(network, (230, 0), (200, 30)) == pytest.approx(60 * 0.75, abs=TICK_S)


def test_two_nodes_at_one_place_are_connected() -> None:
    town = Town().way((0, 0), (100, 0), (100.0, 1e-9), (200, 0))
    assert seconds(build(town), (0, 0), (200, 0)) == pytest.approx(150, abs=TICK_S)


def test_a_town_of_one_street_and_one_ring() -> None:
    assert seconds(build(Town().way((0, 0), (100, 0))), (0, 0), (100, 0)) == pytest.approx(
        75, abs=TICK_S
    )
    ring = Town().way((0, 0), (100, 0), (100, 100), (0, 100), (0, 0))
    assert seconds(build(ring), (50, 0), (50, 100)) == pytest.approx(150, abs=TICK_S)
    assert seconds(build(ring), (50, 0), (0, 50)) == pytest.approx(75, abs=TICK_S)


def test_within_answers_pairs_from_source_to_target() -> None:
    town = grid_town(without=["east0"])
    town.way(
        *((i * 100.0, 0.0) for i in range(5)), tags={"highway": "residential", "oneway": "yes"}
    )
    car = build(town, "car")
    points = car.snap(at([(50, 0), (150, 0), (200, -600)]))
    pairs = car.within(points, points, 20.0)
    assert list(zip(pairs.source, pairs.target, strict=True)) == [(0, 0), (0, 1), (1, 1)]
    assert pairs.travel_s == pytest.approx([0, 14.4, 0], abs=TICK_S)
    assert pairs.distance_m == pytest.approx([0, 100, 0], abs=1e-6)


def test_a_pair_exactly_at_the_limit_is_within(walk: Network) -> None:
    source, target = walk.snap(at((0, 0))), walk.snap(at((100, 0)))
    exact = float(walk.to_nearest(source, [target]).travel_s[0, 0])
    assert len(walk.within(source, target, exact).source) == 1
    assert len(walk.within(source, target, exact - 1 / 1024).source) == 0


def test_within_asks_from_the_smaller_side_and_answers_alike() -> None:
    town = grid_town(tags={"highway": "residential", "oneway": "yes"}, without=["east0", "north4"])
    for y in (0.0, 50.0):
        town.way((0, y), (400, y))
    town.way((400, 0), (400, 400))
    car = build(town, "car")
    rng = np.random.default_rng(9)
    many, few = (car.snap(at(rng.uniform(0, 400, (n, 2)))) for n in (90, 4))
    backward = car.within(many, few, 90.0)
    forward = [car.within(many.take([i]), few, 90.0) for i in range(90)]
    assert backward.travel_s.tolist() == [s for pairs in forward for s in pairs.travel_s]
    assert backward.target.tolist() == [t for pairs in forward for t in pairs.target]
    assert 0 < len(backward.source) < 360


def test_within_agrees_with_to_nearest(walk: Network) -> None:
    rng = np.random.default_rng(3)
    demand = walk.snap(at(rng.uniform(0, 400, (70, 2))))
    supply = walk.snap(at(rng.uniform(0, 400, (5, 2))))
    nearest = walk.to_nearest(demand, [supply], with_distance=True)
    pairs = walk.within(demand, supply, np.inf)
    table = np.full((70, 5), np.inf)
    table[pairs.source, pairs.target] = pairs.travel_s
    assert table.min(axis=1).tolist() == nearest.travel_s[0].tolist()
    assert table.argmin(axis=1).tolist() == nearest.supply[0].tolist()


def test_streets_leave_the_data_where_the_extent_ends_and_at_clipped_ways() -> None:
    town = grid_town().cut((0, 400))
    extent = shapely.box(*at((-50, -50))[0], *at((350, 450))[0])
    network = Network.build(town.streets(), mode="walk", crs=CRS, extent=extent)
    exits = network.exits()
    crossings = network.snap(at([(350, y) for y in (0, 100, 200, 300, 400)]))
    away = network.to_nearest(crossings, [exits]).travel_s[0]
    assert away == pytest.approx([0] * 5, abs=TICK_S)
    assert network.to_nearest(network.snap(at((0, 400))), [exits]).travel_s[0, 0] == 0
    assert network.to_nearest(network.snap(at((200, 0))), [exits]).travel_s[0, 0] == (
        pytest.approx(150 * 0.75, abs=TICK_S)
    )


def test_a_crossing_on_the_rim_of_the_extent_is_an_exit() -> None:
    extent = shapely.box(*at((-50, -50))[0], *at((300, 450))[0])
    network = Network.build(toy_town(), mode="walk", crs=CRS, extent=extent)
    found = network.to_nearest(network.snap(at([(300, 100), (200, 100)])), [network.exits()])
    assert found.travel_s[0] == pytest.approx([0, BLOCK_WALK_S], abs=TICK_S)


def test_a_town_inside_its_data_has_no_exits(walk: Network) -> None:
    assert len(walk.exits()) == 0


def test_rebuilding_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("first", "second"):
        Network.build(toy_town(), mode="bike", crs=CRS).save(tmp_path / name)
    names = sorted(p.name for p in (tmp_path / "first").iterdir())
    assert "network.json" in names
    for name in names:
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


def test_a_saved_network_opens_by_memory_map_and_answers_alike(
    walk: Network, tmp_path: Path
) -> None:
    walk.save(tmp_path / "walk")
    again = Network.open(tmp_path / "walk")
    assert isinstance(again.length_m, np.memmap)
    assert again.network_id == walk.network_id
    assert again.left_out == walk.left_out
    assert seconds(again, (0, 0), (200, 200)) == seconds(walk, (0, 0), (200, 200))


def test_a_folder_without_a_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match=r"holds no network.json; build the network first"):
        Network.open(tmp_path)


def test_another_format_is_refused(walk: Network, tmp_path: Path) -> None:
    walk.save(tmp_path)
    text = (tmp_path / "network.json").read_text().replace('"format": 3', '"format": 0')
    (tmp_path / "network.json").write_text(text)
    with pytest.raises(NetworkError, match="format 0, this version reads 3"):
        Network.open(tmp_path)


def test_points_of_another_network_are_refused(walk: Network) -> None:
    other = Network.build(toy_town(), mode="stepfree", crs=CRS)
    with pytest.raises(NetworkError, match="`demand` were snapped to another network"):
        walk.to_nearest(other.snap(at((0, 0))), [])


@pytest.mark.parametrize("limit_s", [0, -1, float("nan")])
def test_a_limit_that_is_no_time_is_refused(walk: Network, limit_s: float) -> None:
    with pytest.raises(NetworkError, match="`limit_s` is"):
        walk.within(walk.snap(at((0, 0))), walk.snap(at((0, 0))), limit_s)


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(
        NetworkError, match="`mode` is 'boat'; use one of walk, stepfree, bike, car"
    ):
        Network.build(toy_town(), mode="boat", crs=CRS)


def test_a_geographic_crs_is_refused() -> None:
    with pytest.raises(CRSError, match="not projected in metres"):
        Network.build(toy_town(), mode="walk", crs="EPSG:4326")


@pytest.mark.parametrize("mode", MODES)
def test_a_region_without_streets_is_refused(mode: str) -> None:
    with pytest.raises(NetworkError, match=f"is open to mode '{mode}'"):
        Network.build(Town().streets(), mode=mode, crs=CRS)


def test_many_threads_get_the_same_answers() -> None:
    network = Network.build(toy_town(), mode="walk", crs=CRS)
    rng = np.random.default_rng(5)
    people = [at(rng.uniform(-50, 450, (200, 2))) for _ in range(8)]
    offers = at(rng.uniform(0, 400, (9, 2)))

    def ask(xy: NDArray[np.float64]) -> list[float]:
        supply = network.snap(offers)
        demand = network.snap(xy)
        answers = [network.to_nearest(demand, [supply]).travel_s[0].tolist() for _ in range(5)]
        assert all(answer == answers[0] for answer in answers)
        return answers[0]

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(ask, people))
    assert together == [ask(xy) for xy in people]


def test_speeds_are_settable() -> None:
    fast = Network.build(toy_town(), mode="walk", crs=CRS, speeds=Speeds(walk_kmh=6.0))
    assert seconds(fast, (0, 0), (100, 20)) == pytest.approx(120 * 0.6, abs=TICK_S)


def test_closing_a_street_lengthens_the_way_around_it(walk: Network) -> None:
    closed = walk.changed(closed=[walk.stretch(walk.snap(at((150, 100))), longest_m=1000)])
    home, offer = walk.snap(at((80, 100))), walk.snap(at((220, 100)))
    before = walk.to_nearest(home, [offer]).travel_s[0, 0]
    after = closed.to_nearest(home, [offer], with_distance=True)
    assert before == pytest.approx(1.4 * BLOCK_WALK_S, abs=TICK_S)
    assert after.travel_s[0, 0] == pytest.approx(3.4 * BLOCK_WALK_S, abs=TICK_S)
    assert after.distance_m is not None
    assert after.distance_m[0, 0] == pytest.approx(340)
    assert walk.to_nearest(home, [offer]).travel_s[0, 0] == before  # the first one has not changed


def test_nothing_is_reached_from_the_middle_of_a_closed_street(walk: Network) -> None:
    closed = walk.changed(closed=[walk.stretch(walk.snap(at((150, 100))), longest_m=1000)])
    assert seconds(closed, (150, 100), (200, 100)) == np.inf
    assert seconds(closed, (200, 100), (150, 100)) == np.inf


def test_of_two_parallel_streets_the_open_one_is_taken() -> None:
    town = Town().way((-50, 0), (0, 0), (100, 0), (150, 0))
    town.way((0, 0), (0, 100), (100, 100), (100, 0))
    network = build(town)
    closed = network.changed(closed=[network.stretch(network.snap(at((50, 0))), longest_m=1000)])
    assert seconds(network, (-50, 0), (150, 0)) == pytest.approx(2 * BLOCK_WALK_S, abs=TICK_S)
    assert seconds(closed, (-50, 0), (150, 0)) == pytest.approx(4 * BLOCK_WALK_S, abs=TICK_S)


def test_pairs_without_distance_are_the_same_pairs(walk: Network) -> None:
    rng = np.random.default_rng(11)
    homes, offers = (walk.snap(at(rng.uniform(-50, 450, (n, 2)))) for n in (60, 5))
    measured = walk.within(homes, offers, 3 * BLOCK_WALK_S)
    quick = walk.within(homes, offers, 3 * BLOCK_WALK_S, with_distance=False)
    assert len(quick.source) > 50
    assert quick.source.tolist() == measured.source.tolist()
    assert quick.target.tolist() == measured.target.tolist()
    assert quick.travel_s.tolist() == measured.travel_s.tolist()
    assert np.isnan(quick.distance_m).all()
