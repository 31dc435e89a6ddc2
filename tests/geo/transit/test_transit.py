from datetime import date, time

import numpy as np
import pytest

from geo.errors import ParameterError
from geo.transit.errors import OutsideValidityError
from geo.transit.hours import OpenHours
from geo.transit.limits import Limits
from geo.transit.transit import Transit
from geo.transit.window import Window
from tests.gtfsfile import TABLES, more, stop_row, timetable_of, walk_network
from tests.toytown import at

TUESDAY = date(2026, 11, 24)
TEN = Window(TUESDAY, time(16), 600)


@pytest.fixture(scope="module")
def walk():
    return walk_network()


def transit(walk, folder, home=(0, 0), limits=None, **tables) -> Transit:
    return Transit(walk, timetable_of(folder, **tables), walk.snap(at(home)), limits=limits)


def seconds(found: Transit, walk, window, offer=(400, 400), limit_s=300, **more):
    """Median, best and share of the only person and set."""
    times = found.times([walk.snap(at(offer))], window=window, limits_s=[limit_s], **more)
    return float(times.median_s[0, 0]), float(times.best_s[0, 0]), float(times.share[0, 0])


def test_median_best_and_share_of_ten_departures_are_arithmetic(walk, tmp_path):
    # 420, 360, … 120 s until the bus has left, then 600 s on foot
    found = seconds(transit(walk, tmp_path), walk, TEN)
    assert found == (360.0, 120.0, pytest.approx(0.4))


def test_walking_the_whole_way_is_always_allowed_and_has_no_cap(walk, tmp_path):
    found = transit(walk, tmp_path, limits=Limits(cap_s=120))
    times = found.times([walk.snap(at((400, 400)))], window=TEN, limits_s=[300])
    assert times.walk_s[0, 0] == 600
    assert (times.median_s[0, 0], times.best_s[0, 0]) == (600, 120)
    assert times.share[0, 0] == pytest.approx(0.1)  # leaving at 16:05 alone is within the cap


def test_the_walk_to_the_stop_is_part_of_the_way(walk, tmp_path):
    # a block from the stop: who leaves at 16:03 is there at 16:04:15, at 16:04 comes too late
    found = transit(walk, tmp_path, home=(0, 100))
    one = Window(TUESDAY, time(16, 3), 120)
    assert seconds(found, walk, one)[:2] == (240.0, 240.0)
    late = Window(TUESDAY, time(16, 4), 60)
    assert seconds(found, walk, late)[0] == 525.0


def test_who_has_no_stop_near_by_walks(walk, tmp_path):
    found = transit(walk, tmp_path, home=(0, 100), limits=Limits(access_s=74))
    assert seconds(found, walk, TEN) == (525.0, 525.0, 0.0)
    assert not found.has_stop[0]


def test_without_any_offer_nothing_is_reached(walk, tmp_path):
    found = transit(walk, tmp_path)
    times = found.times([walk.snap(np.zeros((0, 2)))], window=TEN, limits_s=[300])
    assert np.isinf([times.median_s[0, 0], times.best_s[0, 0], times.walk_s[0, 0]]).all()
    assert times.share[0, 0] == 0


def test_nobody_at_all_is_an_empty_answer(walk, tmp_path):
    found = Transit(walk, timetable_of(tmp_path), walk.snap(np.zeros((0, 2))))
    times = found.times([walk.snap(at((0, 0)))] * 3, window=TEN, limits_s=[300] * 3)
    assert times.median_s.shape == (3, 0)
    assert found.times([], window=TEN, limits_s=[]).share.shape == (0, 0)


def test_more_sets_than_one_pass_holds_are_answered_alike(walk, tmp_path):
    found = transit(walk, tmp_path)
    offer = walk.snap(at((400, 400)))
    times = found.times([offer] * 70, window=TEN, limits_s=[300.0] * 69 + [360.0])
    assert (times.median_s == 360).all()
    assert times.share[-1, 0] == pytest.approx(0.5)
    assert times.share[0, 0] == pytest.approx(0.4)


def test_a_long_window_is_counted_in_wider_numbers(walk, tmp_path):
    found = transit(walk, tmp_path, limits=Limits(cap_s=6 * 3600))
    day = Window(TUESDAY, time(10), 8 * 3600)  # 480 departures, the bus at 16:05
    median_s, best_s, share = seconds(found, walk, day)
    assert (median_s, best_s) == (600.0, 120.0)
    assert share == pytest.approx(4 / 480)


def test_yesterdays_trips_run_after_midnight(walk, tmp_path):
    saturday = Window(date(2026, 11, 28), time(1, 10), 60)
    assert seconds(transit(walk, tmp_path), walk, saturday)[1] == 120.0
    monday = Window(date(2026, 11, 23), time(1, 10), 60)  # Sunday has no such service
    assert seconds(transit(walk, tmp_path), walk, monday)[1] == 600.0


