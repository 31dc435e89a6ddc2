"""Rows with an address: placed where it is meant beyond doubt, named with the nearest else."""

from collections.abc import Callable

import pytest

from layers.atlas import Atlas
from layers.imports.places import BESIDE, BETWEEN, PLACED_BY, STREET, Placing, place_records
from layers.sources.record import SourceRecord
from tests.toyregion import HOUSES, toy_lonlat


@pytest.fixture
def look_up(toy_atlas: Atlas) -> Callable[..., Placing]:
    def ask(**told: str) -> Placing:
        return place_records([SourceRecord("x", "1", 4, "Da", **told)], toy_atlas.addresses)

    return ask


def test_house_is_placed_where_it_stands(look_up):
    placing = look_up(street="2. Querstraße", housenumber="3", city="Altöd")
    lon, lat = toy_lonlat(HOUSES[2])[0]
    assert placing.records[0].lon == pytest.approx(lon, abs=1e-6)
    assert placing.records[0].lat == pytest.approx(lat, abs=1e-6)
    assert (placing.unplaced, placing.decisions, placing.looked_up) == ({}, [], 1)
    assert PLACED_BY not in placing.records[0].facts


def test_place_between_two_house_numbers_is_marked_as_such(look_up):
    placing = look_up(address="2. Querstraße 14, Altöd")
    assert placing.records[0].facts == {PLACED_BY: BETWEEN}
    assert placing.decisions[0].reason == "placed between its neighbours"


def test_house_with_a_letter_that_is_not_known_stands_beside_the_number(look_up):
    placing = look_up(street="2. Querstraße", housenumber="3b", city="Altöd")
    lon, lat = toy_lonlat(HOUSES[2])[0]
    assert (placing.records[0].lon, placing.records[0].lat) == pytest.approx((lon, lat), abs=1e-6)
    assert placing.records[0].facts == {PLACED_BY: BESIDE}
    assert not look_up(street="2. Querstraße", housenumber="3b", city="Berlin").records[0].is_placed


def test_street_without_a_number_is_placed_in_its_middle_and_marked(look_up):
    placing = look_up(street="4. Längsstraße")
    assert placing.records[0].facts == {PLACED_BY: STREET}
    assert placing.records[0].is_placed


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"street": "1. Querstraße", "housenumber": "3", "city": "Berlin"}, "is not known so"),
        ({"street": "2. Querstraße", "housenumber": "14", "city": "Berlin"}, "is not known so"),
        ({"street": "2. Querstraße", "housenumber": "14"}, "may mean several places"),
        ({"street": "2. Querstraße", "housenumber": "99"}, "is not known so"),
        ({"street": "Nirgendweg", "housenumber": "1"}, "is not known in this region"),
        ({"city": "Altöd"}, "only 'Altöd' is told, which is no address"),
        ({"address": "Altöd"}, "'Altöd' names a place as a whole"),
        ({"street": "x" * 300}, "its address has 300 characters; at most 200"),
        ({}, "has neither coordinates nor an address"),
    ],
)
def test_what_is_not_known_is_named_and_never_guessed(look_up, told: dict, reason: str):
    placing = look_up(**told)
    assert not placing.records[0].is_placed
    assert reason in placing.unplaced["1"].reason


def test_address_in_a_region_without_addresses_says_so():
    placing = place_records([SourceRecord("x", "1", 4, "Da", street="Markt")], None)
    assert "no addresses of this region are known" in placing.unplaced["1"].reason


def test_several_places_are_listed_for_a_decision(demo_atlas: Atlas):
    told = SourceRecord("x", "1", 4, "Da", street="Dorfstraße", housenumber="5")
    unplaced = place_records([told], demo_atlas.addresses).unplaced["1"]
    assert "may mean several places" in unplaced.reason
    assert len(unplaced.candidates) >= 2
    towns = {label.rpartition(" ")[2] for label in unplaced.candidates}
    assert len(towns) >= 2


def test_rows_with_coordinates_stay_as_they_are(toy_atlas: Atlas):
    told = SourceRecord("x", "1", 4, "Da", lon=13.0, lat=53.0, street="1. Querstraße")
    assert place_records([told], toy_atlas.addresses).records == [told]
