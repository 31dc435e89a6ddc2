"""Streets, buildings and features of small files, object by object."""

import resource
from itertools import groupby
from pathlib import Path

import numpy as np
import osmium
import pytest
import shapely

from geo import osm
from geo.errors import ExtractError
from tests.osmfile import node, relation, way, write_osm
from tests.toyregion import EXTRACT, HOSTILE_NAME, HOUSES, toy_lonlat, write_toy_region

SQUARE = [node(1, 0, 0), node(2, 1, 0), node(3, 1, 1), node(4, 0, 1)]
HOLE = [node(5, 0.4, 0.4), node(6, 0.6, 0.4), node(7, 0.6, 0.6), node(8, 0.4, 0.6)]


@pytest.fixture
def streets(tmp_path):
    def read(*objects):
        return osm.read_streets(write_osm(tmp_path / "x.osm.pbf", objects))

    return read


@pytest.fixture
def buildings(tmp_path):
    def read(*objects):
        return osm.read_buildings(write_osm(tmp_path / "x.osm.pbf", objects))

    return read


def runs(streets: osm.Streets) -> list[tuple[int, list[int]]]:
    """Every row as way id and node ids."""
    bounds = streets.node_start
    return [
        (int(way_id), streets.node_id[bounds[i] : bounds[i + 1]].tolist())
        for i, way_id in enumerate(streets.way_id)
    ]


# --- streets


def test_toy_town_has_ten_streets_of_five_crossings(toy_region_dir):
    streets = osm.read_streets(toy_region_dir / EXTRACT)
    assert streets.way_id.tolist() == [*range(101, 106), *range(111, 116)]
    assert np.diff(streets.node_start).tolist() == [5] * 10
    assert streets.tag_sets == [{"highway": "residential"}]  # names are not kept
    first = np.column_stack([streets.lon, streets.lat])[:5]
    assert first == pytest.approx(toy_lonlat(np.array([(100 * i, 0) for i in range(5)])), abs=6e-8)


def test_street_is_split_where_a_node_is_missing_and_its_ends_are_cut(streets):
    nodes = [node(i, i / 10) for i in (1, 2, 4, 5, 8, 9)]
    table = streets(*nodes, way(1, range(1, 10), highway="path"))
    assert runs(table) == [(1, [1, 2]), (1, [4, 5]), (1, [8, 9])]
    assert table.cut_node_id.tolist() == [2, 4, 5, 8]


def test_street_that_goes_on_beyond_the_file_is_cut_at_its_end(streets):
    nodes = [node(i, i / 10) for i in (2, 3)]
    table = streets(*nodes, way(1, [1, 2, 3, 4], highway="path"))
    assert runs(table) == [(1, [2, 3])]
    assert table.cut_node_id.tolist() == [2, 3]


def test_lone_node_between_missing_ones_is_no_street_but_a_cut(streets):
    table = streets(node(2, 0), node(5, 1), node(6, 2), way(1, range(1, 7), highway="path"))
    assert runs(table) == [(1, [5, 6])]
    assert table.cut_node_id.tolist() == [2, 5]


def test_whole_street_is_not_cut(streets):
    table = streets(*SQUARE, way(1, [1, 2, 3], highway="path"))
    assert runs(table) == [(1, [1, 2, 3])]
    assert table.cut_node_id.size == 0


def test_extract_that_ends_in_the_town_cuts_five_streets(tmp_path):
    path = write_toy_region(tmp_path, cut=True).parent / EXTRACT
    streets = osm.read_streets(path)
    assert streets.cut_node_id.tolist() == [4, 9, 14, 19, 24]  # the crossings at x = 300
    assert 115 not in streets.way_id  # the street at x = 400


@pytest.mark.parametrize(
    ("tags", "kept"),
    [
        ({"highway": "residential"}, True),
        ({"route": "ferry"}, True),
        ({"railway": "platform"}, True),
        ({"public_transport": "platform"}, True),
        ({"man_made": "pier"}, True),
        ({"route": "bus"}, False),
        ({"railway": "rail"}, False),
        ({"man_made": "pipeline"}, False),
        ({"waterway": "river"}, False),
    ],
)
def test_ways_that_carry_people_are_kept(streets, tags, kept):
    assert len(streets(*SQUARE, way(1, [1, 2], **tags)).way_id) == kept


