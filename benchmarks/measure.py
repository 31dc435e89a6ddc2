"""How every benchmark measures: the median of several runs, and the peak memory of a process."""

from __future__ import annotations

import resource
import statistics
import tempfile
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from layers.build import build_atlas

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from layers.atlas import Atlas

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "data/regions/neubrandenburg"
EXTRACT = DEMO / "neubrandenburg-2016.osm.pbf"
TAXONOMY = ROOT / "data/taxonomy.toml"


def median_s(run: Callable[[], object], *, times: int, warm: int = 1) -> float:
    """Return the median seconds of a call, after some that do not count."""
    for _ in range(warm):
        run()
    seconds = []
    for _ in range(times):
        start = perf_counter()
        run()
        seconds.append(perf_counter() - start)
    return statistics.median(seconds)


def peak_mb() -> float:
    """Return the peak memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def demo_atlas(*, base_map: bool = False) -> Iterator[Atlas]:
    """Build the demo region in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        yield build_atlas(DEMO, TAXONOMY, Path(folder) / "neubrandenburg", base_map=base_map)


def row(what: str, ours: str, peer: str, ratio: str, goal: str) -> None:
    """Print one line of the table in `benchmarks/README.md`."""
    print(f"| {what} | {ours} | {peer} | {ratio} | {goal} |", flush=True)
