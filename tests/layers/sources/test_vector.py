"""GeoJSON and GIS files in any CRS, and files that pretend to be one."""

from __future__ import annotations

import io
import json
import socket
import sqlite3
import threading
import zipfile
from datetime import date

import geopandas as gpd
import pytest
import shapely

from layers.errors import SourceError
from layers.sources.geojson import read_geojson_offers
from layers.sources.sniff import read_source
from layers.sources.vector import read_vector
from tests.layers.sources.conftest import BOUNDS

PLACES = [(8.04, 52.28), (8.10, 52.20)]


def frame(crs=4326):
    rows = {"name": ["Hof Süd", "<b>Ölmühle</b> 🌻"], "category": ["csa", "Hofladen"]}
    points = gpd.points_from_xy(*zip(*PLACES, strict=True))
    return gpd.GeoDataFrame(rows, geometry=points, crs=4326).to_crs(crs)


def geopackage(data, tmp_path, **keys):
    path = tmp_path / "offers.gpkg"
    data.to_file(path, driver="GPKG", **keys)
    return path


def shapefile(tmp_path, *, stem="höfe", crs=25832, folder="", leave_out=()):
    frame(crs).to_file(tmp_path / f"{stem}.shp", encoding="UTF-8")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for path in sorted(tmp_path.glob(f"{stem}.*")):
            if path.suffix not in leave_out:
                archive.write(path, f"{folder}{path.name}")
    return file.getvalue()


def feature(geometry, **properties):
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def point(x, y):
    return {"type": "Point", "coordinates": [x, y]}


def geojson(*features, **members):
    return json.dumps({"type": "FeatureCollection", "features": features, **members}).encode()


def places_of(reading):
    return [(r.lon, r.lat) for r in reading.records]


@pytest.mark.parametrize("crs", [4326, 25832, 31467, 3857, 3035])
def test_a_geopackage_in_any_crs_is_placed(options, tmp_path, crs):
    reading = read_source(geopackage(frame(crs), tmp_path), options=options(bounds=BOUNDS))
    assert (reading.kind, reading.rows, reading.faults) == ("geopackage", 2, ())
    assert places_of(reading) == [pytest.approx(p, abs=2e-5) for p in PLACES]
    assert [r.categories for r in reading.records] == [("csa",), ("farm_shop",)]
    assert reading.records[1].name == "<b>Ölmühle</b> 🌻"


def test_a_layer_can_be_chosen_and_the_others_are_named(options, tmp_path):
    geopackage(frame(), tmp_path, layer="höfe")
    path = geopackage(frame().iloc[:1], tmp_path, layer="alt", mode="a")
    reading = read_source(path, options=options())
    assert (reading.rows, reading.notes) == (2, ("layer 'höfe' was read, not 'alt'",))
    assert read_source(path, options=options(layer="alt")).rows == 1
    with pytest.raises(SourceError, match="'neu' is no layer with places; there are höfe, alt"):
        read_source(path, options=options(layer="neu"))


def test_a_zipped_shapefile_is_read_wherever_it_lies(options, tmp_path):
    for folder in ("", "daten/", "../../"):
        reading = read_source(shapefile(tmp_path, folder=folder), options=options())
        assert (reading.kind, reading.rows) == ("shapefile", 2)
        assert places_of(reading) == [pytest.approx(p, abs=2e-6) for p in PLACES]


def test_a_shapefile_without_its_prj_is_told_by_its_numbers_or_refused(options, tmp_path):
    data = shapefile(tmp_path, leave_out=(".prj",))
    known = read_source(data, options=options(bounds=BOUNDS))
    assert places_of(known) == [pytest.approx(p, abs=2e-6) for p in PLACES]
    unknown = read_source(data, options=options())
    assert unknown.records == ()
    assert "give `crs`" in unknown.faults[0].reason


def test_an_archive_of_two_shapefiles_asks_which(options, tmp_path):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for stem in ("a", "b"):
            frame().to_file(tmp_path / f"{stem}.shp")
            for path in tmp_path.glob(f"{stem}.*"):
                archive.write(path, path.name)
    with pytest.raises(SourceError, match=r"2 Shapefiles \(a, b\); it needs exactly one"):
        read_source(file.getvalue(), options=options())
    assert read_source(file.getvalue(), options=options(layer="b")).rows == 2


def test_areas_and_lines_are_taken_by_a_point_in_them(options, tmp_path):
    shapes = [shapely.box(8.0, 52.0, 8.1, 52.1), shapely.LineString([(8.2, 52.2), (8.3, 52.2)])]
    data = gpd.GeoDataFrame({"name": ["A", "B"], "category": "csa"}, geometry=shapes, crs=4326)
    reading = read_source(geopackage(data, tmp_path), options=options())
    inside = shapely.points(places_of(reading))
    assert all(shape.distance(p) < 1e-6 for shape, p in zip(shapes, inside, strict=True))


def test_a_feature_without_geometry_is_named(options, tmp_path):
    data = frame()
    data.loc[1, "geometry"] = None
    reading = read_source(geopackage(data, tmp_path), options=options())
    assert [(f.line, f.reason) for f in reading.faults] == [(2, "no geometry")]


def test_a_broken_geopackage_is_refused(options, tmp_path):
    path = geopackage(frame(), tmp_path)
    for data in (path.read_bytes()[:3000], path.read_bytes()[:100] + b"x" * 5000):
        with pytest.raises(SourceError, match="cannot be read as geopackage"):
            read_source(data, options=options())


def test_a_geopackage_cannot_make_gdal_open_other_files(options, tmp_path):
    path = geopackage(frame(), tmp_path)
    with sqlite3.connect(path) as database:
        database.execute("CREATE VIEW spy AS SELECT load_extension('/nowhere')")
    assert read_source(path, options=options()).rows == 2


