"""Cut edges, closed stretches and new streets: as if the data had been so."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import NetworkError
from geo.network import Network
from geo.network_change import Join, NewStreet
from geo.street_stretch import Stretch
from tests.toytown import BLOCK_WALK_S, CRS, Town, at, grid_town, toy_town

WALK_KMH = 4.8
TICK_S = 4 / 1024


@pytest.fixture(scope="module")
def walk() -> Network:
    return Network.build(toy_town(), mode="walk", crs=CRS)


def seconds(network: Network, home, offer) -> float:
    supply = network.snap(at(offer))
    return float(network.to_nearest(network.snap(at(home)), [supply]).travel_s[0, 0])


def between(network: Network, here, there, longest_m: float = 2000):
    return network.stretch(network.snap(at(here)), network.snap(at(there)), longest_m=longest_m)


def street(network: Network, *places, name: str = "") -> NewStreet:
    """A new street that is joined at both ends to the nearest street."""
    line = shapely.LineString(at(places))
    ends = network.snap(at([places[0], places[-1]]))
    joins = tuple(
        Join(along, float(ends.leg_m[k]), int(ends.edge[k]), float(ends.fraction[k]))
        for k, along in enumerate((0.0, line.length))
    )
    return NewStreet(line, WALK_KMH, name, joins)


def test_a_diagonal_street_shortens_the_way_across_a_block(walk: Network):
    changed = walk.changed(opened=[street(walk, (100, 150), (150, 200))])
    assert seconds(walk, (100, 150), (150, 200)) == pytest.approx(BLOCK_WALK_S, abs=TICK_S)
    expected = BLOCK_WALK_S / np.sqrt(2)
    assert seconds(changed, (100, 150), (150, 200)) == pytest.approx(expected, abs=TICK_S)
    assert seconds(changed, (100, 100), (200, 200)) == pytest.approx(
        BLOCK_WALK_S + expected, abs=TICK_S
    )
    assert seconds(walk, (100, 150), (150, 200)) == pytest.approx(BLOCK_WALK_S, abs=TICK_S)


def test_a_street_that_ends_beside_another_is_joined_by_a_straight_piece(walk: Network):
    changed = walk.changed(opened=[street(walk, (110, 150), (190, 150))])
    assert seconds(changed, (100, 150), (200, 150)) == pytest.approx(BLOCK_WALK_S, abs=TICK_S)
    assert seconds(walk, (100, 150), (200, 150)) == pytest.approx(2 * BLOCK_WALK_S, abs=TICK_S)


def test_a_bridge_does_not_meet_the_street_below(walk: Network):
    changed = walk.changed(opened=[street(walk, (150, 100), (150, 300))])
    # from the middle of the street below, the way onto the bridge leads over its ends
    assert seconds(changed, (180, 200), (150, 100)) == pytest.approx(
        seconds(walk, (180, 200), (150, 100)), abs=TICK_S
    )
    assert seconds(changed, (150, 100), (150, 300)) == pytest.approx(2 * BLOCK_WALK_S, abs=TICK_S)


inner = st.integers(1, 399).filter(lambda v: v % 100 not in (0, 50))


@given(x=inner, y=inner, homes=st.lists(st.tuples(inner, inner), min_size=1, max_size=6))
@settings(max_examples=30, deadline=None)
def test_a_new_street_answers_as_if_it_had_been_in_the_data(x: int, y: int, homes):
    row, column = y // 100 * 100, x // 100 * 100
    one, other = (float(x), float(row)), (float(column), float(y))
    town = grid_town(without=[f"east{row // 100}", f"north{column // 100}"])
    line = [i * 100.0 for i in range(5)]
    town.way(*sorted({one, *((v, float(row)) for v in line)}))
    town.way(*sorted({other, *((float(column), v) for v in line)}))
    built = Network.build(town.way(one, other).streets(), mode="walk", crs=CRS)
    walk = Network.build(toy_town(), mode="walk", crs=CRS)
    changed = walk.changed(opened=[street(walk, one, other)])
    xy = at(homes)
    carried = changed.carry(walk.snap(xy), xy)
    for places in (carried, changed.snap(xy)):
        np.testing.assert_allclose(places.leg_m, built.snap(xy).leg_m, atol=0.01)
        found = changed.to_nearest(places, [changed.snap(at((0, 0)))]).travel_s
        expected = built.to_nearest(built.snap(xy), [built.snap(at((0, 0)))]).travel_s
        np.testing.assert_allclose(found, expected, atol=0.05)


@given(st.lists(st.tuples(inner, inner), min_size=1, max_size=8))
@settings(max_examples=20, deadline=None)
def test_cutting_edges_changes_no_way(places):
    walk = Network.build(toy_town(), mode="walk", crs=CRS)
    cut = walk.snap(at([(x, y // 100 * 100) for x, y in places]))
    nothing = Stretch(cut.edge.astype(np.int64), cut.fraction, cut.fraction)
    changed = walk.changed(closed=[nothing])
    assert len(changed.a) > len(walk.a)
    xy = at([(i * 13.0, i * 7.0) for i in range(30)])
    homes, offer = walk.snap(xy), walk.snap(at((333, 300)))
    before = walk.to_nearest(homes, [offer], with_distance=True)
    after = changed.to_nearest(
        changed.carry(homes, xy), [changed.carry(offer, at((333, 300)))], with_distance=True
    )
    np.testing.assert_allclose(after.travel_s, before.travel_s, atol=0.05)
    np.testing.assert_allclose(after.distance_m, before.distance_m, atol=0.05)


def test_a_stretch_closes_from_place_to_place_and_no_further(walk: Network):
    stretch = between(walk, (120, 100), (160, 100))
    assert walk.length_of(stretch) == pytest.approx(40)
    changed = walk.changed(closed=[stretch])
    assert seconds(changed, (110, 100), (100, 100)) == pytest.approx(7.5, abs=TICK_S)
    assert seconds(changed, (140, 100), (100, 100)) == np.inf
    around = (10 + 100 + 100 + 100 + 30) / 100 * BLOCK_WALK_S
    assert seconds(changed, (110, 100), (170, 100)) == pytest.approx(around, abs=TICK_S)


def test_a_stretch_over_crossings_leaves_them_open(walk: Network):
    stretch = between(walk, (150, 100), (250, 100))
    assert walk.length_of(stretch) == pytest.approx(100)
    assert walk.line_of(stretch).length == pytest.approx(100)
    changed = walk.changed(closed=[stretch])
    assert seconds(changed, (200, 50), (200, 150)) == pytest.approx(BLOCK_WALK_S, abs=TICK_S)
    assert seconds(changed, (230, 100), (0, 0)) == np.inf


def test_a_stretch_runs_against_one_way_streets():
    town = Town().way((0, 0), (100, 0), tags={"highway": "residential", "oneway": "yes"})
    town.way((100, 0), (100, 100), (0, 100), (0, 0))
    car = Network.build(town.streets(), mode="car", crs=CRS)
    assert car.length_of(between(car, (80, 0), (20, 0))) == pytest.approx(60)


def test_places_too_far_apart_have_no_stretch(walk: Network):
    with pytest.raises(NetworkError, match="no street for walk of at most 150 m leads"):
        between(walk, (0, 0), (200, 0), longest_m=150)


def test_streets_are_named_along_a_stretch_the_longest_first():
    tags = {"highway": "residential"}
    town = Town().way((0, 0), (100, 0), tags={**tags, "name": "Marktstraße"})
    town.way((100, 0), (300, 0), tags={**tags, "name": "Ringstraße"})
    town.way((300, 0), (340, 0), tags=tags)
    walk = Network.build(town.streets(), mode="walk", crs=CRS)
    assert len(walk.a) == 1  # one chain, three names
    assert walk.names_of(between(walk, (10, 0), (90, 0))) == ["Marktstraße"]
    assert walk.names_of(between(walk, (10, 0), (330, 0))) == ["Ringstraße", "Marktstraße"]
    assert walk.names_of(between(walk, (310, 0), (330, 0))) == []
    changed = walk.changed(closed=[between(walk, (50, 0), (150, 0))])
    assert changed.names_of(between(changed, (160, 0), (290, 0))) == ["Ringstraße"]


def test_new_streets_meet_each_other(walk: Network):
    first = street(walk, (150, 100), (150, 200), name="Neuer Weg")
    line = shapely.LineString(at([(151, 150), (199, 150)]))
    end = walk.snap(at((199, 150)))
    joins = (
        Join(0.0, 1.0, other=0, other_m=50.0),
        Join(48.0, 1.0, int(end.edge[0]), float(end.fraction[0])),
    )
    changed = walk.changed(opened=[first, NewStreet(line, WALK_KMH, "", joins)])
    assert seconds(changed, (150, 100), (200, 150)) == pytest.approx(BLOCK_WALK_S, abs=TICK_S)
    assert changed.names_of(between(changed, (150, 120), (150, 180))) == ["Neuer Weg"]


def test_a_change_of_whole_edges_keeps_the_places_of_all(walk: Network):
    home = walk.snap(at((80, 100)))
    changed = walk.changed(closed=[walk.stretch(walk.snap(at((150, 100))), longest_m=9)])
    assert changed.carry(home, at((80, 100))) is home
    cut = walk.changed(closed=[between(walk, (120, 100), (160, 100))])
    assert cut.network_id != walk.network_id
    with pytest.raises(NetworkError, match="snapped to another network"):
        cut.to_nearest(home, [home])
    with pytest.raises(NetworkError, match="than the one before the change"):
        changed.carry(cut.snap(at((80, 100))), at((80, 100)))


def test_the_same_change_gives_the_same_network(walk: Network):
    ids = {walk.changed(opened=[street(walk, (100, 150), (150, 200))]).network_id for _ in "ab"}
    assert len(ids) == 1
    other = walk.changed(opened=[street(walk, (100, 150), (151, 200))]).network_id
    assert other not in ids


def test_isochrones_see_new_streets_and_cut_ones_once(walk: Network):
    changed = walk.changed(opened=[street(walk, (100, 150), (150, 200))])
    bounds = (*at((-1, -1))[0], *at((401, 401))[0])
    pieces = changed.pieces_within(bounds)
    length = np.hypot(*(pieces.end_xy - pieces.start_xy).T).sum()
    assert length == pytest.approx(4000 + np.sqrt(5000))
