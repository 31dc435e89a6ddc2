"""People on buildings: nobody is lost, nobody counts twice."""

import logging
import math
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.crs import geometry_to_lonlat
from geo.errors import PopulationError
from geo.osm import Areas
from geo.population import basis_from_dict, basis_to_dict, read_population, spread
from geo.region_file import load_region
from tests.toyregion import CRS, HOUSES, toy_xy, write_toy_region


def areas(*rows, broken=0):
    """Make areas of (x, y, width, depth, tags) in local metres, (x, y) the middle."""
    shapes = [shapely.box(x - w / 2, y - d / 2, x + w / 2, y + d / 2) for x, y, w, d, _ in rows]
    placed = [shapely.transform(shape, toy_xy) for shape in shapes]
    geometry = geometry_to_lonlat(np.array(placed, object), CRS)
    return Areas([f"w{i}" for i in range(len(rows))], [r[4] for r in rows], geometry, broken)


def house(x, y, *, width=10.0, depth=10.0, **tags):
    tags = {"building": "house", **{k.replace("__", ":"): v for k, v in tags.items()}}
    return (x, y, width, depth, tags)


NO_LAND = areas()


@pytest.fixture(scope="module")
def toy_population(toy_region):
    return read_population(toy_region, toy_region.extract)


@pytest.fixture(scope="module")
def demo_population(demo_region):
    return read_population(demo_region, demo_region.extract)


def with_counts(region, *counts):
    """Give the municipalities of a region other counts."""
    districts = region.districts.copy()
    rows = districts["level"] == "municipality"
    districts.loc[rows, "population"] = np.array(counts, float)
    return replace(region, districts=districts)


# --- the toy region's arithmetic


def test_each_house_has_its_share(toy_population, toy_region):
    assert len(toy_population.xy) == 64
    assert toy_population.xy == pytest.approx(toy_xy(HOUSES), abs=0.02)
    in_altoed = toy_population.district == 0
    assert toy_population.residents[in_altoed] == pytest.approx([10] * 32, rel=2e-3)
    assert toy_population.residents[~in_altoed] == pytest.approx([20] * 32, rel=2e-3)
    assert toy_population.district.dtype == np.int32
    assert toy_region.locate(toy_population.xy).tolist() == toy_population.district.tolist()


def test_people_of_the_districts_add_up(toy_population):
    by_district = np.bincount(toy_population.district, toy_population.residents)
    assert by_district == pytest.approx([320, 320, 320], rel=1e-3)
    assert toy_population.residents.sum() == pytest.approx(960, rel=1e-9)
    assert toy_population.unplaced.tolist() == [0, 0, 0]


def test_basis_says_source_year_and_total(toy_population):
    basis = toy_population.basis
    assert (basis.unit, basis.source, basis.year, basis.official) == (
        "residents", "counted by hand", 2023, True,
    )  # fmt: skip
    assert basis.total == pytest.approx(960)
    assert basis.districts_without_count == ()
    assert "untagged: 2 storeys, from 400 m² on 4" in basis.method


def test_quality_tells_what_the_houses_say(toy_population):
    quality = toy_population.quality
    assert quality["buildings"].tolist() == [32, 16, 16]
    assert quality["tagged_share"].tolist() == [1, 1, 1]
    assert quality["levels_share"].tolist() == [0, 0, 0]
    assert quality["fallback"].tolist() == [False] * 3


def test_cut_municipality_keeps_only_its_share(tmp_path):
    region = load_region(write_toy_region(tmp_path, cut=True))
    population = read_population(region, region.extract)
    assert len(population.xy) == 32 + 24
    assert population.residents.sum() == pytest.approx(320 + 320, rel=1e-4)
    in_neuoed = population.district > 0
    assert population.residents[in_neuoed].mean() == pytest.approx(320 / 24, rel=1e-4)
    assert population.basis.total == pytest.approx(640, rel=1e-4)


def test_people_without_a_house_are_unplaced(tmp_path):
    region = load_region(write_toy_region(tmp_path, empty_municipality=True))
    population = read_population(region, region.extract)
    assert region.finest["name"].tolist() == ["Altöd", "Ödmoor", "Süd", "Nord"]
    assert population.unplaced.tolist() == [0, 7, 0, 0]
    assert population.residents.sum() + population.unplaced.sum() == pytest.approx(967, rel=1e-9)
    assert population.quality["buildings"].tolist() == [32, 0, 16, 16]
    assert math.isnan(population.quality["tagged_share"][1])


def test_people_of_quarters_without_a_house_are_shared_out_by_area(toy_region):
    population = spread(toy_region, areas(house(50, 15)), NO_LAND)
    assert population.unplaced == pytest.approx([0, 320, 320], rel=1e-4)
    assert population.residents.tolist() == [320]


