"""
The kept figures of three regions.

On one set of libraries they are equal to the last digit. Other builds of PROJ or GEOS move a place
by micrometres; then a home whose nearest two streets are equally far, or whose way is exactly as
long as the limit, may change sides. That is allowed for one home in a thousand (at least two),
their people, and 0.01 min of a median. Offers are counted, so they are equal.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from layers.build import build_atlas
from tests.trust.golden import CATEGORIES, KEPT, MODES, REGIONS, figures

if TYPE_CHECKING:
    from pathlib import Path

    from layers.atlas import Atlas

RENEW = "if the model changed on purpose: python -m tests.trust.golden"
A_HOME = 0.001  # of all homes


@pytest.fixture(scope="module", params=list(REGIONS))
def found(
    request: pytest.FixtureRequest, taxonomy_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, dict]:
    name = request.param
    if name == "neubrandenburg":
        atlas: Atlas = request.getfixturevalue("demo_atlas")
    else:
        target = tmp_path_factory.mktemp("golden") / name
        atlas = build_atlas(REGIONS[name], taxonomy_path, target, base_map=False)
    return name, figures(atlas)


def test_figures_are_those_that_were_kept(found: tuple[str, dict]):
    name, now = found
    kept = json.loads(KEPT.read_text(encoding="utf-8"))[name]
    assert now["homes"] == kept["homes"]
    homes = max(2, A_HOME * kept["homes"])
    people = max(kept[key]["covered_people"] for key in kept if key != "homes") * A_HOME
    allowed = {
        "offers": 0, "covered_homes": homes, "unreachable_homes": homes,
        "covered_people": people, "median_min": 0.01,
    }  # fmt: skip
    for key in (f"{category} {mode}" for category in CATEGORIES for mode in MODES):
        for what, tolerance in allowed.items():
            was, is_now = kept[key][what], now[key][what]
            if was is None or is_now is None:
                assert was is is_now, f"{name} {key} {what}: was {was}, is {is_now}; {RENEW}"
                continue
            assert abs(is_now - was) <= tolerance, (
                f"{name} {key} {what}: was {was}, is {is_now}; {RENEW}"
            )


def test_kept_figures_are_in_order(found: tuple[str, dict]):
    """Nobody is faster step-free than on foot, or on foot than by bicycle."""
    _, now = found
    for category in CATEGORIES:
        walk, stepfree, bike, _ = (now[f"{category} {mode}"]["covered_homes"] for mode in MODES)
        assert stepfree <= walk <= bike
