"""Municipalities divided among their places."""

import json
import math

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import RegionError
from geo.osm import Features
from geo.quarters import add_quarters, add_quarters_from_file
from geo.region import DISTRICT_COLUMNS
from tests.toyregion import CRS, toy_lonlat, toy_xy

SIDE = 1000.0


def municipality(*boxes):
    return gpd.GeoDataFrame(
        [
            {
                **dict.fromkeys(DISTRICT_COLUMNS, ""),
                "district_id": f"M{i}",
                "name": f"M{i}",
                "level": "municipality",
                "population": 100.0,
                "share_inside": 1.0,
                "geometry": shapely.box(*toy_xy([box[:2], box[2:]]).ravel()),
            }
            for i, box in enumerate(boxes)
        ],
        crs=CRS,
    )


def places(*rows):
    """Make places of (x, y, name) or (x, y, name, kind, id) in local metres."""
    full = [(*row, *("suburb", f"n{i}")[len(row) - 3 :]) for i, row in enumerate(rows)]
    lonlat = toy_lonlat(np.array([row[:2] for row in full], float).reshape(-1, 2))
    return Features(
        feature_id=[row[4] for row in full],
        tags=[{"place": row[3], "name": row[2]} for row in full],
        lon=lonlat[:, 0],
        lat=lonlat[:, 1],
        area=np.full(len(full), None, object),
    )


TOWN = (0, 0, SIDE, SIDE)


def quarters_of(frame):
    return frame[frame["level"] == "quarter"].set_index("name")


def test_four_places_in_the_corners_share_a_square():
    found = add_quarters(
        municipality(TOWN),
        places((250, 250, "a"), (750, 250, "b"), (250, 750, "c"), (750, 750, "d")),
        kinds="suburb",
    )
    quarters = quarters_of(found)
    assert quarters.geometry.area.to_numpy() == pytest.approx([250_000] * 4, rel=1e-5)
    assert quarters["parent_id"].tolist() == ["M0"] * 4
    assert quarters["district_id"].tolist() == ["M0.n0", "M0.n1", "M0.n2", "M0.n3"]
    assert found["district_id"][0] == "M0"


def test_counts_of_quarters_are_unknown():
    quarters = quarters_of(
        add_quarters(municipality(TOWN), places((1, 1, "a"), (9, 9, "b")), kinds="suburb")
    )
    assert all(math.isnan(count) for count in quarters["population"])


def test_municipality_with_one_place_stays_whole():
    two = municipality(TOWN, (SIDE, 0, 2 * SIDE, SIDE))
    found = add_quarters(two, places((100, 1, "a"), (900, 1, "b"), (1500, 1, "c")), kinds="suburb")
    assert quarters_of(found)["parent_id"].tolist() == ["M0", "M0"]


def test_place_outside_all_municipalities_takes_nothing():
    found = add_quarters(
        municipality(TOWN), places((100, 1, "a"), (900, 1, "b"), (5000, 1, "c")), kinds="suburb"
    )
    assert sorted(quarters_of(found).index) == ["a", "b"]


def test_suburb_mapped_twice_is_one_quarter():
    found = add_quarters(
        municipality(TOWN),
        places((250, 500, "a"), (750, 400, "b"), (750, 600, "b", "suburb", "w7")),
        kinds="suburb",
    )
    quarters = quarters_of(found)
    # the border runs from x = 410 at both ends to 510 in the middle
    assert quarters.loc["a"].geometry.area == pytest.approx(460_000, rel=1e-4)
    assert quarters.loc["b", "district_id"] == "M0.n1"
    assert len(quarters) == 2


def test_two_places_at_one_spot_are_the_first():
    found = add_quarters(
        municipality(TOWN), places((250, 1, "a"), (750, 1, "b"), (750, 1, "c")), kinds="suburb"
    )
    assert sorted(quarters_of(found).index) == ["a", "b"]


def test_several_kinds_of_place_are_named_with_semicolons():
    mixed = places((250, 1, "a"), (750, 1, "b", "quarter", "n1"), (500, 1, "c", "hamlet", "n2"))
    quarters = quarters_of(add_quarters(municipality(TOWN), mixed, kinds="suburb;quarter"))
    assert quarters["shape_source"].to_dict() == {
        "a": "nearest place=suburb (Voronoi cell)",
        "b": "nearest place=quarter (Voronoi cell)",
    }