def test_quarter_without_a_house_has_nobody_and_its_municipality_keeps_all(toy_region):
    population = spread(toy_region, areas(house(50, 15), house(250, 15)), NO_LAND)
    assert np.bincount(population.district, population.residents, minlength=3).tolist() == (
        pytest.approx([320, 640, 0])
    )
    assert population.unplaced.tolist() == [0, 0, 0]


def test_no_building_at_all_is_refused(tmp_path):
    region = load_region(write_toy_region(tmp_path, buildings=False, offers=False))
    with pytest.raises(
        PopulationError, match=r"'toy': its extract maps no building inside.*use an"
    ):
        read_population(region, region.extract)


def test_buildings_outside_the_study_area_take_nobody(toy_region):
    beyond = house(530, 200)  # in the extract, in no district
    population = spread(toy_region, areas(house(50, 15), house(250, 15), beyond), NO_LAND)
    assert len(population.xy) == 2
    with pytest.raises(PopulationError, match="maps no building"):
        spread(toy_region, areas(beyond), NO_LAND)


# --- floor, storeys and land


def test_people_go_by_floor(toy_region):
    homes = areas(
        house(50, 15), house(50, 85, building__levels="6"), house(150, 15, width=20), house(250, 15)
    )
    population = spread(toy_region, homes, NO_LAND)
    assert population.residents[:3] == pytest.approx([53.333, 160, 106.667], rel=2e-3)


def test_undecided_building_on_allotments_is_no_home_a_tagged_one_is(toy_region):
    land = areas((50, 50, 100, 100, {"landuse": "allotments"}))
    homes = areas(
        house(25, 15, building="yes"), house(75, 15), house(125, 15, building="yes"), house(250, 15)
    )
    population = spread(toy_region, homes, land)
    assert len(population.xy) == 3
    assert population.residents[:2] == pytest.approx([160, 160], rel=2e-3)
    assert population.quality["tagged_share"].tolist()[:2] == [0.5, 1]


def test_where_no_building_looks_like_a_home_all_are_used_and_it_is_said(toy_region):
    land = areas((50, 50, 100, 100, {"landuse": "farmyard"}))
    homes = areas(
        house(25, 15, building="yes"),
        house(75, 15, building="yes"),
        house(25, 85, building="barn"),
        house(250, 15),
    )
    population = spread(toy_region, homes, land)
    assert population.residents[:2] == pytest.approx([160, 160], rel=2e-3)
    assert len(population.xy) == 3  # the barn stays one
    assert population.quality["fallback"].tolist() == [True, False, False]


def test_duplicate_of_way_and_relation_counts_once(toy_region):
    around = house(150, 50, width=40, depth=40, building="apartments")
    double = areas(around, around, house(50, 15), house(250, 15))
    court = shapely.difference(double.geometry[1], areas(house(150, 50)).geometry[0])
    double.geometry[1] = court
    population = spread(toy_region, double, NO_LAND)
    assert len(population.xy) == 3


def test_houses_in_a_row_are_no_duplicates(toy_region):
    row = areas(*(house(20 + 10 * i, 15) for i in range(5)), house(250, 15))
    assert len(spread(toy_region, row, NO_LAND).xy) == 6


def test_broken_outlines_are_said(toy_region, caplog):
    with caplog.at_level(logging.INFO):
        spread(toy_region, areas(house(50, 15), house(250, 15), broken=3), NO_LAND)
    assert "2 of 2 buildings are homes; 3 outlines left out as broken" in caplog.text


# --- unknown counts


def test_without_any_count_buildings_are_counted(tmp_path):
    region = load_region(write_toy_region(tmp_path, population=False))
    population = read_population(region, region.extract)
    assert np.isnan(population.residents).all()
    assert population.weight.tolist() == [1.0] * 64
    assert population.unplaced.tolist() == [0, 0, 0]
    basis = population.basis
    assert (basis.unit, basis.source, basis.year, basis.official) == ("buildings", "", None, False)
    assert math.isnan(basis.total)
    assert basis.districts_without_count == ("Altöd", "Neuöd")


def test_some_counts_are_used_and_the_missing_ones_named(toy_region):
    region = with_counts(toy_region, 320, math.nan)
    population = spread(region, areas(house(50, 15), house(250, 15)), NO_LAND)
    assert population.residents[0] == 320
    assert math.isnan(population.residents[1])
    assert (population.basis.unit, population.basis.total) == ("residents", 320)
    assert population.basis.districts_without_count == ("Neuöd",)


def test_municipality_without_count_and_house_has_nobody_unplaced(toy_region):
    region = with_counts(toy_region, 320, math.nan)
    assert spread(region, areas(house(50, 15)), NO_LAND).unplaced.tolist() == [0, 0, 0]


def test_count_of_zero_is_a_count(toy_region):
    region = with_counts(toy_region, 0, 640)
    population = spread(region, areas(house(50, 15), house(250, 15)), NO_LAND)
    assert population.residents.tolist() == [0, 640]


