"""Sheets, history, access scores, comparison and papers by public transport."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from geo.transit.errors import OutsideValidityError
from layers.access_scores import access_scores
from layers.atlas import Atlas
from layers.compare import NO_TIMETABLE, compare
from layers.coverage import coverage
from layers.history import history
from layers.history_offers import dated_offers
from layers.paper import check_paper
from layers.paper_answers import answer_paper
from layers.sheet import district_sheet
from layers.timetable import transit_of
from tests.toytransit import TEN, with_generated_timetable
from tests.transit_by_step import by_step, lower_median

ASKED = {"category": "repair_cafe", "mode": "transit", "window": TEN}


def test_a_sheet_tells_the_figure_of_coverage_and_functions_by_their_own_mode(atlas: Atlas):
    asked = {**ASKED, "minutes": 7.5}
    sheet = district_sheet(atlas, "A", **{**asked, "category": ["repair_cafe"]})
    (tally,) = [t for t in coverage(atlas, **asked).by_municipality if t.area_id == "A"]
    assert sheet.tally == tally
    assert {f.question.mode for view in sheet.fields for f in view.functions} <= {
        "walk", "bike", "car", "stepfree",
    }  # fmt: skip
    assert [v.id for v in sheet.stability.variants][3:5] == ["slower", "faster"]


def test_history_is_asked_with_the_timetable_of_today(atlas: Atlas):
    found = history(dated_offers(atlas, None), **ASKED, minutes=7.5, step="year")
    assert str(found.question.window) == TEN
    assert found.points[-1].most.covered == coverage(atlas, **ASKED, minutes=7.5).totals.covered


def test_an_access_score_is_of_medians_to_each_offer(region: tuple[Atlas, Path]):
    atlas = region[0]
    any_of = ["repair_cafe", "greengrocer_bakery", "village_shop"]
    report = access_scores(
        atlas, category=any_of, mode="transit", window=TEN, minutes=6, kind="2sfca"
    )
    offers = report.coverage.offers
    took = by_step(
        transit_of(atlas), region[1], report.coverage.question.window,
        atlas.supply["walk"].take(offers),
    )  # fmt: skip
    reached = lower_median(took) <= 360
    people = atlas.people
    ratio = np.divide(
        1.0, reached @ people, out=np.zeros(len(offers)), where=(reached @ people) > 0
    )
    assert report.per_head == pytest.approx(ratio @ reached)
    assert report.per_head.max() > 0


def test_regions_are_compared_each_by_its_own_timetable(
    atlas: Atlas, state: Path, toy_atlas: Atlas
):
    other, _ = with_generated_timetable(atlas, state)
    other = replace(other, region=replace(other.region, id="other"))
    without = replace(toy_atlas, region=replace(toy_atlas.region, id="without"))
    found = compare([atlas, other, without], category="repair_cafe", mode="transit")
    assert (found.mode, found.minutes) == ("transit", 30)
    windows = [f.report.question.window if f.report else None for f in found.regions]
    assert [str(w) for w in windows] == ["2026-10-06T16:00/18:00"] * 2 + ["None"]
    assert found.regions[2].unknown == NO_TIMETABLE
    assert found.regions[2].count is None
    assert ("timetable", ("without",)) in [(c.kind, c.regions) for c in found.caveats]
    assert "mode" not in {c.kind for c in found.caveats}
    assert found.regions[0].access is not None


def test_a_day_that_one_timetable_lacks_is_refused(atlas: Atlas):
    with pytest.raises(OutsideValidityError, match="nearest Tuesday that it covers"):
        compare([atlas], category="repair_cafe", mode="transit", window="2027-05-04T16:00/18:00")


def test_a_paper_asks_by_bus(atlas: Atlas):
    by_bus = {"category": "repair_cafe", "mode": "transit", "minutes": 7.5, "window": TEN}
    kinds = ("coverage", "gaps", "sheet", "sites", "resilience", "equity")
    paper = check_paper({"version": 1, "chapters": [{"kind": k, **by_bus} for k in kinds]})
    answered = answer_paper(atlas, paper)
    for each in answered.chapters:
        assert each.coverage is not None
        assert str(each.coverage.question.window) == TEN
    assert answered.chapters[0].coverage is answered.chapters[1].coverage


def test_the_window_of_a_comparison_is_a_day_of_the_feed(atlas: Atlas):
    (only,) = compare([atlas], category="repair_cafe", mode="transit", window="sunday").regions
    assert only.report is not None
    assert only.report.question.window is not None
    assert only.report.question.window.day == date(2026, 10, 4)
