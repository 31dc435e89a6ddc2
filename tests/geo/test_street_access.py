"""Who may use which way: by single tags, and in towns where only a tag makes the difference."""

from __future__ import annotations

import pytest

from geo.network import Network
from geo.street_access import CLOSED, Speeds, way_passage
from geo.street_barriers import node_is_open
from tests.toytown import CRS, Town, at

SPEEDS = Speeds()
SHORT_M, DETOUR_M = 100.0, 300.0


def kmh(mode: str, **tags: str) -> tuple[float, float]:
    """Return the speeds along and against a way; `_` in a key stands for `:`."""
    passage = way_passage(
        {key.replace("__", ":"): value for key, value in tags.items()}, mode=mode, speeds=SPEEDS
    )
    return passage.forward_kmh, passage.backward_kmh


def shortcut_town(tags: dict[str, str], barrier: dict[str, str] | None = None) -> Town:
    """Two crossings 100 m apart by the way in question, 300 m by open streets."""
    town = Town().way((0, 0), (50, 0), (100, 0), tags=tags)
    town.way((0, 0), (0, 100), (100, 100), (100, 0))
    town.way((-100, 0), (0, 0)).way((100, 0), (200, 0))
    if barrier is not None:
        town.barrier((50, 0), barrier)
    return town


def metres(town: Town, mode: str, start: tuple[float, float], end: tuple[float, float]) -> float:
    network = Network.build(town.streets(), mode=mode, crs=CRS)
    found = network.to_nearest(network.snap(at(start)), [network.snap(at(end))], with_distance=True)
    assert found.distance_m is not None
    return float(found.distance_m[0, 0])


def through(town: Town, mode: str, *, back: bool = False) -> float:
    ends = ((-100.0, 0.0), (200.0, 0.0))
    start, end = ends[::-1] if back else ends
    return metres(town, mode, start, end) - 200


STREET = {"highway": "residential"}

