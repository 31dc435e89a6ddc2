"""
The best choice of n sites, proven: the search behind `geo.siting`.

A good choice comes by greedy and interchange (Teitz and Bart 1968). A Lagrangian relaxation bounds
the worth of all choices, and tells sites that no better choice can hold. What is left goes to HiGHS
(through scipy). People who would go to the same sites in the same order are one row there, which is
exact: with the savings of a row falling from site to site, it is worth the sum over k of the k-th
step, earned if any of its first k sites is chosen.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

ROUNDING = 1e-7  # relative gap that is rounding
_ROUNDS = 300  # of the Lagrangian relaxation
_MOST_ENTRIES = 4_000_000  # of the matrix that HiGHS gets; beyond it a gap is reported instead


class Savings(NamedTuple):
    """What each site saves each row of people: sorted by `site`, `saved` above 0."""

    row: Ints
    site: Ints
    saved: Floats
    rows: int
    sites: int

    def of_sites(self, wanted: NDArray[np.bool_]) -> Savings:
        """Return what the sites of a mask save; sites keep their numbers."""
        at = np.flatnonzero(wanted[self.site])
        return Savings(self.row[at], self.site[at], self.saved[at], self.rows, self.sites)


class Found(NamedTuple):
    """A choice, its worth, and a bound that no choice of as many sites is above."""

    chosen: Ints
    value: float
    bound: float


def solve(savings: Savings, new: int, deadline: float, *, enough: float = np.inf) -> Found:
    """Find the best choice; stop early with one worth `enough`, or where none can be."""
    chosen = _interchanged(savings, greedy(savings, new), deadline)
    value = worth_of(savings, chosen)
    if len(chosen) < new:  # the others add nothing
        return Found(chosen, value, value)
    bound, keep = _relaxed(savings, new, value, deadline)
    if bound <= value * (1 + ROUNDING) or value >= enough or bound < enough < np.inf:
        return Found(chosen, value, bound)
    found = _by_highs(savings.of_sites(keep), new, deadline - perf_counter())
    if found is None:
        return Found(chosen, value, bound)
    sites, upper = found
    # what was dropped cannot beat the first choice, so the bound of the rest holds for all
    bound = min(bound, max(upper, value))
    other = worth_of(savings, sites)
    return Found(sites, other, bound) if other > value else Found(chosen, value, bound)


def _best(savings: Savings, chosen: Ints) -> Floats:
    """Return what each row saves with a choice."""
    best = np.zeros(savings.rows)
    use = np.isin(savings.site, chosen)
    np.maximum.at(best, savings.row[use], savings.saved[use])
    return best


def worth_of(savings: Savings, chosen: Ints) -> float:
    """Return what a choice is worth."""
    return float(_best(savings, chosen).sum())


def _added(savings: Savings, best: Floats) -> Floats:
    """Return what each further site would add."""
    more = np.maximum(savings.saved - best[savings.row], 0.0)
    return np.bincount(savings.site, more, minlength=savings.sites).astype(float)


def greedy(savings: Savings, new: int, *, enough: float = np.inf) -> Ints:
    """Take the site that adds most, again and again, while one adds anything."""
    chosen: list[int] = []
    best = np.zeros(savings.rows)
    while len(chosen) < new and best.sum() < enough:
        added = _added(savings, best)
        site = int(added.argmax()) if len(added) else -1
        if site < 0 or added[site] <= 0:
            break
        chosen.append(site)
        use = savings.site == site
        np.maximum.at(best, savings.row[use], savings.saved[use])
    return np.array(chosen, np.int64)


def _interchanged(savings: Savings, chosen: Ints, deadline: float) -> Ints:
    """Exchange one chosen site for another while that is worth more."""
    chosen = chosen.copy()
    improved = len(chosen) > 1
    while improved and perf_counter() < deadline:
        improved = False
        for k in range(len(chosen)):
            others = np.delete(chosen, k)
            added = _added(savings, _best(savings, others))
            site = int(added.argmax())
            if added[site] > added[chosen[k]] * (1 + ROUNDING):
                chosen[k] = site
                improved = True
    return chosen


def _relaxed(
    savings: Savings, new: int, value: float, deadline: float
) -> tuple[float, NDArray[np.bool_]]:
    """
    Bound the worth of every choice, and tell which sites a better one than `value` may hold.

    Each row is given a price; sites are worth what they save beyond it. The n best sites at these
    prices and all prices together are a bound, whatever the prices; a subgradient lowers it.
    """
    row, site, saved, rows, sites = savings
    searched = sites
    price = _best(savings, greedy(savings, new)) / 2
    bound, keep, step = np.inf, np.ones(sites, bool), 1.0
    idle = 0
    for _ in range(_ROUNDS):
        beyond = saved > price[row]
        worth = np.bincount(site[beyond], (saved - price[row])[beyond], minlength=sites).astype(
            float
        )
        top = np.argsort(-worth, kind="stable")[:new]
        now = float(price.sum() + worth[top].sum())
        last = worth[top[-1]]
        may = worth - last + now >= value * (1 - ROUNDING)
        may[top] = True
        keep &= may
        idle = 0 if now < bound * (1 - 1e-5) else idle + 1
        bound = min(bound, now)
        if idle >= 10:
            step, idle = step / 2, 0
        if keep.sum() < 0.8 * searched:  # what no better choice can hold need not be looked at
            searched = int(keep.sum())
            kept = keep[site]
            row, site, saved, beyond = row[kept], site[kept], saved[kept], beyond[kept]
        if bound <= value * (1 + ROUNDING) or step < 1e-3 or perf_counter() > deadline:
            break
        is_top = np.zeros(sites, bool)
        is_top[top] = True
        slope = 1.0 - np.bincount(row[beyond & is_top[site]], minlength=rows)
        slope[(price <= 0) & (slope > 0)] = 0.0
        norm = float((slope**2).sum())
        if norm == 0:
            break
        price = np.maximum(price - step * max(now - value, 0.0) / norm * slope, 0.0)
    return bound, keep


def _by_highs(savings: Savings, new: int, time_limit_s: float) -> tuple[Ints, float] | None:
    """Solve exactly with HiGHS: the chosen sites and an upper bound; None where it found none."""
    if time_limit_s <= 0:
        return None
    used = np.unique(savings.site)
    steps = _steps(savings, used)
    if steps is None:
        return None
    member, weight = steps
    sets, sites = member.shape
    alone = np.diff(member.indptr) == 1  # such a set is its site: no variable of its own
    worth = np.bincount(
        member.indices[np.repeat(alone, np.diff(member.indptr))], weight[alone], minlength=sites
    ).astype(float)
    member, weight = member[~alone], weight[~alone]
    sets = len(weight)
    pairs = member.tocoo()
    links = coo_array(
        (
            np.r_[np.ones(sets), -np.ones(pairs.nnz)],
            (np.r_[np.arange(sets), pairs.row], np.r_[sites + np.arange(sets), pairs.col]),
        ),
        shape=(sets, sites + sets),
    ).tocsr()
    total = csr_array(np.r_[np.ones(sites), np.zeros(sets)][None, :])
    constraints = [LinearConstraint(total, 0, new)]
    if sets:
        constraints.append(LinearConstraint(links, -np.inf, 0))
    scale = max(float(worth.max(initial=0.0)), float(weight.max(initial=0.0)), 1e-12)
    result = milp(
        -np.r_[worth, weight] / scale,
        integrality=np.r_[np.ones(sites), np.zeros(sets)],
        bounds=Bounds(0, 1),
        constraints=constraints,
        options={"time_limit": time_limit_s, "mip_rel_gap": 1e-9},
    )
    if result.x is None:
        return None
    bound = result.mip_dual_bound if result.mip_dual_bound is not None else result.fun
    return used[np.flatnonzero(result.x[:sites] > 0.5)], -float(bound) * scale


def _steps(savings: Savings, used: Ints) -> tuple[csr_array, Floats] | None:
    """
    Turn savings into sets of sites, each with what is earned if any site of it is chosen.

    Equal sets are one. None where there would be too many entries.
    """
    place = np.full(savings.sites, -1)
    place[used] = np.arange(len(used))
    order = np.lexsort((savings.site, -savings.saved, savings.row))
    row, site, saved = savings.row[order], place[savings.site[order]], savings.saved[order]
    starts = np.flatnonzero(np.r_[True, row[1:] != row[:-1]]) if len(row) else np.zeros(0, int)
    rank = np.arange(len(row)) - np.repeat(starts, np.diff(np.r_[starts, len(row)]))
    is_last = np.r_[row[1:] != row[:-1], True][: len(row)]
    following = np.where(is_last, 0.0, np.r_[saved[1:], 0.0][: len(row)])
    earned = saved - following
    step = np.flatnonzero(earned > 0)
    bits = (len(used) + 7) // 8
    if len(step) * bits > 32 * _MOST_ENTRIES:
        return None
    packed = np.zeros((len(row), bits), np.uint8)
    packed[np.arange(len(row)), site // 8] = 128 >> (site % 8)
    for k in range(1, int(rank.max(initial=0)) + 1):  # each holds all that come before it
        at = np.flatnonzero(rank == k)
        packed[at] |= packed[at - 1]
    sets, of_set = np.unique(packed[step], axis=0, return_inverse=True)
    member = csr_array(np.unpackbits(sets, axis=1, count=len(used)).astype(float))
    if member.nnz > _MOST_ENTRIES:
        return None
    weight = np.bincount(of_set.ravel(), earned[step], minlength=len(sets)).astype(float)
    return member, weight
