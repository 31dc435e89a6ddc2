"""
The kept figures of three regions: coverage of six categories by four modes.

`python -m tests.trust.golden` writes them anew into `golden.json`; do so when the model changes on
purpose, read the difference, and say in the commit why each figure moved.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.build import build_atlas
from layers.coverage import COVERED, UNREACHABLE, coverage

if TYPE_CHECKING:
    from layers.atlas import Atlas

ROOT = Path(__file__).parents[2]
KEPT = Path(__file__).with_name("golden.json")
REGIONS = {
    "neubrandenburg": ROOT / "data/regions/neubrandenburg",
    "liechtenstein": ROOT / "tests/fixtures/liechtenstein",
    "helsinki": ROOT / "tests/fixtures/helsinki",
}
CATEGORIES = (
    "supermarket", "greengrocer_bakery", "pharmacy", "library", "kindergarten", "recycling",
)  # fmt: skip
MODES = ("walk", "stepfree", "bike", "car")
MINUTES = 7.0  # so that nowhere all or nobody is covered on foot


def figures(atlas: Atlas) -> dict[str, Any]:
    """Return what is kept of a region, by category and mode."""
    found: dict[str, Any] = {"homes": len(atlas.population.xy)}
    for category in CATEGORIES:
        for mode in MODES:
            report = coverage(atlas, category=category, mode=mode, minutes=MINUTES)
            ways = report.travel_s[np.isfinite(report.travel_s)] / 60
            found[f"{category} {mode}"] = {
                "offers": len(report.offers),
                "covered_homes": int((report.state == COVERED).sum()),
                "unreachable_homes": int((report.state == UNREACHABLE).sum()),
                "covered_people": round(float(report.exact[:, COVERED].sum()), 1),
                "median_min": round(float(np.median(ways)), 3) if len(ways) else None,
            }
    return found


def main() -> None:
    kept = {}
    for name, folder in REGIONS.items():
        with tempfile.TemporaryDirectory() as target:
            atlas = build_atlas(
                folder, ROOT / "data/taxonomy.toml", Path(target) / name, base_map=False
            )
            kept[name] = figures(atlas)
    KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{KEPT} is written; read what moved with `git diff`\n")


if __name__ == "__main__":
    main()
