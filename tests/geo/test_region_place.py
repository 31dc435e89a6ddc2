"""What follows from where a region lies."""

import pytest

from geo.errors import RegionError
from geo.region_place import Place, box_around, place_of, utm_zone


@pytest.mark.parametrize(
    ("lon", "lat", "crs"),
    [
        (8.05, 52.28, "EPSG:25832"),  # Osnabrück
        (13.26, 53.56, "EPSG:25833"),  # Neubrandenburg
        (-6.26, 53.35, "EPSG:25829"),  # Dublin
        (-70.7, -33.4, "EPSG:32719"),  # Santiago de Chile
        (139.7, 35.7, "EPSG:32654"),  # Tokyo
        (180.0, 0.0, "EPSG:32660"),
    ],
)
def test_the_crs_is_the_utm_zone_of_the_middle(lon: float, lat: float, crs: str):
    assert utm_zone(lon, lat) == crs


@pytest.mark.parametrize(
    ("key", "state"), [("03404000", "NI"), ("05124", "NW"), ("06636016", "HE"), ("13", "MV")]
)
def test_the_state_follows_from_the_key(key: str, state: str):
    assert place_of(key, {}) == Place("DE", state, "Europe/Berlin")


def test_country_and_zone_follow_from_the_relation():
    tags = {"ISO3166-1": "li", "timezone": "Europe/Vaduz"}
    assert place_of("", tags) == Place("LI", "", "Europe/Vaduz")
    assert place_of("", {"ISO3166-2": "AT-8"}) == Place("AT", "8", "Europe/Vienna")


def test_what_the_asker_says_goes_before():
    place = place_of("13071107", {}, country="AT", subdivision="9", timezone="Europe/Vienna")
    assert place == Place("AT", "9", "Europe/Vienna")


def test_an_unknown_country_or_zone_is_asked_for():
    with pytest.raises(RegionError, match="`--country` cannot be told"):
        place_of("", {})
    with pytest.raises(RegionError, match="`--timezone`: that of US is not known"):
        place_of("", {}, country="us")


def test_a_box_grows_by_kilometres_on_each_side():
    west, south, east, north = box_around((8.0, 60.0, 9.0, 60.0), 111.2)
    assert (south, north) == pytest.approx((59.0, 61.0))
    assert (west, east) == pytest.approx((6.0, 11.0), abs=1e-9)
