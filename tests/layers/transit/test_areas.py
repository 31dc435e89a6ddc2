"""Areas, radii and the people of an offer by public transport, against a plain search."""

from pathlib import Path

import numpy as np
import pytest
import shapely

from geo.transit.window import Window
from layers.atlas import Atlas
from layers.isochrone import isochrone, ridden_streets
from layers.offer_reach import people_in_reach
from layers.radius import filled_radii, reach_radii
from layers.timetable import transit_of
from tests.toyregion import toy_lonlat
from tests.toytransit import TEN
from tests.transit_by_step import by_step, lower_median

WINDOW = Window.parse(TEN)


def repair(atlas: Atlas) -> np.ndarray:
    return atlas.offers_of(atlas.taxonomy.category("repair_cafe"))


def test_every_street_corner_has_the_median_of_its_departures(region: tuple[Atlas, Path]):
    atlas = region[0]
    place = atlas.supply["walk"].take(repair(atlas))
    (found,) = ridden_streets(atlas, [place], WINDOW, leaving=False)
    took = by_step(transit_of(atlas).along_streets, region[1], WINDOW, place)
    assert np.array_equal(np.concatenate([found.node_s, found.spot_s]), lower_median(took)[0])
    assert len(found.spot_s) == len(transit_of(atlas).stops)


def test_the_area_holds_the_corners_within_the_limit(region: tuple[Atlas, Path]):
    atlas = region[0]
    (row,) = repair(atlas)
    offer, limits = atlas.offers[int(row)].id, [2.0, 5.0, 7.5]
    areas = isochrone(atlas, offer=offer, mode="transit", minutes=limits, window=TEN)
    place = atlas.supply["walk"].take([row])
    ((node_s, _, _),) = ridden_streets(atlas, [place], WINDOW, leaving=False)
    xy = atlas.networks["walk"].xy
    for limit, area in zip(limits, areas, strict=True):
        assert isinstance(area.shape, shapely.MultiPolygon)
        assert area.shape.is_valid
        inside = shapely.intersects_xy(area.shape.buffer(-area.cell_m), xy)
        near = shapely.intersects_xy(area.shape.buffer(1.5 * area.cell_m), xy)
        assert not (inside & (node_s > limit * 60 + 5)).any()
        assert near[node_s <= limit * 60].all()
    walking = isochrone(atlas, offer=offer, mode="walk", minutes=limits)
    for ridden, walked in zip(areas, walking, strict=True):  # walking all the way is allowed
        missed = walked.shape.difference(ridden.shape.buffer(2 * ridden.cell_m))
        assert missed.area < 0.005 * walked.shape.area  # a cell is twice as wide


def test_away_from_a_place_people_arrive_in_the_window(atlas: Atlas):
    ((lon, lat),) = toy_lonlat(np.array([(0.0, 0.0)]))
    asked = {"lon": float(lon), "lat": float(lat), "mode": "transit", "minutes": [6.0]}
    (there,) = isochrone(atlas, **asked, window="2026-11-24T16:07/16:10", direction="from")
    (back,) = isochrone(atlas, **asked, window="2026-11-24T16:05/16:08", direction="to")
    assert atlas.timetable is not None
    stop = list(atlas.timetable.stop_name).index("Stop c")
    c = shapely.Point(atlas.timetable.stop_xy[stop])
    assert there.shape.contains(c)  # by the bus of 16:05
    assert not back.shape.contains(c)  # no bus goes back


def test_a_radius_is_the_area_to_its_offer(atlas: Atlas):
    report = reach_radii(atlas, category="repair_cafe", mode="transit", minutes=5, window=TEN)
    (only,) = report.radii
    offer = atlas.offers[only.offer].id
    (area,) = isochrone(atlas, offer=offer, mode="transit", minutes=[5.0], window=TEN)
    assert only.shape is not None
    assert only.shape.equals(area.shape)
    assert only.residents == area.residents
    assert str(report.question.window) == TEN


def test_a_capacity_is_used_up_by_those_whom_the_bus_brings_first(region: tuple[Atlas, Path]):
    atlas = region[0]
    report = filled_radii(
        atlas, category="repair_cafe", mode="transit", capacity={"": 400}, demand=1, window=TEN
    )
    (only,) = report.radii
    place = atlas.supply["walk"].take(repair(atlas))
    median = lower_median(by_step(transit_of(atlas), region[1], WINDOW, place))[0]
    order = np.argsort(median)
    needed = median[order][np.searchsorted(np.cumsum(atlas.people[order]), 400 - 1e-6)]
    assert only.minutes == pytest.approx(needed / 60)


def test_the_people_of_an_offer_count_by_bus_where_there_is_a_timetable(
    atlas: Atlas, toy_atlas: Atlas
):
    (row,) = repair(atlas)
    offer = atlas.offers[int(row)].id
    reach = people_in_reach(atlas, offer)
    by_mode = {each.mode: each for each in reach.modes}
    assert str(reach.window) == "2026-10-06T16:00/18:00"
    walked, ridden = by_mode["walk"].counts, by_mode["transit"].counts
    assert all((r or 0) >= (w or 0) for r, w in zip(ridden, walked, strict=True))
    assert people_in_reach(toy_atlas, offer).window is None
