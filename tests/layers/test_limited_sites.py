"""Next sites under capacities in the toy town: every choice tried, served by linear programming."""

from itertools import combinations

import numpy as np
import pytest

from geo.errors import ParameterError
from geo.siting import Siting
from layers.atlas import Atlas
from layers.errors import UnknownOfferError
from layers.sites import next_sites
from tests.geo.test_site_capacity import served
from tests.layers.test_sites import reached_by

CAFE = {"category": "repair_cafe", "mode": "walk", "minutes": 2.5, "demand": 1.0}
WHOLE = {"capacity": {"": 100}, "new_capacity": 150}


def test_toy_choice_serves_most_of_all_choices(toy_atlas: Atlas):
    travel_s, covered = reached_by(toy_atlas, category="repair_cafe", mode="walk", minutes=2.5)
    reach = np.column_stack([covered, travel_s <= 150.001])
    units = np.rint(toy_atlas.people).astype(int)

    def with_sites(choice: tuple[int, ...]) -> float:
        capacity = np.r_[100, np.full(len(choice), 150)]
        return served(reach[:, [0, *(1 + site for site in choice)]], units, capacity)

    best = max(map(with_sites, combinations(range(travel_s.shape[1]), 2)))
    report = next_sites(toy_atlas, **CAFE, **WHOLE, new=2)
    assert report.siting.proven
    assert report.siting.value == best - with_sites(())
    assert report.limited.served_before == pytest.approx(with_sites(()), abs=5)
    assert report.gained == pytest.approx(report.siting.value, abs=10)
    assert sum(report.limited.site_gained) == pytest.approx(report.siting.value, abs=10)


def test_gains_of_districts_come_from_both_published_sides(toy_atlas: Atlas):
    report = next_sites(toy_atlas, **CAFE, **WHOLE, new=2)
    assert [g.gained for g in report.by_district] == report.limited.district_gained
    assert sum(g.gained for g in report.by_district) == pytest.approx(report.gained, abs=20)
    assert all(served <= 150 for served in report.limited.site_served)


def test_with_room_for_all_it_is_the_question_without_capacities(toy_atlas: Atlas):
    plain = next_sites(toy_atlas, category="repair_cafe", mode="walk", minutes=2.5, new=2)
    roomy = next_sites(toy_atlas, **CAFE, capacity={"": 10_000}, new_capacity=10_000, new=2)
    assert roomy.siting.value == pytest.approx(plain.siting.value, abs=2)
    assert set(roomy.siting.chosen) == set(plain.siting.chosen)


def test_demand_uses_up_the_capacity_by_units(toy_atlas: Atlas):
    report = next_sites(toy_atlas, **{**CAFE, "demand": 0.5}, **WHOLE, new=1)
    assert report.gained == pytest.approx(300, abs=10)  # 150 units at half a unit each


def test_what_was_entered_is_told(toy_atlas: Atlas):
    report = next_sites(toy_atlas, **CAFE, **WHOLE, new=1)
    assert report.limited.new_capacity == 150
    assert report.limited.capacities.amount.tolist() == [100]
    assert report.limited.capacities.is_entered.tolist() == [True]
    assert isinstance(report.siting, Siting)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"new_capacity": 0}, "`new_capacity` is 0 but must be a whole number above 0"),
        ({"new_capacity": -3}, "`new_capacity` is -3"),
        ({"new_capacity": 1.5}, r"`new_capacity` is 1\.5"),
        ({"new_capacity": float("inf")}, "`new_capacity` is inf"),
        ({"new_capacity": float("nan")}, "`new_capacity` is nan"),
        ({"new_capacity": None}, "`capacity` needs `new_capacity`"),
        ({"new_capacity": None, "capacity": None}, "`demand` needs `new_capacity`"),
        ({"capacity": {}}, "`capacity` is missing: 1 of 1 offers"),
        ({"capacity": {"": 0}}, "`capacity` is 0"),
        ({"demand": 0}, "`demand` is 0 but must be above 0"),
        ({"demand": None}, "`demand` is missing"),
        ({"category": ["repair_cafe", "library"]}, "needs one `category`"),
        ({"objective": "least_time"}, "`new_capacity` belongs to `most_people`"),
        ({"objective": "fewest_sites", "new": None}, "`new_capacity` belongs to `most_people`"),
    ],
)
def test_capacities_that_are_no_answer_are_refused(toy_atlas: Atlas, change: dict, message: str):
    with pytest.raises(ParameterError, match=message):
        next_sites(toy_atlas, **{**CAFE, **WHOLE, "new": 1, **change})


def test_a_capacity_of_an_offer_that_is_not_there_is_refused(toy_atlas: Atlas):
    with pytest.raises(UnknownOfferError, match="osm:n9"):
        next_sites(toy_atlas, **CAFE, new=1, new_capacity=9, capacity={"osm:n9": 4})
