"""An app over the toy region, built once."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from layers.atlas import Atlas
from server.app import create_app
from server.settings import Settings, default_data_dir


@pytest.fixture(scope="session")
def toy_settings(
    toy_region_dir: Path, toy_atlas: Atlas, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """Settings under which the toy region is known and built, beside the shipped ones."""
    state = tmp_path_factory.mktemp("state")
    shutil.copytree(toy_region_dir, state / "regions" / "toy")
    shutil.copytree(toy_atlas.path, state / "atlas" / "toy")
    return Settings(data_dir=default_data_dir(), state_dir=state, regions=("toy",))


@pytest.fixture(scope="session")
def client(toy_settings: Settings) -> TestClient:
    return TestClient(create_app(toy_settings), raise_server_exceptions=False)


@pytest.fixture
def make_client(toy_settings: Settings) -> Callable[..., TestClient]:
    """Make a client of an installation with other settings."""

    def make(**changed: str) -> TestClient:
        app = create_app(replace(toy_settings, **changed))
        return TestClient(app, raise_server_exceptions=False)

    return make
