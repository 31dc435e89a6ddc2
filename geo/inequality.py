"""
How unequally access is spread over people, and how far those fall short who have too little.

The measures are those that the R package `accessibility` of Ipea documents (Pereira and Herszenhut
2022): Foster, Greer and Thorbecke 1984; the concentration index of Kakwani, Wagstaff and van
Doorslaer 1997; the Palma ratio of Cobham and Sumner 2013. They rank people by something else than
access where that is known (income); ranked by access itself the concentration index is the Gini
coefficient.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEAST, MOST = 0.4, 0.1  # shares of the people that the Palma ratio compares


def foster_greer_thorbecke(shortfall: Floats, weight: Floats, *, alpha: float) -> float:
    """
    Return how many fall short (α = 0), how far (1), and how far with weight on the farthest (2).

    Parameters
    ----------
    shortfall
        Shape (n,): what is missing as a share of the line, 0 or less where nothing is.
    weight
        Shape (n,): people.
    alpha
        0, 1 or 2.

    Returns
    -------
    index
        Mean over all people of shortfall^α of those who fall short; NaN without people.
    """
    total = float(weight.sum())
    short = shortfall > 0
    return float((weight[short] * shortfall[short] ** alpha).sum()) / total if total else np.nan


def concentration_index(level: Floats, weight: Floats, rank_by: Floats) -> float:
    """
    Return the concentration index: 2 cov(level, rank) ÷ mean level.

    Parameters
    ----------
    level
        Shape (n,): access of each group, from 0 on.
    weight
        Shape (n,): people of each group.
    rank_by
        Shape (n,): what groups are ranked by, lowest first; equal ones share their middle rank.

    Returns
    -------
    index
        −1 to 1: below 0 where those ranked low have more, 0 where access is equal, above 0 where
        those ranked high have more. NaN where nobody has any.
    """
    total = float(weight.sum())
    mean = float((level * weight).sum()) / total if total else 0.0
    if mean <= 0:
        return np.nan
    share = weight / total
    _, group = np.unique(rank_by, return_inverse=True)
    of_group = np.bincount(group, share)
    rank = (np.cumsum(of_group) - of_group / 2)[group]
    return float(2 * (share * (level - mean) * (rank - 0.5)).sum() / mean)


def palma_ratio(level: Floats, weight: Floats, rank_by: Floats) -> float:
    """
    Return the mean access of the highest 10 % of people ÷ that of the lowest 40 %.

    A group on the line between counts in part, so that exactly these shares are compared.

    Parameters
    ----------
    level, weight, rank_by
        As in `concentration_index`.

    Returns
    -------
    ratio
        From 0 on, 1 where both have the same; inf where the lowest have none, NaN where both have.
    """
    order = np.argsort(rank_by, kind="stable")
    level, share = level[order], weight[order] / max(float(weight.sum()), 1e-300)
    until = np.cumsum(share)
    low = np.clip(LEAST - (until - share), 0, share)
    high = np.clip(until - (1 - MOST), 0, share)
    least = float((low * level).sum()) / LEAST
    most = float((high * level).sum()) / MOST
    if least > 0:
        return most / least
    return np.inf if most > 0 else np.nan
