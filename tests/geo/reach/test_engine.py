"""Random networks, as bad as data can be, against scipy's search in float64."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.network import Network, Snapped
from geo.network_arrays import checksum
from geo.reach import hierarchy
from geo.reach.order import elimination_order, neighbours
from geo.reach.seeds import Seeds, Streets
from geo.street_stretch import Stretch
from tests.geo.reach.oracle import node_seconds, travel_s

FAR_S = 100_000.0


def tolerance(seconds: np.ndarray) -> np.ndarray:
    """10 ms and two millionths of the way."""
    return 0.01 + 2e-6 * np.where(np.isfinite(seconds), seconds, 0)


def network_of(a, b, forward_s, backward_s, *, nodes: int, leg_kmh: float = 4.8) -> Network:
    """Make a network of bare edges; their lengths are as if one walked at 1 m/s."""
    count = len(a)
    forward, backward = np.asarray(forward_s, float), np.asarray(backward_s, float)
    length = np.where(np.isfinite(forward), forward, np.where(np.isfinite(backward), backward, 1))
    xy = np.random.default_rng(nodes).uniform(0, 5000, (nodes, 2))
    ends = np.column_stack([a, b]).astype(np.int64).reshape(-1, 2)
    arrays = {
        "xy": xy,
        "a": np.array(a, np.int32),
        "b": np.array(b, np.int32),
        "length_m": length.astype(float),
        "forward_s": forward,
        "backward_s": backward,
        "no_stop": np.zeros(count, bool),
        "vertex_start": np.arange(count + 1) * 2,
        "vertex_xy": xy[ends.ravel()] if count else np.zeros((0, 2)),
        "vertex_m": np.column_stack([np.zeros(count), length]).ravel(),
        "vertex_name": np.full(2 * count, -1, np.int32),
        "exit_edge": np.zeros(0, np.int32),
        "exit_fraction": np.zeros(0),
    }
    about = {"mode": "walk", "crs": "EPSG:25833", "leg_kmh": leg_kmh, "dropped_share": 0.0,
             "left_out": {}, "names": [], "format": 3}  # fmt: skip
    return Network(arrays, about | {"network_id": checksum(arrays, about)})


def points(network: Network, edge, fraction, leg_m) -> Snapped:
    edge = np.array(edge, np.int32)
    leg = np.where(edge < 0, np.inf, np.array(leg_m, float))
    return Snapped(edge, np.array(fraction, float), leg, network.network_id)


@dataclass
class Question:
    network: Network
    demand: Snapped
    supplies: list[Snapped]


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Loops, parallel and zero-length edges, one-way streets, islands, points on no street."""
    nodes = draw(st.integers(1, 60))
    node = st.integers(0, nodes - 1)
    seconds = st.one_of(
        st.just(1 / 1024), st.integers(1, 50).map(float), st.floats(0.01, FAR_S), st.just(np.inf)
    )
    edges = draw(
        st.lists(
            st.tuples(node, node, seconds, st.one_of(st.none(), seconds)), min_size=1, max_size=120
        )
    )
    a, b, forward, backward = zip(*edges, strict=True)
    back = [f if s is None else s for f, s in zip(forward, backward, strict=True)]
    ticks = [[np.rint(s * 1024) / 1024 for s in way] for way in (forward, back)]
    network = network_of(a, b, *ticks, nodes=nodes)
    point = st.tuples(
        st.integers(-1, len(edges) - 1), st.sampled_from([0.0, 0.25, 0.5, 1.0]),
        st.integers(0, 400).map(float),
    )  # fmt: skip
    some = st.lists(point, max_size=12).map(lambda rows: list(zip(*rows, strict=True)) or [[]] * 3)
    demand = points(network, *draw(some))
    supplies = [points(network, *draw(some)) for _ in range(draw(st.integers(1, 4)))]
    return Question(network, demand, supplies)


