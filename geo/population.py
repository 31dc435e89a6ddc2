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
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.disclosure import SMALLEST_PUBLISHED
from geo.gaps import CELL_M
from geo.homes import Homes, find_homes, quality_of, read_homes
from geo.once import cached_property
from geo.residential import DEFAULT_LEVELS, DEFAULT_LEVELS_LARGE, LARGE_FOOTPRINT_M2

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from geo import osm
    from geo.population_account import Account
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
    ages
        Shape (n, 3): people of each point by age (`geo.census_ages.AGE_GROUPS`), NaN where unknown;
        None where nothing is known of ages.
    smallest_published
        Fewest people of whom a count may be published: 25, or more where the office that counted
        them asks for more.
    account
        How cells or areas of a census became these points; None where municipalities were counted.
    """

    xy: NDArray[np.float64]
    residents: NDArray[np.float64]
    district: NDArray[np.int32]
    unplaced: NDArray[np.float64]
    basis: Basis
    quality: pd.DataFrame
    broken: int
    assumed: int = 0
    ages: NDArray[np.float64] | None = None
    smallest_published: int = SMALLEST_PUBLISHED
    account: Account | None = None

    @cached_property
    def is_assumed(self) -> NDArray[np.bool_]:
        """Shape (n,): which points are an assumption of the asker's."""
        return np.arange(len(self.xy)) >= len(self.xy) - self.assumed

    def __repr__(self) -> str:
        total = "no count" if math.isnan(self.basis.total) else f"{self.basis.total:.0f} residents"
        return f"<Population of {total}, {len(self.xy)} homes>"

    @property
    def grain_m(self) -> float:
        """How wide the cells are at whose centres people stand, at least those of gaps, metres."""
        homes = int(self.quality["buildings"].sum())
        return max(float(self.account.cell_m), CELL_M) if self.account and not homes else CELL_M

    @property
    def weight(self) -> NDArray[np.float64]:
        """Shape (n,): residents, or one per building where no count exists anywhere."""
        return np.ones(len(self.xy)) if self.basis.unit == "buildings" else self.residents


def read_population(region: Region, extract: Path) -> Population:
    """
    Read buildings and land use of an extract and spread the region's counts over the homes.

    Raises
    ------
    PopulationError
        If the study area holds no building at all.
    """
    return spread_over(region, read_homes(region, extract))


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
    return spread_over(region, find_homes(region, buildings, land))


def spread_over(region: Region, homes: Homes) -> Population:
    """Spread municipal counts over homes that are found already."""
    municipality = region.municipality_of_finest[homes.district]
    floor_m2, fallback = homes.with_reserve(municipality, len(region.municipalities))
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
        homes.broken,
    )
    return Population(
        xy=homes.xy[lived_in],
        residents=residents[lived_in],
        district=homes.district[lived_in],
        unplaced=share_by_area(region, np.where((sums == 0) & ~np.isnan(counts), counts, 0.0)),
        basis=_basis(region, counts),
        quality=quality_of(region, homes, lived_in, fallback),
        broken=homes.broken,
    )


def share_by_area(region: Region, people: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share people of municipalities, shape (m,), out over their finest districts by area."""
    row = region.municipality_of_finest
    area = region.finest.geometry.area.to_numpy()
    whole = np.bincount(row, area, minlength=len(people))
    shared: NDArray[np.float64] = people[row] * area / whole[row]
    return shared


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
