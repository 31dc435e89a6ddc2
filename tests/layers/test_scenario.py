"""Scenarios: faults of the document, arithmetic in the toy region, conservation, monotony."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.coverage import COVERED, UNREACHABLE, coverage
from layers.difference import Difference, compare
from layers.scenario import Scenario, ScenarioError, check_scenario, read_scenario
from layers.scenario_atlas import apply
from tests.layers.test_coverage import (
    BAKERY,
    GREENGROCER,
    METRES_A_MINUTE,
    PEOPLE,
    in_order_of_houses,
    way_m,
)
from tests.toyregion import HOUSES, toy_lonlat

MINUTES = 4 + 0.5 / METRES_A_MINUTE
FOOD = "greengrocer_bakery"


def at(x: float, y: float) -> dict[str, float]:
    lon, lat = toy_lonlat((x, y))[0].tolist()
    return {"lon": lon, "lat": lat}


def add(x: float, y: float) -> dict[str, Any]:
    return {"do": "add_offer", "category": FOOD, **at(x, y)}


def square(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return {"type": "Polygon", "coordinates": [toy_lonlat(np.array(ring)).tolist()]}


def point(x: float, y: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": toy_lonlat((x, y))[0].tolist()}


def scenario(*changes: dict[str, Any]) -> Scenario:
    return check_scenario({"version": 1, "changes": list(changes)})


def tried(atlas: Atlas, *changes: dict[str, Any], minutes: float = MINUTES) -> Difference:
    question = {"category": FOOD, "mode": "walk", "minutes": minutes}
    changed = apply(atlas, scenario(*changes))
    return compare(coverage(atlas, **question), coverage(changed, **question))


def people_within(*offers: tuple[float, float]) -> float:
    nearest = np.min([way_m(offer) for offer in offers], axis=0)
    return float(PEOPLE[nearest <= MINUTES * METRES_A_MINUTE].sum())


def covered(report) -> float:
    return float(report.exact[:, COVERED].sum())


def test_closing_the_bakery_moves_exactly_the_people_beyond_the_limit(toy_atlas: Atlas):
    found = tried(toy_atlas, {"do": "close_offer", "offer": "osm:n1001"})
    assert covered(found.before) == pytest.approx(people_within(BAKERY, GREENGROCER), rel=0.005)
    assert covered(found.after) == pytest.approx(people_within(GREENGROCER), rel=0.005)
    assert found.totals.gained == 0
    assert found.totals.lost == found.before.totals.covered - found.after.totals.covered > 300
    assert found.totals.covered == -found.totals.lost


def test_a_new_bakery_covers_exactly_those_within_its_reach(toy_atlas: Atlas):
    found = tried(toy_atlas, add(300, 300))
    expected = people_within(BAKERY, GREENGROCER, (300, 300))
    assert covered(found.after) == pytest.approx(expected, rel=0.005)
    assert found.totals.lost == 0
    assert found.totals.gained == found.totals.covered > 100


def test_a_moved_offer_is_reached_where_it_went(toy_atlas: Atlas):
    found = tried(toy_atlas, {"do": "move_offer", "offer": "osm:n1001", **at(400, 0)})
    assert covered(found.after) == pytest.approx(people_within(GREENGROCER, (400, 0)), rel=0.005)
    assert len(found.after.atlas.offers) == len(toy_atlas.offers)
    moved = found.after.atlas.offers[found.after.atlas.offers.row("osm:n1001")]
    assert (moved.lon, moved.lat) == pytest.approx(tuple(toy_lonlat((400, 0))[0]))
    assert found.totals.gained - found.totals.lost == found.totals.covered


def test_a_closed_street_lengthens_the_way_around_it(toy_atlas: Atlas):
    street = {"do": "close_street", **at(150, 100), "modes": ["walk"]}
    found = tried(toy_atlas, street, {"do": "close_offer", "offer": "osm:n1003"})
    travel_m = in_order_of_houses(toy_atlas, found.after.travel_s) / 60 * METRES_A_MINUTE
    house = np.flatnonzero((HOUSES == (225, 85)).all(axis=1))[0]
    assert way_m(BAKERY)[house] == 140
    assert travel_m[house] == pytest.approx(15 + 25 + 100 + 100 + 100, abs=0.5)


def test_people_on_a_closed_street_are_unreachable_and_nobody_is_lost(toy_atlas: Atlas):
    found = tried(toy_atlas, {"do": "close_street", **at(150, 100), "modes": ["walk"]})
    assert found.after.exact[:, UNREACHABLE].sum() == pytest.approx(40, rel=0.005)
    assert found.after.exact.sum() == pytest.approx(found.before.exact.sum())
    by_bike = coverage(found.after.atlas, category=FOOD, mode="bike", minutes=60)
    assert by_bike.exact[:, UNREACHABLE].sum() == 0
    assert np.isinf(found.after.atlas.exits["walk"].travel_s).sum() >= 4


def test_a_new_quarter_adds_its_people_in_its_district(toy_atlas: Atlas):
    quarter = {"do": "add_people", "people": 101, "place": square(20, 20, 180, 180)}
    found = tried(toy_atlas, quarter)
    assert found.after.totals.residents == 960 + 101
    by_name = {c.name: c for c in found.by_district}
    assert by_name["Altöd"].new_people == found.totals.new_people == 101
    assert by_name["Süd"].new_people == 0
    assert found.after.atlas.population.assumed == 16  # cells of 50 m with their middle inside
    assert found.totals.covered == found.totals.new_covered == 101
    assert (found.totals.gained, found.totals.lost) == (0, 0)


def test_dwellings_need_the_people_in_each(toy_atlas: Atlas):
    row = {"do": "add_people", "dwellings": 40, "place": point(50, 50)}
    assert tried(toy_atlas, {**row, "people_per_dwelling": 2.1}).totals.new_people == 84
    with pytest.raises(ScenarioError, match=r"`dwellings` with `people_per_dwelling`"):
        scenario(row)


def test_changed_hours_stand_in_the_offer_and_nothing_moves(toy_atlas: Atlas):
    change = {"do": "change_hours", "offer": "osm:n1001", "opening_hours": "Mo 10:00-12:00"}
    found = tried(toy_atlas, change)
    offers = found.after.atlas.offers
    assert offers[offers.row("osm:n1001")].opening_hours == "Mo 10:00-12:00"
    assert (found.after.state == found.before.state).all()


def test_an_offer_that_opens_on_sundays_covers_people_on_sundays(toy_atlas: Atlas):
    change = {"do": "change_hours", "offer": "osm:n1001", "opening_hours": "24/7"}
    question = {"category": FOOD, "mode": "walk", "minutes": MINUTES, "at": "Su"}
    changed = apply(toy_atlas, scenario(change))
    found = compare(coverage(toy_atlas, **question), coverage(changed, **question))
    assert covered(found.before) == 0  # closed, and a greengrocer of unknown hours
    assert covered(found.after) == pytest.approx(people_within(BAKERY), rel=0.005)


def test_the_first_atlas_does_not_change_and_is_shared(toy_atlas: Atlas):
    ids = [offer.id for offer in toy_atlas.offers]
    changed = apply(toy_atlas, scenario(add(300, 300)))
    assert [offer.id for offer in toy_atlas.offers] == ids
    assert changed.networks["walk"] is toy_atlas.networks["walk"]
    assert changed.demand is toy_atlas.demand
    assert changed.population is toy_atlas.population
    assert list(changed.networks) == list(toy_atlas.networks)


def test_a_scenario_may_follow_another(toy_atlas: Atlas):
    first = apply(toy_atlas, scenario(add(300, 300), add(0, 0)))
    second = apply(first, scenario({"do": "close_offer", "offer": "scenario:1"}, add(300, 300)))
    ids = [offer.id for offer in second.offers if offer.source == "scenario"]
    assert ids == ["scenario:2", "scenario:3"]
    question = {"category": FOOD, "mode": "walk", "minutes": MINUTES}
    assert covered(coverage(second, **question)) == covered(coverage(first, **question))


def test_no_change_gives_the_same_answer(toy_atlas: Atlas):
    found = tried(toy_atlas)
    assert found.totals == found.totals.__class__("toy", "Ödland", 0, 0, 0, 0, 0, 0.0)
    assert (found.after.travel_s == found.before.travel_s).all()


places = st.tuples(st.integers(-40, 440), st.integers(-40, 440))
few = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@given(spots=st.lists(places, min_size=1, max_size=3), minutes=st.integers(1, 8))
@few
def test_an_added_offer_never_lowers_coverage(toy_atlas: Atlas, spots, minutes):
    found = tried(toy_atlas, *(add(*spot) for spot in spots), minutes=minutes)
    assert (found.after.travel_s <= found.before.travel_s).all()
    assert covered(found.after) >= covered(found.before)
    assert found.totals.lost in (0, None)  # None: a side with few uncovered people is withheld
    assert found.after.exact.sum() == pytest.approx(found.before.exact.sum())


@given(minutes=st.integers(1, 8))
@few
def test_closing_an_offer_and_adding_it_at_the_same_place_gives_the_same_answer(
    toy_atlas: Atlas, minutes
):
    found = tried(
        toy_atlas,
        add(*BAKERY),
        {"do": "close_offer", "offer": "osm:n1001"},
        minutes=minutes + 0.5 / METRES_A_MINUTE,  # centimetres of the file must not matter
    )
    np.testing.assert_allclose(found.after.travel_s, found.before.travel_s, atol=0.01)
    assert (found.after.state == found.before.state).all()


def test_answers_to_different_questions_are_not_compared(toy_atlas: Atlas):
    first = coverage(toy_atlas, category=FOOD, mode="walk", minutes=5)
    with pytest.raises(ParameterError, match="different questions"):
        compare(first, coverage(toy_atlas, category=FOOD, mode="walk", minutes=6))


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "it is list, not an object"),
        ({"changes": []}, "`version` is None"),
        ({"version": 1}, "`changes` is no list"),
        ({"version": 1, "changes": [], "chnages": []}, "`chnages` is not known"),
        ({"version": 1, "changes": [{}] * 1001}, "holds 1,001, at most 1,000"),
        (
            {"version": 1, "changes": [{"do": "close_street", "lon": 13, "lat": 53}] * 51},
            "close and open 51 streets, at most 50",
        ),
        ({"version": 1, "changes": [3]}, r"changes\[0\]: `do` is None, not one of add_offer"),
        ({"version": 1, "changes": [{"do": ["add_offer"]}]}, "not one of add_offer"),
    ],
)
def test_a_document_of_another_shape_is_refused(document: Any, message: str):
    with pytest.raises(ScenarioError, match=message):
        check_scenario(document)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"do": "add_offer", "category": FOOD, "lon": 13.2}, "`lat` is missing"),
        ({**add(0, 0), "lon": True}, "`lon` is no degree"),
        ({**add(0, 0), "lat": float("nan")}, "`lat` is no degree"),
        ({**add(0, 0), "nmae": ""}, "`nmae` is not known"),
        ({**add(0, 0), "name": "x" * 501}, "`name` is no text of at most 500"),
        ({"do": "close_offer", "offer": ""}, "`offer` is no id"),
        ({"do": "add_people", "people": 1.5, "place": point(0, 0)}, "not a whole number"),
        ({"do": "add_people", "people": 0, "place": point(0, 0)}, "from 1 to 1,000,000"),
        ({"do": "add_people", "people": 9, "place": {"type": "Point"}}, "no readable coordinates"),
        ({"do": "add_people", "people": 9, "place": {"type": "LineString"}}, "no GeoJSON geometry"),
        (
            {"do": "add_people", "people": 9, "place": {"type": "Point", "coordinates": [13, 200]}},
            "beyond degrees",
        ),
        ({"do": "close_street", **at(0, 0), "modes": ["train"]}, "`modes` is no list of walk"),
        ({"do": "close_street", **at(0, 0), "to_lon": 13.2}, "give both `to_lon` and `to_lat`"),
        ({"do": "open_street", "modes": ["walk"]}, "`line` is missing"),
        ({"do": "open_street", "line": {"type": "Point"}}, "use LineString"),
        ({"do": "open_street", "line": {"type": "LineString"}}, "no readable coordinates"),
        (
            {"do": "open_street", "line": {"type": "LineString", "coordinates": [[13, 53]] * 201}},
            "`line` is no valid shape",
        ),
        (
            {
                "do": "open_street",
                "line": {"type": "LineString", "coordinates": [[13, 53], [13, float("nan")]]},
            },
            "`line` is no valid shape",
        ),
        (
            {
                "do": "open_street",
                "line": {"type": "LineString", "coordinates": [[13, 53]] * 200 + [[14, 53]]},
            },
            "has 201 points, at most 200",
        ),
        ({"do": "open_street", "connect_m": 101}, "not metres from 1 to 100"),
        ({"do": "open_street", "dead_end": "no"}, "neither true nor false"),
    ],
)
def test_a_faulty_change_is_named(change: dict[str, Any], message: str):
    with pytest.raises(ScenarioError, match=message):
        scenario(change)


def test_all_faults_are_told_at_once():
    with pytest.raises(ScenarioError) as caught:
        scenario({"do": "fly"}, add(0, 0), {"do": "close_offer"}, {**add(0, 0), "lon": 999})
    assert [fault.split(":")[0] for fault in caught.value.faults] == [
        "changes[0]", "changes[2]", "changes[3]",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{" * 100_000, "it is no JSON"),
        ("[" * 100_000, "it is no JSON"),
        ("", "it is no JSON"),
        (" " * 10_000_000, "holds 10,000,000 characters, at most 1,000,000"),
    ],
    ids=["braces", "brackets", "empty", "10 MB"],
)
def test_text_that_is_no_scenario_is_refused(text: str, message: str):
    with pytest.raises(ScenarioError, match=message):
        read_scenario(text)


def test_a_scenario_is_read_from_text(toy_atlas: Atlas):
    text = json.dumps({"version": 1, "name": "Süd", "changes": [add(300, 300)]})
    read = read_scenario(text)
    assert read.name == "Süd"
    assert apply(toy_atlas, read).offers.row("scenario:1") == len(toy_atlas.offers)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ([{"do": "close_offer", "offer": "osm:n101"}], "is not known; did you mean 'osm:n1001'"),
        ([{**add(0, 0), "category": "greengrocer"}], "did you mean 'greengrocer_bakery'"),
        (
            [{**add(0, 0), "lon": 12.0}],
            r"changes\[0\]: `lon`, `lat` lie outside the data of Ödland",
        ),
        (
            [
                {"do": "close_offer", "offer": "osm:n1001"},
                {"do": "move_offer", "offer": "osm:n1001", **at(0, 0)},
            ],
            r"changes\[1\]: `offer` 'osm:n1001' is already changed by another one \(close\)",
        ),
        (
            [
                {"do": "close_offer", "offer": "osm:n1004"},  # merged into the building
                {"do": "close_offer", "offer": "osm:w1101"},
            ],
            "is already changed",
        ),
        (
            [{"do": "add_people", "people": 30, "place": square(100, 450, 300, 560)}],
            "`place` lies wholly or in part outside the districts",
        ),
        ([{"do": "close_street", **at(-140, -140)}], "there is no street for walk"),
        (
            [
                {
                    "do": "add_people",
                    "people": 30,
                    "place": {
                        "type": "Polygon",
                        "coordinates": [[[13, 53], [14, 53], [14, 54], [13, 53]]],
                    },
                }
            ],
            r"`place` spans more than 100 km²",
        ),
    ],
)
def test_what_does_not_fit_the_region_is_refused(toy_atlas: Atlas, changes, message: str):
    with pytest.raises(ScenarioError, match=message):
        apply(toy_atlas, scenario(*changes))


def test_hours_that_nobody_understands_are_refused_and_none_are_not(toy_atlas: Atlas):
    change = {"do": "change_hours", "offer": "osm:n1001", "opening_hours": "never ever"}
    with pytest.raises(ScenarioError, match=r"'never ever' cannot be used: not understood"):
        apply(toy_atlas, check_scenario({"version": 1, "changes": [change]}))
    added = {**add(300, 300), "opening_hours": "Mo-Fr 8 to 12"}
    with pytest.raises(ScenarioError, match=r"changes\[0\]: `opening_hours` 'Mo-Fr 8 to 12'"):
        apply(toy_atlas, check_scenario({"version": 1, "changes": [added]}))
    apply(toy_atlas, check_scenario({"version": 1, "changes": [{**change, "opening_hours": ""}]}))


def test_moving_and_changing_hours_of_one_offer_go_together(toy_atlas: Atlas):
    changed = apply(
        toy_atlas,
        scenario(
            {"do": "change_hours", "offer": "osm:n1001", "opening_hours": "24/7"},
            {"do": "move_offer", "offer": "osm:n1001", **at(0, 0)},
        ),
    )
    offer = changed.offers[changed.offers.row("osm:n1001")]
    assert (offer.opening_hours, offer.lat) == ("24/7", at(0, 0)["lat"])


def test_an_assumed_quarter_tells_nothing_of_the_people_beside_it(toy_atlas: Atlas):
    """A withheld count stays so: people of the asker's must not lift it over the threshold."""
    limit = 31 / METRES_A_MINUTE  # one house of 10 people near the bakery
    quarter = {"do": "add_people", "people": 500, "place": point(100, 100)}
    found = tried(toy_atlas, quarter, minutes=limit)
    altoed = found.after.by_district[0]
    before = found.before.by_district[0]
    assert (before.covered is None) == (altoed.covered is None)
    if before.covered is not None:
        assert altoed.covered - before.covered == 500
