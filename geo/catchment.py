"""
Catchments: how far an offer's capacity carries, and who goes where by simple rules.

Beside the best allocation (`geo.balance`) stand two that nobody has to organise: everyone to the
nearest offer, and Huff's rule, by which large and near offers draw more (Huff 1964).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.disclosure import round_to_tens

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

HUFF_EXPONENT = 2.0  # assumption: the usual square; Huff (1964) fitted it by kind of trip
_LEAST_S = 60.0  # next door is not infinitely attractive


def whole_units(demand: Floats, district: NDArray[np.int32], xy: Floats) -> Ints:
    """
    Round the demand of homes to whole units so that the sums of their surroundings stay.

    What rounding leaves over is carried on to the next home: from cell to cell within a district.

    Parameters
    ----------
    demand
        Shape (n,), 0 or more.
    district, xy
        Shapes (n,) and (n, 2) in metres: where the homes are.

    Returns
    -------
    units
        Shape (n,); any run of homes in that order is off by less than one unit.
    """
    column, row = np.floor(xy / 500.0).astype(np.int64).T
    order = np.lexsort((xy[:, 1], xy[:, 0], column, row, district))
    running = np.floor(np.cumsum(demand[order]) + 0.5).astype(np.int64)
    units = np.empty(len(demand), np.int64)
    units[order] = np.diff(running, prepend=0)
    return units


def filled_s(travel_s: Floats, people: Floats, capacity: float) -> float:
    """
    Return the travel time at which the people inside use up a capacity, inf where they never do.

    People are counted in tens, as a coverage report of the same offer would tell them.

    Parameters
    ----------
    travel_s
        Shape (n,): seconds from each home to the offer, inf where there is no way.
    people
        Shape (n,).
    capacity
        For so many people.
    """
    order = np.argsort(travel_s, kind="stable")
    reached = order[: int(np.isfinite(travel_s).sum())]
    inside = round_to_tens(np.cumsum(people[reached]))
    at = int(np.searchsorted(inside, capacity, "left"))
    return float(travel_s[reached[at]]) if at < len(reached) else np.inf


def huff(travel_s: Floats, capacity: Floats, *, exponent: float = HUFF_EXPONENT) -> Floats:
    """
    Return the share of each home that goes to each offer: capacity over travel time to a power.

    Parameters
    ----------
    travel_s
        Shape (m, n), inf where there is no way; less than a minute counts as one.
    capacity
        Shape (m,).

    Returns
    -------
    share
        Shape (m, n); each home's sum to 1, or to 0 where no way leads to any offer.
    """
    pull = capacity[:, None] / np.maximum(travel_s, _LEAST_S) ** exponent
    total = pull.sum(axis=0)
    share: Floats = np.divide(pull, total, where=total > 0, out=np.zeros_like(pull))
    return share


def quantiles(values: Floats, weight: Floats, at: tuple[float, ...]) -> Floats:
    """Return weighted quantiles of values, shapes (n,), NaN where there is no weight."""
    if not weight.sum() > 0:
        return np.full(len(at), np.nan)
    order = np.argsort(values, kind="stable")
    running = np.cumsum(weight[order])
    place = np.searchsorted(running, np.asarray(at) * running[-1], "left")
    return np.asarray(values[order[np.minimum(place, len(order) - 1)]], float)
