"""A region's districts, who lies in which, and the way to disk and back."""

import json
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given
from hypothesis import strategies as st

from geo.region import DISTRICT_COLUMNS, region_from_json, region_to_json
from geo.region_file import load_region
from tests.toyregion import toy_xy, write_toy_region


def test_finest_are_quarters_where_there_are_any_else_municipalities(demo_region):
    finest = demo_region.finest
    assert len(finest) == 36
    assert "Neubrandenburg" not in finest["name"].to_list()
    assert len(demo_region.municipalities) == 12
    assert list(demo_region.districts.columns) == list(DISTRICT_COLUMNS)


def test_each_finest_district_knows_its_municipality(toy_region):
    assert toy_region.municipality_of_finest.tolist() == [0, 1, 1]


def test_municipality_of_every_quarter_of_the_demo(demo_region):
    names = demo_region.municipalities["name"].to_numpy()[demo_region.municipality_of_finest]
    assert (names == "Neubrandenburg").sum() == 25
    assert len(set(names)) == 12


@pytest.mark.parametrize(
    ("local", "district"),
    [
        ((0, 200), 0),  # Altöd
        ((300, 199), 1),  # Süd
        ((300, 201), 2),  # Nord
        ((199.9, 0), 0),
        ((200.1, 0), 1),
        ((-99.9, -99.9), 0),
        ((-100.1, 0), -1),
        ((500.1, 0), -1),
        ((0, 1e7), -1),
        ((np.nan, np.nan), -1),
        ((np.inf, 0), -1),
    ],
)
def test_point_lies_in_its_finest_district(toy_region, local, district):
    assert toy_region.locate(toy_xy(local)).tolist() == [district]


@pytest.fixture
def boxes(toy_region):
    """Three districts side by side, each 10 m wide, and one that touches a corner."""
    shapes = [shapely.box(10 * i, 0, 10 * i + 10, 10) for i in range(3)] + [
        shapely.box(30, 10, 40, 20)
    ]
    frame = gpd.GeoDataFrame(
        {"district_id": list("abcd"), "parent_id": "", "level": "municipality"},
        geometry=shapes,
        crs=toy_region.crs,
    )
    return replace(toy_region, districts=frame)


@pytest.mark.parametrize(
    ("x", "y", "district"),
    [(10, 5, 0), (20, 5, 1), (10, 0, 0), (30, 10, 2), (0, 0, 0), (40, 20, 3), (35, 5, -1)],
)
def test_point_on_a_shared_border_belongs_to_the_first(boxes, x, y, district):
    assert boxes.locate(np.array([[x, y]], float)).tolist() == [district]
    several = np.array([[35.0, 5.0], [x, y], [5.0, 5.0]])
    assert boxes.locate(several).tolist() == [-1, district, 0]


def test_no_points_lie_nowhere(toy_region):
    found = toy_region.locate(np.empty((0, 2)))
    assert (found.shape, found.dtype) == ((0,), np.int32)


@given(st.lists(st.tuples(st.integers(-150, 550), st.integers(-150, 550)), max_size=30))
def test_locating_agrees_with_looking_at_each_district(toy_region, points):
    xy = toy_xy(np.array(points, float).reshape(-1, 2))
    shapes = toy_region.finest.geometry.to_numpy()
    expected = [
        next((i for i, shape in enumerate(shapes) if shape.intersects(shapely.Point(at))), -1)
        for at in xy
    ]
    assert toy_region.locate(xy).tolist() == expected


def test_every_house_of_a_quarter_is_nearest_to_its_place(toy_region):
    rng = np.random.default_rng(7)
    local = rng.uniform((201, -99), (499, 499), (500, 2))
    nearest = np.where(local[:, 1] < 200, 1, 2)  # the places stand at y = 100 and y = 300
    far_from_border = np.abs(local[:, 1] - 200) > 0.1
    found = toy_region.locate(toy_xy(local))
    assert (found == nearest)[far_from_border].all()


# --- to disk and back


@pytest.mark.parametrize("name", ["demo_region", "toy_region"])
def test_round_trip_is_exact(request, name):
    region = request.getfixturevalue(name)
    text = region_to_json(region)
    again = region_from_json(text)
    assert region_to_json(again) == text
    assert_geodataframe_equal(again.districts, region.districts, check_dtype=False)
    assert shapely.equals_exact(again.boundary, region.boundary)
    assert shapely.equals_exact(again.extent, region.extent)
    for key in ("id", "name", "crs", "timezone", "country", "subdivision", "as_of",
                "attributions", "population_official", "districts_without_data",
                "share_without_district", "home"):  # fmt: skip
        assert getattr(again, key) == getattr(region, key)
    assert again.extract.name == region.extract.name


def test_round_trip_keeps_unknown_counts_and_what_is_left_out(tmp_path):
    toml = write_toy_region(tmp_path / "a", population=False)
    again = region_from_json(region_to_json(load_region(toml)))
    assert again.districts["population"].isna().all()
    toml = write_toy_region(tmp_path / "b", far_municipality=True)
    again = region_from_json(region_to_json(load_region(toml)))
    assert again.districts_without_data == ("Ferndorf",)


def test_text_is_strict_json_with_umlauts_as_they_are(toy_region):
    text = region_to_json(toy_region)
    assert "Altöd" in text
    assert "NaN" not in text
    assert json.loads(text)["as_of"] == "2024-05-01"


def test_same_files_give_the_same_text(tmp_path):
    texts = [region_to_json(load_region(write_toy_region(tmp_path / n))) for n in ("a", "b")]
    assert texts[0] == texts[1]


def test_districts_of_a_loaded_region_are_a_geodataframe_in_its_crs(toy_region):
    again = region_from_json(region_to_json(toy_region))
    assert isinstance(again.finest, gpd.GeoDataFrame)
    assert again.finest.crs.to_epsg() == 25833