# tags of the short way, mode, whether one passes through
WAYS = [
    (STREET, "walk", True),
    (STREET, "car", True),
    ({**STREET, "foot": "no"}, "walk", False),
    ({**STREET, "access": "no"}, "walk", False),
    ({**STREET, "access": "no", "foot": "yes"}, "walk", True),
    ({**STREET, "access": "no", "bicycle": "yes"}, "walk", False),
    ({**STREET, "access": "no", "bicycle": "yes"}, "bike", True),
    ({**STREET, "foot": "undefined"}, "walk", True),
    ({**STREET, "access": "private"}, "walk", False),
    ({**STREET, "access": "private", "foot": "permissive"}, "walk", True),
    ({**STREET, "access": "customers"}, "walk", False),
    ({**STREET, "access": "destination"}, "walk", True),
    ({**STREET, "access": "destination"}, "bike", True),
    ({**STREET, "access": "destination"}, "car", False),
    ({**STREET, "vehicle": "destination"}, "bike", False),
    ({**STREET, "foot": "destination"}, "walk", False),
    ({**STREET, "motor_vehicle": "no"}, "car", False),
    ({**STREET, "motor_vehicle": "no", "motorcar": "yes"}, "car", True),
    ({**STREET, "vehicle": "no"}, "car", False),
    ({**STREET, "motor_vehicle": "private"}, "car", False),
    ({"highway": "track", "access": "agricultural"}, "walk", False),
    ({"highway": "track", "access": "agricultural", "foot": "yes"}, "walk", True),
    ({"highway": "track", "motor_vehicle": "agricultural"}, "walk", True),
    ({"highway": "track", "motor_vehicle": "agricultural"}, "car", False),
    ({**STREET, "access": "delivery"}, "walk", True),
    ({"highway": "track"}, "car", False),
    ({"highway": "track", "motor_vehicle": "yes"}, "walk", True),
    ({"highway": "cycleway"}, "walk", True),
    ({"highway": "cycleway", "foot": "no"}, "walk", False),
    ({"highway": "cycleway", "foot": "use_sidepath"}, "walk", False),
    ({"highway": "cycleway"}, "car", False),
    ({"highway": "footway"}, "car", False),
    ({"highway": "pedestrian"}, "car", False),
    ({"highway": "bridleway"}, "walk", False),
    ({"highway": "bridleway", "foot": "yes"}, "walk", True),
    ({"highway": "trunk"}, "walk", False),
    ({"highway": "trunk", "sidewalk": "both"}, "walk", True),
    ({"highway": "trunk", "foot": "yes"}, "walk", True),
    ({"highway": "trunk"}, "bike", True),
    ({"highway": "primary", "motorroad": "yes"}, "walk", False),
    ({"highway": "primary", "motorroad": "yes"}, "bike", False),
    ({"highway": "motorway"}, "walk", False),
    ({"highway": "construction", "construction": "residential"}, "car", False),
    ({"highway": "proposed"}, "walk", False),
    ({"highway": "path", "sac_scale": "hiking"}, "walk", True),
    ({"highway": "path", "sac_scale": "mountain_hiking"}, "walk", False),
    ({"highway": "steps"}, "walk", True),
    ({"highway": "steps"}, "stepfree", False),
    ({"highway": "steps", "ramp:wheelchair": "yes"}, "stepfree", True),
    ({"highway": "steps", "ramp": "yes"}, "stepfree", False),
    ({"highway": "steps"}, "bike", False),
    ({"highway": "path", "surface": "sand"}, "stepfree", False),
    ({"highway": "path", "surface": "sand", "wheelchair": "yes"}, "stepfree", True),
    ({"highway": "path", "surface": "asphalt", "wheelchair": "no"}, "stepfree", False),
    ({"highway": "path", "smoothness": "bad"}, "stepfree", False),
    ({"highway": "path", "smoothness": "intermediate"}, "stepfree", True),
    ({"highway": "footway", "incline": "8%"}, "stepfree", False),
    ({"highway": "footway", "incline": "-6 %"}, "stepfree", True),
    ({"highway": "footway", "incline": "5°"}, "stepfree", False),
    ({"highway": "footway", "incline": "up"}, "stepfree", True),
    ({"highway": "footway", "width": "0.8"}, "stepfree", False),
    ({"highway": "footway", "width": "0,9 m"}, "stepfree", True),
    ({"railway": "platform"}, "walk", True),
    ({"public_transport": "platform"}, "walk", True),
    ({"man_made": "pier"}, "walk", True),
    ({"railway": "abandoned"}, "walk", False),
    ({"highway": "corridor", "indoor": "yes", "level": "1"}, "walk", True),
]  # fmt: skip

# tags of a node in the middle of an open street, mode, whether one passes
BARRIERS = [
    ({"barrier": "bollard"}, "walk", True),
    ({"barrier": "bollard"}, "bike", True),
    ({"barrier": "bollard"}, "car", False),
    ({"barrier": "bollard", "motor_vehicle": "yes"}, "car", True),
    ({"barrier": "bollard", "access": "yes"}, "car", False),
    ({"barrier": "bollard", "foot": "no"}, "walk", False),
    ({"barrier": "bollard", "bollard": "removable"}, "car", False),
    ({"barrier": "bollard", "maxwidth": "0.8"}, "stepfree", False),
    ({"barrier": "bollard", "maxwidth": "1.2"}, "stepfree", True),
    ({"barrier": "wall"}, "walk", False),
    ({"barrier": "fence"}, "bike", False),
    ({"barrier": "gate"}, "walk", True),
    ({"barrier": "gate"}, "car", True),
    ({"barrier": "gate", "access": "private"}, "walk", False),
    ({"barrier": "gate", "access": "private", "foot": "yes"}, "walk", True),
    ({"barrier": "gate", "access": "private", "foot": "yes"}, "bike", True),
    ({"barrier": "gate", "access": "private", "foot": "yes"}, "car", False),
    ({"barrier": "gate", "access": "customers"}, "walk", True),
    ({"barrier": "gate", "locked": "yes"}, "walk", False),
    ({"barrier": "gate", "foot": "no", "bicycle": "no"}, "bike", False),
    ({"barrier": "lift_gate", "foot": "yes", "bicycle": "yes"}, "bike", True),
    ({"barrier": "stile"}, "walk", True),
    ({"barrier": "stile"}, "bike", False),
    ({"barrier": "kissing_gate"}, "stepfree", False),
    ({"barrier": "cycle_barrier"}, "bike", True),
    ({"barrier": "cycle_barrier"}, "stepfree", False),
    ({"barrier": "cycle_barrier", "wheelchair": "yes"}, "stepfree", True),
    ({"barrier": "block"}, "car", False),
    ({"barrier": "block"}, "walk", True),
    ({"kerb": "raised"}, "stepfree", False),
    ({"kerb": "raised"}, "walk", True),
    ({"kerb": "lowered"}, "stepfree", True),
    ({"barrier": "kerb"}, "stepfree", False),
    ({"barrier": "kerb", "kerb": "flush"}, "stepfree", True),
    ({"access": "no"}, "walk", False),
    ({"barrier": "lift_gate", "access": "agricultural"}, "walk", False),
    ({"barrier": "lift_gate", "access": "destination"}, "car", True),
    ({"highway": "crossing", "bicycle": "no"}, "bike", True),
    ({"highway": "bus_stop", "wheelchair": "no"}, "stepfree", True),
    ({"wheelchair": "no"}, "stepfree", True),
]  # fmt: skip


