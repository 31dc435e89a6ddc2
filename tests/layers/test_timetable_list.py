"""Lines and stops as a scenario names them, and a new line that a scenario adds."""

from pathlib import Path

import pytest

from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.coverage import coverage
from layers.scenario import ScenarioError, check_scenario
from layers.scenario_atlas import apply
from layers.timetable_list import lines_of, natural, stops_of
from tests.gtfsfile import more
from tests.toytransit import TEN, build_toy_with_timetable

EVERY = {"every_min": 2, "from": "15:00", "until": "18:00"}


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory, taxonomy_path: Path) -> Atlas:
    routes = more("routes", "r10,10,,0", "r2,2,,3")
    trips = more("trips", "r10,WD,x1,Stop c,", "r10,WD,x2,Stop c,", "r2,WD,y1,Stop a,")
    calls = more(
        "stop_times",
        "x1,07:00:00,07:00:00,a,1,,", "x1,07:05:00,07:05:00,c,2,,",
        "x2,07:20:00,07:20:00,a,1,,", "x2,07:25:00,07:25:00,c,2,,",
        "y1,08:00:00,08:00:00,b,1,,", "y1,08:02:00,08:02:00,a,2,,",
    )  # fmt: skip
    return build_toy_with_timetable(
        tmp_path_factory.mktemp("lists"), taxonomy_path, routes=routes, trips=trips,
        stop_times=calls,
    )  # fmt: skip


def test_lines_stand_by_number_with_their_ends_and_headway(atlas: Atlas):
    found = lines_of(atlas)
    assert [line.line for line in found] == ["1", "2", "10", "Sonntagslinie"]
    ten = found[2]
    assert (ten.kind, ten.ends, ten.departures, ten.every_min) == (0, ("Stop a", "Stop c"), 2, 20)
    assert found[1].every_min is None  # one trip has no headway


def test_stops_say_which_lines_call_there(atlas: Atlas):
    found = stops_of(atlas)
    assert [stop.stop for stop in found] == ["Stop a", "Stop b", "Stop c"]
    assert found[0].lines == ("1", "2", "10", "Sonntagslinie")
    assert found[0].departures == 4  # t1, night, x1, x2; nothing leaves with y1
    assert found[2].departures == 0


@pytest.mark.parametrize(
    ("words", "lines", "stops"),
    [
        ("stop b", ["2"], ["Stop b"]),
        ("SONNTAG", ["Sonntagslinie"], []),
        ("a", ["1", "2", "10", "Sonntagslinie"], ["Stop a"]),
        ("top", [], []),
    ],
)
def test_words_are_looked_for_at_the_start_of_words(words, lines, stops, atlas: Atlas):
    assert [line.line for line in lines_of(atlas, words=words)] == lines
    assert [stop.stop for stop in stops_of(atlas, words=words)] == stops


def test_numbers_are_sorted_by_their_value():
    assert sorted(["10", "2a", "2", "M10", "M2"], key=natural) == ["2", "2a", "10", "M2", "M10"]


def test_a_region_without_a_timetable_has_no_lines(toy_atlas: Atlas):
    with pytest.raises(ParameterError, match="umkreis region timetable toy"):
        lines_of(toy_atlas)


def test_a_new_line_covers_more(atlas: Atlas):
    change = {"do": "add_line", "name": "N1", "stops": ["Stop c", "Stop b"], **EVERY}
    tried = apply(atlas, check_scenario({"version": 1, "changes": [change]}))
    asked = {"category": "repair_cafe", "mode": "transit", "window": TEN, "minutes": 5}
    before, after = (coverage(each, **asked).totals.covered for each in (atlas, tried))
    assert tried.timetable is not None
    assert "N1" in tried.timetable.line_name
    assert before is not None
    assert after is not None
    assert after >= before


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"stops": ["Stop a"]}, "no list of 2 to 60 stops"),
        ({"stops": "Stop a"}, "no list of 2 to 60 stops"),
        ({"stops": ["Stop a", 7]}, "no list of 2 to 60 stops"),
        ({"speed_kmh": 500}, "not km/h from 3 to 200"),
        ({"until": "05:00", "from": "06:00"}, "`until` is not after `from`"),
        ({"name": ""}, "`name` is no id"),
        ({"stops": ["Stop a", "Stop z"]}, "`stop` 'Stop z' is not in the timetable"),
    ],
)
def test_a_new_line_with_faults_is_refused(other, message: str, atlas: Atlas):
    change = {
        "do": "add_line",
        "name": "N1",
        "stops": ["Stop a", "Stop b"],
        "every_min": 5,
        **other,
    }
    with pytest.raises(ScenarioError, match=message):
        apply(atlas, check_scenario({"version": 1, "changes": [change]}))


def test_a_scenario_changes_a_timetable_fifty_times_at_most():
    rows = [{"do": "close_stop", "stop": "a"}] * 51
    with pytest.raises(ScenarioError, match="change the timetable 51 times, at most 50"):
        check_scenario({"version": 1, "changes": rows})
