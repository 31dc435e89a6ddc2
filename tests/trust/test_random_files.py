"""Random towns as files, built as any region is: extract and municipalities in, figures out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from layers.build import build_atlas
from layers.coverage import COVERED, coverage
from tests.osmfile import node, way, write_osm
from tests.street_oracle import TOLERANCE_S, ways
from tests.toyregion import EXTRACT, toy_lonlat, toy_xy, write_toy_region
from tests.trust.towns import FOOD, S_PER_M, Plan, away_from, minutes, modes, ordered, seconds
from tests.trust.towns import dots as spots

if TYPE_CHECKING:
    from pathlib import Path

    from tests.street_oracle import Place

HALF_M = 5.0  # of a house
PEOPLE = {0: 320, 1: 640}  # of the toy region's two municipalities, west and east of x = 200
BORDER = 200
WRITTEN_S = TOLERANCE_S + 0.1  # a centimetre at every place of the file
# a place between the streets, so that no house stands on another or on the border
houses = st.tuples(st.integers(0, 6), st.integers(0, 6)).map(
    lambda p: (70.0 * p[0] + 27, 70.0 * p[1] + 33)
)


def write(folder: Path, plan: Plan) -> Path:
    """Write the files of a region; the houses' ways are numbered in order from 5,000 on."""
    write_toy_region(folder, quarters=False)
    numbers: dict[Place, int] = {}
    nodes, drawn = [], []

    def at(place: Place, **tags: str) -> int:
        if place not in numbers or tags:
            numbers[place] = 1 + len(nodes)
            ((lon, lat),) = toy_lonlat(place).tolist()
            nodes.append(node(numbers[place], lon, lat, **tags))
        return numbers[place]

    for place, kind in plan.shops:
        at(place, shop={FOOD: "bakery"}[kind])
    numbers.clear()
    for i, (points, oneway) in enumerate(plan.streets):
        drawn.append(way(1 + i, [at(p) for p in points], highway="residential", oneway=oneway))
    for i, ((x, y), _, _) in enumerate(plan.homes):
        ring = [(x - HALF_M, y - HALF_M), (x + HALF_M, y - HALF_M), (x + HALF_M, y + HALF_M),
                (x - HALF_M, y + HALF_M)]  # fmt: skip
        corners = [at(corner) for corner in ring]
        drawn.append(way(5000 + i, [*corners, corners[0]], building="house"))
    for corner in ((-150.0, -150.0), (550.0, 550.0)):  # how far the data reach
        at(corner)
    write_osm(folder / EXTRACT, [*nodes, *drawn])
    return folder


@settings(max_examples=8, deadline=None, derandomize=True)
@given(
    streets=st.lists(ways, min_size=3, max_size=8),
    at=st.lists(houses, min_size=1, max_size=10, unique=True),
    shops=st.lists(spots, min_size=1, max_size=4), mode=modes, limit=minutes,
)  # fmt: skip
def test_a_region_of_files_answers_as_the_table_says(
    tmp_path_factory: pytest.TempPathFactory, taxonomy_path: Path, streets, at, shops, mode, limit
):
    district = [int(x > BORDER) for x, _ in at]
    homes = tuple(
        (place, PEOPLE[d] / district.count(d), d) for place, d in zip(at, district, strict=True)
    )
    plan = Plan(tuple(streets), homes, tuple((place, FOOD) for place in shops))
    away_from(limit * 60, *(seconds(plan, each) for each in S_PER_M))
    nearest = ordered(seconds(plan, mode))[:, 0]
    folder = tmp_path_factory.mktemp("drawn")
    atlas = build_atlas(write(folder / "in", plan), taxonomy_path, folder / "out", base_map=False)
    report = coverage(atlas, category=FOOD, mode=mode, minutes=limit)

    assume(len(atlas.offers) == len(shops))  # two bakeries within metres are one
    order = [int(np.hypot(*(atlas.population.xy - toy_xy(place)).T).argmin()) for place in at]
    assert sorted(order) == list(range(len(at)))
    assert report.travel_s[order] == pytest.approx(
        nearest, abs=TOLERANCE_S + 0.1
    )  # a cm in the file
    for d, people in PEOPLE.items():
        own = np.array(district) == d
        covered = plan.people[own & (nearest <= limit * 60)].sum()
        assert report.exact[d, COVERED] == pytest.approx(covered, rel=0.005)
        assert report.exact[d].sum() == pytest.approx(people)
        assert report.exact[d, 3] == (0 if own.any() else people)  # no house: unplaced
