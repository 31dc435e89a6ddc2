"""Offers of one set that are open at different times: a lane for each of their classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.network import Snapped
    from geo.transit.window import Window

    Ints = NDArray[np.int32]


@dataclass(frozen=True)
class OpenHours:
    """
    When the offers of one set are open, shape (m,): seconds from the window's start.

    An offer that opens twice stands in the set twice.
    """

    open_s: NDArray[np.int64]
    close_s: NDArray[np.int64]

    @property
    def classes(self) -> int:
        """How many lanes it takes: one for each span that differs."""
        return len(np.unique(np.column_stack([self.open_s, self.close_s]), axis=0))


@dataclass(frozen=True)
class Classes:
    """
    Sets of supply, divided by when they are open.

    `lane` (c,) is the set of each; `open_s` and `close_s` (c,) are None where all are always open.
    """

    supplies: list[Snapped]
    lane: Ints
    open_s: Ints | None = None
    close_s: Ints | None = None

    def merged(self, by_class: NDArray[Any], width: int, never: int) -> NDArray[Any]:
        """Return the least of each set's classes, shape (…, width); the rest costs nothing."""
        least = np.zeros((len(by_class), width), by_class.dtype)
        least[:, np.unique(self.lane)] = never
        for each, lane in enumerate(self.lane):
            np.minimum(least[:, lane], by_class[:, each], out=least[:, lane])
        return least


def blocks_of(hours: Sequence[OpenHours | None], *, most: int) -> list[tuple[int, int]]:
    """Divide sets into blocks of at most `most` lanes each, first and behind the last."""
    blocks, first, lanes = [], 0, 0
    for k, each in enumerate(hours):
        own = 1 if each is None else max(each.classes, 1)
        if k > first and lanes + own > most:
            blocks.append((first, k))
            first, lanes = k, 0
        lanes += own
    return [*blocks, (first, len(hours))] if len(hours) else []


def classes_of(
    supplies: Sequence[Snapped], hours: Sequence[OpenHours | None], window: Window, *, never: int,
    homeward: bool,
) -> Classes:  # fmt: skip
    """
    Divide sets of supply by when they are open; with `homeward` time runs from the window's end.

    Raises
    ------
    ParameterError
        If hours are not those of the set's offers.
    """
    everyone = np.arange(len(supplies), dtype=np.int32)
    if all(each is None for each in hours):
        return Classes(list(supplies), everyone)
    parts: list[Snapped] = []
    lane: list[int] = []
    spans: list[tuple[int, int]] = []
    last_s = (window.count - 1) * window.step_s
    for k, (supply, each) in enumerate(zip(supplies, hours, strict=True)):
        if each is None:
            parts, lane, spans = [*parts, supply], [*lane, k], [*spans, (0, never)]
            continue
        if not len(supply) == len(each.open_s) == len(each.close_s):
            raise ParameterError(
                f"`hours` of set {k} are of {len(each.open_s)} offers, the set has {len(supply)}",
                parameter="hours",
            )
        both = np.column_stack([each.open_s, each.close_s]).astype(np.int64).reshape(-1, 2)
        if homeward:
            both = last_s - both[:, ::-1]
        kinds, of = np.unique(both, axis=0, return_inverse=True)
        for number, (opens, closes) in enumerate(kinds.tolist()):
            parts.append(supply.take(np.flatnonzero(of.ravel() == number)))
            lane.append(k)
            spans.append((max(opens, 0), min(closes, never)))
        if not len(kinds):  # nothing is nowhere
            parts, lane, spans = [*parts, supply], [*lane, k], [*spans, (0, -1)]
    span = np.array(spans, np.int64)
    return Classes(
        parts, np.array(lane, np.int32), np.maximum(span[:, 0], 0).astype(np.int32),
        np.maximum(span[:, 1], -1).astype(np.int32),
    )  # fmt: skip
