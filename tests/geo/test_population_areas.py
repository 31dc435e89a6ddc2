"""People of cells and areas: in the homes inside them, raked to a total, nobody lost."""

import json
import math
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from geo.census_ages import find_age_columns, shares_from_percent
from geo.crs import reproject
from geo.errors import PopulationError, RegionError
from geo.population import Population
from geo.population_account import account_from_dict, account_to_dict, published
from geo.population_areas import read_people
from geo.population_config import counted_source
from geo.raking import rake
from geo.region import Region
from geo.region_config import read_config
from geo.region_file import load_region
from tests.censusgrid import cell_at, cells_at, write_2011, write_2022
from tests.toyregion import CONFIG, CRS, HOUSES, toy_lonlat, toy_xy, write_toml, write_toy_region

WITHOUT = dict.fromkeys(
    ("population", "population_year", "population_source", "population_official")
)
GRID_TABLE = {"grid": "grid.csv", "source": "made-up census", "year": 2022, "official": True}
COLUMNS = ("Einwohner", "unter18_A", "ab65_A")
# The toy region's houses by cell: the grid of EPSG:3035 lies aslant there
HOUSE_CELLS = cells_at(HOUSES)
INHABITED, OF_HOUSE = np.unique(HOUSE_CELLS, axis=0, return_inverse=True)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_region(tmp_path_factory.mktemp("regions") / "toy", config=WITHOUT).parent


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "toy"))


def lonely_cell() -> tuple[int, int]:
    """Return a cell without a house whose centre lies well inside the region."""
    inhabited = {tuple(c) for c in INHABITED.tolist()}
    x, y = np.meshgrid(np.arange(-60, 460, 20.0), np.arange(-60, 460, 20.0))
    local = np.column_stack([x.ravel(), y.ravel()])
    for cell in cells_at(local).tolist():
        centre = _centre(cell)
        if tuple(cell) not in inhabited and (centre > -95).all() and (centre < 495).all():
            return (cell[0], cell[1])
    raise AssertionError("every cell has a house")


def _centre(cell: list[int]) -> np.ndarray:
    point = reproject(shapely.Point(cell[0] + 50, cell[1] + 50), "EPSG:3035", CRS)
    return shapely.get_coordinates(point)[0] - toy_xy((0, 0))[0]


def read(folder: Path, table: dict[str, object], **keys: object) -> tuple[Region, Population]:
    """Write the table into the region's folder and read its people as a build does."""
    toml = write_toml(folder / "region.toml", {**CONFIG, **WITHOUT, **keys})
    lines = ["", "[population]"]
    for key, value in table.items():
        text = json.dumps(value, ensure_ascii=False)
        if isinstance(value, dict):
            text = "{ " + ", ".join(f'"{k}" = "{v}"' for k, v in value.items()) + " }"
        lines.append(f"{key} = {text}")
    toml.write_text(toml.read_text("utf-8") + "\n".join(lines) + "\n", "utf-8")
    region = load_region(toml)
    return region, read_people(region, counted_source(read_config(toml), folder))


def write_cells(folder: Path, *more: object, people: int = 10) -> None:
    """Each inhabited cell has 10 people."""
    rows = [((int(x), int(y)), people) for x, y in INHABITED]
    write_2022(folder / "grid.csv", [*rows, *more])


def write_areas(path: Path, *areas: tuple[str, object, tuple[float, ...]], **more: object) -> None:
    """Write boxes (west, south, east, north) in local metres with people."""
    features = []
    for name, people, (west, south, east, north) in areas:
        ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
        shape = {"type": "Polygon", "coordinates": [toy_lonlat(np.array(ring)).tolist()]}
        properties = {"block": name, "EW": people, **more}
        features.append({"type": "Feature", "properties": properties, "geometry": shape})
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))


POLYGONS = {
    "polygons": "blocks.geojson",
    "source": "statistics office",
    "columns": {"residents": "EW"},
}
WEST, EAST = (-50.0, -50.0, 200.0, 450.0), (200.0, -50.0, 450.0, 450.0)


# --- raking


