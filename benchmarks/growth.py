"""
How time and memory grow with the region: 1 copy of the demo region against 16.

    python -m benchmarks.growth

Each size is built (without a base map) and asked in a process of its own, so that the peak memory
is its own. Times are processor seconds of all threads, which other work on the machine disturbs
less than the clock; of the small region the least of three. A slope is log(ratio) ÷ log(16): 1 is
linear.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path
from time import process_time

from benchmarks.measure import TAXONOMY
from layers.build import build_atlas
from layers.coverage import coverage
from layers.store import open_atlas

SIDES = (1, 4)
TIMES = {1: 3, 4: 1}
QUESTIONS = (("greengrocer_bakery", "walk"), ("pharmacy", "car"))


def peak_mb() -> float:
    """Return the peak memory of this process; `ru_maxrss` would remember its parent's."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(next(line.split()[1] for line in status.splitlines() if "VmHWM" in line)) / 1024


def build(region: Path, target: Path) -> dict[str, float]:
    """Build a region."""
    start = process_time()
    atlas = build_atlas(region, TAXONOMY, target, base_map=False)
    return {
        "build CPU s": process_time() - start,
        "build peak MB": peak_mb(),
        "homes": len(atlas.population.xy),
        "street nodes, walk": len(atlas.networks["walk"].xy),
    }


def ask(target: Path) -> dict[str, float]:
    """Ask whole coverage reports, warm; the least of several."""
    atlas = open_atlas(target)

    def report_ms(category: str, mode: str) -> float:
        start = process_time()
        found = coverage(atlas, category=category, mode=mode, minutes=10)
        _ = found.totals, found.by_district, found.by_offer, found.gaps  # computed on reading
        return (process_time() - start) * 1e3

    measured = {
        f"coverage report {mode} CPU ms": min(report_ms(category, mode) for _ in range(6))
        for category, mode in QUESTIONS
    }
    return {**measured, "ask peak MB": peak_mb()}


def _measure(*arguments: str) -> dict[str, float]:
    """Run a step in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.growth", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def main() -> None:
    """Measure both sizes and print a table; with arguments, one step."""
    if len(sys.argv) > 1:
        step, *paths = sys.argv[1:]
        work = {"build": build, "ask": ask}[step]
        print(json.dumps(work(*map(Path, paths))))
        return
    figures: dict[int, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for k in SIDES:
            region = Path(folder) / f"tiles{k * k}"
            command = [sys.executable, "-m", "benchmarks.generate", str(k), str(region)]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            target = Path(folder) / f"atlas{k * k}"
            runs = [
                _measure("build", str(region), str(target)) | _measure("ask", str(target))
                for _ in range(TIMES[k])
            ]
            figures[k] = {what: min(run[what] for run in runs) for what in runs[0]}
            print(k * k, figures[k], flush=True)
    small, large = (figures[k] for k in SIDES)
    times = (SIDES[1] / SIDES[0]) ** 2
    print(f"\n| what | 1 | {times:.0f} | slope |\n|---|---|---|---|")
    for what, value in small.items():
        slope = math.log(large[what] / value) / math.log(times)
        print(f"| {what} | {value:,.1f} | {large[what]:,.1f} | {slope:.2f} |")


if __name__ == "__main__":
    main()
