"""Shared by all tests of imports: the toy region, an empty register, and lists to take in."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from layers.atlas import Atlas
from layers.imports import ImportOptions, ImportRegion, ImportReport, import_source
from layers.register import Register
from tests.toyregion import toy_lonlat

LON, LAT = toy_lonlat((200.0, 200.0))[0].tolist()  # the middle of the toy town
PLACE = f"{LON:.6f},{LAT:.6f}"


@pytest.fixture(scope="session")
def toy(toy_atlas: Atlas) -> ImportRegion:
    return ImportRegion.of(toy_atlas)


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    with Register.open(tmp_path / "register.sqlite") as opened:
        yield opened


@pytest.fixture
def take(register: Register, toy: ImportRegion, tmp_path: Path) -> Callable[..., ImportReport]:
    """Import the text of a CSV list, always the same one unless `name` says otherwise."""

    def run(text: str, *, name: str = "liste.csv", is_trial: bool = False, **options: object):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        chosen = ImportOptions(**{"licence": "CC0-1.0", **options})  # type: ignore[arg-type]
        return import_source(register, toy, path, options=chosen, who="ada", is_trial=is_trial)

    return run


@pytest.fixture
def listing() -> Iterator[Callable[[str], tuple[str, list[int]]]]:
    """Serve a list with an ETag on this machine; what was answered is noted."""
    running: list[ThreadingHTTPServer] = []

    def start(text: str) -> tuple[str, list[int]]:
        answered: list[int] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                is_known = self.headers.get("If-None-Match") == '"1"'
                answered.append(304 if is_known else 200)
                self.send_response(answered[-1])
                self.send_header("ETag", '"1"')
                body = b"" if is_known else text.encode()
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        running.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/liste.csv", answered

    yield start
    for server in running:
        server.shutdown()
        server.server_close()
