"""
Attempts to find a count of few people by putting published counts together.

Whoever asks may ask often: nested limits, moving shapes, scenarios, hours, age groups, classes of
public transport. An attacker here knows the rules, all answers and all sums, and bounds what was
withheld by linear programming.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import time
from typing import Any

import numpy as np
import pytest
import shapely
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from geo.cells import Cells
from geo.disclosure import PublishedLevels, publish_levels
from layers.ages import by_age
from layers.coverage import coverage
from layers.difference import compare
from layers.scenario_atlas import apply
from layers.transit_coverage import transit_coverage
from tests.layers.test_ages import atlas as aged  # noqa: F401 (a fixture)
from tests.layers.test_scenario import add, scenario
from tests.layers.test_transit_coverage import (
    TEN,
    region_dir,  # noqa: F401
)
from tests.layers.test_transit_coverage import atlas as by_bus  # noqa: F401 (fixtures)

SMALLEST = 25
NARROWEST = (
    4.5  # people: in 1,300 random towns no withheld count could be bound more narrowly than 5.0
)
PARENT = np.array([0, 0, 0, 1, 1, 2])
FOOD = {"category": "greengrocer_bakery", "mode": "walk"}
FEW = st.sampled_from([0.0, 0, 0, 3, 8, 17, 24, 25, 40, 120, 900])


class Attacker:
    """Knows what was published of several questions about the same districts."""

    def __init__(self, exact: list[np.ndarray]) -> None:
        self.exact = exact
        self.shape = (len(exact), len(PARENT), 4)
        self._rows: list[np.ndarray] = []
        self._low: list[float] = []
        self._high: list[float] = []

    def learn(self, question: int, levels: PublishedLevels) -> None:
        """Add what all levels of an answer say."""
        groups = {
            "region": [np.ones(len(PARENT), bool)],
            "municipalities": [parent == PARENT for parent in range(PARENT.max() + 1)],
            "finest": list(np.eye(len(PARENT), dtype=bool)),
        }
        for level, members in groups.items():
            published = getattr(levels, level)
            for row, own in enumerate(members):
                counts = published.counts[row]
                hidden = [c for c in (2, 3) if math.isnan(counts[c])]
                for column, value in enumerate(counts):
                    if not math.isnan(value):
                        # withheld others are counted as uncovered, and it is known that they are
                        columns = [column, *hidden] if column == 1 else [column]
                        self._say(question, own, columns, value, slack=5.0)
                if not math.isnan(published.totals[row]):
                    self._say(question, own, [0, 1, 2, 3], published.totals[row], slack=0.5)

    def learn_that_larger_covers_more(self) -> None:
        """Say that the second question's limit is the larger one."""
        for district in range(len(PARENT)):
            coefficients = np.zeros(self.shape)
            coefficients[0, district, 0], coefficients[1, district, 0] = -1, 1
            self._add(coefficients, 0.0, np.inf)

    def _say(
        self, question: int, own: np.ndarray, columns: list[int], value: float, *, slack: float
    ) -> None:
        coefficients = np.zeros(self.shape)
        coefficients[np.ix_([question], np.flatnonzero(own), columns)] = 1
        truth = self.exact[question][np.ix_(np.flatnonzero(own), columns)].sum()
        room = max(slack, abs(truth - value))  # where the rule moves a count, the attacker knows
        self._add(coefficients, value - room, value + room)

    def _add(self, coefficients: np.ndarray, low: float, high: float) -> None:
        self._rows.append(coefficients.ravel())
        self._low.append(low)
        self._high.append(high)

    def width(self, question: int, district: int, column: int) -> float:
        """Return how many people more the most than the least is that a count may be."""
        goal = np.zeros(self.shape)
        goal[question, district, column] = 1
        table = np.array(self._rows)
        high, low = np.array(self._high), np.array(self._low)
        upper = np.vstack([table[np.isfinite(high)], -table])
        bounds = np.concatenate([high[np.isfinite(high)], -low])
        ends = [
            linprog(sign * goal.ravel(), A_ub=upper, b_ub=bounds, bounds=(0, None), method="highs")
            for sign in (1, -1)
        ]
        assert all(end.status in (0, 3) for end in ends), [end.message for end in ends]
        least, most = (math.inf if end.status == 3 else abs(end.fun) for end in ends)
        return most - least


