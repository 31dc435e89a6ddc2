"""What must not change an answer, and in which direction it may change, in random towns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from layers.coverage import COVERED, CoverageReport, coverage
from layers.resilience import resilience
from tests.street_oracle import TOLERANCE_S
from tests.trust.towns import (
    BOOKS,
    FOOD,
    Plan,
    away_from,
    minutes,
    modes,
    plans,
    seconds,
    thoroughly,
)

if TYPE_CHECKING:
    from layers.atlas import Atlas

Build = Callable[..., "Atlas"]
BACKWARD = {"yes": "-1", "-1": "yes", "no": "no"}


def ask(atlas: Atlas, mode: str, limit: float) -> CoverageReport:
    return coverage(atlas, category=FOOD, mode=mode, minutes=limit)


def same(report: CoverageReport, other: CoverageReport, order: np.ndarray | None = None) -> None:
    """Demand the same answer, person by person and district by district."""
    rows = np.arange(len(report.state)) if order is None else order
    assert other.travel_s == pytest.approx(report.travel_s[rows], abs=2 * TOLERANCE_S)
    assert other.state.tolist() == report.state[rows].tolist()
    assert other.exact.tolist() == report.exact.tolist()
    assert [t.share for t in other.by_district] == [t.share for t in report.by_district]


def shuffled(rows: tuple, order: np.ndarray) -> tuple:
    return tuple(rows[i] for i in order)


@thoroughly
@given(
    plan=plans, mode=modes, limit=minutes, turned=st.floats(0, 6.28),
    moved=st.tuples(st.floats(-5000, 5000), st.floats(-5000, 5000)),
)  # fmt: skip
def test_where_a_town_lies_and_how_it_is_turned_changes_nothing(
    build: Build, plan: Plan, mode: str, limit: float, turned: float, moved: tuple[float, float]
):
    away_from(limit * 60, seconds(plan, mode))
    here = ask(build(plan), mode, limit)
    same(here, ask(build(plan, turned=turned, moved=moved), mode, limit))


@thoroughly
@given(plan=plans, mode=modes, limit=minutes, seed=st.integers(0, 99))
def test_the_order_of_streets_people_and_offers_changes_nothing(
    build: Build, plan: Plan, mode: str, limit: float, seed: int
):
    away_from(limit * 60, seconds(plan, mode))
    random = np.random.default_rng(seed)
    streets, homes, shops = (
        random.permutation(len(rows)) for rows in (plan.streets, plan.homes, plan.shops)
    )
    other = Plan(
        shuffled(plan.streets, streets), shuffled(plan.homes, homes), shuffled(plan.shops, shops)
    )
    same(ask(build(plan), mode, limit), ask(build(other), mode, limit), homes)


@thoroughly
@given(plan=plans, mode=modes, limit=minutes)
def test_a_street_drawn_from_its_other_end_is_the_same_street(
    build: Build, plan: Plan, mode: str, limit: float
):
    away_from(limit * 60, seconds(plan, mode))
    backward = tuple((points[::-1], BACKWARD[oneway]) for points, oneway in plan.streets)
    other = replace(plan, streets=backward)
    same(ask(build(plan), mode, limit), ask(build(other), mode, limit))


@thoroughly
@given(
    plan=plans, mode=modes, limit=minutes, share=st.sampled_from([0.25, 0.5]), in_two=st.booleans()
)
def test_a_node_in_the_middle_of_a_street_changes_nothing(
    build: Build, plan: Plan, mode: str, limit: float, share: float, in_two: bool
):
    away_from(limit * 60, seconds(plan, mode))
    (start, end, *rest), oneway = plan.streets[0]
    assume(start != end)
    middle = tuple(a + share * (b - a) for a, b in zip(start, end, strict=True))
    parts = [([start, middle], oneway), ([middle, end, *rest], oneway)]
    halves = parts if in_two else [([start, middle, end, *rest], oneway)]
    other = replace(plan, streets=(*halves, *plan.streets[1:]))
    seconds(other, mode)  # where the node meets another street, it is another town
    assume(all(middle not in points for points, _ in plan.streets))
    same(ask(build(plan), mode, limit), ask(build(other), mode, limit))


@thoroughly
@given(plan=plans, mode=modes, limit=minutes)
def test_twice_the_people_are_twice_the_people(build: Build, plan: Plan, mode: str, limit: float):
    twice = replace(plan, homes=tuple((at, 2 * people, d) for at, people, d in plan.homes))
    before, after = ask(build(plan), mode, limit), ask(build(twice), mode, limit)
    assert (after.exact == 2 * before.exact).all()
    assert after.travel_s.tolist() == before.travel_s.tolist()


@thoroughly
@given(plan=plans, mode=modes, limit=minutes)
def test_an_island_that_no_street_leads_to_changes_nothing(
    build: Build, plan: Plan, mode: str, limit: float
):
    other = replace(plan, streets=(*plan.streets, ([(35.5, 35.5), (45.5, 35.5)], "no")))
    before, after = ask(build(plan), mode, limit), ask(build(other), mode, limit)
    assert after.travel_s.tolist() == before.travel_s.tolist()
    assert after.state.tolist() == before.state.tolist()
    islands = [report.atlas.networks[mode].left_out["islands"] for report in (before, after)]
    assert islands[1] == islands[0] + 1


@thoroughly
@given(plan=plans, mode=modes, limit=minutes, which=st.integers(0, 9))
def test_an_offer_beside_another_takes_nothing_from_anybody(
    build: Build, plan: Plan, mode: str, limit: float, which: int
):
    assume(plan.rows_of(FOOD))
    again = plan.rows_of(FOOD)[which % len(plan.rows_of(FOOD))]
    other = replace(plan, shops=(*plan.shops, plan.shops[again]))
    question = {"category": FOOD, "mode": mode, "minutes": limit}
    before, after = (resilience(build(each), **question) for each in (plan, other))
    same(before.once, after.once)
    assert (after.twice.exact[:, COVERED] >= before.twice.exact[:, COVERED]).all()
    doubled = before.once.offers.tolist().index(again)
    assert after.lose[[doubled, -1]].tolist() == [0, 0]  # whichever closes, the other is there
    assert (after.lose[:-1] <= before.lose).all()


@thoroughly
@given(plan=plans, mode=modes, limits=st.lists(st.floats(0.1, 20), min_size=2, max_size=4))
def test_a_larger_limit_never_covers_fewer(
    build: Build, plan: Plan, mode: str, limits: list[float]
):
    atlas = build(plan)
    covered = [ask(atlas, mode, limit).exact[:, COVERED] for limit in sorted(limits)]
    assert (np.diff(covered, axis=0) >= 0).all()


@thoroughly
@given(plan=plans, mode=modes, limit=minutes)
def test_another_kind_besides_never_covers_fewer(build: Build, plan: Plan, mode: str, limit: float):
    atlas = build(plan)
    one = ask(atlas, mode, limit)
    both = coverage(atlas, category=[FOOD, BOOKS], mode=mode, minutes=limit)
    assert (both.travel_s <= one.travel_s).all()
    assert (both.exact[:, COVERED] >= one.exact[:, COVERED]).all()
    assert both.exact.sum() == one.exact.sum() == plan.people.sum()
