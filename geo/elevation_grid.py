"""
Makes one grid of heights of several files, and keeps it as a GeoTIFF.

All files are brought into the region's CRS, the finest first; coarser ones fill what these leave.
Holes that heights surround are filled from their rims, as far as 300 m from known ground; wider
ones and what no file covers stay unknown. The grid is as fine as the finest file, between 10 and
100 m, and only as large as the region's data.
"""

from __future__ import annotations

import json
import logging
import math
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import rasterio
import shapely
from rasterio.errors import RasterioError
from rasterio.fill import fillnodata
from rasterio.transform import from_origin
from scipy.ndimage import distance_transform_edt, label

from geo.archive import unpacking
from geo.crs import move_points
from geo.elevation import Elevation, ElevationAbout, bilinear
from geo.elevation_tiles import (
    SRTM_CRS,
    Tile,
    checked_crs,
    read_geotiff,
    read_hgt,
    unreadable,
)
from geo.elevation_xyz import XYZ_ENDINGS, read_xyz
from geo.errors import ElevationError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Heights = NDArray[np.float32]
    Bounds = tuple[float, float, float, float]

LARGEST_VOID_M: Final = 300.0  # from a cell of a hole to known ground; farther is not guessed
FINEST_CELL_M, COARSEST_CELL_M = 10.0, 100.0
LARGEST_GRID: Final = 40_000_000  # cells of a region; a larger one gets a coarser grid
_MARGIN: Final = 3  # cells around the data
_HALF_CELL: Final = 0.5 + 1e-6
_ROWS: Final = 512  # filled at once
_TAG: Final = "UMKREIS_ELEVATION"
_log = logging.getLogger(__name__)


def read_elevation(
    paths: Sequence[Path],
    *,
    crs: str,
    within: shapely.Geometry,
    file_crs: str = "",
) -> Elevation:
    """
    Read files of heights into one grid.

    Parameters
    ----------
    paths
        SRTM `.hgt`, GeoTIFF, or text grids; `.hgt` and text also packed.
    crs
        The region's projected CRS in metres.
    within
        Where heights are wanted, in `crs`.
    file_crs
        The CRS of files that name none; the region's by default.

    Returns
    -------
    elevation
        NaN where no file has heights.

    Raises
    ------
    ElevationError
        If a file cannot be used, or none has heights inside `within`.
    """
    reader = _Reader(crs, shapely.bounds(within), file_crs)
    for path in paths:
        reader.read(path)
    if not reader.tiles:
        raise ElevationError(
            f"`FILE` {', '.join(path.name for path in paths)}: nothing of it lies in the region; "
            "give the tiles that it lies in, and their CRS with `--crs`"
        )
    return _merged(reader, within)


class _Reader:
    """Reads files one after the other, as far as they concern a region."""

    def __init__(self, crs: str, bounds: NDArray[Any], file_crs: str) -> None:
        self.crs, self.file_crs = crs, file_crs
        self.bounds: Bounds = tuple(bounds.tolist())
        self.tiles: list[Tile] = []
        self.unused = 0
        self.kept: ElevationAbout | None = None  # of a grid that was made here before

    def box_in(self, crs: str) -> Bounds:
        """Return the box around the region in a CRS, with a margin."""
        left, bottom, right, top = self.bounds
        reach = 2 * COARSEST_CELL_M
        box = shapely.box(left - reach, bottom - reach, right + reach, top + reach)
        rim = shapely.get_coordinates(shapely.segmentize(box.exterior, (right - left) / 20 + 1))
        moved = move_points(rim, self.crs, crs)
        (west, south), (east, north) = moved.min(axis=0).tolist(), moved.max(axis=0).tolist()
        return float(west), float(south), float(east), float(north)

    def read(self, path: Path) -> None:
        """Read one file; its ending says what it is."""
        ending = path.suffix.lower()
        stem = path.name[: -len(ending)].lower() if ending else ""
        if ending == ".hgt" or (ending == ".zip" and _is_hgt(path)):
            tiles = [tile for tile in [read_hgt(path)] if self._meets(tile)]
        elif ending in (".tif", ".tiff"):
            tile, tags = read_geotiff(path, box_in=self.box_in, crs=self.file_crs)
            tiles = [tile] if tile is not None and self._meets(tile) else []
            if _TAG in tags:
                self.kept = _about_of(tags[_TAG], path)
        elif ending in (*XYZ_ENDINGS, ".zip") or (ending == ".gz" and stem.endswith(XYZ_ENDINGS)):
            own = checked_crs(self.file_crs or self.crs, path)
            tiles = read_xyz(path, box=self.box_in(own), crs=own)
        else:
            raise ElevationError(
                f"`FILE` {path.name} is of no kind that is read; use .hgt, .tif, or a text grid "
                f"({', '.join(XYZ_ENDINGS)}), .hgt as .zip and text as .gz or .zip",
                path=str(path),
            )
        self.unused += not tiles
        self.tiles += tiles

    def _meets(self, tile: Tile) -> bool:
        left, bottom, right, top = self.box_in(tile.crs)
        rows, columns = tile.height_m.shape
        x = sorted((tile.x, tile.x + tile.dx * (columns - 1)))
        y = sorted((tile.y, tile.y + tile.dy * (rows - 1)))
        return bool(x[0] <= right and x[1] >= left and y[0] <= top and y[1] >= bottom)


