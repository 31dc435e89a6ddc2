"""
Reads files of heights as tiles: SRTM `.hgt`, also zipped, and GeoTIFF.

A GeoTIFF is opened by its driver alone, from a file that exists, and nothing beside it is read, so
that no name makes the library open something else.
"""

from __future__ import annotations

import math
import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import rasterio
from pyproj import CRS
from pyproj.exceptions import CRSError as ProjCRSError
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.windows import Window

from geo.archive import unpacking
from geo.errors import ElevationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    Heights = NDArray[np.float32]
    Bounds = tuple[float, float, float, float]

SRTM_CRS: Final = "EPSG:4326"
LOWEST_M, HIGHEST_M = -500.0, 9000.0  # the Dead Sea and Mount Everest lie between
LARGEST_CELLS: Final = 60_000_000  # read of one file; finer rasters are averaged while reading
_HGT_NAME: Final = re.compile(r"([NS])(\d{2})([EW])(\d{3})", re.IGNORECASE)
_HGT_SIDES: Final = (1201, 3601)  # 3 and 1 arc seconds
_DEGREE_M: Final = 111_320.0
# nothing beside the file is looked at, and the network is not there
_SAFE: Final = {"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR", "GDAL_PAM_ENABLED": "NO"}


@dataclass(frozen=True, eq=False)
class Tile:
    """
    A grid of heights in the CRS of its file.

    `height_m` (rows, columns), NaN in voids; `x`, `y` the middle of its first cell, `dx`, `dy` the
    steps from column to column and from row to row (`dy` is below 0 where the first row is
    northernmost); `native_m` the cell of the file in metres.
    """

    name: str
    height_m: Heights
    x: float
    y: float
    dx: float
    dy: float
    crs: str
    native_m: float


