"""
The table `[population]` of a `region.toml`: people by census cells or by areas of an office.

Where people are counted in small areas, the count of a municipality is no longer what is spread: it
is the total to which the areas are raked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from geo.census_ages import AGE_GROUPS
from geo.disclosure import SMALLEST_PUBLISHED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_COLUMNS = ("residents", "id", "x", "y", *AGE_GROUPS)
_STRICTEST = 10_000  # more would withhold whole towns: a slip of the pen


@dataclass(frozen=True)
class CountedSource:
    """
    Where the people of small areas come from, checked.

    Attributes
    ----------
    kind
        `grid` or `polygons`.
    path, member
        The file; the table in it, where it is a zip with several.
    ages, ages_member
        A grid of ages beside it; None where there is none.
    columns
        Names of the file's own columns, where they are others than the office's.
    source, year, official
        Who counted, when, and whether as an office.
    smallest
        Fewest people of whom a count may be published.
    total
        The official total of the whole region, None where there is none or `totals` has them.
    totals, totals_column
        A file of totals by the districts' ids, and its column of people.
    totals_source, totals_year
        Who gives the totals.
    """

    kind: str
    path: Path
    source: str
    member: str = ""
    ages: Path | None = None
    ages_member: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    year: int | None = None
    official: bool = False
    smallest: int = SMALLEST_PUBLISHED
    total: float | None = None
    totals: Path | None = None
    totals_column: str = ""
    totals_source: str = ""
    totals_year: int | None = None


def counted_source(config: Mapping[str, Any], folder: Path) -> CountedSource | None:
    """Return the source that a checked `region.toml` names; None where it names no small areas."""
    table = config.get("population")
    if not isinstance(table, dict):
        return None
    kind = "grid" if "grid" in table else "polygons"
    total = table.get("official_total")
    return CountedSource(
        kind=kind,
        path=folder / table[kind],
        source=table["source"],
        member=table.get("member", ""),
        ages=folder / table["ages"] if "ages" in table else None,
        ages_member=table.get("ages_member", ""),
        columns=table.get("columns", {}),
        year=table.get("year"),
        official=table.get("official", False),
        smallest=table.get("smallest_published", SMALLEST_PUBLISHED),
        total=None if total is None or isinstance(total, str) else float(total),
        totals=folder / total if isinstance(total, str) else None,
        totals_column=table.get("official_column", ""),
        totals_source=table.get("official_source", ""),
        totals_year=table.get("official_year"),
    )


def population_fault(table: Any, folder: Path) -> str:
    """Say what is wrong with a table `[population]`, all of it; empty where nothing is."""
    if len({"grid", "polygons"} & set(table)) != 1:
        return "needs one of `grid` and `polygons`"
    faults = [f"has a key `{key}` that is none" for key in table if key not in _RULES]
    if "source" not in table:
        faults.append("needs `source`: who counted the people")
    if "official_total" in table and "official_source" not in table:
        faults.append("needs `official_source` beside `official_total`: who gives it")
    if "official_total" not in table:
        faults += [
            f"has `{key}` without `official_total`"
            for key in ("official_column", "official_source", "official_year")
            if key in table
        ]
    if "polygons" in table:
        faults += [
            f"has `{key}`, which belongs to `grid`"
            for key in ("member", "ages", "ages_member")
            if key in table
        ]
    faults += [
        f"has `{key}` {value!r}, which {fault}"
        for key, value in table.items()
        if key in _RULES and (fault := _RULES[key](value, folder))
    ]
    return "; ".join(faults)


def inside_folder(value: Any, folder: Path) -> str:
    """Say what is wrong with the name of a file in the folder of a region."""
    if fault := _text(value, folder):
        return fault
    name = PurePath(value)
    if name.is_absolute() or ".." in name.parts or "\\" in value:
        return "lies outside; name a file in the folder of the region, with / between folders"
    try:
        is_file = (folder / name).is_file()
    except OSError:  # a name longer than a file may have
        is_file = False
    return "" if is_file else f"is no file in {folder}"


def _text(value: Any, _: Path) -> str:
    return "" if isinstance(value, str) and value.strip() else "is no text"


def _year(value: Any, _: Path) -> str:
    return "" if type(value) is int and 1800 <= value <= 2200 else "is no year such as 2022"


def _flag(value: Any, _: Path) -> str:
    return "" if isinstance(value, bool) else "is neither true nor false"


def _smallest(value: Any, _: Path) -> str:
    fits = type(value) is int and SMALLEST_PUBLISHED <= value <= _STRICTEST
    return (
        ""
        if fits
        else f"is no whole number from {SMALLEST_PUBLISHED} to {_STRICTEST}: a rule may be "
        "stricter than ours, never looser"
    )


def _total(value: Any, folder: Path) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return "is neither a whole number of people nor a file of them by district"
    if isinstance(value, int):
        return "" if value > 0 else "is no number of people"
    return inside_folder(value, folder)


def _columns(value: Any, _: Path) -> str:
    if not isinstance(value, dict) or not all(isinstance(v, str) and v for v in value.values()):
        return 'is no table such as { residents = "EW_INSG" }'
    unknown = [key for key in value if key not in _COLUMNS]
    return f"names {', '.join(unknown)}; known are {', '.join(_COLUMNS)}" if unknown else ""


_RULES: Mapping[str, Callable[[Any, Path], str]] = {
    "grid": inside_folder,
    "polygons": inside_folder,
    "member": _text,
    "ages": inside_folder,
    "ages_member": _text,
    "columns": _columns,
    "source": _text,
    "year": _year,
    "official": _flag,
    "smallest_published": _smallest,
    "official_total": _total,
    "official_column": _text,
    "official_source": _text,
    "official_year": _year,
}
