"""
Everyone to an offer, under the offers' capacities, with the least total travel time.

A transport problem, solved exactly as a flow of least cost: first as many units of demand as
possible are served, then the sum of their travel times is the least there is. It is the best
possible allocation, not a forecast: nobody is sent anywhere.

Homes are many and offers few. So whether an allocation is optimal, and what one more place at an
offer would be worth, can both be read from a small graph between offers: the arc from k to j is
what it costs at least to move one unit from k to j, and unserved demand is one more node. Without a
circle below nothing the allocation is optimal (Klein 1967); the shortest path that ends at j is the
worth of one more place there. The same prices allow a quicker way: those of a sample of the homes
leave each home a few offers to choose from, and offers that turn out cheaper are admitted until
there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from geo.errors import ParameterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

MAX_PAIRS = 20_000_000
_FAR = 2**60  # no way: more than any sum of costs
_SAMPLE = 1200
_CHOICES = 4


@dataclass(frozen=True)
class Balance:
    """
    The best allocation of n homes to m offers.

    Attributes
    ----------
    home, offer, units
        Shape (f,): whole units of demand of a home that an offer serves, all above 0, sorted by
        home and offer.
    unserved
        Shape (n,): whole units of each home that nobody serves.
    left
        Shape (m,): whole units of capacity that nobody uses.
    one_more_served
        Shape (m,): whether one more unit of capacity there would serve one more unit of demand.
    one_more_s
        Shape (m,): by how many seconds it would change the total travel time; below 0 it saves.
    total_s
        Total travel time of all that is served, in whole seconds as each pair's is rounded.
    """

    home: Ints
    offer: Ints
    units: Ints
    unserved: Ints
    left: Ints
    one_more_served: NDArray[np.bool_]
    one_more_s: Ints
    total_s: int

    @property
    def served(self) -> Ints:
        """Shape (n,): whole units of each home that are served."""
        return np.bincount(self.home, self.units, minlength=len(self.unserved)).astype(np.int64)


def balance(travel_s: Floats, demand: Ints, capacity: Ints) -> Balance:
    """
    Assign all demand to offers with the least total travel time.

    Parameters
    ----------
    travel_s
        Shape (m, n): seconds from each home to each offer, inf where it may not be assigned;
        rounded to whole seconds.
    demand
        Shape (n,): whole units of each home, 0 or more.
    capacity
        Shape (m,): whole units of each offer, 0 or more.

    Returns
    -------
    balance
        Optimal; as many units as possible are served.

    Raises
    ------
    ParameterError
        If demand or capacity are negative, or there are more pairs than `MAX_PAIRS`.
    """
    if travel_s.size > MAX_PAIRS:
        raise ParameterError(
            f"{travel_s.shape[1]:,} homes and {travel_s.shape[0]:,} offers are more than "
            f"{MAX_PAIRS:,} pairs; choose a category with fewer offers",
            parameter="category",
        )
    for name, units in (("demand", demand), ("capacity", capacity)):
        if (units < 0).any():
            raise ParameterError(f"`{name}` holds {units.min()}; use 0 or more", parameter=name)
    homes = np.flatnonzero(demand > 0)
    problem = _Problem.of(travel_s[:, homes], demand[homes], capacity)
    flow, worth = problem.solve()
    worth = worth[:-1]
    served = flow.sum(axis=1)
    home, offer = np.nonzero(flow)
    units = flow[home, offer]
    unserved = np.zeros(len(demand), np.int64)
    unserved[homes] = problem.demand - served
    more = worth <= -problem.missed_s // 2
    return Balance(
        home=homes[home],
        offer=offer,
        units=units,
        unserved=unserved,
        left=capacity - flow.sum(axis=0),
        one_more_served=more,
        one_more_s=np.where(more, worth + problem.missed_s, worth),
        total_s=int((problem.cost[home, offer] * units).sum()),
    )


@dataclass(frozen=True)
class _Problem:
    """
    Homes with demand and what each offer costs them, whole seconds, shape (n, m); `_FAR` is none.

    A unit that is not served costs `missed_s`, more than any exchange of places can save.
    """

    cost: Ints
    demand: Ints
    capacity: Ints
    missed_s: int

    @classmethod
    def of(cls, travel_s: Floats, demand: Ints, capacity: Ints) -> _Problem:
        reached = np.isfinite(travel_s.T)
        cost = np.full(reached.shape, _FAR)
        cost[reached] = np.rint(travel_s.T[reached]).astype(np.int64)
        longest = int(cost[reached].max(initial=0))
        # an exchange moves at most one unit at each offer, by at most the longest way
        missed_s = (longest + 1) * (len(capacity) + 2)
        return cls(cost, demand.astype(np.int64), capacity.astype(np.int64), missed_s)

    def solve(self) -> tuple[Ints, Ints]:
        """Return the flow, shape (n, m), and the worths of `_worth`, shape (m + 1,)."""
        reached = self.cost < _FAR
        allowed = reached.copy()
        if len(self.cost) > 2 * _SAMPLE and len(self.capacity) > _CHOICES:
            price = np.where(reached, self.cost - self._guess()[:-1], _FAR)
            allowed &= price <= np.partition(price, _CHOICES - 1, axis=1)[:, _CHOICES - 1, None]
        while True:
            flow = self._flow(allowed)
            worth = self._worth(flow, np.where(allowed, self.cost, _FAR))
            price = np.where(reached, self.cost - worth[:-1], _FAR)
            paid = np.where(allowed, price, _FAR).min(axis=1, initial=self.missed_s - worth[-1])
            cheaper = ~allowed & (price < paid[:, None])
            if not cheaper.any():
                return flow, self._worth(flow, self.cost)
            allowed |= cheaper

    def _guess(self) -> Ints:
        """Solve for a sample of the homes: what places are worth there is about right for all."""
        rng = np.random.default_rng(0)
        rows = np.sort(rng.choice(len(self.cost), _SAMPLE, replace=False))
        demand = self.demand[rows]
        share = demand.sum() / self.demand.sum()
        capacity = np.floor(self.capacity * share).astype(np.int64)
        return _Problem(self.cost[rows], demand, capacity, self.missed_s).solve()[1]

    def _flow(self, allowed: NDArray[np.bool_]) -> Ints:
        """Solve over the allowed pairs of home and offer."""
        homes, offers = self.cost.shape
        row, column = np.nonzero(allowed)
        home, offer, sink = np.arange(homes), homes + np.arange(offers), homes + offers
        # from home to offer, from home to nowhere, from offer to the sink
        tail = np.concatenate([row, home, offer])
        head = np.concatenate([homes + column, np.full(homes + offers, sink)])
        most = np.concatenate([self.demand[row], self.demand, self.capacity])
        cost = np.concatenate(
            [self.cost[row, column], np.full(homes, self.missed_s), np.zeros(offers, np.int64)]
        )
        solver = SimpleMinCostFlow()
        solver.add_arcs_with_capacity_and_unit_cost(
            tail.astype(np.int32), head.astype(np.int32), most, cost
        )
        solver.set_nodes_supplies(
            np.append(home, sink).astype(np.int32), np.append(self.demand, -self.demand.sum())
        )
        status = solver.solve()
        if status != SimpleMinCostFlow.OPTIMAL:
            raise RuntimeError(f"the flow of least cost ended with {status}")
        flow = np.zeros((homes, offers), np.int64)
        flow[row, column] = solver.flows(np.arange(len(row)))
        return flow

    def _worth(self, flow: Ints, cost: Ints) -> Ints:
        """Return what one more place at each offer (and, last, elsewhere) does to the costs."""
        offers = len(self.capacity)
        cost = np.column_stack([cost, np.full(len(cost), self.missed_s)])
        used = np.column_stack([flow, self.demand - flow.sum(axis=1)]) > 0
        move = np.full((offers + 1, offers + 1), _FAR)
        for k in range(offers + 1):
            rows = used[:, k]
            if rows.any():
                move[k] = np.minimum((cost[rows] - cost[rows, k : k + 1]).min(axis=0), _FAR)
        return cheapest_chains(move)


def cheapest_chains(move: Ints) -> Ints:
    """
    Return the cheapest chain of moves that ends at each node, at most 0 (none), shape (m,).

    Raises
    ------
    RuntimeError
        If a chain in a circle costs less than nothing: what is moved was not optimal.
    """
    worth = np.zeros(len(move), np.int64)
    for _ in range(len(move) + 1):
        better = np.minimum(worth, (worth[:, None] + move).min(axis=0, initial=0))
        if np.array_equal(better, worth):
            return worth
        worth = better
    raise RuntimeError("the flow of least cost can be bettered")
