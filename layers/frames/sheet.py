"""The sheet of a district as tables: itself, its verdict's variants, benchmarks, functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from layers.frames.columns import area_shapes, counts, numbers, plain, shaped, tally_columns, texts

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    import pandas as pd

    from layers.sheet import Sheet


def area(sheet: Sheet) -> gpd.GeoDataFrame:
    """Make one row: the district, its people and its verdict."""
    columns = tally_columns([sheet.tally], unknown=sheet.report.unknown)
    ranks = sheet.stability.ranks or (None, None)
    columns |= {
        "verdict": texts([sheet.stability.verdict]),
        "rank_first": counts([ranks[0]]),
        "rank_last": counts([ranks[1]]),
    }
    shape = shapely.union_all(np.asarray(area_shapes(sheet.atlas))[sheet.area.holds])
    return shaped(columns, [shape], sheet.atlas)


def variants(sheet: Sheet) -> pd.DataFrame:
    """Make a row for each assumption that was changed."""
    found = sheet.stability.variants
    columns = tally_columns([each.tally for each in found], unknown=sheet.report.unknown)
    return plain(
        {
            "variant": texts(each.id for each in found),
            "verdict": texts(each.verdict for each in found),
            "rank": counts(each.rank for each in found),
            "covered": columns["covered"],
            "share": columns["share"],
            "without_offer": texts(
                "" if each.offer < 0 else sheet.atlas.offers[each.offer].id for each in found
            ),
            "reason": columns["reason"],
        },
        sheet.atlas,
    )


def benchmarks(sheet: Sheet) -> pd.DataFrame:
    """Make a row for each figure of each benchmark; one that has none has a row with its reason."""
    rows = [
        (result.benchmark, figure.category, figure.tally, figure.reason)
        for result in sheet.benchmarks
        for figure in result.figures
    ] + [(r.benchmark, None, None, r.reason) for r in sheet.benchmarks if not r.figures]
    tallies = [tally for _, _, tally, _ in rows]
    return plain(
        {
            "benchmark": texts(benchmark.id for benchmark, *_ in rows),
            "category": texts("" if category is None else category.id for _, category, *_ in rows),
            "limit_min": numbers(benchmark.minutes for benchmark, *_ in rows),
            "limit_m": numbers(benchmark.metres for benchmark, *_ in rows),
            "covered": counts(None if tally is None else tally.covered for tally in tallies),
            "share": numbers(None if tally is None else tally.share for tally in tallies),
            "reason": texts(
                reason or (tally_columns([tally], unknown="")["reason"][0] if tally else "")
                for *_, tally, reason in rows
            ),
        },
        sheet.atlas,
    )


def functions(sheet: Sheet) -> pd.DataFrame:
    """Make a row for each category at its own reach, in the order of the fields."""
    rows = [(view.field, each) for view in sheet.fields for each in view.functions]
    tallies = tally_columns([each.tally for _, each in rows], unknown="")
    return plain(
        {
            "field": texts(field.id for field, _ in rows),
            "category": texts(each.category.id for _, each in rows),
            "state": texts(each.state for _, each in rows),
            "mode": texts(each.question.mode for _, each in rows),
            "limit_min": numbers(each.question.minutes for _, each in rows),
            "limit_m": numbers(each.question.metres for _, each in rows),
            "offers_inside": [each.offers_inside for _, each in rows],
            "offers_in_reach": [each.offers_in_reach for _, each in rows],
            "covered": tallies["covered"],
            "share": tallies["share"],
        },
        sheet.atlas,
    )


TABLES: dict[str, Callable[[Sheet], pd.DataFrame]] = {
    "area": area,
    "variants": variants,
    "benchmarks": benchmarks,
    "functions": functions,
}
