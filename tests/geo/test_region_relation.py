"""Administrative relations found by key and closed from their members."""

from pathlib import Path

import pytest
import shapely

from geo.errors import RegionError
from geo.region_relation import (
    AdminRelation,
    close,
    close_relations,
    find_relation,
    read_relations,
)
from tests.osmfile import node, relation, way, write_osm


def admin(relation_id: int, name: str = "Öd", ways: tuple[int, ...] = (), **tags: str):
    tags = {key.replace("__", ":"): value for key, value in tags.items()}
    return AdminRelation(relation_id, {"name": name, "admin_level": "8", **tags}, ways)


def ring(side: float, at: float = 0.0) -> shapely.LineString:
    return shapely.LineString(shapely.box(at, at, at + side, at + side).exterior.coords)


RELATIONS = [
    admin(1, "Witten", de__amtlicher_gemeindeschluessel="05954036"),
    admin(2, "Wuppertal", de__amtlicher_gemeindeschluessel="05124000", admin_level="6"),
    admin(3, "Neverin", de__regionalschluessel="130715157111"),
    admin(4, "Neverin", admin_level="7"),
    admin(5, "Bezirk Bludenz", ref="BZ"),
]


@pytest.mark.parametrize(
    ("key", "found"),
    [("05954036", 1), ("05124", 2), ("05124000", 2), ("13071111", 3), ("BZ", 5), ("witten", 1)],
)
def test_a_relation_is_found_by_key_ref_or_name(key: str, found: int):
    assert find_relation(RELATIONS, key=key).id == found


def test_an_unknown_key_names_the_nearest_ones():
    with pytest.raises(RegionError, match=r"no administrative relation.*nearest are Witten \(rela"):
        find_relation(RELATIONS, key="05954037")
    with pytest.raises(RegionError, match=r"nearest are Wuppertal"):
        find_relation(RELATIONS, key="Wupertal")


def test_a_name_that_several_have_is_not_guessed():
    with pytest.raises(RegionError, match=r"relation 3.*relation 4.*name one with --relation"):
        find_relation(RELATIONS, key="Neverin")


def test_an_unknown_id_tells_what_there_is():
    with pytest.raises(RegionError, match=r"`--relation` 77.*it has Witten"):
        find_relation(RELATIONS, relation_id=77)
    with pytest.raises(RegionError, match="holds no such relation at all"):
        find_relation([], relation_id=77)


def test_an_enclave_is_a_hole_and_may_hold_an_exclave():
    ways = {1: ring(10.0), 2: ring(6.0, at=2.0), 3: ring(2.0, at=4.0)}
    shape = close(admin(9, ways=(1, 2, 3)), ways).shape
    assert shape.area == pytest.approx(100 - 36 + 4)


def test_a_ring_closes_from_parts_in_any_order_and_direction():
    parts = [[(0, 0), (4, 0)], [(0, 3), (4, 3), (4, 0)], [(0, 3), (0, 0)]]
    ways = {i: shapely.LineString(part) for i, part in enumerate(parts)}
    assert close(admin(9, ways=(2, 0, 1)), ways).shape.area == 12


def test_rings_that_touch_at_a_point_are_both_inside():
    ways = {1: ring(1.0), 2: ring(2.0, at=1.0)}
    assert close(admin(9, ways=(1, 2)), ways).shape.area == 5


def test_an_open_ring_names_the_members_at_its_ends():
    ways = {7: shapely.LineString([(0, 0), (1, 0)]), 8: shapely.LineString([(1, 0), (1, 1)])}
    closed = close(admin(9, ways=(7, 8)), ways)
    assert closed.shape is None
    assert closed.fault == (
        "its ring is open at 2 ends (w7 at lon 0.00000, lat 0.00000, w8 at lon 1.00000, lat "
        "1.00000)"
    )


def test_a_member_that_the_extract_lacks_is_named():
    closed = close(admin(9, ways=(1, 5)), {1: ring(1.0)})
    assert closed.fault == "the extract lacks 1 of its 2 member ways (w5) or nodes of them"


def test_neighbours_share_a_way_in_a_file(tmp_path: Path):
    """Two squares of one degree side by side; the way between them is a member of both."""
    corners = [(1, 0, 0), (2, 1, 0), (3, 1, 1), (4, 0, 1), (5, 2, 0), (6, 2, 1)]
    boundary = {"type": "boundary", "boundary": "administrative", "admin_level": "8"}
    path = write_osm(
        tmp_path / "two.osm.pbf",
        [
            *(node(i, x, y) for i, x, y in corners),
            way(11, [2, 3]),
            way(12, [3, 4, 1, 2]),
            way(13, [2, 5, 6, 3]),
            relation(21, ("w", 11, "outer"), ("w", 12, ""), name="West", **boundary),
            relation(22, ("w", 13, "inner"), ("w", 11, "outer"), name="Ost", **boundary),
            relation(23, ("w", 11, ""), name="Linie", **{**boundary, "type": "multilinestring"}),
        ],
    )
    relations = read_relations(path)
    assert [r.name for r in relations] == ["West", "Ost"]
    closed = close_relations(path, relations)
    assert [closed[i].shape.bounds for i in (21, 22)] == [(0, 0, 1, 1), (1, 0, 2, 1)]


def test_every_municipality_of_liechtenstein_closes(liechtenstein_toml: Path):
    path = liechtenstein_toml.parent / "liechtenstein-2013-08-03.osm.pbf"
    relations = [r for r in read_relations(path) if "bfs:GEMNAME" in r.tags]
    closed = close_relations(path, relations)
    assert len(relations) == 11
    assert [r.name for r in relations if closed[r.id].shape is None] == []


def test_the_demo_town_lacks_a_member_in_its_extract(demo_region_toml: Path):
    path = demo_region_toml.parent / "neubrandenburg-2016.osm.pbf"
    town = find_relation(read_relations(path), key="13071107")
    assert "lacks 1 of its 16 member ways (w29412283)" in close_relations(path, [town])[62705].fault
