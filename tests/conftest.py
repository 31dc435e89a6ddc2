"""Regions that many tests share."""

from pathlib import Path

import pytest

from geo.region import Region
from geo.region_file import load_region
from layers.atlas import Atlas
from layers.build import build_atlas
from tests.toyregion import write_toy_region

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def toy_region_toml(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy region as it stands in the docstring of `tests/toyregion.py`."""
    return write_toy_region(tmp_path_factory.mktemp("regions") / "toy")


@pytest.fixture(scope="session")
def toy_region_dir(toy_region_toml: Path) -> Path:
    return toy_region_toml.parent


@pytest.fixture(scope="session")
def toy_region(toy_region_toml: Path) -> Region:
    return load_region(toy_region_toml)


@pytest.fixture(scope="session")
def demo_region_toml() -> Path:
    return ROOT / "data/regions/neubrandenburg/region.toml"


@pytest.fixture(scope="session")
def demo_region(demo_region_toml: Path) -> Region:
    return load_region(demo_region_toml)


@pytest.fixture(scope="session")
def liechtenstein_toml() -> Path:
    return ROOT / "tests/fixtures/liechtenstein/region.toml"


@pytest.fixture(scope="session")
def helsinki_toml() -> Path:
    return ROOT / "tests/fixtures/helsinki/region.toml"


@pytest.fixture(scope="session")
def taxonomy_path() -> Path:
    return ROOT / "data/taxonomy.toml"


@pytest.fixture(scope="session")
def toy_atlas(
    toy_region_dir: Path, taxonomy_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Atlas:
    """The toy region, built without a base map."""
    return build_atlas(
        toy_region_dir, taxonomy_path, tmp_path_factory.mktemp("atlas") / "toy", base_map=False
    )


@pytest.fixture(scope="session")
def demo_atlas(
    demo_region_toml: Path, taxonomy_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Atlas:
    """The demo region, built without a base map."""
    target = tmp_path_factory.mktemp("atlas") / "neubrandenburg"
    return build_atlas(demo_region_toml.parent, taxonomy_path, target, base_map=False)