def _is_hgt(path: Path) -> bool:
    """Whether a zip's own name, or that of what is in it, is of an SRTM tile."""
    with unpacking(lambda why: unreadable(path, why)), zipfile.ZipFile(path) as archive:
        return any(name.lower().endswith(".hgt") for name in archive.namelist())


def _merged(reader: _Reader, within: shapely.Geometry) -> Elevation:
    tiles = sorted(reader.tiles, key=lambda tile: tile.native_m)
    left, bottom, right, top = reader.bounds
    cell_m = min(max(tiles[0].native_m, FINEST_CELL_M), COARSEST_CELL_M)
    cell_m = max(cell_m, math.sqrt((right - left) * (top - bottom) / LARGEST_GRID))
    west = (math.floor(left / cell_m) - _MARGIN) * cell_m
    north = (math.ceil(top / cell_m) + _MARGIN) * cell_m
    columns = math.ceil((right - west) / cell_m) + _MARGIN
    rows = math.ceil((north - bottom) / cell_m) + _MARGIN
    x: Floats = west + cell_m * np.arange(columns, dtype=float)
    y: Floats = north - cell_m * np.arange(rows, dtype=float)
    height = np.full((rows, columns), np.nan, np.float32)
    used = [tile for tile in tiles if _lay(tile, height, x, y, reader.crs)]
    if not used:
        raise ElevationError(
            "the files that lie in the region have no height there, only voids; give others"
        )
    if reader.kept is not None:  # filled when it was made
        filled, holes = 0, np.isnan(height) & False
    else:
        height, filled, holes = _fill_voids(height, cell_m)
    inside = _inside(within, x, y)
    unknown = np.isnan(height) & inside
    left_over = int(np.count_nonzero(unknown & holes))
    about = ElevationAbout(
        names=tuple(dict.fromkeys(tile.name for tile in used)),
        native_m=round(max(tile.native_m for tile in used), 3),
        cells=int(np.count_nonzero(inside)),
        voids_filled=filled,
        voids_left=left_over,
        uncovered=int(np.count_nonzero(unknown)) - left_over,
        tiles_unused=reader.unused,
    )
    if reader.kept is not None and len(used) == 1:
        about = replace(
            about, names=reader.kept.names, native_m=reader.kept.native_m,
            voids_filled=reader.kept.voids_filled,
            voids_left=min(reader.kept.voids_left, left_over + about.uncovered),
            uncovered=left_over + about.uncovered
            - min(reader.kept.voids_left, left_over + about.uncovered),
        )  # fmt: skip
    _log.info("elevation: %d × %d cells of %.1f m, %s", rows, columns, cell_m, about)
    return Elevation(height, west, north, cell_m, reader.crs, about)


def _lay(tile: Tile, height: Heights, x: Floats, y: Floats, crs: str) -> bool:
    """Put a tile's heights where there are none yet; say whether it had any."""
    every = max(1, int((x[1] - x[0]) / tile.native_m))
    tile = _averaged(tile, every)
    rows, columns = tile.height_m.shape
    known = 0
    for start in range(0, len(y), _ROWS):
        part = height[start : start + _ROWS]
        row, column = np.nonzero(np.isnan(part))
        if len(row) == 0:
            continue
        at = move_points(np.column_stack([x[column], y[start + row]]), crs, tile.crs)
        across, down = (at[:, 0] - tile.x) / tile.dx, (at[:, 1] - tile.y) / tile.dy
        # a cell reaches half a step beyond its middle: tiles that touch leave no seam
        found = bilinear(tile.height_m, _nearest_cell(down, rows), _nearest_cell(across, columns))
        part[row, column] = found
        known += int(np.count_nonzero(np.isfinite(found)))
    return known > 0


