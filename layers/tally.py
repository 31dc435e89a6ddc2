"""
The people of one area as a report shows them: counts that have passed `geo.disclosure`.

A count that is withheld or unknown is None, never 0. The share comes from published counts, so it
tells no more than they do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geo.disclosure import SMALLEST_PUBLISHED

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Tally:
    """
    The people of one area, as they may be published.

    Counts are whole people, None where withheld or unknown. `share` is covered ÷ residents, None
    where a count is withheld; then `share_range` tells what may be said. Where no population is
    known, `unit` is `buildings` and the share is one of residential buildings.
    """

    area_id: str
    name: str
    unit: str
    residents: int | None
    covered: int | None
    uncovered: int | None
    unreachable: int | None
    unplaced: int | None
    edge_uncertain: int | None
    share: float | None
    share_range: tuple[float, float] | None
    suppressed: bool
    buildings: int

    @property
    def lowest_share(self) -> float:
        """The least share that is sure; NaN where nothing may be said: for ranking."""
        if self.share is not None:
            return self.share
        if self.share_range is None or self.share_range == (0.0, 1.0):
            return math.nan
        return self.share_range[0]


def tally_of_people(
    area: tuple[str, str],
    counts: tuple[float, ...],
    total: float,
    *,
    covered: float,
    short: float,
    edge: float,
    smallest: float = SMALLEST_PUBLISHED,
) -> Tally:
    """Make a tally of published counts; exact `covered` and `short` only bound a withheld share."""
    residents = whole(total)
    parts = covered_, uncovered, unreachable, unplaced = _parts(counts)
    share, share_range = None, None
    if residents and covered_ is not None:
        share = round(covered_ / residents, 3)
    elif residents:
        hidden = residents - sum(part or 0 for part in parts)
        share_range = _share_range(
            hidden, residents, covered=covered, short=short, smallest=smallest
        )
    return Tally(
        area_id=area[0],
        name=area[1],
        unit="residents",
        residents=residents,
        covered=covered_,
        uncovered=uncovered,
        unreachable=unreachable,
        unplaced=unplaced,
        edge_uncertain=None if uncovered is None else whole(edge),  # it is a part of them
        share=share,
        share_range=share_range,
        suppressed=residents is None or None in parts,
        buildings=0,
    )


def _parts(counts: tuple[float, ...]) -> tuple[int | None, int | None, int | None, int | None]:
    covered, uncovered, unreachable, unplaced = counts
    return whole(covered), whole(uncovered), whole(unreachable), whole(unplaced)


def _share_range(
    hidden: int, residents: int, *, covered: float, short: float, smallest: float
) -> tuple[float, float]:
    """Bound a withheld share by what is published, and by how few of a withheld count are."""
    low, high = 0.0, float(hidden)
    if covered < smallest:
        high = smallest
    elif short < smallest:
        low = hidden - smallest
    most = min(high / residents, 1.0)
    # a bound of a thousandth at least: below it would say that there is nobody
    return round(max(low, 0) / residents, 3), max(round(most, 3), 0.001)


def tally_of_buildings(area: tuple[str, str], buildings: NDArray[np.float64]) -> Tally:
    """Make a tally of residential buildings: covered, uncovered, unreachable."""
    total = buildings.sum()
    return Tally(
        area_id=area[0],
        name=area[1],
        unit="buildings",
        residents=None,
        covered=None,
        uncovered=None,
        unreachable=None,
        unplaced=None,
        edge_uncertain=None,
        share=round(float(buildings[0] / total), 3) if total else None,
        share_range=None,
        suppressed=False,
        buildings=int(total),
    )


def tally_of_nothing(area: tuple[str, str], buildings: NDArray[np.float64]) -> Tally:
    """Make the tally of an area of which neither people nor buildings are known."""
    return replace(tally_of_buildings(area, buildings), unit="residents")


def without_answer(tally: Tally) -> Tally:
    """Keep who lives there; nobody knows who is covered."""
    return replace(
        tally,
        covered=None,
        uncovered=None,
        unreachable=None,
        edge_uncertain=None,
        share=None,
        share_range=None,
        suppressed=tally.suppressed and tally.residents is None and tally.unit == "residents",
    )


def whole(value: float) -> int | None:
    """Return a published count as an integer, None where it is NaN."""
    return None if math.isnan(value) else int(value)
