"""
Raking: counts of small areas are scaled so that they add up to a named total.

Census cells are perturbed one by one for secrecy, so they need not add up to the count of their
municipality. Each is multiplied by official ÷ counted: proportions stay, sums become right.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


class Raked(NamedTuple):
    """
    What raking did.

    `people` is shape (n,); `factor`, `before` and `left` are shape (g,), by group: what was
    multiplied (1 where there is no total), the sum before, and those of the total who found nobody
    to stand for them, because the group is empty.
    """

    people: Floats
    factor: Floats
    before: Floats
    left: Floats


def rake(people: Floats, group: NDArray[np.int64], totals: Floats) -> Raked:
    """
    Scale people so that each group adds up to its total.

    Parameters
    ----------
    people
        Shape (n,), not negative.
    group
        Shape (n,): row in `totals`.
    totals
        Shape (g,); NaN leaves a group as it is.

    Returns
    -------
    raked
        A group's people and `left` add up to its total, exactly but for the last place of a float:
        what rounding leaves over goes to its largest.
    """
    before = np.bincount(group, people, minlength=len(totals)).astype(float)
    known = ~np.isnan(totals)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(known & (before > 0), totals / before, 1.0)
    raked = people * factor[group]
    order = np.argsort(group, kind="stable")
    ends = np.searchsorted(group[order], np.arange(len(totals) + 1))
    for row in np.flatnonzero(known & (before > 0)):
        rows = order[ends[row] : ends[row + 1]]
        over = math.fsum([float(totals[row]), *(-raked[rows]).tolist()])
        raked[rows[np.argmax(raked[rows])]] += over
    return Raked(raked, factor, before, np.where(known & (before == 0), totals, 0.0))
