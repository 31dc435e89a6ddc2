"""Weekly markets, the repair network, solidarity farming and shared vehicles."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest

from layers.errors import SourceError
from layers.sources.gbfs import read_gbfs
from layers.sources.markets import read_markets
from layers.sources.record import RecordEvent, RecordLink
from layers.sources.repair_network import read_workshops
from layers.sources.solidarity_farming import read_solidarity_farming

MARKET = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": ["8.04", "52.28"]},
    "properties": {"title": "Markt", "location": "Domhof", "opening_hours": "Sa 08:00-14:00"},
}
WORKSHOP = {
    "id": 7, "name": "Repair-Café Nord", "city": "Osnabrück", "postalCode": "49080",
    "street": "Am Wall 3", "street2": "Hinterhaus", "coordinates": {"lat": 52.28, "lng": 8.04},
    "landingPage": "https://example.org/7", "logoUrl": None,
    "category": {"id": 1, "label": "Reparatur-Initiative", "iconUrl": ""},
    "nextEvent": "2026-05-09",
}  # fmt: skip


def read(reader, value, options, **keys):
    return reader(json.dumps(value).encode(), options(**keys))


def markets_of(*features, **more):
    return {"type": "FeatureCollection", "features": list(features), **more}


def test_markets_with_coordinates_as_texts_are_placed(options):
    source = {"data_source": {"title": "Stadt Osnabrück", "url": "https://example.org"}}
    reading = read(read_markets, markets_of(MARKET, metadata=source), options)
    (record,) = reading.records
    assert (record.lon, record.lat, record.name) == (8.04, 52.28, "Markt")
    assert (record.categories, record.opening_hours) == (("farmers_market",), "Sa 08:00-14:00")
    assert (record.address, reading.attribution) == ("Domhof", "Stadt Osnabrück")


def test_a_market_keeps_its_id_when_pin_and_hours_move(options):
    moved = json.loads(json.dumps(MARKET))
    moved["geometry"]["coordinates"] = [8.05, 52.29]
    moved["properties"]["opening_hours"] = "Fr 08:00-14:00"
    before, after = (read(read_markets, markets_of(m), options).records[0] for m in (MARKET, moved))
    assert before.source_id == after.source_id
    assert before.digest != after.digest


def test_a_market_with_bad_coordinates_is_named(options):
    nowhere = {**MARKET, "geometry": {"type": "Point", "coordinates": [None, "x"]}}
    nothing = {**MARKET, "geometry": None, "properties": {"title": "B", "location": ""}}
    reading = read(read_markets, markets_of(nowhere, nothing, 5), options)
    assert [f.line for f in reading.faults] == [1, 2, 3]
    assert reading.rows == 3


def test_a_workshop_is_a_repair_cafe_with_its_next_date(options):
    (record,) = read(read_workshops, [WORKSHOP], options).records
    assert (record.source_id, record.name, record.categories) == (
        "7", "Repair-Café Nord", ("repair_cafe",),
    )  # fmt: skip
    assert (record.lon, record.lat, record.street, record.housenumber) == (
        8.04, 52.28, "Am Wall", "3",
    )  # fmt: skip
    assert record.events == (
        RecordEvent("repair_network:7", "Repair-Café Nord", datetime(2026, 5, 9), all_day=True),  # noqa: DTZ001
    )
    assert record.raw == {"street2": "Hinterhaus"}


@pytest.mark.parametrize("missing", [{"coordinates": None}, {"coordinates": {"lat": 0, "lng": 0}}])
def test_a_workshop_without_a_place_is_looked_up(options, missing):
    (record,) = read(read_workshops, [{**WORKSHOP, **missing}], options).records
    assert (record.is_placed, record.city) == (False, "Osnabrück")


def test_a_workshop_without_a_next_date_has_no_events(options):
    (record,) = read(
        read_workshops, {"workshops": [{**WORKSHOP, "nextEvent": None}]}, options
    ).records
    assert record.events == ()


FARM = {
    "id": 1, "name": "Hof Morgen", "latitude": 52.28, "longitude": 8.04, "city": "Osnabrück",
    "accepts_new_members": "waitlist", "maximum_members": 120, "acts_ecological": True,
    "founded_at_year": 2014, "founded_at_month": 3, "depots": [{"id": 9}],
    "vegetable_products": [{"name": "vegetables"}, {"name": "cereals"}],
    "animal_products": [{"name": "eggs"}], "beverages": [], "url": "https://example.org",
}  # fmt: skip
DEPOT = {"id": 9, "name": "Depot Mitte", "latitude": 52.27, "longitude": 8.05, "farms": [1, 2],
         "deliveryDays": "Th 16:00-19:00"}  # fmt: skip


def test_farms_and_depots_are_linked_once_whoever_says_so(options):
    answer = {"farms": [FARM, {**FARM, "id": 2, "depots": []}], "depots": [DEPOT]}
    reading = read(read_solidarity_farming, answer, options)
    assert [(r.source_id, r.categories) for r in reading.records] == [
        ("farm-1", ("csa",)), ("farm-2", ("csa",)), ("depot-9", ("csa_depot",)),
    ]  # fmt: skip
    link = (RecordLink("supplies", "depot-9"),)
    assert [r.links for r in reading.records] == [link, link, ()]


def test_a_farm_tells_capacity_products_and_when_it_was_founded(options):
    (farm,) = read(read_solidarity_farming, {"farms": [FARM]}, options).records
    assert (farm.capacity, farm.opened_on) == (120.0, date(2014, 3, 1))
    assert farm.facts == {
        "products": ("vegetables", "grain", "eggs"), "accepts_members": False, "organic": True,
    }  # fmt: skip


def test_a_depot_tells_its_delivery_days(options):
    (depot,) = read(read_solidarity_farming, {"depots": [DEPOT]}, options).records
    assert depot.facts == {"delivery_times": "Th 16:00-19:00"}


def test_farms_as_features_are_the_same_and_initiatives_are_skipped(options):
    place = {"type": "Point", "coordinates": [8.04, 52.28]}
    farm = {k: v for k, v in FARM.items() if k not in ("latitude", "longitude")}
    features = [
        {"type": "Feature", "geometry": place, "properties": {"type": "Farm", **farm}},
        {"type": "Feature", "geometry": place, "properties": {"type": "Initiative", "name": "I"}},
    ]
    reading = read(read_solidarity_farming, markets_of(*features), options)
    (plain,) = read(read_solidarity_farming, {"farms": [FARM]}, options).records
    assert reading.records[0].digest == plain.digest
    assert reading.skipped == {"initiative that is neither farm nor depot": 1}


STATIONS = {
    "last_updated": 1_767_225_600, "ttl": 60, "version": "2.3",
    "data": {"stations": [
        {"station_id": "a", "name": "Bahnhof", "lat": 52.27, "lon": 8.06, "capacity": 12},
        {"station_id": "b", "name": [{"text": "Dom", "language": "de"}], "lat": 52.28,
         "lon": 8.04, "rental_uris": {"web": "https://example.org/b"}},
    ]},
}  # fmt: skip
STATUS = {"data": {"stations": [
    {"station_id": "a", "num_bikes_available": 3, "is_installed": True, "is_renting": True},
    {"station_id": "b", "num_vehicles_available": 0, "is_installed": False},
]}}  # fmt: skip


def test_stations_have_their_places_as_capacity(options):
    reading = read(read_gbfs, STATIONS, options)
    first, second = reading.records
    assert (first.source_id, first.capacity, first.categories) == ("a", 12.0, ("bike_sharing",))
    assert (second.name, second.capacity, second.website) == ("Dom", None, "https://example.org/b")
    assert reading.as_of == date(2026, 1, 1)


def test_the_status_tells_what_stands_there_and_what_is_not_installed(options):
    status = json.dumps(STATUS).encode()
    reading = read_gbfs(json.dumps(STATIONS).encode(), options(), status=status)
    assert [r.source_id for r in reading.records] == ["a"]
    assert reading.skipped == {"not installed": 1}
    assert reading.records[0].raw["available"] == 3
    both = {"station_information": STATIONS, "station_status": STATUS}
    assert read(read_gbfs, both, options).records == reading.records


def test_the_asker_says_that_cars_are_shared(options):
    reading = read(read_gbfs, STATIONS, options, category="car_sharing")
    assert {r.categories for r in reading.records} == {("car_sharing",)}


@pytest.mark.parametrize("value", [None, [], {}, True, 10**400, ["x"]])
def test_values_of_other_types_are_as_good_as_none(options, value):
    stations = {"data": {"stations": [{"station_id": value, "name": value, "lat": 52, "lon": 8}]}}
    status = {"data": {"stations": [{"station_id": value, "is_installed": value}]}}
    reading = read(read_gbfs, {"station_information": stations, "station_status": status}, options)
    assert reading.rows == 1
    assert read(read_workshops, [dict.fromkeys(WORKSHOP, value)], options).rows == 1
    assert read(read_markets, markets_of(dict.fromkeys(MARKET, value)), options).rows == 1
    assert read(read_solidarity_farming, {"farms": [dict.fromkeys(FARM, value)]}, options).rows == 1


def test_half_characters_and_zero_bytes_become_storable(options):
    data = json.dumps([{**WORKSHOP, "name": "A\ud800B\x00C 🛠", "id": None}]).encode()
    (record,) = read_workshops(data, options()).records
    assert record.name == "A?B\ufffdC 🛠"
    assert record.name.encode()


@pytest.mark.parametrize(
    ("reader", "match"),
    [
        (read_markets, "no GeoJSON of weekly markets"),
        (read_workshops, "no list of workshops"),
        (read_solidarity_farming, "neither farms nor depots"),
        (read_gbfs, "no stations with places"),
    ],
)
@pytest.mark.parametrize("value", [5, "text", {}, None])
def test_what_is_of_another_form_is_refused(options, reader, match, value):
    with pytest.raises(SourceError, match=match):
        read(reader, value, options)
