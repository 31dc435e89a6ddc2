"""
People of small counted areas, census cells or an office's polygons, placed where they live.

Where buildings are known, an area's people live in its homes, by floor area; homes beyond the
region's edge take their part, so that an area that crosses it gives only its own people. An area
with people and no home is kept: its people stand at its centre, and it is counted. Without an
extract all cells stand at their centres, and polygons are covered with points.

Afterwards the areas of each municipality are raked to its official total (`geo.raking`). A
municipality that the data's edge cuts is not: its total counts people whom the areas here do not.
Nor do homes that lie in holes between polygons lend their people to others: those of the total who
are missing then stay unplaced.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.counted_areas import CountedAreas, read_areas
from geo.errors import PopulationError
from geo.homes import Homes, quality_of, read_homes
from geo.population import Basis, Population, read_population, share_by_area
from geo.population_account import Account, Difference
from geo.raking import Raked, rake
from geo.region_people import no_homes, spread_evenly

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from geo.population_config import CountedSource
    from geo.region import Region

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]

_log = logging.getLogger(__name__)
_WHOLE = 1 - 1e-6  # share of a municipality inside the data
_HOLES_SHARE = 0.01  # of a municipality's floor in no polygon: from here on somebody is missing


def read_people(region: Region, source: CountedSource | None) -> Population:
    """
    Read the people of a region: of small areas where it names such, else of its municipalities.

    Raises
    ------
    PopulationError
        If a file cannot be read or used, or nobody can be placed.
    """
    if source is None:
        return read_population(region, region.extract) if region.extract else spread_evenly(region)
    areas, notes = read_areas(region, source)
    homes = read_homes(region, region.extract, also=areas.crosses_at) if region.extract else None
    return place(region, areas, homes, source=source, notes=notes)


class _Placed(NamedTuple):
    """People at points inside the region, and what was seen on the way."""

    xy: Floats
    residents: Floats
    area: Rows
    district: NDArray[np.int32]
    alone: Rows
    outside: float
    homes_without_area: int
    hole_share: Floats
    quality: pd.DataFrame
    broken: int


def place(
    region: Region,
    areas: CountedAreas,
    homes: Homes | None,
    *,
    source: CountedSource,
    notes: tuple[str, ...] = (),
) -> Population:
    """
    Place the people of counted areas and rake them to the official totals.

    Parameters
    ----------
    region
        Its municipalities' `population` are the official totals, NaN where there is none.
    areas
        Cells or polygons.
    homes
        Where they live; None where no building is known.
    source
        What the region says of its counts.
    notes
        What was odd about the files.
    """
    placed = _in_homes(region, areas, homes)
    town = region.municipality_of_finest[placed.district]
    totals, group = _totals(region, source, town)
    target = totals.copy()
    before = np.bincount(group, placed.residents, minlength=len(totals))
    if not areas.cell_m and source.total is None:  # missing people live in the holes, if homes do
        in_holes = (placed.hole_share > _HOLES_SHARE) & (totals > before)
        target[in_holes] = before[in_holes]
    raked = rake(placed.residents, group, target)
    left = raked.left + np.nan_to_num(totals - target)
    per_town = left if source.total is None else np.zeros(len(region.municipalities))
    if source.total is not None and left.any():
        raise PopulationError(f"{source.path.name} counts nobody in any district of the region")
    ages = None
    if areas.age_shares is not None:
        ages = raked.people[:, None] * areas.age_shares[placed.area]
    account = _account(region, areas, placed, raked, totals, source, notes, ages, float(left.sum()))
    _log.info(
        "region %s: %d areas with people, %d without homes, %.0f people before raking, %.0f after",
        region.id, account.areas, account.without_homes, account.before, account.after,
    )  # fmt: skip
    return Population(
        xy=placed.xy,
        residents=raked.people,
        district=placed.district,
        unplaced=share_by_area(region, per_town),
        basis=_basis(region, areas, source, account, town, has_homes=homes is not None),
        quality=placed.quality,
        broken=placed.broken,
        ages=ages,
        smallest_published=source.smallest,
        account=account,
    )


def _in_homes(region: Region, areas: CountedAreas, homes: Homes | None) -> _Placed:
    inhabited = np.nan_to_num(areas.residents) > 0
    towns = len(region.municipalities)
    xy, people, row = np.zeros((0, 2)), np.zeros(0), np.zeros(0, np.int64)
    alone, without_area, hole_share = inhabited, 0, np.zeros(towns)
    quality, broken = no_homes(region), 0
    if homes is not None:
        area = areas.of(homes.xy)
        area[~np.append(inhabited, False)[area]] = -1
        floor_m2, fallback = homes.with_reserve(area, len(inhabited))
        lived_in = (area >= 0) & (floor_m2 > 0)
        xy, row = homes.xy[lived_in], area[lived_in]
        sums = np.bincount(row, floor_m2[lived_in], minlength=len(inhabited))
        people = areas.residents[row] * floor_m2[lived_in] / sums[row]
        alone = inhabited & (sums == 0)
        inside = homes.district >= 0
        in_hole = inside & (area < 0) & (homes.floor_m2 > 0)
        without_area = int(in_hole.sum())
        town = region.municipality_of_finest
        holes, whole = (
            np.bincount(town[homes.district[at]], homes.floor_m2[at], minlength=towns)
            for at in (in_hole, inside)
        )
        hole_share = np.divide(holes, whole, out=np.zeros(towns), where=whole > 0)
        quality, broken = quality_of(region, homes, lived_in, fallback), homes.broken
    points, of = areas.points(np.flatnonzero(alone))
    each = np.bincount(of, minlength=len(inhabited))
    xy, row = np.concatenate([xy, points]), np.concatenate([row, of])
    people = np.concatenate([people, areas.residents[of] / each[of]])
    district = region.locate(xy)
    here = district >= 0
    if not here.any():
        raise PopulationError(
            f"region {region.id!r}: none of its {inhabited.sum()} areas with people lies in one of "
            "its districts; take finer cells, or counts of its municipalities"
        )
    return _Placed(
        xy=xy[here],
        residents=people[here],
        area=row[here],
        district=district[here],
        alone=np.unique(of[here[len(here) - len(of) :]]),
        outside=float(people[~here].sum()),
        homes_without_area=without_area,
        hole_share=hole_share,
        quality=quality,
        broken=broken,
    )


def _totals(region: Region, source: CountedSource, town: Rows) -> tuple[Floats, Rows]:
    """Return the official totals and the row in them of each person; NaN where none is usable."""
    is_whole = region.municipalities["share_inside"].to_numpy(float) >= _WHOLE
    if source.total is not None:
        usable = is_whole.all() and not region.districts_without_data
        return np.array([source.total if usable else np.nan]), np.zeros(len(town), np.int64)
    counts = region.municipalities["population"].to_numpy(float)
    return np.where(is_whole, counts, np.nan), town


def _account(
    region: Region,
    areas: CountedAreas,
    placed: _Placed,
    raked: Raked,
    totals: Floats,
    source: CountedSource,
    notes: tuple[str, ...],
    ages: Floats | None,
    left: float,
) -> Account:
    names = [region.name] if source.total is not None else list(region.municipalities["name"])
    known = ~np.isnan(totals)
    people = float(raked.people.sum())
    told = 0.0 if ages is None else float(raked.people[~np.isnan(ages).any(axis=1)].sum())
    return Account(
        kind=source.kind,
        file=source.path.name,
        source=source.source,
        year=source.year,
        cell_m=areas.cell_m,
        areas=int((np.nan_to_num(areas.residents) > 0).sum()),
        secret=int(np.isnan(areas.residents).sum()),
        without_homes=len(placed.alone),
        people_without_homes=float(placed.residents[np.isin(placed.area, placed.alone)].sum()),
        people_outside=placed.outside,
        homes_without_area=placed.homes_without_area,
        before=float(placed.residents.sum()),
        after=people + left,
        differences=tuple(
            Difference(names[i], float(raked.before[i]), float(totals[i]))
            for i in np.flatnonzero(known)
        ),
        not_raked=tuple(names[i] for i in np.flatnonzero(~known)),
        official_source=source.totals_source if known.any() else "",
        official_year=source.totals_year if known.any() else None,
        ages_known=told / people if people else 0.0,
        notes=notes,
    )


def _basis(
    region: Region,
    areas: CountedAreas,
    source: CountedSource,
    account: Account,
    town: Rows,
    *,
    has_homes: bool,
) -> Basis:
    what = f"census cells of {areas.cell_m} m" if areas.cell_m else "counted areas of an office"
    where = {
        (True, True): "in the residential buildings inside each, by floor area, else at its centre",
        (True, False): "at the centre of each, because no buildings are known",
        (False, True): "in the residential buildings inside each, by floor area, else on its area",
        (False, False): "spread evenly over each, because no buildings are known",
    }[areas.cell_m > 0, has_homes]
    raked = f", raked to official totals ({account.official_source})" * bool(
        account.official_source
    )
    municipalities = region.municipalities
    seen = np.bincount(town, minlength=len(municipalities)) > 0
    counted = seen | municipalities["population"].notna().to_numpy()
    return Basis(
        unit="residents",
        source="; ".join(dict.fromkeys(filter(None, [source.source, account.official_source]))),
        method=f"{what}: people {where}{raked}",
        year=(source.totals_year or source.year) if account.official_source else source.year,
        official=source.official,
        total=account.after,
        districts_without_count=tuple(municipalities["name"][~counted]),
    )
