"""
How the travel times to the nearest offer are spread over the people: a histogram by minutes.

The steps are the same for every question, so that two limits do not tell more than one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.disclosure import publish_parts
from layers.question import LINE
from layers.tally import whole

if TYPE_CHECKING:
    from layers.coverage import CoverageReport

EDGES_MIN = (0.0, 5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0)  # the last step is open


@dataclass(frozen=True)
class TimeStep:
    """People (or buildings) from more than `low_min` to `high_min`; None where withheld."""

    low_min: float
    high_min: float
    people: int | None


def travel_times(report: CoverageReport) -> list[TimeStep]:
    """
    Count people by the minutes to their nearest offer.

    Empty where nobody knows, in a straight line, and where there is no offer. Who cannot reach any
    is in no step.
    """
    population = report.atlas.population
    if report.unknown or report.question.mode == LINE or not len(report.offers):
        return []
    minutes = report.travel_s / 60
    reached = np.isfinite(minutes)
    step = np.clip(np.searchsorted(EDGES_MIN, minutes[reached], side="left") - 1, 0, None)
    weight = np.nan_to_num(population.weight[reached])
    counts = np.bincount(step, weight, minlength=len(EDGES_MIN)).astype(float)
    if population.basis.unit == "residents":
        counts = publish_parts(counts, smallest=population.smallest_published)
    highs = (*EDGES_MIN[1:], math.inf)
    return [
        TimeStep(low, high, whole(float(count)))
        for low, high, count in zip(EDGES_MIN, highs, counts, strict=True)
    ]
