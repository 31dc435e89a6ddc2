"""How far people go by public transport, and what is told of their travel times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.errors import ParameterError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LONGEST_S = 6 * 3600
FASTEST_PACE, SLOWEST_PACE = 0.25, 8.0


@dataclass(frozen=True)
class Limits:
    """
    How far people go, in whole seconds.

    Attributes
    ----------
    access_s, final_s
        Walk to the first stop; from the last one.
    transfer_s
        Walk between two stops when changing.
    change_s
        What every change takes besides its walk, at least a second.
    cap_s
        The longest journey; walking the whole way has no cap.
    pace
        By how much longer all walks take than on the network: 1.25 is a fifth slower. Limits stay
        limits of time.
    """

    access_s: int = 900
    final_s: int = 900
    transfer_s: int = 600
    change_s: int = 60
    cap_s: int = 5400
    pace: float = 1.0

    def __post_init__(self) -> None:
        for name in ("access_s", "final_s", "transfer_s", "change_s", "cap_s"):
            least, value = int(name == "change_s"), getattr(self, name)
            if value != int(value) or not least <= value <= LONGEST_S:
                raise ParameterError(
                    f"`{name}` is {value}; use whole seconds from {least} to {LONGEST_S}",
                    parameter=name,
                )
        if not SLOWEST_PACE >= self.pace >= FASTEST_PACE:
            raise ParameterError(
                f"`pace` is {self.pace:g} but must be {FASTEST_PACE:g} to {SLOWEST_PACE:g}",
                parameter="pace",
            )


@dataclass(frozen=True)
class TransitTimes:
    """
    The departures of a window summed up, shapes (k, n): k sets of supply, n people.

    Attributes
    ----------
    median_s, best_s
        Lower median and least of the travel times, `inf` where none is reached.
    share
        Share of departures within the limit, 0 to 1.
    walk_s
        Walking the whole way, `inf` where no way leads.
    """

    median_s: NDArray[np.float32]
    best_s: NDArray[np.float32]
    share: NDArray[np.float32]
    walk_s: NDArray[np.float32]
