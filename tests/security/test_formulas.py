"""No cell of a table that leaves us begins a formula, and every text is read back as it was."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from layers.offers import Offer
from layers.sources.bounded import ReadOptions
from layers.sources.export import About, export_table
from layers.sources.sniff import read_source
from layers.sources.write import write_offers
from layers.taxonomy import load_taxonomy
from server.answers import rows_to_csv

ROOT = Path(__file__).parents[2]
STARTS = "=+-@\t\r\n＝＋－＠"
CELLS = (
    "=1+1",
    '=HYPERLINK("http://example.org";"Hof")',
    "+1+1",
    "-1+1",
    "@SUM(1+1)",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "=cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1+1)",
)


def begins_formula(text: str) -> bool:
    return text.startswith(tuple(STARTS))


def offer(name: str) -> Offer:
    return Offer(
        id="umk:hof", categories=("farm_shop",), name=name, lon=8.1, lat=52.2, description=name,
        source="umk", source_id="hof", licence="CC0-1.0", as_of=date(2026, 3, 1),
    )  # fmt: skip


@pytest.mark.parametrize("text", CELLS, ids=range(len(CELLS)))
def test_a_cell_of_an_export_starts_no_formula(text: str):
    taxonomy = load_taxonomy(ROOT / "data" / "taxonomy.toml")
    table = export_table([offer(text)], taxonomy, About("x", "CC0-1.0", {}, date(2026, 3, 1)))
    written = write_offers(table, "csv")
    cells = [cell for row in csv.reader(io.StringIO(written.decode("utf-8-sig"))) for cell in row]
    assert sum(text.strip() in cell for cell in cells) == 2
    assert [cell for cell in cells if begins_formula(cell)] == []
    workbook = write_offers(table, "xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(workbook)).worksheets[0]
    assert {cell.data_type for row in sheet for cell in row if cell.value} <= {"s", "n", "d"}
    for file in (written, workbook):
        (record,) = read_source(file, options=ReadOptions(taxonomy=taxonomy)).records
        assert record.name == text.strip()


@pytest.mark.parametrize("text", CELLS, ids=range(len(CELLS)))
def test_a_cell_of_a_report_starts_no_formula(text: str):
    (_, row) = csv.reader(io.StringIO(rows_to_csv([{"id": 1, "name": text, "n": -3}])))
    assert row[1] == f"'{text}"
    assert row[2] == "-3"  # a number stays one


def test_there_are_fourteen_cells():
    assert len(set(CELLS)) == 14