def test_raked_people_add_up_exactly_and_keep_their_proportions():
    people = np.array([1.0, 2.0, 7.0, 0.1, 5.0, 5.0])
    group = np.array([0, 0, 0, 0, 1, 1])
    raked = rake(people, group, np.array([123_457.0, math.nan, 30.0]))
    assert math.fsum(raked.people[:4]) == 123_457
    assert raked.people[1] / raked.people[0] == pytest.approx(2)
    assert raked.people[4:].tolist() == [5, 5]
    assert raked.before.tolist() == [10.1, 10, 0]
    assert raked.factor[1] == 1
    assert raked.left.tolist() == [0, 0, 30]  # nobody is counted there to stand for them
    assert people.tolist() == [1, 2, 7, 0.1, 5, 5]


# --- cells on homes


def test_people_of_a_cell_live_in_the_homes_inside_it(folder: Path):
    write_cells(folder)
    region, population = read(folder, GRID_TABLE)
    assert len(population.xy) == 64
    assert population.xy == pytest.approx(toy_xy(HOUSES), abs=0.02)
    homes = np.bincount(OF_HOUSE)
    assert population.residents == pytest.approx(10 / homes[OF_HOUSE], rel=2e-3)
    assert population.residents.sum() == pytest.approx(10 * len(INHABITED), rel=1e-12)
    assert region.locate(population.xy).tolist() == population.district.tolist()
    basis = population.basis
    assert (basis.unit, basis.year, basis.official) == ("residents", 2022, True)
    assert "census cells of 100 m: people in the residential buildings" in basis.method
    assert basis.districts_without_count == ()
    account = population.account
    assert (account.without_homes, account.secret, account.people_outside) == (0, 0, 0)
    assert account.not_raked == ("Altöd", "Neuöd")
    assert population.quality["buildings"].tolist() == [32, 16, 16]


def test_raked_to_totals_by_municipality_the_difference_is_kept(folder: Path):
    write_cells(folder)
    (folder / "totals.csv").write_text("ags;name;Einwohner\nA;Altöd;320\nN;Neuöd;640\nX;Fern;9\n")
    table = {**GRID_TABLE, "official_total": "totals.csv", "official_source": "the office",
             "official_year": 2024}  # fmt: skip
    region, population = read(folder, table)
    by_town = np.bincount(region.municipality_of_finest[population.district], population.residents)
    assert by_town.tolist() == pytest.approx([320, 640], rel=1e-15)
    account = population.account
    assert [d.official for d in account.differences] == [320, 640]
    assert sum(d.counted for d in account.differences) == pytest.approx(10 * len(INHABITED))
    assert account.after == pytest.approx(960)
    assert (population.basis.source, population.basis.year) == ("made-up census; the office", 2024)
    assert region.municipalities["population"].tolist() == [320, 640]


def test_raked_to_one_total_of_the_whole_region(folder: Path):
    write_cells(folder)
    table = {**GRID_TABLE, "official_total": 1_000, "official_source": "the office"}
    _, population = read(folder, table)
    assert math.fsum(population.residents) == pytest.approx(1_000, rel=1e-15)
    assert [(d.area, d.official) for d in population.account.differences] == [("Ödland", 1_000)]


def test_cell_with_people_and_no_home_stands_at_its_centre(folder: Path):
    lonely = lonely_cell()
    write_cells(folder, (lonely, 40))
    _, population = read(folder, GRID_TABLE)
    assert len(population.xy) == 65
    assert population.residents[-1] == 40
    assert population.xy[-1] - toy_xy((0, 0))[0] == pytest.approx(_centre([*lonely]), abs=1e-6)
    account = population.account
    assert (account.without_homes, account.people_without_homes) == (1, 40)
    assert published(account, smallest=25)["people_without_homes"] == 40
    assert published(account, smallest=50)["people_without_homes"] is None


def test_secret_cells_are_counted_and_hold_nobody(folder: Path):
    first, *others = [((int(x), int(y)), 10) for x, y in INHABITED]
    write_2022(folder / "grid.csv", [(first[0], "–"), *others])
    _, population = read(folder, GRID_TABLE)
    assert population.account.secret == 1
    assert len(population.xy) == 64 - np.bincount(OF_HOUSE)[0]
    assert population.account.homes_without_area == np.bincount(OF_HOUSE)[0]


