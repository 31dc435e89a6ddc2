"""Medians of people: half of the weight lies on either side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.disclosure import SMALLEST_PUBLISHED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def weighted_median(values: Floats, weight: Floats) -> float:
    """Return the weighted median of values, shape (n,), n > 0; `inf` counts as very far."""
    order = np.argsort(values)
    running = np.cumsum(weight[order])
    return float(values[order[np.searchsorted(running, running[-1] / 2)]])


def weighted_median_by(
    group: NDArray[np.int32],
    values: Floats,
    weight: Floats,
    count: int,
    *,
    smallest: float = SMALLEST_PUBLISHED,
) -> Floats:
    """Weighted median of each group; NaN where fewer than `smallest` are in it."""
    medians = np.full(count, np.nan)
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(count + 1))
    for g in range(count):
        rows = order[starts[g] : starts[g + 1]]
        if weight[rows].sum() >= smallest:
            medians[g] = weighted_median(values[rows], weight[rows])
    return medians
