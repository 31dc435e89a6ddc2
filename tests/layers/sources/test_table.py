"""Tables as people send them: what is read, what is named, what is refused."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import openpyxl
import pytest

from geo.errors import ParameterError
from layers.errors import SourceError
from layers.sources.record import derived_id
from layers.sources.table import read_csv, read_xlsx
from tests.layers.sources.conftest import BOUNDS

PLAIN = """id;name;category;lon;lat
1;Repair-Café Nord;repair_cafe;8,04;52,28
2;Hofladen Müller;Hofladen;8,10;52,20
"""


def csv_of(text, options, *, encoding="utf-8", **keys):
    return read_csv(text.encode(encoding), options(**keys))


def workbook(rows, *, merge=(), sheets=("Liste",)):
    book = openpyxl.Workbook()
    book.active.title = sheets[0]
    for name in sheets[1:]:
        book.create_sheet(name)
    for row in rows:
        book.active.append(row)
    for reference in merge:
        book.active.merge_cells(reference)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_plain_table_is_read(options):
    reading = csv_of(PLAIN, options)
    assert (reading.rows, len(reading.records), reading.faults, reading.decisions) == (2, 2, (), ())
    first, second = reading.records
    assert (first.source_id, first.name, first.lon, first.lat, first.line) == (
        "1", "Repair-Café Nord", 8.04, 52.28, 2,
    )  # fmt: skip
    assert (first.categories, second.categories) == (("repair_cafe",), ("farm_shop",))
    assert second.kinds == ("Hofladen",)


@pytest.mark.parametrize("separator", [";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_every_separator_line_end_and_encoding_gives_the_same(options, separator, end, encoding):
    plain = csv_of(PLAIN, options).records
    text = PLAIN.replace(";", separator).replace("\n", end)
    assert csv_of(text, options, encoding=encoding).records == plain


def test_commas_separate_where_decimals_are_points(options):
    text = PLAIN.replace(",", ".").replace(";", ",")
    assert csv_of(text, options).records == csv_of(PLAIN, options).records


def test_another_encoding_is_said(options):
    notes = csv_of(PLAIN, options, encoding="cp1252").notes
    assert notes == ("read as cp1252 (Windows), because it is not in UTF-8",)


def test_a_broken_byte_does_not_spoil_all_umlauts(options):
    data = "name;category;lon;lat\nMüller;csa;8;52\nÖlmühle;csa;8;52\n".encode()
    reading = read_csv(data + b"B\xff;csa;8;52\n", options())
    assert [r.name for r in reading.records] == ["Müller", "Ölmühle", "B\ufffd"]
    assert reading.notes == ("1 characters cannot be read, the first in line 4",)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Bezeichnung;Kategorie;Längengrad;Breitengrad", "Bad Iburg"),
        ("NAME;ART;lng;LAT", "Bad Iburg"),
        ("Titel;Typ;geogr. Länge;geogr. Breite", "Bad Iburg"),
        ("Name der Initiative;Rubrik;Lon (WGS84);Lat (WGS84)", "Bad Iburg"),
    ],
)
def test_columns_are_recognised_in_german_and_english(options, header, expected):
    (record,) = csv_of(f"{header}\nBad Iburg;Wochenmarkt;8.04;52.15\n", options).records
    assert (record.name, record.categories) == (expected, ("farmers_market",))
    assert (record.lon, record.lat) == (8.04, 52.15)


def test_columns_can_be_corrected_and_left_out(options):
    text = "Wer;Was;lon;lat;Notiz\nEva;Repair-Café;8;52;geheim\n"
    columns = {"Wer": "name", "was": "category", "Notiz": ""}
    (record,) = csv_of(text, options, columns=columns).records
    assert (record.name, record.categories, record.description) == ("Eva", ("repair_cafe",), "")
    assert "geheim" not in str(record)


def test_a_correction_of_what_is_not_there_is_refused(options):
    with pytest.raises(ParameterError, match=r"names 'Wer', but the file has 'id', 'name'"):
        csv_of(PLAIN, options, columns={"Wer": "name"})
    with pytest.raises(ParameterError, match=r"'nam', which is no field; did you mean name"):
        csv_of(PLAIN, options, columns={"name": "nam"})


def test_columns_that_nobody_knows_are_kept_and_said(options):
    reading = csv_of("name;category;lon;lat;Wetter\nA;csa;8;52;Regen\n", options)
    assert reading.records[0].raw == {"Wetter": "Regen"}
    assert reading.notes == (
        "column 'Wetter' is kept as it is; `--column FIELD=Wetter` says what it holds",
    )


def test_an_address_is_taken_apart_and_waits_to_be_looked_up(options):
    text = "name;category;Adresse\nA;csa;Lange Straße 12a, 49080 Osnabrück\nB;csa;Markt, Bramsche\n"
    reading = csv_of(text, options)
    first, second = reading.records
    parts = (first.street, first.housenumber, first.postcode, first.city)
    assert parts == ("Lange Straße", "12a", "49080", "Osnabrück")
    assert (second.street, second.city, second.is_placed) == ("Markt", "Bramsche", False)
    assert (reading.placed, reading.to_look_up) == (0, 2)


def test_an_address_in_columns_is_the_same_as_in_one(options):
    one = csv_of("name;category;Adresse\nA;csa;Am Wall 3, 49080 Osnabrück\n", options)
    two = csv_of("name;category;Straße;PLZ;Ort\nA;csa;Am Wall 3;49080;Osnabrück\n", options)
    three = csv_of("name;category;Str.;Nr.;PLZ Ort\nA;csa;Am Wall;3;49080 Osnabrück\n", options,
                   columns={"Nr.": "housenumber"})  # fmt: skip
    assert one.records == two.records == three.records


def test_swapped_coordinates_are_noticed_in_all_rows(options):
    text = "name;category;lon;lat\nA;csa;52,28;8,04\nB;csa;52,20;8,10\n"
    reading = csv_of(text, options, bounds=BOUNDS)
    assert [(r.lon, r.lat) for r in reading.records] == [(8.04, 52.28), (8.10, 52.20)]
    assert reading.notes == ("lon and lat were swapped in all 2 rows",)


@pytest.mark.parametrize(
    ("x", "y", "label"),
    [
        ("3435000", "5791000", "Gauß-Krüger zone 3 (EPSG:31467)"),
        ("3.435.000,0", "5.791.000,0", "Gauß-Krüger zone 3 (EPSG:31467)"),
        ("32434955", "5789123", "UTM zone 32 (EPSG:25832)"),
        ("434955", "5789123", "UTM zone 32 (EPSG:25832)"),
    ],
)
def test_metres_are_recognised_and_transformed(options, x, y, label):
    text = f"name;category;Rechtswert;Hochwert\nA;csa;{x};{y}\n"
    reading = csv_of(text, options, bounds=BOUNDS)
    (record,) = reading.records
    # The datum shift of Gauß-Krüger is about 150 m in Germany; both say the same place
    assert record.lon == pytest.approx(8.0470, abs=5e-4)
    assert record.lat == pytest.approx(52.2487, abs=5e-4)
    assert reading.notes == (f"coordinates of 1 of 1 rows were transformed from {label}",)


def test_metres_whose_zone_nobody_says_are_refused(options):
    text = "name;category;Rechtswert;Hochwert\nA;csa;434955;5789123\n"
    reading = csv_of(text, options)
    assert reading.records == ()
    assert "UTM zone 32 (EPSG:25832) or UTM zone 33" in reading.faults[0].reason
    (record,) = csv_of(text, options, crs="EPSG:25832").records
    assert (round(record.lon, 3), round(record.lat, 3)) == (8.047, 52.249)


@pytest.mark.parametrize("pair", ["0;0", "12345;99", "NaN;NaN", "inf;52", "8.04;", "7;91"])
def test_no_row_is_placed_off_africa(options, pair):
    reading = csv_of(f"name;category;lon;lat\nA;csa;{pair}\n", options, bounds=BOUNDS)
    assert reading.records == ()
    assert reading.faults[0].line == 2
    assert reading.rows == 1


def test_a_row_with_bad_coordinates_and_an_address_is_looked_up(options):
    text = "name;category;lon;lat;Adresse\nA;csa;0;0;Am Wall 3, 49080 Osnabrück\n"
    reading = csv_of(text, options)
    assert (reading.records[0].is_placed, reading.records[0].city) == (False, "Osnabrück")
    assert reading.decisions[0].topic == "place"
    assert "sea off Africa" in reading.decisions[0].reason


def test_a_place_outside_the_region_is_named(options):
    reading = csv_of("name;category;lon;lat\nA;csa;13.4;52.5\n", options, bounds=BOUNDS)
    assert [(f.line, f.reason) for f in reading.faults] == [
        (2, "13.4, 52.5 lies outside the region's data")
    ]


@pytest.mark.parametrize(
    "cell", ["52.28, 8.04", "52,28; 8,04", "POINT (8.04 52.28)", "52° 16' 48\" N, 8° 2' 24\" E"]
)
def test_both_coordinates_may_stand_in_one_cell(options, cell):
    quoted = cell.replace('"', '""')
    reading = csv_of(f'name\tcategory\tKoordinaten\nA\tcsa\t"{quoted}"\n', options)
    (record,) = reading.records
    assert (record.lon, record.lat) == (pytest.approx(8.04), pytest.approx(52.28))
    assert reading.notes == ()


def test_a_broken_quote_is_named_and_the_rest_is_read(options):
    lines = ["name;category;lon;lat", *[f'"Hof {i}";csa;8.1;52.1' for i in range(9_999)]]
    lines[5_000] = '"Hof ohne Ende;csa;8.1;52.1'
    reading = csv_of("\n".join(lines), options)
    assert [(f.line, f.reason) for f in reading.faults] == [
        (5_001, "a quote is opened and not closed")
    ]
    assert reading.faults[0].text.startswith('"Hof ohne Ende')
    assert (reading.rows, len(reading.records)) == (9_999, 9_998)


def test_a_cell_may_go_over_lines(options):
    text = 'name;category;lon;lat;Beschreibung\nA;csa;8;52;"eins\n\nzwei; drei"\nB;csa;8;52;x\n'
    first, second = csv_of(text, options).records
    assert first.description == "eins\n\nzwei; drei"
    assert (second.name, second.line) == ("B", 5)


def test_a_separator_too_many_is_named(options):
    reading = csv_of("name;category;lon;lat\nA;B;csa;8;52\nC;csa;8;52\n", options)
    assert [f.line for f in reading.faults] == [2]
    assert "5 cells, but the header has 4 columns" in reading.faults[0].reason


def test_what_stands_above_the_header_is_left_out_and_sums_are_skipped(options):
    text = "Initiativen 2026;;;\n;;;\nname;category;lon;lat\nA;csa;8;52\nSumme;1;;\n"
    reading = csv_of(text, options)
    assert (len(reading.records), reading.skipped) == (1, {"a sum": 1})
    assert "the header stands in line 3" in reading.notes[0]
    assert reading.rows == len(reading.records) + len(reading.faults) + 1


def test_a_file_without_a_header_is_refused_with_the_way_out(options):
    with pytest.raises(SourceError, match=r"no header that is understood.*say with `columns`"):
        csv_of("Eva;Hof\nAda;Laden\n", options)


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\x00\x01\x02name;lon"])
def test_no_table_is_refused(options, data):
    with pytest.raises(SourceError, match=r"empty table|zero bytes"):
        read_csv(data, options())


def test_kinds_much_like_a_category_are_taken_and_listed(options):
    text = "name;category;lon;lat\nA;Repaircaffee;8;52\nB;Quatsch;8;52\n"
    reading = csv_of(text, options)
    assert [r.categories for r in reading.records] == [("repair_cafe",), ()]
    assert [(d.topic, d.text, d.taken) for d in reading.decisions] == [
        ("category", "Repaircaffee", "repair_cafe"),
        ("category", "Quatsch", ""),
    ]


def test_without_a_category_the_name_or_the_asker_tells(options):
    text = "name;lon;lat\nRepair-Café Süd;8;52\nEva;8;52\n"
    assert [r.categories for r in csv_of(text, options).records] == [("repair_cafe",), ()]
    told = csv_of(text, options, category="csa")
    assert [r.categories for r in told.records] == [("csa",), ("csa",)]
    assert told.decisions == ()


def test_hostile_texts_stay_texts(options):
    name = "<script>alert(1)</script> 🥕 =1+1 ${7*7}"
    (record,) = csv_of(f"name;category;lon;lat\n{name};csa;8;52\n", options).records
    assert record.name == name


def test_a_text_that_is_too_long_is_named_and_a_long_description_taken(options):
    text = (
        f"name;category;lon;lat;Beschreibung\n{'n' * 10_000};csa;8;52;\nB;csa;8;52;{'d' * 10_000}\n"
    )
    reading = csv_of(text, options)
    assert reading.faults[0].reason == "name has 10,000 characters, at most 500 are taken"
    assert len(reading.faults[0].text) == 120
    assert len(reading.records[0].description) == 10_000


def test_what_is_not_of_its_form_is_left_out_and_listed(options):
    text = "name;category;lon;lat;Tel;Web;Kapazität\nA;csa;8;52;ruf an;javascript:alert(1);viele\n"
    reading = csv_of(text, options)
    (record,) = reading.records
    assert (record.phone, record.website, record.capacity) == ("", "", None)
    assert [d.topic for d in reading.decisions] == ["phone", "website", "capacity"]


def test_facts_and_dates_are_read_by_label(options):
    text = (
        "name;category;lon;lat;gegründet;open_shares;repairs;barrierefrei\n"
        "A;csa;8;52;2015;12;Fahrräder, Kleidung;teilweise\n"
    )
    reading = csv_of(text, options)
    (record,) = reading.records
    assert record.opened_on == date(2015, 1, 1)
    assert record.facts["open_shares"] == 12.0
    assert record.wheelchair == "limited"


def test_ids_that_nobody_gave_are_made_of_name_and_place(options):
    text = "name;category;lon;lat;Öffnungszeiten\nA;csa;8;52;{}\nA;csa;8;52;x\nB;csa;8;52;y\n"
    before = [r.source_id for r in csv_of(text.format("Mo"), options).records]
    after = [r.source_id for r in csv_of(text.format("Tu"), options).records]
    assert before == after
    assert before[0] == derived_id("a", 8.0, 52.0)
    assert before[1] == f"{before[0]}-2"
    assert len(set(before)) == 3


def test_a_second_reading_has_the_same_digests(options):
    one, two = (csv_of(PLAIN, options).records for _ in range(2))
    moved = csv_of(PLAIN.replace("id;", "\nid;", 1), options).records
    assert [r.digest for r in one] == [r.digest for r in two] == [r.digest for r in moved]
    changed = csv_of(PLAIN.replace("Nord", "Süd"), options).records
    assert [a.digest == b.digest for a, b in zip(one, changed, strict=True)] == [False, True]


def test_a_workbook_gives_what_the_table_gives(options):
    data = workbook([["id", "name", "category", "lon", "lat"],
                     [1, "Repair-Café Nord", "repair_cafe", 8.04, 52.28],
                     ["2", "Hofladen Müller", "Hofladen", "8,10", "52,20"]])  # fmt: skip
    reading = read_xlsx(data, options())
    assert reading.records == csv_of(PLAIN, options).records
    assert reading.counts_in == "row"


def test_merged_cells_count_for_all_their_rows_and_dates_are_days(options):
    data = workbook(
        [["Initiativen der Stadt", None, None, None, None],
         ["Art", "Name", "lon", "lat", "Stand"],
         ["Repair-Café", "A", 8.0, 52.0, date(2026, 3, 1)],
         [None, "B", 8.1, 52.1, date(2026, 3, 2)],
         [None, "C", 8.2, 52.2, None],
         ["Hofladen", "D", 8.3, 52.3, None]],
        merge=["A1:E1", "A3:A5"],
    )  # fmt: skip
    reading = read_xlsx(data, options())
    assert [r.categories[0] for r in reading.records] == [*["repair_cafe"] * 3, "farm_shop"]
    assert reading.records[1].as_of == date(2026, 3, 2)
    assert "the value of merged cells was taken for 2 rows below" in reading.notes


def test_a_formula_counts_by_what_it_gave_last(options):
    data = workbook([["name", "category", "lon", "lat"], ["A", "csa", 8.0, 52.0],
                     ["=B2", "csa", 8.1, 52.1]])  # fmt: skip
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.namelist():
            part = old.read(entry)
            if entry.endswith("sheet1.xml"):
                part = part.replace(
                    b'<c r="A3"><f>B2</f><v></v>', b'<c r="A3" t="str"><f>B2</f><v>Hof</v>'
                )
                part = part.replace(
                    b'<c r="A3"><f>B2</f><v />', b'<c r="A3" t="str"><f>B2</f><v>Hof</v>'
                )
            new.writestr(entry, part)
    reading = read_xlsx(target.getvalue(), options())
    assert [r.name for r in reading.records] == ["A", "Hof"]
    uncomputed = read_xlsx(data, options())
    assert [r.name for r in uncomputed.records] == ["A", ""]


def test_a_cell_far_to_the_right_or_below_costs_nothing(options):
    book = openpyxl.Workbook()
    for row in (["name", "category", "lon", "lat"], ["A", "csa", 8.0, 52.0]):
        book.active.append(row)
    book.active["XFD2"] = "far"
    book.active["A1048576"] = "below"
    file = io.BytesIO()
    book.save(file)
    reading = read_xlsx(file.getvalue(), options())
    assert [r.name for r in reading.records] == ["A"]
    assert "nothing was read below row 2: it is empty for long" in reading.notes


def test_the_sheet_can_be_chosen(options):
    data = workbook([["name", "category", "lon", "lat"], ["A", "csa", 8.0, 52.0]],
                    sheets=("Liste", "Alt"))  # fmt: skip
    assert "sheet 'Liste' was read, not 'Alt'" in read_xlsx(data, options()).notes
    with pytest.raises(SourceError, match="'Neu' is no sheet; there are Liste, Alt"):
        read_xlsx(data, options(layer="Neu"))


def test_a_bomb_is_refused_before_it_is_unpacked(options):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 50_000_000)
    with pytest.raises(SourceError, match=r"would unpack to 50,000,000; that is refused"):
        read_xlsx(file.getvalue(), options())


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04 broken", workbook([["a"]])[:400], b"no archive at all"]
)
def test_a_broken_workbook_is_refused(options, data):
    with pytest.raises(SourceError, match="cannot be unpacked"):
        read_xlsx(data, options())


def test_an_archive_that_is_no_workbook_is_refused(options):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("readme.txt", "x")
    with pytest.raises(SourceError, match="no Excel workbook"):
        read_xlsx(file.getvalue(), options())


def test_a_workbook_with_an_entity_bomb_is_refused(options):
    data = workbook([["name", "category", "lon", "lat"], ["A", "csa", 8.0, 52.0]])
    target = io.BytesIO()
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.namelist():
            part = old.read(entry)
            new.writestr(entry, bomb + part if entry.endswith("sheet1.xml") else part)
    with pytest.raises(SourceError, match="cannot be read"):
        read_xlsx(target.getvalue(), options())
