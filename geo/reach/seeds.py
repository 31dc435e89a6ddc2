"""What a search is given: the streets, and where its lanes start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.once import cached_property
from geo.reach.lanes import lanes_of
from geo.ticks import NEVER, NUMBER_BITS, whole_ticks

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from typing import Self

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Nodes = NDArray[np.int32]
    Ticks = NDArray[np.int32]
    Lanes = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Streets:
    """
    The edges of a network, shapes (e,), over nodes `xy` (n, 2).

    `a` and `b` are the nodes at their ends, `forward_s` and `backward_s` the seconds along and
    against them (inf where closed), `length_m` their metres.
    """

    xy: Floats
    a: Nodes
    b: Nodes
    forward_s: Floats
    backward_s: Floats
    length_m: Floats

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Take the edges out of a network's arrays."""
        names = ("xy", "a", "b", "forward_s", "backward_s", "length_m")
        return cls(*(np.asarray(arrays[name]) for name in names))

    @cached_property
    def forward(self) -> Ticks:
        """Shape (e,): ticks along each edge, `NEVER` where closed."""
        return whole_ticks(self.forward_s)

    @cached_property
    def backward(self) -> Ticks:
        """Shape (e,): ticks against each edge, `NEVER` where closed."""
        return whole_ticks(self.backward_s)

    @cached_property
    def is_directed(self) -> bool:
        """Return whether any edge takes longer in one direction than in the other."""
        return not np.array_equal(self.forward, self.backward)

    def for_weights(self) -> tuple[Nodes, Nodes, Ticks, Ticks, Floats]:
        """Return ends, ticks and metres, as `geo.reach.elimination.weigh` takes them."""
        return self.a, self.b, self.forward, self.backward, self.length_m

    def arcs(self, *, leaving: bool) -> tuple[Nodes, Nodes, Ticks, Floats]:
        """
        Return tail, head, ticks and metres of all open arcs in the direction of a search.

        A search leaves its places along the streets, or comes to them and runs against them.
        """
        ends = np.concatenate([self.a, self.b]), np.concatenate([self.b, self.a])
        tail, head = ends if leaving else ends[::-1]
        ticks = np.concatenate([self.forward, self.backward])
        used = np.flatnonzero((ticks < NEVER) & (tail != head))
        return tail[used], head[used], ticks[used], np.tile(self.length_m, 2)[used]


@dataclass(frozen=True, eq=False)
class Seeds:
    """
    Where lanes start, shapes (s,): places of nodes in them, lanes, and the values there.

    A value is a number of ticks, as int32, or a tick with the number of its place below it, as
    int64. `metres` (s,) are those of the way so far, empty where none are asked for; `lanes` is
    how many there are.
    """

    place: Nodes
    lane: NDArray[np.int32]
    value: Lanes
    metres: Floats
    lanes: int

    @property
    def shift(self) -> int:
        """How many bits of a value lie below the tick."""
        return NUMBER_BITS if self.value.dtype == np.int64 else 0

    def field(self, nodes: int) -> AbstractContextManager[Lanes]:
        """Lend lanes of all nodes, shape (nodes, lanes), that nothing has reached."""
        return lanes_of(nodes, self.lanes, NEVER << self.shift, self.value.dtype)
