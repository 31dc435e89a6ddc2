"""
Compiles all kernels once: `python -P -m geo.reach.warm`, after an installation.

With `-P` it is the installed package, not a checkout in the current folder, that is compiled. The
machine code stays beside the source, or in NUMBA_CACHE_DIR. It is that of this machine's
processor: a container image is warmed on the kind of machine that it will run on.
"""

from __future__ import annotations

import importlib
import logging
import pkgutil
from time import perf_counter

import geo.reach
import geo.transit
from geo.reach.compiled import Kernel

_log = logging.getLogger(__name__)


def warm() -> int:
    """Compile what is not yet compiled; return how many kernels there are."""
    start = perf_counter()
    found = _kernels()
    for each in found:
        _ = each.compiled
    _log.info("%d kernels compiled or found in %.1f s", len(found), perf_counter() - start)
    return len(found)


def count_kept() -> tuple[int, int]:
    """Return how many kernels have machine code that is kept, and how many there are."""
    found = _kernels()
    return sum(each.is_kept for each in found), len(found)


def _kernels() -> list[Kernel[..., object]]:
    """Import every module that may hold kernels, and return them."""
    kernels: dict[int, Kernel[..., object]] = {}
    for package in (geo.reach, geo.transit):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            if module.name != f"{geo.reach.__name__}.warm":
                names = vars(importlib.import_module(module.name)).values()
                kernels |= {id(value): value for value in names if isinstance(value, Kernel)}
    return list(kernels.values())


def main() -> None:
    """Compile, and say how long it took."""
    logging.basicConfig(format="%(message)s")
    _log.setLevel(logging.INFO)
    warm()


if __name__ == "__main__":
    main()