districts = st.lists(st.tuples(FEW, FEW, FEW, FEW), min_size=6, max_size=6)


@settings(max_examples=40, deadline=None)
@given(districts, st.lists(st.sampled_from([0.0, 0.1, 0.5, 1.0]), min_size=6, max_size=6))
def test_nested_limits_and_all_levels_do_not_tell_a_withheld_count(rows, moved):
    """Two answers, a limit and a larger one, at three levels: whoever is withheld stays so."""
    first = np.array(rows, float)
    second = first.copy()
    shift = first[:, 1] * np.array(moved)
    second[:, 0] += shift
    second[:, 1] -= shift
    attacker = Attacker([first, second])
    for question, exact in enumerate((first, second)):
        attacker.learn(question, publish_levels(exact, PARENT))
    attacker.learn_that_larger_covers_more()
    everybody = first.sum()
    for question, exact in enumerate((first, second)):
        for district, column in zip(*np.nonzero((exact > 0) & (exact < SMALLEST)), strict=True):
            if everybody < 2 * SMALLEST:  # a region of a house is known by its census alone
                continue
            assert attacker.width(question, district, column) >= NARROWEST, (district, column)


def test_moving_shapes_tell_no_house_and_no_cell_of_few():
    """A house of 3 stands in a cell of its own; shapes with and without it, and their overlap."""
    rng = np.random.default_rng(1)
    xy = rng.uniform(0, 1000, (400, 2))
    people = rng.uniform(1, 9, 400)
    alone = (xy > 400).all(axis=1) & (xy < 600).all(axis=1)
    xy, people = np.vstack([xy[~alone], [450.0, 450.0]]), np.append(people[~alone], 3.0)
    cells = Cells.of(xy, people)
    house = shapely.box(400, 400, 500, 500)
    assert np.isnan(cells.publish_inside([house])).all()
    told = set()
    for edge in np.arange(300.0, 700.0, 7.0):
        west, east = shapely.box(0, 0, edge, 1000), shapely.box(edge, 0, 1000, 1000)
        with_house, without = shapely.box(0, 0, 1000, 1000), shapely.box(0, 0, 1000, 1000) - house
        parts = cells.publish_inside([west, east, with_house, without, west & with_house])
        assert (parts % 10 == 0).all()
        told.add(parts[2] - parts[3])
    assert told <= {0.0, 10.0}  # not 3


def test_a_shape_drawn_along_a_house_moves_by_whole_cells():
    xy = np.array([[50.0, 50.0], [150.0, 50.0]])
    cells = Cells.of(np.repeat(xy, 40, axis=0), np.ones(80))
    cuts = [shapely.box(0, 0, 100 + cut, 100) for cut in (0.0, 10.0, 49.0, 51.0, 99.0)]
    np.testing.assert_array_equal(cells.publish_inside(cuts), [40, 40, 40, 80, 80])


def test_limits_a_metre_apart_tell_no_house(toy_atlas):
    """Answers between 50 and 700 m: what two neighbouring ones differ by is in tens."""
    shown = []
    for metres in range(50, 700, 25):
        report = coverage(toy_atlas, **FOOD, metres=metres)
        for tally in (report.totals, *report.by_district):
            for count in (tally.covered, tally.uncovered, tally.unreachable, tally.residents):
                assert count is None or count == 0 or count >= SMALLEST
            # neither of both alone, or the total would give it away
            assert (tally.covered is None) == (tally.uncovered is None)
        shown.append(report.totals.covered or 0)
    whole = coverage(toy_atlas, **FOOD, metres=10_000).totals.residents
    assert all(step % 10 == 0 for a in shown if a != whole for step in [a])
    assert len(set(shown)) >= 8


