"""
The Atlases that are open in this process, within a budget of memory.

One is opened when it is first asked for, and once more when the one on disk is another. When they
hold more than the budget together, those that were not asked for the longest are dropped; who is
being answered keeps theirs until the answer is there. What an Atlas holds is measured
(`layers.atlas_size`), again and again, as it grows while it is asked. The one that is asked for is
never dropped, even if it alone exceeds the budget.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from layers.atlas_size import held_bytes
from layers.errors import AtlasError
from layers.store import MANIFEST, open_atlas

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from layers.atlas import Atlas

_LOG = logging.getLogger(__name__)
_TRIES = 3
_MEASURE_AGAIN_S = 5.0  # measuring takes some 50 ms for a city
_OURS = ("geo.", "layers.", "server.")
_OF_ATLAS = ("Atlas", "Addresses", "Region")

Stamp = tuple[tuple[str, int, int, int], ...]


def stamp_of(*paths: Path) -> Stamp:
    """Tell files apart from what stood there before; one that is missing has no stamp."""
    found = []
    for path in paths:
        try:
            about = path.stat()
        except OSError:
            continue
        found.append((os.fspath(path), about.st_ino, about.st_mtime_ns, about.st_size))
    return tuple(found)


@dataclass
class _Kept:
    """An open Atlas; `size` is what it held when it was last measured."""

    stamp: Stamp
    atlas: Atlas
    size: int = 0
    measured_at: float = -_MEASURE_AGAIN_S


@dataclass
class KeptAtlases:
    """
    Opens Atlases and keeps them; may be used from many threads.

    Attributes
    ----------
    budget
        Bytes that they may hold together; None for any number.
    also
        Gives what else is held for a region, to be measured with its Atlas.
    forget
        Called with the region of each Atlas that is dropped.
    opened, dropped
        How often since the start.
    damaged
        Regions that could not be opened when they were asked for last.
    """

    budget: int | None
    also: Callable[[str], Iterable[object]] = lambda _region: ()
    forget: Callable[[str], None] = lambda _region: None
    opened: int = 0
    dropped: int = 0
    damaged: set[str] = field(default_factory=set)
    _kept: dict[str, _Kept] = field(default_factory=dict)  # the one asked for last is at the end
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _opening: dict[str, threading.Lock] = field(default_factory=dict)

    @property
    def sizes(self) -> dict[str, int]:
        """What each open Atlas holds, bytes, by region."""
        with self._lock:
            return {region: kept.size for region, kept in sorted(self._kept.items())}

    def get(self, region: str, path: Path) -> tuple[Stamp, Atlas]:
        """
        Return a region's Atlas and the stamp of its manifest.

        Raises
        ------
        AtlasError
            If it has not been built.
        """
        with self._lock:
            alone = self._opening.setdefault(region, threading.Lock())
        with alone:  # the others are answered while one is opened
            kept = self._asked_again(region, stamp_of(path / MANIFEST))
            if kept is None:
                try:
                    kept = self._open(region, path)
                except AtlasError:
                    self.damaged.add(region)
                    raise
                self.damaged.discard(region)
                self._measure(region, kept)
                self._drop_others(region, kept)
                return kept.stamp, kept.atlas
        self._measure(region, kept)
        self._drop_others(region)
        return kept.stamp, kept.atlas

    def measure(self) -> None:
        """Measure all that are open: for who reads the figures."""
        with self._lock:
            open_ones = list(self._kept.items())
        for region, kept in open_ones:
            self._measure(region, kept, anyway=True)

    def _asked_again(self, region: str, stamp: Stamp) -> _Kept | None:
        with self._lock:
            kept = self._kept.get(region)
            if kept is None or kept.stamp != stamp:
                return None
            self._kept[region] = self._kept.pop(region)
            return kept

    def _open(self, region: str, path: Path) -> _Kept:
        with self._lock:
            replaced = self._kept.pop(region, None)
        if replaced is not None:
            forget_caches()  # who is under way keeps the old one, nothing else may
        return _Kept(*_open_whole(path))

    def _measure(self, region: str, kept: _Kept, *, anyway: bool = False) -> None:
        if self.budget is None and not anyway:
            return
        now = time.monotonic()
        if now - kept.measured_at >= _MEASURE_AGAIN_S:
            kept.measured_at = now
            kept.size = held_bytes(kept.atlas, *self.also(region))

    def _drop_others(self, asked: str, new: _Kept | None = None) -> None:
        """Drop what the budget has no room for; with a new Atlas that is kept from now on."""
        gone = []
        with self._lock:
            if new is not None:
                self._kept[asked] = new
                self.opened += 1
            total = sum(kept.size for kept in self._kept.values())
            for region in [r for r in self._kept if r != asked]:
                if self.budget is None or total <= self.budget:
                    break
                total -= self._kept.pop(region).size
                self.dropped += 1
                gone.append(region)
        for region in gone:
            _LOG.info("region %s was closed: open ones hold more than UMKREIS_MEMORY_MB", region)
            self.forget(region)
        if gone:
            forget_caches()


def forget_caches() -> None:
    """Empty every cache of ours that is kept by Atlas: it would hold what was dropped."""
    for cache in atlas_caches():
        cache()


def atlas_caches() -> Iterator[Callable[[], None]]:
    """Find how to empty the caches (`lru_cache`) of functions that first get a part of an Atlas."""
    for name, module in list(sys.modules.items()):
        if name.startswith(_OURS):
            for value in list(vars(module).values()):
                if hasattr(value, "cache_clear") and hasattr(value, "__wrapped__"):
                    told = getattr(value.__wrapped__, "__annotations__", {})
                    if next(iter(told.values()), "") in _OF_ATLAS:
                        yield value.cache_clear


def _open_whole(path: Path) -> tuple[Stamp, Atlas]:
    """Open an Atlas once more where it was replaced while it was being read."""
    for _ in range(_TRIES):
        stamp = stamp_of(path / MANIFEST)
        try:
            atlas = open_atlas(path)
        except (AtlasError, OSError):
            if stamp == stamp_of(path / MANIFEST):
                raise
            continue
        if stamp == stamp_of(path / MANIFEST):
            return stamp, atlas
    raise AtlasError(f"region {path.name!r} is being built; try again in a moment")
