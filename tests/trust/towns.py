"""
Random small towns as whole regions, and what every measure must answer there, by brute force.

A town is drawn as ways, homes and offers in metres from the toy region's south-west crossing. Its
Atlas goes through the network, snapping and all measures; its truth is a table of seconds from
each home to each offer by `tests.street_oracle`, and loops over it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st

from geo.network import MAX_LEG_M, Network
from geo.population import Basis, Population
from layers.atlas import Atlas, Exits
from layers.offers import Offer, Offers
from tests.street_oracle import (
    DRIVE_S_PER_M,
    LEG_S_PER_M,
    TOLERANCE_S,
    Place,
    Segment,
    dots,
    kept_segments,
    reference,
    ways,
)
from tests.toyregion import toy_lonlat, toy_xy
from tests.toytown import CRS, ORIGIN, Town

FOOD, BOOKS = "greengrocer_bakery", "library"
S_PER_M = {"walk": LEG_S_PER_M, "car": DRIVE_S_PER_M}
_NORTHWARD = ORIGIN[1] - toy_xy((0.0, 0.0))[0, 1]  # the toy town lies north of the toy region

Home = tuple[Place, int, int]  # where, people, district
Shop = tuple[Place, str]


@dataclass(frozen=True)
class Plan:
    """A town as it was drawn."""

    streets: tuple[tuple[list[Place], str], ...]
    homes: tuple[Home, ...]
    shops: tuple[Shop, ...]

    @property
    def people(self) -> np.ndarray:
        return np.array([people for _, people, _ in self.homes], float)

    @property
    def district(self) -> np.ndarray:
        return np.array([district for _, _, district in self.homes], np.int32)

    def rows_of(self, *kinds: str) -> list[int]:
        return [i for i, (_, kind) in enumerate(self.shops) if kind in kinds]


_homes = st.tuples(dots, st.sampled_from([0, 1, 24, 25, 40, 300]), st.integers(0, 2))
_shops = st.tuples(dots, st.sampled_from([FOOD, BOOKS]))
plans = st.builds(
    lambda streets, homes, shops, again: Plan(
        tuple(streets), tuple(homes), tuple(shops + (shops[:1] if again else []))
    ),
    st.lists(ways, min_size=2, max_size=8),
    st.lists(_homes, min_size=1, max_size=8),
    st.lists(_shops, min_size=0, max_size=5),
    st.booleans(),  # two offers on one spot
)
modes = st.sampled_from(list(S_PER_M))
minutes = st.sampled_from([0.5, 1, 2, 3, 5, 8])
thoroughly = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.filter_too_much],
)


def atlas_of(plan: Plan, toy_atlas: Atlas, *, turned: float = 0.0, moved: Place = (0, 0)) -> Atlas:
    """Build the region of a plan; its places may be turned around the origin and moved."""
    for mode in S_PER_M:
        segments_of(plan, mode)
    move = _mover(turned, moved)
    town = Town()
    for points, oneway in plan.streets:
        tags = {"highway": "residential", "oneway": oneway}
        town.way(*((x, y - _NORTHWARD) for x, y in map(move, points)), tags=tags)
    streets = town.streets()
    networks = {mode: Network.build(streets, mode=mode, crs=CRS) for mode in S_PER_M}
    homes = toy_xy(np.array([move(place) for place, _, _ in plan.homes]).reshape(-1, 2))
    shops = np.array([move(place) for place, _ in plan.shops]).reshape(-1, 2)
    offers = Offers.of(
        Offer(id=f"town:{i}", categories=(kind,), name=f"{kind} {i}", lon=lon, lat=lat)
        for i, ((_, kind), (lon, lat)) in enumerate(
            zip(plan.shops, toy_lonlat(shops).tolist(), strict=True)
        )
    )
    nowhere = np.full(len(homes), np.inf, np.float32)
    return replace(
        toy_atlas,
        networks=networks,
        population=_population(plan, homes),
        offers=offers,
        demand={mode: network.snap(homes) for mode, network in networks.items()},
        supply={mode: network.snap(toy_xy(shops)) for mode, network in networks.items()},
        exits=dict.fromkeys(networks, Exits(nowhere, nowhere)),
    )


def _mover(turned: float, moved: Place):
    def move(place: Place) -> Place:
        x, y = place
        return (
            x * np.cos(turned) - y * np.sin(turned) + moved[0],
            x * np.sin(turned) + y * np.cos(turned) + moved[1],
        )

    return move if turned or any(moved) else lambda place: place


def _population(plan: Plan, xy: np.ndarray) -> Population:
    people = plan.people
    quality = pd.DataFrame(
        {"buildings": np.bincount(plan.district, minlength=3), "tagged_share": 1.0,
         "levels_share": 1.0, "fallback": False}
    )  # fmt: skip
    basis = Basis("residents", "drawn", "drawn", 2024, True, float(people.sum()), ())
    return Population(xy, people, plan.district, np.zeros(3), basis, quality, 0)


def segments_of(plan: Plan, mode: str) -> list[Segment]:
    """Return the streets that a mode keeps; draw again where none are."""
    drawn = [
        Segment(u, v, oneway if mode == "car" else "no")
        for points, oneway in plan.streets
        for u, v in pairwise(points)
        if u != v
    ]
    assume(drawn)
    return kept_segments(drawn)


def seconds(plan: Plan, mode: str, to: list[Place] | None = None) -> np.ndarray:
    """Return the truth: seconds from each home to each offer, or to places, `inf` for nowhere."""
    places = [place for place, _ in plan.shops] if to is None else to
    homes = [place for place, _, _ in plan.homes]
    return reference(
        segments_of(plan, mode), homes, places, s_per_m=S_PER_M[mode], max_leg_m=MAX_LEG_M
    )


def away_from(limit_s: float, *tables: np.ndarray) -> None:
    """Draw again where rounding would decide who is within the limit."""
    for table in tables:
        assume(not (np.abs(table - limit_s) < 2 * TOLERANCE_S).any())


def ordered(table: np.ndarray) -> np.ndarray:
    """Return each home's times in order, with two columns of nowhere behind."""
    return np.sort(np.pad(table, ((0, 0), (0, 2)), constant_values=np.inf), axis=1)
