import io
import zipfile
from datetime import date

import numpy as np
import pytest
import shapely

from geo.transit.errors import TimetableError
from geo.transit.gtfs import read_gtfs
from geo.transit.timetable import Timetable
from tests.gtfsfile import TABLES, more, stop_row, timetable_of, write_feed
from tests.toytown import CRS, at


def calls_of(timetable: Timetable, first_s: int) -> list[tuple[str, int, int]]:
    """Stop, arrival and departure of the only trip that leaves its first stop then."""
    (trip,) = np.flatnonzero(timetable.trip_first_s == first_s)
    rows = range(timetable.trip_start[trip], timetable.trip_start[trip + 1])
    return [
        (timetable.stop_id[timetable.call_stop[k]], int(timetable.call_arrival_s[k]),
         int(timetable.call_departure_s[k]))
        for k in rows
    ]  # fmt: skip


def test_byte_order_mark_blanks_and_short_hours_are_read(tmp_path):
    timetable = timetable_of(tmp_path)
    assert timetable.stop_id == ("a", "b", "c")
    assert calls_of(timetable, 57_900) == [
        ("a", 57_900, 57_900), ("b", 57_960, 57_960), ("c", 58_020, 58_020),
    ]  # fmt: skip
    assert calls_of(timetable, 9000)[1] == ("b", 9060, 9060)


def test_rows_of_nothing_are_counted(tmp_path):
    counts = timetable_of(tmp_path).about.counts
    assert counts["calls_of_unknown_trips"] == 1
    assert counts["calls_at_unknown_stops"] == 1
    assert (counts["trips"], counts["calls"]) == (4, 11)


def test_people_stand_on_platforms_and_never_on_stations(tmp_path):
    stops = more("stops", stop_row("c2", 400, 410, ",p"))
    timetable = timetable_of(tmp_path, stops=stops)
    assert timetable.stop_id == ("a", "b", "c", "c2")
    assert timetable.stop_station[2] == timetable.stop_station[3] >= 0
    assert timetable.stop_station[0] == -1
    assert timetable.about.counts["stops_unserved"] == 1


def test_platforms_of_one_stop_area_share_a_station_by_their_global_id(tmp_path):
    stops = more(
        "stops", stop_row("de:08221:1144:1:1", 0, 100), stop_row("de:08221:1144:2:1", 0, 110)
    )
    station = timetable_of(tmp_path, stops=stops).stop_station
    assert station[3] == station[4] >= 0


def test_nobody_gets_on_where_pickup_is_excluded_or_a_trip_ends(tmp_path):
    timetable = timetable_of(tmp_path)
    (trip,) = np.flatnonzero(timetable.trip_first_s == 57_900)
    calls = slice(timetable.trip_start[trip], timetable.trip_start[trip + 1])
    # the last row of t1 is at a stop that is not known, so c is not where it ends
    assert timetable.call_boards[calls].tolist() == [True, True, False]
    assert timetable.call_alights[calls].tolist() == [False, True, True]


def test_calls_without_time_lie_between_those_that_have_one_by_the_way(tmp_path):
    times = [
        TABLES["stop_times"][0],
        "t1,16:00:00,16:00:00,a,1,,",
        "t1,,,b,2,,",
        "t1,16:10:00,16:10:00,c,3,,",
    ]
    timetable = timetable_of(tmp_path, stop_times=times)
    assert calls_of(timetable, 57_600)[1] == ("b", 57_900, 57_900)
    assert timetable.about.counts["calls_without_time"] == 1


def test_calls_outside_the_region_still_time_those_inside(tmp_path):
    times = [
        TABLES["stop_times"][0],
        "t1,16:00:00,16:00:00,a,1,,", "t1,,,b,2,,", "t1,16:10:00,16:10:00,c,3,,",
        "t1,16:12:00,16:12:00,b,4,,",
    ]  # fmt: skip
    path = write_feed(tmp_path / "feed.zip", stop_times=times)
    south = shapely.box(*at([(350, -50), (450, 50)]).ravel())  # b alone: the trip calls there twice
    timetable = read_gtfs(path, crs=CRS, within=south)
    assert calls_of(timetable, 57_900) == [("b", 57_900, 57_900), ("b", 58_320, 58_320)]
    assert timetable.about.counts["stops_outside"] == 2