def test_equal_tags_are_stored_once_and_names_not_at_all(streets):
    ways = [way(i, [1, 2], highway="path", name=f"Weg {i}") for i in range(1, 6)]
    table = streets(*SQUARE, *ways, way(6, [2, 3], foot="no", highway="path"))
    assert table.tag_sets == [{"highway": "path"}, {"highway": "path", "foot": "no"}]
    assert table.tag_set.tolist() == [0, 0, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("tags", "kept"),
    [
        ({"barrier": "bollard"}, True),
        ({"access": "no"}, True),
        ({"kerb": "raised"}, True),
        ({"highway": "gate", "foot": "yes"}, True),
        ({"highway": "street_lamp"}, False),
        ({"railway": "switch"}, False),
        ({"shop": "bakery"}, False),
    ],
)
def test_nodes_that_hold_people_up_are_kept(streets, tags, kept):
    table = streets(node(1, 0, 0, **tags), node(2, 1), way(1, [1, 2], highway="path"))
    assert table.barrier_node_id.tolist() == [1] * kept
    if kept:
        assert table.tag_sets[table.barrier_tag_set[0]] == tags


def test_barrier_keeps_the_tags_that_decide(streets):
    bollard = node(1, 0, 0, barrier="bollard", maxwidth="1", colour="red")
    table = streets(bollard, node(2, 1), way(1, [1, 2], highway="path"))
    assert table.tag_sets[table.barrier_tag_set[0]] == {"barrier": "bollard", "maxwidth": "1"}


def test_square_mapped_as_relation_gives_its_rings(streets):
    table = streets(
        *SQUARE,
        *HOLE,
        way(1, [1, 2, 3]),
        way(2, [3, 4, 1]),
        way(3, [5, 6, 7, 8, 5]),
        relation(
            9, ("w", 1, "outer"), ("w", 2, "outer"), ("w", 3, "inner"),
            type="multipolygon", highway="pedestrian", name="Markt",
        ),
    )  # fmt: skip
    assert table.way_id.tolist() == [-9, -9]
    assert [set(nodes) for _, nodes in runs(table)] == [{1, 2, 3, 4}, {5, 6, 7, 8}]
    assert all(nodes[0] == nodes[-1] for _, nodes in runs(table))
    assert table.tag_sets[table.tag_set[0]] == {"highway": "pedestrian", "area": "yes"}


def test_square_mapped_as_way_stays_one_row(streets):
    table = streets(*SQUARE, way(1, [1, 2, 3, 4, 1], highway="pedestrian", area="yes"))
    assert runs(table) == [(1, [1, 2, 3, 4, 1])]


def test_squares_stand_after_the_ways(streets):
    table = streets(
        *SQUARE,
        way(1, [1, 2, 3, 4, 1]),
        way(2, [1, 2], highway="path"),
        relation(9, ("w", 1, "outer"), type="multipolygon", railway="platform"),
    )
    assert runs(table)[0] == (2, [1, 2])
    assert table.way_id.tolist() == [2, -9]
    assert table.node_start.tolist() == [0, 2, 7]


@pytest.mark.parametrize(
    "objects",
    [
        [way(1, [1, 2], highway="path"), node(1, 0), node(2, 1)],
        [node(-1, 0), node(-2, 1), way(-1, [-1, -2], highway="path")],
        [way(1, [1, 2], highway="path")],
    ],
    ids=["ways before nodes", "negative ids", "no nodes"],
)
def test_streets_without_a_single_node_are_said(streets, objects):
    with pytest.raises(ExtractError, match=r"has 1 streets and not one node of them.*osmium sort"):
        streets(*objects)


def test_extract_without_streets_is_no_error_here(streets):
    table = streets(*SQUARE)
    assert (len(table.way_id), table.node_start.tolist()) == (0, [0])


def test_nodes_in_any_order_are_found(streets):
    table = streets(node(3, 0.3), node(1, 0.1), node(2, 0.2), way(1, [1, 2, 3], highway="path"))
    assert table.lon.tolist() == pytest.approx([0.1, 0.2, 0.3])


def test_sparse_ids_do_not_take_memory(streets):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ids = [10**10, 10**10 + 7, 5 * 10**12]
    nodes = [node(i, k / 10, k / 10) for k, i in enumerate(ids)]
    table = streets(*nodes, way(9 * 10**11, [*ids, ids[0]], highway="path"))
    assert table.node_id.tolist() == [*ids, ids[0]]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64_000  # kB


# --- areas