def test_tomorrows_trips_are_caught_in_a_window_before_midnight(walk, tmp_path):
    times = [TABLES["stop_times"][0], "t1,00:05:00,00:05:00,a,1,,", "t1,00:06:00,00:06:00,c,2,,"]
    found = transit(walk, tmp_path, stop_times=times)
    window = Window(TUESDAY, time(23, 58), 60)
    assert seconds(found, walk, window)[1] == 480.0


@pytest.mark.parametrize(("fold", "best_s"), [(0, 600.0), (1, 120.0)])
def test_a_repeated_hour_is_told_apart(walk, tmp_path, fold, best_s):
    # Sunday's 02:30 counts from twelve hours before noon: it is the second one
    window = Window(date(2026, 10, 25), time(2, 30, fold=fold), 60)
    assert seconds(transit(walk, tmp_path), walk, window)[1] == best_s


def test_the_day_before_the_clocks_change_is_an_hour_longer(walk, tmp_path):
    times = [TABLES["stop_times"][0], "sunday,25:10:00,25:10:00,a,1,,",
             "sunday,25:12:00,25:12:00,c,2,,"]  # fmt: skip
    calendar = [TABLES["calendar"][0], "SU,0,0,0,0,0,1,0,20261001,20270401"]
    found = transit(walk, tmp_path, stop_times=times, calendar=calendar)
    window = Window(date(2026, 10, 25), time(1, 10), 60)
    assert seconds(found, walk, window)[1] == 120.0


def test_an_hour_that_is_skipped_is_refused(walk, tmp_path):
    found = transit(walk, tmp_path)
    with pytest.raises(ParameterError, match="does not exist in Europe/Berlin"):
        found.at(Window(date(2027, 3, 28), time(2, 30), 60))


def test_a_day_outside_the_validity_is_refused_with_the_nearest_one(walk, tmp_path):
    found = transit(walk, tmp_path)
    with pytest.raises(OutsideValidityError, match="nearest Tuesday that it covers is 2027-03-30"):
        seconds(found, walk, Window(date(2027, 6, 1), time(16), 600))


def test_a_day_without_service_equals_walking_and_says_so(walk, tmp_path):
    found = transit(walk, tmp_path).at(Window(date(2026, 12, 5), time(10), 600))  # a Saturday
    assert found.departures == 0
    assert found.day.departures == 0
    assert found.day.is_unusual  # other Saturdays have one
    assert found.to_nearest(found.transit.demand, [walk.snap(at((400, 400)))]).travel_s == 600


BACK = [
    TABLES["stop_times"][0],
    "t1,16:05:00,16:05:00,a,1,,", "t1,16:06:00,16:06:00,b,2,,",
    "night,16:07:00,16:07:00,b,1,,", "night,16:08:00,16:08:00,c,2,,",
]  # fmt: skip
FIVE = Window(TUESDAY, time(16, 5), 60)


@pytest.mark.parametrize(("change_s", "best_s"), [(1, 180.0), (60, 180.0), (61, 360.0)])
def test_a_change_takes_at_least_its_time(walk, tmp_path, change_s, best_s):
    found = transit(walk, tmp_path, limits=Limits(change_s=change_s), stop_times=BACK)
    assert seconds(found, walk, FIVE)[1] == best_s


@pytest.mark.parametrize(
    ("rule", "best_s"), [("b,b,2,60", 180.0), ("b,b,2,61", 360.0), ("b,b,3,", 360.0),
                         ("b,b,1,", 180.0), ("b,b,0,", 360.0)],
)  # fmt: skip
def test_rules_of_transfers_come_before_the_change_time(walk, tmp_path, rule, best_s):
    rows = ["from_stop_id,to_stop_id,transfer_type,min_transfer_time", rule]
    found = transit(walk, tmp_path, limits=Limits(change_s=120), stop_times=BACK, transfers=rows)
    assert seconds(found, walk, FIVE)[1] == best_s


def test_who_changes_walks_to_a_stop_near_by(walk, tmp_path):
    stops = more("stops", stop_row("b2", 300, 0))  # a block further
    times = [row.replace("16:07:00,16:07:00,b", "16:07:15,16:07:15,b2") for row in BACK]
    found = transit(walk, tmp_path, limits=Limits(change_s=1), stops=stops, stop_times=times)
    assert seconds(found, walk, FIVE)[1] == 360.0  # 75 s of walk and a second of change
    times = [row.replace("16:07:15", "16:07:16") for row in times]
    found = transit(walk, tmp_path, limits=Limits(change_s=1), stops=stops, stop_times=times)
    assert seconds(found, walk, FIVE)[1] == 180.0


