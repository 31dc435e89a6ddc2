"""The coming days by bus: each date has departures of its own."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from geo.errors import ParameterError
from geo.transit.errors import OutsideValidityError
from layers.agenda import Agenda, agenda
from layers.atlas import Atlas
from layers.build import build_atlas
from layers.scenario import check_scenario
from layers.scenario_atlas import apply
from tests.toyregion import toy_lonlat, write_toy_region
from tests.toytransit import build_toy_with_timetable

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 11, 23, 10, tzinfo=BERLIN)
LON, LAT = (float(x) for x in toy_lonlat((25.0, 15.0))[0])
# 8 minutes: the bus of Tuesdays, 16:05, is there by 16:10; on foot it takes longer
ASKED = {"lon": LON, "lat": LAT, "mode": "transit", "minutes": 8}


def opened(atlas: Atlas, hours: str) -> Atlas:
    change = {"do": "change_hours", "offer": "osm:n1002", "opening_hours": hours}
    return apply(atlas, check_scenario({"version": 1, "changes": [change]}))


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory, taxonomy_path: Path) -> Atlas:
    return build_toy_with_timetable(tmp_path_factory.mktemp("week"), taxonomy_path)


def starts(found: Agenda) -> list[str]:
    return [f"{e.span.start:%a %H:%M}" for day in found.days for e in day.entries]


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        ("Tu 16:10-18:00", ["Tue 16:10"]),
        ("Tu 16:10-16:40; We 09:00-10:00", ["Tue 16:10"]),  # no bus on Wednesday at nine
        ("Tu 16:00-18:00", []),  # it comes later than it begins
        ("Tu,Th 16:10-18:00", ["Tue 16:10", "Thu 16:10"]),
    ],
)
def test_a_date_counts_that_the_bus_reaches_in_time(atlas: Atlas, hours: str, told: list[str]):
    found = agenda(opened(atlas, hours), moment=MONDAY, **ASKED)
    assert starts(found) == told
    assert all(0 < e.hit.travel_s <= 480 for day in found.days for e in day.entries)


def test_what_has_begun_is_reached_by_leaving_at_once(atlas: Atlas):
    region = opened(atlas, "Tu 15:00-16:20")
    at_four = datetime(2026, 11, 24, 16, tzinfo=BERLIN)
    assert starts(agenda(region, moment=at_four, **ASKED)) == ["Tue 15:00"]
    assert starts(agenda(region, moment=at_four.replace(minute=6), **ASKED)) == []  # it has left


def test_dates_beyond_the_timetable_are_counted(atlas: Atlas):
    region = opened(atlas, "Tu 16:10-18:00")
    last = datetime(2027, 3, 30, 10, tzinfo=BERLIN)  # valid until 1 April
    found = agenda(region, moment=last, days=14, **ASKED)
    assert starts(found) == ["Tue 16:10"]
    assert found.left_out.no_timetable == 1
    with pytest.raises(OutsideValidityError, match="outside the timetable"):
        agenda(region, moment=last.replace(month=5), **ASKED)


def test_what_it_does_not_take_is_refused(atlas: Atlas, tmp_path: Path, taxonomy_path: Path):
    with pytest.raises(ParameterError, match="`speed_kmh` is for mode walk or stepfree"):
        agenda(atlas, moment=MONDAY, speed_kmh=3, **ASKED)
    write_toy_region(tmp_path / "toy")
    still = build_atlas(tmp_path / "toy", taxonomy_path, tmp_path / "atlas", base_map=False)
    with pytest.raises(ParameterError, match="umkreis region timetable toy"):
        agenda(still, moment=MONDAY, **ASKED)
