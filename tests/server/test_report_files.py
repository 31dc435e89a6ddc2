"""A coverage report as files of spreadsheets and GIS."""

import io
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
from fastapi.testclient import TestClient

from layers.coverage import coverage
from server.report_files import GEOPACKAGE, XLSX, coverage_xlsx
from tests.server.test_api import TOY

FOOD = f"{TOY}/coverage?category=greengrocer_bakery&mode=walk&minutes=2"


def sheets(content: bytes) -> dict[str, list[tuple]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


@pytest.mark.parametrize(("query", "headers"), [("&f=xlsx", {}), ("", {"accept": XLSX})])
def test_a_workbook_holds_districts_gaps_and_offers(client: TestClient, query: str, headers: dict):
    answer = client.get(FOOD + query, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, XLSX)
    found = sheets(answer.content)
    assert list(found) == ["districts", "gaps", "offers", "about"]
    head, *rows = found["districts"]
    assert sum(row[head.index("residents")] for row in rows) == 960
    assert len(found["offers"]) == 3
    about = dict(found["about"][1:])
    assert (about["limit_min"], about["region"]) == (2, "toy")
    assert about["attributions"] == "© nobody, made in code"


def test_a_geopackage_has_a_layer_for_each_table(client: TestClient, tmp_path: Path):
    answer = client.get(f"{FOOD}&f=gpkg&by=municipality")
    assert (answer.status_code, answer.headers["content-type"]) == (200, GEOPACKAGE)
    file = tmp_path / "report.gpkg"
    file.write_bytes(answer.content)
    districts = gpd.read_file(file, layer="districts")
    assert list(districts["name"]) == ["Altöd", "Neuöd"]
    assert districts.crs.to_epsg() == 25833
    assert len(gpd.read_file(file, layer="offers")) == 2


def test_a_name_that_begins_like_a_formula_stays_a_text(toy_atlas):
    report = coverage(toy_atlas, category="greengrocer_bakery", mode="walk", minutes=2)
    report.__dict__["by_offer"] = [replace(offer, name="=1+1") for offer in report.by_offer]
    book = openpyxl.load_workbook(io.BytesIO(coverage_xlsx(report, by="district")))
    cells = [cell for row in book["offers"] for cell in row]
    assert {cell.data_type for cell in cells if str(cell.value).startswith("=")} == {"s"}


def test_what_nobody_knows_is_an_empty_table(client: TestClient):
    answer = client.get(f"{TOY}/coverage?category=csa_depot&f=xlsx")
    found = sheets(answer.content)
    assert found["offers"] == []
    assert len(found["districts"]) == 4
