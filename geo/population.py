"""
Where people live: points with residents, made from official counts and buildings.

The count of a municipality is spread over its residential buildings by floor area (footprint times
storeys). A municipality that the data's edge cuts keeps only the share of its people that its share
of area inside the data suggests: its visible houses must not take in the people of those beyond.
Which buildings are homes is judged in `geo.residential`.

Residents of a single building are a model, not a count: they are summed here and published only for
many together (`geo.disclosure`).
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from geo import crs as crs_module
from geo import osm
from geo.errors import PopulationError
from geo.residential import (
    DEFAULT_LEVELS,
    DEFAULT_LEVELS_LARGE,
    JUDGED_KEYS,
    LAND_WITHOUT_HOMES,
    LARGE_FOOTPRINT_M2,
    is_building,
    is_land_without_homes,
    judge_building,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from geo.region import Region

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Basis:
    """
    On what the residents rest, in words for a report.

    `unit` is `residents`, or `buildings` where no count exists. `total` is the sum of the named
    counts inside the data, NaN where none exists; `official` whether an office published them;
    `year` is None where the source does not say.
    """

    unit: str
    source: str
    method: str
    year: int | None
    official: bool
    total: float
    districts_without_count: tuple[str, ...]


@dataclass(frozen=True)
class Population:
    """
    People as weighted points, in metres of the region's CRS.

    Attributes
    ----------
    xy
        Shape (n, 2): one point inside each residential building of the study area.
    residents
        Shape (n,): people as floats; NaN where the municipality has no count.
    district
        Shape (n,): row in `region.finest`.
    unplaced
        Shape (d,): people of each finest district for whom no residential building was found.
    basis
        Source, method and total.
    quality
        One row per finest district: `buildings`, `tagged_share` (explicitly residential),
        `levels_share` (storeys tagged), `fallback` (no building looked residential: all were used).
    broken
        Buildings left out because the extract lacks a part of their outline.
    assumed
        So many of the last points are no count but an assumption of the asker's.
    """

    xy: NDArray[np.float64]
    residents: NDArray[np.float64]
    district: NDArray[np.int32]
    unplaced: NDArray[np.float64]
    basis: Basis
    quality: pd.DataFrame
    broken: int
    assumed: int = 0

    @cached_property
    def is_assumed(self) -> NDArray[np.bool_]:
        """Shape (n,): which points are an assumption of the asker's."""
        return np.arange(len(self.xy)) >= len(self.xy) - self.assumed

    def __repr__(self) -> str:
        total = "no count" if math.isnan(self.basis.total) else f"{self.basis.total:.0f} residents"
        return f"<Population of {total}, {len(self.xy)} homes>"

    @property
    def weight(self) -> NDArray[np.float64]:
        """Shape (n,): residents, or one per building where no count exists anywhere."""
        return np.ones(len(self.xy)) if self.basis.unit == "buildings" else self.residents


@dataclass(frozen=True)
class _Homes:
    """Candidate buildings of the study area; `floor_m2` is 0 where nobody lives."""

    xy: NDArray[np.float64]
    district: NDArray[np.int32]
    floor_m2: NDArray[np.float64]
    reserve_m2: NDArray[np.float64]  # floor area if nothing but tag and size counted
    tagged: NDArray[np.bool_]
    levels_tagged: NDArray[np.bool_]


def read_population(region: Region, extract: Path) -> Population:
    """
    Read buildings and land use of an extract and spread the region's counts over the homes.

    Raises
    ------
    PopulationError
        If the study area holds no building at all.
    """
    areas = osm.read_areas(
        extract,
        keys=("building", *LAND_WITHOUT_HOMES),
        keep=lambda tags: is_building(tags) or is_land_without_homes(tags),
        tag_keys=JUDGED_KEYS,
    )
    buildings = areas.select([is_building(tags) for tags in areas.tags])
    return spread(region, buildings, areas.select([is_land_without_homes(t) for t in areas.tags]))


def spread(region: Region, buildings: osm.Areas, land: osm.Areas) -> Population:
    """
    Spread municipal counts over residential buildings.

    Parameters
    ----------
    region
        Its municipalities' `population` and `share_inside` give the totals.
    buildings
        Outlines in lon/lat.
    land
        Areas on which undecided buildings are no homes, in lon/lat.

    Returns
    -------
    population
        Residents add up to the totals, together with `unplaced`.

    Raises
    ------
    PopulationError
        If the study area holds no building at all.
    """
    homes = _homes(region, buildings, land)
    if not len(homes.xy):
        raise PopulationError(
            f"region {region.id!r}: its extract maps no building inside the study area, so people "
            "cannot be placed; use an extract with buildings"
        )
    municipality = region.municipality_of_finest[homes.district]
    floor_m2, fallback = _with_reserve(homes, municipality, len(region.municipalities))
    counts = (
        region.municipalities["population"] * region.municipalities["share_inside"]
    ).to_numpy()
    sums = np.bincount(municipality, floor_m2, minlength=len(counts)).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        per_m2 = np.where(sums > 0, counts / sums, 0.0)
    per_m2[np.isnan(counts)] = np.nan
    residents = floor_m2 * per_m2[municipality]
    lived_in = floor_m2 > 0
    _log.info(
        "region %s: %d of %d buildings are homes; %d outlines left out as broken",
        region.id,
        lived_in.sum(),
        len(homes.xy),
        buildings.broken,
    )
    return Population(
        xy=homes.xy[lived_in],
        residents=residents[lived_in],
        district=homes.district[lived_in],
        unplaced=_unplaced(region, counts, sums),
        basis=_basis(region, counts),
        quality=_quality(region, homes, lived_in, fallback),
        broken=buildings.broken,
    )


