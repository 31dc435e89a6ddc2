"""
Who lives within reach by age: under 18, 18 to 64, 65 and older, and of unknown age.

The groups are parts of the region's people, as districts are, and are published by the same rules:
few are withheld, with a second group where subtraction from the region would tell them. Ages are
told of the whole region alone; by district as well, counts would be too few to be told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.census_ages import AGE_GROUPS
from geo.disclosure import publish_levels, publish_singly
from layers.tally import Tally, tally_of_people, without_answer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.coverage import CoverageReport

    Floats = NDArray[np.float64]

UNKNOWN_AGE = "unknown"
GROUPS = (*AGE_GROUPS, UNKNOWN_AGE)
_COVERED, _UNCOVERED, _UNREACHABLE, _UNPLACED = range(4)


def by_age(report: CoverageReport) -> list[Tally]:
    """
    Tell who of each age group is within reach.

    Parameters
    ----------
    report
        The coverage of a region.

    Returns
    -------
    tallies
        One for each of `GROUPS`, which is its `area_id` and its name; together they are the
        region's. Empty where nothing is known of ages.
    """
    exact, assumed = _counts(report)
    if not len(exact):
        return []
    published = publish_levels(
        exact, np.arange(len(GROUPS)), known=assumed, smallest=report.smallest
    ).municipalities
    edge = publish_singly(_edge(report), smallest=report.smallest)
    tallies = [
        tally_of_people(
            (group, group),
            tuple(counts),
            total,
            covered=row[_COVERED],
            short=row[_UNCOVERED] + row[_UNREACHABLE],
            edge=at_edge,
            smallest=report.smallest,
        )
        for group, counts, total, row, at_edge in zip(
            GROUPS, published.counts.tolist(), published.totals.tolist(), exact.tolist(),
            edge.tolist(), strict=True,
        )
    ]  # fmt: skip
    return [without_answer(tally) for tally in tallies] if report.unknown else tallies


def _by_group(report: CoverageReport) -> Floats:
    """Shape (n, 4): people of each point by group; what is not known of its ages comes last."""
    population = report.atlas.population
    if population.ages is None:
        return np.zeros((0, len(GROUPS)))
    known = np.nan_to_num(population.ages)
    unknown = np.maximum(report.atlas.people - known.sum(axis=1), 0.0)
    return np.column_stack([known, unknown])


def _counts(report: CoverageReport) -> tuple[Floats, Floats]:
    """Shape (4, 4), groups by state: all people, and those whom the asker assumed."""
    people, population = _by_group(report), report.atlas.population
    if not len(people):
        return np.zeros((0, 4)), np.zeros((0, 4))

    def summed(rows: NDArray[np.bool_]) -> Floats:
        table = np.zeros((len(GROUPS), 4))
        for group in range(len(GROUPS)):
            states = report.state[rows]
            table[group, :3] = np.bincount(states, people[rows, group], minlength=3)
        return table

    exact = summed(np.ones(len(people), bool))
    exact[-1, _UNPLACED] = population.unplaced.sum()
    return exact, summed(population.is_assumed)


def _edge(report: CoverageReport) -> Floats:
    """Shape (4,): uncovered people whom an offer beyond the data might cover, by group."""
    might = (report.state == _UNCOVERED) & report.has_exit_in_reach
    might &= ~report.atlas.population.is_assumed
    summed: Floats = _by_group(report)[might].sum(axis=0)
    return summed
