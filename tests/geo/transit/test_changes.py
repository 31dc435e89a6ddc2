from datetime import date, time

import numpy as np
import pytest

from geo.errors import ParameterError
from geo.transit.changes import with_headway, with_line_extended, with_stop_moved, without_stop
from geo.transit.transit import Transit
from geo.transit.window import Window
from tests.gtfsfile import TABLES, more, stop_row, timetable_of, walk_network
from tests.toytown import at

TEN = Window(date(2026, 11, 24), time(16), 600)
AFTERNOON = {"from_s": 15 * 3600, "until_s": 18 * 3600}


@pytest.fixture(scope="module")
def walk():
    return walk_network()


def times(walk, timetable, offer=(400, 400)) -> tuple[float, float]:
    transit = Transit(walk, timetable, walk.snap(at((0, 0))))
    found = transit.times([walk.snap(at(offer))], window=TEN, limits_s=[300])
    return float(found.median_s[0, 0]), float(found.best_s[0, 0])


def test_a_bus_every_minute_is_there_at_once(walk, tmp_path):
    before = timetable_of(tmp_path)
    after = with_headway(before, "1", every_s=60, **AFTERNOON)
    assert times(walk, before) == (360, 120)
    assert times(walk, after) == (120, 120)
    assert before.trip_count == 4  # which stays as it is
    assert after.trip_count == 3 + 180
    assert (after.trip_first_s == 25 * 3600 + 600).sum() == 1  # at night nothing changes


def test_both_directions_run_more_often_and_short_courses_go(tmp_path):
    rows = more(
        "stop_times",
        "back,16:30:00,16:30:00,c,1,,", "back,16:31:00,16:31:00,b,2,,",
        "back,16:32:00,16:32:00,a,3,,",
        "short,16:40:00,16:40:00,a,1,,", "short,16:41:00,16:41:00,b,2,,",
    )  # fmt: skip
    trips = more("trips", "r1,WD,back,Stop a,", "r1,WD,short,Stop b,")
    before = timetable_of(tmp_path, stop_times=rows, trips=trips)
    after = with_headway(before, "1", every_s=600, **AFTERNOON)
    ends = after.call_stop[after.trip_start[1:] - 1]
    in_span = (after.trip_first_s >= 15 * 3600) & (after.trip_first_s < 18 * 3600)
    assert in_span.sum() == 36
    assert sorted(np.unique(ends[in_span]).tolist()) == [0, 2]  # at a and at c, none at b


def test_a_closed_stop_is_passed(walk, tmp_path):
    before = timetable_of(tmp_path)
    assert times(walk, without_stop(before, "Stop c")) == (600, 360)  # off at b, 300 s on foot
    assert times(walk, without_stop(before, "a")) == (600, 360)  # on at b
    assert before.call_boards.sum() > 0


def test_a_stop_that_moves_is_walked_to_elsewhere(walk, tmp_path):
    after = with_stop_moved(timetable_of(tmp_path), "a", at((0, 100)))
    assert times(walk, after) == (600, 240)  # a block of 75 s before the bus


def test_a_line_goes_on_and_starts_further_out(walk, tmp_path):
    stops = [row for row in TABLES["stops"] if not row.startswith(("c,", "p,"))]
    rows = [
        TABLES["stop_times"][0],
        "t1,16:05:00,16:05:00,a,1,,", "t1,16:06:00,16:06:00,b,2,,",
        "night,16:30:00,16:30:00,b,1,,", "night,16:31:00,16:31:00,a,2,,",
    ]  # fmt: skip
    before = timetable_of(tmp_path, stops=stops, stop_times=rows)
    after = with_line_extended(
        before, "1", at_stop="Stop b", to_xy=at((400, 400)), ride_s=60, name="New"
    )
    assert times(walk, before) == (600, 360)
    assert times(walk, after) == (360, 120)
    assert after.stop_name[-1] == "New"
    assert after.call_stop.tolist() == [0, 1, 2, 2, 1, 0]
    assert after.trip_first_s.tolist() == [57_900, 16 * 3600 + 29 * 60]


def test_walks_are_kept_where_no_stop_changes_its_place(walk, tmp_path):
    before = Transit(walk, timetable_of(tmp_path), walk.snap(at((0, 0))))
    access = before.access
    same = before.with_timetable(without_stop(before.timetable, "b"))
    moved = before.with_timetable(with_stop_moved(before.timetable, "b", at((0, 200))))
    assert same.access is access
    assert moved.access is not access


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: with_headway(t, "11", every_s=600, **AFTERNOON), "`line` '11'.* is 1"),
        (lambda t: with_headway(t, "1", every_s=59, **AFTERNOON), "`every_s` is 59"),
        (lambda t: with_headway(t, "1", every_s=600, from_s=0, until_s=60), "no trip in that span"),
        (lambda t: without_stop(t, "Stop d"), "`stop` 'Stop d'.*Stop c"),
        (lambda t: with_stop_moved(t, "a", (np.nan, 0)), "`xy` is no place"),
        (lambda t: with_line_extended(t, "1", at_stop="b", to_xy=(0, 0), ride_s=60, name="x"),
         "is no end of line"),
        (lambda t: with_line_extended(t, "1", at_stop="c", to_xy=(0, 0), ride_s=0, name="x"),
         "`ride_s` is 0"),
    ],
)  # fmt: skip
def test_changes_that_cannot_be_are_refused(tmp_path, change, message):
    with pytest.raises(ParameterError, match=message):
        change(timetable_of(tmp_path, stops=more("stops", stop_row("z", 0, 0))))
