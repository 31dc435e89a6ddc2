"""Regions made of a region.toml, its files and its extract."""

import json
import logging
from pathlib import Path

import numpy as np
import pytest
import shapely

from geo.errors import CRSError, ExtractError, RegionError
from geo.region_file import load_region
from tests.toyregion import CONFIG, toy_lonlat, toy_xy, write_toml, write_toy_region

WEST, EAST = (-100, -100, 200, 500), (200, -100, 500, 500)


def shape(*boxes, holes=()):
    """Make a GeoJSON geometry of boxes in local metres, with boxes as holes of the first."""

    def ring(left, bottom, right, top):
        corners = [(left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)]
        return toy_lonlat(np.array(corners)).tolist()

    parts = [[ring(*box)] for box in boxes]
    parts[0] += [ring(*hole) for hole in holes]
    if len(parts) == 1:
        return {"type": "Polygon", "coordinates": parts[0]}
    return {"type": "MultiPolygon", "coordinates": parts}


NO_COUNTS = dict.fromkeys(
    ("population", "population_year", "population_source", "population_official")
)


def write_districts(path: Path, *districts: dict) -> None:
    features = [
        {
            "type": "Feature",
            "properties": {k: v for k, v in district.items() if k != "shape"},
            "geometry": district["shape"],
        }
        for district in districts
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def folder(tmp_path):
    return write_toy_region(tmp_path / "Öd").parent


@pytest.fixture
def load(folder):
    """Load the toy region with other districts or keys."""

    def load_it(*districts, **config):
        if districts:
            write_districts(folder / "municipalities.geojson", *districts)
        return load_region(write_toml(folder / "region.toml", {**CONFIG, **config}))

    return load_it


A = {"id": "A", "name": "Altöd", "population": 320, "shape": shape(WEST)}
N = {"id": "N", "name": "Neuöd", "population": 640, "shape": shape(EAST)}


# --- what a region holds


def test_a_region_is_about_all_of_it_or_one_municipality_of_it(tmp_path):
    toml = write_toy_region(tmp_path / "all")
    region = load_region(toml)
    assert (region.home, region.at_home.all()) == ("", True)
    first = region.municipalities["district_id"].iloc[0]
    toml.write_text(f'home = "{first}"\n{toml.read_text("utf-8")}', "utf-8")
    region = load_region(toml)
    assert region.at_home.tolist() == (region.municipality_of_finest == 0).tolist()
    assert not region.at_home.all()
    toml.write_text(toml.read_text("utf-8").replace(first, "nowhere", 1), "utf-8")
    with pytest.raises(RegionError, match="`home` 'nowhere' is no municipality of the region"):
        load_region(toml)


def test_toy_region_has_one_municipality_and_two_quarters(toy_region):
    assert toy_region.finest["name"].tolist() == ["Altöd", "Süd", "Nord"]
    assert toy_region.municipalities["population"].tolist() == [320, 640]
    assert toy_region.municipalities["population_year"].tolist() == [2023, 2023]
    assert toy_region.districts_without_data == ()
    areas = toy_region.finest.geometry.area.to_numpy()
    assert areas == pytest.approx([180_000, 90_000, 90_000], rel=1e-4)


def test_cut_municipality_has_half_of_its_area_inside(tmp_path):
    region = load_region(write_toy_region(tmp_path, cut=True))
    assert region.municipalities["share_inside"].tolist() == pytest.approx([1, 0.5], abs=1e-4)
    assert region.municipalities["population"].tolist() == [320, 640]  # of the whole
    assert region.boundary.area == pytest.approx(270_000, rel=1e-4)


def test_district_wholly_beyond_the_data_is_named(tmp_path, caplog):
    with caplog.at_level(logging.INFO):
        region = load_region(write_toy_region(tmp_path, far_municipality=True))
    assert region.districts_without_data == ("Ferndorf",)
    assert "Ferndorf" not in region.districts["name"].to_list()
    assert "3 districts, 1 beyond the data" in caplog.text


def test_district_outside_the_boundary_was_never_asked_for(folder, load):
    write_districts(folder / "study.geojson", A)
    region = load(A, N, boundary="study.geojson", quarters=None)
    assert region.districts["name"].to_list() == ["Altöd"]
    assert region.districts_without_data == ()


def test_extent_as_boundary_takes_in_what_the_data_has(load):
    far = {"id": "F", "name": "Fern", "population": 9, "shape": shape((9000, 0, 9500, 500))}
    region = load(A, N, far, boundary="extent", quarters=None)
    assert region.districts["name"].to_list() == ["Altöd", "Neuöd"]
    assert region.districts_without_data == ()
    assert shapely.equals(region.boundary, region.extent)
    assert region.share_without_district == pytest.approx(1 - 360_000 / region.extent.area)


def test_area_without_district_is_measured(folder, load):
    write_districts(folder / "study.geojson", A, N)
    region = load(A, boundary="study.geojson", quarters=None)
    assert region.share_without_district == pytest.approx(0.5, abs=1e-4)


def test_without_districts_the_region_is_one(load):
    region = load(boundary="municipalities.geojson", districts=None, quarters=None, **NO_COUNTS)
    assert region.finest[["district_id", "name"]].to_numpy().tolist() == [["toy", "Ödland"]]
    assert region.boundary.area == pytest.approx(360_000, rel=1e-4)
    assert np.isnan(region.finest["population"]).all()


def test_without_boundary_the_region_is_the_extent(load):
    region = load(boundary=None, quarters=None)
    assert shapely.equals(region.boundary, region.extent)


def test_enclave_and_hole_are_districts_like_others(load):
    outer = {
        "id": "A",
        "name": "Ring",
        "shape": shape((-100, -100, 500, 500), holes=[(0, 0, 100, 100)]),
    }
    inner = {"id": "E", "name": "Enklave", "shape": shape((0, 0, 100, 100))}
    region = load(outer, inner, quarters=None, **NO_COUNTS)
    assert region.finest.geometry.area.to_numpy() == pytest.approx([350_000, 10_000], rel=1e-3)
    assert region.locate(toy_xy([(50, 50), (150, 150)])).tolist() == [1, 0]


def test_district_of_several_parts_is_one(load):
    parts = {**A, "shape": shape(WEST, (300, 0, 400, 100))}
    region = load(parts, quarters=None)
    assert region.finest.geometry.geom_type.tolist() == ["MultiPolygon"]
    assert region.locate(toy_xy([(0, 0), (350, 50), (250, 50)])).tolist() == [0, 0, -1]


def test_districts_are_sorted_by_id_whatever_the_file_does(load):
    assert load(N, A, quarters=None).finest["district_id"].tolist() == ["A", "N"]


@pytest.mark.parametrize(
    ("heading_id", "heading_name", "heading_count"),
    [("AGS", "GEN", "EWZ"), ("ags", "name", "population"), ("ARS", "Name", "Einwohner")],
)
def test_headings_of_offices_are_understood(load, heading_id, heading_name, heading_count):
    district = {heading_id: "01", heading_name: "Öd", heading_count: 7, "shape": shape(WEST)}
    region = load(district, quarters=None)
    assert region.finest[["district_id", "name"]].to_numpy().tolist() == [["01", "Öd"]]
    assert region.finest["population"].tolist() == [7]


def test_numbers_as_ids_stay_whole(load):
    districts = [{**A, "id": 13071107, "note": 1.5}, {**N, "id": 13071010}]
    assert load(*districts, quarters=None).finest["district_id"].tolist() == [
        "13071010",
        "13071107",
    ]


# --- what is refused


@pytest.mark.parametrize(
    ("districts", "fault"),
    [
        ([A, {**N, "id": "A"}], "the same id twice: A; join the parts"),
        ([A, {**N, "id": None}], "no 'district_id' in feature 2"),
        ([A, {**N, "id": " "}], "no 'district_id' in feature 2"),
        ([A, {**N, "name": None}], "no 'name' in feature 2"),
        ([{"name": "x", "shape": shape(WEST)}], "no property 'district_id' .*the file has name"),
        ([{"id": "x", "shape": shape(WEST)}], "no property 'name' .or gen, label."),
        (
            [A, {**N, "shape": shape((150, -100, 500, 500))}],
            "region 'toy': districts overlap: Altöd and Neuöd; mend their shapes",
        ),
        ([A, {**N, "shape": shape((0, 0, 100, 100))}], "overlap: Altöd and Neuöd"),
    ],
)  # fmt: skip
def test_districts_that_contradict_each_other_are_refused(load, districts, fault):
    with pytest.raises(RegionError, match=fault):
        load(*districts, **NO_COUNTS)


def test_sliver_between_districts_is_no_overlap(load):
    region = load(A, {**N, "shape": shape((199, -100, 500, 500))}, quarters=None)
    assert len(region.finest) == 2
    assert region.locate(toy_xy([(199.5, 0)])).tolist() == [0]


def test_extract_that_does_not_meet_the_boundary_is_said_with_both_boxes(load):
    far = {**A, "shape": shape((9000, 0, 9500, 500))}
    with pytest.raises(
        RegionError,
        match=r"toy\.osm\.pbf \(lon 13\.262 to 13\.273, .*meet the boundary \(lon 13\.400 to 13\.40"
        r".*use an extract that covers the region",
    ):
        load(far)


def test_swapped_coordinates_are_recognised(load):
    swapped = json.loads(json.dumps(A))
    swapped["shape"]["coordinates"] = [[[y, x] for x, y in A["shape"]["coordinates"][0]]]
    with pytest.raises(RegionError, match="its coordinates are lat, lon; GeoJSON wants lon, lat"):
        load(swapped)


def test_boundary_that_only_touches_the_extract_does_not_meet_it(load):
    east = toy_lonlat((550, -150))[0, 0].round(7)  # the toy box, seven decimals as in the file
    ring = [[east, 53.542], [east + 0.001, 53.542], [east + 0.001, 53.543], [east, 53.542]]
    touching = {**A, "shape": {"type": "Polygon", "coordinates": [ring]}}
    with pytest.raises(RegionError, match="does not meet the boundary"):
        load(touching)


def test_districts_of_another_region_are_refused(folder, load):
    write_districts(folder / "study.geojson", A)
    far = {"id": "F", "name": "Fern", "population": 9, "shape": shape((9000, 0, 9500, 500))}
    with pytest.raises(RegionError, match="none of them lies in the study area"):
        load(far, boundary="study.geojson", quarters=None)


@pytest.mark.parametrize("crs", ["EPSG:25829", "EPSG:3034"])
def test_crs_made_for_elsewhere_is_refused(load, crs):
    with pytest.raises(CRSError, match=r"lengths wrong by 3% at lon 13.27, lat 53.54"):
        load(crs=crs)


@pytest.mark.parametrize("crs", ["EPSG:25832", "EPSG:3035", "EPSG:31468"])
def test_areas_hardly_depend_on_the_crs(load, crs):
    assert load(crs=crs).boundary.area == pytest.approx(360_000, rel=0.003)


def test_damaged_extract_is_said(folder, load):
    path = folder / "toy.osm.pbf"
    path.write_bytes(path.read_bytes()[:600])
    with pytest.raises(ExtractError, match="truncated or damaged"):
        load()


# --- districts and boundary of the extract


def test_relation_as_boundary_and_admin_level_as_districts(load):
    region = load(boundary="relation:3003", districts="admin_level:8", **NO_COUNTS)
    assert region.municipalities["district_id"].tolist() == ["r3001", "r3002"]
    assert region.municipalities["shape_source"].unique().tolist() == [
        "OpenStreetMap admin_level=8"
    ]
    assert region.boundary.area == pytest.approx(360_000, rel=1e-4)


def test_unknown_relation_is_refused_and_the_closed_ones_named(load):
    with pytest.raises(
        RegionError, match=r"`boundary` relation:62: .*closed are: .*3001 \(Altöd\)"
    ):
        load(boundary="relation:62")


def test_relation_that_the_extract_cuts_is_not_closed(tmp_path):
    toml = write_toy_region(tmp_path, cut=True, config={"boundary": "relation:3003"})
    with pytest.raises(RegionError, match=r"closed are: 3001 \(Altöd\)$"):
        load_region(toml)


def test_unknown_admin_level_is_refused_and_the_levels_named(load):
    with pytest.raises(
        RegionError, match=r"admin_level:9: the extract closes no such relation; it has levels 6, 8"
    ):
        load(districts="admin_level:9")


def test_levels_that_do_not_close_are_counted_and_their_area_measured(tmp_path):
    config = {"boundary": "extent", "districts": "admin_level:8", "quarters": None}
    toml = write_toy_region(tmp_path, cut=True, population=False, quarters=True, config=config)
    region = load_region(toml)
    assert region.districts["name"].tolist() == ["Altöd"]
    assert region.share_without_district > 0.3


# --- counts of people


@pytest.mark.parametrize(
    ("count", "read"),
    [(320, 320), (0, 0), (320.0, 320), ("320", 320), (" 320 ", 320), ("007", 7), (10**9, 10**9)],
)
def test_plain_whole_numbers_are_counts(load, count, read):
    assert load({**A, "population": count}, N).municipalities["population"].tolist() == [read, 640]


@pytest.mark.parametrize("count", [None, "", "  "])
def test_missing_count_is_unknown_and_has_no_year(load, count):
    municipalities = load({**A, "population": count}, N).municipalities
    assert np.isnan(municipalities["population"][0])
    assert np.isnan(municipalities["population_year"][0])
    assert municipalities["population"][1] == 640


@pytest.mark.parametrize(
    "count",
    ["1.234", "1,234", "1 234", "1'234", 1.234, 63.437, "320 (2023)", "k. A.", "-", "x", "１２",
     True, [320], {"n": 1}],
)  # fmt: skip
def test_anything_else_is_refused_never_guessed(load, count):
    with pytest.raises(
        RegionError, match=r"A has .*, no plain whole number; write 1234 for a thou"
    ):
        load({**A, "population": count}, N)


@pytest.mark.parametrize("count", [-1, "-9", -9999.0])
def test_negative_count_is_refused(load, count):
    with pytest.raises(
        RegionError, match=r"A has the negative count -9*1*; leave unknown ones out"
    ):
        load({**A, "population": count}, N)


def test_faults_of_several_counts_are_said_at_once(load):
    with pytest.raises(RegionError, match=r"A has '1\.234'.*; N has the negative count"):
        load({**A, "population": "1.234"}, {**N, "population": -1})


def test_counts_may_stand_in_a_file_of_their_own(folder, load):
    counts = [{"id": i, "population": n, "shape": shape(WEST)} for i, n in (("A", 1), ("X", 2))]
    write_districts(folder / "people.geojson", *counts)
    population = load(population="people.geojson").municipalities["population"]
    assert population[0] == 1
    assert np.isnan(population[1])


def test_counts_of_other_districts_are_refused(folder, load):
    write_districts(
        folder / "people.geojson", {"id": "05111000", "population": 1, "shape": shape(WEST)}
    )
    with pytest.raises(
        RegionError, match=r"people\.geojson: none of its ids is a district's: it has 05111000, the"
    ):
        load(population="people.geojson")


def test_file_without_counts_is_refused(folder, load):
    write_districts(folder / "people.geojson", {"id": "A", "inhabitants": 1, "shape": shape(WEST)})
    with pytest.raises(
        RegionError, match=r"no property 'population' .*the file has id, inhabitants$"
    ):
        load(population="people.geojson")


def test_each_count_may_have_its_own_source_and_year(load):
    own = {**A, "population_source": "church book", "population_year": 1799}
    municipalities = load(own, N).municipalities
    assert municipalities["population_source"].tolist() == ["church book", "counted by hand"]
    assert municipalities["population_year"].tolist() == [1799, 2023]


def test_count_without_source_is_refused(load):
    with pytest.raises(RegionError, match=r"`population_source` is missing for Neuöd; say in regi"):
        load({**A, "population_source": "church book"}, N, population_source=None)


def test_count_without_year_is_allowed(load):
    assert np.isnan(load(population_year=None).municipalities["population_year"]).all()


# --- real regions


def test_demo_region_has_36_districts_and_its_people_add_up(demo_region):
    levels = demo_region.finest["level"].value_counts().to_dict()
    assert levels == {"quarter": 25, "municipality": 11}
    municipalities = demo_region.municipalities
    assert municipalities["population"].sum() == 77_428
    inside = (municipalities["population"] * municipalities["share_inside"]).sum()
    assert inside == pytest.approx(75_679, abs=1)
    assert municipalities["share_inside"].min() == pytest.approx(0.578, abs=1e-3)
    assert not demo_region.population_official
    assert municipalities["population_year"].isna().all()
    assert demo_region.share_without_district < 1e-6


def test_quarters_of_the_demo_fill_their_municipality(demo_region):
    town = demo_region.municipalities.set_index("name").loc["Neubrandenburg"]
    quarters = demo_region.finest[demo_region.finest["parent_id"] == town["district_id"]]
    assert quarters.geometry.area.sum() == pytest.approx(town["geometry"].area, rel=1e-9)
    assert set(quarters["shape_source"]) == {"nearest place=suburb (Voronoi cell)"}


def test_liechtenstein_has_its_11_municipalities(liechtenstein_toml):
    region = load_region(liechtenstein_toml)
    assert sorted(region.finest["name"]) == [
        "Balzers", "Eschen", "Gamprin", "Mauren", "Planken", "Ruggell", "Schaan", "Schellenberg",
        "Triesen", "Triesenberg", "Vaduz",
    ]  # fmt: skip
    assert region.boundary.area == pytest.approx(160e6, rel=0.02)  # 160 km²
    assert region.share_without_district < 1e-6
    assert region.finest["population"].isna().all()


def test_helsinki_is_its_extent_divided_among_suburbs(helsinki_toml):
    region = load_region(helsinki_toml)
    assert shapely.equals(region.boundary, region.extent)
    assert region.municipalities["name"].tolist() == ["Helsinki"]
    assert sorted(region.finest["name"]) == [
        "Hakaniemi", "Kaartinkaupunki", "Kaisaniemi", "Kluuvi", "Siltasaari",
    ]  # fmt: skip
    assert region.finest.geometry.area.sum() == pytest.approx(region.extent.area, rel=1e-9)
