"""Fetching from the web: only public addresses, only so much, only so long."""

from __future__ import annotations

import ipaddress
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from layers.errors import SourceError
from layers.sources.fetch import Fetched, FetchLimits, fetch, fetch_kept, is_public

LOOPBACK = ipaddress.ip_address("127.0.0.1")


class Answers(BaseHTTPRequestHandler):
    """What each path answers; `seen` are the requests."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.seen.append((self.path, dict(self.headers)))
        getattr(self, f"answer_{self.path.strip('/').split('/')[0].split('?')[0]}")()

    def send(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in {"Content_Length": len(body), **headers}.items():
            if value is not None:
                self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(body)

    def answer_list(self):
        if self.headers.get("If-None-Match") == '"v1"':
            return self.send(304)
        return self.send(200, b"name;lon", ETag='"v1"', Content_Type="text/csv")

    def answer_dated(self):
        if self.headers.get("If-Modified-Since") == "Mon, 02 Mar 2026 10:00:00 GMT":
            return self.send(304)
        return self.send(200, b"x", Last_Modified="Mon, 02 Mar 2026 10:00:00 GMT")

    def answer_moved(self):
        self.send(302, Location="/list")

    def answer_round(self):
        self.send(302, Location="/round")

    def answer_inward(self):
        self.send(302, Location=f"http://internal:{self.server.server_port}/list")

    def answer_file(self):
        self.send(302, Location="file:///etc/passwd")

    def answer_large(self):
        self.send(200, b"x", Content_Length=10_000_000)

    def answer_endless(self):
        self.send(200, b"", Content_Length=None, Connection="close")
        for _ in range(200):
            self.wfile.write(b"x" * 1000)
        self.close_connection = True

    def answer_drip(self):
        self.send(200, b"", Content_Length=1000)
        while not self.server.stop.wait(0.05):
            self.wfile.write(b"x")

    def answer_silent(self):
        self.server.stop.wait(5)

    def answer_short(self):
        self.send(200, b"half", Content_Length=100)
        self.close_connection = True

    def answer_packed(self):
        self.send(200, b"\x1f\x8b", Content_Encoding="gzip")

    def answer_gone(self):
        self.send(404, b"no")

    def log_message(self, *args):
        pass

    def handle(self):
        try:
            super().handle()
        except OSError:  # the other side hung up, as it should
            self.close_connection = True

    def finish(self):
        try:
            super().finish()
        except OSError:
            self.close_connection = True


@pytest.fixture
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        server.seen, server.stop = [], threading.Event()
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.stop.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def url(server):
    return f"http://lists.example:{server.server_port}"


def limits(**keys):
    """Loopback under the name of a public host; every other address stays forbidden."""
    names = {
        "lists.example": ["127.0.0.1"],
        "internal": ["10.0.0.7"],
        "mixed": ["127.0.0.1", "10.0.0.7"],
    }
    keys = {"resolve": lambda host, _: names[host], "allow": lambda a, _: a == LOOPBACK, **keys}
    return FetchLimits(**keys)


def test_a_file_is_fetched_under_the_name_of_its_host(server, url):
    fetched = fetch(f"{url}/list?a=1", limits=limits())
    assert (fetched.data, fetched.etag, fetched.is_new) == (b"name;lon", '"v1"', True)
    path, headers = server.seen[0]
    assert (path, headers["Host"]) == ("/list?a=1", f"lists.example:{server.server_port}")
    assert headers["Accept-Encoding"] == "identity"


def test_the_usual_limits_refuse_this_machine(server):
    with pytest.raises(SourceError, match=r"'127\.0\.0\.1' .* not on the public web; download"):
        fetch(f"http://127.0.0.1:{server.server_port}/list")
    assert server.seen == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        str(ipaddress.IPv4Address(0)), "224.0.0.1",
        "255.255.255.255", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1",
        "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
        "2001:db8::1",
    ],
)  # fmt: skip
def test_private_addresses_are_not_public(address):
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34"])
def test_public_addresses_are(address):
    assert is_public(ipaddress.ip_address(address))


def test_one_private_address_of_a_host_is_enough_to_refuse_it(server):
    with pytest.raises(SourceError, match="not on the public web"):
        fetch(f"http://mixed:{server.server_port}/list", limits=limits())
    assert server.seen == []


def test_the_checked_address_is_asked_whatever_the_name_says_next(url):
    answers = iter([["127.0.0.1"], ["10.0.0.7"]])
    fetched = fetch(f"{url}/list", limits=limits(resolve=lambda *_: next(answers)))
    assert fetched.data == b"name;lon"
    assert next(answers) == ["10.0.0.7"]  # the name was looked up once


def test_redirects_are_followed_and_each_is_checked(server, url):
    assert fetch(f"{url}/moved", limits=limits()).url == f"{url}/list"
    with pytest.raises(SourceError, match=r"'internal' .* not on the public web"):
        fetch(f"{url}/inward", limits=limits())
    with pytest.raises(SourceError, match="no http or https address"):
        fetch(f"{url}/file", limits=limits())
    with pytest.raises(SourceError, match="redirects more than 5 times"):
        fetch(f"{url}/round", limits=limits())
    assert [path for path, _ in server.seen].count("/round") == 6


def test_what_is_too_large_is_refused_before_and_while_it_comes(url):
    for path in ("large", "endless"):
        with pytest.raises(SourceError, match="larger than 50,000 bytes"):
            fetch(f"{url}/{path}", limits=limits(max_bytes=50_000))


@pytest.mark.parametrize("path", ["drip", "silent"])
def test_what_takes_too_long_is_cut(url, path):
    begin = time.monotonic()
    with pytest.raises(SourceError, match=r"took too long|cannot be fetched|ended early"):
        fetch(f"{url}/{path}", limits=limits(max_seconds=0.5))
    assert time.monotonic() - begin < 3


@pytest.mark.parametrize(
    ("path", "match"),
    [("short", "ended early"), ("packed", "packed data"), ("gone", "answers 404")],
)
def test_what_is_no_whole_file_is_refused(url, path, match):
    with pytest.raises(SourceError, match=match):
        fetch(f"{url}/{path}", limits=limits())


@pytest.mark.parametrize(
    "address",
    ["file:///etc/passwd", "ftp://lists.example/x", "/etc/passwd", "http://", "http://u:p@lists.example/",
     "http://lists.example:99999/", "http://lists.example/a b", "http://[::1", "http://lists.example/\n",
     "http://lists.example/" + "x" * 3000],
)  # fmt: skip
def test_what_is_no_public_web_address_is_refused(address):
    with pytest.raises(SourceError, match="`source`"):
        fetch(address, limits=limits())


def test_a_host_that_nobody_knows_is_named():
    def resolve(*_):
        raise OSError("name not known")

    with pytest.raises(SourceError, match="host 'nowhere' is not found"):
        fetch("http://nowhere/x", limits=limits(resolve=resolve))


def test_nothing_is_sent_again_where_nothing_changed(server, url, tmp_path):
    first = fetch_kept(f"{url}/list", tmp_path / "kept", limits=limits())
    second = fetch_kept(f"{url}/list", tmp_path / "kept", limits=limits())
    assert (first.is_new, second.is_new) == (True, False)
    assert first.data == second.data == b"name;lon"
    assert server.seen[1][1]["If-None-Match"] == '"v1"'


def test_a_server_without_marks_is_asked_by_date(url):
    first = fetch(f"{url}/dated", limits=limits())
    assert fetch(f"{url}/dated", limits=limits(), kept=first).is_new is False


def test_a_kept_file_that_somebody_changed_is_fetched_anew(url, tmp_path):
    fetch_kept(f"{url}/list", tmp_path, limits=limits())
    (data,) = tmp_path.glob("*.data")
    data.write_bytes(b"other")
    assert fetch_kept(f"{url}/list", tmp_path, limits=limits()) == Fetched(
        f"{url}/list", b"name;lon", '"v1"', "", "text/csv"
    )
