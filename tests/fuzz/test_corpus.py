"""What was found by fuzzing, and what reaches far into a reader: read, or refused in its words."""

from __future__ import annotations

import time
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from tests.fuzz.corpus_files import CORPUS, files_of
from tests.fuzz.readers import MOST_S, READERS, answers

if TYPE_CHECKING:
    from pathlib import Path

LARGEST_CORPUS = 300_000


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The readers that were asked for, each prepared once."""
    made: dict[str, Any] = {}

    def run_of(name: str) -> Any:
        if name not in made:
            made[name] = READERS[name].prepare(tmp_path_factory.mktemp(name))
        return made[name]

    return run_of  # type: ignore[return-value]


@pytest.mark.parametrize("name", READERS)
def test_what_is_in_order_is_read(name: str, prepared, tmp_path: Path):
    reader = READERS[name]
    seeds = reader.seeds(tmp_path)
    read = [answers(reader, prepared(name), data) for data in seeds.values()]
    assert sum(read) > len(read) / 2


@pytest.mark.parametrize(
    ("name", "file"), [(name, file) for name in READERS for file in files_of(name)]
)
def test_a_found_input_is_read_or_refused_in_the_readers_own_words(name: str, file: str, prepared):
    reader, data = READERS[name], files_of(name)[file]
    start = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of libraries, about what is broken in it
        answers(reader, prepared(name), data)
    # the first input of a process waits for what is loaded then, and a machine may be slow
    assert time.process_time() - start < 10 * MOST_S


def test_the_corpus_is_small_and_belongs_to_readers():
    files = list(CORPUS.glob("*/*"))
    assert {file.parent.name for file in files} <= set(READERS)
    assert 0 < sum(file.stat().st_size for file in files) < LARGEST_CORPUS
