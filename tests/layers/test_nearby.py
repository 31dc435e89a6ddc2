"""What is within reach of one place."""

import pytest

from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.errors import UnknownCategoryError
from layers.nearby import near
from tests.toyregion import toy_lonlat


def ask_from(atlas: Atlas, x: float, y: float, **options):
    lon, lat = toy_lonlat((x, y))[0]
    return near(atlas, lon=lon, lat=lat, **options)


def test_offers_come_by_true_travel_time_with_both_legs(toy_atlas: Atlas):
    # from (50, 0): the shop's leg is 50 m from any street, the bakery lies on a crossing
    found = ask_from(toy_atlas, 50, 0, minutes=10)
    names = [toy_atlas.offers[hit.offer].name for hit in found]
    assert names[0] == "Bäckerei Groß & Söhne"
    assert found[0].distance_m == pytest.approx(150, abs=0.1)
    assert found[0].travel_s == pytest.approx(150 / 80 * 60, abs=0.1)
    assert [h.travel_s for h in found] == sorted(h.travel_s for h in found)


def test_the_limit_cuts_and_a_farther_one_adds(toy_atlas: Atlas):
    few, more = (ask_from(toy_atlas, 0, 0, minutes=m) for m in (3, 12))
    assert len(few) < len(more) == 4
    assert all(hit.travel_s <= 180 for hit in few)


def test_categories_narrow_the_answer(toy_atlas: Atlas):
    found = ask_from(toy_atlas, 0, 0, minutes=30, categories=["repair_cafe"])
    assert [toy_atlas.offers[h.offer].name for h in found] == ["Repair-Café Öd"]


def test_an_unknown_category_is_refused(toy_atlas: Atlas):
    with pytest.raises(UnknownCategoryError, match="'repair_caff'"):
        ask_from(toy_atlas, 0, 0, categories=["repair_caff"])


@pytest.mark.parametrize(
    ("lon", "lat"), [(53.5, 13.2), (0, 0), (200, 10), (float("nan"), 53.5), (float("inf"), 53.5)]
)
def test_places_outside_the_data_are_refused(toy_atlas: Atlas, lon: float, lat: float):
    with pytest.raises(ParameterError, match="outside the data of Ödland; lon comes first"):
        near(toy_atlas, lon=lon, lat=lat)


@pytest.mark.parametrize("minutes", [0, -5, float("nan"), 1e9])
def test_limits_out_of_bounds_are_refused(toy_atlas: Atlas, minutes: float):
    with pytest.raises(ParameterError, match="`minutes`"):
        ask_from(toy_atlas, 0, 0, minutes=minutes)


def test_a_straight_line_is_no_way_to_an_offer(toy_atlas: Atlas):
    with pytest.raises(ParameterError, match="'line' is not known"):
        ask_from(toy_atlas, 0, 0, mode="line")
