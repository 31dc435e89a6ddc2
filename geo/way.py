"""
The fastest way between two places of a network, as a line to draw.

Travel times come from the same search as everything else; the way is read off them backwards, from
node to node along edges whose seconds fill the difference. So a way drawn takes exactly as long as
the time that is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.street_stretch import Stretch
from geo.ticks import to_ticks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.network import Network, Snapped

_TICK_S = 1 / 1024
_Part = tuple[int, float, float]  # edge, from and to as fractions of it


@dataclass(frozen=True)
class Way:
    """A way; both access legs are part of `travel_s` and `distance_m`, not of `stretch`."""

    travel_s: float
    distance_m: float
    stretch: Stretch


def way_between(network: Network, here: Snapped, there: Snapped, *, limit_s: float) -> Way | None:
    """
    Find the fastest way from one place to another.

    Parameters
    ----------
    network
        Street graph of one mode; travel goes along its edge directions.
    here, there
        One point each, on the network.
    limit_s
        Seconds of the longest way that is looked for.

    Returns
    -------
    way
        None where no way within the limit leads there.

    Raises
    ------
    NetworkError
        If a point was snapped to another network.
    """
    pairs = network.within(here, there, limit_s)
    if not len(pairs.target):
        return None
    seconds = network.node_seconds(here, leaving=True, limit_s=limit_s)
    parts = _Backwards(network, here, seconds).parts(there, float(pairs.travel_s[0]))
    columns = np.array(parts, float).reshape(-1, 3).T
    stretch = Stretch(columns[0].astype(np.int64), columns[1], columns[2])
    return Way(float(pairs.travel_s[0]), float(pairs.distance_m[0]), stretch)


class _Backwards:
    """Reads a way off the seconds of its nodes, from its end to its start."""

    def __init__(self, network: Network, here: Snapped, seconds: NDArray[np.float64]) -> None:
        self.network, self.seconds = network, seconds
        self.first, self.start = int(here.edge[0]), float(here.fraction[0])
        self.leg_s = float(here.leg_m[0]) / (network.leg_kmh / 3.6)
        known = np.isfinite(seconds)
        self.edges = np.flatnonzero(known[network.a] & known[network.b])

    def parts(self, there: Snapped, travel_s: float) -> list[_Part]:
        """Return the parts of the way in the order of travel."""
        last, end = int(there.edge[0]), float(there.fraction[0])
        leg_s = float(there.leg_m[0]) / (self.network.leg_kmh / 3.6)
        ways: list[tuple[float, int | None, _Part]] = []
        if self.first == last:
            ways.append((self._cost(last, self.start, end), None, (last, self.start, end)))
        for node, at in self._ends(last):
            cost = self.seconds[node] - self.leg_s + self._cost(last, at, end)
            ways.append((float(cost), node, (last, at, end)))
        _, at_node, part = min(ways, key=lambda way: abs(way[0] + self.leg_s + leg_s - travel_s))
        parts = [part]
        while at_node is not None:
            at_node, part = self._before(at_node)
            parts.append(part)
        return [part for part in reversed(parts) if part[1] != part[2]]

    def _before(self, node: int) -> tuple[int | None, _Part]:
        """Return the node before, None at the start, and the part from there to the node."""
        for end, at in self._ends(self.first):
            cost = self.leg_s + self._cost(self.first, self.start, at)
            if end == node and abs(cost - self.seconds[node]) < 4 * _TICK_S:
                return None, (self.first, self.start, at)
        network, edges = self.network, self.edges
        into_b = edges[network.b[edges] == node]
        into_a = edges[network.a[edges] == node]
        tails = np.concatenate([network.a[into_b], network.b[into_a]])
        cost_s = np.concatenate([network.forward_s[into_b], network.backward_s[into_a]])
        off = np.abs(self.seconds[tails] + to_ticks(cost_s) - self.seconds[node])
        off[self.seconds[tails] >= self.seconds[node]] = np.inf
        best = int(np.argmin(off))
        along = best < len(into_b)
        edge = int(into_b[best] if along else into_a[best - len(into_b)])
        return int(tails[best]), (edge, 0.0, 1.0) if along else (edge, 1.0, 0.0)

    def _ends(self, edge: int) -> list[tuple[int, float]]:
        return [(int(self.network.a[edge]), 0.0), (int(self.network.b[edge]), 1.0)]

    def _cost(self, edge: int, start: float, end: float) -> float:
        """Return the seconds of a part of an edge, inf against a one-way street."""
        if start == end:
            return 0.0
        whole = self.network.forward_s if end > start else self.network.backward_s
        return float(abs(end - start) * whole[edge])
