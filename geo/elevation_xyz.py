"""
Reads a state's grid of heights as text: `x y z` a line, also packed as gz or zip.

The survey offices separate columns by blanks, semicolons, tabs or commas, write decimals with a
point or a comma, and put the zone before the easting or not. All of it is told from the first
lines.
"""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from geo.archive import unpacking
from geo.elevation_tiles import (
    HIGHEST_M,
    LARGEST_CELLS,
    LOWEST_M,
    Tile,
    checked_crs,
    unreadable,
)
from geo.errors import ElevationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bounds = tuple[float, float, float, float]

XYZ_ENDINGS: Final = (".xyz", ".txt", ".csv", ".asc", ".dat")
LARGEST_BYTES: Final = 8 * 2**30  # unpacked, of one file
_CHUNK: Final = 500_000
_HEAD: Final = 1 << 14
_ZONE_M: Final = 1_000_000.0  # 32 691 000 is 691 000 in zone 32
_OFF_GRID: Final = 0.05  # of a step; offices round to centimetres
_SMALLEST_STEP: Final = 0.1


def read_xyz(path: Path, *, box: Bounds, crs: str) -> list[Tile]:
    """
    Read the part of a grid that lies in a box.

    Parameters
    ----------
    path
        A text file, packed or not; a zip may hold several.
    box
        Left, bottom, right, top in `crs`.
    crs
        Of the file, which does not name it.

    Returns
    -------
    tiles
        One a text with something in the box.

    Raises
    ------
    ElevationError
        If a line is no three numbers, or the places are no grid.
    """
    checked_crs(crs, path)
    tiles = []
    with unpacking(lambda why: unreadable(path, why)):
        for name, stream in _texts(path):
            tile = _tile(name, _points(name, stream, box), crs)
            if tile is not None:
                tiles.append(tile)
    return tiles


