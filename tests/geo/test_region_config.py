"""Every key of a region.toml, right and wrong."""

from datetime import date, datetime
from pathlib import Path

import pytest

from geo.errors import CRSError, RegionError
from geo.region_config import OPTIONAL_KEYS, REQUIRED_KEYS, read_config
from geo.region_file import load_region
from tests.toyregion import CONFIG, write_toml, write_toy_region


@pytest.fixture
def folder(tmp_path):
    return write_toy_region(tmp_path / "Öd").parent


@pytest.fixture
def check(folder):
    def read(**changes):
        return read_config(write_toml(folder / "region.toml", {**CONFIG, **changes}))

    return read


def test_toy_config_has_every_key_but_those_of_tables(check):
    tables = {
        key
        for key in OPTIONAL_KEYS
        if key.startswith(("offers", "timetable", "elevation", "bicycle"))
    }
    assert len(tables) == 10
    assert set(check()) == {*REQUIRED_KEYS, *OPTIONAL_KEYS} - tables - {"home"}  # about all of it


@pytest.mark.parametrize("key", REQUIRED_KEYS)
def test_required_key_may_not_be_missing(check, key):
    with pytest.raises(RegionError, match=rf"region\.toml of 'Öd': `{key}` is missing$"):
        check(**{key: None})


@pytest.mark.parametrize("key", OPTIONAL_KEYS)
def test_optional_key_may_be_missing(check, key):
    others = (
        {}
        if key != "population"
        else dict.fromkeys(("population_year", "population_source", "population_official"))
    )
    if key == "extract":  # nothing to read places from
        others = dict.fromkeys(("quarters",))
    assert key not in check(**{key: None}, **others)


def test_without_an_extract_nothing_can_be_read_from_it(check):
    with pytest.raises(RegionError) as caught:
        check(extract=None, boundary="relation:1", districts="admin_level:8", quarters="suburb")
    for key in ("boundary", "districts", "quarters"):
        assert f"`{key}` has to be a file where there is no `extract`" in str(caught.value)


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        ("id", "with space", "may hold letters, digits"),
        ("id", "", "may hold letters"),
        ("id", "-x", "begins with none of the two"),
        ("id", "../x", "may hold letters"),
        ("id", "Öd", "may hold letters"),
        ("id", 7, "may hold letters"),
        ("name", " ", "is no text"),
        ("name", ["a"], "is no text"),
        ("timezone", "Europe/Neubrandenburg", "is no IANA time zone such as Europe/Berlin"),
        ("timezone", "../../etc/passwd", "is no IANA time zone"),
        ("timezone", "", "is no IANA time zone"),
        ("timezone", "Europe", "is no IANA time zone"),
        ("timezone", 1, "is no IANA time zone"),
        ("country", "Germany", "is no country by ISO 3166-1"),
        ("country", "de", "is no country by ISO 3166-1"),
        ("subdivision", "DE-MV", "such as MV of DE-MV"),
        ("as_of", "2016-02-10", r"is no date; write it without quotes, as in 2016-02-10"),
        ("as_of", 2016, "is no date"),
        ("as_of", datetime(2016, 2, 10, 12), "is no date"),  # noqa: DTZ001 (as TOML has it)
        ("extract", "nowhere.osm.pbf", "is no file in"),
        ("extract", "../toy.osm.pbf", "lies outside; name a file in the folder of the region"),
        ("extract", "/etc/passwd", "lies outside"),
        ("extract", "..\\toy.osm.pbf", "lies outside"),
        ("extract", "", "is no text"),
        ("boundary", "nowhere.geojson", "is no file in"),
        ("boundary", "../x.geojson", "lies outside"),
        ("boundary", "relation:Neubrandenburg", "is neither a file nor of the form"),
        ("boundary", "relation:-5", "is neither a file nor of the form"),
        ("boundary", "admin_level:8", "is neither a file nor of the form"),
        ("districts", "admin_level:eight", "is neither a file nor of the form"),
        ("districts", "extent", "is no file in"),
        ("quarters", "Suburb", "is no place=. value of OpenStreetMap such as suburb"),
        ("quarters", "suburb, quarter", "nor several by ;"),
        ("quarters", "", "is no place"),
        ("population", "people.csv", "is no file in"),
        ("population", True, "is no text"),
        ("population_year", "2016", "is no year such as 2016"),
        ("population_year", 16, "is no year"),
        ("population_year", True, "is no year"),
        ("population_year", 2016.0, "is no year"),
        ("population_source", "", "is no text"),
        ("population_official", "yes", "is neither true nor false"),
        ("population_official", 1, "is neither true nor false"),
        ("attribution", [], "is no list of texts"),
        ("attribution", ["a", 7], "is no list of texts"),
        ("attribution", "", "is no list of texts"),
    ],
)
def test_value_that_is_not_allowed_is_said_with_its_key(check, key, value, fault):
    with pytest.raises(RegionError, match=rf"`{key}` .*{fault}"):
        check(**{key: value})


