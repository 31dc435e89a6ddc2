"""GeoJSON as people really write it."""

import json

import pytest
import shapely

from geo.errors import RegionError
from geo.vector import read_geojson

RING = [[13, 53], [14, 53], [14, 54], [13, 54], [13, 53]]
SQUARE = {"type": "Polygon", "coordinates": [RING]}


def feature(geometry=SQUARE, **properties):
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features, **members):
    return {"type": "FeatureCollection", "features": list(features), **members}


@pytest.fixture
def read(tmp_path):
    def read(data, *, encoding="utf-8"):
        path = tmp_path / "Gemeinden für alle.geojson"
        text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
        path.write_bytes(text.encode(encoding))
        return read_geojson(path)

    return read


def test_properties_become_columns_and_shapes_rows(read):
    frame = read(collection(feature(name="Öd", n=1), feature(name="Äsch", n=2)))
    assert frame["name"].tolist() == ["Öd", "Äsch"]
    assert frame["n"].tolist() == [1, 2]
    assert shapely.area(frame.geometry.to_numpy()).tolist() == [1.0, 1.0]
    assert frame.crs == "OGC:CRS84"


def test_nested_collections_are_flattened_in_order(read):
    inner = collection(feature(n=2), collection(feature(n=3)))
    assert read(collection(feature(n=1), inner, feature(n=4)))["n"].tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize("top", [feature(n=1), SQUARE])
def test_a_bare_feature_or_geometry_is_read(read, top):
    assert len(read(top)) == 1


def test_heights_are_dropped(read):
    ring = [[*point, 77.5] for point in RING]
    shape = read(feature({"type": "Polygon", "coordinates": [ring]})).geometry[0]
    assert (shapely.has_z(shape), shape.area) == (False, 1.0)


def test_byte_order_mark_and_windows_line_ends_are_read(read):
    text = json.dumps(collection(feature(name="Öd")), indent=1, ensure_ascii=False)
    frame = read(text.replace("\n", "\r\n"), encoding="utf-8-sig")
    assert frame["name"].tolist() == ["Öd"]


@pytest.mark.parametrize(
    "crs",
    [
        None,
        {},
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
        {"type": "name", "properties": {"name": "EPSG:4326"}},
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4258"}},
        {"type": "name", "properties": None},
        {"type": "link", "properties": {"href": "x"}},
        "EPSG:4326",
    ],
)
def test_old_crs_member_of_degrees_is_accepted(read, crs):
    assert len(read(collection(feature(), crs=crs))) == 1


@pytest.mark.parametrize(
    "crs",
    [
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25833"}},
        {"type": "name", "properties": {"name": "WGS 84 / UTM zone 33N"}},
        "EPSG:31468",
    ],
)
def test_another_crs_is_refused_with_the_way_out(read, crs):
    with pytest.raises(RegionError, match=r"is in .*; convert it to WGS 84 lon/lat"):
        read(collection(feature(), crs=crs))


def test_metres_without_a_word_are_refused(read):
    ring = [[385_000, 5_934_000], [386_000, 5_934_000], [386_000, 5_935_000], [385_000, 5_934_000]]
    with pytest.raises(RegionError, match=r"feature 1 has coordinates beyond degrees \(385000, 59"):
        read(feature({"type": "Polygon", "coordinates": [ring]}))


@pytest.mark.parametrize(
    ("geometry", "why"),
    [
        ({"type": "Point", "coordinates": [13, 53]}, "is a Point; only polygons are districts"),
        ({"type": "LineString", "coordinates": RING}, "is a LineString"),
        ({"type": "MultiPoint", "coordinates": RING}, "is a MultiPoint"),
        ({"type": "GeometryCollection", "geometries": [SQUARE]}, "is a GeometryCollection"),
        (None, "has no geometry"),
        ({"type": "Polygon"}, "has no readable geometry"),
        ({"type": "Polygon", "coordinates": [[[13, 53], [14, 53]]]}, "has no readable geometry"),
        ({"type": "Polygon", "coordinates": [[["a", "b"]] * 4]}, "has no readable geometry"),
        ({"type": "Polygon", "coordinates": 7}, "has no readable geometry"),
        ({"type": "Cube", "coordinates": []}, "has no readable geometry"),
        ({"coordinates": [RING]}, "has no readable geometry"),
        ("POLYGON((0 0))", "has no readable geometry"),
        ({"type": "Polygon", "coordinates": []}, "has coordinates beyond degrees"),
        ({"type": "Polygon", "coordinates": [[[13, 53], [14, 53], [13, 53]]]}, "has no"),
        ({"type": "Polygon", "coordinates": [[[13, 53], [14, 53], [15, 53], [13, 53]]]}, "no area"),
    ],
)
def test_what_is_no_district_is_said_with_its_number(read, geometry, why):
    with pytest.raises(RegionError, match=rf"für alle\.geojson: feature 2 .*{why}"):
        read(collection(feature(), feature(geometry)))


