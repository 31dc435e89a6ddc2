"""Coordinates change system in one place, always x before y and lon before lat."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo import crs
from geo.errors import CRSError, UmkreisError


@pytest.mark.parametrize(
    "name", ["EPSG:25832", "EPSG:25833", "EPSG:32632", "EPSG:3067", "EPSG:3035"]
)
def test_projected_metres_are_accepted(name):
    assert crs.check_metric(name) == name


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("EPSG:4326", "not projected in metres"),
        ("OGC:CRS84", "not projected in metres"),
        ("EPSG:4979", "not projected in metres"),  # geographic 3D
        ("EPSG:4978", "not projected in metres"),  # geocentric, metres but no plane
        ("EPSG:2263", "not projected in metres"),  # New York, feet
        ("EPSG:99999", "is not known"),
        ("Gauß-Krüger", "is not known"),
        ("", "is not known"),
    ],
)
def test_other_systems_are_refused_with_the_way_out(name, why):
    with pytest.raises(CRSError, match=rf"{why}; name the region's projected CRS") as info:
        crs.check_metric(name)
    assert isinstance(info.value, ValueError)
    assert isinstance(info.value, UmkreisError)


@pytest.mark.parametrize(
    "name", ["EPSG:3857", "EPSG:900913", "EPSG:3785", "ESRI:102100", "ESRI:102113", "EPSG:3395"]
)
def test_mercator_is_refused_under_all_its_names(name):
    with pytest.raises(CRSError, match=r"Mercator.*does not measure metres; name the region's"):
        crs.check_metric(name)


@pytest.mark.parametrize("name", ["EPSG:25832", "EPSG:25833", "EPSG:31468", "EPSG:3035"])
def test_neighbouring_zones_fit(name):
    crs.check_fits(name, (13.1, 53.4, 13.4, 53.6))


@pytest.mark.parametrize(
    ("name", "error"),
    [("EPSG:3034", "3%"), ("EPSG:25829", "3%"), ("EPSG:32754", r"\d+%")],
    ids=["conic of Europe", "zone of Ireland", "South Australia"],
)
def test_projection_made_for_elsewhere_is_refused(name, error):
    with pytest.raises(CRSError, match=rf"lengths wrong by ({error}) at lon 13.25, lat 53.50"):
        crs.check_fits(name, (13.1, 53.4, 13.4, 53.6))


@pytest.mark.parametrize("name", ["EPSG:25833", "EPSG:31469"])  # the latter names y before x
def test_longitude_comes_first_whatever_the_authority_says(name):
    east, north = crs.to_metric([15.1], [50.0], name)[0]
    assert east % 1e6 == pytest.approx(507_170, abs=150)  # 0.1° of 71.7 km from the meridian
    assert 5_530_000 < north < 5_545_000


def test_meridian_arc_of_utm():
    # from the equator to 50° N on GRS 80: 5,540,847.042 m, times 0.9996
    xy = crs.to_metric([15, 15], [0, 50], "EPSG:25833")
    assert xy == pytest.approx(np.array([[500_000, 0], [500_000, 5_538_630.703]]), abs=1e-3)


@given(
    st.lists(st.tuples(st.floats(11, 16), st.floats(47, 55)), min_size=1, max_size=20),
)
def test_there_and_back_is_the_same_place(points):
    lonlat = np.array(points)
    xy = crs.to_metric(lonlat[:, 0], lonlat[:, 1], "EPSG:25833")
    back = crs.to_lonlat(xy, "EPSG:25833")
    assert back == pytest.approx(lonlat, abs=1e-11)  # 1e-6 m
    again = crs.to_metric(back[:, 0], back[:, 1], "EPSG:25833")
    assert again == pytest.approx(xy, abs=1e-6)


def test_a_hundred_metres_are_a_hundred_metres():
    lonlat = crs.to_lonlat([[385_000, 5_934_000], [385_000, 5_934_100]], "EPSG:25833")
    mean_radius_m = 6_371_000
    degrees = np.radians(lonlat[1] - lonlat[0])
    across = degrees[0] * np.cos(np.radians(53.54))
    assert np.hypot(across, degrees[1]) * mean_radius_m == pytest.approx(100, rel=0.004)


def test_no_points_give_no_points():
    assert crs.to_metric([], [], "EPSG:25833").shape == (0, 2)
    assert crs.to_lonlat(np.empty((0, 2)), "EPSG:25833").shape == (0, 2)


def test_one_point_may_be_given_flat():
    assert crs.to_lonlat([385_000, 5_934_000], "EPSG:25833").shape == (1, 2)


def test_geometry_goes_to_metres_and_back_and_loses_its_height():
    shape = shapely.from_wkt("POLYGON Z ((13 53 5, 13.1 53 5, 13.1 53.1 5, 13 53.1 5, 13 53 5))")
    metric = crs.geometry_to_metric(shape, "EPSG:25833")
    assert not shapely.has_z(metric)
    assert metric.area == pytest.approx(6_710 * 11_130, rel=0.01)
    back = crs.geometry_to_lonlat(metric, "EPSG:25833")
    assert shapely.hausdorff_distance(back, shapely.force_2d(shape)) < 1e-10


def test_array_of_geometries_keeps_its_length_and_what_is_passed_stays():
    shapes = np.array([shapely.Point(13, 53), None, shapely.Point()], object)
    metric = crs.geometry_to_metric(shapes, "EPSG:25833")
    assert metric.shape == (3,)
    assert metric[1] is None
    assert shapely.is_empty(metric[2])
    assert shapes[0] == shapely.Point(13, 53)