@pytest.mark.parametrize(("tags", "mode", "passes"), WAYS)
def test_only_the_tags_of_a_way_make_the_difference(
    tags: dict[str, str], mode: str, passes: bool
) -> None:
    expected = SHORT_M if passes else DETOUR_M
    assert through(shortcut_town(tags), mode) == pytest.approx(expected)
    assert through(shortcut_town(tags), mode, back=True) == pytest.approx(expected)


@pytest.mark.parametrize(("barrier", "mode", "passes"), BARRIERS)
def test_only_a_barrier_in_the_middle_of_a_way_makes_the_difference(
    barrier: dict[str, str], mode: str, passes: bool
) -> None:
    expected = SHORT_M if passes else DETOUR_M
    assert through(shortcut_town(STREET, barrier), mode) == pytest.approx(expected)


ONE_WAY = [
    ({"oneway": "yes"}, "car", SHORT_M, DETOUR_M),
    ({"oneway": "-1"}, "car", DETOUR_M, SHORT_M),
    ({"oneway": "no", "junction": "roundabout"}, "car", SHORT_M, SHORT_M),
    ({"junction": "roundabout"}, "car", SHORT_M, DETOUR_M),
    ({"oneway": "alternating"}, "car", SHORT_M, SHORT_M),
    ({"oneway": "reversible"}, "car", DETOUR_M, DETOUR_M),
    ({"oneway": "yes"}, "walk", SHORT_M, SHORT_M),
    ({"oneway": "yes", "oneway:foot": "yes"}, "walk", SHORT_M, DETOUR_M),
    ({"oneway": "yes", "oneway:bicycle": "no"}, "bike", SHORT_M, SHORT_M),
    ({"conveying": "forward"}, "walk", SHORT_M, DETOUR_M),
]


@pytest.mark.parametrize(("tags", "mode", "there", "back"), ONE_WAY)
def test_only_the_direction_of_a_way_makes_the_difference(
    tags: dict[str, str], mode: str, there: float, back: float
) -> None:
    town = shortcut_town({**STREET, **tags})
    assert through(town, mode) == pytest.approx(there)
    assert through(town, mode, back=True) == pytest.approx(back)


def test_a_bicycle_is_pushed_against_a_one_way_street() -> None:
    assert kmh("bike", highway="residential", oneway="yes") == (15.0, 4.8)
    assert kmh("bike", highway="residential", oneway="yes", cycleway="opposite_lane") == (15, 15)
    assert kmh("bike", highway="residential", oneway="yes", cycleway__left="opposite") == (15, 15)
    assert kmh("bike", highway="residential", oneway="yes", oneway__bicycle="no") == (15, 15)
    assert kmh("bike", highway="residential", junction="roundabout") == (15.0, 4.8)