def test_trips_by_headway_are_written_out_and_told(tmp_path):
    rows = [
        "trip_id,start_time,end_time,headway_secs,exact_times",
        "t1,06:00:00,07:00:00,1200,0", "t1,08:00:00,08:20:00,0,0",
    ]  # fmt: skip
    timetable = timetable_of(tmp_path, frequencies=rows)
    assert {21_600, 22_800, 24_000} <= set(timetable.trip_first_s.tolist())
    assert 57_900 not in timetable.trip_first_s
    assert timetable.trip_by_headway.sum() == 3
    assert timetable.about.counts["trips_by_headway"] == 3
    assert timetable.about.counts["headways_broken"] == 1


def test_a_trip_whose_times_run_backwards_is_left_out_and_counted(tmp_path):
    times = more("stop_times", "t1,16:01:00,16:01:00,b,8,,")
    timetable = timetable_of(tmp_path, stop_times=times)
    assert 57_900 not in timetable.trip_first_s
    assert timetable.about.counts["trips_backwards"] == 1


def test_ids_that_stand_twice_count_once(tmp_path):
    timetable = timetable_of(
        tmp_path,
        stops=more("stops", stop_row("a", 100, 100)),
        trips=more("trips", "rs,SU,t1,Other,"),
        routes=more("routes", "r1,9,,3"),
        stop_times=more("stop_times", "t1,16:05:30,16:05:30,b,1,,"),
    )
    counts = timetable.about.counts
    assert [counts[f"{name}_twice"] for name in ("stops", "trips", "lines", "calls")] == [1] * 4
    assert np.allclose(timetable.stop_xy[0], at((0, 0)), atol=1e-3)


def test_exceptions_alone_are_a_calendar(tmp_path):
    timetable = timetable_of(tmp_path, calendar=None)
    assert (timetable.about.valid_from, timetable.about.valid_until) == (
        date(2026, 11, 28), date(2026, 12, 25),
    )  # fmt: skip
    assert timetable.departures_by_day[0] == 1


def test_exceptions_add_and_remove_days(tmp_path):
    timetable = timetable_of(tmp_path)
    by_day = dict(zip(timetable.days, timetable.departures_by_day.tolist(), strict=True))
    assert by_day[date(2026, 11, 24)] == 4
    assert by_day[date(2026, 12, 25)] == 2  # a Friday, as on Sundays
    assert by_day[date(2026, 11, 28)] == 1


def test_lines_on_demand_are_named_and_not_ridden(tmp_path):
    times = [
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type,"
        "location_id,start_pickup_drop_off_window",
        *(f"{row},," for row in TABLES["stop_times"][1:7]),
        "call,10:00:00,10:00:00,a,1,2,2,,", "call,10:09:00,10:09:00,c,2,2,2,,",
        "zone,,,,1,,,area1,08:00:00",
    ]  # fmt: skip
    timetable = timetable_of(
        tmp_path,
        stop_times=times,
        routes=more("routes", "rr,Rufbus,,3", "rz,Zonenbus,,3"),
        trips=more("trips", "rr,WD,call,,", "rz,WD,zone,,"),
        booking_rules=["booking_rule_id,booking_type", "x,1"],
    )
    assert timetable.about.on_demand == ("Rufbus", "Zonenbus")
    assert timetable.about.counts["calls_flexible"] == 1
    assert timetable.about.counts["booking_rules"] == 1
    (trip,) = np.flatnonzero(timetable.trip_first_s == 36_000)
    assert not timetable.call_boards[timetable.trip_start[trip]]


def test_transfers_of_a_station_hold_for_its_platforms(tmp_path):
    rows = [
        "from_stop_id,to_stop_id,transfer_type,min_transfer_time,from_route_id",
        "p,b,2,300,", "c,b,3,,", "a,b,0,,r1", "a,,2,60,",
    ]  # fmt: skip
    stops = more("stops", stop_row("c2", 400, 410, ",p"))
    timetable = timetable_of(tmp_path, transfers=rows, stops=stops)
    assert timetable.transfers.tolist() == [[2, 1, 3, -1], [3, 1, 2, 300]]
    assert timetable.about.counts["transfers_of_single_lines"] == 1
    assert timetable.about.counts["transfers_broken"] == 1


