"""
A list of 100,000 rows through the whole import, and 10,000 addresses with a typo each looked up.

The list is a CSV with coordinates, a tenth of its names without the word for their kind; the second
run is the same file. The addresses are those of the demo region, asked by street, number, postcode
and town, one letter of the street left out, added, changed or swapped.

    python -m benchmarks.imports [--rows 100000]
"""

from __future__ import annotations

import argparse
import csv
import resource
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.geocode import with_typo
from benchmarks.measure import demo_atlas
from benchmarks.register_duplicates import planted
from layers.geocode import index_of
from layers.imports import ImportOptions, ImportRegion, import_source
from layers.imports.places import place_records
from layers.register import Register
from layers.sources.record import SourceRecord
from layers.taxonomy import load_taxonomy
from server.settings import default_data_dir

if TYPE_CHECKING:
    from layers.atlas import Atlas

SEED = 20260124
ADDRESSES = 10_000
_BOUNDS = (8.5, 51.5, 10.5, 53.5)


def write_list(path: Path, rows: int) -> None:
    """Write a list of offers as a city would: with category, place, contact and hours."""
    taxonomy = load_taxonomy(default_data_dir() / "taxonomy.toml")
    items, _ = planted(taxonomy, int(rows / 1.05), draw=np.random.default_rng(SEED))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["id", "name", "category", "lon", "lat", "Telefon", "Öffnungszeiten"])
        for row, item in enumerate(items):
            writer.writerow([
                row, item.name, item.categories[0], f"{item.lon:.6f}", f"{item.lat:.6f}",
                f"0395 {100_000 + row}", "Mo-Fr 09:00-18:00",
            ])  # fmt: skip


def measure_import(rows: int) -> None:
    """Import the list twice into an empty register."""
    taxonomy = load_taxonomy(default_data_dir() / "taxonomy.toml")
    region = ImportRegion("bench", "Bench", taxonomy, "Europe/Berlin", _BOUNDS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "liste.csv"
        write_list(path, rows)
        with Register.open(Path(folder) / "register.sqlite") as register:
            for run in ("first", "second"):
                start, start_cpu = time.perf_counter(), time.process_time()
                report = import_source(
                    register, region, path, options=ImportOptions(licence="CC0-1.0"), who="bench"
                )
                seconds = time.perf_counter() - start
                cpu_s = time.process_time() - start_cpu
                peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
                print(
                    f"| {run} import of {report.rows:,} rows: {len(report.added):,} new, "
                    f"{report.unchanged:,} unchanged, {len(report.duplicates):,} pairs suspected "
                    f"| {seconds:.1f} s (computed {cpu_s:.1f} s), peak {peak_mb:.0f} MB |"
                )


def measure_addresses(atlas: Atlas) -> None:
    """Look up addresses with a typo each."""
    table, draw = atlas.addresses, np.random.default_rng(SEED)
    houses = draw.permutation(len(table.house_street))[:ADDRESSES]
    records = [
        SourceRecord(
            "bench",
            str(house),
            line,
            "",
            street=with_typo(table.texts[table.street_name[table.house_street[house]]], draw),
            housenumber=table.texts[table.house_text[house]],
            postcode=table.texts[table.house_postcode[house]],
            city=table.texts[table.house_city[house]],
        )
        for line, house in enumerate(houses, start=1)
    ]
    index_of(table)
    start, start_cpu = time.perf_counter(), time.process_time()
    placing = place_records(records, table)
    seconds, cpu_s = time.perf_counter() - start, time.process_time() - start_cpu
    told = np.array([(r.lon or np.nan, r.lat or np.nan) for r in placing.records])
    is_right = np.abs(told - table.house_lonlat[houses]).max(axis=1) < 1e-6
    is_wrong = ~is_right & ~np.isnan(told[:, 0])
    print(
        f"| {len(records):,} addresses with a typo | {is_right.mean():.1%} right, "
        f"{is_wrong.mean():.2%} another place, {len(placing.unplaced):,} listed for decision "
        f"| {seconds:.1f} s (computed {cpu_s:.1f} s) |"
    )


def main() -> None:
    """Print one line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    measure_import(parser.parse_args().rows)
    with demo_atlas() as atlas:
        measure_addresses(atlas)


if __name__ == "__main__":
    main()
