"""A line that does not exist, over the toy town's stops: its times are arithmetic."""

from datetime import date, time

import numpy as np
import pytest

from geo.errors import ParameterError
from geo.transit.new_line import with_line_added
from geo.transit.transit import Transit
from geo.transit.window import Window
from tests.gtfsfile import more, stop_row, timetable_of, walk_network
from tests.toytown import at

TEN = Window(date(2026, 11, 24), time(16), 600)
AFTERNOON = {"from_s": 15 * 3600, "until_s": 18 * 3600}


def test_a_new_line_runs_there_and_back_at_its_speed(tmp_path):
    before = timetable_of(tmp_path)
    # 400 m × 1.3 at 18.8 km/h are 99.6 s
    after = with_line_added(
        before, "N1", ["Stop a", "Stop b", "Stop c"], every_s=600, speed_kmh=18.8, **AFTERNOON
    )
    assert after.trip_count == before.trip_count + 2 * 18
    assert before.trip_count == 4
    first, last = after.trip_start[before.trip_count], after.trip_start[-1]
    assert after.call_arrival_s[first : first + 3].tolist() == [54000, 54100, 54220]
    assert after.call_departure_s[first : first + 3].tolist() == [54000, 54120, 54220]
    assert [after.stop_name[k] for k in after.call_stop[last - 3 : last]] == [
        "Stop c", "Stop b", "Stop a",
    ]  # fmt: skip
    assert after.line_name[-1] == "N1"
    assert [after.headsign[k] for k in after.trip_headsign[[before.trip_count, -1]]] == [
        "Stop c", "Stop a",
    ]  # fmt: skip
    assert len(after.trip_line) == len(after.trip_start) - 1
    assert after.runs[-1].all()


def test_who_walked_ten_minutes_rides_four(tmp_path):
    walk, before = walk_network(), timetable_of(tmp_path)
    after = with_line_added(
        before, "N1", ["Stop a", "Stop c"], every_s=60, speed_kmh=20.0, **AFTERNOON
    )
    transit = Transit(walk, after, walk.snap(at((0, 0))))
    found = transit.times([walk.snap(at((400, 400)))], window=TEN, limits_s=[300])
    ride_s = np.ceil(np.hypot(400, 400) * 1.3 / (20 / 3.6))
    assert found.median_s[0, 0] == ride_s == 133
    assert found.share[0, 0] == 1.0


def test_of_two_stops_of_a_name_the_nearer_one_is_taken(tmp_path):
    rows = more("stops", stop_row("c2", 400, 380).replace("Stop c2", "Stop b"))
    calls = more("stop_times", "t1,16:08:00,16:08:00,c2,9,,")
    before = timetable_of(tmp_path, stops=rows, stop_times=calls)
    after = with_line_added(before, "N1", ["Stop c", "Stop b"], every_s=600, **AFTERNOON)
    course = after.call_stop[after.trip_start[before.trip_count] :][:2]
    assert [after.stop_id[k] for k in course] == ["c", "c2"]


@pytest.mark.parametrize(
    ("stops", "other", "message"),
    [
        (["Stop a"], {}, "`stops` names 1; a line has 2 to 60"),
        (["Stop a", "Stop a"], {}, "twice in succession"),
        (["Stop a", "Nowhere"], {}, "'Nowhere' is not in the timetable"),
        (["Stop a", "Stop b"], {"every_s": 59}, "`every_s` is 59"),
        (["Stop a", "Stop b"], {"until_s": 0}, "until 0"),
        (["Stop a", "Stop b"], {"speed_kmh": float("nan")}, "`speed_kmh` is nan"),
    ],
)
def test_a_line_that_cannot_run_is_refused(stops, other, message: str, tmp_path):
    with pytest.raises(ParameterError, match=message):
        with_line_added(
            timetable_of(tmp_path), "N1", stops, **{"every_s": 600, **AFTERNOON, **other}
        )