def test_scenarios_beside_one_house_tell_nobody_in_it(toy_atlas):
    """An offer is put beside each house in turn: few who gain or lose are not told."""
    before = coverage(toy_atlas, **FOOD, metres=60)
    withheld = 0
    for x in range(25, 400, 50):
        after = coverage(apply(toy_atlas, scenario(add(float(x), 0.0))), **FOOD, metres=60)
        difference = compare(before, after)
        for change in (difference.totals, *difference.by_district):
            for count in (change.gained, change.lost):
                assert count is None or count == 0 or count >= SMALLEST
            withheld += change.gained is None
    assert withheld > 0


def test_age_groups_withhold_at_least_two_or_none(aged):  # noqa: F811
    found = set()
    for metres in range(60, 500, 20):
        report = coverage(aged, **FOOD, metres=metres)
        for column in ("covered", "uncovered"):
            counts = [getattr(tally, column) for tally in by_age(report)]
            hidden = sum(count is None for count in counts)
            found.add(hidden)
            assert hidden != 1
            assert all(c is None or c == 0 or c >= 40 for c in counts)  # as its office asks
    assert max(found) >= 2


@pytest.mark.parametrize("minutes", [2, 3.5, 5, 6, 7.5, 9])
def test_classes_of_public_transport_withhold_at_least_two_or_none(by_bus, minutes):  # noqa: F811
    report = transit_coverage(by_bus, category="repair_cafe", window=TEN, minutes=minutes)
    counts = list(report.by_class.values())
    assert sum(count is None for count in counts) != 1
    assert all(count is None or count == 0 or count >= SMALLEST for count in counts)


# whole people; `edge_uncertain` and the like are parts of counts that are told beside them
COUNTS = frozenset({
    "residents", "covered", "uncovered", "unreachable", "unplaced", "gained", "lost", "people",
    "short", "depends", "people_within", "new_covered", "population", "covered_twice", "car_only",
    "lose", "without", "shorter",
})  # fmt: skip
ASKED = [
    "coverage?category={c}&mode=walk&minutes={m}",
    "coverage?category={c}&mode=bike&metres={m}0",
    "coverage?category={c}&mode=walk&minutes={m}&at=2026-11-24T10:00",
    "week?category={c}&mode=walk&minutes={m}",
    "equity?category={c}&mode=walk&minutes={m}",
    "resilience?category={c}&mode=walk&minutes={m}",
    "sites?category={c}&mode=walk&minutes={m}&new=2",
    "history?category={c}&mode=walk&minutes={m}",
    "history?category={c}&mode=walk&minutes={m}&district=A",
    "radii?category={c}&mode=walk&minutes={m}",
    "access?category={c}&mode=walk&minutes={m}",
    "offers/osm:n1001/reach",
    "isochrone/osm:n1001?mode=walk&minutes={m}",
    "partners/osm:n1001?mode=walk&minutes={m}",
    "districts/A/similar",
    "districts",
    "sheets/A",
    "../../compare?regions=toy&category={c}&mode=walk&minutes={m}",
]