@pytest.mark.parametrize("search", ["sweep", "heap"])
@settings(max_examples=80, deadline=None, derandomize=True)
@given(question=questions())
def test_travel_times_are_those_of_dijkstra(search: str, question: Question) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if search == "heap":
            patch.setattr(hierarchy, "MOST_ARCS_PER_EDGE", 0.0)
            patch.setattr(hierarchy, "_ALWAYS_ARCS", -1)
        network, demand = question.network, question.demand
        assert network.search == search or (network.a == network.b).all()
        plain = network.to_nearest(demand, question.supplies)
        measured = network.to_nearest(demand, question.supplies, with_distance=True)
        assert np.array_equal(plain.travel_s, measured.travel_s)
        assert np.array_equal(plain.supply, measured.supply)
        for k, supply in enumerate(question.supplies):
            table = travel_s(network, demand, supply)
            best = table.min(axis=1, initial=np.inf)
            best[best >= 2**20] = np.inf
            assert np.array_equal(np.isinf(plain.travel_s[k]), np.isinf(best))
            reached = np.flatnonzero(np.isfinite(best))
            off = np.abs(plain.travel_s[k][reached] - best[reached])
            assert (off <= tolerance(best[reached])).all()
            own = table[reached, plain.supply[k][reached]]
            assert (np.abs(own - best[reached]) <= tolerance(best[reached])).all()
            pairs = network.within(demand, supply, np.inf, with_distance=False)
            found = np.full(table.shape, np.inf)
            found[pairs.source, pairs.target] = pairs.travel_s
            table[table >= 2**20] = np.inf
            assert np.array_equal(np.isinf(found), np.isinf(table))
            both = np.isfinite(table)
            assert (np.abs(found[both] - table[both]) <= tolerance(table[both])).all()


@settings(max_examples=40, deadline=None, derandomize=True)
@given(question=questions(), leaving=st.booleans(), limit_s=st.sampled_from([5.0, 300.0, np.inf]))
def test_node_seconds_are_the_same_by_sweep_and_by_heap(
    question: Question, leaving: bool, limit_s: float
) -> None:
    network, supply = question.network, question.supplies[0]
    sweep = network.node_seconds(supply, leaving=leaving, limit_s=limit_s)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hierarchy, "MOST_ARCS_PER_EDGE", 0.0)
        patch.setattr(hierarchy, "_ALWAYS_ARCS", -1)
        again = Network(network._arrays, network._about)
        heap = again.node_seconds(supply, leaving=leaving, limit_s=limit_s)
    assert np.array_equal(sweep, heap)
    assert (sweep[np.isfinite(sweep)] <= limit_s).all()


def test_a_dense_grid_is_searched_with_a_heap_and_says_so(monkeypatch, caplog, tmp_path) -> None:
    side = 40
    at = np.arange(side * side).reshape(side, side)
    a = np.r_[at[:, :-1].ravel(), at[:-1].ravel()]
    b = np.r_[at[:, 1:].ravel(), at[1:].ravel()]
    second = np.random.default_rng(3).integers(10, 90, len(a)).astype(float)
    sweep = network_of(a, b, second, second, nodes=side * side)
    assert sweep.search == "sweep"
    monkeypatch.setattr(hierarchy, "_ALWAYS_ARCS", 0)
    monkeypatch.setattr(hierarchy, "MOST_ARCS_PER_EDGE", 2.0)
    heap = Network(sweep._arrays, sweep._about)
    assert heap.search == "heap"
    assert "no small separators" in caplog.text
    demand = points(sweep, [0, 700, 3000], [0.5, 0, 1], [3, 0, 9])
    supply = points(sweep, [5, 1500], [0.2, 0.8], [0, 4])
    answers = [n.to_nearest(demand, [supply], with_distance=True) for n in (sweep, heap)]
    assert answers[0].travel_s.tolist() == answers[1].travel_s.tolist()
    assert answers[0].distance_m.tolist() == answers[1].distance_m.tolist()
    assert answers[0].supply.tolist() == answers[1].supply.tolist()
    heap.save(tmp_path / "heap")
    monkeypatch.undo()
    again = Network.open(tmp_path / "heap")
    assert again.search == "heap"  # what was found too dense is not tried again
    assert not (tmp_path / "heap" / "reach_head.npy").exists()


