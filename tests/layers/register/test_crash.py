"""Writers are killed while they write; `python -m benchmarks.register_crash` does more of it."""

import random
import subprocess
import sys

from benchmarks.register_crash import kill_import, kill_writers
from layers.register import Register


def test_a_killed_import_loses_nothing_it_told_of_and_is_finished_by_repeating(register_url):
    acknowledged, lost = kill_import(register_url, "toy", random.Random(1))  # noqa: S311
    assert acknowledged > 0
    assert lost == 0


def test_four_killed_writers_lose_nothing_they_told_of(register_url):
    chance = random.Random(2)  # noqa: S311 (a moment to kill at)
    acknowledged, lost = kill_writers(register_url, chance, acknowledgements=20)
    assert acknowledged >= 4
    assert lost == 0


def test_several_processes_may_open_a_new_register_at_once(tmp_path):
    path = tmp_path / "state" / "register.sqlite"
    text = "import sys; from layers.register import Register; Register.open(sys.argv[1]).close()"
    command = [sys.executable, "-c", text, str(path)]
    running = [subprocess.Popen(command) for _ in range(3)]  # noqa: S603 (this Python)
    assert [process.wait(timeout=120) for process in running] == [0, 0, 0]
    with Register.open(path) as register:
        assert register.rev("toy") == 0