def counts_in(value: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """Find every count of people in an answer, with the way to it."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in COUNTS and isinstance(inner, int | float) and not isinstance(inner, bool):
                yield f"{path}.{name}", inner
            yield from counts_in(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from counts_in(inner, f"{path}[{number}]")


@pytest.mark.parametrize("template", ASKED)
def test_no_route_shows_a_count_of_1_to_24_people(client: TestClient, template: str):
    statuses, seen = set(), 0
    for category in ("greengrocer_bakery", "repair_cafe"):
        for minutes in (1, 2, 4):
            path = template.format(c=category, m=minutes)
            answer = client.get(f"/api/v1/regions/toy/{path}")
            statuses.add(answer.status_code)
            if answer.status_code == 404:  # the toy region has none of it
                continue
            assert answer.status_code == 200, answer.text
            for where, count in counts_in(answer.json()):
                seen += 1
                assert count == 0 or count >= SMALLEST, (path, where, count)
    assert seen > 0 or template.startswith(NO_COUNTS)
    assert 200 in statuses


# shares, minutes and offers alone, or withheld in a region as small as the toy
NO_COUNTS = ("access", "partners", "districts/A/similar", "offers/")


def told_in(value: Any) -> Iterator[dict[str, Any]]:
    """Find everything that says how many are covered."""
    if isinstance(value, dict):
        if {"covered", "residents"} <= set(value):
            yield value
        for inner in value.values():
            yield from told_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from told_in(inner)


@pytest.mark.parametrize(
    "template",
    [
        "coverage?category={c}&mode=walk&metres={m}",
        "history?category={c}&mode=walk&metres={m}",
        "resilience?category={c}&mode=walk&metres={m}",
        "sheets/A?mode=walk&metres={m}",
        "../../compare?regions=toy&category={c}&mode=walk&metres={m}",
    ],
)
def test_limits_a_few_metres_apart_differ_by_tens_alone(client: TestClient, template: str):
    """Who subtracts two answers learns of ten people or more, never of a house."""
    steps, told = set(), 0
    for category in ("greengrocer_bakery", "repair_cafe"):
        before: list[dict[str, Any]] | None = None
        for metres in range(120, 420, 30):
            path = template.format(c=category, m=metres)
            answer = client.get(f"/api/v1/regions/toy/{path}")
            assert answer.status_code == 200, answer.text
            now = list(told_in(answer.json()))
            for one in now:
                covered, everybody = one["covered"], one["residents"]
                if covered is not None and covered != everybody:
                    assert covered % 10 == 0, (path, one)
                    told += 1
            for old, new in zip(before or [], now, strict=False):
                if None not in (old["covered"], new["covered"]):
                    steps.add(new["covered"] - old["covered"])
            before = now
    assert told > 0
    assert all(step == 0 or abs(step) >= 10 for step in steps)


def test_windows_of_departures_that_overlap_tell_nobody(by_bus):  # noqa: F811
    """Nested and moved windows, minute by minute: classes, medians and districts."""
    seen, told = set(), []
    for start in range(0, 30, 5):
        for length in (300, 301, 600):
            window = replace(TEN, start=time(16, start), span_s=length)
            report = transit_coverage(by_bus, category="repair_cafe", window=window, minutes=5)
            counts = list(report.by_class.values())
            for tally in (report.median.totals, *report.median.by_district):
                counts += [tally.covered, tally.uncovered, tally.unreachable]
                assert (tally.covered is None) == (tally.uncovered is None)
            assert all(count is None or count == 0 or count >= SMALLEST for count in counts)
            assert sum(count is None for count in report.by_class.values()) != 1
            told.append(report.median.totals.covered)
            seen.update(counts)
    assert len(told) == 18
    assert seen - {None, 0}


def test_before_and_after_an_opening_differ_by_tens_alone(toy_atlas):
    """A history subtracts a year from the next: an offer that opens beside a house tells nobody."""
    whole = coverage(toy_atlas, **FOOD, metres=10_000).totals.residents
    before = coverage(toy_atlas, **FOOD, metres=60)
    for x in range(25, 400, 75):
        after = coverage(apply(toy_atlas, scenario(add(float(x), 0.0))), **FOOD, metres=60)
        pairs = [(before.totals, after.totals), *zip(before.by_district, after.by_district,
                                                     strict=True)]  # fmt: skip
        for old, new in pairs:
            if None in (old.covered, new.covered):
                continue
            step = new.covered - old.covered
            assert step == 0 or step >= 10 or whole in (old.covered, new.covered)
