"""Depth and spread of the shortfall in the toy town and the demo region."""

import numpy as np
import pytest

from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.coverage import COVERED
from layers.equity import equity

CAFE = {"category": "repair_cafe", "mode": "walk"}


def test_depth_is_what_the_definition_says(toy_atlas: Atlas):
    report = equity(toy_atlas, **CAFE, minutes=4)
    beyond = np.maximum(report.coverage.travel_s / 240 - 1, 0)
    assert report.region.fgt1 == pytest.approx(
        np.average(beyond, weights=toy_atlas.people), abs=0.005
    )
    assert report.region.fgt2 == pytest.approx(
        np.average(beyond**2, weights=toy_atlas.people), abs=0.005
    )
    far = report.coverage.state != COVERED
    missing = np.average(report.coverage.travel_s[far] / 60 - 4, weights=toy_atlas.people[far])
    assert report.region.missing_min == round(missing)
    assert report.region.short == report.coverage.totals.uncovered
    assert report.region.fgt0 == pytest.approx(report.region.short / 960, abs=0.001)


def test_where_all_are_covered_nobody_falls_short(toy_atlas: Atlas):
    report = equity(toy_atlas, **CAFE, minutes=60)
    assert (report.region.short, report.region.fgt0, report.region.fgt1) == (0, 0, 0)
    assert report.region.missing_min is None
    assert (report.concentration, report.palma) == (0, 1)


def test_farther_districts_fall_deeper(toy_atlas: Atlas):
    rows = {s.tally.name: s for s in equity(toy_atlas, **CAFE, minutes=2).by_district}
    assert rows["Altöd"].fgt1 > rows["Süd"].fgt1 > rows["Nord"].fgt1  # the café is in the north


def test_demo_bakers_are_spread_less_unequally_than_libraries(demo_atlas: Atlas):
    bakers, libraries = (
        equity(demo_atlas, category=c, mode="walk", minutes=12)
        for c in ("greengrocer_bakery", "library")
    )
    assert 0 < bakers.concentration < libraries.concentration < 1
    assert bakers.palma == pytest.approx(4.66, abs=0.1)
    assert libraries.palma is None  # the least-served 40 % have none
    assert bakers.region.missing_min == 27


def test_two_figures_together_tell_no_exact_count(demo_atlas: Atlas):
    for area in equity(demo_atlas, category="library", mode="walk", minutes=12).by_district:
        if area.short is None:
            assert area.fgt1 is None
        if area.missing_min is not None:
            assert area.short >= 25
            assert isinstance(area.missing_min, int)
            assert round(area.fgt1, 2) == area.fgt1


def test_without_any_offer_only_the_share_is_known(demo_atlas: Atlas):
    report = equity(demo_atlas, **CAFE)
    assert report.region.short == 75_679
    assert report.region.fgt1 is None
    assert (report.concentration, report.palma) == (None, None)


def test_what_no_source_tells_has_no_depth(toy_atlas: Atlas):
    report = equity(toy_atlas, category="csa_depot", mode="walk")
    assert report.coverage.unknown == "no_source"
    assert (report.region.fgt0, report.region.short, report.palma) == (None, None, None)


def test_a_straight_line_is_refused(toy_atlas: Atlas):
    with pytest.raises(ParameterError, match="`mode` line has no travel time"):
        equity(toy_atlas, category="repair_cafe", mode="line")
