"""Isochrones of places and offers of the toy region."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import shapely

from geo.errors import ParameterError
from layers.errors import UnknownOfferError
from layers.isochrone import isochrone
from tests.toyregion import toy_lonlat, toy_xy

if TYPE_CHECKING:
    from layers.atlas import Atlas

LON, LAT = toy_lonlat((200, 200))[0]


def test_people_inside_are_told_in_tens(toy_atlas: Atlas) -> None:
    near, all_ = isochrone(toy_atlas, lon=LON, lat=LAT, minutes=[3, 15])
    assert (near.minutes, all_.minutes) == (3, 15)
    assert all_.residents == 960
    blocks = [(50 + 100 * i, 50 + 100 * j) for i in range(4) for j in range(4)]
    inside = shapely.intersects_xy(near.shape, toy_xy(blocks))
    # a cell is a block: 40 people in each western one, 80 in each eastern one
    assert near.residents == inside @ [40 if x < 200 else 80 for x, _ in blocks]
    assert 4 <= inside.sum() < 16
    assert near.shape.area < all_.shape.area


def test_an_area_that_leaves_the_data_says_so(toy_atlas: Atlas) -> None:
    near, far = isochrone(toy_atlas, lon=LON, lat=LAT, minutes=[3, 15])
    assert (near.reaches_edge, far.reaches_edge) == (False, True)


def test_an_offer_stands_for_its_place(toy_atlas: Atlas) -> None:
    area = isochrone(toy_atlas, offer="osm:n1001", minutes=[2])[0]  # 160 m from (100, 100)
    inside = shapely.contains_xy(area.shape, toy_xy([(100, 245), (100, 275)]))
    assert inside.tolist() == [True, False]


def test_few_people_are_withheld(toy_atlas: Atlas) -> None:
    assert isochrone(toy_atlas, lon=LON, lat=LAT, minutes=[0.2])[0].residents in (0, None)


def test_each_limit_is_answered_once_in_the_order_asked(toy_atlas: Atlas) -> None:
    areas = isochrone(toy_atlas, lon=LON, lat=LAT, minutes=[10, 5, 10])
    assert [a.minutes for a in areas] == [10, 5]


@pytest.mark.parametrize(
    ("asked", "match"),
    [
        ({"minutes": [0]}, "`minutes` is 0"),
        ({"minutes": [float("nan")]}, "`minutes` is nan"),
        ({"minutes": [1e9]}, "at most 240"),
        ({"minutes": []}, "holds 0 limits"),
        ({"minutes": range(1, 14)}, "holds 13 limits"),
        ({"mode": "line"}, "`mode` 'line' is not known"),
        ({"direction": "up"}, "use from or to"),
        ({"lat": None}, "not both"),
        ({"offer": "osm:n1001"}, "not both"),
        ({"lon": 0.0}, "outside the data"),
    ],
)
def test_what_cannot_be_asked_is_refused(toy_atlas: Atlas, asked: dict, match: str) -> None:
    with pytest.raises(ParameterError, match=match):
        isochrone(toy_atlas, **{"lon": LON, "lat": LAT, "minutes": [5], **asked})


def test_an_unknown_offer_is_refused(toy_atlas: Atlas) -> None:
    with pytest.raises(UnknownOfferError, match="osm:n999"):
        isochrone(toy_atlas, offer="osm:n999", minutes=[5])
