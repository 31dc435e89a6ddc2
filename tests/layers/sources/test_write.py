"""What is written is read back equal, whatever the format; whom to name goes with it."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from dataclasses import replace
from datetime import date

import openpyxl
import pyogrio
import pytest

from geo.errors import ParameterError
from layers.notices import Notice
from layers.offers import Offer
from layers.sources.export import COLUMNS, About, export_table
from layers.sources.from_offers import record_of
from layers.sources.openfairdb import CSV_COLUMNS
from layers.sources.openfairdb_out import new_places, write_new_places, write_openfairdb_csv
from layers.sources.sniff import read_source
from layers.sources.write import WRITERS, write_offers

ABOUT = About(
    "Offers of the toy town",
    "ODbL-1.0",
    {"osm": "© OpenStreetMap contributors", "umk": "Stadt Spielstadt"},
    date(2026, 3, 1),
)
OFFERS = [
    Offer(
        id="osm:n1", categories=("repair_cafe", "fab_lab"), name="Repair-Café „Übermorgen“ 🛠",
        lon=8.0416123, lat=52.28, street="Am Wall", housenumber="3a", postcode="49080",
        city="Osnabrück", website="https://example.org/a?b=1", phone="+49 541 1234",
        email="cafe@example.org", opening_hours="Sa[1] 14:00-17:00", wheelchair="limited",
        capacity=12.0, facts={"repairs": ("bicycles", "clothes"), "helpers_wanted": True},
        description="Zwei Zeilen;\n\"zweite\", Zeile", gives=("repair_skills",), needs=("room",),
        notices=(Notice("needs", "room", date(2026, 9, 30), "für zwanzig"),), source="osm",
        source_id="n1", licence="ODbL-1.0", as_of=date(2026, 2, 1), aliases=("osm:w2",),
    ),
    Offer(
        id="umk:hof", categories=("farm_shop",), name="=HYPERLINK(\"http://x\";\"Hof\")", lon=8.1,
        lat=52.2, source="umk", source_id="hof", licence="CC0-1.0", as_of=date(2026, 3, 1),
        description="@SUM(1+1)*cmd|' /C calc'!A0",
    ),
    Offer(
        id="umk:leer", categories=("public_bookcase",), name="-1+1 <b>Bücher</b>", lon=8.2,
        lat=52.25, source="umk", source_id="leer", licence="CC0-1.0", as_of=date(2026, 3, 1),
    ),
]  # fmt: skip


def comparable(record):
    """What a reader may add or cannot know is not compared."""
    return replace(record, source="", line=0, kinds=(), raw={})


@pytest.fixture
def table(taxonomy):
    return export_table(OFFERS, taxonomy, ABOUT)


@pytest.mark.parametrize("kind", [k for k in WRITERS if k != "geoparquet"])
def test_what_is_written_is_read_back_equal(options, table, kind):
    reading = read_source(write_offers(table, kind), options=options())
    assert (reading.rows, reading.faults, reading.decisions) == (3, (), ())
    expected = [replace(record_of(offer), source_id=offer.id) for offer in OFFERS]
    assert [comparable(r) for r in reading.records] == [comparable(r) for r in expected]


def test_geoparquet_is_read_back_equal(options, table):
    pytest.importorskip("pyarrow", reason="GeoParquet needs pyarrow: install umkreis[parquet]")
    reading = read_source(write_offers(table, "geoparquet"), options=options())
    assert (reading.kind, reading.faults) == ("geoparquet", ())
    expected = [replace(record_of(offer), source_id=offer.id) for offer in OFFERS]
    assert [comparable(r) for r in reading.records] == [comparable(r) for r in expected]


def test_a_table_without_rows_is_written(taxonomy):
    table = export_table([], taxonomy, ABOUT)
    assert table.columns == COLUMNS
    for kind in WRITERS.keys() - {"geoparquet"}:
        assert len(write_offers(table, kind)) > 50


def test_an_unknown_format_is_refused(table):
    with pytest.raises(ParameterError, match="'pdf' is not known; known are csv, xlsx, geojson"):
        write_offers(table, "pdf")


def test_formulas_stay_texts_in_excel(table):
    book = openpyxl.load_workbook(io.BytesIO(write_offers(table, "xlsx")))
    sheet = book["offers"]
    types = {sheet.cell(row, 2).data_type for row in range(2, 5)}
    assert types == {"s"}
    assert sheet.cell(3, 2).value == '=HYPERLINK("http://x";"Hof")'
    assert sheet.cell(2, 4).value == 8.0416123


def test_no_cell_of_a_csv_begins_like_a_formula(table):
    text = write_offers(table, "csv").decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    begins = [cell[:1] for row in rows for cell in row]
    assert not {"=", "+", "-", "@"} & set(begins)
    assert [row[1][:2] for row in rows[1:]] == ["Re", "'=", "'-"]


def test_a_csv_begins_with_the_mark_that_excel_needs(table):
    assert write_offers(table, "csv").startswith(b"\xef\xbb\xbfid,name,category,lon,lat,")


def test_whom_to_name_is_in_every_file(table, tmp_path):
    named = "© OpenStreetMap contributors; Stadt Spielstadt"
    assert json.loads(write_offers(table, "geojson"))["attribution"] == named
    about = openpyxl.load_workbook(io.BytesIO(write_offers(table, "xlsx")))["about"]
    assert dict(about.values)["attribution"] == named
    rows = list(csv.DictReader(io.StringIO(write_offers(table, "csv").decode("utf-8-sig"))))
    assert [row["attribution"] for row in rows] == [
        "© OpenStreetMap contributors", "Stadt Spielstadt", "Stadt Spielstadt",
    ]  # fmt: skip
    assert [row["licence"] for row in rows] == ["ODbL-1.0", "CC0-1.0", "CC0-1.0"]
    path = tmp_path / "offers.gpkg"
    path.write_bytes(write_offers(table, "gpkg"))
    assert pyogrio.read_info(path)["dataset_metadata"]["attribution"] == named


def test_a_geopackage_opens_in_a_gis(table, tmp_path):
    path = tmp_path / "offers.gpkg"
    path.write_bytes(write_offers(table, "gpkg"))
    frame = pyogrio.read_dataframe(path)
    assert frame.crs.to_authority() in (("OGC", "CRS84"), ("EPSG", "4326"))
    assert (len(frame), frame.geometry[0].x) == (3, 8.0416123)
    assert frame["capacity"].tolist()[0] == 12.0
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_geojson_has_longitude_first_and_no_nan(taxonomy):
    text = write_offers(export_table(OFFERS[:1], taxonomy, ABOUT), "geojson").decode()
    (feature,) = json.loads(text)["features"]
    assert feature["geometry"]["coordinates"] == [8.0416123, 52.28]
    assert feature["id"] == "osm:n1"
    assert "NaN" not in text


def test_new_places_have_what_karte_von_morgen_requires(taxonomy):
    places = new_places(OFFERS, taxonomy)
    first = places[0]
    assert first["title"] == OFFERS[0].name
    assert (first["lat"], first["lng"]) == (52.28, 8.0416123)
    assert first["categories"] == [taxonomy.ofdb_types["initiative"]]
    assert first["tags"] == ["repaircafe", "fablab"]
    assert first["license"] == "ODbL-1.0"
    assert (first["email"], first["telephone"]) == (None, None)
    assert all(place["title"] and place["description"] for place in places)
    assert new_places(OFFERS, taxonomy, with_contact=True)[0]["email"] == "cafe@example.org"


def test_new_places_are_read_back_with_their_categories(options, taxonomy):
    offers = [
        Offer(id=f"umk:{c.id}", categories=(c.id,), name=f"A {i}", lon=8.0, lat=52.0)
        for i, c in enumerate(taxonomy.categories)
    ]
    places = new_places(offers, taxonomy)
    reading = read_source(write_new_places(places), kind="openfairdb-entries", options=options())
    assert [r.categories for r in reading.records] == [offer.categories for offer in offers]
    assert (len(reading.records), reading.decisions) == (len(taxonomy.categories), ())


def test_the_csv_of_openfairdb_is_read_back(options, taxonomy):
    data = write_openfairdb_csv(new_places(OFFERS, taxonomy, with_contact=True))
    assert data.decode().splitlines()[0].split(",") == list(CSV_COLUMNS)
    reading = read_source(data, options=options())
    assert (reading.kind, reading.faults) == ("openfairdb-csv", ())
    record, hof, _ = reading.records
    assert record.categories == ("repair_cafe", "fab_lab")
    assert (record.email, record.phone) == ("cafe@example.org", "+49 541 1234")
    assert (record.street, record.housenumber) == ("Am Wall", "3a")
    assert record.description == OFFERS[0].description
    assert hof.name == OFFERS[1].name
