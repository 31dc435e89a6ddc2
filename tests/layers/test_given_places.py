"""Candidates of the asker: lists and files, and what is wrong with them."""

from pathlib import Path

import numpy as np
import pytest

from geo.crs import to_lonlat
from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.given_places import Place, check_places, parse_place, read_places
from layers.sites import next_sites
from tests.toyregion import CRS, ORIGIN

CAFE = {"category": "repair_cafe", "mode": "walk", "minutes": 2.5}


def at(x: float, y: float, name: str = "") -> Place:
    """A place in the toy town's metres."""
    (lon, lat) = to_lonlat(ORIGIN + np.array([[x, y]]), CRS)[0]
    return Place(float(lon), float(lat), name)


def test_the_best_of_the_given_places_is_chosen(toy_atlas: Atlas):
    places = [at(0, 0, "Ecke"), at(250, 250, "Schule"), at(5, 5)]
    report = next_sites(toy_atlas, **CAFE, new=1, places=places)
    assert len(report.candidates.offer) == 3
    assert report.places[report.sites[0].given].name == "Schule"
    assert report.sites[0].offer == -1
    assert report.siting.proven


def test_given_places_join_other_kinds(toy_atlas: Atlas):
    report = next_sites(toy_atlas, **CAFE, new=1, places=[at(0, 0)], candidates=["corners"])
    corners = next_sites(toy_atlas, **CAFE, new=1)
    assert len(report.candidates.offer) == len(corners.candidates.offer) + 1
    assert report.candidates.given.tolist()[-1] == 0


def test_more_sites_than_places_are_refused(toy_atlas: Atlas):
    with pytest.raises(ParameterError, match="at most the number of candidates, 1"):
        next_sites(toy_atlas, **CAFE, new=2, places=[at(0, 0)])


@pytest.mark.parametrize(
    ("place", "message"),
    [
        (Place(13.0, 48.0, "Passau"), r"place 2 'Passau' \(13, 48\) lies outside the region Öd"),
        (Place(13.0, 48.0), "leave it out, or ask another region"),
        (Place(53.5, 13.2), "lies outside the region"),
        (Place(200.0, 53.0), "coordinates beyond degrees"),
        (Place(float("nan"), 53.0), "coordinates beyond degrees"),
        (Place(float("inf"), 53.0), "coordinates beyond degrees"),
    ],
)  # fmt: skip
def test_a_place_outside_the_region_is_refused_by_number(
    toy_atlas: Atlas, place: Place, message: str
):
    with pytest.raises(ParameterError, match=message):
        check_places(toy_atlas, [at(0, 0), place], mode="walk")


def test_all_faults_are_told_at_once(toy_atlas: Atlas):
    far = [Place(13.0, 48.0)] * 14
    with pytest.raises(ParameterError, match=r"place 1 .*; place 10 .*; and 4 more"):
        check_places(toy_atlas, far, mode="walk")


def test_too_many_places_are_refused(toy_atlas: Atlas):
    with pytest.raises(ParameterError, match="holds 501 places, at most 500"):
        check_places(toy_atlas, [at(0, 0)] * 501, mode="walk")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("p.csv", "lon,lat,name\n13.25,53.5,Alte Post\n13.26,53.51,\n"),
        ("p.CSV", "\ufeffname;lat;lon\nAlte Post;53,5;13,25\n;53.51;13.26\n"),
        ("p.geojson", '{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": '
         '{"type": "Point", "coordinates": [13.25, 53.5, 7]}, "properties": {"name": "Alte Post"}},'
         '{"type": "Feature", "geometry": {"type": "Point", "coordinates": [13.26, 53.51]}}]}'),
    ],
)  # fmt: skip
def test_places_are_read_from_files(tmp_path: Path, name: str, text: str):
    file = tmp_path / name
    file.write_text(text, "utf-8")
    assert read_places(file) == [Place(13.25, 53.5, "Alte Post"), Place(13.26, 53.51)]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("p.csv", "x,y\n1,2\n", "has the columns x, y; it needs lon and lat"),
        ("p.csv", "", "has the columns none"),
        ("p.csv", "lon,lat\n13.2,here\n13.2,53.5\n,\n", "place 1 has no readable .*; place 3 has"),
        ("p.csv", "lon,lat\n", "holds no place"),
        ("p.geojson", "lon,lat", "is no GeoJSON"),
        ("p.geojson", "[1]", "holds no place"),
        ("p.geojson", '{"features": [{"geometry": {"type": "Polygon"}}]}', "place 1 has no"),
        ("p.geojson", '{"features": [{"geometry": {"type": "Point", "coordinates": [true, 1]}}]}',
         "place 1 has no"),
        ("p.csv", "lon,lat\n" + "13,53\n" * 200_000, "bytes, at most 1,000,000"),
    ],
)  # fmt: skip
def test_a_file_of_no_places_is_refused(tmp_path: Path, name: str, text: str, message: str):
    file = tmp_path / name
    file.write_text(text, "utf-8")
    with pytest.raises(ParameterError, match=message):
        read_places(file)


def test_a_missing_file_is_refused(tmp_path: Path):
    with pytest.raises(ParameterError, match=r"there is no file gone\.csv"):
        read_places(tmp_path / "gone.csv")


def test_a_file_in_another_encoding_is_refused(tmp_path: Path):
    (tmp_path / "p.csv").write_bytes("lon,lat,name\n13,53,Öd\n".encode("latin-1"))
    with pytest.raises(ParameterError, match="not in UTF-8"):
        read_places(tmp_path / "p.csv")


def test_a_single_place_is_read():
    assert parse_place("13.25,53.5") == Place(13.25, 53.5)
    with pytest.raises(ParameterError, match="is not LON,LAT in degrees"):
        parse_place("13.25")
