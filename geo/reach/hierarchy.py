"""
A network as prepared for sweeps: an order of elimination, the arcs it leaves, and their weights.

The order and the arcs depend on the streets alone. Weights are another matter: a street that closes
changes them and nothing else, in a few milliseconds.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from geo.once import cached_property
from geo.reach.elimination import customise, customise_metres, fill, weigh
from geo.reach.order import elimination_order, neighbours
from geo.reach.sweep import (
    rise,
    rise_measured,
    rise_one,
    sink,
    sink_measured,
    sink_one,
    sow,
    sow_measured,
)
from geo.ticks import NEVER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Self

    from numpy.typing import NDArray

    from geo.reach.seeds import Seeds, Streets

    Floats = NDArray[np.float64]
    Ranks = NDArray[np.int32]
    Ticks = NDArray[np.int32]
    Lanes = NDArray[Any]

MOST_ARCS_PER_EDGE = 6.0  # a dense grid has many more: sweeps would no longer pay
_ALWAYS_ARCS = 2**17  # of a small network, whatever their ratio
PREPARED = "reach_"  # of the arrays in a network's folder


class Measured(NamedTuple):
    """Weights as `Hierarchy` has them for searches that also measure the way, shapes (m,)."""

    up: Ticks
    down: Ticks
    up_m: Floats
    down_m: Floats


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """
    The arcs of an elimination and what it takes along them; nodes are numbered by rank.

    Attributes
    ----------
    streets
        The network's edges.
    order
        Shape (n,): the node of each rank.
    start, head
        Shapes (n + 1,), (m,): the upper nodes of each rank in ascending order.
    up, down
        Shape (m,): ticks from the lower node of each arc to the upper one and back, `NEVER` where
        no way leads; the same array where all streets take as long in both directions.
    """

    search: ClassVar[str] = "sweep"
    streets: Streets
    order: Ranks
    start: NDArray[np.int64]
    head: Ranks
    up: Ticks
    down: Ticks

    @classmethod
    def of(cls, streets: Streets, *, order: Ranks | None = None) -> Self | None:
        """
        Eliminate a network's nodes, in an order that is known or a new one.

        Returns None where that leaves more than `MOST_ARCS_PER_EDGE` arcs for each street.
        """
        start, neighbour = neighbours(streets.a, streets.b, nodes=len(streets.xy))
        if order is None:
            order = elimination_order(start, neighbour, streets.xy)
        most = max(int(MOST_ARCS_PER_EDGE * len(neighbour) / 2), _ALWAYS_ARCS)
        row, head = fill(start, neighbour, order, most)
        if len(neighbour) and not len(head):
            return None
        return cls._weighted(streets, order, row, head)

    def changed(self, streets: Streets) -> Self | None:
        """
        Return the hierarchy of a network whose first nodes are those of this one.

        New nodes are eliminated first, as they stand between two others; where there are no new
        edges, all arcs are as they were and only their weights are found anew.
        """
        added = np.arange(len(self.order), len(streets.xy), dtype=np.int32)
        if len(added) or len(streets.a) > len(self.streets.a):
            return type(self).of(streets, order=np.concatenate([added, self.order]))
        return type(self)._weighted(streets, self.order, self.start, self.head)

    @classmethod
    def _weighted(
        cls, streets: Streets, order: Ranks, start: NDArray[np.int64], head: Ranks
    ) -> Self:
        up = np.full(len(head), NEVER, np.int32)
        down = up.copy() if streets.is_directed else up
        nothing = np.zeros(0)
        weigh(start, head, _inverse(order), *streets.for_weights(), up, down, nothing, nothing)
        customise(start, head, up, down, streets.is_directed)
        return cls(streets, order, start, head, up, down)

    @classmethod
    def from_arrays(cls, streets: Streets, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Take a hierarchy out of the arrays of a network that was saved."""
        parts = {name: np.asarray(arrays[f"{PREPARED}{name}"]) for name in _SAVED}
        down = arrays.get(f"{PREPARED}down")
        return cls(streets, **parts, down=parts["up"] if down is None else np.asarray(down))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what is saved with a network."""
        saved = {f"{PREPARED}{name}": getattr(self, name) for name in _SAVED}
        if self.down is not self.up:
            saved[f"{PREPARED}down"] = self.down
        return saved

    @cached_property
    def place(self) -> Ranks:
        """Shape (n,): where each node stands in the lanes."""
        return _inverse(self.order)

    @cached_property
    def measured(self) -> Measured:
        """Return weights with metres; made when they are first asked for."""
        size = len(self.head)
        up, down = np.full(size, NEVER, np.int32), np.full(size, NEVER, np.int32)
        up_m, down_m = np.zeros(size), np.zeros(size)
        made = Measured(up, down, up_m, down_m)
        weigh(self.start, self.head, self.place, *self.streets.for_weights(), *made)
        customise_metres(self.start, self.head, *made)
        return made

    @contextmanager
    def spread(
        self,
        seeds: Seeds,
        *,
        leaving: bool,
        limit: int = NEVER,  # noqa: ARG002
    ) -> Iterator[Lanes]:
        """
        Lend the least value at each node, shape (n, lanes), by `place`.

        `leaving` is True for travel from the seeds, False for travel to them; beyond `limit`
        values need not be searched for, and here they are all the same.
        """
        up, down = (self.up, self.down) if leaving else (self.down, self.up)
        reached = np.zeros(len(self.order), np.uint8)
        with seeds.field(len(self.order)) as lanes:
            sow(lanes, seeds.place, seeds.lane, seeds.value, reached)
            if seeds.lanes == 1:
                rise_one(self.start, self.head, up, seeds.shift, lanes.reshape(-1), reached)
                sink_one(self.start, self.head, down, seeds.shift, lanes.reshape(-1))
            else:
                rise(self.start, self.head, up, seeds.shift, lanes, reached)
                sink(self.start, self.head, down, seeds.shift, lanes)
            yield lanes

    @contextmanager
    def spread_measured(self, seeds: Seeds, *, leaving: bool) -> Iterator[tuple[Lanes, Floats]]:
        """Lend the least value at each node and the metres of its way, shapes (n, lanes)."""
        up, down, up_m, down_m = self.measured
        if not leaving:
            up, down, up_m, down_m = down, up, down_m, up_m
        reached = np.zeros(len(self.order), np.uint8)
        with seeds.field(len(self.order)) as lanes:
            metres, shift = np.zeros(lanes.shape), seeds.shift
            sow_measured(lanes, metres, seeds.place, seeds.lane, seeds.value, seeds.metres, reached)
            rise_measured(self.start, self.head, up, up_m, shift, lanes, metres, reached)
            sink_measured(self.start, self.head, down, down_m, shift, lanes, metres)
            yield lanes, metres


_SAVED = ("order", "start", "head", "up")


def _inverse(order: Ranks) -> Ranks:
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return rank