def test_toy_town_has_its_houses_and_the_shop(toy_region_dir):
    buildings = osm.read_buildings(toy_region_dir / EXTRACT)
    assert buildings.area_id == [*(f"w{201 + i}" for i in range(len(HOUSES))), "w1101"]
    assert buildings.broken == 0
    assert shapely.is_valid(buildings.geometry).all()


def test_building_no_is_none(buildings):
    ring = [1, 2, 3, 4, 1]
    table = buildings(*SQUARE, way(1, ring, building="no"), way(2, ring, building="yes"))
    assert (table.area_id, table.tags, table.broken) == (["w2"], [{"building": "yes"}], 0)


def test_relation_has_its_hole_and_its_ways_are_no_buildings(buildings):
    table = buildings(
        *SQUARE,
        *HOLE,
        way(1, [1, 2, 3, 4, 1]),
        way(2, [5, 6, 7, 8, 5]),
        relation(7, ("w", 1, "outer"), ("w", 2, "inner"), type="multipolygon", building="yes"),
    )
    assert table.area_id == ["r7"]
    assert shapely.area(table.geometry[0]) == pytest.approx(1 - 0.04)


@pytest.mark.parametrize(
    ("objects", "broken"),
    [
        ([way(1, [1, 3, 2, 4, 1], building="yes")], 1),
        ([way(1, [1, 2, 3, 99, 1], building="yes")], 1),
        ([way(1, [1, 2, 1], building="yes")], 1),
        ([way(1, [1, 2, 3, 4, 1], building="yes", area="no")], 0),
        ([way(1, [1, 2, 3, 4], building="yes")], 0),
        ([way(1, [1, 2, 3, 99, 1], building="no")], 0),
        ([way(1, [1, 2, 3, 99, 1], landuse="retail")], 0),
        ([relation(1, ("w", 99, "outer"), type="multipolygon", building="yes")], 1),
        ([relation(1, ("w", 99, "outer"), type="site", building="yes")], 0),
        (
            [
                way(1, [1, 2]),
                way(2, [3, 4]),
                relation(
                    1, ("w", 1, "outer"), ("w", 2, "outer"), type="multipolygon", building="yes"
                ),
            ],
            1,
        ),
    ],
    ids=[
        "crosses itself", "node missing", "two nodes", "area=no", "open way", "no building",
        "no building either", "member missing", "no area", "rings do not close",
    ],
)  # fmt: skip
def test_what_gives_no_area_is_counted_where_it_ought_to(buildings, objects, broken):
    table = buildings(*SQUARE, *objects)
    assert (table.area_id, len(table.geometry), table.broken) == ([], 0, broken)


def test_collinear_area_is_broken_and_rows_stay_aligned(buildings):
    flat = [node(11, 5, 0), node(12, 6, 0), node(13, 7, 0)]
    table = buildings(
        *SQUARE, *flat,
        way(1, [11, 12, 13, 11], building="flat"), way(2, [1, 2, 3, 4, 1], building="yes"),
    )  # fmt: skip
    assert (table.area_id, table.tags, table.broken) == (["w2"], [{"building": "yes"}], 1)
    assert shapely.area(table.geometry).tolist() == [1.0]


def test_buildings_cut_by_the_datas_edge_are_counted(helsinki_toml):
    buildings = osm.read_buildings(helsinki_toml.parent / "helsinki-centre-2019.osm.pbf")
    assert (len(buildings.area_id), buildings.broken) == (
        446,
        54,
    )  # of 433 closed ways, 67 relations


def test_only_the_wanted_tags_are_read_and_equal_ones_shared(tmp_path):
    ways = [way(i, [1, 2, 3, 4, 1], building="yes", addr__housenumber=str(i)) for i in range(1, 4)]
    path = write_osm(tmp_path / "x.osm.pbf", [*SQUARE, *ways])
    areas = osm.read_areas(path, keys=["building"], tag_keys=["building", "shop"])
    assert areas.tags == [{"building": "yes"}] * 3
    assert len({id(tags) for tags in areas.tags}) == 1


def test_keep_decides_on_tags(tmp_path):
    ring = [1, 2, 3, 4, 1]
    objects = [*SQUARE, way(1, ring, landuse="retail"), way(2, ring, landuse="forest")]
    path = write_osm(tmp_path / "x.osm.pbf", objects)
    areas = osm.read_areas(path, keys=["landuse"], keep=lambda t: t["landuse"] == "retail")
    assert areas.area_id == ["w1"]


