"""A file is taken for what it holds, whatever it is called; what is nothing is refused."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from geo.errors import ParameterError
from layers.errors import SourceError
from layers.sources.sniff import kind_of, read_source
from tests.layers.sources.conftest import ROOT
from tests.layers.sources.test_calendar import calendar, event
from tests.layers.sources.test_json_sources import FARM, MARKET, STATIONS, WORKSHOP
from tests.layers.sources.test_openfairdb import entry
from tests.layers.sources.test_table import PLAIN, workbook

HELSINKI = ROOT / "tests/fixtures/helsinki/helsinki-centre-2019.osm.pbf"


def as_json(value):
    return json.dumps(value).encode()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PLAIN.encode(), "csv"),
        (PLAIN.encode("utf-16"), "csv"),
        (b"\xef\xbb\xbf" + PLAIN.encode(), "csv"),
        (workbook([["name", "lon"], ["a", 1]]), "xlsx"),
        (as_json({"visible": [], "invisible": []}), "openfairdb-search"),
        (as_json([entry()]), "openfairdb-entries"),
        (as_json([WORKSHOP]), "repair-network"),
        (as_json({"farms": [FARM]}), "solidarity-farming"),
        (as_json({"type": "FeatureCollection", "features": [MARKET]}), "weekly-markets"),
        (as_json({"type": "FeatureCollection", "features": []}), "geojson"),
        (as_json(STATIONS), "gbfs"),
        (calendar(event("DTSTART:20260502T120000Z")), "icalendar"),
    ],
)
def test_the_kind_is_found_by_content(options, data, kind):
    assert kind_of(data, options()) == kind
    reading = read_source(data, options=options())
    assert reading.kind == kind


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (b"<html><body>404</body></html>", "XML or HTML"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><kml/>", "XML or HTML"),
        (b"%PDF-1.7", "old Excel file"),
        (b"SQLite format 3\x00" + b"\x00" * 100, "old Excel file"),
        (b"\x1f\x8b\x08", "packed file"),
        (b"PK\x03\x04", "cannot be unpacked"),
        (b"{broken", "no JSON"),
        (b'{"a": 1}', r"no form that is known \(it has a\)"),
        (b"[]", "without entries"),
        (b'[{"a": 1}]', "no form that is known"),
        (b"Guten Tag,\nanbei die Liste.", "nothing that is known"),
        (b"\x00\x01\x02\x03", "zero bytes"),
        (b"\x81\x8d\x8f", "no encoding"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_way_out(options, data, match):
    with pytest.raises(SourceError, match=match):
        read_source(data, options=options())


def test_a_kind_that_does_not_exist_is_refused(options):
    with pytest.raises(ParameterError, match="did you mean geojson"):
        read_source(b"{}", kind="geojsn", options=options())


def test_a_file_of_two_gigabytes_is_refused_before_it_is_read(options, tmp_path):
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(2 * 1024**3)
    with pytest.raises(SourceError, match="has 2,147,483,648 bytes, at most"):
        read_source(path, options=options())


def test_a_large_table_is_refused_by_its_own_limit(options, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(PLAIN)
    with pytest.raises(SourceError, match="at most 20 are read; split it"):
        read_source(path, kind="csv", options=options(max_bytes=20))
    with pytest.raises(SourceError, match="more than 1 rows"):
        read_source(path, options=options(max_rows=1))


@pytest.mark.parametrize("path", [Path("/nowhere/at/all.csv"), Path("/dev/zero"), ROOT])
def test_what_is_no_plain_file_is_refused(options, path):
    with pytest.raises(SourceError, match=r"cannot be read|no plain file"):
        read_source(path, options=options())


def test_an_extract_is_read_as_the_offers_that_a_region_has(options):
    reading = read_source(HELSINKI, options=options(as_of=date(2019, 1, 1)))
    assert reading.kind == "osm-extract"
    assert reading.rows == len(reading.records) + sum(reading.skipped.values())
    assert len(reading.records) == reading.placed > 200
    assert {r.source for r in reading.records} == {"osm"}
    assert all(r.categories and r.source_id[0] in "nwr" for r in reading.records)
    assert reading.licence == "ODbL-1.0"


def test_an_extract_needs_a_date_and_a_file(options):
    with pytest.raises(SourceError, match="give it as a file"):
        read_source(HELSINKI.read_bytes(), options=options())
