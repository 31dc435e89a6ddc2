"""Extracts from the web: resumed, checked, kept."""

from __future__ import annotations

import hashlib
import ipaddress
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from layers.errors import SourceError
from layers.region_download import download_extract
from layers.sources.fetch import FetchLimits

LOOPBACK = ipaddress.ip_address("127.0.0.1")
DATA = bytes(range(256)) * 40


class Mirror(BaseHTTPRequestHandler):
    """Serves DATA with ranges; `server.breaks` says after how many bytes each answer breaks off."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.seen.append((self.path, self.headers.get("Range")))
        if self.path.endswith(".md5"):
            text = self.server.md5
            return self.answer(200 if text else 404, f"{text}  x.osm.pbf\n".encode())
        if self.path != "/x.osm.pbf":
            return self.answer(404, b"")
        data, start = self.server.data, 0
        asked = self.headers.get("Range")
        if asked and self.headers.get("If-Range") == self.server.etag:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            span = f"bytes {start}-{len(data) - 1}/{len(data)}"
            return self.answer(206, data[start:], {"Content-Range": span})
        return self.answer(200, data)

    def answer(self, status, body, headers=()):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", self.server.etag)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.end_headers()
        limit = self.server.breaks.pop(0) if self.server.breaks and status in (200, 206) else None
        if limit is not None and not self.path.endswith(".md5"):
            body, self.close_connection = body[:limit], True
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def mirror():
    with ThreadingHTTPServer(("127.0.0.1", 0), Mirror) as server:
        server.seen, server.breaks, server.data, server.etag = [], [], DATA, '"v1"'
        server.md5 = hashlib.md5(DATA, usedforsecurity=False).hexdigest()
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def load(mirror, folder, *, path="x.osm.pbf", **keys):
    said = []
    limits = FetchLimits(
        resolve=lambda *_: ["127.0.0.1"], allow=lambda address, _: address == LOOPBACK, **keys
    )
    url = f"http://mirror.example:{mirror.server_port}/{path}"
    return download_extract(url, folder, limits=limits, say=said.append), said


def test_a_file_is_loaded_and_checked(mirror, tmp_path):
    path, _ = load(mirror, tmp_path)
    assert path.read_bytes() == DATA
    assert path.name.endswith("-x.osm.pbf")
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_what_broke_off_goes_on_where_it_stopped(mirror, tmp_path):
    mirror.breaks = [None, 4000, 1000]
    path, said = load(mirror, tmp_path)
    assert path.read_bytes() == DATA
    assert [r for p, r in mirror.seen if p == "/x.osm.pbf"] == [
        None, "bytes=4000-", "bytes=5000-"
    ]  # fmt: skip
    assert sum("going on" in text for text in said) == 2


def test_the_next_call_goes_on_as_well(mirror, tmp_path):
    mirror.breaks = [None, 4000, 0]
    with pytest.raises(SourceError, match="are kept: the same command goes on there"):
        load(mirror, tmp_path)
    path, _ = load(mirror, tmp_path)
    assert path.read_bytes() == DATA
    assert mirror.seen[-1][1] == "bytes=4000-"


def test_the_rest_of_another_file_is_never_added(mirror, tmp_path):
    mirror.md5, mirror.breaks = "", [4000, 0]
    with pytest.raises(SourceError, match="are kept"):
        load(mirror, tmp_path)
    mirror.etag, mirror.data = '"v2"', DATA[::-1]
    path, said = load(mirror, tmp_path)
    assert path.read_bytes() == DATA[::-1]
    assert "taken unchecked" in said[-1]


def test_a_file_that_does_not_fit_its_checksum_is_not_taken(mirror, tmp_path):
    mirror.data = DATA[:-1]
    with pytest.raises(SourceError, match="does not fit the checksum beside it"):
        load(mirror, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_is_here_and_fits_is_not_loaded_again(mirror, tmp_path):
    load(mirror, tmp_path)
    _, said = load(mirror, tmp_path)
    assert "is here already" in said[0]
    assert [p for p, _ in mirror.seen].count("/x.osm.pbf") == 1


def test_limits_hold(mirror, tmp_path):
    with pytest.raises(SourceError, match="larger than 9,000 bytes"):
        load(mirror, tmp_path, max_bytes=9000)
    with pytest.raises(SourceError, match="answers 404"):
        load(mirror, tmp_path, path="y.osm.pbf")
    with pytest.raises(SourceError, match="not on the public web"):
        download_extract(f"http://127.0.0.1:{mirror.server_port}/x.osm.pbf", tmp_path)
    assert list(tmp_path.glob("*.pbf")) == []
