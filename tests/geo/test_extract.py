"""Extracts that are whole, damaged, or something else."""

import hashlib
from datetime import date
from pathlib import Path

import numpy as np
import osmium
import pytest

from geo import osm
from geo.errors import ExtractError
from geo.extract import extract_info
from tests.osmfile import node, way, write_osm
from tests.toyregion import EXTRACT, write_toy_region

READERS = [
    osm.extract_info,
    osm.read_streets,
    osm.read_buildings,
    osm.read_addresses,
    osm.read_places,
    osm.read_admin_areas,
]


@pytest.fixture(params=READERS, ids=lambda reader: reader.__name__)
def reader(request):
    return request.param


@pytest.fixture(scope="module")
def helsinki(helsinki_toml) -> Path:
    return helsinki_toml.parent / "helsinki-centre-2019.osm.pbf"


def test_info_of_the_demo_extract(demo_region_toml):
    path = demo_region_toml.parent / "neubrandenburg-2016.osm.pbf"
    info = extract_info(path)
    assert info.bounds == (13.1094, 53.4382, 13.4074, 53.6153)
    assert info.as_of is None  # its header does not tell
    assert info.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_date_comes_from_the_header(toy_region_dir):
    assert extract_info(toy_region_dir / EXTRACT).as_of == date(2024, 5, 1)


def test_header_without_box_is_measured_by_its_nodes(tmp_path):
    path = write_osm(tmp_path / "x.osm.pbf", [node(1, 8, 50), node(2, 9, 52), node(3, 8.5, 51)])
    assert extract_info(path).bounds == (8, 50, 9, 52)


def test_box_of_the_planet_is_not_believed(tmp_path):
    header = osmium.io.Header()
    header.add_box(osmium.osm.Box(-180, -90, 180, 90))
    path = tmp_path / "x.osm.pbf"
    with osmium.SimpleWriter(str(path), header=header) as writer:
        writer.add(node(1, 8, 50))
        writer.add(node(2, 9, 52))
    assert extract_info(path).bounds == (8, 50, 9, 52)


def test_a_node_without_a_place_does_not_stretch_the_box(tmp_path):
    path = write_osm(tmp_path / "x.osm.pbf", [node(1), node(2, 8, 50), node(3, 9, 52)])
    assert extract_info(path).bounds == (8, 50, 9, 52)


def test_name_of_the_file_does_not_matter(tmp_path):
    path = write_osm(tmp_path / "Straße mit Lücke.dat", [node(1, 8, 50, place="town", name="Öd")])
    assert extract_info(path).bounds == (8, 50, 8, 50)
    assert osm.read_places(path).tags == [{"place": "town", "name": "Öd"}]


def test_missing_file_is_said(tmp_path, reader):
    with pytest.raises(ExtractError, match=r"nowhere\.osm\.pbf is no file in .*give the path"):
        reader(tmp_path / "nowhere.osm.pbf")


def test_folder_is_no_file(tmp_path, reader):
    with pytest.raises(ExtractError, match=r"is no file in"):
        reader(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00",
        b"<?xml version='1.0'?><osm version='0.6'></osm>",
        b'{"type": "FeatureCollection", "features": []}',
        b"BZh91AY&SY" + bytes(100),
        b"PK\x03\x04" + bytes(100),
    ],
    ids=["empty", "one byte", "XML", "GeoJSON", "bzip2", "zip"],
)
def test_something_else_named_pbf_is_refused(tmp_path, content, reader):
    path = tmp_path / "x.osm.pbf"
    path.write_bytes(content)
    with pytest.raises(ExtractError, match=r"no OpenStreetMap PBF file; give a \.osm\.pbf") as info:
        reader(path)
    assert info.value.path == str(path)


@pytest.mark.parametrize("share", [0.01, 0.2, 0.5, 0.8, 0.95, 0.9999])
@pytest.mark.parametrize("read", READERS[1:], ids=lambda reader: reader.__name__)
def test_truncated_file_is_said_with_the_way_out(tmp_path, helsinki, read, share):
    whole = helsinki.read_bytes()
    path = tmp_path / "x.osm.pbf"
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(ExtractError, match=r"truncated or damaged: fetch it again"):
        read(path)


@pytest.fixture(scope="module")
def uncompressed(tmp_path_factory, toy_region_dir) -> bytes:
    """The toy town without compression, whose checksum would catch all damage first."""
    path = tmp_path_factory.mktemp("plain") / "x.osm.pbf"
    toy = osmium.FileProcessor(str(toy_region_dir / EXTRACT))
    return write_osm(path, toy, file_format="pbf,pbf_compression=none").read_bytes()


def test_damaged_bytes_never_raise_anything_else(tmp_path, uncompressed):
    path = tmp_path / "x.osm.pbf"
    refusals = []
    for seed in range(40):
        content = np.frombuffer(uncompressed, np.uint8).copy()
        content[np.random.default_rng(seed).integers(len(content), size=8)] ^= 0xFF
        path.write_bytes(content.tobytes())
        for read in READERS:
            try:
                read(path)
            except ExtractError as exc:
                refusals.append(exc.path)
    assert len(refusals) > 40
    assert set(refusals) == {str(path)}


def test_text_that_is_no_utf8_is_said(tmp_path):
    path = write_osm(
        tmp_path / "x.osm.pbf",
        [node(1, 8, 50, place="town", name="XXXX")],
        file_format="pbf,pbf_compression=none",
    )
    path.write_bytes(path.read_bytes().replace(b"XXXX", b"\xff\xfe\xfd\xfc"))
    with pytest.raises(ExtractError, match=r"cannot be read as OpenStreetMap data .*utf-8"):
        osm.read_places(path)


def test_empty_extract_is_said(tmp_path):
    path = write_osm(tmp_path / "x.osm.pbf", [])
    with pytest.raises(ExtractError, match=r"holds no nodes; use an extract with nodes and ways"):
        extract_info(path)
    assert len(osm.read_streets(path).way_id) == 0
    assert osm.read_buildings(path).area_id == []
    assert osm.read_places(path).feature_id == []


def test_history_file_is_refused(tmp_path, reader):
    path = write_osm(tmp_path / "x.osm.pbf", [node(1, 8, 50)], file_format="osh.pbf")
    with pytest.raises(ExtractError, match=r"is a history file; take one day from it"):
        reader(path)


def test_way_that_stands_twice_is_said(tmp_path):
    twice = [way(1, [1, 2], highway="path"), way(1, [1, 2], highway="path")]
    path = write_osm(tmp_path / "x.osm.pbf", [node(1, 8, 50), node(2, 8, 51), *twice])
    with pytest.raises(ExtractError, match=r"Way ID twice in input"):
        osm.read_streets(path)


def test_unreadable_file_is_said(tmp_path, monkeypatch):
    path = write_toy_region(tmp_path).parent / EXTRACT

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ExtractError, match=r"cannot be read .*Permission denied"):
        extract_info(path)
