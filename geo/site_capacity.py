"""
Where the next n sites help most when each can serve only so much.

The capacitated maximal covering location problem (Current and Storbeck 1988; Pirkul and Schilling
1991): everyone may go to any offer or new site in reach that has room, and as many as possible are
to be served. What a choice serves is a flow of most units from homes to places, found exactly.

Put a price from 0 to 1 on every unit of each home. No choice serves more than the prices of all
units, and what each of its places can still earn: units from its homes, up to its capacity, each
worth what its price leaves of 1. That is linear in the choice, so each set of prices is a cut (a
Benders cut). Prices come from a subgradient, which nears the bound of linear programming, and from
the least cut of a flow, which is exact for that flow's choice. HiGHS then finds the best choice
under all cuts, its flow gives another cut, until no choice can serve one unit more.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from ortools.graph.python.max_flow import SimpleMaxFlow
from scipy.optimize import Bounds, LinearConstraint, milp

from geo.errors import ParameterError
from geo.siting import TIME_LIMIT_S, Siting, check_new, grouped, undominated

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_ROUNDS = 300  # of the subgradient
_LAST_CUTS = 100  # of its rounds whose prices are kept as cuts
_ROUNDING = 1e-6  # units; sums of whole units and prices


@dataclass(frozen=True)
class Served:
    """
    The best choice under capacities, in whole units of demand.

    Attributes
    ----------
    siting
        Candidates, the one that adds most first; `value` is what they add to `before`.
    before
        Units that the existing offers serve at most.
    added
        Shape (chosen,): units more that can be served with each site besides those before it.
    """

    siting: Siting
    before: int
    added: Ints


class _Town(NamedTuple):
    """Rows of homes and places, existing ones first: whether in reach (rows, places), units."""

    reach: NDArray[np.bool_]
    units: Ints
    capacity: Ints
    existing: int


class _Flow(NamedTuple):
    """Units that a choice serves at most, and the rows at the source's side of both least cuts."""

    units: int
    cuts: tuple[NDArray[np.bool_], NDArray[np.bool_]]


class _Cut(NamedTuple):
    """No choice serves more than `always` and `more` of each chosen candidate."""

    always: float
    more: Floats


def most_served(
    home: Ints,
    place: Ints,
    units: Ints,
    capacity: Ints,
    *,
    existing: int,
    new: int,
    time_limit_s: float = TIME_LIMIT_S,
) -> Served:
    """
    Choose the sites with which most can be served.

    Parameters
    ----------
    home, place
        Shape (k,): pairs of a home and a place in its reach; existing offers come first, then
        candidates.
    units
        Shape (n,): whole units of demand of each home, 0 or more.
    capacity
        Shape (m,): whole units that each place can serve, the same for all candidates.
    existing, new
        How many places exist, and how many to choose.
    time_limit_s
        Afterwards the best so far is returned, with its gap.

    Raises
    ------
    ParameterError
        If `new` is below 1 or above the number of candidates, or the candidates' capacities differ.
    """
    start = perf_counter()
    candidates = len(capacity) - existing
    check_new(new, candidates)
    if len(np.unique(capacity[existing:])) > 1:
        raise ParameterError(
            "`capacity` differs between candidates; give all the same", parameter="capacity"
        )
    reach, total = grouped(home, place, units.astype(float), len(capacity))
    keep = undominated(reach[:, existing:], by=new)
    used = np.r_[np.arange(existing), existing + keep]
    town = _Town(reach[:, used], np.rint(total).astype(np.int64), capacity[used], existing)
    search = _Search(town, new, start + time_limit_s)
    search.run()
    before = search.serve(()).units
    chosen, added = search.in_order()
    value = search.value - before
    bound = max(np.floor(search.bound + _ROUNDING) - before, value)  # units are whole
    taken = perf_counter() - start
    siting = Siting(keep[chosen], float(value), float(bound), len(chosen), taken)
    return Served(siting, before, added)


