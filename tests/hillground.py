"""Heights made in code: a formula's grid around the toy town, and files as offices write them."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import numpy as np

from geo.elevation import Elevation, ElevationAbout
from tests.toytown import CRS, ORIGIN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def ground(
    height: Callable[[Floats, Floats], Floats],
    *,
    cell_m: float = 10.0,
    native_m: float = 10.0,
    box: tuple[float, float, float, float] = (-1000.0, -1000.0, 2000.0, 2000.0),
) -> Elevation:
    """Return heights by x and y, metres from the toy town's corner, inside a box of the same."""
    x = np.arange(box[0], box[2] + cell_m / 2, cell_m)
    y = np.arange(box[3], box[1] - cell_m / 2, -cell_m)
    grid = np.broadcast_to(height(x[None, :], y[:, None]), (len(y), len(x))).astype(np.float32)
    about = ElevationAbout(("formula",), native_m, grid.size, 0, 0, 0)
    return Elevation(grid, x[0] + ORIGIN[0], y[0] + ORIGIN[1], cell_m, CRS, about)


def slope(gradient: float) -> Elevation:
    """Return a plane that rises to the east."""
    return ground(lambda x, y: 100.0 + gradient * x + 0 * y)


def write_hgt(path: Path, heights: NDArray[np.int16], *, packed: bool = False) -> Path:
    """Write a square of heights as an SRTM tile, the first row northernmost."""
    data = heights.astype(">i2").tobytes()
    if not packed:
        path.write_bytes(data)
        return path
    target = path.with_name(path.name + ".zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(path.name, data)
    return target