def test_all_faults_are_said_at_once(check):
    with pytest.raises(RegionError) as info:
        check(id="a b", as_of="2016-02-10", crs="EPSG:3857", extract="x", colour="red", name=None)
    said = str(info.value)
    for part in ("`id`", "`as_of`", "EPSG:3857", "`extract`", "`colour`", "`name` is missing"):
        assert part in said
    assert said.count("; `") >= 4


def test_crs_alone_is_a_fault_of_the_crs(check):
    with pytest.raises(CRSError, match="does not measure metres"):
        check(crs="EPSG:3857")
    with pytest.raises(RegionError, match="`crs` 25833 is no text"):
        check(crs=25833)


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [("popualtion", "population"), ("Boundary", "boundary"), ("attributions", "attribution")],
)
def test_unknown_key_is_refused_and_the_near_one_named(check, wrong, meant):
    with pytest.raises(RegionError, match=rf"`{wrong}` is not a key of a region; is `{meant}` me"):
        check(**{wrong: "x"})


def test_year_without_population_contradicts_itself(check):
    with pytest.raises(RegionError, match=r"`population_year` stands there without `population`"):
        check(population=None)


def test_one_attribution_may_be_a_text(check):
    assert check(attribution="© Öd")["attribution"] == ["© Öd"]


def test_file_in_a_folder_below_is_allowed(folder, check):
    (folder / "karten").mkdir()
    (folder / "municipalities.geojson").rename(folder / "karten/Gemeinden Süd.geojson")
    name = "karten/Gemeinden Süd.geojson"
    check(boundary=name, districts=name, population=name)
    assert len(load_region(folder / "region.toml").finest) == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_windows_line_ends_and_byte_order_mark_are_read(folder, encoding):
    path = folder / "region.toml"
    path.write_bytes(path.read_text("utf-8").replace("\n", "\r\n").encode(encoding))
    config = read_config(path)
    assert (config["name"], config["as_of"]) == ("Ödland", date(2024, 5, 1))


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"\nid = x", r"is not valid TOML: .*line 2"),
        (b"[region]\nid = 'x'", r"`region` is not a key"),
        (b"", r"`id` is missing; .*`attribution` is missing"),
        ("name = 'Öd'".encode("cp1252"), r"is not in UTF-8 .*save it so"),
        (b"id = 'a'\nid = 'b'", r"is not valid TOML"),
        (b"as_of = 2016-02-30", r"is not valid TOML"),
    ],
)
def test_file_that_is_no_config_is_said(tmp_path, content, fault):
    path = tmp_path / "region.toml"
    path.write_bytes(content)
    with pytest.raises(RegionError, match=fault):
        read_config(path)


def test_missing_file_is_said(tmp_path):
    with pytest.raises(RegionError, match=r"there is no region\.toml in .*; a region needs one"):
        load_region(tmp_path / "region.toml")


def test_every_key_has_its_heading_in_the_documentation():
    text = (Path(__file__).parents[2] / "docs/regions.md").read_text("utf-8")
    told = {line[4:] for line in text.splitlines() if line.startswith("### ")}
    assert told == {*REQUIRED_KEYS, *OPTIONAL_KEYS}


def test_smallest_region_of_the_documentation_works(folder):
    text = (Path(__file__).parents[2] / "docs/regions.md").read_text("utf-8")
    example = text.partition("```toml\n")[2].partition("```")[0]
    (folder / "toy.osm.pbf").rename(folder / "oedland.osm.pbf")
    path = folder / "region.toml"
    path.write_text(example, encoding="utf-8")
    region = load_region(path)
    assert (region.finest["name"].tolist(), region.boundary.area > 400_000) == (["Ödland"], True)
