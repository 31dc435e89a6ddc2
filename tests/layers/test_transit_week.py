"""The week by public transport: each hour is that of a question of its own."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from layers.atlas import Atlas
from layers.coverage import coverage
from layers.open_arrivals import open_arrivals
from layers.timetable import covered_day, timetable_of, transit_of
from layers.week import WeekReport, week
from tests.toytransit import build_toy_with_timetable, with_generated_timetable
from tests.transit_by_step import by_step, lower_median, while_open

ASKED = {"category": "greengrocer_bakery", "mode": "transit", "minutes": 4}


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def built(state: Path, taxonomy_path: Path) -> Atlas:
    return build_toy_with_timetable(state, taxonomy_path)


@pytest.fixture(scope="module")
def generated(built: Atlas, state: Path) -> tuple[Atlas, Path]:
    return with_generated_timetable(built, state)


@pytest.fixture(scope="module")
def report(generated: tuple[Atlas, Path]) -> WeekReport:
    return week(generated[0], **ASKED)


def test_a_week_has_ordinary_days_of_the_timetable(
    generated: tuple[Atlas, Path], report: WeekReport
):
    assert [day.weekday() for day in report.days] == list(range(7))
    timetable = timetable_of(generated[0])
    assert covered_day(timetable, 5) == date(2026, 10, 3)  # a public holiday
    assert covered_day(timetable, 5, generated[0].region) == date(2026, 10, 10)
    assert report.question.window is None
    assert str(report.question) == "greengrocer_bakery within 4 min transit"


@pytest.mark.parametrize("place", [10, 24 + 12, 3 * 24 + 18, 5 * 24 + 9, 6 * 24 + 15])
def test_an_hour_is_answered_as_if_it_were_asked_alone(
    place: int, report: WeekReport, generated: tuple[Atlas, Path]
):
    hour = report.hours[place]
    day, start = report.days[hour.weekday], hour.hour
    window = f"{day}T{start:02}:00/{start + 1:02}:00"
    alone = coverage(generated[0], **ASKED, window=window, at=f"{day}T{start:02}:30")
    assert hour.tally.covered == alone.totals.covered
    assert alone.with_unknown is not None
    assert hour.tally_with_unknown.covered == alone.with_unknown.totals.covered


def test_an_hour_equals_a_plain_search(report: WeekReport, generated: tuple[Atlas, Path]):
    atlas, feed = generated
    day = report.days[1]
    asked = coverage(atlas, **ASKED, window=f"{day}T17:00/18:00", at=f"{day}T17:30")
    window = asked.question.window
    assert window is not None
    rows = atlas.offers_of(atlas.taxonomy.category("greengrocer_bakery"))
    found = open_arrivals(atlas, rows, window, limit_s=240).surely
    took = by_step(transit_of(atlas), feed, window, atlas.supply["walk"].take(found.rows))
    spans = zip(found.hours.open_s.tolist(), found.hours.close_s.tolist(), strict=True)
    open_then = [while_open(took[k], window, *span) for k, span in enumerate(spans)]
    covered = lower_median(np.min(open_then, axis=0)) <= 240
    hour = report.hours[24 + 17]
    assert hour.tally.covered == pytest.approx(covered @ atlas.people, abs=5)


def test_hours_that_are_alike_are_asked_once(report: WeekReport):
    assert report.searches < 168
    nights = [hour.tally.share for hour in report.hours if hour.hour == 2]
    assert set(nights) == {0.0}
