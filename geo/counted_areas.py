"""Census cells and areas of an office that touch a region, in its coordinates, with people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo import crs as crs_module
from geo.census_grid import Cells, join_ages, read_grid
from geo.census_ids import GRID_CRS
from geo.errors import PopulationError
from geo.population_account import GRID
from geo.population_polygons import read_polygons, spread_points
from geo.region_people import GRID_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.population_config import CountedSource
    from geo.population_polygons import CountedPolygons
    from geo.region import Region

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]


def read_areas(region: Region, source: CountedSource) -> tuple[CountedAreas, tuple[str, ...]]:
    """
    Read the counted areas that touch a region, and what was odd about the files.

    Raises
    ------
    PopulationError
        If a file cannot be used, or no area in the region has people.
    """
    if source.kind == GRID:
        return _grid_areas(region, source)
    return _polygon_areas(region, source), ()


@dataclass(frozen=True, eq=False)
class CountedAreas:
    """
    Areas with people that touch a region.

    Attributes
    ----------
    shape
        Shape (n,): in metres of the region's CRS.
    centre
        Shape (n, 2): where people of whom no home is known stand; None to cover the shapes.
    residents
        Shape (n,): NaN where secret.
    age_shares
        Shape (n, 3), NaN where unknown; None where no ages are known at all.
    crosses
        Shape (n,): which ones cross the region's edge.
    cell_m
        Width of a cell, 0 for polygons.
    """

    shape: NDArray[np.object_]
    centre: Floats | None
    residents: Floats
    age_shares: Floats | None
    crosses: NDArray[np.bool_]
    cell_m: int

    def of(self, xy: Floats) -> Rows:
        """Return the area of each point, shape (n, 2); −1 in none, the first on a shared edge."""
        row = np.full(len(xy), -1, np.int64)
        point, area = shapely.STRtree(self.shape).query(shapely.points(xy), predicate="intersects")
        order = np.lexsort((area, point))[::-1]  # written last wins: the lowest row
        row[point[order]] = area[order]
        return row

    def crosses_at(self, xy: Floats) -> NDArray[np.bool_]:
        """Tell which points lie in an area that crosses the region's edge."""
        row = self.of(xy)
        crosses: NDArray[np.bool_] = (row >= 0) & np.append(self.crosses, False)[row]
        return crosses

    def points(self, rows: Rows) -> tuple[Floats, Rows]:
        """Return points for people of these areas without a home, and the area of each."""
        if self.centre is not None:
            return self.centre[rows], rows
        found = [spread_points(self.shape[row], GRID_M) for row in rows]
        if not found:
            return np.zeros((0, 2)), rows
        return np.concatenate(found), np.repeat(rows, [len(xy) for xy in found])


def _touching(
    region: Region, shape: NDArray[np.object_]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell which shapes share area with the region, and which cross its edge."""
    study = region.boundary
    shapely.prepare(study)
    touches = shapely.intersects(study, shape) & ~shapely.touches(study, shape)
    return touches, touches & ~shapely.covers(study, shape)


def _grid_areas(region: Region, source: CountedSource) -> tuple[CountedAreas, tuple[str, ...]]:
    edge = shapely.segmentize(region.boundary, 1_000.0)
    west, south, east, north = crs_module.reproject(edge, region.crs, GRID_CRS).bounds
    box = (west, south, east, north)
    named = {k: v for k, v in source.columns.items() if k in ("residents", "id", "x", "y")}
    beside = source.ages is not None
    cells = read_grid(
        source.path, box, member=source.member, columns=named if beside else source.columns
    )
    if source.ages:
        ids = {k: v for k, v in source.columns.items() if k != "residents"}
        ages = read_grid(
            source.ages, box, member=source.ages_member, needs_count=False,
            columns={k: v for k, v in ids.items() if k not in ("id", "x", "y")},
        )  # fmt: skip
        cells = join_ages(cells, ages)
    shape = _cell_shapes(cells, region.crs)
    touches, crosses = _touching(region, shape)
    if not (np.nan_to_num(cells.residents[touches]) > 0).any():
        raise PopulationError(
            f"{source.path.name}: of {touches.sum()} cells in the region none has people; take the "
            "grid of this part of the country"
        )
    centre = shapely.get_coordinates(
        crs_module.reproject(shapely.points(cells.middle), GRID_CRS, region.crs)
    )
    areas = CountedAreas(
        shape=shape[touches],
        centre=centre[touches],
        residents=cells.residents[touches],
        age_shares=None if cells.age_shares is None else cells.age_shares[touches],
        crosses=crosses[touches],
        cell_m=cells.size_m,
    )
    return areas, cells.notes


def _cell_shapes(cells: Cells, crs: str) -> NDArray[np.object_]:
    low, high = cells.corner, cells.corner + cells.size_m
    shape = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
    moved: NDArray[np.object_] = crs_module.reproject(shape, GRID_CRS, crs)
    return moved


def _polygon_areas(region: Region, source: CountedSource) -> CountedAreas:
    read: CountedPolygons = read_polygons(source.path, region.crs, columns=source.columns)
    touches, crosses = _touching(region, read.shape)
    if not (np.nan_to_num(read.residents[touches]) > 0).any():
        raise PopulationError(
            f"{source.path.name}: of its {len(read.shape)} areas none in the region has people; is "
            "it the file of this city?"
        )
    return CountedAreas(
        shape=read.shape[touches],
        centre=None,
        residents=read.residents[touches],
        age_shares=None if read.age_shares is None else read.age_shares[touches],
        crosses=crosses[touches],
        cell_m=0,
    )
