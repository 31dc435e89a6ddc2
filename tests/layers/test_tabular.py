"""Answers as tables: what stands in them, why a figure is missing, and that others can use them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geo.errors import ParameterError
from layers.access_scores import access_scores
from layers.atlas import Atlas
from layers.balanced import balanced
from layers.compare import compare
from layers.coverage import coverage
from layers.difference import compare as difference
from layers.equity import equity
from layers.isochrone import isochrone
from layers.partners import partners
from layers.radius import filled_radii, reach_radii, ring_radii
from layers.resilience import resilience
from layers.scenario import check_scenario
from layers.scenario_atlas import apply
from layers.sheet import district_sheet
from layers.sites import next_sites
from layers.tabular import Tabular
from layers.verdicts import verdicts
from layers.week import week
from tests.toyregion import toy_lonlat

FOOD = "greengrocer_bakery"
LON, LAT = toy_lonlat((200, 200))[0].tolist()


def asked(atlas: Atlas) -> dict[str, Any]:
    return {"atlas": atlas, "category": FOOD, "mode": "walk", "minutes": 4}


def changed(atlas: Atlas) -> Tabular:
    document = {"version": 1, "changes": [{"do": "close_offer", "offer": "osm:n1001"}]}
    after = apply(atlas, check_scenario(document))
    return difference(coverage(**asked(atlas)), coverage(**asked(after)))


ANSWERS: dict[str, Callable[[Atlas], Tabular]] = {
    "atlas": lambda atlas: atlas,
    "coverage": lambda atlas: coverage(**asked(atlas)),
    "equity": lambda atlas: equity(**asked(atlas)),
    "access_scores": lambda atlas: access_scores(**asked(atlas)),
    "resilience": lambda atlas: resilience(**asked(atlas)),
    "verdicts": lambda atlas: verdicts(coverage(**asked(atlas))),
    "municipal_verdicts": lambda atlas: verdicts(coverage(**asked(atlas)), by="municipality"),
    "sheet": lambda atlas: district_sheet(atlas, "Altöd"),
    "week": lambda atlas: week(**asked(atlas)),
    "reach": lambda atlas: reach_radii(atlas, category=FOOD, minutes=3),
    "filled": lambda atlas: filled_radii(atlas, category=FOOD, capacity={"": 200}, demand=1),
    "ring": lambda atlas: ring_radii(atlas, category=FOOD),
    "balanced": lambda atlas: balanced(atlas, category=FOOD, capacity={"": 400}, demand=1),
    "isochrone": lambda atlas: isochrone(atlas, lon=LON, lat=LAT, minutes=[2, 4]),
    "sites": lambda atlas: next_sites(**asked(atlas), new=2),
    "difference": changed,
    "partners": lambda atlas: partners(atlas, "osm:n1001"),
    "compare": lambda atlas: compare([atlas], category=FOOD),
}
# columns of counts that a stricter rule may withhold: then the reason says so
OF_FEW = ("covered", "residents", "lose", "gained", "assigned")


@pytest.fixture(params=ANSWERS)
def answer(request: pytest.FixtureRequest, toy_atlas: Atlas) -> Tabular:
    return ANSWERS[request.param](toy_atlas)


def with_shapes(answer: Tabular, name: str) -> gpd.GeoDataFrame | None:
    try:
        return answer.to_gdf(name)
    except ParameterError:
        return None


def test_every_table_has_unique_columns_sources_and_where_it_has_shapes_a_crs(answer: Tabular):
    for name in answer.tables:
        table = answer.to_frame(name)
        assert "geometry" not in table.columns
        assert table.columns.is_unique
        assert table.attrs["attributions"] == ["© nobody, made in code"]
        assert "object" not in set(map(str, table.dtypes))
        if (shaped := with_shapes(answer, name)) is None:
            continue
        assert shaped.crs.to_epsg() in (25833, 4326)
        assert len(shaped) == len(table)
        assert shaped.geometry.dropna().is_valid.all()


def test_every_table_with_shapes_survives_a_geopackage(answer: Tabular, tmp_path: Path):
    for name in answer.tables:
        table = with_shapes(answer, name)
        if table is None or not len(table):
            continue
        table.to_file(tmp_path / "answer.gpkg", layer=name)
        again = gpd.read_file(tmp_path / "answer.gpkg", layer=name)
        assert list(again.columns) == list(table.columns)
        for column in table.columns.drop("geometry"):
            assert (again[column].isna() == table[column].replace("", None).isna()).all() or (
                table[column].dtype == "str"
            )


def test_where_a_count_is_missing_the_reason_says_why(toy_atlas: Atlas):
    strict = replace(toy_atlas, population=replace(toy_atlas.population, smallest_published=400))
    for make in ANSWERS.values():
        answer = make(strict)
        for name in answer.tables:
            table = answer.to_frame(name)
            for column in set(OF_FEW) & set(table.columns):
                assert table[column].dtype == "Int64"
                if "reason" in table.columns:
                    assert (table["reason"][table[column].isna()] != "").all(), (answer, name)


def test_districts_hold_the_figures_of_the_report(toy_atlas: Atlas):
    report = coverage(**asked(toy_atlas))
    districts = report.to_gdf()
    assert list(districts["name"]) == [tally.name for tally in report.by_district]
    assert districts["residents"].sum() == 960
    assert (districts["share"] == districts["covered"] / districts["residents"]).all()
    assert report.to_gdf("municipalities")["residents"].tolist() == [320, 640]
    assert districts.geometry.area.sum() == pytest.approx(360_000, rel=1e-3)


def test_a_category_of_which_nobody_tells_has_no_share_and_says_so(toy_atlas: Atlas):
    districts = coverage(toy_atlas, category="csa_depot").to_frame()
    assert districts["share"].isna().all()
    assert set(districts["reason"]) == {"no_source"}
    assert districts["residents"].sum() == 960


def test_people_stand_in_cells_in_tens_and_never_in_houses(toy_atlas: Atlas):
    cells = toy_atlas.to_gdf("cells")
    assert set(cells.geometry.area) == {10_000.0}
    assert cells["homes"].sum() == 64
    assert (cells["residents"].dropna() % 10 == 0).all()
    assert cells["residents"].sum() == 960
    assert (cells["residents"].dropna() >= 25).all()


def test_a_cell_of_few_people_is_withheld_with_a_second_one_of_its_district(toy_atlas: Atlas):
    population = toy_atlas.population
    corner = np.floor(population.xy / 100)
    lonely = (corner == corner[0]).all(axis=1)
    residents = np.where(lonely, 2.0, population.residents)
    changed = replace(toy_atlas, population=replace(population, residents=residents))
    cells = changed.to_gdf("cells")
    withheld = cells[cells["residents"].isna()]
    assert len(withheld) == 2
    assert set(withheld["reason"]) == {"few_people"}
    middles = np.column_stack([withheld.centroid.x, withheld.centroid.y])
    assert len(set(changed.region.locate(middles))) == 1


def test_streets_are_as_long_as_they_are(toy_atlas: Atlas):
    streets = toy_atlas.to_gdf("streets")
    assert streets["length_m"].sum() == pytest.approx(4_000, abs=1)
    assert set(streets["mode"]) == {"walk"}
    assert (streets.length - streets["length_m"]).abs().max() < 1e-6


def test_offers_of_a_region_tell_their_licence(toy_atlas: Atlas):
    offers = toy_atlas.to_gdf()
    assert len(offers) == len(toy_atlas.offers)
    assert set(offers["licence"]) == {"ODbL-1.0"}
    assert offers.set_index("id").loc["osm:n1001", "name"] == "Bäckerei Groß & Söhne"


def test_a_scenario_tells_before_and_after(toy_atlas: Atlas):
    table = changed(toy_atlas).to_frame()
    assert (table["covered_after"] - table["covered_before"] == table["covered_change"]).all()
    assert table["lost"].sum() > 0
    assert table["gained"].sum() == 0


def test_a_week_has_a_row_for_each_hour_and_no_shapes(toy_atlas: Atlas):
    hours = ANSWERS["week"](toy_atlas)
    assert len(hours.to_frame()) == 168
    with pytest.raises(ParameterError, match=r"'hours' has no shapes; use `\.to_frame\(None\)`"):
        hours.to_gdf()


def test_a_table_that_is_not_there_names_those_that_are(toy_atlas: Atlas):
    with pytest.raises(ParameterError, match=r"`of` is 'people'; .* offers, districts, munic"):
        toy_atlas.to_gdf("people")


def test_an_answer_without_rows_keeps_its_columns(toy_atlas: Atlas):
    nothing = coverage(toy_atlas, category=FOOD, metres=5_000, mode="walk").to_gdf("gaps")
    assert len(nothing) == 0
    assert nothing.crs.to_epsg() == 25833
    assert "residents" in nothing.columns


def test_lists_of_areas_are_lists_and_tables(toy_atlas: Atlas):
    areas = isochrone(toy_atlas, lon=LON, lat=LAT, minutes=[2, 4])
    assert [area.minutes for area in areas] == [2, 4]
    assert areas.to_gdf()["limit_min"].tolist() == [2, 4]
    assert isinstance(areas.to_frame(), pd.DataFrame)


def test_tables_draw_themselves_with_geopandas(answer: Tabular):
    for name in answer.tables:
        if (table := with_shapes(answer, name)) is None:
            continue
        drawn = table[table.geometry.notna()]
        number = next((c for c in ("share", "covered", "residents") if c in drawn), None)
        if len(drawn):
            page = drawn.explore(number, tiles=None).get_root().render()
            assert "L.map(" in page