def _texts(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Open the texts of a file, one after the other."""
    ending = path.suffix.lower()
    if ending == ".gz":
        with gzip.open(path) as stream:
            yield path.name, io.BufferedReader(_Bounded(stream, path.name))
    elif ending == ".zip":
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.lower().endswith(XYZ_ENDINGS)]
            if not names:
                raise ElevationError(
                    f"`FILE` {path.name} holds no .hgt and no text grid "
                    f"({', '.join(XYZ_ENDINGS)}); unpack a GeoTIFF first",
                    path=str(path),
                )
            for name in sorted(names):
                with archive.open(name) as stream:
                    yield name, io.BufferedReader(_Bounded(stream, name))
    else:
        with path.open("rb") as stream:
            yield path.name, io.BufferedReader(_Bounded(stream, path.name))


class _Bounded(io.RawIOBase):
    """Hands bytes on and stops at `LARGEST_BYTES`."""

    def __init__(self, inner: IO[bytes] | gzip.GzipFile, name: str) -> None:
        self._inner, self._name, self._read = inner, name, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        data = self._inner.read(len(view))
        view[: len(data)] = data
        self._read += len(data)
        if self._read > LARGEST_BYTES:
            raise ElevationError(
                f"`FILE` {self._name} unpacks to more than {LARGEST_BYTES >> 30} GB and is not "
                "read on; give it in parts"
            )
        return len(data)


def _points(name: str, stream: IO[bytes], box: Bounds) -> Floats:
    """Return x, y, z of the points in the box, shape (n, 3)."""
    if not isinstance(stream, io.BufferedReader):
        raise TypeError(type(stream))
    head = stream.peek(_HEAD)[:_HEAD].decode("latin-1").lstrip("\ufeffï»¿")
    lines = [line for line in head.splitlines()[:3] if line.strip()]
    if not lines:
        return np.zeros((0, 3))
    separator, decimal = _writing(lines[-1])
    skipped = 0 if _is_numbers(lines[0], separator, decimal) else 1
    if len(lines) > skipped and not _is_numbers(lines[skipped], separator, decimal):
        raise ElevationError(
            f"`FILE` {name} holds {lines[skipped][:60]!r}; a line of a grid is three numbers: x, y "
            "and the height"
        )
    left, bottom, right, top = box
    kept = []
    try:
        chunks = pd.read_csv(
            stream, sep=separator, decimal=decimal, header=None, skiprows=skipped,
            usecols=[0, 1, 2], names=["x", "y", "z"], dtype=float, chunksize=_CHUNK,
            encoding="latin-1", skipinitialspace=True,
        )  # fmt: skip
        for chunk in chunks:
            points = chunk.to_numpy(float)
            points[:, 0] = _without_zone(points[:, 0])
            x, y = points[:, 0], points[:, 1]
            kept.append(points[(x >= left) & (x <= right) & (y >= bottom) & (y <= top)])
    except (ValueError, pd.errors.ParserError) as exc:
        raise ElevationError(
            f"`FILE` {name} has a line that is no three numbers ({exc}); it may be cut or damaged"
        ) from exc
    return np.concatenate(kept) if kept else np.zeros((0, 3))


def _writing(line: str) -> tuple[str, str]:
    """Tell the separator and the decimal sign from a line of numbers."""
    if ";" in line or "\t" in line:
        return (";" if ";" in line else "\t"), ("," if "," in line else ".")
    if len(line.split()) >= 3:
        return r"\s+", ("," if "," in line else ".")
    return ",", "."


def _is_numbers(line: str, separator: str, decimal: str) -> bool:
    fields = line.split() if separator == r"\s+" else line.split(separator)
    try:
        return len([float(field.replace(decimal, ".")) for field in fields[:3]]) == 3
    except ValueError:
        return False


def _without_zone(x: Floats) -> Floats:
    """Return eastings of UTM without the zone before them."""
    has_zone = (x >= _ZONE_M) & (x < 61 * _ZONE_M)
    return np.where(has_zone, x % _ZONE_M, x)


def _tile(name: str, points: Floats, crs: str) -> Tile | None:
    if len(points) == 0:
        return None
    x, dx = _axis(points[:, 0], name)
    y, dy = _axis(points[:, 1], name)
    step = dx or dy or 1.0
    column, row = np.rint((points[:, 0] - x) / step), np.rint((points[:, 1] - y) / step)
    off = np.maximum(
        np.abs(points[:, 0] - x - column * step), np.abs(points[:, 1] - y - row * step)
    )
    columns, rows = int(column.max()) + 1, int(row.max()) + 1
    if (dx and dy and abs(dx - dy) > _OFF_GRID * step) or off.max() > _OFF_GRID * step:
        raise ElevationError(
            f"`FILE` {name} is no grid: its places lie {dx:g} and {dy:g} m apart and up to "
            f"{off.max():g} m beside it; a grid has the same step everywhere"
        )
    if columns * rows > LARGEST_CELLS:
        raise ElevationError(
            f"`FILE` {name} has {columns} × {rows} cells in the region, at most {LARGEST_CELLS}; "
            "give tiles, or a coarser grid"
        )
    height = np.full((rows, columns), np.nan, np.float32)
    known = (points[:, 2] >= LOWEST_M) & (points[:, 2] <= HIGHEST_M)
    height[row[known].astype(int), column[known].astype(int)] = points[known, 2]
    return Tile(name, height, x, y, step, step, crs, step)


def _axis(values: Floats, name: str) -> tuple[float, float]:
    """Return the first place and the step of an axis; 0 where there is only one place."""
    places = np.unique(values)
    if len(places) == 1:
        return float(places[0]), 0.0
    step = float(np.min(np.diff(places)))
    if step < _SMALLEST_STEP:
        raise ElevationError(
            f"`FILE` {name} is no grid in metres: two of its places lie {step:g} apart; say its "
            "CRS with `--crs`, or give a grid"
        )
    return float(places[0]), step
