"""
Balanced catchments of all homes of the demo region and 30 offers of a seeded synthetic supply.

The whole measure (travel times to every offer, whole units, the allocation, what it publishes and
its shapes) and the allocation alone. The peer is the same flow with all pairs of home and offer as
arcs, which must give the same optimum; scipy's linear programming (HiGHS) checks a tenth of the
homes.

    python -m benchmarks.balanced
"""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from benchmarks.measure import demo_atlas, median_s, row
from geo import balance as balance_module
from geo.balance import balance
from layers.balanced import balanced
from layers.offers import Offer, Offers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.atlas import Atlas

OFFERS = 30
SHARES = (0.6, 0.9, 1.2)  # capacity of all offers as a share of the demand
SEED = 7
EVERY = 10  # the homes that linear programming gets
CATEGORY = "repair_cafe"


def with_synthetic_supply(atlas: Atlas, share: float) -> tuple[Atlas, dict[str, float]]:
    """Put 30 offers beside homes drawn at random; their capacities differ up to tenfold."""
    rng = np.random.default_rng(SEED)
    homes = rng.choice(len(atlas.population.xy), OFFERS, replace=False)
    weight = rng.uniform(0.2, 2.0, OFFERS)
    capacity = np.floor(weight / weight.sum() * atlas.people.sum() * share)
    places = atlas.population.xy[homes]
    made = Offers.of(Offer(f"umk:{k:02}", (CATEGORY,), "", 0.0, 0.0) for k in range(OFFERS))
    supply = {mode: network.snap(places) for mode, network in atlas.networks.items()}
    return replace(atlas, offers=made, supply=supply), {
        f"umk:{k:02}": float(units) for k, units in enumerate(capacity)
    }


def by_linprog(
    travel_s: NDArray[np.float64], demand: NDArray[np.int64], capacity: NDArray[np.int64]
) -> float:
    """Return the least total travel time when all demand is served."""
    offers, homes = travel_s.shape
    offer, home = np.divmod(np.arange(offers * homes), homes)
    ones = np.ones(offers * homes)
    found = linprog(
        np.rint(travel_s).ravel(),
        A_ub=coo_array((ones, (offer, np.arange(len(ones))))),
        b_ub=capacity,
        A_eq=coo_array((ones, (home, np.arange(len(ones))))),
        b_eq=demand,
        method="highs",
    )
    return float(found.fun)


def all_pairs(
    travel_s: NDArray[np.float64], demand: NDArray[np.int64], capacity: NDArray[np.int64]
) -> tuple[float, int]:
    """Solve with every pair as an arc: seconds that it takes, and the total travel time."""
    sample = balance_module._SAMPLE
    balance_module._SAMPLE = len(demand)  # no sample, no choice: all arcs at once
    start = perf_counter()
    total_s = balance(travel_s, demand, capacity).total_s
    took = perf_counter() - start
    balance_module._SAMPLE = sample
    return took, total_s


def main() -> None:
    """Measure, compare and print rows."""
    with demo_atlas() as atlas:
        for share in SHARES:
            town, entered = with_synthetic_supply(atlas, share)

            def ask(town: Atlas = town, entered: dict[str, float] = entered) -> object:
                report = balanced(
                    town, category=CATEGORY, mode="walk", capacity=entered, demand=1.0
                )
                return report.by_offer, report.by_district

            whole = median_s(ask, times=5)
            report = balanced(town, category=CATEGORY, mode="walk", capacity=entered, demand=1.0)
            capacity = report.capacities.amount.astype(np.int64)
            core = (report.travel_s, report.units, capacity)
            alone = median_s(lambda core=core: balance(*core), times=5)  # type: ignore[misc]
            took, total_s = all_pairs(*core)
            same = "same optimum" if total_s == report.best.total_s else "OTHER OPTIMUM"
            row(
                f"balanced, {len(report.units):,} homes, {OFFERS} offers with room for {share:.0%}",
                f"{whole:.2f} s, allocation alone {alone:.2f} s",
                f"all arcs at once {took:.2f} s, {same}",
                f"{took / alone:.1f} ×",
                "≤ 0.5 s",
            )
        part = slice(None, None, EVERY)
        few = (report.travel_s[:, part], report.units[part], capacity // EVERY + 1)
        ours, theirs = balance(*few).total_s, by_linprog(*few)
        row("total travel time, a tenth of the homes, linear programming", f"{ours:,} s",
            f"{theirs:,.0f} s", "", "equal")  # fmt: skip


if __name__ == "__main__":
    main()
