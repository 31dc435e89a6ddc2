"""
What is published in a region, in this process's memory, as fresh as the database.

The base is made at once and does not change: coordinates as arrays, all GeoJSON texts as one run of
bytes, an STRtree. What changed since lies beside it, in an index that may change, and hides the
base's row. `refresh` asks for the region's last change, which takes a fraction of a millisecond,
and reads only what is newer; when much has changed, the base is made anew.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
import sqlalchemy as sa

from geo.index import SpatialIndex
from layers.register.reading import Mark, is_past, mark_of
from layers.register.schema import OFFER

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from layers.register.database import Database

_NEW_BASE: Final = 0.05  # share of the base that may have changed before it is made anew
_FEWEST: Final = 1_000  # changes that are always kept beside it
_RUN: Final = 5_000  # rows that are fetched, and whose texts lie, together
_END: Final = b"\n"  # between the words of two offers; no word holds one


@dataclass(frozen=True)
class Selection:
    """
    Offers found.

    `ids`, `lon`, `lat` and `features` (GeoJSON texts) belong together; `total` is how many there
    are besides a limit.
    """

    ids: tuple[str, ...]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    features: tuple[str, ...]
    total: int


@dataclass
class _Rows:
    """Offers as columns."""

    ids: list[str] = field(default_factory=list)
    lon: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    lat: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    # which set of categories, as a number into `sets`
    code: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    sets: list[frozenset[str]] = field(default_factory=list)
    # texts in runs of `_RUN` offers, and where in its run each of them ends
    bodies: list[bytes] = field(default_factory=list)
    body_end: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    words: list[bytes] = field(default_factory=list)
    words_end: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))

    @classmethod
    def of(cls, rows: Iterable[Sequence[Sequence[Any]]]) -> _Rows:
        """Make columns of runs of rows: id, categories, lon, lat, body, words."""
        made = cls()
        numbers: dict[str, int] = {}
        columns: tuple[list[NDArray[np.float64]], ...] = ([], [], [], [], [])
        for run in rows:
            ids, categories, lon, lat, bodies, words = zip(*run, strict=True)
            made.ids += ids
            codes = [numbers.setdefault(text, len(numbers)) for text in categories]
            told = [body.encode() for body in bodies]
            found = [word.encode() + _END for word in words]
            made.bodies.append(b"".join(told))
            made.words.append(b"".join(found))
            ends = (np.cumsum([len(t) for t in told]), np.cumsum([len(t) for t in found]))
            for column, values in zip(columns, (lon, lat, codes, *ends), strict=True):
                column.append(np.asarray(values, float))
        if made.ids:
            made.lon, made.lat = np.concatenate(columns[0]), np.concatenate(columns[1])
            made.code, made.body_end, made.words_end = (
                np.concatenate(column).astype(np.int32) for column in columns[2:]
            )
            made.sets = [frozenset(text.split(",")) for text in numbers]
        return made

    def has(self, category: str) -> NDArray[np.bool_]:
        """Return which rows belong to a category."""
        codes = [number for number, names in enumerate(self.sets) if category in names]
        return np.isin(self.code, codes)

    def say(self, text: bytes) -> NDArray[np.bool_]:
        """Return which rows' words hold a text."""
        found = np.zeros(len(self.ids), bool)
        for number, words in enumerate(self.words):
            first = number * _RUN
            ends = self.words_end[first : first + _RUN]
            place = words.find(text)
            while place >= 0:
                row = int(np.searchsorted(ends, place, side="right"))
                found[first + row] = True
                place = words.find(text, int(ends[row]))
        return found

    def feature(self, row: int) -> str:
        """Return the GeoJSON text of a row."""
        number, place = divmod(row, _RUN)
        start = int(self.body_end[row - 1]) if place else 0
        return self.bodies[number][start : int(self.body_end[row])].decode()


