"""
Next sites: ours beside spopt on the same instance, model building included.

    python -m benchmarks.sites

Demand are all homes of the demo region, supply the existing offers of a category, candidates 500
street corners (seed 1), three new sites, on foot. Both get the same travel times in memory. spopt
builds its model with PuLP and solves it with HiGHS where `highspy` is installed (the same solver as
ours), else with CBC.
"""

from __future__ import annotations

import importlib
import time
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from benchmarks.measure import demo_atlas, median_s, row
from geo.siting import most_covered
from layers.question import ask

if TYPE_CHECKING:
    from layers.atlas import Atlas

CANDIDATES = 500
NEW = 3
QUESTIONS = (("library", 15.0), ("greengrocer_bakery", 12.0))


def corners(atlas: Atlas) -> Any:
    """Return crossings of the walking network, snapped to it."""
    network = atlas.networks["walk"]
    streets = np.bincount(np.concatenate([network.a, network.b]), minlength=len(network.xy))
    inside = shapely.contains_xy(atlas.region.boundary, network.xy)
    found = np.flatnonzero((streets >= 3) & inside)
    draw = np.random.default_rng(1)
    return network.snap(network.xy[draw.choice(found, CANDIDATES, replace=False)])


def solver() -> tuple[Any, str]:
    """Return PuLP's HiGHS where it is there, else CBC."""
    pulp = importlib.import_module("pulp")
    highs = pulp.HiGHS(msg=False)
    if highs.available():
        return highs, "HiGHS"
    return pulp.PULP_CBC_CMD(msg=False), "CBC"


def by_spopt(travel_s: Any, weight: Any, existing: int, limit_s: float) -> tuple[float, str]:
    """Build and solve spopt's MCLP with the first columns fixed; return people covered."""
    mclp = importlib.import_module("spopt.locate").MCLP
    fixed = np.zeros(travel_s.shape[1], int)
    fixed[:existing] = 1
    model = mclp.from_cost_matrix(
        travel_s,
        weight,
        service_radius=limit_s,
        p_facilities=existing + NEW,
        predefined_facilities_arr=fixed if existing else None,
    )
    engine, name = solver()
    model = model.solve(engine)
    return float(model.problem.objective.value()), name


def compare(atlas: Atlas, category: str, minutes: float) -> None:
    """Print one row."""
    network, demand, weight = atlas.networks["walk"], atlas.demand["walk"], atlas.people
    question = ask(atlas, category=category, mode="walk", minutes=minutes)
    offers = atlas.supply["walk"].take(atlas.offers_of(question.categories[0]))
    sites = corners(atlas)
    start = time.perf_counter()
    pairs = network.within(demand, sites, question.limit_s)
    search_s = time.perf_counter() - start
    existing_s = network.to_nearest(demand, [offers]).travel_s[0]
    short = existing_s > question.limit_s
    person, site = (c[short[pairs.source]] for c in (pairs.source, pairs.target))
    found = most_covered(person, site, weight, candidates=CANDIDATES, new=NEW)
    ours = median_s(
        lambda: most_covered(person, site, weight, candidates=CANDIDATES, new=NEW), times=3, warm=0
    )
    name = f"MCLP {category} {minutes:g} min, {len(offers)} existing, p = {NEW}"
    covered = float(weight[~short].sum())
    print(
        f"  {name}: travel times {search_s:.2f} s; {found.value:.1f} people gained, "
        f"{'proven' if found.proven else 'NOT PROVEN'}"
    )
    try:
        fixed = network.within(demand, offers, question.limit_s)
        travel_s = np.full((len(demand), len(offers) + CANDIDATES), 1e9)
        travel_s[fixed.source, fixed.target] = fixed.travel_s
        travel_s[pairs.source, len(offers) + pairs.target] = pairs.travel_s
        start = time.perf_counter()
        value, engine = by_spopt(travel_s, weight, len(offers), question.limit_s)
        peer = time.perf_counter() - start
    except ImportError as exc:
        row(name, f"{ours:.2f} s", f"none ({exc}); run `make bench`", "", "≥ 5")
        return
    row(name, f"{ours:.2f} s", f"{peer:.2f} s (spopt, {engine})", f"{peer / ours:.0f}", "≥ 5")
    apart = abs(value - covered - found.value)
    print(f"  optimum apart by {apart:.4f} people of {value:.0f}")


def main() -> None:
    """Compare on two categories."""
    warnings.simplefilter("ignore")
    with demo_atlas() as atlas:
        for category, minutes in QUESTIONS:
            compare(atlas, category, minutes)


if __name__ == "__main__":
    main()
