"""Census grids as the offices publish them, and as they are broken on the way."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from geo.census_grid import join_ages, read_grid
from geo.census_ids import corners_of, id_form
from geo.errors import PopulationError
from tests.censusgrid import write_2011, write_2022

BOX = (4_337_000.0, 2_689_000.0, 4_338_000.0, 2_690_000.0)
HERE, BESIDE, FAR = (4_337_000, 2_689_100), (4_337_900, 2_689_900), (4_400_000, 2_700_000)
HEADER = "GITTER_ID_100m;x_mp_100m;y_mp_100m;Einwohner\n"


@pytest.fixture
def grid(tmp_path: Path) -> Path:
    return tmp_path / "grid.csv"


@pytest.mark.parametrize(
    ("text", "corner", "size_m"),
    [
        ("CRS3035RES100mN2689100E4337000", (4_337_000, 2_689_100), 100),
        ("CRS3035RES1000mN2689000E4337000", (4_337_000, 2_689_000), 1_000),
        ("CRS3035RES10000mN2680000E4330000", (4_330_000, 2_680_000), 10_000),
        ("100mN26840E43341", (4_334_100, 2_684_000), 100),
        ("1kmN3218E4182", (4_182_000, 3_218_000), 1_000),
        ("10kmN321E418", (4_180_000, 3_210_000), 10_000),
    ],
)
def test_ids_name_the_lower_left_corner_north_first(text: str, corner: tuple, size_m: int):
    form = id_form(text, file="f")
    assert form.size_m == size_m
    assert corners_of([text], form).tolist() == [list(corner)]


def test_what_is_no_id_of_the_form_is_nan():
    form = id_form("1kmN3218E4182", file="f")
    told = corners_of(
        ["1kmN3218E4182", "1kmN3218E418", "1kmN32I8E4182", "2kmN3218E4182", "Ö"], form
    )
    assert np.isnan(told[:, 0]).tolist() == [False, True, True, True, True]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_zensus_2022_is_clipped_while_it_is_read(grid: Path, end: str):
    rows = [(HERE, 7), (FAR, 100), (BESIDE, 12)]
    cells = read_grid(write_2022(grid, rows, end=end), BOX)
    assert cells.size_m == 100
    assert cells.corner.tolist() == [list(HERE), list(BESIDE)]
    assert cells.middle[0].tolist() == [4_337_050, 2_689_150]
    assert cells.residents.tolist() == [7, 12]
    assert (cells.age_shares, cells.notes) == (None, ())


def test_zensus_2011_has_other_ids_a_mark_and_shares_with_a_decimal_comma(grid: Path):
    columns = ("Einwohner", "unter18_A", "ab65_A", "HHGroesse_D")
    rows = [
        (HERE, 32, "25,0", "28,13", "3,6"),
        (BESIDE, 10, "-9,0", "-9,0", "4,0"),
        ((4_337_100, 2_689_100), -1, "-1,0", "-1,0", "-1,0"),
        ((4_337_200, 2_689_100), -9, "20,5", "-9,0", "-1,0"),
    ]
    cells = read_grid(write_2011(grid, rows, columns=columns), BOX)
    assert cells.residents == pytest.approx([32, 10, np.nan, np.nan], nan_ok=True)
    assert cells.age_shares[0] == pytest.approx([0.25, 0.4687, 0.2813])
    assert np.isnan(cells.age_shares[1]).all()
    assert cells.age_shares[3] == pytest.approx([0.205, np.nan, np.nan], nan_ok=True)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_dash_is_secret_or_nobody_in_either_encoding(grid: Path, encoding: str):
    rows = [(HERE, "–", ""), (BESIDE, 5, "KLAMMERN")]
    columns = ("Einwohner", "werterlaeuternde_Zeichen")
    cells = read_grid(write_2022(grid, rows, columns=columns, encoding=encoding), BOX)
    assert cells.residents == pytest.approx([np.nan, 5], nan_ok=True)


def test_ids_alone_say_where_a_cell_lies(grid: Path):
    grid.write_text("Gitter_ID_1km;Einwohner\n1kmN2689E4337;80\n")
    cells = read_grid(grid, BOX)
    assert (cells.size_m, cells.corner.tolist()) == (1000, [[4_337_000, 2_689_000]])


def test_other_column_names_are_told(grid: Path):
    grid.write_text("zelle;leute\n100mN26891E43370;9\n")
    cells = read_grid(grid, BOX, columns={"id": "zelle", "residents": "leute"})
    assert cells.residents.tolist() == [9]
    with pytest.raises(PopulationError, match="no column menschen as `columns` says"):
        read_grid(grid, BOX, columns={"id": "zelle", "residents": "menschen"})


def test_five_classes_of_age_become_three_groups(grid: Path):
    columns = ("Insgesamt_Bevoelkerung", "Unter18", "a18bis29", "a30bis49", "a50bis64",
               "a65undaelter", "werterlaeuternde_Zeichen")  # fmt: skip
    rows = [
        (HERE, 40, 10, 5, 10, 5, 10, ""),
        (BESIDE, 20, "–", 5, 10, 5, "–", ""),  # all 20 are told: the others are nobody
        ((4_337_100, 2_689_100), 20, "–", 5, 5, 5, 3, ""),  # 2 are left: under 18
        ((4_337_200, 2_689_100), 20, "–", "–", 5, 5, 3, ""),  # 7 are left: who knows
    ]
    shares = read_grid(write_2022(grid, rows, columns=columns), BOX).age_shares
    assert shares[0] == pytest.approx([0.25, 0.5, 0.25])
    assert shares[1] == pytest.approx([0, 1, 0])
    assert shares[2] == pytest.approx([0.1, 0.75, 0.15])
    assert shares[3] == pytest.approx([np.nan, np.nan, 0.15], nan_ok=True)


def test_classes_of_ten_years_are_divided_at_18_and_65(grid: Path):
    columns = ("Insgesamt_Bevoelkerung", "Unter10", "a10bis19", "a20bis29", "a30bis39", "a40bis49",
               "a50bis59", "a60bis69", "a70bis79", "a80undaelter")  # fmt: skip
    rows = [(HERE, 100, 10, 10, 10, 10, 10, 10, 20, 10, 10)]
    shares = read_grid(write_2022(grid, rows, columns=columns), BOX).age_shares
    assert shares[0] == pytest.approx([0.18, 0.52, 0.30])


def test_a_table_of_ages_is_joined_by_cell_also_a_coarser_one(tmp_path: Path):
    people = read_grid(write_2022(tmp_path / "p.csv", [(HERE, 7), (BESIDE, 5)]), BOX)
    own = write_2022(tmp_path / "a.csv", [(BESIDE, "50,00", "–")],
                     columns=("AnteilUnter18", "AnteilUeber65"))  # fmt: skip
    joined = join_ages(people, read_grid(own, BOX, needs_count=False))
    assert joined.age_shares[1] == pytest.approx([0.5, np.nan, np.nan], nan_ok=True)
    assert np.isnan(joined.age_shares[0]).all()
    coarse = write_2022(tmp_path / "c.csv", [((4_337_000, 2_689_000), "20,00", "30,00")],
                        columns=("AnteilUnter18", "AnteilUeber65"), size_m=1000)  # fmt: skip
    ages = read_grid(coarse, BOX, needs_count=False)
    assert join_ages(people, ages).age_shares[0] == pytest.approx([0.2, 0.5, 0.3])
    with pytest.raises(PopulationError, match="cells of 100 m, smaller than the 1000 m"):
        join_ages(ages, people)


def test_a_zip_as_it_is_downloaded_is_read_without_extracting(tmp_path: Path, grid: Path):
    packed = tmp_path / "zensus.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(write_2022(grid, [(HERE, 7)]), "Zensus/100m.csv")
        archive.writestr("Beschreibung.pdf", b"%PDF")
    assert read_grid(packed, BOX).residents.tolist() == [7]
    with zipfile.ZipFile(packed, "a") as archive:
        archive.write(grid, "Zensus/1km.csv")
    with pytest.raises(
        PopulationError, match=r"holds 2 tables \(Zensus/100m.csv, Zensus/1km.csv\)"
    ):
        read_grid(packed, BOX)
    assert read_grid(packed, BOX, member="100m.csv").residents.tolist() == [7]


def test_a_zip_that_unpacks_to_far_more_is_not_read(tmp_path: Path):
    packed = tmp_path / "bomb.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("grid.csv", HEADER + "0" * 20_000_000)
    with pytest.raises(PopulationError, match="more than a census grid does; it is not read"):
        read_grid(packed, BOX)


# --- what is wrong with a file


def test_a_grid_in_another_system_is_one_clear_error(grid: Path):
    grid.write_text(HEADER + "CRS3035RES100mN2689100E4337000;401234;5790123;7\n")
    with pytest.raises(
        PopulationError, match=r"401234, 5790123 are not in EPSG:3035.*original fil"
    ):
        read_grid(grid, BOX)
    grid.write_text(HEADER + "CRS25832RES100mN5790100E401200;401250;5790150;7\n")
    with pytest.raises(PopulationError, match=r"cells are named in EPSG:25832.*ETRS89-LAEA"):
        read_grid(grid, BOX)


def test_ids_that_contradict_their_coordinates_are_counted(grid: Path):
    grid.write_text(HEADER + "CRS3035RES100mN2689100E4337000;4337050;2689150;7\n"
                    "CRS3035RES100mN2689200E4337000;2689250;4337050;7\n"
                    "CRS3035RES100mN2689300E4337000;4337050;2689150;7\n")  # fmt: skip
    with pytest.raises(
        PopulationError, match=r"2 of 3 cells have an id that contradicts.*N2689200E4337000"
    ):
        read_grid(grid, BOX)


def test_ids_of_two_forms_in_one_file_are_refused(grid: Path):
    grid.write_text(HEADER + "CRS3035RES100mN2689100E4337000;4337050;2689150;7\n"
                    "100mN26892E43370;4337050;2689250;7\n")  # fmt: skip
    with pytest.raises(PopulationError, match="1 of 2 rows have an id that is not like the first"):
        read_grid(grid, BOX)


@pytest.mark.parametrize("cut", [3, 12, 20, 40])
def test_a_half_downloaded_table_is_refused(grid: Path, cut: int):
    whole = write_2022(grid, [(HERE, 7), (BESIDE, 12)]).read_bytes()
    grid.write_bytes(whole[:-cut])
    with pytest.raises(PopulationError, match=r"ends in the middle of a row|id that is not like"):
        read_grid(grid, BOX)


def test_a_last_line_without_an_end_is_said(grid: Path):
    grid.write_bytes(write_2022(grid, [(HERE, 7), (BESIDE, 12)]).read_bytes()[:-1])
    cells = read_grid(grid, BOX)
    assert cells.residents.tolist() == [7, 12]
    assert cells.notes == ("grid.csv: its last line has no end; is it whole?",)


@pytest.mark.parametrize("kept", [60, 0.7])
def test_a_half_downloaded_zip_is_refused(tmp_path: Path, grid: Path, kept: float):
    packed = tmp_path / "grid.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(write_2022(grid, [(HERE, 7), (BESIDE, 12)]), "grid.csv")
    data = packed.read_bytes()
    packed.write_bytes(data[: int(kept * len(data)) if kept < 1 else int(kept)])
    with pytest.raises(PopulationError, match=r"grid\.zip is a damaged zip.*load it again"):
        read_grid(packed, BOX)


def test_a_zip_with_a_wrong_checksum_is_refused(tmp_path: Path, grid: Path):
    packed = tmp_path / "grid.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(write_2022(grid, [(HERE, 7), (BESIDE, 12)]), "grid.csv")
    packed.write_bytes(packed.read_bytes().replace(b"2689150;7", b"2689150;8"))
    with pytest.raises(PopulationError, match=r"is damaged .*load it again"):
        read_grid(packed, BOX)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("GITTER_ID_100m;x_mp_100m;y_mp_100m;Miete\n", "no column for people.*has GITTER_ID_100m"),
        ("x_mp_100m;y_mp_100m;Einwohner\n", "no column for an id"),
        ("GITTER_ID_100m;x_mp_100m;Einwohner\n", "one of the two alone"),
        ("GITTER_ID_100m;Einwohner;Einwohner\n", "has the column Einwohner twice"),
        ("", "is empty"),
        (HEADER, "has a header and no rows"),
        ("\x00\x01\x02\n", "is no table of text"),
        (HEADER + "hello;1;2;3\n", "'hello' is no id of a census cell"),
        (HEADER + "50mN26891E43370;4337050;2689150;7\n", "cells of 50m .* are not known"),
        (HEADER + "100mN26891E43370;4337050;2689150;many\n", "could not convert.*many"),
        (
            HEADER + "100mN26891E43370;4337050;2689150;1.234\n",
            "read as a census grid: .*numbers are",
        ),
    ],
)  # fmt: skip
def test_what_is_no_census_grid_says_what_is_missing(grid: Path, text: str, fault: str):
    grid.write_text(text)
    with pytest.raises(PopulationError, match=fault):
        read_grid(grid, BOX)


def test_a_cell_that_stands_there_twice_is_refused(grid: Path):
    with pytest.raises(
        PopulationError, match=r"1 cells stand there more than once \(N2689100 E4337"
    ):
        read_grid(write_2022(grid, [(HERE, 7), (BESIDE, 1), (HERE, 7)]), BOX)


def test_negative_counts_are_refused_with_their_cells(grid: Path):
    with pytest.raises(PopulationError, match=r"1 cells have a negative count.*N2689900E4337900"):
        read_grid(write_2022(grid, [(HERE, -1), (BESIDE, -3)]), BOX)


def test_the_grid_of_another_part_of_the_country_says_what_it_covers(grid: Path):
    with pytest.raises(
        PopulationError, match=r"no cell of this region: it covers km 4400 to 4400, 2700 to 2700"
    ):
        read_grid(write_2022(grid, [(FAR, 100)]), BOX)


def test_a_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(PopulationError, match=r"there is no file gone\.csv"):
        read_grid(tmp_path / "gone.csv", BOX)
