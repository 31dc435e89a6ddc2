"""Twenty-five ways to make this machine ask its own network: none of them connects anywhere."""

from __future__ import annotations

import ipaddress
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from layers.errors import SourceError
from layers.sources.fetch import FetchLimits, fetch, is_public

if TYPE_CHECKING:
    from collections.abc import Iterator

DIRECT = (
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://0.0.0.0/",
    "http://localhost/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fe80::1%25lo]/",
    "http://[fd00::1]/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/",
    "http://user:pass@93.184.216.34/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:25/_HELO",
    "http://93.184.216.34:25/",
)
REDIRECTS = ("http://169.254.169.253/", "file:///etc/hostname")


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Where anything connects to; nothing gets there but a test's own server."""
    made: list[Any] = []
    real = socket.create_connection

    def watched(address: Any, *args: Any, **kwargs: Any) -> socket.socket:
        made.append(address)
        return real(address, *args, **kwargs)

    monkeypatch.setattr(socket, "create_connection", watched)
    return made


@pytest.mark.parametrize("url", DIRECT)
def test_an_address_inside_is_refused_before_anything_connects(url: str, connections: list[Any]):
    with pytest.raises(SourceError, match="`source`"):
        fetch(url)
    assert connections == []


class _Moves(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(302)
        self.send_header("Location", self.server.target)  # type: ignore[attr-defined]
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def mover() -> Iterator[ThreadingHTTPServer]:
    """A server that sends everybody elsewhere; it stands for one on the public web."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Moves) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("target", REDIRECTS)
def test_a_redirect_inside_is_refused_before_anything_connects(
    target: str, mover: ThreadingHTTPServer, connections: list[Any]
):
    mover.target = target  # type: ignore[attr-defined]
    port = mover.server_port
    limits = FetchLimits(
        resolve=lambda host, _: ["127.0.0.1"] if host == "lists.example" else [host],
        allow=lambda address, asked: is_public(address) or (address.is_loopback and asked == port),
    )
    with pytest.raises(SourceError, match="`source`"):
        fetch(f"http://lists.example:{port}/", limits=limits)
    assert connections == [("127.0.0.1", port)]


def test_a_name_that_changes_its_address_leads_to_the_one_that_was_checked(
    mover: ThreadingHTTPServer, connections: list[Any]
):
    mover.target = "/again"  # type: ignore[attr-defined]
    asked: list[str] = []

    def rebinding(host: str, _: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.7"]

    port = mover.server_port
    loopback = ipaddress.ip_address("127.0.0.1")
    limits = FetchLimits(resolve=rebinding, allow=lambda address, _: address == loopback)
    with pytest.raises(SourceError, match="not on the public web"):
        fetch(f"http://lists.example:{port}/", limits=limits)
    assert len(asked) == 2  # each hop anew, and each once
    assert connections == [("127.0.0.1", port)]


def test_there_are_twenty_five_forms():
    assert len({*DIRECT, *REDIRECTS}) == 25
