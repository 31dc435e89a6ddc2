"""
Districts of other regions that resemble one: by standardised distance, with the reasons shown.

Resemblance is not sameness: two districts are near where density, age, supply, share covered and
the way to the centre are alike, each in units of its own spread over all districts compared. What
is not known of one of the two is left out of the distance and named, never taken for a mean.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.errors import ParameterError
from layers.compare import compare
from layers.district_traits import Traits, names_of, traits_of, weights_of
from layers.districts import find_area
from layers.errors import UnknownDistrictError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from layers.atlas import Atlas

    Floats = NDArray[np.float64]

NEAR_Z, FAR_Z = 0.5, 1.0  # standard deviations; assumption: half of one is hardly seen
FEWEST_TRAITS = 3.0  # of the groups of traits that two districts must share to be compared
MOST = 10
_SAME = 1e-9


@dataclass(frozen=True)
class Shared:
    """One trait of two districts: both values in its own unit, and how many deviations apart."""

    trait: str
    here: float
    there: float
    apart: float


@dataclass(frozen=True)
class Similar:
    """
    A district that resembles.

    `distance` is the root mean square of deviations apart over what is known of both. `near`,
    `between` and `differ` hold the traits by `NEAR_Z` and `FAR_Z`, the nearest first; `unknown`
    names those that are not known of one of the two.
    """

    region: str
    region_name: str
    district: str
    name: str
    distance: float
    near: tuple[Shared, ...]
    between: tuple[Shared, ...]
    differ: tuple[Shared, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class SimilarReport:
    """
    The answer.

    Attributes
    ----------
    atlas, district, name
        Of which district it is asked.
    traits
        What is known of it and its neighbours.
    is_daily
        No category was asked: the share covered is that of food for every day.
    mode
        Common to the shares covered of all regions; a straight line where one has no streets.
    found
        The nearest first.
    compared, too_little
        Districts that were compared, and those of which too little is known.
    everywhere_alike
        Traits that are the same in all districts, which tell nothing.
    """

    atlas: Atlas
    district: str
    name: str
    traits: Traits
    is_daily: bool
    mode: str
    found: tuple[Similar, ...]
    compared: int
    too_little: int
    everywhere_alike: tuple[str, ...]


def similar_districts(
    atlas: Atlas,
    district: str,
    others: Sequence[Atlas],
    *,
    category: Sequence[str] = (),
    with_own: bool = False,
    count: int = MOST,
) -> SimilarReport:
    """
    Find the districts of other regions that resemble one.

    Parameters
    ----------
    atlas, district
        The region and the id or name of one of its finest districts.
    others
        Where to look; the region itself is not meant.
    category
        Whose share covered is compared; food for every day where none is named.
    with_own
        Look among the region's own districts as well.
    count
        Most districts of the answer.

    Raises
    ------
    UnknownDistrictError, UnknownCategoryError
        If there is no such district or category.
    ParameterError
        If there is nowhere to look, or the district is no finest one, or `count` is below 1.
    """
    if count < 1:
        raise ParameterError(f"`count` is {count} but must be at least 1", parameter="count")
    elsewhere = [other for other in others if other.region.id != atlas.region.id]
    if not elsewhere and not with_own:
        raise ParameterError(
            "`regions` names no other region; build one, or look among the region's own districts",
            parameter="regions",
        )
    place = _place_of(atlas, district)
    everywhere = [atlas, *elsewhere]
    compared = compare(everywhere, category=category or _daily(atlas))
    tables = [traits_of(f.atlas, f.report) for f in compared.regions]
    names = names_of(atlas)
    values = np.vstack([table.values_of(names) for table in tables])
    scaled, alike = _standardised(np.vstack([table.scaled_of(names) for table in tables]))
    weight = weights_of(names)
    start = scaled[place]
    apart = np.abs(scaled - start)
    known = ~np.isnan(apart)
    shared = known @ weight
    distance = np.sqrt((np.nan_to_num(apart) ** 2) @ weight / np.maximum(shared, _SAME))
    own = len(tables[0].ids)
    wanted = np.arange(len(values)) != place
    if not with_own:
        wanted[:own] = False
    enough = shared >= FEWEST_TRAITS
    rows = np.flatnonzero(wanted & enough)
    order = rows[np.argsort(distance[rows], kind="stable")][:count]
    at = [(table, row) for table in tables for row in range(len(table.ids))]
    found = tuple(
        _similar(at[row], float(distance[row]), names, values[[place, row]], apart[row])
        for row in order.tolist()
    )
    return SimilarReport(
        atlas=atlas,
        district=tables[0].ids[place],
        name=tables[0].names[place],
        traits=tables[0],
        is_daily=not category,
        mode=compared.mode,
        found=found,
        compared=len(rows),
        too_little=int((wanted & ~enough).sum()),
        everywhere_alike=tuple(n for n, same in zip(names, alike, strict=True) if same),
    )


def _place_of(atlas: Atlas, district: str) -> int:
    area = find_area(atlas, district)
    if int(area.holds.sum()) != 1:
        raise UnknownDistrictError(district, [i for i, _ in atlas.finest_areas])
    return int(area.holds.argmax())


def _daily(atlas: Atlas) -> list[str]:
    from layers.sheet import default_categories  # a sheet asks for stability as well

    return default_categories(atlas)


def _standardised(values: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Return deviations from the mean in standard deviations; 0 where all are alike."""
    known = ~np.isnan(values)
    number = np.maximum(known.sum(axis=0), 1)
    filled = np.where(known, values, 0.0)
    mean = filled.sum(axis=0) / number
    spread = np.sqrt((np.where(known, values - mean, 0.0) ** 2).sum(axis=0) / number)
    alike = spread < _SAME
    scaled = np.where(
        alike, np.where(known, 0.0, np.nan), (values - mean) / np.maximum(spread, _SAME)
    )
    return scaled, alike & known.any(axis=0)


def _similar(
    at: tuple[Traits, int], distance: float, names: Sequence[str], pair: Floats, apart: Floats
) -> Similar:
    table, row = at
    shared = [
        Shared(name, float(pair[0, i]), float(pair[1, i]), float(apart[i]))
        for i, name in enumerate(names)
        if not math.isnan(apart[i])
    ]
    shared.sort(key=lambda s: s.apart)
    unknown = np.flatnonzero(np.isnan(pair).any(axis=0)).tolist()
    return Similar(
        region=table.region,
        region_name=table.region_name,
        district=table.ids[row],
        name=table.names[row],
        distance=distance,
        near=tuple(s for s in shared if s.apart <= NEAR_Z),
        between=tuple(s for s in shared if NEAR_Z < s.apart < FAR_Z),
        differ=tuple(s for s in shared if s.apart >= FAR_Z),
        unknown=tuple(names[i] for i in unknown),
    )