def test_a_cell_across_the_edge_gives_only_its_own_people(folder: Path):
    """A cell of 1 km holds the whole town; Neuöd alone is studied."""
    people = write_2022(folder / "grid.csv", [(cell_at((200, 200), 1000), 640)], size_m=1000)
    assert people.is_file()
    corner = {tuple(c) for c in cells_at(HOUSES, 1000).tolist()}
    towns = json.loads((folder / "municipalities.geojson").read_text("utf-8"))
    towns["features"] = towns["features"][1:]
    (folder / "neuoed.geojson").write_text(json.dumps(towns))
    _, population = read(folder, GRID_TABLE, districts="neuoed.geojson", boundary="neuoed.geojson",
                         quarters=None)  # fmt: skip
    inside = (cells_at(HOUSES, 1000) == cell_at((200, 200), 1000)).all(axis=1)
    in_neuoed = inside & (HOUSES[:, 0] > 200)
    assert len(corner) >= 1
    expected = 640 * in_neuoed.sum() / inside.sum()
    assert population.residents.sum() == pytest.approx(expected, rel=5e-3)
    assert population.account.people_outside == pytest.approx(640 - expected, rel=5e-3)


def test_a_municipality_that_the_data_cut_is_not_raked(tmp_path: Path):
    folder = write_toy_region(tmp_path / "toy", cut=True, config=WITHOUT).parent
    write_cells(folder)
    (folder / "totals.csv").write_text("ags,population\nA,320.0\nN,640.0\nA,320.0\n")
    table = {**GRID_TABLE, "official_total": "totals.csv", "official_source": "the office"}
    _, population = read(folder, table)
    assert population.account.not_raked == ("Neuöd",)
    assert population.residents[population.district == 0].sum() == pytest.approx(320, rel=1e-15)


def test_nobody_counted_where_an_official_total_says_somebody_lives(folder: Path):
    west = [((int(x), int(y)), 10) for (x, y), of in zip(INHABITED, range(99), strict=False)
            if (HOUSES[of == OF_HOUSE][:, 0] < 200).all()]  # fmt: skip
    write_2022(folder / "grid.csv", west)
    (folder / "totals.csv").write_text("ags,population\nA,320\nN,640\n")
    table = {**GRID_TABLE, "official_total": "totals.csv", "official_source": "the office"}
    _, population = read(folder, table)
    assert population.unplaced.tolist() == pytest.approx([0, 320, 320], rel=1e-4)
    assert population.residents.sum() == pytest.approx(320)
    assert population.basis.total == pytest.approx(960)


def test_ages_go_with_the_people_and_unknown_stays_unknown(folder: Path):
    cells = [(int(x), int(y)) for x, y in INHABITED]
    rows = [(cell, 10, "20,0", "30,0") for cell in cells[1:]]
    write_2011(folder / "grid.csv", [(cells[0], 10, "-9,0", "25,0"), *rows], columns=COLUMNS)
    table = {**GRID_TABLE, "official_total": 1_000, "official_source": "the office"}
    _, population = read(folder, table)
    first = OF_HOUSE == 0
    each = population.residents[~first]
    assert population.ages[~first] == pytest.approx(each[:, None] * [0.2, 0.5, 0.3])
    assert np.isnan(population.ages[first][:, :2]).all()
    assert population.ages[first][:, 2] == pytest.approx(population.residents[first] / 4)
    known = 1 - population.residents[first].sum() / 1_000
    assert population.account.ages_known == pytest.approx(known)


def test_ages_of_a_table_beside_the_people(folder: Path):
    write_cells(folder)
    rows = [((int(x), int(y)), "40,00") for x, y in INHABITED]
    write_2022(folder / "ages.csv", rows, columns=("AnteilUnter18",))
    _, population = read(folder, {**GRID_TABLE, "ages": "ages.csv"})
    assert population.ages[:, 0] == pytest.approx(population.residents * 0.4)
    assert np.isnan(population.ages[:, 1:]).all()


@pytest.mark.parametrize(
    ("percent", "shares"),
    [
        ((25, 25), (0.25, 0.5, 0.25)),
        ((60, 60), (math.nan, math.nan, math.nan)),
        ((120, 10), (math.nan, math.nan, 0.1)),
        ((0, 0), (0, 1, 0)),
    ],
)
def test_impossible_shares_are_unknown(percent: tuple, shares: tuple):
    told = shares_from_percent(np.array([percent], float), [0, 2])
    assert told[0] == pytest.approx(shares, nan_ok=True)


