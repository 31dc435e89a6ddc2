"""What Atlases made of another one share: things by mode, made only when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from geo.network import Snapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from geo.network import Network

_T = TypeVar("_T")


class ByMode(Mapping[str, _T], Generic[_T]):
    """Something for each mode, made when it is first asked for."""

    def __init__(self, modes: Sequence[str], make: Callable[[str], _T]) -> None:
        self._modes = tuple(modes)
        self._make = make
        self._made: dict[str, _T] = {}

    def __getitem__(self, mode: str) -> _T:
        if mode not in self._modes:
            raise KeyError(mode)
        if mode not in self._made:  # two threads may make it twice, to the same end
            self._made[mode] = self._make(mode)
        return self._made[mode]

    def __contains__(self, mode: object) -> bool:
        return mode in self._modes

    def __iter__(self) -> Iterator[str]:
        return iter(self._modes)

    def __len__(self) -> int:
        return len(self._modes)


def snap_more(network: Network, old: Snapped, xy: NDArray[np.float64]) -> Snapped:
    """Put further places on the network, after those that are on it."""
    if not len(xy):
        return old
    new = network.snap(xy)
    return Snapped(
        np.concatenate([old.edge, new.edge]),
        np.concatenate([old.fraction, new.fraction]),
        np.concatenate([old.leg_m, new.leg_m]),
        network.network_id,
    )
