"""
How time and memory grow with the region: 1, 4 and 16 copies of the demo region.

    python -m benchmarks.growth

Each size is built (without a base map) and asked in a process of its own, so that the peak memory
is its own. Times are processor seconds of all threads, which other work on the machine disturbs
less than the clock; of the small region the least of three. A slope is log(ratio) ÷ log(16) from 1
to 16 copies: 1 is linear. Next sites choose among at most 500 street corners, whatever the size.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any

from benchmarks.measure import TAXONOMY
from geo.crs import to_lonlat
from layers.balanced import balanced
from layers.build import build_atlas
from layers.capacity import ALL
from layers.coverage import coverage
from layers.difference import compare
from layers.isochrone import isochrone
from layers.resilience import resilience, variety
from layers.scenario import check_scenario
from layers.scenario_atlas import apply
from layers.sites import next_sites
from layers.store import open_atlas
from layers.week import week

if TYPE_CHECKING:
    from collections.abc import Callable

    from layers.atlas import Atlas

SIDES = (1, 2, 4)
TIMES = {1: 3, 2: 1, 4: 1}
BAKER, FEW = "greengrocer_bakery", "library"
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

    def report(category: str, mode: str) -> None:
        found = coverage(atlas, category=category, mode=mode, minutes=10)
        _ = found.totals, found.by_district, found.by_offer, found.gaps  # computed on reading

    measured = {
        f"coverage report {mode} CPU ms": _least_ms(partial(report, category, mode), 6)
        for category, mode in QUESTIONS
    }
    return {**measured, "ask peak MB": peak_mb()}


def measure(target: Path) -> dict[str, float]:
    """Ask what the measures ask; the least of two."""
    atlas = open_atlas(target)
    lon, lat = middle(atlas)
    added = {"do": "add_offer", "category": BAKER, "lon": lon, "lat": lat}
    scenario = check_scenario({"version": 1, "changes": [added]})
    question: dict[str, Any] = {"category": BAKER, "mode": "walk", "minutes": 10.0}

    def balance() -> None:
        report = balanced(
            atlas, category=FEW, mode="walk", minutes=30, capacity={ALL: 5000.0}, demand=1.0
        )
        _ = report.by_district, report.by_offer

    def difference() -> None:
        before, after = coverage(atlas, **question), coverage(apply(atlas, scenario), **question)
        found = compare(before, after)
        _ = found.totals, found.by_district

    asked: dict[str, Callable[[], object]] = {
        "week of bakers on foot": lambda: week(atlas, **question),
        "how many depend on each baker": lambda: resilience(atlas, **question).critical,
        "essentials, once and twice in reach": lambda: variety(atlas, layer="essentials"),
        "scenario, one baker more": difference,
        "three next libraries": lambda: next_sites(atlas, category=FEW, mode="walk", new=3),
        "… with capacities": lambda: next_sites(
            atlas, category=FEW, mode="walk", minutes=15, new=3,
            capacity={ALL: 5000.0}, new_capacity=3000, demand=1.0,
        ),
        "libraries' best allocation": balance,
        "isochrone, 15 min on foot": lambda: isochrone(atlas, lon=lon, lat=lat, minutes=[15.0]),
    }  # fmt: skip
    return {f"{what} CPU ms": _least_ms(run, 2) for what, run in asked.items()}


def middle(atlas: Atlas) -> tuple[float, float]:
    """Return lon and lat of the home in the middle of the list."""
    home = atlas.population.xy[len(atlas.population.xy) // 2]
    lon, lat = to_lonlat(home[None, :], atlas.region.crs)[0]
    return float(lon), float(lat)


def _least_ms(run: Callable[[], object], times: int) -> float:
    seconds = []
    for _ in range(times):
        start = process_time()
        run()
        seconds.append(process_time() - start)
    return min(seconds) * 1e3


def run_step(*arguments: str, module: str = "benchmarks.growth") -> dict[str, float]:
    """Run a step in a process of its own, so that its peak memory is its own."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def main() -> None:
    """Measure both sizes and print a table; with arguments, one step."""
    if len(sys.argv) > 1:
        step, *paths = sys.argv[1:]
        steps: dict[str, Callable[..., dict[str, float]]]
        steps = {"build": build, "ask": ask, "measure": measure}
        print(json.dumps(steps[step](*map(Path, paths))))
        return
    figures: dict[int, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for k in SIDES:
            region = Path(folder) / f"tiles{k * k}"
            command = [sys.executable, "-m", "benchmarks.generate", str(k), str(region)]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            target = Path(folder) / f"atlas{k * k}"
            runs = [
                run_step("build", str(region), str(target))
                | run_step("ask", str(target))
                | run_step("measure", str(target))
                for _ in range(TIMES[k])
            ]
            figures[k] = {what: min(run[what] for run in runs) for what in runs[0]}
            print(k * k, figures[k], flush=True)
    print_table(figures)


def print_table(figures: dict[int, dict[str, float]]) -> None:
    """Print what was measured by the side of the square of copies, with slopes."""
    sides = sorted(figures)
    sizes = " | ".join(str(k * k) for k in sides)
    print(f"\n| what | {sizes} | slope |\n{'|---' * (len(sides) + 2)}|")
    for what in figures[sides[0]]:
        values = [figures[k][what] for k in sides]
        slope = slope_of(figures, what)
        print(f"| {what} | {' | '.join(f'{v:,.1f}' for v in values)} | {slope:.2f} |")


def slope_of(figures: dict[int, dict[str, float]], what: str) -> float:
    """Return log(ratio) ÷ log(times the copies) from the smallest to the largest."""
    first, last = min(figures), max(figures)
    ratio = figures[last][what] / figures[first][what]
    return math.log(ratio) / math.log((last / first) ** 2)


if __name__ == "__main__":
    main()
