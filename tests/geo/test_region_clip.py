"""A region's part of a larger extract."""

from datetime import date
from pathlib import Path

import osmium
import pytest

from geo.errors import ExtractError
from geo.extract import extract_info
from geo.region_clip import clip_extract
from tests.osmfile import node, relation, way, write_osm


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    """Nodes 1-4 at lon 1, 2, 3, 4; ways 11 (1-2), 12 (2-3), 13 (3-4); relation 21 of 11 and 13."""
    return write_osm(
        tmp_path / "large.osm.pbf",
        [
            *(node(i, float(i), 50.0) for i in range(1, 5)),
            way(11, [1, 2], highway="path"),
            way(12, [2, 3], highway="path"),
            way(13, [3, 4], highway="path"),
            relation(21, ("w", 11, ""), ("w", 13, ""), type="route"),
            relation(22, ("w", 13, ""), type="route"),
        ],
        osmosis_replication_timestamp="2024-05-01T20:00:00Z",
    )


def ids(path: Path) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {"n": [], "w": [], "r": []}
    for thing in osmium.FileProcessor(str(path)):
        found[thing.type_str()].append(thing.id)
    return found


def test_ways_that_touch_the_box_come_with_all_their_nodes(extract: Path, tmp_path: Path):
    clip_extract(extract, tmp_path / "part.osm.pbf", (1.5, 49.0, 2.5, 51.0))
    assert ids(tmp_path / "part.osm.pbf") == {"n": [1, 2, 3], "w": [11, 12], "r": [21]}


def test_the_part_states_its_box_and_date(extract: Path, tmp_path: Path):
    clipped = clip_extract(extract, tmp_path / "part.osm.pbf", (1.5, 49.0, 2.5, 51.0))
    info = extract_info(clipped.path)
    assert info.bounds == (1.5, 49.0, 2.5, 51.0)
    assert info.as_of == clipped.as_of == date(2024, 5, 1)
    assert clipped.nodes == 1


def test_a_box_that_is_mostly_without_nodes_is_told(extract: Path, tmp_path: Path):
    clipped = clip_extract(extract, tmp_path / "part.osm.pbf", (1.0, 49.0, 4.0, 51.0))
    assert clipped.empty_share == pytest.approx(1 - 4 / 400)


def test_an_extract_of_elsewhere_is_refused(extract: Path, tmp_path: Path):
    with pytest.raises(ExtractError, match=r"no node in lon 8\.000 to 9\.000"):
        clip_extract(extract, tmp_path / "part.osm.pbf", (8.0, 49.0, 9.0, 51.0))


def test_a_half_loaded_file_is_refused(demo_region_toml: Path, tmp_path: Path):
    whole = (demo_region_toml.parent / "neubrandenburg-2016.osm.pbf").read_bytes()
    half = tmp_path / "half.osm.pbf"
    half.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ExtractError, match=r"half\.osm\.pbf.*may be truncated or damaged"):
        clip_extract(half, tmp_path / "part.osm.pbf", (13.1, 53.4, 13.4, 53.6))
