"""
Runs every benchmark; their figures stand in `benchmarks/README.md`.

    python -m benchmarks.run
"""

from __future__ import annotations

import subprocess
import sys

BENCHMARKS = (
    ["benchmarks.build"],
    ["benchmarks.cold_start"],
    ["benchmarks.nearest"],
    ["benchmarks.reach"],
    ["benchmarks.reports"],
    ["benchmarks.access_scores"],
    ["benchmarks.sites"],
    ["benchmarks.service"],
    ["benchmarks.load", "--seconds", "30"],
    ["benchmarks.scenario"],
    ["benchmarks.isochrone"],
    ["benchmarks.transit"],
    ["benchmarks.geocode"],
    ["benchmarks.near"],
    ["benchmarks.balanced"],
    ["benchmarks.register"],
    ["benchmarks.register_duplicates"],
    ["benchmarks.imports"],
    ["benchmarks.census"],
    ["benchmarks.router", "compare"],
)


def main() -> int:
    """Run each in a process of its own, so that none measures another's memory."""
    failed = []
    for module, *arguments in BENCHMARKS:
        print(f"\n{module}", flush=True)
        command = [sys.executable, "-m", module, *arguments]
        if subprocess.run(command, check=False).returncode:
            failed.append(module)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