def test_platforms_of_a_station_are_joined_where_no_street_is(walk, tmp_path):
    stops = [
        *TABLES["stops"][:2], stop_row("b", 5000, 0, ",q"), stop_row("b2", 5000, 40, ",q"),
        stop_row("c", 400, 400), stop_row("q", 5000, 0, "1,"),
    ]  # fmt: skip
    times = [row.replace("16:07:00,16:07:00,b", "16:06:31,16:06:31,b2") for row in BACK]
    found = transit(walk, tmp_path, limits=Limits(change_s=1), stops=stops, stop_times=times)
    assert found.stops_unsnapped == 2
    assert seconds(found, walk, FIVE)[1] == 180.0  # 40 m take 30 s


BLOCK = {
    "trips": [
        TABLES["trips"][0], "r1,WD,t1,Stop b,k", "r1,WD,night,Stop c,k", "rs,SU,sunday,Stop c,k",
    ],
    "stop_times": [row.replace("16:07:00,16:07:00,b", "16:06:00,16:06:30,b") for row in BACK],
}  # fmt: skip


def test_whoever_sits_in_a_vehicle_stays_seated_for_its_next_trip(walk, tmp_path):
    found = transit(walk, tmp_path, limits=Limits(change_s=300), **BLOCK)
    assert seconds(found, walk, FIVE)[1] == 180.0
    alone = [row.removesuffix("k") for row in BLOCK["trips"]]
    found = transit(walk, tmp_path, limits=Limits(change_s=300), **{**BLOCK, "trips": alone})
    assert seconds(found, walk, FIVE)[1] == 360.0


@pytest.mark.parametrize(("block", "kind", "best_s"), [("", 4, 180.0), ("k", 5, 360.0)])
def test_rules_between_trips_seat_people_or_make_them_leave(walk, tmp_path, block, kind, best_s):
    trips = [row.removesuffix("k") + block for row in BLOCK["trips"]]
    rows = ["from_trip_id,to_trip_id,transfer_type", f"t1,night,{kind}"]
    found = transit(
        walk, tmp_path, limits=Limits(change_s=300), trips=trips, transfers=rows,
        stop_times=BLOCK["stop_times"],
    )  # fmt: skip
    assert seconds(found, walk, FIVE)[1] == best_s


def test_nobody_gets_on_or_off_where_it_is_excluded(walk, tmp_path):
    times = [*TABLES["stop_times"][:3], "t1,16:07:00,16:07:00,c,7,0,1",
             "t1,16:09:00,16:09:00,b,8,0,0"]  # fmt: skip
    found = transit(walk, tmp_path, stop_times=times)
    assert seconds(found, walk, FIVE)[1] == 360.0  # off at b, 300 s on foot


def test_rides_of_no_time_are_ridden_in_their_order(walk, tmp_path):
    times = [TABLES["stop_times"][0], "t1,16:05:00,16:05:00,a,1,,", "t1,16:05:00,16:05:00,b,2,,",
             "t1,16:05:00,16:05:00,c,3,,"]  # fmt: skip
    found = transit(walk, tmp_path, stop_times=times)
    assert seconds(found, walk, FIVE)[1] == 0.0


def test_two_departures_in_the_same_second_are_both_caught(walk, tmp_path):
    times = [
        TABLES["stop_times"][0],
        "t1,16:05:00,16:05:00,a,1,,", "t1,16:09:00,16:09:00,c,2,,",
        "night,16:05:00,16:05:00,a,1,,", "night,16:07:00,16:07:00,c,2,,",
    ]  # fmt: skip
    assert seconds(transit(walk, tmp_path, stop_times=times), walk, FIVE)[1] == 120.0
    swapped = [row.replace("t1", "x").replace("night", "t1").replace("x,", "night,")
               for row in times]  # fmt: skip
    assert seconds(transit(walk, tmp_path, stop_times=swapped), walk, FIVE)[1] == 120.0


def hours(opens: float, closes: float) -> OpenHours:
    return OpenHours(np.array([int(opens * 60)]), np.array([int(closes * 60)]))


@pytest.mark.parametrize(
    ("opens", "closes", "expected"),
    [
        (0, 60, (360.0, 120.0, 0.4)),  # open all the time
        (8, 60, (420.0, 180.0, 0.3)),  # the bus arrives a minute before it opens
        (0, 6, (np.inf, np.inf, 0.0)),  # closed when it comes, and ten minutes on foot
        (0, 11, (360.0, 120.0, 0.4)),  # on foot until 16:01 alone; after the bus nobody
    ],
)
def test_people_arrive_while_it_is_open(walk, tmp_path, opens, closes, expected):
    found = seconds(transit(walk, tmp_path), walk, TEN, hours=[hours(opens, closes)])
    assert found == (expected[0], expected[1], pytest.approx(expected[2]))