@pytest.mark.parametrize(
    ("rows", "has"),
    [
        ([(1, 1, "a"), (2, 2, "b", "town", "n1")], "1 suburb, 1 town"),
        ([(1, 1, "a"), (2, 2, "a")], "2 suburb"),
        ([], "no named place"),
    ],
)
def test_asking_for_quarters_that_are_not_there_is_refused(rows, has):
    with pytest.raises(RegionError, match=rf"`quarters` 'suburb': .*the extract has {has}; name"):
        add_quarters(municipality(TOWN), places(*rows), kinds="suburb")


@given(
    st.lists(
        st.tuples(st.integers(1, 999), st.integers(1, 999)), min_size=2, max_size=12, unique=True
    )
)
def test_quarters_fill_their_municipality_and_do_not_overlap(points):
    found = add_quarters(
        municipality(TOWN), places(*((x, y, f"q{x}-{y}") for x, y in points)), kinds="suburb"
    )
    quarters = quarters_of(found)
    assert len(quarters) == len(points)
    assert quarters.geometry.area.sum() == pytest.approx(SIDE**2, rel=1e-9)
    assert shapely.union_all(quarters.geometry.to_numpy()).area == pytest.approx(SIDE**2, rel=1e-9)
    own = [
        shapely.intersects_xy(quarters.loc[f"q{x}-{y}"].geometry, *toy_xy((x, y))[0])
        for x, y in points
    ]
    assert all(own)


def test_places_in_a_line_are_divided():
    found = add_quarters(
        municipality(TOWN),
        places(*((100 + 200 * i, 500, f"q{i}") for i in range(5))),
        kinds="suburb",
    )
    areas = quarters_of(found).geometry.area.to_numpy()
    assert areas == pytest.approx([200_000] * 5, rel=1e-4)


def test_municipality_of_two_parts_is_divided_in_both():
    left, right = shapely.box(0, 0, 400, 100), shapely.box(600, 0, 1000, 100)
    town = municipality(TOWN)
    moved = shapely.transform(shapely.union_all([left, right]), lambda xy: toy_xy(xy))
    town = town.set_geometry(gpd.GeoSeries([moved], crs=CRS))
    quarters = quarters_of(
        add_quarters(town, places((100, 50, "a"), (300, 50, "b")), kinds="suburb")
    )
    assert quarters.geometry.area.to_dict() == pytest.approx({"a": 20_000, "b": 60_000}, rel=1e-4)
    assert quarters.loc["b"].geometry.geom_type == "MultiPolygon"


def write_quarters(path, *rows):
    """Write quarters of (id, box) in local metres."""
    features = [
        {
            "type": "Feature",
            "properties": {"id": i, "name": f"Teil {i}", "shape_source": "Amt"},
            "geometry": json.loads(
                shapely.to_geojson(
                    shapely.transform(
                        shapely.box(*box), lambda xy: toy_lonlat(np.asarray(xy, float))
                    )
                )
            ),
        }
        for i, box in rows
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_quarters_of_a_file_go_to_their_municipality_and_the_rest_is_one_more(tmp_path):
    towns = municipality((0, 0, SIDE, SIDE), (SIDE, 0, 2 * SIDE, SIDE))
    file = write_quarters(
        tmp_path / "q.geojson", ("a", (0, 0, 500, SIDE)), ("b", (500, 0, SIDE, 600))
    )
    both = add_quarters_from_file(towns, file)
    assert list(both["district_id"]) == ["M0", "M1", "M0.rest", "a", "b"]
    quarters = both[both["level"] == "quarter"].set_index("district_id")
    assert set(quarters["parent_id"]) == {"M0"}
    assert quarters.area.round(-3).to_dict() == {"M0.rest": 2e5, "a": 5e5, "b": 3e5}
    assert quarters["shape_source"]["a"] == "Amt"
    assert quarters["name"]["M0.rest"] == "M0 (rest)"


def test_quarters_of_a_file_that_overlap_or_lie_elsewhere_are_refused(tmp_path):
    towns = municipality((0, 0, SIDE, SIDE))
    twice = write_quarters(tmp_path / "q.geojson", *[(i, (0, 0, 500, SIDE)) for i in "ab"])
    with pytest.raises(RegionError, match="overlap: Teil a and Teil b"):
        add_quarters_from_file(towns, twice)
    away = write_quarters(tmp_path / "q.geojson", ("a", (5000, 0, 6000, SIDE)))
    with pytest.raises(RegionError, match="none of them lies in a municipality"):
        add_quarters_from_file(towns, away)
    same = write_quarters(tmp_path / "q.geojson", ("M0", (0, 0, 500, SIDE)))
    with pytest.raises(RegionError, match="M0 are ids of municipalities"):
        add_quarters_from_file(towns, same)
