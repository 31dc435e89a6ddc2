"""
Where a chain of street pieces has to be divided so that time is proportional to length on it.

A place on an edge is a share of it, and takes that share of the edge's time. On a street that is
flat at first and steep at its end that would be wrong by minutes; it becomes several edges, until
no place is off by more than `EVEN_S`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

EVEN_S: Final = 5.0


def even_starts(first: Ints, length_m: Floats, seconds: Floats) -> Ints:
    """
    Divide chains where time and length part.

    Parameters
    ----------
    first
        Where each chain begins in the pieces, ascending, from 0.
    length_m, seconds
        Shapes (p,) and (p, 2): metres of the pieces, and their time along and against the chain, 0
        where closed.

    Returns
    -------
    first
        With more beginnings: on each chain the time to a piece's end is proportional to the length
        up to there, within `EVEN_S`.

    Notes
    -----
    Divided at the worst place again and again, as Douglas and Peucker (1973) do with lines.
    """
    metres = np.r_[0.0, np.cumsum(length_m)]
    times = np.vstack([np.zeros((1, 2)), np.cumsum(seconds, axis=0)])
    while True:
        end = np.r_[first[1:], len(length_m)]
        chain = np.repeat(np.arange(len(first)), end - first)
        whole_m = metres[end] - metres[first]
        share = (metres[1:] - metres[first][chain]) / np.where(whole_m > 0, whole_m, 1.0)[chain]
        whole_s = (times[end] - times[first])[chain]
        off = np.abs(times[1:] - times[first][chain] - share[:, None] * whole_s).max(axis=1)
        off[end - 1] = 0.0
        worst = np.maximum.reduceat(off, first)
        at = np.flatnonzero((off > EVEN_S) & (off == worst[chain]))
        if len(at) == 0:
            return first
        first = np.union1d(first, at + 1)
