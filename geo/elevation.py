"""
Heights of the ground as one grid in a region's CRS.

The heights that streets get are smoothed: a raster's noise is an error of metres from cell to cell,
and would make stairs of a flat street. The kernel is a Gaussian as wide as the source's own cells,
and at least 25 m, so that walls and ditches of a fine grid are no slopes of a street either.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.ndimage import gaussian_filter

from geo.once import cached_property

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Heights = NDArray[np.float32]

SMOOTHING_M: Final = 25.0  # standard deviation of the kernel, at the least
_NOTHING: Final = 1e-6
_REACH: Final = 3.0  # standard deviations at which the kernel ends


@dataclass(frozen=True)
class ElevationAbout:
    """
    Where heights are from and what was done to them.

    `native_m` is the cell of the coarsest source that was used. Of `cells` in the region's extent
    `voids_filled` were holes that their rims fill, `voids_left` holes too wide for that, and
    `uncovered` lie beyond the sources. `tiles_unused` are files with nothing for the region.
    """

    names: tuple[str, ...]
    native_m: float
    cells: int
    voids_filled: int
    voids_left: int
    uncovered: int
    tiles_unused: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return asdict(self) | {"names": list(self.names)}

    @property
    def covered_share(self) -> float:
        """Share of the cells whose height is known, 0 to 1."""
        return 1.0 - (self.voids_left + self.uncovered) / max(self.cells, 1)


@dataclass(frozen=True, eq=False)
class Elevation:
    """
    A grid of heights.

    Attributes
    ----------
    height_m
        Shape (rows, columns), the first row northernmost; NaN where not known.
    west_m, north_m
        The middle of the first cell of the first row, in metres of `crs`.
    cell_m
        From one cell to the next.
    crs
        Projected CRS in metres.
    about
        Sources and counts.
    """

    height_m: Heights
    west_m: float
    north_m: float
    cell_m: float
    crs: str
    about: ElevationAbout

    @property
    def smoothing_m(self) -> float:
        """Standard deviation of the kernel that smooths the heights."""
        return max(SMOOTHING_M, self.about.native_m)

    def heights(self, xy: ArrayLike) -> Floats:
        """
        Return smoothed heights of places.

        Parameters
        ----------
        xy
            Shape (n, 2) in metres of `crs`.

        Returns
        -------
        height_m
            Shape (n,), between four cells in proportion; NaN where one of them is not known.
        """
        points = np.asarray(xy, float).reshape(-1, 2)
        column = (points[:, 0] - self.west_m) / self.cell_m
        row = (self.north_m - points[:, 1]) / self.cell_m
        return bilinear(self._smoothed, row, column)

    @cached_property
    def _smoothed(self) -> Heights:
        known = np.isfinite(self.height_m)
        if not known.any():
            return self.height_m
        # about their mean, so that single precision is enough for mountains
        mean = float(np.mean(self.height_m[known], dtype=float))
        sigma = self.smoothing_m / self.cell_m
        options: dict[str, Any] = {"sigma": sigma, "truncate": _REACH, "mode": "constant"}
        weight = gaussian_filter(known.astype(np.float32), **options)
        off = gaussian_filter(np.where(known, self.height_m - np.float32(mean), 0), **options)
        smooth = np.full(self.height_m.shape, np.nan, np.float32)
        smooth[known] = off[known] / weight[known] + mean
        return smooth


def bilinear(grid: Heights, row: Floats, column: Floats) -> Floats:
    """Return values between the cells of a grid, shapes (n,); NaN outside and beside NaN."""
    rows, columns = grid.shape
    inside = (row >= 0) & (row <= rows - 1) & (column >= 0) & (column <= columns - 1)
    top = np.clip(np.floor(np.where(inside, row, 0)), 0, max(rows - 2, 0)).astype(np.int64)
    left = np.clip(np.floor(np.where(inside, column, 0)), 0, max(columns - 2, 0)).astype(np.int64)
    down, right = np.where(inside, row - top, 0), np.where(inside, column - left, 0)
    below, beside = np.minimum(top + 1, rows - 1), np.minimum(left + 1, columns - 1)
    value = np.zeros(len(row))
    for at_row, at_column, share in (
        (top, left, (1 - down) * (1 - right)),
        (top, beside, (1 - down) * right),
        (below, left, down * (1 - right)),
        (below, beside, down * right),
    ):
        counts = share > _NOTHING  # an unknown cell that has no share is no hindrance
        value += np.where(counts, share * np.where(counts, grid[at_row, at_column], 0), 0)
    found: Floats = np.where(inside, value, np.nan)
    return found
