"""
Runs every benchmark and prints the rows of the table in `benchmarks/README.md`.

    python -m benchmarks.run
"""

from __future__ import annotations

import subprocess
import sys

BENCHMARKS = ("build", "nearest", "reports", "router", "service")


def main() -> int:
    """Run each in a process of its own, so that none measures another's memory."""
    print("| what | ours | peer | ratio | to reach |\n|---|---|---|---|---|", flush=True)
    failed = [
        name
        for name in BENCHMARKS
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode
    ]
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
