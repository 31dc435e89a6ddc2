"""
The whole way at scale: file, build, memory, report, rollout, service; and the country on paper.

    python -m benchmarks.scale [SIDE …]            sides of the square of copies, else 1 2 4
    python -m benchmarks.scale city EXTRACT        one city out of an extract of 100 copies

Each step runs in a process of its own. Times are processor seconds of all threads, which other work
on the machine disturbs less than the clock. `docs/scale.md` holds what it prints.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.growth import peak_mb, print_table, run_step
from benchmarks.measure import EXTRACT, TAXONOMY
from layers.atlas_size import held_bytes
from layers.build import build_atlas
from layers.coverage import coverage
from layers.region_new import make_region
from layers.region_wanted import NewRegion
from layers.rollout import rollout_rows
from layers.rollout_files import parquet_bytes
from layers.store import open_atlas

if TYPE_CHECKING:
    from collections.abc import Callable

SIDES = (1, 2, 4)
MIDDLE_OF_100 = 44  # the copy that others surround on all sides

# Germany, for the plan
PEOPLE = 84e6
MUNICIPALITIES = 11_000
CELLS = 3.1e6  # inhabited cells of 100 m, census 2022
COUNTIES = 400
AREA_KM2 = 357_600  # source: Statistisches Bundesamt, Gebietsfläche
MARGIN_KM = 10.0  # that `umkreis region new` keeps around a region


def file(region: Path) -> dict[str, float]:
    """Measure the input."""
    return {"extract MB": (region / EXTRACT.name).stat().st_size / 1e6}


def build(region: Path, target: Path) -> dict[str, float]:
    """Build a region without its base map."""
    start = process_time()
    atlas = build_atlas(region, TAXONOMY, target, base_map=False)
    on_disk = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    return {
        "people": float(np.nansum(atlas.population.residents)),
        "homes": len(atlas.population.xy),
        "build CPU s": process_time() - start,
        "build peak MB": peak_mb(),
        "Atlas on disk MB": on_disk / 1e6,
    }


def serve(target: Path) -> dict[str, float]:
    """Open, ask one report after another, and measure what is held: what a service does."""
    start = process_time()
    atlas = open_atlas(target)
    opened = process_time() - start
    times = []
    for _ in range(5):
        start = process_time()
        report = coverage(atlas, category="greengrocer_bakery", mode="walk", minutes=10)
        _ = report.totals, report.by_district, report.by_offer, report.gaps
        times.append(process_time() - start)
    return {
        "open CPU ms": opened * 1e3,
        "coverage report CPU ms": min(times) * 1e3,
        "held after reports MB": held_bytes(atlas) / 1e6,
        "service peak MB": peak_mb(),
    }


def rollout(target: Path) -> dict[str, float]:
    """Answer every category by every mode, and write it."""
    atlas = open_atlas(target)
    start = process_time()
    rows = rollout_rows(atlas)
    size = len(parquet_bytes(rows))
    return {
        "rollout CPU s": process_time() - start,
        "rollout peak MB": peak_mb(),
        "areas": rows["area_id"].nunique(),
        "rollout rows": len(rows),
        "rollout GeoParquet MB": size / 1e6,
    }


def city(extract: Path) -> dict[str, float]:
    """Cut the middle city out of 100 copies, and build it with its base map."""
    with tempfile.TemporaryDirectory() as folder:
        boundary = Path(folder) / "boundary.geojson"
        whole = json.loads((extract.parent / "municipalities.geojson").read_text("utf-8"))
        whole["features"] = [
            f for f in whole["features"]
            if f["properties"]["name"] == f"Neubrandenburg {MIDDLE_OF_100}"
        ]  # fmt: skip
        boundary.write_text(json.dumps(whole), encoding="utf-8")
        wanted = NewRegion(
            id="city", extract=extract, boundary=boundary, name="City", country="DE",
            subdivision="MV", timezone="Europe/Berlin",
        )  # fmt: skip
        start, start_cpu = perf_counter(), process_time()
        made = make_region(wanted, Path(folder) / "regions")
        cut, cut_cpu = perf_counter() - start, process_time() - start_cpu
        build_atlas(made.folder, TAXONOMY, Path(folder) / "atlas", base_map=True)
        return {
            "extract MB": extract.stat().st_size / 1e6,
            "cut out s": cut,
            "cut out CPU s": cut_cpu,
            "all s": perf_counter() - start,
            "all CPU s": process_time() - start_cpu,
            "peak MB": peak_mb(),
        }


def plan(one: dict[str, float]) -> None:
    """
    Print the country on paper, in regions of a county each, from what one copy takes.

    Margins are read again by every neighbour: a county of average size, taken as a square, grows by
    twice the margin on each side.
    """
    side = (AREA_KM2 / COUNTIES) ** 0.5
    overlap = (side + 2 * MARGIN_KM) ** 2 / side**2
    copies = PEOPLE / one["people"]
    areas = MUNICIPALITIES + COUNTIES
    rows = areas * one["rows an area"]
    build_h = copies * overlap * one["build CPU s"] / 3600
    ask_h = copies * overlap * one["rollout CPU s"] / 3600
    print(f"copies of the demo by people: {copies:,.0f}; read with margins: × {overlap:.1f}")
    print(f"a county with its margin: {copies * overlap / COUNTIES:.1f} copies")
    print(f"build without base maps: {build_h:.1f} processor hours")
    print(f"rollout: {ask_h:.1f} processor hours")
    print(f"both on 2 / 8 / 32 cores at 85 %: {_on(build_h + ask_h)} hours")
    print(f"Atlases on disk: {copies * overlap * one['Atlas on disk MB'] / 1e3:,.0f} GB")
    print(f"rows: {rows / 1e6:.1f} million, {rows * one['bytes a row'] / 1e6:,.0f} MB GeoParquet")
    print(
        f"people a cell: {PEOPLE / CELLS:.0f}; cells a municipality: {CELLS / MUNICIPALITIES:.0f}"
    )


def _on(hours: float) -> str:
    return " / ".join(f"{hours / (cores * 0.85):.1f}" for cores in (2, 8, 32))


def for_plan(one: dict[str, float]) -> dict[str, float]:
    """Add what the plan needs to the figures of one copy."""
    return {
        **one,
        "rows an area": one["rollout rows"] / one["areas"],
        "bytes a row": one["rollout GeoParquet MB"] * 1e6 / one["rollout rows"],
    }


def main() -> None:
    """Measure all sizes and print the table and the plan; with arguments, a part of it."""
    steps: dict[str, Callable[..., dict[str, float]]]
    steps = {"file": file, "build": build, "serve": serve, "rollout": rollout, "city": city}
    if len(sys.argv) > 1 and sys.argv[1] in steps:
        print(json.dumps(steps[sys.argv[1]](*map(Path, sys.argv[2:]))))
        return
    figures: dict[int, dict[str, float]] = {}
    for k in [int(argument) for argument in sys.argv[1:]] or SIDES:
        with tempfile.TemporaryDirectory() as folder:
            region, target = Path(folder) / f"tiles{k * k}", Path(folder) / "atlas"
            command = [sys.executable, "-m", "benchmarks.generate", str(k), str(region)]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            todo = (
                ("file", str(region)), ("build", str(region), str(target)),
                ("serve", str(target)), ("rollout", str(target)),
            )  # fmt: skip
            figures[k] = {}
            for step in todo:
                figures[k] |= run_step(*step, module="benchmarks.scale")
            print(k * k, figures[k], flush=True)
    print_table(figures)
    print()
    plan(for_plan(figures[min(figures)]))


if __name__ == "__main__":
    main()
