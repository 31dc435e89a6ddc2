"""
Building the demo region without its base map, against pyrosm reading the same file.

pyrosm reads the walking network, the buildings and the points of interest; the build reads all that
and makes four networks, people and offers of it, snaps both and writes them to disk.

    python -m benchmarks.build
"""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path

from benchmarks.measure import DEMO, EXTRACT, TAXONOMY, median_s, row
from layers.build import build_atlas


def build() -> None:
    """Build without a base map."""
    with tempfile.TemporaryDirectory() as folder:
        build_atlas(DEMO, TAXONOMY, Path(folder) / "demo", base_map=False)


def pyrosm_reads() -> None:
    """Read network, buildings and points with pyrosm."""
    from pyrosm import OSM

    osm = OSM(str(EXTRACT))
    osm.get_network("walking")
    osm.get_buildings()
    osm.get_pois()


def main() -> None:
    """Measure both and print a row."""
    warnings.simplefilter("ignore")
    ours = median_s(build, times=3)
    try:
        peer = median_s(pyrosm_reads, times=3)
    except ImportError as exc:
        print(f"pyrosm is not installed ({exc}); run `make bench`")
        return
    row(
        "build without base map ÷ pyrosm's read", f"{ours:.2f} s", f"{peer:.2f} s",
        f"{ours / peer:.2f}", "≤ 3",
    )  # fmt: skip


if __name__ == "__main__":
    main()
