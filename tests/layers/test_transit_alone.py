"""Whom only public transport serves, against a count over all residents."""

from pathlib import Path

import numpy as np
import pytest

from geo.transit.window import Window
from layers.atlas import Atlas
from layers.coverage import COVERED
from layers.transit_alone import served_by_transit_alone
from layers.transit_coverage import transit_coverage
from tests.toytransit import TEN, build_toy_with_timetable


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory, taxonomy_path: Path) -> Atlas:
    return build_toy_with_timetable(tmp_path_factory.mktemp("alone"), taxonomy_path)


@pytest.mark.parametrize("minutes", [5.0, 7.5])
def test_who_is_served_by_bus_alone_is_the_difference_of_both_answers(atlas: Atlas, minutes: float):
    report = transit_coverage(
        atlas, category="repair_cafe", window=Window.parse(TEN), minutes=minutes
    )
    found = served_by_transit_alone(report)
    only = (report.median.state == COVERED) & (report.on_foot.state != COVERED)
    people = int(atlas.people[only].sum())
    told = found.totals.gained
    assert found.totals.lost == 0
    assert (told is None) if 0 < people < 25 else abs(told - people) <= 10
    assert len(found.by_district) == len(report.median.by_district)


def test_where_an_answer_is_withheld_so_is_the_difference(atlas: Atlas):
    report = transit_coverage(atlas, category="repair_cafe", window=Window.parse(TEN), minutes=9.0)
    assert report.on_foot.totals.covered is None  # fewer than 25 are not covered
    assert served_by_transit_alone(report).totals.gained is None


def test_nobody_is_served_by_a_bus_that_does_not_run(atlas: Atlas):
    report = transit_coverage(
        atlas,
        category="repair_cafe",
        window=Window.parse("2026-11-24T10:00/11:00"),
        minutes=5.0,
    )
    assert served_by_transit_alone(report).totals.gained == 0
    assert np.array_equal(report.median.state, report.on_foot.state)
