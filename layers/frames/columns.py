"""Columns that tables share: counts with their reasons, tallies, offers; and the table itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from layers.atlas import Atlas
    from layers.tally import Tally

# Why a figure is missing; besides these, why a report has no answer: no_source, too_old, no_hours
FEW_PEOPLE, NOT_COUNTED, NOBODY = "few_people", "not_counted", "nobody"

Columns = dict[str, Any]


def counts(values: Iterable[float | None]) -> pd.Series[Any]:
    """Return whole numbers, NA where there is none."""
    return pd.Series([pd.NA if value is None else int(value) for value in values], dtype="Int64")


def numbers(values: Iterable[float | None]) -> NDArray[np.float64]:
    """Return floats, NaN where there is none."""
    return np.array([np.nan if value is None else value for value in values], float)


def texts(values: Iterable[str]) -> pd.Series[Any]:
    """Return texts, also where there are none at all."""
    return pd.Series(list(values), dtype="str")


def is_counted(atlas: Atlas) -> bool:
    """Tell whether people are counted in a region."""
    return atlas.population.basis.unit == "residents"


def reason_of(value: float | None, atlas: Atlas, *, unknown: str = "") -> str:
    """Say why a count is missing: `unknown` says why there is no answer, or is empty."""
    if value is not None:
        return ""
    return unknown or (FEW_PEOPLE if is_counted(atlas) else NOT_COUNTED)


def tally_columns(tallies: Sequence[Tally], *, unknown: str) -> Columns:
    """Write tallies as columns; `unknown` says why the report has no answer, or is empty."""
    ranges = [tally.share_range or (tally.share, tally.share) for tally in tallies]
    is_by_buildings = any(tally.unit == "buildings" for tally in tallies)
    columns: Columns = {
        "id": texts(tally.area_id for tally in tallies),
        "name": texts(tally.name for tally in tallies),
        "residents": counts(tally.residents for tally in tallies),
        "covered": counts(tally.covered for tally in tallies),
        "uncovered": counts(tally.uncovered for tally in tallies),
        "unreachable": counts(tally.unreachable for tally in tallies),
        "unplaced": counts(tally.unplaced for tally in tallies),
    }
    if is_by_buildings:
        columns["buildings"] = counts(tally.buildings or None for tally in tallies)
    return columns | {
        "share": numbers(tally.share for tally in tallies),
        "share_least": numbers(low for low, _ in ranges),
        "share_most": numbers(high for _, high in ranges),
        "reason": texts(_tally_reason(tally, unknown) for tally in tallies),
    }


def _tally_reason(tally: Tally, unknown: str) -> str:
    """Say why a tally has no share, or lacks a count."""
    if unknown:
        return unknown
    if tally.suppressed:
        return FEW_PEOPLE
    if tally.unit == "buildings" or tally.residents is None:
        return NOT_COUNTED
    return NOBODY if tally.share is None else ""


def offer_columns(atlas: Atlas, rows: Iterable[int]) -> Columns:
    """Write who offers are."""
    offers = [atlas.offers[int(row)] for row in rows]
    return {
        "id": texts(offer.id for offer in offers),
        "name": texts(offer.name for offer in offers),
        "category": texts(offer.categories[0] for offer in offers),
    }


def offer_points(atlas: Atlas, rows: Sequence[int] | NDArray[np.int64]) -> NDArray[np.object_]:
    """Return where offers are, in metres."""
    points: NDArray[np.object_] = shapely.points(atlas.offer_xy[np.asarray(rows, np.int64)])
    return points


def area_shapes(atlas: Atlas, level: str = "district") -> NDArray[np.object_]:
    """Return the shapes of the finest districts, or of the municipalities."""
    region = atlas.region
    areas = region.finest if level == "district" else region.municipalities
    shapes: NDArray[np.object_] = areas.geometry.to_numpy()
    return shapes


def plain(columns: Mapping[str, Any], *atlases: Atlas) -> pd.DataFrame:
    """Make a table without shapes."""
    table = pd.DataFrame(dict(columns))
    table.attrs["attributions"] = _attributions(atlases)
    return table


def shaped(
    columns: Mapping[str, Any], shapes: Sequence[Any] | NDArray[np.object_], *atlases: Atlas,
    crs: str = "",
) -> gpd.GeoDataFrame:  # fmt: skip
    """Make a table with shapes, by default in the CRS of the (first) region."""
    table = gpd.GeoDataFrame(dict(columns), geometry=list(shapes), crs=crs or atlases[0].region.crs)
    table.attrs["attributions"] = _attributions(atlases)
    return table


def _attributions(atlases: Iterable[Atlas]) -> list[str]:
    return list(dict.fromkeys(text for atlas in atlases for text in atlas.region.attributions))