class _Search:
    """The best choice so far, the cuts, and the bound."""

    def __init__(self, town: _Town, new: int, deadline: float) -> None:
        self.town = town
        self.new = min(new, len(town.capacity) - town.existing)
        self.deadline = deadline
        self.flows: dict[tuple[int, ...], _Flow] = {}
        self.cuts: list[_Cut] = []
        self.best: tuple[int, ...] = ()
        self.value = 0
        self.bound = float(town.units.sum())
        row, place = np.nonzero(town.reach)
        order = np.argsort(place, kind="stable")
        self.row, self.place = row[order], place[order]
        self.keep = np.ones(len(town.capacity) - town.existing, bool)

    def run(self) -> None:
        """Search until the choice is proven or time is up."""
        self.add_cuts(())
        self._exchange(self._greedy(range(len(self.keep)), self.new))
        if self.new and not self.proven:
            self._lower()
        while not self.proven and perf_counter() < self.deadline:
            chosen = self._master()
            if chosen is None:
                return
            self.add_cuts(chosen)

    @property
    def proven(self) -> bool:
        """Whether no choice serves one unit more."""
        return bool(np.floor(self.bound + _ROUNDING) <= self.value)

    def serve(self, chosen: tuple[int, ...]) -> _Flow:
        """Serve as many as possible from a choice; keep it if it is the best."""
        chosen = tuple(sorted(chosen))
        if chosen not in self.flows:
            flow = self.flows[chosen] = _most_units(self.town, chosen)
            if flow.units > self.value:
                self.best, self.value = chosen, flow.units
        return self.flows[chosen]

    def add_cuts(self, chosen: tuple[int, ...]) -> None:
        """Add the cuts that are exact for a choice."""
        self.cuts += [self._cut(_price(rows))[0] for rows in self.serve(chosen).cuts]

    def in_order(self) -> tuple[Ints, Ints]:
        """Return the best choice, the site that adds most first, and what each adds."""
        order = self._greedy(self.best, len(self.best))
        served = [self.serve(order[:k]).units for k in range(len(order) + 1)]
        return np.array(order, np.int64), np.diff(served).astype(np.int64)

    def _greedy(self, sites: Iterable[int], count: int) -> tuple[int, ...]:
        """Take the site that adds most, again and again, while one adds anything."""
        chosen: tuple[int, ...] = ()
        most = np.zeros(len(self.keep))
        most[list(sites)] = np.inf
        while len(chosen) < count:
            site = self._best_addition(chosen, most)
            if site < 0:
                break
            chosen = (*chosen, site)
        return chosen

    def _best_addition(self, chosen: tuple[int, ...], most: Floats) -> int:
        """Find the site that adds most, −1 for none; what is tried lowers `most` in place."""
        flow = self.serve(chosen)
        np.minimum(most, self._cut(_price(flow.cuts[0]))[0].more, out=most)
        best, best_added = -1, 0
        for site in np.argsort(-most, kind="stable").tolist():
            if most[site] <= best_added:  # later sites add no more than earlier ones would have
                break
            if site not in chosen:
                added = self.serve((*chosen, site)).units - flow.units
                most[site] = added
                if added > best_added:
                    best, best_added = site, added
        return best

    def _exchange(self, chosen: tuple[int, ...]) -> None:
        """Exchange one chosen site for another while that serves more."""
        improved = len(chosen) > 1
        while improved:
            improved = False
            for site in chosen:
                if perf_counter() > self.deadline:
                    return
                others = tuple(one for one in chosen if one != site)
                other = self._best_addition(others, np.full(len(self.keep), np.inf))
                if other >= 0 and self.serve((*others, other)).units > self.serve(chosen).units:
                    chosen, improved = (*others, other), True
                    break

    def _cut(self, price: Floats) -> tuple[_Cut, Floats]:
        """Price the units: the cut, and how many units of each pair earn it."""
        town = self.town
        rank = np.empty(len(price), np.int64)
        rank[np.argsort(price, kind="stable")] = np.arange(len(price))
        order = np.argsort(self.place * len(price) + rank[self.row])  # by place, cheapest first
        row = self.row[order]
        units = town.units[row].astype(float)
        running = np.cumsum(units) - units
        starts = np.searchsorted(self.place, np.arange(len(town.capacity)))
        first = np.append(running, 0.0)[starts][self.place]
        room = town.capacity[self.place] - (running - first)
        taken = np.empty(len(order))
        taken[order] = np.clip(room, 0.0, units)
        earned = np.bincount(
            self.place, taken * (1.0 - price[self.row]), minlength=len(town.capacity)
        ).astype(float)
        always = float(town.units @ price + earned[: town.existing].sum())
        return _Cut(always, earned[town.existing :]), taken

    def _lower(self) -> None:
        """Lower the bound by a subgradient, and drop sites that no better choice can hold."""
        town, step, idle = self.town, 1.0, 0
        price = _price(self.serve(self.best).cuts[0]) / 2
        kept: list[_Cut] = []
        for _ in range(_ROUNDS):
            cut, taken = self._cut(price)
            kept.append(cut)
            top = np.argsort(-cut.more, kind="stable")[: self.new]
            now = cut.always + float(cut.more[top].sum())
            may = now - cut.more[top[-1]] + cut.more >= self.value + 1 - _ROUNDING
            may[top] = True
            self.keep &= may
            idle = 0 if now < self.bound * (1 - 1e-5) else idle + 1
            self.bound = min(self.bound, now)
            if idle >= 8:
                step, idle = step / 2, 0
            if self.proven or step < 1e-3 or perf_counter() > self.deadline:
                break
            open_ = np.zeros(len(town.capacity), bool)
            open_[: town.existing] = True
            open_[town.existing + top] = True
            load = np.bincount(self.row, taken * open_[self.place], minlength=len(price))
            slope = 1.0 - load / town.units  # by unit, so that large homes move no slower
            slope[(price <= 0) & (slope > 0)] = 0.0
            slope[(price >= 1) & (slope < 0)] = 0.0
            norm = float(town.units @ slope**2)
            if norm == 0:
                break
            price = np.clip(price - step * (now - self.value) / norm * slope, 0.0, 1.0)
        self.cuts += kept[-_LAST_CUTS:]

    def _master(self) -> tuple[int, ...] | None:
        """Find the choice that could serve most by all cuts, and lower the bound."""
        sites = np.flatnonzero(self.keep)
        # in units beyond the best choice, upwards to whole parts: plain numbers for the solver
        always = _upwards(np.array([cut.always for cut in self.cuts]) - self.value)
        more = _upwards(np.array([cut.more[sites] for cut in self.cuts]))
        most = max(self.bound - self.value, 1.0)
        for presolve in (True, False):  # the one fails now and then where the other does not
            result = milp(
                np.r_[np.zeros(len(sites)), -1.0],
                integrality=np.r_[np.ones(len(sites)), 0.0],
                bounds=Bounds(np.r_[np.zeros(len(sites)), 1.0], np.r_[np.ones(len(sites)), most]),
                constraints=[
                    LinearConstraint(np.r_[np.ones(len(sites)), 0.0][None, :], 0, self.new),
                    LinearConstraint(
                        np.column_stack([-more, np.ones(len(always))]), -np.inf, always
                    ),
                ],
                options={
                    "time_limit": max(self.deadline - perf_counter(), 0.1),
                    "mip_rel_gap": 0.0,
                    "presolve": presolve,
                },
            )
            if result.status != 4:
                break
        if result.status == 2:  # no choice serves one unit more
            self.bound = float(self.value)
            return None
        if result.mip_dual_bound is not None:
            self.bound = min(self.bound, self.value - float(result.mip_dual_bound))
        if result.x is None:
            return None
        return tuple(sites[result.x[:-1] > 0.5].tolist())