def test_geojson_is_read_with_lists_numbers_and_nesting(options):
    second = feature(point(8.1, 52.2), name="B", category=["csa", "Hofladen"])
    inner = {"type": "FeatureCollection", "features": [second]}
    data = geojson(feature(point("8,04", "52.28"), name="A", category="csa", kapazität=12), inner)
    first, second = read_source(data, options=options()).records
    assert (first.lon, first.lat, first.capacity) == (8.04, 52.28, 12.0)
    assert second.categories == ("csa", "farm_shop")


@pytest.mark.parametrize("name", ["EPSG:25832", "urn:ogc:def:crs:EPSG::25832"])
def test_geojson_in_the_crs_that_it_names_is_transformed(options, name):
    (x, y), _ = [(p.x, p.y) for p in frame(25832).geometry]
    crs = {"type": "name", "properties": {"name": name}}
    data = geojson(feature(point(x, y), name="A", category="csa"), crs=crs)
    assert places_of(read_source(data, options=options())) == [pytest.approx(PLACES[0], abs=1e-6)]


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        (None, "no geometry"),
        (point(None, 52), "a point whose coordinates are"),
        (point(float("nan"), 52), "a point whose coordinates are"),
        ({"type": "Point", "coordinates": []}, "a point whose coordinates are"),
        ({"type": "Polygon", "coordinates": [[[8, 52]]]}, "cannot be read"),
        (
            {"type": "Polygon", "coordinates": [[[8, 52], [1e308, -1e308], [8, 10**400], [8, 52]]]},
            "cannot be read",
        ),
        ({"type": "LineString", "coordinates": [[8, 52], [1e308, None]]}, "geometry"),
        ({"type": "Unsinn", "coordinates": [8, 52]}, "cannot be read"),
        (point(0, 0), "sea off Africa"),
    ],
)
def test_a_feature_that_lies_nowhere_is_named_and_the_rest_is_read(options, geometry, reason):
    good = feature(point(8, 52), name="B", category="csa")
    reading = read_source(
        geojson(feature(geometry, name="A", category="csa"), good), options=options()
    )
    assert [(f.line, f.text) for f in reading.faults] == [(1, "A")]
    assert reason in reading.faults[0].reason
    assert [r.name for r in reading.records] == ["B"]


@pytest.mark.parametrize("features", [5, True, "text", {}, None])
def test_a_collection_without_a_list_is_empty(options, features):
    data = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    assert read_source(data, options=options()).rows == 0


def test_what_is_no_feature_is_counted_and_named(options):
    reading = read_geojson_offers(geojson(5, None, {"type": "Feature"}), options())
    assert (reading.rows, len(reading.faults)) == (3, 3)


def test_tags_of_openstreetmap_are_read_as_its_objects(options):
    shop = {"shop": "farm", "name": "Hofladen", "addr:street": "Am Wall", "addr:housenumber": "3"}
    data = geojson(
        {**feature(point(8.04, 52.28), **shop), "id": "node/5"},
        {**feature(point(8.05, 52.28), amenity="vending_machine", vending="drinks"), "id": "way/6"},
    )
    reading = read_source(data, options=options(as_of=date(2026, 1, 1)))
    (record,) = reading.records
    assert (record.source, record.source_id, record.street) == ("osm", "n5", "Am Wall")
    assert record.categories[0] == "farm_shop"
    assert [(f.line, f.reason) for f in reading.faults] == [(2, "is no category of the taxonomy")]
    assert reading.licence == "ODbL-1.0"
    with pytest.raises(SourceError, match="give `as_of`"):
        read_source(data, options=options())


def test_deep_json_is_refused(options):
    with pytest.raises(SourceError, match="nested too deeply"):
        read_source(b"[" * 200_000, options=options())
    deep = '{"type":"FeatureCollection","features":[' * 900 + "]}" * 900
    with pytest.raises(SourceError, match="nested too deeply"):
        read_geojson_offers(deep.encode(), options())


@pytest.fixture
def visited():
    """A server on this machine that counts who comes."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        guests = []

        def serve():
            while not stop.is_set():
                try:
                    guests.append(server.accept()[0])
                except TimeoutError:
                    continue

        stop = threading.Event()
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1], guests
        stop.set()
        thread.join()
        for guest in guests:
            guest.close()


def test_a_vrt_in_disguise_opens_nothing(options, tmp_path, visited):
    port, guests = visited
    vrt = (
        '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>'
        f"/vsicurl/http://127.0.0.1:{port}/secret.geojson</SrcDataSource></OGRVRTLayer>"
        "</OGRVRTDataSource>"
    ).encode()
    path = tmp_path / "harmless.geojson"
    path.write_bytes(vrt)
    for kind in (None, "geojson", "geopackage", "geoparquet", "csv", "shapefile"):
        with pytest.raises(SourceError, match="`source`"):
            read_source(path, kind=kind, options=options())
    assert guests == []


def test_a_vrt_inside_an_archive_opens_nothing(options, visited):
    port, guests = visited
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.shp", f"<OGRVRTDataSource>/vsicurl/http://127.0.0.1:{port}/</x>")
    with pytest.raises(SourceError, match="no Shapefile"):
        read_source(file.getvalue(), options=options())
    assert guests == []


def test_geoparquet_that_cannot_be_read_says_why_or_the_way_out(options):
    with pytest.raises(SourceError, match=r"umkreis\[parquet\]|cannot be read as geoparquet"):
        read_vector(b"PAR1 and nothing", "geoparquet", options())
