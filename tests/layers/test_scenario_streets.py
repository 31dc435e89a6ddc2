"""Streets that a scenario closes and opens in the toy region: arithmetic, names, faults."""

from typing import Any

import numpy as np
import pytest

from layers.atlas import Atlas
from layers.coverage import COVERED, UNREACHABLE, coverage
from layers.scenario import ScenarioError
from layers.scenario_atlas import apply, try_out
from tests.layers.test_coverage import BAKERY, METRES_A_MINUTE, in_order_of_houses
from tests.layers.test_scenario import FOOD, MINUTES, add, at, scenario, tried
from tests.toyregion import HOUSES, toy_lonlat

WALK = ["walk"]


def line(*places: tuple[float, float]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": toy_lonlat(np.array(places, float)).tolist()}


def opened(*places: tuple[float, float], **further: Any) -> dict[str, Any]:
    return {"do": "open_street", "modes": WALK, "line": line(*places), **further}


def closed(here: tuple[float, float], there: tuple[float, float], **further: Any) -> dict[str, Any]:
    to = at(*there)
    return {"do": "close_street", **at(*here), "to_lon": to["lon"], "to_lat": to["lat"], **further}


def way_m(atlas: Atlas, house: tuple[float, float], **question: Any) -> float:
    report = coverage(atlas, category=FOOD, mode="walk", minutes=60, **question)
    travel_m = in_order_of_houses(atlas, report.travel_s) / 60 * METRES_A_MINUTE
    return float(travel_m[np.flatnonzero((house == HOUSES).all(axis=1))[0]])


def test_a_path_across_a_block_shortens_the_way_of_those_around_it(toy_atlas: Atlas):
    changed = apply(toy_atlas, scenario(opened((150, 100), (150, 200), (250, 200))))
    assert BAKERY == (100, 100)
    assert way_m(toy_atlas, (175, 185)) == pytest.approx(15 + 75 + 100, abs=0.5)
    # the house is 15 m below the street, 25 m beside the new path
    assert way_m(changed, (175, 185)) == pytest.approx(15 + 25 + 100 + 50, abs=0.5)
    assert way_m(changed, (175, 115)) == way_m(toy_atlas, (175, 115))


def test_homes_nearer_to_a_new_street_take_it(toy_atlas: Atlas):
    changed = apply(toy_atlas, scenario(opened((180, 100), (180, 200))))
    assert way_m(changed, (175, 185)) == pytest.approx(5 + 85 + 80, abs=0.5)
    assert (changed.demand["bike"].edge == toy_atlas.demand["bike"].edge).all()


def test_a_line_that_ends_beside_a_street_is_joined_and_says_how_far(toy_atlas: Atlas):
    found = try_out(toy_atlas, scenario(opened((150, 110), (150, 195), name="Neuer Weg")))
    (street,) = found.streets
    assert (street.change, street.is_new, street.name) == (0, True, "Neuer Weg")
    (walk,) = street.by_mode
    assert walk.joined_m == pytest.approx((10, 5), abs=0.05)
    assert walk.length_m == pytest.approx(100, abs=0.1)
    assert (walk.mode, walk.names) == ("walk", ("Neuer Weg",))


def test_a_bridge_joins_only_its_ends_and_with_join_inner_all_points(toy_atlas: Atlas):
    bridge = [(100, 150), (150, 200), (200, 250)]
    alone = try_out(toy_atlas, scenario(opened(*bridge)))
    joined = try_out(toy_atlas, scenario(opened(*bridge, join_inner=True)))
    assert len(alone.streets[0].by_mode[0].joined_m or ()) == 2
    assert len(joined.streets[0].by_mode[0].joined_m or ()) == 3
    assert way_m(alone.atlas, (175, 185)) == pytest.approx(15 + 75 + 100, abs=0.5)
    assert way_m(joined.atlas, (175, 185)) == pytest.approx(15 + 25 + 5000**0.5 + 50, abs=0.5)


def test_new_streets_meet_each_other_in_any_order(toy_atlas: Atlas):
    lane = opened((150, 100), (150, 170), dead_end=True)
    branch = opened((148, 165), (102, 165))
    both = apply(toy_atlas, scenario(lane, branch))
    turned = apply(toy_atlas, scenario(branch, lane))
    question = {"category": FOOD, "mode": "walk", "minutes": 60}
    first, second = coverage(both, **question), coverage(turned, **question)
    np.testing.assert_allclose(first.travel_s, second.travel_s, atol=0.02)
    with pytest.raises(ScenarioError, match="its start is 35 m from the nearest street for walk"):
        apply(toy_atlas, scenario(branch))


def test_a_new_quarter_may_have_its_own_street(toy_atlas: Atlas):
    quarter = {
        "do": "add_people",
        "people": 50,
        "place": {"type": "Point", "coordinates": toy_lonlat((350, 350))[0].tolist()},
    }
    question = {"category": FOOD, "mode": "walk", "minutes": 60}
    without = coverage(apply(toy_atlas, scenario(quarter)), **question)
    street = opened((350, 300), (350, 350), dead_end=True)
    with_street = coverage(apply(toy_atlas, scenario(quarter, street)), **question)
    assert without.travel_s[-1] == pytest.approx(with_street.travel_s[-1], abs=2)
    snapped = with_street.atlas.demand["walk"]
    assert (without.atlas.demand["walk"].leg_m[-1], snapped.leg_m[-1]) == pytest.approx(
        (50, 0), abs=0.05
    )


def test_a_stretch_between_two_places_closes_and_is_named(toy_atlas: Atlas):
    found = try_out(toy_atlas, scenario(closed((120, 100), (250, 102))))
    (street,) = found.streets
    assert not street.is_new
    assert {one.mode for one in street.by_mode} == {"walk", "stepfree", "bike", "car"}
    for one in street.by_mode:
        assert one.names == ("2. Querstraße",)
        assert one.length_m == pytest.approx(130, abs=0.5)
        assert one.line.length == pytest.approx(130, abs=0.5)
        assert one.joined_m is None


def test_only_those_within_the_stretch_are_unreachable(toy_atlas: Atlas):
    found = tried(toy_atlas, closed((110, 100), (160, 100), modes=WALK))
    # houses at x = 125 on both sides of the street, not those at x = 175
    assert found.after.exact[:, UNREACHABLE].sum() == pytest.approx(20, rel=0.005)
    assert found.after.exact.sum() == pytest.approx(found.before.exact.sum())
    by_bike = coverage(found.after.atlas, category=FOOD, mode="bike", minutes=60)
    assert by_bike.exact[:, UNREACHABLE].sum() == 0


def test_a_closed_place_names_its_street_between_the_crossings(toy_atlas: Atlas):
    found = try_out(toy_atlas, scenario({"do": "close_street", **at(150, 100), "modes": WALK}))
    (walk,) = found.streets[0].by_mode
    assert (walk.names, round(walk.length_m)) == (("2. Querstraße",), 100)


def test_a_street_opened_along_a_closed_one_is_open(toy_atlas: Atlas):
    shut = closed((110, 100), (190, 100), modes=WALK)
    again = opened((110, 100), (190, 100))
    before = coverage(toy_atlas, category=FOOD, mode="walk", minutes=MINUTES)
    changed = apply(toy_atlas, scenario(shut, again))
    after = coverage(changed, category=FOOD, mode="walk", minutes=MINUTES)
    assert after.exact[:, COVERED].sum() < before.exact[:, COVERED].sum()  # who stands on it stays
    assert way_m(changed, (225, 85)) == pytest.approx(way_m(toy_atlas, (225, 85)), abs=0.5)


def test_offers_on_a_cut_street_stay_where_they_are(toy_atlas: Atlas):
    changed = apply(toy_atlas, scenario(opened((100, 150), (150, 200)), add(150, 200)))
    assert way_m(changed, (175, 185)) == pytest.approx(15 + 25, abs=0.5)
    assert way_m(changed, (25, 15)) == pytest.approx(way_m(toy_atlas, (25, 15)), abs=0.5)
    assert (
        np.isfinite(changed.exits["walk"].travel_s).sum()
        == np.isfinite(toy_atlas.exits["walk"].travel_s).sum()
    )


def test_a_scenario_with_streets_may_follow_another(toy_atlas: Atlas):
    first = apply(toy_atlas, scenario(opened((150, 100), (150, 200))))
    second = apply(first, scenario(opened((150, 150), (200, 150))))
    # over both new streets: from (200, 150) to (150, 150) to (150, 100) to the bakery
    assert way_m(second, (225, 115)) <= way_m(first, (225, 115)) + 0.01
    with pytest.raises(ScenarioError, match="its start is 50 m"):
        apply(toy_atlas, scenario(opened((150, 150), (200, 150))))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            opened((150, 130), (150, 200)),
            r"changes\[0\]: its start is 30 m from the nearest street for walk, more than "
            r"`connect_m` = 20 m; move it nearer, raise `connect_m`, or set `dead_end` to true",
        ),
        (opened((150, 130), (150, 165), dead_end=True), "its start is 30 m .* and its end is 35 m"),
        (opened((0, 0), (0, 0.4)), r"`line` is 0\.4 m long; a new street has 1 to 5,000 m"),
        (opened((0, 0), (9000, 0)), "outside the data of Ödland"),
        (
            opened(*[((i % 2) * 500.0, 400.0) for i in range(12)]),
            r"`line` is 5,500\.\d m long",
        ),
        (closed((-140, -140), (0, 0)), "within 50 m of `lon`, `lat`"),
        (closed((0, 0), (-140, -140)), "within 50 m of `to_lon`, `to_lat`"),
        (closed((0, 0), (0, 0)), "no street for walk.* of 1 to 200 m leads"),
    ],
)
def test_a_street_that_cannot_be_is_refused(toy_atlas: Atlas, change, message: str):
    with pytest.raises(ScenarioError, match=message):
        apply(toy_atlas, scenario(change))


def test_a_stretch_that_only_a_long_detour_joins_is_refused(toy_atlas: Atlas):
    shut = [{"do": "close_street", **at(x, 50), "modes": WALK} for x in (0, 100, 200, 300)]
    first = apply(toy_atlas, scenario(*shut))
    with pytest.raises(ScenarioError, match="no street for walk of 1 to 500 m leads"):
        apply(first, scenario(closed((150, 0), (150, 100), modes=WALK)))