def test_outlines_become_geometries_in_batches(tmp_path, monkeypatch):
    monkeypatch.setattr(osm, "_BATCH", 2)
    ways = [way(i, [1, 2, 3, 4, 1], building="yes") for i in range(1, 6)]
    areas = osm.read_buildings(write_osm(tmp_path / "x.osm.pbf", [*SQUARE, *ways]))
    assert areas.area_id == ["w1", "w2", "w3", "w4", "w5"]
    assert shapely.area(areas.geometry).tolist() == [1.0] * 5


# --- features


def test_features_are_nodes_then_areas_with_a_point_inside(toy_region_dir):
    features = osm.read_features(toy_region_dir / EXTRACT, keys=["shop"])
    assert features.feature_id == ["n1001", "n1003", "n1004", "n1005", "w1101"]
    assert features.tags[1]["name"] == HOSTILE_NAME
    assert features.tags[0]["name"] == "Bäckerei Groß & Söhne"
    assert features.area[:4].tolist() == [None] * 4
    assert shapely.contains_xy(features.area[4], features.lon[4], features.lat[4])
    at = np.column_stack([features.lon, features.lat])[0]
    assert at == pytest.approx(toy_lonlat((100, 100))[0], abs=6e-8)


def test_features_left_out_are_counted_and_rows_stay_aligned(tmp_path):
    objects = [
        node(1, 0, 0), node(2, 1, 0), node(3, 2, 0), node(9, shop="lost"),
        node(10, 3, 3, shop="yes"), way(1, [1, 2, 3, 1], shop="flat"),
    ]  # fmt: skip
    features = osm.read_features(write_osm(tmp_path / "x.osm.pbf", objects), keys=["shop"])
    assert (features.feature_id, features.broken) == (["n10"], 2)
    assert (features.lon.tolist(), features.lat.tolist()) == ([3.0], [3.0])


def test_file_without_a_wanted_feature_gives_empty_columns(toy_region_dir):
    features = osm.read_features(toy_region_dir / EXTRACT, keys=["aeroway"])
    assert (len(features.feature_id), features.lon.shape, features.area.shape) == (0, (0,), (0,))


def test_places_have_names(tmp_path):
    objects = [node(1, 0, place="suburb", name="Süd"), node(2, 1, place="suburb")]
    assert osm.read_places(write_osm(tmp_path / "x.osm.pbf", objects)).feature_id == ["n1"]


def test_addresses_are_what_has_a_house_number(toy_region_dir):
    addresses = osm.read_addresses(toy_region_dir / EXTRACT)
    assert len(addresses.feature_id) == 64
    assert addresses.tags[4]["addr:street"] == "1. Querstraße"


def test_admin_areas_are_those_that_close(tmp_path):
    whole = write_toy_region(tmp_path / "whole").parent / EXTRACT
    cut = write_toy_region(tmp_path / "cut", cut=True).parent / EXTRACT
    assert sorted(osm.read_admin_areas(whole).area_id) == ["r3001", "r3002", "r3003"]
    areas = osm.read_admin_areas(cut)
    assert (areas.area_id, areas.broken) == (["r3001"], 2)


def test_golden_counts_of_the_demo_region(demo_region_toml):
    path = demo_region_toml.parent / "neubrandenburg-2016.osm.pbf"
    assert len(osm.read_streets(path).way_id) == 7980
    buildings = osm.read_buildings(path)
    assert (len(buildings.area_id), len(set(buildings.area_id)), buildings.broken) == (
        15339,
        15339,
        0,
    )
    assert len(osm.read_features(path, keys=["shop"]).feature_id) == 284


def test_streets_agree_with_the_file_read_naively(helsinki_toml):
    path = str(helsinki_toml.parent / "helsinki-centre-2019.osm.pbf")
    located = {node.id for node in osmium.FileProcessor(path, osmium.osm.NODE)}
    expected = []
    for thing in osmium.FileProcessor(path, osmium.osm.WAY):
        if "highway" in thing.tags:
            refs = [node.ref for node in thing.nodes]
            parts = [list(part) for there, part in groupby(refs, located.__contains__) if there]
            expected += [(thing.id, part) for part in parts if len(part) > 1]
    streets = osm.read_streets(Path(path))
    is_highway = ["highway" in streets.tag_sets[k] for k in streets.tag_set]
    got = [
        row for row, is_it in zip(runs(streets), is_highway, strict=True) if is_it and row[0] > 0
    ]
    assert got == expected
    assert len(got) > 2500
