"""
People of a region without an extract: its municipalities' counts, spread evenly over their areas.

Where nobody knows a house, each municipality is covered with points 200 m apart, and each point has
the same share of its people. That puts people into forests and fields as well: good for asking how
far a municipality is from the next farm shop, useless for its streets, and said with every answer.
"""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geo.errors import PopulationError
from geo.population import Basis, Population
from geo.population_polygons import spread_points

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.region import Region

GRID_M = 200.0  # two cells of `geo.gaps`, so that neighbours hang together
METHOD = (
    f"counts of municipalities spread evenly over their area ({GRID_M:g} m grid), because no "
    "buildings are known: a coarse model"
)
_log = logging.getLogger(__name__)


def spread_evenly(region: Region) -> Population:
    """
    Spread the counts of a region's municipalities over their areas.

    Returns
    -------
    population
        Points on a grid in metres of the region's CRS, in its order; a municipality without a count
        has none, one too small for the grid has a single point inside.

    Raises
    ------
    PopulationError
        If no municipality has a count.
    """
    counts = (region.municipalities["population"] * region.municipalities["share_inside"]).to_numpy(
        float
    )
    if np.isnan(counts).all():
        raise PopulationError(
            f"region {region.id!r} has neither an extract nor a population count, so nobody can be "
            "placed; give one of the two"
        )
    finest = region.finest.geometry.to_numpy()
    town = region.municipality_of_finest
    points = [
        spread_points(shape, GRID_M) if not math.isnan(counts[town[row]]) else np.zeros((0, 2))
        for row, shape in enumerate(finest)
    ]
    district = np.repeat(np.arange(len(points)), [len(p) for p in points]).astype(np.int32)
    # a point stands for its share of the district's area; two quarters may have grids apart
    area = shapely.area(finest)
    whole = np.bincount(town, area, minlength=len(counts))
    per_point = counts[town] * area / whole[town] / np.maximum([len(p) for p in points], 1)
    _log.info("region %s: people spread evenly over %d points", region.id, len(district))
    return Population(
        xy=np.concatenate(points),
        residents=per_point[district],
        district=district,
        unplaced=np.zeros(len(points)),
        basis=_basis(region, counts),
        quality=no_homes(region),
        broken=0,
    )


def _basis(region: Region, counts: NDArray[np.float64]) -> Basis:
    municipalities = region.municipalities
    known = ~np.isnan(counts)
    years = municipalities["population_year"][known].unique()  # NaN is one of them
    return Basis(
        unit="residents",
        source="; ".join(dict.fromkeys(municipalities["population_source"][known])),
        method=METHOD,
        year=int(years[0]) if len(years) == 1 and not math.isnan(years[0]) else None,
        official=region.population_official,
        total=float(counts[known].sum()),
        districts_without_count=tuple(municipalities["name"][~known]),
    )


def no_homes(region: Region) -> pd.DataFrame:
    """Return the quality of people of whom no home is known (`geo.homes.quality_of`)."""
    return pd.DataFrame(
        {
            "district_id": region.finest["district_id"],
            "buildings": 0,
            "tagged_share": np.nan,
            "levels_share": np.nan,
            "fallback": False,
        }
    )
