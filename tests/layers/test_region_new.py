"""Regions made of an extract: a square city of 2 × 2 quarters, and what may be wrong with it."""

import json
import tomllib
import zipfile
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.census_ids import GRID_CRS
from geo.crs import LONLAT, reproject
from geo.errors import ExtractError, PopulationError, RegionError
from layers.region_new import make_region
from layers.region_new_districts import write_geojson
from layers.region_wanted import NewRegion
from tests.censusgrid import write_2022
from tests.osmfile import node, relation, way, write_osm

WEST, SOUTH, SIDE = 13.0, 53.5, 0.02  # corner (i, j) is node 1 + i + 3 j
ADMIN = {"type": "boundary", "boundary": "administrative"}
ALONG_X = {(i, j): 100 + i + 10 * j for j in range(3) for i in range(2)}
ALONG_Y = {(i, j): 200 + i + 10 * j for j in range(2) for i in range(3)}
OUTER = [w for (_, j), w in ALONG_X.items() if j != 1] + [
    w for (i, _), w in ALONG_Y.items() if i != 1
]


def corner(i: int, j: int) -> int:
    return 1 + i + 3 * j


def members(ways: list[int]) -> list[tuple[str, int, str]]:
    return [("w", w, "outer") for w in ways]


def quarter(i: int, j: int, **tags: str):
    ways = [ALONG_X[i, j], ALONG_X[i, j + 1], ALONG_Y[i, j], ALONG_Y[i + 1, j]]
    tags = {"name": f"Q{i}{j}", "admin_level": "9", **ADMIN, **tags}
    return relation(900 + i + 10 * j, *members(ways), **tags)


def write_city(path: Path, *quarters, lacking: int = 0, places=(), **tags: str) -> Path:
    """Write a city with key 05999000; without the way `lacking`."""
    nodes = [
        node(corner(i, j), WEST + SIDE * i, SOUTH + SIDE * j) for j in range(3) for i in range(3)
    ]
    far = [node(50, 12.0, 53.0), node(51, 14.0, 54.0)]
    spots = [node(60 + k, lon, lat, place=kind, name=name) for k, (lon, lat, kind, name) in
             enumerate(places)]  # fmt: skip
    ways = [way(w, [corner(i, j), corner(i + 1, j)]) for (i, j), w in ALONG_X.items()]
    ways += [way(w, [corner(i, j), corner(i, j + 1)]) for (i, j), w in ALONG_Y.items()]
    city = {"de__amtlicher_gemeindeschluessel": "05999000", "admin_level": "6", **ADMIN, **tags}
    return write_osm(
        path,
        [
            *nodes, *far, *spots,
            *(w for w in ways if w.id != lacking),
            relation(800, *members(OUTER), name="Ödstadt", **city),
            *quarters,
        ],
        osmosis_replication_timestamp="2024-05-01T20:00:00Z",
    )  # fmt: skip


ALL_QUARTERS = [quarter(i, j) for j in range(2) for i in range(2)]


@pytest.fixture
def make(tmp_path: Path):
    def run(extract: Path, *, replace: bool = False, **keys):
        keys = {"key": "05999000", **keys}
        wanted = NewRegion(id="oedstadt", extract=extract, **keys)
        return make_region(wanted, tmp_path / "state" / "regions", replace=replace)

    return run


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    return write_city(tmp_path / "land.osm.pbf", *ALL_QUARTERS, population="1234")


def test_a_key_is_enough(make, extract: Path):
    made = make(extract)
    config = tomllib.loads((made.folder / "region.toml").read_text("utf-8"))
    assert (config["name"], config["crs"], config["subdivision"]) == (
        "Ödstadt", "EPSG:25833", "NW"
    )  # fmt: skip
    assert sorted(p.name for p in made.folder.iterdir()) == [
        "boundary.geojson", "districts.geojson", "oedstadt.osm.pbf", "quarters.geojson",
        "region.toml",
    ]  # fmt: skip
    assert list(made.region.finest["name"]) == ["Q00", "Q10", "Q01", "Q11"]
    assert list(made.region.municipalities["population"]) == [1234]
    assert made.region.municipalities["population_source"][0] == "population tag of OpenStreetMap"
    assert made.region.extent.bounds[0] < made.region.boundary.bounds[0] - 9_900


