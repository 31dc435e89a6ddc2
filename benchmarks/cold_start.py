"""
How long a command line takes in a new process, imports included.

    python -m benchmarks.cold_start

The best of several runs each, beside an empty Python and `import geopandas, numba`, without which
no question is answered. Kernels are compiled beforehand (`python -m geo.reach.warm`).
"""

from __future__ import annotations

import resource
import subprocess
import sys
from time import perf_counter

RUNS = 7
CASES = {
    "python -c pass": ["-c", "pass"],
    "import geopandas, numba": ["-c", "import geopandas, numba"],
    "umkreis --help": ["-m", "server.cli", "--help"],
    "umkreis coverage neubrandenburg -c library": [
        "-m", "server.cli", "coverage", "neubrandenburg", "-c", "library",
    ],
}  # fmt: skip


def _spent() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _best(arguments: list[str]) -> tuple[float, float]:
    """Return the least seconds on the clock, and of processor time."""
    clock, processor = [], []
    for _ in range(RUNS):
        before, start = _spent(), perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
        clock.append(perf_counter() - start)
        processor.append(_spent() - before)
    return min(clock), min(processor)


def main() -> None:
    """Print a line for each case."""
    question = CASES["umkreis coverage neubrandenburg -c library"]
    _best(question)  # builds the region where it is missing
    for name, arguments in CASES.items():
        clock, processor = _best(arguments)
        print(f"{name:44} {clock:6.2f} s  {processor:6.2f} s of processor time")


if __name__ == "__main__":
    main()
