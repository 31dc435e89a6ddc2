"""
How sure the verdicts on all districts are, in one answer.

The same as `layers.stability`, without its numbers: the assumptions that are changed for all areas
alike are answered once, and the offer that each district would miss most is found from everybody's
second nearest offer instead of by closing one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from layers.coverage import COVERED, CoverageReport
from layers.dependence import without
from layers.resilience import resilience_of
from layers.stability import (
    BEYOND_EDGE,
    DEFAULT_THRESHOLD,
    UNKNOWN,
    beyond_edge,
    overall,
    shared_variants,
    verdict_on,
)
from layers.tabular import Tabular

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from layers.tally import Tally


@dataclass(frozen=True)
class Verdict:
    """
    The verdict on one area over all variants.

    `verdict` is one of `underserved`, `served`, `depends`, `unclear`, `unknown`.
    """

    area_id: str
    name: str
    verdict: str


class Verdicts(list[Verdict], Tabular, frames="verdicts"):
    """The verdicts on all areas of a level, in the region's order, with the answer judged."""

    def __init__(self, report: CoverageReport, by: str, found: Iterable[Verdict]) -> None:
        super().__init__(found)
        self.report, self.by = report, by


def verdicts(
    report: CoverageReport, *, by: str = "district", threshold: float = DEFAULT_THRESHOLD
) -> Verdicts:
    """
    Judge all areas of a level under all assumptions.

    Parameters
    ----------
    report
        The answer to the question as it was asked.
    by
        `district` or `municipality`.
    threshold
        Share of its people from which on an area is served.
    """
    areas = _tallies(report, by)
    if report.unknown:
        return Verdicts(report, by, (Verdict(t.area_id, t.name, UNKNOWN) for t in areas))
    found: list[set[str]] = [set() for _ in areas]
    at_edge = np.bincount(_area_of(report, by), beyond_edge(report), minlength=len(areas)) > 0
    for name, variant in shared_variants(report):
        for place, tally in enumerate(_tallies(variant, by)):
            if name != BEYOND_EDGE or at_edge[place]:
                found[place].add(verdict_on(tally, threshold))
    agreed = [place for place, told in enumerate(found) if len(told) == 1]
    for place, tally in _after_loss(report, by, agreed):
        found[place].add(verdict_on(tally, threshold))
    judged = zip(areas, found, strict=True)
    return Verdicts(report, by, (Verdict(t.area_id, t.name, overall(told)) for t, told in judged))


def _tallies(report: CoverageReport, by: str) -> list[Tally]:
    return report.by_district if by == "district" else report.by_municipality


def _area_of(report: CoverageReport, by: str) -> NDArray[np.int64]:
    """Return the area of each home, shape (n,)."""
    finest = report.atlas.population.district.astype(np.int64)
    return finest if by == "district" else report.atlas.region.municipality_of_finest[finest]


def _after_loss(report: CoverageReport, by: str, places: list[int]) -> Iterator[tuple[int, Tally]]:
    """Give areas as they are without the offer whose loss leaves most of their people uncovered."""
    count, area = len(report.offers), _area_of(report, by)
    if not (report.state == COVERED).any():
        return
    depends = resilience_of(report).depends
    cell = area[depends.person] * count + depends.offer
    weight = np.nan_to_num(report.atlas.population.weight)[depends.person]
    lost = np.bincount(cell, weight, minlength=len(_tallies(report, by)) * count)
    lost = lost.reshape(-1, count)
    closed: dict[int, CoverageReport] = {}
    for place in places:
        if not lost[place].any():
            continue  # whichever closes, everybody has another one
        offer = int(lost[place].argmax())
        if offer not in closed:
            closed[offer] = without(report, depends, offer)
        yield place, _tallies(closed[offer], by)[place]
