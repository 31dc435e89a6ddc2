"""
Every category by every mode for one region, as rows: a pure function of its Atlas.

A row is one area (the region, a municipality, a district), category and mode, with the category's
own limit. Counts of people are those of a coverage report: they have passed `geo.disclosure`, None
where withheld or unknown. Offers, medians and gaps are facts of the area. The same Atlas gives the
same rows, whichever process or machine computes them: offers of a register are not in them.

Rows carry the area's outline, so that a result opens in a GIS by itself, and whom to name.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.crs import LONLAT
from geo.errors import ParameterError
from geo.median import weighted_median_by
from layers.coverage import answer
from layers.question import LINE, ask

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from layers.atlas import Atlas
    from layers.coverage import CoverageReport
    from layers.tally import Tally

    Ints = NDArray[np.int64]

ROLLOUT_FORMAT = 1  # raise it whenever other code would give other rows for the same Atlas
LEVELS = ("region", "municipality", "district")
_BATCH = 16  # categories searched for at once: bounds memory, 20 bytes a home and category
_TEXTS = (
    "region", "region_name", "as_of", "level", "area_id", "area_name", "category", "mode", "unit",
    "unknown", "attribution",
)  # fmt: skip
_WHOLE = (
    "residents", "covered", "uncovered", "unreachable", "unplaced", "edge_uncertain", "buildings",
    "offers", "supply", "gaps",
)  # fmt: skip
_NUMBERS = ("minutes", "metres", "share", "share_low", "share_high", "median_min")


def rollout_key(
    manifest: Mapping[str, Any], *, categories: Sequence[str] = (), modes: Sequence[str] = ()
) -> str:
    """
    Name all that a region's rows depend on: the same key, the same rows.

    Parameters
    ----------
    manifest
        Of the Atlas: the checksums of all files it was built from, and all parameters.
    categories, modes
        As of `rollout_rows`.

    Returns
    -------
    key
        16 hexadecimal digits.
    """
    whole = {
        "format": ROLLOUT_FORMAT,
        "manifest": dict(manifest),
        "categories": list(categories),
        "modes": list(modes),
    }
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()[:16]


def rollout_rows(
    atlas: Atlas, *, categories: Sequence[str] = (), modes: Sequence[str] = ()
) -> gpd.GeoDataFrame:
    """
    Answer every category by every mode for a region, its municipalities and its districts.

    Parameters
    ----------
    atlas
        The region as it was built.
    categories
        Ids of its taxonomy; all of them where none is named.
    modes
        Street modes and `line`; all that it has where none is named.

    Returns
    -------
    rows
        By category, mode and area, in the order of the taxonomy and the region; outlines in
        degrees. A municipality without districts stands once, with `is_finest`. `supply` are the
        offers that count, `offers` those inside the area; `gaps` are the gaps that reach into it;
        `median_min` is the median way of its people, `inf` where most reach none, NaN where few
        live or in a straight line. `minutes` or `metres` is the limit.

    Raises
    ------
    UnknownCategoryError
        If the taxonomy has no such category.
    ParameterError
        If the region has no such mode.
    """
    ids = list(categories) or [category.id for category in atlas.taxonomy.categories]
    asked = list(modes) or [*atlas.networks, LINE]
    if not ids:
        raise ParameterError("`categories`: the taxonomy has none", parameter="categories")
    rows: list[dict[str, Any]] = []
    shapes: list[Ints] = []
    areas = _Areas(atlas)
    for first in range(0, len(ids), _BATCH):
        questions = [
            ask(atlas, category=category, mode=mode)
            for category in ids[first : first + _BATCH]
            for mode in asked
        ]
        for report in answer(atlas, questions):
            rows.extend(areas.rows_of(report))
            shapes.append(areas.shape_of_row)
    return _table(rows, areas.shapes[np.concatenate(shapes)])


class _Areas:
    """The areas of a region, in the order of their rows, and where homes and offers lie in them."""

    def __init__(self, atlas: Atlas) -> None:
        region = atlas.region
        finest = np.arange(len(region.finest))
        # a municipality without quarters is a finest district as well: one row is enough
        is_whole = region.finest["district_id"].isin(region.municipalities["district_id"])
        self._district_rows = np.flatnonzero(~is_whole.to_numpy())
        self._undivided = set(region.finest["district_id"][is_whole])
        self._area_of = {
            "region": np.zeros_like(finest),
            "municipality": region.municipality_of_finest,
            "district": finest,
        }
        self._count = {"region": 1, "municipality": len(region.municipalities)}
        self._count["district"] = len(finest)
        self._offer_district = region.locate(atlas.offer_xy) if len(atlas.offers) else finest[:0]
        frames = [region.municipalities.geometry, region.finest.geometry.iloc[self._district_rows]]
        whole = gpd.GeoSeries([region.boundary], crs=region.crs)
        self.shapes = pd.concat([whole, *frames], ignore_index=True).to_crs(LONLAT).to_numpy()
        self.shape_of_row = np.arange(len(self.shapes))
        self._same = {
            "region": region.id,
            "region_name": region.name,
            "as_of": region.as_of.isoformat(),
            "attribution": " · ".join(region.attributions),
        }

    def rows_of(self, report: CoverageReport) -> Iterator[dict[str, Any]]:
        """Make the rows of a report, one an area."""
        question = report.question
        same = self._same | {
            "category": question.categories[0].id,
            "mode": question.mode,
            "minutes": question.minutes,
            "metres": question.metres,
            "unknown": report.unknown,
            "supply": len(report.offers),
        }
        tallies = {
            "region": [report.totals],
            "municipality": report.by_municipality,
            "district": report.by_district,
        }
        for level in LEVELS:
            offers, gaps = self._offers(report, level), self._gaps(report, level)
            medians = self._medians(report, level)
            chosen = self._district_rows if level == "district" else range(self._count[level])
            for i in chosen:
                tally = tallies[level][i]
                yield (
                    same
                    | _counts(tally)
                    | {
                        "level": level,
                        "is_finest": level == "district" or tally.area_id in self._undivided,
                        "offers": offers[i],
                        "gaps": gaps[i],
                        "median_min": medians[i],
                    }
                )

    def _offers(self, report: CoverageReport, level: str) -> Ints:
        district = self._offer_district[report.offers]
        area = self._area_of[level][district[district >= 0]]
        return np.bincount(area, minlength=self._count[level])

    def _gaps(self, report: CoverageReport, level: str) -> list[int | None]:
        if report.unknown:
            return [None] * self._count[level]
        rows = np.flatnonzero(report.gap_of >= 0)
        gap = report.gap_of[rows]
        area = self._area_of[level][report.atlas.population.district[rows]]
        reaches = np.zeros((self._count[level], gap.max(initial=-1) + 1), bool)
        reaches[area, gap] = True
        return [int(count) for count in reaches.sum(axis=1)]

    def _medians(self, report: CoverageReport, level: str) -> NDArray[np.float64]:
        if level == "district" or report.unknown or report.question.mode == LINE:
            return report.median_min if level == "district" else np.full(self._count[level], np.nan)
        population = report.atlas.population
        area = self._area_of[level][population.district].astype(np.int32)
        weight = np.nan_to_num(population.weight)
        return weighted_median_by(
            area, report.travel_s / 60, weight, self._count[level], smallest=report.smallest
        )


def _counts(tally: Tally) -> dict[str, Any]:
    low, high = tally.share_range or (tally.share, tally.share)
    return {
        "area_id": tally.area_id,
        "area_name": tally.name,
        "unit": tally.unit,
        "residents": tally.residents,
        "covered": tally.covered,
        "uncovered": tally.uncovered,
        "unreachable": tally.unreachable,
        "unplaced": tally.unplaced,
        "edge_uncertain": tally.edge_uncertain,
        "buildings": tally.buildings,
        "share": tally.share,
        "share_low": low,
        "share_high": high,
    }


def _table(rows: list[dict[str, Any]], shapes: NDArray[np.object_]) -> gpd.GeoDataFrame:
    """Give every column one type, whatever is missing: results of many regions fit together."""
    frame = pd.DataFrame(rows, columns=[*_TEXTS, "is_finest", *_WHOLE, *_NUMBERS])
    frame["is_finest"] = frame["is_finest"].astype(bool)
    frame[[*_TEXTS]] = frame[[*_TEXTS]].astype("string")
    frame[[*_WHOLE]] = frame[[*_WHOLE]].astype("Int64")
    frame[[*_NUMBERS]] = frame[[*_NUMBERS]].astype(float)
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=LONLAT)
