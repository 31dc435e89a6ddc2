"""
Our distances against an independent router's, on 300 address pairs per region and mode.

Access legs count on both sides. The worst twenty of each file go to tests/artifacts/, to be judged
by hand; docs/methods/networks.md says what was found. The bounds are what was measured, a little
loosened, so that a step back is seen.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks.router import (
    COSTING,
    REGIONS,
    Comparison,
    as_the_router_sees,
    compare,
    describe,
    pairs_file,
)
from geo.network import Network
from geo.osm import read_streets

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.osm import Streets

ARTIFACTS = Path(__file__).resolve().parent.parent / "artifacts"
_streets: dict[str, Streets] = {}


def compared(region: str, mode: str, *, alike: bool = False) -> Comparison:
    if region not in _streets:
        _streets[region] = read_streets(REGIONS[region].extract)
    streets = as_the_router_sees(_streets[region]) if alike else _streets[region]
    network = Network.build(streets, mode=mode, crs=REGIONS[region].crs)
    return compare(network, pairs_file(region, mode))


def within(ratio: NDArray[np.float64], share: float = 0.05) -> float:
    return float(np.mean(np.abs(ratio - 1) <= share))


@pytest.mark.parametrize("region", ["neubrandenburg", "liechtenstein"])
def test_walks_are_as_long_as_the_router_says(region: str) -> None:
    found = compared(region, "walk")
    ratio = found.ours_m / found.shortest_m
    assert abs(float(np.median(ratio)) - 1) < 0.005
    assert within(ratio) >= 0.93


@pytest.mark.parametrize("region", REGIONS)
def test_walks_on_the_routers_own_streets_are_as_long_as_it_says(region: str) -> None:
    # squares, platforms and cycleways as the router has them: what differs now is a fault
    found = compared(region, "walk", alike=True)
    ratio = found.ours_m / found.shortest_m
    assert abs(float(np.median(ratio)) - 1) < 0.005
    assert within(ratio) >= 0.965


def test_in_a_dense_centre_walks_are_shorter_only_by_what_the_router_leaves_out() -> None:
    found = compared("helsinki", "walk")
    ratio = found.ours_m / found.shortest_m
    assert abs(float(np.median(ratio)) - 1) < 0.015
    assert float(np.mean(ratio > 1.05)) < 0.05


@pytest.mark.parametrize(
    ("region", "share"), [("neubrandenburg", 0.88), ("liechtenstein", 0.95), ("helsinki", 0.42)]
)
def test_rides_are_as_long_as_the_routers_shortest(region: str, share: float) -> None:
    # ours are the fastest, pushed stretches included, which the router does not know
    found = compared(region, "bike")
    ratio = found.ours_m / found.shortest_m
    assert abs(float(np.median(ratio)) - 1) < 0.005
    assert within(ratio) >= share


@pytest.mark.parametrize(
    ("region", "share"), [("neubrandenburg", 0.89), ("liechtenstein", 0.87), ("helsinki", 0.58)]
)
def test_drives_are_as_long_as_the_router_recommends(region: str, share: float) -> None:
    found = compared(region, "car")
    ratio = found.ours_m / found.default_m
    assert abs(float(np.median(ratio)) - 1) < 0.005
    assert within(ratio) >= share


@pytest.mark.parametrize("region", REGIONS)
def test_drives_take_somewhat_longer_than_the_router_says(region: str) -> None:
    # averages with junctions and legs on foot, against the router's free flow
    found = compared(region, "car")
    assert 1.15 < float(np.median(found.ours_s / found.default_s)) < 1.27


def test_a_walk_takes_the_time_of_its_length() -> None:
    found = compared("neubrandenburg", "walk")
    assert found.ours_s == pytest.approx(found.ours_m / 4.8 * 3.6, rel=0.02)


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("mode", COSTING)
def test_every_pair_is_reached_and_the_worst_twenty_are_published(region: str, mode: str) -> None:
    found = compared(region, mode)
    assert np.isfinite(found.ours_m).all()
    ratio = found.ours_m / found.shortest_m
    worst = found.worst(20)
    ARTIFACTS.mkdir(exist_ok=True)
    lines = [f"{region} {mode}: {len(ratio)} pairs, {describe(ratio)}", *worst]
    (ARTIFACTS / f"router-{region}-{mode}.txt").write_text("\n".join(lines) + "\n")
    assert len(worst) == 20
    straight = np.array([pair["straight_m"] for pair in found.pairs])
    assert (found.ours_m >= straight * 0.999).all()  # a map's metre is up to 0.4 ‰ longer
