"""A network as it stands, for the search with a heap where no hierarchy is worth its arcs."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.once import cached_property
from geo.reach.heap import settle
from geo.reach.sweep import sow, sow_measured
from geo.ticks import NEVER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geo.reach.seeds import Seeds, Streets

    Floats = NDArray[np.float64]
    Lanes = NDArray[Any]
    Nodes = NDArray[np.int32]
    Rows = tuple[NDArray[np.int64], Nodes, NDArray[np.int32], Floats]


class Plain:
    """Answers as `geo.reach.hierarchy.Hierarchy` does, lane after lane."""

    search = "heap"

    def __init__(self, streets: Streets) -> None:
        self.streets = streets
        self.place: Nodes = np.arange(len(streets.xy), dtype=np.int32)

    @cached_property
    def _out(self) -> Rows:
        return self._rows(leaving=True)

    @cached_property
    def _in(self) -> Rows:
        return self._rows(leaving=False)

    def _rows(self, *, leaving: bool) -> Rows:
        """Lay out the arcs in compressed rows: start, head, ticks, metres."""
        tail, head, ticks, metres = self.streets.arcs(leaving=leaving)
        order = np.argsort(tail, kind="stable")
        start = np.searchsorted(tail[order], np.arange(len(self.place) + 1))
        return start, head[order], ticks[order], metres[order]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what is saved with a network: nothing."""
        return {}

    @contextmanager
    def spread(self, seeds: Seeds, *, leaving: bool, limit: int = NEVER) -> Iterator[Lanes]:
        """Lend the least value at each node, shape (n, lanes); not searched for beyond a limit."""
        with seeds.field(len(self.place)) as lanes:
            sow(lanes, seeds.place, seeds.lane, seeds.value, np.zeros(len(lanes), np.uint8))
            self._search(seeds, lanes, np.zeros((0, 0)), leaving=leaving, limit=limit)
            yield lanes

    @contextmanager
    def spread_measured(self, seeds: Seeds, *, leaving: bool) -> Iterator[tuple[Lanes, Floats]]:
        """Lend the least value at each node and the metres of its way, shapes (n, lanes)."""
        with seeds.field(len(self.place)) as lanes:
            metres = np.zeros(lanes.shape)
            reached = np.zeros(len(lanes), np.uint8)
            sow_measured(lanes, metres, seeds.place, seeds.lane, seeds.value, seeds.metres, reached)
            self._search(seeds, lanes, metres, leaving=leaving, limit=NEVER)
            yield lanes, metres

    def _search(
        self, seeds: Seeds, lanes: Lanes, metres: Floats, *, leaving: bool, limit: int
    ) -> None:
        rows = self._out if leaving else self._in
        most = (limit << seeds.shift) + (1 << seeds.shift) - 1
        for lane in range(seeds.lanes):
            sown = np.unique(seeds.place[seeds.lane == lane])
            settle(*rows, seeds.shift, most, lanes, metres, lane, sown)
