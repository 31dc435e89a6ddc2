"""
Supply per head within reach: two-step floating catchments.

First each supply shares what it has among the people who reach it, each weighted by how far they
come; then each person adds up the shares of all the supply they reach, weighted in the same way.
What people get adds up to what there is. With one weight for all within a limit this is 2SFCA
(Radke and Mu 2000, Luo and Wang 2003); with weights that fall by zone, E2SFCA (Luo and Qi 2009).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.errors import ParameterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

E2SFCA_WEIGHTS = (1.0, 0.68, 0.22)  # source: Luo and Qi 2009, zones 0-10, 10-20, 20-30 minutes


@dataclass(frozen=True)
class Decay:
    """
    How much supply counts by travel time: the weight of the first zone that holds it, else 0.

    `until_s` are the upper ends of the zones in seconds, rising; the end belongs to its zone.
    """

    until_s: tuple[float, ...]
    weight: tuple[float, ...]

    def __post_init__(self) -> None:
        """
        Check the zones.

        Raises
        ------
        ParameterError
            If ends do not rise from above 0, or weights are not one per zone and from 0 on.
        """
        ends = np.array([0.0, *self.until_s])
        fits = len(self.until_s) == len(self.weight) > 0
        if not (fits and (np.diff(ends) > 0).all() and min(self.weight) >= 0):
            raise ParameterError(
                f"`decay` has zones until {self.until_s} s with weights {self.weight}; give rising "
                "ends above 0 and a weight from 0 on for each",
                parameter="decay",
            )

    @property
    def limit_s(self) -> float:
        """Supply farther than this does not count."""
        return self.until_s[-1]

    def __call__(self, travel_s: Floats) -> Floats:
        """Return the weight of each travel time, same shape."""
        zone = np.searchsorted(self.until_s, travel_s, "left")
        weights: Floats = np.append(self.weight, 0.0)[zone]
        return weights


def within_limit(limit_s: float) -> Decay:
    """Return the weights of 2SFCA: one within the limit."""
    return Decay((limit_s,), (1.0,))


def by_thirds(limit_s: float) -> Decay:
    """Return the usual weights of E2SFCA (1, 0.68, 0.22) for three zones of equal width."""
    return Decay((limit_s / 3, limit_s * 2 / 3, limit_s), E2SFCA_WEIGHTS)


def supply_per_head(
    person: Ints, supply: Ints, travel_s: Floats, people: Floats, amount: Floats, decay: Decay
) -> Floats:
    """
    Share supply among the people who reach it.

    Parameters
    ----------
    person, supply, travel_s
        Shape (k,): pairs with their travel time in seconds.
    people
        Shape (n,): people of each row.
    amount
        Shape (m,): what each supply has.
    decay
        How much supply counts by travel time.

    Returns
    -------
    per_head
        Shape (n,): supply per head, 0 where none is reached. Supply that nobody reaches is given to
        no one.
    """
    weight = decay(travel_s)
    demand = np.bincount(supply, weight * people[person], minlength=len(amount))
    share = np.divide(amount, demand, where=demand > 0, out=np.zeros(len(amount)))
    return np.bincount(person, weight * share[supply], minlength=len(people)).astype(float)
