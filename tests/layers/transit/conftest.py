"""The toy region with a timetable, built once: by hand, and with made-up lines."""

from pathlib import Path

import pytest

from layers.atlas import Atlas
from tests.toytransit import build_toy_with_timetable, with_generated_timetable


@pytest.fixture(scope="session")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of state it is built in."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="session")
def atlas(state: Path, taxonomy_path: Path) -> Atlas:
    """The region with the timetable made by hand."""
    return build_toy_with_timetable(state, taxonomy_path)


@pytest.fixture(scope="session", params=["by hand", "generated"])
def region(request: pytest.FixtureRequest, atlas: Atlas, state: Path) -> tuple[Atlas, Path]:
    """It with either timetable, and the feed's file, for a plain search."""
    if request.param == "by hand":
        return atlas, state / "feed.zip"
    return with_generated_timetable(atlas, state)