def read_hgt(path: Path) -> Tile:
    """
    Read an SRTM tile, whose name says where it lies.

    Raises
    ------
    ElevationError
        If the name is no place, or the file is no square of 16-bit numbers of a known size.
    """
    name, data = _hgt_bytes(path)
    place = _HGT_NAME.search(name)
    if place is None:
        raise ElevationError(
            f"`FILE` {name} does not say where it lies; name it by its south-west corner, as in "
            "N52E008.hgt",
            path=str(path),
        )
    side = math.isqrt(len(data) // 2)
    if side not in _HGT_SIDES or side * side * 2 != len(data):
        raise ElevationError(
            f"`FILE` {name} holds {len(data)} bytes; a tile has 1201 × 1201 or 3601 × 3601 heights "
            "of 2 bytes: it may be downloaded in part",
            path=str(path),
        )
    south = int(place[2]) * (1 if place[1].upper() == "N" else -1)
    west = int(place[4]) * (1 if place[3].upper() == "E" else -1)
    step = 1.0 / (side - 1)
    height = np.frombuffer(data, ">i2").reshape(side, side).astype(np.float32)
    wide = step * _DEGREE_M * math.cos(math.radians(south + 0.5))
    native_m = math.sqrt(wide * step * _DEGREE_M)
    return Tile(name, _voided(height), west, south + 1.0, step, -step, SRTM_CRS, native_m)


def _hgt_bytes(path: Path) -> tuple[str, bytes]:
    """Return the name and the bytes of a tile; of a zip those of its one tile."""
    largest = 2 * _HGT_SIDES[-1] ** 2
    with unpacking(lambda why: unreadable(path, why)):
        if path.suffix.lower() != ".zip":
            with path.open("rb") as file:
                return path.name, file.read(largest + 1)
        with zipfile.ZipFile(path) as archive:
            members = [name for name in archive.namelist() if name.lower().endswith(".hgt")]
            if len(members) != 1:
                raise ElevationError(
                    f"`FILE` {path.name} holds {len(members)} .hgt files; give zips of one each",
                    path=str(path),
                )
            with archive.open(members[0]) as file:
                return members[0].rpartition("/")[2], file.read(largest + 1)


def unreadable(path: Path, why: str) -> ElevationError:
    """Say that a file is damaged."""
    return ElevationError(
        f"`FILE` {path.name} cannot be read ({why}); load it again", path=str(path)
    )


def read_geotiff(
    path: Path, *, box_in: Callable[[str], Bounds], crs: str = ""
) -> tuple[Tile | None, dict[str, str]]:
    """
    Read the part of a GeoTIFF that lies in a box.

    Parameters
    ----------
    path
        The file.
    box_in
        Returns the box as left, bottom, right, top in a CRS.
    crs
        Its CRS where it names none.

    Returns
    -------
    tile, tags
        None where nothing of it lies in the box; the tags of the file.

    Raises
    ------
    ElevationError
        If it is damaged, has several bands, is turned, or names no CRS.
    """
    try:
        with (
            rasterio.Env(**_SAFE),
            rasterio.open(path.resolve(), driver="GTiff", sharing=False) as raster,
        ):
            known = _raster_crs(raster, path, crs)
            return _read_window(raster, path, known, box_in(known)), dict(raster.tags())
    except (RasterioError, UnicodeDecodeError) as exc:
        raise ElevationError(
            f"`FILE` {path.name} is no GeoTIFF that can be read ({exc})", path=str(path)
        ) from exc


def _raster_crs(raster: Any, path: Path, crs: str) -> str:
    step = raster.transform
    if raster.count != 1 or step.b or step.d or np.dtype(raster.dtypes[0]).kind not in "iuf":
        raise ElevationError(
            f"`FILE` {path.name} has {raster.count} bands of {raster.dtypes[0]}; heights are one "
            "band of numbers in a grid that is not turned (gdal_translate -b 1, gdalwarp)",
            path=str(path),
        )
    named = crs or (raster.crs.to_wkt() if raster.crs else "")
    return checked_crs(named, path)


def checked_crs(named: str, path: Path) -> str:
    """
    Return the CRS of a file as it is given, if it is known.

    Raises
    ------
    ElevationError
        If there is none, or it is not known.
    """
    if not named:
        raise ElevationError(
            f"`FILE` {path.name} does not name its CRS; say it with `--crs`, such as EPSG:25832",
            path=str(path),
        )
    try:
        CRS.from_user_input(named)
    except ProjCRSError as exc:
        raise ElevationError(
            f"`FILE` {path.name}: the CRS {named[:60]!r} is not known; use one such as EPSG:25832",
            path=str(path),
        ) from exc
    return named


def _read_window(raster: Any, path: Path, crs: str, box: Bounds) -> Tile | None:
    step = raster.transform
    left, bottom, right, top = box
    columns = sorted(((left - step.c) / (step.a or np.nan), (right - step.c) / (step.a or np.nan)))
    rows = sorted(((top - step.f) / (step.e or np.nan), (bottom - step.f) / (step.e or np.nan)))
    if not all(map(math.isfinite, (*columns, *rows))):
        raise ElevationError(
            f"`FILE` {path.name} lies nowhere that its CRS can tell in the region; check its CRS "
            "and its corner (gdalinfo)",
            path=str(path),
        )
    first = max(0, math.floor(columns[0]) - 2), max(0, math.floor(rows[0]) - 2)
    last = min(raster.width, math.ceil(columns[1]) + 2), min(raster.height, math.ceil(rows[1]) + 2)
    wide, high = last[0] - first[0], last[1] - first[1]
    if wide <= 0 or high <= 0:
        return None
    every = max(1, math.ceil(math.sqrt(wide * high / LARGEST_CELLS)))
    shape = max(1, wide // every), max(1, high // every)
    data = raster.read(
        1,
        window=Window(first[0], first[1], wide, high),
        out_shape=(shape[1], shape[0]),
        resampling=Resampling.average if every > 1 else Resampling.nearest,
        masked=True,
    )
    height = np.ma.filled(data.astype(np.float32), np.nan) * np.float32(raster.scales[0])
    height += np.float32(raster.offsets[0])
    dx, dy = step.a * wide / shape[0], step.e * high / shape[1]
    metres = _DEGREE_M if CRS.from_user_input(crs).is_geographic else 1.0
    return Tile(
        path.name, _voided(height), step.c + step.a * first[0] + dx / 2,
        step.f + step.e * first[1] + dy / 2, dx, dy, crs,
        math.sqrt(abs(dx * dy)) * metres,
    )  # fmt: skip


def _voided(height: Heights) -> Heights:
    """Mark what no ground is as void: -32768, -9999 and the like."""
    height[~((height >= LOWEST_M) & (height <= HIGHEST_M))] = np.nan
    return height
