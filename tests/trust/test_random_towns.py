"""Every measure in random towns, against loops over a table of travel times that networkx made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from layers.access_scores import access_scores
from layers.coverage import COVERED, UNCOVERED, UNREACHABLE, coverage
from layers.equity import equity
from layers.given_places import Place as Candidate
from layers.resilience import resilience, variety
from layers.scenario import AddOffer, AddPeople, CloseOffer, MoveOffer, Scenario
from layers.scenario_atlas import apply
from layers.sites import next_sites
from layers.travel_times import travel_times
from tests.street_oracle import TOLERANCE_S, Place, dots
from tests.toyregion import toy_lonlat, toy_xy
from tests.trust.towns import (
    BOOKS,
    FOOD,
    Plan,
    away_from,
    minutes,
    modes,
    ordered,
    plans,
    seconds,
    thoroughly,
)

if TYPE_CHECKING:
    from layers.atlas import Atlas

Build = Callable[[Plan], "Atlas"]


def states(times: np.ndarray, limit_s: float, *, any_offer: bool) -> np.ndarray:
    """Say of each home by the time to its nearest offer what it is."""
    state = np.where(times <= limit_s, COVERED, UNCOVERED)
    return np.where(np.isinf(times) & any_offer, UNREACHABLE, state)


def counted(plan: Plan, state: np.ndarray) -> list[list[float]]:
    """Add up people by district and state, and nobody unplaced."""
    table = [[0.0] * 4 for _ in range(3)]
    for (_, people, district), what in zip(plan.homes, state, strict=True):
        table[district][what] += people
    return table


@thoroughly
@given(plan=plans, mode=modes, limit=minutes)
def test_people_are_covered_as_the_table_says(build: Build, plan: Plan, mode: str, limit: float):
    table = seconds(plan, mode)
    away_from(limit * 60, table)
    atlas = build(plan)
    for kinds in ([FOOD], [BOOKS], [FOOD, BOOKS]):
        rows = plan.rows_of(*kinds)
        nearest = ordered(table[:, rows])[:, 0]
        report = coverage(atlas, category=kinds, mode=mode, minutes=limit)
        assert report.travel_s == pytest.approx(nearest, abs=TOLERANCE_S)
        state = states(nearest, limit * 60, any_offer=bool(rows))
        assert report.state.tolist() == state.tolist()
        assert report.exact.tolist() == counted(plan, state)
        reached = report.supply >= 0
        assert table[reached, report.offers[report.supply[reached]]] == pytest.approx(
            nearest[reached], abs=TOLERANCE_S
        )
        assert reached.tolist() == np.isfinite(nearest).tolist()


@thoroughly
@given(plan=plans, mode=modes, limit=minutes)
def test_each_offer_is_as_critical_as_the_table_without_it(
    build: Build, plan: Plan, mode: str, limit: float
):
    table = seconds(plan, mode)
    away_from(limit * 60, table)
    rows = plan.rows_of(FOOD)
    report = resilience(build(plan), category=FOOD, mode=mode, minutes=limit)
    covered = (table[:, rows] <= limit * 60).any(axis=1)
    for k in range(len(rows)):
        others = [row for row in rows if row != rows[k]]
        still = (table[:, others] <= limit * 60).any(axis=1)
        assert report.lose[k] == plan.people[covered & ~still].sum()
    second = ordered(table[:, rows])[:, 1]
    assert report.twice.travel_s == pytest.approx(second, abs=TOLERANCE_S)
    assert report.twice.exact[:, COVERED].sum() == plan.people[second <= limit * 60].sum()


@thoroughly
@given(
    plan=plans,
    mode=modes,
    limit=minutes,
    place=dots,
    people=st.integers(1, 400),
    which=st.integers(0, 9),
)
def test_a_scenario_is_the_region_drawn_anew(
    build: Build, plan: Plan, mode: str, limit: float, place: Place, people: int, which: int
):
    ((lon, lat),) = toy_lonlat(place).tolist()
    shops, changes = list(plan.shops), []
    if shops:
        k = which % len(shops)
        if which % 2:
            changes.append(CloseOffer(f"town:{k}"))
            shops.pop(k)
        else:
            changes.append(MoveOffer(f"town:{k}", lon, lat))
            shops[k] = (place, shops[k][1])
    changes.append(AddOffer(FOOD, lon, lat))
    shops.append((place, FOOD))
    atlas = build(plan)
    spot = atlas.region.locate(toy_xy(place))
    assume(spot[0] >= 0)
    changes.append(AddPeople(people, shapely.Point(lon, lat)))
    after = Plan(plan.streets, (*plan.homes, (place, people, int(spot[0]))), tuple(shops))
    table = seconds(after, mode)
    away_from(limit * 60, table)

    question = {"category": FOOD, "mode": mode, "minutes": limit}
    tried = coverage(apply(atlas, Scenario(tuple(changes))), **question)
    drawn = coverage(build(after), **question)
    nearest = ordered(table[:, after.rows_of(FOOD)])[:, 0]
    assert tried.travel_s == pytest.approx(nearest, abs=TOLERANCE_S)
    assert tried.exact.tolist() == drawn.exact.tolist()
    assert tried.exact.tolist() == counted(after, states(nearest, limit * 60, any_offer=True))


@settings(thoroughly, max_examples=25)
@given(
    plan=plans, mode=modes, limit=minutes, new=st.integers(1, 2),
    places=st.lists(dots, min_size=2, max_size=6, unique=True),
)  # fmt: skip
def test_no_choice_of_sites_brings_more_people(
    build: Build, plan: Plan, mode: str, limit: float, new: int, places: list[Place]
):
    assume(plan.rows_of(FOOD) and plan.people.sum())
    table, to_site = seconds(plan, mode), seconds(plan, mode, places)
    away_from(limit * 60, table, to_site)
    assume(np.isfinite(to_site).any(axis=0).all())  # others lie too far from a street: refused
    short = ~(table[:, plan.rows_of(FOOD)] <= limit * 60).any(axis=1)
    best = max(
        plan.people[short & (to_site[:, list(chosen)] <= limit * 60).any(axis=1)].sum()
        for chosen in combinations(range(len(places)), new)
    )
    given_places = [Candidate(lon, lat) for lon, lat in toy_lonlat(np.array(places)).tolist()]
    report = next_sites(
        build(plan), category=FOOD, mode=mode, minutes=limit, new=new,
        places=given_places,
    )  # fmt: skip
    chosen = [site.given for site in report.sites]
    assert report.siting.proven
    assert report.siting.value == pytest.approx(best)
    assert plan.people[short & (to_site[:, chosen] <= limit * 60).any(axis=1)].sum() == best


@thoroughly
@given(plan=plans, mode=modes, limit=minutes)
def test_supply_per_head_is_what_two_loops_give(build: Build, plan: Plan, mode: str, limit: float):
    table = seconds(plan, mode)[:, plan.rows_of(FOOD)]
    away_from(limit * 60, table)
    report = access_scores(build(plan), category=FOOD, mode=mode, minutes=limit, kind="2sfca")
    expected = np.zeros(len(plan.homes))
    for times in table.T:
        near = times <= limit * 60
        if plan.people[near].sum():
            expected[near] += 1 / plan.people[near].sum()
    assert report.per_head == pytest.approx(expected)
    unreached = sum(not plan.people[times <= limit * 60].sum() for times in table.T)
    assert report.offers_not_reached == unreached


@thoroughly
@given(plan=plans, mode=modes, limit=minutes)
def test_shortfall_is_what_its_definition_says(build: Build, plan: Plan, mode: str, limit: float):
    plan = replace(plan, homes=tuple((at, max(people, 25), d) for at, people, d in plan.homes))
    rows = plan.rows_of(FOOD)
    assume(rows)
    nearest = ordered(seconds(plan, mode)[:, rows])[:, 0]
    away_from(limit * 60, nearest)
    report = equity(build(plan), category=FOOD, mode=mode, minutes=limit)
    has_way = np.isfinite(nearest)
    beyond = np.maximum(nearest[has_way] / (limit * 60) - 1, 0)
    assume(report.region.fgt1 is not None)
    for alpha, told in ((1, report.region.fgt1), (2, report.region.fgt2)):
        mean = np.average(beyond**alpha, weights=plan.people[has_way])
        assert told == pytest.approx(mean, abs=0.0051, rel=2e-3)


@thoroughly
@given(plan=plans, mode=modes, limit=minutes)
def test_variety_counts_the_kinds_in_reach_of_each_home(
    build: Build, plan: Plan, mode: str, limit: float
):
    table = seconds(plan, mode)
    away_from(limit * 60, table)
    report = variety(build(plan), layer="spaces", mode=mode, minutes=limit)
    within = table[:, plan.rows_of(BOOKS)] <= limit * 60  # the only kind of the layer that is there
    assert report.reached.tolist() == within.any(axis=1).astype(int).tolist()
    assert report.reached_twice.tolist() == (within.sum(axis=1) >= 2).astype(int).tolist()


@thoroughly
@given(plan=plans, mode=modes)
def test_people_by_minutes_are_those_of_the_table(build: Build, plan: Plan, mode: str):
    rows = plan.rows_of(FOOD)
    assume(rows)
    nearest = ordered(seconds(plan, mode)[:, rows])[:, 0]
    for edge_min in (5, 10, 15, 20, 30, 45, 60):
        away_from(edge_min * 60, nearest)
    report = coverage(build(plan), category=FOOD, mode=mode, minutes=5)
    for step in travel_times(report):
        within = (nearest > step.low_min * 60) & (nearest <= step.high_min * 60)
        within |= (nearest == 0) & (step.low_min == 0)
        people = plan.people[within & np.isfinite(nearest)].sum()
        assert step.people is None or abs(step.people - people) <= 5
        assert step.people is not None or people > 0
