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
        _grid(shape) if not math.isnan(counts[town[row]]) else np.zeros((0, 2))
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
        quality=_quality(region),
        broken=0,
    )


def _grid(shape: shapely.Geometry) -> NDArray[np.float64]:
    """Return the grid's points inside a shape; whole multiples of its width, in a fixed order."""
    west, south, east, north = shape.bounds
    x = np.arange(math.ceil(west / GRID_M), math.floor(east / GRID_M) + 1) * GRID_M
    y = np.arange(math.ceil(south / GRID_M), math.floor(north / GRID_M) + 1) * GRID_M
    xy = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    inside: NDArray[np.float64] = xy[shapely.contains_xy(shape, xy)]
    if not len(inside):
        inside = shapely.get_coordinates(shape.representative_point())
    return inside


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


def _quality(region: Region) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "district_id": region.finest["district_id"],
            "buildings": 0,
            "tagged_share": np.nan,
            "levels_share": np.nan,
            "fallback": False,
        }
    )