def test_what_was_prepared_is_saved_and_not_made_again(monkeypatch, tmp_path) -> None:
    network = network_of([0, 1, 2], [1, 2, 0], [60, 60, np.inf], [60, 30, 60], nodes=3)
    demand, supply = points(network, [0], [0.0], [0.0]), points(network, [1], [1.0], [0.0])
    before = network.to_nearest(demand, [supply]).travel_s.tolist()
    network.save(tmp_path)
    monkeypatch.setattr(hierarchy.Hierarchy, "of", None)
    again = Network.open(tmp_path)
    assert again.to_nearest(demand, [supply]).travel_s.tolist() == before == [[60.0]]
    assert (tmp_path / "reach_down.npy").exists()  # one street is one-way


@pytest.mark.parametrize("metis", [True, False])
def test_an_order_holds_each_node_once(metis: bool) -> None:
    rng = np.random.default_rng(1)
    xy = rng.uniform(0, 1000, (500, 2))
    xy[100:200] = xy[100]  # a hundred nodes at one place
    a, b = rng.integers(0, 500, 900).astype(np.int32), rng.integers(0, 500, 900).astype(np.int32)
    start, neighbour = neighbours(a, b, nodes=500)
    order = elimination_order(start, neighbour, xy, metis=metis)
    assert np.sort(order).tolist() == list(range(500))
    again = elimination_order(start, neighbour, xy, metis=metis)
    assert order.tolist() == again.tolist()


def test_neighbours_leave_out_loops_and_parallel_edges() -> None:
    a, b = np.array([0, 1, 0, 2, 2], np.int32), np.array([1, 0, 1, 2, 1], np.int32)
    start, neighbour = neighbours(a, b, nodes=4)
    assert start.tolist() == [0, 1, 3, 4, 4]
    assert neighbour.tolist() == [1, 0, 2, 1]


def test_straight_cuts_leave_few_more_arcs_than_metis(demo_atlas) -> None:
    network = demo_atlas.networks["walk"]
    start, neighbour = neighbours(
        np.asarray(network.a), np.asarray(network.b), nodes=len(network.xy)
    )
    arcs = []
    for metis in (True, False):
        order = elimination_order(start, neighbour, network.xy, metis=metis)
        head = hierarchy.fill(start, neighbour, order, 10 * len(neighbour))[1]
        arcs.append(len(head) / (len(neighbour) / 2))
    assert arcs[0] < 3.5
    assert arcs[1] < 4.5


def test_a_thousand_offers_on_one_node_and_a_category_without_any() -> None:
    network = network_of([0, 1], [1, 2], [10, 20], [10, 20], nodes=3)
    demand = points(network, [0, 1], [0.5, 0.5], [0, 0])
    crowd = points(network, [1] * 1000, [0.0] * 1000, [0] * 1000)
    nobody = points(network, [], [], [])
    found = network.to_nearest(demand, [crowd, nobody])
    assert found.travel_s.tolist() == [[5.0, 10.0], [np.inf, np.inf]]
    assert found.supply.tolist() == [[0, 0], [-1, -1]]


def test_a_network_of_one_node_meets_along_its_loop() -> None:
    network = network_of([0], [0], [100], [100], nodes=1)
    demand, supply = points(network, [0], [0.1], [0.0]), points(network, [0], [0.8], [0.0])
    # back to the node and around from the other end is shorter than along the loop
    assert network.to_nearest(demand, [supply]).travel_s.tolist() == [[30.0]]


def test_who_travels_for_twelve_days_arrives_nowhere() -> None:
    almost = 2.0**19 - 1
    network = network_of([0, 1], [1, 2], [almost, almost], [almost, almost], nodes=3)
    ends = points(network, [0, 1], [0.0, 1.0], [0.0, 0.0])
    start, end = ends.take([0]), ends.take([1])
    assert network.to_nearest(start, [end]).travel_s.tolist() == [[2 * almost]]
    longer = network_of([0, 1], [1, 2], [2 * almost, 600], [2 * almost, 600], nodes=3)
    ends = points(longer, [0, 1], [0.0, 1.0], [0.0, 0.0])
    assert longer.to_nearest(ends.take([0]), [ends.take([1])]).travel_s.tolist() == [[np.inf]]


