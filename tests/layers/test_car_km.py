"""Kilometres by car: the shift of the way to the nearest offer, times what the asker enters."""

import numpy as np
import pytest

from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.car_km import car_km
from layers.coverage import coverage
from layers.scenario_atlas import apply
from tests.layers.test_coverage import PEOPLE, in_order_of_houses, way_m
from tests.layers.test_scenario import FOOD, add, point, scenario

QUESTION = {"category": FOOD, "mode": "walk", "minutes": 4}


def reports(atlas: Atlas, *changes):
    changed = apply(atlas, scenario(*changes))
    return coverage(atlas, **QUESTION), coverage(changed, **QUESTION)


def test_kilometres_are_people_times_the_shorter_way(toy_atlas: Atlas):
    found = car_km(*reports(toy_atlas, add(300, 300)))
    before = np.minimum(way_m((100, 100)), way_m((0, 400)))
    saved_m = before - np.minimum(before, way_m((300, 300)))
    assert found.people == pytest.approx(PEOPLE[saved_m >= 1].sum(), abs=5)
    assert (PEOPLE * saved_m).sum() / 1000 > 50
    assert found.km_per_trip == pytest.approx((PEOPLE * saved_m).sum() / 1000, abs=5.5)
    assert (found.km_per_year, found.people_left_out) == (None, 0)
    assert "nothing is assumed" in found.assumptions[-1]


def test_what_is_entered_gives_an_interval_and_is_printed(toy_atlas: Atlas):
    found = car_km(
        *reports(toy_atlas, add(300, 300)), trips_per_year=(50, 100), car_share=(0.25, 0.5)
    )
    km = found.km_per_trip
    assert found.km_per_year == (round(km * 50 * 0.25 * 2), km * 100)
    assert "entered: 50 to 100 trips of a person in a year" in found.assumptions
    assert "entered: 25% to 50% of these trips are driven" in found.assumptions


def test_an_offer_that_closes_adds_kilometres(toy_atlas: Atlas):
    found = car_km(
        *reports(toy_atlas, {"do": "close_offer", "offer": "osm:n1001"}),
        trips_per_year=(10, 20),
        car_share=(1, 1),
    )
    assert found.km_per_trip < -100
    assert found.km_per_year == (found.km_per_trip * 40, found.km_per_trip * 20)


def test_nothing_changes_without_a_change(toy_atlas: Atlas):
    found = car_km(*reports(toy_atlas))
    assert (found.km_per_trip, found.people) == (0, 0)


def test_few_people_whose_way_changes_are_not_told(toy_atlas: Atlas):
    before, after = reports(toy_atlas, add(25, 5))
    moved = in_order_of_houses(toy_atlas, before.travel_s - after.travel_s[: len(before.travel_s)])
    found = car_km(before, after)
    assert (moved > 0).any()
    assert found.people is None or found.people >= 25
    few = car_km(*reports(toy_atlas, add(100, 85)))
    assert few.people is not None or few.km_per_trip is None


def test_new_people_do_not_count(toy_atlas: Atlas):
    quarter = {"do": "add_people", "people": 500, "place": point(150, 150)}
    found = car_km(*reports(toy_atlas, quarter))
    assert (found.km_per_trip, found.people) == (0, 0)


def test_who_reaches_no_offer_by_car_is_counted_apart(toy_atlas: Atlas):
    shut = {
        "do": "close_street",
        **dict(zip(("lon", "lat"), point(150, 100)["coordinates"], strict=True)),
        "modes": ["car"],
    }
    found = car_km(*reports(toy_atlas, shut))
    assert found.people_left_out == 40


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"trips_per_year": (1, 2)}, "takes both `trips_per_year` and `car_share`"),
        ({"trips_per_year": (3, 2), "car_share": (0, 1)}, "`trips_per_year` is 3 to 2"),
        ({"trips_per_year": (1, 2), "car_share": (0, 1.1)}, "from 0 to 1$"),
        ({"trips_per_year": (1, float("inf")), "car_share": (0, 1)}, "1 to inf"),
        ({"trips_per_year": (float("nan"), 1), "car_share": (0, 1)}, "nan to 1"),
        ({"trips_per_year": (-1, 1), "car_share": (0, 1)}, "-1 to 1"),
    ],
)
def test_assumptions_out_of_bounds_are_refused(toy_atlas: Atlas, asked, message: str):
    with pytest.raises(ParameterError, match=message):
        car_km(*reports(toy_atlas), **asked)
