"""
A census grid of a whole country, clipped to one city: seconds and peak memory.

    python -m benchmarks.census             makes a file of 3.1 million rows, and clips it
    python -m benchmarks.census make FILE   keeps it
    python -m benchmarks.census clip FILE   reads one that is there, the office's own as well

The rows are made up; their form is that of Zensus 2022 on the 100 m grid (ids, middles, CRLF).
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.measure import peak_mb, row
from geo.census_grid import read_grid

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROWS = 3_100_000  # inhabited cells of 100 m in Germany
_GERMANY = (40_320, 26_840, 46_730, 35_530)  # west, south, east, north in cells
_CITY = (4_136_000.0, 3_116_000.0, 4_156_000.0, 3_136_000.0)  # 20 km of it
_AT_ONCE = 100_000


def make_grid(path: Path, *, rows: int = ROWS, seed: int = 0) -> None:
    """Write a grid of made-up people in the form of Zensus 2022, sorted as it is."""
    rng = np.random.default_rng(seed)
    west, south, east, north = _GERMANY
    width = east - west
    cells = np.sort(rng.choice(width * (north - south), rows, replace=False))
    x, y = (cells % width + west) * 100, (cells // width + south) * 100
    people = rng.integers(3, 90, rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("GITTER_ID_100m;x_mp_100m;y_mp_100m;Einwohner\r\n")
        for start in range(0, rows, _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            file.write(_lines(x[part], y[part], people[part]))


def _lines(x: NDArray[np.int64], y: NDArray[np.int64], people: NDArray[np.int64]) -> str:
    return "".join(
        f"CRS3035RES100mN{north}E{east};{east + 50};{north + 50};{count}\r\n"
        for east, north, count in zip(x.tolist(), y.tolist(), people.tolist(), strict=True)
    )


def clip(path: Path) -> None:
    """Read the cells of one city, in a process that has done nothing else."""
    start, computed = perf_counter(), process_time()
    cells = read_grid(path, _CITY)
    seconds, computed = perf_counter() - start, process_time() - computed
    row(
        f"a census grid of {path.stat().st_size / 1e6:.0f} MB clipped to a city "
        f"({len(cells.corner):,} cells); peak memory of the process",
        f"{seconds:.1f} s (computed {computed:.1f} s), {peak_mb():.0f} MB",
        "",
        "",
        "< 5 s, 500 MB",
    )


def main(arguments: list[str]) -> None:
    """Make, clip, or both."""
    if arguments[:1] == ["make"]:
        make_grid(Path(arguments[1]))
    elif arguments[:1] == ["clip"]:
        clip(Path(arguments[1]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "Zensus2022_Bevoelkerungszahl_100m-Gitter.csv"
            for step in ("make", "clip"):  # each by itself: one's memory is not the other's
                command = [sys.executable, "-m", "benchmarks.census", step, str(path)]
                subprocess.run(command, check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
