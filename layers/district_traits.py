"""
What districts are compared by: density, age, supply, share covered, the way to the centre.

All of it comes from published figures, so a trait tells no more of few people than a report does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from layers.field_mix import PER_PEOPLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from layers.atlas import Atlas
    from layers.coverage import CoverageReport

    Floats = NDArray[np.float64]

DENSITY, UNDER_18, FROM_65 = "density", "under_18", "65_and_older"
COVERED, CENTRE = "covered", "centre_km"
SUPPLY = "supply:"  # and the id of a field
_GROUP = {UNDER_18: "age", FROM_65: "age"}
_M2_PER_KM2 = 1e6


@dataclass(frozen=True, eq=False)
class Traits:
    """
    Traits of the finest districts of a region.

    `columns` are shape (d,) by trait, NaN where unknown: people per km², shares 0…1 of people by
    age and of those covered, kilometres, offers per 10,000 people.
    """

    region: str
    region_name: str
    ids: tuple[str, ...]
    names: tuple[str, ...]
    columns: Mapping[str, Floats]

    def values_of(self, names: Sequence[str]) -> Floats:
        """Return shape (d, k): the named traits in their own units."""
        empty = np.full(len(self.ids), np.nan)
        return np.column_stack([self.columns.get(name, empty) for name in names])

    def scaled_of(self, names: Sequence[str]) -> Floats:
        """Return the same on the scale on which they are compared: density and supply by ratio."""
        values = self.values_of(names)
        for i, name in enumerate(names):
            if name == DENSITY or name.startswith(SUPPLY):
                values[:, i] = np.log1p(values[:, i])
        return values


def names_of(atlas: Atlas) -> tuple[str, ...]:
    """Name all traits, in the order in which they are told."""
    fields = (f"{SUPPLY}{field.id}" for field in atlas.taxonomy.fields)
    return (DENSITY, UNDER_18, FROM_65, COVERED, CENTRE, *fields)


def weights_of(names: Sequence[str]) -> Floats:
    """Return the weight of each trait: ages together count as one, all fields of supply as one."""
    groups = ["supply" if n.startswith(SUPPLY) else _GROUP.get(n, n) for n in names]
    return np.array([1 / groups.count(group) for group in groups])


def traits_of(atlas: Atlas, report: CoverageReport | None) -> Traits:
    """
    Return what is known of each finest district.

    Parameters
    ----------
    atlas
        The region.
    report
        Its coverage, whose shares are compared; None where it has none.
    """
    areas = atlas.finest_areas
    people = _people(atlas, report)
    area_km2 = atlas.region.finest.geometry.area.to_numpy() / _M2_PER_KM2
    tallies = report.by_district if report is not None else []
    covered = [np.nan if t.share is None else t.share for t in tallies] or [np.nan] * len(areas)
    columns: dict[str, Floats] = {
        DENSITY: people / area_km2,
        COVERED: np.array(covered, float),
        CENTRE: _centre_km(atlas, people),
        **_ages(atlas, people),
        **_supply(atlas, people),
    }
    return Traits(
        region=atlas.region.id,
        region_name=atlas.region.name,
        ids=tuple(i for i, _ in areas),
        names=tuple(name for _, name in areas),
        columns=columns,
    )


def _people(atlas: Atlas, report: CoverageReport | None) -> Floats:
    """Shape (d,): residents as published, NaN where withheld, unknown or nobody."""
    if report is None or atlas.population.basis.unit != "residents":
        return np.full(len(atlas.finest_areas), np.nan)
    return np.array([t.residents or np.nan for t in report.by_district], float)


def _sum_by_district(atlas: Atlas, values: Floats) -> Floats:
    count = len(atlas.finest_areas)
    return np.bincount(atlas.population.district, values, minlength=count).astype(float)


def _centre_km(atlas: Atlas, people: Floats) -> Floats:
    """From each district's people to the middle of those of the largest municipality."""
    population, region = atlas.population, atlas.region
    weight = atlas.people
    if np.isnan(people).all() or not weight.any():
        return np.full(len(people), np.nan)
    town = region.municipality_of_finest[population.district]
    largest = np.bincount(town, weight).argmax()
    inside = town == largest
    middle = np.average(population.xy[inside], axis=0, weights=weight[inside])
    here = np.full((len(people), 2), np.nan)
    total = _sum_by_district(atlas, weight)
    told = (total > 0) & ~np.isnan(people)
    for axis in (0, 1):
        sums = _sum_by_district(atlas, weight * population.xy[:, axis])
        here[told, axis] = sums[told] / total[told]
    distance_km: Floats = np.round(np.hypot(*(here - middle).T) / 1000, 1)
    return distance_km


def _ages(atlas: Atlas, people: Floats) -> dict[str, Floats]:
    """Shares of the young and the old, where they may be told of both sides."""
    ages = atlas.population.ages
    if ages is None:
        return {}
    sums = np.column_stack([_sum_by_district(atlas, np.nan_to_num(column)) for column in ages.T])
    total = sums.sum(axis=1)
    # an age that is known of some of the district's people only says nothing of the district
    is_whole = total >= 0.9 * np.nan_to_num(people, nan=np.inf)
    found = {}
    for name, column in ((UNDER_18, 0), (FROM_65, 2)):
        part, rest = sums[:, column], total - sums[:, column]
        smallest = atlas.population.smallest_published
        told = is_whole & (part >= smallest) & (rest >= smallest)
        share = np.round(part / np.where(total > 0, total, 1.0), 2)
        found[name] = np.where(told, share, np.nan)
    return found


def _supply(atlas: Atlas, people: Floats) -> dict[str, Floats]:
    """Offers per 10,000 people inside the district, of each field that some source tells of."""
    district = atlas.region.locate(atlas.offer_xy)
    found = {}
    for field in atlas.taxonomy.fields:
        told = [
            c
            for c in atlas.taxonomy.categories
            if c.field == field.id and atlas.data_as_of(c) is not None
        ]
        if not told:
            continue
        rows = np.unique(np.concatenate([atlas.offers_of(c) for c in told]))
        at = district[rows]
        count = np.bincount(at[at >= 0], minlength=len(people)).astype(float)
        found[f"{SUPPLY}{field.id}"] = count / people * PER_PEOPLE
    return found