@pytest.mark.parametrize("mode", ["walk", "stepfree", "bike", "car"])
@pytest.mark.parametrize("leaving", [True, False])
def test_in_the_demo_region_every_node_is_as_far_as_dijkstra_says(
    demo_atlas, mode: str, leaving: bool
) -> None:
    network = demo_atlas.networks[mode]
    rows = demo_atlas.offers_of(demo_atlas.taxonomy.category("greengrocer_bakery"))
    offers = demo_atlas.supply[mode].take(rows)
    found = network.node_seconds(offers, leaving=leaving)
    expected = node_seconds(network, offers, leaving=leaving)
    assert np.array_equal(np.isinf(found), np.isinf(expected))
    reached = np.isfinite(expected)
    assert reached.mean() > 0.99
    assert (np.abs(found - expected)[reached] <= tolerance(expected[reached])).all()


def test_a_closed_street_changes_weights_and_a_new_one_keeps_the_order(demo_atlas) -> None:
    network = demo_atlas.networks["car"]
    before = network._engine
    shut = network.changed(closed=[Stretch.of_edge(4321)])
    assert shut._engine.order.tolist() == before.order.tolist()
    assert shut._engine.head is before.head
    rows = demo_atlas.offers_of(demo_atlas.taxonomy.category("greengrocer_bakery"))
    offers = demo_atlas.supply["car"].take(rows)
    halves = Stretch(np.array([4321, 77]), np.array([0.2, 0.0]), np.array([0.6, 0.5]))
    cut = network.changed(closed=[halves])
    added = len(cut.xy) - len(network.xy)
    assert added == 3
    assert cut._engine.order[:added].tolist() == list(range(len(network.xy), len(cut.xy)))
    for changed in (shut, cut):
        at = changed.carry(offers, demo_atlas.offer_xy[rows])
        found = changed.node_seconds(at, leaving=False)
        expected = node_seconds(changed, at, leaving=False)
        assert np.array_equal(np.isinf(found), np.isinf(expected))
        reached = np.isfinite(expected)
        assert (np.abs(found - expected)[reached] <= tolerance(expected[reached])).all()


def test_the_example_of_the_documentation() -> None:
    a, b, c, d, e = range(5)
    minutes = {(a, c): 2, (a, d): 4, (b, d): 1, (b, e): 5, (c, e): 3}
    tails, heads = zip(*minutes, strict=True)
    seconds = [60.0 * m for m in minutes.values()]
    network = network_of(tails, heads, seconds, seconds, nodes=5)
    made = hierarchy.Hierarchy.of(Streets.of(network._arrays), order=np.arange(5, dtype=np.int32))
    assert made is not None
    lower = np.repeat(np.arange(5), np.diff(made.start))
    arcs = dict(zip(zip(lower, made.head, strict=True), made.up / 1024 / 60, strict=True))
    assert arcs == minutes | {(c, d): 6, (d, e): 6}
    assert made.up is made.down
    seeds = Seeds(
        np.array([c], np.int32), np.zeros(1, np.int32), np.zeros(1, np.int32), np.zeros(0), 1
    )
    with made.spread(seeds, leaving=False) as lanes:
        assert (lanes[:, 0] / 1024 / 60).tolist() == [2, 7, 0, 6, 3]


def test_a_saved_network_without_its_arcs_is_found_damaged_when_opened(tmp_path) -> None:
    network_of([0, 1], [1, 2], [60, 60], [60, 60], nodes=3).save(tmp_path)
    (tmp_path / "reach_head.npy").unlink()
    with pytest.raises(KeyError, match="reach_head"):
        Network.open(tmp_path)
