"""Both databases and what is in memory say the same; the benchmark asks 10,000 questions."""

import pytest

from benchmarks.register_queries import compare
from layers.register import Register
from tests.postgres import emptied


@pytest.mark.parametrize("seed", [1, 2])
def test_sqlite_postgresql_and_the_snapshots_say_the_same(postgres_register, tmp_path, seed):
    with (
        Register.open(tmp_path / "register.sqlite") as small,
        Register.open(emptied(postgres_register)) as large,
    ):
        assert compare([small, large], count=60, seed=seed, offers=400) == 0
