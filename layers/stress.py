"""
One question under strain: as a scenario makes the region, without cars, on a Sunday, and all of it.

Without cars a question by car is asked by every other mode with the same limit: who reaches an
offer by any of them is covered, and twice where two different offers are in reach, by one mode or
by two. A question by another mode needs no car, so that the case does not arise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from layers.coverage import COVERED, UNCOVERED, UNREACHABLE, CoverageReport, answer
from layers.question import LINE, ask
from layers.resilience import ResilienceReport, by_transit, resilience_of
from layers.timetable import TRANSIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from layers.atlas import Atlas
    from layers.question import Question

SUNDAY = "Su"
TODAY, SCENARIO, WITHOUT_CAR, SUNDAYS, ALL = "today", "scenario", "without_car", "sunday", "all"


@dataclass(frozen=True, eq=False)
class StressCase:
    """
    One case with the modes that count in it.

    Of `report` only `totals`, `by_district` and `by_municipality` mean something.
    """

    case: str
    modes: tuple[str, ...]
    report: ResilienceReport


def stress_cases(
    atlas: Atlas,
    changed: Atlas | None,
    *,
    category: str | Sequence[str],
    mode: str | None = None,
    minutes: float | None = None,
    metres: float | None = None,
    at: str | None = None,
    window: str | None = None,
) -> list[StressCase]:
    """
    Ask a question of the region today and under strain.

    Parameters
    ----------
    atlas, changed
        The region, and what a scenario makes of it; None where there is no scenario.
    category, mode, minutes, metres, at, window
        As for `coverage`; without cars people also go by public transport, in the window of the
        question's time.

    Returns
    -------
    cases
        `today`; `scenario` where there is one; `without_car` where the question is by car;
        `sunday`; `all` together. All but the first hold in the scenario.

    Raises
    ------
    UnknownCategoryError
        If the taxonomy has no such category.
    ParameterError
        If mode, limit or time are not allowed.
    """
    question = ask(
        atlas, category=category, mode=mode, minutes=minutes, metres=metres, at=at, window=window,
        with_transit=True,
    )  # fmt: skip
    sunday = ask(
        atlas, category=category, mode=mode, minutes=minutes, metres=metres, at=SUNDAY,
        with_transit=True,
    )  # fmt: skip
    then = atlas if changed is None else changed
    by_car = question.mode == "car"
    others = _others(then, question)
    own = (question.mode,)
    asked: list[tuple[str, Atlas, Question, tuple[str, ...]]] = [(TODAY, atlas, question, own)]
    if changed is not None:
        asked.append((SCENARIO, changed, question, own))
    if by_car and others:
        asked.append((WITHOUT_CAR, then, question, others))
    asked.append((SUNDAYS, then, sunday, own))
    asked.append((ALL, then, sunday, _others(then, sunday) if by_car and others else own))
    return [
        StressCase(case, modes, _by_any(of, question, modes)) for case, of, question, modes in asked
    ]


def _others(atlas: Atlas, question: Question) -> tuple[str, ...]:
    """Return the modes that need no car; public transport where its timetable covers the day."""
    riding = () if by_transit(atlas, question) is None else (TRANSIT,)
    return (*(mode for mode in atlas.networks if mode != "car"), *riding)


def _by_any(atlas: Atlas, question: Question, modes: tuple[str, ...]) -> ResilienceReport:
    """Answer a question for people who may go by any of some modes."""
    asked = [
        by_transit(atlas, question) if mode == TRANSIT else replace(question, mode=mode)
        for mode in modes
    ]
    reports = [
        resilience_of(once) for once in answer(atlas, [each for each in asked if each is not None])
    ]
    if len(reports) == 1 or question.mode == LINE:
        return reports[0]
    covering = np.sum([report.once.state == COVERED for report in reports], axis=0)
    once, twice = covering > 0, covering > 0
    # who depends on one and the same offer by every mode that covers has no second one
    stride = len(atlas.offers) + 1
    pairs = [
        report.depends.person * stride + report.once.offers[report.depends.offer]
        for report in reports
    ]
    pair, by_modes = np.unique(np.concatenate(pairs), return_counts=True)
    twice[(pair // stride)[by_modes == covering[pair // stride]]] = False
    nowhere = np.all([report.once.state == UNREACHABLE for report in reports], axis=0)
    return ResilienceReport(
        _with_state(reports[0].once, once, nowhere), _with_state(reports[0].once, twice, nowhere)
    )


def _with_state(
    report: CoverageReport, covered: NDArray[np.bool_], nowhere: NDArray[np.bool_]
) -> CoverageReport:
    state = np.where(covered, COVERED, UNCOVERED)
    state[nowhere] = UNREACHABLE
    return replace(report, state=state.astype(np.int8), with_unknown=None)