def test_a_bicycle_is_pushed_where_only_walking_is_allowed() -> None:
    assert kmh("bike", highway="footway") == (4.8, 4.8)
    assert kmh("bike", highway="footway", bicycle="yes") == (15, 15)
    assert kmh("bike", highway="pedestrian") == (4.8, 4.8)
    assert kmh("bike", highway="path") == (15, 15)
    assert kmh("bike", highway="path", bicycle="no") == (4.8, 4.8)
    assert kmh("bike", highway="primary", bicycle="use_sidepath") == (4.8, 4.8)
    assert kmh("bike", highway="residential", bicycle="dismount") == (4.8, 4.8)
    assert kmh("bike", highway="steps", ramp__bicycle="yes") == (4.8, 4.8)


def test_a_signed_limit_decides_what_a_car_drives() -> None:
    assert kmh("car", highway="primary") == (65, 65)
    assert kmh("car", highway="primary", maxspeed="100") == (80, 80)
    assert kmh("car", highway="primary", maxspeed="50") == (40, 40)
    assert kmh("car", highway="residential", maxspeed="30") == (24, 24)
    assert kmh("car", highway="service", maxspeed="50") == (15, 15)
    assert kmh("car", highway="service", maxspeed="5") == (4, 4)
    assert kmh("car", highway="secondary", maxspeed="signals") == (55, 55)
    assert kmh("car", highway="tertiary", maxspeed="30 mph") == pytest.approx((38.6, 38.6), abs=0.1)
    assert kmh("car", highway="motorway") == (90, 0)


def test_a_private_way_is_reached_from_its_nearest_entrance() -> None:
    town = shortcut_town({**STREET, "access": "private"})
    # the way is cut at its eastern end: the entrance of both halves is in the west
    assert metres(town, "walk", (-100, 0), (30, 0)) == pytest.approx(130)
    private = Town().way((0, 0), (40, 0), (80, 0), (120, 0), tags={**STREET, "access": "private"})
    private.way((0, 0), (0, 100), (120, 100), (120, 0)).way((-100, 0), (0, 0))
    assert metres(private, "walk", (-100, 0), (30, 0)) == pytest.approx(130)
    assert metres(private, "walk", (-100, 0), (90, 0)) == pytest.approx(100 + 320 + 30)


def test_who_lives_on_a_farm_track_gets_home() -> None:
    farm = Town().way(
        (0, 0), (50, 0), (100, 0), tags={"highway": "track", "access": "agricultural"}
    )
    farm.way((0, 0), (0, 100))
    assert metres(farm, "walk", (0, 100), (100, 0)) == pytest.approx(200)


def test_two_neighbours_on_one_private_road_meet_on_it() -> None:
    yard = Town().way((0, 0), (50, 0), (100, 0), tags={**STREET, "access": "private"})
    yard.way((0, 0), (0, 100))
    assert metres(yard, "walk", (60, 0), (90, 0)) == pytest.approx(30)


def test_a_square_is_crossed_in_a_straight_line() -> None:
    square = {"highway": "pedestrian", "area": "yes"}
    town = Town().way((0, 0), (100, 0), (100, 100), (0, 100), (0, 0), tags=square)
    town.way((-50, 0), (0, 0)).way((100, 100), (150, 100))
    assert metres(town, "walk", (-50, 0), (150, 100)) == pytest.approx(100 + 100 * 2**0.5)
    assert metres(town, "stepfree", (-50, 0), (150, 100)) == pytest.approx(100 + 100 * 2**0.5)


def test_nobody_crosses_a_square_outside_of_it() -> None:
    # an L: the straight line between its ends would leave it
    square = {"highway": "pedestrian", "area": "yes"}
    corners = [(0.0, 0.0), (100.0, 0.0), (100.0, 20.0), (20.0, 20.0), (20.0, 100.0), (0.0, 100.0)]
    town = Town().way(*corners, corners[0], tags=square)
    town.way((100, 20), (150, 20)).way((20, 100), (20, 150))
    assert metres(town, "walk", (150, 20), (20, 150)) == pytest.approx(50 + 80 + 80 + 50)


