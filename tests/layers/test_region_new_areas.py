"""Districts as offices keep them: GeoPackage, zipped Shapefile, GeoJSON in metres."""

import json
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo.errors import RegionError
from geo.vector import read_geojson
from layers.region_new import make_region
from layers.region_new_areas import as_geojson
from layers.region_wanted import NewRegion
from tests.layers.test_region_new import SIDE, SOUTH, WEST, write_city

OURS = {"district_id": "Nr", "name": "Quartier", "population": "EW"}


@pytest.fixture
def quarters() -> gpd.GeoDataFrame:
    """West and east half of the square city, in metres, with an office's own headings."""
    halves = [shapely.box(WEST + SIDE * i, SOUTH, WEST + SIDE * (i + 1), SOUTH + 2 * SIDE)
              for i in range(2)]  # fmt: skip
    columns = {"Nr": ["01", "02"], "Quartier": ["Äußere Mitte", "Ost"], "EW": [400, 537]}
    return gpd.GeoDataFrame(columns, geometry=halves, crs="EPSG:4326").to_crs(25833)


def write_shapefile(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    frame.to_file(folder / "q.shp")
    with zipfile.ZipFile(folder / "quarters.zip", "w") as archive:
        for file in folder.glob("q.*"):
            archive.write(file, file.name)
    return folder / "quarters.zip"


def write(frame: gpd.GeoDataFrame, folder: Path, kind: str) -> Path:
    if kind == "zip":
        return write_shapefile(frame, folder)
    path = folder / f"quarters.{kind}"
    if kind == "gpkg":
        frame.to_file(path, layer="stadtteile")
    else:
        path.write_text(frame.to_json(to_wgs84=False))  # with the old `crs` member
    return path


@pytest.mark.parametrize("kind", ["gpkg", "zip", "geojson"])
def test_districts_of_an_office_become_a_region(quarters, kind: str, tmp_path: Path):
    made = make_region(
        NewRegion(
            id="stadt",
            extract=write_city(tmp_path / "city.osm.pbf"),
            key="05999000",
            name="Stadt",
            districts=write(quarters, tmp_path, kind),
            columns=OURS,
            population_source="Register",
            population_year=2023,
        ),
        tmp_path / "state" / "regions",
    )
    districts = made.region.finest
    assert districts["district_id"].tolist() == ["01", "02"]
    assert districts["name"].tolist() == ["Äußere Mitte", "Ost"]
    assert districts["population"].tolist() == [400, 537]
    west, south, east, north = read_geojson(made.folder / "districts.geojson").total_bounds
    assert [west, south] == pytest.approx([WEST, SOUTH], abs=1e-6)
    assert [east, north] == pytest.approx([WEST + 2 * SIDE, SOUTH + 2 * SIDE], abs=1e-6)


def test_a_column_that_is_not_there_is_named_with_those_that_are(quarters, tmp_path: Path):
    path = write(quarters, tmp_path, "gpkg")
    with pytest.raises(RegionError, match=r"name=Stadtteil: quarters\.gpkg has no such column; "
                                          r"it has Nr, Quartier, EW"):  # fmt: skip
        as_geojson(path, tmp_path / "out", columns={"name": "Stadtteil"})


def test_a_shapefile_alone_asks_for_its_zip(tmp_path: Path):
    with pytest.raises(RegionError, match=r"zip it together with its \.dbf, \.shx and \.prj"):
        as_geojson(tmp_path / "q.shp", tmp_path, columns={})


def test_a_layer_is_chosen_by_its_name(quarters, tmp_path: Path):
    path = tmp_path / "city.gpkg"
    quarters.to_file(path, layer="quarters")
    quarters.iloc[:1].to_file(path, layer="half")
    made = as_geojson(path, tmp_path / "out", columns={}, layer="half")
    assert made is not None
    half = read_geojson(made)
    assert half["Nr"].tolist() == ["01"]
    with pytest.raises(RegionError, match="'quarter' is no layer with places; there are quarters"):
        as_geojson(path, tmp_path / "out", columns={}, layer="quarter")


@pytest.mark.parametrize("text", ["", "no json", "[1, 2]", '{"type": "Feature"}'])
def test_what_is_no_collection_is_left_to_its_reader(text: str, tmp_path: Path):
    path = tmp_path / "districts.geojson"
    path.write_text(text)
    assert as_geojson(path, tmp_path / "out", columns=OURS) == path


def test_geojson_in_degrees_is_taken_as_it_is(tmp_path: Path):
    path = tmp_path / "districts.geojson"
    told = {"type": "FeatureCollection", "features": [],
            "crs": {"properties": {"name": "urn:ogc:def:crs:EPSG::4258"}}}  # fmt: skip
    path.write_text(json.dumps(told))
    assert as_geojson(path, tmp_path / "out", columns={}) == path
