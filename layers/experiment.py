"""
What came out of an experiment: before and after, where something was done and where nothing was.

Difference in differences: the change of the share covered in the treated districts less that in the
districts compared. It takes away what changed everywhere. It cannot tell why the two differed, and
rests on the assumption that they would have changed alike; few districts prove nothing by chance.

Shares are sums of what is published of each district, so they tell no more; where one of them is
withheld there is none. Offers of which nobody knows whether they existed make each share a range.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from layers.districts import find_area
from layers.errors import UnknownDistrictError
from layers.experiment_file import DOWN, NONE, UP
from layers.history import known_days, reports_on
from layers.question import ask

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from layers.atlas import Atlas
    from layers.coverage import CoverageReport
    from layers.districts import Area
    from layers.experiment_file import Expectation
    from layers.experiment_store import Registered
    from layers.history_offers import DatedOffers

MET, LESS, AGAINST, OPEN, UNTOLD = "met", "less", "against", "open", "untold"
NOT_YET = "not_yet"


@dataclass(frozen=True)
class Range:
    """What may be said of a share or a difference, in percentage points; None where nothing."""

    low: float | None
    high: float | None

    @property
    def is_told(self) -> bool:
        """Tell whether anything may be said."""
        return self.low is not None and self.high is not None


@dataclass(frozen=True)
class Arm:
    """
    The treated districts together, or those compared.

    `names` are theirs, `residents` their people (None where withheld); `before`, `after` and
    `change` are percentage points.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    residents: int | None
    before: Range
    after: Range
    change: Range


@dataclass(frozen=True)
class Outcome:
    """
    What came out.

    Attributes
    ----------
    registered
        The experiment with the proof of when it was recorded.
    treated, compared
        Both arms.
    effect
        Difference in differences, percentage points.
    verdict
        Against the expectation: `met`, `less` (in its direction, by less), `against`, `open` (the
        range allows several), `untold` (too few people or unknown), `not_yet` (the day after is not
        here, or no source tells of it).
    known_to
        Until when sources tell; None where none does.
    """

    registered: Registered
    treated: Arm
    compared: Arm
    effect: Range
    verdict: str
    known_to: date | None


def outcome(dated: DatedOffers, registered: Registered, *, today: date) -> Outcome:
    """
    Measure an experiment.

    Parameters
    ----------
    dated
        The region with all offers that ever existed.
    registered
        The experiment.
    today
        Before the day after, there is no outcome yet.

    Raises
    ------
    UnknownDistrictError, UnknownCategoryError, ParameterError
        If the region has no such district, or the question is not allowed.
    """
    experiment, atlas = registered.experiment, dated.atlas
    question = ask(
        atlas,
        category=experiment.category,
        mode=experiment.mode,
        minutes=experiment.minutes,
        metres=experiment.metres,
    )
    reports = reports_on(dated, question, [experiment.before, experiment.after])
    treated = _arm(atlas, experiment.treated, reports)
    compared = _arm(atlas, experiment.compared, reports)
    effect = _less(treated.change, compared.change)
    _, known_to = known_days(dated, question)
    is_early = experiment.after > today or known_to is None or known_to < experiment.after
    return Outcome(
        registered=registered,
        treated=treated,
        compared=compared,
        effect=effect,
        verdict=NOT_YET if is_early else verdict(effect, experiment.expectation),
        known_to=known_to,
    )


def verdict(effect: Range, expected: Expectation) -> str:
    """Hold an effect against what was expected."""
    if effect.low is None or effect.high is None:
        return UNTOLD
    found = {_judge(value, expected) for value in (effect.low, effect.high)}
    return found.pop() if len(found) == 1 else OPEN


def _judge(points: float, expected: Expectation) -> str:
    if expected.direction == NONE:
        return MET if abs(points) <= expected.points else AGAINST
    along = {UP: points, DOWN: -points}[expected.direction]
    if along >= expected.points:
        return MET
    return LESS if along > 0 else AGAINST


def _arm(
    atlas: Atlas,
    districts: Sequence[str],
    reports: Sequence[tuple[CoverageReport, CoverageReport]],
) -> Arm:
    """Put the districts of one arm together."""
    areas = [find_area(atlas, district) for district in districts]
    holds = np.sum([area.holds for area in areas], axis=0)
    if (holds > 1).any():
        raise UnknownDistrictError(
            ", ".join(districts), ["districts that lie inside one another count once"]
        )
    before, after = (Range(*(_share(report, areas) for report in pair)) for pair in reports)
    counts = [area.tally_of(reports[0][0]).residents for area in areas]
    return Arm(
        ids=tuple(area.id for area in areas),
        names=tuple(area.name for area in areas),
        residents=None if None in counts else sum(count or 0 for count in counts),
        before=before,
        after=after,
        change=_less(after, before),
    )


def _share(report: CoverageReport, areas: Sequence[Area]) -> float | None:
    """Return percentage points of the people of some districts who are covered."""
    tallies = [area.tally_of(report) for area in areas]
    if any(t.covered is None or t.residents is None for t in tallies):
        return None  # sums of districts must not tell what each of them withholds
    people = sum(t.residents or 0 for t in tallies)
    covered = sum(t.covered or 0 for t in tallies)
    return round(100 * covered / people, 1) if people else None


def _less(first: Range, second: Range) -> Range:
    """Return what may be said of a difference."""
    if first.low is None or first.high is None or second.low is None or second.high is None:
        return Range(None, None)
    return Range(round(first.low - second.high, 1), round(first.high - second.low, 1))