def test_the_hole_of_a_square_is_walked_around() -> None:
    square = {"highway": "pedestrian", "area": "yes"}
    outer = [(0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0), (0.0, 0.0)]
    inner = [(30.0, 30.0), (70.0, 30.0), (70.0, 70.0), (30.0, 70.0), (30.0, 30.0)]
    town = Town().way(*outer, way_id=-7, tags=square).way(*inner, way_id=-7, tags=square)
    town.way((-50, 0), (0, 0)).way((100, 100), (150, 100))
    assert metres(town, "walk", (-50, 0), (150, 100)) == pytest.approx(100 + 200)


def test_a_ring_that_is_no_area_is_a_street() -> None:
    town = Town().way((0, 0), (100, 0), (100, 100), (0, 100), (0, 0))
    town.way((-50, 0), (0, 0)).way((100, 100), (150, 100))
    assert metres(town, "walk", (-50, 0), (150, 100)) == pytest.approx(100 + 200)


def test_a_ferry_takes_its_mapped_time_and_nobody_boards_on_the_way() -> None:
    ferry = {"route": "ferry", "duration": "00:10"}
    town = Town().way((0, 0), (500, 0), (1000, 0), tags=ferry)
    town.way((-100, 0), (0, 0)).way((1000, 0), (1100, 0))
    network = Network.build(town.streets(), mode="walk", crs=CRS)
    start, end = network.snap(at((0, 0))), network.snap(at((1000, 0)))
    assert network.to_nearest(start, [end]).travel_s[0, 0] == pytest.approx(600, abs=0.01)
    assert network.snap(at((500, 0)), max_leg_m=1000).leg_m[0] == pytest.approx(500)


def test_a_ferry_without_a_time_has_the_stated_speed() -> None:
    assert kmh("walk", route="ferry") == (5, 5)
    assert kmh("walk", route="ferry", foot="no") == (0, 0)
    assert kmh("bike", route="ferry", bicycle="no") == (0, 0)
    assert kmh("car", route="ferry") == (0, 0)
    assert kmh("car", route="ferry", motor_vehicle="yes") == (5, 5)


@pytest.mark.parametrize(
    ("value", "duration_s"),
    [("10", 600), ("00:10", 600), ("01:30", 5400), ("00:02:30", 150), ("a while", 0)],
)
def test_durations_are_minutes_or_hours_and_minutes(value: str, duration_s: float) -> None:
    tags = {"route": "ferry", "duration": value}
    assert way_passage(tags, mode="walk", speeds=SPEEDS).duration_s == duration_s


@pytest.mark.parametrize(
    "tags",
    [{"tunnel": "yes"}, {"level": "-1"}, {"highway": "motorway"}],
)
def test_no_door_opens_on_a_tunnel_or_a_motorway(tags: dict[str, str]) -> None:
    mode = "car" if tags.get("highway") == "motorway" else "walk"
    assert way_passage({**STREET, **tags}, mode=mode, speeds=SPEEDS).no_stop
    assert not way_passage(
        {**STREET, "tunnel": "building_passage"}, mode=mode, speeds=SPEEDS
    ).no_stop


def test_an_address_over_a_tunnel_is_on_the_street() -> None:
    town = Town().way((0, 0), (100, 0), tags={**STREET, "tunnel": "yes"})
    town.way((0, 0), (0, 30), (100, 30), (100, 0))
    network = Network.build(town.streets(), mode="walk", crs=CRS)
    assert network.snap(at((50, 5))).leg_m[0] == pytest.approx(25)


@pytest.mark.parametrize("mode", ["walk", "stepfree", "bike", "car"])
def test_what_names_no_street_is_closed(mode: str) -> None:
    assert way_passage({}, mode=mode, speeds=SPEEDS) == CLOSED
    assert way_passage({"highway": "rest_area"}, mode=mode, speeds=SPEEDS) == CLOSED
    assert node_is_open({}, mode=mode)