def test_columns_that_are_no_ages_are_none():
    found = find_age_columns(["Einwohner", "a1919bis1948", "HHGroesse_D", "Unter18", "65plus"])
    assert found.classes == {
        "a1919bis1948": (1919, 1949),
        "Unter18": (0, 18),
        "65plus": (65, math.inf),
    }


def test_grid_of_another_part_of_the_country(folder: Path):
    write_2022(folder / "grid.csv", [((4_337_000, 2_689_100), 7)])
    with pytest.raises(PopulationError, match="has no cell of this region"):
        read(folder, GRID_TABLE)
    write_2022(folder / "grid.csv", [(cell_at((50, 50)), "–")])
    with pytest.raises(PopulationError, match="of 1 cells in the region none has people"):
        read(folder, GRID_TABLE)


# --- an office's areas


def test_people_of_blocks_live_in_their_homes_by_the_office_s_own_rule(folder: Path):
    write_areas(folder / "blocks.geojson", ("w", 96, WEST), ("e", 320, EAST))
    _, population = read(folder, {**POLYGONS, "smallest_published": 50})
    in_west = HOUSES[:, 0] < 200
    assert population.residents[in_west] == pytest.approx([3] * 32, rel=2e-3)
    assert population.residents[~in_west] == pytest.approx([10] * 32, rel=2e-3)
    assert population.smallest_published == 50
    assert population.ages is None


def test_ages_of_blocks(folder: Path):
    blocks = folder / "blocks.geojson"
    write_areas(blocks, ("w", 96, WEST), ("e", 320, EAST), u18=48, alt=0)
    columns = {"residents": "EW", "under_18": "u18", "65_and_older": "alt"}
    _, population = read(folder, {**POLYGONS, "columns": columns})
    in_west = HOUSES[:, 0] < 200
    assert population.ages[in_west] == pytest.approx(np.tile([1.5, 1.5, 0], (32, 1)), rel=2e-3)
    assert population.ages[~in_west, 0] == pytest.approx([1.5] * 32, rel=2e-3)


def test_homes_in_a_hole_between_blocks_leave_people_unplaced(folder: Path):
    south = (-50.0, -50.0, 200.0, 200.0)
    write_areas(folder / "blocks.geojson", ("w", 160, south), ("e", 640, EAST))
    (folder / "totals.csv").write_text("ags,population\nA,320\nN,640\n")
    table = {**POLYGONS, "official_total": "totals.csv", "official_source": "the office"}
    _, population = read(folder, table)
    assert population.account.homes_without_area == 16
    assert population.unplaced[0] == pytest.approx(160, rel=1e-9)  # not laid upon the others
    assert len(population.xy) == 48
    total = population.residents.sum() + population.unplaced.sum()
    assert total == pytest.approx(960, rel=1e-12)


def test_blocks_without_homes_are_covered_with_points(folder: Path):
    empty = (-95.0, 455.0, 195.0, 495.0)
    write_areas(folder / "blocks.geojson", ("park", 30, empty), ("w", 96, WEST))
    _, population = read(folder, POLYGONS)
    assert population.account.without_homes == 1
    assert population.residents.sum() == pytest.approx(126)


@pytest.mark.parametrize(
    ("people", "fault"),
    [(-3, "EW of w is -3, no count of people"), ("many", "EW of w is 'many'"), (True, "is True")],
)
def test_what_is_no_count_is_said(folder: Path, people: object, fault: str):
    write_areas(folder / "blocks.geojson", ("w", people, WEST), ("e", 5, EAST))
    with pytest.raises(PopulationError, match=fault):
        read(folder, POLYGONS)


def test_blocks_that_overlap_are_refused_with_their_names(folder: Path):
    write_areas(folder / "blocks.geojson", ("w", 96, WEST), ("x", 10, (0, 0, 300, 300)))
    with pytest.raises(PopulationError, match=r"areas overlap.*: w and x; mend their shapes"):
        read(folder, POLYGONS)


def test_blocks_of_another_city_and_without_people(folder: Path):
    write_areas(folder / "blocks.geojson", ("far", 96, (9_000, 0, 9_100, 100)))
    with pytest.raises(PopulationError, match="of its 1 areas none in the region has people"):
        read(folder, POLYGONS)
    with pytest.raises(PopulationError, match="has no property Leute as `columns` says"):
        read(folder, {**POLYGONS, "columns": {"residents": "Leute"}})
    with pytest.raises(PopulationError, match=r"no property of people.*columns = \{ residents"):
        read(folder, {"polygons": "blocks.geojson", "source": "office"})