class Snapshot:
    """
    The published offers of a region; may be asked from many threads.

    Parameters
    ----------
    database
        Of the register.
    region
        Its id.
    """

    def __init__(self, database: Database, region: str) -> None:
        self._database = database
        self._region = region
        self._lock = threading.Lock()
        self._mark = Mark()
        self._set_base(_Rows())
        self.refresh()

    @property
    def rev(self) -> int:
        """The number of the change up to which everything is known."""
        return self._mark.rev

    def refresh(self) -> int:
        """Take in what is new; return the number of the change up to which everything is known."""
        with self._lock, self._database.reading() as connection:
            mark = mark_of(connection, self._region)
            if mark == self._mark:
                return mark.rev
            if not is_past(connection, self._mark):
                self._mark = Mark()
                self._set_base(_Rows())
            here = OFFER.c.region == self._region
            where = here & (OFFER.c.rev > self.rev)
            count = connection.execute(sa.select(sa.func.count()).where(where)).scalar() or 0
            kept = self._more.ids
            if count + len(kept) > max(_FEWEST, _NEW_BASE * len(self._base.ids)):
                self._set_base(self._read(connection, here & OFFER.c.is_public))
            else:
                changed = set(connection.execute(sa.select(OFFER.c.id).where(where)).scalars())
                self._take(changed)
                wanted = sorted(changed | set(kept))
                beside = here & OFFER.c.is_public & OFFER.c.id.in_(wanted)
                self._set_more(self._read(connection, beside))
            self._mark = mark
            return mark.rev

    def select(
        self,
        *,
        box: tuple[float, float, float, float] | None = None,
        category: str = "",
        text: str = "",
        limit: int | None = None,
        offset: int = 0,
    ) -> Selection:
        """
        Find offers; all conditions hold together.

        Parameters
        ----------
        box
            West, south, east, north in degrees; its edges belong to it.
        category
            Id of a category, "" for any.
        text
            Part of name, description or address, in any case; "" for any.
        limit, offset
            Which part of what is found, in the order of ids, those changed lately last.
        """
        needle = " ".join(text.casefold().split()).encode("utf-8", "ignore")
        with self._lock:
            found = []
            for part in (self._base_rows(box), self._more_rows(box)):
                rows, table = part
                if category:
                    rows = rows[table.has(category)[rows]]
                if needle:
                    rows = rows[table.say(needle)[rows]]
                found.append(rows)
            total = len(found[0]) + len(found[1])
            every = np.concatenate([found[0], found[1] + len(self._base.ids)])
            chosen = every[offset : None if limit is None else offset + limit]
            return self._selection(chosen, total)

    def nearest(self, lon: float, lat: float, k: int, *, category: str = "") -> Selection:
        """Return the `k` offers nearest to a place by straight line, the nearest first."""
        with self._lock:
            parts = [_distance(table, lon, lat) for table in (self._base, self._more)]
            distance = np.concatenate(parts)
            distance[: len(self._hidden)][self._hidden] = np.inf
            if category:
                has = np.concatenate([self._base.has(category), self._more.has(category)])
                distance[~has] = np.inf
            total = int(np.isfinite(distance).sum())
            count = max(min(k, total), 0)
            if not count:
                return self._selection(np.zeros(0, np.int64), total)
            farthest = np.partition(distance, count - 1)[count - 1]
            near = np.flatnonzero(distance <= farthest)  # equal ones among them
            rows = near[np.argsort(distance[near], kind="stable")[:count]]
            return self._selection(rows, total)

    def __len__(self) -> int:
        return len(self._base.ids) - int(self._hidden.sum()) + len(self._more.ids)

    def _read(self, connection: Connection, where: sa.ColumnElement[bool]) -> _Rows:
        # databases may sort text by the rules of a language; ids sort by their letters
        by_letters = OFFER.c.id if self._database.is_sqlite else OFFER.c.id.collate("C")
        query = (
            sa.select(
                OFFER.c.id,
                OFFER.c.categories,
                OFFER.c.lon,
                OFFER.c.lat,
                OFFER.c.body,
                OFFER.c.words,
            )
            .where(where)
            .order_by(by_letters)
        )
        streamed = connection.execution_options(stream_results=True)
        return _Rows.of(streamed.execute(query).partitions(_RUN))

    def _set_base(self, rows: _Rows) -> None:
        self._base = rows
        self._tree = shapely.STRtree(shapely.points(rows.lon, rows.lat))
        self._hidden = np.zeros(len(rows.ids), bool)
        self._set_more(_Rows())

    def _set_more(self, rows: _Rows) -> None:
        self._more = rows
        self._index = SpatialIndex(np.arange(len(rows.ids)), np.column_stack([rows.lon, rows.lat]))

    def _take(self, ids: Iterable[str]) -> None:
        """Hide what the base says of offers."""
        for offer_id in ids:
            row = bisect_left(self._base.ids, offer_id)
            if row < len(self._base.ids) and self._base.ids[row] == offer_id:
                self._hidden[row] = True

    def _base_rows(
        self, box: tuple[float, float, float, float] | None
    ) -> tuple[NDArray[np.int64], _Rows]:
        if box is None:
            return np.flatnonzero(~self._hidden), self._base
        rows = np.sort(self._tree.query(shapely.box(*box)))
        return rows[~self._hidden[rows]], self._base

    def _more_rows(
        self, box: tuple[float, float, float, float] | None
    ) -> tuple[NDArray[np.int64], _Rows]:
        if box is None:
            return np.arange(len(self._more.ids)), self._more
        return self._index.within(box), self._more

    def _selection(self, rows: NDArray[np.int64], total: int) -> Selection:
        count = len(self._base.ids)
        places = [(self._base, r) if r < count else (self._more, r - count) for r in rows.tolist()]
        return Selection(
            tuple(table.ids[row] for table, row in places),
            np.array([table.lon[row] for table, row in places], float),
            np.array([table.lat[row] for table, row in places], float),
            tuple(table.feature(row) for table, row in places),
            total,
        )


def _distance(rows: _Rows, lon: float, lat: float) -> NDArray[np.float64]:
    """Return what grows with the straight line to a place: degrees of latitude, squared."""
    dx = np.abs(rows.lon - lon)
    dx = np.minimum(dx, 360.0 - dx) * np.cos(np.radians(lat))  # the shorter way round
    squared: NDArray[np.float64] = dx * dx + (rows.lat - lat) ** 2
    return squared
