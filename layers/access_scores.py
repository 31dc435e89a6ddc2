"""
How many offers there are per head within reach, by district.

Coverage asks whether the nearest offer is near enough; an access score asks how many people share
it. Every offer counts as one, as capacities are rarely stated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.errors import ParameterError
from geo.floating import Decay, by_thirds, supply_per_head, within_limit
from layers.coverage import CoverageReport, answer
from layers.question import LINE, ask
from layers.tabular import Tabular
from layers.travel import travel_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from layers.atlas import Atlas

    Floats = NDArray[np.float64]

E2SFCA, TWO_STEP = "e2sfca", "2sfca"
KINDS = (E2SFCA, TWO_STEP)
DEFAULT_MINUTES = 30.0  # source: Luo and Qi 2009: zones end at 10, 20 and 30 minutes
PER_PEOPLE = 10_000
_EPSILON_S = 1e-3  # as in `layers.coverage`


@dataclass(frozen=True)
class Score:
    """
    Offers per 10,000 people within reach, the mean of a district's residents.

    None for fewer than 25 people, and where nobody is counted; `relative` to the region's mean.
    """

    district_id: str
    name: str
    per_10000: float | None
    relative: float | None


@dataclass(frozen=True, eq=False)
class ScoresReport(Tabular, frames="access_scores"):
    """
    The answer.

    Attributes
    ----------
    coverage
        The coverage report of the same question: who has none in reach, and whether that is known.
    kind, decay
        How offers count by travel time.
    per_head
        Shape (n,), by resident: offers per head; internal.
    region
        The mean of the region.
    by_district
        In the region's order.
    offers_not_reached
        Offers within reach of nobody in the region: given to no one.
    """

    coverage: CoverageReport
    kind: str
    decay: Decay
    per_head: Floats
    region: Score
    by_district: tuple[Score, ...]
    offers_not_reached: int


def access_scores(
    atlas: Atlas,
    *,
    category: str | Sequence[str],
    mode: str | None = None,
    minutes: float | None = None,
    kind: str = E2SFCA,
    window: str | None = None,
) -> ScoresReport:
    """
    Score each district by the offers per head within reach.

    Parameters
    ----------
    atlas
        The region.
    category, mode
        As in a question of coverage, along streets.
    minutes
        Farther offers do not count; 30 if left out.
    kind
        `e2sfca`: three zones of equal width with the weights 1, 0.68 and 0.22. `2sfca`: one weight.
    window
        Departures of mode `transit`: the way to each offer is the median over them.

    Raises
    ------
    ParameterError
        If something is out of bounds, or no people are counted in the region.
    UnknownCategoryError
        If the taxonomy lacks a category.
    """
    if kind not in KINDS:
        raise ParameterError(
            f"`kind` {kind!r} is not known; use one of {', '.join(KINDS)}", parameter="kind"
        )
    if mode == LINE:
        raise ParameterError(
            "`mode` line has no travel time; use a way along streets", parameter="mode"
        )
    limit = DEFAULT_MINUTES if minutes is None else minutes
    question = ask(
        atlas, category=category, mode=mode, minutes=limit, window=window, with_transit=True
    )
    if atlas.population.basis.unit != "residents":
        raise ParameterError(
            f"`region` {atlas.region.id} has no population count, so there is no supply per head; "
            "ask for coverage, which answers in shares of buildings",
            parameter="region",
        )
    decay = (by_thirds if kind == E2SFCA else within_limit)(question.limit_s + _EPSILON_S)
    report = answer(atlas, [question])[0]
    network, demand, supply = travel_by(atlas, question.mode, question.window)
    pairs = network.within(demand, supply.take(report.offers), decay.limit_s, with_distance=False)
    people = atlas.people
    per_head = supply_per_head(
        pairs.source, pairs.target, pairs.travel_s, people, np.ones(len(report.offers)), decay
    )
    served = np.bincount(pairs.target, people[pairs.source], minlength=len(report.offers)) > 0
    region, by_district = _by_district(report, per_head)
    return ScoresReport(
        coverage=report,
        kind=kind,
        decay=decay,
        per_head=per_head,
        region=region,
        by_district=by_district,
        offers_not_reached=int((~served).sum()),
    )


def _by_district(report: CoverageReport, per_head: Floats) -> tuple[Score, tuple[Score, ...]]:
    """Average over residents; people without a building are not part of it."""
    atlas = report.atlas
    areas, people, district = atlas.finest_areas, atlas.people, atlas.population.district
    count = np.bincount(district, people, minlength=len(areas)).astype(float)
    total = np.bincount(district, people * per_head, minlength=len(areas))
    smallest = atlas.population.smallest_published
    mean = _mean(float(total.sum()), float(count.sum()), smallest)
    if report.unknown:
        mean, count = math.nan, np.zeros(len(areas))
    region = atlas.region
    return _score((region.id, region.name), mean, mean), tuple(
        _score(area, _mean(got, number, smallest), mean)
        for area, got, number in zip(areas, total.tolist(), count.tolist(), strict=True)
    )


def _mean(total: float, people: float, smallest: int) -> float:
    return total / people if people >= smallest else math.nan


def _score(area: tuple[str, str], per_head: float, mean: float) -> Score:
    if math.isnan(per_head):
        return Score(*area, None, None)
    return Score(*area, per_head * PER_PEOPLE, per_head / mean if mean > 0 else None)