def test_quarters_with_counts_of_their_own_are_districts(make, tmp_path: Path):
    counted = [quarter(i, j, population=str(100 + i + j)) for j in range(2) for i in range(2)]
    made = make(write_city(tmp_path / "land.osm.pbf", *counted, population="1234"))
    assert sorted(made.region.municipalities["population"]) == [100, 101, 101, 102]


def test_a_population_that_is_no_plain_number_is_not_guessed(make, tmp_path: Path):
    path = write_city(
        tmp_path / "land.osm.pbf", quarter(0, 0, population="~1.234"), *ALL_QUARTERS[1:]
    )
    made = make(path)
    assert made.region.municipalities["population"].isna().all()
    assert any("not used as population: '~1.234' of Q00" in text for text in made.said)


def test_a_level_that_holds_only_some_parts_gives_way_to_places(make, tmp_path: Path):
    places = [(13.01, 53.51, "suburb", "Süd"), (13.03, 53.53, "suburb", "Nord")]
    path = write_city(tmp_path / "land.osm.pbf", *ALL_QUARTERS[:2], places=places)
    made = make(path)
    assert sorted(made.region.finest["name"]) == ["Nord", "Süd"]
    assert any("fill only 50% of the region and are not used" in text for text in made.said)
    assert any("no population is known" in text for text in made.said)


def test_a_quarter_that_lacks_a_member_is_named(make, tmp_path: Path):
    inner = ALONG_X[0, 1]  # of both western quarters, not of the city
    made = make(write_city(tmp_path / "land.osm.pbf", *ALL_QUARTERS, lacking=inner))
    assert any("Q00" in t and f"(w{inner})" in t and "left out" in t for t in made.said)


def test_a_city_that_does_not_close_names_its_members_and_writes_nothing(make, tmp_path: Path):
    path = write_city(tmp_path / "land.osm.pbf", *ALL_QUARTERS, lacking=OUTER[0])
    with pytest.raises(RegionError, match=rf"relation 800.*does not close.*\(w{OUTER[0]}\)"):
        make(path)
    assert not (tmp_path / "state").exists()


def test_own_files_go_before_the_extract(make, extract: Path, tmp_path: Path):
    def box(*, west: float, east: float) -> dict:
        return json.loads(shapely.to_geojson(shapely.box(west, SOUTH, east, SOUTH + 2 * SIDE)))

    halves = [
        {"type": "Feature", "properties": {"id": i, "name": i}, "geometry": shape}
        for i, shape in (("W", box(west=13.0, east=13.02)), ("E", box(west=13.02, east=13.03)))
    ]
    counts = [{**half, "properties": {"id": i, "population": n}} for half, i, n in
              zip(halves, "WE", (300, 200), strict=True)]  # fmt: skip
    for name, features in (("districts", halves), ("counts", counts)):
        data = {"type": "FeatureCollection", "features": features}
        (tmp_path / f"{name}.geojson").write_text(json.dumps(data))
    made = make(
        extract,
        districts=tmp_path / "districts.geojson",
        population=tmp_path / "counts.geojson",
        population_source="Amt",
        name="Anders",
        margin_km=0.0,
    )
    assert made.region.name == "Anders"
    assert list(made.region.municipalities["population"]) == [200, 300]
    assert made.region.extent.bounds == pytest.approx(made.region.boundary.bounds, abs=20)
    assert any(
        t.startswith("1 holes of") and t.endswith("(25.0% of the region); nobody is counted there")
        for t in made.said
    )


def test_districts_that_overlap_are_refused(make, extract: Path, tmp_path: Path):
    shape = json.loads(shapely.to_geojson(shapely.box(13.0, 53.5, 13.03, 53.54)))
    twice = [{"type": "Feature", "properties": {"id": i, "name": i}, "geometry": shape}
             for i in "AB"]  # fmt: skip
    file = tmp_path / "districts.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": twice}))
    with pytest.raises(RegionError, match="districts overlap: A and B"):
        make(extract, districts=file)
    assert list((tmp_path / "state").rglob("*")) == [tmp_path / "state/regions"]


def test_a_boundary_elsewhere_is_refused(make, extract: Path, tmp_path: Path):
    file = tmp_path / "boundary.geojson"
    file.write_text(shapely.to_geojson(shapely.box(8.0, 50.0, 8.1, 50.1)))
    with pytest.raises(RegionError, match=r"covers lon 12\.000.*region lies in lon 8\.000"):
        make(extract, key="", boundary=file, name="Anderswo", country="DE")


