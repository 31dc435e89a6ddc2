"""What many tests share: regions, and a server on a free port of this machine."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn

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


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Serve an ASGI app on a free port of this machine and return its address."""
    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(app: object) -> str:
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="auto"))  # type: ignore[arg-type]
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 30
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("the server did not start")
            time.sleep(0.01)
        running.append((server, thread))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join(timeout=10)