def test_of_several_offers_the_open_one_counts(walk, tmp_path):
    both = walk.snap(at([(400, 400), (0, 100)]))
    spans = OpenHours(np.array([0, 0]), np.array([3600, 120]))
    times = transit(walk, tmp_path).times([both], window=TEN, limits_s=[300], hours=[spans])
    # a block away until 16:02, so for who leaves at 16:00 alone; then as before
    assert (times.median_s[0, 0], times.best_s[0, 0]) == (300, 75)


def test_the_way_home_is_counted_back_from_being_at_home(walk, tmp_path):
    # from a by the bus at 16:05, at home at 16:07; else 600 s on foot
    found = transit(walk, tmp_path, home=(400, 400))
    window = Window(TUESDAY, time(16, 5), 300)
    median_s, best_s, share = seconds(found, walk, window, (0, 0), homeward=True)
    assert (median_s, best_s) == (240.0, 120.0)  # 600, 600, 120, 180, 240
    assert share == pytest.approx(0.6)


def test_one_leaves_home_again_while_it_is_open(walk, tmp_path):
    found = transit(walk, tmp_path, home=(400, 400))
    window = Window(TUESDAY, time(16, 5), 300)
    closes_before = [hours(-60, -1)]  # at 16:04: then one waits for the bus at 16:05
    found = seconds(found, walk, window, (0, 0), homeward=True, hours=closes_before)
    assert found == (300.0, 180.0, pytest.approx(0.6))  # 180, 240, 300 s, and twice not at all


def test_there_and_back_differ_on_a_line_of_one_direction(walk, tmp_path):
    found = transit(walk, tmp_path)
    assert seconds(found, walk, TEN, (400, 400))[1] == 120.0
    assert seconds(found, walk, TEN, (400, 400), homeward=True)[1] == 600.0


def test_with_the_face_of_a_network_it_answers_medians(walk, tmp_path):
    found = transit(walk, tmp_path)
    view = found.at(TEN)
    nearest = view.to_nearest(found.demand, [walk.snap(at((400, 400))), walk.snap(at((0, 0)))])
    assert (view.mode, nearest.travel_s.tolist()) == ("transit", [[360.0], [0.0]])
    assert nearest.supply.tolist() == [[0], [0]]
    others = walk.snap(at([(0, 0), (0, 100)]))
    assert view.to_nearest(others, [walk.snap(at((400, 400)))]).travel_s.tolist() == [[360, 525]]
    with pytest.raises(ParameterError, match="give `minutes`"):
        view.to_nearest(found.demand, [], with_distance=True)


def test_two_windows_are_kept_apart(walk, tmp_path):
    found = transit(walk, tmp_path)
    later = Window(TUESDAY, time(16, 6), 600)
    assert seconds(found, walk, TEN)[1] == 120.0
    assert seconds(found, walk, later)[1] == 600.0
    assert seconds(found, walk, TEN)[1] == 120.0


@pytest.mark.parametrize(
    ("setting", "value"), [("change_s", 0), ("access_s", -1), ("cap_s", 7 * 3600), ("final_s", 1.5)]
)
def test_limits_out_of_bounds_are_refused(setting, value):
    with pytest.raises(ParameterError, match=f"`{setting}` is {value}"):
        Limits(**{setting: value})


def test_a_timetable_in_another_crs_is_refused(walk, tmp_path):
    from dataclasses import replace

    timetable = timetable_of(tmp_path)
    foreign = replace(timetable, about=replace(timetable.about, crs="EPSG:25832"))
    with pytest.raises(ParameterError, match="read the feed with the region's CRS"):
        Transit(walk, foreign, walk.snap(at((0, 0))))


def test_the_walk_home_follows_the_directions_of_its_streets(tmp_path):
    from geo.network import Network
    from geo.transit.walks import final_walks
    from tests.toytown import Town

    # a ring whose south side leads east only: one rides there along it and pushes the bike back
    town = Town().way((0, 0), (400, 0), tags={"highway": "residential", "oneway": "yes"})
    town.way((400, 0), (400, 400), (0, 400), (0, 0))
    ring = Network.build(town.streets(), mode="bike", crs="EPSG:25833")
    home, offers = ring.snap(at((10, 0))), ring.snap(at([(390, 0), (390, 0)]))
    there = final_walks(ring, home, [offers], np.inf, outward=True)[0, 0]
    back = final_walks(ring, home, [offers], np.inf, outward=False)[0, 0]
    assert (there, back) == (92, 285)  # 380 m at 15 km/h, and pushed back at 4.8
    found = Transit(ring, timetable_of(tmp_path), home)
    for homeward, took in ((False, 92), (True, 285)):
        times = found.times([offers], window=TEN, limits_s=[100], homeward=homeward)
        assert times.walk_s[0, 0] == took
