"""
The register with 100,000 offers: import, second import, snapshot, a write seen by a reader.

    python -m benchmarks.register [--rows 100000]

Wall-clock time beside the processor's: on a machine that others use the first says little. Memory
is the import's peak above the records that it reads from.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np

from layers.register import Register, Source
from layers.register.snapshot import Snapshot
from layers.sources.record import SourceRecord
from tests.postgres import new_database, programs, server

REGION = "bench"
SOURCE = Source("osm", "OpenStreetMap", "ODbL-1.0", "© OpenStreetMap", True, date(2026, 1, 1))
_BOX_DEGREES = 0.1


def records(count: int) -> list[SourceRecord]:
    """Make offers with what a well-kept entry has: about 500 bytes of GeoJSON."""
    places = np.random.default_rng(1).random((count, 2))
    return [
        SourceRecord(
            "osm",
            f"n{i}",
            i,
            f"Bäckerei Müller {i}",
            ("bakery", "cafe"),
            lon=13 + float(x),
            lat=53 + float(y),
            street="Straße der Einheit",
            housenumber=str(i % 200),
            postcode="17033",
            city="Neubrandenburg",
            website=f"https://example.org/{i}",
            phone="+49 395 123456",
            opening_hours="Mo-Fr 06:00-18:00; Sa 06:00-12:00",
            wheelchair="yes",
            description="Brot und Kuchen aus eigener Herstellung",
        )
        for i, (x, y) in enumerate(places)
    ]


def measure(url: str, told: list[SourceRecord]) -> None:
    """Measure one database."""
    before_mb = _peak_mb()
    with Register.open(url) as register:
        for name in ("import", "the same again"):
            wall, cpu = time.perf_counter(), time.process_time()
            written = register.put_many(REGION, SOURCE, told, who="bench", is_whole=True)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            print(
                f"  {name}: {len(written.added)} added, {written.unchanged} unchanged; "
                f"{len(told) / wall:,.0f} rows/s ({wall:.1f} s, of which this process computed "
                f"{cpu:.1f} s: {len(told) / cpu:,.0f} rows/s)"
            )
        print(f"  memory of the import: {_peak_mb() - before_mb:.0f} MB above {before_mb:.0f} MB")
        wall, cpu, size = time.perf_counter(), time.process_time(), _now_mb()
        snapshot = Snapshot(register.database, REGION)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        print(f"  snapshot: {wall:.2f} s ({cpu:.2f} s computed), {_now_mb() - size:.0f} MB")
        box = (13.5, 53.5, 13.5 + _BOX_DEGREES, 53.5 + _BOX_DEGREES)
        found = snapshot.select(box=box).total
        print(f"    box with {found} offers: {_ms(lambda: snapshot.select(box=box)):.2f} ms")
        print(f"    words: {_ms(lambda: snapshot.select(text='müller 777')):.2f} ms")
        print(f"    nearest ten: {_ms(lambda: snapshot.nearest(13.5, 53.5, 10)):.2f} ms")
        print(f"    is there news: {_ms(snapshot.refresh):.2f} ms")
        register.correct(REGION, "osm:n1", {"name": "Umgezogen"}, who="bench")
        wall = time.perf_counter()
        snapshot.refresh()
        print(f"    one change taken in: {(time.perf_counter() - wall) * 1000:.2f} ms")


def _ms(ask: object) -> float:
    times = []
    for _ in range(30):
        start = time.perf_counter()
        ask()  # type: ignore[operator]
        times.append(time.perf_counter() - start)
    return float(np.median(times)) * 1000


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _now_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def main() -> None:
    """Measure SQLite, and PostgreSQL where it is installed."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    options.add_argument("--rows", type=int, default=100_000)
    told = records(options.parse_args().rows)
    with tempfile.TemporaryDirectory() as folder:
        print("SQLite")
        measure(str(Path(folder) / "register.sqlite"), told)
    if (found := programs()) is None:
        print("PostgreSQL is not installed")
        return
    with server(found) as url:
        print("PostgreSQL")
        measure(new_database(url, "bench"), told)


if __name__ == "__main__":
    main()