def _homes(region: Region, buildings: osm.Areas, land: osm.Areas) -> _Homes:
    outline = crs_module.geometry_to_metric(buildings.geometry, region.crs)
    inside = shapely.point_on_surface(outline)
    xy = shapely.get_coordinates(inside).reshape(-1, 2)
    district = region.locate(xy)
    kept = np.flatnonzero((district >= 0) & _first_of_its_shape(outline))
    length_m = shapely.length(outline[kept])
    homes = [
        judge_building(buildings.tags[i], footprint_m2=area, outline_m=length)
        for i, area, length in zip(kept, shapely.area(outline[kept]), length_m, strict=True)
    ]
    reserve_m2 = np.array([home.floor_m2 for home in homes], float)
    tagged = np.array([home.is_tagged for home in homes], bool)
    elsewhere = ~_stands_on(inside[kept], land, region.crs)
    return _Homes(
        xy=xy[kept],
        district=district[kept],
        floor_m2=reserve_m2 * (tagged | elsewhere),
        reserve_m2=reserve_m2,
        tagged=tagged,
        levels_tagged=np.array([home.has_levels for home in homes], bool),
    )


def _first_of_its_shape(outline: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Leave out a building drawn twice, as the way and as the relation around it and its courts."""
    first = np.zeros(len(outline), bool)
    boxes = shapely.bounds(outline).round(1)
    first[np.unique(boxes, axis=0, return_index=True)[1]] = True
    return first


def _stands_on(points: NDArray[np.object_], land: osm.Areas, crs: str) -> NDArray[np.bool_]:
    on = np.zeros(len(points), bool)
    if len(land.tags):
        tree = shapely.STRtree(crs_module.geometry_to_metric(land.geometry, crs))
        on[tree.query(points, predicate="intersects")[0]] = True
    return on


def _with_reserve(
    homes: _Homes, municipality: NDArray[np.int64], count: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Where no building of a municipality looks like a home, use all that tag and size allow."""
    empty = np.bincount(municipality, homes.floor_m2, minlength=count) == 0
    fallback = empty[municipality] & (homes.reserve_m2 > 0)
    return np.where(fallback, homes.reserve_m2, homes.floor_m2), fallback


def _unplaced(
    region: Region, counts: NDArray[np.float64], sums: NDArray[np.float64]
) -> NDArray[np.float64]:
    """People of municipalities without a home, by finest district (by area among quarters)."""
    missing = np.where((sums == 0) & ~np.isnan(counts), counts, 0.0)
    row = region.municipality_of_finest
    area = region.finest.geometry.area.to_numpy()
    whole = np.bincount(row, area, minlength=len(counts))
    unplaced: NDArray[np.float64] = missing[row] * area / whole[row]
    return unplaced


def _basis(region: Region, counts: NDArray[np.float64]) -> Basis:
    municipalities = region.municipalities
    unknown = np.isnan(counts)
    if unknown.all():
        return Basis(
            unit="buildings",
            source="",
            method="share of residential buildings (no population count)",
            year=None,
            official=False,
            total=math.nan,
            districts_without_count=tuple(municipalities["name"]),
        )
    years = municipalities["population_year"][~unknown].unique()  # NaN is one of them
    return Basis(
        unit="residents",
        source="; ".join(dict.fromkeys(municipalities["population_source"][~unknown])),
        method=(
            "counts of municipalities, times the share of their area inside the data, spread over "
            "residential buildings by footprint and storeys "
            f"(untagged: {DEFAULT_LEVELS:g} storeys, from {LARGE_FOOTPRINT_M2:g} m² on "
            f"{DEFAULT_LEVELS_LARGE:g})"
        ),
        year=int(years[0]) if len(years) == 1 and not math.isnan(years[0]) else None,
        official=region.population_official,
        total=float(np.nansum(counts)),
        districts_without_count=tuple(municipalities["name"][unknown]),
    )


def _quality(
    region: Region, homes: _Homes, lived_in: NDArray[np.bool_], fallback: NDArray[np.bool_]
) -> pd.DataFrame:
    d = len(region.finest)
    buildings = np.bincount(homes.district[lived_in], minlength=d)

    def share(of: NDArray[np.bool_]) -> NDArray[np.float64]:
        hits = np.bincount(homes.district[lived_in], of[lived_in].astype(float), minlength=d)
        with np.errstate(invalid="ignore"):
            return np.asarray(hits / buildings)

    return pd.DataFrame(
        {
            "district_id": region.finest["district_id"],
            "buildings": buildings,
            "tagged_share": share(homes.tagged),
            "levels_share": share(homes.levels_tagged),
            "fallback": np.bincount(homes.district, fallback.astype(float), minlength=d) > 0,
        }
    )


def basis_to_dict(basis: Basis) -> dict[str, Any]:
    """Write a basis as JSON-ready values; NaN becomes None."""
    return {
        "unit": basis.unit,
        "source": basis.source,
        "method": basis.method,
        "year": basis.year,
        "official": basis.official,
        "total": None if math.isnan(basis.total) else basis.total,
        "districts_without_count": list(basis.districts_without_count),
    }


def basis_from_dict(data: Mapping[str, Any]) -> Basis:
    """Read what `basis_to_dict` wrote."""
    return Basis(
        **{
            **data,
            "total": math.nan if data["total"] is None else data["total"],
            "districts_without_count": tuple(data["districts_without_count"]),
        }
    )
