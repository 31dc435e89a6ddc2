"""
What changes between two answers to the same question: before a scenario, and with it.

    covered after − covered before = gained − lost + new people who are covered

What is told comes from what both sides publish: where either withholds a district's people, so does
the difference, and it is in tens as they are. `gained` and `lost` count people who live there now;
where fewer than 25 do one of both, neither is told. Who a new quarter brings is the asker's own
assumption and told as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.disclosure import publish_singly
from geo.errors import ParameterError
from layers.coverage import COVERED, UNREACHABLE
from layers.tabular import Tabular
from layers.tally import whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from layers.coverage import CoverageReport
    from layers.tally import Tally

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Change:
    """
    The people of one area, after minus before; None where withheld or unknown.

    `covered` is the change of the covered, `gained` and `lost` those of today's people who come
    within the limit and who fall out of it. `new_people` came with the scenario, `new_covered` of
    them are within the limit. `share` is the change of the share, between −1 and 1.
    """

    area_id: str
    name: str
    covered: int | None
    gained: int | None
    lost: int | None
    new_people: int
    new_covered: int
    share: float | None


@dataclass(frozen=True, eq=False)
class Difference(Tabular, frames="difference"):
    """Both answers and what changes: in the region, its finest districts, its municipalities."""

    before: CoverageReport
    after: CoverageReport
    totals: Change
    by_district: list[Change]
    by_municipality: list[Change]


def compare(before: CoverageReport, after: CoverageReport) -> Difference:
    """
    Compare two answers to one question.

    Parameters
    ----------
    before, after
        `after` is of the same region or of what a scenario makes of it: its people are those of
        `before`, in the same order, followed by new ones.

    Raises
    ------
    ParameterError
        If question or region differ.
    """
    if before.question != after.question:
        raise ParameterError(
            f"the answers are to different questions: {before.question}, and {after.question}",
            parameter="question",
        )
    districts = before.atlas.finest_areas
    people, now = len(before.state), before.atlas.population.district
    if before.atlas.region is not after.atlas.region or len(after.state) < people:
        raise ParameterError(
            "the answers are of different regions; compare a region with its scenario",
            parameter="region",
        )
    was, is_now = before.state == COVERED, after.state[:people] == COVERED
    moved = np.column_stack(
        [
            np.bincount(now[rows], before.atlas.people[rows], minlength=len(districts))
            for rows in (~was & is_now, was & ~is_now)
        ]
    ).astype(float)
    new = after.assumed - before.assumed
    smallest = before.atlas.population.smallest_published
    towns = before.atlas.region.municipality_of_finest
    moved_of_town, new_of_town = (
        _grouped(rows, towns, len(before.by_municipality)) for rows in (moved, new)
    )
    return Difference(
        before,
        after,
        totals=_changes(
            [before.totals], [after.totals], moved.sum(0)[None], new.sum(0)[None], smallest
        )[0],
        by_district=_changes(before.by_district, after.by_district, moved, new, smallest),
        by_municipality=_changes(
            before.by_municipality, after.by_municipality, moved_of_town, new_of_town, smallest
        ),
    )


def _grouped(rows: Floats, group: NDArray[np.int64], count: int) -> Floats:
    """Add up the rows of each group."""
    summed = np.zeros((count, rows.shape[1]))
    np.add.at(summed, group, rows)
    return summed


def _changes(
    before: Sequence[Tally], after: Sequence[Tally], moved: Floats, new: Floats, smallest: int
) -> list[Change]:
    published = publish_singly(moved, smallest=smallest)
    return [_change(*parts) for parts in zip(before, after, moved, published, new, strict=True)]


def _change(before: Tally, after: Tally, moved: Floats, published: Floats, new: Floats) -> Change:
    new_people, new_covered = int(new[: UNREACHABLE + 1].sum()), int(new[COVERED])
    covered, gained, lost, share = None, None, None, None
    if before.covered is not None and after.covered is not None:
        covered = after.covered - before.covered
        gained, lost = _gained_and_lost(moved, published, net=covered - new_covered)
    if before.share is not None and after.share is not None:
        share = round(after.share - before.share, 3)
    return Change(
        area_id=before.area_id,
        name=before.name,
        covered=covered,
        gained=gained,
        lost=lost,
        new_people=new_people,
        new_covered=new_covered,
        share=share,
    )


def _gained_and_lost(
    moved: Floats, published: Floats, *, net: int
) -> tuple[int | None, int | None]:
    """Make both fit the published difference, so that nothing finer than it is told."""
    gains, losses = moved > 0
    if not losses:
        return (whole(published[0]) if np.isnan(published[0]) else max(net, 0)), 0
    if not gains:
        return 0, (whole(published[1]) if np.isnan(published[1]) else max(-net, 0))
    if np.isnan(published).any():
        return None, None
    gained = max(int(published[0]), net)
    return gained, gained - net
