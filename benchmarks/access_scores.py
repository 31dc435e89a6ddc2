"""
E2SFCA: ours beside pysal `access` on the same pairs.

    python -m benchmarks.access_scores

Pairs are all homes of the demo region with the offers of a category within 30 minutes on foot.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from benchmarks.measure import demo_atlas, median_s, row
from geo.floating import by_thirds, supply_per_head

CATEGORIES = ("greengrocer_bakery", "transit_stop")


def main() -> None:
    """Compare times and values."""
    warnings.simplefilter("ignore")
    from access import fca, weights

    step = weights.step_fn({10: 1, 20: 0.68, 30: 0.22})
    with demo_atlas() as atlas:
        network, demand, people = atlas.networks["walk"], atlas.demand["walk"], atlas.people
        homes = pd.DataFrame(
            {"demand": people}, index=pd.Index(np.arange(len(people)), name="geoid")
        )
        for category in CATEGORIES:
            offers = atlas.supply["walk"].take(atlas.offers_of(atlas.taxonomy.category(category)))
            pairs = network.within(demand, offers, 1800)
            amount = np.ones(len(offers))
            supply = pd.DataFrame(
                {"supply": amount}, index=pd.Index(np.arange(len(offers)), name="geoid")
            )
            cost = pd.DataFrame(
                {"origin": pairs.source, "dest": pairs.target, "cost": pairs.travel_s / 60}
            )

            def ours(pairs=pairs, amount=amount) -> np.ndarray:
                return supply_per_head(
                    pairs.source, pairs.target, pairs.travel_s, people, amount, by_thirds(1800)
                )

            def theirs(supply=supply, cost=cost) -> pd.Series:
                return fca.two_stage_fca(
                    homes, supply, cost, max_cost=30, demand_index=True, weight_fn=step
                )

            apart = np.abs(
                ours() - theirs().reindex(range(len(people)), fill_value=0.0).to_numpy()
            ).max()
            own, peer = median_s(ours, times=9), median_s(theirs, times=3)
            row(
                f"E2SFCA {category}, {len(pairs.source):,} pairs", f"{own * 1e3:.1f} ms",
                f"{peer * 1e3:.0f} ms (pysal access)", f"{peer / own:.0f}", "≥ 10",
            )  # fmt: skip
            print(f"  largest difference {apart:.1e}")


if __name__ == "__main__":
    main()
