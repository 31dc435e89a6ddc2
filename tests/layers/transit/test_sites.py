"""Next sites by public transport, against a plain search for every candidate."""

from pathlib import Path

import numpy as np
import pytest

from layers.atlas import Atlas
from layers.candidates import find_candidates
from layers.coverage import COVERED, coverage
from layers.sites import next_sites
from layers.timetable import transit_of
from layers.travel import ridden_with, travel_by
from tests.toytransit import TEN
from tests.transit_by_step import by_step, lower_median

ASKED = {"category": "repair_cafe", "mode": "transit", "window": TEN}


def plain(region: tuple[Atlas, Path], report, places) -> np.ndarray:
    """Seconds to each place, by person and departure."""
    return by_step(transit_of(region[0]), region[1], report.question.window, places)


def test_the_best_site_is_the_best_of_all_asked_one_by_one(region: tuple[Atlas, Path]):
    atlas, limit_s = region[0], 150
    report = next_sites(atlas, **ASKED, minutes=2.5, new=1)
    before = report.before
    there = plain(region, before, atlas.supply["walk"].take(before.offers))
    each = plain(region, before, report.candidates.at)
    after = lower_median(np.minimum(there, each))
    assert np.array_equal(
        ridden_with(before, report.candidates.at, np.arange(len(atlas.people))), after
    )
    newly = (after <= limit_s) & (before.state != COVERED)
    best = (newly @ atlas.people).max()
    assert report.siting.chosen.tolist() == [int((newly @ atlas.people).argmax())] or (
        newly[report.siting.chosen[0]] @ atlas.people == pytest.approx(best)
    )
    assert report.gained == pytest.approx(best, abs=5)


def test_the_shortest_time_is_that_of_the_best_candidate(region: tuple[Atlas, Path]):
    atlas = region[0]
    report = next_sites(atlas, **ASKED, minutes=2.5, new=1, objective="least_time")
    before = report.before
    there = plain(region, before, atlas.supply["walk"].take(before.offers))
    after = lower_median(np.minimum(there, plain(region, before, report.candidates.at)))
    mean_min = (after @ atlas.people).min() / atlas.people.sum() / 60
    assert report.mean_min_after == pytest.approx(mean_min)


def test_two_sites_gain_what_the_scenario_of_both_gains(region: tuple[Atlas, Path]):
    atlas = region[0]
    report = next_sites(atlas, **ASKED, minutes=2.5, new=2)
    chosen = report.candidates.at.take(report.siting.chosen)
    there = plain(region, report.before, atlas.supply["walk"].take(report.before.offers))
    both = np.vstack([there, plain(region, report.before, chosen)]).min(axis=0)
    gained = (lower_median(both) <= 150) & (report.before.state != COVERED)
    assert report.gained == pytest.approx(gained @ atlas.people, abs=5)


def test_the_fewest_sites_reach_the_share(atlas: Atlas):
    report = next_sites(atlas, **ASKED, minutes=4, objective="fewest_sites", share=0.9)
    covered = np.where(report.before.state == COVERED, atlas.people, 0).sum()
    assert (covered + (report.gained or 0)) / atlas.people.sum() >= 0.895


def test_with_a_time_existing_offers_are_those_open_and_new_ones_are_open(atlas: Atlas):
    asked = {**ASKED, "category": "greengrocer_bakery", "minutes": 2.5}
    report = next_sites(atlas, **asked, at="Tu", new=1)
    assert report.before.hours is not None
    assert len(report.before.hours.unknown) > 0
    assert (report.gained or 0) > 0


def test_pairs_are_medians_of_each_place_alone(region: tuple[Atlas, Path]):
    atlas = region[0]
    before = coverage(atlas, **ASKED, minutes=4)
    network, demand, _ = travel_by(atlas, "transit", before.question.window)
    places = find_candidates(atlas, "walk", kinds=["corners"], without=np.zeros(0, np.int64)).at
    pairs = network.within(demand, places, 240.0, with_distance=False)
    median = lower_median(plain(region, before, places))
    place, person = np.nonzero(median <= 240)
    order = np.lexsort((place, person))
    assert np.array_equal(pairs.source, person[order])
    assert np.array_equal(pairs.target, place[order])
    assert np.array_equal(pairs.travel_s, median[place, person][order])
    assert np.isnan(pairs.distance_m).all()


def test_new_sites_with_so_much_room_serve_whom_a_bus_brings(atlas: Atlas):
    room = {"new": 1, "new_capacity": 300, "capacity": {"": 100}, "demand": 1}
    riding = next_sites(atlas, **ASKED, minutes=6, **room)
    walking = next_sites(atlas, category="repair_cafe", mode="walk", minutes=6, **room)
    assert riding.limited is not None
    assert walking.limited is not None
    assert riding.limited.served_before == walking.limited.served_before == 100
    assert riding.limited.served_after == 400
