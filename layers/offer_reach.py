"""
What an initiative asks of its own entry: how many people reach it, and which gaps it could serve.

People count by the way from their home to the offer, as everywhere, for a few limits that are the
same for all offers and the limit of its own kind. A gap is one of its category at the usual limit;
how far it is, is the median way from the homes in it to the offer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.disclosure import publish_singly
from geo.median import weighted_median
from layers.coverage import coverage
from layers.tally import whole
from layers.timetable import TRANSIT, WALK, usual_windows
from layers.travel import travel_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.transit.window import Window
    from layers.atlas import Atlas
    from layers.coverage import CoverageReport, GapTally

MINUTES = (5.0, 10.0, 15.0, 30.0)
MOST_GAPS = 5
_EPSILON_S = 1e-3  # exactly at the limit is within it, as in `layers.coverage`


@dataclass(frozen=True)
class ModeReach:
    """
    Who comes to an offer by one mode.

    Attributes
    ----------
    mode
        A street mode, or `transit`: on a usual weekday afternoon, by the median of the departures.
    counts
        For each limit the people of the study area within it, in tens; None where fewer than 25.
        Homes in place of people where nobody is counted.
    is_cut
        For each limit whether a street leaves the data within it: more people may come from beyond.
    is_placed
        Whether a street of this mode is near the offer; where not, all counts are None.
    """

    mode: str
    counts: tuple[int | None, ...]
    is_cut: tuple[bool, ...]
    is_placed: bool


@dataclass(frozen=True)
class OfferReach:
    """
    People in reach of an offer, by mode and limit.

    `usual_mode` and `usual_min` are those of its primary category, `usual_min` one of `minutes`;
    `unit` is `residents` or `buildings`. `window` are the departures of mode `transit`, None where
    the region has no timetable.
    """

    offer: int
    minutes: tuple[float, ...]
    usual_mode: str
    usual_min: float
    unit: str
    modes: tuple[ModeReach, ...]
    window: Window | None = None


@dataclass(frozen=True)
class ServableGap:
    """A gap and the median minutes from the homes in it to the offer; `inf` without a way."""

    gap: GapTally
    travel_min: float


@dataclass(frozen=True, eq=False)
class ServableGaps:
    """
    The gaps of an offer's primary category nearest to it, with the report they are from.

    `total` counts all gaps of the region.
    """

    report: CoverageReport
    gaps: tuple[ServableGap, ...]
    total: int


def people_in_reach(atlas: Atlas, offer: str) -> OfferReach:
    """
    Count who reaches an offer by each mode within `MINUTES` and the limit of its category.

    Parameters
    ----------
    atlas
        The region.
    offer
        Its id.

    Raises
    ------
    UnknownOfferError
        If there is no such offer.

    Notes
    -----
    One search a mode for all limits. Limits are not the asker's, so that counts of two limits close
    to each other tell of nobody; each is rounded to tens and withheld where it is small.
    """
    row = atlas.offers.row(offer)
    reach = atlas.taxonomy.category(atlas.offers[row].categories[0]).reach
    limits = tuple(sorted({*MINUTES, float(reach.minutes)}))
    is_counted = atlas.population.basis.unit == "residents"
    people = atlas.people if is_counted else np.ones(len(atlas.people))
    modes = [
        _by_mode(atlas, row, mode, limits, people, is_counted=is_counted) for mode in atlas.networks
    ]
    window = usual_windows(atlas.timetable).get("weekday") if atlas.timetable else None
    if window is not None and WALK in atlas.networks:
        modes.append(
            _by_mode(atlas, row, TRANSIT, limits, people, is_counted=is_counted, window=window)
        )
    unit = atlas.population.basis.unit
    return OfferReach(row, limits, reach.mode, float(reach.minutes), unit, tuple(modes), window)


def _by_mode(
    atlas: Atlas,
    row: int,
    mode: str,
    limits: Sequence[float],
    people: NDArray[np.float64],
    *,
    is_counted: bool,
    window: Window | None = None,
) -> ModeReach:
    network, demand, supply = travel_by(atlas, mode, window)
    place = supply.take([row])
    if not place.placed[0]:
        nothing = (None,) * len(limits)
        return ModeReach(mode, nothing, (False,) * len(limits), is_placed=False)
    travel_s = network.to_nearest(demand, [place]).travel_s[0]
    exact = np.array([people[_within(travel_s, limit)].sum() for limit in limits])
    smallest = atlas.population.smallest_published
    counts = publish_singly(exact, smallest=smallest) if is_counted else exact
    # of rides beyond the edge nothing is known: those who walk from there
    streets = atlas.networks[WALK if mode == TRANSIT else mode]
    exits = streets.within(streets.exits(), place, limits[-1] * 60, with_distance=False)
    nearest_exit_s = float(exits.travel_s.min(initial=math.inf))
    return ModeReach(
        mode,
        tuple(whole(float(count)) for count in counts),
        tuple(nearest_exit_s <= limit * 60 for limit in limits),
        is_placed=True,
    )


def _within(travel_s: NDArray[np.float64], minutes: float) -> NDArray[np.bool_]:
    return np.asarray(travel_s <= minutes * 60 + _EPSILON_S)


def servable_gaps(atlas: Atlas, offer: str, *, most: int = MOST_GAPS) -> ServableGaps:
    """
    Find the gaps of an offer's category whose people have the shortest way to it.

    Parameters
    ----------
    atlas
        The region.
    offer
        Its id.
    most
        How many are returned, the nearest first.

    Raises
    ------
    UnknownOfferError
        If there is no such offer.
    """
    row = atlas.offers.row(offer)
    report = coverage(atlas, category=atlas.offers[row].categories[0])
    mode = report.question.mode
    gaps = report.gaps
    if not gaps:
        return ServableGaps(report, (), 0)
    place = atlas.supply[mode].take([row])
    travel_s = atlas.networks[mode].to_nearest(atlas.demand[mode], [place]).travel_s[0]
    served = [ServableGap(gap, _median_min(atlas, gap, travel_s)) for gap in gaps]
    served.sort(key=lambda each: each.travel_min)
    return ServableGaps(report, tuple(served[:most]), len(gaps))


def _median_min(atlas: Atlas, gap: GapTally, travel_s: NDArray[np.float64]) -> float:
    xy = atlas.population.xy
    left, bottom, right, top = gap.shape.bounds
    x, y = xy.T
    near = np.flatnonzero((x >= left) & (x <= right) & (y >= bottom) & (y <= top))
    shapely.prepare(gap.shape)
    inside = near[shapely.intersects_xy(gap.shape, xy[near])]
    if not len(inside):  # a line drawn around few homes may leave them just outside
        return math.inf
    weight = np.nan_to_num(atlas.population.weight[inside])
    return weighted_median(travel_s[inside] / 60, weight)
