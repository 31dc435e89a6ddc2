"""
Reads census grids: people in cells of 100 m, 1 km or 10 km, clipped to a region while reading.

The formats of Zensus 2022 and 2011 with their quirks: ids in two forms, decimal commas, `-1`, `-9`
or a dash where a count is secret or nobody lives, a column of remarks. A country has millions of
cells, so only those near the region are kept, chunk by chunk. Cell ids and coordinates must say the
same: where they do not, nobody knows where the people live.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.census_ages import AgeColumns, find_age_columns, shares_from_classes, shares_from_percent
from geo.census_file import CensusTable, buffered, open_table
from geo.census_ids import GRID_CRS, IdForm, corners_of, id_form
from geo.errors import PopulationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Box = tuple[float, float, float, float]

_log = logging.getLogger(__name__)
COUNT_NAMES = ("einwohner", "insgesamt_bevoelkerung", "population", "residents")
SECRET = (-1.0, -9.0)  # in Zensus 2011: empty or secret
_NO_COUNT = ["–", "—", "-", "", "."]
_CHUNK_ROWS = 250_000
_MOST_SHOWN = 5
# Where Europe lies in EPSG:3035, metres: coordinates beyond are in another system
_EUROPE: Box = (900_000, 900_000, 7_400_000, 5_500_000)


@dataclass(frozen=True)
class Cells:
    """
    Cells of a census grid that touch a box, in the order of the file.

    Attributes
    ----------
    corner
        Shape (n, 2): lower left corners, x, y in metres of EPSG:3035.
    size_m
        Width of a cell.
    residents
        Shape (n,): people; NaN where the count is secret or, in these files the same, nobody lives.
    age_shares
        Shape (n, 3): shares of `AGE_GROUPS`, NaN where unknown; None where the file has none.
    notes
        What was odd, for people.
    """

    corner: Floats
    size_m: int
    residents: Floats
    age_shares: Floats | None
    notes: tuple[str, ...] = ()

    @property
    def middle(self) -> Floats:
        """Shape (n, 2): x, y in metres of EPSG:3035."""
        return self.corner + self.size_m / 2


@dataclass(frozen=True)
class _Columns:
    """Where in a table stands what is read."""

    id: str
    x: str
    y: str
    count: str
    ages: AgeColumns

    @property
    def used(self) -> list[str]:
        names = (self.id, self.x, self.y, self.count, *self.ages.names)
        return list(dict.fromkeys(name for name in names if name))


def read_grid(
    path: Path,
    box: Box,
    *,
    member: str = "",
    columns: Mapping[str, str] | None = None,
    needs_count: bool = True,
) -> Cells:
    """
    Read the cells of a census grid that touch a box.

    Parameters
    ----------
    path
        CSV, or a zip with one.
    box
        West, south, east, north in metres of EPSG:3035.
    member
        The table of a zip with several.
    columns
        `residents`, `id`, `x`, `y` to the file's own names, where they are others.
    needs_count
        False for a table of ages alone, whose people are counted elsewhere.

    Raises
    ------
    PopulationError
        If the file cannot be read, is in another CRS, ends in the middle of a row, lacks a column,
        names cells that contradict their coordinates, twice the same cell or a negative count, or
        holds no cell of the box.
    """
    with open_table(path, member=member) as table:
        found = _find_columns(table, columns or {}, needs_count=needs_count)
        reading = _Reading(table, found, box)
        for chunk in _chunks(table, found):
            if len(chunk):
                reading.take(chunk)
        table.check_end()
        cells = reading.cells()
    _log.info(
        "%s: %d cells of %d m near the region, of %d", path.name, len(cells.corner), cells.size_m,
        reading.rows,
    )  # fmt: skip
    return cells


def _find_columns(table: CensusTable, named: Mapping[str, str], *, needs_count: bool) -> _Columns:
    lower = {column.lower(): column for column in table.columns}
    if twice := sorted({c for c in table.columns if c and table.columns.count(c) > 1}):
        raise PopulationError(f"{table.name} has the column {', '.join(twice)} twice")
    if lost := [name for name in named.values() if name not in table.columns]:
        raise PopulationError(
            f"{table.name} has no column {', '.join(lost)} as `columns` says; it has "
            f"{', '.join(table.columns)}"
        )

    def beginning(key: str, *starts: str) -> str:
        if key in named:
            return named[key]
        return next((name for low, name in lower.items() if low.startswith(starts)), "")

    count = named.get("residents") or next((lower[n] for n in COUNT_NAMES if n in lower), "")
    ages = find_age_columns(
        table.columns, {k: v for k, v in named.items() if k not in ("residents", "id", "x", "y")}
    )
    found = _Columns(
        id=beginning("id", "gitter_id", "grd_id", "grid_id"),
        x=beginning("x", "x_mp"),
        y=beginning("y", "y_mp"),
        count=count,
        ages=ages,
    )
    missing = []
    if not found.id:
        missing.append("an id (GITTER_ID_100m)")
    if needs_count and not count:
        missing.append("people (Einwohner)")
    if not needs_count and not ages.names:
        missing.append("ages (Unter18, a65undaelter, AnteilUnter18 or the like)")
    if bool(found.x) != bool(found.y):
        missing.append("x_mp or y_mp, one of the two alone stands there")
    if missing:
        raise PopulationError(
            f"{table.name}: no column for {' and for '.join(missing)}; it has "
            f"{', '.join(table.columns)[:300]}. Name them as `columns`, or take another table"
        )
    return found


def _chunks(table: CensusTable, columns: _Columns) -> Any:
    numbers = [name for name in columns.used if name != columns.id]
    try:
        yield from pd.read_csv(
            buffered(table),
            sep=table.separator,
            decimal="." if table.separator == "," else ",",
            header=0,
            names=table.columns,
            usecols=columns.used,
            dtype={columns.id: object, **dict.fromkeys(numbers, np.float64)},
            na_values=dict.fromkeys(numbers, _NO_COUNT),
            keep_default_na=False,
            encoding="utf-8",
            encoding_errors="replace",
            chunksize=_CHUNK_ROWS,
            index_col=False,
            on_bad_lines="error",
        )
    except (ValueError, pd.errors.ParserError) as exc:
        if isinstance(exc, PopulationError):
            raise
        raise PopulationError(
            f"{table.name} cannot be read as a census grid: {str(exc).strip()}; numbers are "
            "written 1234 and 12,5 there"
        ) from exc


class _Reading:
    """Collects the cells of a box, and what is wrong with the file."""

    def __init__(self, table: CensusTable, columns: _Columns, box: Box) -> None:
        self._table, self._columns, self._box = table, columns, box
        self._form: IdForm | None = None
        self._kept: list[tuple[Floats, pd.DataFrame]] = []
        self._contradictions = 0
        self._unreadable = 0
        self._examples: list[str] = []
        self._seen_box = np.array([np.inf, np.inf, -np.inf, -np.inf])
        self.rows = 0

    def take(self, chunk: pd.DataFrame) -> None:
        """Check a piece of the file and keep what lies in the box."""
        ids = chunk[self._columns.id].to_numpy(object)
        if self._form is None:
            self._form = id_form(str(ids[0]), file=self._table.name)
        size_m = self._form.size_m
        self.rows += len(chunk)
        corner = corners_of(ids, self._form)
        unreadable = np.isnan(corner[:, 0])
        self._unreadable += int(unreadable.sum())
        wrong = unreadable
        if self._columns.x:
            middle = chunk[[self._columns.x, self._columns.y]].to_numpy(float)
            self._refuse_other_crs(middle)
            apart = ~(np.abs(middle - corner - size_m / 2) < 1).all(axis=1) & ~unreadable
            self._contradictions += int(apart.sum())
            wrong = unreadable | apart
        self._examples += [str(i) for i in ids[np.flatnonzero(wrong)[:_MOST_SHOWN]]]
        if len(known := corner[~unreadable]):
            low, high = known.min(axis=0), known.max(axis=0) + size_m
            self._seen_box[:2] = np.minimum(self._seen_box[:2], low)
            self._seen_box[2:] = np.maximum(self._seen_box[2:], high)
        west, south, east, north = self._box
        x, y = corner.T
        inside = (x + size_m > west) & (x < east) & (y + size_m > south) & (y < north)
        if inside.any():
            self._kept.append((corner[inside], chunk[inside]))

    def cells(self) -> Cells:
        """Return what was kept, once all is read."""
        name = self._table.name
        if self._form is None:
            raise PopulationError(f"{name} has a header and no rows; load it again")
        shown = ", ".join(self._examples[:_MOST_SHOWN])
        if self._unreadable:
            raise PopulationError(
                f"{name}: {self._unreadable:,} of {self.rows:,} rows have an id that is not like "
                f"the first ones: {shown}"
            )
        if self._contradictions:
            raise PopulationError(
                f"{name}: {self._contradictions:,} of {self.rows:,} cells have an id that "
                f"contradicts their coordinates: {shown}; ids name the lower left corner, north "
                "first, x_mp and y_mp the middle. Take the file as the office publishes it"
            )
        if not self._kept:
            raise PopulationError(
                f"{name} has no cell of this region: it covers {_km(self._seen_box)}, the region "
                f"{_km(self._box)} (east, north in {GRID_CRS}); take the grid of this part of the "
                "country, or of all of it"
            )
        corner = np.concatenate([c for c, _ in self._kept])
        frame = pd.concat([f for _, f in self._kept], ignore_index=True)
        self._refuse_duplicates(corner)
        residents = self._residents(frame)
        notes = [] if self._table.has_end else [f"{name}: its last line has no end; is it whole?"]
        return Cells(
            corner, self._form.size_m, residents, self._age_shares(frame, residents), tuple(notes)
        )

    def _refuse_other_crs(self, middle: Floats) -> None:
        west, south, east, north = _EUROPE
        x, y = middle.T
        beyond = ~((x >= west) & (x <= east) & (y >= south) & (y <= north))
        if beyond.mean() > 0.5:
            at = middle[np.flatnonzero(beyond)[0]]
            raise PopulationError(
                f"{self._table.name}: coordinates such as {at[0]:.12g}, {at[1]:.12g} are not in "
                f"{GRID_CRS} (ETRS89-LAEA), in which census grids are published; take the original "
                "file, or give the cells as polygons in GeoJSON (`polygons`)"
            )

    def _refuse_duplicates(self, corner: Floats) -> None:
        unique, count = np.unique(corner, axis=0, return_counts=True)
        if (twice := unique[count > 1]).size:
            shown = "; ".join(f"N{y:.0f} E{x:.0f}" for x, y in twice[:_MOST_SHOWN])
            raise PopulationError(
                f"{self._table.name}: {len(twice):,} cells stand there more than once ({shown}); "
                "their people would count twice"
            )

    def _residents(self, frame: pd.DataFrame) -> Floats:
        if not self._columns.count:
            return np.full(len(frame), np.nan)
        people = frame[self._columns.count].to_numpy(np.float64).copy()
        people[np.isin(people, SECRET)] = np.nan
        if (negative := people < 0).any():
            ids = frame[self._columns.id][negative].astype(str).tolist()
            raise PopulationError(
                f"{self._table.name}: {negative.sum():,} cells have a negative count other than -1 "
                f"and -9: {', '.join(ids[:_MOST_SHOWN])}"
            )
        return people

    def _age_shares(self, frame: pd.DataFrame, residents: Floats) -> Floats | None:
        ages = self._columns.ages
        if not ages.names:
            return None
        values = frame[ages.names].to_numpy(np.float64).copy()
        values[values < 0] = np.nan
        if ages.shares:
            return shares_from_percent(values, list(ages.shares.values()))
        return shares_from_classes(values, list(ages.classes.values()), residents)


def _km(box: Any) -> str:
    west, south, east, north = (value / 1000 for value in box)
    return f"km {west:.0f} to {east:.0f}, {south:.0f} to {north:.0f}"


def join_ages(cells: Cells, ages: Cells) -> Cells:
    """
    Add the ages of another table, of the same or of larger cells, to cells with people.

    Raises
    ------
    PopulationError
        If its cells are smaller than those of the people.
    """
    if ages.size_m < cells.size_m:
        raise PopulationError(
            f"`ages` has cells of {ages.size_m} m, smaller than the {cells.size_m} m of the "
            "people; take the table of the same width"
        )
    shares = np.full((len(cells.corner), 3), np.nan)
    if ages.age_shares is not None:
        around = np.floor(cells.corner / ages.size_m) * ages.size_m
        row = {tuple(corner): i for i, corner in enumerate(ages.corner.tolist())}
        found = np.array([row.get(tuple(corner), -1) for corner in around.tolist()], np.int64)
        shares[found >= 0] = ages.age_shares[found[found >= 0]]
    return Cells(cells.corner, cells.size_m, cells.residents, shares, cells.notes + ages.notes)