def _price(source_side: NDArray[np.bool_]) -> Floats:
    """Price the rows that a least cut cuts off at 1, the others at 0."""
    return np.where(source_side, 0.0, 1.0)


def _upwards(units: Floats) -> Floats:
    """Round up to 1/256 of a unit: a cut stays a cut."""
    rounded: Floats = np.ceil(units * 256.0 - _ROUNDING) / 256.0
    return rounded


def _most_units(town: _Town, chosen: tuple[int, ...]) -> _Flow:
    """Serve as many units as possible from the existing places and a choice."""
    open_ = np.r_[np.arange(town.existing), town.existing + np.array(chosen, np.int64)]
    if not len(open_):
        everybody = np.ones(len(town.units), bool)
        return _Flow(0, (everybody, everybody))
    packed = np.packbits(town.reach[:, open_], axis=1)
    sets, of_set = np.unique(packed, axis=0, return_inverse=True)
    of_set = of_set.ravel()
    reach = np.unpackbits(sets, axis=1, count=len(open_)).astype(bool)
    rows, places = reach.shape
    units = np.bincount(of_set, town.units, minlength=rows).astype(np.int64)
    row, place = np.nonzero(reach)
    source, sink = rows + places, rows + places + 1
    flow = SimpleMaxFlow()
    flow.add_arcs_with_capacity(
        np.r_[np.full(rows, source), row, rows + np.arange(places)].astype(np.int32),
        np.r_[np.arange(rows), rows + place, np.full(places, sink)].astype(np.int32),
        np.r_[units, units[row], town.capacity[open_]],
    )
    status = flow.solve(source, sink)
    if status != SimpleMaxFlow.OPTIMAL:
        raise RuntimeError(f"the flow of most units ended with {status}")
    near, far = np.zeros(sink + 1, bool), np.ones(sink + 1, bool)
    near[flow.get_source_side_min_cut()] = True
    far[flow.get_sink_side_min_cut()] = False
    return _Flow(int(flow.optimal_flow()), (near[:rows][of_set], far[:rows][of_set]))
