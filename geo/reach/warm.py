"""
Compiles all kernels once: `python -m geo.reach.warm`, after an installation.

The machine code stays beside the source, or in NUMBA_CACHE_DIR. It is that of this machine's
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
    kernels: dict[int, Kernel[..., object]] = {}
    for package in (geo.reach, geo.transit):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            if module.name != __spec__.name:
                names = vars(importlib.import_module(module.name)).values()
                kernels |= {id(value): value for value in names if isinstance(value, Kernel)}
    for each in kernels.values():
        _ = each.compiled
    _log.info("%d kernels compiled or found in %.1f s", len(kernels), perf_counter() - start)
    return len(kernels)


def main() -> None:
    """Compile, and say how long it took."""
    logging.basicConfig(format="%(message)s")
    _log.setLevel(logging.INFO)
    warm()


if __name__ == "__main__":
    main()
