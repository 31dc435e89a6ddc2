from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from geo.errors import ParameterError
from geo.transit.journey import Journey, last_journey, next_journey
from geo.transit.limits import Limits
from geo.transit.transit import Transit
from tests.gtfsfile import TABLES, timetable_of, walk_network
from tests.toytown import at

BERLIN = ZoneInfo("Europe/Berlin")
TUESDAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def walk():
    return walk_network()


def clock(moment: datetime) -> str:
    return moment.strftime("%a %H:%M:%S")


def go(walk, folder, hour, minute, home=(0, 100), **tables) -> Journey:
    transit = Transit(walk, timetable_of(folder, **tables), walk.snap(np.zeros((0, 2))),
                      limits=Limits(change_s=60))  # fmt: skip
    moment = datetime(2026, 11, 24, hour, minute, tzinfo=BERLIN)
    return next_journey(transit, walk.snap(at(home)), walk.snap(at((300, 400))), moment)


def test_the_departure_to_take_is_the_latest_that_arrives_first(walk, tmp_path):
    found = go(walk, tmp_path, 16, 1)
    assert (clock(found.leaves), clock(found.arrives)) == ("Tue 16:03:45", "Tue 16:08:15")
    (leg,) = found.legs
    assert (leg.line, leg.headsign, leg.from_stop, leg.to_stop) == (
        "1", "Stop c", "Stop a", "Stop c",
    )  # fmt: skip
    assert (clock(leg.leaves), clock(leg.arrives)) == ("Tue 16:05:00", "Tue 16:07:00")
    assert (found.walk_s, found.travel_s) == (150, 270)


def test_changes_are_legs_in_order(walk, tmp_path):
    times = [
        TABLES["stop_times"][0],
        "t1,16:05:00,16:05:00,a,1,,", "t1,16:06:00,16:06:00,b,2,,",
        "night,16:07:00,16:07:00,b,1,,", "night,16:08:00,16:08:00,c,2,,",
    ]  # fmt: skip
    found = go(walk, tmp_path, 16, 2, stop_times=times)
    assert [(leg.from_stop, leg.to_stop) for leg in found.legs] == [
        ("Stop a", "Stop b"), ("Stop b", "Stop c"),
    ]  # fmt: skip
    assert clock(found.arrives) == "Tue 16:09:15"


def test_who_is_faster_on_foot_walks_at_once(walk, tmp_path):
    found = go(walk, tmp_path, 17, 0)
    assert found.legs == ()
    assert (clock(found.leaves), found.travel_s) == ("Tue 17:00:00", 450)


def test_the_last_way_home_may_be_after_midnight(walk, tmp_path):
    transit = Transit(walk, timetable_of(tmp_path), walk.snap(np.zeros((0, 2))))
    places = walk.snap(at((0, 100))), walk.snap(at((400, 400)))
    found = last_journey(transit, *places, TUESDAY)
    assert found is not None
    assert (clock(found.leaves), clock(found.arrives)) == ("Wed 01:08:45", "Wed 01:12:00")
    early = last_journey(transit, *places, TUESDAY, until=time(0, 30))
    assert early is not None
    assert clock(early.legs[0].leaves) == "Tue 16:05:00"


def test_without_any_ride_there_is_no_last_way_home(walk, tmp_path):
    transit = Transit(walk, timetable_of(tmp_path), walk.snap(np.zeros((0, 2))))
    assert last_journey(transit, walk.snap(at((400, 400))), walk.snap(at((0, 0))), TUESDAY) is None


def test_a_moment_needs_its_zone_and_a_way(walk, tmp_path):
    transit = Transit(walk, timetable_of(tmp_path), walk.snap(np.zeros((0, 2))))
    here, nowhere = walk.snap(at((0, 0))), walk.snap(at((9000, 0)))
    with pytest.raises(ParameterError, match="no time zone"):
        next_journey(transit, here, here, datetime(2026, 11, 24, 16))  # noqa: DTZ001
    with pytest.raises(ParameterError, match="no way between both places"):
        next_journey(transit, here, nowhere, datetime(2026, 11, 24, 16, tzinfo=UTC))
