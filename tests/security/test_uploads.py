"""Files that are sent to break us are refused or harmless, soon, in little memory, in silence."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.security.hostile_files import FEEDS, FILES

ROOT = Path(__file__).parents[2]
MOST_MB = 200
# two seconds on a quiet machine; a busy one gets more, and what never ends is still found
MOST_S = 20
READABLE = {
    "a GeoPackage with triggers": 1,
    "a polygon that crosses itself": 1,
    "a place that is no number": 0,
    "a place beyond all numbers": 0,
    "a polygon of a million corners": 0,
    "a cell of 30 MB": 0,
    "a calendar without end": 0,
}


@pytest.fixture(scope="module")
def answers() -> dict[str, tuple[str, float, float]]:
    """What became of each file, read one after the other in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as inside:
        inside.setblocking(False)
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "tests.security.hostile_files",
             str(inside.getsockname()[1]), str(ROOT / "data" / "taxonomy.toml")],
            cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
            timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        with pytest.raises(BlockingIOError):  # nobody called
            inside.accept()
    told = [json.loads(line) for line in done.stdout.splitlines()]
    return {name: (answer, seconds, grown_mb) for name, answer, seconds, grown_mb in told}


def test_there_are_at_least_twenty_kinds_and_all_were_read(answers):
    assert len(FILES) >= 20
    assert list(answers) == [*FILES, *FEEDS]


@pytest.mark.parametrize("name", [*FILES, *FEEDS])
def test_a_hostile_file_is_refused_or_harmless(name: str, answers):
    answer, seconds, grown_mb = answers[name]
    if name in READABLE:
        assert answer.startswith(f"read: {READABLE[name]} offers")
    else:
        assert answer.startswith("refused: ")
        assert "Traceback" not in answer
        assert str(ROOT) not in answer
    assert seconds < MOST_S
    assert grown_mb < MOST_MB