def test_secret_blocks_are_counted(folder: Path):
    write_areas(folder / "blocks.geojson", ("w", "–", WEST), ("e", 320, EAST))
    _, population = read(folder, POLYGONS)
    assert (population.account.secret, population.residents.sum()) == (1, pytest.approx(320))


# --- without an extract


@pytest.fixture
def without_streets(folder: Path) -> Path:
    (folder / "toy.osm.pbf").unlink()
    return folder


def test_without_an_extract_cells_stand_at_their_centres(without_streets: Path):
    write_cells(without_streets)
    _, population = read(without_streets, GRID_TABLE, extract=None, quarters=None)
    assert len(population.xy) == len(INHABITED)
    assert set(population.residents) == {10}
    assert "at the centre of each, because no buildings are known" in population.basis.method


def test_without_an_extract_blocks_are_spread_evenly(without_streets: Path):
    write_areas(without_streets / "blocks.geojson", ("w", 96, WEST), ("e", 320, EAST))
    _, population = read(without_streets, POLYGONS, extract=None, quarters=None)
    assert np.bincount(population.district, population.residents) == pytest.approx([96, 320])
    assert "spread evenly over each" in population.basis.method


# --- the table of region.toml


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"grid": None}, "`population` needs one of `grid` and `polygons`"),
        ({"polygons": "grid.csv"}, "needs one of `grid` and `polygons`"),
        ({"grid": "gone.csv"}, "has `grid` 'gone.csv', which is no file in"),
        ({"grid": "../grid.csv"}, "lies outside"),
        ({"source": None}, "needs `source`: who counted"),
        ({"smallest_published": 24}, "no whole number from 25 to 10000.*never looser"),
        ({"smallest_published": True}, "no whole number from 25"),
        ({"official_total": 900}, "needs `official_source`"),
        ({"official_source": "x"}, "has `official_source` without `official_total`"),
        ({"official_total": -5, "official_source": "x"}, "is no number of people"),
        ({"official_total": "no.csv", "official_source": "x"}, "is no file in"),
        ({"columns": {"children": "x"}}, "names children; known are residents"),
        ({"gird": "x"}, "has a key `gird` that is none"),
        ({"year": "2022"}, "which is no year"),
    ],
)
def test_every_key_of_the_table_is_checked(folder: Path, change: dict[str, object], fault: str):
    write_cells(folder)
    table = {k: v for k, v in {**GRID_TABLE, **change}.items() if v is not None}
    with pytest.raises(RegionError, match=fault):
        read(folder, table)


def test_keys_of_a_file_of_counts_belong_into_the_table(folder: Path):
    write_cells(folder)
    with pytest.raises(RegionError, match=r"belongs into the table \[population\], as `year`"):
        read(folder, GRID_TABLE, population_year=2022)


def test_totals_that_fit_no_district_or_say_two_things(folder: Path):
    write_cells(folder)
    table = {**GRID_TABLE, "official_total": "totals.csv", "official_source": "the office"}
    (folder / "totals.csv").write_text("ags,population\nX,320\n")
    with pytest.raises(RegionError, match=r"`official_total` totals.csv: none of its ids"):
        read(folder, table)
    (folder / "totals.csv").write_text("ags,population\nA,320\nA,330\n")
    with pytest.raises(RegionError, match="the same id twice: A"):
        read(folder, table)
    (folder / "totals.csv").write_text("ags,population\nA,1.234\n")
    with pytest.raises(RegionError, match="no plain whole number"):
        read(folder, table)
    with pytest.raises(RegionError, match="has no column 'people'"):
        read(folder, {**table, "official_column": "people"})


def test_an_account_survives_json(folder: Path):
    write_cells(folder)
    table = {**GRID_TABLE, "official_total": 1_000, "official_source": "the office"}
    _, population = read(folder, table)
    text = json.dumps(account_to_dict(population.account))
    assert account_from_dict(json.loads(text)) == population.account
    few = replace(population.account, people_outside=3.0)
    assert published(few, smallest=25)["people_outside"] is None