def test_all_faults_are_said_at_once_and_many_are_cut_short(read):
    point = feature({"type": "Point", "coordinates": [13, 53]})
    with pytest.raises(RegionError, match=r"feature 1 .*feature 10 is a Point; .*; and 15 more$"):
        read(collection(*[point] * 25))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not valid GeoJSON"),
        ("{", "not valid GeoJSON"),
        ("[]", "its top is a list"),
        ('"Polygon"', "its top is a str"),
        ("null", "its top is a NoneType"),
        ("{}", "holds no features; it needs polygons"),
        ('{"type": "FeatureCollection"}', "holds no features"),
        ('{"type": "FeatureCollection", "features": null}', "holds no features"),
        ('{"type": "FeatureCollection", "features": []}', "holds no features"),
        ('{"type": "FeatureCollection", "features": [1, null, "x"]}', "holds no features"),
        ('{"type": "Topology", "objects": {}}', "holds no features"),
        ('{"type": "Point", "coordinates": [NaN, 1]}', "NaN is not a JSON number"),
        ('{"type": "Point", "coordinates": [-Infinity, 1]}', "Infinity is not a JSON number"),
        ("[" * 100_000, "not valid GeoJSON"),
        ('{"type":"FeatureCollection","features":[' * 700 + "]}" * 700, "not valid|no features"),
        ("<kml></kml>", "not valid GeoJSON"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_geojson_is_said(read, text, why):
    with pytest.raises(RegionError, match=why):
        read(text)


def test_number_beyond_all_numbers_is_said(read):
    ring = "[[1e999, 53], [14, 53], [14, 54], [1e999, 53]]"
    with pytest.raises(RegionError, match=r"feature 1 has (no readable|coordinates beyond)"):
        read('{"type": "Polygon", "coordinates": [' + ring + "]}")


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_other_encoding_is_said_with_the_way_out(read, encoding):
    with pytest.raises(RegionError, match=r"not in UTF-8 .*save it so"):
        read(collection(feature(name="Öd")), encoding=encoding)


def test_missing_file_and_folder_are_said(tmp_path):
    with pytest.raises(RegionError, match=r"there is no file nowhere\.geojson in"):
        read_geojson(tmp_path / "nowhere.geojson")
    with pytest.raises(RegionError, match=r"there is no file"):
        read_geojson(tmp_path)


def test_bow_tie_becomes_its_two_triangles(read):
    bow_tie = [[13, 53], [14, 54], [14, 53], [13, 54], [13, 53]]
    shape = read(feature({"type": "Polygon", "coordinates": [bow_tie]})).geometry[0]
    assert (shape.geom_type, shape.area) == ("MultiPolygon", 0.5)
    assert shape.is_valid


def test_spike_leaves_a_polygon_and_no_line(read):
    spike = [[13, 53], [14, 53], [14, 54], [14, 55], [14, 54], [13, 54], [13, 53]]
    shape = read(feature({"type": "Polygon", "coordinates": [spike]})).geometry[0]
    assert (shape.geom_type, shape.area) == ("Polygon", 1.0)


def test_holes_and_parts_are_kept(read):
    hole = [[13.4, 53.4], [13.4, 53.6], [13.6, 53.6], [13.6, 53.4], [13.4, 53.4]]
    island = [[20, 53], [21, 53], [21, 54], [20, 54], [20, 53]]
    shape = {"type": "MultiPolygon", "coordinates": [[RING, hole], [island]]}
    assert read(feature(shape)).geometry[0].area == pytest.approx(2 - 0.04)


def test_id_of_the_feature_stands_in_where_no_property_has_it(read):
    frame = read(collection({**feature(name="a"), "id": "x1"}, {**feature(id="own"), "id": "x2"}))
    assert frame["id"].tolist() == ["x1", "own"]


@pytest.mark.parametrize("properties", [None, [], "text", 7])
def test_properties_of_another_kind_are_none(read, properties):
    assert read({**feature(), "properties": properties}).columns.tolist() == ["geometry"]


def test_property_named_geometry_does_not_hide_the_shape(read):
    assert read({**feature(), "properties": {"geometry": "x"}}).geometry[0].area == 1.0
