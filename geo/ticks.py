"""
Travel times as whole numbers: ticks of 1/1024 s.

Sums of whole numbers are exact, so an answer depends neither on the order of addition nor on the
search, and a tie is a tie. A place's number rides along in the bits below the tick, so that the
least value is the nearest place and, among equals, the one with the lower number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ticks = NDArray[np.int32]

TICKS_PER_S = 1024.0
NEVER = 2**30 - 1  # ticks of what is not reached: the sum of two still fits into 32 bits
MAX_TRAVEL_S = NEVER / TICKS_PER_S  # 12 days; who takes longer arrives nowhere
NUMBER_BITS = 22
MAX_PLACES = 2**NUMBER_BITS - 1


def to_ticks(seconds: Floats) -> Floats:
    """Round seconds to whole ticks, still in seconds."""
    ticks: Floats = np.rint(seconds * TICKS_PER_S) / TICKS_PER_S
    return ticks


def whole_ticks(seconds: Floats) -> Ticks:
    """Return seconds as a number of ticks, `NEVER` where they are inf or too many."""
    return np.minimum(np.rint(seconds * TICKS_PER_S), NEVER).astype(np.int32)


def seconds_of(ticks: NDArray[Any]) -> Floats:
    """Return ticks as seconds, inf for `NEVER`."""
    seconds: Floats = ticks / TICKS_PER_S
    seconds[ticks >= NEVER] = np.inf
    return seconds
