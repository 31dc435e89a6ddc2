"""Which buildings are homes, and how much floor they have: one row a rule."""

import pytest

from geo.residential import (
    DEFAULT_LEVELS,
    DEFAULT_LEVELS_LARGE,
    JUDGED_KEYS,
    RESIDENTIAL,
    UNDECIDED,
    is_building,
    is_land_without_homes,
    judge_building,
)


def judge(footprint_m2=100.0, depth_m=10.0, **tags):
    tags = {key.replace("__", ":"): value for key, value in tags.items()}
    outline_m = 2 * (depth_m + footprint_m2 / depth_m)  # a rectangle
    return judge_building(tags, footprint_m2=footprint_m2, outline_m=outline_m)


@pytest.mark.parametrize(
    ("tags", "footprint_m2", "floor_m2"),
    [
        # said to be homes
        ({"building": "house"}, 100, 200),
        ({"building": "detached"}, 100, 200),
        ({"building": "apartments"}, 100, 400),
        ({"building": "apartments"}, 1000, 4000),
        ({"building": "house"}, 400, 1600),
        ({"building": "house"}, 399, 798),
        ({"building": "house", "building__levels": "1"}, 100, 100),
        ({"building": "apartments", "building__levels": "11"}, 300, 3300),
        ({"building": "house", "shop": "bakery"}, 100, 200),
        # left open, and nothing speaks against it
        ({"building": "yes"}, 100, 200),
        ({"building": "yes", "building__levels": "3"}, 100, 300),
        ({"building": "civic"}, 100, 200),
        ({"building": "yes"}, 400, 1600),
        # too small for a home
        ({"building": "yes"}, 29.9, 0),
        ({"building": "yes"}, 30, 60),
        ({"building": "house"}, 29.9, 0),
        ({"building": "yes", "building__levels": "5"}, 29.9, 0),
        # said to be something else
        ({"building": "garage"}, 100, 0),
        ({"building": "industrial"}, 100, 0),
        ({"building": "church"}, 100, 0),
        ({"building": "retail"}, 100, 0),
        ({"building": "school", "building__levels": "3"}, 100, 0),
        ({"building": "Haus"}, 100, 0),
        # what is inside takes all of it
        ({"building": "yes", "man_made": "works"}, 100, 0),
        ({"building": "yes", "power": "substation"}, 100, 0),
        ({"building": "yes", "military": "bunker"}, 100, 0),
        ({"building": "yes", "railway": "station"}, 100, 0),
        ({"building": "house", "power": "generator"}, 100, 200),  # solar panels on a house
        # or the ground floor
        ({"building": "yes", "shop": "bakery"}, 100, 0),
        ({"building": "yes", "shop": "bakery", "building__levels": "4"}, 100, 300),
        ({"building": "yes", "shop": "bakery", "building__levels": "1"}, 100, 0),
        ({"building": "yes", "office": "lawyer", "building__levels": "2"}, 100, 100),
        ({"building": "yes", "amenity": "pub", "building__levels": "2.5"}, 100, 150),
        ({"building": "yes", "tourism": "hotel"}, 100, 0),
        ({"building": "yes", "shop": "no"}, 100, 200),
        ({"building": "yes", "amenity": "nursing_home"}, 100, 200),
        ({"building": "yes", "amenity": "social_facility", "building__levels": "3"}, 100, 300),
    ],
)
def test_floor_that_people_live_on(tags, footprint_m2, floor_m2):
    assert judge(footprint_m2, **tags).floor_m2 == pytest.approx(floor_m2)


@pytest.mark.parametrize(
    ("footprint_m2", "depth_m", "floor_m2"),
    [
        (900, 30, 0),  # a hall
        (900, 12, 3600),  # a block of flats
        (4800, 14, 0),
        (399, 19.9, 798),  # deep, but no larger than a large house
    ],
)
def test_deep_and_large_is_a_hall(footprint_m2, depth_m, floor_m2):
    assert judge(footprint_m2, depth_m, building="yes").floor_m2 == pytest.approx(floor_m2)
    assert judge(footprint_m2, depth_m, building="apartments").floor_m2 > 0


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("3", 3), ("2.5", 2.5), ("2,5", 2.5), (" 4 ", 4), ("60", 60), ("0.5", 0.5),
        ("0", None), ("-1", None), ("61", None), ("1000", None), ("", None), ("three", None),
        ("2;3", None), ("3+D", None), ("nan", None), ("inf", None), ("1-4", None),
    ],
)  # fmt: skip
def test_storeys_are_read_or_taken_as_unknown(text, levels):
    home = judge(100, building="house", building__levels=text)
    assert home.has_levels == (levels is not None)
    assert home.floor_m2 == 100 * (levels or DEFAULT_LEVELS)


def test_home_says_what_it_rests_on():
    assert judge(building="house") == (200.0, True, False)
    assert judge(building="yes", building__levels="3") == (300.0, False, True)
    assert judge(10, building="house", building__levels="3") == (0.0, True, True)


def test_large_homes_have_more_storeys_than_small_ones():
    assert DEFAULT_LEVELS < DEFAULT_LEVELS_LARGE


def test_no_kind_is_both_home_and_undecided():
    assert not RESIDENTIAL & UNDECIDED


@pytest.mark.parametrize(
    ("tags", "is_without"),
    [
        ({"landuse": "allotments"}, True),
        ({"landuse": "industrial"}, True),
        ({"landuse": "farmyard"}, True),
        ({"landuse": "residential"}, False),
        ({"landuse": "commercial"}, False),
        ({"amenity": "school"}, True),
        ({"amenity": "parking"}, False),
        ({"leisure": "park"}, False),
        ({"landuse": "residential", "amenity": "hospital"}, True),
        ({"military": "yes"}, True),
        ({}, False),
    ],
)
def test_land_on_which_nobody_lives(tags, is_without):
    assert is_land_without_homes(tags) == is_without


@pytest.mark.parametrize(
    ("tags", "is_one"),
    [({"building": "yes"}, True), ({"building": "no"}, False), ({"landuse": "x"}, False)],
)
def test_building_no_is_none(tags, is_one):
    assert is_building(tags) == is_one


def test_every_key_that_is_looked_at_is_read():
    asked: set[str] = set()

    class Spy(dict):
        def get(self, key, default=None):
            asked.add(key)
            return super().get(key, default)

        def __contains__(self, key):
            asked.add(key)
            return super().__contains__(key)

    judge_building(Spy(building="yes"), footprint_m2=500, outline_m=500)
    is_land_without_homes(Spy())
    is_building(Spy())
    assert asked == set(JUDGED_KEYS)
    assert len(asked) == 15
