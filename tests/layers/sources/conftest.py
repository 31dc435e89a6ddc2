"""What all tests of sources share: the project's own taxonomy, and options for a region."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from layers.sources.bounded import ReadOptions
from layers.taxonomy import load_taxonomy

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[3]
# Around Osnabrück; 1° of longitude and latitude is enough for every row here
BOUNDS = (7.5, 51.9, 8.5, 52.6)


@pytest.fixture(scope="session")
def taxonomy():
    return load_taxonomy(ROOT / "data" / "taxonomy.toml")


@pytest.fixture
def options(taxonomy) -> Callable[..., ReadOptions]:
    """Make options; every key of ReadOptions may be given."""

    def make(**keys: Any) -> ReadOptions:
        return ReadOptions(taxonomy=taxonomy, **keys)

    return make
