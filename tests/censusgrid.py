"""Census grids made in code, in the formats of the offices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.crs import reproject
from tests.toyregion import CRS, toy_xy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

Cell = tuple[int, int]  # lower left corner in metres of EPSG:3035: x, y


def cell_at(local: Sequence[float], size_m: int = 100) -> Cell:
    """Return the cell in which a point in local metres of the toy region lies."""
    x, y = cells_at(np.array([local], float), size_m)[0]
    return int(x), int(y)


def cells_at(local: NDArray[np.float64], size_m: int = 100) -> NDArray[np.int64]:
    """Return the lower left corners of the cells of points, shape (n, 2)."""
    points = reproject(shapely.points(toy_xy(local)), CRS, "EPSG:3035")
    return np.floor(shapely.get_coordinates(points) / size_m).astype(np.int64) * size_m


def id_2022(cell: Cell, size_m: int = 100) -> str:
    return f"CRS3035RES{size_m}mN{cell[1]}E{cell[0]}"


def id_2011(cell: Cell, size_m: int = 100) -> str:
    name = f"{size_m}m" if size_m < 1000 else f"{size_m // 1000}km"
    return f"{name}N{cell[1] // size_m}E{cell[0] // size_m}"


def write_2022(
    path: Path,
    rows: Iterable[Sequence[object]],
    *,
    columns: Sequence[str] = ("Einwohner",),
    size_m: int = 100,
    encoding: str = "utf-8",
    end: str = "\n",
) -> Path:
    """Write a table of Zensus 2022; a row is the cell, then what stands in the columns."""
    label = f"{size_m}m" if size_m < 1000 else f"{size_m // 1000}km"
    lines = [";".join([f"GITTER_ID_{label}", f"x_mp_{label}", f"y_mp_{label}", *columns])]
    for (x, y), *values in rows:  # type: ignore[misc]
        middle = (str(x + size_m // 2), str(y + size_m // 2))
        lines.append(";".join([id_2022((x, y), size_m), *middle, *map(str, values)]))
    path.write_bytes((end.join([*lines, ""])).encode(encoding))
    return path


def write_2011(
    path: Path,
    rows: Iterable[Sequence[object]],
    *,
    columns: Sequence[str] = ("Einwohner",),
    size_m: int = 100,
) -> Path:
    """Write a table of Zensus 2011: other ids, a byte order mark, CRLF."""
    label = f"{size_m}m" if size_m < 1000 else f"{size_m // 1000}km"
    lines = [";".join([f"Gitter_ID_{label}", f"x_mp_{label}", f"y_mp_{label}", *columns])]
    for (x, y), *values in rows:  # type: ignore[misc]
        middle = (str(x + size_m // 2), str(y + size_m // 2))
        lines.append(";".join([id_2011((x, y), size_m), *middle, *map(str, values)]))
    path.write_bytes(("\r\n".join([*lines, ""])).encode("utf-8-sig"))
    return path
