"""Verdicts on all districts at once are those of each district's sheet."""

import pytest

from layers.atlas import Atlas
from layers.coverage import coverage
from layers.districts import find_area
from layers.stability import stability
from layers.travel_times import travel_times
from layers.verdicts import verdicts

FOOD = "greengrocer_bakery"


@pytest.mark.parametrize("by", ["district", "municipality"])
@pytest.mark.parametrize(
    "limit", [{"minutes": 2}, {"minutes": 5}, {"minutes": 3, "at": "Sa"}, {"metres": 250}]
)
def test_all_districts_at_once_are_judged_as_one_by_one(toy_atlas: Atlas, limit: dict, by: str):
    report = coverage(toy_atlas, category=FOOD, mode="walk", **limit)
    found = verdicts(report, by=by)
    assert len(found) == (3 if by == "district" else 2)
    for each in found:
        alone = stability(report, find_area(toy_atlas, each.area_id))
        assert each.verdict == alone.verdict, each.name


def test_what_no_source_tells_has_no_verdict(toy_atlas: Atlas):
    report = coverage(toy_atlas, category="csa_depot")
    assert {each.verdict for each in verdicts(report)} == {"unknown"}


def test_travel_times_add_up_to_all_who_reach_an_offer(toy_atlas: Atlas):
    steps = travel_times(coverage(toy_atlas, category=FOOD, mode="walk", minutes=2))
    assert [step.high_min for step in steps[:3]] == [5, 10, 15]
    assert sum(step.people or 0 for step in steps) == 960
    assert steps[0].people == 880


@pytest.mark.parametrize("asked", [{"mode": "line", "metres": 300}, {"category": "csa_depot"}])
def test_without_minutes_there_are_no_travel_times(toy_atlas: Atlas, asked: dict):
    assert travel_times(coverage(toy_atlas, **{"category": FOOD, **asked})) == []


@pytest.mark.parametrize("by", ["district", "municipality"])
def test_where_all_hangs_on_one_offer_every_area_depends(toy_atlas: Atlas, by: str):
    report = coverage(toy_atlas, category="village_shop", mode="bike", minutes=7)
    assert {tally.share for tally in report.by_district} == {1}
    assert {each.verdict for each in verdicts(report, by=by)} == {"depends"}