@pytest.mark.parametrize(
    ("years", "said"),
    [((2023, 2023), 2023), ((2022, 2023), None), ((2023, math.nan), None),
     ((math.nan, math.nan), None)],
)  # fmt: skip
def test_year_is_said_where_all_counts_have_the_same(toy_region, years, said):
    districts = toy_region.districts.copy()
    districts.loc[districts["level"] == "municipality", "population_year"] = years
    region = replace(toy_region, districts=districts)
    population = spread(region, areas(house(50, 15), house(250, 15)), NO_LAND)
    assert population.basis.year == said


def test_several_sources_are_all_named(toy_region):
    districts = toy_region.districts.copy()
    districts.loc[districts["level"] == "municipality", "population_source"] = ["a", "b"]
    region = replace(toy_region, districts=districts)
    population = spread(region, areas(house(50, 15), house(250, 15)), NO_LAND)
    assert population.basis.source == "a; b"


@pytest.mark.parametrize("total", [960.0, math.nan])
def test_basis_survives_json(toy_population, total):
    basis = replace(toy_population.basis, total=total)
    again = basis_from_dict(basis_to_dict(basis))
    assert replace(again, total=0) == replace(basis, total=0)
    assert again.total == total or math.isnan(total) == math.isnan(again.total)


# --- invariants


@given(
    st.lists(
        st.tuples(
            st.integers(0, 8),
            st.integers(0, 8),
            st.sampled_from(["house", "yes", "apartments", "garage"]),
            st.sampled_from([4.0, 8.0, 16.0]),
            st.sampled_from(["", "1", "3", "many"]),
        ),
        min_size=1,
        max_size=20,
        unique_by=lambda row: row[:2],
    )
)
def test_nobody_is_lost_whatever_the_buildings(toy_region, rows):
    homes = areas(
        *(
            house(25 + 50 * i, 25 + 50 * j, width=size, building=kind, building__levels=levels)
            for i, j, kind, size, levels in rows
        )
    )
    population = spread(toy_region, homes, NO_LAND)
    placed = population.residents.sum() + population.unplaced.sum()
    assert placed == pytest.approx(960, rel=1e-9)
    assert (population.residents > 0).all()
    assert len(population.xy) == len(population.residents) == len(population.district)


def test_order_of_the_buildings_does_not_matter(toy_region, toy_population):
    homes = areas(*(house(x, y, building="yes") for x, y in HOUSES))
    back = Areas(homes.area_id[::-1], homes.tags[::-1], homes.geometry[::-1])
    forward, backward = spread(toy_region, homes, NO_LAND), spread(toy_region, back, NO_LAND)
    assert backward.residents[::-1] == pytest.approx(forward.residents, rel=1e-12)
    assert forward.residents == pytest.approx(toy_population.residents, rel=5e-3)


def test_rebuild_is_identical(demo_region, demo_population):
    again = read_population(demo_region, demo_region.extract)
    assert again.xy.tobytes() == demo_population.xy.tobytes()
    assert again.residents.tobytes() == demo_population.residents.tobytes()
    assert again.district.tobytes() == demo_population.district.tobytes()
    assert again.quality.equals(demo_population.quality)


# --- real regions


def test_people_of_the_demo_are_conserved(demo_region, demo_population):
    total = demo_population.residents.sum() + demo_population.unplaced.sum()
    assert total == pytest.approx(demo_population.basis.total, rel=1e-9)
    assert total == pytest.approx(75_679, abs=1)
    municipality = demo_region.municipality_of_finest[demo_population.district]
    by_municipality = np.bincount(municipality, demo_population.residents)
    rows = demo_region.municipalities
    expected = (rows["population"] * rows["share_inside"]).to_numpy()
    assert by_municipality == pytest.approx(expected, rel=1e-9)


def test_golden_counts_of_the_demo(demo_population):
    assert len(demo_population.xy) == 11_840
    assert demo_population.unplaced.sum() == 0
    assert not demo_population.quality["fallback"].any()
    assert demo_population.basis.year is None
    assert demo_population.basis.official is False
    assert demo_population.residents.max() < 400  # a block of flats, not a factory


def test_liechtenstein_answers_in_buildings(liechtenstein_toml):
    region = load_region(liechtenstein_toml)
    population = read_population(region, region.extract)
    assert population.basis.unit == "buildings"
    assert len(population.basis.districts_without_count) == 11
    assert population.weight.sum() == len(population.xy) > 2_500


def test_homes_of_the_demo_lie_in_their_districts(demo_region, demo_population):
    shapes = demo_region.finest.geometry.to_numpy()[demo_population.district]
    assert shapely.intersects_xy(shapes, *demo_population.xy.T).all()
    assert isinstance(demo_region.finest, gpd.GeoDataFrame)