def _nearest_cell(place: Floats, count: int) -> Floats:
    """Draw places up to half a cell outside to the last cell; −1 for those farther."""
    drawn = np.clip(place, 0, count - 1)
    return np.where(np.abs(place - drawn) <= _HALF_CELL, drawn, -1.0)


def _averaged(tile: Tile, every: int) -> Tile:
    """Return a tile with square blocks of its cells averaged, so that no cell is passed over."""
    rows, columns = (side // every for side in tile.height_m.shape)
    if every == 1 or rows == 0 or columns == 0:
        return tile
    blocks = tile.height_m[: rows * every, : columns * every].reshape(rows, every, columns, every)
    known = np.isfinite(blocks)
    count = known.sum(axis=(1, 3))
    total = np.where(known, blocks, 0).sum(axis=(1, 3), dtype=float)
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)
    half = (every - 1) / 2
    return replace(
        tile, height_m=mean, x=tile.x + half * tile.dx, y=tile.y + half * tile.dy,
        dx=tile.dx * every, dy=tile.dy * every,
    )  # fmt: skip


def _fill_voids(height: Heights, cell_m: float) -> tuple[Heights, int, NDArray[np.bool_]]:
    """Fill holes that heights surround; return how many cells, and where holes were."""
    unknown = np.isnan(height)
    part, _ = label(unknown)
    rim = np.unique(np.concatenate([part[0], part[-1], part[:, 0], part[:, -1]]))
    holes = unknown & ~np.isin(part, rim)
    if not holes.any():
        return height, 0, holes
    reach = LARGEST_VOID_M / cell_m
    near = holes & (distance_transform_edt(unknown) <= reach)
    filled = fillnodata(
        np.where(unknown, 0, height).astype(np.float32),
        mask=(~unknown).astype(np.uint8),
        max_search_distance=2 * reach + 1,
    )
    height = height.copy()
    height[near] = filled[near]
    return height, int(np.count_nonzero(near)), holes


def _inside(within: shapely.Geometry, x: Floats, y: Floats) -> NDArray[np.bool_]:
    shapely.prepare(within)
    return np.stack([shapely.contains_xy(within, x, np.full(len(x), one)) for one in y])


def write_elevation(elevation: Elevation, path: Path) -> None:
    """Write a grid as a GeoTIFF that `read_elevation` reads as the same, and QGIS shows."""
    rows, columns = elevation.height_m.shape
    cell = elevation.cell_m
    options: dict[str, Any] = {
        "driver": "GTiff", "width": columns, "height": rows, "count": 1, "dtype": "float32",
        "crs": elevation.crs, "nodata": math.nan, "compress": "deflate", "predictor": 3,
        "transform": from_origin(
            elevation.west_m - cell / 2, elevation.north_m + cell / 2, cell, cell
        ),
    }  # fmt: skip
    try:
        with rasterio.Env(GDAL_PAM_ENABLED="NO"), rasterio.open(path, "w", **options) as raster:
            raster.write(elevation.height_m, 1)
            raster.update_tags(**{_TAG: json.dumps(elevation.about.as_dict())})
    except RasterioError as exc:
        raise ElevationError(f"{path.name} cannot be written ({exc})", path=str(path)) from exc


def _about_of(tag: str, path: Path) -> ElevationAbout:
    """Read what a grid says of itself."""
    try:
        told = json.loads(tag)
        return ElevationAbout(
            tuple(str(name) for name in told.pop("names")), float(told.pop("native_m")),
            **{key: int(value) for key, value in told.items()},
        )  # fmt: skip
    except (ValueError, TypeError, KeyError, AttributeError) as exc:
        raise ElevationError(
            f"`FILE` {path.name} has a tag {_TAG} that it was not written with; remove it",
            path=str(path),
        ) from exc


__all__ = ["SRTM_CRS", "read_elevation", "write_elevation"]