def test_a_region_is_replaced_only_on_demand(make, extract: Path, tmp_path: Path):
    made = make(extract)
    with pytest.raises(RegionError, match=r"'oedstadt' exists in .*--force replaces it"):
        make(extract)
    wanted = NewRegion(id="oedstadt", extract=extract, key="05999000", name="Neu")
    assert make_region(wanted, made.folder.parent, replace=True).region.name == "Neu"
    failing = replace(wanted, key="0")
    with pytest.raises(RegionError, match="no administrative relation"):
        make_region(failing, made.folder.parent, replace=True)
    assert 'name = "Neu"' in (made.folder / "region.toml").read_text("utf-8")
    assert sorted(p.name for p in (tmp_path / "state").iterdir()) == ["regions"]


def test_a_file_that_is_no_extract_is_refused(make, tmp_path: Path):
    (tmp_path / "page.osm.pbf").write_text("<html>")
    with pytest.raises(ExtractError, match="no OpenStreetMap PBF"):
        make(tmp_path / "page.osm.pbf")


# --- people in small areas


def people_table(made) -> dict:
    return tomllib.loads((made.folder / "region.toml").read_text("utf-8"))["population"]


def census_csv(path: Path, people: int = 40) -> Path:
    """A census cell in the middle of each quarter."""
    lonlat = [(WEST + SIDE * (i + 0.5), SOUTH + SIDE * (j + 0.5)) for i in (0, 1) for j in (0, 1)]
    points = reproject([shapely.Point(at) for at in lonlat], LONLAT, GRID_CRS)
    corners = np.floor(shapely.get_coordinates(points) / 100).astype(int) * 100
    return write_2022(path, [((int(x), int(y)), people) for x, y in corners])


def test_a_census_grid_is_recognised_and_counted(make, extract: Path, tmp_path: Path):
    grid = census_csv(tmp_path / "Zensus.CSV")
    made = make(extract, population=grid, population_source="Zensus 2022", population_year=2022)
    assert people_table(made) == {
        "grid": "population.csv", "source": "Zensus 2022", "year": 2022, "official": True,
    }  # fmt: skip
    assert made.region.municipalities["population"].isna().all()
    assert any("4 census cells of 100 m touch the region, with 160 people" in t for t in made.said)
    assert not any("no population is known" in text for text in made.said)


def test_a_zip_with_several_grids_gives_the_finest(make, extract: Path, tmp_path: Path):
    packed = tmp_path / "Zensus2022_Bevoelkerungszahl.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(
            census_csv(tmp_path / "g.csv"), "Zensus2022_Bevoelkerungszahl_100m-Gitter.csv"
        )
        archive.writestr("Zensus2022_Bevoelkerungszahl_10km-Gitter.csv", "GITTER_ID_10km\n")
    made = make(extract, population=packed, population_source="Zensus 2022")
    assert people_table(made)["member"] == "Zensus2022_Bevoelkerungszahl_100m-Gitter.csv"
    assert (made.folder / "population.zip").is_file()


def test_areas_of_an_office_are_told_from_counts_by_the_districts_ids(
    make, extract: Path, tmp_path: Path
):
    block = shapely.box(WEST + 0.001, SOUTH + 0.001, WEST + 0.01, SOUTH + 0.01)
    frame = gpd.GeoDataFrame({"id": ["B1"], "einwohner": [77]}, geometry=[block], crs=LONLAT)
    write_geojson(tmp_path / "blocks.geojson", frame)
    made = make(extract, population=tmp_path / "blocks.geojson", population_source="office")
    assert people_table(made) == {"polygons": "population.geojson", "source": "office"}
    assert any("1 areas touch the region, with 77 people" in text for text in made.said)
    counts = "id;einwohner\n" + "".join(f"{d};5\n" for d in made.region.finest["district_id"])
    (tmp_path / "counts.csv").write_text(counts)
    made = make(extract, population=tmp_path / "counts.csv", population_source="x", replace=True)
    assert people_table(made) == "population.csv"
    assert made.region.municipalities["population"].sum() == 20


def test_who_counted_cells_has_to_be_said_and_a_foreign_grid_is_refused_at_once(
    make, extract: Path, tmp_path: Path
):
    grid = census_csv(tmp_path / "grid.csv")
    with pytest.raises(RegionError, match=r"`--population-source` is missing: grid\.csv is a"):
        make(extract, population=grid)
    write_2022(grid, [((4_000_000, 3_000_000), 7)])
    with pytest.raises(PopulationError, match="has no cell of this region"):
        make(extract, population=grid, population_source="Zensus 2022")
