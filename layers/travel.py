"""
By what people travel: the network of a mode, with people and offers on it.

Streets and public transport have the same face, so that a measure asks both in the same words. By
public transport a way is the median over the departures of a window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.network import Snapped
from layers.open_arrivals import OpenArrivals
from layers.timetable import TRANSIT, WALK, transit_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.network import Network
    from geo.transit.at import TransitAt
    from geo.transit.window import Window
    from layers.atlas import Atlas
    from layers.coverage import CoverageReport

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_AT_ONCE = 64  # sets that one pass answers


class Travel(NamedTuple):
    """A network with the region's people and offers snapped to it."""

    network: Network | TransitAt
    demand: Snapped
    supply: Snapped


def travel_by(atlas: Atlas, mode: str, window: Window | None = None) -> Travel:
    """
    Return the network of a mode.

    Raises
    ------
    ParameterError, OutsideValidityError
        If the region has no timetable, or none of that day.
    """
    if mode == TRANSIT and window is not None:
        return Travel(transit_of(atlas).at(window), atlas.demand[WALK], atlas.supply[WALK])
    return Travel(atlas.networks[mode], atlas.demand[mode], atlas.supply[mode])


def ridden_with(before: CoverageReport, places: Snapped, people: Ints) -> Floats:
    """
    Find how long some people take by public transport with one more place beside what exists.

    A place helps also those whom neither it nor an offer alone serves at half of the departures, so
    that each is asked together with all offers.

    Parameters
    ----------
    before
        By public transport; its offers keep their hours, the place is always open.
    places
        m points on the streets for people on foot.
    people
        Rows of the region's people, shape (n,).

    Returns
    -------
    travel_s
        Shape (m, n): the median to the nearest of both.
    """
    sets = [places.take([k]) for k in range(len(places))]
    return ridden_to(before, sets, people)


def ridden_to(before: CoverageReport, sets: list[Snapped], people: Ints) -> Floats:
    """Find the median with each set of further places beside what exists, shape (k, n)."""
    atlas, window = before.atlas, before.question.window
    if window is None:
        raise ValueError("the report is not by public transport")
    way = transit_of(atlas).at(window).of(people)
    open_then = before.hours.surely if isinstance(before.hours, OpenArrivals) else None
    rows = before.offers if open_then is None else open_then.rows
    there = atlas.supply[WALK].take(rows)
    travel_s = np.empty((len(sets), len(people)))
    for first in range(0, len(sets), _AT_ONCE):
        block = sets[first : first + _AT_ONCE]
        found = way.transit.times(
            [_joined(there, each) for each in block],
            window=window,
            limits_s=[0.0] * len(block),
            hours=None if open_then is None else [open_then.and_always(len(s)) for s in block],
        )
        travel_s[first : first + len(block)] = found.median_s
    return travel_s


def _joined(one: Snapped, other: Snapped) -> Snapped:
    return Snapped(
        np.concatenate([one.edge, other.edge]),
        np.concatenate([one.fraction, other.fraction]),
        np.concatenate([one.leg_m, other.leg_m]),
        one.network_id,
    )
