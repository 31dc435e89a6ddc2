"""The way to an offer of the toy region."""

import pytest
import shapely

from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.errors import UnknownOfferError
from layers.nearby import near
from layers.way import way_to_offer
from tests.toyregion import toy_lonlat, toy_xy


def place(x: float, y: float) -> dict[str, float]:
    lon, lat = toy_lonlat((x, y))[0]
    return {"lon": float(lon), "lat": float(lat)}


def test_the_way_goes_from_door_to_door_in_the_time_that_is_told(toy_atlas: Atlas):
    way = way_to_offer(toy_atlas, "osm:n1001", **place(50, 0), mode="walk")
    assert way.offer.name == "Bäckerei Groß & Söhne"
    assert way.distance_m == pytest.approx(150, abs=0.1)
    assert way.line.length == pytest.approx(150, abs=0.1)
    ends = shapely.get_coordinates(way.line)[[0, -1]]
    assert ends == pytest.approx(toy_xy([(50, 0), (100, 100)]), abs=0.1)
    assert set(way.streets) == {"1. Querstraße", "2. Längsstraße"}


@pytest.mark.parametrize("mode", ["walk", "stepfree", "bike", "car"])
def test_every_way_is_as_long_as_what_is_near_says(toy_atlas: Atlas, mode: str):
    here = place(130, 370)
    hits = near(toy_atlas, **here, mode=mode, minutes=60)
    assert len(hits) == 4
    for hit in hits:
        way = way_to_offer(toy_atlas, toy_atlas.offers[hit.offer].id, **here, mode=mode)
        assert way.travel_s == hit.travel_s
        assert way.line.length == pytest.approx(hit.distance_m, abs=0.1)


def test_an_offer_that_is_not_there_is_refused(toy_atlas: Atlas):
    with pytest.raises(UnknownOfferError, match="osm:n9"):
        way_to_offer(toy_atlas, "osm:n9", **place(0, 0), mode="walk")


def test_a_straight_line_is_no_way(toy_atlas: Atlas):
    with pytest.raises(ParameterError, match="'line' is not known"):
        way_to_offer(toy_atlas, "osm:n1001", **place(0, 0), mode="line")
