"""Every category by every mode as rows: the same figures as reports, in types that fit together."""

import dataclasses

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geo.errors import ParameterError
from layers.atlas import Atlas
from layers.coverage import coverage
from layers.errors import UnknownCategoryError
from layers.rollout import rollout_key, rollout_rows
from tests.toyregion import toy_lonlat

BAKER = "greengrocer_bakery"


@pytest.fixture(scope="module")
def rows(toy_atlas: Atlas) -> gpd.GeoDataFrame:
    return rollout_rows(toy_atlas)


def of(rows: gpd.GeoDataFrame, area: str, category: str = BAKER, mode: str = "walk") -> pd.Series:
    found = rows[
        (rows["area_name"] == area) & (rows["category"] == category) & (rows["mode"] == mode)
    ]
    assert len(found) == 1
    return found.iloc[0]


def test_there_is_one_row_for_each_area_category_and_mode(rows: gpd.GeoDataFrame, toy_atlas: Atlas):
    categories, modes = len(toy_atlas.taxonomy.categories), 5
    # the region, Altöd, Neuöd and its two quarters; Altöd, which has none, stands once
    assert len(rows) == categories * modes * 5
    assert not rows.duplicated(["level", "area_id", "category", "mode"]).any()
    finest = rows[rows["is_finest"] & (rows["category"] == BAKER) & (rows["mode"] == "walk")]
    assert sorted(finest["area_name"]) == ["Altöd", "Nord", "Süd"]
    assert finest["residents"].sum() == 960


@pytest.mark.parametrize("mode", ["walk", "car", "line"])
@pytest.mark.parametrize("category", [BAKER, "repair_cafe", "library"])
def test_counts_are_those_of_a_report(
    rows: gpd.GeoDataFrame, toy_atlas: Atlas, category: str, mode: str
):
    report = coverage(toy_atlas, category=category, mode=mode)
    tallies = [report.totals, *report.by_municipality, *report.by_district]
    for tally in tallies:
        row = of(rows, tally.name, category, mode)
        for name in ("residents", "covered", "uncovered", "unreachable", "unplaced"):
            told, expected = row[name], getattr(tally, name)
            assert pd.isna(told) if expected is None else told == expected, (tally.name, name)
    region = of(rows, report.totals.name, category, mode)
    assert region["gaps"] == len(report.gaps)
    assert region["supply"] == len(report.offers)


def test_offers_are_counted_where_they_stand(rows: gpd.GeoDataFrame):
    # Groß & Söhne at x = 100 and the one with a hostile name at 0: both in Altöd
    assert [of(rows, area)["offers"] for area in ("Altöd", "Neuöd")] == [2, 0]
    assert of(rows, "Neuöd")["supply"] == 2


def test_medians_are_minutes_of_the_area_s_people(rows: gpd.GeoDataFrame, toy_atlas: Atlas):
    report = coverage(toy_atlas, category=BAKER, mode="walk")
    medians = dict(zip(report.atlas.region.finest["name"], report.median_min, strict=True))
    assert {n: of(rows, n)["median_min"] for n in medians} == pytest.approx(medians)
    assert of(rows, "Altöd")["median_min"] < of(rows, "Neuöd")["median_min"]
    assert np.isnan(of(rows, "Altöd", mode="line")["median_min"])


def test_few_people_are_withheld(toy_atlas: Atlas):
    few = dataclasses.replace(
        toy_atlas,
        population=dataclasses.replace(
            toy_atlas.population, residents=toy_atlas.population.residents / 40
        ),
    )
    told = rollout_rows(few, categories=[BAKER], modes=["walk"]).set_index("area_name")
    assert told["covered"].isna().all()  # 8 and 16 people
    assert told.loc[["Altöd", "Neuöd"], "residents"].isna().all()
    assert told["median_min"].isna().sum() >= 4


def test_a_stricter_region_withholds_more_medians_too(toy_atlas: Atlas):
    strict = dataclasses.replace(
        toy_atlas, population=dataclasses.replace(toy_atlas.population, smallest_published=500)
    )
    told = rollout_rows(strict, categories=[BAKER], modes=["walk"]).set_index("area_name")
    assert told["median_min"].isna().to_dict() == {
        "Ödland": False, "Altöd": True, "Neuöd": False, "Nord": True, "Süd": True,
    }  # fmt: skip


def test_what_nobody_knows_is_no_zero(rows: gpd.GeoDataFrame):
    unknown = rows[rows["unknown"] != ""]
    assert len(unknown) > 0
    assert unknown[["covered", "gaps", "share"]].isna().all(axis=None)
    assert (unknown["residents"] > 0).all()


def test_rows_lie_on_the_map_and_say_whose_they_are(rows: gpd.GeoDataFrame, toy_atlas: Atlas):
    assert rows.crs == "OGC:CRS84"
    corners = toy_lonlat([(-100.0, -100.0), (500.0, 500.0)])
    assert rows.total_bounds == pytest.approx(corners.ravel(), abs=4e-4)
    assert set(rows["attribution"]) == {" · ".join(toy_atlas.region.attributions)}


def test_types_do_not_depend_on_what_is_asked(rows: gpd.GeoDataFrame, toy_atlas: Atlas):
    one = rollout_rows(toy_atlas, categories=["library"], modes=["line"])
    assert one.dtypes.to_dict() == rows.dtypes.to_dict()
    assert one["minutes"].isna().all()
    assert set(one["metres"]) == {1000.0}


def test_unknown_names_are_refused(toy_atlas: Atlas):
    with pytest.raises(UnknownCategoryError, match="libary"):
        rollout_rows(toy_atlas, categories=["libary"])
    with pytest.raises(ParameterError, match="`mode` 'fly' is not known"):
        rollout_rows(toy_atlas, modes=["fly"])


def test_the_key_names_all_that_rows_depend_on(toy_atlas: Atlas):
    manifest = toy_atlas.manifest
    key = rollout_key(manifest)
    assert key == rollout_key(dict(reversed(manifest.items())))
    assert len(key) == 16
    others = {
        rollout_key({**manifest, "files": {}}),
        rollout_key(manifest, categories=["library"]),
        rollout_key(manifest, modes=["walk"]),
    }
    assert len(others | {key}) == 4
