"""
Benchmarks: what others call reachable, to hold a district against.

A figure is only worth something with its source and its denominator: each benchmark says which
offers it means, how it measures, and whether it was checked against the original.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from layers.entry import Entry
from layers.errors import TaxonomyError
from layers.vocabulary import Term

if TYPE_CHECKING:
    from pathlib import Path

    from layers.taxonomy import Taxonomy

MEANS = ("each", "any", "asked", "central_place", "food")
MODES = ("line", "walk", "stepfree", "bike", "car", "transit")
_LIMITS = ("metres", "minutes", "ring_km", "m2_per_person")


@dataclass(frozen=True)
class Benchmark(Term):
    """
    A figure to compare with.

    Attributes
    ----------
    of
        Which offers are meant: `each` or `any` of `categories`, whatever is `asked` for, a
        `central_place`, or regional `food`.
    categories
        Ids; empty unless `of` is `each` or `any`.
    mode
        How people travel, `line` for straight lines, "" for an area.
    metres, minutes, ring_km, m2_per_person
        The figure; exactly one is set.
    smallest_sales_area_m2
        Smaller shops do not count, None where all do.
    source, verified
        Where the figure is from, and whether the original was read.
    """

    of: str
    categories: tuple[str, ...]
    mode: str
    metres: float | None
    minutes: float | None
    ring_km: float | None
    m2_per_person: float | None
    smallest_sales_area_m2: float | None
    source: str
    verified: bool
    note: str


def load_benchmarks(path: Path, taxonomy: Taxonomy) -> tuple[Benchmark, ...]:
    """
    Read and check a file of benchmarks, in the order of the file.

    Raises
    ------
    TaxonomyError
        With all faults at once, such as a category that `taxonomy` does not have.
    """
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except OSError as exc:
        raise TaxonomyError(
            path.name, [f"it cannot be read ({exc.strerror})"], parameter="benchmarks"
        ) from exc
    except (ValueError, RecursionError) as exc:  # no TOML, or no UTF-8
        raise TaxonomyError(path.name, [f"it is no TOML ({exc})"], parameter="benchmarks") from exc
    faults = [f"{key}: unknown; known is benchmark" for key in raw if key != "benchmark"]
    entries = [
        Entry(faults, f"benchmark {table.get('id')!r}", table)
        for table in Entry(faults, path.name, raw).tables("benchmark")
    ]
    benchmarks = tuple(_read_benchmark(entry, taxonomy) for entry in entries)
    if len({b.id for b in benchmarks}) < len(benchmarks):
        faults.append("an id stands twice")
    if faults:
        raise TaxonomyError(path.name, faults, parameter="benchmarks")
    return benchmarks


def _read_benchmark(e: Entry, taxonomy: Taxonomy) -> Benchmark:
    e.check_id()
    e.check_keys(
        {"id", "de", "en", "of", "categories", "mode", *_LIMITS, "smallest_sales_area_m2"}
        | {"source", "verified", "note"}
    )
    if sum(key in e.raw for key in _LIMITS) != 1:
        e.fault("metres", f"exactly one of {', '.join(_LIMITS)} must be set")

    def number(key: str) -> float | None:
        return e.number(key, low=0, high=100_000, required=False)

    benchmark = Benchmark(
        *e.term,
        of=e.known("of", MEANS),
        categories=e.all_known("categories", (c.id for c in taxonomy.categories)),
        mode=e.known("mode", MODES, ""),
        metres=number("metres"),
        minutes=number("minutes"),
        ring_km=number("ring_km"),
        m2_per_person=number("m2_per_person"),
        smallest_sales_area_m2=number("smallest_sales_area_m2"),
        source=e.text("source", required=True),
        verified=e.flag("verified"),
        note=e.text("note"),
    )
    if bool(benchmark.categories) != (benchmark.of in ("each", "any")):
        e.fault("categories", f"{len(benchmark.categories)} do not go with of = {benchmark.of!r}")
    return benchmark