def test_what_was_saved_is_opened_the_same(tmp_path):
    timetable = timetable_of(tmp_path)
    timetable.save(tmp_path / "stored")
    opened = Timetable.open(tmp_path / "stored")
    assert opened.about == timetable.about
    assert opened.line_name == ("1", "Sonntagslinie")
    assert np.array_equal(opened.call_arrival_s, timetable.call_arrival_s)


def test_publisher_version_and_licence_are_kept(tmp_path):
    path = write_feed(tmp_path / "feed.zip")
    about = read_gtfs(path, crs=CRS, licence="CC BY 4.0").about
    assert (about.attribution, about.version, about.licence) == (
        "Verkehrsbetrieb Öd", "7", "CC BY 4.0",
    )  # fmt: skip


def test_a_feed_in_a_folder_of_its_zip_is_read(tmp_path):
    path = write_feed(tmp_path / "feed.zip", folder="GTFS/")
    assert read_gtfs(path, crs=CRS).trip_count == 4


def test_names_that_lead_out_of_the_archive_are_only_names(tmp_path):
    path = write_feed(tmp_path / "feed.zip")
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr("../stops.txt", "stop_id,stop_lat,stop_lon\nx,0,0\n")
        packed.writestr("/etc/evil.txt", "x")
    assert read_gtfs(path, crs=CRS).stop_id == ("a", "b", "c")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["feed.zip"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stops": None}, "has no stops.txt"),
        ({"calendar": None, "calendar_dates": None}, "no calendar.txt or calendar_dates.txt"),
        ({"stop_times": TABLES["stop_times"][:1]}, "no trip calls at two of the 3 stops"),
        ({"calendar": TABLES["calendar"][:1], "calendar_dates": None}, "no service on any day"),
        ({"stops": TABLES["stops"][:1]}, "has no stop with a place"),
        ({"feed_info": None}, "--attribution"),
        ({"agency": TABLES["agency"][:1]}, "names none"),
        ({"agency": ["agency_timezone", "Mars/Olympus"]}, "'Mars/Olympus' of agency.txt"),
        ({"calendar": [*TABLES["calendar"][:2], "X,1,1,1,1,1,1,1,19000101,20991231"]},
         "more than twenty years"),
        ({"trips": ["a,b", '"unclosed']}, "trips.txt cannot be read"),
        ({"frequencies": ["trip_id,start_time,end_time,headway_secs",
                          *["t1,00:00:00,99:00:00,1"] * 6]}, "more than 2,000,000 trips"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_one_clear_error(tmp_path, changes, message):
    with pytest.raises(TimetableError, match=message):
        timetable_of(tmp_path, **changes)


def test_a_feed_of_another_region_says_where_it_lies(tmp_path):
    path = write_feed(tmp_path / "feed.zip")
    far = shapely.box(0, 0, 1000, 1000)
    with pytest.raises(TimetableError, match=r"none of its 3 stops.*lon 13\.2\d and 13\.2\d"):
        read_gtfs(path, crs=CRS, within=far)


def test_what_is_no_zip_file_is_refused(tmp_path):
    path = tmp_path / "feed.zip"
    path.write_bytes(b"stop_id,stop_name")
    with pytest.raises(TimetableError, match="is no zip file"):
        read_gtfs(path, crs=CRS)


def test_a_table_larger_than_its_bound_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("geo.transit.gtfs_zip.MAX_TABLE_BYTES", 40)
    with pytest.raises(TimetableError, match="larger than any timetable"):
        timetable_of(tmp_path)


def test_a_damaged_archive_is_refused(tmp_path):
    path = write_feed(tmp_path / "feed.zip")
    raw = io.BytesIO(path.read_bytes()).getvalue()
    where = raw.index(b"route_long_name")
    path.write_bytes(raw[:where] + b"X" * 15 + raw[where + 15 :])
    with pytest.raises(TimetableError, match="cannot be read"):
        read_gtfs(path, crs=CRS)


def test_a_feed_read_in_small_parts_is_the_same(tmp_path, monkeypatch):
    whole = timetable_of(tmp_path)
    monkeypatch.setattr("geo.transit.gtfs_zip.ROWS_AT_ONCE", 2)
    parts = timetable_of(tmp_path)
    assert np.array_equal(whole.call_departure_s, parts.call_departure_s)
    assert parts.about.counts == whole.about.counts
