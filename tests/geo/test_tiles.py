"""The base map: what is in the file, and that it appears whole or not at all."""

import gzip
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from pmtiles.reader import MmapSource, Reader, all_tiles

from geo.cartography import MapLayer, area_kind, cut_layer
from geo.coast import sea_polygons
from geo.errors import ExtractError
from geo.tiles import ATTRIBUTION, build_base_map

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "data" / "regions" / "neubrandenburg" / "neubrandenburg-2016.osm.pbf"
HELSINKI = ROOT / "tests" / "fixtures" / "helsinki" / "helsinki-centre-2019.osm.pbf"
LIECHTENSTEIN = ROOT / "tests" / "fixtures" / "liechtenstein" / "liechtenstein-2013-08-03.osm.pbf"


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    return build_base_map(DEMO, tmp_path_factory.mktemp("demo") / "demo.pmtiles")


@pytest.fixture(scope="module")
def helsinki(tmp_path_factory):
    return build_base_map(HELSINKI, tmp_path_factory.mktemp("helsinki") / "helsinki.pmtiles")


def tiles(path: Path) -> dict[tuple[int, int, int], bytes]:
    with path.open("rb") as file:
        return {zxy: gzip.decompress(data) for zxy, data in all_tiles(MmapSource(file))}


def layer_names(tile: bytes) -> list[str]:
    """Read the names of a vector tile's layers: field 3 of the tile, field 1 of a layer."""

    def varint(at: int) -> tuple[int, int]:
        value, shift = 0, 0
        while True:
            value |= (tile[at] & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if tile[at - 1] < 0x80:
                return value, at

    names, at = [], 0
    while at < len(tile):
        assert tile[at] == 0x1A
        length, at = varint(at + 1)
        end, inner = at + length, at
        while inner < end:
            tag, inner = varint(inner)
            value, inner = varint(inner)
            if tag == 0x0A:
                names.append(tile[inner : inner + value].decode())
            inner += value if tag & 7 == 2 else 0
        at = end
    return names


def test_the_demo_region_fits_into_three_megabytes_from_zoom_6_to_15(demo):
    assert demo.size_bytes < 3_000_000
    assert (demo.min_zoom, demo.max_zoom) == (6, 15)
    assert demo.features["buildings"] == 15_339
    assert len(tiles(demo.path)) == demo.tiles


def test_no_tile_holds_two_layers_of_one_name(demo):
    names = [layer_names(tile) for tile in tiles(demo.path).values()]
    assert max(Counter(found).most_common(1)[0][1] for found in names if found) == 1
    assert {"land", "water", "buildings", "roads", "places"} <= set().union(*names)


def test_buildings_and_paths_start_at_zoom_13(demo):
    first = {}
    for (zoom, _, _), tile in sorted(tiles(demo.path).items()):
        for name in layer_names(tile):
            first.setdefault(name, zoom)
    assert {name: first[name] for name in ("roads", "streets", "paths", "buildings")} == {
        "roads": 6,
        "streets": 11,
        "paths": 13,
        "buildings": 13,
    }


def test_the_metadata_name_the_source_its_date_and_every_layer(demo):
    with demo.path.open("rb") as file:
        metadata = Reader(MmapSource(file)).metadata()
    assert metadata["attribution"] == ATTRIBUTION == "© OpenStreetMap contributors"
    assert {layer["id"] for layer in metadata["vector_layers"]} == set(demo.features)
    json.dumps(metadata)


def test_the_town_has_the_first_rank_and_the_lake_its_name(demo):
    places = pyogrio.read_dataframe(demo.path, layer="places")
    assert set(places.loc[places["name"] == "Neubrandenburg", "rank"]) == {1}
    names = pyogrio.read_dataframe(demo.path, layer="names")
    assert set(names.loc[names["name"] == "Tollensesee", "kind"]) == {"water"}


def test_the_same_extract_gives_the_same_bytes(helsinki, tmp_path):
    again = build_base_map(HELSINKI, tmp_path / "again.pmtiles")
    assert again.path.read_bytes() == helsinki.path.read_bytes()


def test_a_city_at_the_sea_has_a_sea(helsinki):
    water = pyogrio.read_dataframe(helsinki.path, layer="water")
    sea = water[water["kind"] == "sea"].to_crs(4326)
    bay, park, island = (
        shapely.Point(24.9431, 60.1775),
        shapely.Point(24.9460, 60.1745),
        shapely.Point(24.9500, 60.1788),
    )
    assert sea.intersects(bay).any()
    assert not sea.intersects(park).any()
    assert not sea.intersects(island).any()


def test_a_country_without_sea_or_header_date_builds_too(tmp_path):
    info = build_base_map(LIECHTENSTEIN, tmp_path / "li.pmtiles")
    assert info.features["buildings"] > 3_700
    places = pyogrio.read_dataframe(info.path, layer="places")
    assert "Vaduz" in set(places["name"])


def test_an_area_that_is_cut_stays_an_area():
    # the right part lies on the box's edge: its cut is a polygon and a line
    shape = shapely.Polygon(
        [(0, 0), (2, 0), (2, 1), (1, 1), (1, 0.5), (0.5, 0.5), (0.5, 1), (0, 1)]
    )
    layer = MapLayer("land", 8)
    layer.add(shape, kind="wood")
    layer.add(shapely.box(5, 5, 6, 6), kind="grass")
    box = (-1.0, 0.5, 3.0, 2.0)
    assert shapely.intersection(shape, shapely.box(*box)).geom_type == "GeometryCollection"
    cut = cut_layer(layer, box)
    assert [each.geom_type for each in cut.geometry] == ["MultiPolygon"]
    assert cut.geometry[0].area == pytest.approx(0.75)
    assert dict(cut.fields) == {"kind": ["wood"]}


def test_bounds_cut_the_map(tmp_path):
    box = (24.940, 60.168, 24.946, 60.172)
    info = build_base_map(HELSINKI, tmp_path / "part.pmtiles", bounds=box)
    roads = pyogrio.read_dataframe(info.path, layer="roads").to_crs(4326)
    assert np.allclose(roads.total_bounds, box, atol=1e-4)


def test_bounds_far_from_the_data_are_refused_and_leave_nothing(tmp_path):
    with pytest.raises(ExtractError, match="nothing to draw inside"):
        build_base_map(HELSINKI, tmp_path / "far.pmtiles", bounds=(0.0, 0.0, 1.0, 1.0))
    assert list(tmp_path.iterdir()) == []


def test_a_truncated_extract_leaves_the_older_map_in_place(tmp_path):
    broken = tmp_path / "broken.osm.pbf"
    broken.write_bytes(HELSINKI.read_bytes()[:100_000])
    out = tmp_path / "map.pmtiles"
    out.write_bytes(b"older")
    with pytest.raises(ExtractError, match=r"`extract` broken\.osm\.pbf cannot be read"):
        build_base_map(broken, out)
    assert out.read_bytes() == b"older"
    assert {p.name for p in tmp_path.iterdir()} == {"broken.osm.pbf", "map.pmtiles"}


@pytest.mark.parametrize(
    ("coast", "share"),
    [
        ([(0.0, 0.5), (1.0, 0.5)], 0.5),  # northern half is land: on the left
        ([(0.25, 0.0), (0.25, 1.0)], 0.75),
        ([(0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6), (0.4, 0.4)], 0.96),  # an island
        ([(0.4, 0.4), (0.4, 0.6), (0.6, 0.6), (0.6, 0.4), (0.4, 0.4)], 0.04),  # a lagoon
        ([(0.2, 0.2), (0.8, 0.3)], 0.0),  # ends in the middle: no telling
        ([(0.0005, 0.5), (0.9995, 0.5)], 0.5),  # data clipped just before the box
    ],
)
def test_the_sea_lies_right_of_the_coastline(coast, share):
    sea = sea_polygons([shapely.LineString(coast)], (0.0, 0.0, 1.0, 1.0))
    assert sum(shapely.area(sea)) == pytest.approx(share, abs=1e-6)


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"natural": "water", "name": "Tollensesee"}, "water"),
        ({"landuse": "forest"}, "wood"),
        ({"landuse": "residential", "leisure": "park"}, "residential"),
        ({"amenity": "bench"}, None),
        ({}, None),
    ],
)
def test_an_area_is_drawn_as_its_kind(tags, kind):
    assert area_kind(tags) == kind
