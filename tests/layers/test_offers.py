"""Offers made of OpenStreetMap's objects."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.osm import Features, read_features
from layers.errors import UnknownOfferError
from layers.offers import OFFER_ID, Offer, OfferCounts, Offers, offers_from_osm
from layers.taxonomy import Taxonomy, load_taxonomy

ROOT = Path(__file__).parents[2]
AS_OF = date(2016, 2, 10)
LON, LAT = 13.26, 53.55
TAXONOMY = load_taxonomy(ROOT / "data" / "taxonomy.toml")
# Degrees of a metre at LAT
LON_M, LAT_M = 1 / (111_320 * np.cos(np.radians(LAT))), 1 / 111_320
Row = tuple[str, dict[str, str], float, float, float]


def node(id_: int, x_m: float, y_m: float, **tags: str) -> Row:
    return f"n{id_}", _osm(tags), x_m, y_m, 0.0


def square(id_: int, x_m: float, y_m: float, size_m: float, **tags: str) -> Row:
    return f"w{id_}", _osm(tags), x_m, y_m, size_m


def _osm(tags: dict[str, str]) -> dict[str, str]:
    return {key.replace("__", ":"): value for key, value in tags.items()}


def features(*rows: Row) -> Features:
    """Make features whose places are in metres east and north of LON, LAT."""
    lon = np.array([LON + r[2] * LON_M for r in rows], float)
    lat = np.array([LAT + r[3] * LAT_M for r in rows], float)
    area = np.full(len(rows), None, object)
    for i, (_, _, _, _, size_m) in enumerate(rows):
        if size_m:
            w, h = size_m / 2 * LON_M, size_m / 2 * LAT_M
            area[i] = shapely.box(lon[i] - w, lat[i] - h, lon[i] + w, lat[i] + h)
    return Features([r[0] for r in rows], [r[1] for r in rows], lon, lat, area)


def offers_of(*rows: Row) -> Offers:
    return offers_from_osm(features(*rows), TAXONOMY, as_of=AS_OF)


def ids(offers: Offers) -> list[str]:
    return [offer.id for offer in offers]


def test_no_features_give_no_offers() -> None:
    offers = offers_of()
    assert len(offers) == 0
    assert offers.lon.shape == (0,)
    assert offers.of_category("pharmacy").tolist() == []
    assert offers.to_records() == []
    assert offers.counts == OfferCounts()


def test_an_offer_carries_what_the_tags_tell() -> None:
    row = node(
        5, 0, 0, shop="bakery", name="Bäckerei  Müßig", addr__street="Große Straße",
        addr__housenumber="1a", addr__postcode="17033", addr__city="Neubrandenburg",
        contact__website="www.müßig.de/brot", phone="+49 395 123", email="brot@müßig.de",
        opening_hours="Mo-Fr 06:00-18:00", wheelchair="designated", organic="yes", capacity="12",
    )  # fmt: skip
    (offer,) = offers_of(row)
    assert offer == Offer(
        id="osm:n5",
        categories=("greengrocer_bakery",),
        name="Bäckerei Müßig",
        lon=LON,
        lat=LAT,
        street="Große Straße",
        housenumber="1a",
        postcode="17033",
        city="Neubrandenburg",
        website="http://www.müßig.de/brot",
        phone="+49 395 123",
        email="brot@müßig.de",
        opening_hours="Mo-Fr 06:00-18:00",
        wheelchair="yes",
        capacity=12.0,
        facts={"fresh_kind": ("bakery",), "organic": True},
        source="osm",
        source_id="n5",
        licence="ODbL-1.0",
        as_of=AS_OF,
    )
    assert offer.address == "Große Straße 1a, 17033 Neubrandenburg"


@pytest.mark.parametrize(
    ("website", "expected"),
    [
        ("https://a.de/b?c=d", "https://a.de/b?c=d"),
        ("HTTP://A.DE", "HTTP://A.DE"),
        ("a.de; https://b.de", "http://a.de"),
        ("javascript:alert(1)", ""),
        ("ftp://a.de", ""),
        ("data:text/html,x", ""),
        ("https://a.de/<script>", ""),
        ('https://a.de/"onclick="', ""),
        ("https://a.de/`${x}`", ""),
        ("siehe Aushang", ""),
        ("", ""),
    ],
)
def test_a_website_is_http_or_nothing(website: str, expected: str) -> None:
    offers = offers_of(node(1, 0, 0, amenity="pharmacy", website=website))
    assert offers[0].website == expected
    assert offers.counts.bad_websites == int(bool(website) and not expected)


@pytest.mark.parametrize(
    ("key", "value"),
    [("capacity", "etwa 20"), ("capacity", "-3"), ("capacity", "1e9"), ("wheelchair", "maybe"),
     ("phone", "auf Anfrage"), ("email", "a at b.de"), ("email", "a@b.de, c@d.de")],
)  # fmt: skip
def test_what_has_not_the_expected_form_is_left_out(key: str, value: str) -> None:
    offer = offers_of(node(1, 0, 0, amenity="library", **{key: value}))[0]
    assert getattr(offer, key) in ("", None)


def test_facts_come_from_the_keys_that_the_taxonomy_names() -> None:
    rows = [
        node(1, 0, 0, amenity="vending_machine", vending="eggs; milk;potatoes", organic="no"),
        node(2, 500, 0, amenity="recycling", recycling_type="container", recycling__glass="yes",
             recycling__paper="no"),
        node(3, 900, 0, shop="bicycle", name="Rad", service__bicycle__repair="yes"),
        node(4, 1300, 0, railway="station", station="subway", name="Nord"),
    ]  # fmt: skip
    facts = [offer.facts for offer in offers_of(*rows)]
    assert facts == [
        {"products": ("vegetables", "eggs", "milk"), "organic": False},
        {"recycling_kind": "container", "materials": ("glass",)},
        {"repairs": ("bicycles",), "goods_kind": ("bicycles",)},
        {"served_by": ("subway",)},
    ]


@pytest.mark.parametrize(
    ("tags", "exists"),
    [
        ({"end_date": "2013"}, False),
        ({"end_date": "2016-02-09"}, False),
        ({"end_date": "2016-02-10"}, True),
        ({"end_date": "2016"}, True),
        ({"end_date": "2015-12"}, False),
        ({"end_date": "vor langem"}, True),
        ({"end_date": "2015-13-45"}, True),
        ({"opening_date": "2016-03-01"}, False),
        ({"opening_date": "2016-02-10"}, True),
    ],
)
def test_what_has_ended_or_not_begun_is_no_offer(tags: dict[str, str], exists: bool) -> None:
    offers = offers_of(node(1, 0, 0, amenity="pharmacy", **tags))
    assert len(offers) == int(exists)
    assert offers.counts.closed == int(not exists)


@pytest.mark.parametrize(
    ("node_name", "area_name", "x_m", "merged"),
    [
        ("Netto", "NETTO", 0, True),
        ("Netto", "Netto", 48, True),  # 28 m from the wall
        ("Netto", "Netto", 52, False),  # 32 m from the wall
        ("", "Netto", 48, True),
        ("Netto", "", 0, True),
        ("", "", 0, True),
        ("Netto", "Aldi", 0, False),
    ],
)
def test_a_node_and_its_area_are_one_offer(
    node_name: str, area_name: str, x_m: float, merged: bool
) -> None:
    offers = offers_of(
        node(9, x_m, 0, shop="supermarket", name=node_name, phone="0395 1"),
        square(7, 0, 0, 40, shop="supermarket", name=area_name, building="retail"),
    )
    assert offers.counts.merged_areas == int(merged)
    if merged:
        (offer,) = offers
        assert (offer.id, offer.aliases) == ("osm:w7", ("osm:n9",))
        assert offer.name.lower() == (node_name or area_name).lower()
        assert offer.phone == "0395 1"
        assert (offer.lon, offer.lat) == pytest.approx((LON, LAT))
        assert offers.row("osm:n9") == offers.row("osm:w7") == 0
    else:
        assert ids(offers) == ["osm:n9", "osm:w7"]


def test_a_merged_offer_keeps_the_categories_of_both() -> None:
    (offer,) = offers_of(
        node(1, 0, 0, amenity="bank", name="Volksbank"), square(2, 0, 0, 20, amenity="bank")
    )
    assert offer.id == "osm:w2"
    assert offer.categories == ("coop_bank", "bank_cash")


def test_two_shops_in_one_building_stay_two() -> None:
    offers = offers_of(
        square(1, 0, 0, 40, shop="bakery", building="yes"),
        node(2, -5, 0, shop="bakery", name="Kadatz"),
        node(3, 5, 0, shop="bakery", name="Israel"),
    )
    assert ids(offers) == ["osm:n2", "osm:n3", "osm:w1"]


def test_unnamed_baker_and_butcher_side_by_side_stay_two() -> None:
    offers = offers_of(
        square(1, 0, 0, 10, shop="bakery"),
        node(2, 7, 0, shop="butcher"),
        node(3, 9, 0, shop="greengrocer"),
    )
    assert len(offers) == 3


def test_nodes_of_one_name_stay_two_unless_the_category_merges_them() -> None:
    offers = offers_of(
        node(1, 0, 0, shop="bakery", name="Kadatz"), node(2, 10, 0, shop="bakery", name="Kadatz")
    )
    assert len(offers) == 2


def test_an_unnamed_node_goes_to_the_nearest_of_two_areas() -> None:
    offers = offers_of(
        square(1, 0, 0, 20, amenity="school", name="Grundschule Ost"),
        square(2, 40, 0, 20, amenity="school", name="Grundschule West"),
        node(3, 25, 0, amenity="school", isced__level="1"),
    )
    assert [(offer.id, offer.aliases) for offer in offers] == [
        ("osm:w1", ()),
        ("osm:w2", ("osm:n3",)),
    ]


def test_stops_are_merged_by_name_within_60_m() -> None:
    offers = offers_of(
        node(3, 0, 0, highway="bus_stop", name="Markt"),
        node(2, 59, 0, highway="bus_stop", name="Markt"),
        node(4, 0, 20, railway="tram_stop", name="Markt"),
        node(5, 0, 61, highway="bus_stop", name="Markt Nord"),
        node(6, 0, 130, highway="bus_stop", name="Markt Nord"),
    )
    assert [(offer.id, offer.aliases) for offer in offers] == [
        ("osm:n2", ("osm:n3", "osm:n4")),
        ("osm:n5", ()),
        ("osm:n6", ()),
    ]
    assert offers[0].facts["served_by"] == ("bus", "tram")
    assert offers.counts.merged_elements == 2


def test_unnamed_platforms_go_to_the_nearest_named_stop() -> None:
    offers = offers_of(
        node(1, 0, 0, highway="bus_stop", name="Markt"),
        node(2, 80, 0, highway="bus_stop", name="Dom"),
        square(3, 50, 0, 4, public_transport="platform"),
        square(4, 500, 0, 4, public_transport="platform"),
    )
    assert [(offer.id, offer.name, offer.aliases) for offer in offers] == [
        ("osm:n1", "Markt", ()),
        ("osm:w3", "Dom", ("osm:n2",)),
        ("osm:w4", "", ()),
    ]


def test_every_object_is_accounted_for() -> None:
    offers = offers_of(
        node(1, 0, 0, highway="bus_stop", name="A"),
        node(2, 9, 0, highway="bus_stop", name="A"),
        node(3, 99, 0, shop="supermarket", name="B"),
        square(4, 99, 0, 9, shop="supermarket", name="B"),
        node(5, 200, 0, amenity="bench"),
        node(6, 300, 0, amenity="pharmacy", end_date="2010"),
    )
    assert offers.counts == OfferCounts(
        objects=6, no_offer=1, closed=1, merged_areas=1, merged_elements=1
    )
    assert len(offers) == 2


def test_offers_are_found_by_category_and_id() -> None:
    offers = offers_of(
        node(3, 0, 0, amenity="bank", name="Sparkasse"),
        node(1, 200, 0, amenity="pharmacy"),
        node(2, 400, 0, amenity="bank"),
    )
    assert ids(offers) == ["osm:n1", "osm:n2", "osm:n3"]
    assert offers.of_category("bank_cash").tolist() == [1, 2]
    assert offers.of_category("coop_bank").tolist() == [2]
    assert offers.of_category("library").tolist() == []
    with pytest.raises(UnknownOfferError, match="`offer` 'osm:n4' is not known; did you mean"):
        offers.row("osm:n4")


def test_the_order_of_the_input_does_not_matter() -> None:
    rows = [
        node(1, 0, 0, highway="bus_stop", name="A"),
        node(2, 9, 0, highway="bus_stop", name="A"),
        node(3, 99, 0, shop="supermarket"),
        square(4, 99, 0, 9, shop="supermarket", name="B"),
    ]
    assert offers_of(*rows).to_records() == offers_of(*reversed(rows)).to_records()


def test_the_input_is_not_changed() -> None:
    source = features(
        node(1, 0, 0, shop="supermarket", phone="1234"), square(2, 0, 0, 9, shop="supermarket")
    )
    before = json.dumps(source.tags)
    offers_from_osm(source, TAXONOMY, as_of=AS_OF)
    assert json.dumps(source.tags) == before


TEXT = st.text(max_size=8)


@given(
    st.builds(
        Offer,
        id=st.from_regex(OFFER_ID, fullmatch=True),
        categories=st.lists(st.sampled_from(["a", "b"]), min_size=1, unique=True).map(tuple),
        name=TEXT,
        lon=st.floats(-180, 180),
        lat=st.floats(-90, 90),
        street=TEXT,
        website=TEXT,
        capacity=st.none() | st.floats(0, 1e6),
        facts=st.dictionaries(
            TEXT, TEXT | st.booleans() | st.floats(0, 9) | st.lists(TEXT, min_size=1).map(tuple)
        ),
        as_of=st.none() | st.dates(),
        aliases=st.lists(TEXT).map(tuple),
    )
)
def test_records_survive_json(offer: Offer) -> None:
    record = json.loads(json.dumps(offer.to_record()))
    assert Offers.from_records([record]).offers == (offer,)


@pytest.fixture(scope="module")
def demo() -> Offers:
    taxonomy: Taxonomy = TAXONOMY
    path = ROOT / "data/regions/neubrandenburg/neubrandenburg-2016.osm.pbf"
    read = read_features(path, keys=taxonomy.osm_keys())
    return offers_from_osm(read, taxonomy, as_of=AS_OF)


@pytest.mark.parametrize(
    ("category", "count"),
    [
        ("greengrocer_bakery", 35),
        ("supermarket", 35),
        ("pharmacy", 23),
        ("doctor", 17),
        ("coop_bank", 12),
        ("transit_stop", 164),
        ("owner_run_retail", 18),
        ("repair_cafe", 0),
    ],
)
def test_demo_region_has_the_counts_that_were_looked_at(
    demo: Offers, category: str, count: int
) -> None:
    assert len(demo.of_category(category)) == count


def test_demo_region_bakers_butchers_greengrocers_are_those_on_the_map(demo: Offers) -> None:
    names = sorted(demo[row].name for row in demo.of_category("greengrocer_bakery"))
    assert names.count("") == 12
    assert {"Bäckerei Kowalewski", "Fleischerei Hauswald", "Fischladen", "De Mäkelbörger"} <= set(
        names
    )
    assert "Das Bootshaus" not in names


def test_demo_region_ids_are_fit_for_addresses(demo: Offers) -> None:
    assert len(demo) == 494
    assert all(OFFER_ID.fullmatch(offer.id) for offer in demo)
    assert ids(demo) == sorted(set(ids(demo)))
    assert demo.counts.objects == (
        len(demo) + demo.counts.no_offer + demo.counts.closed
        + demo.counts.merged_areas + demo.counts.merged_elements
    )  # fmt: skip


def test_demo_region_survives_records(demo: Offers) -> None:
    again = Offers.from_records(json.loads(json.dumps(demo.to_records())))
    assert again.offers == demo.offers
    assert np.array_equal(again.lon, demo.lon)
