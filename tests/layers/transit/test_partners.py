"""Partners by public transport: there and back, against a plain search."""

import math
from pathlib import Path

import numpy as np
import pytest

from geo.errors import ParameterError
from geo.transit.window import Window
from layers.atlas import Atlas
from layers.chains import chains_of
from layers.partners import partners, residents_reaching_both, there_and_back
from layers.timetable import transit_of
from tests.toytransit import TEN
from tests.transit_by_step import by_step, lower_median

WINDOW = Window.parse(TEN)


def test_a_pair_takes_the_longer_of_both_ways(region: tuple[Atlas, Path]):
    atlas, feed = region
    places, rows = atlas.supply["walk"], np.arange(len(atlas.offers))
    took = lower_median(by_step(transit_of(atlas).of(places), feed, WINDOW, places))  # to, from
    for row in rows.tolist():
        others = np.delete(rows, row)
        found = there_and_back(atlas, WINDOW, row, others)
        assert np.array_equal(found, np.maximum(took[others, row], took[row, others]))


def test_partners_by_bus_are_those_of_the_same_list_within_its_limit(atlas: Atlas):
    for offer in atlas.offers:
        riding = partners(atlas, offer.id, mode="transit", window=TEN, minutes=60)
        walking = partners(atlas, offer.id, mode="walk", minutes=60)
        assert {p.offer for p in riding.partners} == {p.offer for p in walking.partners}
        assert all(math.isnan(p.distance_m) for p in riding.partners)
        assert (str(riding.window), walking.window) == (TEN, None)
        by_offer = {p.offer: p.travel_s for p in walking.partners}
        assert all(p.travel_s <= by_offer[p.offer] + 1 for p in riding.partners)
        chains_of(riding)


def test_without_a_limit_half_an_hour_counts(atlas: Atlas):
    found = [partners(atlas, offer.id, mode="transit") for offer in atlas.offers]
    assert {p.limit_s for each in found for p in each.partners} == {1800.0}


def test_people_who_reach_both_may_take_the_bus(atlas: Atlas):
    found = next(
        each
        for offer in atlas.offers
        if (each := partners(atlas, offer.id, mode="transit", window=TEN, minutes=7)).partners
    )
    walked = partners(atlas, atlas.offers[found.offer].id, mode="walk", minutes=7)
    riding = residents_reaching_both(found, found.partners)
    same = tuple(p for p in walked.partners if p.offer in {q.offer for q in found.partners})
    assert riding.sum() >= residents_reaching_both(walked, same).sum() > 0


def test_a_window_without_a_ride_is_refused(atlas: Atlas):
    with pytest.raises(ParameterError, match="goes with `mode` transit alone"):
        partners(atlas, atlas.offers[0].id, mode="walk", window=TEN)
