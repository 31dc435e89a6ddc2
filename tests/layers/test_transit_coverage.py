from datetime import date, time
from pathlib import Path

import numpy as np
import pytest

from geo.errors import ParameterError
from geo.transit.changes import with_headway
from geo.transit.errors import OutsideValidityError, TimetableError
from geo.transit.window import Window
from layers.atlas import Atlas
from layers.build import build_atlas
from layers.build_input import is_current
from layers.coverage import COVERED, coverage
from layers.region_timetable import add_timetable
from layers.timetable import transit_of, usual_window, window_of
from layers.transit_coverage import (
    ALWAYS,
    DEPENDS,
    WALKS,
    transit_coverage,
    transit_coverages,
)
from tests.gtfsfile import write_feed
from tests.toyregion import ORIGIN, write_toy_region
from tests.toytransit import toy_stops

TEN = Window(date(2026, 11, 24), time(16), 600)


@pytest.fixture(scope="module")
def region_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("regions") / "toy"
    file = write_toy_region(folder)
    file.write_text("# made by hand\n" + file.read_text("utf-8"), "utf-8")
    feed = write_feed(folder.parent / "feed.zip", stops=toy_stops())
    add_timetable(folder, feed, licence="CC0-1.0")
    return folder


@pytest.fixture(scope="module")
def atlas(region_dir: Path, taxonomy_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    target = tmp_path_factory.mktemp("atlas") / "toy"
    return build_atlas(region_dir, taxonomy_path, target, base_map=False)


def home_at(atlas: Atlas, x: float, y: float) -> int:
    return int(np.hypot(*(atlas.population.xy - ORIGIN - (x, y)).T).argmin())


def test_a_build_keeps_the_timetable_and_names_its_source(
    atlas: Atlas, region_dir: Path, taxonomy_path: Path
):
    assert atlas.timetable is not None
    assert atlas.timetable.trip_count == 4
    assert "Timetable: Verkehrsbetrieb Öd, CC0-1.0" in atlas.region.attributions
    assert [s["licence"] for s in atlas.manifest["sources"]] == ["ODbL-1.0", "CC0-1.0"]
    assert is_current(atlas.path, region_dir, taxonomy_path)


def test_a_second_timetable_replaces_the_first(region_dir: Path, tmp_path: Path):
    folder = tmp_path / "toy"
    folder.mkdir()
    for file in region_dir.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    add_timetable(folder, write_feed(tmp_path / "f.zip", stops=toy_stops()), attribution="Other")
    text = (folder / "region.toml").read_text("utf-8")
    assert text.startswith("# made by hand\n")
    assert text.count("Timetable: ") == 1
    assert 'attribution = ["© nobody, made in code", "Timetable: Other"]' in text


def test_a_feed_that_does_not_fit_changes_nothing(region_dir: Path, tmp_path: Path):
    before = {p.name: p.read_bytes() for p in region_dir.iterdir()}
    feed = write_feed(tmp_path / "far.zip")  # a kilometre further north
    with pytest.raises(TimetableError, match="none of its 3 stops lies in the region"):
        add_timetable(region_dir, feed)
    assert {p.name: p.read_bytes() for p in region_dir.iterdir()} == before


def test_covered_is_the_median_beside_best_and_walking(atlas: Atlas):
    report = transit_coverage(atlas, category="repair_cafe", window=TEN, minutes=5)
    home = home_at(atlas, 25, 15)  # 30 s from the stop: 420, 360, … 180 s, then 593 s on foot
    # the extract rounds places to a centimetre, and walks are rounded up
    assert report.median.travel_s[home] == pytest.approx(420, abs=1)
    assert report.best.travel_s[home] == pytest.approx(180, abs=1)
    assert report.on_foot.travel_s[home] == pytest.approx(593, abs=1)
    assert report.share[home] == pytest.approx(0.2)  # 300 s have become 301
    assert report.class_of[home] == DEPENDS
    assert report.class_of[home_at(atlas, 375, 385)] == WALKS
    assert (report.departures, report.stops_unsnapped, report.by_headway) == (2, 0, 0)
    assert report.timetable.licence == "CC0-1.0"


def test_more_are_covered_by_the_best_departure_than_by_the_median(atlas: Atlas):
    report = transit_coverage(atlas, category="repair_cafe", window=TEN, minutes=7.5)
    covered = [
        (each.state == COVERED).sum() for each in (report.on_foot, report.median, report.best)
    ]
    assert covered[0] < covered[1] <= covered[2]
    alone = coverage(atlas, category="repair_cafe", mode="walk", minutes=7.5)
    assert covered[0] == (alone.state == COVERED).sum()


def test_all_people_stand_in_one_class(atlas: Atlas):
    by_class = transit_coverage(atlas, category="repair_cafe", window=TEN, minutes=5).by_class
    assert list(by_class) == ["walks", "always", "depends", "never"]
    known = [count for count in by_class.values() if count is not None]
    assert sum(known) == 960
    assert by_class["always"] == 0
    assert by_class["depends"] > 0


def test_a_bus_every_minute_always_brings_them_there(atlas: Atlas):
    transit = transit_of(atlas)
    more = with_headway(transit.timetable, "1", every_s=60, from_s=50_400, until_s=72_000)
    report = transit_coverage(
        atlas, category="repair_cafe", window=TEN, minutes=5,
        transit=transit.with_timetable(more),
    )  # fmt: skip
    home = home_at(atlas, 25, 15)
    assert report.class_of[home] == ALWAYS
    assert report.median.travel_s[home] == pytest.approx(
        180, abs=1
    )  # 30 s of walk, 30 s of waiting, 120 s of ride
    assert report.by_class["depends"] == 0


def test_several_categories_are_answered_as_if_each_were_asked_alone(atlas: Atlas):
    ids = ["repair_cafe", "greengrocer_bakery"]
    together = transit_coverages(atlas, ids, window=TEN)
    for category, report in zip(ids, together, strict=True):
        alone = transit_coverage(atlas, category=category, window=TEN)
        assert np.array_equal(alone.median.travel_s, report.median.travel_s)
        assert alone.question == report.question


def test_the_way_home_is_another_question(atlas: Atlas):
    there = transit_coverage(atlas, category="repair_cafe", window=TEN, minutes=7)
    back = transit_coverage(atlas, category="repair_cafe", window=TEN, minutes=7, homeward=True)
    assert (there.best.state == COVERED).sum() > (back.best.state == COVERED).sum()
    assert np.array_equal(back.best.state, back.on_foot.state)  # the line runs one way only


def test_transit_stays_ready_for_the_next_question(atlas: Atlas):
    assert transit_of(atlas) is transit_of(atlas)


def test_windows_have_names_and_days_of_their_own(atlas: Atlas):
    timetable = atlas.timetable
    assert timetable is not None
    assert str(usual_window(timetable)) == "2026-10-06T16:00/18:00"
    assert str(window_of(timetable, "sunday")) == "2026-10-04T14:00/16:00"
    assert window_of(timetable, "2026-11-24T16:00/16:10") == TEN
    assert window_of(timetable, None) == usual_window(timetable, "weekday")
    with pytest.raises(ParameterError, match="use one of weekday, evening, saturday, sunday"):
        window_of(timetable, "noon")


def test_a_day_outside_the_timetable_never_equals_walking(atlas: Atlas):
    late = Window(date(2027, 5, 4), time(16), 600)
    with pytest.raises(OutsideValidityError, match="nearest Tuesday that it covers"):
        transit_coverage(atlas, category="repair_cafe", window=late)


def test_a_region_without_a_timetable_says_how_to_get_one(toy_atlas: Atlas):
    with pytest.raises(ParameterError, match="umkreis region timetable toy --gtfs FILE"):
        transit_coverage(toy_atlas, category="repair_cafe", window=TEN)
