"""A rule that is switched off is noticed by a test that we can name."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.trust.switched_off import AS_IT_STANDS, MISSED, NOTICED, RULES, Rule

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def found() -> dict[str, str]:
    """What became of each rule, from a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.trust.switched_off"],
        env=os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=ROOT, capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def test_with_every_rule_the_tests_pass(found: dict[str, str]):
    assert found[AS_IT_STANDS] == MISSED  # nothing to notice


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.sentence)
def test_without_a_rule_its_test_fails(rule: Rule, found: dict[str, str]):
    assert found[rule.sentence] == NOTICED
